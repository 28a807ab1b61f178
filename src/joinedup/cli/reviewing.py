"""The two ends of a clerical review: a sheet for a person to judge, on paper or in a spreadsheet, and its answers read back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from joinedup.area.corrected import safe_csv
from joinedup.area.readings import FOLDER as MAPPINGS
from joinedup.area.tables import FOLDER as TABLES
from joinedup.cli.showing import print_table
from joinedup.crossover.review import EDGES, EVENT, Key, Sheet, answers_of, drawn, judged, must_be_of
from joinedup.refusal import CannotWrite, Refusal
from joinedup.report.page import environment, template
from joinedup.wording import Unit, in_words
from joinedup.writing import write_files

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from joinedup.crossover import Crossover
    from joinedup.crossover.review import Figure, Judged, Review
    from joinedup.study import Study

LEAST_PAIRS = 20
"""Fewer pairs than this say next to nothing of any band of probability."""

SHEET, PAGE, KEY = "review-sheet.csv", "review-sheet.html", "not-for-the-reviewer.json"


def must_be_free(folder: Path, out: Path) -> None:
    """Hold a place for a sheet to be outside the study's tables and without a sheet, before anything is measured.

    Raises:
        CannotWrite: when it is not.
    """
    for name in (TABLES, MAPPINGS):
        inside = (folder / name).resolve()
        if out.resolve() == inside or inside in out.resolve().parents:
            raise CannotWrite(
                f"{out}: is in the study's folder {name}, where it would be taken for a part of the study; "
                "name another place"
            )
    for name in (SHEET, PAGE, KEY):
        if (out / name).exists():
            raise CannotWrite(
                f"{out / name}: is there already, and somebody may have answered it; name another folder"
            )


def write_sheet(study: Study, found: Crossover, number: int, out: Path) -> Sheet:
    """Draw a sheet and write it into a folder three times over: to fill in, to print, and its key.

    Raises:
        Refusal: when there is nothing to review.
        CannotWrite: when the folder cannot be written; then none of the three is there.
    """
    sheet = drawn(study.area, found, number)
    page = (
        environment()
        .from_string(_TEMPLATE)
        .render(
            css=Markup(template("sheet.css") + _CSS),
            study=study.area.settings.name,
            key=sheet.key,
            rows=sheet.rows.to_dicts(),
        )
    )
    write_files(
        {
            # The mark at the beginning tells a spreadsheet that the text is UTF-8.
            out / SHEET: b"\xef\xbb\xbf" + safe_csv(sheet.rows),
            out / PAGE: page.encode("utf-8", errors="replace"),
            out / KEY: (json.dumps(sheet.key.as_json(), indent=1) + "\n").encode(),
        }
    )
    return sheet


def print_sheet(sheet: Sheet, folder: Path, asked: int, out: Path) -> None:
    """Say what was written and what comes next, and nothing that a reviewer should not know."""
    pairs = sheet.rows.height
    print(
        f"{out / SHEET} and {out / PAGE} have {pairs:,} pairs of records to judge. Keep them inside the study."
    )
    if pairs < asked:
        print(
            f"Note: there are no more than {pairs:,} pairs that are likely enough to be judged; all are there."
        )
    print(
        f"{out / KEY} is needed to read the answers back: leave it there, and do not show it to the reviewer."
    )
    print(f"Then: joinedup crossover {folder} --reviewed {out / SHEET}")


def sheet_as_json(sheet: Sheet, out: Path) -> dict[str, Any]:
    """Give the object that `joinedup crossover --review N --out FOLDER --json` prints."""
    files = [str(out / name) for name in (SHEET, PAGE, KEY)]
    return {"sheet": sheet.key.sheet, "pairs": sheet.rows.height, "files": files}


def read_sheet(study: Study, answered: Path) -> Review:
    """Read the answers of a sheet, from the file or its folder, by the key beside it.

    Raises:
        Refusal: when the key is not there or is of another study, or the sheet cannot be used as it is.
    """
    path = answered / SHEET if answered.is_dir() else answered
    file = path.parent / KEY
    if not path.is_file():
        raise Refusal(
            f"{path}: there is no such file; name the sheet with the answers, or the folder that it is in"
        )
    if not file.is_file():
        raise Refusal(
            f"{file}: the key is not beside the sheet; put the sheet back into the folder that it was written to"
        )
    try:
        text = file.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        raise Refusal(f"{file}: cannot be read; take the key that was written with the sheet") from None
    key = Key.from_json(text, str(file))
    must_be_of(study.area, key, file)
    return judged(key, answers_of(path, key))


def print_review(review: Review) -> None:
    """Say what the reviewer's answers mean, in words and two tables."""
    pairs = sum(each.pairs for each in review.bands)
    unsure = sum(each.cannot_tell for each in review.bands)
    meetings = sum(each.meetings for each in review.bands)
    print(
        f"Sheet {review.key.sheet}: {pairs:,} of {meetings:,} meetings of two services' records were judged."
    )
    if review.precision is None:
        print("No meeting has a probability of a half or more, so there is no precision to give.")
    else:
        print(
            f"Precision: {_told(review.precision, Unit.SHARE)} of the {review.published:,} meetings that are taken for "
            f"events (probability {EVENT:g} or more) are one event."
        )
    if review.recall is None:
        print("Recall: the reviewer found no event, so nothing can be said of how many are missed.")
    else:
        print(
            f"Recall: {_told(review.recall, Unit.SHARE)} of the events among all {meetings:,} meetings are taken for events."
        )
    print(
        f"Events: {_told(review.events, Unit.NUMBER)} among all {meetings:,} meetings; "
        f"their probabilities add up to {in_words(review.expected, Unit.NUMBER)}."
    )
    if unsure:
        print(
            f"The reviewer could not tell of {unsure:,} {'pair' if unsure == 1 else 'pairs'}. "
            "The estimates leave them out; the intervals hold whatever they are."
        )
    print_table(
        "Said and found, by probability",
        ("probability", "meetings", "judged", "said", "found", "95 % interval", "cannot tell"),
        [_row(each) for each in review.bands],
    )
    if review.key.asking:
        print_table(
            "Likely events in which either record asked for the other service",
            ("services", "likely events", "that say", "asked", "by chance"),
            [
                (
                    ", ".join(each.services),
                    f"{each.events:,}",
                    f"{each.saying:,}",
                    f"{each.asking / each.saying:.1%}",
                    f"{each.by_chance:.1%}",
                )
                for each in review.key.asking
            ],
        )
        print("Note: who asked is a check and no truth, for the score uses it and the reviewer saw it.")
    print(
        f"Note: recall is among records that were near enough to be weighed. {review.key.unlikely:,} meetings of less than "
        f"{EDGES[0]:.0%} probability were not drawn from; they add up to {review.key.unlikely_events:.1f} events."
    )


def _told(figure: Figure, unit: Unit) -> str:
    """Word an estimate with its interval."""
    interval = f"95 % interval {in_words(figure.low, unit, figure.low, figure.high)}"
    if figure.estimate is None:
        return f"an unknown part ({interval})" if unit is Unit.SHARE else f"an unknown number ({interval})"
    return f"{in_words(figure.estimate, unit)} ({interval})"


def _row(each: Judged) -> Sequence[str]:
    return (
        f"{each.low:g} to {each.high:g}",
        f"{each.meetings:,}",
        f"{each.pairs:,}",
        f"{each.probability:.1%}",
        "[x]" if each.share is None else f"{each.share:.1%}",
        f"{each.share_low:.1%} to {each.share_high:.1%}",
        f"{each.cannot_tell:,}",
    )


_CSS = """
body { max-width: 78rem; }
th, td { overflow-wrap: break-word; padding-right: .6rem; }
.whole { white-space: nowrap; }
tbody.pair { break-inside: avoid; border-top: 2px solid #545d67; }
tbody.pair tr:first-child th[scope=row], tbody.pair tr:first-child td { border-bottom-color: #fff; }
.box { display: inline-block; width: .85em; height: .85em; border: 1.5px solid #1c2127; margin-right: .35em; }
.answer { white-space: nowrap; border-bottom-color: #d3d7db !important; }
.write { min-width: 9rem; border-bottom-color: #d3d7db !important; }
@media print { @page { size: A4 landscape; } thead { display: table-header-group; } }
"""
_TEMPLATE = """<!DOCTYPE html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<meta name="generator" content="joinedup">
<title>Review sheet {{ key.sheet }}</title>
<link rel="icon" href="data:,">
<style>
{{ css }}
</style>
</head>
<body>
<main>
<h1>Are these two records one event?</h1>
<p class="subtitle">Review sheet {{ key.sheet }} of {{ study }}: {{ rows | length }} pairs of records.</p>
<p><strong>For use inside the study only. This sheet holds single records; it is not for publication.</strong></p>
<ul>
<li>Answer every pair: <b>yes</b>, one event; <b>no</b>, two events; <b>cannot tell</b>, if the records leave it open.
One event means that a single happening is why both services opened a record.</li>
<li>Look up the records by their numbers if you may: what was written or said at the time tells more than this page.</li>
<li>Judge each pair by itself. Pairs are in no order, likely and unlikely ones mixed.</li>
<li>Tick on paper, then write the answers into the column same_event of the CSV file that came with this page.
This page keeps nothing.</li>
<li>Times are as each service recorded them. A place known to 50m or 100m was rounded, and may lie that much off.</li>
</ul>
<div class="scroll" role="region" aria-label="Pairs to judge" tabindex="0">
<table>
<caption>Pairs of records, one above the other, with room for an answer</caption>
<thead><tr><th scope="col">Pair</th><th scope="col">Service</th><th scope="col">Incident</th><th scope="col">Received</th>
<th scope="col">Category</th><th scope="col">Priority</th><th scope="col">Asked for the other</th>
<th scope="col">Place known to</th><th scope="col" class="n">Minutes apart</th><th scope="col" class="n">Metres apart</th>
<th scope="col">One event?</th><th scope="col">Note</th></tr></thead>
{% for row in rows %}
<tbody class="pair">
{% for which in ("1", "2") %}
<tr>
{% if loop.first %}
<th scope="rowgroup" rowspan="2" class="whole">{{ row.pair }}</th>
{% endif %}
{% for what in ("service", "incident", "received", "category", "priority", "asked_other", "place_precision") %}
<td{% if what == "received" %} class="whole"{% endif %}>{{ row[what ~ "_" ~ which] }}</td>
{% endfor %}
{% if loop.first %}
<td rowspan="2" class="n">{{ row.minutes_apart }}</td>
<td rowspan="2" class="n">{{ row.metres_apart }}</td>
<td rowspan="2" class="answer">
{%- for answer in ("yes", "no", "cannot tell") %}
<span class="box" aria-hidden="true"></span>{{ answer }}{% if not loop.last %}<br>{% endif %}

{% endfor -%}
</td>
<td rowspan="2" class="write"></td>
{% endif %}
</tr>
{% endfor %}
</tbody>
{% endfor %}
</table>
</div>
<p>Judged by: ______________________________ &nbsp; On: ____________________</p>
</main>
</body>
</html>
"""
