"""Colours and shapes: every colour comes with a shape and a name, so that nothing is said by colour alone."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Ink:
    """How one kind of service, or one side of a comparison, is drawn and named."""

    name: str
    colour: str
    shape: str

    @property
    def pale(self) -> str:
        """The colour let down with white, for the body of a bar."""
        parts = (int(self.colour[at : at + 2], 16) for at in (1, 3, 5))
        return "#" + "".join(f"{round(part * 0.38 + 255 * 0.62):02X}" for part in parts)


SERVICES = {
    "police": Ink("Police", "#0072B2", "square"),
    "fire": Ink("Fire", "#D55E00", "triangle"),
    "ambulance": Ink("Ambulance", "#009E73", "circle"),
    "other": Ink("Other", "#6B6B6B", "diamond"),
}
"""The services' colours are told apart by people of every kind of colour vision [Okabe and Ito 2008]."""

_COMPARED = {
    "before": Ink("Before", "#5A5A5A", "square"),
    "after": Ink("After", "#7B3294", "diamond"),
    "better": Ink("Better", "#2166AC", "triangle"),
    "worse": Ink("Worse", "#B2182B", "nabla"),
}
_PLAIN = Ink("", "#44546A", "stroke")

RAMP = ("#EFEAF3", "#D6CCE0", "#B9A9CA", "#9884AF", "#766090")
"""Light to dark, in even steps of lightness, so that it prints in grey."""

BETTER = ("#2166AC", "#6B9FCE", "#C6DBEE")
"""What becomes better, in three shades: the most first."""
WORSE = ("#B2182B", "#D9726F", "#F2CDC9")
"""What becomes worse, in three shades: the most first."""
UNCHANGED = "#E3E3E3"


def ink(service: str) -> Ink:
    """Find how a line of a chart is drawn; what is not known by name is drawn plainly."""
    return SERVICES.get(service) or _COMPARED.get(service) or _PLAIN


def service_ink(service: str) -> Ink:
    """Find how a site is drawn: any service but the three is "other"."""
    return SERVICES.get(service, SERVICES["other"])


def outline(shape: str, x: float, y: float, size: float) -> str:
    """Draw a shape of so many units across, centred, as the path of an SVG.

    >>> outline("square", 10, 10, 8)
    'M6 6h8v8h-8z'
    """
    half = size / 2
    match shape:
        case "square":
            return f"M{_n(x - half)} {_n(y - half)}h{_n(size)}v{_n(size)}h{_n(-size)}z"
        case "triangle":
            return f"M{_n(x)} {_n(y - size * 0.6)}l{_n(size * 0.6)} {_n(size * 1.1)}h{_n(-size * 1.2)}z"
        case "nabla":
            return f"M{_n(x)} {_n(y + size * 0.6)}l{_n(size * 0.6)} {_n(-size * 1.1)}h{_n(-size * 1.2)}z"
        case "circle":
            across = f"a{_n(half)} {_n(half)} 0 1 0 {{}} 0"
            return f"M{_n(x - half)} {_n(y)}{across.format(_n(size))}{across.format(_n(-size))}z"
        case "diamond":
            reach = _n(size * 0.65)
            return f"M{_n(x)} {_n(y - size * 0.65)}l{reach} {reach}l-{reach} {reach}l-{reach} -{reach}z"
        case _:
            return f"M{_n(x - 1.5)} {_n(y - half)}h3v{_n(size)}h-3z"


def _n(number: float) -> str:
    """Write a coordinate in as few characters as a reader's eye can use."""
    return f"{number:.1f}".removesuffix(".0") if round(number, 1) else "0"
