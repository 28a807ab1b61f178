"""Every number that a merged budget takes for granted where the study does not say."""

from __future__ import annotations

from types import MappingProxyType

from joinedup.assumptions import Declaring, Grade
from joinedup.wording import Unit

_declared = Declaring("merged_budgets")


SCOPE = _declared(
    "scope",
    "What is saved of the budgets that join the largest one, by doing once what each did.",
    "share",
    (0.0, 0.04, 0.08),
    "judgement: promoters claim more, and reviewers found claims that were not supported (CIPFA; Cambs Times)",
)
STRESS = _declared(
    "stress",
    "What was found of a saving, as a share, where a programme of this kind was audited. It is shown, and is in no total.",
    "share",
    (0.29, 0.29, 0.29),
    "29 % of a shared-services programme's saving after two and a half years (National Audit Office)",
    Grade.ELSEWHERE,
)
ACHIEVING = _declared(
    "achieving",
    "What it costs once to save a pound a year: posts that end, systems and contracts brought together.",
    "pounds a pound a year",
    (0.5, 1.0, 2.0),
    "judgement: a year's saving is the usual rule of thumb for restructuring",
)
SET_UP = _declared(
    "set_up",
    "Agreement, legal and tax advice, one chart of accounts, for each partner.",
    "pounds a partner",
    (5_000, 15_000, 60_000),
    "judgement: some weeks of finance and legal officers",
)
ADMINISTRATION = _declared(
    "administration",
    "Accounting for one budget between partners: statements, audit, a joint board.",
    "pounds a partner a year",
    (1_000, 4_000, 15_000),
    "judgement: a week or two of an accountant in a year",
)
YEARS_TO_LIVE = _declared(
    "years_to_live",
    "Years from the start of the first year until the saving is made in full.",
    "years",
    (1.0, 2.0, 4.0),
    "judgement: Warwickshire and West Mercia agreed in 2012 and built up over years",
)
OVERRUN = _declared(
    "overrun",
    "An overrun by which the rules for sharing risk are told apart. It is shown, and is in no total.",
    "share",
    (0.05, 0.15, 0.4),
    "published overruns of joint schemes: +15 % in Merseyside, +40 % in Lincoln",
    Grade.ELSEWHERE,
)
EXIT_COST = _declared(
    "exit_cost",
    "What it would cost to part again. It is shown, and is in no total.",
    "pounds",
    (50_000, 400_000, 10_500_000),
    "judgement; the high is what leaving Warwickshire and West Mercia's whole alliance cost (HMICFRS; BBC)",
)

PENSIONABLE = _declared(
    "pensionable",
    "Pay on which pension contributions are due, as a share of pay with what the employer pays on top. It is in no total.",
    "share",
    (0.65, 0.72, 0.78),
    "judgement: national insurance and an employer's contribution of 15 % to 25 % come on top of pay",
)

ASSUMPTIONS = (
    SCOPE,
    STRESS,
    ACHIEVING,
    SET_UP,
    ADMINISTRATION,
    YEARS_TO_LIVE,
    OVERRUN,
    PENSIONABLE,
    EXIT_COST,
)

TOLD = MappingProxyType(
    {
        "cost_gbp_now": ("What the partners spend on it now, a year: {it}.", Unit.POUNDS),
        "cost_gbp_together": ("What one budget would cost, a year: {it}.", Unit.POUNDS),
        "saving_gbp_stressed": (
            "The saving a year if it goes as the like went elsewhere: {it}.",
            Unit.POUNDS,
        ),
        "contribution": ("The rule of contribution that is costed: {it}.", None),
        "risk": ("The rule for risk: {it}.", None),
        "vat_gbp_host": (
            "Value added tax lost a year, at the most, with the largest partner as holder of the budget: {it}.",
            Unit.POUNDS,
        ),
        "vat_gbp_body": (
            "Value added tax lost a year, at the most, with a new body as holder, which no law names yet: {it}.",
            Unit.POUNDS,
        ),
        "cost_share_{partner}": ("Share of the cost that {who} bears now: {it}.", Unit.SHARE),
        "use_share_{partner}": ("Share of the use that {who} makes: {it}.", Unit.SHARE),
        "alone_gbp_{partner}": ("What {who} would pay alone, a year: {it}.", Unit.POUNDS),
        "pays_gbp_as-now_{partner}": ("What {who} would pay in the shares of now: {it}.", Unit.POUNDS),
        "pays_gbp_by-use_{partner}": ("What {who} would pay by use: {it}.", Unit.POUNDS),
        "pays_gbp_equal_{partner}": ("What {who} would pay in equal parts: {it}.", Unit.POUNDS),
        "pays_gbp_what-each-adds_{partner}": (
            "What {who} would pay by what each adds (Shapley): {it}.",
            Unit.POUNDS,
        ),
        "overrun_gbp_own_{partner}": (
            "Of an overrun {who} would bear, if each bears its own: {it}.",
            Unit.POUNDS,
        ),
        "overrun_gbp_by-contribution_{partner}": (
            "Of an overrun {who} would bear, if all bear it as they contribute: {it}.",
            Unit.POUNDS,
        ),
        "overrun_gbp_host_{partner}": (
            "Of an overrun {who} would bear, if the holder bears it: {it}.",
            Unit.POUNDS,
        ),
        "reserves_least_{partner}": (
            "The least of its budget that the treasurer of {who} would keep in reserve: {it}.",
            Unit.SHARE,
        ),
        "reserves_now_{partner}": (
            "General reserves of {who} now, as a share of its budget: {it}.",
            Unit.SHARE,
        ),
        "reserves_set_up_{partner}": ("General reserves of {who} after setting up: {it}.", Unit.SHARE),
        "reserves_overrun_{partner}": (
            "General reserves of {who} after setting up and an overrun: {it}.",
            Unit.SHARE,
        ),
        "reserves_{partner}": ("Reserves of {who}: {it}.", None),
        "vat_{partner}": ("Value added tax on what {who} buys: {it}.", None),
        "pension_scheme_{partner}": ("Pension scheme of the staff of {who} for it: {it}.", None),
        "pension_rate_{partner}": ("What {who} pays into it itself, of pensionable pay: {it}.", Unit.SHARE),
        "pension_gbp_{partner}": (
            "Rise in employer's contributions a year if the staff of {who} moved to the holder (below zero: a fall): {it}.",
            Unit.POUNDS,
        ),
    }
)
"""What a board reads of an option's facts."""
