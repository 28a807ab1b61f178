"""What stands for and against each option in the evidence, with who says so and on what base."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

from joinedup.evidence.passages import Consent, Family
from joinedup.readiness.topics import among, is_about, topics_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from joinedup.evidence import Survey, Views
    from joinedup.evidence.consultation import OptionViews
    from joinedup.evidence.passages import Coded, Passage


@dataclass(frozen=True)
class Named:
    """How many of those of one group who spoke of something named a factor."""

    group: str
    named: int
    spoke: int


@dataclass(frozen=True)
class Factor:
    """An enabler that is present, or a barrier that stands, as people told it.

    ``interviews`` of the ``base`` interviews that speak of the option name it, and ``speakers`` of those who do.
    ``by_service`` and ``by_position`` count speakers. ``passages`` are those that say so; ``lifters`` could lift a barrier.
    """

    code: str
    name: str
    family: Family
    interviews: int
    base: int
    speakers: int
    by_service: tuple[Named, ...]
    by_position: tuple[Named, ...]
    passages: tuple[str, ...]
    lifters: tuple[str, ...]


@dataclass(frozen=True)
class Readiness:
    """What the evidence says of one option.

    ``apart`` is how far the services disagree: by service, how many of its speakers on this option name a barrier to it.
    ``widest`` names the two services that lie furthest apart, None where fewer than two speak of it. ``differ`` is the chance
    that two organisations picked at random take different positions in the consultation, None with fewer than two.
    """

    option: str
    kind: str
    enablers: tuple[Factor, ...]
    barriers: tuple[Factor, ...]
    apart: tuple[Named, ...]
    widest: tuple[str, str] | None
    views: tuple[OptionViews, ...]
    differ: float | None
    questions: tuple[str, ...]

    @property
    def is_silent(self) -> bool:
        """Whether nobody said anything of it."""
        return not (self.enablers or self.barriers or self.views or self.questions)

    @property
    def lifters(self) -> tuple[str, ...]:
        """Who could lift what stands in the way, each once."""
        return tuple(sorted({who for each in self.barriers for who in each.lifters}))

    def as_json(self) -> dict[str, Any]:
        """Give it for use inside the study; passages by id, no words."""
        return {**asdict(self), "lifters": list(self.lifters)}


def readiness_of(
    options: Sequence[tuple[str, str]], coded: Coded | None, views: Views | None, survey: Survey | None
) -> tuple[Readiness, ...]:
    """Join the evidence to options.

    Args:
        options: the id and the kind of each.
        coded: interviews and their coding; passages of withdrawn speakers count for nothing.
        views: the services' questionnaire and the consultation.
        survey: whose questions say what they are about.
    """
    heard = _Heard.of(coded)
    # Options of one kind that nobody speaks of by their id share an answer; there may be thousands of them.
    same: dict[frozenset[str], tuple[tuple[Factor, ...], tuple[Named, ...]]] = {}
    topics = heard.all_topics
    consulted = views.consultation.options if views and views.consultation else ()
    asked = (
        tuple((name, each.question.about) for name, each in survey.coded.items())
        if survey is not None
        else ()
    )
    found = []
    for option, kind in options:
        about = frozenset(topic for topic in topics if is_about(topic, option, kind))
        if about not in same:
            same[about] = (heard.factors(about), heard.apart(about))
        factors, apart = same[about]
        said = tuple(each for each in consulted if is_about(each.option, option, kind))
        found.append(
            Readiness(
                option,
                kind,
                tuple(each for each in factors if each.family is Family.ENABLER),
                tuple(each for each in factors if each.family is Family.BARRIER),
                apart,
                _widest(apart),
                said,
                _differ(said),
                tuple(name for name, topic in asked if among((topic,), option, kind)),
            )
        )
    return tuple(found)


def in_general(coded: Coded | None) -> tuple[Factor, ...]:
    """Give what is said of joint working as a whole: every enabler and barrier, whatever it was said about."""
    return _Heard.of(coded).factors(None)


@dataclass(frozen=True)
class _Heard:
    """The passages that may be counted, with who says them and what they are about."""

    coded: Coded | None
    passages: tuple[Passage, ...]
    topics: Mapping[str, frozenset[str]]
    said_by: Mapping[str, tuple[str, str, str]]
    """By passage: its speaker's id, service and position; no passage without a speaker counts."""

    @classmethod
    def of(cls, coded: Coded | None) -> _Heard:
        if coded is None:
            return cls(None, (), {}, {})
        said_by = {}
        for each in coded.passages:
            speaker = coded.speaker(each)
            if speaker is not None and speaker.consent is not Consent.WITHDRAWN:
                said_by[each.id] = (speaker.id, speaker.service, speaker.position)
        kept = tuple(each for each in coded.passages if each.id in said_by)
        return cls(coded, kept, topics_of(coded), said_by)

    @property
    def all_topics(self) -> frozenset[str]:
        return frozenset().union(*(self.topics[each.id] for each in self.passages))

    def _about(self, topics: Collection[str] | None) -> list[Passage]:
        """Keep passages about any of some topics; None keeps all."""
        return [each for each in self.passages if topics is None or self.topics[each.id] & set(topics)]

    def factors(self, topics: Collection[str] | None) -> tuple[Factor, ...]:
        """Count, by code of a family, who names it among those who speak of the topics; the most widely named first."""
        if self.coded is None:
            return ()
        spoken = self._about(topics)
        base = len({each.interview for each in spoken})
        by_code: dict[tuple[Family, str], list[Passage]] = {}
        for each in spoken:
            if (named := _factor(self.coded, each)) is not None:
                by_code.setdefault(named, []).append(each)
        found = []
        for (family, code_id), passages in by_code.items():
            code = self.coded.code[code_id]
            found.append(
                Factor(
                    code_id,
                    code.name,
                    family,
                    len({each.interview for each in passages}),
                    base,
                    len({self.said_by[each.id][0] for each in passages}),
                    self._named(passages, spoken, 1),
                    self._named(passages, spoken, 2),
                    tuple(sorted(each.id for each in passages)),
                    code.lifters,
                )
            )
        return tuple(sorted(found, key=lambda each: (-each.interviews, each.code)))

    def apart(self, topics: Collection[str]) -> tuple[Named, ...]:
        """Count by service who names any barrier among its speakers on the topics."""
        if self.coded is None:
            return ()
        spoken = self._about(topics)
        barriers = [
            each
            for each in spoken
            if (named := _factor(self.coded, each)) is not None and named[0] is Family.BARRIER
        ]
        return self._named(barriers, spoken, 1)

    def _named(self, passages: Sequence[Passage], spoken: Sequence[Passage], which: int) -> tuple[Named, ...]:
        """Count speakers by service (1) or position (2)."""
        named = {self.said_by[each.id] for each in passages}
        spoke = Counter(each[which] for each in {self.said_by[each.id] for each in spoken})
        counted = Counter(each[which] for each in named)
        return tuple(Named(group, counted[group], spoke[group]) for group in sorted(spoke))


def _factor(coded: Coded, passage: Passage) -> tuple[Family, str] | None:
    """Give the enabler or barrier that a passage names: its code, or the nearest above it that is one."""
    code = coded.factor_of(passage.code)
    return None if code is None or code.family is None else (code.family, code.id)


def _widest(apart: Sequence[Named]) -> tuple[str, str] | None:
    """Give the two services between which the share that names a barrier differs most, the higher share first."""
    pairs = [
        (abs(one.named / one.spoke - other.named / other.spoke), one, other)
        for one, other in combinations(apart, 2)
    ]
    if not pairs:
        return None
    _, one, other = max(pairs, key=lambda each: (each[0], each[1].group, each[2].group))
    if one.named * other.spoke < other.named * one.spoke:
        one, other = other, one
    return one.group, other.group


def _differ(views: Sequence[OptionViews]) -> float | None:
    """Give the chance that two organisations, drawn without replacement, take different positions."""
    counts = Counter[str]()
    for each in views:
        counts.update(each.organisations)
    total = sum(counts.values())
    if total < 2:
        return None
    return 1 - sum(number * (number - 1) for number in counts.values()) / (total * (total - 1))
