"""Who gains and who pays when the whole roadmap is done: its options valued as one set, each from its start (§5.2, §5.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from joinedup.appraisal import affordability
from joinedup.assumptions import draw
from joinedup.disclosure import Block, Section, Statement
from joinedup.money import SOCIETY
from joinedup.options import kinds
from joinedup.study.assessing import budget_lines
from joinedup.study.drafting.naming import listed
from joinedup.study.drafting.option_pages.money import names_of, standings_table
from joinedup.study.planning import valued_together

if TYPE_CHECKING:
    from joinedup.appraisal import Together
    from joinedup.study.study import Study


def whole_set(study: Study) -> list[Block]:
    """Show where the roadmap as a whole leaves each partner, who loses by it, and whether budgets bear all of it at once."""
    together = valued_together(study)
    if together is None:
        return []
    names = names_of(study)
    losers = [
        names.get(each.partner, each.partner)
        for each in together.standings
        if each.loses or (each.loses_money and each.partner != SOCIETY)
    ]
    lost = f"{listed(losers)} would be worse off" if losers else "No partner would be worse off"
    return [
        Section("Who gains and who pays, of all of it together"),
        Statement(f"{lost} at central values. {_borne(study, together, names)}"),
        standings_table(
            "roadmap-partners",
            "Where the whole roadmap leaves each",
            together.standings,
            names,
            note="All options of the roadmap are valued as one set, each from its start; what each gains by it adds up to "
            "the worth of the roadmap. Options that use the same building, post or hour are never both in it.",
        ),
    ]


def _borne(study: Study, together: Together, names: dict[str, str]) -> str:
    """Say whose budget bears what the whole set asks of it in every year, and whose does not.

    Each set of lines is judged by all the options that these lines alone pay for, so that what one line could spare is never
    counted for what another pays; of a partner the worst outcome is told.
    """
    area = study.area
    draws = draw(study.assumptions.values(), len(together.npsv) - 1, area.settings.seed)
    outcomes: dict[str, set[str]] = {}
    for lines, options in _paid_by(study).items():
        part = together if len(options) == len(together.options) else valued_together(study, options)
        if part is None:
            continue
        found = affordability(
            part.financial, area.table("budgets"), area.settings.price_base, draws, sorted(lines)
        )
        for who, paid in part.financial.paid.items():
            if paid.any():
                outcomes.setdefault(who, set()).update(found.filter(partner=who)["outcome"])
    said: dict[str, list[str]] = {"not affordable": [], "cannot tell": [], "affordable": []}
    for who in together.financial.paid:
        if who in outcomes:
            worst = next(each for each in said if each in outcomes[who])
            said[worst].append(names.get(who, who))
    parts = [
        f"the whole of it is more than the budget of {listed(said['not affordable'])} could spare in at least one year"
        if said["not affordable"]
        else "",
        f"whether the budget of {listed(said['cannot tell'])} bears all of it nobody can tell"
        if said["cannot tell"]
        else "",
        f"{listed(said['affordable'])} could bear all of it in every year" if said["affordable"] else "",
    ]
    words = "; ".join(part for part in parts if part) or "nobody's accounts are touched"
    return f"{words[:1].upper()}{words[1:]}."


def _paid_by(study: Study) -> dict[frozenset[str], frozenset[str]]:
    """Give, by the lines of the budgets that pay for some option of the roadmap, all its options that no other line pays for.

    No line stands for the whole of a budget: what may fall on any line is judged by all of it, with everything else.
    """
    roadmap = study.planned.roadmap
    by_name = {kind.name: kind for kind in kinds()}
    lines = {}
    for row in roadmap.rows if roadmap else ():
        option = study.assessment[row.id].option
        lines[row.id] = frozenset(budget_lines(study.area, by_name[option.kind], option))
    return {
        some: frozenset(id for id, own in lines.items() if not some or (own and own <= some))
        for some in sorted(set(lines.values()), key=sorted)
    }
