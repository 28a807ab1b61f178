"""Rows of codes, passages and decided suggestions, as the record of changes keeps them.

Rows are plain values by column, so that what stood before and after a change survives JSON. A suggestion that nobody has
decided is no part of the record: the machine can make it again at any time.
"""

from __future__ import annotations

import json
from collections import defaultdict
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import bindparam, delete, insert, select, update

from joinedup.evidence.passages import Code, Family, Passage
from joinedup.evidence.store.coded import CodeRow, PassageRow, SuggestionRow

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlalchemy import BindParameter, ColumnElement, Table
    from sqlalchemy.orm import Session

Key = tuple[str, str]
"""The name of a table and an id in it."""
Row = dict[str, Any]
Rows = dict[Key, Row]

CODES, PASSAGES, SUGGESTIONS = (
    cast("Table", each.__table__) for each in (CodeRow, PassageRow, SuggestionRow)
)
_TABLES = {each.name: each for each in (CODES, PASSAGES, SUGGESTIONS)}
_AT_ONCE = 5_000
"""Rows asked for in one question: databases limit how many values it may name."""
_BETWEEN_LIFTERS = " ; "


def rows_where(transaction: Session, table: Table, *conditions: ColumnElement[bool]) -> Rows:
    """Read the rows of a table that fulfil all conditions, in the order of their ids."""
    found = transaction.execute(select(table).where(*conditions).order_by(table.c.id)).mappings()
    return {(table.name, row["id"]): dict(row) for row in found}


def rows_now(transaction: Session, keys: Iterable[Key]) -> Rows:
    """Read what stands under these keys; one that stands nowhere is left out, and so is an open suggestion."""
    wanted: dict[str, list[str]] = defaultdict(list)
    for name, row in sorted(set(keys)):
        wanted[name].append(row)
    found: Rows = {}
    for name, ids in wanted.items():
        table = _TABLES[name]
        decided = [table.c.decision != ""] if table is SUGGESTIONS else []
        for some in _in_turn(ids):
            found |= rows_where(transaction, table, table.c.id.in_(some), *decided)
    return found


def put(transaction: Session, before: Rows, after: Rows) -> None:
    """Make the rows that were as ``before`` be as ``after``, in an order in which no row ever leads nowhere."""
    for name, table in _TABLES.items():
        put_here = [row for (of, _), row in after.items() if of == name]
        made = [row for row in put_here if (name, row["id"]) not in before]
        if table is SUGGESTIONS:
            # An open suggestion of the same sentence gives way to the decision.
            _remove(transaction, table, [row["id"] for row in made])
        if made:
            # Codes come without their parents first: a parent may be among those that follow.
            alone = [{**row, "parent_id": None} for row in made] if table is CODES else made
            transaction.execute(insert(table), alone)
        there = [row for row in put_here if (name, row["id"]) in before]
        _change(transaction, table, put_here if table is CODES else there)
    for name in (SUGGESTIONS.name, PASSAGES.name):
        _remove(
            transaction, _TABLES[name], [row for of, row in before if of == name and (of, row) not in after]
        )
    gone = [row for of, row in before if of == CODES.name and (of, row) not in after]
    for some in _in_turn(gone):
        transaction.execute(delete(SUGGESTIONS).where(SUGGESTIONS.c.code_id.in_(some)))
        transaction.execute(update(CODES).where(CODES.c.id.in_(some)).values(parent_id=None))
    _remove(transaction, CODES, gone)
    transaction.expire_all()


def _change(transaction: Session, table: Table, rows: list[Row]) -> None:
    if rows:
        columns: list[str] = [each.name for each in table.columns if each.name != "id"]
        values: dict[str, BindParameter[Any]] = {each: bindparam(f"new_{each}") for each in columns}
        transaction.connection().execute(
            update(table).where(table.c.id == bindparam("new_id")).values(values),
            [{f"new_{column}": value for column, value in row.items()} for row in rows],
        )


def _remove(transaction: Session, table: Table, ids: list[str]) -> None:
    for some in _in_turn(ids):
        transaction.execute(delete(table).where(table.c.id.in_(some)))


def _in_turn(ids: list[str]) -> Iterator[list[str]]:
    for at in range(0, len(ids), _AT_ONCE):
        yield ids[at : at + _AT_ONCE]


def as_text(rows: Rows) -> str:
    """Write rows as JSON: the same rows give the same text."""
    held: dict[str, list[Row]] = {}
    for (table, _), row in sorted(rows.items(), key=lambda each: each[0]):
        held.setdefault(table, []).append(row)
    return json.dumps(held, ensure_ascii=False, sort_keys=True)


def from_text(text: str) -> Rows:
    """Read back what `as_text` wrote."""
    return {(table, row["id"]): row for table, rows in json.loads(text).items() for row in rows}


def code_of(row: Row) -> Code:
    """Give a code as it is worked with."""
    return Code(
        id=row["id"],
        name=row["name"],
        parent=row["parent_id"] or "",
        definition=row["definition"],
        example=row["example"],
        colour=row["colour"],
        family=Family(row["family"]) if row["family"] else None,
        about=row["about"],
        lifters=tuple(each for each in row["lifters"].split(_BETWEEN_LIFTERS) if each),
    )


def row_of_code(code: Code) -> Row:
    """Give a code as the store keeps it."""
    return {
        "id": code.id,
        "parent_id": code.parent or None,
        "name": code.name,
        "definition": code.definition,
        "example": code.example,
        "colour": code.colour,
        "family": code.family.value if code.family else "",
        "about": code.about,
        "lifters": _BETWEEN_LIFTERS.join(code.lifters),
    }


def passage_of(row: Row) -> Passage:
    """Give a passage as it is worked with, its positions those of the original text."""
    return Passage(
        id=row["id"],
        interview=row["interview_id"],
        start=row["start"],
        end=row["end"],
        code=row["code_id"],
        coder=row["coder_id"],
        round=row["round"],
        memo=row["memo"],
        suggested=row["suggested"],
    )


def row_of_passage(passage: Passage) -> Row:
    """Give a passage as the store keeps it."""
    return {
        "id": passage.id,
        "interview_id": passage.interview,
        "code_id": passage.code,
        "coder_id": passage.coder,
        "round": passage.round,
        "start": passage.start,
        "end": passage.end,
        "memo": passage.memo,
        "suggested": passage.suggested,
    }
