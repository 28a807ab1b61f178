"""What joinedup says when it cannot go on: one clear message, and the exit status that goes with it."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class Refusal(Exception):
    """The input stops us: the message names the file, row and column and says what to do next."""

    exit_status = 1


class CannotWrite(Refusal):
    """The place to write to refuses: no permission, no room, or something there that is not ours."""

    exit_status = 3


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Suggest the closest known word as ``; did you mean 'x'?``, or list what is known when none is close."""
    names = sorted(known)
    alike = {name.lower(): name for name in names}
    close = get_close_matches(word.lower(), alike, n=1, cutoff=0.6)
    if close:
        return f"; did you mean '{alike[close[0]]}'?"
    return f"; known are: {', '.join(names)}" if names else ""
