"""Somebody at work on a store until their process is killed, who says what is done as soon as it is."""

from __future__ import annotations

import random
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import configure_mappers

from joinedup.evidence import coding
from joinedup.evidence import vault as vaults
from joinedup.evidence.passages import Code, Coder
from joinedup.evidence.redaction import Redaction
from joinedup.evidence.store import FILE, CoderRow, RedactionRow, Store
from joinedup.evidence.vault import Vault
from tests.evidence.store.interviewed import PASSPHRASE, transcript

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.connection import Connection

    from joinedup.evidence.interviews import Transcript


# Done here, where the processes that are to be killed are forked from, and not in each of them.
configure_mappers()


def word_of(speaker: str) -> str:
    """Give a word that one speaker alone uses."""
    return f"zanthoxylum{speaker}qed"


def interview_of(number: int) -> Transcript:
    """Make the interview of a number: every third is a group, and each is long enough for several pages of a database."""
    name = f"i{number:04d}"
    speakers = [f"{name}{letter}" for letter in ("ab" if number % 3 == 0 else "a")]
    said = [("", "What happened then?")]
    ring = f"happened, ring me on 07700 900{number % 1000:03d}. " + "And so on and on. " * 150
    said += [(each, f"{word_of(each)} {ring}") for each in speakers]
    return transcript(name, said)


def work(study: str, seed: int, first: int, told: Connection) -> None:
    """Take in, redact, code and withdraw at random, telling of each thing before it begins and once it is done."""
    vaults._WORK = 4
    folder = Path(study)
    chance = random.Random(seed)
    store = Store.open(folder / FILE) if (folder / FILE).exists() else Store.make(folder / FILE)
    path = folder / vaults.FILE
    vault = Vault.open(path, PASSPHRASE) if path.exists() else Vault.make(path, PASSPHRASE)
    number = first
    while True:
        held = [each for each in store.coded().interviews if not each.withdrawn]
        what = chance.choice(["take in", "take in", "accept", "redact", "undo", "code", "code", "withdraw"])
        chosen = chance.choice(held) if held and what != "take in" else None
        done = (what, chosen.id if chosen else f"i{number:04d}", f"{seed}-{chance.random()}")
        act: Callable[[], object]
        if chosen is None:
            one = interview_of(number)
            number += 1
            done = ("take in", *done[1:])
            act = partial(store.take_in, [one], vault, "ida")
        elif what == "accept":
            found = [each.number for each in store.open_proposals() if each.interview == chosen.id]
            act = partial(store.accept, found, "ida")
        elif what == "redact":
            start = chance.randrange(200, 1500)
            hidden = Redaction(start, start + chance.randrange(1, 40), "[hidden]", "because")
            act = partial(store.redact, chosen.id, hidden, "ida")
        elif what == "undo":
            with store.reading() as transaction:
                rows = transaction.scalars(
                    select(RedactionRow).where(RedactionRow.interview_id == chosen.id)
                ).all()
                undone = [each.id for each in rows if each.reason == "because"]
            if not undone:
                continue
            act = partial(store.undo_redaction, undone[0], vault, "ida")
        elif what == "code":
            act = partial(_code, store, chosen.id, done[2], chance.randrange(1500))
        else:
            who = chance.choice([None, *(each.id for each in chosen.speakers)])
            done = (what, chosen.id, who or "")
            act = partial(store.withdraw, vault, "ida", interview=None if who else chosen.id, speaker=who)
        told.send(("begun", *done))
        act()
        told.send(("done", *done))


def _code(store: Store, interview: str, memo: str, start: int) -> None:
    with store.transaction() as transaction:
        if transaction.get(CoderRow, "one") is None:
            coding.add_coder(transaction, Coder("one", "coder one"))
            coding.make(transaction, "one", [Code("trust", "Trust")])
        coding.lay(transaction, "one", "trust", interview, start, start + 20, memo=memo)
