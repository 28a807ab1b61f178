"""The key of a review sheet: what the reviewer should not see, and what is needed to read the answers back."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Any

from joinedup.refusal import Refusal

EDGES = (0.01, 0.05, 0.2, 0.5, 0.8, 0.95, 1.0)
"""The bands of probability that pairs are drawn from; what is less likely than the first edge is not drawn."""

EVENT = 0.5
"""From this probability on a meeting is taken for an event, and counts in the precision."""

_LETTERS = "BCDFGHJKLMNPQRSTVWXZ"
_WHAT = "the key of a review sheet: not for the reviewer, who should judge each pair without knowing its probability"


@dataclass(frozen=True)
class Drawn:
    """One pair of a sheet as the key knows it; ``weight`` is how many meetings of its ``band`` it stands for."""

    services: tuple[str, str]
    incidents: tuple[str, str]
    received: tuple[str, str]
    band: int
    weight: float
    probability: float


@dataclass(frozen=True)
class Band:
    """All meetings of one band of probability, and their mean probability."""

    low: float
    high: float
    meetings: int
    probability: float


@dataclass(frozen=True)
class Asking:
    """In how many likely events of two services either record asked for the other, beside records that meet by chance.

    ``saying`` counts the events in which either record says anything of it; ``by_chance`` is the share of them that
    would ask if a record of the one service met any record of the other.
    """

    services: tuple[str, str]
    events: int
    saying: int
    asking: int
    by_chance: float


@dataclass(frozen=True)
class Key:
    """What a sheet does not show: the band, weight and probability of each pair, and what it was drawn from.

    ``unlikely`` and ``unlikely_events`` count the meetings below the first band and the events that they add up to.
    """

    study: str
    seed: int
    metres: float
    minutes: float
    bands: tuple[Band, ...]
    unlikely: int
    unlikely_events: float
    asking: tuple[Asking, ...]
    pairs: tuple[Drawn, ...]

    @property
    def sheet(self) -> str:
        """Five consonants that name the sheet: another sheet has others, and no spreadsheet takes them for a date."""
        digest = hashlib.blake2b(json.dumps(asdict(self), sort_keys=True).encode(), digest_size=8).digest()
        number = int.from_bytes(digest, "big")
        return "".join(_LETTERS[number // len(_LETTERS) ** place % len(_LETTERS)] for place in range(5))

    @property
    def names(self) -> tuple[str, ...]:
        """The name of each pair: the sheet's own, and its place on it."""
        sheet, width = self.sheet, max(3, len(str(len(self.pairs))))
        return tuple(f"{sheet}-{number:0{width}}" for number in range(1, len(self.pairs) + 1))

    def as_json(self) -> dict[str, Any]:
        """Give the key as it is kept."""
        return {"what": _WHAT, "sheet": self.sheet, **asdict(self)}

    @classmethod
    def from_json(cls, text: str, file: str) -> Key:
        """Read a key back.

        Raises:
            Refusal: when it is none, or is not as it was written.
        """
        try:
            given = json.loads(text)
            key = cls(
                **{name: given[name] for name in ("study", "seed", "metres", "minutes")},
                bands=tuple(Band(**each) for each in given["bands"]),
                unlikely=given["unlikely"],
                unlikely_events=given["unlikely_events"],
                asking=tuple(
                    Asking(**each | {"services": tuple(each["services"])}) for each in given["asking"]
                ),
                pairs=tuple(
                    Drawn(
                        **each | {name: tuple(each[name]) for name in ("services", "incidents", "received")}
                    )
                    for each in given["pairs"]
                ),
            )
            whole = given["sheet"] == key.sheet
        except (ValueError, TypeError, KeyError, RecursionError):
            raise Refusal(
                f"{file}: is not the key of a review sheet; take the one that was written with it"
            ) from None
        if not whole:
            raise Refusal(
                f"{file}: was changed since it was written; draw a new sheet, or take an untouched copy"
            )
        return key
