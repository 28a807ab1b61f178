"""What an option is worth beside carrying on, and beside what each partner could do alone (§4.5)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from joinedup.appraisal.ranges import HALF_A_PENNY, draws_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Comparison:
    """The option beside do minimum and acting alone: present values, real pounds, shape (draws + 1,).

    ``do_minimum`` is the worth of carrying on (below zero where it costs) and ``with_option`` that of the
    same things with the option; both are None where nobody has costed carrying on. ``difference`` is the
    NPSV. ``alone`` is the best that each partner could do by itself, never below zero, because a partner
    may leave it; it is empty where nobody has costed it. ``credited`` is what remains and is due to working
    together.
    """

    do_minimum: NDArray[np.float64] | None
    with_option: NDArray[np.float64] | None
    difference: NDArray[np.float64]
    alone: Mapping[str, NDArray[np.float64]]
    credited: NDArray[np.float64]

    @property
    def alone_wins(self) -> bool:
        """Whether the partners together would expect more, or as much, from each acting alone."""
        return bool(self.alone) and bool(draws_of(self.credited).mean() <= HALF_A_PENNY)

    @property
    def incomplete(self) -> tuple[str, ...]:
        """Say in words what has not been costed."""
        missing = []
        if self.do_minimum is None:
            missing.append("what carrying on would cost has not been given; only the difference is shown")
        if not self.alone:
            missing.append(
                "what each partner could do alone has not been costed; some of this may not need the others"
            )
        return tuple(missing)


def compare(
    npsv: NDArray[np.float64],
    do_minimum: NDArray[np.float64] | None,
    alone: Mapping[str, NDArray[np.float64]],
) -> Comparison:
    """Lay an option beside do minimum and beside what each partner could do alone, each as its worth now."""
    # A partner would go it alone only if it expected to gain; then it takes the bad draws with the good.
    worthwhile = {
        partner: worth if draws_of(worth).mean() > 0 else np.zeros_like(worth)
        for partner, worth in alone.items()
    }
    return Comparison(
        do_minimum=do_minimum,
        with_option=None if do_minimum is None else do_minimum + npsv,
        difference=npsv,
        alone=worthwhile,
        credited=npsv - sum(worthwhile.values(), np.zeros_like(npsv)),
    )
