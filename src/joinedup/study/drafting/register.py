"""The chapter on what exists: live, tried and ended ways of working together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from joinedup.disclosure import Chapter, Column, Figure, Mark, Statement, Table
from joinedup.wording import Unit

if TYPE_CHECKING:
    from joinedup.study.study import Study


def register_chapter(study: Study) -> Chapter:
    """Show what exists before what is proposed."""
    rows = study.area.table("collaborations")
    if rows.is_empty():
        return Chapter(
            "register",
            "What the services do together already",
            Statement("The study has no register of live, tried and ended collaborations."),
            missing="The table collaborations, so that nothing that exists is proposed, and what was tried is known.",
        )
    live = rows.filter(pl.col("status") == "live").height
    ended = rows.filter(pl.col("status").is_in(["ended", "tried", "refused"])).height
    sites = dict(study.area.table("sites").select("site_id", "name").iter_rows())
    return Chapter(
        "register",
        f"{live} live and {ended} ended ways of working together",
        Statement("What exists is part of the area as it is, and is not proposed again."),
        (
            Table(
                "register",
                "Collaborations: promised and actual",
                (
                    Column("What"),
                    Column("Partners"),
                    Column("Where"),
                    Column("Status"),
                    Column("Promised a year", numeric=True),
                    Column("Actual a year", numeric=True),
                    Column("Why"),
                ),
                [
                    [
                        row["kind"],
                        ", ".join(
                            _names(
                                row["partners"],
                                {each: study.area.name_of(each) for each in study.area.services},
                            )
                        ),
                        ", ".join(dict.fromkeys(_names(row["sites"], sites))) or Mark.NOT_AVAILABLE.value,
                        row["status"],
                        Figure(row["promised_gbp_a_year"], Unit.POUNDS),
                        Figure(row["actual_gbp_a_year"], Unit.POUNDS),
                        row["why"] or "",
                    ]
                    for row in rows.iter_rows(named=True)
                ],
            ),
        ),
    )


def _names(listed: str | None, names: dict[str, str]) -> list[str]:
    return [names.get(each.strip(), each.strip()) for each in (listed or "").split(";") if each.strip()]
