"""What co-responding takes for granted where the study does not say."""

from __future__ import annotations

from types import MappingProxyType

from joinedup.assumptions import Declaring, Grade
from joinedup.travel import ASSUMPTIONS as TRAVEL
from joinedup.wording import Unit

_declared = Declaring("co_responding")


CALL_PASSED = _declared(
    "call_passed",
    "Minutes from telling an ambulance to telling the co-responder.",
    "minutes",
    (0.25, 1.0, 4.0),
    "low: as a message, high: by voice (GOV.UK, Multi Agency Incident Transfer, promoter); between: judgement",
)
WITHIN = _declared(
    "within",
    "Minutes' drive from its station to which a co-responder is sent.",
    "minutes",
    (5, 10, 15),
    "judgement: further off an ambulance is there as soon, and the station's own ground is left for long",
)
LEAST_CALLS = _declared(
    "least_calls",
    "Calls a year to which a station would be sooner, below which it is not proposed.",
    "calls a year",
    (5, 12, 50),
    "judgement: with less than one a month skills fade",
)
REALISED = _declared(
    "realised",
    "Minutes really gained, as a share of what drives and turnouts promise for units that are idle.",
    "share",
    (0.3, 0.65, 1.0),
    "central: fire was first at 62 % of the incidents of the 2015 to 2017 trials (FBU circular 2017HOC0142MW); range: judgement",
    Grade.ELSEWHERE,
)
ARRESTS = _declared(
    "arrests",
    "Time-critical medical calls that are a cardiac arrest in which somebody tries to resuscitate.",
    "share",
    (0.02, 0.04, 0.08),
    "judgement after the counts of arrests and of category 1 calls that English ambulance services publish",
)
SURVIVAL = _declared(
    "survival",
    "Survival to discharge after such an arrest where help comes after 8 minutes.",
    "share",
    (0.06, 0.08, 0.1),
    "Pell and others, BMJ 2001;322:1385: 6 % as it was, 8 % with 90 % reached in 8 minutes, 10 to 11 % in 5",
    Grade.ELSEWHERE,
)
ODDS_A_MINUTE = _declared(
    "odds_a_minute",
    "How many times higher the odds of surviving are with each minute sooner.",
    "times",
    (1.04, 1.08, 1.12),
    "KoCARC registry, 2,309 patients, 2015 to 2016 (American Journal of Emergency Medicine, 2019): 1.08, 1.04 to 1.12",
    Grade.ELSEWHERE,
)
YEARS_GAINED = _declared(
    "years_gained",
    "Years in full health that a survivor gains.",
    "years",
    (3, 7, 12),
    "judgement: most are over 60, and most who leave hospital live well",
)
YEAR_OF_HEALTH = _declared(
    "year_of_health",
    "What society puts on a year in full health.",
    "pounds a year",
    (60_000, 70_000, 80_000),
    "HM Treasury Green Book: £70,000 in prices of 2020/21; range: judgement, not raised to today's prices",
    Grade.READY_RECKONER,
)
FEE = _declared(
    "fee",
    "What the ambulance service pays the co-responder's service for a call.",
    "pounds a call",
    (0, 70, 130),
    "judgement: volunteers cost South Western ambulance about £60 a call less (BBC)",
)
ON_CALL_PAY = _declared(
    "on_call_pay",
    "What an on-call crew is paid for a call.",
    "pounds a call",
    (25, 60, 120),
    "judgement: two to four people for an hour or so",
)
VEHICLE = _declared(
    "vehicle",
    "Fuel, wear and what is used up on a call.",
    "pounds a call",
    (8, 15, 30),
    "judgement, to be replaced by the service's own",
)
TIME_OUT = _declared(
    "time_out",
    "Minutes for which a co-responder is out on a call.",
    "minutes a call",
    (30, 50, 90),
    "judgement: until the ambulance takes over, and back",
)
COVER = _declared(
    "cover",
    "What an hour of a crew's cover at its own station is worth.",
    "pounds an hour",
    (40, 80, 150),
    "judgement: two to four people's pay with on-costs",
)
PEOPLE = _declared(
    "people",
    "People to be trained, for each unit that responds.",
    "people a unit",
    (8, 12, 25),
    "judgement: a unit needs several people for each seat to be there at all hours",
)
TRAINING = _declared(
    "training",
    "Training one person first, with cover for the time away.",
    "pounds a person",
    (400, 900, 2_000),
    "judgement: three to five days",
)
REFRESHING = _declared(
    "refreshing",
    "Keeping one person's skills up, clinical governance included.",
    "pounds a person a year",
    (100, 250, 600),
    "judgement: one to two days",
)
WELFARE = _declared(
    "welfare",
    "Looking after people who see more deaths: briefing, counselling, inoculation.",
    "pounds a person a year",
    (20, 60, 200),
    "judgement: welfare was one of the reasons why the trials of 2015 to 2017 ended (National Joint Council, NJC/12/17)",
)
KIT = _declared(
    "kit",
    "Defibrillator, oxygen and bag for one unit.",
    "pounds a unit",
    (1_200, 2_500, 5_000),
    "judgement; 46 English fire services paid £549 to £1,350 for a defibrillator among those looked at (Home Office, 2016)",
)
VOLUNTEERS = _declared(
    "volunteers",
    "Volunteers that an ambulance service by itself would find, train and look after for the calls near one station.",
    "people a place",
    (4, 8, 15),
    "judgement: they give hours beside their own work",
)
VOLUNTEERS_FREE = _declared(
    "volunteers_free",
    "Time-critical calls near the place at which a volunteer has said to be free, and is.",
    "share",
    (0.2, 0.4, 0.7),
    "judgement: nobody has to",
)
VOLUNTEER_CALL = _declared(
    "volunteer_call",
    "What a call costs the ambulance service where a volunteer goes: fuel and what is used up.",
    "pounds a call",
    (3, 10, 25),
    "judgement: South Western ambulance told that volunteers cost it about £60 a call less than co-responders (BBC)",
)
EXIT_COST = _declared(
    "exit_cost",
    "What it would cost to part again. It is shown, and is in no total.",
    "pounds",
    (0, 5_000, 40_000),
    "judgement: on-call stations that live on the fees lose them",
)
ASSUMPTIONS = (
    *TRAVEL,
    CALL_PASSED,
    WITHIN,
    LEAST_CALLS,
    REALISED,
    ARRESTS,
    SURVIVAL,
    ODDS_A_MINUTE,
    YEARS_GAINED,
    YEAR_OF_HEALTH,
    FEE,
    ON_CALL_PAY,
    VEHICLE,
    TIME_OUT,
    COVER,
    PEOPLE,
    TRAINING,
    REFRESHING,
    WELFARE,
    KIT,
    VOLUNTEERS,
    VOLUNTEERS_FREE,
    VOLUNTEER_CALL,
    EXIT_COST,
)

TOLD = MappingProxyType(
    {
        "sent": ("Calls a year to which a crew would be sent, being free: {it}.", Unit.NUMBER),
        "first_share": (
            "Share of these at which it would be there first, by drives and turnouts: {it}.",
            Unit.SHARE,
        ),
        "minutes_now": ("Mean first arrival at those now: {it}.", Unit.MINUTES),
        "minutes_then": (
            "Mean first arrival at those with the crew, if all that drives promise came true: {it}.",
            Unit.MINUTES,
        ),
        "by_hours": ("By the hours of the day, cut where crews come on duty or go: {it}.", None),
        "travel": ("Drives are by {it}.", None),
        "survival": (
            "Survival of a cardiac arrest at those calls, whose odds fall by a cited factor with each minute: {it}.",
            None,
        ),
        "lives": ("People more who would survive in a year: {it}.", None),
        "cover_lost": ("Share of the station's crew hours on duty that go into it: {it}.", Unit.SHARE),
        "hours_out": ("Hours a year for which a crew is out: {it}.", None),
        "pay_gbp": ("Pay of on-call crews for these calls in a year, borne by their service: {it}.", None),
        "fee_gbp": ("Fees that the ambulance service pays in a year: {it}.", None),
        "training_gbp": ("Training of crews, once, borne by their service: {it}.", None),
        "skills_gbp": ("Keeping skills up in a year, borne by their service: {it}.", None),
        "welfare_gbp": ("Looking after crews in a year, borne by their service: {it}.", None),
    }
)
"""What a board reads of an option's facts; a range is what nine draws in ten lie between."""
