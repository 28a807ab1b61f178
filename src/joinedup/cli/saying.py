"""The command that says what people told the study: interviews, a survey, replies to questions, and readiness."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from joinedup.cli.progress import Progress
from joinedup.cli.reading import Folder
from joinedup.cli.showing import AsJson, print_json, print_table
from joinedup.readiness import COLUMNS, drafted_barriers
from joinedup.refusal import Refusal
from joinedup.study import Study
from joinedup.study.finding import find
from joinedup.study.hearing import Heard
from joinedup.writing import write_files

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from joinedup.readiness import Factor, Readiness


def evidence(
    folder: Folder,
    barriers: Annotated[
        Path | None,
        typer.Option(
            "--barriers",
            metavar="FILE",
            help="Draft barriers.csv from what people name, to be corrected and saved beside study.toml.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say what people told the study, each with its base and what it may say, and how ready each option is."""
    with Progress() as progress:
        heard = Heard.of(folder)
        progress("reading what people said")
        answer: dict[str, Any] = heard.as_json()
        readiness = () if heard.nothing else _readiness(heard, folder, progress)
        answer["readiness"] = [each.as_json() for each in readiness]
        if barriers is not None:
            _draft(barriers, heard, readiness)
    if as_json:
        print_json(answer)
        return
    if heard.nothing:
        print(
            "This study holds nothing that people said: put interviews, a survey and replies in its folders interviews, survey "
            "and views."
        )
        return
    _print_interviews(heard.factors, answer["interviews"])
    if answer["survey"] is not None:
        _print_survey(answer["survey"])
    _print_views(answer["views"] or {})
    _print_readiness(readiness)
    if barriers is not None:
        print(f"The draft is at {barriers}: correct it, and save it as barriers.csv beside study.toml.")


def _readiness(heard: Heard, folder: Path, progress: Callable[[str], None]) -> tuple[Readiness, ...]:
    """Join what was said to the options that are found, where the study holds an area to find them in."""
    if not (folder / "tables").is_dir():
        return ()
    found, _ = find(Study.read(folder, progress).area, heard.assumptions, progress)
    return heard.readiness(option for _, each in found for option in each)


def _draft(path: Path, heard: Heard, readiness: Sequence[Readiness]) -> None:
    rows = drafted_barriers(readiness, heard.assumptions)
    if not rows:
        raise Refusal(
            f"{heard.folder}: no interview that speaks of an option names a barrier to it, so there is nothing to draft; code "
            "what each passage is about"
        )
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    write_files({path: text.getvalue().encode()})


def _print_interviews(factors: Sequence[Factor], given: Mapping[str, Any] | None) -> None:
    if given is None:
        return
    print(
        f"{given['interviews']} interviews and groups, {given['withdrawn']} withdrawn; {given['speakers']} people."
    )
    print_table(
        "What helps and what stands in the way: interviews that name it",
        ("which", "name", "interviews", "of", "who could lift it"),
        [
            (str(each.family), each.name, str(each.interviews), str(each.base), ", ".join(each.lifters))
            for each in factors
        ],
    )


def _print_survey(given: Mapping[str, Any]) -> None:
    print_table(
        f"{given['name']}: {given['base']} answered",
        ("question", "answer", "share", "from", "to", "base"),
        [
            (
                question["wording"] or question["question"],
                each["answer"],
                _share(each["value"]) or each["mark"],
                _share(each["low"]),
                _share(each["high"]),
                str(each["base"]),
            )
            for question in given["questions"]
            for each in question["answers"]
        ],
    )
    print(given["may_say"])


def _print_views(told: Mapping[str, Any]) -> None:
    if told.get("questionnaire"):
        given = told["questionnaire"]
        print_table(
            "Who replied to the questionnaire",
            ("role", "invited", "replied", "did not reply"),
            [
                (str(each["group"]), str(each["invited"]), str(each["replied"]), str(each["did_not_reply"]))
                for each in given["by_role"]
            ],
        )
        print(given["may_say"])
    if told.get("consultation"):
        given = told["consultation"]
        print_table(
            "Who replied to the consultation",
            ("", "replies"),
            [
                ("organisations", str(given["organisations"])),
                ("individuals", str(given["individuals"])),
                ("of them in their own words", str(given["individuals_in_own_words"])),
                ("campaigns", str(len(given["campaigns"]))),
            ],
        )
        print(given["may_say"])


def _print_readiness(readiness: Sequence[Readiness]) -> None:
    """Print a line a kind: options of one kind nearly always share what is said of them."""
    spoken = {each.kind: each for each in reversed(readiness) if not each.is_silent}
    if spoken:
        print_table(
            "How ready each way of working is",
            ("way of working", "what helps", "what stands in the way", "who could lift it"),
            [
                (
                    kind,
                    "; ".join(one.name for one in each.enablers),
                    "; ".join(one.name for one in each.barriers),
                    ", ".join(each.lifters),
                )
                for kind, each in sorted(spoken.items())
            ],
        )


def _share(value: float | None) -> str:
    return "" if value is None else f"{value:.1%}"
