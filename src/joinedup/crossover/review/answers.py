"""Reading the answers of a review sheet that came back, as a spreadsheet may have written it anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from joinedup.area.checking import ROW
from joinedup.area.formats import Layout, read_file
from joinedup.crossover.records import canonical
from joinedup.refusal import Refusal

if TYPE_CHECKING:
    from pathlib import Path

    from joinedup.area import Area
    from joinedup.crossover.review.key import Key

YES, NO, CANNOT_TELL = "yes", "no", "cannot tell"

_ANSWERS = {
    "yes": YES,
    "y": YES,
    "no": NO,
    "n": NO,
    "cannot tell": CANNOT_TELL,
    "can't tell": CANNOT_TELL,
    "can not tell": CANNOT_TELL,
}
_HOW = "write yes, no or cannot tell"
_NEEDED = ("pair", "incident_1", "incident_2", "same_event")


def answers_of(path: Path, key: Key) -> tuple[str, ...]:
    """Read the answers of a sheet that came back, in the order of its key; a spreadsheet may have written it anew.

    Raises:
        Refusal: when a column or a pair is missing, a pair stands there twice or belongs to another sheet, or an answer
            is missing or is none of yes, no and cannot tell: by file, row and column.
    """
    raw = read_file(path, Layout())
    called = {each.strip().lower(): each for each in reversed(raw.table.columns)}
    for number, problem in raw.aside:
        raise Refusal(f"{path}, row {number}: {problem}; take out what stands beyond the last column")
    for column in _NEEDED:
        if column not in called:
            raise Refusal(
                f"{path}, row 1: the column {column} is missing; put the answers into the sheet as it was written"
            )
    names = key.names
    place = {name: number for number, name in enumerate(names)}
    owner = {
        (side, _bare(incident)): name
        for name, each in zip(names, key.pairs, strict=True)
        for side, incident in enumerate(each.incidents)
    }
    rows: dict[int, int] = {}
    answers: dict[int, str] = {}
    for number, *cells in raw.table.select(ROW, *(called[each] for each in _NEEDED)).iter_rows():
        name, one, other, given = (_bare(cell) for cell in cells)
        here = place.get(name.upper())
        if here is None:
            raise Refusal(f"{path}, row {number}, column pair: {_unknown(name, key)}")
        if here in rows:
            raise Refusal(
                f"{path}, row {number}, column pair: '{name}' stands in row {rows[here]} too; keep one"
            )
        for side, incident in enumerate((one, other)):
            # A spreadsheet may write a number anew, so that only a record of another pair is a mistake for sure.
            theirs = owner.get((side, incident))
            if theirs is not None and _bare(key.pairs[here].incidents[side]) != incident:
                raise Refusal(
                    f"{path}, row {number}, column incident_{side + 1}: '{incident}' belongs to pair {theirs}, "
                    f"not to {name}; some columns were sorted without the others: undo that, or answer a fresh copy"
                )
        answer = _ANSWERS.get(" ".join(given.lower().replace("’", "'").replace("_", " ").split()).rstrip("."))
        if answer is None:
            wrong = f"'{given}' is not an answer" if given else "there is no answer"
            raise Refusal(f"{path}, row {number}, column same_event: {wrong}; {_HOW}")
        rows[here], answers[here] = number, answer
    missing = [name for name in names if place[name] not in answers]
    if missing:
        raise Refusal(
            f"{path}, column pair: {len(missing):,} of {len(names):,} pairs are missing, the first of them {missing[0]}; "
            "put their rows back, and write cannot tell where nobody can"
        )
    return tuple(answers[number] for number in range(len(names)))


def _bare(cell: str | None) -> str:
    """Take off what a spreadsheet, or the guard against formulas, put round a text."""
    return (cell or "").strip().removeprefix("'").strip()


def _unknown(name: str, key: Key) -> str:
    """Say why a pair is not on the sheet, and what to do."""
    if not name:
        return (
            "the number of the pair is missing; put it back, or delete the row if there is nothing else in it"
        )
    sheet = name.split("-", maxsplit=1)[0].upper()
    if sheet != key.sheet and len(sheet) == len(key.sheet):
        return (
            f"'{name}' is of another sheet; the key beside it is of {key.sheet}: put each beside its own key"
        )
    return f"'{name}' is not on this sheet; its pairs are {key.names[0]} to {key.names[-1]}"


def must_be_of(area: Area, key: Key, file: Path) -> None:
    """Hold a key to the study that it is read back in.

    Raises:
        Refusal: when a record of the sheet is not in the study, or came in at another time.
    """
    received = pl.col("wall").cast(pl.Datetime("us")).dt.to_string("%Y-%m-%d %H:%M:%S")
    held = canonical(area).select("incident_id", "service_id", received=received)
    told = pl.DataFrame(
        [
            (name, *of)
            for name, each in zip(key.names, key.pairs, strict=True)
            for of in zip(each.incidents, each.services, each.received, strict=True)
        ],
        schema=["pair", "incident_id", "service_id", "received"],
        orient="row",
    )
    missing = told.join(held, on=["incident_id", "service_id", "received"], how="anti", maintain_order="left")
    if not missing.is_empty():
        name, incident, service, when = missing.row(0)
        raise Refusal(
            f"{file}, pair {name}: {area.settings.name} has no incident '{incident}' of {service} that came in "
            f"at {when}; name the study that the sheet was drawn from ({key.study}), or draw a new sheet"
        )
