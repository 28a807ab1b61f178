"""The evidence store of a study: one file in which interviews are worked with, as redacted (§6.1, §8.2)."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Self

from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from joinedup.evidence.passages import Approach
from joinedup.evidence.redaction import Redaction
from joinedup.evidence.store import log, migrating, quoting, redacting, stating, taking, withdrawing
from joinedup.evidence.store.databases import (
    WRITING,
    drop_indexes_of_words,
    empty_freed_pages,
    engine_of,
    is_busy,
    is_no_database,
)
from joinedup.evidence.store.heard import RedactionRow
from joinedup.evidence.store.snapshot import coded
from joinedup.evidence.store.sources import erase_sources
from joinedup.evidence.store.sweeping import left_over, sweep
from joinedup.refusal import CannotWrite, Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path
    from types import TracebackType

    from joinedup.evidence.interviews import Transcript
    from joinedup.evidence.passages import Coded
    from joinedup.evidence.vault import Vault

FILE = "evidence.db"


def _now() -> datetime:
    return datetime.now(UTC)


def _nothing_known(kind: str, target: str) -> str | None:
    raise Refusal(f"the {kind} '{target}' can only be looked up where the study's {kind}s are read")


class Store:
    """An evidence store, `FILE` in a study's folder; whoever writes does so alone, readers are never held up.

    Everything is done in transactions: what a call did is on the disk when it returns, and nothing of it when it was stopped.
    """

    def __init__(self, path: Path, clock: Callable[[], datetime]) -> None:
        """Hold the way to a file; use `open` or `make`."""
        self.path = path
        self._engine = engine_of(path)
        self._clock = clock

    @classmethod
    def open(cls, path: Path, clock: Callable[[], datetime] = _now) -> Store:
        """Open a store, bring it to this version's tables, and finish what a stopped process left unfinished.

        Raises:
            Refusal: when there is none, it is none, a newer version made it, or somebody else is writing.
        """
        if not path.is_file():
            raise Refusal(f"{path}: this study has no evidence store; 'joinedup interviews take' makes one")
        store = cls(path, clock)
        store._bring_up()
        return store

    @classmethod
    def make(cls, path: Path, clock: Callable[[], datetime] = _now) -> Store:
        """Make an empty store.

        Raises:
            CannotWrite: when there is one already, or the folder is missing.
        """
        if path.exists():
            raise CannotWrite(f"{path}: there is an evidence store already; open it, or move it away")
        if not path.parent.is_dir():
            raise CannotWrite(f"{path.parent}: there is no such folder; make the study first")
        store = cls(path, clock)
        store._bring_up()
        return store

    def __enter__(self) -> Self:
        """Give the store itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Let go of the file."""
        self.close()

    def close(self) -> None:
        """Let go of the file; the store may still be used, and takes hold of it again."""
        self._engine.dispose()

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Give a transaction that may write, alone; it is kept when the block ends well.

        Raises:
            Refusal: when somebody else is writing.
        """
        writing = self._engine.execution_options(**{WRITING: True})
        with (
            self._explained(),
            writing.connect() as connection,
            connection.begin(),
            Session(connection) as transaction,
        ):
            yield transaction
            transaction.flush()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Give a transaction that sees the store as it stands now, and holds nobody up."""
        with self._explained(), self._engine.connect() as connection, Session(connection) as transaction:
            yield transaction

    def note(self, who: str, what: str, about: dict[str, Any]) -> None:
        """Write a line into the log for something done elsewhere, such as an export; ``about`` has ids and counts, no words."""
        with self.transaction() as transaction:
            log.write(transaction, self._clock(), who, what, about)

    # --- taking in ----------------------------------------------------------------------------------------------------

    def take_in(
        self, transcripts: Sequence[Transcript], vault: Vault, who: str, places: Sequence[str] = ()
    ) -> taking.Taken:
        """Take interviews in: the vault first, then the store, and let the recognisers propose what to redact.

        What is held already stays as it is; what the table now says otherwise of its speakers is taken over, and
        whoever it now calls withdrawn is withdrawn.

        Args:
            transcripts: as `transcripts_of` reads them.
            vault: keeps the originals, names and consents.
            who: takes them in, for the log.
            places: names of places that the recognisers are to look for.

        Raises:
            Refusal: for other bytes under an id that is held, or a speaker of another interview.
        """
        self.settle(vault)
        with self.transaction() as transaction:
            vault.refresh()
            taken = taking.take_in(transaction, transcripts, vault, places)
            if taken.new or taken.corrected:
                about = {"new": list(taken.new), "corrected": list(taken.corrected)}
                log.write(transaction, self._clock(), who, log.TAKEN_IN, about)
            for about in taking.left_behind(transcripts, taken):
                log.write(transaction, self._clock(), who, log.WITHDRAWN, about)
        for speaker in taken.to_withdraw:
            self.withdraw(vault, who, speaker=speaker)
        self.settle(vault)
        return taken

    # --- deciding -----------------------------------------------------------------------------------------------------

    def open_proposals(self) -> tuple[redacting.OpenProposal, ...]:
        """List what recognisers propose to redact and nobody has decided on, by interview and position."""
        with self.reading() as transaction:
            return redacting.open_proposals(transaction)

    def accept(self, numbers: Iterable[int], who: str) -> int:
        """Redact what these proposals found; give how many were accepted.

        Raises:
            Refusal: when one is not there or was decided already.
        """
        return self._decide(numbers, redacting.ACCEPTED, log.ACCEPTED, who)

    def refuse(self, numbers: Iterable[int], who: str) -> int:
        """Keep what these proposals found as it stands; give how many were refused.

        Raises:
            Refusal: when one is not there or was decided already.
        """
        return self._decide(numbers, redacting.REFUSED, log.REFUSED, who)

    def redact(self, interview: str, redaction: Redaction, who: str) -> None:
        """Hide a stretch of an interview, in positions of its original text.

        Raises:
            Refusal: when there is no such interview or stretch.
        """
        with self.transaction() as transaction:
            redacting.redact(transaction, redacting.interview_of(transaction, interview), [redaction], who)
            about = {"interview": interview, "start": redaction.start, "end": redaction.end}
            log.write(transaction, self._clock(), who, log.REDACTED, about)
            drop_indexes_of_words(transaction.connection())
        self._empty()

    def undo_redaction(self, number: int, vault: Vault, who: str) -> None:
        """Take a redaction back, with the words from the vault.

        Raises:
            Refusal: when there is none of this number, or it hides what somebody withdrew.
        """
        self.settle(vault)
        with self.transaction() as transaction:
            vault.refresh()
            row = transaction.get(RedactionRow, number)
            if row is None:
                raise Refusal(f"there is no redaction {number}; list those of an interview again")
            if withdrawing.REASON in row.reason.split("; "):
                raise Refusal(f"redaction {number} hides the words of somebody who withdrew; they are gone")
            about = {"interview": row.interview_id, "start": row.start, "end": row.end}
            redacting.undo(transaction, row, vault)
            log.write(transaction, self._clock(), who, log.UNREDACTED, about)
            drop_indexes_of_words(transaction.connection())

    def _decide(self, numbers: Iterable[int], decision: str, what: str, who: str) -> int:
        with self.transaction() as transaction:
            decided = redacting.decide(transaction, numbers, decision, who)
            for interview, rows in sorted(decided.items()):
                about = {"interview": interview, "proposals": [each.id for each in rows]}
                log.write(transaction, self._clock(), who, what, about)
            if decision == redacting.ACCEPTED:
                drop_indexes_of_words(transaction.connection())
        if decision == redacting.ACCEPTED:
            self._empty()
        return sum(len(rows) for rows in decided.values())

    # --- withdrawal ---------------------------------------------------------------------------------------------------

    def withdraw(
        self, vault: Vault, who: str, *, interview: str | None = None, speaker: str | None = None
    ) -> withdrawing.Withdrawn:
        """Take everything that an interview, or one speaker, said out of the study; that it was withdrawn stays.

        Raises:
            Refusal: when neither or both are named, there is none, or it was withdrawn already.
        """
        with self.transaction() as transaction:
            vault.refresh()
            chosen = withdrawing.whole_or_part(transaction, interview, speaker)
            gone, about = withdrawing.withdraw(transaction, *chosen, who)
            log.write(transaction, self._clock(), who, log.WITHDRAWN, about)
            drop_indexes_of_words(transaction.connection())
        self.settle(vault)
        return gone

    def settle(self, vault: Vault | None = None) -> None:
        """Finish erasing what was withdrawn: from the study's folder, and from the vault where it is open."""
        with self.reading() as transaction:
            in_study = withdrawing.unfinished(transaction, withdrawing.IN_STUDY)
            in_vault = withdrawing.unfinished(transaction, withdrawing.IN_VAULT)
        if vault is not None and in_vault:
            with self.transaction() as transaction:
                vault.refresh()
                withdrawing.erase_from_vault(vault, in_vault)
                self._erased(transaction, in_vault, withdrawing.IN_VAULT)
        if in_study:
            with self.transaction() as transaction:
                for each in in_study:
                    erase_sources(self.path.parent, each.interview, each.sha256, each.speaker, each.stretches)
                sweep(self.path)
            self._empty()
            with self.transaction() as transaction:
                self._erased(transaction, in_study, withdrawing.IN_STUDY)

    def unfinished(self) -> tuple[withdrawing.Unfinished, ...]:
        """Give the withdrawals that the vault, which was not open, still holds words of."""
        with self.reading() as transaction:
            return withdrawing.unfinished(transaction, withdrawing.IN_VAULT)

    def _erased(self, transaction: Session, done: Sequence[withdrawing.Unfinished], where: str) -> None:
        still = {each.line for each in withdrawing.unfinished(transaction, where)}
        for each in done:
            if each.line in still:
                log.write(transaction, self._clock(), "joinedup", log.ERASED, {"of": each.line, "in": where})

    # --- what leaves --------------------------------------------------------------------------------------------------

    def approve_quote(self, passage: str, who: str, limits: quoting.Limits) -> quoting.Approval:
        """Approve a passage for quoting; the approval of a second, different person releases it (§8.2).

        Raises:
            Refusal: when it may not be quoted, with why and what would help.
        """
        with self.transaction() as transaction:
            said = quoting.said_in(transaction, passage)
            redacting.look_again(transaction, said.interview)
        with self.transaction() as transaction:
            approval = quoting.approve(transaction, passage, who, limits)
            what = log.RELEASED if approval.released else log.APPROVED
            log.write(
                transaction, self._clock(), who, what, {"passage": passage, "speaker": approval.speaker}
            )
        return approval

    def released_quotes(self, limits: quoting.Limits) -> tuple[quoting.Quote, ...]:
        """Give the quotes that may leave now: whatever changed since it was approved is not among them."""
        with self.reading() as transaction:
            return quoting.released(transaction, limits)

    def state(
        self,
        sentence: str,
        citations: Sequence[stating.Citation],
        who: str,
        fingerprints: Callable[[str, str], str | None] = _nothing_known,
    ) -> str:
        """Keep a sentence for the report with what it rests on; give its id.

        Args:
            sentence: as the report is to say it.
            citations: passages, figures and replies.
            who: states it, for the log.
            fingerprints: gives the fingerprint of what a figure or a reply says now, by kind and target.

        Raises:
            Refusal: when it cites nothing, or something that is not there.
        """
        with self.transaction() as transaction:
            named, is_new = stating.state(transaction, sentence, citations, fingerprints)
            if is_new:
                about = {"statement": named, "citations": len(set(citations))}
                log.write(transaction, self._clock(), who, log.STATED, about)
        return named

    def standing_statements(
        self, fingerprints: Callable[[str, str], str | None] = _nothing_known
    ) -> tuple[stating.Statement, ...]:
        """Give the statements whose evidence all reads as it did when they were made."""
        with self.reading() as transaction:
            return tuple(each for each in stating.statements(transaction, fingerprints) if not each.lost)

    def lost_statements(
        self, fingerprints: Callable[[str, str], str | None] = _nothing_known
    ) -> tuple[stating.Statement, ...]:
        """Give the statements that the next report leaves out, with what of their evidence is lost and why."""
        with self.reading() as transaction:
            return tuple(each for each in stating.statements(transaction, fingerprints) if each.lost)

    # --- reading ------------------------------------------------------------------------------------------------------

    def coded(self, approach: Approach = Approach.RELIABILITY) -> Coded:
        """Give everything that is coded, in positions of the working texts."""
        with self.reading() as transaction:
            return coded(transaction, approach)

    def log_lines(self) -> tuple[log.LogLine, ...]:
        """Give every line of the log."""
        with self.reading() as transaction:
            return log.lines(transaction)

    def verify_log(self) -> log.Verdict:
        """Check that no line of the log was changed or taken out."""
        with self.reading() as transaction:
            return log.verify(transaction)

    # --- keeping house ------------------------------------------------------------------------------------------------

    def _bring_up(self) -> None:
        with self.reading() as transaction:
            current = migrating.is_current(transaction.connection())
        if not current:
            with self.transaction() as transaction:
                migrating.migrate(transaction.connection(), self.path)
        if any(left_over(self.path)):
            with self.transaction():
                sweep(self.path)
        with self.reading() as transaction:
            left = withdrawing.has_unfinished(transaction)
        if left:
            self.settle()

    def _empty(self) -> None:
        """Write the file anew without what was removed, and take away older copies that still hold it."""
        for copy in self.path.parent.glob(migrating.COPIES):
            copy.unlink(missing_ok=True)
        with self._explained():
            empty_freed_pages(self.path)

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Turn a database's refusal into a message that says what to do."""
        try:
            yield
        except (DatabaseError, sqlite3.DatabaseError) as error:
            if is_busy(error):
                raise Refusal(
                    f"{self.path}: somebody else is using the evidence store; wait until they have finished, and run the "
                    "command again"
                ) from error
            if is_no_database(error):
                raise Refusal(
                    f"{self.path}: is no evidence store, or a damaged one; put back a copy from a backup"
                ) from error
            raise
