"""Recognisers of numbers and marks that lead to a person: by their form, their check rule and the words about them."""

from __future__ import annotations

import re
import tomllib
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from joinedup.evidence.redaction.proposals import Kind, Proposal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

DATA: dict[str, Any] = tomllib.loads(files(__package__).joinpath("recognised.toml").read_text("utf-8"))

_APART, _ENDS = r"(?<![A-Za-z0-9])", r"(?![A-Za-z0-9])"
_GAP = "[ \u00a0-]"

_POSTCODE = re.compile(
    rf"{_APART}([A-Z]{{1,2}})\d[\dA-HJKPSTUW-Y]?{_GAP}{{0,2}}(\d[ABD-HJLNP-UW-Z]{{2}}){_ENDS}", re.IGNORECASE
)
_AREAS = frozenset(DATA["postcodes"]["areas"].split())
_ORDINALS = ("st", "nd", "rd", "th")


def postcodes(text: str) -> Iterator[Proposal]:
    """Find postcodes: an area that exists, in capitals, or wholly in small letters where it is not '2nd' or '5th'."""
    for match in _POSTCODE.finditer(text):
        area, inward = match.groups()
        small = match[0].islower() and not inward.endswith(_ORDINALS)
        if area.upper() in _AREAS and (inward.isupper() or small):
            yield Proposal(*match.span(), Kind.POSTCODE, f"a postcode of the area {area.upper()}")


_BETWEEN = "[ \u00a0()-]{0,2}"
_TELEPHONE = re.compile(
    rf"(?<![\w.,/:£€$+-])(?:(?:\+|00) ?44{_BETWEEN}(?:\(0\){_BETWEEN})?|\(?0{_BETWEEN})"
    rf"([12378](?:{_BETWEEN}\d){{9}})(?!\w|[.,/:-]\d)"
)


def telephone_numbers(text: str) -> Iterator[Proposal]:
    """Find telephone numbers: ten digits after the 0 or +44, grouped as people write them or spell them out."""
    for match in _TELEPHONE.finditer(text):
        groups = re.findall(r"\d+", match[1])
        # Dates and times in a row come in pairs; a number is said digit by digit, or in groups of three and more.
        spelt = all(len(each) == 1 for each in groups)
        if spelt or (len(groups) <= 4 and min(map(len, groups[1:]), default=3) >= 3) or _paired(groups):
            what = "mobile" if match[1].startswith("7") else "landline"
            yield Proposal(*match.span(), Kind.TELEPHONE, f"eleven digits of a {what} number")


def _paired(groups: list[str]) -> bool:
    """Whether a number is written with its area or network code, then pairs: 07700 90 01 23."""
    return len(groups) == 4 and len(groups[0]) == 4 and all(len(each) == 2 for each in groups[1:])


_NATIONAL_INSURANCE = re.compile(
    rf"{_APART}([A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z])({_GAP}?)\d\d{_GAP}?\d\d{_GAP}?\d\d{_GAP}?([A-D]){_ENDS}",
    re.IGNORECASE,
)
_NEVER_ALLOTTED = ("BG", "GB", "KN", "NK", "NT", "TN", "ZZ")


def national_insurance_numbers(text: str) -> Iterator[Proposal]:
    """Find National Insurance numbers: two letters that are allotted, six digits and a letter from A to D."""
    for match in _NATIONAL_INSURANCE.finditer(text):
        prefix, gap, suffix = match.groups()
        written = (prefix + suffix).isupper() or not gap
        if written and prefix.upper() not in _NEVER_ALLOTTED:
            yield Proposal(*match.span(), Kind.NATIONAL_INSURANCE, "two letters, six digits, one letter")


_NHS = re.compile(rf"(?<![\w.,/:£€$+-])\d{{3}}({_GAP}?)\d{{3}}\1\d{{4}}(?!\w|[.,/:-]\d)")
_REFERENCE = re.compile(
    rf"\b(?:{'|'.join(DATA['references']['words'])})s?\b\W{{0,3}}(?:\w+\W{{1,3}}){{0,2}}$", re.IGNORECASE
)


def nhs_numbers(text: str) -> Iterator[Proposal]:
    """Find NHS numbers: ten digits whose last is right by the rule of eleven, and which are not called a reference."""
    for match in _NHS.finditer(text):
        bare = not match[1]
        called = bare and _REFERENCE.search(text, max(0, match.start() - 40), match.start())
        if is_nhs_number(re.sub(r"\D", "", match[0])) and not called:
            yield Proposal(
                *match.span(), Kind.NHS, "ten digits, the last of which is the check digit of the others"
            )


def is_nhs_number(digits: str) -> bool:
    """Whether ten digits pass the check: nine weighted 10 to 2, and eleven less the remainder is the tenth.

    >>> is_nhs_number("9434765919"), is_nhs_number("9434765918")
    (True, False)
    """
    weighted = sum(int(digit) * weight for digit, weight in zip(digits, range(10, 1, -1), strict=False))
    return len(set(digits)) > 1 and (11 - weighted % 11) % 11 == int(digits[9])


_EMAIL = re.compile(
    r"(?<![\w.+-])[\w.%+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}"
    r"|(?<![\w.+-])[\w.%+-]{1,64}(?: dot [\w%+-]{1,64}){0,3} at [\w-]{1,63}(?: dot [\w-]{1,63}){1,5}",
    re.IGNORECASE,
)


def email_addresses(text: str) -> Iterator[Proposal]:
    """Find e-mail addresses, written, or spoken as 'somebody at service dot uk'."""
    for match in _EMAIL.finditer(text):
        yield Proposal(*match.span(), Kind.EMAIL, "an address with its domain")


_LETTERS = "[A-HJ-PR-Z]"
_MARK = re.compile(
    rf"{_APART}(?:[A-HJ-PR-Y]{{2}}(?:0[2-9]|[12]\d|5[1-9]|[67]\d) ?(?P<now>{_LETTERS}{{3}})"
    rf"|[A-HJ-NPR-TV-Y][1-9]\d{{0,2}}(?P<gap> ?)(?P<prefix>{_LETTERS}{{3}})"
    rf"|(?P<suffix>{_LETTERS}{{3}}) ?[1-9]\d{{0,2}}[A-HJ-NPR-TV-Y]){_ENDS}"
)
_NO_MARK = frozenset(DATA["marks"]["never"])
_STYLES = {
    "now": "the form of marks since 2001",
    "prefix": "the form of marks from 1983 to 2001",
    "suffix": "the form of marks from 1963 to 1983",
}


def vehicle_marks(text: str) -> Iterator[Proposal]:
    """Find vehicle marks of the three forms since 1963 (AB12 CDE, A123 BCD, ABC 123D), in capitals."""
    for match in _MARK.finditer(text):
        style = str(match.lastgroup)
        if match[style] not in _NO_MARK:
            yield Proposal(*match.span(), Kind.VEHICLE, _STYLES[style])


def _either(words: list[str]) -> str:
    return "|".join(re.escape(each) for each in sorted(words, key=lambda word: (-len(word), word)))


_SHORT_RANKS = [each for each in DATA["collar"]["ranks"] if not each.islower()]
_LONG_RANKS = [each for each in DATA["collar"]["ranks"] if each.islower()]
_COLLAR = re.compile(
    rf"\b(?:(?i:{_either(DATA['collar']['words'])}) (?i:number|num|no\.?)(?: (?:is|was))?[ :]{{1,2}}"
    rf"|(?:{_either(_SHORT_RANKS)}|(?i:{_either(_LONG_RANKS)})) )((?:[A-Z]{{1,3}} ?)?\d{{2,6}}[A-Z]{{0,2}})\b(?![,.:/-]\d)"
    rf"(?! (?:{_either(DATA['collar']['counted'])})\b)"
)


def collar_numbers(text: str) -> Iterator[Proposal]:
    """Find collar, warrant and staff numbers: digits after the words for them, or after a constable's or sergeant's rank."""
    for match in _COLLAR.finditer(text):
        yield Proposal(
            *match.span(1), Kind.COLLAR, f"digits after '{text[match.start() : match.start(1)].strip()}'"
        )


NUMBERS: tuple[Callable[[str], Iterator[Proposal]], ...] = (
    postcodes,
    telephone_numbers,
    national_insurance_numbers,
    nhs_numbers,
    email_addresses,
    vehicle_marks,
    collar_numbers,
)
