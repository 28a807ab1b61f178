"""What sharing a building takes for granted where the study does not say: floor, building work, moving, running, receipts."""

from __future__ import annotations

from joinedup.assumptions import Assumption, Grade

SPACE_NEEDED = Assumption(
    name="shared_estate.space_needed",
    sentence="Floor that a newcomer needs at its host, as a share of the floor that it leaves.",
    unit="share",
    low=0.5,
    central=0.6,
    high=0.8,
    source="judgement: kitchens, yards and meeting rooms are shared; to be replaced by a space plan",
    grade=Grade.JUDGEMENT,
)
COST_TO_ADAPT = Assumption(
    name="shared_estate.cost_to_adapt",
    sentence="Building work to make the host's floor fit for the newcomer.",
    unit="pounds a m²",
    low=800,
    central=1500,
    high=2500,
    source="judgement: Felixstowe £524,000 and Saxmundham £540,000 were the whole cost of two shared stations in Suffolk (EADT)",
    grade=Grade.JUDGEMENT,
)
COST_TO_MOVE = Assumption(
    name="shared_estate.cost_to_move",
    sentence="Moving people, vehicles, aerials and networks from one building to the other.",
    unit="pounds a move",
    low=20_000,
    central=50_000,
    high=120_000,
    source="judgement, to be replaced by a quotation",
    grade=Grade.JUDGEMENT,
    # The same local market prices the builders and the movers.
    companion=COST_TO_ADAPT.name,
    rank_correlation=0.5,
)
RUNNING_COST = Assumption(
    name="shared_estate.running_cost",
    sentence="What a building costs to run in a year, where the study does not say.",
    unit="pounds a m² a year",
    low=55,
    central=73,
    high=95,
    source="West Yorkshire Police gave up 67,000 m² and £4.9m a year: £73 a m² (Built Environment Networking)",
    grade=Grade.ELSEWHERE,
)
HOST_SHARE = Assumption(
    name="shared_estate.host_share",
    sentence="What a newcomer adds to the host's running cost, as a share of the host's average cost for the floor it takes.",
    unit="share",
    low=0.3,
    central=0.5,
    high=1.0,
    source="judgement: empty floor is heated, rated and insured already",
    grade=Grade.JUDGEMENT,
)
RECEIPT_SHARE = Assumption(
    name="shared_estate.receipt_share",
    sentence="What is left of a building's value after the cost of selling it.",
    unit="share",
    low=0.85,
    central=0.95,
    high=0.98,
    source="usual agents' and legal fees on commercial sales",
    grade=Grade.READY_RECKONER,
)
EXIT_COST = Assumption(
    name="shared_estate.exit_cost",
    sentence="What it would cost to part again. It is shown, and is in no total.",
    unit="pounds",
    low=25_000,
    central=100_000,
    high=250_000,
    source="judgement: leaving Warwickshire and West Mercia's whole alliance cost £10.5m (HMICFRS; BBC)",
    grade=Grade.JUDGEMENT,
)

MOST_LOSS = Assumption(
    name="shared_estate.most_loss",
    sentence="Share of a service's incidents that a plan of the whole estate may take out of its minutes of a station.",
    unit="share",
    low=0.0,
    central=0.01,
    high=0.03,
    source="judgement; the safety gate still judges every move by itself",
    grade=Grade.JUDGEMENT,
)
MOST_GAP = Assumption(
    name="shared_estate.most_gap",
    sentence="How much cheaper the best plan of the whole estate may be than the one found in time, for its moves to be options.",
    unit="share",
    low=0.0,
    central=0.01,
    high=0.05,
    source="judgement: a hundredth of what the estate costs is less than its costs are known to",
    grade=Grade.JUDGEMENT,
)
ASSUMPTIONS = (
    SPACE_NEEDED,
    COST_TO_ADAPT,
    COST_TO_MOVE,
    RUNNING_COST,
    HOST_SHARE,
    RECEIPT_SHARE,
    EXIT_COST,
    MOST_LOSS,
    MOST_GAP,
)

SHARED_KINDS = ("station", "base", "office")
"""Kinds of site that this kind of option joins; workshops, training centres and custody suites are other kinds' business."""
