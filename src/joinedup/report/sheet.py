"""A sheet: one short page on its own, to be printed, signed and kept, without a contents list and without files beside it."""

from __future__ import annotations

from markupsafe import Markup

from joinedup.disclosure import Mark, Published, PublishedTable
from joinedup.report.page import environment, template


def sheet(published: Published) -> bytes:
    """Make a sheet of what was published: its sentences, lists and tables.

    Raises:
        TypeError: when given anything that has not passed disclosure control.
    """
    if not isinstance(published, Published):
        raise TypeError(
            f"a sheet is made from what disclosure.publish lets through, not from a {type(published).__name__}"
        )
    tables = [
        block
        for chapter in published.chapters
        for block in chapter.blocks
        if isinstance(block, PublishedTable)
    ]
    page = (
        environment()
        .get_template("sheet.html.j2")
        .render(
            published=published,
            css=Markup(template("sheet.css")),
            blank=blank,
            hidden=Mark.CONFIDENTIAL.value,
            any_hidden=any(Mark.CONFIDENTIAL in table.marks for table in tables),
        )
    )
    return page.encode("utf-8", errors="replace")


def blank(table: PublishedTable) -> bool:
    """Whether a table is there to be filled in by hand."""
    return all(not cell.text for row in table.rows for cell in row[1:])
