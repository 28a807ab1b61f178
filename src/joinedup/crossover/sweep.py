"""Finding the records of two services that are near in place and time, and tallying them, in compiled code.

The period is swept slice by slice, so that what is held beside the records does not grow with it. In each slice the records
lie in squares (`squares.py`), in order of time; as one service's go by, the other's first and last partner only ever move
forwards: no search, and a shift in time needs no new sorting.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple, TypeVar, cast

import numpy as np
from joblib import Parallel, delayed

from joinedup.compiling import processors
from joinedup.crossover.near_pairs import collect, tally
from joinedup.crossover.squares import laid, squares_over, to_read

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from joinedup.crossover.squares import Laid

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Flags = NDArray[np.bool_]
    Numbers = NDArray[np.int32]

    Slice = tuple[int, int, int, int]
    Who = tuple[Numbers, Numbers]

Done = TypeVar("Done")

_HOUR = 3_600_000_000
_DAY = 24 * _HOUR
SLICE = 27 * 7 * _DAY
"""How much of the period is swept at once (µs)."""
# How long a sweep mostly looks at; only the time it takes hangs on it.
_LOOK = 6 * _HOUR
# Up to so many records are swept faster by one than it takes to share the work out.
_LITTLE = 250_000
WHOLE = 2.0**32
"""Weights are kept as whole numbers of this: whole numbers add up to the same in any order, slice by slice."""


@dataclass(frozen=True, eq=False)
class Pairs:
    """Pairs of records: places ``a`` and ``b`` in the services' arrays, ``gap`` = b's time − a's (µs), metres apart."""

    a: Numbers
    b: Numbers
    gap: Integers
    apart: NDArray[np.float32]

    def __len__(self) -> int:
        """Count the pairs."""
        return len(self.a)

    def where(self, keep: Flags) -> Pairs:
        """Keep some of the pairs."""
        return Pairs(self.a[keep], self.b[keep], self.gap[keep], self.apart[keep])


@dataclass(frozen=True, eq=False)
class Marks:
    """What a pair is sorted by on one side: how busy it is around each record (log), its code, its flag."""

    busy: Floats
    code: Numbers
    flag: NDArray[np.int8]
    usable: Flags


@dataclass(frozen=True, eq=False)
class Kinds:
    """How pairs are sorted: both sides' marks, the edges between strata, the number of codes, and distance bins."""

    a: Marks
    b: Marks
    edges: Floats
    a_codes: int
    b_codes: int
    bins: Floats
    """The upper edge of each distance bin, in metres."""
    gaps: int
    """How many bins of gap there are between the ends of the core."""


@dataclass(frozen=True)
class Reach:
    """Gaps (µs) that are looked at: the core that is fitted, the sideband beyond it, and the window that is asked."""

    core: int
    side_from: int
    side_to: int
    window: int
    window_metres: float

    def without_core(self) -> Reach:
        """Look at the sideband alone."""
        return replace(self, core=_NOTHING)


_NOTHING = -1


@dataclass(frozen=True, eq=False)
class DayWeights:
    """What a pair of each shift weighs, by the day on which its second record lies; ``first`` is day 0 (since 1970).

    ``weight`` has shape (shifts, days).
    """

    first: int
    weight: Floats


@dataclass(frozen=True, eq=False)
class Tables:
    """Weighted counts of pairs; ``core`` and ``side`` by stratum, the shapes by stratum and bin.

    Shapes of distance, code and flag come from core and sideband together, that of the gap from the core alone.
    ``plain`` counts pairs in the window without weight, usable or not.
    """

    core: Floats
    side: Floats
    distance: Floats
    gap: Floats
    code: Floats
    flag: Floats
    plain: int


FLAGS = 3
"""A record asked for the other service, did not, or does not say."""


class Sums(NamedTuple):
    """Tables for all shifts, in whole numbers; those by stratum and distance are two, of the sideband and of the core."""

    distance: Integers
    gap: Integers
    code: Integers
    flag: Integers
    plain: Integers

    @classmethod
    def zero(cls, kinds: Kinds, shifts: int) -> Sums:
        """Give tables of zeros for so many shifts."""
        strata = len(kinds.edges) + 1
        shapes = (
            (2, strata, len(kinds.bins)),
            (kinds.gaps,),
            (strata, kinds.a_codes * kinds.b_codes),
            (strata, FLAGS * FLAGS),
            (),
        )
        return cls(*(np.zeros((shifts, *each), dtype=np.int64) for each in shapes))

    def tables(self) -> list[Tables]:
        """Give the tables of each shift as weights."""
        return [
            Tables(
                core=self.distance[turn, 1].sum(axis=1) / WHOLE,
                side=self.distance[turn, 0].sum(axis=1) / WHOLE,
                distance=self.distance[turn].sum(axis=0) / WHOLE,
                gap=self.gap[turn] / WHOLE,
                code=self.code[turn] / WHOLE,
                flag=self.flag[turn] / WHOLE,
                plain=int(self.plain[turn]),
            )
            for turn in range(len(self.plain))
        ]


class Cells:
    """The records of two services, ready to be swept for those that are near in place.

    ``a_place`` and ``b_place`` have shape (records, 2), in metres on one plane; times are in microseconds. With
    ``own`` the two are one service with the same marks, and no record is a partner of itself while the shift is 0. Slices of the
    ``length`` (µs) are swept by as many ``workers`` as there are processors unless told otherwise, and by one where there is
    little to do; neither changes a bit of what is found. Workers are threads, or what `joblib.parallel_config` names.
    """

    def __init__(
        self,
        a_place: Floats,
        b_place: Floats,
        a_time: Integers,
        b_time: Integers,
        metres: float,
        *,
        own: bool = False,
        length: int = SLICE,
        workers: int | None = None,
    ) -> None:
        """Put both services' records in order of time."""
        self.metres, self.own, self.length, self.workers = metres, own, length, workers
        self.places, self.times = (a_place, b_place), (a_time, b_time)
        self.in_time = _InTime.of(a_time), _InTime.of(b_time)
        span = int(a_time.max()) - int(a_time.min()) if len(a_time) else 0
        self.squares = squares_over(a_place, b_place, metres, min(_LOOK / max(span, 1), 1.0))

    def pairs(self, most: int, shift: int = 0) -> Pairs:
        """Find every pair within the distance whose gap is at most ``most`` (µs) after b is shifted (µs).

        They are in order of a's time, then of b's.
        """
        slices = self._slices(np.array([shift]), most)
        return _joined(list(self._side_by_side(slices, self._pairs_in, most, shift)))

    def found(self, kinds: Kinds, reach: Reach, shift: int = 0) -> tuple[Pairs, Tables]:
        """Find the pairs of usable records in the core after b is shifted (µs), and tally those of the sideband alone.

        The joint events in the core must not be taken for the shape of chance.
        """
        slices = self._slices(np.array([shift]), max(reach.core, reach.side_to))
        every = list(self._side_by_side(slices, self._found_in, kinds, reach, shift))
        return _joined([pairs for pairs, _ in every]), _added(kinds, 1, (sums for _, sums in every))[0]

    def tally(
        self,
        kinds: Kinds,
        reach: Reach,
        shifts: Sequence[int],
        weights: DayWeights,
        progress: Callable[[int, int], None],
    ) -> list[Tables]:
        """Count the pairs after each shift of b (µs) by stratum, distance, code and flag, each with the weight of b's day.

        ``progress`` is called with the number of each slice that is done, from 1, and how many there are.
        """
        moved = np.array(shifts, dtype=np.int64)
        slices = self._slices(moved[self._sweeps(moved)[:, 0]], max(reach.core, reach.side_to))

        def every() -> Iterator[Sums]:
            found = self._side_by_side(slices, self._tallied_in, kinds, reach, moved, weights)
            for number, sums in enumerate(found, 1):
                # Told here and not by who does the work, who may be another process.
                progress(number, len(slices))
                yield sums

        return _added(kinds, len(shifts), every())

    def _side_by_side(self, slices: list[Slice], work: Callable[..., Done], *told: object) -> Iterator[Done]:
        """Work on the slices side by side, and give what comes of them in order, whichever is done first."""
        little = sum(a_end - a_first for a_first, a_end, _, _ in slices) < _LITTLE
        workers = min(self.workers or (1 if little else processors()), len(slices))
        if workers < 2:
            return (work(each, *told) for each in slices)
        side_by_side = Parallel(n_jobs=workers, prefer="threads", return_as="generator")
        return cast("Iterator[Done]", side_by_side(delayed(work)(each, *told) for each in slices))

    def _pairs_in(self, each: Slice, most: int, shift: int) -> Pairs:
        who = self._who(each)
        lain = self._laid(who, *(_unmarked(len(place)) for place in self.places))
        return self._collected(who, lain, most, shift)

    def _found_in(self, each: Slice, kinds: Kinds, reach: Reach, shift: int) -> tuple[Pairs, Sums]:
        who = self._who(each)
        lain = self._laid(who, kinds.a, kinds.b)
        pairs = self._collected(who, lain, reach.core, shift)
        usable = kinds.a.usable[pairs.a] & kinds.b.usable[pairs.b]
        beyond, moved = reach.without_core(), np.array([shift], dtype=np.int64)
        return pairs.where(usable), self._tallied(who, lain, kinds, beyond, moved, _even(self.times[1]))

    def _tallied_in(
        self, each: Slice, kinds: Kinds, reach: Reach, shifts: Integers, weights: DayWeights
    ) -> Sums:
        who = self._who(each)
        return self._tallied(who, self._laid(who, kinds.a, kinds.b), kinds, reach, shifts, weights)

    def _sweeps(self, shifts: Integers) -> Integers:
        """Pair the shifts that have the same pairs the other way round: the place of one that is swept, and of its mirror or -1.

        A service beside itself later has the pairs that it has beside itself earlier.
        """
        found: list[tuple[int, int]] = []
        taken: set[int] = set()
        for turn, shift in enumerate(shifts):
            if turn in taken:
                continue
            mirrors = [int(each) for each in np.flatnonzero(shifts == -shift) if each not in taken]
            mirror = mirrors[0] if self.own and mirrors else -1
            taken |= {turn, mirror}
            found.append((turn, mirror))
        return np.array(found, dtype=np.int64).reshape(-1, 2)

    def _laid(self, who: Who, a: Marks, b: Marks) -> tuple[Laid, Laid]:
        return (
            laid(who[0], self.places[0], self.times[0], a, self.squares, within_reach=False),
            laid(who[1], self.places[1], self.times[1], b, self.squares, within_reach=True),
        )

    def _collected(self, who: Who, lain: tuple[Laid, Laid], most: int, shift: int) -> Pairs:
        own, room = self.own and shift == 0, max(len(who[0]), len(who[1]))
        while True:
            number, a, b, gap, apart = collect(*lain, *who, self.metres, most, shift, own, room)
            if number <= room:
                return Pairs(a, b, gap, apart)
            # Now it is known how many there are.
            room = number

    def _tallied(
        self,
        who: Who,
        lain: tuple[Laid, Laid],
        kinds: Kinds,
        reach: Reach,
        shifts: Integers,
        weights: DayWeights,
    ) -> Sums:
        sums = Sums.zero(kinds, len(shifts))
        whole = np.rint(weights.weight * WHOLE).astype(np.int64)
        how = kinds.edges, kinds.b_codes, FLAGS, kinds.bins
        gaps = reach.core, reach.side_from, reach.side_to, reach.window, reach.window_metres
        sweeps = self._sweeps(shifts)
        tally(*lain, *who, self.metres, how, gaps, shifts, sweeps, weights.first, whole, sums)
        return sums

    def _slices(self, shifts: Integers, most: int) -> list[Slice]:
        """Cut the first service's records by time, each slice with those of the second that any shift brings near it.

        A slice is given by places in the order of time: first and end of the one service's, and of the other's.
        """
        (a, b), time = self.in_time, self.times[0]
        if not len(time) or not len(shifts):
            return []
        starts = np.arange(int(time.min()), int(time.max()) + 1, self.length, dtype=np.int64)
        ends = starts + self.length
        bounds = zip(
            a.before(starts),
            a.before(ends),
            b.before(starts - shifts.max() - most),
            b.before(ends - shifts.min() + most),
            strict=True,
        )
        return [
            (int(a_first), int(a_end), int(b_first), int(b_end))
            for a_first, a_end, b_first, b_end in bounds
            if a_first < a_end and b_first < b_end
        ]

    def _who(self, each: Slice) -> Who:
        """Name the records of a slice."""
        a, b = self.in_time
        return to_read(a.who(each[0], each[1])), to_read(b.who(each[2], each[3]))


def _unmarked(number: int) -> Marks:
    none = np.zeros(number, dtype=np.int32)
    return Marks(none.astype(np.float64), none, none.astype(np.int8), none == 0)


def _even(time: Integers) -> DayWeights:
    """Let every day weigh the same."""
    if not len(time):
        return DayWeights(0, np.ones((1, 1)))
    first, last = int(time.min() // _DAY), int(time.max() // _DAY)
    return DayWeights(first, np.ones((1, last - first + 1)))


def _joined(pieces: list[Pairs]) -> Pairs:
    if not pieces:
        none = np.zeros(0, dtype=np.int32)
        return Pairs(none, none, none.astype(np.int64), none.astype(np.float32))
    return Pairs(
        *(np.concatenate([getattr(each, name) for each in pieces]) for name in ("a", "b", "gap", "apart"))
    )


def _added(kinds: Kinds, shifts: int, every: Iterable[Sums]) -> list[Tables]:
    total = Sums.zero(kinds, shifts)
    for sums in every:
        for into, each in zip(total, sums, strict=True):
            np.add(into, each, out=into)
    return total.tables()


@dataclass(frozen=True, eq=False)
class _InTime:
    """Records in order of time, and where they come at one time as they come; mostly all do, and no ``order`` is kept."""

    time: Integers
    order: Numbers | None

    @classmethod
    def of(cls, time: Integers) -> _InTime:
        if bool((time[1:] >= time[:-1]).all()):
            return cls(time, None)
        return cls(time, np.argsort(time, kind="stable").astype(np.int32))

    def before(self, moments: Integers) -> Integers:
        """Count the records before each moment."""
        return np.asarray(np.searchsorted(self.time, moments, sorter=self.order))

    def who(self, first: int, end: int) -> Numbers:
        """Name the records from one place in the order to another."""
        return np.arange(first, end, dtype=np.int32) if self.order is None else self.order[first:end]
