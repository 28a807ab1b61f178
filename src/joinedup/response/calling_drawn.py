"""Drawn calls to rooms that are played: each is rung in as the one it is like was, and some become nothing (§3.1).

An incident that is drawn begins with a call where the incident that it is like began with one. Besides there are calls that
become nothing: as many as the rooms had, hour by hour of the week, on the same busy and quiet days.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from joinedup.response.calling import WEEK, Called
from joinedup.response.redrawing import Drawing
from joinedup.response.rooms.arrivals import DAY, HOURS_OF_WEEK, Arrivals, Line

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Integers = NDArray[np.int64]


def drawing_with_calls(called: Called) -> Drawing:
    """Fit the law of the calls: of the incidents, from when they were connected, and of the calls that became nothing."""
    drawing = Drawing.of(called.baseline)
    rooms, recorded = called.rooms, called.rooms.recorded
    assert recorded is not None
    became = np.zeros(len(recorded.line), np.bool_)
    became[called.call[called.call >= 0]] = True
    services = [each.service for each in drawing.pattern.lines]
    nothing = np.zeros((len(services), 2, HOURS_OF_WEEK))
    for row, line in enumerate(rooms.lines):
        mine = recorded.line == row
        if line.service in services and mine.any():
            share = float((~became[mine]).mean())
            nothing[services.index(line.service), int(line.urgent)] += rooms.pattern.hourly[row] * share
    return replace(drawing, nothing=nothing)


def called_in(called: Called, drawing: Drawing, number: int) -> Called:
    """Give one drawn period as its calls come in; ``drawing`` is that of ``drawing_with_calls``."""
    period = drawing.drawn(number)
    rooms, recorded = called.rooms, called.rooms.recorded
    assert recorded is not None
    like = drawing.incidents[period.like]
    since = (called.baseline.asked.monday.date() - rooms.monday).days * DAY
    before = min(
        int(each.min(initial=0)) for each in (period.received + since, period.nothing.moment + since)
    )
    since += -(before // WEEK) * WEEK
    rung = np.flatnonzero(called.call[like] >= 0)
    row_of = {line: row for row, line in enumerate(rooms.lines)}
    services = [each.service for each in drawing.pattern.lines]
    others = np.array(
        [[row_of.get(Line(service, urgent), -1) for urgent in (False, True)] for service in services]
    ).reshape(-1, 2)[period.nothing.line, period.nothing.urgent]
    line = np.concatenate([recorded.line[called.call[like[rung]]], others])
    moment = np.concatenate([period.received[rung], period.nothing.moment]) + since
    names = [f"{number}\x1f{each}" for each in rung.tolist()]
    names += [f"{number}\x1fnothing\x1f{each}" for each in range(len(others))]
    digests = b"".join(hashlib.blake2b(each.encode(), digest_size=8).digest() for each in names)
    name = np.frombuffer(digests, np.dtype("<u8")).astype(np.uint64)
    order = np.lexsort((name, line, moment))
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    call = np.full(len(like), -1, np.int64)
    call[rung] = place[: len(rung)]
    of, its = period.of, like[period.of]
    return replace(
        called,
        baseline=period.baseline,
        rooms=replace(rooms, recorded=Arrivals(line[order], moment[order], name[order])),
        calls=_calls(called, line, moment, called.call[like[rung]])[order],
        call=call[of],
        passed_to=called.passed_to[its],
        moment=period.received[of] + since,
        starts=called.starts[its],
        answers=called.answers[its],
    )


def _calls(called: Called, line: Integers, moment: Integers, like: Integers) -> pl.DataFrame:
    """Give the drawn calls as ``Called.calls`` has them; those that become nothing are of the usual kind of their line."""
    rooms = called.rooms
    assert rooms.recorded is not None
    kinds = called.calls.with_columns(pl.Series("line", rooms.recorded.line))
    counted = kinds.drop_nulls("kind").group_by("line", "kind").len()
    usual = dict(
        counted.sort("line", "len", "kind", descending=[False, True, False])
        .unique("line", keep="first", maintain_order=True)
        .select("line", "kind")
        .iter_rows()
    )
    service = [each.service for each in rooms.lines]
    kind = [
        *called.calls["kind"].gather(like).to_list(),
        *(usual.get(each) for each in line[len(like) :].tolist()),
    ]
    at = pl.lit(rooms.monday).cast(pl.Datetime("us")) + pl.duration(milliseconds=pl.col("moment"))
    zone = called.baseline.area.settings.zone
    return pl.DataFrame(
        {
            "service_id": pl.Series([service[each] for each in line.tolist()], dtype=pl.String),
            "kind": pl.Series(kind, dtype=pl.String),
            "moment": moment,
        }
    ).select(
        "service_id",
        "kind",
        at.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null").alias("connected_at"),
    )
