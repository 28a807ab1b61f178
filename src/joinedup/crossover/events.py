"""Events over all services at once: each record in at most one, by the best total score (§2.4)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import scipy

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

# Two groups of an event of three that are too far apart to have been weighed speak against it, as odds of 1 to 20 would.
_UNSEEN = -3.0
# Work is limited by its amount and never by the clock: a busy machine must not choose other events than an idle one.
_NODES = 50
_LARGEST = 2_000
# Most knots have a handful of possible events: to try them all takes less than to state them as a programme.
_HANDFUL = 12


@dataclass(frozen=True, eq=False)
class Events:
    """Which records are most likely one event: ``rows`` has a line for each record of each event.

    Columns: ``event``, ``row`` (in the canonical frame), ``service``, and ``again`` (a further call of a service about
    an event that it has a record of already). ``score`` is the sum of the logarithms of the odds of all pairs within
    events, ``bound`` the most that any choice could reach: where they are equal the choice is proven best.
    """

    rows: pl.DataFrame
    score: float
    bound: float

    @property
    def number(self) -> int:
        """Count the events."""
        return self.rows["event"].n_unique()

    def as_json(self) -> dict[str, float]:
        """Give the object that the command line prints."""
        return {"events": self.number, "score": round(self.score, 2), "bound": round(self.bound, 2)}


def best_events(
    meetings: Mapping[tuple[str, str], pl.DataFrame], groups: Mapping[str, pl.DataFrame]
) -> Events:
    """Choose events of one group from each of two or more services.

    Args:
        meetings: by pair of services: ``a``, ``b`` (rows that name the groups) and ``odds``.
        groups: by service: ``row`` and ``group`` of each positioned record.

    Where meetings of even odds or better tie only two groups together, they are an event. Larger knots are solved to
    optimality as a set packing over all possible events of the knot, within so many branches of the search; what is
    then not proven shows as the gap between score and bound.
    """
    services = sorted({each for pair in meetings for each in pair})
    edges = _edges(meetings)
    if edges.is_empty():
        return Events(_rows([], groups), 0.0, 0.0)
    nodes, where = np.unique(edges.select("a", "b").to_numpy().ravel(), return_inverse=True)
    a, b = where.reshape(-1, 2).T
    weight = np.log(edges["odds"].to_numpy())
    kind = np.zeros(len(nodes), dtype=np.int64)
    kind[a], kind[b] = (
        np.array([services.index(each) for each in edges[side].to_list()]) for side in ("of_a", "of_b")
    )
    even = weight >= 0
    links = scipy.sparse.coo_array(
        (np.ones(int(even.sum()), dtype=np.int8), (a[even], b[even])), shape=(len(nodes),) * 2
    )
    number, knot = scipy.sparse.csgraph.connected_components(links, directed=False)
    # Meetings of less than even odds matter within a knot alone, where they may speak against a third service.
    inside = knot[a] == knot[b]
    a, b, weight = a[inside], b[inside], weight[inside]
    size = np.bincount(knot, minlength=number)
    simple = size[knot[a]] == 2
    chosen = [(int(i), int(j)) for i, j in zip(a[simple], b[simple], strict=True)]
    score = bound = float(weight[simple].sum())
    order = np.argsort(knot[a[~simple]], kind="stable")
    a, b, weight = a[~simple][order], b[~simple][order], weight[~simple][order]
    starts = np.flatnonzero(np.diff(knot[a], prepend=-1))
    events: list[tuple[int, ...]] = list(chosen)
    for start, end in pairwise([*starts.tolist(), len(a)]):
        knotted = {
            (int(i), int(j)): float(w)
            for i, j, w in zip(a[start:end], b[start:end], weight[start:end], strict=True)
        }
        found, reached, most = _packed(knotted, kind)
        events += found
        score, bound = score + reached, bound + most
    return Events(_rows([[int(nodes[i]) for i in event] for event in events], groups), score, bound)


def _edges(meetings: Mapping[tuple[str, str], pl.DataFrame]) -> pl.DataFrame:
    """Put all meetings under each other, with their services."""
    frames = [
        frame.select("a", "b", "odds").with_columns(of_a=pl.lit(one), of_b=pl.lit(other))
        for (one, other), frame in meetings.items()
    ]
    return pl.concat(frames) if frames else pl.DataFrame({"a": [], "b": [], "odds": []})


def _packed(
    knot: Mapping[tuple[int, int], float], kind: NDArray[np.int64]
) -> tuple[list[tuple[int, ...]], float, float]:
    """Choose events in one knot; give them, their score, and the most that could be reached."""
    possible, complete = _possible(knot, kind)
    worth = np.array([each for _, each in possible])
    members = [event for event, _ in possible]
    nodes = sorted({node for event in members for node in event})
    place = {node: number for number, node in enumerate(nodes)}
    if len(members) <= _HANDFUL:
        return _tried(members, worth)
    if len(members) > _LARGEST:
        chosen, score, bound = _greedy(members, worth)
        return chosen, score, bound if complete else _half_of_each_tie(knot, kind)
    rows = [place[node] for event in members for node in event]
    columns = [number for number, event in enumerate(members) for _ in event]
    taken = scipy.sparse.coo_array((np.ones(len(rows)), (rows, columns)), shape=(len(nodes), len(members)))
    answer = scipy.optimize.milp(
        -worth,
        constraints=scipy.optimize.LinearConstraint(taken.tocsr(), ub=1),
        integrality=np.ones(len(members), dtype=np.int64),
        bounds=scipy.optimize.Bounds(0, 1),
        options={"node_limit": _NODES, "mip_rel_gap": 0.0},
    )
    if answer.x is None:
        return _greedy(members, worth)
    used = np.flatnonzero(answer.x > 0.5)
    reached = float(worth[used].sum())
    return [members[each] for each in used], reached, max(-float(answer.mip_dual_bound), reached)


def _tried(
    members: Sequence[tuple[int, ...]], worth: NDArray[np.float64]
) -> tuple[list[tuple[int, ...]], float, float]:
    """Try every choice among a handful of possible events that could still be the best; of equal ones the first stays."""
    order = np.argsort(-worth, kind="stable").tolist()
    left = [math.fsum(worth[order[at:]]) for at in range(len(order))]
    best: tuple[float, tuple[int, ...]] = (0.0, ())

    def further(at: int, taken: frozenset[int], chosen: tuple[int, ...], score: float) -> None:
        nonlocal best
        if score > best[0]:
            best = score, chosen
        for place in range(at, len(order)):
            if score + left[place] <= best[0]:
                return
            event = order[place]
            if taken.isdisjoint(members[event]):
                further(place + 1, taken.union(members[event]), (*chosen, event), score + float(worth[event]))

    further(0, frozenset(), (), 0.0)
    used = sorted(best[1])
    reached = float(worth[used].sum())
    return [members[each] for each in used], reached, reached


def _greedy(
    members: Sequence[tuple[int, ...]], worth: NDArray[np.float64]
) -> tuple[list[tuple[int, ...]], float, float]:
    """Take the best event that is left until none is; the bound lets every group have its best event to itself."""
    taken: set[int] = set()
    chosen, score = [], 0.0
    best: dict[int, float] = {}
    for each in np.argsort(-worth, kind="stable"):
        event = members[each]
        for node in event:
            best[node] = max(best.get(node, 0.0), float(worth[each]) / len(event))
        if taken.isdisjoint(event):
            taken.update(event)
            chosen.append(event)
            score += float(worth[each])
    return chosen, score, sum(best.values())


def _possible(
    knot: Mapping[tuple[int, int], float], kind: NDArray[np.int64]
) -> tuple[list[tuple[tuple[int, ...], float]], bool]:
    """List the events of two groups and more that are worth something, each worth the sum over its pairs.

    Also tells whether these are all: a knot that has too many is not grown further.
    """
    near: dict[int, set[int]] = {}
    for one, other in knot:
        near.setdefault(one, set()).add(other)
        near.setdefault(other, set()).add(one)

    def between(one: int, other: int) -> float:
        return knot.get((one, other), knot.get((other, one), _UNSEEN))

    found = {tuple(sorted(pair)): weight for pair, weight in knot.items() if weight > 0}
    grown = dict(found)
    while grown:
        wider: dict[tuple[int, ...], float] = {}
        for event, weight in grown.items():
            for node in sorted(set().union(*(near[each] for each in event)) - set(event)):
                if kind[node] in {kind[each] for each in event}:
                    continue
                larger = tuple(sorted((*event, node)))
                total = weight + sum(between(node, each) for each in event)
                if total > 0 and larger not in found:
                    wider[larger] = total
        found |= wider
        grown = wider
        if len(found) > _LARGEST:
            break
    return sorted(found.items()), not grown


def _half_of_each_tie(knot: Mapping[tuple[int, int], float], kind: NDArray[np.int64]) -> float:
    """Bound what any events of a knot score, listed or not: each group's best tie to each other service, half of each.

    An event scores no more than its ties of better than even odds, of which each of its two groups is given a half;
    and no group is tied to more than one of a service.
    """
    best: dict[tuple[int, int], float] = {}
    for (one, other), weight in knot.items():
        for group, partner in ((one, other), (other, one)):
            tie = group, int(kind[partner])
            best[tie] = max(best.get(tie, 0.0), weight / 2)
    return math.fsum(best.values())


def _rows(events: Sequence[Sequence[int]], groups: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Give every record of every group of every event, events in order of their first record."""
    ordered = sorted(sorted(event) for event in events)
    named = pl.DataFrame(
        {
            "event": [number for number, event in enumerate(ordered) for _ in event],
            "group": [node for event in ordered for node in event],
        },
        schema={"event": pl.Int64, "group": pl.Int64},
    )
    members = pl.concat(
        [
            frame.select("row", "group", service=pl.lit(service, dtype=pl.String))
            for service, frame in groups.items()
        ]
        or [pl.DataFrame(schema={"row": pl.Int64, "group": pl.Int64, "service": pl.String})]
    )
    return (
        named.join(members, on="group")
        .with_columns(again=pl.col("row") != pl.col("group"))
        .select("event", "row", "service", "again")
        .sort("event", "service", "row")
    )
