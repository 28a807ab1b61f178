"""The safety gate: would people wait longer than the partners agreed to allow before they saw results (§5.7).

Each service, category and ground is judged by itself on the change in response, in minutes, incident by
incident, of the same incidents with and without the option. *Cannot tell is not a pass.*

With ten incidents or more, a group passes when the upper 95 % bound of the mean change (one-sided,
Student's t) is within the tolerance, and fails when it is not, even if the mean itself is: it has not been
shown to be safe. A group in which no incident would wait longer passes however few there are, because the
bound is then no more than zero by the incidents themselves and the t bound says less than they do. With
fewer than ten incidents of which some would wait longer, the bound means little: the group fails if every
one of them would wait longer than the tolerance, and otherwise nobody can tell. An incident that was
answered before and that the option leaves unanswered, or one more incident without times than with, leaves
the group at cannot tell unless it has failed already.

**Where waits were played** more than once, the luck of the runs is known apart from the difference between incidents. A
group whose bound is beyond the tolerance then fails when its lower bound is too; in between nobody can tell, and
the judgement says about how many runs would, or that no number of them would and more incidents are needed.

**Calls to control rooms** are judged in the same way: how soon they are answered, and crews told, in the rooms as they are and
under another way of working, call by call. They are held to an answering tolerance of their own, in seconds, because one that
is made for arrivals is far too wide for them; without one nobody can tell.

Limits: changes are few and skewed, so the t bound is rough for small groups; incidents of one busy day are
taken as independent, which makes the bound too narrow.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import polars as pl
import scipy

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from numpy.typing import NDArray

    from joinedup.area.settings import Tolerance

FEWEST = 10
"""The fewest incidents for which a bound of the mean is taken at its word."""
CONFIDENCE = 0.95
_CALL = "call"


class Outcome(StrEnum):
    """What the safety gate says."""

    PASS = "pass"
    FAIL = "fail"
    CANNOT_TELL = "cannot tell"


@dataclass(frozen=True)
class Judged:
    """The judgement on one service, category and ground; minutes, positive where people would wait longer.

    ``category`` and ``ground`` are empty where a whole service is judged, None where the incidents do not
    say. ``upper`` is the bound that was compared with the tolerance, None where there is none.
    """

    service_id: str
    category: str | None
    ground: str | None
    incidents: int
    mean_change: float | None
    upper: float | None
    tolerance: float | None
    outcome: Outcome
    reason: str
    runs_that_would_tell: int | None = None
    """About how many runs would tell, where waits were played and these runs cannot."""
    error: float | None = None
    """The standard error of the mean change; None where there are too few for one."""
    beforehand: bool | None = None
    """Whether its tolerance was recorded before results were seen; None without one, or where it is not stated when that was."""


@dataclass(frozen=True)
class Gate:
    """The judgement on an option: it fails if any group fails, and passes only if every group passes."""

    rows: tuple[Judged, ...]
    outcome: Outcome
    basis: str = ""
    """What was compared, in words, where it has to be said."""

    @property
    def to_response(self) -> tuple[Judged, ...]:
        """Give the groups that say how much later help comes: here all, each of incidents."""
        return self.rows

    @property
    def counted(self) -> str:
        """Say what those groups count, in words."""
        return "incidents"

    @property
    def beforehand(self) -> bool | None:
        """Whether every tolerance was recorded before results were seen; None where the study does not say when that was.

        A later one counts for nothing and makes it false; where none was needed it is true.
        """
        held_to = [
            row.beforehand for row in self.rows if row.tolerance is not None or row.beforehand is False
        ]
        return False if False in held_to else None if None in held_to else True

    @property
    def reasons(self) -> tuple[str, ...]:
        """Say why it did not pass, each reason once, in the order of the groups; empty where it passed."""
        if self.outcome is Outcome.PASS:
            return ()
        if not self.rows:
            return ("there are no response times to judge by",)
        return tuple(dict.fromkeys(row.reason for row in self.rows if row.outcome is self.outcome))


def judge(
    changes: pl.DataFrame,
    tolerances: Mapping[str, Tolerance],
    services: Iterable[str] = (),
    results_seen_on: date | None = None,
    runs: int = 1,
    of: str = "incident",
) -> Gate:
    """Judge the change in response that an option makes.

    ``changes`` has one row an incident: service_id, category, ground, before and after (minutes, null where
    not known); where they are means over runs also ``between_runs``, the variance of the change from run to run, and
    ``runs`` says how many. ``services`` are those that must be judged even if they have no row. A tolerance recorded
    after ``results_seen_on`` does not count; without that date nobody can tell, and it counts and says so. ``of`` is what a
    row is, in words: an incident, or a call to a control room, whose category is what is waited for and whose ground is
    empty, and which is held to the answering tolerance.
    """
    rows = []
    keys = ["service_id", "category", "ground"]
    if "between_runs" not in changes.columns:
        changes = changes.with_columns(between_runs=pl.lit(None, pl.Float64))
    sorted_changes = changes.with_columns(pl.col("before", "after").cast(pl.Float64).fill_nan(None)).sort(
        keys, nulls_last=True
    )
    for (service, category, ground), group in sorted_changes.group_by(keys, maintain_order=True):
        tolerance = _counting(tolerances, str(service), results_seen_on, of)
        rows.append(_judged((str(service), category, ground), group, tolerance, runs, of))
    seen = {row.service_id for row in rows}
    rows += [
        _row((service, "", ""), Outcome.CANNOT_TELL, f"{service}: no response times to judge by")
        for service in sorted(set(services) - seen)
    ]
    outcomes = {row.outcome for row in rows}
    if Outcome.FAIL in outcomes:
        overall = Outcome.FAIL
    elif outcomes == {Outcome.PASS}:
        overall = Outcome.PASS
    else:
        overall = Outcome.CANNOT_TELL
    return Gate(tuple(sorted(rows, key=lambda row: row.service_id)), overall)


class _Counting(NamedTuple):
    """The tolerance in minutes that counts for a service, None and why where there is none; and when it was recorded."""

    minutes: float | None
    why: str
    beforehand: bool | None


def _counting(
    tolerances: Mapping[str, Tolerance], service: str, results_seen_on: date | None, of: str
) -> _Counting:
    """Give the tolerance that counts for a service; one of which nobody can tell whether it came first does."""
    recorded = tolerances.get(service)
    if recorded is None:
        return _Counting(None, f"{service}: no tolerance was recorded before results were seen", None)
    before = None if results_seen_on is None else recorded.recorded_on <= results_seen_on
    if before is False:
        late = f"{service}: the tolerance of {recorded.recorded_on} was recorded after results were seen"
        return _Counting(None, late, before)
    if of != _CALL:
        return _Counting(recorded.minutes, "", before)
    if recorded.answering_seconds is None:
        setting = f"answering_seconds under [study.tolerances.{service}]"
        why = f"{service}: no answering tolerance was recorded; agree one and write it as {setting}"
        return _Counting(None, why, None)
    return _Counting(recorded.answering_seconds / 60, "", before)


def _judged(
    key: tuple[str, str | None, str | None],
    group: pl.DataFrame,
    counting: _Counting,
    runs: int,
    of: str,
) -> Judged:
    """Judge one group."""
    before, after = group["before"].is_not_null(), group["after"].is_not_null()
    known = group.filter(before & after)
    # A billionth of a minute comes from adding up, not from waiting.
    change = (known["after"] - known["before"]).to_numpy().round(9)
    lost = int((before & ~after).sum())
    unknown = group.height - known.height
    minutes, why, before_results = counting
    where = _where(key)
    count = len(change)
    mean = float(change.mean()) if count else None
    error = float(change.std(ddof=1) / np.sqrt(count)) if count >= FEWEST else None
    if minutes is None:
        return _row(
            key, Outcome.CANNOT_TELL, why, incidents=count, mean=mean, error=error, beforehand=before_results
        )
    agreed = f"the {_said(minutes, of)} agreed"
    if mean is None:
        silent = f"{where}: no response times to judge by"
        return _row(key, Outcome.CANNOT_TELL, silent, tolerance=minutes, beforehand=before_results)

    upper: float | None = None
    needed: int | None = None
    if (change <= 0).all():
        upper = float(change.max())
        outcome, reason = Outcome.PASS, f"{where}: no {of} would wait longer"
    elif error is not None:
        half = float(scipy.special.stdtrit(count - 1, CONFIDENCE)) * error
        upper = mean + half
        luck = known["between_runs"].mean()
        outcome = Outcome.PASS if upper <= minutes else Outcome.FAIL
        reason = (
            f"{where}: the mean wait would change by {_changed(mean, of)}, at most {_changed(upper, of)} (95 % sure), "
            f"{'within' if upper <= minutes else 'beyond'} {agreed}"
        )
        if outcome is Outcome.FAIL and isinstance(luck, float) and mean - half <= minutes:
            outcome = Outcome.CANNOT_TELL
            needed = _runs_that_would_tell(change, luck, runs, abs(minutes - mean))
            reason += (
                f"; more {of}s are needed to tell"
                if needed is None
                else f"; about {needed:,} runs would tell"
            )
    elif (change > minutes).all():
        outcome = Outcome.FAIL
        reason = f"{where}: all {count} {of}s would wait longer than {agreed}"
    else:
        outcome = Outcome.CANNOT_TELL
        reason = f"{where}: {count} {of}s are too few to be sure, and some of them would wait longer"
    if outcome is Outcome.PASS and lost:
        outcome = Outcome.CANNOT_TELL
        reason = f"{where}: {lost} {of}s would be left without a response time"
    elif outcome is Outcome.PASS and unknown > count:
        outcome = Outcome.CANNOT_TELL
        reason = f"{where}: most of the {of}s ({unknown}) have no response time"
    return _row(
        key,
        outcome,
        reason,
        incidents=count,
        mean=mean,
        upper=upper,
        tolerance=minutes,
        needed=needed,
        error=error,
        beforehand=before_results,
    )


def _said(minutes: float, of: str) -> str:
    return f"{minutes * 60:g} s" if of == _CALL else f"{minutes:g} min"


def _changed(minutes: float, of: str) -> str:
    return f"{minutes * 60:+.1f} s" if of == _CALL else f"{minutes:+.2f} min"


def _runs_that_would_tell(change: NDArray[np.float64], luck: float, runs: int, apart: float) -> int | None:
    """Say about how many runs would bring the bound to the tolerance, which is ``apart`` from the mean; None where none would.

    The variance of an incident's mean change is what incidents differ by, and the luck of the runs over their number.
    """
    count = len(change)
    differ = max(float(change.var(ddof=1)) - luck / runs, 0.0)
    room = count * (apart / float(scipy.special.stdtrit(count - 1, CONFIDENCE))) ** 2 - differ
    return None if room <= 0 else max(math.ceil(luck / room), runs + 1)


def _where(key: tuple[str, str | None, str | None]) -> str:
    service, category, ground = key
    said = (
        service,
        "category not recorded" if category is None else category,
        "ground not recorded" if ground is None else ground,
    )
    return ", ".join(each for each in said if each)


def _row(
    key: tuple[str, str | None, str | None],
    outcome: Outcome,
    reason: str,
    *,
    incidents: int = 0,
    mean: float | None = None,
    upper: float | None = None,
    tolerance: float | None = None,
    needed: int | None = None,
    error: float | None = None,
    beforehand: bool | None = None,
) -> Judged:
    return Judged(*key, incidents, mean, upper, tolerance, outcome, reason, needed, error, beforehand)
