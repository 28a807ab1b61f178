"""Commands that change a study's codebook without losing a passage: rename, merge, split, move, describe, remove; and memos."""

from __future__ import annotations

import shlex
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from joinedup.cli.coding import opened_store
from joinedup.cli.progress import Progress
from joinedup.cli.reading import Folder
from joinedup.cli.showing import AsJson, print_json
from joinedup.evidence.passages import Code

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sqlalchemy.orm import Session

CHANGED = "coding changed"

codebook = typer.Typer(
    help="The codebook: rename, merge, split and move codes; every change can be taken back.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

CodeId = Annotated[
    str, typer.Argument(metavar="CODE", help="The id of a code, as 'joinedup codes' lists it.")
]
By = Annotated[
    str, typer.Option("--coder", metavar="ALIAS", help="Who changes it, by the alias under which they code.")
]


@codebook.command()
def rename(
    folder: Folder,
    code: CodeId,
    name: Annotated[str, typer.Argument(metavar="NAME", help="What it is called from now on.")],
    coder: By,
    as_json: AsJson = False,
) -> None:
    """Give a code another name; its id, and all that was coded with it, stay."""
    from joinedup.evidence import coding

    _change(folder, coder, lambda transaction: coding.rename(transaction, coder, code, name), as_json=as_json)


@codebook.command()
def merge(
    folder: Folder,
    code: CodeId,
    into: Annotated[str, typer.Argument(metavar="INTO", help="The id of the code that stays.")],
    coder: By,
    as_json: AsJson = False,
) -> None:
    """Merge a code into another: its passages, memos and the codes under it go there, and it is no more."""
    from joinedup.evidence import coding

    _change(folder, coder, lambda transaction: coding.merge(transaction, coder, code, into), as_json=as_json)


@codebook.command()
def split(
    folder: Folder,
    code: CodeId,
    new: Annotated[str, typer.Argument(metavar="NEW", help="The id of the new code.")],
    coder: By,
    passages: Annotated[
        list[str],
        typer.Option("--passages", metavar="ID", help="A passage that goes to it; may be given again."),
    ],
    name: Annotated[
        str | None, typer.Option("--name", metavar="NAME", help="What it is called; its id unless given.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Move chosen passages of a code to a new one, which stands under it."""
    from joinedup.evidence import coding

    into = Code(new, name or new, parent=code)
    _change(
        folder,
        coder,
        lambda transaction: coding.split(transaction, coder, code, passages, into),
        as_json=as_json,
    )


@codebook.command()
def move(
    folder: Folder,
    code: CodeId,
    under: Annotated[
        str, typer.Option("--under", metavar="PARENT", help='The id of the code above it; "" for the top.')
    ],
    coder: By,
    as_json: AsJson = False,
) -> None:
    """Put a code, with all that stands under it, under another."""
    from joinedup.evidence import coding

    _change(
        folder, coder, lambda transaction: coding.put_under(transaction, coder, code, under), as_json=as_json
    )


@codebook.command()
def describe(
    folder: Folder,
    code: CodeId,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="What the code means, and what it does not.")],
    coder: By,
    as_json: AsJson = False,
) -> None:
    """Write the definition of a code anew; all else that is said of it stays."""
    from joinedup.evidence import coding

    def define(transaction: Session) -> None:
        held = {each.id: each for each in coding.codes(transaction)}
        # One that is not there is refused by whoever knows what is.
        coding.describe(transaction, coder, replace(held.get(code, Code(code, code)), definition=text))

    _change(folder, coder, define, as_json=as_json)


@codebook.command()
def remove(folder: Folder, code: CodeId, coder: By, as_json: AsJson = False) -> None:
    """Take a code out that nothing is coded with and nothing stands under."""
    from joinedup.evidence import coding

    _change(folder, coder, lambda transaction: coding.remove_code(transaction, coder, code), as_json=as_json)


@codebook.command()
def memo(
    folder: Folder,
    passage: Annotated[str, typer.Argument(metavar="PASSAGE", help="The id of a passage.")],
    text: Annotated[str, typer.Argument(metavar="TEXT", help='What it is to say; "" to empty it.')],
    coder: By,
    as_json: AsJson = False,
) -> None:
    """Write the memo of a passage anew."""
    from joinedup.evidence import coding

    _change(
        folder, coder, lambda transaction: coding.note(transaction, coder, passage, text), as_json=as_json
    )


def _change(folder: Path, coder: str, change: Callable[[Session], None], *, as_json: bool) -> None:
    """Make a change, write it into the log, and say what it was and how it is taken back."""
    from joinedup.evidence.coding.changing import next_change
    from joinedup.evidence.store import ChangeRow

    with Progress() as progress, opened_store(folder) as store:
        progress("changing the codebook")
        with store.transaction() as transaction:
            number = next_change(transaction)
            change(transaction)
            made = transaction.get(ChangeRow, number)
            what = made.what if made else None
        if what is not None:
            store.note(coder, CHANGED, {"coder": coder, "change": what})
    if as_json:
        print_json({"coder": coder, "changed": what})
        return
    if what is None:
        print("Nothing changed: it is so already.")
        return
    print(f"{what[0].upper()}{what[1:]}.")
    print(f"To take it back: joinedup code {folder} --undo --coder {shlex.quote(coder)}")
