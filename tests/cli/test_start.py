"""A command starts at once: what it does not use is not imported."""

from __future__ import annotations

import subprocess
import sys

import pytest

import joinedup
from joinedup.cli import COMMANDS, FURTHER
from tests.cli.running import run

HEAVY = ("scipy.special", "numba", "polars", "joinedup.report", "joinedup.study", "joinedup.crossover")


def imported(program: str) -> set[str]:
    """Run a program in a process of its own, and give the names of what it imported."""
    done = subprocess.run(
        [sys.executable, "-c", f"{program}\nimport sys\nprint(*sys.modules)"],
        capture_output=True,
        check=True,
        text=True,
        timeout=60,
    )
    return set(done.stdout.split())


@pytest.mark.parametrize("program", ["import joinedup", "import joinedup.cli"])
def test_neither_the_package_nor_its_command_line_imports_what_it_may_not_need(program: str) -> None:
    assert not imported(program) & set(HEAVY)


def test_a_public_name_brings_its_own_part_and_no_report() -> None:
    found = imported("from joinedup import Area, Refusal")
    assert "joinedup.area" in found
    assert not found & {"joinedup.report", "joinedup.study", "joinedup.crossover", "numba", "scipy.special"}


def test_a_name_that_there_is_not_is_an_attribute_error_and_the_others_are_listed() -> None:
    with pytest.raises(AttributeError, match="no attribute 'merge_everything'"):
        _ = getattr(joinedup, "merge_everything")  # noqa: B009 # a name that a type checker refuses
    assert set(joinedup.__all__) <= set(dir(joinedup))


def test_the_list_of_commands_says_of_each_what_its_own_help_says() -> None:
    # Read from the text of the modules, without running them; held here to what the made command says.
    listed = " ".join(run("--help").out.split("Commands:")[1].split())
    for command in COMMANDS:
        own = run(command, "--help").out.split("\n\n")[1]
        sentence = " ".join(own.split())
        # The list cuts a sentence off where a line is full.
        told = next(n for n in range(len(sentence), 0, -1) if f" {command} {sentence[:n]}" in f" {listed}")
        assert told >= 30, (command, sentence)


def test_commands_of_a_command_that_stand_elsewhere_are_found() -> None:
    for command, further in FURTHER.items():
        listed = run(command, "--help").out.split("Commands:")[1]
        for each in further:
            assert f"\n  {each} " in listed
            assert run(command, each, "--help").status == 0
