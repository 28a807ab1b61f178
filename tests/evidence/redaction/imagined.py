"""Imagined transcripts whose identifiers are known, with things in them that only look like identifiers.

Nobody in them exists. Telephone numbers are of the ranges that are kept free for drama. About one identifier in eight is said as
no recogniser expects it, and about one decoy in eight is as near to an identifier as speech comes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from joinedup.assumptions import stream
from joinedup.evidence.redaction import Gazetteer, Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

FIRST = (
    "Orla", "Tobin", "Maeve", "Will", "Petra", "Idris", "Grace", "Callum", "Nia", "May", "Zainab", "José", "Mark", "Anneka",
)  # fmt: skip
LAST = (
    "Thistlewick", "O'Brannock", "Harrowby-Lunn", "Young", "Penhallick", "Okonjwe", "Marsh", "Quillfeather", "Adebanke",
    "Brown", "Trevannion", "Świętek", "Dunmallet", "Farrowgate",
)  # fmt: skip
PLACES = (
    "Northgate",
    "Marsh Lane",
    "Littleton Cross",
    "Saint Aldwin's",
    "Central",
    "Great Ferrow",
    "Ystwyth Bay",
)
RANKS = (
    "Inspector", "PC", "Sgt", "Chief Constable", "Detective Sergeant", "DCI", "Watch Manager", "firefighter", "Group Manager",
    "Chief Fire Officer", "ACFO", "paramedic", "Team Leader", "EMT", "Mr", "Mrs", "Dr", "Councillor", "Superintendent", "CM",
)  # fmt: skip
UNKNOWN = "a name that nobody gave"
"""Names without rank or title, of people whom the vault does not know: nothing looks for them."""


@dataclass(frozen=True)
class Truth:
    """An identifier, as code points of its transcript; ``plain`` where it is written as recognisers expect."""

    start: int
    end: int
    kind: str
    plain: bool


@dataclass(frozen=True)
class Imagined:
    """A transcript with what it truly holds, and the names that its study knows."""

    text: str
    truths: tuple[Truth, ...]
    gazetteer: Gazetteer


class _Speech:
    def __init__(self, seed: int, number: int) -> None:
        self.chance = stream(seed, "imagined transcript", str(number))
        self.people = tuple(f"{self.one(FIRST)} {self.one(LAST)}" for _ in range(5))

    def one(self, choices: Sequence[str]) -> str:
        return choices[int(self.chance.integers(len(choices)))]

    def digits(self, many: int) -> str:
        return "".join(str(each) for each in self.chance.integers(0, 10, many))

    def letters(self, many: int, of: str) -> str:
        return "".join(self.one(of) for _ in range(many))

    def whole(self, low: int, high: int) -> int:
        return int(self.chance.integers(low, high))

    # Each gives an identifier as it is said, and whether it is said plainly.

    def postcode(self, plain: bool) -> str:
        outward = self.one(("LS1", "M60", "EC1A", "CF10", "NE61", "B33", "SY23", "W1A", "DL14"))
        inward = self.digits(1) + self.letters(2, "ABDEFGHJLNPQRSTUWXYZ")
        if not plain:
            return self.one((" ".join(outward + inward), f"{outward}, {inward}"))
        return self.one(
            (f"{outward} {inward}", f"{outward} {inward}", outward + inward, f"{outward} {inward}".lower())
        )

    def telephone(self, plain: bool) -> str:
        three = self.digits(3)
        if not plain:
            return self.one(
                (
                    f"07700.900.{three}",
                    f"oh double seven double oh, nine hundred {three}",
                    f"01632 96 0{three}",
                )
            )
        return self.one(
            (
                f"07700 900{three}",
                f"07700900{three}",
                f"+44 7700 900{three}",
                f"+44 (0)20 7946 0{three}",
                f"020 7946 0{three}",
                f"(01632) 960{three}",
                f"01632-960-{three}",
                f"0808 157 0{three}",
                " ".join(f"07700900{three}"),
            )
        )

    def national_insurance(self, plain: bool) -> str:
        two, six, last = self.letters(2, "ABCEHJLMPRSW"), self.digits(6), self.one("ABCD")
        pairs = f"{two} {six[:2]} {six[2:4]} {six[4:]}"
        if not plain:
            return self.one((pairs, f"{pairs}, {last} at the end"))
        return self.one((f"{pairs} {last}", two + six + last, (two + six + last).lower()))

    def nhs(self, plain: bool) -> str:
        while True:
            nine = self.one("467") + self.digits(8)
            check = (11 - sum(int(digit) * (10 - n) for n, digit in enumerate(nine)) % 11) % 11
            if check < 10:
                break
        ten = f"{nine}{check}"
        if not plain:
            return self.one((" ".join(ten[n : n + 2] for n in range(0, 10, 2)), f"{ten[:5]} {ten[5:]}"))
        return self.one((f"{ten[:3]} {ten[3:6]} {ten[6:]}", ten, f"{ten[:3]}-{ten[3:6]}-{ten[6:]}"))

    def email(self, plain: bool) -> str:
        first, last = self.one(("orla", "t", "maeve", "idris")), self.one(("marsh", "young", "penhallick"))
        where = self.one(("northshire.police.example", "fire.example", "ambulance.example"))
        spoken = where.replace(".", " dot ")
        if not plain:
            return self.one((f"{first} full stop {last} at {where}", f"{first} dot {last} at, {spoken}"))
        return self.one(
            (f"{first}.{last}@{where}", f"{first}{self.digits(2)}@{where}", f"{first} dot {last} at {spoken}")
        )

    def vehicle(self, plain: bool) -> str:
        good = "ABCDEFGHJKLMNPRSTUVWXY"
        now = f"{self.letters(2, good)}{self.one(('03', '15', '57', '64', '72'))} {self.letters(3, good)}"
        if not plain:
            return self.one((now.lower(), " ".join(now.replace(" ", ""))))
        prefix = f"{self.one('ABCDEFGHJKLMNPRSTVWXY')}{self.whole(1, 999)} {self.letters(3, good)}"
        suffix = f"{self.letters(3, good)} {self.whole(1, 999)}{self.one('ABCDEFGHJKLMNPRSTVWXY')}"
        return self.one((now, now, now.replace(" ", ""), prefix, suffix))

    def rank(self, plain: bool) -> str:
        rank, first, last = self.one(RANKS), self.one(FIRST), self.one(LAST)
        if not plain:
            return self.one((f"{rank} {last}".lower(), f"{last} the {rank.lower()}"))
        return self.one((f"{rank} {last}", f"{rank} {first} {last}", f"{rank} {first[0]}. {last}"))

    def known(self, plain: bool) -> str:
        first, last = self.one(self.people).split(" ", 1)
        if not plain:
            return self.one((first.lower(), f"{first[0]}. {last.lower()}", f"{first[:2]}z"))
        return self.one((f"{first} {last}", first, last, f"{first} {last}".lower()))

    def place(self, plain: bool) -> str:
        place = self.one(PLACES)
        return place if plain else place.lower()

    def unknown(self, plain: bool) -> str:
        return f"{self.one(('Wendeline', 'Barnaby', 'Sunniva'))} {self.one(('Crackenthwaite', 'Molesworthy', 'Ablethorn'))}"


SAID: dict[str, tuple[Callable[[_Speech, bool], str], tuple[str, ...]]] = {
    Kind.POSTCODE: (
        _Speech.postcode,
        ("I live at {}, near the depot.", "The address was {} and nobody went."),
    ),
    Kind.TELEPHONE: (_Speech.telephone, ("You can ring me on {} after six.", "The duty phone is {}.")),
    Kind.NATIONAL_INSURANCE: (_Speech.national_insurance, ("Payroll had me down as {}, which was wrong.",)),
    Kind.NHS: (
        _Speech.nhs,
        ("The patient's number is {}, we passed it on.", "It came up as {} on the screen."),
    ),
    Kind.EMAIL: (_Speech.email, ("Write to {} if you want the minutes.", "I sent it to {}.")),
    Kind.VEHICLE: (
        _Speech.vehicle,
        ("The car was {}, left across the bay doors.", "We were behind {} all the way."),
    ),
    Kind.COLLAR: (
        lambda speech, plain: speech.digits(4),
        (
            "My collar number is {}.",
            "It was warrant number {} on the form.",
            "I spoke to PC {} that night.",
            "Ask for sergeant {}.",
        ),
    ),
    Kind.RANKED: (
        _Speech.rank,
        ("It was {} who agreed to it.", "We told {} at the time.", "{} said the opposite."),
    ),
    Kind.NAME: (
        _Speech.known,
        (
            "I asked {} about the rota.",
            "It works because of {} and the crew.",
            "{}'s idea was a shared desk.",
            "{} told us so.",
        ),
    ),
    Kind.PLACE: (_Speech.place, ("We moved out of {} two years ago.", "{} has the better yard.")),
    UNKNOWN: (_Speech.unknown, ("My predecessor, {}, would not hear of it.",)),
}
HARD_COLLAR = ("His number was {}, I think.", "He signed as {} on the sheet.")

DECOYS = (
    "The call came at {t} and we were there by {t}.",
    "We cover 0700 to 1900, then 1900 to 0700.",
    "At 0915 0930 and 0945 the same caller rang.",
    "It cost £{m},{d3},{d3} over five years.",
    "That is {m} thousand pounds, or £{m}.50 a head.",
    "Our call sign was Hotel Bravo {m}, theirs was FN{m}P1.",
    "Foxtrot {m} stood down and EK0{d1} took it.",
    "We were on channel {m}, talk group 0{d3}.",
    "That was on {m} March 2015, or 03/11/2014 on the form.",
    "The log for 2015-03-31 is log 0{d3} of the 3rd.",
    "It is on the A38 past the M62, junction 27.",
    "We sat on the A1 4 hours, then the B6265 2 more.",
    "It was log {d10} in the system.",
    "Look up incident {d10}, they all have one.",
    "The reference is 20150311-0{d3}.",
    "A C1 RTC beats everything else.",
    "Grid SE 3014 3381, so near enough.",
    "You want 53.4129, -1.4703 on the map.",
    "Nine in ten calls, 92.5%, end there.",
    "You dial 999, or 101, or 111.",
    "The Chief Constable and the Fire Authority met on Monday.",
    "Inspector. Monday. That is how it went.",
    "The Station Manager Training course is ours.",
    "We ask every sergeant I know the same thing.",
    "By 9 AM Monday it was over.",
    "You give a PC 12 hours and no break.",
    "There was a sergeant 24 hours a day.",
    "Will we do it again? May be.",
    "In May 2014 and since May this year it has been better.",
    "Young people ring us less. Brown water rings us more.",
    "Mark my words, grace is not in it.",
    "JESIP and ESMCP came from government.",
    "The superintendent North of the river agreed.",
    "Firefighters in the Northshire Fire and Rescue Service were asked.",
    "We have 12 stations, 340 staff and 27 engines.",
    "The Commissioner Panel was not consulted.",
    "Follow us at @northshirefire for that.",
    "It was about 3.5 miles at 40 to 45 minutes past.",
)
HARD_DECOYS = (
    "It has a bit of the Sir Humphrey about it.",
    "Look at the order 0{d3} {d3} {d4} of theirs.",
    "Our batch is {d10} if you want it.",
    "Anyone who works at widgets dot com knows that.",
    "Fill in form MGX {m}A for that.",
    "The DC 2016 plan said so.",
    "Central government pays for it.",
    "We read the Grace report, all of us.",
    "Room W{m} PQR is where the desk is.",
    "Paramedic Practitioner is what I became.",
    "Flat B12 3RD is the one upstairs.",
)
FILLER = (
    "We started with a shared desk and it grew from there.",
    "Nobody asked the people on the ground.",
    "The budgets run to different years, so nothing lines up.",
    "Trust took longer than the contract did.",
    "I think people want it to work.",
    "There was a meeting, and then another meeting.",
    "If you are in the same building you talk.",
    "Control saw it first, they always do.",
    "We share the yard, not the kettle.",
    "It's the small things that hold it up.",
)


def imagined(seed: int, number: int, sentences: int = 150) -> Imagined:
    """Make a transcript: two in five sentences hold an identifier, two in five a decoy."""
    speech = _Speech(seed, number)
    kinds = list(SAID)
    pieces, truths, at = [], [], 0
    for _ in range(sentences):
        draw, hard = float(speech.chance.random()), bool(speech.chance.random() < 1 / 8)
        if draw < 0.4:
            kind = speech.one(kinds)
            form, templates = SAID[kind]
            said = form(speech, not hard)
            template = speech.one(HARD_COLLAR if hard and kind == Kind.COLLAR else templates)
            before, _, after = template.partition("{}")
            start = at + len(before)
            truths.append(Truth(start, start + len(said), kind, not hard))
            sentence = before + said + after
        elif draw < 0.8:
            sentence = speech.one(HARD_DECOYS if hard else DECOYS)
            sentence = sentence.format(
                t=f"{speech.whole(0, 24):02}:{speech.whole(0, 60):02}",
                m=speech.whole(11, 99),
                d1=speech.digits(1),
                d3=speech.digits(3),
                d4=speech.digits(4),
                d10=speech.one("123456789") + speech.digits(9),
            )
        else:
            sentence = speech.one(FILLER)
        between = "\n" if speech.chance.random() < 0.2 else " "
        pieces.append(sentence + between)
        at += len(sentence) + 1
    return Imagined("".join(pieces), tuple(truths), Gazetteer(speech.people, PLACES))
