"""Reading a mapping from TOML; a mistake is named by its key."""

from __future__ import annotations

import codecs
import math
import re
import tomllib
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from joinedup.area.amounts import UNITS
from joinedup.area.area import SERVICE_KINDS
from joinedup.area.formats import Layout
from joinedup.area.mapping.checked import a, names, only, pattern_of
from joinedup.area.mapping.source import LeftOut, Only, Source, TableMapping, Way
from joinedup.area.schema import TABLES, Field, schema
from joinedup.area.times import is_zone
from joinedup.refusal import Refusal, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping


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
    only(given, {"source", "file", "services", "tables"}, file, "")
    about = a(dict, given.get("source", {}), "[source]", file)
    keys = {
        **dict.fromkeys(("title", "about", "licence", "zone"), str),
        "messy": list,
        "counts": list,
        "published": bool,
    }
    only(about, keys, file, "[source] ")
    for key, value in about.items():
        a(keys[key], value, f"'{key}' under [source]", file)
    for key in ("title", "zone"):
        if key not in about:
            raise Refusal(f"{file}: '{key}' is missing under [source]")
    if not is_zone(about["zone"]):
        raise Refusal(
            f"{file}: zone '{about['zone']}' under [source] is not a time zone such as \"Europe/London\""
        )
    if not given.get("tables"):
        raise Refusal(f"{file}: there is no [[tables]], so nothing would be read")
    services = a(list, given.get("services", []), "[[services]]", file)
    for service in services:
        if set(a(dict, service, "[[services]]", file)) != {"service_id", "kind", "name"}:
            raise Refusal(f"{file}: each [[services]] needs service_id, kind and name, and no more")
        for key, value in service.items():
            a(str, value, f"'{key}' under [[services]]", file)
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
            _table(a(dict, each, "[[tables]]", file), file)
            for each in a(list, given["tables"], "[[tables]]", file)
        ),
        published=about.get("published", False),
        text=text,
        layout=_layout(a(dict, given.get("file", {}), "[file]", file), file),
        counts=tuple(about.get("counts", ())),
    )


_FILE: Mapping[str, type] = {
    "sheet": str,
    "skip_rows": int,
    "header_rows": int,
    "encoding": str,
    "separator": str,
    "none": list,
}


def _layout(given: Mapping[str, Any], file: str) -> Layout:
    """Read how the file is laid out."""
    only(given, _FILE, file, "[file] ")
    for key, value in given.items():
        a(_FILE[key], value, f"'{key}' under [file]", file)
    for key, least, most in (("skip_rows", 0, 1000), ("header_rows", 1, 5)):
        if not least <= given.get(key, least) <= most:
            raise Refusal(f"{file}: '{key}' under [file] must be {least} to {most}")
    if "encoding" in given:
        try:
            codecs.getincrementaldecoder(given["encoding"])
        except LookupError:
            raise Refusal(
                f"{file}: encoding '{given['encoding']}' under [file] is not known; write one such as \"cp1252\""
            ) from None
    if len(given.get("separator", ",")) != 1 or not given.get("separator", ",").isascii():
        raise Refusal(f"{file}: 'separator' under [file] must be one character")
    return Layout(**{**given, "none": names(given.get("none", []), "'none' under [file]", file)})


def _table(given: dict[str, Any], file: str) -> TableMapping:
    only(given, {"table", "columns", "leave_out", "only", "one_for", "repeats", "near"}, file, "[[tables]] ")
    name = given.get("table")
    if name not in TABLES:
        raise Refusal(f"{file}: table '{name}' is not known{did_you_mean(str(name), TABLES)}")
    columns = {}
    for column, ways in a(dict, given.get("columns", {}), f"columns of {name}", file).items():
        if column not in schema(name).columns:
            raise Refusal(
                f"{file}: {name} has no column '{column}'{did_you_mean(column, schema(name).columns)}"
            )
        where = f"{name}.{column}"
        columns[column] = tuple(
            _way(each, file, where, schema(name)[column]) for each in a(list, ways, where, file)
        )
        if not columns[column]:
            raise Refusal(f"{file}: {where} has no way to get a value; give it at least one, or leave it out")
    for field in schema(name).fields:
        if field.required and field.name not in columns:
            raise Refusal(f"{file}: {name} needs the column '{field.name}', which the mapping does not give")
    rules = []
    for each in a(list, given.get("leave_out", []), f"leave_out of {name}", file):
        where = f"{name} leave_out"
        only(a(dict, each, where, file), _RULE, file, f"{where} ")
        for key, kind in _RULE.items():
            if key not in each:
                raise Refusal(f"{file}: '{key}' is missing in {where}")
            a(kind, each[key], f"'{key}' in {where}", file)
        rules.append(
            LeftOut(names(each["columns"], where, file), pattern_of(each["pattern"], file, name), each["why"])
        )
    taken = []
    for each in a(list, given.get("only", []), f"only of {name}", file):
        where = f"{name} only"
        only(a(dict, each, where, file), {"column", "pattern"}, file, f"{where} ")
        for key in ("column", "pattern"):
            if key not in each:
                raise Refusal(f"{file}: '{key}' is missing in {where}")
            a(str, each[key], f"'{key}' in {where}", file)
        taken.append(Only(each["column"], pattern_of(each["pattern"], file, name)))
    near = given.get("near", 0.0)
    if isinstance(near, bool) or not isinstance(near, int | float) or not 0 <= near < math.inf:
        raise Refusal(f"{file}: 'near' of {name} must be a number of metres")
    if near and not schema(name).has_place:
        raise Refusal(f"{file}: 'near' is for tables with places, and {name} has none")
    repeats = names(given.get("repeats", []), f"repeats of {name}", file)
    one_for = names(given.get("one_for", []), f"one_for of {name}", file)
    return TableMapping(name, columns, tuple(rules), tuple(taken), one_for, repeats, float(near))


_RULE: Mapping[str, type] = {"columns": list, "pattern": str, "why": str}
_WAY: Mapping[str, type] = {
    **dict.fromkeys(
        (
            "column",
            "join",
            "constant",
            "extract",
            "unless",
            "prefix",
            "suffix",
            "unit",
            "take",
            "query",
            "note",
        ),
        str,
    ),
    "columns": list,
    "format": list,
    "none": list,
    "row": bool,
    "slug": bool,
    "lookup": dict,
}
_TIMES = ("datetime", "date", "time", "yearmonth")


def _way(given: Any, file: str, where: str, field: Field) -> Way:
    if not isinstance(given, dict):
        raise Refusal(f'{file}: {where} must be a list of ways such as [{{ column = "name" }}]')
    only(given, _WAY, file, f"{where}: ")
    if isinstance(given.get("format"), str):
        given = given | {"format": [given["format"]]}
    for key, value in given.items():
        a(_WAY[key], value, f"{where}: '{key}'", file)
    starts = [key for key in ("column", "columns", "constant", "row") if given.get(key)]
    if len(starts) != 1:
        raise Refusal(f"{file}: {where} needs exactly one of column, columns, constant or row")
    for key in ("extract", "unless"):
        if key in given:
            pattern_of(given[key], file, where)
    if "extract" in given and not re.compile(given["extract"]).groups:
        raise Refusal(f"{file}: {where}: 'extract' needs a group in brackets, which is what is kept")
    for value in given.get("lookup", {}).values():
        a(str, value, f"{where}: each value of 'lookup'", file)
    if "format" in given and field.type not in _TIMES:
        raise Refusal(f"{file}: {where} has a format, which is for times and dates alone")
    if "unit" in given and field.type not in ("number", "integer"):
        raise Refusal(f"{file}: {where} has a unit, which is for numbers alone")
    if given.get("unit") and given["unit"] not in UNITS and given["unit"] != field.unit:
        raise Refusal(
            f"{file}: {where}: unit '{given['unit']}' is not known{did_you_mean(given['unit'], UNITS)}"
        )
    if given.get("take", "first") not in _TAKE:
        raise Refusal(
            f"{file}: {where}: take '{given['take']}' is not known{did_you_mean(given['take'], _TAKE)}"
        )
    if given.get("take", "first") != "first" and field.type != "datetime":
        raise Refusal(f"{file}: {where}: take '{given['take']}' is for times alone")
    for key in ("columns", "format", "none"):
        if key in given:
            given = given | {key: names(given[key], f"{where}: '{key}'", file)}
    return Way(**given)


_TAKE = ("first", "earliest", "latest")
