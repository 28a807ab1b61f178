"""Values of a mapping that are what they should be, or a refusal that names the key."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import polars as pl

from joinedup.refusal import Refusal, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping


def a(kind: type, value: Any, what: str, file: str) -> Any:
    """Give a value that is what it should be."""
    if type(value) is not kind:
        raise Refusal(f"{file}: {what} must be {_WORDS[kind]}, not {value!r}")
    return value


_WORDS: Mapping[type, str] = {
    str: "text in quotes",
    bool: "true or false",
    int: "a whole number",
    list: "a list in square brackets",
    dict: "a table of keys and values",
}


def names(value: Any, what: str, file: str) -> tuple[str, ...]:
    """Give a list of names of columns."""
    return tuple(a(str, each, f"each name in {what}", file) for each in a(list, value, what, file))


def only(given: Mapping[str, Any], known: Collection[str], file: str, where: str) -> None:
    """Refuse a key that is not known."""
    for key in given:
        if key not in known:
            raise Refusal(f"{file}: {where}unknown key '{key}'{did_you_mean(key, known)}")


def pattern_of(pattern: str, file: str, where: str) -> str:
    """Give a pattern that both Python and Polars can use."""
    try:
        re.compile(pattern)
        pl.Series([""]).str.contains(pattern)
    except (re.error, pl.exceptions.PolarsError) as error:
        raise Refusal(
            f"{file}: {where}: the pattern {pattern!r} is not a regular expression that can be used "
            f"({str(error).splitlines()[-1] if isinstance(error, re.error) else 'no looking ahead or back'})"
        ) from None
    return pattern
