"""Drawing a review sheet: pairs of every band of probability, shown without it and in an order that says nothing."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from joinedup.assumptions import stream
from joinedup.crossover.records import asks_for, canonical
from joinedup.crossover.review.key import EDGES, EVENT, Asking, Band, Drawn, Key
from joinedup.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from joinedup.area import Area
    from joinedup.crossover.answer import Crossover

COLUMNS = (
    "pair",
    *(
        f"{what}_{which}"
        for which in (1, 2)
        for what in (
            "service",
            "incident",
            "received",
            "category",
            "priority",
            "asked_other",
            "place_precision",
        )
    ),
    "minutes_apart",
    "metres_apart",
    "same_event",
    "note",
)
"""What a sheet shows; the last two are for the reviewer."""

_STREAM = "crossover review"
# The part of a sheet that goes to pairs that are taken for events; the rest looks for what was missed.
_ABOVE = 0.7
# No band gets fewer than one pair in so many, and none is taken to be surer than this before anybody has looked.
_LEAST, _SURE = 20, 0.9
_SAID = {0: "no", 1: "yes", 2: "not said"}


@dataclass(frozen=True, eq=False)
class Sheet:
    """A sheet to be judged: ``rows`` is what the reviewer sees, as text, and ``key`` what the reviewer should not see."""

    rows: pl.DataFrame
    key: Key


def drawn(area: Area, found: Crossover, number: int, seed: int | None = None) -> Sheet:
    """Draw a sheet of so many pairs from the meetings of all services, in an order that says nothing.

    Each pair is the likeliest of its meeting. Within a band of probability every meeting is as likely to be drawn as
    any other; where there are fewer meetings than asked for, all are.

    Raises:
        Refusal: when no meeting is likely enough to be judged.
    """
    seed = area.settings.seed if seed is None else seed
    frame = canonical(area)
    every = _meetings(area, frame, found)
    meetings = every.filter(pl.col("probability") >= EDGES[0])
    if meetings.is_empty():
        raise Refusal(
            f"{area.settings.name}: no records of two services are near enough and likely enough to be one event, "
            "so there is nothing to review; try a wider window with --metres and --minutes"
        )
    likely = meetings["probability"].to_numpy()
    edge_of = np.searchsorted(EDGES[1:-1], likely, side="right")
    # Bands that have no meeting are no bands.
    edges, band_of = np.unique(edge_of, return_inverse=True)
    bands = tuple(
        Band(
            EDGES[edge], EDGES[edge + 1], int((band_of == each).sum()), float(likely[band_of == each].mean())
        )
        for each, edge in enumerate(edges.tolist())
    )
    share = allocated(bands, number)
    names = (_STREAM, f"{found.window.metres:g} m", f"{found.window.minutes:g} min", f"{number} pairs")
    taken = np.concatenate(
        [
            stream(seed, *names, f"from {band.low:g}").choice(
                np.flatnonzero(band_of == each), share[each], replace=False
            )
            for each, band in enumerate(bands)
        ]
    )
    taken = stream(seed, *names, "order").permutation(np.sort(taken))
    shown = _shown(frame, meetings[taken])
    unlikely = every.filter(pl.col("probability") < EDGES[0])["probability"]
    pairs = tuple(
        Drawn(
            (row["service_1"], row["service_2"]),
            (row["incident_1"], row["incident_2"]),
            (row["received_1"], row["received_2"]),
            int(band),
            bands[band].meetings / share[band],
            float(probability),
        )
        for row, band, probability in zip(
            shown.iter_rows(named=True), band_of[taken], likely[taken], strict=True
        )
    )
    key = Key(
        study=area.settings.name,
        seed=seed,
        metres=float(found.window.metres),
        minutes=float(found.window.minutes),
        bands=bands,
        unlikely=len(unlikely),
        unlikely_events=float(unlikely.sum()),
        asking=_asking(area, frame, meetings),
        pairs=pairs,
    )
    rows = shown.with_columns(pair=pl.Series(key.names), same_event=pl.lit(""), note=pl.lit(""))
    return Sheet(rows.select(COLUMNS), key)


def allocated(bands: Sequence[Band], number: int) -> list[int]:
    """Share a number of pairs out over bands: most to meetings that are taken for events, some to those that are not.

    On either side a band gets pairs by its size and by how mixed its meetings may be, so that the share of events on
    that side is known as well as can be (Neyman's allocation); but no band is without pairs.
    """
    number = min(number, sum(each.meetings for each in bands))
    mixed = np.clip([each.probability for each in bands], 1 - _SURE, _SURE)
    wanted = np.array([each.meetings for each in bands]) * np.sqrt(mixed * (1 - mixed))
    above = np.array([each.low >= EVENT for each in bands])
    for side, share in ((above, _ABOVE), (~above, 1 - _ABOVE)):
        wanted[side] *= share / max(float(wanted[side].sum()), 1e-12)
    given = [min(each.meetings, max(number // _LEAST, 1)) for each in bands]
    while sum(given) < number:
        behind = [
            wanted[each] / (given[each] + 1) if given[each] < band.meetings else -1.0
            for each, band in enumerate(bands)
        ]
        given[int(np.argmax(behind))] += 1
    return given


def _meetings(area: Area, frame: pl.DataFrame, found: Crossover) -> pl.DataFrame:
    """Put the meetings of all pairs of services under each other, in an order that follows from the records."""
    frames = [
        pl.DataFrame(
            schema={
                "row_1": pl.Int64,
                "row_2": pl.Int64,
                "probability": pl.Float64,
                "minutes": pl.Float64,
                "metres": pl.Float64,
                "asks_1": pl.Int8,
                "asks_2": pl.Int8,
            }
        )
    ]
    for pair in found.pairs:
        if pair.joint is None:
            continue
        # The canonical frame has the services in order of their names, whatever the order of the table.
        services = sorted(pair.services)
        sides = ("a_record", "b_record") if pair.services[0] == services[0] else ("b_record", "a_record")
        met = pair.joint.select(
            row_1=pl.col(sides[0]),
            row_2=pl.col(sides[1]),
            probability="probability",
            minutes=pl.col("minutes").abs(),
            metres=pl.col("metres").cast(pl.Float64),
        )
        for which, (own, other) in enumerate((services, services[::-1]), start=1):
            said = pl.DataFrame(
                {
                    f"row_{which}": _positioned(frame, own)["row"].cast(pl.Int64),
                    f"asks_{which}": asks_for(area, frame, own, other),
                }
            )
            met = met.join(said, on=f"row_{which}", how="left", maintain_order="left")
        frames.append(met)
    return pl.concat(frames).sort("row_1", "row_2")


def _positioned(frame: pl.DataFrame, service: str) -> pl.DataFrame:
    return frame.filter((pl.col("service_id") == service) & pl.col("positioned"))


def _shown(frame: pl.DataFrame, meetings: pl.DataFrame) -> pl.DataFrame:
    """Give what a reviewer sees of both records of each meeting."""
    columns = [
        meetings["minutes"].round(1).cast(pl.String).alias("minutes_apart"),
        meetings["metres"].round(0).cast(pl.Int64).cast(pl.String).alias("metres_apart"),
    ]
    for which in (1, 2):
        own = frame[meetings[f"row_{which}"].to_list()]
        columns += own.select(
            pl.col("service_id").alias(f"service_{which}"),
            pl.col("incident_id").alias(f"incident_{which}"),
            pl.col("wall")
            .cast(pl.Datetime("us"))
            .dt.to_string("%Y-%m-%d %H:%M:%S")
            .alias(f"received_{which}"),
            pl.col("category").cast(pl.String).fill_null("").alias(f"category_{which}"),
            pl.col("priority").cast(pl.String).fill_null("").alias(f"priority_{which}"),
            pl.col("place_precision").cast(pl.String).fill_null("exact").alias(f"place_precision_{which}"),
        ).get_columns()
        said = meetings[f"asks_{which}"].replace_strict(_SAID, return_dtype=pl.String)
        columns.append(said.alias(f"asked_other_{which}"))
    return pl.DataFrame(columns)


def _asking(area: Area, frame: pl.DataFrame, meetings: pl.DataFrame) -> tuple[Asking, ...]:
    """Count the likely events in which either record asked for the other, by pair of services."""
    likely = meetings.filter(pl.col("probability") >= EVENT)
    service = frame["service_id"]
    likely = likely.with_columns(
        service_1=service[likely["row_1"].to_list()], service_2=service[likely["row_2"].to_list()]
    )
    found = []
    for (one, other), own in sorted(likely.partition_by("service_1", "service_2", as_dict=True).items()):
        asks = own.select("asks_1", "asks_2").to_numpy()
        saying = int((asks < 2).any(axis=1).sum())
        if not saying:
            continue
        flags = [asks_for(area, frame, *each) for each in ((one, other), (other, one))]
        silent = math.prod(float((each != 1).mean()) for each in flags)
        unsaid = math.prod(float((each == 2).mean()) for each in flags)
        asking = int((asks == 1).any(axis=1).sum())
        found.append(Asking((one, other), own.height, saying, asking, (1 - silent) / (1 - unsaid)))
    return tuple(found)
