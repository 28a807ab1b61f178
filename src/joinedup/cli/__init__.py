"""The command line: every command takes a study folder, and ends with an exit status that a script can trust.

0 done, 1 the input stops it, 2 wrong use, 3 cannot write, 130 interrupted.
"""

from __future__ import annotations

import errno
import sys

import typer

from joinedup.cli.agreeing import agree, themes_of
from joinedup.cli.answers import appraise, options, overlap
from joinedup.cli.auditing import audit
from joinedup.cli.codebook import codebook
from joinedup.cli.coding import code, codes, find, suggest_passages
from joinedup.cli.comparing import compare
from joinedup.cli.counting import count
from joinedup.cli.exchanging import export_interviews, import_interviews
from joinedup.cli.imagining import imagine
from joinedup.cli.interviewing import interviews
from joinedup.cli.meeting import crossover
from joinedup.cli.publishing import demo, report
from joinedup.cli.reading import check, new, read
from joinedup.cli.redacting import groups, redact, redactions, restore
from joinedup.cli.responding import respond
from joinedup.cli.saying import evidence
from joinedup.cli.settling import topics
from joinedup.cli.stating import state, statements
from joinedup.refusal import CannotWrite, Refusal

INTERRUPTED = 130
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)

app = typer.Typer(
    help="Where the police, fire and ambulance services of an area could join up, and what it would be worth.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for command in (
    new,
    imagine,
    read,
    check,
    count,
    crossover,
    overlap,
    respond,
    options,
    appraise,
    evidence,
    code,
    codes,
    find,
    agree,
    state,
    statements,
    topics,
    audit,
    compare,
    report,
    demo,
):
    app.command()(command)
app.command("themes")(themes_of)
app.command("suggest")(suggest_passages)
interviews.command("export")(export_interviews)
interviews.command("import")(import_interviews)
for act in (redact, redactions, restore, groups):
    interviews.command()(act)
app.add_typer(interviews, name="interviews")
app.add_typer(codebook, name="codebook")


def main() -> None:
    """Run a command; say in one line what stopped it."""
    try:
        app()
    except Refusal as refusal:
        print(f"joinedup: {refusal}", file=sys.stderr)
        sys.exit(refusal.exit_status)
    except OSError as error:
        print(f"joinedup: {error.filename or 'this machine'}: {error.strerror or error}", file=sys.stderr)
        sys.exit(CannotWrite.exit_status if error.errno in NO_ROOM else Refusal.exit_status)
    except SystemExit as ending:
        if ending.code == INTERRUPTED:
            print("joinedup: stopped; nothing half-written is left behind", file=sys.stderr)
        raise
