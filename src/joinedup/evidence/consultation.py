"""A consultation: who said what of each option, organisations apart from individuals, campaigns grouped (§6.3).

A consultation is not a sample: people chose to reply. What is given is counts, never shares of a population.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from joinedup.area.checking import ROW
from joinedup.evidence.campaigns import campaigns
from joinedup.evidence.reading import filled, one_of, only_once, read_table
from joinedup.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from joinedup.assumptions import Assumption

FILE = "consultation.csv"
_NEEDED = ("reply_id", "respondent_type", "role", "option", "position", "text")
_ORGANISATION, _INDIVIDUAL = "organisation", "individual"


class Position(StrEnum):
    """What a reply says of an option."""

    SUPPORT = "support"
    OPPOSE = "oppose"
    CONDITIONAL = "conditional"
    NONE = "none"


@dataclass(frozen=True)
class Reply:
    """One reply: who sent it, and its position and reasons by option."""

    reply_id: str
    organisation: bool
    role: str
    positions: Mapping[str, Position]
    reasons: Mapping[str, tuple[str, ...]]
    text: str


@dataclass(frozen=True)
class Campaign:
    """Replies of individuals in nearly the same words: counted once, with how many they were.

    ``organisations`` sent the same words; they are counted as organisations all the same.
    """

    replies: tuple[str, ...]
    organisations: tuple[str, ...]
    positions: Mapping[str, Mapping[str, int]]

    @property
    def size(self) -> int:
        """How many individuals sent it."""
        return len(self.replies)

    def said(self, option: str) -> str | None:
        """The position that most of its replies take on an option; None where none mentions it."""
        counts = self.positions.get(option)
        return min(counts, key=lambda each: (-counts[each], each)) if counts else None


@dataclass(frozen=True)
class OptionViews:
    """The positions on one option, as counts: organisations by role, individuals in words of their own, and campaigns.

    A campaign counts once, under the position of most of its replies; ``campaign_replies`` says how many replies stand
    behind those counts. ``reasons`` are counted by position, over organisations and individuals' own words.
    """

    option: str
    organisations: Mapping[str, int]
    by_role: Mapping[str, Mapping[str, int]]
    individuals: Mapping[str, int]
    campaigns: Mapping[str, int]
    campaign_replies: Mapping[str, int]
    reasons: Mapping[str, Mapping[str, int]]


@dataclass(frozen=True)
class Consultation:
    """The replies to a consultation, and what they say of each option."""

    replies: tuple[Reply, ...]
    campaigns: tuple[Campaign, ...]
    options: tuple[OptionViews, ...]

    @classmethod
    def read(cls, path: Path, assumptions: Mapping[str, Assumption]) -> Consultation:
        """Read the replies: a row for each reply and option, the text in any one of a reply's rows.

        Columns: reply_id, respondent_type (organisation or individual), role (of an organisation), option (its id or
        kind), position, text and, where reasons were read out of it, reasons parted by semicolons.

        Raises:
            Refusal: for a mistake, by file, row and column.
        """
        table = read_table(path, _NEEDED, personal_too=("role", "text", "reasons"))
        for column in ("reply_id", "option"):
            filled(path, table, column)
        one_of(path, table, "respondent_type", (_ORGANISATION, _INDIVIDUAL))
        one_of(path, table, "position", [each.value for each in Position])
        only_once(path, table, "reply_id", "option")
        by_reply: dict[str, list[dict[str, Any]]] = {}
        for row in table.sort("reply_id", "option").iter_rows(named=True):
            by_reply.setdefault(row["reply_id"], []).append(row)
        replies = tuple(_reply(path, rows) for rows in by_reply.values())
        return cls.of(replies, assumptions)

    @classmethod
    def of(cls, replies: tuple[Reply, ...], assumptions: Mapping[str, Assumption]) -> Consultation:
        """Count what replies say."""
        found = []
        for group in campaigns([each.text for each in replies], assumptions):
            senders = [replies[each] for each in group if not replies[each].organisation]
            if senders:
                found.append(
                    Campaign(
                        tuple(each.reply_id for each in senders),
                        tuple(replies[each].reply_id for each in group if replies[each].organisation),
                        {option: _positions(senders, option) for option in _mentioned(senders)},
                    )
                )
        return cls(replies, tuple(found), tuple(_views(each, replies, found) for each in _mentioned(replies)))

    def as_json(self) -> dict[str, Any]:
        """Give everything that is said of the consultation, for use inside the study; texts stay where they are."""
        organisations = [each for each in self.replies if each.organisation]
        in_campaigns = sum(each.size for each in self.campaigns)
        return {
            "may_say": "A consultation is not a sample: these are counts of those who chose to reply.",
            "replies": len(self.replies),
            "organisations": len(organisations),
            "organisations_by_role": _counted(each.role for each in organisations),
            "individuals": len(self.replies) - len(organisations),
            "individuals_in_own_words": len(self.replies) - len(organisations) - in_campaigns,
            "campaigns": [
                {"replies": each.size, "organisations": len(each.organisations), "positions": each.positions}
                for each in self.campaigns
            ],
            "options": [asdict(each) for each in self.options],
        }


def _reply(path: Path, rows: list[dict[str, Any]]) -> Reply:
    """Join the rows of one reply, which must agree on who sent it."""
    first = rows[0]
    for column in ("respondent_type", "role"):
        other = next((row for row in rows if row[column] != first[column]), None)
        if other is not None:
            raise Refusal(
                f"{path}, row {other[ROW]}, column {column}: '{other[column]}' is '{first[column]}' in row {first[ROW]} of "
                "the same reply; make them one"
            )
    organisation = first["respondent_type"] == _ORGANISATION
    if organisation != bool(first["role"]):
        why = (
            "is empty; say whose organisation it is"
            if organisation
            else "is filled, but individuals have none; clear it"
        )
        raise Refusal(f"{path}, row {first[ROW]}, column role: {why}")
    return Reply(
        first["reply_id"],
        organisation,
        first["role"],
        {row["option"]: Position(row["position"]) for row in rows},
        {
            row["option"]: tuple(
                dict.fromkeys(each.strip() for each in row.get("reasons", "").split(";") if each.strip())
            )
            for row in rows
        },
        "\n".join(dict.fromkeys(row["text"] for row in rows if row["text"])),
    )


def _views(option: str, replies: Iterable[Reply], found: list[Campaign]) -> OptionViews:
    """Count the positions on one option."""
    grouped = {each for campaign in found for each in campaign.replies}
    own = [each for each in replies if option in each.positions and each.reply_id not in grouped]
    organisations = [each for each in own if each.organisation]
    individuals = [each for each in own if not each.organisation]
    behind = [(said, campaign) for campaign in found if (said := campaign.said(option)) is not None]
    return OptionViews(
        option,
        _positions(organisations, option),
        {
            role: _positions((each for each in organisations if each.role == role), option)
            for role in sorted({each.role for each in organisations})
        },
        _positions(individuals, option),
        _in_positions(said for said, _ in behind),
        _in_positions(
            said
            for _, campaign in behind
            for said, count in campaign.positions[option].items()
            for _ in range(count)
        ),
        {
            position.value: _counted(
                reason
                for each in own
                if each.positions[option] is position
                for reason in each.reasons[option]
            )
            for position in Position
        },
    )


def _mentioned(replies: Iterable[Reply]) -> list[str]:
    return sorted({option for each in replies for option in each.positions})


def _positions(replies: Iterable[Reply], option: str) -> dict[str, int]:
    return _in_positions(each.positions[option].value for each in replies if option in each.positions)


def _in_positions(said: Iterable[str]) -> dict[str, int]:
    """Count positions, those that nobody takes among them."""
    counts = Counter(said)
    return {position.value: counts[position.value] for position in Position}


def _counted(values: Iterable[str]) -> dict[str, int]:
    """Count values, the most frequent first."""
    return dict(sorted(Counter(values).items(), key=lambda each: (-each[1], each[0])))
