"""What one partner could do by itself: join the lines for a function that it keeps apart (§4.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from joinedup.money import Cash, CashKind, CashLine, Partner
from joinedup.options import Option
from joinedup.options.merged_budgets import declared
from joinedup.options.merged_budgets.sharing import rules
from joinedup.options.shared_control_room.joining import fact, in_use

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from joinedup.area import Area
    from joinedup.assumptions import Draws

WAY = "alone"


def found_alone(area: Area, partner: str) -> list[Option]:
    """Give, for each function that may be pooled, the option that a partner's lines of its newest year become one."""
    own = area.table("budgets").filter(pl.col("service_id") == partner)
    own = own.with_columns(match=pl.col("function").str.to_lowercase().str.strip_chars())
    found = []
    for (function,), rows in sorted(own.group_by("match"), key=lambda each: str(each[0])):
        newest = rows.filter(pl.col("year") == rows["year"].max()).sort("line_id")
        nets = (newest["gross_gbp"] - newest["income_gbp"].fill_null(0.0)).to_numpy()
        if str(function) in rules().kept_apart or newest.height < 2 or not nets.max() > 0:
            continue
        lines = newest["line_id"].to_list()
        found.append(
            Option(
                id=f"merged-budgets-alone-{'-'.join(lines)}",
                kind="merged budgets",
                title=f"One line for {function} at {area.name_of(partner)}",
                partners=(partner,),
                joins=tuple(lines),
                names=tuple(f"{function} of {area.name_of(partner)}" for _ in lines),
                changes=(),
                uses=tuple(f"budgets/{line}" for line in lines),
                facts={
                    "way": WAY,
                    "lines": float(len(lines)),
                    "cost_gbp_now": float(nets.sum()),
                    # What brings in more than it costs has nothing to save.
                    "joined_gbp": float(np.maximum(nets, 0.0).sum() - nets.max()),
                },
            )
        )
    return found


def cash(option: Option, draws: Draws, years: int) -> list[Cash]:
    """Give setting up, bringing the lines together, and what is then done once; nobody else is paid or to be accounted to."""
    saved = draws[declared.SCOPE.name] * fact(option, "joined_gbp")
    scope, began = declared.SCOPE.name, declared.YEARS_TO_LIVE.name
    return [
        _flow(option, "one line and its accounts", 0, -draws[declared.SET_UP.name], declared.SET_UP.name),
        _flow(
            option,
            "bringing it together: posts, systems, contracts",
            1,
            -saved * draws[declared.ACHIEVING.name],
            scope,
            declared.ACHIEVING.name,
        ),
        *(
            _flow(option, "done once and not by each", year, saved * in_use(year, draws[began]), scope, began)
            for year in range(1, years + 1)
        ),
    ]


def carry_on(option: Option, draws: Draws, years: int) -> list[Cash]:
    """Give what the partner goes on spending."""
    spent = np.full(len(draws), -fact(option, "cost_gbp_now"))
    return [_flow(option, "the function as now", year, spent) for year in range(1, years + 1)]


def explain(option: Option) -> str:
    """Say which lines become one."""
    return (
        f"The {fact(option, 'lines'):.0f} lines for {option.names[0]} become one, held by one person; what joins the largest is "
        f"£{fact(option, 'joined_gbp'):,.0f} a year. Nobody else takes part."
    )


def _flow(option: Option, what: str, year: int, amount: NDArray[np.float64], *names: str) -> Cash:
    who = Partner(option.partners[0])
    return Cash(what, CashKind.CASH_RELEASING, CashLine.RUNNING, year, amount, who, who, names)
