"""Evidence: what people say, in surveys, questionnaires and consultations, and how far coders agree on it (§6).

A study keeps a survey in its folder ``survey`` and the services' and the public's views in its folder ``views``.
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
    "survey_of",
    "views_of",
]

_DECLARED: Mapping[str, Assumption] = MappingProxyType({each.name: each for each in ASSUMPTIONS})


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
