"""Columns that look like a person's, by their header or by their values, are refused on reading (§1.6).

Values are looked at in a sample, and all of them where the sample raises a suspicion. No value is ever shown: a
message says how many look like what. A number with a check digit is suspected only where far more of them pass the
check than chance would let pass: identifiers of ten digits pass the NHS number's check one time in eleven.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl
import scipy

from joinedup.area.queries import HEADER_ROW
from joinedup.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from joinedup.area.schema import Schema

_HEADER = re.compile(
    r"(?:^| )(?:(?:first|last|sur|fore|given|middle|maiden|family|full|caller|patient|victim|officer|staff|contact|casualty"
    r"|witness|suspect|offender|informant|complainant) ?names?"
    r"|nhs|(?:tele|cell ?)?phone|tel|mobile|d ?o ?b|date ?of ?birth|birth ?(?:date|day)|e ?mail(?: ?address)?"
    r"|national ?insurance|nino|ni ?(?:no|number))(?: ?(?:no|num|number))?(?: ?\d+)?$"
)
"""A header in small letters, with a space between its words, that names a person or a way to find one."""

_SAMPLE = 5_000
_LONGEST = 2_000
"""Characters of a value that are looked at: a cell of two megabytes must not hold up the reading."""
_FEW = 3
"""Fewer values than this raise no suspicion by themselves, unless they are most of what there is."""
_HALF = 0.5
_CHANCE = 1e-4
_ONE_IN = 1 / 11

_NHS = r"(?:^|[^\w.,])(\d{3}[ -]?\d{3}[ -]?\d{4})(?:$|[^\w.])"
_PHONE = (
    r"(?:^|[^\w.,])((?:\+ ?44|0044) ?(?:\(0\))? ?[1237]\d{2,4}[ -]?\d{3,4}[ -]?\d{3,4}|07\d{9}"
    r"|\(?02\d\)?[ -]\d{4}[ -]?\d{4}|\(?0(?:1\d1|11\d|3\d\d|8\d\d)\)?[ -]\d{3}[ -]?\d{4}"
    r"|\(?0[17]\d{3}\)?[ -]\d{3}[ -]?\d{3}|\(?01\d{3}\)?[ -]\d{5})(?:$|[^\w.])"
)
"""Numbers as they are written in the United Kingdom: by the length of the area code, so that a log's number is none."""
_BARE = r"^0[12378]\d{8,9}$"
_EMAIL = r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}"
_NINO = r"(?i)(?:^|[^a-z0-9])([abceghj-prstw-z][abceghj-nprstw-z] ?\d{2} ?\d{2} ?\d{2} ?[a-d])(?:$|[^a-z0-9])"
_NINO_NEVER = r"(?i)^(?:bg|gb|kn|nk|nt|tn|zz)"
_TITLED = r"^(?:Mr|Mrs|Ms|Miss|Mx|MR|MRS|MS|MISS|MX)\.? +[A-Z][A-Za-z'’. -]*$"
_DATE = r"^(?:(\d{4})-\d{2}-\d{2}|\d{1,2}[/.-]\d{1,2}[/.-](\d{4}))(?:[ T]00:00(?::00(?:\.0+)?)?)?$"
_EVENTS = ("incidents", "attendances", "calls")
_YEARS_APART = 30


@dataclass(frozen=True)
class Evidence:
    """What a column looks like, and how many of how many values look so; both are 0 where its header alone says it."""

    what: str
    like: int = 0
    of: int = 0

    def __str__(self) -> str:
        """Word the evidence without any value."""
        if not self.of:
            return "its header says so"
        return f"{self.like:,} of {self.of:,} values look like {self.what}"


def looks_personal(column: str) -> bool:
    """Whether a header names a person or a way to find one.

    >>> looks_personal("PatientName"), looks_personal("station_name")
    (True, False)
    """
    words = re.sub(r"([a-z])([A-Z])", r"\1 \2", column)
    return _HEADER.search(re.sub(r"[\W_]+", " ", words).strip().lower()) is not None


def evidence(values: pl.Series, *, of_events: bool = False) -> Evidence | None:
    """Look at the values of a column; None where nothing looks like a person's.

    Args:
        values: text, or anything that can be written as text.
        of_events: whether the rows are things that happened, among which dates decades apart are dates of birth.
    """
    given = values.drop_nulls()
    # Not every so many: rows often come in a rhythm. The seed makes the sample the same each time.
    sample = _as_text(given.sample(min(len(given), _SAMPLE), seed=1))
    suspicious = [test for test in ((*_TESTS, _births) if of_events else _TESTS) if test(sample, 1)]
    if not suspicious:
        return None
    text = _as_text(given)
    return next((found for test in suspicious if (found := test(text, _FEW))), None)


def refuse_personal(raw: pl.DataFrame, schema: Schema, file: str, leave: Sequence[str] = ()) -> None:
    """Stop at a column that looks like a person's: by its header where it is not ours, by its values in any text.

    Raises:
        Refusal: with the column, the evidence and what to do, and without any value.
    """
    for column in raw.columns:
        if column in leave:
            continue
        ours = column in schema.columns
        field = schema[column] if ours else None
        if field is not None and (field.type != "string" or field.enum):
            continue
        found = Evidence("personal data") if not ours and looks_personal(column) else None
        found = found or evidence(raw[column], of_events=schema.name in _EVENTS)
        if found is not None:
            raise Refusal(
                f"{file}, row {HEADER_ROW}, column {column}: looks like personal data, which a study may not hold: "
                f"{found}; {_away(ours)}"
            )


def refuse_mapped(columns: Sequence[str], ours: str, file: str, source: str) -> None:
    """Stop at a mapping that takes whole values from columns whose headers name a person.

    Raises:
        Refusal: with the column, and how to map it away.
    """
    for column in columns:
        if looks_personal(column):
            raise Refusal(
                f"{file}, row {HEADER_ROW}, column {column}: looks like personal data, which a study may not hold: "
                f"{Evidence('so')}; take it out of {ours} in the mapping {source}"
            )


def _away(ours: bool) -> str:
    """Say how the column is mapped away."""
    if ours:
        return (
            "give this column something else, or, in a mapping, take only the part that is needed with 'extract' or "
            "'lookup', or leave the column out of [tables.columns]"
        )
    return (
        "delete the column and run the command again, or read the file through a mapping that leaves it out"
    )


def _as_text(values: pl.Series) -> pl.Series:
    """Give the values that there are, as trimmed text."""
    if values.dtype.is_float():
        whole = values.is_finite() & (values == values.floor()) & (values.abs() < 2**53)
        values = values.filter(whole.fill_null(value=False)).cast(pl.Int64)
    if values.dtype.is_temporal() or values.dtype.is_nested() or values.dtype in (pl.Boolean, pl.Binary):
        values = values.cast(pl.String) if values.dtype.is_temporal() else pl.Series([], dtype=pl.String)
    text = values.cast(pl.String).str.slice(0, _LONGEST).str.strip_chars()
    return text.filter(text != "")


def _nhs(text: pl.Series, few: int) -> Evidence | None:
    """Find NHS numbers: ten digits of which far more pass the check than chance would let pass."""
    digits = text.str.extract(_NHS, 1).drop_nulls().str.replace_all(r"[ -]", "")
    if digits.is_empty():
        return None
    frame = digits.to_frame("digits").select(
        *(pl.col("digits").str.slice(n, 1).cast(pl.Int64).alias(str(n)) for n in range(10))
    )
    total = sum((pl.col(str(n)) * (10 - n) for n in range(9)), pl.lit(0))
    check = (11 - total % 11) % 11
    same = pl.all_horizontal(pl.col(str(n)) == pl.col("0") for n in range(10))
    like = int(frame.select(((check == pl.col("9")) & ~same).sum()).item())
    by_chance = float(scipy.special.bdtrc(like - 1, len(digits), _ONE_IN))
    if like >= max(few, _HALF * len(digits)) and (few == 1 or by_chance < _CHANCE):
        return Evidence("NHS numbers (ten digits with their check digit)", like, len(text))
    return None


def _phones(text: pl.Series, few: int) -> Evidence | None:
    """Find telephone numbers; runs of digits alone are suspected only where they are most of a column and differ."""
    bare = text.str.contains(_BARE)
    like = int(text.filter(~bare).str.contains(_PHONE).sum())
    runs = text.filter(bare)
    # Identifiers that are padded with zeros begin alike; the telephone numbers of many people do not.
    differ = runs.str.slice(0, 6).n_unique() > max(2, len(runs) // 10)
    if len(runs) >= _HALF * len(text) and differ:
        like += len(runs)
    return _evident("telephone numbers", like, len(text), few)


def _emails(text: pl.Series, few: int) -> Evidence | None:
    """Find e-mail addresses."""
    return _evident("e-mail addresses", int(text.str.contains(_EMAIL).sum()), len(text), few)


def _ninos(text: pl.Series, few: int) -> Evidence | None:
    """Find National Insurance numbers."""
    found = text.str.extract(_NINO, 1).drop_nulls()
    like = int((~found.str.contains(_NINO_NEVER)).sum())
    return _evident("National Insurance numbers", like, len(text), few)


def _titled(text: pl.Series, few: int) -> Evidence | None:
    """Find names with a title, where they are most of a column: a place may be called after somebody."""
    like = int(text.str.contains(_TITLED).sum())
    return Evidence("people's names", like, len(text)) if like >= max(few, _HALF * len(text)) else None


def _births(text: pl.Series, few: int) -> Evidence | None:
    """Find dates of birth: full dates of which the middle eight in ten lie decades apart."""
    given = text.to_frame("text").select(
        pl.coalesce(pl.col("text").str.extract(_DATE, 1), pl.col("text").str.extract(_DATE, 2)).cast(pl.Int64)
    )
    years = given.to_series().drop_nulls()
    if len(years) < max(few, _HALF * len(text)):
        return None
    low, high = (years.quantile(each) or 0.0 for each in (0.1, 0.9))
    return Evidence("dates of birth", len(years), len(text)) if high - low >= _YEARS_APART else None


def _evident(what: str, like: int, of: int, few: int) -> Evidence | None:
    """Say what a column holds where several values look so, or most of what there is."""
    return Evidence(what, like, of) if like >= few or (like and like >= _HALF * of) else None


_TESTS: tuple[Callable[[pl.Series, int], Evidence | None], ...] = (_nhs, _phones, _emails, _ninos, _titled)
