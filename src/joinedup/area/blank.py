"""Blank studies: settings to fill in, and tables with nothing but their headers, made from the schemas."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import xlsxwriter

from joinedup.area.schema import TABLES, schema
from joinedup.area.settings import FILE, quoted
from joinedup.area.tables import FOLDER, WORKBOOK
from joinedup.refusal import CannotWrite
from joinedup.writing import write_files

if TYPE_CHECKING:
    from pathlib import Path

_SETTINGS = """\
# What the study is called, and the zone in which its times are told. Every other key may be left out.
[study]
name = {name}
zone = "Europe/London"
# nation = "England"
# period = [2025-04-01, 2026-03-31]
# price_base = "2025/26"
# seed = 1
# results_seen_on = 2025-04-20  # when the partners first saw results; a tolerance recorded later does not count

# How much longer the mean drive of a service may become, and how much later its calls may be answered and its crews told.
# Record both before you see any result.
# [study.tolerances.fire]
# minutes = 0.5
# answering_seconds = 10
# recorded_on = 2025-01-20

# What the options share on their way; what is left out is no limit. Capital is in real pounds a year.
# [roadmap]
# years = 5
# capital_gbp_a_year = 2_000_000
# options_at_once = 4
# chance_of_loss = 0.1
# [roadmap.capital_gbp_a_year_of]
# fire = 500_000
# [roadmap.options_at_once_of]
# fire = 2
"""


def blank_study(folder: Path, *, workbook: bool = False) -> list[Path]:
    """Write an empty study.

    Raises:
        CannotWrite: when the folder holds something already, or refuses.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise CannotWrite(f"{folder}: there is something here already; name a new or an empty folder")
    files = {folder / FILE: _SETTINGS.format(name=quoted(folder.absolute().name)).encode()}
    if workbook:
        files[folder / FOLDER / f"{WORKBOOK}.xlsx"] = _workbook()
    else:
        for table in TABLES:
            files[folder / FOLDER / f"{table}.csv"] = (",".join(schema(table).columns) + "\n").encode()
    write_files(files)
    return list(files)


def _workbook() -> bytes:
    """Make a workbook with a sheet for each table; a header's note says what the column holds."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        bold = book.add_format({"bold": True})
        for table in TABLES:
            sheet = book.add_worksheet(table)
            for number, field in enumerate(schema(table).fields):
                sheet.write_string(0, number, field.name, bold)
                unit = f" ({field.unit})" if field.unit else ""
                sheet.write_comment(0, number, f"{field.description}{unit}")
                sheet.set_column(number, number, max(len(field.name) + 2, 12))
            sheet.freeze_panes(1, 0)
    return stream.getvalue()
