"""The command that shows the log of an evidence store, and proves that nobody has rewritten it."""

from __future__ import annotations

from typing import Annotated

import typer

from joinedup.cli.reading import Folder
from joinedup.cli.showing import AsJson, print_json, print_table
from joinedup.evidence import STORE
from joinedup.refusal import Refusal


def audit(
    folder: Folder,
    verify: Annotated[
        bool,
        typer.Option(
            "--verify", help="Check every line against the one before; end with 1 if one does not hold."
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """List what was taken in, decided, withdrawn and let out, by whom and when, or verify that list."""
    from joinedup.evidence.store import Store

    path = folder / STORE
    with Store.open(path) as store:
        verdict = store.verify_log()
        lines = () if verify else store.log_lines()
    if as_json:
        checked = {
            "lines": verdict.lines,
            "bad_line": verdict.bad_line,
            "why": verdict.why,
            "last_hash": verdict.last_hash,
        }
        print_json({"verified": checked} | ({} if verify else {"log": [each.as_json() for each in lines]}))
    if verify and verdict.bad_line is not None:
        broken = (
            f"{path}, line {verdict.bad_line} of the log: {verdict.why}; what follows it proves nothing; compare it with a "
            "backup"
        )
        if as_json:
            raise typer.Exit(Refusal.exit_status)
        raise Refusal(broken)
    if as_json:
        return
    if verify:
        print(
            f"All {verdict.lines:,} lines of the log hold. The last one's hash, to be kept elsewhere: {verdict.last_hash}"
        )
        return
    print_table(
        f"{len(lines):,} lines of the log",
        ("line", "when", "who", "what", "about"),
        [
            (
                str(each.number),
                each.at,
                each.who,
                each.what,
                ", ".join(
                    f"{name} {value}"
                    for name, value in each.about.items()
                    if value not in (None, [], "") and name in _SHOWN
                ),
            )
            for each in lines
        ],
    )


_SHOWN = (
    "interview",
    "speaker",
    "passage",
    "passages",
    "quotes",
    "statement",
    "statements",
    "new",
    "corrected",
    "proposals",
    "of",
    "in",
    "format",
)
"""What of a line is shown to people; the rest, such as hashes and positions, is in the JSON."""
