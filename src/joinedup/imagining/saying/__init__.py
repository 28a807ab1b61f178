"""What people say in an imagined area: interviews, a survey, a questionnaire and a consultation, each with its truth."""

from joinedup.imagining.saying.asked import Asked
from joinedup.imagining.saying.speakers import Place
from joinedup.imagining.saying.writing import written_saying

__all__ = ["Asked", "Place", "written_saying"]
