"""Solve p-median with spopt through PuLP's CBC: run by bench/locate.py and a slow test in the rivals' own environment.

`locate_spopt.py FILE P SECONDS` reads cost (sites by places) and demand from FILE, an npz, and prints one JSON line: objective,
open (rows of sites), status and seconds. PuLP calls a problem "Optimal" also where CBC ran out of time with some answer, so the
status is read from what it says of the *solution*, and is `optimal` only when CBC proved it.
"""

from __future__ import annotations

import json
import sys
import time

import numpy as np
import pulp
from spopt.locate import PMedian


def main(file: str, p: int, seconds: float) -> None:
    """Print the answer to one instance."""
    given = np.load(file)
    cost, demand = given["cost"], given["demand"]
    start = time.perf_counter()
    # spopt has places in rows and sites in columns.
    model = PMedian.from_cost_matrix(cost.T, demand, p)
    model.problem.solve(pulp.PULP_CBC_CMD(msg=False, timeLimit=seconds))
    took = time.perf_counter() - start
    proven = (
        model.problem.status == pulp.LpStatusOptimal and model.problem.sol_status == pulp.LpSolutionOptimal
    )
    chosen = [row for row, each in enumerate(model.fac_vars) if (each.value() or 0) > 0.5]
    answer = {
        "objective": float((cost[chosen].min(axis=0) * demand).sum()) if chosen else None,
        "open": chosen,
        "status": "optimal" if proven else "feasible" if chosen else "unknown",
        "pulp_says": pulp.LpStatus[model.problem.status],
        "seconds": took,
    }
    sys.stdout.write(json.dumps(answer) + "\n")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]))
