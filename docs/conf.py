"""Builds the documentation. Nothing here reaches the network."""

from __future__ import annotations

from importlib.metadata import version as installed_version
from pathlib import Path
from typing import TYPE_CHECKING

from joinedup.area.reference import write_pages

if TYPE_CHECKING:
    from sphinx.application import Sphinx

project = "joinedup"
author = "joinedup contributors"
copyright = "2026, joinedup contributors"
version = release = installed_version("joinedup")
language = "en-GB"

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.doctest"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["_build"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3

autodoc_typehints = "signature"
autodoc_member_order = "bysource"
doctest_test_doctest_blocks = ""  # docstrings are run by pytest; pages are run here

html_theme = "furo"
html_title = "joinedup"
html_show_sphinx = False


def write_reference(app: Sphinx) -> None:
    # A page for each table and source, from what reading and checking use. They are made, never kept in git.
    write_pages(Path(app.srcdir) / "reference")


def setup(app: Sphinx) -> None:
    app.connect("builder-inited", write_reference)
