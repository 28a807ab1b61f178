"""A survey of a study: its folder read, its sample described, its questions answered."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from joinedup.area.checking import ROW
from joinedup.disclosure import Figure, Mark
from joinedup.evidence.reading import and_more, filled, only_once, read_table, refuse_personal
from joinedup.evidence.small_bases import mark
from joinedup.evidence.survey import questions as asked
from joinedup.evidence.survey import settings as drawn
from joinedup.evidence.survey.answering import Answers, Split, answers, split
from joinedup.evidence.survey.coding import Coded, code
from joinedup.evidence.survey.design import Design, effective_number
from joinedup.evidence.survey.questions import Kind
from joinedup.evidence.survey.raking import Raked, rake
from joinedup.evidence.survey.spss import MAGIC, SystemFile, read_spss
from joinedup.refusal import Refusal, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from joinedup.assumptions import Assumption
    from joinedup.evidence.survey.estimating import Estimate
    from joinedup.evidence.survey.settings import SurveySettings
    from joinedup.wording import Unit

FOLDER = "survey"


@dataclass(frozen=True, eq=False)
class Survey:
    """A survey, its rows in an order of their own: the same whatever order they came in."""

    settings: SurveySettings
    coded: Mapping[str, Coded]
    design: Design
    raked: Raked | None
    assumptions: Mapping[str, Assumption]

    @classmethod
    def read(cls, folder: Path, assumptions: Mapping[str, Assumption]) -> Survey:
        """Read the folder of a survey: survey.toml, questions.csv, the answers and, where named, targets.

        Raises:
            Refusal: for a mistake, by file, row and column.
        """
        settings = drawn.read_settings(folder / drawn.FILE)
        questions = asked.read_questions(folder / asked.FILE)
        path = folder / settings.answers
        file = _answers(path)
        for name in settings.groups:
            known = [each.question for each in questions if each.kind in (Kind.SINGLE, Kind.LIKERT)]
            if name not in known:
                raise Refusal(
                    f"{folder / drawn.FILE}: group '{name}' is no single or Likert question{did_you_mean(name, known)}"
                )
        used = {
            each
            for question in questions
            for each in (question.question, *(question.options if question.kind is Kind.MULTIPLE else ()))
            if each in file.table.columns
        }
        refuse_personal(path, file.table.drop(ROW), sorted(used))
        targets = _targets(folder / settings.targets) if settings.targets else {}
        table = _in_order(file.table, settings, used, targets)
        coded = {
            each.question: code(
                each,
                table,
                path,
                file.labels.get(each.question, {}),
                file.missing.get(each.question, frozenset()),
            )
            for each in questions
        }
        design = _design(settings, table, path)
        raked = None
        if targets:
            try:
                raked = rake(design, _margins(table, coded, targets, path), targets, settings.trim)
            except Refusal as refusal:
                raise Refusal(f"{folder / settings.targets}: {refusal}") from None
        return cls(settings, coded, raked.design if raked else design, raked, assumptions)

    @property
    def base(self) -> int:
        """How many answered and count, not weighted."""
        return int((self.design.weights > 0).sum())

    @property
    def response_rate(self) -> float | None:
        """The share of those asked who answered, where it is known how many were asked."""
        return self.base / self.settings.invited if self.settings.invited else None

    @cached_property
    def answers(self) -> Mapping[str, Answers]:
        """What all who answered said, by question."""
        everyone = np.ones(len(self.design.weights), bool)
        return {name: answers(self.design, coded, everyone) for name, coded in self.coded.items()}

    @cached_property
    def splits(self) -> Mapping[str, tuple[Split, ...]]:
        """What each group said, by question."""
        return {
            name: tuple(
                split(self.design, coded, self.coded[by]) for by in self.settings.groups if by != name
            )
            for name, coded in self.coded.items()
            if coded.question.kind is not Kind.TEXT
        }

    def mark(self, estimate: Estimate) -> Mark:
        """Say whether an estimate may be shown, or rests on too few."""
        return mark(estimate.base, estimate.effective_base, self.assumptions)

    def figure(self, estimate: Estimate, unit: Unit) -> Figure:
        """Give an estimate as a figure on its way out, hidden or marked where it rests on few."""
        marked = self.mark(estimate)
        if marked is Mark.CONFIDENTIAL:
            return Figure(None, unit, mark=marked)
        return Figure(estimate.value, unit, estimate.base, estimate.low, estimate.high, mark=marked)

    def as_json(self) -> dict[str, Any]:
        """Give everything that is said of the survey, for use inside the study."""
        settings, weights = self.settings, self.design.weights
        counted = weights[weights > 0]
        weighting: dict[str, Any] = {
            "effective_base": effective_number(counted),
            "design_effect": len(counted) / effective_number(counted) if len(counted) else None,
        }
        if self.raked is not None:
            weighting |= {
                key: value
                for key, value in vars(self.raked).items()
                if key not in ("design", "weighting_effect")
            }
        return {
            "name": settings.name,
            "population": settings.population,
            "sample": settings.sample.value,
            "may_say": settings.sample.sentence,
            "dates": [each.isoformat() for each in settings.dates] if settings.dates else None,
            "mode": settings.mode or None,
            "base": self.base,
            "invited": settings.invited,
            "response_rate": self.response_rate,
            "weighting": weighting,
            "notes": list(self.design.notes) if self.design.probability else [],
            "questions": [self._question(name) for name in self.coded],
        }

    def _question(self, name: str) -> dict[str, Any]:
        question = self.coded[name].question
        return {
            "question": name,
            "kind": question.kind.value,
            "wording": question.wording,
            **self._said(self.answers[name]),
            "by": [
                {
                    "question": each.by,
                    "groups": [{"group": words, **self._said(found)} for words, found in each.groups],
                    "association": asdict(each.association) if each.association else None,
                }
                for each in self.splits.get(name, ())
            ],
        }

    def _said(self, found: Answers) -> dict[str, Any]:
        said: dict[str, Any] = {"base": found.base, "missing": found.missing}
        said["answers"] = [
            {"answer": each.words, "do_not_know": each.unknown, **self._estimate(each.share)}
            for each in found.options
        ]
        for name in ("net", "mean", "median"):
            estimate = getattr(found, name)
            if estimate is not None:
                said[name] = self._estimate(estimate)
        return said

    def _estimate(self, estimate: Estimate) -> dict[str, Any]:
        marked = self.mark(estimate)
        if marked is Mark.CONFIDENTIAL:
            return {**dict.fromkeys(asdict(estimate)), "base": estimate.base, "mark": marked.value}
        return {**asdict(estimate), "mark": marked.value}


def _answers(path: Path) -> SystemFile:
    """Read the answers, of whichever format."""
    if not path.is_file():
        raise Refusal(f"{path}: there is no such file; name the file of answers in {drawn.FILE}")
    try:
        content = path.read_bytes()
    except OSError as error:
        raise Refusal(f"{path}: cannot be read ({error.strerror or error})") from None
    if content.startswith(MAGIC) or path.suffix.lower() in (".sav", ".zsav"):
        return read_spss(path, content)
    return SystemFile(read_table(path, ()), {}, {})


def _in_order(
    table: pl.DataFrame, settings: SurveySettings, used: set[str], targets: Mapping[str, object]
) -> pl.DataFrame:
    """Keep the columns that are used, and put the rows in an order that does not depend on the file's."""
    drawn_by = {settings.weight, settings.strata, *settings.clusters, *settings.fpc, *targets}
    kept = sorted(each for each in used | drawn_by if each in table.columns)
    return table.select(ROW, *kept).sort([*kept, ROW])


def _design(settings: SurveySettings, table: pl.DataFrame, path: Path) -> Design:
    """Describe the sample from the columns that survey.toml names."""
    if not table.height:
        raise Refusal(f"{path}, row 2: nobody answered; add a row for each person, or take the folder away")
    weights = _numbers(settings.weight, table, path) if settings.weight else np.ones(table.height)
    if (weights < 0).any() or not (weights > 0).any():
        rows = table[ROW].to_numpy()[weights < 0]
        row = int(rows.min()) if len(rows) else 2
        raise Refusal(
            f"{path}, row {row}, column {settings.weight}: a weight must not be below 0, nor all of them 0"
        )
    for name in (settings.strata, *settings.clusters):
        if name:
            _there(name, table, path)
            filled(path, table.sort(ROW), name)
    try:
        return Design.of(
            weights,
            table[settings.strata].to_list() if settings.strata else None,
            [table[each].to_list() for each in settings.clusters],
            [_numbers(each, table, path) for each in settings.fpc],
            settings.sample.has_margin,
        )
    except Refusal as refusal:
        raise Refusal(f"{path}, column {', '.join(settings.fpc)}: {refusal}") from None


def _numbers(name: str, table: pl.DataFrame, path: Path) -> NDArray[np.float64]:
    _there(name, table, path)
    values = table[name].cast(pl.Float64, strict=False).to_numpy()
    wrong = table.filter(pl.Series(~np.isfinite(values))).sort(ROW)
    if wrong.height:
        raise Refusal(
            f"{path}, row {wrong[ROW][0]}, column {name}: '{wrong[name][0]}' is not a number; every row needs one"
            f"{and_more(wrong.height)}"
        )
    return np.asarray(values, np.float64)


def _there(name: str, table: pl.DataFrame, path: Path) -> None:
    if name not in table.columns:
        known = [each for each in table.columns if each != ROW]
        raise Refusal(
            f"{path}, row 1: the column {name} is missing, which survey.toml names{did_you_mean(name, known)}"
        )


def _targets(path: Path) -> dict[str, dict[str, float]]:
    """Read the totals to rake to: margin (a column of the answers), category (its code) and target."""
    table = read_table(path, ("margin", "category", "target"))
    only_once(path, table, "margin", "category")
    targets: dict[str, dict[str, float]] = {}
    for row, margin, category, text in table.select(ROW, "margin", "category", "target").iter_rows():
        try:
            target = float(text)
        except ValueError:
            raise Refusal(
                f"{path}, row {row}, column target: '{text}' is not a number; write a count or a share"
            ) from None
        targets.setdefault(margin, {})[category] = target
    if not targets:
        raise Refusal(
            f"{path}, row 2: there is no target; add a row for each category, or take 'targets' out"
        )
    return targets


def _margins(
    table: pl.DataFrame, coded: Mapping[str, Coded], targets: Mapping[str, object], path: Path
) -> dict[str, list[str]]:
    """Give the category of each respondent, by margin."""
    for name in targets:
        _there(name, table, path)
        filled(path, table.sort(ROW), name)
        if name in coded and not coded[name].answered.all():
            row = int(table[ROW].to_numpy()[~coded[name].answered].min())
            raise Refusal(
                f"{path}, row {row}, column {name}: is no answer, and a margin to rake to needs one from everybody; give "
                "these a category and a target of their own"
            )
    return {name: table[name].to_list() for name in targets}
