"""Which records of two services lie anywhere near the other's: the rest cannot meet, and are left out of the work.

The neighbourhood is far wider than a pair: what is usual in it must be told from records that met somebody and from those that
did not alike. Keeping only records that have another within reach would make meetings look commoner than they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from joinedup.crossover.records import Records

    Integers = NDArray[np.int64]
    Flags = NDArray[np.bool_]

NEIGHBOURHOOD = 5_000.0
"""The side in metres of the squares that are kept whole, where they or one beside them has a record of the other service."""

_EASTWARDS = 2**32
"""What a step eastwards adds to the number of a square; more squares than that lie on no plane."""
_AROUND = np.array([east * _EASTWARDS + north for east in (-1, 0, 1) for north in (-1, 0, 1)])


@dataclass(frozen=True, eq=False)
class Squares:
    """The squares in which a service has records: their ``numbers``, in order, and which of them each record lies in."""

    numbers: Integers
    of_record: Integers
    around: Integers
    """The same squares and the eight around each."""

    @classmethod
    def of(cls, records: Records, side: float) -> Squares:
        """Lay squares of a side (metres) over the positioned records of a service."""
        east, north = np.floor(records.place / side).astype(np.int64).T
        numbers, of_record = np.unique(east * _EASTWARDS + north, return_inverse=True)
        return cls(numbers, of_record, np.unique(numbers[:, np.newaxis] + _AROUND))

    def touch(self, other: Squares) -> bool:
        """Tell whether any squares of two services are one or next to each other."""
        return bool(np.isin(self.numbers, other.around, assume_unique=True).any())

    def near(self, other: Squares, group: Integers) -> Flags:
        """Tell which records lie in a square of the other service, or next to one, or are of a group with one that does.

        ``group`` names each record's group by the place of its first record.
        """
        near = np.isin(self.numbers, other.around, assume_unique=True)[self.of_record]
        groups = np.zeros(len(near), dtype=bool)
        groups[group[near]] = True
        return np.asarray(groups[group])


def kept(group: Integers, keep: Flags) -> Integers:
    """Name the groups of the records that are kept, which are whole groups, by their places among those."""
    return np.asarray((np.cumsum(keep) - 1)[group[keep]])
