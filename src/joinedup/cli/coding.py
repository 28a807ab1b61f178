"""Commands of those who code: bringing coding in, the codebook and its uses, search, and sentences that may belong to a code."""

from __future__ import annotations

import shlex
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from joinedup.area.settings import read_settings
from joinedup.cli.progress import Progress
from joinedup.cli.reading import Folder
from joinedup.cli.showing import AsJson, print_json, print_table
from joinedup.evidence import STORE, coded_of
from joinedup.evidence.codebook import codebook_of
from joinedup.evidence.exchange import End
from joinedup.evidence.passages import Approach, Coder
from joinedup.refusal import Refusal

if TYPE_CHECKING:
    from joinedup.evidence.coding import Brought, Decided
    from joinedup.evidence.store import Store


BROUGHT, TAKEN_BACK, MADE_AGAIN = "coding brought in", "coding taken back", "coding made again"


def code(
    folder: Folder,
    coder: Annotated[
        str, typer.Option("--coder", metavar="ALIAS", help="Whose coding it is; never somebody's name.")
    ],
    file: Annotated[
        Path | None,
        typer.Argument(
            metavar="FILE",
            help="A table of passages, a project (.qdpx), or a codebook (a table or .qdc).",
        ),
    ] = None,
    name: Annotated[
        str | None,
        typer.Option("--name", help="What a new coder is called in lists; the alias unless given."),
    ] = None,
    called: Annotated[
        str | None,
        typer.Option("--from", metavar="NAME", help="What FILE calls the coder, where not by the alias."),
    ] = None,
    round: Annotated[
        int | None, typer.Option("--round", min=1, help="The round of all of it, whatever FILE says.")
    ] = None,
    end: Annotated[
        End | None,
        typer.Option("--end", help="What the end of a selection is, where a project does not show it."),
    ] = None,
    start: Annotated[
        bool,
        typer.Option("--start", help="Start the codebook, from the study's own or the one that is shipped."),
    ] = False,
    undo: Annotated[bool, typer.Option("--undo", help="Take the coder's last change back.")] = False,
    redo: Annotated[bool, typer.Option("--redo", help="Make again what was taken back last.")] = False,
    as_json: AsJson = False,
) -> None:
    """Bring one coder's passages, or a codebook, into the evidence store; or take their last change back."""
    if (file is not None) + start + undo + redo != 1:
        raise typer.BadParameter("give one of them", param_hint="FILE | --start | --undo | --redo")
    from joinedup.evidence import coding

    if undo or redo:
        with opened_store(folder) as store:
            with store.transaction() as transaction:
                what = (coding.undo if undo else coding.redo)(transaction, coder)
            store.note(coder, TAKEN_BACK if undo else MADE_AGAIN, {"coder": coder, "change": what})
        did = "taken back" if undo else "made again"
        print_json({"coder": coder, did.replace(" ", "_"): what}) if as_json else print(f"{did}: {what}")
        return
    with Progress() as progress, opened_store(folder) as store:
        progress("bringing coding in")
        with store.transaction() as transaction:
            whose = Coder(coder, name or coder)
            brought = (
                coding.start(transaction, folder, whose)
                if file is None
                else coding.bring(transaction, folder, file, whose, called or "", round, end)
            )
        if brought.changes:
            about = {
                "codes": brought.started + len(brought.codes),
                "corrected_codes": len(brought.corrected),
                "passages": len(brought.passages),
                "interviews": list(brought.interviews),
            }
            store.note(coder, BROUGHT, about)
    if as_json:
        print_json({**asdict(brought), "others": dict(brought.others)})
        return
    _print_brought(folder, brought)


def _print_brought(folder: Path, brought: Brought) -> None:
    if brought.started:
        print(f"The codebook was started with {brought.started:,} codes.")
    if not brought.started or brought.passages or brought.codes:
        print(
            f"{folder}: {len(brought.passages):,} passages on {len(brought.interviews):,} interviews are new, {brought.again:,} "
            f"stood already; {len(brought.codes):,} codes are new, {len(brought.corrected):,} corrected."
        )
    if brought.new_coder:
        print(f"'{brought.coder}' had not coded here before.")
    for each, passages in brought.others:
        print(
            f"Left: {passages:,} passages of '{each}'; bring them in with --coder ALIAS --from {shlex.quote(each)}"
        )
    for note in brought.said:
        print(f"Note: {note}.")
    if brought.changes:
        print(f"To take it back: joinedup code {folder} --undo --coder {shlex.quote(brought.coder)}")


def codes(folder: Folder, as_json: AsJson = False) -> None:
    """List the codebook, and how often each code is used: by passages, interviews and coders, and by what was suggested."""
    with Progress() as progress:
        progress("reading interviews")
        coded = coded_of(folder, Approach(read_settings(folder).evidence.approach))
        codebook = codebook_of(folder) if coded is None else coded.codes
        passages = () if coded is None else coded.passages
        decided = _decided(folder)
    rows = []
    for code in codebook:
        laid = [each for each in passages if each.code == code.id]
        made = decided.get(code.id)
        rows.append(
            {
                **asdict(code),
                "passages": len(laid),
                "interviews": len({each.interview for each in laid}),
                "coders": len({each.coder for each in laid}),
                "suggested": made.suggested if made else 0,
                "accepted": made.accepted if made else 0,
                "refused": made.refused if made else 0,
            }
        )
    if as_json:
        print_json(rows)
        return
    print_table(
        "Codebook",
        (
            "code",
            "name",
            "under",
            "says",
            "who could lift it",
            "passages",
            "interviews",
            "coders",
            "suggested",
        ),
        [
            (
                row["id"],
                row["name"],
                row["parent"],
                row["family"] or row["about"],
                ", ".join(row["lifters"]),
                *(f"{row[each]:,}" for each in ("passages", "interviews", "coders", "suggested")),
            )
            for row in rows
        ],
    )
    if coded is None:
        print("This study holds no interviews yet.")
    elif not rows:
        print(
            f"The store has no codebook yet: joinedup code {folder} --start --coder ALIAS brings the study's."
        )


def find(
    folder: Folder,
    query: Annotated[
        str,
        typer.Argument(
            metavar="QUERY", help='Words, "words in a row", beginnings*, AND, OR, NOT and brackets.'
        ),
    ],
    as_json: AsJson = False,
) -> None:
    """Find what was said in the interviews of a study's evidence store."""
    from joinedup.evidence.finding import search

    with Progress() as progress, opened_store(folder) as store, store.transaction() as transaction:
        progress("searching")
        found = search(transaction, query)
    if as_json:
        print_json([asdict(each) for each in found])
        return
    if not found:
        print("Nothing of the kind was said.")
        return
    print_table(
        f"Turns: {len(found):,}; interviews: {len({each.interview for each in found}):,}; speakers are pseudonyms",
        ("interview", "speaker", "from", "what was said"),
        [
            (
                each.interview,
                each.speaker or "(interviewer)",
                str(each.places[0][0]),
                " ".join(each.with_marks("»", "«").split()),
            )
            for each in found
        ],
    )


def suggest_passages(
    folder: Folder,
    code: Annotated[str, typer.Argument(metavar="CODE", help="The id of a code.")],
    most: Annotated[int, typer.Option("--most", help="How many sentences to offer.")] = 20,
    accept: Annotated[
        list[str] | None,
        typer.Option("--accept", metavar="ID", help="Lay the code on this suggestion; may be repeated."),
    ] = None,
    refuse: Annotated[
        list[str] | None,
        typer.Option("--refuse", metavar="ID", help="Never offer this suggestion again; may be repeated."),
    ] = None,
    coder: Annotated[
        str | None, typer.Option("--coder", help="Who decides, by the alias under which they code.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Offer sentences that are like those a code was laid on, after taking note of what a coder decided."""
    from joinedup.evidence import coding
    from joinedup.evidence.finding import suggest

    if (accept or refuse) and coder is None:
        raise Refusal("somebody has to accept or refuse: name the coder with --coder")
    with Progress() as progress, opened_store(folder) as store, store.transaction() as transaction:
        for each in accept or ():
            coding.accept(transaction, str(coder), each)
        for each in refuse or ():
            coding.refuse(transaction, str(coder), each)
        progress("comparing sentences")
        offered = suggest(transaction, code, most)
        counts = next((each for each in coding.decided(transaction) if each.code == code), None)
    so_far = {
        each: getattr(counts, each) if counts else 0
        for each in ("suggested", "waiting", "accepted", "refused")
    }
    if as_json:
        print_json({"code": code, **so_far, "suggestions": [asdict(each) for each in offered]})
        return
    if offered:
        print_table(
            f"Sentences like those of {code}, the most alike first",
            ("alike", "suggestion", "speaker", "what was said"),
            [(f"{each.score:.2f}", each.id, each.speaker, " ".join(each.words.split())) for each in offered],
        )
    else:
        print(f"No other sentence is like those of {code}.")
    print(
        f"So far: {so_far['accepted']:,} accepted and {so_far['refused']:,} refused. Decide with --accept ID or --refuse ID, "
        "and --coder."
    )


def _decided(folder: Path) -> dict[str, Decided]:
    """Count the suggestions of each code, where there is a store."""
    if not (folder / STORE).is_file():
        return {}
    from joinedup.evidence.coding import decided

    with opened_store(folder) as store, store.reading() as transaction:
        return {each.code: each for each in decided(transaction)}


def opened_store(folder: Path) -> Store:
    """Open the store of a study.

    Raises:
        Refusal: when the folder is no study, or has no store.
    """
    from joinedup.evidence.store import Store

    read_settings(folder)
    return Store.open(folder / STORE)
