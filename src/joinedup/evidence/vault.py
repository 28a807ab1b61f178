"""The vault of a study: original transcripts, names and consent as given, in one file that only a passphrase opens (§8.2).

The file is a line that says how it was locked, the locked content, and a checksum of both. The checksum tells damage from
a wrong passphrase; it is no protection, which the lock itself gives (Fernet: AES in CBC mode under an HMAC, its key drawn from
the passphrase by scrypt).
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from joinedup.evidence.passages import Consent
from joinedup.refusal import CannotWrite, Refusal
from joinedup.writing import write_files

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from joinedup.evidence.interviews.transcript import Transcript

FILE = "vault.joinedup"
MAGIC = b"joinedup vault "
SHORTEST_PASSPHRASE = 12
"""Three words of four letters; what the passphrase guards is names beside what they said in confidence."""
STRUCK = "█"
"""What stands for each character of somebody who withdrew from a group: positions of the others stay as they are."""
_FORMAT = 1
_WORK = 17
"""Binary logarithm of scrypt's cost: 128 MiB and under a second for each guess."""
_MOST_WORK = 20
_SALT_BYTES = 16
_CHECKSUM_BYTES = 64


@dataclass(frozen=True)
class Kept:
    """What the vault keeps of one interview; the bytes are gone once somebody has withdrawn from a group."""

    file: str
    original: bytes = field(repr=False)
    text: str = field(repr=False)
    names: Mapping[str, str] = field(repr=False)
    consents: Mapping[str, str]

    @classmethod
    def of(cls, transcript: Transcript) -> Kept:
        """Take over a transcript, without the words and names of those who withdrew."""
        kept = cls(
            transcript.file,
            transcript.original,
            transcript.text,
            MappingProxyType(dict(transcript.names)),
            MappingProxyType({each.id: str(each.consent) for each in transcript.speakers}),
        )
        for speaker in transcript.speakers:
            if speaker.consent is Consent.WITHDRAWN:
                said = [(turn.start, turn.end) for turn in transcript.turns if turn.speaker == speaker.id]
                kept = kept.without(speaker.id, said)
        return kept

    def without(self, speaker: str, stretches: Sequence[tuple[int, int]]) -> Kept:
        """Strike out a speaker: name, consent, words, and the bytes that hold them."""
        return replace(
            self,
            original=b"",
            text=struck(self.text, stretches),
            names=MappingProxyType({each: name for each, name in self.names.items() if each != speaker}),
            consents=MappingProxyType(
                {each: given for each, given in self.consents.items() if each != speaker}
            ),
        )

    def saying(self, names: Mapping[str, str], consents: Mapping[str, str]) -> Kept:
        """Give the same with other names and consents."""
        return replace(self, names=MappingProxyType(dict(names)), consents=MappingProxyType(dict(consents)))


def struck(text: str, stretches: Iterable[tuple[int, int]]) -> str:
    """Strike out stretches of a text character by character, so that all else stays where it is."""
    pieces, at = [], 0
    for start, end in sorted(stretches):
        pieces += [text[at:start], STRUCK * (end - max(start, at))]
        at = max(at, end)
    return "".join([*pieces, text[at:]])


class Vault:
    """An open vault; every change is written before the call returns."""

    def __init__(self, path: Path, lock: Fernet, salt: bytes, work: int) -> None:
        """Hold what opens the file; use `make` or `open`."""
        self.path = path
        self._lock, self._salt, self._work = lock, salt, work
        self._held: dict[str, Kept] = {}
        self._read = b""

    @classmethod
    def make(cls, path: Path, passphrase: str) -> Vault:
        """Make an empty vault: `FILE` in a study's folder.

        Raises:
            Refusal: when there is one, or the passphrase is too short.
        """
        if path.exists():
            raise CannotWrite(f"{path}: there is a vault already; open it, or move it away")
        vault = cls(path, *_locked(_strong(passphrase)))
        vault._write({})
        return vault

    @classmethod
    def open(cls, path: Path, passphrase: str) -> Vault:
        """Open a vault: `FILE` in a study's folder.

        Raises:
            Refusal: when there is none, the passphrase is wrong, the file is damaged, or a newer version made it.
        """
        content = _bytes_of(path)
        header, check, _ = _parts(path, content)
        salt, work = bytes.fromhex(header["salt"]), header["work"]
        vault = cls(path, _key(passphrase, salt, work), salt, work)
        try:
            vault._lock.decrypt(check)
        except InvalidToken:
            raise Refusal(
                f"{path}: this passphrase does not open the vault; try again (nobody can open it without)"
            ) from None
        vault.refresh()
        return vault

    def refresh(self) -> None:
        """Read again what somebody else may have written since.

        Raises:
            Refusal: when the file is damaged, or its passphrase was changed meanwhile.
        """
        content = _bytes_of(self.path)
        digest = hashlib.sha256(content).digest()
        if digest == self._read:
            return
        header, _, token = _parts(self.path, content)
        if bytes.fromhex(header["salt"]) != self._salt:
            raise Refusal(
                f"{self.path}: the passphrase was changed meanwhile; run the command again with the new one"
            )
        try:
            self._held = _from_json(json.loads(self._lock.decrypt(token)))
        except (InvalidToken, ValueError, KeyError):
            raise Refusal(_damaged(self.path)) from None
        self._read = digest

    @property
    def interviews(self) -> tuple[str, ...]:
        """The ids of the interviews that are kept, in order."""
        return tuple(sorted(self._held))

    @property
    def names(self) -> Mapping[str, str]:
        """The name behind each pseudonym that has one, by speaker."""
        return MappingProxyType(
            {
                speaker: name
                for each in self.interviews
                for speaker, name in sorted(self._held[each].names.items())
            }
        )

    @property
    def consents(self) -> Mapping[str, str]:
        """What each speaker agreed to, as given."""
        return MappingProxyType(
            {
                speaker: given
                for each in self.interviews
                for speaker, given in self._held[each].consents.items()
            }
        )

    def speakers_named(self, name: str) -> tuple[str, ...]:
        """Find the pseudonyms behind a name, whatever its letter case."""
        wanted = name.strip().casefold()
        return tuple(each for each, given in self.names.items() if given.strip().casefold() == wanted)

    def kept(self, interview: str) -> Kept:
        """Give what is kept of an interview.

        Raises:
            Refusal: when it is not kept here.
        """
        if interview not in self._held:
            raise Refusal(f"{self.path}: the vault holds no interview '{interview}'; take it in again")
        return self._held[interview]

    def keep(self, interviews: Mapping[str, Kept]) -> None:
        """Keep interviews, in place of what was kept under the same ids."""
        if any(self._held.get(each) != kept for each, kept in interviews.items()):
            self._write({**self._held, **interviews})

    def drop(self, interviews: Iterable[str]) -> None:
        """Forget interviews; those that are not here are passed over."""
        gone = set(interviews) & self._held.keys()
        if gone:
            self._write({each: kept for each, kept in self._held.items() if each not in gone})

    def change_passphrase(self, passphrase: str) -> None:
        """Lock the vault with another passphrase and another salt.

        Raises:
            Refusal: when it is too short.
        """
        self.refresh()
        self._lock, self._salt, self._work = _locked(_strong(passphrase))
        self._write(self._held)

    def _write(self, held: dict[str, Kept]) -> None:
        """Write everything beside, then rename; nobody but the owner may read it."""
        header = json.dumps({"format": _FORMAT, "salt": self._salt.hex(), "work": self._work}, sort_keys=True)
        content = b"\n".join(
            (
                MAGIC + header.encode(),
                self._lock.encrypt(b"joinedup"),
                self._lock.encrypt(json.dumps(_as_json(held), ensure_ascii=False).encode()),
            )
        )
        content += b"\n" + hashlib.sha256(content).hexdigest().encode()
        # The file beside is made as private as the one it will be.
        before = os.umask(0o077)
        try:
            write_files({self.path: content})
            self.path.chmod(0o600)
        finally:
            os.umask(before)
        self._held, self._read = held, hashlib.sha256(content).digest()


def _strong(passphrase: str) -> str:
    if len(passphrase) < SHORTEST_PASSPHRASE:
        raise Refusal(
            f"the passphrase has {len(passphrase)} characters; choose one of at least {SHORTEST_PASSPHRASE}, such as "
            "four words that have nothing to do with each other"
        )
    return passphrase


def _locked(passphrase: str) -> tuple[Fernet, bytes, int]:
    salt = os.urandom(_SALT_BYTES)
    return _key(passphrase, salt, _WORK), salt, _WORK


def _key(passphrase: str, salt: bytes, work: int) -> Fernet:
    drawn = Scrypt(salt=salt, length=32, n=2**work, r=8, p=1).derive(passphrase.encode())
    return Fernet(base64.urlsafe_b64encode(drawn))


def _bytes_of(path: Path) -> bytes:
    if not path.is_file():
        raise Refusal(f"{path}: this study has no vault; 'joinedup interviews take' makes one")
    return path.read_bytes()


def _damaged(path: Path) -> str:
    return f"{path}: the vault is damaged, whatever the passphrase; put back a copy from a backup"


def _parts(path: Path, content: bytes) -> tuple[dict[str, Any], bytes, bytes]:
    """Split a vault's file into how it was locked, what tells the passphrase, and the content.

    Raises:
        Refusal: when it is no vault, is damaged, or was made by a newer version.
    """
    if not content.startswith(MAGIC):
        raise Refusal(_damaged(path))
    whole, _, checksum = content.rpartition(b"\n")
    if len(checksum) != _CHECKSUM_BYTES or hashlib.sha256(whole).hexdigest().encode() != checksum:
        raise Refusal(_damaged(path))
    try:
        first, *rest = whole.split(b"\n")
        header = json.loads(first.removeprefix(MAGIC))
        if header["format"] > _FORMAT:
            raise Refusal(
                f"{path}: a newer version of joinedup made this vault; open it with that version, or a later one"
            )
        check, token = rest
        bytes.fromhex(header["salt"])
        if not 1 <= int(header["work"]) <= _MOST_WORK:
            raise Refusal(_damaged(path))
    except (ValueError, KeyError, TypeError):
        raise Refusal(_damaged(path)) from None
    return header, check, token


def _as_json(held: Mapping[str, Kept]) -> dict[str, Any]:
    return {
        interview: {
            "file": kept.file,
            "original": base64.b64encode(kept.original).decode(),
            "text": kept.text,
            "names": dict(kept.names),
            "consents": dict(kept.consents),
        }
        for interview, kept in sorted(held.items())
    }


def _from_json(content: Mapping[str, Any]) -> dict[str, Kept]:
    return {
        interview: Kept(
            given["file"],
            base64.b64decode(given["original"]),
            given["text"],
            MappingProxyType(given["names"]),
            MappingProxyType(given["consents"]),
        )
        for interview, given in content.items()
    }
