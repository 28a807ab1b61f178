"""The lines of a draft, each with its reason behind it."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    """One line of a draft: what is set, and why."""

    setting: str
    why: str

    def __str__(self) -> str:
        """Write it with its reason behind it, where nothing in the reason can end the comment."""
        return f"{self.setting}  # {plain(self.why)}"


def plain(text: str) -> str:
    """Give text that stands on one line of a TOML file, in a comment too."""
    return re.sub(r"[\x00-\x1f\x7f]", " ", " ".join(text.split()))
