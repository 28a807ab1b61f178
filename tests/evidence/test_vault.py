"""The vault: one file that only its passphrase opens, whose damage is told from a wrong passphrase (§8.2)."""

from __future__ import annotations

import json
import os
import stat
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from joinedup.evidence import vault as vaults
from joinedup.evidence.passages import Consent
from joinedup.evidence.vault import FILE, STRUCK, Kept, Vault, struck
from joinedup.refusal import Refusal
from joinedup.writing import write_files
from tests.evidence.store.interviewed import PASSPHRASE, bytes_of, files_with, speaker, transcript

if TYPE_CHECKING:
    from pathlib import Path

OTHER = "gravel window saddle moth"
SAID = [("", "How is it?"), ("a1", "We share a yard with the police and nobody minds.")]
GROUP = transcript(
    "group",
    [("b1", "It was my idea."), ("b2", "It was never written down."), ("b1", "True.")],
    names={"b2": "Pat Quill"},
)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vaults, "_WORK", 4)


def held(study: Path) -> Vault:
    vault = Vault.make(study / FILE, PASSPHRASE)
    vault.keep({"one": Kept.of(transcript("one", SAID, names={"a1": "Jo Wren"}, file="Jo Wren.txt"))})
    return vault


def test_what_is_kept_comes_back_to_the_byte(tmp_path: Path) -> None:
    given = transcript("one", SAID, names={"a1": "Jo Wren"}, file="Jo Wren.txt")
    held(tmp_path)
    again = Vault.open(tmp_path / FILE, PASSPHRASE)
    assert again.kept("one").original == given.original
    assert again.kept("one").text == given.text
    assert again.kept("one").file == "Jo Wren.txt"
    assert again.names == {"a1": "Jo Wren"}
    assert again.consents == {"a1": "quote"}
    assert again.speakers_named("JO WREN ") == ("a1",)


def test_nothing_of_it_can_be_read_without_the_passphrase(tmp_path: Path) -> None:
    held(tmp_path)
    for words in ("Jo Wren", "share a yard", "quote"):
        assert files_with(tmp_path, words) == []


@pytest.mark.skipif(os.name == "nt", reason="Windows has no modes of files")
def test_nobody_else_may_read_the_file_from_its_first_moment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    modes: list[int] = []

    def watched(files: dict[Path, bytes]) -> None:
        write_files(files)
        modes.extend(stat.S_IMODE(each.stat().st_mode) for each in files)

    monkeypatch.setattr("joinedup.evidence.vault.write_files", watched)
    held(tmp_path)
    assert modes == [0o600, 0o600]


def test_a_wrong_passphrase_and_a_damaged_file_are_told_apart(tmp_path: Path) -> None:
    held(tmp_path)
    path = tmp_path / FILE
    with pytest.raises(Refusal, match="this passphrase does not open the vault"):
        Vault.open(path, OTHER)
    whole = path.read_bytes()
    for at in (0, 20, 60, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        with pytest.raises(Refusal, match="the vault is damaged, whatever the passphrase"):
            Vault.open(path, PASSPHRASE)
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(Refusal, match="is damaged"):
        Vault.open(path, PASSPHRASE)


@given(st.data())
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_damage_gets_past(tmp_path: Path, data: st.DataObject) -> None:
    path = tmp_path / "drawn"
    if not path.exists():
        Vault.make(path, PASSPHRASE).keep({"one": Kept.of(GROUP)})
        (tmp_path / "whole").write_bytes(path.read_bytes())
    whole = (tmp_path / "whole").read_bytes()
    at = data.draw(st.integers(0, len(whole) - 1))
    to = data.draw(st.integers(0, 255).filter(lambda byte: byte != whole[at]))
    path.write_bytes(whole[:at] + bytes([to]) + whole[at + 1 :])
    with pytest.raises(Refusal, match="is damaged"):
        Vault.open(path, PASSPHRASE)


def test_somebody_who_mends_the_checksum_still_changes_nothing_unseen(tmp_path: Path) -> None:
    held(tmp_path)
    path = tmp_path / FILE
    header, check, token, _ = path.read_bytes().split(b"\n")
    other = bytes([token[100] ^ 1])
    changed = b"\n".join((header, check, token[:100] + other + token[101:]))
    path.write_bytes(changed + b"\n" + sha256(changed).hexdigest().encode())
    with pytest.raises(Refusal, match="is damaged"):
        Vault.open(path, PASSPHRASE)


def with_header(path: Path, **other: object) -> None:
    first, check, token, _ = path.read_bytes().split(b"\n")
    header = json.loads(first.removeprefix(vaults.MAGIC)) | other
    changed = b"\n".join((vaults.MAGIC + json.dumps(header).encode(), check, token))
    path.write_bytes(changed + b"\n" + sha256(changed).hexdigest().encode())


def test_a_newer_vault_is_refused_and_one_that_would_eat_the_memory_too(tmp_path: Path) -> None:
    held(tmp_path)
    with_header(tmp_path / FILE, format=2)
    with pytest.raises(Refusal, match="a newer version of joinedup made this vault"):
        Vault.open(tmp_path / FILE, PASSPHRASE)
    with_header(tmp_path / FILE, format=1, work=40)
    with pytest.raises(Refusal, match="is damaged"):
        Vault.open(tmp_path / FILE, PASSPHRASE)


def test_another_passphrase_opens_it_and_the_old_one_no_longer(tmp_path: Path) -> None:
    vault = held(tmp_path)
    before = bytes_of(tmp_path)[FILE]
    vault.change_passphrase(OTHER)
    assert Vault.open(tmp_path / FILE, OTHER).names == {"a1": "Jo Wren"}
    with pytest.raises(Refusal, match="does not open"):
        Vault.open(tmp_path / FILE, PASSPHRASE)
    # A new salt, so that guesses made against the old file are of no use.
    assert before.split(b"\n")[0] != bytes_of(tmp_path)[FILE].split(b"\n")[0]


def test_a_short_passphrase_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="has 6 characters; choose one of at least 12"):
        Vault.make(tmp_path / FILE, "secret")
    assert bytes_of(tmp_path) == {}


def test_a_vault_that_is_there_is_never_written_over(tmp_path: Path) -> None:
    held(tmp_path)
    with pytest.raises(Refusal, match="there is a vault already"):
        Vault.make(tmp_path / FILE, OTHER)
    with pytest.raises(Refusal, match="this study has no vault"):
        Vault.open(tmp_path / "elsewhere", PASSPHRASE)


def test_two_who_hold_it_open_do_not_undo_each_other(tmp_path: Path) -> None:
    one = held(tmp_path)
    two = Vault.open(tmp_path / FILE, PASSPHRASE)
    two.keep({"two": Kept.of(GROUP)})
    one.refresh()
    assert one.interviews == ("one", "two")
    two.change_passphrase(OTHER)
    with pytest.raises(Refusal, match="the passphrase was changed meanwhile"):
        one.refresh()


def test_who_withdrew_from_a_group_is_struck_out_and_the_others_stay_where_they_are() -> None:
    kept = Kept.of(GROUP).without("b2", [(GROUP.turns[1].start, GROUP.turns[1].end)])
    assert kept.original == b""
    assert kept.names == {}
    assert kept.consents == {"b1": "quote"}
    assert len(kept.text) == len(GROUP.text)
    assert kept.text.index("True.") == GROUP.text.index("True.")
    assert "never" not in kept.text


def test_who_withdrew_before_is_never_kept() -> None:
    gone = [speaker("b1"), speaker("b2", Consent.WITHDRAWN)]
    kept = Kept.of(transcript("group", [("b1", "Mine."), ("b2", "Secret words.")], gone, {"b2": "Pat Quill"}))
    assert "Secret" not in kept.text
    assert kept.original == b""
    assert kept.names == {}


@given(st.text(max_size=30), st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=4))
def test_striking_out_is_what_it_says_letter_by_letter(text: str, drawn: list[tuple[int, int]]) -> None:
    stretches = [(min(pair), max(pair)) for pair in drawn if max(pair) <= len(text)]
    expected = "".join(
        STRUCK if any(start <= at < end for start, end in stretches) else letter
        for at, letter in enumerate(text)
    )
    assert struck(text, stretches) == expected
