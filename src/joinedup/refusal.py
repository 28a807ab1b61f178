"""What joinedup says when it cannot go on: one clear message, and the exit status that goes with it."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_NOT_SHOWN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_LONGEST, _MOST = 60, 30
"""Characters of a name, and names, that a suggestion shows: a file may have any number of columns called anything."""


class Refusal(Exception):
    """The input stops us: the message names the file, row and column and says what to do next.

    It is one line of characters that can be shown, whatever names the input has.
    """

    exit_status = 1

    def __init__(self, message: str) -> None:
        super().__init__(_NOT_SHOWN.sub("\ufffd", message))


class CannotWrite(Refusal):
    """The place to write to refuses: no permission, no room, or something there that is not ours."""

    exit_status = 3


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Suggest the closest known word as ``; did you mean 'x'?``, or list what is known when none is close."""
    names = sorted(name if len(name) <= _LONGEST else f"{name[:_LONGEST]}…" for name in known)
    alike = {name.lower(): name for name in names}
    close = get_close_matches(word.lower(), alike, n=1, cutoff=0.6)
    if close:
        return f"; did you mean '{alike[close[0]]}'?"
    more = f" and {len(names) - _MOST:,} more" if len(names) > _MOST else ""
    return f"; known are: {', '.join(names[:_MOST])}{more}" if names else ""
