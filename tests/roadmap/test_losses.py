"""A roadmap that keeps to the limit on losses is soon found, though it need not be the best (§7.2)."""

from itertools import product

import numpy as np

from joinedup.roadmap.losses import Losses, Row, mended


def losses(worth: list[list[float]], allowed: int) -> Losses:
    made = np.array(worth)
    return Losses(made, made.min(axis=0), allowed)


BOLD, STEADY, TEAM = [30.0, 30.0, -20.0], [5.0, 5.0, 5.0], [4.0, 4.0, 4.0]
NEEDS: Row = ({2: 1.0, 0: -1.0}, -np.inf, 0.0)
"""The team needs the bold option."""


def test_what_loses_most_for_its_worth_is_left_out_with_what_needs_it() -> None:
    rows = [NEEDS]
    assert mended(losses([BOLD, STEADY, TEAM], 0), rows, [0, 1, 2]) == [1]
    assert mended(losses([BOLD, STEADY, TEAM], 1), rows, [0, 1, 2]) == [0, 1, 2]


def test_what_makes_up_for_a_loss_is_put_in() -> None:
    enough = [3.0, 3.0, 30.0]
    assert mended(losses([BOLD, enough, [9.0, 9.0, 9.0]], 0), [], [0, 1]) == [0, 1, 2]


def test_what_has_to_start_and_loses_too_often_cannot_be_mended() -> None:
    must: Row = ({0: 1.0}, 1.0, 1.0)
    assert mended(losses([BOLD, STEADY, TEAM], 0), [must], [0, 1]) is None
    assert mended(losses([BOLD, STEADY, TEAM], 0), [must], []) is None
    assert mended(losses([BOLD, STEADY, TEAM], 1), [must], [0]) == [0, 1, 2]


def keeps(held: Losses, rows: list[Row], chosen: list[int]) -> bool:
    within = all(sum(row.get(column, 0.0) for column in chosen) <= high for row, _, high in rows)
    return within and held.holds(chosen)


def worth(held: Losses, chosen: list[int]) -> float:
    return float(held.worth[chosen].sum(axis=0).mean())


def test_what_is_found_keeps_to_every_row_and_is_no_better_than_the_best_of_all() -> None:
    found_in_all = best_in_all = 0.0
    for seed in range(20):
        chance = np.random.default_rng(seed)
        held = losses(chance.normal(1.0, 4.0, (9, 12)).tolist(), int(chance.integers(0, 3)))
        rows: list[Row] = [
            (dict.fromkeys(chance.choice(9, 4, replace=False).tolist(), 1.0), -np.inf, 2.0) for _ in range(3)
        ]
        every = (np.flatnonzero(picked).tolist() for picked in product((False, True), repeat=9))
        best = max(worth(held, each) for each in every if keeps(held, rows, each))
        found = mended(held, rows, range(9))
        assert found is not None
        assert keeps(held, rows, found)
        assert worth(held, found) <= best + 1e-9
        found_in_all, best_in_all = found_in_all + worth(held, found), best_in_all + best
    # With so few options, each of which loses in many draws, half of the best is what it comes to.
    assert found_in_all > 0.4 * best_in_all > 0
