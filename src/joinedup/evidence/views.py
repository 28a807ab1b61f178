"""The views of services and of those who replied to a consultation: the folder ``views`` of a study (§6.3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from joinedup.evidence import consultation, questionnaire
from joinedup.evidence.consultation import Consultation
from joinedup.evidence.questionnaire import Questionnaire
from joinedup.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from joinedup.assumptions import Assumption

FOLDER = "views"


@dataclass(frozen=True)
class Views:
    """What services and others told the study; either may be missing."""

    questionnaire: Questionnaire | None
    consultation: Consultation | None

    @classmethod
    def read(cls, folder: Path, assumptions: Mapping[str, Assumption]) -> Views:
        """Read what the folder holds.

        Raises:
            Refusal: for a mistake, by file, row and column, and where it holds neither.
        """
        asked, replied = folder / questionnaire.FILE, folder / consultation.FILE
        if not asked.is_file() and not replied.is_file():
            raise Refusal(
                f"{folder}: holds neither {asked.name} nor {replied.name}; add one of them, or take the folder away"
            )
        return cls(
            Questionnaire.read(asked) if asked.is_file() else None,
            Consultation.read(replied, assumptions) if replied.is_file() else None,
        )

    def as_json(self) -> dict[str, Any]:
        """Give everything that is said, for use inside the study; None for what the study does not hold."""
        return {
            "questionnaire": self.questionnaire.as_json() if self.questionnaire else None,
            "consultation": self.consultation.as_json() if self.consultation else None,
        }
