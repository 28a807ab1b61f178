"""Surveys: what people answered, with what the way they were asked lets us say of everybody else (§6.3)."""

from joinedup.evidence.survey.answering import Answers, Option, Split
from joinedup.evidence.survey.association import Association, rao_scott
from joinedup.evidence.survey.design import Design, effective_number
from joinedup.evidence.survey.estimating import Estimate, mean, means, median, proportion, ratio, total
from joinedup.evidence.survey.raking import Raked, rake
from joinedup.evidence.survey.sample import Sample
from joinedup.evidence.survey.survey import FOLDER, Survey

__all__ = [
    "FOLDER",
    "Answers",
    "Association",
    "Design",
    "Estimate",
    "Option",
    "Raked",
    "Sample",
    "Split",
    "Survey",
    "effective_number",
    "mean",
    "means",
    "median",
    "proportion",
    "rake",
    "rao_scott",
    "ratio",
    "total",
]
