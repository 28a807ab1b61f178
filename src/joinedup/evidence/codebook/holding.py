"""What holds of every codebook: no id twice, parents that exist, and somebody who could lift each barrier."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from joinedup.evidence.passages import Family
from joinedup.refusal import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from joinedup.evidence.passages import Code

LIFTERS = ("the partners", "a council", "government")
"""Who could lift a barrier, in the words that the roadmap uses (§6.4)."""
_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")


@dataclass(frozen=True)
class Fault:
    """The first thing that is wrong with a codebook: which of its codes, in which column, and what to do."""

    place: int
    column: str
    problem: str


def first_fault(codes: Sequence[Code]) -> Fault | None:
    """Find the first code that does not hold what every codebook must; None where all do."""
    parent = {each.id: each.parent for each in codes}
    seen: set[str] = set()
    for place, code in enumerate(codes):
        for column, problem in _problems(code, seen, parent):
            return Fault(place, column, problem)
        seen.add(code.id)
    return None


def _problems(code: Code, before: set[str], parent: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Give what is wrong with a code, as column and problem, given the ids before it and the parent of each."""
    for column, value in (("code_id", code.id), ("name", code.name)):
        if not value.strip():
            yield column, "is empty; fill it in"
    if code.id in before:
        yield "code_id", f"'{code.id}' stands twice; give one of them another id"
    if code.parent and code.parent not in parent:
        yield "parent", f"there is no code '{code.parent}'{did_you_mean(code.parent, parent)}"
    circle = _circle(code.id, parent)
    if circle:
        yield "parent", f"goes in a circle ({' under '.join(circle)}); leave one parent empty"
    if code.colour and not _COLOUR.fullmatch(code.colour):
        yield "colour", f"'{code.colour}' is no colour; write # and six figures, such as #1F5FA8"
    for lifter in code.lifters:
        if lifter not in LIFTERS:
            yield "lifters", f"'{lifter}' is not known{did_you_mean(lifter, LIFTERS)}"
    if code.family is Family.BARRIER and not code.lifters:
        yield "lifters", f"a barrier needs who could lift it; write one or more of {' ; '.join(LIFTERS)}"


def _circle(start: str, parent: Mapping[str, str]) -> list[str]:
    """Give the way from a code up to itself; empty where it leads to the top, or into a circle further up."""
    way = [start]
    while (above := parent.get(way[-1], "")) and above not in way:
        way.append(above)
    return [*way, start] if above == start else []
