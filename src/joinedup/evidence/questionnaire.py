"""A questionnaire to services and bodies: who was invited, who replied, and what they answered (§6.3).

All who were invited were chosen, so nothing is sampled: what is shown is how many did not reply, never a margin of error.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from joinedup.area.checking import ROW
from joinedup.evidence.reading import filled, one_of, only_once, read_table, refuse_personal
from joinedup.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

FILE = "questionnaire.csv"
_OURS = ("body", "kind", "role", "replied")
_REPLIED = {"yes": True, "no": False}


@dataclass(frozen=True)
class Replied:
    """How many of a group were invited and how many replied."""

    group: str
    invited: int
    replied: int

    @property
    def rate(self) -> float:
        """The share that replied."""
        return self.replied / self.invited

    def as_json(self) -> dict[str, Any]:
        """Give it for use inside the study."""
        return {**asdict(self), "did_not_reply": self.invited - self.replied, "rate": self.rate}


@dataclass(frozen=True)
class Asked:
    """What was answered to one question, as counts of replies, and by whom: ``by_role`` has the counts of each role.

    ``no_answer`` replied and left the question out; ``did_not_reply`` were invited and did not reply at all.
    """

    question: str
    counts: dict[str, int]
    by_role: dict[str, dict[str, int]]
    no_answer: int
    did_not_reply: int


@dataclass(frozen=True)
class Questionnaire:
    """A questionnaire with its replies; ``bodies`` counts bodies, of which any role's reply is one."""

    whole: Replied
    bodies: Replied
    by_role: tuple[Replied, ...]
    by_kind: tuple[Replied, ...]
    by_role_and_kind: tuple[tuple[str, str, Replied], ...]
    no_reply: tuple[tuple[str, str], ...]
    questions: tuple[Asked, ...]

    @classmethod
    def read(cls, path: Path) -> Questionnaire:
        """Read the table: a row for each body and role invited, with kind, replied (yes or no) and a column a question.

        Raises:
            Refusal: for a mistake, by file, row and column.
        """
        table = read_table(path, _OURS)
        if not table.height:
            raise Refusal(
                f"{path}, row 2: nobody was invited; add a row for each body and role, or take the file away"
            )
        for column in ("body", "kind", "role"):
            filled(path, table, column)
        one_of(path, table, "replied", list(_REPLIED))
        only_once(path, table, "body", "role")
        questions = [each for each in table.columns if each not in (*_OURS, ROW)]
        refuse_personal(path, table.select(questions), questions)
        rows = sorted(table.iter_rows(named=True), key=lambda row: (row["body"], row["role"]))
        for row in sorted(rows, key=lambda row: int(row[ROW])):
            if not _REPLIED[row["replied"]]:
                answered = [each for each in questions if row[each]]
                if answered:
                    raise Refusal(
                        f"{path}, row {row[ROW]}, column {answered[0]}: has an answer, but column replied says no; make it "
                        "yes, or take the answer out"
                    )
        replied = [row for row in rows if _REPLIED[row["replied"]]]
        bodies = {row["body"] for row in rows}
        return cls(
            _rate("all", rows),
            Replied("bodies", len(bodies), len({row["body"] for row in replied})),
            tuple(
                _rate(each, (row for row in rows if row["role"] == each)) for each in _distinct(rows, "role")
            ),
            tuple(
                _rate(each, (row for row in rows if row["kind"] == each)) for each in _distinct(rows, "kind")
            ),
            tuple(
                (role, kind, _rate(f"{role}, {kind}", both))
                for role in _distinct(rows, "role")
                for kind in _distinct(rows, "kind")
                if (both := [row for row in rows if (row["role"], row["kind"]) == (role, kind)])
            ),
            tuple((row["body"], row["role"]) for row in rows if not _REPLIED[row["replied"]]),
            tuple(_asked(each, rows, replied) for each in questions),
        )

    def as_json(self) -> dict[str, Any]:
        """Give everything that is said of the questionnaire, for use inside the study."""
        return {
            "may_say": "All were invited: what is not known is what those who did not reply would have said.",
            "replies": self.whole.as_json(),
            "bodies": self.bodies.as_json(),
            "by_role": [each.as_json() for each in self.by_role],
            "by_kind": [each.as_json() for each in self.by_kind],
            "by_role_and_kind": [
                {"role": role, "kind": kind, **rate.as_json()} for role, kind, rate in self.by_role_and_kind
            ],
            "no_reply": [{"body": body, "role": role} for body, role in self.no_reply],
            "questions": [asdict(each) for each in self.questions],
        }


def _distinct(rows: Iterable[dict[str, Any]], column: str) -> list[str]:
    return sorted({row[column] for row in rows})


def _rate(group: str, rows: Iterable[dict[str, Any]]) -> Replied:
    replied = [_REPLIED[row["replied"]] for row in rows]
    return Replied(group, len(replied), sum(replied))


def _asked(question: str, rows: list[dict[str, Any]], replied: list[dict[str, Any]]) -> Asked:
    answered = [row for row in replied if row[question]]
    return Asked(
        question,
        _counted(row[question] for row in answered),
        {
            role: _counted(row[question] for row in answered if row["role"] == role)
            for role in _distinct(answered, "role")
        },
        len(replied) - len(answered),
        len(rows) - len(replied),
    )


def _counted(values: Iterable[str]) -> dict[str, int]:
    """Count values, the most frequent first."""
    return dict(sorted(Counter(values).items(), key=lambda each: (-each[1], each[0])))
