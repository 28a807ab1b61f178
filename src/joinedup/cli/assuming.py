"""What `joinedup appraise --assume NAME=VALUE` prints: which options it moves, and by how much."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import typer

from joinedup.cli.showing import print_json, print_table
from joinedup.study.assuming import assuming
from joinedup.wording import Unit, in_words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from joinedup.appraisal import Range
    from joinedup.area import Area
    from joinedup.study import Assessment

_NOTE = (
    "What is found, what people wait, the order and the roadmap are as they were: to see these too, put the value into "
    "assumptions.csv."
)


def values_of(given: Sequence[str]) -> dict[str, float]:
    """Read NAME=VALUE, each name once."""
    found: dict[str, float] = {}
    for each in given:
        name, sign, text = each.partition("=")
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not sign or not math.isfinite(value):
            raise typer.BadParameter(f"'{each}' is not NAME=VALUE with a number", param_hint="--assume")
        if name.strip() in found:
            raise typer.BadParameter(f"'{name.strip()}' is given twice; keep one", param_hint="--assume")
        found[name.strip()] = value
    return found


def show_assumed(area: Area, assessment: Assessment, values: Mapping[str, float], as_json: bool) -> None:
    """Print the options that move, before and after, and how much of each was worked out again."""
    moved = assuming(area, assessment, values)
    ids = {each.assessed.option.id for each in moved}
    kept = [each.option.id for each in assessment.options if each.option.id not in ids]
    if as_json:
        print_json(
            {
                "assumed": dict(values),
                "options": [
                    {
                        "id": each.assessed.option.id,
                        "before": vars(each.assessed.appraisal.worth),
                        "after": vars(each.worth),
                        "losers_before": [one.partner for one in each.assessed.appraisal.losers],
                        "losers_after": list(each.losers),
                        "flows": each.flows,
                        "worked_out_again": each.again,
                    }
                    for each in moved
                ],
                "untouched": kept,
            }
        )
        return
    print_table(
        f"Worth in real pounds if {' and '.join(f'{name} is {value:g}' for name, value in values.items())}",
        ("what", "central before", "after", "nine draws in ten after", "who loses after", "worked out again"),
        [
            (
                each.assessed.option.title,
                in_words(each.assessed.appraisal.worth.central, Unit.POUNDS),
                in_words(each.worth.central, Unit.POUNDS),
                _range(each.worth),
                ", ".join(each.losers),
                f"{each.again} of {each.flows} flows",
            )
            for each in moved
        ],
    )
    print(f"{len(kept)} options do not rest on it and are as they were. {_NOTE}")


def _range(worth: Range) -> str:
    return in_words(worth.central, Unit.POUNDS, worth.low, worth.high)
