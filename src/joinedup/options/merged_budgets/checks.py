"""What a treasurer checks before budgets are joined: reserves, value added tax and pensions, from what the study states.

Nothing of it is in the cash: it says what would stop the option, or eat its saving. A check that cannot be made names the
column to fill.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from joinedup.money import Supply, recovery
from joinedup.money.pensions import schemes
from joinedup.options.merged_budgets.sharing import rules

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from joinedup.area import Area
    from joinedup.options.merged_budgets.finding import Line

Facts = dict[str, float | str | None]
_CONFIRMED = 2
"""The grade of a scheme's rate that its own page confirms for every employer."""


@dataclass(frozen=True)
class Books:
    """What the whole study says of money: each service's body, None unless one answers for it, and its net budget by year."""

    bodies: Mapping[str, dict[str, Any] | None]
    nets: Mapping[tuple[str, str], float]

    @classmethod
    def of(cls, area: Area) -> Books:
        """Read them once for all the options of an area."""
        bodies: dict[str, dict[str, Any] | None] = {}
        for row in area.table("bodies").sort("body_id").iter_rows(named=True):
            for service in _listed(row["services"]):
                bodies[service] = None if service in bodies else row
        nets: dict[tuple[str, str], float] = {}
        for row in area.table("budgets").sort("line_id").iter_rows(named=True):
            key = (row["service_id"], row["year"])
            nets[key] = nets.get(key, 0.0) + row["gross_gbp"] - (row["income_gbp"] or 0.0)
        return cls(bodies, nets)


def reserves(
    area: Area,
    books: Books,
    group: Sequence[Line],
    paid: Mapping[str, float],
    once: Mapping[str, float],
    overrun: Mapping[str, float],
) -> tuple[Facts, list[str]]:
    """Set general reserves, as a share of the year's net budget, beside the least that each treasurer would keep.

    They are looked at as they are, after setting up, and after an overrun besides. ``paid`` is by service what it would pay in
    a year, ``once`` what it spends to set up, ``overrun`` what it bears of one. A body that answers for several services has
    one reserve for all of them.

    Returns:
        Facts by partner, and what has to be stated before the check can be made.
    """
    facts: Facts = {}
    gaps = []
    for line in group:
        service = line.service_id
        body = books.bodies.get(service)
        if body is None:
            gaps.append(
                f"the reserves of {area.name_of(service)}: say in bodies.csv which one body answers for it"
            )
            continue
        missing = [each for each in ("general_reserves_gbp", "least_reserves_pct") if body[each] is None]
        if missing:
            gaps.append(f"the reserves of {body['name']}: fill {' and '.join(missing)} in bodies.csv")
        if body["general_reserves_gbp"] is None:
            continue
        answered = _listed(body["services"])
        together = [each for each in group if each.service_id in answered]
        kept = float(body["general_reserves_gbp"])
        budget = sum(books.nets.get((each, line.year), 0.0) for each in answered)
        saved = sum(each.net_gbp - paid[each.service_id] for each in together)
        if budget <= max(0.0, saved):
            gaps.append(
                f"the reserves of {body['name']}: its budgets come to nothing; see gross_gbp and income_gbp in budgets.csv"
            )
            continue
        spent = sum(once[each.service_id] for each in together)
        borne = sum(overrun[each.service_id] for each in together)
        shares = (kept / budget, (kept - spent) / (budget - saved), (kept - spent - borne) / (budget - saved))
        for name, share in zip(("now", "set_up", "overrun"), shares, strict=True):
            facts[f"reserves_{name}_{service}"] = share
        if body["least_reserves_pct"] is not None:
            least = float(body["least_reserves_pct"]) / 100.0
            facts[f"reserves_least_{service}"] = least
            facts[f"reserves_{service}"] = _judged(area, service, least, shares)
    return facts, gaps


def _judged(area: Area, service: str, least: float, shares: tuple[float, float, float]) -> str:
    """Say where reserves first fall below the least, and whether a rule asks why there are so many."""
    now, set_up, overrun = shares
    if now < least:
        words = "below the least already"
    elif set_up < least:
        words = "below the least once it has paid to set up"
    elif overrun < least:
        words = "enough to set up, and below the least after an overrun"
    else:
        words = "enough, also after an overrun"
    rule = rules().reserves
    asked = area.kind_of(service) in rule.kinds and area.settings.nation in rule.nations
    if asked and now * 100.0 > rule.justify_above_pct:
        words += f"; what lies above {rule.justify_above_pct:g} % now has to be justified ({rule.source})"
    return words


def tax(area: Area, group: Sequence[Line], host: Line, paid: Mapping[str, float]) -> tuple[Facts, list[str]]:
    """Say how much value added tax could no longer be got back, at the most, by who holds the budget.

    Held by the host: it buys what the others bought, and they get no more back than it does; and who gets nothing back is charged
    tax on the part of its contribution that it bears none on now, which is pay. Held by a body made for it: nothing is got back,
    since no law names it. All that is bought is taken as standard-rated.
    """
    facts: Facts = {}
    known = {
        each.service_id: rule
        for each in group
        if (rule := recovery(area.kind_of(each.service_id), area.settings.nation)) is not None
    }
    for service, rule in known.items():
        some = "refunded on contracted-out services only" if rule.recovers else "not refunded"
        facts[f"vat_{service}"] = "all refunded" if Supply.STANDARD in rule.recovers else some
    unruled = [each.service_id for each in group if each.service_id not in known]
    unsplit = [each for each in group if each.pay_gbp is None]
    gaps = [
        f"value added tax: no rule is kept for {area.name_of(each)} in {area.settings.nation}; ask a tax adviser"
        for each in unruled
    ]
    gaps += [
        f"value added tax: fill pay_gbp in budgets.csv for {each.function} of {area.name_of(each.service_id)}"
        for each in unsplit
    ]
    if gaps:
        return facts, gaps
    kept = {service: rule.kept_from(Supply.STANDARD) for service, rule in known.items()}
    rate = max(rule.rate_per_cent for rule in known.values()) / 100.0
    by_host = by_body = 0.0
    for each in group:
        own, holds = kept[each.service_id], kept[host.service_id]
        by_body += each.bought_gbp * (rate - own)
        if each is host:
            continue
        by_host += each.bought_gbp * max(0.0, holds - own)
        # Where the holder gets it back and this partner does not, the charge for the holder's staff is the new tax.
        by_host += max(0.0, own - holds) * max(0.0, paid[each.service_id] - each.bought_gbp)
    facts |= {"vat_gbp_host": by_host, "vat_gbp_body": by_body}
    return facts, ["how to arrange it so that no value added tax is lost"] if by_host else []


def pensions(area: Area, group: Sequence[Line], host: Line, pensionable: float) -> tuple[Facts, list[str]]:
    """Say what each partner's employer pays into its scheme now, and what moving its staff to the host would change in a year.

    ``pensionable`` is the share of pay, with what comes on top, on which contributions are due. Above zero costs more.
    """
    facts: Facts = {}
    gaps = []
    rates = {}
    for each in group:
        who = f"{each.function} of {area.name_of(each.service_id)}"
        published = schemes().get(each.scheme or "")
        rate = each.employer_pension_pct
        if rate is None and published is not None and area.settings.nation in ("", *published.nations):
            rate = published.employer_per_cent
            if published.grade > _CONFIRMED:
                gaps.append(
                    f"pensions: fill employer_pension_pct in budgets.csv for {who}; {rate:g} % is taken for want of its own"
                )
        missing = [
            column
            for column, value in (
                ("pension_scheme", each.scheme),
                ("employer_pension_pct", rate),
                ("pay_gbp", each.pay_gbp),
            )
            if value is None
        ]
        if missing:
            gaps.append(f"pensions: fill {' and '.join(missing)} in budgets.csv for {who}")
        facts[f"pension_scheme_{each.service_id}"] = each.scheme
        if rate is not None:
            rates[each.service_id] = facts[f"pension_rate_{each.service_id}"] = rate / 100.0
    if gaps and any("for want of its own" not in gap for gap in gaps):
        return facts, gaps
    for each in group:
        change = rates[host.service_id] - rates[each.service_id]
        facts[f"pension_gbp_{each.service_id}"] = float(each.pay_gbp or 0.0) * pensionable * change
        if each.scheme != host.scheme:
            gaps.append(
                f"pensions: whether staff of {area.name_of(each.service_id)} who move keep the {each.scheme} scheme, and what "
                "leaving it would cost"
            )
    return facts, gaps


def _listed(services: str | None) -> list[str]:
    """Give services that are parted by semicolons."""
    return [each.strip() for each in (services or "").split(";")]
