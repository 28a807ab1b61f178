"""How a standard reads on a terminal: its limit, what was recorded and played, and whether that meets it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from joinedup.cli.believing import minutes
from joinedup.response.standards import ANSWER, ARRIVAL
from joinedup.wording import Unit, in_words

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

_CLOCKS = {
    " to ".join(ARRIVAL): "call to arrival",
    " to ".join(ANSWER): "connecting to answer",
}
ABOUT_STANDARDS = (
    "A standard is met where all of the 95 % interval keeps it, and not met where none of it does; cannot tell is neither. "
    "[x] not available: nothing was recorded, or how calls are answered was not played (--answering plays it). [u] not to be "
    "relied on: the model is outside its tolerance for that service."
)


def limit_of(row: Mapping[str, Any]) -> str:
    """Word the limit of a standard."""
    if row["limit"] is None:
        return "each sets its own"
    if row["measure"] == "share":
        return f"{in_words(row['share'], Unit.SHARE)} within {minutes(row['limit'])}"
    return f"{row['measure'].replace('90th', '90th centile')} {minutes(row['limit'])}"


def clock_of(row: Mapping[str, Any]) -> str:
    """Word which clock a standard is on: from and to when."""
    return _CLOCKS[row["clock"]]


def level_of(row: Mapping[str, Any], which: str) -> str:
    """Word what was ``recorded``, or ``reached`` in play; [x] where that is not known."""
    if row["limit"] is None or row[which] is None:
        return "[x]"
    return in_words(row[which], Unit.SHARE if row["measure"] == "share" else Unit.MINUTES)


def met_in_words(row: Mapping[str, Any], how: str) -> str:
    """Say whether a standard is met as ``recorded`` or as ``played``, marked where the model is not to be relied on."""
    met = row[f"met_{how}"]
    if met is None:
        return "[x]"
    return f"{met} [u]" if how == "played" and row["off"] else met


def held_of(row: Mapping[str, Any], how: str) -> str:
    """Word what was ``recorded`` or ``played`` and whether that meets the standard, in one cell."""
    level = level_of(row, "reached" if how == "played" else how)
    return level if level == "[x]" else f"{level}, {met_in_words(row, how)}"
