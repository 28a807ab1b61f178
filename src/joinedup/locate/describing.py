"""Describing: from what was chosen to a plan that a person reads, with what each move depends on (§4.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from joinedup.locate.plan import Cluster, Covered, Move, Plan

if TYPE_CHECKING:
    from collections.abc import Sequence

    from joinedup.locate.estate import Arc, Choice, Closing
    from joinedup.locate.holdings import Holding
    from joinedup.locate.solving import Status

_MANY = 3
_LANDLORD = ("leasehold", "licence", "pfi")


def described(
    choice: Choice,
    status: Status,
    moves: tuple[Arc, ...],
    closed: tuple[Closing, ...],
    bound: float,
) -> Plan:
    """Tell the moves and closings chosen, their money, what they cover and what is not known yet; ``bound`` as a saving."""
    sites, terms = choice.estate.sites, choice.terms
    chosen: list[Arc | Closing] = [*moves, *closed]
    now = sum(each.running(terms.running_gbp_a_m2) for each in sites)
    cost = now - sum(each.saved_a_year for each in chosen)
    gone = {each.mover for each in moves} | {each.site for each in closed}
    told = [_move(choice, each, moves) for each in moves]
    return Plan(
        status=status,
        cost_gbp_a_year=cost,
        bound_gbp_a_year=cost if status == "optimal" else min(cost, now + bound),
        cost_now_gbp_a_year=now,
        capital_gbp=sum(each.capital_gbp for each in chosen),
        moves=tuple(told),
        closed=tuple(sites[each.site].site_id for each in closed),
        kept=tuple(each.site_id for row, each in enumerate(sites) if row not in gone),
        covered=tuple(_covered(choice, service, moves, closed) for service in sorted(choice.estate.demand)),
        clusters=tuple(_clusters(choice, moves)),
        closed_needs={
            sites[each.site].site_id: _named(choice, needed)
            for each in closed
            if (needed := _needed(choice, moves, closing=each))
        },
    )


def _move(choice: Choice, arc: Arc, moves: tuple[Arc, ...]) -> Move:
    sites = choice.estate.sites
    mover, host = sites[arc.mover], sites[arc.host]
    minutes = float(choice.estate.minutes[arc.mover, arc.host])
    others = [each for each in moves if each.host == arc.host and each.mover != arc.mover]
    alone = _short(choice, (arc,))
    sentences = _unknown(mover, host)
    if others:
        together = sum(each.space_m2 for each in (*others, arc))
        names = ", ".join(sites[each.mover].name for each in others)
        sentences.append(f"{host.name} takes {names} too in this plan: {together:,.0f} m² together")
    needed = _needed(choice, moves, arc=arc)
    named = " and ".join(f"{sites[each.mover].name} into {sites[each.host].name}" for each in needed)
    sentences += [
        f"alone it would take {service} below the least share within its standard: "
        + (f"first has to move {named}" if named else "the plan does not hold")
        for service in alone
    ]
    return Move(
        mover=mover.site_id,
        host=host.site_id,
        mover_service=mover.service_id,
        host_service=host.service_id,
        start_year=arc.start_year,
        yearly_gbp=arc.yearly_gbp,
        capital_gbp=arc.capital_gbp,
        space_m2=arc.space_m2,
        units=mover.units,
        minutes=minutes,
        depends_on=tuple(sentences),
        needs=_named(choice, needed),
    )


def _short(choice: Choice, moves: Sequence[Arc], closed: Sequence[Closing] = ()) -> list[str]:
    """Name the services that fall below their least share once these are done, and nothing else."""
    return [
        service
        for service in sorted(choice.estate.demand)
        if choice.share(service, moves, closed) < choice.least(service) - 1e-6
    ]


def _needed(
    choice: Choice, moves: Sequence[Arc], *, arc: Arc | None = None, closing: Closing | None = None
) -> list[Arc]:
    """Name the moves of the plan that one of them, or a closing, cannot do without; none of these can be left out."""
    own, closed = [arc] if arc else [], [closing] if closing else []
    short = _short(choice, own, closed)
    needed = [
        each for each in moves if each is not arc and choice.estate.sites[each.mover].service_id in short
    ]
    for each in tuple(needed):
        rest = [other for other in needed if other is not each]
        if not set(short) & set(_short(choice, [*own, *rest], closed)):
            needed = rest
    return needed


def _named(choice: Choice, moves: Sequence[Arc]) -> tuple[tuple[str, str], ...]:
    sites = choice.estate.sites
    return tuple((sites[each.mover].site_id, sites[each.host].site_id) for each in moves)


def _unknown(mover: Holding, host: Holding) -> list[str]:
    """Say what the study does not know of a move, and who else has to agree."""
    said = []
    if host.spare_m2 is None:
        said.append(f"how much floor {host.name} has to spare")
    if mover.units and host.bays is None:
        said.append(f"whether {host.name} has {mover.units} free bay{'s' * (mover.units > 1)}")
    if mover.running_gbp is None:
        said.append(f"what {mover.name} costs to run")
    if mover.tenure == "leasehold" and not mover.break_known:
        said.append(f"when the lease of {mover.name} can be ended")
    if host.tenure in _LANDLORD:
        said.append(f"the landlord of {host.name} agreeing to a newcomer")
    if mover.others_work_here:
        said.append(f"other functions that work from {mover.name} and would have to move too")
    return said


def _covered(choice: Choice, service: str, moves: tuple[Arc, ...], closed: tuple[Closing, ...]) -> Covered:
    now, after = choice.share(service, ()), choice.share(service, moves, closed)
    onward = [choice.share(service, moves, closed, year) for year in choice.years_of(service)]
    return Covered(
        service,
        choice.terms.standards[service].minutes,
        now,
        after,
        min([now, after, *onward]),
        choice.least(service),
    )


def _clusters(choice: Choice, moves: tuple[Arc, ...]) -> list[Cluster]:
    """List hosts under whose roof three or more services work after the moves."""
    sites = choice.estate.sites
    found = []
    for host in sorted({each.host for each in moves}):
        movers = [each.mover for each in moves if each.host == host]
        services = sorted({sites[each].service_id for each in (host, *movers)})
        if len(services) >= _MANY:
            found.append(
                Cluster(sites[host].site_id, tuple(services), tuple(sites[each].site_id for each in movers))
            )
    return found
