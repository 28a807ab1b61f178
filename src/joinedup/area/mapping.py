"""Mappings: how the columns of a published or vendor's format become ours; one TOML file each."""

from __future__ import annotations

import math
import re
import tomllib
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from joinedup.area.area import SERVICE_KINDS
from joinedup.area.schema import TABLES, schema
from joinedup.area.times import is_zone
from joinedup.refusal import Refusal, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping


@dataclass(frozen=True)
class Way:
    """One way to get a value: from a column, several columns, a constant or the row's number; then shaped.

    ``extract`` keeps the groups of a pattern, joined by a space; ``unless`` refuses values that match; ``lookup``
    replaces; ``slug`` makes an identifier of a name; ``prefix`` and ``suffix`` are put round it. A way with ``query``
    is a second best: rows that need it have that query.
    """

    column: str = ""
    columns: tuple[str, ...] = ()
    join: str = " "
    constant: str | None = None
    row: bool = False
    extract: str = ""
    unless: str = ""
    lookup: Mapping[str, str] | None = None
    slug: bool = False
    prefix: str = ""
    suffix: str = ""
    format: str = ""
    query: str = ""

    @property
    def sources(self) -> tuple[str, ...]:
        """The columns of the extract that it reads."""
        return (self.column,) if self.column else self.columns


@dataclass(frozen=True)
class LeftOut:
    """A rule by which rows are set aside: any of ``columns`` matches ``pattern``."""

    columns: tuple[str, ...]
    pattern: str
    why: str


@dataclass(frozen=True)
class TableMapping:
    """How one table is made: the ways of each column, best first.

    ``repeats`` names the columns that make a row an exact repeat where the source has no identifier; ``near`` is the
    distance in metres within which two sites of one service may be the same.
    """

    table: str
    columns: Mapping[str, tuple[Way, ...]]
    leave_out: tuple[LeftOut, ...] = ()
    repeats: tuple[str, ...] = ()
    near: float = 0.0


@dataclass(frozen=True)
class Source:
    """A mapping: what the source is, the services in it and the tables it fills."""

    name: str
    title: str
    about: str
    licence: str
    zone: str
    messy: tuple[str, ...]
    services: tuple[Mapping[str, str], ...]
    tables: tuple[TableMapping, ...]
    published: bool
    """Real, named places from a public list: sites may be laid side by side, but no option is proposed (§8.5)."""
    text: str
    """The TOML itself, kept in the study so that a reading can be repeated."""


def source_names() -> tuple[str, ...]:
    """Name the sources that come with the product."""
    folder = files("joinedup.area").joinpath("sources")
    return tuple(
        sorted(each.name.removesuffix(".toml") for each in folder.iterdir() if each.name.endswith(".toml"))
    )


def read_source(name: str) -> Source:
    """Read a mapping: one that comes with the product by name, or anybody's by the path of its TOML file.

    Raises:
        Refusal: when there is none, or it has a mistake; the message names the key.
    """
    if name in source_names():
        return source_from(
            files("joinedup.area").joinpath("sources", f"{name}.toml").read_text("utf-8"), name
        )
    path = Path(name)
    if path.suffix != ".toml":
        raise Refusal(f"source '{name}' is not known{did_you_mean(name, source_names())}")
    try:
        return source_from(path.read_text("utf-8"), path.stem, file=str(path))
    except FileNotFoundError:
        raise Refusal(f"{path}: there is no such file") from None
    except (OSError, UnicodeDecodeError) as error:
        raise Refusal(f"{path}: cannot be read ({error})") from None


def source_from(text: str, name: str, file: str = "") -> Source:
    """Read a mapping from the text of its TOML."""
    file = file or f"{name}.toml"
    try:
        given = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Refusal(f"{file}: cannot be read as TOML: {error}") from None
    _only(given, {"source", "services", "tables"}, file, "")
    about = _a(dict, given.get("source", {}), "[source]", file)
    keys = {"title": str, "about": str, "licence": str, "zone": str, "messy": list, "published": bool}
    _only(about, keys, file, "[source] ")
    for key, value in about.items():
        _a(keys[key], value, f"'{key}' under [source]", file)
    for key in ("title", "zone"):
        if key not in about:
            raise Refusal(f"{file}: '{key}' is missing under [source]")
    if not is_zone(about["zone"]):
        raise Refusal(
            f"{file}: zone '{about['zone']}' under [source] is not a time zone such as \"Europe/London\""
        )
    if not given.get("tables"):
        raise Refusal(f"{file}: there is no [[tables]], so nothing would be read")
    services = _a(list, given.get("services", []), "[[services]]", file)
    for service in services:
        if set(_a(dict, service, "[[services]]", file)) != {"service_id", "kind", "name"}:
            raise Refusal(f"{file}: each [[services]] needs service_id, kind and name, and no more")
        for key, value in service.items():
            _a(str, value, f"'{key}' under [[services]]", file)
        if service["kind"] not in SERVICE_KINDS:
            raise Refusal(
                f"{file}: '{service['kind']}' is not a kind of service"
                f"{did_you_mean(service['kind'], SERVICE_KINDS)}"
            )
    return Source(
        name=name,
        title=about["title"],
        about=about.get("about", ""),
        licence=about.get("licence", ""),
        zone=about["zone"],
        messy=tuple(about.get("messy", ())),
        services=tuple(services),
        tables=tuple(
            _table(_a(dict, each, "[[tables]]", file), file)
            for each in _a(list, given["tables"], "[[tables]]", file)
        ),
        published=about.get("published", False),
        text=text,
    )


def _table(given: dict[str, Any], file: str) -> TableMapping:
    _only(given, {"table", "columns", "leave_out", "repeats", "near"}, file, "[[tables]] ")
    name = given.get("table")
    if name not in TABLES:
        raise Refusal(f"{file}: table '{name}' is not known{did_you_mean(str(name), TABLES)}")
    columns = {}
    for column, ways in _a(dict, given.get("columns", {}), f"columns of {name}", file).items():
        if column not in schema(name).columns:
            raise Refusal(
                f"{file}: {name} has no column '{column}'{did_you_mean(column, schema(name).columns)}"
            )
        where = f"{name}.{column}"
        columns[column] = tuple(_way(each, file, where) for each in _a(list, ways, where, file))
        if not columns[column]:
            raise Refusal(f"{file}: {where} has no way to get a value; give it at least one, or leave it out")
        if any(way.format for way in columns[column]) and schema(name)[column].type != "datetime":
            raise Refusal(f"{file}: {where} has a format, which is for times alone")
    for field in schema(name).fields:
        if field.required and field.name not in columns:
            raise Refusal(f"{file}: {name} needs the column '{field.name}', which the mapping does not give")
    rules = []
    for each in _a(list, given.get("leave_out", []), f"leave_out of {name}", file):
        where = f"{name} leave_out"
        _only(_a(dict, each, where, file), _RULE, file, f"{where} ")
        for key, kind in _RULE.items():
            if key not in each:
                raise Refusal(f"{file}: '{key}' is missing in {where}")
            _a(kind, each[key], f"'{key}' in {where}", file)
        rules.append(
            LeftOut(_names(each["columns"], where, file), _pattern(each["pattern"], file, name), each["why"])
        )
    near = given.get("near", 0.0)
    if isinstance(near, bool) or not isinstance(near, int | float) or not 0 <= near < math.inf:
        raise Refusal(f"{file}: 'near' of {name} must be a number of metres")
    if near and not schema(name).has_place:
        raise Refusal(f"{file}: 'near' is for tables with places, and {name} has none")
    repeats = _names(given.get("repeats", []), f"repeats of {name}", file)
    return TableMapping(name, columns, tuple(rules), repeats, float(near))


_RULE: Mapping[str, type] = {"columns": list, "pattern": str, "why": str}
_WAY: Mapping[str, type] = {
    **dict.fromkeys(
        ("column", "join", "constant", "extract", "unless", "prefix", "suffix", "format", "query"), str
    ),
    "columns": list,
    "row": bool,
    "slug": bool,
    "lookup": dict,
}


def _way(given: Any, file: str, where: str) -> Way:
    if not isinstance(given, dict):
        raise Refusal(f'{file}: {where} must be a list of ways such as [{{ column = "name" }}]')
    _only(given, _WAY, file, f"{where}: ")
    for key, value in given.items():
        _a(_WAY[key], value, f"{where}: '{key}'", file)
    starts = [key for key in ("column", "columns", "constant", "row") if given.get(key)]
    if len(starts) != 1:
        raise Refusal(f"{file}: {where} needs exactly one of column, columns, constant or row")
    for key in ("extract", "unless"):
        if key in given:
            _pattern(given[key], file, where)
    if "extract" in given and not re.compile(given["extract"]).groups:
        raise Refusal(f"{file}: {where}: 'extract' needs a group in brackets, which is what is kept")
    for value in given.get("lookup", {}).values():
        _a(str, value, f"{where}: each value of 'lookup'", file)
    if "columns" in given:
        given = given | {"columns": _names(given["columns"], f"{where}: 'columns'", file)}
    return Way(**given)


def _a(kind: type, value: Any, what: str, file: str) -> Any:
    """Give a value that is what it should be."""
    if type(value) is not kind:
        raise Refusal(f"{file}: {what} must be {_WORDS[kind]}, not {value!r}")
    return value


_WORDS: Mapping[type, str] = {
    str: "text in quotes",
    bool: "true or false",
    list: "a list in square brackets",
    dict: "a table of keys and values",
}


def _names(value: Any, what: str, file: str) -> tuple[str, ...]:
    """Give a list of names of columns."""
    return tuple(_a(str, each, f"each name in {what}", file) for each in _a(list, value, what, file))


def _only(given: Mapping[str, Any], known: Collection[str], file: str, where: str) -> None:
    for key in given:
        if key not in known:
            raise Refusal(f"{file}: {where}unknown key '{key}'{did_you_mean(key, known)}")


def _pattern(pattern: str, file: str, where: str) -> str:
    try:
        re.compile(pattern)
        pl.Series([""]).str.contains(pattern)
    except (re.error, pl.exceptions.PolarsError) as error:
        raise Refusal(
            f"{file}: {where}: the pattern {pattern!r} is not a regular expression that can be used "
            f"({str(error).splitlines()[-1] if isinstance(error, re.error) else 'no looking ahead or back'})"
        ) from None
    return pattern
