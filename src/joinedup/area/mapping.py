"""Mappings: how the columns of a published or vendor's format become ours; one TOML file each."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, fields
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from joinedup.area.schema import TABLES, schema
from joinedup.refusal import Refusal, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping


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
    about = given.get("source", {})
    _only(about, {"title", "about", "licence", "zone", "messy"}, file, "[source] ")
    for key in ("title", "zone"):
        if key not in about:
            raise Refusal(f"{file}: '{key}' is missing under [source]")
    if not given.get("tables"):
        raise Refusal(f"{file}: there is no [[tables]], so nothing would be read")
    for service in given.get("services", []):
        if set(service) != {"service_id", "kind", "name"}:
            raise Refusal(f"{file}: each [[services]] needs service_id, kind and name, and no more")
    return Source(
        name=name,
        title=about["title"],
        about=about.get("about", ""),
        licence=about.get("licence", ""),
        zone=about["zone"],
        messy=tuple(about.get("messy", ())),
        services=tuple(given.get("services", ())),
        tables=tuple(_table(each, file) for each in given["tables"]),
        text=text,
    )


def _table(given: dict[str, Any], file: str) -> TableMapping:
    _only(given, {"table", "columns", "leave_out", "repeats", "near"}, file, "[[tables]] ")
    name = given.get("table")
    if name not in TABLES:
        raise Refusal(f"{file}: table '{name}' is not known{did_you_mean(str(name), TABLES)}")
    columns = {}
    for column, ways in given.get("columns", {}).items():
        if column not in schema(name).columns:
            raise Refusal(
                f"{file}: {name} has no column '{column}'{did_you_mean(column, schema(name).columns)}"
            )
        columns[column] = tuple(_way(each, file, f"{name}.{column}") for each in ways)
    rules = []
    for each in given.get("leave_out", []):
        _only(each, {"columns", "pattern", "why"}, file, f"{name} leave_out ")
        rules.append(LeftOut(tuple(each["columns"]), _pattern(each["pattern"], file, name), each["why"]))
    return TableMapping(
        name, columns, tuple(rules), tuple(given.get("repeats", ())), float(given.get("near", 0.0))
    )


def _way(given: Any, file: str, where: str) -> Way:
    if not isinstance(given, dict):
        raise Refusal(f'{file}: {where} must be a list of ways such as [{{ column = "name" }}]')
    _only(given, {each.name for each in fields(Way)}, file, f"{where}: ")
    starts = [key for key in ("column", "columns", "constant", "row") if key in given]
    if len(starts) != 1:
        raise Refusal(f"{file}: {where} needs exactly one of column, columns, constant or row")
    for key in ("extract", "unless"):
        if key in given:
            _pattern(given[key], file, where)
    if "columns" in given:
        given = given | {"columns": tuple(given["columns"])}
    return Way(**given)


def _only(given: Mapping[str, Any], known: set[str], file: str, where: str) -> None:
    for key in given:
        if key not in known:
            raise Refusal(f"{file}: {where}unknown key '{key}'{did_you_mean(key, known)}")


def _pattern(pattern: str, file: str, where: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise Refusal(
            f"{file}: {where}: the pattern {pattern!r} is not a regular expression ({error})"
        ) from None
    return pattern
