"""The order of options by worth: which come first, how firmly, and which cannot both be counted (§5.5, §5.7, §7.1)."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from joinedup.appraisal.gate import Outcome
from joinedup.appraisal.ranges import draws_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Candidate:
    """One option as the ranking sees it.

    ``npsv`` has shape (draws + 1,), the central value first; element i is the same draw for every option.
    ``uses`` are the things that it joins or sets free, by table and identifier.
    """

    id: str
    npsv: NDArray[np.float64]
    gate: Outcome
    uses: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Placed:
    """An option that passed the gate.

    ``place`` is from 1, by ``expected`` NPSV (the mean over the draws). ``firmness`` is the share of draws
    in which it is among the first few, when an option that conflicts with a better one is skipped.
    ``taken`` says whether it is among the first few in the order itself; ``skipped_for`` names the better
    option it gave way to.
    """

    id: str
    place: int
    expected: float
    firmness: float
    taken: bool
    skipped_for: str | None


@dataclass(frozen=True)
class Apart:
    """An option that did not pass the gate: listed apart, never above one that did."""

    id: str
    gate: Outcome
    expected: float


@dataclass(frozen=True)
class Conflict:
    """Two options that join or set free the same ``things``, so that both cannot be counted."""

    options: tuple[str, str]
    things: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Order:
    """The order of the options.

    ``acceptability`` has shape (options, options): the share of draws in which the option of that row, in
    the order of ``placed``, takes the place of that column, conflicts left aside.
    """

    top: int
    placed: tuple[Placed, ...]
    apart: tuple[Apart, ...]
    conflicts: tuple[Conflict, ...]
    acceptability: NDArray[np.float64]


def rank(candidates: Sequence[Candidate], top: int = 3) -> Order:
    """Order options by expected NPSV behind the safety gate; the same whatever order they come in.

    Raises:
        ValueError: when two options share an identifier or their draws are not common.
    """
    ids = [each.id for each in candidates]
    if len(set(ids)) < len(ids):
        raise ValueError("two options have the same identifier")
    if len({each.npsv.shape for each in candidates}) > 1:
        raise ValueError("the options were not appraised on common draws: their arrays differ in length")
    expected = {each.id: float(draws_of(each.npsv).mean()) for each in candidates}
    ordered = sorted(candidates, key=lambda each: (-expected[each.id], each.id))
    passed = [each for each in ordered if each.gate is Outcome.PASS]
    shares, firmness = _over_draws(passed, top)
    skipped_for = _skipped(passed)
    free = [each.id for each in passed if skipped_for[each.id] is None][:top]
    return Order(
        top=top,
        placed=tuple(
            Placed(
                each.id,
                place,
                expected[each.id],
                float(firmness[place - 1]),
                each.id in free,
                skipped_for[each.id],
            )
            for place, each in enumerate(passed, start=1)
        ),
        apart=tuple(
            Apart(each.id, each.gate, expected[each.id])
            for gate in (Outcome.CANNOT_TELL, Outcome.FAIL)
            for each in ordered
            if each.gate is gate
        ),
        conflicts=tuple(
            Conflict((one.id, other.id), tuple(sorted(one.uses & other.uses)))
            for one, other in combinations(sorted(candidates, key=lambda each: each.id), 2)
            if one.uses & other.uses
        ),
        acceptability=shares,
    )


def _skipped(ordered: Sequence[Candidate]) -> dict[str, str | None]:
    """Say for each option which better one it gives way to; one that gave way itself blocks nobody."""
    taken: list[Candidate] = []
    found: dict[str, str | None] = {}
    for each in ordered:
        better = next((other for other in taken if other.uses & each.uses), None)
        found[each.id] = None if better is None else better.id
        if better is None:
            taken.append(each)
    return found


def _over_draws(options: Sequence[Candidate], top: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give the shares of places, shape (options, options), and the firmness, shape (options,).

    All draws are walked together, from the best option of each downwards.
    """
    size = len(options)
    if not size:
        return np.zeros((0, 0)), np.zeros(0)
    # Ties go to the first identifier, so the columns are laid out by identifier before a stable sort.
    by_id = sorted(range(size), key=lambda index: options[index].id)
    worth = np.stack([draws_of(options[index].npsv) for index in by_id], axis=1)
    walk = np.array(by_id)[np.argsort(-worth, axis=1, kind="stable")]
    clash = np.array([[bool(one.uses & other.uses) for other in options] for one in options])
    draws = len(walk)
    shares = np.zeros((size, size))
    taken = np.zeros((draws, size), dtype=bool)
    room = np.full(draws, top)
    every = np.arange(draws)
    for place in range(size):
        option = walk[:, place]
        shares[:, place] = np.bincount(option, minlength=size) / draws
        fits = (room > 0) & ~(clash[option] & taken).any(axis=1)
        taken[every[fits], option[fits]] = True
        room[fits] -= 1
    return shares, taken.mean(axis=0)
