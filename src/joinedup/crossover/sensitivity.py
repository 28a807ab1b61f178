"""How the number of joint events hangs on each setting of the matcher (§2.5)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from joinedup.crossover.gathered import Gathered
from joinedup.crossover.matching import Matching, settings
from joinedup.crossover.measure import estimates

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from joinedup.area import Area
    from joinedup.crossover.answer import Crossover, Pair, Window
    from joinedup.crossover.matching import Setting

    Services = tuple[str, str]


@dataclass(frozen=True)
class Tried:
    """What becomes of each pair's estimate with one setting at an end of its range, everything else as usual."""

    setting: Setting
    value: float
    estimates: Mapping[Services, float | None]

    def as_json(self) -> dict[str, Any]:
        """Give the object that the command line prints."""
        return {
            "setting": self.setting.name,
            "unit": self.setting.unit,
            "usual": self.setting.value,
            "value": self.value,
            "why": self.setting.why,
            "estimates": [
                {"services": list(services), "estimate": None if events is None else round(events, 2)}
                for services, events in self.estimates.items()
            ],
        }


@dataclass(frozen=True)
class Swing:
    """The least and the most that two services' estimate comes to over the range of one setting, its usual value included.

    ``inside`` tells whether both are within the 95 % interval of the usual estimate.
    """

    setting: Setting
    services: Services
    lowest: float
    highest: float
    inside: bool


@dataclass(frozen=True)
class Sensitivity:
    """What was tried, in which window, and what the usual settings give each pair of services."""

    window: Window
    usual: tuple[Pair, ...]
    tried: tuple[Tried, ...]

    @property
    def swings(self) -> tuple[Swing, ...]:
        """What each setting does to each pair of services that could be measured, settings in their order."""
        by_setting: dict[Setting, list[Tried]] = {}
        for each in self.tried:
            by_setting.setdefault(each.setting, []).append(each)
        return tuple(
            _swing(setting, pair, ends)
            for setting, ends in by_setting.items()
            for pair in self.usual
            if pair.estimate is not None
        )

    def conclusion(self, services: Services) -> str:
        """Say in a few plain words whether any setting leaves the interval of two services."""
        out = [each for each in self.swings if each.services == services and not each.inside]
        if not out:
            return "no setting takes the number out of its 95 % interval"
        named = ", ".join(each.setting.name.replace("_", " ") for each in out)
        return f"within their ranges these settings take the number out of its 95 % interval: {named}"

    def as_json(self) -> list[dict[str, Any]]:
        """Give the list that the command line prints."""
        return [each.as_json() for each in self.tried]


def _swing(setting: Setting, pair: Pair, ends: list[Tried]) -> Swing:
    found = [pair.estimate, *(each.estimates[pair.services] for each in ends)]
    known = [each for each in found if each is not None]
    lowest, highest = min(known), max(known)
    return Swing(
        setting,
        pair.services,
        lowest,
        highest,
        inside=(pair.low or 0.0) <= lowest and highest <= (pair.high or 0.0),
    )


def sensitivity(
    area: Area, found: Crossover, progress: Callable[[str], None] | None = None, workers: int | None = None
) -> Sensitivity:
    """Estimate again with each setting at either end of its range, where that is not its usual value.

    ``found`` is what the usual settings give, in the window that was asked for.
    """
    gathered, tried = Gathered.of(area), []
    for each in settings():
        for value in sorted({each.low, each.high} - {each.value}):
            if progress is not None:
                progress(f"{each.name.replace('_', ' ')} at {value:g} {each.unit}")
            changes: dict[str, Any] = {each.name: value}
            changed = replace(Matching(), **changes)
            tried.append(Tried(each, value, estimates(gathered, found.window, changed, workers=workers)))
    return Sensitivity(found.window, found.pairs, tuple(tried))
