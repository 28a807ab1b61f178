"""Saturation: how much that is new each further interview brings, in the order in which they were held and in any order."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from joinedup.evidence.passages import Family
from joinedup.evidence.themes.said import said_in

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from joinedup.evidence.passages import Coded


@dataclass(frozen=True)
class Step:
    """An interview: the codes that come up for the first time in it, and all that have come up so far.

    ``expected`` is how many would have come up after as many interviews, on average over every order in which they could have
    been held.
    """

    interview: str
    held_on: date | None
    new: tuple[str, ...]
    so_far: int
    expected: float


@dataclass(frozen=True)
class Saturation:
    """Each interview in the order of its date, those without one last.

    ``last_new`` names the interview in which the last enabler, barrier and code of any kind came up; None where none ever
    did. ``interviews_since`` is how many came after it without another.
    """

    steps: tuple[Step, ...]
    last_new: Mapping[str, str | None]
    interviews_since: Mapping[str, int | None]
    undated: int

    def as_json(self) -> dict[str, Any]:
        """Give it for use inside the study."""
        return asdict(self)


def saturation(coded: Coded) -> Saturation:
    """Say what each interview brought that was new, by the codes laid on it and not by those above them.

    The average over orders is exact: a code that is in f of N interviews is missing from n of them, drawn in any order, with
    the chance C(N - f, n) / C(N, n).
    """
    said = said_in(coded)
    order = sorted(said.interviews, key=lambda each: (each.held_on is None, str(each.held_on or ""), each.id))
    laid: dict[str, set[str]] = {each.id: set() for each in order}
    for saying in said.sayings:
        laid[saying.passage.interview].add(saying.passage.code)
    codes = [each.id for each in coded.codes]
    expected = expected_codes(
        [sum(1 for found in laid.values() if code in found) for code in codes], len(order)
    )
    seen: set[str] = set()
    steps = []
    for number, each in enumerate(order):
        new = tuple(code for code in codes if code in laid[each.id] and code not in seen)
        seen.update(new)
        steps.append(Step(each.id, each.held_on, new, len(seen), expected[number]))
    kinds = {
        "code": set(codes),
        **{kind.value: {each.id for each in coded.codes if each.family is kind} for kind in Family},
    }
    last = {
        name: max((place for place, step in enumerate(steps) if kind.intersection(step.new)), default=None)
        for name, kind in kinds.items()
    }
    return Saturation(
        tuple(steps),
        {name: None if place is None else steps[place].interview for name, place in last.items()},
        {name: None if place is None else len(steps) - 1 - place for name, place in last.items()},
        sum(1 for each in order if each.held_on is None),
    )


def expected_codes(interviews_with: Sequence[int], interviews: int) -> tuple[float, ...]:
    """Give how many codes have come up after 1, 2, ... interviews, on average over every order.

    Args:
        interviews_with: for each code, how many interviews it is in.
        interviews: how many there are.
    """
    times: dict[int, int] = {}
    for each in interviews_with:
        times[each] = times.get(each, 0) + 1
    found = [Fraction(0)] * interviews
    for frequency, codes in times.items():
        missing = Fraction(1)
        for drawn in range(interviews):
            # One interview more, and the code is not in it either.
            missing *= Fraction(max(0, interviews - frequency - drawn), interviews - drawn)
            found[drawn] += codes * (1 - missing)
    return tuple(float(each) for each in found)
