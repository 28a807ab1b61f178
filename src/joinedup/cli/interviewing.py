"""Commands on interviews: take in, decide what to redact, withdraw, let quotes out; names and originals stay in the vault."""

from __future__ import annotations

import getpass
import os
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from joinedup.area.settings import read_settings
from joinedup.cli.progress import Progress
from joinedup.cli.reading import Folder
from joinedup.cli.showing import AsJson, print_json, print_table
from joinedup.evidence import STORE
from joinedup.evidence.passages import Approach
from joinedup.evidence.redaction import Kind
from joinedup.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from joinedup.evidence.store import Limits, OpenProposal, Store
    from joinedup.evidence.vault import Vault

PASSPHRASE = "JOINEDUP_PASSPHRASE"

interviews = typer.Typer(
    help="Interviews and groups: take in, redact, withdraw, quote.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Who = Annotated[
    str | None,
    typer.Option("--who", metavar="WHO", help="Who does this, for the log; your login name unless given."),
]


class Decision(StrEnum):
    """What a person decides about a proposal."""

    ACCEPT = "accept"
    REFUSE = "refuse"


@interviews.command()
def take(
    folder: Folder,
    table: Annotated[
        Path,
        typer.Argument(metavar="TABLE", help="The table of interviews, a row a speaker, beside its files."),
    ],
    encoding: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="windows-1252 for files that an older Windows program wrote."),
    ] = None,
    who: Who = None,
    as_json: AsJson = False,
) -> None:
    """Take interviews into the study's vault and store, and propose what to redact."""
    from joinedup.evidence.interviews import transcripts_of
    from joinedup.evidence.store import Store
    from joinedup.evidence.vault import FILE, Vault

    read_settings(folder)
    with Progress() as progress:
        progress("reading transcripts")
        transcripts = transcripts_of(table, encoding)
    new = not (folder / FILE).exists()
    passphrase = _passphrase(new=new)
    with Progress() as progress:
        progress("opening the vault")
        vault = (Vault.make if new else Vault.open)(folder / FILE, passphrase)
        path = folder / STORE
        with Store.open(path) if path.exists() else Store.make(path) as store:
            progress("taking interviews in")
            taken = store.take_in(transcripts, vault, who_does(who))
    if as_json:
        print_json(
            {
                "new": taken.new,
                "again": taken.again,
                "corrected": taken.corrected,
                "withdrawn": (*taken.left_out, *taken.left_out_new),
                "withdrawn_speakers": taken.to_withdraw,
                "proposals": taken.proposals,
            }
        )
        return
    print(
        f"{folder}: {len(taken.new):,} interviews are new, {len(taken.again):,} were here and are as they were."
    )
    if taken.corrected:
        print(f"What the table says of speakers was taken over: {', '.join(taken.corrected)}")
    if taken.to_withdraw:
        print(f"Withdrawn by the table, and erased: {', '.join(taken.to_withdraw)}")
    if taken.left_out or taken.left_out_new:
        print(f"Left out, since withdrawn: {', '.join((*taken.left_out, *taken.left_out_new))}")
    if taken.proposals:
        print(
            f"Recognisers propose to redact {taken.proposals:,} stretches: joinedup interviews propose {folder}"
        )


@interviews.command("list")
def list_interviews(folder: Folder, as_json: AsJson = False) -> None:
    """List the interviews that are held, by pseudonym."""
    with opened_store(folder) as store:
        coded = store.coded(Approach(read_settings(folder).evidence.approach))
        waiting = [each.interview for each in store.open_proposals()]
        unfinished = len(store.unfinished())
    laid = [each.interview for each in coded.passages]
    if as_json:
        print_json(
            {
                "interviews": [
                    {
                        "id": each.id,
                        "held_on": each.held_on,
                        "withdrawn": each.withdrawn,
                        "characters": len(each.text),
                        "passages": laid.count(each.id),
                        "open_proposals": waiting.count(each.id),
                        "speakers": [
                            {
                                "id": one.id,
                                "position": one.position,
                                "service": one.service,
                                "area": one.area,
                                "consent": str(one.consent),
                            }
                            for one in each.speakers
                        ],
                    }
                    for each in coded.interviews
                ],
                "erasures_waiting_for_the_vault": unfinished,
            }
        )
        return
    print_table(
        f"{len(coded.interviews):,} interviews and groups",
        ("interview", "held on", "speakers", "passages", "to decide", ""),
        [
            (
                each.id,
                str(each.held_on or "[x]"),
                "; ".join(
                    f"{one.id}: {one.position}, {one.service}, {one.area} ({one.consent})"
                    for one in each.speakers
                ),
                f"{laid.count(each.id):,}",
                f"{waiting.count(each.id):,}",
                "withdrawn" if each.withdrawn else "",
            )
            for each in coded.interviews
        ],
    )
    if unfinished:
        print(
            f"The vault still holds the words of {unfinished:,} withdrawals; they go the next time that it is opened: "
            f"joinedup interviews settle {folder}"
        )


@interviews.command()
def propose(
    folder: Folder,
    kind: Annotated[Kind | None, typer.Option("--kind", help="Only what looks like this.")] = None,
    as_json: AsJson = False,
) -> None:
    """List what recognisers propose to redact and nobody has decided on, each with the words around it."""
    with opened_store(folder) as store:
        found = _of_kind(store.open_proposals(), kind)
    if as_json:
        print_json({"proposals": [each.as_json() for each in found]})
        return
    if not found:
        print("Nothing waits for a decision.")
        return
    print_table(
        f"{len(found):,} stretches that might point to a person",
        ("number", "interview", "looks like", "in its place"),
        [
            (
                str(each.number),
                each.interview,
                each.kind,
                f"{each.before}»{each.words}«{each.after}".replace("\n", " "),
            )
            for each in found
        ],
    )
    print(
        f"Then: joinedup interviews decide {folder} accept NUMBER...    (or refuse; or --kind for all of a kind)"
    )


@interviews.command()
def decide(
    folder: Folder,
    decision: Annotated[Decision, typer.Argument(metavar="accept|refuse", help="Redact it, or leave it.")],
    numbers: Annotated[
        list[int] | None, typer.Argument(metavar="NUMBER...", help="Proposals, as 'propose' numbers them.")
    ] = None,
    kind: Annotated[Kind | None, typer.Option("--kind", help="All open proposals of this kind.")] = None,
    who: Who = None,
    as_json: AsJson = False,
) -> None:
    """Accept proposals, which redacts what they found, or refuse them."""
    if (kind is None) == (not numbers):
        raise typer.BadParameter("name either proposals or a kind", param_hint="NUMBER... | --kind")
    with opened_store(folder) as store:
        chosen = numbers or [each.number for each in _of_kind(store.open_proposals(), kind)]
        take_up = store.accept if decision is Decision.ACCEPT else store.refuse
        decided = take_up(chosen, who_does(who)) if chosen else 0
        left = len(store.open_proposals())
    if as_json:
        print_json({"decision": str(decision), "decided": decided, "open": left})
        return
    print(
        f"{decided:,} proposals {decision}{'ed' if decision is Decision.ACCEPT else 'd'}; {left:,} wait for a decision."
    )


@interviews.command()
def withdraw(
    folder: Folder,
    speaker: Annotated[
        str | None, typer.Option("--speaker", metavar="ID", help="One speaker; the others of a group stay.")
    ] = None,
    interview: Annotated[
        str | None, typer.Option("--interview", metavar="ID", help="A whole interview or group.")
    ] = None,
    who: Who = None,
    as_json: AsJson = False,
) -> None:
    """Take everything that somebody said out of the study, for good; that they withdrew stays on record."""
    if (speaker is None) == (interview is None):
        raise typer.BadParameter("name one speaker or one interview", param_hint="--speaker | --interview")
    with opened_store(folder) as store:
        vault = opened_vault(folder)
        with Progress() as progress:
            progress("erasing")
            gone = store.withdraw(vault, who_does(who), interview=interview, speaker=speaker)
    if as_json:
        print_json(
            {
                "interview": gone.interview,
                "speaker": gone.speaker,
                "passages": gone.passages,
                "quotes": gone.quotes,
                "statements": gone.statements,
            }
        )
        return
    whose = (
        f"What {gone.speaker} said in {gone.interview}" if gone.speaker else f"The interview {gone.interview}"
    )
    print(
        f"{whose} is gone from this study, with {gone.passages:,} passages; {gone.quotes:,} quotes were withdrawn and "
        f"{gone.statements:,} statements have lost what they rested on."
    )
    print("Copies that were made elsewhere, such as backups and reports, are yours to find and delete.")


@interviews.command()
def settle(folder: Folder, as_json: AsJson = False) -> None:
    """Finish erasing what was withdrawn while the vault was shut."""
    with opened_store(folder) as store:
        waiting = len(store.unfinished())
        if waiting:
            store.settle(opened_vault(folder))
    print_json({"erased": waiting}) if as_json else print(f"{waiting:,} withdrawals erased from the vault.")


@interviews.command()
def quote(
    folder: Folder,
    passage: Annotated[str, typer.Argument(metavar="PASSAGE", help="The passage's id.")],
    approve: Annotated[str, typer.Option("--approve", metavar="WHO", help="Who approves that it leaves.")],
    as_json: AsJson = False,
) -> None:
    """Approve a passage for quoting; when a second person does, it may leave."""
    with opened_store(folder) as store:
        approval = store.approve_quote(passage, approve, _limits(folder))
    if as_json:
        print_json({"passage": approval.passage, "released": approval.released})
        return
    print(
        f"{passage} is released: the next report may quote it."
        if approval.released
        else f"{passage} is approved by {approve}; it leaves once somebody else approves it too."
    )


@interviews.command()
def quotes(folder: Folder, as_json: AsJson = False) -> None:
    """List the quotes that may leave now, each by position and never by name."""
    with opened_store(folder) as store:
        found = store.released_quotes(_limits(folder))
    if as_json:
        print_json({"quotes": [each.as_json() for each in found]})
        return
    print_table(
        f"{len(found):,} quotes that may leave",
        ("passage", "who says it", "words"),
        [
            (each.passage, f"{each.position}, {each.service}, {each.area}", each.words.replace("\n", " "))
            for each in found
        ],
    )


@interviews.command()
def passphrase(folder: Folder, as_json: AsJson = False) -> None:
    """Lock the vault with another passphrase."""
    with opened_store(folder) as store:
        vault = opened_vault(folder)
        other = _asked("New passphrase", twice=True)
        with store.transaction():
            vault.change_passphrase(other)
    print_json({"changed": True}) if as_json else print(f"{vault.path} opens with the new passphrase only.")


def _of_kind(found: Sequence[OpenProposal], kind: Kind | None) -> list[OpenProposal]:
    return [each for each in found if kind is None or each.kind == str(kind)]


def _limits(folder: Path) -> Limits:
    from joinedup.evidence.store import Limits

    own = read_settings(folder).evidence
    return Limits(own.group, own.quotes_a_person)


def opened_store(folder: Path) -> Store:
    """Open the store of a study; only the commands that need one wait for what it needs."""
    from joinedup.evidence.store import Store

    return Store.open(folder / STORE)


def opened_vault(folder: Path) -> Vault:
    """Open the vault of a study, asking for its passphrase where the environment does not give it."""
    from joinedup.evidence.vault import FILE, Vault

    if not (folder / FILE).is_file():
        raise Refusal(f"{folder / FILE}: this study has no vault; put it back beside {STORE}")
    given = _passphrase(new=False)
    with Progress() as progress:
        progress("opening the vault")
        return Vault.open(folder / FILE, given)


def _passphrase(*, new: bool) -> str:
    given = os.environ.get(PASSPHRASE)
    return given or _asked("Passphrase of the new vault" if new else "Passphrase", twice=new)


def _asked(what: str, *, twice: bool) -> str:
    """Ask for a passphrase without showing it.

    Raises:
        Refusal: where there is nobody to ask, and where the two answers differ.
    """
    if not sys.stdin.isatty():
        raise Refusal(
            f"nobody can be asked for the passphrase here; run the command in a terminal, or set {PASSPHRASE} "
            "(never write it on the command line)"
        )
    given = getpass.getpass(f"{what}: ")
    if twice and getpass.getpass("The same again: ") != given:
        raise Refusal("the two passphrases differ; nothing was changed; run the command again")
    return given


def who_does(given: str | None) -> str:
    """Give who is doing this: as said, else the login name."""
    if given and given.strip():
        return given.strip()
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        raise Refusal("this machine does not say who you are; add --who WHO") from None
