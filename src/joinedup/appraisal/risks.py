"""The risk register: how much of each cause of optimism bias is managed, by whom and on what evidence (§5.4).

Each cause counts once, and what nobody manages stays in the bias.
"""

from __future__ import annotations

import csv
import io
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from joinedup.money import Cause, causes_of, mitigation, project_type
from joinedup.refusal import Refusal, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

COLUMNS = ("project_type", "cause", "managed", "owner", "evidence")
SHARE = "share"
"""Needed for a type of project of whose bias no shares by cause are kept; else left empty, or left out."""


@dataclass(frozen=True)
class Managed:
    """One cause of the bias of a type of project: its share of it, and how much of it is managed, both 0 to 1."""

    project_type: str
    cause: str
    share: float
    managed: float
    owner: str
    evidence: str


def read_risks(text: str, file: str) -> tuple[Managed, ...]:
    """Read a study's register of managed risks (the text of a CSV): project_type, cause, managed, owner, evidence.

    A further column, share, says what part of the bias (0 to 1) a cause makes up, for the types of which none is kept.

    Raises:
        Refusal: for an unknown type or cause, a cause that stands twice, a share that is not one, is given where one is kept
            or makes the causes of a type more than the whole, or one that is claimed without an owner and evidence; by file,
            row and column.
    """
    rows = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    if missing := [each for each in COLUMNS if each not in (rows.fieldnames or ())]:
        raise Refusal(f"{file}: the column {missing[0]} is missing; it needs {', '.join(COLUMNS)}")
    found: dict[tuple[str, str], Managed] = {}
    for number, row in enumerate(rows, start=2):
        where = f"{file}, row {number}, column"
        name, cause = ((row[column] or "").strip() for column in ("project_type", "cause"))
        try:
            causes = causes_of(project_type(name).name)
        except Refusal as refusal:
            raise Refusal(f"{where} project_type: {refusal}") from None
        same = next((each for each in found if _plain(each) == _plain((name, cause))), None)
        if same is not None:
            raise Refusal(f"{where} cause: '{cause}' stands twice; each risk counts once")
        part = _part(cause, row.get(SHARE), name, causes, where)
        whole = math.fsum(each.share for each in found.values() if each.project_type == name) + part
        if whole > 1 + 1e-9:
            raise Refusal(
                f"{where} {SHARE}: the causes of '{name}' make up {whole:g} of its bias, which is more than the whole; give "
                "shares that add up to 1 at most"
            )
        share = _share(row["managed"], f"{where} managed")
        owner, evidence = ((row[column] or "").strip() for column in ("owner", "evidence"))
        if share > 0 and not (owner and evidence):
            raise Refusal(
                f"{where} {'evidence' if owner else 'owner'}: say who manages the risk and what shows it, or put 0"
            )
        found[name, cause] = Managed(name, cause, part, share, owner, evidence)
    return tuple(found.values())


def _part(cause: str, stated: str | None, name: str, causes: Mapping[str, float], where: str) -> float:
    """Give what part of the bias a cause makes up: as published, or as the study states where none is kept."""
    text = (stated or "").strip()
    if causes:
        if cause not in causes:
            raise Refusal(f"{where} cause: no cause '{cause}'{did_you_mean(cause, causes)}")
        if text:
            raise Refusal(
                f"{where} {SHARE}: that of '{cause}' is published, {causes[cause]:g}; leave it empty"
            )
        return causes[cause]
    if not cause:
        raise Refusal(f"{where} cause: is empty; name what the bias comes of")
    if not text:
        raise Refusal(
            f"{where} {SHARE}: no shares of causes are kept for '{name}'; state what part of the bias this cause makes up, 0 to "
            "1, or leave the row out, and its bias stays at the upper bound"
        )
    return _share(text, f"{where} {SHARE}")


def _plain(named: tuple[str, str]) -> tuple[str, str]:
    """Give a type and cause as they are told apart: the same words in capitals are the same risk."""
    return named[0], " ".join(named[1].lower().split())


def mitigation_of(register: Sequence[Managed], name: str) -> float:
    """Give the share of the bias of a type of project that the register manages, as `appraise` takes it."""
    return mitigation(
        Cause(each.cause, each.share, each.managed) for each in register if each.project_type == name
    )


def _share(text: str | None, where: str) -> float:
    try:
        value = float(text or "")
    except ValueError:
        value = -1.0
    if not 0.0 <= value <= 1.0:
        raise Refusal(f"{where}: '{text}' is not a share from 0 to 1")
    return value
