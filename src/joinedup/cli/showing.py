"""How answers look on a terminal: plain tables for people, JSON for machines."""

from __future__ import annotations

import json
import math
import re
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_FIGURE = re.compile(r"[−-]?£?[\d,.]+(%|k|m|bn)?( to .*| min.*| s)?$|\[\w\]$")
_PIPED_WIDTH = 160

AsJson = Annotated[
    bool, typer.Option("--json", help="Print JSON for machines, for use inside the study only.")
]


def print_json(content: Any) -> None:
    """Print JSON, with null for what is not a number."""
    print(json.dumps(_plain(content), indent=2, ensure_ascii=False, default=str))


def print_table(title: str, headers: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a table; columns whose every cell begins with a digit, a sign or £ stand to the right."""
    held = [[str(cell) for cell in row] for row in rows]
    table = Table(title=title, title_justify="left", title_style="bold", box=SIMPLE_HEAD, pad_edge=False)
    for number, header in enumerate(headers):
        cells = [row[number] for row in held if row[number]]
        right = bool(cells) and all(_FIGURE.match(cell) for cell in cells)
        table.add_column(header, justify="right" if right else "left", overflow="fold")
    for row in held:
        table.add_row(*(cell.replace("[", "\\[") for cell in row))
    # Into a file or a pipe, a width that keeps a row on one line.
    console = Console(highlight=False)
    (console if console.is_terminal else Console(highlight=False, width=_PIPED_WIDTH)).print(table)


def _plain(content: Any) -> Any:
    if isinstance(content, dict):
        return {str(key): _plain(value) for key, value in content.items()}
    if isinstance(content, list | tuple):
        return [_plain(value) for value in content]
    if isinstance(content, float) and not math.isfinite(content):
        return None
    return content
