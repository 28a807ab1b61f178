"""joinedup: where the police, fire and ambulance services of an area could join up, and what it would be worth."""

from joinedup.area import Area, Settings
from joinedup.crossover import Crossover, measure
from joinedup.disclosure import Published, publish
from joinedup.options import Kind, Option, kinds
from joinedup.refusal import CannotWrite, Refusal
from joinedup.report import write_report
from joinedup.study import Study, draft

__version__ = "0.1.0"

__all__ = [
    "Area",
    "CannotWrite",
    "Crossover",
    "Kind",
    "Option",
    "Published",
    "Refusal",
    "Settings",
    "Study",
    "draft",
    "kinds",
    "measure",
    "publish",
    "write_report",
]
