"""The chapter on what people say, as large as a county's study may be: seconds and memory, from plain files and from a store.

``python bench/evidence_chapter.py`` prints a line for each. The study has no tables but services and sites, so that the
options, which the readiness of each is drafted beside, take little of the time. Starting up is in neither time.
"""

from __future__ import annotations

import csv
import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from joinedup.disclosure import Draft, publish
from joinedup.evidence import STORE, coding
from joinedup.evidence.cited import Cited
from joinedup.evidence.codebook import codebook_of
from joinedup.evidence.interviews import transcripts_of
from joinedup.evidence.passages import Coder, Consent, Passage
from joinedup.evidence.store import Citation, Kind, Limits, Store
from joinedup.evidence.vault import FILE, Vault
from joinedup.imagining import Asked, imagine
from joinedup.study import Study
from joinedup.study.drafting.evidence import evidence_answers, evidence_chapters
from joinedup.study.drafting.option_pages import option_pages
from joinedup.study.hearing import Heard

PEOPLE, DAYS, SEED = 400_000, 7, 1
ASKED = Asked(interviews=55, groups=6, words=8_000, residents=9_000, replies=2_000)
STATEMENTS, QUOTES = 100, 10
_KEPT = ("services", "sites")
_LIMITS = Limits(5, 2)
"""As a study has them that does not set its own."""


def main() -> None:
    """Imagine what people say, then print one JSON line for each way in which a study holds it."""
    with tempfile.TemporaryDirectory() as folder:
        plain, store = Path(folder) / "plain", Path(folder) / "store"
        imagine(plain, PEOPLE, DAYS, SEED, asked=ASKED)
        for path in (plain / "tables").iterdir():
            if path.stem not in _KEPT:
                path.unlink()
        size = _size(plain)
        _line(plain, f"{size}, in plain files")
        _store(shutil.copytree(plain, store))
        _line(store, f"{size}, {STATEMENTS} statements and {QUOTES} quotes, in a store")


def _line(study: Path, work: str) -> None:
    """Measure in a process of its own, whose memory is that of the chapter alone."""
    done = subprocess.run([sys.executable, __file__, str(study)], check=True, capture_output=True, text=True)
    measured = json.loads(done.stdout)
    line = {
        "name": "evidence_chapter",
        "work": f"reading, readiness and the chapter: {work}",
        "ours": measured["seconds"],
        "rival": None,
        "rival_name": None,
        "ratio": None,
        "peak_mb": measured["peak_mb"],
        "same_answer": None,
        "stages": measured["stages"],
    }
    sys.stdout.write(json.dumps(line) + "\n")


def _measure(folder: Path) -> None:
    """Read a study and draft and publish the chapter; print the seconds of each stage."""
    stages: dict[str, float] = {}
    start = then = time.perf_counter()

    def done(stage: str) -> None:
        nonlocal then
        stages[stage], then = round(time.perf_counter() - then, 2), time.perf_counter()

    study = Study.read(folder)
    done("tables")
    heard = study.heard
    assert heard.survey is not None
    assert heard.survey.answers
    done("survey")
    assert heard.views is not None
    done("replies")
    assert heard.coded is not None
    done("interviews")
    assert heard.factors
    done("what helps and hinders")
    assert len(heard.quotes) == (QUOTES if (folder / STORE).is_file() else 0)
    done("quotes")
    assert len(heard.statements[0]) == (STATEMENTS if (folder / STORE).is_file() else 0)
    done("statements")
    assert study.assessment.options
    done("options")
    assert study.readiness
    done("readiness")
    chapters = evidence_chapters(study)
    assert evidence_answers(study)
    done("drafting")
    pages = option_pages(study)
    done("pages of options, which the chapter leads to")
    publish(Draft("", "", chapters, (), pages))
    done("publishing")
    # Linux counts kilobytes, macOS bytes.
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 if sys.platform == "darwin" else 1 / 1024)
    answer = {"seconds": round(then - start, 2), "peak_mb": round(peak / 1e6), "stages": stages}
    sys.stdout.write(json.dumps(answer))


def _size(study: Path) -> str:
    texts = [path.read_text("utf-8") for path in (study / "interviews").glob("*.txt")]
    words = sum(len(each.split()) for each in texts) / len(texts)
    return (
        f"{len(texts)} interviews of {words:,.0f} words, {len(_rows(study / 'interviews' / 'passages.csv')):,} passages, "
        f"{len(_rows(study / 'survey' / 'answers.csv')):,} survey rows, "
        f"{len({row['reply_id'] for row in _rows(study / 'views' / 'consultation.csv')}):,} replies"
    )


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def _store(study: Path) -> None:
    """Take the interviews of a study into a store, with what is coded, stated and let out."""
    transcripts = transcripts_of(study / "interviews" / "interviews.csv")
    vault = Vault.make(study / FILE, "heron kettle anchor plum")
    # The passages of whoever withdrew are dropped as the plain form drops them.
    heard = Heard.of(study).coded
    assert heard is not None
    kept = {each.id for each in heard.passages}
    laid = [
        Passage(
            row["passage_id"],
            row["interview_id"],
            int(row["start"]),
            int(row["end"]),
            row["code_id"],
            row["coder"],
        )
        for row in _rows(study / "interviews" / "passages.csv")
        if row["passage_id"] in kept
    ]
    with Store.make(study / STORE) as store:
        store.take_in(transcripts, vault, "ida")
        store.refuse([each.number for each in store.open_proposals()], "ida")
        with store.transaction() as transaction:
            for coder in sorted({each.coder for each in laid}):
                coding.add_coder(transaction, Coder(coder, coder))
            coding.make(transaction, laid[0].coder, codebook_of(study))
            coding.lay_all(transaction, laid[0].coder, laid)
        before = Heard.of(study)
        cited = Cited(before.survey, before.views).fingerprint
        for number in range(STATEMENTS):
            named = [laid[7 * number + each].id for each in range(3)]
            citations = [
                *(Citation(Kind.PASSAGE, each) for each in named),
                Citation(Kind.FIGURE, "survey/more_joint/Yes"),
            ]
            store.state(f"Statement {number}.", citations, "ida", cited)
        speakers = [(each.id, heard.speaker(each)) for each in heard.passages]
        # Those who approved the wording need no group behind them, and each has a position of their own here.
        ready = {
            who.id: passage
            for passage, who in speakers
            if who is not None and who.consent is Consent.ATTRIBUTED
        }
        for passage in list(ready.values())[:QUOTES]:
            for approver in ("ida", "bo"):
                store.approve_quote(passage, approver, _LIMITS)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        _measure(Path(sys.argv[1]))
    else:
        main()
