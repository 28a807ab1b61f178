"""What a figure of the survey or a reply says now, as a fingerprint: a statement that rests on it can be held to it (§6.1)."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from joinedup.refusal import Refusal, did_you_mean

if TYPE_CHECKING:
    from joinedup.evidence.survey import Survey
    from joinedup.evidence.views import Views

_DIGITS = 4
"""A share that has not changed in the fourth decimal says the same."""


@dataclass(frozen=True, eq=False)
class Cited:
    """Looks up figures as ``survey/QUESTION/ANSWER`` and replies as ``views/REPLY``."""

    survey: Survey | None
    views: Views | None

    def fingerprint(self, kind: str, target: str) -> str | None:
        """Give the fingerprint of what something says now, None where it is not there.

        Raises:
            Refusal: for a target that is not written as its kind is.
        """
        start = {"figure": "survey/", "reply": "views/"}.get(kind)
        if start is None or not target.startswith(start):
            raise Refusal(
                f"'{target}' is no {kind}; write a figure as survey/QUESTION/ANSWER and a reply as views/REPLY"
                f"{did_you_mean(kind, ('figure', 'reply'))}"
            )
        says = self._figure(target) if kind == "figure" else self._reply(target)
        return None if says is None else hashlib.sha256(json.dumps(says).encode()).hexdigest()

    def _figure(self, target: str) -> list[Any] | None:
        question, _, answer = target.removeprefix("survey/").partition("/")
        found = self.survey.answers.get(question) if self.survey else None
        option = next((each for each in found.options if each.words == answer), None) if found else None
        if option is None:
            return None
        numbers = (option.share.value, option.share.low, option.share.high)
        return [option.share.base, *(None if each is None else round(each, _DIGITS) for each in numbers)]

    def _reply(self, target: str) -> list[Any] | None:
        replies = self.views.consultation.replies if self.views and self.views.consultation else ()
        reply = next((each for each in replies if each.reply_id == target.removeprefix("views/")), None)
        if reply is None:
            return None
        return [reply.role, sorted(reply.positions.items()), reply.text]
