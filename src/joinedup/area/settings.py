"""What study.toml says: the name and zone of a study, and everything that has a default."""

from __future__ import annotations

import json
import math
import re
import tomllib
from dataclasses import dataclass, field, fields
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from joinedup.area.times import is_zone
from joinedup.refusal import Refusal, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping

FILE = "study.toml"


@dataclass(frozen=True)
class Tolerance:
    """How much longer a response may become, recorded before results are seen (§5.7).

    ``minutes`` bounds the upper confidence bound of the mean change until help arrives, ``answering_seconds`` that until calls
    are answered and crews told, None where the partners agreed none; ``recorded_on`` is when they agreed it.
    """

    minutes: float
    recorded_on: date
    answering_seconds: float | None = None


@dataclass(frozen=True)
class OwnTravel:
    """The files that a study names under [travel]: an OpenStreetMap extract, or a table of drives and where its places are.

    With neither, drives are on a straight line.
    """

    roads: Path | None = None
    matrix: Path | None = None
    places: Path | None = None


@dataclass(frozen=True)
class OwnLimits:
    """What the options of a study share on their way, under [roadmap]; what is not given is no limit.

    Capital is in real pounds a year, for all partners together and for each that is named; ``options_at_once`` is how many
    can be under way together, in all and of each partner that is named; ``chance_of_loss`` is the greatest share of draws in
    which the whole may be worth less than nothing.
    """

    years: int = 5
    capital_gbp_a_year: float | None = None
    capital_gbp_a_year_of: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    options_at_once: int | None = None
    options_at_once_of: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    chance_of_loss: float | None = None


@dataclass(frozen=True)
class OwnEvidence:
    """How a study codes its interviews and lets quotes out, under [evidence] (§6.2, §8.2).

    ``approach`` is "coding reliability" or "reflexive". A quote stands behind a position that at least ``group`` speakers
    hold, and nobody is quoted more than ``quotes_a_person`` times.
    """

    approach: str = "coding reliability"
    group: int = 5
    quotes_a_person: int = 2


@dataclass(frozen=True)
class OwnWeights:
    """The swing weights that the partners agreed, under [weights], with who agreed them and when (§7.1).

    Each is in points, for the step from the worst to the best of the options: of what they are worth in ``money``, of how
    long ``response`` takes, and of how many posts of ``people`` move or end. They need not sum to anything.
    """

    money: float
    response: float
    people: float
    agreed_by: str
    agreed_on: date


@dataclass(frozen=True)
class Settings:
    """The settings of a study; only ``name`` and ``zone`` have no default."""

    name: str
    zone: str
    nation: str = ""
    period: tuple[date, date] | None = None
    grid: str = ""
    price_base: str = "2025/26"
    standards: str = ""
    partners: tuple[str, ...] = ()
    tolerances: Mapping[str, Tolerance] = field(default_factory=lambda: MappingProxyType({}))
    results_seen_on: date | None = None
    """When the partners first saw results: a tolerance that was recorded later does not count (§5.7)."""
    seed: int = 1
    overlap_only: bool = False
    """Sites of a real area may be laid side by side; proposing to merge real, named stations is not for an example."""
    travel: OwnTravel = field(default_factory=OwnTravel)
    roadmap: OwnLimits = field(default_factory=OwnLimits)
    evidence: OwnEvidence = field(default_factory=OwnEvidence)
    weights: OwnWeights | None = None

    @property
    def on_national_grid(self) -> bool:
        """Whether distances are measured on the British National Grid."""
        return self.grid == "british-national-grid" or (not self.grid and self.zone == "Europe/London")


def read_settings(folder: Path) -> Settings:
    """Read study.toml.

    Raises:
        Refusal: when the folder is not a study or a key or value is wrong, with the right key where one is close.
    """
    path = folder / FILE
    if folder.is_file():
        raise Refusal(f"{folder}: is a file, not a study; name the folder that holds {FILE}")
    if not folder.is_dir():
        raise Refusal(
            f"{folder}: there is no such folder; 'joinedup new {folder}' makes an empty study there"
        )
    if not path.is_file():
        raise Refusal(
            f"{folder}: this folder is not a study, it has no {FILE}; "
            f"'joinedup new {folder}' makes one, or name the folder that holds {FILE}"
        )
    try:
        content = tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise Refusal(f"{path}: is not UTF-8 text; save it as UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise Refusal(f"{path}: cannot be read as TOML: {error}") from None
    return settings_from(content, str(path))


def quoted(text: str) -> str:
    """Put text in quotes as TOML has them; what cannot be written becomes a question mark."""
    return json.dumps(text.encode(errors="replace").decode(), ensure_ascii=False).replace("\x7f", "")


def settings_from(content: Mapping[str, Any], file: str) -> Settings:
    """Turn the content of study.toml into settings; ``file`` is for messages."""
    if "study" not in content:
        raise Refusal(f"{file}: the heading [study] is missing{_did_you_mean_heading(content)}")
    known = {each.name for each in fields(Settings)} - set(_OWN_HEADINGS)
    for heading in content:
        if heading in known:
            raise Refusal(
                f"{file}: '{heading}' must stand under [study]; write it there, or as [study.{heading}]"
            )
        headings = ["study", *_OWN_HEADINGS]
        if heading not in headings:
            raise Refusal(f"{file}: unknown heading [{heading}]{did_you_mean(heading, headings)}")
    if not isinstance(content["study"], dict):
        raise Refusal(f"{file}: 'study' must be a heading; put the settings under a line that says [study]")
    given = dict(content["study"])
    for key in given:
        if key in _OWN_HEADINGS:
            raise Refusal(f"{file}: '{key}' is a heading of its own; write [{key}], not [study.{key}]")
        if key not in known:
            raise Refusal(f"{file}: unknown key '{key}' under [study]{did_you_mean(key, known)}")
    for key in ("name", "zone"):
        if not isinstance(given.get(key), str) or not given[key].strip():
            raise Refusal(f"{file}: '{key}' under [study] is missing; add a line such as {_EXAMPLES[key]}")
    if not is_zone(given["zone"]):
        raise Refusal(
            f"{file}: zone '{given['zone']}' is not a time zone; write one such as \"Europe/London\""
        )
    if "period" in given:
        given["period"] = _period(given["period"], file)
    if "partners" in given:
        given["partners"] = tuple(_strings(given["partners"], "partners", file))
    if "tolerances" in given:
        given["tolerances"] = MappingProxyType(_tolerances(given["tolerances"], file))
    if type(given.get("results_seen_on", date.min)) is not date:
        raise Refusal(
            f"{file}: 'results_seen_on' must be a date such as 2025-04-20, not {given['results_seen_on']!r}"
        )
    if given.get("grid", "") not in ("", "british-national-grid", "local"):
        raise Refusal(
            f'{file}: grid \'{given["grid"]}\' is not known; write "british-national-grid" or "local"'
        )
    for key, kind, words in (("seed", int, "a whole number"), ("overlap_only", bool, "true or false")):
        if key in given and type(given[key]) is not kind:
            raise Refusal(f"{file}: '{key}' must be {words}, not {given[key]!r}")
    for key in ("nation", "price_base", "standards"):
        if key in given and not isinstance(given[key], str):
            raise Refusal(f"{file}: '{key}' must be text in quotes, not {given[key]!r}")
    if not _FINANCIAL_YEAR.fullmatch(given.get("price_base", "2025/26")):
        raise Refusal(
            f"{file}: price_base '{given['price_base']}' is not a financial year; write one such as \"2025/26\""
        )
    return Settings(
        **given,
        travel=_travel(content.get("travel", {}), file),
        roadmap=_roadmap(content.get("roadmap", {}), file),
        evidence=_evidence(content.get("evidence", {}), file),
        weights=_weights(content["weights"], file) if "weights" in content else None,
    )


_OWN_HEADINGS = ("travel", "roadmap", "evidence", "weights")
_APPROACHES = ("coding reliability", "reflexive")
_WEIGHED = ("money", "response", "people")


_FINANCIAL_YEAR = re.compile(r"\d{4}/\d{2}")
_EXAMPLES = {"name": 'name = "Littleton"', "zone": 'zone = "Europe/London"'}


def _did_you_mean_heading(content: Mapping[str, Any]) -> str:
    """Suggest what a missing [study] heading may have become."""
    if content:
        return f"; found '{next(iter(content))}'; put the settings under a line that says [study]"
    return "; put the settings under a line that says [study]"


def _travel(value: object, file: str) -> OwnTravel:
    """Find the files that stand under [travel], beside study.toml."""
    if not isinstance(value, dict):
        raise Refusal(f"{file}: 'travel' must be a heading; put its keys under a line that says [travel]")
    known = {each.name for each in fields(OwnTravel)}
    for key, given in value.items():
        if key not in known:
            raise Refusal(f"{file}: unknown key '{key}' under [travel]{did_you_mean(key, known)}")
        if not isinstance(given, str) or not given.strip():
            raise Refusal(
                f"{file}: '{key}' under [travel] must be the name of a file in quotes, not {given!r}"
            )
    if "roads" in value and "matrix" in value:
        raise Refusal(
            f"{file}: [travel] names both roads and a matrix; keep the one that drives are to rest on"
        )
    if "places" in value and "matrix" not in value:
        raise Refusal(f"{file}: [travel] names places but no matrix; places say where those of a matrix are")
    return OwnTravel(**{key: Path(file).parent / given for key, given in value.items()})


def _roadmap(value: object, file: str) -> OwnLimits:
    """Read what the options share on their way, under [roadmap]."""
    if not isinstance(value, dict):
        raise Refusal(f"{file}: 'roadmap' must be a heading; put its keys under a line that says [roadmap]")
    given = dict(value)
    known = {each.name for each in fields(OwnLimits)}
    for key in given:
        if key not in known:
            raise Refusal(f"{file}: unknown key '{key}' under [roadmap]{did_you_mean(key, known)}")
    for key, least, most in (("years", 1, 10), ("options_at_once", 1, 1_000)):
        if key in given and not (type(given[key]) is int and least <= given[key] <= most):
            raise Refusal(
                f"{file}: '{key}' under [roadmap] must be a whole number from {least} to {most}, not {given[key]!r}"
            )
    by_partner = given.get("capital_gbp_a_year_of", {})
    if not isinstance(by_partner, dict):
        raise Refusal(f"{file}: write the capital of each partner under [roadmap.capital_gbp_a_year_of]")
    at_once_of = given.get("options_at_once_of", {})
    if not isinstance(at_once_of, dict):
        raise Refusal(f"{file}: write the options at once of each partner under [roadmap.options_at_once_of]")
    for who, number in at_once_of.items():
        if not (type(number) is int and 1 <= number <= 1_000):
            raise Refusal(
                f"{file}: '{who}' under [roadmap.options_at_once_of] must be a whole number from 1 to 1000, not {number!r}"
            )
    amounts = {"capital_gbp_a_year": given.get("capital_gbp_a_year", 0), **by_partner}
    for key, amount in amounts.items():
        if isinstance(amount, bool) or not isinstance(amount, int | float) or not 0 <= amount < float("inf"):
            raise Refusal(
                f"{file}: '{key}' under [roadmap] must be an amount in pounds, 0 or more, not {amount!r}"
            )
    loss = given.get("chance_of_loss", 0)
    if isinstance(loss, bool) or not isinstance(loss, int | float) or not 0 <= loss <= 1:
        raise Refusal(f"{file}: 'chance_of_loss' under [roadmap] must be a share from 0 to 1, not {loss!r}")
    named = {"capital_gbp_a_year_of": by_partner, "options_at_once_of": at_once_of}
    return OwnLimits(**given | {key: MappingProxyType(dict(of)) for key, of in named.items()})


def _evidence(value: object, file: str) -> OwnEvidence:
    """Read how interviews are coded and quotes let out, under [evidence]."""
    if not isinstance(value, dict):
        raise Refusal(f"{file}: 'evidence' must be a heading; put its keys under a line that says [evidence]")
    known = {each.name for each in fields(OwnEvidence)}
    for key in value:
        if key not in known:
            raise Refusal(f"{file}: unknown key '{key}' under [evidence]{did_you_mean(key, known)}")
    if value.get("approach", _APPROACHES[0]) not in _APPROACHES:
        raise Refusal(
            f"{file}: approach '{value['approach']}' under [evidence] is not known; write "
            f"{' or '.join(quoted(each) for each in _APPROACHES)}{did_you_mean(str(value['approach']), _APPROACHES)}"
        )
    for key, least, most in (("group", 3, 1_000), ("quotes_a_person", 1, 100)):
        if key in value and not (type(value[key]) is int and least <= value[key] <= most):
            raise Refusal(
                f"{file}: '{key}' under [evidence] must be a whole number from {least} to {most}, not {value[key]!r}"
            )
    return OwnEvidence(**value)


def _weights(value: object, file: str) -> OwnWeights:
    """Read the swing weights that the partners agreed, under [weights]."""
    if not isinstance(value, dict):
        raise Refusal(f"{file}: 'weights' must be a heading; put its keys under a line that says [weights]")
    known = [each.name for each in fields(OwnWeights)]
    for key in value:
        if key not in known:
            raise Refusal(f"{file}: unknown key '{key}' under [weights]{did_you_mean(key, known)}")
    for key in known:
        if key not in value:
            raise Refusal(f"{file}: '{key}' under [weights] is missing; it needs {', '.join(known)}")
    for key in _WEIGHED:
        points = value[key]
        if isinstance(points, bool) or not isinstance(points, int | float) or not 0 <= points < float("inf"):
            raise Refusal(f"{file}: '{key}' under [weights] must be points, 0 or more, not {points!r}")
    if not any(value[key] for key in _WEIGHED):
        raise Refusal(f"{file}: the points under [weights] are all 0; give some to what matters")
    if not isinstance(value["agreed_by"], str) or not value["agreed_by"].strip():
        raise Refusal(f"{file}: 'agreed_by' under [weights] must say in quotes who agreed the weights")
    if type(value["agreed_on"]) is not date:
        raise Refusal(f"{file}: 'agreed_on' under [weights] must be a date such as 2025-03-01")
    return OwnWeights(**value)


def _strings(value: object, key: str, file: str) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise Refusal(f"{file}: '{key}' must be a list of names in quotes")
    return value


def _period(value: object, file: str) -> tuple[date, date]:
    if (
        not isinstance(value, list)
        or len(value) != 2
        or not all(type(each) is date for each in value)
        or value[0] >= value[1]
    ):
        raise Refusal(
            f"{file}: 'period' must be a first and a last date, such as period = [2025-01-06, 2025-03-16]"
        )
    return value[0], value[1]


def _tolerances(value: object, file: str) -> dict[str, Tolerance]:
    if not isinstance(value, dict):
        raise Refusal(f"{file}: 'tolerances' must be a table such as [study.tolerances.fire]")
    tolerances = {}
    for service, given in value.items():
        needed = {"minutes", "recorded_on"}
        if not isinstance(given, dict) or not needed <= set(given) <= needed | {"answering_seconds"}:
            raise Refusal(
                f"{file}: [study.tolerances.{service}] needs 'minutes' and 'recorded_on' (the date on which the partners "
                "agreed it, before results were seen), and may have 'answering_seconds', and nothing else"
            )
        for key, amount in given.items():
            number = isinstance(amount, int | float) and not isinstance(amount, bool)
            if key != "recorded_on" and (not number or not math.isfinite(amount) or amount < 0):
                raise Refusal(f"{file}: [study.tolerances.{service}] {key} must be a number of 0 or more")
        recorded, answering = given["recorded_on"], given.get("answering_seconds")
        if type(recorded) is not date:
            raise Refusal(
                f"{file}: [study.tolerances.{service}] recorded_on must be a date such as 2025-03-01"
            )
        tolerances[service] = Tolerance(
            float(given["minutes"]), recorded, None if answering is None else float(answering)
        )
    return tolerances
