"""A study: one folder, read, measured, searched for options, appraised, put in order and drafted for publication."""

from joinedup.study.assessing import Assessed, Assessment, assess, assumptions_of
from joinedup.study.drafting import draft
from joinedup.study.study import Study

__all__ = ["Assessed", "Assessment", "Study", "assess", "assumptions_of", "draft"]
