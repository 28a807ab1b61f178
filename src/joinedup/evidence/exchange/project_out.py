"""Writing a project as other programs read it: ``.qdpx``, valid against the published schema.

Interviews are text sources, speakers are cases with variables, passages are selections with one coding each, memos are notes.
Turns are selections without a coding, to which the case of who speaks points. What the format has no place for stands in
descriptions (see ``conventions``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lxml import etree

from joinedup.evidence.exchange.codebook import add_codes
from joinedup.evidence.exchange.conventions import ORIGIN, described
from joinedup.evidence.exchange.markup import PROJECT, can_be_held, guid, held, root_of, written
from joinedup.evidence.exchange.outside import for_others, with_words
from joinedup.evidence.exchange.packing import pack
from joinedup.refusal import Refusal
from joinedup.writing import write_files

if TYPE_CHECKING:
    from pathlib import Path

    from joinedup.evidence.passages import Coded, Interview, Passage, Speaker

FOLDER = "Sources"
INSIDE = "project.qde"
ABOUT_SPEAKERS = ("position", "service", "area", "consent", "label")
ABOUT_INTERVIEWS = {"held_on": "Date", "sha256": "Text", "withdrawn": "Boolean"}
"""The variables of an interview, and their types."""
_LONGEST_NAME = 200


def write_project(coded: Coded, path: Path, *, for_outside: bool) -> None:
    """Write interviews and their coding as a ``.qdpx`` project, the same bytes for the same content.

    Args:
        coded: what is written.
        path: the file; it is replaced.
        for_outside: whether it leaves the study: words of those who did not agree to be quoted are blanked.

    Raises:
        Refusal: for a passage that is not in its text, a code that is none, or text that markup cannot hold.
        CannotWrite: when the file cannot be written.
    """
    shown = with_words(for_others(coded) if for_outside else coded)
    root = root_of("Project", PROJECT)
    root.set("name", "joinedup")
    root.set("origin", ORIGIN)
    _users(root, shown)
    if shown.codes:
        add_codes(etree.SubElement(root, _tag("CodeBook")), shown.codes, PROJECT)
    if shown.interviews:
        _variables(root, shown)
    _cases(root, shown)
    files = _sources(root, shown)
    _notes(root, shown)
    _add(root, "Description").text = described("", {"approach": shown.approach})
    write_files({path: pack({INSIDE: written(root), **files})})


def _users(root: etree._Element, coded: Coded) -> None:
    if not coded.coders:
        return
    users = _add(root, "Users")
    for each in sorted(coded.coders, key=lambda each: each.id):
        what = f"coder {each.id}"
        _add(users, "User", guid=guid("coder", each.id), name=held(each.name, what), id=held(each.id, what))


def _variables(root: etree._Element, coded: Coded) -> None:
    variables = _add(root, "Variables")
    kinds = dict.fromkeys(ABOUT_SPEAKERS, "Text") if any(each.speakers for each in coded.interviews) else {}
    for name, kind in (kinds | ABOUT_INTERVIEWS).items():
        _add(variables, "Variable", guid=guid("variable", name), name=name, typeOfVariable=kind)


def _cases(root: etree._Element, coded: Coded) -> None:
    """Write a case for every speaker of every interview.

    A case owns the whole source only where nobody else speaks in it, or where it is not known what they say.
    """
    spoken = [(each, speaker) for each in _interviews(coded) for speaker in each.speakers]
    if not spoken:
        return
    cases = _add(root, "Cases")
    for interview, speaker in spoken:
        what = f"interview {interview.id}, speaker {speaker.id}"
        case = _add(
            cases, "Case", guid=guid("speaker", interview.id, speaker.id), name=held(speaker.id, what)
        )
        for name in ABOUT_SPEAKERS:
            _value(case, name, "TextValue", held(_of(speaker, name), what))
        turns = [each for each in interview.turns if each.speaker == speaker.id]
        if not (interview.is_group and turns):
            _add(case, "SourceRef", targetGUID=guid("interview", interview.id))
        for turn in turns:
            _add(
                case,
                "SelectionRef",
                targetGUID=guid("turn", interview.id, f"{turn.start}", f"{turn.end}", turn.speaker),
            )


def _of(speaker: Speaker, name: str) -> str:
    return str(getattr(speaker, name))


def _sources(root: etree._Element, coded: Coded) -> dict[str, bytes]:
    """Write a source for every interview with its selections, and give the files of their texts."""
    files: dict[str, bytes] = {}
    if not coded.interviews:
        return files
    sources = _add(root, "Sources")
    by_interview: dict[str, list[Passage]] = {}
    coders = {each.id for each in coded.coders}
    for each in sorted(coded.passages, key=lambda each: each.id):
        _fits(coded, coders, each)
        by_interview.setdefault(each.interview, []).append(each)
    for interview in _interviews(coded):
        identifier = guid("interview", interview.id)
        what = f"interview {interview.id}"
        source = _add(
            sources,
            "TextSource",
            guid=identifier,
            name=held(interview.id, what),
            plainTextPath=f"internal://{identifier}.txt",
        )
        try:
            files[f"{FOLDER}/{identifier}.txt"] = interview.text.encode()
        except UnicodeEncodeError as error:
            raise Refusal(
                f"{what}: its text holds half a character at position {error.start}; mend it"
            ) from error
        for turn in interview.turns:
            selection = _add(
                source,
                "PlainTextSelection",
                guid=guid("turn", interview.id, f"{turn.start}", f"{turn.end}", turn.speaker),
                startPosition=str(turn.start),
                endPosition=str(turn.end),
            )
            _add(selection, "Description").text = described("", {"turn": "yes"})
        for each in by_interview.get(interview.id, ()):
            _selection(source, coded, each)
        if interview.held_on is not None:
            _value(source, "held_on", "DateValue", interview.held_on.isoformat())
        _value(source, "sha256", "TextValue", held(interview.sha256, what))
        _value(source, "withdrawn", "BooleanValue", "true" if interview.withdrawn else "false")
    return files


def _selection(source: etree._Element, coded: Coded, passage: Passage) -> None:
    what, coder = f"passage {passage.id}", guid("coder", passage.coder)
    words = coded.words(passage)
    selection = _add(
        source,
        "PlainTextSelection",
        guid=guid("selection", passage.id),
        startPosition=str(passage.start),
        endPosition=str(passage.end),
        creatingUser=coder,
    )
    if len(words) <= _LONGEST_NAME and can_be_held(words):
        selection.set("name", words)
    facts = {
        "id": passage.id,
        "round": "" if passage.round == 1 else str(passage.round),
        "suggested": "yes" if passage.suggested else "",
    }
    _add(selection, "Description").text = held(described("", facts), what)
    coding = _add(selection, "Coding", guid=guid("coding", passage.id), creatingUser=coder)
    _add(coding, "CodeRef", targetGUID=guid("code", passage.code))
    if passage.memo:
        _add(coding, "NoteRef", targetGUID=guid("memo", passage.id))


def _notes(root: etree._Element, coded: Coded) -> None:
    remarked = sorted((each for each in coded.passages if each.memo), key=lambda each: each.id)
    if not remarked:
        return
    notes = _add(root, "Notes")
    for each in remarked:
        note = _add(
            notes,
            "Note",
            guid=guid("memo", each.id),
            name=held(f"memo on {each.id}", f"passage {each.id}"),
            creatingUser=guid("coder", each.coder),
        )
        _add(note, "PlainTextContent").text = held(each.memo, f"passage {each.id}, memo")


def _fits(coded: Coded, coders: set[str], passage: Passage) -> None:
    """Refuse a passage that another program could not find."""
    interview = coded.interview.get(passage.interview)
    if interview is None or not 0 <= passage.start < passage.end <= len(interview.text):
        raise Refusal(
            f"passage {passage.id}: is not within the text of interview {passage.interview}; mend its positions"
        )
    if passage.code not in coded.code:
        raise Refusal(f"passage {passage.id}: its code '{passage.code}' is not in the codebook; add it")
    if passage.coder not in coders:
        raise Refusal(f"passage {passage.id}: its coder '{passage.coder}' is not listed; add them")


def _interviews(coded: Coded) -> list[Interview]:
    return sorted(coded.interviews, key=lambda each: each.id)


def _value(parent: etree._Element, variable: str, kind: str, value: str) -> None:
    element = _add(parent, "VariableValue")
    _add(element, "VariableRef", targetGUID=guid("variable", variable))
    _add(element, kind).text = value


def _add(parent: etree._Element, element: str, /, **attributes: str) -> etree._Element:
    return etree.SubElement(parent, _tag(element), attributes)


def _tag(name: str) -> str:
    return f"{{{PROJECT}}}{name}"
