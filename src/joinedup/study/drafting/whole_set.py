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
    """Say whose budget bears what the whole set asks of it in every year, and whose does not."""
    area = study.area
    draws = draw(study.assumptions.values(), len(together.npsv) - 1, area.settings.seed)
    found = affordability(
        together.financial, area.table("budgets"), area.settings.price_base, draws, _lines(study)
    )
    said: dict[str, list[str]] = {"not affordable": [], "cannot tell": [], "affordable": []}
    for who, paid in together.financial.paid.items():
        if not paid.any():
            continue
        outcomes = set(found.filter(partner=who)["outcome"])
        worst = next(each for each in said if each in outcomes)
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


def _lines(study: Study) -> set[str]:
    """Name the lines of the budgets that pay for the options of the roadmap; none where one of them may fall on any line."""
    roadmap = study.planned.roadmap
    by_name = {kind.name: kind for kind in kinds()}
    started = [study.assessment[row.id].option for row in roadmap.rows] if roadmap else []
    each = [budget_lines(study.area, by_name[option.kind], option) for option in started]
    return {line for lines in each for line in lines} if all(each) else set()
