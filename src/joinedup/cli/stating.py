"""Commands that keep sentences for the report on what they rest on, and say which of them still stand (§6.1)."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from joinedup.cli.progress import Progress
from joinedup.cli.reading import Folder
from joinedup.cli.showing import AsJson, print_json, print_table
from joinedup.evidence import STORE
from joinedup.evidence.cited import Cited
from joinedup.study.hearing import Heard

if TYPE_CHECKING:
    from joinedup.evidence.store import Statement


def state(
    folder: Folder,
    sentence: Annotated[
        str, typer.Argument(metavar="SENTENCE", help="What the report is to say, as it is to say it.")
    ],
    by: Annotated[str, typer.Option("--by", metavar="WHO", help="Who states it, for the log.")],
    passages: Annotated[
        list[str] | None, typer.Option("--passage", metavar="ID", help="A passage; may be given again.")
    ] = None,
    figures: Annotated[
        list[str] | None,
        typer.Option(
            "--figure", metavar="survey/QUESTION/ANSWER", help="A share of the survey; may be given again."
        ),
    ] = None,
    replies: Annotated[
        list[str] | None,
        typer.Option(
            "--reply", metavar="views/REPLY", help="A reply to the consultation; may be given again."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Keep a sentence for the report with what it rests on; it leaves the report when that goes or changes."""
    # Only who states something waits for what a store needs.
    from joinedup.evidence.store import Citation, Kind, Store

    if not by.strip():
        raise typer.BadParameter("name who states it", param_hint="--by")
    citations = [
        Citation(kind, each)
        for kind, named in ((Kind.PASSAGE, passages), (Kind.FIGURE, figures), (Kind.REPLY, replies))
        for each in named or ()
    ]
    with Progress() as progress, Store.open(folder / STORE) as store:
        progress("reading what people said")
        heard = Heard.of(folder)
        cited = Cited(heard.survey, heard.views)
        named = store.state(sentence.strip(), citations, by.strip(), cited.fingerprint)
    rests_on = sorted(set(citations))
    if as_json:
        print_json(
            {"id": named, "sentence": sentence.strip(), "citations": [asdict(each) for each in rests_on]}
        )
        return
    print(
        f"The statement {named} rests on {len(rests_on):,} of what people said; the report makes it while all of it reads "
        "as it does now."
    )


def statements(folder: Folder, as_json: AsJson = False) -> None:
    """List the statements that the report makes, and those that it leaves out, with what became of their evidence."""
    from joinedup.evidence.store import Store

    with Progress() as progress, Store.open(folder / STORE) as store:
        progress("reading what people said")
        heard = Heard.of(folder)
        cited = Cited(heard.survey, heard.views)
        standing = store.standing_statements(cited.fingerprint)
        lost = store.lost_statements(cited.fingerprint)
    if as_json:
        print_json({"standing": [_told(each) for each in standing], "lost": [_told(each) for each in lost]})
        return
    if not standing and not lost:
        print(f"Nothing is stated yet: joinedup state {folder} SENTENCE --passage ID --by WHO")
        return
    if standing:
        print_table(
            "Statements that the report makes",
            ("statement", "sentence", "rests on"),
            [
                (each.id, each.sentence, "; ".join(f"{one.kind} {one.target}" for one in each.citations))
                for each in standing
            ],
        )
    if lost:
        print_table(
            "Statements that the report leaves out",
            ("statement", "sentence", "what it has lost"),
            [
                (
                    each.id,
                    each.sentence,
                    "; ".join(f"{one.citation.kind} {one.citation.target}: {one.why}" for one in each.lost),
                )
                for each in lost
            ],
        )
        print("Look at what they rest on; stating a sentence again takes its evidence as it reads now.")


def _told(statement: Statement) -> dict[str, Any]:
    return {
        "id": statement.id,
        "sentence": statement.sentence,
        "citations": [asdict(each) for each in statement.citations],
        "lost": [{**asdict(each.citation), "why": each.why} for each in statement.lost],
    }
