"""Sending the nearest unit that can meet a need, job by job, with queues when nobody is free.

The rules, which the loop in ``mobilising`` and the independent programs in ``tests/rivals`` follow to the last digit:

1. Times are whole milliseconds, in 64 bits. Sums of whole numbers are exact in any order, so that a moment never depends on how
   it was reached, two programs agree or do not, and "at the same time" means something. A drive is rounded to the
   nearest millisecond once.
2. When a job is *ready*, the units that can be sent are those on shift at that moment that can meet its need and are at
   their site or on their way back there. The one with the shortest drive goes; of equal drives, the first by row.
3. A unit at its site sets off after the job's turnout and its own; a unit on the road sets off at once. It drives, is on scene as
   long as the job says, and is then free.
4. A unit on its way back moves at an even pace on the straight line from where it became free to its site, where it
   arrives after the drive that the law gives; from where it then is, it drives as if from a standstill. Under a matrix, which
   knows no places in between, its drive is as much between the drives from both ends as it has done of the way.
5. A job for which nobody can be sent waits. A unit that becomes free while on shift takes, of the jobs waiting for a need
   it can meet, the most urgent, then the oldest, then the first by row, from where it is; else it goes back.
6. A unit whose shift ends finishes its job and goes back. When the hour turns, waiting jobs are offered to the units that are now
   on shift, in the order of rule 5, each to the nearest.
7. At one and the same moment the hour turns first, then units become free in order of row, then jobs become ready in order
   of row.
8. After the last job, time goes on until nobody waits or a whole week has brought nobody. A job that nobody could ever go
   to has unit −1.

An incident with several needs is several jobs, ready together, in the order in which they are to be filled.
"""

from joinedup.response.dispatching.resources import Dispatched, Jobs, Matrix, Sites, Units
from joinedup.response.dispatching.sending import dispatch

__all__ = ["Dispatched", "Jobs", "Matrix", "Sites", "Units", "dispatch"]
