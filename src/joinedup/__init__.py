"""joinedup: where the police, fire and ambulance services of an area could join up, and what it would be worth."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from joinedup.area import Area, Settings
    from joinedup.crossover import Crossover, measure
    from joinedup.disclosure import Published, publish
    from joinedup.options import Kind, Option, kinds
    from joinedup.refusal import CannotWrite, Refusal
    from joinedup.report import write_report
    from joinedup.study import Study, draft

__version__ = "0.1.0"

__all__ = [
    "Area",
    "CannotWrite",
    "Crossover",
    "Kind",
    "Option",
    "Published",
    "Refusal",
    "Settings",
    "Study",
    "draft",
    "kinds",
    "measure",
    "publish",
    "write_report",
]

_STANDS_IN = {
    "Area": "area",
    "CannotWrite": "refusal",
    "Crossover": "crossover",
    "Kind": "options",
    "Option": "options",
    "Published": "disclosure",
    "Refusal": "refusal",
    "Settings": "area",
    "Study": "study",
    "draft": "study",
    "kinds": "options",
    "measure": "crossover",
    "publish": "disclosure",
    "write_report": "report",
}

if not TYPE_CHECKING:
    # Whoever asks for one part does not wait for all of them: a command starts a second sooner. To a type checker the names
    # are those above, and no others.
    def __getattr__(name: str) -> object:
        """Give a public name, importing the part that it stands in."""
        if name not in _STANDS_IN:
            raise AttributeError(f"module 'joinedup' has no attribute '{name}'")
        return getattr(import_module(f"joinedup.{_STANDS_IN[name]}"), name)

    def __dir__() -> list[str]:
        """List what there is, the public names included."""
        return sorted({*globals(), *__all__})
