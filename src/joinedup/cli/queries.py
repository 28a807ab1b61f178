"""How queries look on a terminal: most harmful first, with what was done and how to mend it."""

from __future__ import annotations

import textwrap
from collections import Counter
from typing import TYPE_CHECKING

from rich.console import Console

from joinedup.area.schema import TABLES
from joinedup.cli.showing import print_table

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from joinedup.area.queries import Group, Queries

_WIDEST = 120
"""Columns: longer lines of prose are hard to read."""
_LABELS = {"set aside": "Set aside", "changed": "Used with a change", "noted": "Noted, used as given"}


def print_queries(queries: Queries) -> None:
    """Print what became of the rows of every file, and the queries in groups."""
    print_table(
        "Rows: in = as given + with a change + set aside",
        ("file", "in", "as given", "with a change", "set aside"),
        [
            (file, *(f"{number:,}" for number in counts.as_json().values()))
            for file, counts in queries.counts.items()
        ],
    )
    for note in queries.notes:
        print(f"Note: {note}.")
    groups = queries.groups()
    if not groups:
        print("No queries.")
        return
    console = Console()
    width = min(console.width, _WIDEST) if console.is_terminal else _WIDEST
    print("\n".join(told(groups, width)))


def told(groups: list[Group], width: int) -> list[str]:
    """Give the lines that tell of groups of queries, none wider than ``width`` but for a word that is."""
    kinds = Counter(each.effect for each in groups)
    lines = textwrap.wrap(
        "Queries, most harmful first ("
        + ", ".join(f"{kinds[each]} {each.in_words}" for each in sorted(kinds, reverse=True))
        + "; '--csv FILE' lists every row)",
        width,
    )
    for group in groups:
        rows = "no row" if not group.rows else "1 row" if group.rows == 1 else f"{group.rows:,} rows"
        lines += [
            "",
            *textwrap.wrap(
                f"{_LABELS[group.effect.in_words]}: {rows} of {group.file}"
                + (f", column {group.column}" if group.column else ""),
                width,
            ),
            *_labelled("wrong", group.example, width),
            *_labelled("done", group.action, width),
            *_labelled("mend", group.mend, width),
        ]
        if group.first_rows:
            word = "row" if group.rows == 1 else "rows"
            first = ", ".join(f"{row:,}" for row in group.first_rows)
            more = group.rows - len(group.first_rows)
            lines += _labelled(
                "where", f"{word} {first}" + (f" and {more:,} more" if more > 0 else ""), width
            )
    return lines


def print_written(files: Mapping[Path, int], queries: Queries) -> None:
    """Say which files hold the rows to mend, and which rows cannot be given."""
    for path, rows in files.items():
        print(
            f"{path} has {rows:,} {'row' if rows == 1 else 'rows'} to mend, as given. Mend them, put them back into the table "
            "in place of the rows with the same number, and leave out the columns row and problem."
        )
    if not files:
        print("No row of a table was set aside or changed, so there is nothing to mend and no file.")
    for name, counts in queries.counts.items():
        if name not in TABLES and counts.changed + counts.set_aside:
            print(f"The rows of {name} are not in the study: mend them in the extract, and read it again.")


def _labelled(label: str, words: str, width: int) -> list[str]:
    """Wrap words behind a label."""
    return textwrap.wrap(
        words, width, initial_indent=f"  {label:<7}", subsequent_indent=" " * 9, break_on_hyphens=False
    )
