"""Bringing coding into the store that was done elsewhere: in a table, in another program's project, or a codebook alone.

Files count in the working text, as coders read it; the store counts in the original. Whatever stands already stays as it is,
so that a file may be brought again after more was coded in it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, fields, replace
from itertools import count
from typing import TYPE_CHECKING, Any

from joinedup.area.checking import ROW
from joinedup.evidence.codebook import codebook_of, read_codebook
from joinedup.evidence.coding.arranging import make
from joinedup.evidence.coding.changing import make_change
from joinedup.evidence.coding.laying import add_coder, lay_all, stretch_of
from joinedup.evidence.coding.matching import Held, as_ours, held_in, same_interview, six_figures
from joinedup.evidence.coding.rows import CODES, PASSAGES, code_of, row_of_code, row_of_passage, rows_where
from joinedup.evidence.passages import Code, Passage
from joinedup.evidence.reading import filled, one_of, only_once, read_table
from joinedup.evidence.store.coded import CoderRow
from joinedup.refusal import Refusal, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from sqlalchemy.orm import Session

    from joinedup.evidence.exchange import End
    from joinedup.evidence.passages import Coder

PROJECT, CODEBOOK = ".qdpx", ".qdc"
_NEEDED = ("passage_id", "interview_id", "start", "end", "code_id")
_YES = {"yes": True, "no": False, "": False}


@dataclass(frozen=True)
class Brought:
    """What a file brought into the store, by ids, and what it did not.

    Attributes:
        coder: whose coding it is now.
        new_coder: whether nobody coded under that alias before.
        started: how many codes the store's codebook was started with, because it had none.
        codes: the codes that are new.
        corrected: the codes of which a codebook says something else than the store did.
        passages: the passages that are new, and ``interviews`` those that they are laid on.
        again: how many passages stood already, or stand twice in the file.
        others: how many passages the file holds of each other coder; they are left.
        said: what reading the file left out or had to assume.
    """

    coder: str
    new_coder: bool
    started: int = 0
    codes: tuple[str, ...] = ()
    corrected: tuple[str, ...] = ()
    passages: tuple[str, ...] = ()
    interviews: tuple[str, ...] = ()
    again: int = 0
    others: tuple[tuple[str, int], ...] = ()
    said: tuple[str, ...] = ()

    @property
    def changes(self) -> bool:
        """Whether anything in the store is other than it was."""
        return bool(self.started or self.codes or self.corrected or self.passages)


def bring(
    transaction: Session,
    study: Path,
    path: Path,
    coder: Coder,
    called: str = "",
    round: int | None = None,
    end: End | None = None,
) -> Brought:
    """Bring what one coder did into the store; of what they laid already, nothing is laid twice.

    A store without codes starts from the study's own codebook, else the one that is shipped, unless the file is a codebook.
    A code of a project is taken for the store's that has its id, else its name; others are made. What a codebook says of a code
    that stands is taken over, and what it leaves empty stays. Making codes is one change and laying passages another.

    Args:
        transaction: over the store; nothing is to be kept of it after a refusal.
        study: the study's folder, for its codebook.
        path: a table of passages or of codes, a project (.qdpx) or a codebook (.qdc).
        coder: whose coding it is; added when the alias is new.
        called: what the file calls the coder, where not by the alias.
        round: the round of all of it; what the file says, else 1, where not given.
        end: what the end of a selection is, where a project does not show it.

    Raises:
        Refusal: for what the store does not hold or could not keep, by file, row and column.
    """
    brought = _by(transaction, coder)
    if path.suffix.lower() == CODEBOOK:
        from joinedup.evidence.exchange import read_codebook as read_qdc

        return _codebook(transaction, path, brought, read_qdc(path))
    if path.suffix.lower() == PROJECT:
        return _project(transaction, study, path, brought, called or coder.id, round, end)
    columns = read_table(path, ("code_id",)).columns
    if "interview_id" not in columns and "name" in columns:
        return _codebook(transaction, path, brought, read_codebook(path))
    brought = _started(transaction, study, brought)
    given, others = _own(path, _rows(path), called or coder.id)
    return _laid(transaction, replace(brought, others=others), given, held_in(transaction), round)


def start(transaction: Session, study: Path, coder: Coder) -> Brought:
    """Start the codebook of a store that has none, from the study's own, else the one that is shipped.

    Raises:
        Refusal: when there are codes already.
    """
    brought = _started(transaction, study, _by(transaction, coder))
    if not brought.started:
        raise Refusal("this study's store has a codebook already; bring what is new in it in a file")
    return brought


def _by(transaction: Session, coder: Coder) -> Brought:
    """Begin with who brings, who is added when the alias is new."""
    known = transaction.get(CoderRow, coder.id)
    if known is None:
        add_coder(transaction, coder)
    elif coder.name not in ("", coder.id, known.name):
        raise Refusal(f"there is a coder '{coder.id}' already, called '{known.name}'; choose another id")
    return Brought(coder.id, known is None)


@dataclass(frozen=True)
class _Given:
    """A passage as a file gives it, in positions of the working text; ``where`` is its place in the file.

    ``renamed`` says that its id is only a number by which the file was read, and may give way to one that stands.
    """

    where: str
    passage: Passage
    renamed: bool = False


def _rows(path: Path) -> list[_Given]:
    """Read a table of passages."""
    read = read_table(path, _NEEDED)
    for column in _NEEDED:
        filled(path, read, column)
    only_once(path, read, "passage_id")
    if "suggested" in read.columns:
        one_of(path, read, "suggested", list(_YES))
    return [
        _Given(
            f"{path}, row {row[ROW]}, column ",
            Passage(
                row["passage_id"],
                row["interview_id"],
                _whole(path, row, "start", 0),
                _whole(path, row, "end", 1),
                row["code_id"],
                row.get("coder", ""),
                _whole(path, row, "round", 1) if row.get("round") else 1,
                row.get("memo", ""),
                _YES[row.get("suggested", "")],
            ),
        )
        for row in read.iter_rows(named=True)
    ]


def _project(
    transaction: Session,
    study: Path,
    path: Path,
    brought: Brought,
    called: str,
    round: int | None,
    end: End | None,
) -> Brought:
    """Bring what one coder laid in a project of REFI-QDA, on interviews with the same text."""
    from joinedup.evidence.exchange import read_project

    read = read_project(path, end)
    brought = replace(_started(transaction, study, brought), said=read.said)
    each_is, new = as_ours(transaction, read.coded.codes)
    _make(transaction, path, brought.coder, new, {})
    own, others = _own(
        path,
        [
            _Given(f"{path}, selection {each.id}, ", replace(each, code=each_is[each.code]), renamed=True)
            for each in read.coded.passages
        ],
        called,
    )
    heard = held_in(transaction)
    theirs = {
        interview: same_interview(path, read.coded.interview[interview], heard)
        for interview in sorted({each.passage.interview for each in own})
    }
    given = [
        replace(each, passage=replace(each.passage, interview=theirs[each.passage.interview])) for each in own
    ]
    brought = replace(brought, codes=tuple(each.id for each in new), others=others)
    return _laid(transaction, brought, given, heard, round)


def _own(path: Path, given: list[_Given], called: str) -> tuple[list[_Given], tuple[tuple[str, int], ...]]:
    """Part what one coder laid, and what names no coder, from what others did, who are counted."""
    others = Counter(each.passage.coder for each in given if each.passage.coder not in ("", called))
    own = [each for each in given if each.passage.coder in ("", called)]
    if given and not own:
        raise Refusal(
            f"{path}: holds nothing that '{called}' laid{did_you_mean(called, others)}; say with --from what the file calls "
            "the coder"
        )
    return own, tuple(sorted(others.items()))


def _laid(
    transaction: Session,
    brought: Brought,
    given: Iterable[_Given],
    heard: Mapping[str, Held],
    round: int | None,
) -> Brought:
    """Lay what does not stand yet, as one change."""
    codes = {code for _, code in rows_where(transaction, CODES)}
    standing = rows_where(transaction, PASSAGES).values()
    taken = {row["id"] for row in standing}
    stretches = {stretch_of(row) for row in standing}
    new: dict[tuple[object, ...], Passage] = {}
    again = 0
    for each in given:
        asked = replace(each.passage, coder=brought.coder, round=round or each.passage.round)
        passage = _in_original(replace(each, passage=asked), heard, codes)
        stretch = stretch_of(row_of_passage(passage))
        if stretch in stretches:
            again += 1
        elif stretch in new:
            first = new[stretch]
            memos = dict.fromkeys(memo for memo in (first.memo, passage.memo) if memo)
            new[stretch] = replace(
                first, memo="\n".join(memos), suggested=first.suggested and passage.suggested
            )
            again += 1
        else:
            if passage.id in taken:
                if not each.renamed:
                    raise Refusal(
                        f"{each.where}passage_id: '{passage.id}' stands in the store on another stretch, code, coder or round; "
                        "give the passage another id"
                    )
                named = (f"{brought.coder}-{passage.id}-{figure}" for figure in count(1))
                passage = replace(passage, id=next(each for each in named if each not in taken))
            taken.add(passage.id)
            new[stretch] = passage
    if new:
        lay_all(transaction, brought.coder, new.values())
    return replace(
        brought,
        passages=tuple(each.id for each in new.values()),
        interviews=tuple(sorted({each.interview for each in new.values()})),
        again=again,
    )


def _in_original(given: _Given, heard: Mapping[str, Held], codes: set[str]) -> Passage:
    """Hold a passage to lying in what the store holds; give it in positions of the original text."""
    passage, where = given.passage, given.where
    for column, value, known in (
        ("interview_id", passage.interview, heard),
        ("code_id", passage.code, codes),
    ):
        if value not in known:
            raise Refusal(f"{where}{column}: '{value}' is not known{did_you_mean(value, known)}")
    interview = heard[passage.interview]
    if interview.withdrawn:
        raise Refusal(f"{where}interview_id: '{passage.interview}' was withdrawn; take out all that is of it")
    if passage.start >= passage.end:
        raise Refusal(
            f"{where}end: {passage.end} is not after the start {passage.start}; the end is the first position that no longer "
            "belongs to the passage"
        )
    if passage.end > len(interview.text):
        raise Refusal(
            f"{where}end: {passage.end} lies past the end of '{passage.interview}', which has {len(interview.text):,} "
            "characters as it now reads; count in the text as it is exported"
        )
    start, end = interview.positions.to_original(passage.start, passage.end)
    if any(start < last and first < end for first, last in interview.gone):
        raise Refusal(
            f"{where}start: the passage takes in words that were withdrawn; take it out, and its memo"
        )
    return replace(passage, start=start, end=end)


def _started(transaction: Session, study: Path, brought: Brought) -> Brought:
    """Start the codebook of a store that has none."""
    if rows_where(transaction, CODES):
        return brought
    codes = codebook_of(study)
    make(transaction, brought.coder, codes)
    return replace(brought, started=len(codes))


def _codebook(transaction: Session, path: Path, brought: Brought, codes: Sequence[Code]) -> Brought:
    """Make the codes that are new, and take over what is said of those that stand."""
    each_is, new = as_ours(transaction, codes)
    standing = {code: code_of(row) for (_, code), row in rows_where(transaction, CODES).items()}
    corrected = {}
    for each in codes:
        held = standing.get(each_is[each.id])
        if held is None:
            continue
        given = {one.name: getattr(each, one.name) for one in fields(Code) if getattr(each, one.name)}
        if each.parent:
            given["parent"] = each_is[each.parent]
        now = replace(held, **given | {"id": held.id, "colour": six_figures(each.colour) or held.colour})
        if now != held:
            corrected[held.id] = now
    _make(transaction, path, brought.coder, new, corrected)
    return replace(brought, codes=tuple(each.id for each in new), corrected=tuple(sorted(corrected)))


def _make(
    transaction: Session, path: Path, coder: str, new: Sequence[Code], corrected: Mapping[str, Code]
) -> None:
    """Make codes and change others, as one change."""
    rows = rows_where(transaction, CODES)
    before = {key: row for key, row in rows.items() if key[1] in corrected}
    after = {(CODES.name, each.id): row_of_code(each) for each in (*new, *corrected.values())}
    what = " and ".join(
        f"{did} {len(many):,} code{'s' if len(many) > 1 else ''}"
        for did, many in (("made", new), ("corrected", corrected))
        if many
    )
    try:
        make_change(transaction, coder, what, before, after)
    except Refusal as refusal:
        raise Refusal(f"{path}: {refusal}") from None


def _whole(path: Path, row: Mapping[str, Any], column: str, least: int) -> int:
    given = row[column]
    if not (given.isascii() and given.isdigit() and len(given) < 10 and int(given) >= least):
        raise Refusal(
            f"{path}, row {row[ROW]}, column {column}: '{given}' is not a whole number of {least} or more"
        )
    return int(given)
