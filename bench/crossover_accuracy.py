"""How well crossover tells joint events from chance in imagined areas, whose truth is known, and beside it Splink.

`python bench/crossover_accuracy.py` prints one JSON line a row of the table in docs/guide/crossover-accuracy.md: areas of
300,000 people and a year, at four densities, then the stress rows, then Splink's. `--seeds` says how many areas Splink is
measured on, `--coverage` on how many we are; `--only 50,stress` takes some of the rows, and `--services fire,ambulance`
others. `--numbers` measures each area a second time, with the partner's number written into some records. What comes of each
single area goes to stderr as it is measured.
"""

from __future__ import annotations

import argparse
import json
import math
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass, replace
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from joinedup.assumptions import stream
from joinedup.crossover.answer import Window
from joinedup.crossover.estimate import joint_events
from joinedup.crossover.linking import linked
from joinedup.crossover.matching import Matching
from joinedup.crossover.partner_numbers import between, said_of, ties_of
from joinedup.crossover.records import asks_for, canonical, period_of, records_of
from joinedup.crossover.repeats import repeat_groups
from joinedup.imagining import Noise, imagine, truth_of
from joinedup.study import Study

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from joinedup.area import Area
    from joinedup.crossover.estimate import JointEvents
    from joinedup.crossover.linking import Linked
    from joinedup.crossover.records import Period, Records

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Flags = NDArray[np.bool_]

PEOPLE, DAYS, FIRST_SEED = 300_000, 365, 1_101
DENSITIES = (50, 700, 5_000, 15_000)
SERVICES = (("police", "ambulance"), ("fire", "ambulance"))
WINDOW, MATCHING = Window(500, 30), Matching()
LEAST, CUT, BINS = 0.05, 0.5, 10
NUMBERED, WRONG = 0.3, 0.02
"""The share of joint events of which a record has the partner's number, where any has, and of such numbers that name another."""
LINKED = 0.01
"""The share of events that follow an unrelated one of another service at its place, in the rows that have such."""
_NORMAL = 1.959964
_SPLINK = Path(__file__).with_name("crossover_splink.py")


@dataclass(frozen=True)
class Score:
    """What came of one pair of services in one area, beside its truth.

    ``bins`` has the probabilities added up, the true pairs and the pairs in ten equal bins, over pairs with a probability
    of 0.05 or more. ``truth`` and ``events`` are in events, and so are the others; ``matching`` is the variance of the
    count if each match were a throw of its own.
    """

    f1: float
    bins: Floats
    truth: float
    events: float
    low: float
    high: float
    matching: float

    @property
    def bias(self) -> float:
        """How far the estimate is off, as a share of the truth."""
        return self.events / self.truth - 1

    @property
    def covers(self) -> bool:
        """Whether the interval holds the truth."""
        return self.low <= self.truth <= self.high


@dataclass(frozen=True, eq=False)
class Known:
    """One area whose truth is known, ready to be scored: each positioned record's event, as a number."""

    area: Area
    frame: pl.DataFrame
    period: Period
    a: Records
    b: Records
    groups: tuple[Integers, Integers]
    events: tuple[Integers, Integers]

    def scored(self, *, flags: bool) -> Score:
        """Link the two services, with or without what their records say of each other, and score the answer."""
        found, joint = self.measured(flags=flags)
        one, other = self.events
        true = one[found.pairs.a] == other[found.pairs.b]
        f1, bins = matched(joint.met.probability, true, self.true_pairs())
        here = np.unique(joint.met.meeting[joint.inside & (joint.met.meeting >= 0)])
        p = joint.met.joint[here]
        return Score(
            f1=f1,
            bins=bins,
            truth=self._truth(found, joint, true),
            events=joint.events,
            low=joint.low,
            high=joint.high,
            matching=float((p * (1 - p)).sum()),
        )

    def measured(self, *, flags: bool) -> tuple[Linked, JointEvents]:
        """Link the two services and count their joint events."""
        services = self.a.service, self.b.service
        asks = (
            [asks_for(self.area, self.frame, *each) for each in (services, services[::-1])] if flags else []
        )
        found, linkage = linked(self.a, self.b, WINDOW, self.period, MATCHING, _quiet, *asks)
        ties = between(ties_of(self.frame), *services)
        said = None if ties.is_empty() else said_of(ties, self.a, self.b, found.pairs, *self.groups)
        return found, joint_events(found, linkage, *self.groups, said)

    def true_pairs(self) -> int:
        """Count the pairs of usable records that are of one event, however far apart they are."""
        own, one = np.unique(self.events[0][self.a.usable], return_counts=True)
        others, other = np.unique(self.events[1][self.b.usable], return_counts=True)
        _, i, j = np.intersect1d(own, others, return_indices=True)
        return int((one[i] * other[j]).sum())

    def _truth(self, found: Linked, joint: JointEvents, true: Flags) -> float:
        """Count the events that have a pair in the window; of those that cannot be placed, the same share."""
        inside = len(np.unique(self.events[0][found.pairs.a][true & joint.inside]))
        usable = set(self.events[0][self.a.usable]) & set(self.events[1][self.b.usable])
        event = self.frame["event"].to_numpy()
        service = self.frame["service_id"].to_numpy()
        every = np.intersect1d(event[service == self.a.service], event[service == self.b.service])
        return inside * (1 + (len(every) - len(usable)) / len(usable))


def matched(p: Floats, true: Flags, every: int) -> tuple[float, Floats]:
    """Give F1 at the cut over pairs of records, of which ``every`` are true, and the bins of the calibration."""
    said = p >= CUT
    f1 = 2 * int((said & true).sum()) / (int(said.sum()) + every)
    some = p >= LEAST
    place = np.minimum((p[some] * BINS).astype(np.int64), BINS - 1)
    columns = (p[some], true[some].astype(np.float64), np.ones(int(some.sum())))
    return f1, np.stack([np.bincount(place, each, BINS) for each in columns])


def calibration(bins: Floats) -> float:
    """Give the mean distance between probability and truth over the bins, each as heavy as its pairs are many."""
    return float(np.abs(bins[0] - bins[1]).sum() / bins[2].sum())


def plain_noise(seed: int) -> Noise:
    """Give the errors of the table: 3, 4 or 5 minutes with 100, 125 or 150 metres, by the seed."""
    step = seed % 3 / 2
    return replace(
        Noise.none(),
        time_minutes=3 + 2 * step,
        place_metres=100 + 50 * step,
        rounded=1 / 3,
        category_slips=0.1,
        duplicates=0.03,
        requests_missed=0.15,
        requests_in_vain=0.01,
    )


def stress_noise() -> Noise:
    """Give every difficulty at its realistic size, and those that matching minds at twice that size."""
    usual = Noise()
    return replace(
        usual,
        time_minutes=4,
        place_metres=125,
        duplicates=2 * usual.duplicates,
        delayed=2 * usual.delayed,
        storms=2 * usual.storms,
        matches=2 * usual.matches,
        weekly_callers=2 * usual.weekly_callers,
        moving_clusters=2 * usual.moving_clusters,
        missing_weeks=2 * usual.missing_weeks,
    )


def worsened(folder: Path, seed: int) -> None:
    """Add errors with heavy tails, on good and bad days that the services share, to an imagined area's records.

    A record's error in place and in time has one common factor (Student's t with 3 degrees of freedom), and so have all
    records of a day (log-normal): the one tells of the other, which no product of shapes can say.
    """
    path = folder / "tables" / "incidents.parquet"
    frame = pl.read_parquet(path)
    chance = stream(seed, "bench", "worsened")
    day = frame["received_at"].dt.date().rank("dense").fill_null(0).to_numpy()
    factor = np.exp(chance.normal(0, 0.5, int(day.max()) + 1))[day]
    factor *= np.sqrt(3 / chance.chisquare(3, frame.height))
    east, north = chance.normal(0, 40, (2, frame.height)) * factor
    seconds = np.round(chance.normal(0, 90, frame.height) * factor).astype(np.int64)
    later = pl.Series(seconds * 1_000_000).cast(pl.Duration("us"))
    frame.with_columns(
        received_at=pl.col("received_at") + pl.lit(later),
        easting=pl.col("easting") + pl.Series(np.where(frame["place_precision"] == "exact", east, 0)),
        northing=pl.col("northing") + pl.Series(np.where(frame["place_precision"] == "exact", north, 0)),
    ).write_parquet(path)


def linked_calls(folder: Path, seed: int) -> None:
    """Put some events of one service at the place of an unrelated one of another, within three hours after it.

    A second call to a disturbance, a crash behind a crash: linked, but not one event.
    """
    path = folder / "tables" / "incidents.parquet"
    frame = pl.read_parquet(path)
    chance = stream(seed, "bench", "linked")
    event = pl.read_parquet(truth_of(folder) / "events.parquet").select("incident_id", "event_id")
    alone = frame.join(event, on="incident_id", how="left", maintain_order="left").select(
        (pl.len().over("event_id") == 1)
        & (pl.col("place_precision") == "exact")
        & pl.col("received_at").is_not_null()
    )
    rows = np.flatnonzero(alone.to_series().fill_null(value=False).to_numpy())
    moved = chance.choice(rows, round(LINKED * frame.height), replace=False)
    before = chance.choice(rows, len(moved))
    service = frame["service_id"].to_numpy()
    moved, before = (each[service[moved] != service[before]] for each in (moved, before))
    shift = np.round(chance.uniform(10, 180, len(moved)) * 60_000_000).astype(np.int64)
    received = frame["received_at"].to_physical()
    columns = [
        received.scatter(moved, received.gather(before).to_numpy() + shift).cast(frame["received_at"].dtype)
    ]
    for name in ("easting", "northing"):
        near = frame[name].gather(before).to_numpy() + chance.normal(0, 50, len(moved))
        columns.append(frame[name].scatter(moved, near))
    frame.with_columns(*columns).write_parquet(path)


def known(folder: Path, pairs: Sequence[tuple[str, str]] = SERVICES) -> list[Known]:
    """Read an imagined area and its truth, for some pairs of services."""
    area = Study.read(folder).area
    events = pl.read_parquet(truth_of(folder) / "events.parquet").select("incident_id", event="event_id")
    frame = canonical(area).join(events, on="incident_id", how="left", maintain_order="left")
    frame = frame.with_columns(event=pl.col("event").rank("dense").cast(pl.Int64))
    period = period_of(area, frame)
    event = frame["event"].to_numpy()
    records = {each: records_of(frame, each) for each in {name for both in pairs for name in both}}
    groups = {each: repeat_groups(own, period, MATCHING, _quiet) for each, own in records.items()}
    found = []
    for one, other in pairs:
        a, b = records[one], records[other]
        true = event[a.row], event[b.row]
        found.append(Known(area, frame, period, a, b, (groups[one], groups[other]), true))
    return found


def numbered(place: Known, seed: int) -> Known:
    """Write the other service's number into the first record of some joint events, on either side, and into a few wrongly."""
    chance, names = stream(seed, "bench", "numbered"), place.frame["incident_id"].to_list()
    written: dict[int, str] = {}
    sides = (place.a, *place.events), (place.b, *place.events[::-1])
    for (own, events, others), partner in zip(sides, (place.b, place.a), strict=True):
        shared, first, theirs = np.intersect1d(events, others, return_indices=True)
        some = chance.random(len(shared)) < NUMBERED / 2
        wrong = chance.random(len(shared)) < WRONG
        named = np.where(wrong, chance.integers(0, len(partner), len(shared)), theirs)
        rows = zip(own.row[first[some]].tolist(), partner.row[named[some]].tolist(), strict=True)
        written |= {one: names[other] for one, other in rows}
    references = pl.Series([written.get(row) for row in range(len(names))], dtype=pl.String)
    return replace(place, frame=place.frame.with_columns(other_service_reference=references))


def areas(
    row: str, seeds: int, pairs: Sequence[tuple[str, str]] = SERVICES
) -> Iterator[tuple[int, list[Known]]]:
    """Imagine one area after the other, each with a seed of its own, and read it for some pairs of services.

    ``row`` is a density in people a km², after the word ``stress`` and a space where everything is made harder, or ``linked``
    where linked calls are all that is.
    """
    density = float(row.rsplit(maxsplit=1)[-1])
    for seed in range(FIRST_SEED, FIRST_SEED + seeds):
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place) / "area"
            hard = row.startswith("stress")
            imagine(folder, PEOPLE, DAYS, seed, density, stress_noise() if hard else plain_noise(seed))
            if hard:
                worsened(folder, seed)
            if not row.isdigit():
                linked_calls(folder, seed)
            yield seed, known(folder, pairs)


def summed_up(scores: list[Score]) -> dict[str, float | int]:
    """Put the scores of many areas in one line."""
    bias = np.array([each.bias for each in scores])
    half = np.array([(each.high - each.low) / 2 / each.truth for each in scores])
    far = np.abs(bias) / half
    return {
        "areas": len(scores),
        "events": round(float(np.mean([each.truth for each in scores]))),
        "f1": round(float(np.mean([each.f1 for each in scores])), 4),
        "calibration": round(calibration(np.sum([each.bins for each in scores], axis=0)), 4),
        "bias": round(float(bias.mean()), 4),
        "covered": sum(each.covers for each in scores),
        # By so much every interval would have to be wider for nine in ten to hold the truth.
        "widened_for_90": round(max(1.0, float(np.sort(far)[math.ceil(0.9 * len(far)) - 1])), 2),
        "half_width": round(float(half.mean()), 4),
        "spread_1.96": round(_NORMAL * float(bias.std(ddof=1)), 4) if len(scores) > 1 else 0.0,
        "matching_1.96": round(
            _NORMAL * float(np.mean([math.sqrt(each.matching) / each.truth for each in scores])), 4
        ),
        "poisson_1.96": round(_NORMAL * float(np.mean([each.truth**-0.5 for each in scores])), 4),
    }


def main() -> None:
    """Print the rows."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--seeds", type=int, default=20, help="areas a row for Splink; 0 leaves it out")
    asked.add_argument("--coverage", type=int, default=100, help="areas a row for ours")
    asked.add_argument("--only", default=",".join([*map(str, DENSITIES), "stress 700", "stress 5000"]))
    asked.add_argument("--services", help="two services with a comma between them, instead of both pairs")
    asked.add_argument(
        "--flags", choices=["no", "yes", "both"], default="both", help="what records say of others"
    )
    asked.add_argument(
        "--numbers", action="store_true", help="also with the partner's number in some records"
    )
    options = asked.parse_args()
    pairs = [tuple(options.services.split(","))] if options.services else SERVICES
    flags = {"no": [False], "yes": [True], "both": [False, True]}[options.flags]
    for row in options.only.split(","):
        ways = list(product(flags, [False, True] if options.numbers else [False]))
        _rows(row, [(one, other) for one, other in pairs], ways, options.seeds, options.coverage)


def _rows(
    row: str, pairs: list[tuple[str, str]], ways: list[tuple[bool, bool]], seeds: int, coverage: int
) -> None:
    """Measure one kind of area, without and with what records say of other services, ours and then Splink's.

    ``ways`` tells of requests and of numbers whether records have them; Splink is given no numbers.
    """
    ours: dict[tuple[str, bool, bool], list[Score]] = {}
    theirs: dict[tuple[str, bool, str], list[tuple[float, Floats]]] = {}
    for number, (seed, places) in enumerate(areas(row, max(seeds, coverage), pairs)):
        for place, (flags, numbers) in product(places, ways):
            services = f"{place.a.service} with {place.b.service}"
            if number < coverage:
                each = (numbered(place, seed) if numbers else place).scored(flags=flags)
                ours.setdefault((services, flags, numbers), []).append(each)
                single = {"row": row, "services": services, "flags": flags, "numbers": numbers, "seed": seed}
                single |= {name: value for name, value in asdict(each).items() if name != "bins"}
                sys.stderr.write(json.dumps(single) + "\n")
            if number < seeds and not numbers:
                for way, answer in splink(place, flags=flags)[0].items():
                    theirs.setdefault((services, flags, way), []).append(answer)
                    single = {"row": row, "services": services, "flags": flags, "seed": seed, "splink": way}
                    sys.stderr.write(json.dumps(single | {"f1": answer[0]}) + "\n")
    for (services, flags, numbers), scores in ours.items():
        head = {"row": row, "services": services, "flags": flags, "numbers": numbers, "who": "ours"}
        _print(head | summed_up(scores))
    for (services, flags, way), answers in theirs.items():
        head = {
            "row": row,
            "services": services,
            "flags": flags,
            "who": f"splink {way}",
            "areas": len(answers),
        }
        error = calibration(np.sum([bins for _, bins in answers], axis=0))
        f1 = float(np.mean([each for each, _ in answers]))
        _print(head | {"f1": round(f1, 4), "calibration": round(error, 4)})


def splink(
    place: Known, *, flags: bool
) -> tuple[dict[str, tuple[float, Floats]], dict[str, tuple[float, float]]]:
    """Let Splink link the same records, in its own environment, and score each way of training it; and its seconds."""
    sys.path.insert(0, str(Path(__file__).parent))
    from rivals import rivals_python  # type: ignore[import-not-found]

    with tempfile.TemporaryDirectory() as folder:
        given = Path(folder)
        as_files(place, given, flags=flags)
        done = subprocess.run(
            [rivals_python(), _SPLINK, given, "flags" if flags else "plain"],
            check=True,
            capture_output=True,
            text=True,
        )
        every, found = place.true_pairs(), {}
        one, other = place.events
        for answer in sorted(given.glob("answer-*.parquet")):
            pairs = pl.read_parquet(answer)
            true = one[pairs["a"].to_numpy()] == other[pairs["b"].to_numpy()]
            found[answer.stem.removeprefix("answer-")] = matched(pairs["p"].to_numpy(), true, every)
        return found, json.loads(done.stdout.splitlines()[-1])


def as_files(place: Known, folder: Path, *, flags: bool) -> None:
    """Write what Splink reads: a.parquet and b.parquet, with the usable records of either service."""
    services = place.a.service, place.b.service
    for name, records, event, way in zip(
        "ab", (place.a, place.b), place.events, (services, services[::-1]), strict=True
    ):
        columns = {
            "unique_id": np.arange(len(records)),
            "x": records.place[:, 0],
            "y": records.place[:, 1],
            "minute": (records.instant - place.period.first) / 60e6,
            "category": records.signature,
            "asks": asks_for(place.area, place.frame, *way) if flags else np.zeros(len(records), np.int8),
            "event": event,
        }
        pl.DataFrame(columns).filter(pl.Series(records.usable)).write_parquet(folder / f"{name}.parquet")


def _print(line: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def _quiet(_: str) -> None:
    """Say nothing of progress."""


if __name__ == "__main__":
    main()
