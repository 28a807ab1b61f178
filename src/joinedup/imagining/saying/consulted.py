"""The consultation in an imagined study: organisations, individuals in their own words, and two letters passed round."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import scipy

from joinedup.assumptions import stream
from joinedup.evidence.consultation import Position
from joinedup.imagining.saying.bodies import REPLIES
from joinedup.imagining.saying.wording import Voice, one, sentence_case

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

    from joinedup.imagining.saying.bodies import Body

KINDS = tuple(REPLIES["kinds"])
_ORGANISATIONS_REPLY = 0.6
_VOICE = Voice("the services", ("the police", "the fire service", "the ambulance service"))
_MOST_KINDS = 3
_SWAPPED = 0.3
_ADDED = 0.3
_GREETINGS = ("To whom it may concern.", "Dear all.", "Good morning.")


@dataclass(frozen=True)
class Sent:
    """A reply: who sent it, its position and reasons by kind, its text, and which campaign it is of ("" for none)."""

    reply_id: str
    organisation: bool
    role: str
    said: dict[str, tuple[Position, tuple[str, ...]]]
    text: str
    campaign: str


def consulted(invited: Sequence[Body], individuals: int, seed: int) -> tuple[Sent, ...]:
    """Let organisations reply, some of them, and so many individuals."""
    chance = stream(seed, "saying", "consultation")
    found: list[Sent] = []
    for body in invited:
        if chance.random() < _ORGANISATIONS_REPLY:
            kinds = _some_kinds(chance)
            said = {kind: _said(kind, body.want, chance) for kind in kinds}
            text = f"{body.body} has considered the proposals. {_text(said, chance)}"
            found.append(Sent(_number(len(found)), True, body.consulted, said, text, ""))
    sizes = [round(individuals * each["share"]) for each in REPLIES["campaigns"]]
    letters = [at for at, size in enumerate(sizes) for _ in range(size)]
    order = [*letters, *[-1] * (individuals - len(letters))]
    chance.shuffle(order)
    for at in order:
        number = _number(len(found))
        found.append(_own(number, chance) if at < 0 else _copy(number, at, chance))
    return tuple(found)


def _number(count: int) -> str:
    return f"R{count + 1:05d}"


def _own(number: str, chance: np.random.Generator) -> Sent:
    """Write a reply of one's own."""
    given = REPLIES["individuals"]
    said = {kind: _said(kind, given["want"], chance) for kind in _some_kinds(chance)}
    words = [one(given["openings"], chance), _text(said, chance), one(given["closings"], chance)]
    return Sent(number, False, "", said, _VOICE.filled(" ".join(words), chance), "")


def _copy(number: str, at: int, chance: np.random.Generator) -> Sent:
    """Send a letter that was passed round, as it is or with a little changed."""
    letter = REPLIES["campaigns"][at]
    text = letter["text"]
    if chance.random() < _SWAPPED:
        words = text.split(" ")
        words.pop(int(chance.integers(1, len(words))))
        text = " ".join(words)
    if chance.random() < _ADDED:
        text = f"{one(_GREETINGS, chance)} {text}"
    if chance.random() < _ADDED:
        text = f"{text} {one(REPLIES['individuals']['closings'], chance)}"
    said = {letter["kind"]: (Position(letter["position"]), tuple(letter["reasons"]))}
    return Sent(number, False, "", said, text, "AB"[at])


def _some_kinds(chance: np.random.Generator) -> list[str]:
    many = int(chance.integers(1, _MOST_KINDS + 1))
    return [KINDS[each] for each in sorted(chance.choice(len(KINDS), many, replace=False).tolist())]


def _said(kind: str, want: float, chance: np.random.Generator) -> tuple[Position, tuple[str, ...]]:
    """Take a position on a kind, with a reason or two."""
    given = REPLIES["individuals"]
    draw = chance.random()
    if draw < given["none"]:
        return Position.NONE, ()
    if draw < given["none"] + given["conditional"]:
        position = Position.CONDITIONAL
    else:
        supports = chance.random() < scipy.special.expit(scipy.special.logit(want) + REPLIES["kinds"][kind])
        position = Position.SUPPORT if supports else Position.OPPOSE
    reasons = list(REPLIES["reasons"][position.value])
    many = int(chance.integers(1, 3))
    return position, tuple(
        reasons[each] for each in sorted(chance.choice(len(reasons), many, replace=False).tolist())
    )


def _text(said: dict[str, tuple[Position, tuple[str, ...]]], chance: np.random.Generator) -> str:
    """Word positions and reasons, a sentence each."""
    words = []
    for kind, (position, reasons) in said.items():
        line = one(REPLIES["lines"][position.value], chance).replace(
            "{kind}", one(REPLIES["names"][kind], chance)
        )
        words.append(f"{sentence_case(line)}.")
        why = REPLIES["reasons"].get(position.value, {})
        words += [f"{sentence_case(one(why[reason], chance))}." for reason in reasons]
    return " ".join(words)
