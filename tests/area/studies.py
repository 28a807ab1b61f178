"""Studies on disk for tests: a few lines of CSV a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from joinedup.area.reading import read_area

if TYPE_CHECKING:
    from pathlib import Path

    from joinedup.area import Area
    from joinedup.area.queries import Queries

LONDON = '[study]\nname = "Test"\nzone = "Europe/London"\n'
NEW_YORK = '[study]\nname = "Test"\nzone = "America/New_York"\n'
SERVICES = "service_id,kind,name\npolice,police,Police\nfire,fire,Fire and rescue\n"
SITES = "site_id,service_id,name,latitude,longitude\nF1,fire,Fire station,51.5,-0.1\n"


def study(folder: Path, settings: str = LONDON, **tables: str | bytes) -> Path:
    """Write a study; services are police and fire, and where nothing else is given there is one site."""
    (folder / "tables").mkdir(parents=True, exist_ok=True)
    (folder / "study.toml").write_text(settings, "utf-8")
    few = (
        {"services": SERVICES}
        if {"sites", "incidents"} & set(tables)
        else {"services": SERVICES, "sites": SITES}
    )
    for name, text in (few | tables).items():
        content = text.encode() if isinstance(text, str) else text
        (folder / "tables" / f"{name}.csv").write_bytes(content)
    return folder


def incidents(*rows: str, columns: str = "incident_id,service_id,received_at") -> str:
    return "\n".join([columns, *rows]) + "\n"


def read(folder: Path) -> tuple[Area, Queries]:
    """Read a study and hold it to the law of its counts."""
    area, queries = read_area(folder)
    assert_no_row_is_lost(area, queries)
    return area, queries


def assert_no_row_is_lost(area: Area, queries: Queries) -> None:
    """Hold every table to: in = as given + changed + set aside, and each row of the last two has a query."""
    for name, table in area.tables.items():
        counts = queries.counts[name]
        assert counts.rows_in == counts.as_given + counts.changed + counts.set_aside, name
        assert min(counts.as_given, counts.changed, counts.set_aside) >= 0, name
        assert table.height == counts.as_given + counts.changed, name
        # A query may also be a remark on a row that is used as given.
        remark = pl.col("action").str.starts_with("used as given")
        rows = queries.frame.filter((pl.col("file") == name) & (pl.col("row") > 1) & ~remark)
        aside = set(rows.filter(pl.col("action") == "the row is set aside")["row"])
        changed = set(rows.filter(pl.col("action") != "the row is set aside")["row"]) - aside
        assert len(aside) == counts.set_aside, name
        assert len(changed) == counts.changed, name
        assert all(2 <= row <= counts.rows_in + 1 for row in aside | changed), name


def told(queries: Queries) -> list[dict[str, Any]]:
    return queries.frame.to_dicts()


def only_query(queries: Queries) -> dict[str, Any]:
    assert queries.frame.height == 1, told(queries)
    return queries.frame.row(0, named=True)


def everything(folder: Path) -> dict[str, bytes]:
    """Give every file under a folder, by its path in it, hidden ones too."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
