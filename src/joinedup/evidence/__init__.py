"""Evidence: what people say, in interviews, surveys, questionnaires and consultations, and how far coders agree on it (§6).

A study keeps a survey in its folder ``survey``, the services' and the public's views in ``views``, and interviews either as plain
files in ``interviews`` or in an evidence store, ``evidence.db``.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from joinedup.evidence import campaigns, small_bases, survey
from joinedup.evidence.agreement import Agreement, Coefficient, Disagreement, Level, Ratings, agreement
from joinedup.evidence.consultation import Consultation, Position
from joinedup.evidence.questionnaire import Questionnaire
from joinedup.evidence.survey import Sample, Survey
from joinedup.evidence.views import FOLDER, Views

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from joinedup.assumptions import Assumption
    from joinedup.evidence.passages import Approach, Coded

ASSUMPTIONS = (*small_bases.ASSUMPTIONS, *campaigns.ASSUMPTIONS)

__all__ = [
    "ASSUMPTIONS",
    "Agreement",
    "Coefficient",
    "Consultation",
    "Disagreement",
    "Level",
    "Position",
    "Questionnaire",
    "Ratings",
    "Sample",
    "Survey",
    "Views",
    "agreement",
    "coded_of",
    "survey_of",
    "views_of",
]

STORE = "evidence.db"
INTERVIEWS = "interviews"
_DECLARED: Mapping[str, Assumption] = MappingProxyType({each.name: each for each in ASSUMPTIONS})


def coded_of(study: Path, approach: Approach) -> Coded | None:
    """Read the interviews of a study with their coding, from its store where it has one; None where it holds none.

    Raises:
        Refusal: for a store that cannot be opened, or a mistake in the plain files, by file, row and column.
    """
    path = study / STORE
    if path.is_file():
        # Only a study with a store waits for what a store needs.
        from joinedup.evidence.store import Store

        with Store.open(path) as store:
            return store.coded(approach)
    if not (study / INTERVIEWS).is_dir():
        return None
    from joinedup.evidence.interviews import coded_of_plain

    return coded_of_plain(study, approach)


def survey_of(study: Path, assumptions: Mapping[str, Assumption] = _DECLARED) -> Survey | None:
    """Read the survey of a study, None where it has no folder ``survey``.

    Raises:
        Refusal: for a mistake, by file, row and column.
    """
    folder = study / survey.FOLDER
    return Survey.read(folder, assumptions) if folder.is_dir() else None


def views_of(study: Path, assumptions: Mapping[str, Assumption] = _DECLARED) -> Views | None:
    """Read the questionnaire and the consultation of a study, None where it has no folder ``views``.

    Raises:
        Refusal: for a mistake, by file, row and column.
    """
    folder = study / FOLDER
    return Views.read(folder, assumptions) if folder.is_dir() else None
