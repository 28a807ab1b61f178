"""Which budgets could be pooled: lines by function, who would pool them, and the rules that the services state."""

from __future__ import annotations

from collections import Counter
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
    """What one service plans to spend on a function in a year, net; ``newest`` is the last year that it gives.

    ``use``, ``pay_gbp`` (of the gross), ``scheme`` and ``employer_pension_pct`` are None where the study does not say, and so are
    ``contribution`` and ``risk``, the rules that the service would share by.
    """

    service_id: str
    function: str
    year: str
    newest: str
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


History = dict[str, Line]
"""One service's budgets for a function, by year."""


def lines_by_function(area: Area) -> dict[str, dict[str, History]]:
    """Give the budgets of each function that may be pooled, by function and then service, each service's by year."""
    budgets = area.table("budgets").with_columns(
        match=pl.col("function").str.to_lowercase().str.strip_chars()
    )
    found: dict[str, dict[str, History]] = {}
    for (function,), rows in sorted(budgets.group_by("match"), key=lambda each: str(each[0])):
        name = str(function)
        if name in rules().kept_apart:
            continue
        given: dict[str, History] = {}
        ordered = rows.sort("service_id", "year", "line_id")
        for theirs in ordered.partition_by("service_id", maintain_order=True):
            service = str(theirs["service_id"][0])
            use, newest = _use(area, service, name), str(theirs["year"][-1])
            years = theirs.partition_by("year", maintain_order=True)
            lines = [_line(service, name, own, newest, use) for own in years]
            given[service] = {each.year: each for each in lines}
        if len(given) > 1:
            found[name] = given
    return found


def _line(service: str, function: str, own: pl.DataFrame, newest: str, use: float | None) -> Line:
    """Add up one service's rows for a function in a year."""
    gross = float(own["gross_gbp"].sum())
    rate = _stated(own, "employer_pension_pct")
    return Line(
        service_id=service,
        function=function,
        year=str(own["year"][0]),
        newest=newest,
        line_ids=tuple(own["line_id"]),
        gross_gbp=gross,
        net_gbp=gross - float(own["income_gbp"].sum()),
        income_known=own["income_gbp"].null_count() == 0,
        pay_gbp=None if own["pay_gbp"].has_nulls() else float(own["pay_gbp"].sum()),
        scheme=_stated(own, "pension_scheme"),
        employer_pension_pct=None if rate is None else float(rate),
        use=use,
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
    given: Mapping[str, History], area: Area, assumptions: Mapping[str, Assumption]
) -> list[tuple[Line, ...]]:
    """Give every two services that could pool a function, and all of them together where they are few enough.

    Each group is of the newest year that its services share; all of them together of the newest year that most of them give, so
    that nobody's old plan keeps the others apart. Of more services than share one budget, such as a whole country's, only those
    with sites within reach of each other are paired: pairs grow with the square of the services, neighbours do not.
    """
    pairs = list(combinations(given, 2))
    if len(given) > MOST_PARTNERS:
        near = neighbours(area, assumptions)
        pairs = [each for each in pairs if frozenset(each) in near]
    groups = [each for pair in pairs if len(each := _in_one_year(given, pair)) == 2]
    together = _in_one_year(given, tuple(given)) if len(given) <= MOST_PARTNERS else ()
    return [*groups, together] if len(together) > 2 else groups


def _in_one_year(given: Mapping[str, History], services: Sequence[str]) -> tuple[Line, ...]:
    """Give these services' budgets of the newest year that most of them give, without those that have nothing to share."""
    years = Counter(year for each in services for year in given[each])
    year = max(years, key=lambda each: (years[each], each))
    lines = [given[each][year] for each in services if year in given[each]]
    # A function that brings in more than it costs has nothing to share.
    return tuple(each for each in lines if each.net_gbp > 0)


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
