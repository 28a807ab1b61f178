"""A clerical review: a sheet that tells nothing of the score, and answers that say how right it is (§2.4, §2.5)."""

from __future__ import annotations

import csv
import io
import json
import math
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest
from scipy.stats import spearmanr

from joinedup.area import Area
from joinedup.area.corrected import safe_csv
from joinedup.area.reading import read_area
from joinedup.crossover import measure
from joinedup.crossover.records import canonical
from joinedup.crossover.review import (
    COLUMNS,
    EDGES,
    EVENT,
    Key,
    answers_of,
    drawn,
    judged,
    judging,
    must_be_of,
)
from joinedup.crossover.review.drawing import allocated
from joinedup.crossover.review.judging import share_interval
from joinedup.crossover.review.key import Band, Drawn
from joinedup.imagining import imagine, truth_of
from joinedup.refusal import Refusal
from tests.crossover.areas import area_by_hand, record
from tests.small import LITTLETON, littleton

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from joinedup.crossover import Crossover
    from joinedup.crossover.review import Figure, Sheet

PEOPLE, DAYS, DENSITY = 60_000, 182, 5_000


@dataclass(frozen=True, eq=False)
class Known:
    """An imagined area in which no record says who was asked for, what was measured in it, and its truth."""

    area: Area
    found: Crossover
    event: dict[str, str]

    def answers(self, key: Key) -> list[str]:
        """Answer a sheet from the truth."""
        same = (self.event[one] == self.event[other] for one, other in (each.incidents for each in key.pairs))
        return ["yes" if each else "no" for each in same]

    def truth(self) -> tuple[float, float, int]:
        """Give the true precision, recall and number of events of all meetings that a sheet is drawn from."""
        incident = canonical(self.area)["incident_id"].to_list()
        likely: list[bool] = []
        true: list[bool] = []
        for pair in self.found.pairs:
            assert pair.joint is not None
            for each in pair.joint.iter_rows(named=True):
                if each["probability"] >= EDGES[0]:
                    likely.append(each["probability"] >= EVENT)
                    true.append(
                        self.event[incident[each["a_record"]]] == self.event[incident[each["b_record"]]]
                    )
        right = sum(one and other for one, other in zip(likely, true, strict=True))
        return right / sum(likely), right / sum(true), sum(true)


def imagined(folder: Path, seed: int) -> Known:
    imagine(folder, PEOPLE, DAYS, seed, DENSITY)
    area = read_area(folder)[0]
    silent = area.table("incidents").with_columns(other_service_requested=pl.lit(None, dtype=pl.String))
    area = Area(area.settings, area.plane, {**area.tables, "incidents": silent})
    events = pl.read_parquet(truth_of(folder) / "events.parquet").select("incident_id", "event_id")
    return Known(area, measure(area), dict(events.iter_rows()))


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Known:
    return imagined(tmp_path_factory.mktemp("review") / "area", seed=5)


def holds(figure: Figure | None, truth: float) -> bool:
    assert figure is not None
    return figure.low - 1e-9 <= truth <= figure.high + 1e-9


# --- what the answers say ------------------------------------------------------------------------------------------


def test_the_intervals_hold_the_truth_in_most_reviews_of_an_imagined_area(known: Known) -> None:
    precision, recall, events = known.truth()
    assert 0.5 < precision < 0.99
    held = []
    for seed in range(12):
        key = drawn(known.area, known.found, 200, seed).key
        said = judged(key, known.answers(key))
        held.append(
            (holds(said.precision, precision), holds(said.recall, recall), holds(said.events, events))
        )
        assert said.precision is not None
        assert said.precision.high - said.precision.low < 0.1
    assert (np.array(held).sum(axis=0) >= 11).all()


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(21, 26))
def test_the_intervals_hold_the_truth_in_most_reviews_of_other_areas(seed: int, tmp_path: Path) -> None:
    other = imagined(tmp_path / "area", seed)
    precision, recall, _ = other.truth()
    held = []
    for each in range(8):
        key = drawn(other.area, other.found, 120, each).key
        said = judged(key, other.answers(key))
        held.append((holds(said.precision, precision), holds(said.recall, recall)))
    assert (np.array(held).sum(axis=0) >= 7).all()


PURE, MIXED = (0.0, 0.02, 0.1, 0.4, 0.9, 1.0), (0.03, 0.1, 0.3, 0.6, 0.8, 0.97)


@pytest.mark.parametrize("shares", [PURE, MIXED])
@pytest.mark.parametrize("pairs", [40, 200])
def test_the_intervals_hold_a_truth_that_is_drawn_from(
    shares: Sequence[float], pairs: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Bands of one answer alone are where an interval from a normal curve, or from half a yes and half a no, says too much.
    monkeypatch.setattr(judging, "_DRAWS", 2_000)
    sizes = (200, 100, 80, 60, 100, 2_000)
    bands = bands_of(sizes)
    share = allocated(bands, pairs)
    events = [round(size * each) for size, each in zip(sizes, shares, strict=True)]
    precision = sum(events[3:]) / sum(sizes[3:])
    recall = sum(events[3:]) / sum(events)
    chance = np.random.Generator(np.random.PCG64(4))
    held = []
    for seed in range(60):
        answers: list[str] = []
        for size, true, asked in zip(sizes, events, share, strict=True):
            yes = int(chance.hypergeometric(true, size - true, asked))
            answers += ["yes"] * yes + ["no"] * (asked - yes)
        said = judged(key_of(bands, share, seed), answers)
        held.append(
            (holds(said.precision, precision), holds(said.recall, recall), holds(said.events, sum(events)))
        )
    assert (np.mean(held, axis=0) >= 0.95).all()


def bands_of(sizes: Sequence[int]) -> tuple[Band, ...]:
    middle = [(low + high) / 2 for low, high in pairwise(EDGES)]
    every = zip(EDGES[:-1], EDGES[1:], sizes, middle, strict=True)
    return tuple(Band(*each) for each in every if each[2])


def key_of(bands: Sequence[Band], share: Sequence[int], seed: int = 1) -> Key:
    pairs = [
        Drawn(
            ("a", "b"),
            (f"{band}a{n}", f"{band}b{n}"),
            ("", ""),
            band,
            each.meetings / share[band],
            each.probability,
        )
        for band, each in enumerate(bands)
        for n in range(share[band])
    ]
    return Key("Test", seed, 500, 30, tuple(bands), 7, 0.03, (), tuple(pairs))


def test_a_review_of_every_meeting_leaves_no_doubt() -> None:
    bands = bands_of((0, 10, 0, 0, 0, 20))
    said = judged(key_of(bands, [10, 20]), ["yes"] * 2 + ["no"] * 8 + ["yes"] * 18 + ["no"] * 2)
    assert said.precision is not None
    assert said.recall is not None
    assert (said.precision.low, said.precision.estimate, said.precision.high) == (0.9, 0.9, 0.9)
    assert (said.recall.low, said.recall.estimate, said.recall.high) == (0.9, 0.9, 0.9)
    assert (said.events.low, said.events.estimate, said.events.high) == (20, 20, 20)
    assert said.published == 20


def test_each_pair_stands_for_as_many_meetings_as_its_weight(known: Known) -> None:
    key = drawn(known.area, known.found, 100).key
    answers = known.answers(key)
    above = [
        (each.weight, answer == "yes")
        for each, answer in zip(key.pairs, answers, strict=True)
        if each.band >= 3
    ]
    by_weight = sum(weight for weight, yes in above if yes) / sum(weight for weight, _ in above)
    said = judged(key, answers)
    assert said.precision is not None
    assert said.precision.estimate == pytest.approx(by_weight)
    assert said.events.estimate == pytest.approx(
        sum(each.weight for each, answer in zip(key.pairs, answers, strict=True) if answer == "yes")
    )
    assert sum(each.weight for each in key.pairs) == pytest.approx(sum(each.meetings for each in key.bands))


def test_what_cannot_be_told_is_given_as_bounds() -> None:
    # Of ten meetings above a half six are, two are not; of ten below one is; of two on either side nobody knows.
    bands = bands_of((0, 10, 0, 0, 10, 0))
    below, above = ["yes"] + ["no"] * 7 + ["cannot tell"] * 2, ["yes"] * 6 + ["no"] * 2 + ["cannot tell"] * 2
    said = judged(key_of(bands, [10, 10]), below + above)
    assert said.precision is not None
    assert said.recall is not None
    assert said.precision.estimate == pytest.approx(6 / 8)
    assert (said.precision.least, said.precision.most) == pytest.approx((0.6, 0.8))
    assert (said.precision.low, said.precision.high) == pytest.approx((0.6, 0.8))
    assert (said.recall.low, said.recall.high) == pytest.approx((6 / 9, 8 / 9))
    assert (said.events.low, said.events.high) == (7, 11)


def test_where_nothing_can_be_told_nothing_is_estimated() -> None:
    bands = bands_of((0, 0, 0, 0, 5, 0))
    said = judged(key_of(bands, [5]), ["cannot tell"] * 5)
    assert said.precision is not None
    assert said.precision.estimate is None
    assert (said.precision.low, said.precision.high) == (0, 1)
    assert said.bands[0].share is None


def test_no_event_found_and_none_published_are_not_zero() -> None:
    below = judged(key_of(bands_of((10, 0, 0, 0, 0, 0)), [10]), ["no"] * 10)
    assert below.precision is None
    assert below.recall is None
    assert below.events.estimate == 0


def test_the_interval_of_a_band_is_the_exact_one_of_few_among_few() -> None:
    # For every possible truth, the chance that the interval holds it, by counting all ways of drawing 5 of 12.
    ways = math.comb(12, 5)
    for true in range(13):
        chances = {
            yes: math.comb(true, yes) * math.comb(12 - true, 5 - yes) / ways
            for yes in range(max(0, true - 7), min(5, true) + 1)
        }
        intervals = {yes: share_interval(yes, 5, 12) for yes in chances}
        held = sum(p for yes, p in chances.items() if intervals[yes][0] <= true / 12 <= intervals[yes][1])
        assert held >= 0.95
    assert share_interval(0, 5, 5) == (0, 0)
    # Clopper and Pearson's own limits for 0 and 3 of 10, from their definition, for meetings without number.
    assert share_interval(0, 10, 10**7)[1] == pytest.approx(1 - 0.025 ** (1 / 10), abs=1e-4)
    low, high = share_interval(3, 10, 10**7)
    assert sum(math.comb(10, k) * low**k * (1 - low) ** (10 - k) for k in range(3, 11)) == pytest.approx(
        0.025, abs=1e-4
    )
    assert sum(math.comb(10, k) * high**k * (1 - high) ** (10 - k) for k in range(4)) == pytest.approx(
        0.025, abs=1e-4
    )


def test_one_band_alone_gets_the_interval_of_clopper_and_pearson() -> None:
    said = judged(key_of((Band(0.95, 1.0, 5_000, 0.99),), [60]), ["yes"] * 55 + ["no"] * 5)
    assert said.precision is not None
    assert (said.precision.low, said.precision.high) == pytest.approx(
        share_interval(55, 60, 5_000), abs=0.005
    )


# --- the sheet -----------------------------------------------------------------------------------------------------


def test_a_sheet_shows_what_a_clerk_needs_and_nothing_of_the_score(known: Known) -> None:
    sheet = drawn(known.area, known.found, 200)
    assert sheet.rows.columns == list(COLUMNS)
    assert not any(
        word in column for column in COLUMNS for word in ("prob", "odds", "score", "band", "weight", "likel")
    )
    assert sheet.rows.height == 200
    assert sheet.rows["same_event"].unique().to_list() == [""]
    assert sheet.rows["pair"].to_list() == list(sheet.key.names)
    text = safe_csv(sheet.rows).decode()
    for each in sheet.key.pairs:
        assert f"{each.probability:.4f}"[1:] not in text
    # What stands there is what the study says.
    incidents = {row["incident_id"]: row for row in known.area.table("incidents").iter_rows(named=True)}
    for row in sheet.rows.iter_rows(named=True):
        for which in (1, 2):
            own = incidents[row[f"incident_{which}"]]
            assert row[f"service_{which}"] == own["service_id"]
            assert row[f"category_{which}"] == (own["category"] or "")
            assert row[f"received_{which}"] == f"{own['received_at']:%Y-%m-%d %H:%M:%S}"
            assert row[f"asked_other_{which}"] == "not said"
        one, other = (incidents[row[f"incident_{which}"]] for which in (1, 2))
        apart = abs((one["received_at"] - other["received_at"]).total_seconds()) / 60
        assert float(row["minutes_apart"]) == pytest.approx(apart, abs=0.06)
        metres = math.dist((one["x"], one["y"]), (other["x"], other["y"]))
        assert float(row["metres_apart"]) == pytest.approx(metres, abs=0.6)


def test_the_order_of_a_sheet_says_nothing(known: Known) -> None:
    ranks = []
    for seed in range(20):
        key = drawn(known.area, known.found, 200, seed).key
        ranks.append(spearmanr(range(200), [each.probability for each in key.pairs]).statistic)
    # Of a shuffled sheet, about 0 with a standard deviation of 1 / sqrt(199).
    assert abs(np.mean(ranks)) < 3 / math.sqrt(199 * 20)
    assert max(map(abs, ranks)) < 4 / math.sqrt(199)


def test_every_band_has_pairs_and_most_go_to_what_is_taken_for_an_event(known: Known) -> None:
    key = drawn(known.area, known.found, 200).key
    number = np.bincount([each.band for each in key.pairs])
    assert len(number) == len(EDGES) - 1
    assert number.min() >= 10
    assert sum(each.probability >= EVENT for each in key.pairs) == pytest.approx(140, abs=5)
    for each in key.pairs:
        band = key.bands[each.band]
        assert band.low <= each.probability <= band.high
        assert each.weight == pytest.approx(band.meetings / number[each.band])
    assert len({each.incidents for each in key.pairs}) == 200


@pytest.mark.parametrize("number", [20, 50, 333, 10_000])
def test_a_number_is_shared_out_whole_and_no_band_gets_more_than_it_has(number: int) -> None:
    sizes = (900, 0, 3, 200, 1, 400)
    share = allocated(bands_of(sizes), number)
    assert sum(share) == min(number, sum(sizes))
    assert all(0 < each <= size for each, size in zip(share, filter(None, sizes), strict=True))


def test_the_same_study_and_seed_give_the_same_sheet_in_any_order_of_rows(known: Known) -> None:
    sheet = drawn(known.area, known.found, 60)
    tables = {name: known.area.table(name) for name in known.area.tables}
    for name in ("incidents", "services"):
        tables[name] = tables[name].sample(fraction=1, shuffle=True, seed=3)
    again = Area(known.area.settings, known.area.plane, tables)
    other = drawn(again, measure(again), 60)
    assert safe_csv(other.rows) == safe_csv(sheet.rows)
    assert other.key == sheet.key
    assert drawn(known.area, known.found, 60, seed=2).key.sheet != sheet.key.sheet


def test_where_there_are_fewer_meetings_all_are_on_the_sheet() -> None:
    study = littleton()
    sheet = drawn(study.area, study.crossover(), 500)
    assert sheet.rows.height == sum(each.meetings for each in sheet.key.bands) < 500
    assert {each.weight for each in sheet.key.pairs} == {1.0}


def test_without_meetings_there_is_nothing_to_review() -> None:
    area = area_by_hand(record("fire", 0), kinds={"fire": "fire", "police": "police"})
    with pytest.raises(Refusal, match="nothing to review"):
        drawn(area, measure(area), 50)


def test_who_asked_is_set_beside_records_that_meet_by_chance() -> None:
    study = littleton()
    key = drawn(study.area, study.crossover(), 500).key
    with (LITTLETON / "tables" / "incidents.csv").open(encoding="utf-8") as file:
        rows = [
            row
            for row in csv.DictReader(file)
            if row["easting"] and row["place_precision"] in {"exact", "100m", ""}
        ]
    asks = {row["incident_id"]: row["other_service_requested"].split("; ") for row in rows}
    for each in key.asking:
        one, other = each.services
        likely = [
            pair.incidents
            for pair in key.pairs
            if pair.services == each.services and pair.probability >= EVENT
        ]
        asked = [pair for pair in likely if other in asks[pair[0]] or one in asks[pair[1]]]
        assert (each.events, each.asking) == (len(likely), len(asked))
        every = [[row for row in rows if row["service_id"] == service] for service in each.services]
        either = [
            other in asks[first["incident_id"]] or one in asks[second["incident_id"]]
            for first in every[0]
            for second in every[1]
        ]
        assert each.by_chance == pytest.approx(sum(either) / len(either))
        assert each.asking / each.saying > 2 * each.by_chance
    assert len(key.asking) == 3


def test_where_no_record_says_who_was_asked_there_is_nothing_to_set_beside(known: Known) -> None:
    assert drawn(known.area, known.found, 20).key.asking == ()


# --- reading back --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def sheet() -> Sheet:
    study = littleton()
    return drawn(study.area, study.crossover(), 20)


def rows_of(sheet: Sheet) -> list[list[str]]:
    """Give a sheet as rows of cells, every pair answered, yes and no in turn."""
    rows = list(csv.reader(io.StringIO(safe_csv(sheet.rows).decode())))
    at = rows[0].index("same_event")
    for number, row in enumerate(rows[1:]):
        row[at] = ("yes", "no")[number % 2]
    return rows


def written(path: Path, rows: Sequence[Sequence[str]], separator: str = ",") -> Path:
    text = io.StringIO()
    csv.writer(text, delimiter=separator).writerows(rows)
    path.write_bytes(text.getvalue().encode())
    return path


def test_answers_come_back_in_the_order_of_the_key_whatever_the_order_of_the_rows(
    sheet: Sheet, tmp_path: Path
) -> None:
    rows = rows_of(sheet)
    expected = ("yes", "no") * 10
    assert answers_of(written(tmp_path / "a.csv", rows), sheet.key) == expected
    assert answers_of(written(tmp_path / "b.csv", [rows[0], *rows[:0:-1]]), sheet.key) == expected
    swapped = [row[::-1] for row in rows]
    assert answers_of(written(tmp_path / "c.csv", swapped), sheet.key) == expected


@pytest.mark.parametrize(
    "said", ["cannot tell", "Cannot Tell", " CANNOT  TELL ", "can't tell", "Can’t tell.", "cannot_tell"]
)
def test_answers_are_read_as_people_write_them(sheet: Sheet, tmp_path: Path, said: str) -> None:
    rows = rows_of(sheet)
    at = rows[0].index("same_event")
    rows[1][at], rows[2][at], rows[3][at] = said, "NO", " Yes "
    answers = answers_of(written(tmp_path / "a.csv", rows), sheet.key)
    assert answers[:3] == ("cannot tell", "no", "yes")


def test_a_number_that_a_spreadsheet_wrote_anew_is_no_mistake(sheet: Sheet, tmp_path: Path) -> None:
    rows = rows_of(sheet)
    rows[4][rows[0].index("incident_2")] = "2.02503E+15"
    assert len(answers_of(written(tmp_path / "a.csv", rows), sheet.key)) == 20


def spoilt(rows: list[list[str]], how: str) -> list[list[str]]:
    """Spoil a sheet in one way."""
    at = {name: number for number, name in enumerate(rows[0])}
    match how:
        case "no answers":
            return [[cell for number, cell in enumerate(row) if number != at["same_event"]] for row in rows]
        case "no pairs":
            return [row[1:] for row in rows]
        case "maybe":
            rows[7][at["same_event"]] = "maybe"
        case "blank":
            rows[7][at["same_event"]] = ""
        case "twice":
            rows.insert(9, rows[2])
        case "deleted":
            del rows[3:6]
        case "unknown":
            rows[7][0] = rows[7][0][:-3] + "999"
        case "unnamed":
            rows[7][0] = ""
        case "other sheet":
            rows = [rows[0], *(["BBBBB" + row[0][5:], *row[1:]] for row in rows[1:])]
        case "sorted alone":
            column = sorted(row[at["incident_1"]] for row in rows[1:])
            for row, incident in zip(rows[1:], column, strict=True):
                row[at["incident_1"]] = incident
    return rows


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ("no answers", r"row 1: the column same_event is missing; put the answers"),
        ("no pairs", r"row 1: the column pair is missing"),
        ("maybe", r"row 8, column same_event: 'maybe' is not an answer; write yes, no or cannot tell"),
        ("blank", r"row 8, column same_event: there is no answer; write yes, no or cannot tell"),
        ("twice", r"row 10, column pair: '\w+-002' stands in row 3 too; keep one"),
        (
            "deleted",
            r"column pair: 3 of 20 pairs are missing, the first of them \w+-003; put their rows back",
        ),
        ("unknown", r"row 8, column pair: '\w+-999' is not on this sheet; its pairs are \w+-001 to \w+-020"),
        ("unnamed", r"row 8, column pair: the number of the pair is missing"),
        ("other sheet", r"row 2, column pair: 'BBBBB-001' is of another sheet; the key beside it is of \w+"),
        ("sorted alone", r"row \d+, column incident_1: '\w+' belongs to pair .*sorted without the others"),
    ],
)
def test_a_spoilt_sheet_is_refused_by_row_and_column(
    sheet: Sheet, tmp_path: Path, how: str, words: str
) -> None:
    path = written(tmp_path / "a.csv", spoilt(rows_of(sheet), how))
    with pytest.raises(Refusal, match=rf"a\.csv, {words}"):
        answers_of(path, sheet.key)


def test_a_key_comes_back_as_it_was_written_or_is_refused(sheet: Sheet) -> None:
    text = json.dumps(sheet.key.as_json())
    assert Key.from_json(text, "key.json") == sheet.key
    for broken in (
        "",
        "[]",
        "{}",
        text[:-9],
        text.replace('"pairs"', '"pears"'),
    ):
        with pytest.raises(Refusal, match=r"key\.json: is not the key of a review sheet"):
            Key.from_json(broken, "key.json")
    changed = sheet.key.as_json()
    changed["bands"][0]["meetings"] += 1
    with pytest.raises(Refusal, match=r"key\.json: was changed since it was written"):
        Key.from_json(json.dumps(changed), "key.json")


def test_a_key_of_another_study_is_refused(sheet: Sheet, known: Known, tmp_path: Path) -> None:
    area = littleton().area
    must_be_of(area, sheet.key, tmp_path / "key.json")
    with pytest.raises(
        Refusal, match=r"has no incident .* name the study that the sheet was drawn from \(Littleton\)"
    ):
        must_be_of(known.area, sheet.key, tmp_path / "key.json")
    first = replace(sheet.key.pairs[0], received=("2001-01-01 00:00:00",) * 2)
    with pytest.raises(Refusal, match="that came in at 2001-01-01"):
        must_be_of(area, replace(sheet.key, pairs=(first, *sheet.key.pairs[1:])), tmp_path / "key.json")
