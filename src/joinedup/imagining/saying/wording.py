"""Sentences that imagined people say: put together from lines written for the purpose, each with the code it is of."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

_OPENED = 0.45
_JOINED = 0.4
_NUMBERS = ("two", "three", "four", "five", "six", "eight", "ten", "a dozen")


def told(name: str) -> dict[str, Any]:
    """Read one of the files of lines and shares beside this module."""
    return tomllib.loads(files("joinedup.imagining.saying").joinpath(f"{name}.toml").read_text("utf-8"))


SENTENCES = told("sentences")
SPEAKERS = told("speakers")
THEMES = tuple(SENTENCES["codes"])
"""The codes that sentences are of, enablers before barriers; "" is talk that no code is for."""
TOPICS = tuple(SENTENCES["about"])
"""The kinds of joint working that a sentence may be about."""


@dataclass(frozen=True)
class Voice:
    """How a speaker calls their own service and the others."""

    us: str
    partners: tuple[str, ...]

    @classmethod
    def of(cls, service: str) -> Voice:
        """Give the voice of a service's people."""
        others = [each["called"] for name, each in SPEAKERS["services"].items() if name != service]
        return cls(SPEAKERS["services"][service]["us"], tuple(others[:3]))

    def filled(self, line: str, chance: np.random.Generator) -> str:
        """Put names and numbers into a line."""
        if "{" not in line:
            return line
        return (
            line.replace("{partner}", one(self.partners, chance))
            .replace("{us}", self.us)
            .replace("{years}", one(_NUMBERS, chance))
        )


def sentence(code: str, about: str, voice: Voice, chance: np.random.Generator) -> str:
    """Say one sentence of a code ("" for none) about a kind of joint working ("" for none)."""
    if code:
        said = one(SENTENCES["codes"][code]["lines"], chance) + one(SENTENCES["tails"], chance)
    else:
        said, more = one(SENTENCES["others"], chance), one(SENTENCES["others"], chance)
        if more != said and chance.random() < _JOINED:
            said = f"{said}, and {more}"
    if about:
        said = f"{one(SENTENCES['about'][about], chance)}, {said}"
    elif chance.random() < _OPENED:
        said = f"{one(SENTENCES['openings'], chance)}, {said}"
    return sentence_case(voice.filled(said, chance)) + "."


def question(voice: Voice, chance: np.random.Generator) -> str:
    """Ask something."""
    return voice.filled(one(SENTENCES["questions"], chance), chance)


def sentence_case(words: str) -> str:
    """Begin with a capital."""
    return words[0].upper() + words[1:]


def one(among: Sequence[str], chance: np.random.Generator) -> str:
    """Choose one, each as likely."""
    return among[int(chance.integers(0, len(among)))]
