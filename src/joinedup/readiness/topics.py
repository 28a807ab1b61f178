"""Which option a passage, a reply or a question is about: by the option's id, or by the name of its kind."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

    from joinedup.evidence.passages import Coded, Passage


def is_about(topic: str, option_id: str, kind: str) -> bool:
    """Whether a topic means an option: it is its id, its kind, or the beginning of its kind's name.

    >>> is_about("shared_estate", "x1", "shared estate"), is_about("shared support", "x1", "shared support services, fleet")
    (True, True)
    """
    if not topic:
        return False
    if topic == option_id:
        return True
    given, name = _plain(topic).split(), _plain(kind).split()
    return bool(given) and name[: len(given)] == given and (len(given) > 1 or len(name) == 1)


def topics_of(coded: Coded) -> dict[str, frozenset[str]]:
    """Give, by passage, the topics that it speaks of: its own code's, and those laid over any part of it by anyone.

    A barrier that is named while speaking of a shared station is a barrier to shared stations.
    """
    by_code = {each.id: _topic(coded, each.id) for each in coded.codes}
    own = {each.id: by_code.get(each.code, "") for each in coded.passages}
    laid: dict[str, list[Passage]] = {}
    for each in sorted(coded.passages, key=lambda each: each.start):
        if own[each.id]:
            laid.setdefault(each.interview, []).append(each)
    starts = {interview: [each.start for each in some] for interview, some in laid.items()}
    reached = {
        interview: list(accumulate((each.end for each in some), max)) for interview, some in laid.items()
    }
    # Coders lay many codes on the same stretch.
    over: dict[tuple[str, int, int], frozenset[str]] = {}
    for each in coded.passages:
        stretch = (each.interview, each.start, each.end)
        if stretch not in over:
            first = bisect_right(reached.get(each.interview, []), each.start)
            past = bisect_left(starts.get(each.interview, []), each.end)
            over[stretch] = frozenset(
                own[other.id] for other in laid.get(each.interview, [])[first:past] if each.start < other.end
            )
    return {
        each.id: over[each.interview, each.start, each.end] | ({own[each.id]} - {""})
        for each in coded.passages
    }


def _topic(coded: Coded, code_id: str) -> str:
    """Give what a code is about, or else what the code above it is."""
    seen: set[str] = set()
    code = coded.code.get(code_id)
    while code is not None and code.id not in seen:
        if code.about:
            return code.about
        seen.add(code.id)
        code = coded.code.get(code.parent)
    return ""


def among(topics: Collection[str], option_id: str, kind: str) -> bool:
    """Whether any of several topics means an option."""
    return any(is_about(each, option_id, kind) for each in topics)


def _plain(name: str) -> str:
    words = re.sub(r"[^\w]+|_", " ", name).lower()
    # "joint team" and "joint teams and jobs" are the same kind.
    return " ".join(word.removesuffix("s") for word in words.split())
