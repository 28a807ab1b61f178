"""Where the real extracts are: JOINEDUP_DATA, else ../shared/data beside the repository."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def shared(name: str) -> Path:
    """Give one file of the shared data, or skip the test where it is absent."""
    folder = Path(os.environ.get("JOINEDUP_DATA") or ROOT.parent / "shared" / "data")
    if not (folder / name).is_file():
        pytest.skip(f"{folder / name} is not here")
    return folder / name


def montgomery() -> Path:
    return shared("montgomery/911-2015-12-to-2016-06.csv.gz")


LONDON = (
    ("london-fire-stations", "london/lfb-stations-jun2021.csv"),
    ("osm-ambulance-stations", "london/ambulance_stations.csv"),
    ("osm-police-stations", "london/police_stations.csv"),
)
