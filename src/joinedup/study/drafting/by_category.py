"""What people wait by category: a service's mean hides that its most urgent calls are reached sooner than its others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from joinedup.disclosure import LIMIT, Column, Figure, Section, Sensitivity, Table
from joinedup.study.drafting.naming import short_name
from joinedup.study.drafting.waited import of_one_crew_by_category, with_the_next
from joinedup.wording import Unit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from joinedup.disclosure import Block
    from joinedup.response.calibrating import Calibration
    from joinedup.study.study import Study
    from joinedup.study.waiting import Played


def categories_blocks(
    study: Study, played: Played, services: Sequence[str], compared: Calibration | None
) -> list[Block]:
    """Lay recorded and played waits side by side for each category, on the same incidents, where a service has several."""
    gaps = (
        {}
        if compared is None
        else {
            (row["service_id"], row["category"]): (row["low"], row["high"])
            for row in compared.categories.filter(pl.col("measure") == "mean").iter_rows(named=True)
        }
    )
    incidents = played.waits.incidents
    recorded = played.arrivals["recorded"].to_numpy()
    rows: list[list[Figure | str]] = []
    for service in services:
        mine = (incidents["service_id"] == service).to_numpy() & np.isfinite(recorded)
        categories = incidents["category"].fill_null("")
        names = sorted(set(categories.filter(pl.Series(mine))))
        if len(names) < 2:
            continue
        counts = {name: int((mine & (categories == name).to_numpy()).sum()) for name in names}
        one_crew = of_one_crew_by_category(played, service)
        hidden = with_the_next(
            [name for name in names if one_crew.get(name, False) or counts[name] < LIMIT], counts
        )
        for name in names:
            kept = mine & (categories == name).to_numpy()
            was, would = recorded[kept], played.waits.minutes[:, kept]
            closed = Sensitivity.SECURITY if name in hidden else Sensitivity.OPEN
            figures = (
                *(float(was.mean()), float(np.nanmean(would))),
                *(float(np.quantile(was, 0.9)), float(np.nanquantile(would, 0.9))),
                *gaps.get((service, name), (None, None)),
            )
            rows.append(
                [
                    f"{short_name(study.area, service)}, {name or 'no category'}",
                    *(Figure(each, Unit.MINUTES, counts[name], sensitivity=closed) for each in figures),
                ]
            )
    if not rows:
        return []
    return [
        Section("By category"),
        Table(
            "waits-categories",
            "From the call to the first arrival, by category",
            (
                Column("Service and category"),
                Column("Mean, recorded", numeric=True),
                Column("Mean, played", numeric=True),
                Column("90th centile, recorded", numeric=True),
                Column("90th centile, played", numeric=True),
                Column("Gap of the mean, at least", numeric=True),
                Column("At most", numeric=True),
            ),
            rows,
            note="The same incidents, recorded and played; a curve above mixes all categories of its service. The gap is that of "
            "days that were left out, as in the box; [x] where there are fewer than ten incidents. Hidden are categories with "
            "fewer than five incidents, or whose times are one crew's own, and what would give them away.",
        ),
    ]
