"""The cases of a project as speakers, and the selections that are theirs as turns."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from joinedup.evidence.exchange.conventions import slugs, understood
from joinedup.evidence.exchange.markup import plain_guid
from joinedup.evidence.exchange.project_out import ABOUT_INTERVIEWS, ABOUT_SPEAKERS
from joinedup.evidence.exchange.sources import tag, values_of, variable_names
from joinedup.evidence.passages import Consent, Speaker, Turn

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lxml import etree

    from joinedup.evidence.exchange.sources import Source

_SHOWN = 10


@dataclass(frozen=True)
class Spoken:
    """Who speaks in a source, their turns, and the selections, by identifier, that mark these."""

    speakers: tuple[Speaker, ...]
    turns: tuple[Turn, ...]
    chosen: frozenset[str]


def speakers_of(
    root: etree._Element,
    sources: Sequence[Source],
    placed: Mapping[str, Mapping[str, tuple[int, int]]],
    *,
    own: bool,
    said: list[str],
) -> dict[str, Spoken]:
    """Give who speaks in each source, by the source's identifier.

    Args:
        root: the project.
        sources: those that have a text.
        placed: where the selections of each source stand.
        own: whether joinedup wrote it; else a source without a case gets a speaker of whom nothing is known, and
            somebody who speaks alone has all of the text.
        said: what had to be assumed is added.
    """
    cases = list(root.iterfind(f"{tag('Cases')}/{tag('Case')}"))
    names = [each.get("name", "") for each in cases]
    if not own:
        names = list(slugs(names, "speaker"))
    where = {selection: source for source, found in placed.items() for selection in found}
    variables = variable_names(root)
    found: dict[str, list[Speaker]] = {each.guid: [] for each in sources}
    turns: dict[str, list[Turn]] = {each.guid: [] for each in sources}
    chosen: dict[str, set[str]] = {each.guid: set() for each in sources}
    ids = {each.guid: each.id for each in sources}
    no_consent = assumed = 0
    for case, name in zip(cases, names, strict=True):
        values = values_of(case, variables)
        selections = [key for key in _targets(case, "SelectionRef") if key in where]
        theirs = dict.fromkeys([key for key in _targets(case, "SourceRef") if key in ids])
        theirs |= dict.fromkeys(where[key] for key in selections)
        consent = values.get("consent", "")
        no_consent += consent not in set(Consent)
        for source in theirs:
            # One case over many sources, such as a service, is another speaker in each of them.
            speaker_id = name if own or len(theirs) == 1 else f"{name}-{ids[source]}"
            found[source].append(
                Speaker(
                    speaker_id,
                    values.get("position", ""),
                    values.get("service", ""),
                    values.get("area", ""),
                    Consent(consent) if consent in set(Consent) else Consent.AGGREGATE,
                    values.get("label", ""),
                )
            )
            for key in selections:
                if where[key] == source:
                    chosen[source].add(key)
                    turns[source].append(Turn(speaker_id, *placed[source][key]))
    for each in sources:
        for selection in each.selections:
            key = plain_guid(selection.get("guid", ""))
            facts = understood(selection.findtext(tag("Description")) or "")[1]
            if "turn" in facts and key not in chosen[each.guid]:
                turns[each.guid].append(Turn("", *placed[each.guid][key]))
        if own or each.withdrawn:
            continue
        if not found[each.guid]:
            assumed += 1
            found[each.guid].append(Speaker(f"{each.id}-speaker", "", "", "", Consent.AGGREGATE))
        if len(found[each.guid]) == 1 and not turns[each.guid] and each.text:
            turns[each.guid].append(Turn(found[each.guid][0].id, 0, len(each.text)))
    _say(said, no_consent, assumed, sorted(set(variables.values()) - {*ABOUT_SPEAKERS, *ABOUT_INTERVIEWS}))
    return {
        key: Spoken(
            tuple(found[key]),
            tuple(sorted(turns[key], key=lambda turn: (turn.start, turn.end, turn.speaker))),
            frozenset(chosen[key]),
        )
        for key in found
    }


def _say(said: list[str], no_consent: int, assumed: int, others: list[str]) -> None:
    if no_consent:
        said.append(f"{no_consent:,} cases have no consent that is known: taken as '{Consent.AGGREGATE}'")
    if assumed:
        said.append(
            f"{assumed:,} sources have no case: each got a speaker of whom nothing is known, '{Consent.AGGREGATE}'"
        )
    if others:
        more = f" and {len(others) - _SHOWN:,} more" if len(others) > _SHOWN else ""
        said.append(f"variables left out: {', '.join(others[:_SHOWN])}{more}")


def _targets(case: etree._Element, name: str) -> list[str]:
    found = [plain_guid(each.get("targetGUID", "")) for each in case.iterfind(tag(name))]
    return list(Counter(found))
