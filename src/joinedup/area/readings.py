"""What is kept of every extract that was read into a study: the mapping, its queries and its counts."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

import polars as pl

from joinedup.area.queries import FRAME, Counts, Queries
from joinedup.refusal import Refusal

if TYPE_CHECKING:
    from pathlib import Path

FOLDER = "mappings"
QUERIES_FILE = "queries.csv"
COUNTS_FILE = "counts.json"


def stored_queries(study: Path) -> Queries:
    """Give the queries and counts that were kept when extracts were read into a study."""
    counts_path, queries_path = study / FOLDER / COUNTS_FILE, study / FOLDER / QUERIES_FILE
    if not counts_path.is_file():
        return Queries(pl.DataFrame(schema=FRAME), {})
    try:
        counts = {
            file: Counts(each["in"], each["as_given"], each["changed"], each["set_aside"])
            for file, each in json.loads(counts_path.read_text("utf-8")).items()
        }
        frame = pl.read_csv(queries_path, schema=FRAME)
    except (OSError, ValueError, KeyError, pl.exceptions.PolarsError):
        raise Refusal(
            f"{study / FOLDER}: {COUNTS_FILE} or {QUERIES_FILE} is damaged; read the extracts into the study again"
        ) from None
    return Queries(frame, counts)


def kept(study: Path, new: Queries) -> dict[Path, bytes]:
    """Give the files that keep new queries beside the old ones; a file read again replaces what it gave before."""
    old = stored_queries(study)
    frame = pl.concat([old.frame.filter(~pl.col("file").is_in(list(new.counts))), new.frame]).sort(
        "file", "row", "column", maintain_order=True
    )
    counts = dict(sorted((old.counts | new.counts).items()))
    text = io.StringIO()
    frame.write_csv(text)
    return {
        study / FOLDER / QUERIES_FILE: text.getvalue().encode(),
        study / FOLDER / COUNTS_FILE: (
            json.dumps({file: each.as_json() for file, each in counts.items()}, indent=2) + "\n"
        ).encode(),
    }
