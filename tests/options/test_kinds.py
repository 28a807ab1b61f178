"""A new way of working together is one new file."""

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from joinedup import options
from joinedup.options import kinds
from tests.small import LITTLETON, ROOT

EIGHTH = '''
"""Shared tea: one service lends another its kettle."""

import numpy as np

from joinedup.assumptions import Assumption, Grade
from joinedup.money import Cash, CashKind, CashLine, Partner
from joinedup.options import Kind, Need, Option

CUPS = Assumption("eighth.cups", "Tea saved in a year.", "pounds", 1, 2, 3, "a test", Grade.JUDGEMENT)
EXIT = Assumption("eighth.exit", "A kettle of one's own.", "pounds", 10, 20, 30, "a test", Grade.JUDGEMENT)


class SharedTea:
    name = "shared tea"
    rung = 12
    question = "Who could lend whom a kettle?"
    needs = (Need("services", ("name",), "whose kettle it is"),)
    assumptions = (CUPS, EXIT)
    project_type = "equipment and development"
    years = 3
    exit_cost = EXIT.name

    def find(self, area, assumptions):
        one, other = sorted(area.services)[:2]
        return [Option("tea", self.name, "Tea", (one, other), (one, other), (one, other), (), (), {})]

    def cash(self, area, option, draws):
        who = Partner(option.partners[0])
        return [
            Cash("tea", CashKind.CASH_RELEASING, CashLine.BENEFIT, year, draws[CUPS.name], who, who, (CUPS.name,))
            for year in (1, 2, 3)
        ]

    def carry_on(self, area, option, draws):
        return []

    def explain(self, option):
        return "One kettle serves two."


KIND: Kind = SharedTea()
'''

LOOK = """
import sys
from pathlib import Path
import joinedup

assessment = joinedup.Study.read(Path(sys.argv[1])).assessment
print(joinedup.__file__)
print([each.name for each in joinedup.kinds()])
print([each.option.id for each in assessment.options if each.option.kind == "shared tea"])
print([each.gate.outcome.value for each in assessment.options if each.option.kind == "shared tea"])
"""


@pytest.mark.slow
def test_a_kind_in_one_new_file_is_found_appraised_and_judged_with_no_other_edit(tmp_path: Path) -> None:
    # A process of its own, on a copy of the package: nothing here can help it.
    copy = tmp_path / "joinedup"
    shutil.copytree(ROOT / "src" / "joinedup", copy, ignore=shutil.ignore_patterns("__pycache__"))
    (copy / "options" / "eighth.py").write_text(EIGHTH, "utf-8")
    looked = subprocess.run(
        [sys.executable, "-W", "error", "-c", LOOK, str(LITTLETON)],
        env={**os.environ, "PYTHONPATH": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert looked.returncode == 0, looked.stderr
    where, names, found, gates = looked.stdout.splitlines()
    assert Path(where).is_relative_to(tmp_path)
    assert ast.literal_eval(names) == [*(each.name for each in kinds()), "shared tea"]
    assert ast.literal_eval(found) == ["tea"]
    assert ast.literal_eval(gates) == ["pass"]


def test_every_file_beside_the_kinds_is_a_kind() -> None:
    folder = ROOT / "src" / "joinedup" / "options"
    files = {
        each.stem for each in folder.iterdir() if each.suffix == ".py" or (each / "__init__.py").is_file()
    } - {"__init__"}
    assert {type(kind).__module__.rpartition(".")[2] for kind in kinds()} == files


@pytest.mark.parametrize(
    ("written", "lacking"),
    [
        ("", "write KIND: Kind = ..."),
        ("class Half:\n    name = 'half'\n\n\nKIND = Half()\n", "write rung, question, needs, "),
    ],
)
def test_a_file_that_is_no_kind_yet_is_told_what_it_lacks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written: str, lacking: str
) -> None:
    (tmp_path / "half_a_kind.py").write_text(written, "utf-8")
    monkeypatch.setattr(options, "__path__", [*options.__path__, str(tmp_path)])
    monkeypatch.delitem(sys.modules, "joinedup.options.half_a_kind", raising=False)
    with pytest.raises(TypeError, match=f"options/half_a_kind is no kind yet: {lacking}"):
        kinds.__wrapped__()
