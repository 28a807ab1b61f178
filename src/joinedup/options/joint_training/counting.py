"""Which course counts for whom: what it qualifies for and for how long, what it asks for, who teaches it, and how many at once.

A course that says nothing of what it qualifies for is judged by its length alone, and the option says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


def counts(runs: pl.DataFrame) -> NDArray[np.bool_]:
    """Say whether the course of the column counts for somebody booked on the row; shape (runs, runs).

    It must give every qualification that their own gives, or, where their own names none, last as long; ask for nothing
    beforehand that their own does not ask for; have trainers who hold what their own asks of trainers; and be valid for as
    long. Where what they hold runs out, nobody is given a later date: theirs may have run out by then.
    """
    courses = runs.unique("course_id", keep="first", maintain_order=True)
    number = {each: row for row, each in enumerate(courses["course_id"])}
    gives, asks, held = (
        _listed(courses[each].to_list()) for each in ("qualifies", "asks_for", "trainers_hold")
    )
    days = courses["days"].fill_null(np.nan).to_numpy()
    valid = courses["valid_years"].fill_null(np.nan).to_numpy()
    length = days[None, :] >= days[:, None]
    qualified = np.array([[mine <= yours if mine else False for yours in gives] for mine in gives])
    named = np.array([bool(mine) for mine in gives])
    enough = np.where(named[:, None], qualified, length)
    prepared = np.array([[yours <= mine for yours in asks] for mine in asks])
    taught = np.array([[mine <= yours for yours in held] for mine in held])
    lasting = (valid[None, :] >= valid[:, None]) | np.isnan(valid)[:, None]
    every = (enough & prepared & taught & lasting) | np.eye(len(number), dtype=bool)
    at = np.array([number[each] for each in runs["course_id"]])
    on = np.array([each.toordinal() for each in runs["starts_on"]])
    later = on[None, :] > on[:, None]
    return np.asarray(every[np.ix_(at, at)] & ~(later & ~np.isnan(valid)[at][:, None]))


def places_taught(runs: pl.DataFrame) -> NDArray[np.float64]:
    """Give how many the trainers of each run can teach at once, not finite where nobody says; shape (runs,)."""
    most = (runs["trainers"] * runs["people_a_trainer"]).cast(pl.Float64)
    return most.fill_null(np.inf).to_numpy()


def _listed(given: Sequence[str | None]) -> list[frozenset[str]]:
    return [
        frozenset(" ".join(each.lower().split()) for each in (text or "").split(";") if each.strip())
        for text in given
    ]
