"""What an option's page shows of the ground: which sites are given up, which take others in, before and after."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from joinedup.disclosure import Block, Column, Map, Place, Table
from joinedup.study.drafting.naming import SECURITY_KINDS, listed, short_name

if TYPE_CHECKING:
    from joinedup.area import Area
    from joinedup.options import Option
    from joinedup.study.study import Study

_AROUND = 3.0
"""Other sites are drawn within so many times the reach of those that change."""
_LEAST_METRES = 5_000.0


def sites_before_and_after(study: Study, option: Option) -> list[Block]:
    """Draw the sites as they are and as they would be, and list those that change; nothing where no place changes.

    Where a control room is does not leave the study, so that what moves with one is not drawn (§8.1).
    """
    area = study.area
    sites = _sites(area)
    known = set(sites["site_id"])
    given_up = sorted({c.row for c in option.changes if c.table == "sites" and c.column is None} & known)
    comes_in = _coming_in(area, option, known)
    if not given_up and not comes_in:
        return []
    touched = (left for each in comes_in.values() for left in each)
    changed = sorted({*given_up, *comes_in, *touched, *(known & set(option.joins))})
    near = _near(sites, changed)
    then = near.filter(~pl.col("site_id").is_in(given_up))
    names = dict(sites.select("site_id", "name").iter_rows())
    owners = dict(sites.select("site_id", "service_id").iter_rows())
    source = "Source: the study's table of sites, and what the option changes in it and in the tables that name a site."

    def drawn(which: pl.DataFrame, name: str, title: str, alternative: str) -> Map:
        places = [
            Place(row["x"], row["y"], row["name"], area.kind_of(row["service_id"]))
            for row in which.iter_rows(named=True)
        ]
        return Map(f"{name}-{option.id}", title, area.settings.name, places, (), source, alternative)

    lost = listed([names[each] for each in given_up])
    return [
        drawn(
            near,
            "sites-now",
            "The sites as they are",
            f"{near.height:,} sites by service, as they are; the table below lists those that would change.",
        ),
        drawn(
            then,
            "sites-then",
            f"The sites with the option: without {lost}"
            if lost
            else "The sites with the option: none is given up",
            f"{then.height:,} sites by service, as they would be"
            + (f": {lost} would be gone." if lost else "; people and crews would start from others of them."),
        ),
        Table(
            "places",
            "Places that would change",
            (Column("Site"), Column("Whose it is"), Column("What becomes of it")),
            [
                [names[each], short_name(area, owners[each]), _becomes(each, given_up, comes_in, names)]
                for each in changed
            ],
        ),
    ]


def _sites(area: Area) -> pl.DataFrame:
    """Give the sites that may stand on a map, by identifier."""
    told = pl.col("x").is_not_null() & ~pl.col("kind").is_in(SECURITY_KINDS)
    return area.table("sites").filter(told).sort("site_id")


def _coming_in(area: Area, option: Option, known: set[str]) -> dict[str, dict[str, set[str]]]:
    """Give by site the sites from which something comes to it, and what: crews, posts or things."""
    found: dict[str, dict[str, set[str]]] = {}
    for table, key, what in (
        ("units", "unit_id", "crews"),
        ("posts", "post_id", "posts"),
        ("assets", "asset_id", "things"),
    ):
        moves = {c.row: c.value for c in option.changes if c.table == table and c.column == "site_id"}
        rows = area.table(table).filter(pl.col(key).is_in(sorted(moves)))
        if table == "posts":
            rows = rows.filter(pl.col("function") != "control")
        for row, left in rows.select(key, "site_id").iter_rows():
            to = str(moves[row])
            if left in known and to in known and left != to:
                found.setdefault(to, {}).setdefault(left, set()).add(what)
    return found


def _near(sites: pl.DataFrame, changed: list[str]) -> pl.DataFrame:
    """Give the sites around those that change, in the order of the table."""
    own = sites.filter(pl.col("site_id").is_in(changed))
    east, north = own["x"].to_numpy(), own["y"].to_numpy()
    middle = (float(east.mean()), float(north.mean()))
    reach = float(np.hypot(east - middle[0], north - middle[1]).max())
    away = np.hypot(sites["x"].to_numpy() - middle[0], sites["y"].to_numpy() - middle[1])
    return sites.filter(pl.Series(away <= max(_AROUND * reach, _LEAST_METRES)))


def _becomes(
    site: str,
    given_up: list[str],
    comes_in: dict[str, dict[str, set[str]]],
    names: dict[str, str],
) -> str:
    """Say in words what becomes of a site."""
    taken = [
        f"{listed(sorted(what))} from {names[left]}" for left, what in sorted(comes_in.get(site, {}).items())
    ]
    goes = [
        f"{listed(sorted(what[site]))} go to {names[to]}"
        for to, what in sorted(comes_in.items())
        if site in what
    ]
    parts = [
        *(["given up"] if site in given_up else []),
        *([f"takes in {listed(taken)}"] if taken else []),
        *goes,
    ]
    return "; ".join(parts) or "stays, and has a part in it"
