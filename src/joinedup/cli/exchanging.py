"""Commands that hand interviews and their coding to other programs, and take them over from these."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from joinedup.area.settings import read_settings
from joinedup.cli.progress import Progress
from joinedup.cli.reading import Folder
from joinedup.cli.showing import AsJson, print_json
from joinedup.evidence import STORE, coded_of
from joinedup.evidence.codebook import codebook_of
from joinedup.evidence.exchange import (
    MAY_LEAVE,
    End,
    for_others,
    read_codebook,
    read_project,
    write_codebook,
    write_plain,
    write_plain_codebook,
    write_project,
)
from joinedup.evidence.passages import Approach
from joinedup.refusal import Refusal

PROJECT, CODEBOOK = ".qdpx", ".qdc"


def export_interviews(
    folder: Folder,
    out: Annotated[
        Path,
        typer.Option(
            "--out",
            metavar="FILE.qdpx|FILE.qdc|FOLDER",
            help="A project with everything, the codebook alone, or a new folder of plain files.",
        ),
    ],
    whole: Annotated[
        bool,
        typer.Option(
            "--whole",
            help="Keep the words of everybody: only for those who may read the transcripts themselves.",
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Write interviews and coding for another program; words of those who did not agree to be quoted are blanked."""
    with Progress() as progress:
        progress("reading interviews")
        coded = coded_of(folder, Approach(read_settings(folder).evidence.approach))
        kind = out.suffix.lower()
        if kind == CODEBOOK:
            codes = codebook_of(folder) if coded is None else (coded if whole else for_others(coded)).codes
            write_codebook(codes, out)
            if as_json:
                print_json({"files": [str(out)], "codes": len(codes)})
            else:
                print(f"{out} has {len(codes):,} codes.")
            return
        if coded is None:
            raise Refusal(
                f"{folder}: holds no interviews; take some in, or export the codebook as FILE{CODEBOOK}"
            )
        if kind == PROJECT:
            write_project(coded, out, for_outside=not whole)
            files: tuple[Path, ...] = (out,)
        else:
            files = write_plain(coded, out, for_outside=not whole)
    blanked = (
        0
        if whole
        else sum(
            any(one.consent not in MAY_LEAVE for one in each.speakers)
            for each in coded.interviews
            if not each.withdrawn
        )
    )
    if as_json:
        print_json(
            {
                "files": [str(each) for each in files],
                "interviews": len(coded.interviews),
                "passages": len(coded.passages),
                "interviews_with_blanked_words": blanked,
                "whole": whole,
            }
        )
        return
    print(
        f"{out} has {len(coded.interviews):,} interviews, {len(coded.codes):,} codes and {len(coded.passages):,} passages."
    )
    if whole:
        print("It holds the words of everybody: keep it where the transcripts are kept.")
    elif blanked:
        print(
            f"In {blanked:,} interviews words are blanked, because somebody there did not agree to be quoted."
        )


def import_interviews(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A project (.qdpx) or a codebook (.qdc) in REFI-QDA.")
    ],
    into: Annotated[
        Path, typer.Option("--into", metavar="DIR", help="The study; it may hold no interviews yet.")
    ],
    end: Annotated[
        End | None,
        typer.Option("--end", help="What the end of a selection is, where the project does not show it."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Take over another program's project or codebook into a study, in the plain form."""
    if (into / STORE).is_file():
        raise Refusal(
            f"{into}: keeps its interviews in {STORE}, beside which plain files are not read; name another study"
        )
    kind = file.suffix.lower()
    if kind == CODEBOOK:
        codes = read_codebook(file)
        path = write_plain_codebook(codes, into)
        if as_json:
            print_json({"files": [str(path)], "codes": len(codes)})
        else:
            print(f"{path} has {len(codes):,} codes.")
        return
    if kind != PROJECT:
        raise Refusal(
            f"{file}: is neither a project ({PROJECT}) nor a codebook ({CODEBOOK}); export it as one of these"
        )
    with Progress() as progress:
        progress("reading the project")
        read = read_project(file, end)
        files = write_plain(read.coded, into, for_outside=False)
    if as_json:
        print_json({"files": [str(each) for each in files], **read.as_json()})
        return
    print(
        f"{into} has {len(read.coded.interviews):,} interviews, {len(read.coded.codes):,} codes and "
        f"{len(read.coded.passages):,} passages from {read.origin or 'a program that does not say its name'}."
    )
    print(f"Ends of selections are {read.end}: {read.told_by}.")
    for each in read.said:
        print(f"Note: {each}.")
    print(
        "Coders keep the names that the project gives them: put aliases in their place if these are people's own."
    )
