"""Whether two answers go together more than chance explains, given how the sample was drawn (§6.3).

Source: Rao and Scott (1981, 1984); Thomas and Rao (1990) for the F form.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import scipy

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from joinedup.evidence.survey.design import Design


@dataclass(frozen=True)
class Association:
    """Pearson's chi-square of a weighted table scaled to its base, and the two corrections for the design.

    First order: ``chi_square`` over the mean design effect, on ``freedom`` degrees of freedom. Second order:
    ``f`` on ``f_freedom`` degrees of freedom above and below the line; it is the one to go by.
    """

    base: int
    pearson: float
    chi_square: float
    freedom: int
    chi_square_p: float
    f: float
    f_freedom: tuple[float, float]
    f_p: float


def rao_scott(
    design: Design, one: NDArray[np.int64], other: NDArray[np.int64], among: NDArray[np.bool_]
) -> Association | None:
    """Test two columns of category numbers, 0 upwards, for independence among some respondents.

    None where the design gives no variance, or a column has fewer than two categories with anybody in them.
    """
    weights = np.where(among, design.weights, 0.0)
    counted = weights > 0
    if not design.probability or not counted.any():
        return None
    rows, row = np.unique(one[counted], return_inverse=True)
    columns, column = np.unique(other[counted], return_inverse=True)
    freedom = (len(rows) - 1) * (len(columns) - 1)
    clusters_over = design.degrees_of_freedom(among)
    if not freedom or clusters_over < 1:
        return None
    cells = len(rows) * len(columns)
    indicator = np.zeros((len(weights), cells))
    indicator[np.flatnonzero(counted), row * len(columns) + column] = 1.0
    whole, base = float(weights.sum()), int(counted.sum())
    share = weights @ indicator / whole
    covariance = design.covariance(np.where(counted[:, None], indicator - share, 0.0) / whole)
    table = share.reshape(len(rows), len(columns))
    expected = np.outer(table.sum(axis=1), table.sum(axis=0))
    pearson = base * float(((table - expected) ** 2 / expected).sum())
    contrasts = _interaction(len(rows), len(columns))
    upside = np.divide(1.0, share, out=np.zeros_like(share), where=share > 0)
    simple = contrasts.T @ (contrasts * (upside / base)[:, None])
    scaled = contrasts * upside[:, None]
    effects = np.linalg.lstsq(simple, scaled.T @ covariance @ scaled, rcond=None)[0]
    trace, squares = float(np.trace(effects)), float(np.trace(effects @ effects))
    if trace <= 0 or squares <= 0:
        return None
    above = trace**2 / squares
    below = above * clusters_over
    corrected = pearson / (trace / freedom)
    return Association(
        base,
        pearson,
        corrected,
        freedom,
        float(scipy.special.chdtrc(freedom, corrected)),
        pearson / trace,
        (above, below),
        float(scipy.special.fdtrc(above, below, pearson / trace)),
    )


def _interaction(rows: int, columns: int) -> NDArray[np.float64]:
    """Give contrasts of cells that rows and columns alone do not explain, shape (cells, (rows-1)(columns-1))."""
    down, along = np.divmod(np.arange(rows * columns), columns)
    of_rows, of_columns = np.eye(rows)[down][:, 1:], np.eye(columns)[along][:, 1:]
    alone = np.column_stack([np.ones(rows * columns), of_rows, of_columns])
    both = np.einsum("ij,ik->ijk", of_rows, of_columns).reshape(rows * columns, -1)
    return np.asarray(both - alone @ np.linalg.lstsq(alone, both, rcond=None)[0])
