"""Grids of shaded cells, such as the hours of a week: the shades of the maps, with a table behind that says each in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from joinedup.report.maps import shades

if TYPE_CHECKING:
    from joinedup.disclosure import PublishedGrid

_CELL_WIDTH, _CELL_HEIGHT = 26.0, 26.0
_LETTER = 7.7
_TOP = 24.0
_LABELS_ALONG = 12
"""At most so many labels stand along the top; of more, every so many is written."""


@dataclass(frozen=True)
class Label:
    """A label beside or above the cells."""

    x: float
    y: float
    text: str


@dataclass(frozen=True)
class GridShade:
    """The cells of one range of values: one path, and how its range reads."""

    colour: str
    text: str
    path: str


@dataclass(frozen=True)
class DrawnGrid:
    """A grid ready to be drawn; ``unsaid`` is the path of the cells that are hidden or not known."""

    width: float
    height: float
    down: tuple[Label, ...]
    along: tuple[Label, ...]
    shades: tuple[GridShade, ...]
    unsaid: str
    words: tuple[tuple[str, ...], ...]


def draw_grid(shown: PublishedGrid) -> DrawnGrid:
    """Place labels and cells, and word every cell as the range that its shade stands for."""
    left = max((len(label) for label in shown.down), default=0) * _LETTER + 10
    groups = shades(shown.cells)
    words = {(int(cell.x), int(cell.y)): text for _, text, cells in groups for cell in cells}
    words |= {place: mark.value for place, mark in shown.marks.items()}
    step = -(-len(shown.along) // _LABELS_ALONG)
    label = max((len(each) for each in shown.along), default=0) * _LETTER + 6
    wide = max(_CELL_WIDTH, label / max(step, 1))

    def path(places: list[tuple[int, int]]) -> str:
        size = f"h{wide - 2:g}v{_CELL_HEIGHT - 2:g}h-{wide - 2:g}z"
        return "".join(
            f"M{left + x * wide + 1:g} {_TOP + y * _CELL_HEIGHT + 1:g}{size}" for x, y in sorted(places)
        )

    return DrawnGrid(
        width=round(left + len(shown.along) * wide + 4, 1),
        height=_TOP + len(shown.down) * _CELL_HEIGHT + 4,
        down=tuple(Label(left - 8, _TOP + n * _CELL_HEIGHT + 18, text) for n, text in enumerate(shown.down)),
        along=tuple(
            Label(round(left + (n + 0.5) * wide, 1), _TOP - 8, text)
            for n, text in enumerate(shown.along)
            if n % step == 0
        ),
        shades=tuple(
            GridShade(colour, text, path([(int(cell.x), int(cell.y)) for cell in cells]))
            for colour, text, cells in groups
        ),
        unsaid=path(list(shown.marks)),
        words=tuple(tuple(words[x, y] for x in range(len(shown.along))) for y in range(len(shown.down))),
    )
