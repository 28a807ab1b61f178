"""Whatever is done to a project's bytes, it is read or refused in one message; nothing else happens."""

from __future__ import annotations

import random
import re
import zipfile
from typing import TYPE_CHECKING

import pytest

from joinedup.evidence.exchange import End, read_project, write_project
from joinedup.evidence.exchange.packing import pack
from joinedup.refusal import Refusal
from tests.evidence.exchange.heard import small

if TYPE_CHECKING:
    from pathlib import Path

_TAG = re.compile(rb"<[^>]*>")
_VALUE = re.compile(rb'"[^"]*"')


def damaged(content: bytes, chance: random.Random) -> bytes:
    """Take away, repeat or swap elements and values, or change bytes."""
    for _ in range(chance.randint(1, 3)):
        how = chance.randrange(4)
        if how == 3:
            place = chance.randrange(len(content))
            content = content[:place] + bytes([chance.randrange(256)]) + content[place + 1 :]
            continue
        found = list((_TAG, _VALUE, _VALUE)[how].finditer(content))
        if not found:
            continue
        one, other = chance.choice(found), chance.choice(found)
        new = (b"", other[0], b'"-99999999999999999999"')[how] if chance.random() < 0.7 else one[0] * 2
        content = content[: one.start()] + new + content[one.end() :]
    return content


def tried(path: Path) -> bool:
    try:
        read_project(path, End.EXCLUSIVE)
    except Refusal:
        return False
    return True


def outcomes(tmp_path: Path, times: int) -> list[bool]:
    write_project(small(), tmp_path / "whole.qdpx", for_outside=False)
    whole = (tmp_path / "whole.qdpx").read_bytes()
    with zipfile.ZipFile(tmp_path / "whole.qdpx") as packed:
        files = {each: packed.read(each) for each in packed.namelist()}
    found = []
    for seed in range(times):
        chance = random.Random(seed)
        path = tmp_path / "damaged.qdpx"
        if seed % 3:
            path.write_bytes(pack({**files, "project.qde": damaged(files["project.qde"], chance)}))
        else:
            path.write_bytes(damaged(whole, chance))
        found.append(tried(path))
    return found


def test_damage_is_refused_in_one_message_or_read_around(tmp_path: Path) -> None:
    found = outcomes(tmp_path, 300)
    # Both happen: the damage is neither too small to matter nor too large to be let in.
    assert 10 < sum(found) < 290


@pytest.mark.slow
def test_a_great_deal_of_damage_is_refused_in_one_message(tmp_path: Path) -> None:
    assert len(outcomes(tmp_path, 5_000)) == 5_000
