"""Names of places that exist nowhere, put together from syllables."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

_FIRST = (
    "Ab",
    "Bran",
    "Cal",
    "Dun",
    "El",
    "Fen",
    "Gar",
    "Hol",
    "Is",
    "Kel",
    "Lor",
    "Mel",
    "Nor",
    "Os",
    "Pel",
)
_MORE = ("Quar", "Ran", "Sel", "Tor", "Ul", "Ver", "Wen", "Yar", "Zel")
_MIDDLE = ("a", "be", "di", "er", "in", "ke", "lo", "mi", "o", "ra", "ser", "ti", "u", "ven")
_LAST = (
    "bury",
    "by",
    "combe",
    "den",
    "field",
    "ford",
    "ham",
    "holme",
    "ley",
    "mere",
    "mouth",
    "stead",
    "thorpe",
)
_TAIL = ("ton", "wick", "worth", "wold", "haven", "cliffe", "minster", "well")
_BESIDE = ("", "", "", "", "Great ", "Little ", "Upper ", "Nether ", "East ", "West ")


def town_names(chance: np.random.Generator, number: int) -> list[str]:
    """Give so many names, all different from one another."""
    found: dict[str, None] = {}
    first, last = _FIRST + _MORE, _LAST + _TAIL
    while len(found) < number:
        parts = [chance.integers(0, len(each)) for each in (_BESIDE, first, _MIDDLE, last)]
        name = first[parts[1]] + _MIDDLE[parts[2]] + last[parts[3]]
        found.setdefault(_BESIDE[parts[0]] + name)
    return list(found)
