"""Link two services' records with Splink, trained in three ways: run by bench/crossover_accuracy.py in Splink's own environment.

`crossover_splink.py FOLDER plain|flags [WAY]` reads a.parquet and b.parquet (unique_id, x and y in metres, minute, category,
asks, event) and writes answer-WAY.parquet: the pairs within 1,000 m and 45 min with Splink's probability. Its last line has
the processor seconds of each way, up to the probabilities and up to events of one record each (single best links). All ways are
told the true prior. The ways:

documented: u from random pairs of records, then EM on pairs of one place and on pairs of one time, each of which leaves out
    the comparison whose bucket it is blocked on, because the SQL of the comparison names that bucket;
tuned: fine levels, u from pairs of one place and hour in other weeks, EM on the candidate pairs themselves;
told: as tuned, but with m counted from the true pairs.
"""

from __future__ import annotations

import json
import logging
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

if TYPE_CHECKING:
    from collections.abc import Sequence

METRES, MINUTES = 1_000, 45
NEAR = (
    f"r.moment between l.moment - {MINUTES} and l.moment + {MINUTES} "
    f"and (l.east - r.east) * (l.east - r.east) + (l.north - r.north) * (l.north - r.north) <= {METRES**2}"
)
# Splink trains by another join than it predicts by, which takes minutes unless something is equal.
SAME_DAY = f"l.day = r.day and {NEAR}"
WAYS = ("documented", "tuned", "told")
WEEK = 7 * 24 * 60
ROUNDS = (25, 10, 5)
SHIFTS = (-4, -3, -2, -1, 1, 2, 3, 4)
_MOST_PAIRS = 1e6
# No level may be ruled out because none was seen.
_UNSEEN = 0.5
_APART = "sqrt((x_l - x_r) * (x_l - x_r) + (y_l - y_r) * (y_l - y_r))"
_GAP = "(minute_r - minute_l)"


def main() -> None:
    """Link in every way that is asked for."""
    folder, flags = Path(sys.argv[1]), sys.argv[2] == "flags"
    seconds = {way: _in_rounds(folder, way, flags=flags) for way in sys.argv[3:] or WAYS}
    sys.stdout.write(json.dumps(seconds) + "\n")


def _in_rounds(folder: Path, way: str, *, flags: bool) -> tuple[float, float]:
    """Link with as many rounds of EM as can be had: it stops with an error when an m falls below 1e-300."""
    for rounds in ROUNDS:
        try:
            return linked(folder, way, rounds, flags=flags)
        except ValueError as error:
            if rounds == ROUNDS[-1] or "m_probability" not in str(error):
                raise
    raise AssertionError


def linked(folder: Path, way: str, rounds: int, *, flags: bool) -> tuple[float, float]:
    """Link in one way, write the answer, and give the processor seconds to the probabilities, and to one-to-one events."""
    start = time.process_time()
    link = duckdb.connect()
    for name in "ab":
        # The columns that the candidates are joined by have names of their own: Splink leaves out of its training every
        # comparison that shares a column with the rule that the training pairs are joined by.
        link.execute(
            f"create table records_{name} as select *, x as east, y as north, minute as moment, floor(minute / 1440) as day, "
            f"floor(x / 250) * 100000 + floor(y / 250) as cell, floor(minute / 10) as slot "
            f"from read_parquet('{folder / name}.parquet')"
        )
    sizes = [_one(link, f"select count(*) from records_{name}") for name in "ab"]
    true = _one(link, "select count(*) from records_a l join records_b r on l.event = r.event")
    if way == "documented":
        linker = _documented(link, rounds, flags=flags, prior=true / (sizes[0] * sizes[1]))
    else:
        linker = _tuned(link, rounds, flags=flags, told=way == "told")
    found = linker.inference.predict(threshold_match_probability=0.0, warning_mode="never")
    answer = f"(select unique_id_l as a, unique_id_r as b, match_probability as p from {found.physical_name})"
    link.execute(f"create table answer as select * from {answer}")
    scored = time.process_time() - start
    linker.clustering.cluster_using_single_best_links(
        found, duplicate_free_datasets=["a", "b"], threshold_match_probability=0.5
    )
    spent = scored, time.process_time() - start
    link.execute(f"copy answer to '{folder / f'answer-{way}'}.parquet' (format parquet)")
    return spent


def _documented(link: duckdb.DuckDBPyConnection, rounds: int, *, flags: bool, prior: float) -> Linker:
    distance = [f"cell_l is not null and cell_r is not null and {_APART} <= {each}" for each in _DISTANCES]
    gap = [f"slot_l is not null and slot_r is not null and abs({_GAP}) <= {each}" for each in _GAPS]
    comparisons = _comparisons(link, distance, gap, flags=flags)
    linker = _linker(link, comparisons, prior, rounds)
    linker.training.estimate_u_using_random_sampling(max_pairs=10 * _MOST_PAIRS, seed=1)
    for rule in (block_on("cell"), block_on("slot")):
        linker.training.estimate_parameters_using_expectation_maximisation(
            rule, max_pairs=_MOST_PAIRS, estimate_without_term_frequencies=True
        )
    return linker


_DISTANCES, _GAPS = (50, 100, 200, 300, 500, 1_000), (2, 5, 10, 15, 30, 45)


def _tuned(link: duckdb.DuckDBPyConnection, rounds: int, *, flags: bool, told: bool) -> Linker:
    distance = [f"{_APART} <= {each}" for each in (*range(50, 500, 50), 600, 700, 800, 900)]
    ends = (*range(-30, -20, 5), *range(-20, 20, 2), *range(20, 35, 5))
    gap = [f"{_GAP} <= {each}" for each in (-MINUTES + 5, *ends)]
    comparisons = _comparisons(link, distance, gap, flags=flags)
    # One table of chance for all comparisons: the pairs of other weeks, joined as the candidates are.
    columns = ", ".join(
        f"l.{each} as {each}_l, r.{each} as {each}_r" for each in ("x", "y", "category", "asks")
    )
    shifted = " union all ".join(
        f"select {columns}, l.minute as minute_l, r.minute + {each * WEEK} as minute_r from records_a l join records_b r "
        f"on {NEAR.replace('r.moment', f'(r.moment + {each * WEEK})')}"
        for each in SHIFTS
    )
    link.execute(f"create table chance as {shifted}")
    columns = ", ".join(
        f"l.{each} as {each}_l, r.{each} as {each}_r" for each in ("x", "y", "category", "asks", "minute")
    )
    link.execute(
        f"create table truth as select {columns} from records_a l join records_b r on l.event = r.event and {NEAR}"
    )
    candidates = _one(link, f"select count(*) from records_a l join records_b r on {NEAR}")
    for comparison in comparisons:
        _give(link, comparison, "u", "chance")
        if told:
            _give(link, comparison, "m", "truth")
    linker = _linker(link, comparisons, _one(link, "select count(*) from truth") / candidates, rounds)
    if not told:
        linker.training.estimate_parameters_using_expectation_maximisation(
            SAME_DAY, fix_probability_two_random_records_match=True
        )
    return linker


def _give(link: duckdb.DuckDBPyConnection, comparison: dict[str, Any], what: str, table: str) -> None:
    """Give the levels of a comparison their m or u probabilities, as the pairs in a table have them."""
    levels = comparison["comparison_levels"]
    cases = " ".join(f"when {each['sql_condition']} then {at}" for at, each in enumerate(levels[:-1]))
    case = f"case {cases} else {len(levels) - 1} end"
    seen = dict(link.execute(f"select {case} as level, count(*) from {table} group by 1").fetchall())
    total = sum(seen.values()) + _UNSEEN * len(levels)
    for at, level in enumerate(levels):
        level[f"{what}_probability"] = (seen.get(at, 0) + _UNSEEN) / total
        level[f"fix_{what}_probability"] = True


def _comparisons(
    link: duckdb.DuckDBPyConnection, distance: Sequence[str], gap: Sequence[str], *, flags: bool
) -> list[dict[str, Any]]:
    pairs = link.execute(
        "select a.category, b.category from (select distinct category from records_a) a, "
        "(select distinct category from records_b) b order by all"
    ).fetchall()
    category = [f"category_l = {one} and category_r = {other}" for one, other in pairs[:-1]]
    named = {"distance": distance, "gap": gap, "category": category}
    if flags:
        named["asks"] = [f"asks_l = {one} and asks_r = {other}" for one in (1, 0) for other in (1, 0)]
    return [
        {
            "output_column_name": name,
            "comparison_levels": [
                {"sql_condition": each, "label_for_charts": f"{name} {at}"}
                for at, each in enumerate((*levels, "ELSE"))
            ],
        }
        for name, levels in named.items()
    ]


def _linker(
    link: duckdb.DuckDBPyConnection, comparisons: list[dict[str, Any]], prior: float, rounds: int
) -> Linker:
    settings = SettingsCreator(
        link_type="link_only",
        comparisons=comparisons,
        blocking_rules_to_generate_predictions=[NEAR],
        probability_two_random_records_match=prior,
        retain_matching_columns=False,
        max_iterations=rounds,
    )
    api = DuckDBAPI(link)
    tables = [api.register(link.table(f"records_{name}"), dataset_display_name=name) for name in "ab"]
    return Linker(tables, settings, log_level=logging.ERROR)


def _one(link: duckdb.DuckDBPyConnection, question: str) -> Any:
    return link.execute(question).fetchall()[0][0]


if __name__ == "__main__":
    main()
