"""Builds the documentation. Nothing here reaches the network."""

from __future__ import annotations

import importlib
from importlib.metadata import version as installed_version
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

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
myst_enable_extensions = ["colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3

autodoc_typehints = "signature"
autodoc_member_order = "bysource"
doctest_test_doctest_blocks = ""  # docstrings are run by pytest; pages are run here

html_theme = "furo"
html_title = "joinedup"
html_show_sphinx = False


def write_table_pages(app: Sphinx) -> None:
    # A page for each table, from the schemas that reading and checking use. They are made, never kept in git.
    if find_spec("joinedup.area") is None or find_spec("joinedup.area.reference") is None:
        return
    pages = Path(app.srcdir) / "reference" / "tables"
    pages.mkdir(parents=True, exist_ok=True)
    importlib.import_module("joinedup.area.reference").write_pages(pages)


def setup(app: Sphinx) -> None:
    app.connect("builder-inited", write_table_pages)
