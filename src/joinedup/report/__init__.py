"""The report: one accessible page for a phone, a screen and paper, without a network, and CSV beside it.

It receives what disclosure has let through and nothing else, and words nothing itself: a figure reads here
as it was published.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from joinedup.disclosure import Published
from joinedup.report.page import MARKER, PAGE, report_files
from joinedup.report.sheet import sheet
from joinedup.writing import replaced_folder

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["MARKER", "sheet", "write_report"]


def write_report(published: Published, folder: Path) -> Path:
    """Write the report into a folder, in place of an earlier one, and give the path of its page.

    Args:
        published: what `joinedup.disclosure.publish` let through.
        folder: a new or empty folder, or one that holds an earlier report.

    Raises:
        TypeError: when given anything that has not passed disclosure control. CannotWrite: when the folder
        holds something else or cannot be written; the earlier report is still there.
    """
    if not isinstance(published, Published):
        raise TypeError(
            "a report is made from what disclosure.publish lets through, "
            f"not from a {type(published).__name__}"
        )
    files = report_files(published)
    with replaced_folder(folder, MARKER) as new:
        for name, content in files.items():
            (new / name).parent.mkdir(parents=True, exist_ok=True)
            (new / name).write_bytes(content)
    return folder / PAGE
