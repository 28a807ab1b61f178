"""What people say in an imagined study, written as a study holds it, and its truth beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from joinedup.assumptions import stream
from joinedup.evidence.codebook import starting_codebook
from joinedup.evidence.exchange import write_plain_codebook
from joinedup.imagining.saying.bodies import bodies
from joinedup.imagining.saying.coding import CODERS, laid, true_alphas
from joinedup.imagining.saying.consulted import consulted
from joinedup.imagining.saying.drawn import NO_ANSWER, drawn
from joinedup.imagining.saying.residents import (
    AGES,
    CONTACTS,
    FAVOURABLE,
    RESIDENTS,
    SEXES,
    UNKNOWN,
    WANTS,
    codes_of,
    district_of,
)
from joinedup.imagining.saying.speakers import meetings
from joinedup.imagining.saying.transcripts import transcripts
from joinedup.imagining.saying.wording import THEMES

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from joinedup.imagining.saying.asked import Asked
    from joinedup.imagining.saying.bodies import Body
    from joinedup.imagining.saying.consulted import Sent
    from joinedup.imagining.saying.drawn import Drawn
    from joinedup.imagining.saying.speakers import Place
    from joinedup.imagining.saying.transcripts import Transcript

_MANY_DISTRICTS = 20
"""From more districts than this the survey's strata are regions."""
_FEWEST_ANSWERS = 30
"""A survey that fewer answer is not written."""
_SCALE_WORDS = ("Strongly support", "Support", "Neither", "Oppose", "Strongly oppose", "Do not know")
_LEFT_OUT = "9"
_YES_NO_WORDS = ("Yes", "No", "Do not know")
_INVITED_QUESTIONS = ("more_joint", "helps_most", "hinders_most", "first_step")


def written_saying(
    study: Path,
    truth: Path,
    places: Sequence[Place],
    people: Sequence[tuple[str, str, int]],
    asked: Asked,
    seed: int,
) -> None:
    """Write interviews, codebook, survey, questionnaire and consultation, and what is true of each.

    Args:
        study: the folder of the study.
        truth: the folder of its truth.
        places: the regions.
        people: each district with its region's name and how many live there.
        asked: how many are asked.
        seed: the study's; every part has a stream of its own.
    """
    _write_interviews(study, truth, transcripts(meetings(asked, places, seed), asked.words, seed), seed)
    _write_survey(study, truth, people, asked.residents, seed)
    invited = bodies(places, seed)
    _write_views(study, truth, invited, consulted(invited, asked.replies, seed))


def _write_interviews(study: Path, truth: Path, found: Sequence[Transcript], seed: int) -> None:
    folder = study / "interviews"
    folder.mkdir()
    for each in found:
        if not each.meeting.withdrawn:
            (folder / each.file).write_text(each.text, "utf-8", newline="\n")
    _csv(
        folder / "interviews.csv",
        ("interview_id", "file", "held_on", "speaker", "label", "position", "service", "area", "consent"),
        [
            (
                each.meeting.id,
                each.file,
                each.meeting.held_on.isoformat(),
                *(who.id, who.label, who.position, who.service, who.area, who.consent.value),
            )
            for each in found
            for who in (guest.speaker for guest in each.meeting.guests)
        ],
    )
    _csv(
        folder / "passages.csv",
        (
            "passage_id",
            "interview_id",
            "start",
            "end",
            "code_id",
            "coder",
            "round",
            "memo",
            "suggested",
        ),
        [
            (f"Q{number:06d}", each.interview, each.start, each.end, each.code, each.coder, 1, "", "no")
            for number, each in enumerate(laid(found, seed), start=1)
        ],
    )
    write_plain_codebook(starting_codebook(), study)
    said = [(each.meeting.id, one) for each in found for one in each.said]
    pl.DataFrame(
        {
            "interview_id": [interview for interview, _ in said],
            **{
                name: [getattr(one, name) for _, one in said]
                for name in ("speaker", "service", "start", "end", "code", "about")
            },
        },
        schema={
            **dict.fromkeys(("interview_id", "speaker", "service"), pl.String),
            **dict.fromkeys(("start", "end"), pl.Int64),
            **dict.fromkeys(("code", "about"), pl.String),
        },
    ).rename({"code": "code_id"}).write_parquet(truth / "passages.parquet")
    _csv(truth / "holds.csv", ("service", "code_id", "speakers", "holding", "share"), _holding(found))
    _csv(
        truth / "coders.csv",
        ("coder", "missed", "mistaken", "invented", "topic_missed"),
        [(each.id, each.missed, each.mistaken, each.invented, each.topic_missed) for each in CODERS],
    )
    _csv(
        truth / "agreement.csv",
        ("code_id", "alpha_by_sentence"),
        [(code, _number(alpha)) for code, alpha in true_alphas(found).items()],
    )


def _holding(found: Sequence[Transcript]) -> list[tuple[object, ...]]:
    """Count by service and code how many of its speakers say something of it."""
    speaks: dict[str, set[str]] = {}
    holds: dict[tuple[str, str], set[str]] = {}
    for each in found:
        for said in each.said:
            speaks.setdefault(said.service, set()).add(said.speaker)
            holds.setdefault((said.service, said.code), set()).add(said.speaker)
    rows: list[tuple[object, ...]] = []
    for service in sorted(speaks):
        for code in THEMES:
            many, all_of = len(holds.get((service, code), ())), len(speaks[service])
            rows.append((service, code, all_of, many, _number(many / all_of)))
    return rows


def _write_survey(
    study: Path, truth: Path, people: Sequence[tuple[str, str, int]], residents: int, seed: int
) -> None:
    if not residents:
        return
    by_region = len(people) > _MANY_DISTRICTS
    strata: dict[str, list[tuple[str, int]]] = {}
    for district, region, number in people:
        strata.setdefault(region if by_region else district, []).append((district, number))
    names = list(strata)
    lived_in = ([district_of(*each, seed) for each in districts] for districts in strata.values())
    found, everyone = drawn(lived_in, len(names), residents, stream(seed, "saying", "survey"))
    if len(found) < _FEWEST_ANSWERS:
        return
    folder = study / "survey"
    folder.mkdir()
    targets = everyone.margins(names)
    met = {
        "age": {AGES[each] for each in found.age},
        "sex": {SEXES[each] for each in found.sex},
        "district": {names[each] for each in found.stratum},
    }
    usable = {margin: aims for margin, aims in targets.items() if met[margin] == set(aims)}
    lines = [
        "# An imagined survey: nobody was asked.",
        "[survey]",
        'name = "Residents on joint working"',
        'population = "adults of the area"',
        'sample = "probability"',
        "dates = [2025-01-13, 2025-03-07]",
        'mode = "face to face"',
        'weight = "weight"',
        'strata = "district"',
        'clusters = ["neighbourhood", "resident"]',
        'fpc = ["neighbourhoods_in_district", "adults_in_neighbourhood"]',
        *(['targets = "targets.csv"'] if usable else []),
        'groups = ["age"]',
        f"invited = {found.asked}",
    ]
    (folder / "survey.toml").write_text("\n".join(lines) + "\n", "utf-8", newline="\n")
    _write_questions(folder / "questions.csv", names)
    _write_answers(folder / "answers.csv", found, names)
    if usable:
        _csv(
            folder / "targets.csv",
            ("margin", "category", "target"),
            [(margin, name, aim) for margin, aims in usable.items() for name, aim in aims.items()],
        )
    _csv(truth / "survey.csv", ("question", "measure", "answer", "value"), _true_survey(everyone.shares()))


def _write_questions(path: Path, strata: Sequence[str]) -> None:
    rows: list[tuple[object, ...]] = []
    for name, asked in WANTS.items():
        single = name in RESIDENTS["single"]
        words = _YES_NO_WORDS if single else _SCALE_WORDS
        options = "|".join(f"{code}={word}" for code, word in zip(codes_of(name), words, strict=True))
        rows.append(
            (
                *(name, "single" if single else "likert", asked["wording"], options, _LEFT_OUT, UNKNOWN),
                *("" if single else "favourable first", "" if single else name),
            )
        )
    contacts = RESIDENTS["contacts"]
    rows += [
        ("contacts", "number", contacts["wording"], "", "", "", "", ""),
        ("went_well", "number", contacts["well"], "", "", "", "", ""),
        ("age", "single", "", "|".join(AGES), "", "", "", ""),
        (
            *("sex", "single", ""),
            "|".join(f"{code}={word}" for code, word in zip(SEXES, RESIDENTS["sex"]["words"], strict=True)),
            *("", "", "", ""),
        ),
        ("district", "single", "", "|".join(strata), "", "", "", ""),
    ]
    _csv(
        path,
        ("question", "kind", "wording", "options", "missing", "do_not_know", "order", "about"),
        rows,
    )


def _write_answers(path: Path, found: Drawn, strata: Sequence[str]) -> None:
    def codes(question: str) -> list[str]:
        known = np.array([*codes_of(question), _LEFT_OUT])
        given = found.answers[question]
        return [str(each) for each in known[np.where(given == NO_ANSWER, len(known) - 1, given)]]

    pl.DataFrame(
        {
            "district": [strata[each] for each in found.stratum],
            "neighbourhood": found.neighbourhood + 1,
            "resident": found.resident,
            "neighbourhoods_in_district": found.neighbourhoods,
            "adults_in_neighbourhood": found.adults,
            "weight": np.round(found.weight, 4),
            "age": [AGES[each] for each in found.age],
            "sex": [SEXES[each] for each in found.sex],
            **{name: codes(name) for name in WANTS},
            "contacts": found.often,
            "went_well": found.well,
        }
    ).write_csv(path)


def _true_survey(shares: dict[str, NDArray[np.float64]]) -> list[tuple[object, ...]]:
    """Give the share of all adults with each answer, those in favour together, and what they met with."""
    rows: list[tuple[object, ...]] = []
    for name in WANTS:
        by_code = dict(zip(codes_of(name), shares[name].tolist(), strict=True))
        rows += [(name, "share", code, _number(value)) for code, value in by_code.items()]
        yes = FAVOURABLE[:1] if name in RESIDENTS["single"] else FAVOURABLE
        rows.append((name, "in favour", "", _number(sum(by_code[each] for each in yes))))
    often, well = np.array(CONTACTS).T @ shares["contacts"]
    return [
        *rows,
        ("contacts", "mean", "", _number(float(often))),
        ("went_well", "mean", "", _number(float(well))),
        ("went_well", "ratio to contacts", "", _number(float(well / often)) if often else ""),
    ]


def _write_views(study: Path, truth: Path, invited: Sequence[Body], replies: Sequence[Sent]) -> None:
    folder = study / "views"
    folder.mkdir()
    columns = ("body", "kind", "role", "replied", *_INVITED_QUESTIONS)

    def row(each: Body, known: bool) -> tuple[object, ...]:
        answers = [each.answers[name] if known else "" for name in _INVITED_QUESTIONS]
        return (each.body, each.kind, each.role, "yes" if each.replied else "no", *answers)

    _csv(folder / "questionnaire.csv", columns, [row(each, each.replied) for each in invited])
    _csv(truth / "questionnaire.csv", columns, [row(each, True) for each in invited])
    if not replies:
        return
    rows: list[tuple[object, ...]] = []
    for each in replies:
        for place, (kind, (position, reasons)) in enumerate(each.said.items()):
            rows.append(
                (
                    each.reply_id,
                    "organisation" if each.organisation else "individual",
                    *(each.role, kind, position.value, "" if place else each.text, "; ".join(reasons)),
                )
            )
    _csv(
        folder / "consultation.csv",
        ("reply_id", "respondent_type", "role", "option", "position", "text", "reasons"),
        rows,
    )
    _csv(
        truth / "consultation.csv",
        ("reply_id", "campaign"),
        [(each.reply_id, each.campaign) for each in replies],
    )


def _csv(path: Path, header: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Write rows as text, quoted where they must be; an empty cell is empty."""
    columns = {
        name: pl.Series([str(row[at]) or None for row in rows], dtype=pl.String)
        for at, name in enumerate(header)
    }
    pl.DataFrame(columns).write_csv(path, quote_style="necessary")


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.6f}"
