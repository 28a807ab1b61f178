"""What holds over the whole repository, file by file."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

import pytest

from joinedup.area.reference import write_pages
from joinedup.area.schema import TABLES
from joinedup.options import kinds
from tests.small import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PACKAGE = ROOT / "src" / "joinedup"
TEXT = {
    ".py",
    ".md",
    ".toml",
    ".json",
    ".csv",
    ".j2",
    ".css",
    ".html",
    ".svg",
    ".txt",
    ".cfg",
    ".ini",
    ".yml",
}
MADE = ("docs/_build", "docs/reference/tables", "docs/reference/sources")
"""Folders that are made, never kept."""

# A letter of each stands in brackets, so that this file does not hold what it looks for.
FORBIDDEN = {
    "an absolute path of one machine": r"(?<![\w.~-])/(?:[w]ork|[r]oot|[h]ome/\w+)(?=[/\"'`\s)])",
    "the address of a package registry": r"[p]ypi\.org|[f]iles\.pythonhosted|[r]egistry\.npmjs",
    "a file of the makers' own": r"[s]hared/(?:METHOD|DESIGN|LOOK)",
    "how the makers worked": r"\b[s]essions?\b(?!\")|\b[i]ssue #\d",
}
LONGEST = 420


def texts() -> Iterator[tuple[Path, str]]:
    for folder in ("src", "docs", "tests", "examples"):
        for path in sorted((ROOT / folder).rglob("*")):
            made = path.relative_to(ROOT).as_posix().startswith(MADE)
            if path.is_file() and not made and path.suffix in TEXT:
                yield path, path.read_text("utf-8")


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def imports(path: Path) -> Iterator[str]:
    """List what a module imports, also for the type checker alone."""
    for each in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(each, ast.Import):
            yield from (name.name for name in each.names)
        elif isinstance(each, ast.ImportFrom):
            assert each.level == 0, f"{path}: imports are written in full"
            yield from (f"{each.module}.{name.name}" for name in each.names)


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_file_holds(what: str) -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:120]}"
        for path, text in texts()
        for number, line in enumerate(text.splitlines(), start=1)
        if re.search(FORBIDDEN[what], line)
    ]
    assert not found, f"{what}:\n" + "\n".join(found)


@pytest.mark.parametrize(
    ("what", "line"),
    [
        ("an absolute path of one machine", 'open("/' + 'work/main/x")'),
        ("an absolute path of one machine", "see /" + "root/.cache"),
        ("the address of a package registry", "https://py" + "pi.org/simple"),
        ("a file of the makers' own", "../shared/" + "METHOD.md"),
        ("how the makers worked", "as the last ses" + "sion found"),
        ("how the makers worked", "mends iss" + "ue #12"),
    ],
)
def test_what_is_looked_for_would_be_found(what: str, line: str) -> None:
    assert re.search(FORBIDDEN[what], line)


def test_no_module_is_longer_than_a_person_reads_at_once() -> None:
    lengths = {str(path.relative_to(ROOT)): len(path.read_text("utf-8").splitlines()) for path in modules()}
    assert {path: lines for path, lines in lengths.items() if lines > LONGEST} == {}


@pytest.mark.parametrize("part", ["report", "workbench"])
def test_what_publishes_sees_only_what_disclosure_let_through(part: str) -> None:
    allowed = {part, "disclosure", "wording", "writing", "refusal"}
    for path in sorted((PACKAGE / part).rglob("*.py")):
        ours = {each.split(".")[1] for each in imports(path) if each.split(".")[0] == "joinedup"}
        assert ours <= allowed, path


def test_response_never_learns_what_an_option_is() -> None:
    for path in sorted((PACKAGE / "response").rglob("*.py")):
        text = path.read_text("utf-8").lower()
        for kind in kinds():
            words = r"[\s_-]*".join(re.findall(r"[a-z]+", kind.name))
            assert not re.search(words, text), f"{path} names {kind.name}"
        assert not any(each.startswith("joinedup.options") for each in imports(path))


def test_no_module_is_called_after_nothing() -> None:
    nothing = {"utils", "util", "core", "common", "helpers", "helper", "base", "manager", "misc"}
    assert not nothing & {each.stem for each in modules()}
    assert not nothing & {each.parent.name for each in modules()}


def test_there_is_no_package_among_the_tests() -> None:
    assert not list((ROOT / "tests").rglob("__init__.py"))


def test_every_table_and_every_source_has_a_page(tmp_path: Path) -> None:
    write_pages(tmp_path)
    written = "\n".join(path.read_text("utf-8") for path in sorted(tmp_path.rglob("*.md")))
    sources = [path.stem for path in (PACKAGE / "area" / "sources").glob("*.toml")]
    assert sources
    for name in (*TABLES, *sources):
        assert re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", written), name


def test_the_guide_lists_the_page_of_every_kind() -> None:
    guide = (ROOT / "docs" / "guide" / "kinds" / "index.md").read_text("utf-8")
    assert ":glob:" in guide
    assert "\n*\n" in guide
    pages = {path.stem for path in (ROOT / "docs" / "guide" / "kinds").glob("*.md")} - {"index"}
    assert pages == {re.sub(r"[^a-z]+", "-", kind.name) for kind in kinds()}
