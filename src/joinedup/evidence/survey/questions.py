"""The question table of a survey: what was asked, how it was answered, and which codes are no answer."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from joinedup.area.checking import ROW
from joinedup.evidence.reading import filled, one_of, only_once, read_table
from joinedup.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FILE = "questions.csv"
FAVOURABLE = ("favourable first", "favourable last")


class Kind(StrEnum):
    """How a question is answered."""

    SINGLE = "single"
    MULTIPLE = "multiple"
    LIKERT = "likert"
    NUMBER = "number"
    TEXT = "text"


@dataclass(frozen=True)
class Question:
    """One question.

    ``options`` gives the words of each code in the order in which they are shown; of a multiple question asked in several
    columns, of each column. ``missing`` are codes of no answer; ``do_not_know`` of people who said that they do not
    know, who did answer. ``order`` says at which end of a Likert scale the favourable answers stand. ``about`` is the
    kind of joint working, or the option, that is asked about; "" for none.
    """

    question: str
    kind: Kind
    wording: str
    options: Mapping[str, str]
    missing: frozenset[str]
    do_not_know: frozenset[str]
    order: str
    about: str = ""

    @property
    def points(self) -> dict[str, float]:
        """Give 1 to each favourable answer of a Likert scale, -1 to each unfavourable one and 0 to the middle."""
        scale = [each for each in self.options if each not in self.do_not_know | self.missing]
        half = len(scale) // 2
        sign = 1.0 if self.order == FAVOURABLE[0] else -1.0
        ends = {**dict.fromkeys(scale[:half], sign), **dict.fromkeys(scale[len(scale) - half :], -sign)}
        return {each: ends.get(each, 0.0) for each in scale}


def read_questions(path: Path) -> tuple[Question, ...]:
    """Read the question table.

    Columns: question (the column of the answers), kind, wording, options ("1=Yes|2=No", or "Yes|No"), missing and
    do_not_know ("98|99"), order (of a Likert scale) and about (a kind of joint working, or an option's id).

    Raises:
        Refusal: for a mistake, by file, row and column.
    """
    table = read_table(path, ("question", "kind", "wording"))
    if not table.height:
        raise Refusal(f"{path}, row 2: there is no question; add a row for each")
    filled(path, table, "question")
    only_once(path, table, "question")
    one_of(path, table, "kind", [each.value for each in Kind])
    questions = []
    for given in table.iter_rows(named=True):
        place = f"{path}, row {given[ROW]}"
        options = _options(given.get("options", ""), f"{place}, column options")
        kind, order = Kind(given["kind"]), given.get("order", "")
        if kind is Kind.LIKERT and (len(options) < 2 or order not in FAVOURABLE):
            raise Refusal(
                f"{place}, column {'order' if len(options) > 1 else 'options'}: a Likert question needs its options in "
                f"order, and an order that is '{FAVOURABLE[0]}' or '{FAVOURABLE[1]}'"
            )
        if kind is Kind.MULTIPLE and not options:
            raise Refusal(f"{place}, column options: a multiple question needs its options; list them")
        missing, unknown = (_codes(given.get(each, "")) for each in ("missing", "do_not_know"))
        if missing & unknown:
            raise Refusal(
                f"{place}, column do_not_know: '{min(missing & unknown)}' is among the missing codes too; keep one"
            )
        questions.append(
            Question(
                given["question"],
                kind,
                given["wording"],
                options,
                missing,
                unknown,
                order,
                given.get("about", ""),
            )
        )
    return tuple(questions)


def _options(text: str, place: str) -> dict[str, str]:
    """Take options apart; one without a code is its own."""
    options: dict[str, str] = {}
    for part in filter(None, (each.strip() for each in text.split("|"))):
        code, equals, words = (each.strip() for each in part.partition("="))
        if code in options or not code:
            raise Refusal(f"{place}: the code '{code}' is empty or stands twice; give each option its own")
        options[code] = words if equals else code
    return options


def _codes(text: str) -> frozenset[str]:
    return frozenset(each.strip() for each in text.split("|") if each.strip())
