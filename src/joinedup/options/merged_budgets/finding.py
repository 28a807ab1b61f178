"""Which budgets could be pooled: lines by function, who would pool them, and the rules that the services state."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import polars as pl

from joinedup.options.merged_budgets.sharing import MOST_PARTNERS, rules
from joinedup.overlap import REACH, site_pairs
from joinedup.travel import travel_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from joinedup.area import Area
    from joinedup.assumptions import Assumption


@dataclass(frozen=True)
class Line:
    """What one service plans to spend on a function in a year, net.

    ``use``, ``pay_gbp`` (of the gross), ``scheme`` and ``employer_pension_pct`` are None where the study does not say, and so are
    ``contribution`` and ``risk``, the rules that the service would share by.
    """

    service_id: str
    function: str
    year: str
    line_ids: tuple[str, ...]
    gross_gbp: float
    net_gbp: float
    income_known: bool
    pay_gbp: float | None
    scheme: str | None
    employer_pension_pct: float | None
    use: float | None
    contribution: str | None
    risk: str | None

    @property
    def bought_gbp(self) -> float:
        """What of the gross spending is no pay; all of it where the study does not say."""
        return max(0.0, self.gross_gbp - (self.pay_gbp or 0.0))


def lines_by_function(area: Area) -> dict[str, list[Line]]:
    """Give the budgets of each function that may be pooled, by function and then service, of the newest year that all have."""
    budgets = area.table("budgets").with_columns(
        match=pl.col("function").str.to_lowercase().str.strip_chars()
    )
    found: dict[str, list[Line]] = {}
    for (function,), rows in sorted(budgets.group_by("match"), key=lambda each: str(each[0])):
        name = str(function)
        known = set.intersection(*(set(each["year"]) for _, each in rows.group_by("service_id")))
        if name in rules().kept_apart or not known:
            continue
        newest = rows.filter(pl.col("year") == max(known)).sort("line_id")
        lines = [
            _line(area, service, name, newest.filter(pl.col("service_id") == service))
            for service in newest["service_id"].unique().sort().to_list()
        ]
        # A function that brings in more than it costs has nothing to share.
        lines = [each for each in lines if each.net_gbp > 0]
        if len(lines) > 1:
            found[name] = lines
    return found


def _line(area: Area, service: str, function: str, own: pl.DataFrame) -> Line:
    """Add up one service's rows for a function in a year."""
    gross = float(own["gross_gbp"].sum())
    rate = _stated(own, "employer_pension_pct")
    return Line(
        service_id=service,
        function=function,
        year=str(own["year"][0]),
        line_ids=tuple(own["line_id"]),
        gross_gbp=gross,
        net_gbp=gross - float(own["income_gbp"].sum()),
        income_known=own["income_gbp"].null_count() == 0,
        pay_gbp=None if own["pay_gbp"].has_nulls() else float(own["pay_gbp"].sum()),
        scheme=_stated(own, "pension_scheme"),
        employer_pension_pct=None if rate is None else float(rate),
        use=_use(area, service, function),
        contribution=_stated(own, "contribution_rule"),
        risk=_stated(own, "risk_rule"),
    )


def _use(area: Area, service: str, function: str) -> float | None:
    """Give how much a service uses a function; None where the study does not say."""
    measure = rules().uses.get(function, "posts")
    own = pl.col("service_id") == service
    if measure == "floor":
        values = area.table("sites").filter(own)["floor_area_m2"]
    elif measure == "seats":
        courses = area.table("courses").filter(own)["course_id"].to_list()
        values = area.table("course_runs").filter(pl.col("course_id").is_in(courses))["booked"]
    elif measure == "posts":
        values = area.table("posts").filter(own & (pl.col("function").str.to_lowercase() == function))["fte"]
    else:
        used = area.table(measure).filter(own).height
        return float(used) if used else None
    total = float(values.sort().sum())
    return total if total and not values.null_count() else None


def _stated(own: pl.DataFrame, column: str) -> str | None:
    """Give what all of a service's lines say, None where they say nothing or not the same."""
    said = own[column].drop_nulls().unique()
    return str(said.item()) if len(said) == 1 else None


def groups_of(
    lines: Sequence[Line], area: Area, assumptions: Mapping[str, Assumption]
) -> list[tuple[Line, ...]]:
    """Give every two services that could pool a function, and all of them together where they are few enough.

    Of more services than share one budget, such as a whole country's, only those with sites within reach of each other are
    paired: pairs grow with the square of the services, neighbours do not.
    """
    if len(lines) <= MOST_PARTNERS:
        return [*combinations(lines, 2), *([tuple(lines)] if len(lines) > 2 else [])]
    near = neighbours(area, assumptions)
    return [pair for pair in combinations(lines, 2) if frozenset(each.service_id for each in pair) in near]


def neighbours(area: Area, assumptions: Mapping[str, Assumption]) -> set[frozenset[str]]:
    """Find the pairs of services that have sites within reach of each other, by the way of travelling that the study names."""
    reach = assumptions[REACH.name].central
    pairs = (
        site_pairs(area, travel_of(area, assumptions), reach).select("service_id", "service_id_2").unique()
    )
    return {frozenset(each) for each in pairs.iter_rows()}


def rule_of(group: Sequence[Line], column: str, default: str) -> tuple[str, bool]:
    """Give the rule that all of a group state, else the usual one; and whether they state rules that differ."""
    said = {getattr(each, column) for each in group} - {None}
    return (said.pop(), False) if len(said) == 1 else (default, len(said) > 1)
