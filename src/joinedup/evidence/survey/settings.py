"""The design file of a survey: what survey.toml says of how people came to be asked."""

from __future__ import annotations

import math
import tomllib
from dataclasses import dataclass, fields
from datetime import date
from typing import TYPE_CHECKING, Any

from joinedup.evidence.survey.sample import Sample
from joinedup.refusal import Refusal, did_you_mean

if TYPE_CHECKING:
    from pathlib import Path

FILE = "survey.toml"


@dataclass(frozen=True)
class SurveySettings:
    """What [survey] says; ``name``, ``population`` and ``sample`` have no default.

    ``answers`` is the file of answers. ``weight``, ``strata``, ``clusters`` and ``fpc`` are its columns: of the last
    two, one a stage; ``fpc`` is how many there were to draw from, or the share drawn. ``targets`` is a file of totals
    to rake to, ``trim`` the least and most that a raked weight may be of the mean, ``groups`` the questions that
    tables are split by, and ``invited`` how many were asked to answer.
    """

    name: str
    population: str
    sample: Sample
    dates: tuple[date, date] | None = None
    mode: str = ""
    answers: str = "answers.csv"
    weight: str = ""
    strata: str = ""
    clusters: tuple[str, ...] = ()
    fpc: tuple[str, ...] = ()
    targets: str = ""
    trim: tuple[float, float] | None = None
    groups: tuple[str, ...] = ()
    invited: int | None = None


def read_settings(path: Path) -> SurveySettings:
    """Read survey.toml.

    Raises:
        Refusal: for a missing or unknown key or a value of the wrong kind.
    """
    if not path.is_file():
        raise Refusal(f"{path}: there is no such file; say in it how the survey's people came to be asked")
    try:
        content = tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise Refusal(f"{path}: is not UTF-8 text; save it as UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise Refusal(f"{path}: cannot be read as TOML: {error}") from None
    given = content.get("survey")
    if not isinstance(given, dict) or set(content) != {"survey"}:
        raise Refusal(f"{path}: needs the heading [survey] and no other; put every key under it")
    known = [each.name for each in fields(SurveySettings)]
    values: dict[str, Any] = {}
    for key, value in given.items():
        if key not in known:
            raise Refusal(f"{path}: unknown key '{key}' under [survey]{did_you_mean(key, known)}")
        values[key] = _read(key, value, path)
    for key in ("name", "population", "sample"):
        if not values.get(key):
            raise Refusal(f"{path}: '{key}' under [survey] is missing; add it")
    settings = SurveySettings(**values)
    if len(settings.fpc) > max(1, len(settings.clusters)):
        raise Refusal(
            f"{path}: 'fpc' names more columns than there are stages; give one for each of 'clusters'"
        )
    if settings.trim and not settings.targets:
        raise Refusal(f"{path}: 'trim' bounds raked weights, but no 'targets' are named; name their file")
    if not settings.sample.has_margin and (settings.strata or settings.clusters or settings.fpc):
        raise Refusal(
            f"{path}: a sample of kind '{settings.sample}' was not drawn by chance, so strata, clusters and fpc mean "
            "nothing; take them out"
        )
    return settings


def _read(key: str, value: object, path: Path) -> object:
    """Read the value of one key."""
    if key == "sample":
        kinds = [each.value for each in Sample]
        if value not in kinds:
            raise Refusal(f"{path}: sample {value!r} is not known; write one of {', '.join(kinds)}")
        return Sample(str(value))
    if key == "dates":
        if isinstance(value, list) and len(value) == 2 and all(type(each) is date for each in value):
            first, last = value
            if first <= last:
                return first, last
        raise Refusal(
            f"{path}: 'dates' must be a first and a last date, such as dates = [2025-01-06, 2025-03-16]"
        )
    if key == "trim":
        if isinstance(value, list) and len(value) == 2 and all(type(each) in (int, float) for each in value):
            low, high = float(value[0]), float(value[1])
            if 0 <= low < 1 < high and math.isfinite(high):
                return low, high
        raise Refusal(
            f"{path}: 'trim' must be a least below 1 and a most above it, such as trim = [0.3, 3.0]"
        )
    if key in ("clusters", "fpc", "groups"):
        names = [value] if isinstance(value, str) else value
        if isinstance(names, list) and all(isinstance(each, str) and each.strip() for each in names):
            return tuple(names)
        raise Refusal(f"{path}: '{key}' must be the name of a column in quotes, or a list of them")
    if key == "invited":
        if type(value) is int and value > 0:
            return value
        raise Refusal(f"{path}: 'invited' must be how many were asked, a whole number above 0, not {value!r}")
    if not isinstance(value, str):
        raise Refusal(f"{path}: '{key}' must be text in quotes, not {value!r}")
    return value.strip()
