"""A process that is killed at any point loses nothing that it had done, and leaves nothing half done (§8.2)."""

from __future__ import annotations

import multiprocessing
import random
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from joinedup.evidence import vault as vaults
from joinedup.evidence.redaction import Positions, Redaction
from joinedup.evidence.store import FILE, RedactionRow, Store
from joinedup.evidence.vault import Vault
from tests.evidence.store.interviewed import PASSPHRASE, bytes_of
from tests.evidence.store.working import interview_of, word_of, work

if TYPE_CHECKING:
    from multiprocessing.context import ForkServerContext
    from pathlib import Path

KILLS = 300
MADE = 60
A_STUDY = 25
"""Kills before a new study is begun, which keeps reading its every byte quick."""


@dataclass
class Expected:
    """What must be there: what was reported as done; and what was begun, which may be there or not."""

    taken_in: set[str] = field(default_factory=set)
    memos: dict[str, str] = field(default_factory=dict)
    withdrawn: set[tuple[str, str]] = field(default_factory=set)
    begun: tuple[str, str, str] | None = None

    @property
    def stopped_at(self) -> str:
        return self.begun[0] if self.begun else "between"

    def hear(self, stage: str, what: str, interview: str, about: str) -> None:
        self.begun = (what, interview, about) if stage == "begun" else None
        if stage != "done":
            return
        if what == "take in":
            self.taken_in.add(interview)
        elif what == "code":
            self.memos[about] = interview
        elif what == "withdraw":
            self.withdrawn.add((interview, about))


def speakers_of(interview: str) -> list[str]:
    return [each.id for each in interview_of(int(interview[1:])).speakers]


def gone(expected: set[tuple[str, str]]) -> set[str]:
    """Name the speakers of whom nothing may be left."""
    return {
        each for interview, speaker in expected for each in ([speaker] if speaker else speakers_of(interview))
    }


def check(study: Path, expected: Expected) -> None:
    with Store.open(study / FILE) as store:
        assert store.verify_log().bad_line is None
        vault = Vault.open(study / vaults.FILE, PASSPHRASE)
        store.settle(vault)
        assert store.unfinished() == ()
        coded = store.coded()
        here = {each.id for each in coded.interviews}
        assert expected.taken_in <= here
        left = here - expected.taken_in
        assert left <= ({expected.begun[1]} if expected.begun and expected.begun[0] == "take in" else set())
        memos = {each.memo: each for each in coded.passages}
        speaking = {one.id for each in coded.interviews for one in each.speakers}
        # A withdrawal that was under way may have been decided, and then it is complete.
        withdrawn = gone(expected.withdrawn)
        if expected.begun and expected.begun[0] == "withdraw":
            _, interview, speaker = expected.begun
            maybe = gone({(interview, speaker)}) - withdrawn
            assert (maybe <= speaking) or not (maybe & speaking)
            if not maybe & speaking:
                withdrawn |= maybe
                expected.withdrawn.add((interview, speaker))
        assert not withdrawn & speaking
        with store.reading() as transaction:
            rows = transaction.scalars(select(RedactionRow)).all()
        for each in coded.interviews:
            if each.withdrawn:
                assert (each.text, each.turns, each.speakers) == ("", (), ())
                assert each.id not in vault.interviews
                continue
            original = interview_of(int(each.id[1:]))
            assert each.sha256 == original.sha256
            hidden = [
                Redaction(row.start, row.end, row.replacement, row.reason)
                for row in rows
                if row.interview_id == each.id
            ]
            kept = vault.kept(each.id).text
            assert each.text == Positions(hidden, len(kept)).text(kept)
            assert [one.id for one in each.speakers] == [
                one for one in speakers_of(each.id) if one not in withdrawn
            ]
        lost = {
            interview
            for interview in here
            if coded.interview[interview].withdrawn or set(speakers_of(interview)) & withdrawn
        }
        for memo, interview in expected.memos.items():
            # What one of a group said may have taken the passage along.
            assert memo in memos or interview in lost
        under_way = expected.begun[2] if expected.begun and expected.begun[0] == "code" else None
        assert memos.keys() <= expected.memos.keys() | {under_way}
        expected.taken_in = here
        expected.memos = {memo: each.interview for memo, each in memos.items()}
    content = bytes_of(study)
    assert content.keys() == {FILE, vaults.FILE}
    for speaker in withdrawn:
        assert word_of(speaker).encode() not in content[FILE]


def until_killed(context: ForkServerContext, study: Path, seed: int, expected: Expected) -> int:
    """Let somebody work for a moment, kill them, and hear out what they had told; give how many things they had done."""
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=work, args=(str(study), seed, seed * 1000 % 9000, theirs))
    process.start()
    theirs.close()
    chance, done = random.Random(seed), 0
    started = time.monotonic()
    wanted = chance.randint(1, 5)
    for _ in range(wanted):
        stage, *told = ours.recv()
        expected.hear(stage, *told)
        done += stage == "done"
    # Somewhere within what a machine as busy as this one takes for a thing or two.
    time.sleep(chance.uniform(0, (time.monotonic() - started) / wanted))
    process.kill()
    process.join()
    try:
        while True:
            stage, *told = ours.recv()
            expected.hear(stage, *told)
            done += stage == "done"
    except EOFError:
        ours.close()
    process.close()
    return done


@pytest.mark.slow
@pytest.mark.skipif(
    "forkserver" not in multiprocessing.get_all_start_methods(), reason="processes start too slowly here"
)
def test_killing_it_at_random_points_loses_nothing_and_leaves_nothing_half_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.evidence.store.working"])
    done, stopped = 0, Counter[str]()
    for number in range(KILLS):
        if number % A_STUDY == 0:
            study = tmp_path / f"study{number}"
            study.mkdir()
            expected = Expected()
        expected.begun = None
        done += until_killed(context, study, number, expected)
        stopped[expected.stopped_at] += 1
        check(study, expected)
    # The kills fell into everything that can be under way, or this test has shown nothing.
    assert done > KILLS / 2
    assert {"take in", "accept", "redact", "code", "withdraw"} <= stopped.keys()


@pytest.mark.slow
@pytest.mark.skipif(
    "forkserver" not in multiprocessing.get_all_start_methods(), reason="processes start too slowly here"
)
def test_killing_it_while_the_two_files_are_made_leaves_files_that_can_be_worked_with(tmp_path: Path) -> None:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.evidence.store.working"])
    reached = Counter[str]()
    slowest = 0.0
    for number in range(MADE):
        study = tmp_path / f"study{number}"
        study.mkdir()
        ours, theirs = context.Pipe(duplex=False)
        process = context.Process(target=work, args=(str(study), number, 0, theirs))
        process.start()
        theirs.close()
        # The first and every fifth are heard to their first word, and the others stopped somewhere before it.
        started = time.monotonic()
        if number % 5 == 0:
            ours.recv()
            slowest = time.monotonic() - started
        else:
            time.sleep(random.Random(number).uniform(0, slowest))
        process.kill()
        process.join()
        process.close()
        ours.close()
        if not (study / FILE).exists():
            reached["nothing"] += 1
            assert bytes_of(study) == {}
            continue
        with Store.open(study / FILE) as store:
            assert store.verify_log().bad_line is None
            # With a store there, a vault is made as if for the first time, or is whole.
            path = study / vaults.FILE
            reached["both" if path.exists() else "store"] += 1
            vault = Vault.open(path, PASSPHRASE) if path.exists() else Vault.make(path, PASSPHRASE)
            store.take_in([interview_of(7)], vault, "ida")
            assert "i0007" in {each.id for each in store.coded().interviews}
        assert bytes_of(study).keys() == {FILE, vaults.FILE}
    # Some were stopped before both files were there, or this test has shown nothing.
    assert reached.keys() > {"both"}
