"""Commands of those who compare: how far coders agree and where they do not, and what the interviews say in all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from joinedup.area.settings import read_settings
from joinedup.cli.progress import Progress
from joinedup.cli.reading import Folder
from joinedup.cli.showing import AsJson, print_json, print_table
from joinedup.evidence import Coefficient, Ratings, agreement, coded_of
from joinedup.evidence.passages import Approach
from joinedup.evidence.themes import (
    GROUPINGS,
    Unit,
    apart,
    negative_cases,
    quote_matrix,
    ratings_of,
    saturation,
    themes,
    together,
)
from joinedup.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from pathlib import Path

    from joinedup.area.settings import Settings
    from joinedup.evidence import Agreement
    from joinedup.evidence.passages import Coded
    from joinedup.evidence.themes import Apart, Count, NegativeCase, Pair, QuoteMatrix, Saturation, Themes

_ALL = "(all codes)"
_HIDDEN = "[c]"
_PAIRS = 10


def agree(
    folder: Folder,
    code: Annotated[
        str | None, typer.Option("--code", metavar="CODE", help="One code, with those below it.")
    ] = None,
    unit: Annotated[Unit, typer.Option("--unit", help="What coders are compared over.")] = Unit.TURN,
    round: Annotated[int | None, typer.Option("--round", min=1, help="This round of coding alone.")] = None,
    disagreements: Annotated[
        bool, typer.Option("--disagreements", help="List where coders differ, and who gave what.")
    ] = False,
    words: Annotated[
        bool, typer.Option("--words", help="With the words there: for those who may read the transcripts.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Say how far coders of the same interviews agree, code by code and over all codes."""
    if words and not disagreements:
        raise typer.BadParameter("goes with --disagreements", param_hint="--words")
    with Progress() as progress:
        progress("reading interviews")
        settings = read_settings(folder)
        coded = _coded(folder, settings)
        first = ratings_of(coded, code, unit, round)
        measured = {}
        for each in (code,) if code else (None, *_used(coded, round)):
            progress(f"comparing coders on {each or 'all codes'}")
            rated = first if each == code else ratings_of(coded, each, unit, round)
            if each == code or (rated.codes == 1).any():
                measured[each] = _measured(rated, settings.seed)
        found = apart(first) if disagreements else ()
    if as_json:
        answer: dict[str, Any] = {
            "unit": str(unit),
            "round": round,
            "coders": list(first.coders),
            "agreement": [
                {"code": each, **{name: one.as_json() for name, one in by_name.items()}}
                for each, by_name in measured.items()
            ],
        }
        if disagreements:
            answer["disagreements"] = [
                each.as_json() | ({"words": _words(coded, each)} if words else {}) for each in found
            ]
        print_json(answer)
        return
    _print_agreement(coded, unit, first.coders, measured)
    if disagreements:
        _print_disagreements(coded, found, words=words)


def themes_of(folder: Folder, as_json: AsJson = False) -> None:
    """Say what the interviews speak of, by whom: themes with their bases, what comes together, and what goes against it."""
    with Progress() as progress:
        progress("reading interviews")
        settings = read_settings(folder)
        coded = _coded(folder, settings)
        progress("counting themes")
        k = settings.evidence.group
        counted, pairs, steps, matrix = (
            themes(coded, k),
            together(coded),
            saturation(coded),
            quote_matrix(coded),
        )
        cases = negative_cases(coded, k)
    if as_json:
        print_json(
            {
                "themes": counted.as_json(),
                "together": pairs.as_json(),
                "saturation": steps.as_json(),
                "negative_cases": [each.as_json() for each in cases],
                "could_be_quoted": matrix.as_json(),
            }
        )
        return
    shown = {grouping: _shown(counted, grouping) for grouping in GROUPINGS}
    _print_themes(counted, shown)
    _print_pairs([each for each in pairs.pairs if each.overlapping][:_PAIRS], pairs.interviews)
    _print_saturation(steps)
    _print_cases([each for each in cases if each.group in shown[each.grouping]], k)
    _print_quotable(counted, matrix, shown["position"])


def _coded(folder: Path, settings: Settings) -> Coded:
    coded = coded_of(folder, Approach(settings.evidence.approach))
    if coded is None:
        raise Refusal(f"{folder}: holds no interviews; put them in its folder interviews, or take them in")
    return coded


def _used(coded: Coded, coding_round: int | None) -> list[str]:
    """Give the codes that are laid on anything, and those above them, in the order of the codebook."""
    used = {each.code for each in coded.passages if coding_round in (None, each.round)}
    above = set(used)
    while above:
        above = {coded.code[each].parent for each in above} - used - {""}
        used |= above
    return [each.id for each in coded.codes if each.id in used]


def _measured(rated: Ratings, seed: int) -> Mapping[str, Agreement]:
    """Measure agreement by alpha with drawn intervals, by Gwet's AC1 with that of its formula, and by the kappa that fits."""
    kappa = Coefficient.COHEN if len(rated.coders) == 2 else Coefficient.FLEISS
    return {
        "alpha": agreement(rated, Coefficient.ALPHA, seed),
        "ac1": agreement(rated, Coefficient.AC, seed, draws=0),
        "kappa": agreement(rated, kappa, seed, draws=0),
    }


def _print_agreement(
    coded: Coded,
    unit: Unit,
    coders: Sequence[str],
    measured: Mapping[str | None, Mapping[str, Agreement]],
) -> None:
    kappa = "Cohen's kappa" if len(coders) == 2 else "Fleiss's kappa"
    print_table(
        f"How far {', '.join(coders)} agree, by {unit}",
        ("code", "name", "Krippendorff's alpha", "95% interval", "Gwet's AC1", kappa, "rated by two or more"),
        [
            (
                each or _ALL,
                coded.code[each].name if each else "",
                _figure(by_name["alpha"].value),
                _interval(by_name["alpha"]),
                _figure(by_name["ac1"].value),
                _figure(by_name["kappa"].value),
                f"{by_name['alpha'].units:,}",
            )
            for each, by_name in measured.items()
        ],
    )
    print(
        "1 is full agreement and 0 what chance would give. [x]: nothing varies, so that nothing can be said."
    )


def _print_disagreements(coded: Coded, found: Sequence[Apart], *, words: bool) -> None:
    if not found:
        print("Coders differ nowhere.")
        return
    headers = ("interview", "from", "to", "who gave what")
    print_table(
        f"{len(found):,} places where coders differ",
        (*headers, "words") if words else headers,
        [
            (
                each.interview,
                str(each.start),
                str(each.end),
                "; ".join(f"{coder}: {given}" for coder, given in each.given.items()),
                *([_words(coded, each)] if words else []),
            )
            for each in found
        ],
    )


def _words(coded: Coded, place: Apart) -> str:
    return " ".join(coded.interview[place.interview].text[place.start : place.end].split())


def _figure(value: float | None) -> str:
    return "[x]" if value is None else f"{value:.2f}".replace("-", "−")


def _interval(measured: Agreement) -> str:
    if measured.low is None:
        return "[x]"
    return f"{_figure(measured.low)} to {_figure(measured.high)}"


def _shown(counted: Themes, grouping: str) -> tuple[str, ...]:
    """Give the groups of a grouping that have people enough to be shown."""
    by_group = counted.themes[0].by[grouping] if counted.themes else {}
    return tuple(group for group, each in by_group.items() if each.of_interviews is not None)


def _print_themes(counted: Themes, shown: Mapping[str, Collection[str]]) -> None:
    named = [each for each in counted.themes if each.all.interviews != 0]
    print(f"{counted.interviews:,} interviews and groups, {counted.people:,} people.")
    print_table(
        "What they speak of: interviews in which a thing is said, and people who say it",
        ("code", "name", "interviews", "people"),
        [(each.code, each.name, _out_of(each.all), _out_of(each.all, people=True)) for each in named],
    )
    for grouping in GROUPINGS:
        if shown[grouping]:
            print_table(
                f"Interviews in which somebody says it, by {grouping}",
                ("code", *shown[grouping]),
                [
                    (each.code, *(_out_of(each.by[grouping][group]) for group in shown[grouping]))
                    for each in named
                ],
            )
        hidden = [
            each
            for each in (counted.themes[0].by[grouping] if counted.themes else ())
            if each not in shown[grouping]
        ]
        if hidden:
            print(
                f"{_HIDDEN} by {grouping}: {', '.join(hidden)}. Each has fewer than {counted.k} people, or would show how many "
                "one that has does."
            )
    silent = len(counted.themes) - len(named)
    if silent:
        print(f"{silent:,} codes are laid on nothing.")
    if counted.left_out:
        print(
            f"{counted.left_out:,} passages are not counted: the interviewer speaks, or somebody who withdrew."
        )


def _print_pairs(pairs: Sequence[Pair], interviews: int) -> None:
    if pairs:
        print_table(
            f"Codes on the same words, in how many of {interviews:,} interviews",
            ("one", "the other", "on the same words", "in the same interview"),
            [(each.one, each.other, f"{each.overlapping:,}", f"{each.same_interview:,}") for each in pairs],
        )


def _print_saturation(steps: Saturation) -> None:
    for kind, interview in steps.last_new.items():
        since = steps.interviews_since[kind]
        if interview is None:
            print(f"No interview named a{'n' if kind == 'enabler' else ''} {kind}.")
        else:
            print(f"The last new {kind} came up in {interview}; {since:,} interviews since brought none.")
    if steps.undated:
        print(f"{steps.undated:,} interviews have no date and are taken as the last.")


def _print_cases(cases: Sequence[NegativeCase], least: int) -> None:
    if not cases:
        print(
            f"No interview goes against its group, among groups of {least} interviews or more of which most say a thing."
        )
        return
    print_table(
        "Interviews that go against most of their group: read them again",
        ("code", "group", "say it", "interview", "which"),
        [
            (
                each.code,
                f"{each.grouping} {each.group}",
                f"{each.having:,} of {each.interviews:,}",
                each.interview,
                str(each.contrary),
            )
            for each in cases
        ],
    )


def _print_quotable(counted: Themes, matrix: QuoteMatrix, positions: Sequence[str]) -> None:
    rows = [
        (each.code, *(f"{len(matrix.passages[each.code][position]):,}" for position in positions))
        for each in counted.themes
        if any(matrix.passages[each.code][position] for position in positions)
    ]
    if rows:
        print_table(
            "Passages that could be quoted, by position, if nothing in them points to a person and two people approve",
            ("code", *positions),
            rows,
        )
    else:
        print("No passage could be quoted: nobody agreed to it in a position that people enough hold.")


def _out_of(count: Count, *, people: bool = False) -> str:
    having, of = (count.people, count.of_people) if people else (count.interviews, count.of_interviews)
    return _HIDDEN if having is None else f"{having:,} of {of:,}"
