"""What is held to what was played: the standards, the time in which nobody could come, and what the playing rests on."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import polars as pl

from joinedup.disclosure import LIMIT, Column, Figure, Mark, Section, Sensitivity, Statement, Table
from joinedup.study.drafting.believed import MEASURES, is_off
from joinedup.study.drafting.naming import as_said, listed, short_name
from joinedup.study.drafting.standards_apart import LEAST_GROUNDS, standards_apart
from joinedup.study.drafting.waited import LEAST_CREWS, of_one_crew_by_standard, with_the_next
from joinedup.wording import Unit, in_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from joinedup.disclosure import Block
    from joinedup.response.calibrating import Calibration
    from joinedup.study.study import Study
    from joinedup.study.waiting import Played

_OF_A_POOL = ("turned_out", "about")
"""Steps that are fitted by pool of units; others are fitted by service."""
_COUNTED = re.compile(r"^([1-9]\d*)(?= (?:of (?:the )?[\d,]+ )?(?:incidents|attendances)\b)")
"""A note that opens with how many incidents or attendances it is about."""
STEPS = {
    "handled": "from the call until the first unit is told",
    "later": "until a unit asked for later is told",
    "turned_out": "turning out, as the quickest crew does",
    "about": "the drive, beside the law's",
    "busy": "from arriving until free",
    "conveyed": "patients conveyed, as a share",
    "on_scene": "on scene",
    "handover": "at hospital until free",
}
"""What each fitted step is called."""


def standards_blocks(
    study: Study, played: Played, services: Sequence[str], compared: Calibration | None
) -> list[Block]:
    """Hold what was recorded and played to the standards of the study's nation."""
    rows: list[list[Figure | str]] = []
    closed = _given_away(played.standards)
    alone = {each: _hidden(played, each) for each in services}
    for row in played.standards.filter(pl.col("service_id").is_in(services)).iter_rows(named=True):
        base = round(row["records"])
        if row["limit"] is None or not base:
            continue
        count = Figure(float(base), Unit.COUNT)
        if base == closed.get(row["service_id"]):
            count = Figure(float(base), Unit.COUNT, sensitivity=Sensitivity.SECURITY)
        limit = in_words(row["limit"], Unit.MINUTES)
        hidden = row["standard"] in alone[row["service_id"]]
        shown = Sensitivity.SECURITY if hidden else Sensitivity.OPEN
        unit = Unit.SHARE if row["measure"] == "share" else Unit.MINUTES
        rows.append(
            [
                f"{short_name(study.area, row['service_id'])}: {row['standard']}",
                f"{row['share']:.0%} within {limit}"
                if unit is Unit.SHARE
                else f"{MEASURES[row['measure']]} {limit}",
                count,
                Figure(row["recorded"], unit, base, sensitivity=shown),
                Mark.CONFIDENTIAL.value if hidden else _verdict(row["met_recorded"], base),
                Figure(row["reached"], unit, base, sensitivity=shown),
                Mark.CONFIDENTIAL.value
                if hidden
                else _verdict(row["met_played"], base, off=bool(row["off"])),
            ]
        )
    own = _sets_its_own(study, played, services)
    if not rows:
        return [Section("Beside the standards"), *own] if own else []
    note = (
        "A standard is met where all of the 95 % interval keeps it, and not met where none of it does; “cannot tell” is neither. "
        "How soon calls are answered is not played here. Hidden are times of one crew, and what would give them away."
    )
    off = [short_name(study.area, each) for each in services if is_off(compared, each)]
    if off:
        note += (
            f" What is marked [u] was played for {listed(off)}, for which the model is not to be relied on."
        )
    return [
        Section("Beside the standards"),
        Table(
            "waits-standards",
            f"Standards of {study.area.settings.standards or study.area.settings.nation}",
            (
                Column("Service and standard"),
                Column("Limit"),
                Column("Incidents or calls", numeric=True),
                Column("Recorded", numeric=True),
                Column("As recorded"),
                Column("Played", numeric=True),
                Column("As played"),
            ),
            rows,
            note=note,
        ),
        *own,
        *standards_apart(study, played, alone),
    ]


def _sets_its_own(study: Study, played: Played, services: Sequence[str]) -> list[Statement]:
    """Name the services that are held to nothing because their standard leaves the limit to them."""
    open_ended = played.standards.filter(pl.col("limit").is_null())["service_id"].to_list()
    names = [short_name(study.area, each) for each in services if each in open_ended]
    if not names:
        return []
    whose = "sets a standard of its own, which" if len(names) == 1 else "set standards of their own, which"
    return [Statement(f"{listed(names)} {whose} study.toml can name; nothing is held to it here.")]


def _given_away(standards: pl.DataFrame) -> dict[str, int]:
    """Give by service the count to hide beside a small one, which the service's other counts would give away."""
    found = {}
    for (service,), rows in standards.partition_by("service_id", as_dict=True).items():
        counts = {round(each) for each in rows["records"].to_list()} - {0}
        enough = [each for each in counts if each >= LIMIT]
        if enough and len(enough) < len(counts):
            found[str(service)] = min(enough)
    return found


def _verdict(met: str | None, base: int, *, off: bool = False) -> str:
    if base < LIMIT:
        return Mark.CONFIDENTIAL.value
    if met is None:
        return Mark.NOT_AVAILABLE.value
    return f"{met} {Mark.LOW_RELIABILITY.value}" if off else met


def _hidden(played: Played, service: str) -> set[str]:
    """Name the standards whose figures are one crew's own times, and what would give them away."""
    rows = played.standards.filter((pl.col("service_id") == service) & (pl.col("records") > 0))
    counts = dict(rows.drop_nulls("limit").select("standard", "records").iter_rows())
    crews = of_one_crew_by_standard(played, service)
    return with_the_next([each for each in counts if each in crews and crews[each].whole], counts)


def cover_blocks(study: Study, played: Played, services: Sequence[str]) -> list[Block]:
    """Say of how many grounds nobody could reach the middle in time for a part of the period, and no more than that."""
    bare = played.uncovered
    rows: list[list[Figure | str]] = []
    for service in services:
        mine = bare.filter(pl.col("service_id") == service)
        shares = mine["share"]
        if shares.is_empty():
            continue
        few = shares.len() < LEAST_GROUNDS
        closed = Sensitivity.SECURITY if few else Sensitivity.OPEN
        limit, limit_from = mine.select("limit", "limit_from").row(0)
        apart = mine.select(
            pl.when(pl.col("minutes") > 0)
            .then(pl.col("share") * pl.col(each) / pl.col("minutes"))
            .otherwise(0.0)
            .alias(each)
            for each in ("out_of_reach", "while_out")
        )
        parts = (shares.len(), (shares > 0).sum(), (shares > 0.1).sum())
        rows.append(
            [
                short_name(study.area, service),
                f"{in_words(limit, Unit.MINUTES)} ({limit_called(limit_from)})",
                *(
                    Figure(float(each), Unit.NUMBER, sensitivity=closed if number else Sensitivity.OPEN)
                    for number, each in enumerate(parts)
                ),
                *(
                    Figure(float(each.sort().to_numpy().mean()), Unit.SHARE, sensitivity=closed)
                    for each in (shares, *apart)
                ),
            ]
        )
    if not rows:
        return []
    return [
        Section("When nobody could be there in time"),
        Table(
            "waits-uncovered",
            "Grounds of which nobody could reach the middle in time",
            (
                Column("Service"),
                Column("In time"),
                Column("Grounds", numeric=True),
                Column("At some time uncovered", numeric=True),
                Column("More than a tenth of the time", numeric=True),
                Column("Time uncovered, all grounds", numeric=True),
                Column("Of it out of reach", numeric=True),
                Column("Of it while crews were out", numeric=True),
            ),
            rows,
            note="A ground is the land nearest to one station. Out of reach is time in which nobody could be there though all "
            "who were on duty stood at home. Which grounds they are, and when, does not leave the study.",
        ),
    ]


def limit_called(limit_from: str) -> str:
    """Name the limit in which a ground is to be reached: a standard, or what was declared where there is none."""
    return "declared" if limit_from.startswith("response.") else limit_from


def rests_on(played: Played) -> list[str]:
    """Say who meets which need, what drives rest on, what was inferred or left out, and how often it was played."""
    crews = dict(played.outcomes.units.group_by("pool").len().iter_rows())
    laws = [law.said for pool, law in played.baseline.laws.items() if crews.get(pool, 0) >= LEAST_CREWS]
    runs = len(played.outcomes.runs)

    def told(note: str) -> str:
        found = _COUNTED.match(note)
        small = found is not None and int(found[1]) < LIMIT
        return _COUNTED.sub(f"fewer than {LIMIT}", note) if small else note

    asked = played.baseline.asked
    kinds: dict[str, list[str]] = {}
    for need, service, kind in asked.who.filter("meets").select("need", "service_id", "kind").iter_rows():
        if crews.get(asked.pools.get(need, ""), 0) >= LEAST_CREWS:
            kinds.setdefault(need, []).append(f"{kind} of {service}")
    met = "; ".join(f"{need} by {listed(each)}" for need, each in kinds.items())
    return [
        f"The period was played {runs} times; what differs from run to run is luck.",
        *(
            [f"Each need is met by these kinds of unit, as recorded or as the study says: {as_said(met)}."]
            if met
            else []
        ),
        *(f"The drive of {each}." for each in laws),
        *(f"{note[:1].upper()}{note[1:]}." for note in map(told, played.notes)),
    ]


def fits_of(played: Played) -> pl.DataFrame:
    """Give what each step rests on by service, or by pool of units: the widest of its cells.

    Columns: step, cell, records, mean, median and 90th (minutes), lognormal_off (a share of records).
    """
    baseline = played.baseline
    widest = {
        (step, ", ".join(map(str, row)))
        for steps in (baseline.steps, *(each.steps for each in baseline.conveyance.values()))
        for step, levels in steps.items()
        for level in levels[-1:]
        for row in level.table.select(level.keys).iter_rows()
    }
    keys = {"step": pl.String, "cell": pl.String}
    conveyed = pl.col("cell").str.replace(", 1$", ", with a patient").str.replace(", 0$", ", without one")
    # A finer cell may be called alike; the widest of a step come last.
    return (
        baseline.fits.join(
            pl.DataFrame(sorted(widest), keys, orient="row"), on=list(keys), how="semi", maintain_order="left"
        )
        .unique(list(keys), keep="last", maintain_order=True)
        .with_columns(cell=pl.when(pl.col("step") == "on_scene").then(conveyed).otherwise("cell"))
    )


def fits_table(study: Study, played: Played, services: Sequence[str]) -> list[Block]:
    """Lay out what each step rests on, for services that may be shown and pools of two or more crews."""
    crews = dict(played.outcomes.units.group_by("pool").len().iter_rows())
    rows: list[list[Figure | str]] = []
    for row in fits_of(played).iter_rows(named=True):
        service, *kind = row["cell"].split(", ") if row["step"] == "on_scene" else [row["cell"]]
        of_pool = row["step"] in _OF_A_POOL
        if crews.get(service, 0) < LEAST_CREWS if of_pool else service not in services:
            continue
        base, unit = row["records"], Unit.SHARE if row["step"] == "conveyed" else Unit.MINUTES
        not_said = Figure(None, unit, mark=Mark.NOT_APPLICABLE)
        rows.append(
            [
                STEPS[row["step"]],
                ", ".join([service if of_pool else short_name(study.area, service), *kind]),
                Figure(float(base), Unit.COUNT),
                Figure(row["mean"], unit, base),
                not_said if unit is Unit.SHARE else Figure(row["90th"], unit, base),
                # A distance between two curves and no count of records, which the small-count rule would take it for.
                Mark.NOT_APPLICABLE.value if row["lognormal_off"] is None else f"{row['lognormal_off']:.0%}",
            ]
        )
    if not rows:
        return []
    return [
        Table(
            "waits-fits",
            "The records that each step is drawn from",
            (
                Column("Step"),
                Column("Of"),
                Column("Records", numeric=True),
                Column("Mean", numeric=True),
                Column("90th centile", numeric=True),
                Column("A lognormal would be off by", numeric=True),
            ),
            rows,
            note="Drawn are the records themselves, by category, priority and part of the day where there are 20 or more, and no "
            "curve. The last column says how large a share of records a lognormal of the same mean and spread would misplace.",
        )
    ]
