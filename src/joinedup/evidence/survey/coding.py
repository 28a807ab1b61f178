"""Answers as numbers: which option each respondent chose, who gave none, and who did not know."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from joinedup.area.checking import ROW
from joinedup.evidence.reading import and_more
from joinedup.evidence.survey.questions import Kind
from joinedup.refusal import Refusal, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from joinedup.evidence.survey.questions import Question

_CHOSEN, _NOT_CHOSEN = ("1", "yes", "true"), ("0", "no", "false")
DO_NOT_KNOW = "Do not know"


@dataclass(frozen=True, eq=False)
class Coded:
    """The answers to one question.

    ``options`` are the words of each answer and ``unknown`` which of them say "do not know". ``chosen`` has 1 where a
    respondent chose an option, shape (respondents, options); ``answered`` says who gave any answer, "do not know"
    among them. ``numbers`` are those of a number, NaN where there is none; a Likert question has its points there.
    """

    question: Question
    options: tuple[str, ...]
    unknown: tuple[bool, ...]
    chosen: NDArray[np.float64]
    answered: NDArray[np.bool_]
    numbers: NDArray[np.float64]

    @property
    def number_of_option(self) -> NDArray[np.int64]:
        """Give the option that each chose; of those who gave no answer, the first."""
        return np.asarray(self.chosen.argmax(axis=1), np.int64)


def code(
    question: Question, table: pl.DataFrame, path: Path, labels: Mapping[str, str], missing: frozenset[str]
) -> Coded:
    """Code the answers to a question.

    Args:
        question: what was asked.
        table: the answers as text.
        path: what messages call their file.
        labels: the words of codes as the file itself gives them, used where the question lists none.
        missing: codes that the file itself declares to be no answer.

    Raises:
        Refusal: for an answer that is none of the options, or no number, by row and column.
    """
    if question.kind is Kind.MULTIPLE:
        return _multiple(question, table, path)
    if question.question not in table.columns:
        raise Refusal(
            f"{path}, row 1: the column {question.question} is missing, which the question table names"
            f"{did_you_mean(question.question, [each for each in table.columns if each != ROW])}"
        )
    none = question.missing | (missing - question.do_not_know)
    values = [_plain(each, question.options) for each in table[question.question].to_list()]
    given = np.array([value != "" and value not in none for value in values], bool)
    if question.kind is Kind.NUMBER:
        return _number(question, table, path, values, given)
    if question.kind is Kind.TEXT:
        return Coded(question, (), (), np.zeros((len(values), 0)), given, np.full(len(values), np.nan))
    words = {each: text for each, text in (question.options or labels).items() if each not in none}
    met = sorted({value for value, there in zip(values, given, strict=True) if there})
    for each in met:
        if each in question.do_not_know:
            words.setdefault(each, DO_NOT_KNOW)
        elif not question.options:
            words.setdefault(each, each)
    place = {each: number for number, each in enumerate(words)}
    _stop_at(
        [there and value not in place for value, there in zip(values, given, strict=True)],
        values,
        table,
        f"{path}",
        question.question,
        "is none of its options; add it to the options, or to missing, in the question table",
    )
    chosen = np.zeros((len(values), len(words)))
    who = np.flatnonzero(given)
    chosen[who, [place[values[each]] for each in who]] = 1.0
    points = question.points if question.kind is Kind.LIKERT else {}
    numbers = np.array(
        [
            points.get(value, 0.0) if points and there else np.nan
            for value, there in zip(values, given, strict=True)
        ]
    )
    unknown = tuple(each in question.do_not_know for each in words)
    return Coded(question, tuple(words.values()), unknown, chosen, given, numbers)


def _multiple(question: Question, table: pl.DataFrame, path: Path) -> Coded:
    """Code a question with several answers: a column an option, or one column with codes parted by semicolons."""
    codes = list(question.options)
    unknown = tuple(each in question.do_not_know for each in codes)
    absent = [each for each in codes if each not in table.columns]
    chosen = np.zeros((table.height, len(codes)))
    if not absent:
        given = np.zeros(table.height, bool)
        for number, column in enumerate(codes):
            values = [_plain(each, ("0", "1")).lower() for each in table[column].to_list()]
            there = np.array([value != "" and value not in question.missing for value in values], bool)
            _stop_at(
                [
                    is_there and value not in _CHOSEN + _NOT_CHOSEN
                    for value, is_there in zip(values, there, strict=True)
                ],
                values,
                table,
                f"{path}",
                column,
                "is neither 1 (chosen) nor 0; write one of them, or add it to missing in the question table",
            )
            chosen[:, number] = [
                is_there and value in _CHOSEN for value, is_there in zip(values, there, strict=True)
            ]
            given |= there
    elif question.question in table.columns:
        whole = table[question.question].to_list()
        given = np.array([value != "" and value not in question.missing for value in whole], bool)
        parts = [[each.strip() for each in value.split(";") if each.strip()] for value in whole]
        _stop_at(
            [
                there and any(each not in codes for each in part)
                for part, there in zip(parts, given, strict=True)
            ],
            whole,
            table,
            f"{path}",
            question.question,
            "holds something that is none of its options; part the codes with semicolons, as the question table has them",
        )
        for row in np.flatnonzero(given):
            chosen[row, [codes.index(each) for each in parts[row]]] = 1.0
    else:
        raise Refusal(
            f"{path}, row 1: the column {absent[0]} is missing, an option of {question.question}; give every option a "
            f"column, or all of them one column called {question.question}"
        )
    numbers = np.full(table.height, np.nan)
    return Coded(question, tuple(question.options.values()), unknown, chosen, given, numbers)


def _number(
    question: Question, table: pl.DataFrame, path: Path, values: list[str], given: NDArray[np.bool_]
) -> Coded:
    """Code a number; "do not know" is an answer without one."""
    unknown = np.array([value in question.do_not_know for value in values], bool)
    is_number = given & ~unknown
    cast = pl.Series(values, dtype=pl.String).cast(pl.Float64, strict=False).to_numpy()
    _stop_at(
        (is_number & ~np.isfinite(cast)).tolist(),
        values,
        table,
        f"{path}",
        question.question,
        "is not a number; write one, or add it to missing or do_not_know in the question table",
    )
    return Coded(
        question,
        (DO_NOT_KNOW,) if question.do_not_know else (),
        (True,) if question.do_not_know else (),
        (unknown & given).astype(np.float64)[:, None] if question.do_not_know else np.zeros((len(values), 0)),
        given,
        np.where(is_number, cast, np.nan),
    )


def _plain(value: str, options: object) -> str:
    """Give a code as the question table writes it: 1.0 stands for 1 where 1 is an option."""
    if value.endswith(".0") and value[:-2].lstrip("-").isdigit():
        bare = value[:-2]
        if not isinstance(options, dict | tuple) or value not in options:
            return bare
    return value


def _stop_at(
    wrong: list[bool], values: list[str], table: pl.DataFrame, file: str, column: str, why: str
) -> None:
    """Stop at the first wrong answer by row."""
    if any(wrong):
        first = min(
            (row, at)
            for at, (row, is_so) in enumerate(zip(table[ROW].to_list(), wrong, strict=True))
            if is_so
        )
        raise Refusal(
            f"{file}, row {first[0]}, column {column}: '{values[first[1]]}' {why}{and_more(sum(wrong))}"
        )
