"""Choosing which column becomes which of ours, and writing the draft with a reason on every line."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from joinedup.area.checking import ROW
from joinedup.area.formats import Layout, Raw, read_file
from joinedup.area.settings import quoted
from joinedup.area.suggesting.lines import Line, plain
from joinedup.area.suggesting.looks import Look, likeness, look
from joinedup.area.suggesting.placing import places_of, zone_of
from joinedup.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_ALIKE = 0.6
_SURE = 0.9
_DEEPEST_TITLE = 4
_KINDS = (
    ("fire", r"fire|lfb|engine|appliance|pump"),
    ("police", r"police|crime|offence|constabulary"),
    ("ambulance", r"ambulance|ems|paramedic|medic"),
)


def suggested(path: Path) -> str:
    """Draft a mapping for a file, as TOML.

    Raises:
        Refusal: when the file cannot be read as a table.
    """
    raw, layout = _with_header(path)
    looks = [look(raw.table[each]) for each in raw.table.columns if each != ROW]
    table = _table(looks)
    used: set[str] = set()
    places = places_of(looks, used)
    times = _times(looks, table, used)
    lines, one_for, stranger = _named(looks, table, used)
    zone, sure_of_zone = zone_of(looks)
    kind, why = _kind(path, looks)
    draft = [
        f"# A draft for {plain(path.name)}, made from its header and its values. Correct it, then:",
        "#   joinedup read ./THIS.toml FILE --into DIR",
        "# Each line says how sure it is, and why. A line that is wrong can be changed or deleted.",
        "",
        "[source]",
        f"title = {quoted(plain(path.name))}",
        str(Line(f"zone = {quoted(zone)}", sure_of_zone)),
        *_file(layout),
        "",
        "[[services]]",
        str(Line(f"service_id = {quoted(kind)}", why)),
        f"kind = {quoted(kind)}",
        f"name = {quoted(kind.capitalize())}",
        "",
        "[[tables]]",
        str(Line(f"table = {quoted(table)}", _WHY_TABLE[table])),
        *one_for,
        "",
        "[tables.columns]",
        f"service_id = [{{ constant = {quoted(kind)} }}]",
        *(str(each) for each in (*lines, *times, *places)),
        *stranger,
        *_attendances(looks, used, several=bool(one_for)),
        "",
        *_left_out(looks, used),
    ]
    return "\n".join(draft) + "\n"


def _file(layout: Layout) -> list[str]:
    """Say how the file is laid out, where that is not as usual."""
    if not layout.skip_rows:
        return []
    return ["", "[file]", str(Line(f"skip_rows = {layout.skip_rows}", "likely: the first row is no header"))]


_WHY_TABLE = {
    "incidents": "likely: the rows have times or months, so they are things that happened",
    "sites": "likely: the rows have no time, so they are places",
    "assets": "likely: the rows have neither time nor place, and are called as vehicles are",
}


def _with_header(path: Path) -> tuple[Raw, Layout]:
    """Read the file, from the first row on in which most columns have a name."""
    first: Raw | None = None
    refused: Refusal | None = None
    for skip in range(_DEEPEST_TITLE):
        layout = Layout(skip_rows=skip)
        try:
            raw = read_file(path, layout)
        except Refusal as error:
            refused = refused or error
            continue
        first = first or raw
        columns = [each for each in raw.table.columns if each != ROW]
        nameless = sum(re.fullmatch(r"column \d+", each) is not None for each in columns)
        if raw.table.height and nameless < len(columns) / 2 and (len(columns) > 1 or skip == 0):
            return raw, layout
    if first is None:
        raise refused or Refusal(f"{path}: cannot be read as a table")
    return first, Layout()


def _table(looks: Sequence[Look]) -> str:
    """Say which of our tables the file is most like."""
    if any(each.kind in ("time", "month") for each in looks):
        return "incidents"
    placed = any(each.kind in ("degrees", "degrees text", "grid text") for each in looks)
    fleet = any(likeness(each, _fields()["assets"]["asset_id"]["names"][:2]) > _SURE for each in looks)
    return "assets" if fleet and not placed else "sites"


def _times(looks: Sequence[Look], table: str, used: set[str]) -> list[Line]:
    """Find when the call was received, or the month."""
    if table != "incidents":
        return []
    times = [each for each in looks if each.kind == "time"]
    if times:
        names = _fields()["incidents"]["received_at"]["names"]
        best = max(times, key=lambda each: (likeness(each, names), each.filled))
        used.add(best.name)
        how = (
            "sure"
            if len(times) == 1 or likeness(best, names) >= _SURE
            else f"a guess among {len(times)} columns of times"
        )
        if best.doubtful:
            how += ", but no day past the 12th tells day from month"
        form = f", format = {quoted(best.format)}" if best.format else ""
        return [Line(f"received_at = [{{ column = {quoted(best.name)}{form} }}]", f"{how}: {best.why}")]
    month = next(each for each in looks if each.kind == "month")
    used.add(month.name)
    return [Line(f"received_month = [{{ column = {quoted(month.name)} }}]", f"sure: {month.why}")]


def _named(looks: Sequence[Look], table: str, used: set[str]) -> tuple[list[Line], list[str], list[str]]:
    """Find all other columns by their names, and what identifies a row."""
    lines: list[Line] = []
    fields = _fields()[table]
    key, *others = fields
    pairs = sorted(
        (
            (likeness(each, fields[ours]["names"]), -number, ours, each)
            for ours in others
            if ours not in ("received_at", "received_month")
            for number, each in enumerate(looks)
            if each.kind in fields[ours]["kinds"] and each.name not in used
        ),
        key=lambda pair: (-pair[0], -pair[1], pair[2]),
    )
    chosen: dict[str, tuple[Look, float]] = {}
    for like, _, ours, each in pairs:
        if like >= _ALIKE and ours not in chosen and each.name not in used:
            chosen[ours] = each, like
            used.add(each.name)
    for ours, (each, like) in chosen.items():
        how = "sure" if like >= _SURE else "likely"
        unit = f", unit = {quoted(fields[ours]['unit'])}" if "unit" in fields[ours] else ""
        form = f", format = {quoted(each.format)}" if each.format else ""
        else_row = ', { row = true, query = "no name" }' if ours == "name" and each.filled < 1 else ""
        lines.append(
            Line(
                f"{ours} = [{{ column = {quoted(each.name)}{unit}{form} }}{else_row}]",
                f"{how}, by its name: {each.why}",
            )
        )
    identity, one_for = _identity(looks, table, key, chosen, used)
    lines.insert(0, identity)
    return lines, one_for, _needed(table, {*chosen})


_STAMPS = {"mobilised_at", "responding_at", "arrived_at", "left_at", "hospital_at", "available_at"}


def _attendances(looks: Sequence[Look], used: set[str], *, several: bool) -> list[str]:
    """Make an attendance of each row too, where several are one event and each has a unit and the stamps of its job."""
    own: set[str] = set()
    by_ours = {each.setting.split(" = ")[0]: str(each) for each in _named(looks, "attendances", own)[0]}
    if not several or "unit_id" not in by_ours or len(by_ours.keys() & _STAMPS) < 2:
        return []
    used |= own
    why = "likely: each row is a unit that was sent, with the stamps of its job"
    lines = [by_ours[ours] for ours in _fields()["attendances"] if ours in by_ours]
    return ["", "[[tables]]", str(Line('table = "attendances"', why)), "", "[tables.columns]", *lines]


def _identity(
    looks: Sequence[Look], table: str, key: str, chosen: dict[str, tuple[Look, float]], used: set[str]
) -> tuple[Line, list[str]]:
    """Find what identifies a row: a column, the name of a site, or the row's number."""
    names = _fields()[table][key]["names"]
    alike = sorted(
        (
            (likeness(each, names), each)
            for each in looks
            if each.kind in ("text", "number") and each.name not in used and likeness(each, names) >= 0.7
        ),
        key=lambda pair: (-pair[0], -pair[1].filled),
    )
    alone = [each for _, each in alike if each.unique]
    full = next((each for each in alone if each.filled == 1), None)
    if full is not None:
        used.add(full.name)
        most = "every row" if full.distinct == full.rows else "nearly every row"
        return Line(f"{key} = [{{ column = {quoted(full.name)} }}]", f"sure: {most} has one of its own"), []
    many = next((each for _, each in alike if each.filled == 1 and each.distinct > 0.2 * each.rows), None)
    if table in ("incidents", "attendances") and many is not None:
        used.add(many.name)
        often = f"{many.rows:,} rows have {many.distinct:,} of them"
        return (
            Line(f"{key} = [{{ column = {quoted(many.name)} }}]", f"likely, by its name: {often}"),
            [
                str(
                    Line(
                        f"one_for = [{quoted(many.name)}]", f"likely: {often}, so several rows are one event"
                    )
                )
            ],
        )
    if alone and alone[0].filled > 0.5:
        used.add(alone[0].name)
        return (
            Line(
                f"{key} = [{{ column = {quoted(alone[0].name)} }}, {{ row = true }}]",
                f"likely: {alone[0].filled:.0%} of rows have one of their own, the others are known by file and row",
            ),
            [],
        )
    if "name" in chosen and chosen["name"][0].distinct == chosen["name"][0].rows:
        called = chosen["name"][0].name
        return Line(
            f"{key} = [{{ column = {quoted(called)}, slug = true }}]", "likely: every name is another"
        ), []
    why = "no column has a value of its own in every row: rows are known by the file's name and their number"
    return Line(f"{key} = [{{ row = true }}]", why), []


def _needed(table: str, chosen: set[str]) -> list[str]:
    """Give what a table cannot do without and the file does not seem to have."""
    missing = {
        "sites": {"name": "name = [{ row = true }]"},
        "assets": {"kind": 'kind = [{ constant = "vehicle" }]'},
    }
    return [
        str(Line(line, "a stand-in: no column was found for it"))
        for ours, line in missing.get(table, {}).items()
        if ours not in chosen
    ]


def _left_out(looks: Sequence[Look], used: set[str]) -> list[str]:
    """Say which columns are not read, and why."""
    whys = {
        "personal": "looks like personal data, which a study may not hold",
        "long text": "is free text, which is not kept; take a part of it with 'extract' if you need one",
        "blank": "is blank",
    }
    rest = [each for each in looks if each.name not in used]
    return [
        f"# left out: {plain(quoted(each.name))} {whys.get(each.kind, 'is like none of our columns')}"
        f"{f' ({plain(each.why)})' if each.kind not in ('long text', 'blank') else ''}"
        for each in rest
    ]


def _kind(path: Path, looks: Sequence[Look]) -> tuple[str, str]:
    """Guess whose rows they are from the words of the file's name and header."""
    said = " ".join((path.name, *(each.name for each in looks))).lower()
    counts = {kind: len(re.findall(pattern, said)) for kind, pattern in _KINDS}
    best = max(counts, key=lambda kind: counts[kind])
    if not counts[best]:
        return "other", "a stand-in: nothing says whose rows these are; write police, fire or ambulance"
    return best, "likely: the file's name and header speak of it"


@cache
def _fields() -> dict[str, Any]:
    """Give what our columns are called elsewhere."""
    text = files("joinedup.area.suggesting").joinpath("fields.toml").read_text("utf-8")
    return tomllib.loads(text)
