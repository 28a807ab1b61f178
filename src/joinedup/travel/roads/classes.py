"""Which ways of a map are roads to us, which way they run, and how fast one may drive there."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

KM_A_MILE = 1.609344
RULES = files("joinedup.travel.roads").joinpath("road_classes.toml").read_bytes()
"""The table of classes as it stands, so that what was made under another is not taken for ours."""
_TABLE = tomllib.loads(RULES.decode("utf-8"))
GROUPS = ("fast", "main", "local")
BY_HOUR: tuple[float, ...] = tuple(_TABLE["slowing"]["by_hour"])
_NAMED = {name.lower(): mph * KM_A_MILE for name, mph in _TABLE["named_limits_mph"].items()}
_NUMBER = re.compile(r"(\d+(?:\.\d+)?)\s*(mph|km/h|kmh|kph)?")

# Who may drive there, from the narrowest tag to the widest: the first that is given decides.
_WHO = ("motor_vehicle", "motorcar", "vehicle", "access")
_CLOSED = ("no", "agricultural", "forestry", "agricultural;forestry")
_OPEN = ("yes", "designated", "official", "permissive", "destination")


@dataclass(frozen=True)
class Road:
    """How a way is driven: the number of its group, km/h each way that one may drive, None where one may not."""

    group: int
    along: float | None
    against: float | None


def road_of(tags: Mapping[str, str]) -> Road | None:
    """Read a way as a road, or None where no emergency vehicle drives.

    A road that is closed to motor vehicles is left out, unless it is open to emergency vehicles or to buses; a private one
    is driven, since calls come from there. Reversible lanes are left out, because they lead the other way half of the time.
    """
    known = _TABLE["classes"].get(tags.get("highway", ""))
    if known is None or tags.get("area") == "yes" or not _may_drive(tags, known):
        return None
    sides = _sides(tags)
    if sides is None:
        return None
    usual = known["limit_mph"] * KM_A_MILE
    both = limit(tags.get("maxspeed")) or limit(tags.get("maxspeed:type")) or usual
    along = limit(tags.get("maxspeed:forward")) or both
    against = limit(tags.get("maxspeed:backward")) or both
    return Road(GROUPS.index(known["group"]), along if sides[0] else None, against if sides[1] else None)


def limit(text: str | None) -> float | None:
    """Give a limit in km/h, or None where the text names none; of several, the lowest.

    >>> [limit(each) for each in ("50", "50 km/h", "80;50", "none", None)]
    [50.0, 50.0, 50.0, None, None]
    >>> limit("30 mph") == limit("GB:nsl_restricted") == 30 * KM_A_MILE
    True
    """
    found = [each for part in (text or "").split(";") if (each := _one_limit(part.strip().lower()))]
    return min(found) if found else None


def _one_limit(text: str) -> float | None:
    if text in _NAMED:
        return float(_NAMED[text])
    number = _NUMBER.fullmatch(text)
    if number is None:
        return None
    return float(number[1]) * (KM_A_MILE if number[2] == "mph" else 1.0) or None


def _may_drive(tags: Mapping[str, str], known: Mapping[str, object]) -> bool:
    emergency = tags.get("emergency")
    if emergency in _OPEN or tags.get("service") == "emergency_access":
        return True
    if emergency == "no" or known.get("only_if_emergency"):
        return False
    if any(tags.get(each) in _OPEN for each in ("bus", "psv")):
        return True
    said = next((tags[each] for each in _WHO if each in tags), "yes")
    return said not in _CLOSED


def _sides(tags: Mapping[str, str]) -> tuple[bool, bool] | None:
    """Say whether a way is driven along and against the order of its points, None where that changes with the hour."""
    said = tags.get("oneway")
    if said in ("yes", "true", "1"):
        return True, False
    if said in ("-1", "reverse"):
        return False, True
    if said in ("reversible", "alternating"):
        return None
    round_about = tags.get("junction") in ("roundabout", "circular")
    if said is None and (round_about or tags.get("highway") == "motorway"):
        return True, False
    return True, True
