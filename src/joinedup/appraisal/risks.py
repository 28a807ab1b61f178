"""The risk register: how much of each cause of optimism bias is managed, by whom and on what evidence (§5.4).

Each cause counts once, and what nobody manages stays in the bias.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from joinedup.money import Cause, causes_of, mitigation, project_type
from joinedup.refusal import Refusal, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Sequence

COLUMNS = ("project_type", "cause", "managed", "owner", "evidence")


@dataclass(frozen=True)
class Managed:
    """One cause of the bias of a type of project, and how much of it is managed, 0 to 1."""

    project_type: str
    cause: str
    share: float
    managed: float
    owner: str
    evidence: str


def read_risks(text: str, file: str) -> tuple[Managed, ...]:
    """Read a study's register of managed risks (the text of a CSV): project_type, cause, managed, owner, evidence.

    Raises:
        Refusal: for an unknown type or cause, a cause that stands twice, a share that is not one, or one that is
            claimed without an owner and evidence; by file, row and column.
    """
    rows = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    if missing := [each for each in COLUMNS if each not in (rows.fieldnames or ())]:
        raise Refusal(f"{file}: the column {missing[0]} is missing; it needs {', '.join(COLUMNS)}")
    found: dict[tuple[str, str], Managed] = {}
    for number, row in enumerate(rows, start=2):
        name, cause = ((row[column] or "").strip() for column in ("project_type", "cause"))
        try:
            causes = causes_of(project_type(name).name)
        except Refusal as refusal:
            raise Refusal(f"{file}, row {number}, column project_type: {refusal}") from None
        if not causes:
            raise Refusal(
                f"{file}, row {number}, column project_type: no shares of causes are kept for '{name}'; "
                "leave the row out, and its bias stays at the upper bound"
            )
        if cause not in causes:
            raise Refusal(
                f"{file}, row {number}, column cause: no cause '{cause}'{did_you_mean(cause, causes)}"
            )
        if (name, cause) in found:
            raise Refusal(
                f"{file}, row {number}, column cause: '{cause}' stands twice; each risk counts once"
            )
        share = _share(row["managed"], file, number)
        owner, evidence = ((row[column] or "").strip() for column in ("owner", "evidence"))
        if share > 0 and not (owner and evidence):
            raise Refusal(
                f"{file}, row {number}, column {'evidence' if owner else 'owner'}: say who manages the risk and what "
                "shows it, or put 0"
            )
        found[name, cause] = Managed(name, cause, causes[cause], share, owner, evidence)
    return tuple(found.values())


def mitigation_of(register: Sequence[Managed], name: str) -> float:
    """Give the share of the bias of a type of project that the register manages, as `appraise` takes it."""
    return mitigation(
        Cause(each.cause, each.share, each.managed) for each in register if each.project_type == name
    )


def _share(text: str | None, file: str, number: int) -> float:
    try:
        value = float(text or "")
    except ValueError:
        value = -1.0
    if not 0.0 <= value <= 1.0:
        raise Refusal(f"{file}, row {number}, column managed: '{text}' is not a share from 0 to 1")
    return value
