"""Finding: every kind looks for its options in an area; one whose tables are missing says what to collect."""

from __future__ import annotations

from typing import TYPE_CHECKING

from joinedup.options import kinds

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from joinedup.area import Area
    from joinedup.assumptions import Assumption
    from joinedup.options import Kind, Need, Option


def find(
    area: Area, assumptions: Mapping[str, Assumption], progress: Callable[[str], None] = lambda _: None
) -> tuple[tuple[tuple[Kind, Sequence[Option]], ...], dict[str, tuple[Need, ...]]]:
    """Give the options by kind, the simplest kinds first, and what each kind lacks that could not look.

    An area that is made of public lists of real places gets no options.
    """
    found, lacking = [], {}
    for kind in kinds():
        if missing := tuple(need for need in kind.needs if not need.met_in(area)):
            lacking[kind.name] = missing
        elif not area.settings.overlap_only:
            progress(f"looking for options: {kind.name}")
            found.append((kind, kind.find(area, assumptions)))
    return tuple(found), lacking
