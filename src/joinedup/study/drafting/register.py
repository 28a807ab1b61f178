"""The chapter on what exists: live, tried and ended ways of working together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from joinedup.disclosure import Chapter, Column, Figure, Mark, Statement, Table
from joinedup.options import registered
from joinedup.wording import Unit

if TYPE_CHECKING:
    from joinedup.options import Registered
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
    services = {each: study.area.name_of(each) for each in study.area.services}
    # A kind that is spelt in two ways gives the same schemes twice.
    kinds = dict.fromkeys(registered(study.area, kind) for kind in rows["kind"].drop_nulls().unique().sort())
    schemes = [each for found in kinds for each in found]
    return Chapter(
        "register",
        f"{live} live and {ended} ended ways of working together",
        Statement("What exists is part of the area as it is, and is not proposed again."),
        (
            *_against_promise(schemes),
            Table(
                "register",
                "Collaborations: promised and actual",
                (
                    Column("What"),
                    Column("Partners"),
                    Column("Where"),
                    Column("Where it stands"),
                    Column("Promised a year", numeric=True),
                    Column("Actual a year", numeric=True),
                    Column("Actual as a share of the promise", numeric=True),
                    Column("Months from idea to live", numeric=True),
                ),
                [
                    [
                        each.kind,
                        ", ".join(sorted(services.get(one, one) for one in each.partners)),
                        ", ".join(sorted({sites.get(one, one) for one in each.sites}))
                        or Mark.NOT_AVAILABLE.value,
                        each.in_words,
                        Figure(each.promised_gbp_a_year, Unit.POUNDS),
                        Figure(each.actual_gbp_a_year, Unit.POUNDS),
                        Figure(each.delivered, Unit.SHARE),
                        _months(each),
                    ]
                    for each in schemes
                ],
            ),
        ),
    )


def _against_promise(schemes: list[Registered]) -> list[Statement]:
    """Say in a sentence how many came to what was promised of them."""
    known = [each.delivered for each in schemes if each.delivered is not None]
    if not known:
        return [Statement("Of none is it known both what was promised and what came of it.")]
    met = sum(share >= 1 for share in known)
    return [
        Statement(f"Of {len(known)} of which both are known, {met or 'none'} saved as much as was promised.")
    ]


def _months(each: Registered) -> Figure:
    months = each.months_from_idea_to_live
    return Figure(None if months is None else float(months), Unit.NUMBER)
