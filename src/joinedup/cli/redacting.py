"""Commands by which a person hides what no recogniser found, brings it back, and sees who could be known by their position."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from joinedup.area.settings import read_settings
from joinedup.cli.interviewing import Who, opened_store, opened_vault, who_does
from joinedup.cli.progress import Progress
from joinedup.cli.reading import Folder
from joinedup.cli.showing import AsJson, print_json, print_table
from joinedup.evidence import coded_of
from joinedup.evidence.passages import Approach
from joinedup.evidence.redaction import Coarser, Positions, Redaction, small_groups
from joinedup.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from joinedup.evidence.store import InterviewRow, Store

_AROUND = 40
"""Characters shown on either side of a redaction, so that a person finds the place without the words that it hides."""

Interview = Annotated[str, typer.Argument(metavar="ID", help="The interview, as 'interviews list' names it.")]


def redact(
    folder: Folder,
    interview: Interview,
    start: Annotated[
        int | None, typer.Argument(metavar="START", help="The first character to hide, counted from 0.")
    ] = None,
    end: Annotated[
        int | None, typer.Argument(metavar="END", help="The first character after it that stays.")
    ] = None,
    words: Annotated[
        str | None,
        typer.Option("--words", metavar="WORDS", help="Hide every place where these words stand, instead."),
    ] = None,
    *,
    instead: Annotated[
        str, typer.Option("--as", metavar="WORDS", help="What readers see in its place, such as [name].")
    ],
    reason: Annotated[
        str, typer.Option("--reason", metavar="REASON", help="Why it is hidden; never what it says.")
    ],
    who: Who = None,
    as_json: AsJson = False,
) -> None:
    """Hide a stretch of an interview as it now reads, or every place where some words stand in it."""
    if (words is None) == (start is None) or (start is None) != (end is None):
        raise typer.BadParameter(
            "give where it starts and ends, or the words", param_hint="START END | --words"
        )
    if not reason.strip():
        raise Refusal(
            "a redaction needs its reason; say why it is hidden, such as --reason 'name of a colleague'"
        )
    by = who_does(who)
    with Progress() as progress, opened_store(folder) as store:
        progress("redacting")
        row, where = _reading(store, interview)
        if words is None:
            stretches = [_stretch(row, where, start or 0, end or 0)]
        else:
            stretches = _places(row.text, words, where)
            if not stretches:
                raise Refusal(
                    f"the interview '{interview}' does not say those words, as it now reads; give them as they stand in it"
                )
        for first, last in stretches:
            _hold_silent(row.text[first:last], instead, reason)
        # Positions of the original stay where they are, however many redactions are made.
        hidden = [where.to_original(*each) for each in stretches]
        for each in hidden:
            store.redact(interview, Redaction(*each, instead.strip(), reason.strip()), by)
        row, where = _reading(store, interview)
    made = [
        each for each in _listed(row, where) if any(_meet(each["original"], stretch) for stretch in hidden)
    ]
    if as_json:
        print_json({"interview": interview, "redactions": [_told(each) for each in made]})
        return
    _print(f"{interview}: {len(made):,} places are hidden now", made)
    print(f"To bring one back, with the vault: joinedup interviews restore {folder} NUMBER")


def redactions(folder: Folder, interview: Interview, as_json: AsJson = False) -> None:
    """List what is hidden in an interview, by number, with why and who decided, and never with the words."""
    with opened_store(folder) as store:
        found = _listed(*_reading(store, interview))
    if as_json:
        print_json({"interview": interview, "redactions": [_told(each) for each in found]})
        return
    if not found:
        print(f"Nothing is hidden in {interview}.")
        return
    _print(f"{interview}: {len(found):,} places are hidden", found)


def restore(
    folder: Folder,
    number: Annotated[
        int, typer.Argument(metavar="NUMBER", help="The redaction, as 'interviews redactions' numbers it.")
    ],
    who: Who = None,
    as_json: AsJson = False,
) -> None:
    """Bring back what a redaction hid, with the words from the vault."""
    by = who_does(who)
    with opened_store(folder) as store:
        vault = opened_vault(folder)
        store.undo_redaction(number, vault, by)
        waiting = len(store.open_proposals())
    if as_json:
        print_json({"restored": number, "open_proposals": waiting})
        return
    print(
        f"Redaction {number} is taken back: its words stand in the interview again, for all who may read it."
    )
    if waiting:
        print(f"{waiting:,} proposals wait for a decision: joinedup interviews propose {folder}")


def groups(folder: Folder, as_json: AsJson = False) -> None:
    """List positions that too few people hold to stand behind words, and what to leave out so that enough do."""
    own = read_settings(folder).evidence
    with Progress() as progress:
        progress("reading interviews")
        coded = coded_of(folder, Approach(own.approach))
    if coded is None:
        raise Refusal(f"{folder}: this study holds no interviews; 'joinedup interviews take' brings them in")
    speakers = {speaker.id: speaker for each in coded.interviews for speaker in each.speakers}
    found = small_groups(speakers.values(), own.group)
    if as_json:
        print_json({"at_least": own.group, "groups": [asdict(each) for each in found]})
        return
    if not found:
        print(f"At least {own.group:,} speakers share each position, service and area that was heard.")
        return
    print_table(
        f"Fewer than {own.group:,} speakers share these",
        ("position", "service", "area", "speakers", "leave out"),
        [
            (
                each.position,
                each.service,
                each.area,
                f"{each.speakers:,}",
                " or ".join(_wider(one) for one in each.coarser)
                or "do not attribute: too few speakers in all",
            )
            for each in found
        ],
    )


def _wider(wider: Coarser) -> str:
    left = ", ".join(wider.said) or "somebody"
    return f"{', '.join(wider.dropped)} ({wider.speakers:,} share: {left})"


def _reading(store: Store, interview: str) -> tuple[InterviewRow, Positions]:
    """Read an interview as it now stands, with the way to its original positions."""
    from joinedup.evidence.store.redacting import interview_of
    from joinedup.evidence.store.snapshot import positions_of

    with store.reading() as transaction:
        row = interview_of(transaction, interview)
        return row, positions_of(row.redactions, row.length)


def _stretch(row: InterviewRow, where: Positions, start: int, end: int) -> tuple[int, int]:
    """Hold a stretch to lying in the interview, and to hiding something that still stands."""
    shown = f"from {start} to {end}"
    if not 0 <= start < end <= len(row.text):
        raise Refusal(
            f"{shown}: is no stretch of the interview '{row.id}', which now has {len(row.text):,} characters; take the "
            "positions from the text as it now reads"
        )
    if any(_inside((start, end), each) for each in _hidden(where)):
        raise Refusal(
            f"{shown}: is hidden in the interview '{row.id}' already; see 'joinedup interviews redactions'"
        )
    return start, end


def _places(text: str, words: str, where: Positions) -> list[tuple[int, int]]:
    """Find every place where words stand one after the other, whatever their capitals, accents and what parts them.

    To hide too much shows and can be brought back; to hide too little does not show.
    """
    from joinedup.evidence.finding.words import folded_words, words_of

    wanted = folded_words(words)
    if not wanted:
        raise Refusal("--words: there is no word in it; give the words to hide, or START and END")
    said = words_of(text)
    folded = [each.folded for each in said]
    found = [
        (said[at].start, said[at + len(wanted) - 1].end)
        for at, first in enumerate(folded)
        if first == wanted[0] and folded[at : at + len(wanted)] == wanted
    ]
    hidden = _hidden(where)
    return [each for each in found if not any(_inside(each, one) for one in hidden)]


def _hold_silent(words: str, *shown: str) -> None:
    """Refuse a replacement or a reason that says what it is to hide."""
    from joinedup.evidence.finding.words import folded_words

    hidden = folded_words(words)
    for said in map(folded_words, shown):
        if hidden and any(said[at : at + len(hidden)] == hidden for at in range(len(said))):
            raise Refusal(
                "--as and --reason can be read by everybody, and one says what is to be hidden; word it otherwise"
            )


def _hidden(where: Positions) -> list[tuple[int, int]]:
    """Give where replacements stand in the text as it now reads."""
    return [where.to_working(each.start, each.end) for each in where.redactions]


def _inside(stretch: tuple[int, int], other: tuple[int, int]) -> bool:
    return other[0] <= stretch[0] and stretch[1] <= other[1]


def _meet(stretch: tuple[int, int], other: tuple[int, int]) -> bool:
    return stretch[0] < other[1] and other[0] < stretch[1]


def _listed(row: InterviewRow, where: Positions) -> list[dict[str, Any]]:
    found = []
    for each in row.redactions:
        start, end = where.to_working(each.start, each.end)
        found.append(
            {
                "number": each.id,
                "original": (each.start, each.end),
                "start": start,
                "end": end,
                "replacement": each.replacement,
                "reason": each.reason,
                "decided_by": each.decided_by,
                "before": row.text[max(0, start - _AROUND) : start],
                "after": row.text[end : end + _AROUND],
            }
        )
    return found


def _told(redaction: dict[str, Any]) -> dict[str, Any]:
    # How long the hidden words are helps to guess them.
    return {name: value for name, value in redaction.items() if name != "original"}


def _print(title: str, found: Sequence[dict[str, Any]]) -> None:
    print_table(
        title,
        ("number", "reads now", "reason", "decided by"),
        [
            (
                str(each["number"]),
                " ".join(f"{each['before']}»{each['replacement']}«{each['after']}".split()),
                each["reason"],
                each["decided_by"],
            )
            for each in found
        ],
    )
