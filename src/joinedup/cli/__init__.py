"""The command line: every command takes a study folder, and ends with an exit status that a script can trust.

0 done, 1 the input stops it, 2 wrong use, 3 cannot write, 130 interrupted. A command's module is read when the command is called,
and not before: most of what a command takes to start is what it imports.
"""

from __future__ import annotations

import ast
import errno
import importlib
import sys
from pathlib import Path
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from joinedup.refusal import CannotWrite, Refusal

INTERRUPTED = 130
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)

COMMANDS = {
    "new": "reading.new",
    "imagine": "imagining.imagine",
    "read": "reading.read",
    "check": "reading.check",
    "count": "counting.count",
    "crossover": "meeting.crossover",
    "overlap": "answers.overlap",
    "respond": "responding.respond",
    "options": "answers.options",
    "appraise": "answers.appraise",
    "evidence": "saying.evidence",
    "code": "coding.code",
    "codes": "coding.codes",
    "find": "coding.find",
    "agree": "agreeing.agree",
    "state": "stating.state",
    "statements": "stating.statements",
    "topics": "settling.topics",
    "audit": "auditing.audit",
    "compare": "comparing.compare",
    "report": "publishing.report",
    "demo": "publishing.demo",
    "themes": "agreeing.themes_of",
    "suggest": "coding.suggest_passages",
    "interviews": "interviewing.interviews",
    "codebook": "codebook.codebook",
}
"""What each command is called, and where it stands: a function, or further commands of its own."""
FURTHER = {
    "interviews": {
        "export": "exchanging.export_interviews",
        "import": "exchanging.import_interviews",
        "redact": "redacting.redact",
        "redactions": "redacting.redactions",
        "restore": "redacting.restore",
        "groups": "redacting.groups",
    }
}
"""Commands of a command that stand in other modules than it does."""


def _made(name: str, place: str) -> TyperCommand | TyperGroup:
    """Make the command that stands in a place, reading its module."""
    module, attribute = place.split(".")
    held = getattr(importlib.import_module(f"joinedup.cli.{module}"), attribute)
    alone = typer.Typer(
        callback=lambda: None, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None
    )
    if isinstance(held, typer.Typer):
        alone.add_typer(held, name=name)
    else:
        alone.command(name)(held)
    group = typer.main.get_command(alone)
    assert isinstance(group, TyperGroup)
    made = group.commands[name]
    assert isinstance(made, TyperCommand | TyperGroup)
    return made


def _sentence(place: str) -> str:
    """Give what a command says that it is for, from the text of its module: importing all of them takes seconds."""
    module, name = place.split(".")
    text = Path(__file__).with_name(f"{module}.py").read_text("utf-8")
    for each in ast.parse(text).body:
        if isinstance(each, ast.FunctionDef) and each.name == name:
            return ast.get_docstring(each) or ""
        if isinstance(each, ast.Assign) and ast.unparse(each.targets[0]) == name:
            calls = (part for part in ast.walk(each) if isinstance(part, ast.keyword) and part.arg == "help")
            return next((str(ast.literal_eval(part.value)) for part in calls), "")
    return ""


class _Later(TyperCommand):
    """A command that is made when it is called."""

    def make_context(self, info_name: str | None, *given: Any, **more: Any) -> Any:
        """Make the command, and let it read what it was given."""
        name = str(self.name)
        made = _made(name, COMMANDS[name])
        if isinstance(made, TyperGroup):
            for each, place in FURTHER.get(name, {}).items():
                made.add_command(_made(each, place))
        return made.make_context(info_name, *given, **more)

    def get_short_help_str(self, limit: int = 45) -> str:
        """Give what it is for, for the list of commands."""
        self.help = _sentence(COMMANDS[str(self.name)])
        return super().get_short_help_str(limit)


class _Commands(TyperGroup):
    """All commands, in the order of the story."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        for name in COMMANDS:
            self.add_command(_Later(name))


app = typer.Typer(
    cls=_Commands,
    help="Where the police, fire and ambulance services of an area could join up, and what it would be worth.",
    callback=lambda: None,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


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
