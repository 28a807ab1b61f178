"""Stores and vaults in these tests are quick: an imagined study guards nothing, and need not outlive a power cut."""

import pytest

from joinedup.evidence import vault
from joinedup.evidence.store import databases


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vault, "_WORK", 4)
    monkeypatch.setattr(databases, "_PRAGMAS", (*databases._PRAGMAS, "synchronous = OFF"))
