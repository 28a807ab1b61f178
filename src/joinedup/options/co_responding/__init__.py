"""Co-responding: a fire or police crew that would be there sooner goes to time-critical medical calls as well."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl

from joinedup.area import Change
from joinedup.disclosure import LIMIT
from joinedup.money import SOCIETY, Cash, CashKind, CashLine, Partner, Supply
from joinedup.options import CREW_HOURS, Bettered, Kind, Need, Option, registered, tried_before
from joinedup.options.co_responding import declared
from joinedup.options.co_responding.declared import ASSUMPTIONS, EXIT_COST, LEAST_CALLS, TOLD
from joinedup.options.co_responding.gaining import gained, time_critical, uses_of
from joinedup.options.co_responding.going import staying, with_those_that_go
from joinedup.options.co_responding.surviving import LIVES, arrests_survived, lives
from joinedup.options.co_responding.telling import drawn, ranged
from joinedup.options.co_responding.volunteering import alone, alone_cash
from joinedup.options.shared_control_room.joining import fact
from joinedup.response.also_sending import called_besides
from joinedup.travel import travel_of
from joinedup.wording import Unit, in_words

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    from joinedup.area import Area
    from joinedup.assumptions import Assumption, Draws
    from joinedup.options import Registered
    from joinedup.options.co_responding.gaining import Gained


LIVES_SAVED = "lives saved"


class CoResponding:
    """A station's crews go to time-critical medical calls as well as the ambulance."""

    name: str = "co-responding"
    rung: int = 7
    question: str = (
        "Which fire or police station could reach time-critical medical calls sooner than an ambulance, and how "
        "often is its crew free?"
    )
    needs: tuple[Need, ...] = (
        Need(
            "incidents",
            ("received_at", "category"),
            "when the ambulance service's calls came and how urgent they were, with their places",
        ),
        Need(
            "units",
            ("site_id",),
            "the station that each unit starts from, to know how soon it could be there",
        ),
    )
    assumptions: tuple[Assumption, ...] = ASSUMPTIONS
    project_type: str = "equipment and development"
    years: int = 10
    exit_cost: str = EXIT_COST.name
    facts_told: Mapping[str, tuple[str, Unit | None]] = TOLD
    measures: tuple[str, ...] = (CREW_HOURS, LIVES_SAVED)

    def find(self, area: Area, assumptions: Mapping[str, Assumption]) -> list[Option]:
        """Look at every fire and police station; keep those that would be sooner often enough to keep skills."""
        register = registered(area, self.name)
        least = assumptions[LEAST_CALLS.name].central
        draws, travel = drawn(area, assumptions, ASSUMPTIONS), travel_of(area, assumptions).name
        found = []
        for each in gained(area, assumptions):
            about = [
                row
                for row in register
                if {each.responder, each.ambulance} <= row.partners
                and (not row.sites or each.site_id in row.sites)
            ]
            live = any(row.status == "live" for row in about) or each.ambulance in called_besides(
                area, _units(area, each)
            )
            if each.calls >= least and not live:
                option = _option(area, each, about, assumptions)
                told = {"travel": travel, **_in_words(option, draws)}
                found.append(replace(option, facts={**option.facts, **told}))
        return sorted(found, key=lambda option: option.id)

    def find_alone(self, area: Area, partner: str, assumptions: Mapping[str, Assumption]) -> list[Option]:
        """Let an ambulance service find volunteers for the calls near the same stations; nobody else is asked."""
        return alone(area, partner, assumptions)

    def cash(self, area: Area, option: Option, draws: Draws) -> list[Cash]:  # noqa: ARG002 - as every kind
        """Give kit and training, then health, the crew's cost and cover, and the fee, year by year."""
        if len(option.partners) == 1:
            return alone_cash(option, draws, self.years)
        responder, ambulance = (Partner(each) for each in option.partners)
        sent, people = fact(option, "sent"), fact(option, "units") * draws[declared.PEOPLE.name]
        on_call = fact(option, "on_call") > 0
        saved = lives(option, draws)
        paid = draws[declared.VEHICLE.name] + (draws[declared.ON_CALL_PAY.name] if on_call else 0.0)
        paid_by = (declared.VEHICLE.name, *((declared.ON_CALL_PAY.name,) if on_call else ()))
        yearly = draws[declared.REFRESHING.name] + draws[declared.WELFARE.name]
        hours = sent * draws[declared.TIME_OUT.name] / 60

        def own(
            what: str, year: int, amount: NDArray[np.float64], *names: str, **others: CashKind | CashLine
        ) -> Cash:
            kind = CashKind(others.get("kind", CashKind.CASH_RELEASING))
            line = CashLine(others.get("line", CashLine.RUNNING))
            bought = Supply.STANDARD if line is CashLine.CAPITAL else Supply.OUTSIDE
            return Cash(what, kind, line, year, amount, responder, responder, names, supply=bought)

        flows = [
            own(
                "defibrillators and kit",
                0,
                -fact(option, "units") * draws[declared.KIT.name],
                declared.KIT.name,
                line=CashLine.CAPITAL,
            ),
            own(
                "training of crews",
                0,
                -people * draws[declared.TRAINING.name],
                declared.PEOPLE.name,
                declared.TRAINING.name,
            ),
        ]
        for year in range(1, self.years + 1):
            flows += [
                Cash(
                    "lives saved by help that comes sooner",
                    CashKind.SOCIETAL,
                    CashLine.BENEFIT,
                    year,
                    saved * draws[declared.YEARS_GAINED.name] * draws[declared.YEAR_OF_HEALTH.name],
                    SOCIETY,
                    SOCIETY,
                    (*LIVES, declared.YEARS_GAINED.name, declared.YEAR_OF_HEALTH.name),
                    health=True,
                ),
                own("crews' pay and vehicles for the calls", year, -sent * paid, *paid_by),
                own(
                    "keeping skills up, and welfare",
                    year,
                    -people * yearly,
                    declared.PEOPLE.name,
                    declared.REFRESHING.name,
                    declared.WELFARE.name,
                ),
                own(
                    "cover lost while crews are out",
                    year,
                    -hours * draws[declared.COVER.name],
                    declared.TIME_OUT.name,
                    declared.COVER.name,
                    kind=CashKind.NOT_CASH_RELEASING,
                ),
                Cash(
                    "fee for the calls",
                    CashKind.PAYMENT,
                    CashLine.PAYMENT,
                    year,
                    sent * draws[declared.FEE.name],
                    ambulance,
                    responder,
                    (declared.FEE.name,),
                ),
            ]
        return flows

    def carry_on(self, area: Area, option: Option, draws: Draws) -> list[Cash]:  # noqa: ARG002 - as every kind
        """Give nothing: the station and the ambulances cost the same as now, with co-responding and without."""
        return []

    def outcomes(self, area: Area, option: Option, draws: Draws) -> list[Bettered]:  # noqa: ARG002 - as every kind
        """Give the lives saved in a year at the ambulance service's calls, and the hours for which the station's crew is out."""
        saved = lives(option, draws)
        if len(option.partners) == 1:
            free = draws[declared.VOLUNTEERS_FREE.name]
            return [Bettered(option.partners[0], LIVES_SAVED, "people a year", saved * free)]
        responder, ambulance = option.partners
        out = fact(option, "sent") * draws[declared.TIME_OUT.name] / 60
        return [
            Bettered(responder, CREW_HOURS, "hours a year", -out),
            Bettered(ambulance, LIVES_SAVED, "people a year", saved),
        ]

    def explain(self, option: Option) -> str:
        """Say which crew goes to what, how much sooner, and what that asks of it."""
        sent, sooner = fact(option, "sent"), fact(option, "minutes_sooner")
        if len(option.partners) == 1:
            return (
                f"The ambulance service finds volunteers for time-critical medical calls near {option.names[0]}: about "
                f"{sent:,.0f} a year if one were always free, {sooner:.1f} minutes sooner by drives and turnouts. They leave no "
                "fire or police cover behind and are paid no fee, and nobody has to come. An ambulance is still sent to "
                "every call."
            )
        first, idle, out = (fact(option, name) for name in ("first_share", "idle", "cover_lost"))
        return (
            f"A crew of {option.names[0]} goes to time-critical medical calls near it as well as an ambulance: about "
            f"{sent:,.0f} a year. By drives and turnouts it is first at {first:.0%} of them, {sooner:.1f} minutes sooner. It is "
            f"free for {idle:.0%}, and out for {out:.1%} of its hours; what its own calls then wait, the safety gate plays where "
            "it can. The ambulance service pays a fee; patients gain. An ambulance is still sent to every call."
        )


def _units(area: Area, each: Gained) -> list[str]:
    """Name the station's units that can go, in order."""
    units = with_those_that_go(area).table("units")
    return units.filter(_at(each))["unit_id"].sort().to_list()


def _at(each: Gained) -> pl.Expr:
    return (pl.col("site_id") == each.site_id) & (pl.col("service_id") == each.responder)


def _sent_besides(area: Area, each: Gained, assumptions: Mapping[str, Assumption]) -> tuple[Change, ...]:
    """Send the station's units to the ambulance service's time-critical calls near it, besides the ambulance."""
    within, told, out = (
        assumptions.get(given.name, given).central
        for given in (declared.WITHIN, declared.CALL_PASSED, declared.TIME_OUT)
    )
    if not within:
        return ()
    values: dict[str, str | float] = {
        "also_sent": f"{each.ambulance}: {'; '.join(time_critical(area, each.ambulance))}",
        "also_within_minutes": within,
        "also_told_minutes": told,
        "also_out_minutes": out,
    }
    return tuple(
        Change("units", unit, column, value)
        for unit in _units(area, each)
        for column, value in values.items()
    )


def _option(
    area: Area, each: Gained, register: list[Registered], assumptions: Mapping[str, Assumption]
) -> Option:
    units = area.table("units").filter(pl.col("unit_id").is_in(_units(area, each)))
    name = area.table("sites").filter(pl.col("site_id") == each.site_id)["name"].item()
    before = tried_before(register, (each.responder, each.ambulance))
    return Option(
        id=f"co-responding-{each.site_id}-{each.ambulance}",
        kind="co-responding",
        title=f"{name} answers time-critical medical calls of {area.name_of(each.ambulance)}",
        partners=(each.responder, each.ambulance),
        joins=(each.site_id,),
        names=(name,),
        changes=_sent_besides(area, each, assumptions),
        uses=uses_of(each, units["unit_id"]),
        facts={
            "sent": each.sent,
            "calls": each.calls,
            "first_share": each.calls / each.sent,
            "minutes_now": each.minutes_now,
            "minutes_sooner": each.minutes_sooner,
            "minutes_then": each.minutes_now - each.minutes_sooner,
            "idle": each.idle,
            "cover_lost": each.cover_lost,
            "busiest_hour": float(each.busiest_hour),
            "units": float(each.units),
            "by_hours": _by_hours(each),
            "on_call": float(units["crew"].is_in(["on-call", "volunteer"]).any()),
            "tried_before": None if before is None else before.in_words,
        },
        incomplete=(
            "whether crews agree, and what their contracts say about medical calls",
            "which ambulances would be sent elsewhere once a crew is on its way",
            "what volunteers would cost the ambulance service for the same calls",
            *(
                f"whether {unit} ({kind}) could go too: its kind is not among those that are listed"
                for unit, kind in staying(area).filter(_at(each)).select("unit_id", "kind").iter_rows()
            ),
        ),
    )


def _by_hours(each: Gained) -> str:
    """Say how much sooner a crew would be, and how often one is free, in each stretch of the day."""
    said = []
    for stretch in each.by_hours:
        words = f"{stretch.first:02d}:00 to {stretch.until:02d}:00"
        if stretch.records < LIMIT:
            said.append(f"{words} too few calls to say")
        elif not stretch.idle:
            said.append(f"{words} nobody free")
        else:
            sooner = in_words(stretch.minutes_sooner, Unit.MINUTES)
            said.append(f"{words} {sooner} sooner, a crew free for {in_words(stretch.idle, Unit.SHARE)}")
    return "; ".join(said)


def _in_words(option: Option, draws: Draws) -> dict[str, float | str | None]:
    """Word the ranges that a board reads: survival, people saved, hours out, and what each side bears."""
    now, then = arrests_survived(option, draws)
    sent, people = fact(option, "sent"), fact(option, "units") * draws[declared.PEOPLE.name]
    return {
        "survival": f"{ranged(now, Unit.SHARE)} now, {ranged(then, Unit.SHARE)} then",
        "lives": ranged(lives(option, draws), Unit.NUMBER),
        "hours_out": ranged(sent * draws[declared.TIME_OUT.name] / 60, Unit.NUMBER),
        "pay_gbp": ranged(sent * draws[declared.ON_CALL_PAY.name], Unit.POUNDS)
        if fact(option, "on_call")
        else None,
        "fee_gbp": ranged(sent * draws[declared.FEE.name], Unit.POUNDS),
        "training_gbp": ranged(people * draws[declared.TRAINING.name], Unit.POUNDS),
        "skills_gbp": ranged(people * draws[declared.REFRESHING.name], Unit.POUNDS),
        "welfare_gbp": ranged(people * draws[declared.WELFARE.name], Unit.POUNDS),
    }


KIND: Kind = CoResponding()
