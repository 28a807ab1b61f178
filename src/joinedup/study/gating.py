"""The safety gate of a study: what an option does to response, played where the study can be played (§5.7)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import polars as pl

from joinedup.appraisal import Gate, Judged, Outcome, judge
from joinedup.refusal import Refusal
from joinedup.response import compared, drives
from joinedup.response.also_sending import called_besides
from joinedup.response.calibrating import Verdict
from joinedup.study.answer_gate import answer_gate, frees_posts, way_of

if TYPE_CHECKING:
    from joinedup.area import Area
    from joinedup.options import Option
    from joinedup.response.also_sending import Gone
    from joinedup.study.waiting import Played
    from joinedup.travel import Travel


@dataclass(frozen=True)
class PlayedGate(Gate):
    """A judgement on waits that were played, and not on drives."""

    runs: int = 1
    gone: tuple[Gone, ...] = ()
    """What came of crews that are sent besides to another service's calls, by their site."""


def gate(
    area: Area, option: Option, before: pl.DataFrame, travel: Travel, played: Played | None = None
) -> Gate:
    """Judge what an option does to response.

    Where the study was ``played``, and what was played is as near to what happened as the study asks for, the changed area is
    played on the same calls and luck, and waits from the call to the first arrival are compared. Else the drives of the
    nearest units are, ``before`` being those in the area as it is: a model that is off must not wave anything through.

    Crews that an option sends besides to another service's calls are away from their own: that is seen only where it is played,
    and by drives alone nobody can tell.

    An option that changes how calls are answered is judged by how soon they would be, and crews told, where the study was
    played; elsewhere nobody can tell. Any other that moves nobody who responds passes, unless it draws on crews in a way that no
    change of the area shows. Where the study has no table of units, or none that says where a service that gives up a site keeps
    its own, nobody can know whether it does, and the gate cannot tell.
    """
    units = area.table("units")
    changed = [change.row for change in option.changes if change.table == "sites"]
    sites = area.table("sites").filter(pl.col("site_id").is_in(changed))
    silent = set(sites["service_id"]) - set(units.filter(pl.col("site_id").is_not_null())["service_id"])
    tolerances, seen_on = area.settings.tolerances, area.settings.results_seen_on
    if units.is_empty() or silent:
        nothing = before.head(0).select(*_NO_CHANGES)
        return judge(nothing, tolerances, silent or option.partners[:1], seen_on)
    if not moves_units(option):
        return _moving_nobody(area, option, played)
    moved = [change.row for change in option.changes if change.table == "units"]
    crews = units.filter(pl.col("unit_id").is_in(moved))["service_id"].unique().sort().to_list()
    after = area.changed(option.changes)
    helped = called_besides(after, moved)
    services = sorted({*crews, *helped})
    # Somebody who comes besides makes nobody's first arrival later, so that what is held to the records is the crews' own waits.
    if played is None or (doubt := _doubt(played, crews)):
        basis = _DRIVES if played is None else f"{_DRIVES}: {doubt}"
        where = {
            change.row for change in option.changes if change.table == "units" and change.column in _HOME
        }
        if not where:
            return Gate(tuple(_unseen(each) for each in crews), Outcome.CANNOT_TELL, basis)
        judged = judge(compared(before, drives(after, travel)), tolerances, crews, seen_on)
        if helped:
            rows = (*judged.rows, *(_unseen(each) for each in crews))
            told = Outcome.FAIL if judged.outcome is Outcome.FAIL else Outcome.CANNOT_TELL
            judged = Gate(tuple(sorted(rows, key=lambda row: row.service_id)), told)
        return replace(judged, basis=basis)
    try:
        waits, gone = played.changed(option.changes), played.gone(option.changes)
    except Refusal as refusal:
        row = Judged(crews[0], "", "", 0, None, None, None, Outcome.FAIL, str(refusal))
        return Gate((row,), Outcome.FAIL)
    runs = len(played.outcomes.runs)
    touched = waits.filter(pl.col("service_id").is_in(_touched(played, services)))
    judged = judge(touched, tolerances, services, seen_on, runs)
    basis = f"waits from call to first arrival, played {runs} times on the same calls and luck"
    if helped and (doubt := _doubt(played, helped)):
        basis += f"; {doubt}, so that by how much theirs are shorter is rough"
    return PlayedGate(judged.rows, judged.outcome, basis, runs, gone)


def moves_units(option: Option) -> bool:
    """Whether an option changes anything of a crew that responds, so that a set with it has to be judged as one change."""
    return any(change.table == "units" for change in option.changes)


def _moving_nobody(area: Area, option: Option, played: Played | None) -> Gate:
    """Judge an option that moves nobody who responds: by how calls would be answered, where it changes that."""
    way = way_of(option)
    if way is None:
        unseen = tuple(_unseen(each, _NEVER_PLAYED) for each in sorted(option.draws_on))
        return Gate(unseen, Outcome.CANNOT_TELL if unseen else Outcome.PASS)
    why = "how soon calls would be answered is seen only where the study can be played"
    if played is not None:
        try:
            waited = played.calls_waited(option.partners, way, frees_posts=frees_posts(option))
            return answer_gate(area, option, waited)
        except Refusal as refusal:
            why = str(refusal)
    row = Judged(option.partners[0], "", "", 0, None, None, None, Outcome.CANNOT_TELL, why)
    return Gate((row,), Outcome.CANNOT_TELL)


_DRIVES = "the drive from the nearest station alone"
_HOME = (None, "site_id")
"""What an option changes of a unit that a drive shows: that it is gone, or where it is."""


_WHERE_PLAYED = (
    "its crews go to other calls besides, and what its own then wait is seen only where they are played"
)
_NEVER_PLAYED = "its crews are taken from their own calls, and no table says when, so that no study can play what these then wait"


def _unseen(service: str, says: str = _WHERE_PLAYED) -> Judged:
    why = f"{service}: {says}"
    return Judged(service, "", "", 0, None, None, None, Outcome.CANNOT_TELL, why)


def _doubt(played: Played, services: list[str]) -> str:
    """Say why what was played may not be relied on for the services that are touched; nothing where it may."""
    compared_with_records = played.calibration
    if compared_with_records is None:
        return "no arrival is recorded that the played waits could be held to"
    means = compared_with_records.services.filter(pl.col("measure") == "mean")
    within = means.filter(pl.col("verdict") == Verdict.WITHIN)["service_id"].to_list()
    off = [each for each in _touched(played, services) if each not in within]
    return (
        f"the played waits of {' and '.join(off)} are not shown to be near the recorded ones" if off else ""
    )


def _touched(played: Played, services: list[str]) -> list[str]:
    """Name the services whose incidents the moved units go to."""
    jobs = played.baseline.jobs
    pools = jobs.filter(pl.col("service_id").is_in(services))["pool"].unique().to_list()
    return jobs.filter(pl.col("pool").is_in(pools))["service_id"].unique().sort().to_list()


_NO_CHANGES = (
    pl.col("service_id"),
    pl.col("category"),
    pl.col("ground"),
    pl.col("minutes").alias("before"),
    pl.col("minutes").alias("after"),
)
