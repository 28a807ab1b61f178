"""Kinds of sample, and what each lets us say (§6.3)."""

from __future__ import annotations

from enum import StrEnum


class Sample(StrEnum):
    """How the people who answered came to be asked."""

    PROBABILITY = "probability"
    QUOTA = "quota"
    PANEL = "panel"
    OPEN_LINK = "open link"
    SERVICES = "services"

    @property
    def has_margin(self) -> bool:
        """Whether chance chose who was asked, so that a design-based margin of error means something."""
        return self is Sample.PROBABILITY

    @property
    def sentence(self) -> str:
        """What may be said of figures from this kind of sample, in one plain sentence."""
        return _SENTENCES[self]


_SENTENCES = {
    Sample.PROBABILITY: "Chance chose who was asked, so each figure has a 95% interval that follows from the design.",
    Sample.QUOTA: "Interviewers filled quotas, so chance did not choose who was asked and no margin of error is given.",
    Sample.PANEL: "Members of a panel answered, so chance did not choose who was asked and no margin of error is given.",
    Sample.OPEN_LINK: "Anyone with the link could answer: the figures describe those who did, and nobody else.",
    Sample.SERVICES: (
        "All services were asked: what is uncertain is what those who did not reply would have said, and no margin of "
        "error measures that."
    ),
}
