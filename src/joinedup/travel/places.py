"""What every way of travelling answers, so that a straight line, roads and a study's own table take each other's place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl
    from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Places:
    """Named places in metres on the study's plane; ``x`` and ``y`` have shape (places,)."""

    names: Sequence[str]
    x: NDArray[np.float64]
    y: NDArray[np.float64]

    def __len__(self) -> int:
        """Count the places."""
        return len(self.x)

    def at(self, rows: NDArray[np.int64]) -> Places:
        """Give some of the places, by row."""
        return Places([self.names[row] for row in rows.tolist()], self.x[rows], self.y[rows])

    @classmethod
    def of(cls, table: pl.DataFrame, name: str) -> Places:
        """Take the places of a table's rows, called as its column ``name`` says."""
        return cls(table[name].to_list(), table["x"].to_numpy(), table["y"].to_numpy())


class Travel(Protocol):
    """A way of telling how long a drive takes, named on every result.

    ``kind`` is the kind of the service that drives (police, fire, ambulance or other). A place that nobody can drive to
    or from is told by ``left_out``, and its minutes are NaN; between all other places they are finite.
    """

    @property
    def name(self) -> str:
        """Say by name what the minutes rest on."""

    def left_out(self, places: Places) -> dict[int, str]:
        """Give the rows of the places that nobody can drive to or from, each with the reason."""

    def between(self, starts: Places, ends: Places, kind: str) -> NDArray[np.float64]:
        """Give the minutes from each start to each end; shape (starts, ends)."""

    def along(self, starts: Places, ends: Places, kind: str) -> NDArray[np.float64]:
        """Give the minutes from each start to the end in its own row; shape (starts,)."""


_NAMED = 5


def left_out_in_words(what: str, places: Places, lost: dict[int, str]) -> list[str]:
    """Say which places are left out, a sentence for each reason, the first few by name."""
    said = []
    for reason in sorted(set(lost.values())):
        rows = [row for row, why in lost.items() if why == reason]
        names = list(dict.fromkeys(places.names[row] for row in rows))
        listed = ", ".join(names[:_NAMED]) + (", ..." if len(names) > _NAMED else "")
        said.append(f"{what} left out, {reason}: {len(names):,} ({listed})")
    return said
