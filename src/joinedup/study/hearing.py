"""What people told a study, read once: it needs no table of the area, so that evidence can be read before anything else."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from joinedup.area.settings import read_settings
from joinedup.evidence import STORE, coded_of, survey_of, views_of
from joinedup.evidence.cited import Cited
from joinedup.evidence.passages import Approach
from joinedup.readiness import in_general, readiness_of
from joinedup.study.assessing import assumptions_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from joinedup.area.settings import OwnEvidence
    from joinedup.assumptions import Assumption
    from joinedup.evidence import Survey, Views
    from joinedup.evidence.passages import Coded
    from joinedup.evidence.store import Quote, Statement, Store
    from joinedup.options import Option
    from joinedup.readiness import Factor, Readiness


@dataclass(frozen=True, eq=False)
class Heard:
    """Interviews, a survey and replies, each read when it is first asked for; any of them may be missing."""

    folder: Path
    own: OwnEvidence
    assumptions: Mapping[str, Assumption]

    @classmethod
    def of(cls, folder: Path) -> Heard:
        """Look at a study folder.

        Raises:
            Refusal: when the folder is not a study.
        """
        return cls(folder, read_settings(folder).evidence, assumptions_of(folder))

    @cached_property
    def survey(self) -> Survey | None:
        """What a survey says, where the study holds one."""
        return survey_of(self.folder, self.assumptions)

    @cached_property
    def views(self) -> Views | None:
        """What the services and others replied."""
        return views_of(self.folder, self.assumptions)

    @cached_property
    def coded(self) -> Coded | None:
        """The interviews and their coding."""
        return coded_of(self.folder, Approach(self.own.approach))

    def read(self) -> None:
        """Read everything at once, so that a mistake in it is found before what takes minutes.

        Raises:
            Refusal: for a mistake, by file, row and column.
        """
        _ = self.survey, self.views, self.coded

    @property
    def nothing(self) -> bool:
        """Whether nobody was asked."""
        return self.coded is None and self.survey is None and self.views is None

    @cached_property
    def factors(self) -> tuple[Factor, ...]:
        """The enablers and barriers that people name, whatever they speak of."""
        return in_general(self.coded)

    @cached_property
    def quotes(self) -> tuple[Quote, ...]:
        """The quotes that two people let out and that read as they did then; only an evidence store holds any (§8.2)."""
        with self._store() as store:
            if store is None:
                return ()
            from joinedup.evidence.store import Limits

            return store.released_quotes(Limits(self.own.group, self.own.quotes_a_person))

    @cached_property
    def statements(self) -> tuple[tuple[Statement, ...], tuple[Statement, ...]]:
        """What the study states on evidence: the sentences that stand, and those whose evidence was withdrawn or changed."""
        with self._store() as store:
            if store is None:
                return (), ()
            cited = Cited(self.survey, self.views).fingerprint
            return store.standing_statements(cited), store.lost_statements(cited)

    @contextmanager
    def _store(self) -> Iterator[Store | None]:
        """Open the evidence store where there is one."""
        path = self.folder / STORE
        if not path.is_file():
            yield None
            return
        # Only a study with a store waits for what a store needs.
        from joinedup.evidence.store import Store

        with Store.open(path) as store:
            yield store

    def readiness(self, options: Iterable[Option]) -> tuple[Readiness, ...]:
        """Give what people say of each option."""
        return readiness_of([(each.id, each.kind) for each in options], self.coded, self.views, self.survey)

    def as_json(self) -> dict[str, Any]:
        """Give it as plain lists and numbers, for use inside the study; None for what the study does not hold."""
        return {
            "interviews": self._interviews(),
            "survey": None if self.survey is None else self.survey.as_json(),
            "views": None if self.views is None else self.views.as_json(),
        }

    def _interviews(self) -> dict[str, Any] | None:
        coded = self.coded
        if coded is None:
            return None
        kept = [each for each in coded.interviews if not each.withdrawn]
        return {
            "approach": str(coded.approach),
            "interviews": len(kept),
            "withdrawn": len(coded.interviews) - len(kept),
            "speakers": sum(len(each.speakers) for each in kept),
            "codes": len(coded.codes),
            "coders": len(coded.coders),
            "passages": len(coded.passages),
            "suggested": sum(each.suggested for each in coded.passages),
            "factors": [asdict(each) for each in self.factors],
            "quotes": [each.as_json() for each in self.quotes],
            "statements": [
                {**asdict(each), "stands": not each.lost} for both in self.statements for each in both
            ],
        }
