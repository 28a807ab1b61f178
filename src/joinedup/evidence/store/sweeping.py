"""What a process that was stopped leaves half-written beside a store, and taking it away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from joinedup.evidence.vault import MAGIC

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_PARTIAL = ".joinedup-partial-*"


def left_over(path: Path) -> Iterator[Path]:
    """Find what is left half-written of a store and of the vault beside it."""
    study = path.parent
    yield from study.glob(f"{path.name}.joinedup-partial*")
    for each in study.glob(_PARTIAL):
        # Other commands write beside, too: only a vault's own bytes, or none yet, are surely ours.
        if each.is_file():
            with each.open("rb") as stream:
                ours = MAGIC.startswith(stream.read(len(MAGIC)))
            if ours:
                yield each


def sweep(path: Path) -> None:
    """Take it away. Whoever holds the turn to write knows that nobody else is writing it."""
    for each in list(left_over(path)):
        each.unlink(missing_ok=True)
