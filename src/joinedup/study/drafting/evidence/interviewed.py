"""What was said in interviews: enablers and barriers by how many name them, who, and who could lift each (§6.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from joinedup.disclosure import (
    LIMIT,
    Block,
    Bullets,
    Column,
    Figure,
    Section,
    Statement,
    Table,
    count,
    hidden,
)
from joinedup.evidence import Coefficient, agreement
from joinedup.evidence.passages import Approach, Family
from joinedup.evidence.themes import Unit, ratings_of
from joinedup.refusal import Refusal
from joinedup.study.drafting.naming import as_said, listed
from joinedup.wording import Unit as UnitOf

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from joinedup.evidence.passages import Coded
    from joinedup.readiness import Factor, Named
    from joinedup.study.study import Study


def interviewed_heading(study: Study) -> str:
    """Head the chapter with the barrier that most interviews name, where enough do for it to be told."""
    first = next((each for each in study.heard.factors if each.family is Family.BARRIER), None)
    if first is None or hidden(count(first.interviews)):
        return "What people say"
    return f"What most people say stands in the way: {_lower(as_said(first.name))}"


def interviewed_answers(study: Study) -> list[Statement]:
    """Say which barrier and which enabler most interviews name, where enough do for it to be told."""
    said = []
    for family, words in ((Family.BARRIER, "standing in the way"), (Family.ENABLER, "helping")):
        first = next((each for each in study.heard.factors if each.family is family), None)
        if first is not None and not hidden(count(first.interviews)):
            said.append(
                Statement(
                    f"{{named}} of {{base}} interviews name {_lower(as_said(first.name))} as {words}.",
                    {"named": count(first.interviews), "base": count(first.base)},
                )
            )
    return said


def interviewed_blocks(study: Study) -> list[Block]:
    """Show what helps and what hinders, by how many interviews and speakers, by service and by position."""
    coded = study.heard.coded
    if coded is None:
        return []
    interviews = [each for each in coded.interviews if not each.withdrawn]
    speakers = {each.id for interview in interviews for each in interview.speakers}
    withdrawn = len(coded.interviews) - len(interviews)
    blocks: list[Block] = [
        Section("What was said in interviews"),
        Statement(
            "{interviews} interviews and groups with {speakers} people were coded. Counts are of interviews and of people, "
            "never of how often something was said.",
            {"interviews": count(len(interviews)), "speakers": count(len(speakers))},
        ),
    ]
    if withdrawn:
        blocks.append(
            Statement(
                "{withdrawn} withdrew afterwards; nothing of what they said is in any count.",
                {"withdrawn": count(withdrawn)},
                otherwise="Some withdrew afterwards; nothing of what they said is in any count.",
            )
        )
    suggested = sum(each.suggested for each in coded.passages)
    if suggested:
        blocks.append(
            Statement(
                "{suggested} of the {passages} passages were suggested by the machine; a person accepted each.",
                {
                    "suggested": Figure(float(suggested), UnitOf.NUMBER),
                    "passages": Figure(float(len(coded.passages)), UnitOf.NUMBER),
                },
            )
        )
    blocks.append(_approach(study, coded))
    for family, heading in (
        (Family.ENABLER, "What helps: enablers that people say are present"),
        (Family.BARRIER, "What hinders: barriers that people say stand"),
    ):
        named = [each for each in study.heard.factors if each.family is family]
        if named:
            blocks += [_factors(study, str(family), heading, named), *_who(study, named)]
    return blocks


def _approach(study: Study, coded: Coded) -> Statement:
    """Say how the study codes, and how far its coders agree where that is asked for (§6.2)."""
    if coded.approach is Approach.REFLEXIVE:
        return Statement(
            "The coding is reflexive: one reading mind codes and keeps its reasons, so no agreement is measured."
        )
    try:
        ratings = ratings_of(coded, None, Unit.TURN)
    except Refusal:
        return Statement("No interview was coded by two people, so how far coders agree is not known.")
    found = agreement(ratings, Coefficient.ALPHA, study.area.settings.seed)
    if found.value is None:
        return Statement("Two coders gave everything one code, so how far they agree cannot be said.")
    return Statement(
        "{coders} people coded some of the same turns, and agree on the codes of a turn by a Krippendorff's alpha of {alpha}: "
        "1 is full agreement and 0 what chance would give.",
        {
            "coders": Figure(float(found.coders), UnitOf.NUMBER),
            "alpha": Figure(found.value, UnitOf.NUMBER, low=found.low, high=found.high),
        },
    )


def _factors(study: Study, name: str, caption: str, named: Sequence[Factor]) -> Table:
    """Count speakers by service; each row's last figure is the sum of those before it."""
    groups = _large_enough(named[0].by_service)
    barrier = named[0].family is Family.BARRIER

    def counted(heads: str, lifters: str, numbers: Mapping[str, int]) -> list[Figure | str]:
        return [
            heads,
            *([lifters] if barrier else []),
            *(count(sum(numbers[each] for each in members)) for members in groups.values()),
            count(sum(numbers.values())),
        ]

    rows = [
        counted(
            as_said(each.name),
            listed(each.lifters) or "nobody named",
            {one.group: one.named for one in each.by_service},
        )
        for each in named
    ]
    spoke = {one.group: one.spoke for one in named[0].by_service}
    rows.append(counted("All who spoke of joint working", "", spoke))
    return Table(
        f"evidence-{name}s",
        caption,
        (
            Column(name.capitalize()),
            *([Column("Who could lift it")] if barrier else []),
            *(Column(_service(study, each), numeric=True) for each in groups),
            Column("All speakers", numeric=True, total=bool(groups)),
        ),
        rows,
        note="Services and bodies with fewer than five speakers are counted together."
        if _OTHERS in groups
        else "",
    )


def _large_enough(by_service: Sequence[Named]) -> dict[str, tuple[str, ...]]:
    """Gather services so that no column is of fewer people than may be told: even a nought would say what each thinks.

    Gives the services of each column by its heading; empty where only all together are enough.
    """
    spoke = {each.group: each.spoke for each in by_service}
    small = [each for each in spoke if spoke[each] < LIMIT]
    large = sorted((each for each in spoke if spoke[each] >= LIMIT), key=lambda each: (spoke[each], each))
    while small and large and sum(spoke[each] for each in small) < LIMIT:
        small.append(large.pop(0))
    if not large:
        return {}
    columns: dict[str, tuple[str, ...]] = {each: (each,) for each in sorted(large)}
    return columns | ({_OTHERS: tuple(small)} if small else {})


def _who(study: Study, named: Sequence[Factor]) -> list[Block]:
    """Say in which positions those are who name each, where enough hold a position to hide behind."""
    least = max(LIMIT, study.area.settings.evidence.group)
    said = []
    for each in named:
        positions = [as_said(one.group) for one in each.by_position if one.named >= least]
        if positions:
            said.append(Statement(f"{as_said(each.name)} is named by {listed(positions)}."))
    return [Bullets(said)] if said else []


_OTHERS = "others"
"""The column of all services and bodies that have too few speakers for one of their own."""


def _service(study: Study, service: str) -> str:
    """Call a service as the study does, and any other body as the interviews do."""
    if service in study.area.services:
        return study.area.name_of(service)
    return as_said(service[:1].upper() + service[1:]) or "No service"


def _lower(words: str) -> str:
    """Put a name into the middle of a sentence."""
    return words[:1].lower() + words[1:]
