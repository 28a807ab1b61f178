"""Littleton with its interviews in an evidence store, every speaker under an attribution that is wide enough to quote."""

from __future__ import annotations

import csv
import shutil
from typing import TYPE_CHECKING
from unittest.mock import patch

from joinedup.evidence import coding
from joinedup.evidence import vault as vaults
from joinedup.evidence.codebook import codebook_of
from joinedup.evidence.interviews import transcripts_of
from joinedup.evidence.passages import Coder, Passage
from joinedup.evidence.store import FILE, Store
from joinedup.evidence.vault import Vault
from tests.small import LITTLETON

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

PASSPHRASE = "heron kettle anchor plum"


def stored_littleton(folder: Path, tables: Collection[str] = ("services", "sites")) -> Vault:
    """Copy Littleton with these tables only, take its interviews in as they lie, and code them; give the vault.

    An imagined study guards nothing, so that its vault is quick to open.
    """
    shutil.copytree(LITTLETON, folder)
    # What the example says of itself is no part of a study.
    for path in (*folder.glob("*.md"), *(folder / "tables").iterdir()):
        if path.stem not in tables:
            path.unlink()
    table = folder / "interviews" / "interviews.csv"
    with table.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    wide = {"position": "officer", "service": "a service", "area": "Littleton"}
    with table.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows({**row, **wide} for row in rows)
    with patch.object(vaults, "_WORK", 4):
        vault = Vault.make(folder / vaults.FILE, PASSPHRASE)
    with Store.make(folder / FILE) as store:
        store.take_in(transcripts_of(table), vault, "ida")
        with store.transaction() as transaction:
            for coder in ("A", "B"):
                coding.add_coder(transaction, Coder(coder, coder))
            coding.make(transaction, "A", codebook_of(folder))
            coding.lay_all(transaction, "A", _laid(folder))
    return vault


def _laid(folder: Path) -> list[Passage]:
    with (folder / "interviews" / "passages.csv").open(encoding="utf-8", newline="") as stream:
        return [
            Passage(
                row["passage_id"],
                row["interview_id"],
                int(row["start"]),
                int(row["end"]),
                row["code_id"],
                row["coder"],
            )
            for row in csv.DictReader(stream)
        ]
