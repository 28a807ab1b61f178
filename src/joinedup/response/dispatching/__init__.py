"""Sending the nearest unit that can meet a need, job by job, with queues when nobody is free.

The rules, which the loops in ``mobilising`` (rules 1 to 8) and ``attending`` (all of them) and the independent programs in
``tests/rivals`` follow to the last digit:

1. Times are whole milliseconds, in 64 bits. Sums of whole numbers are exact in any order, so that a moment never depends on how
   it was reached, two programs agree or do not, and "at the same time" means something. A drive is rounded to the
   nearest millisecond once.
2. When a job is *ready*, the units that can be sent are those on shift at that moment that can meet its need and are at
   their site or on their way back there. The one with the shortest drive goes; of equal drives, the first by row. Whoever
   makes the rows says who that is: ``playing`` puts crews that set off at once before crews on call, and then goes by unit_id.
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

The full model adds to these. Each addition is data of its own, and where none of it comes to bear, nothing changes:

9. Rule 7 in full: at one and the same moment units come to their site in order of row; then the hour turns; then the steps of
   units end in order of row (free on scene, at a hospital, handed over, stood down, break over); then jobs are upgraded in
   order of row; then jobs become ready in order of row. What happens may bring about more at that very moment: always the first
   in this order of what is due comes next. *Offering what waits* means rule 6: job by job in the order of rule 5, each to the
   nearest. The play ends, as rule 8 says, when an hour would turn, before it does. A unit is *at work* from being sent until it
   is free.
10. **Diversion.** For a job of priority ``urgent`` or more urgent, units that have been sent to a job at least ``by``
    priorities less urgent and have not arrived count too under rule 2. Until it sets off such a unit is where it started from;
    then it moves as in rule 4 from there to the job. When taken, it sets off for the new job at once, or when it would have set
    off for the old; it does not turn out again. Under a matrix a unit that sets off, or turns home, somewhere between two
    places has that one as the start of its new way of which it had done less than half, else the other; its drive is still
    worked out by rule 4. Once it has been sent, the job that it left is offered as if it had just become ready, and else waits,
    in its place of age.
11. **Conveyance.** When a job that conveys is over on scene, its unit drives to the hospital, named or the shortest drive from
    the scene (of equal ones the first by number). There it hands over if a bay is free; else it waits, and bays are given in
    the order of arrival. Handing over takes as long as the job says; the bay goes to the next who waits, and the unit is then
    free, at the hospital. From arriving on scene until then it cannot be diverted.
12. **Breaks.** When an hour of its window begins after one that is none (or when time begins), a unit is *due*. While it is
    due, only jobs of priority ``interrupting`` or more urgent count it under rules 2, 5, 6 and 10. It begins its break when it
    is at its site, in an hour of the window: when it becomes due there or else on coming there. When the break is over it is no
    longer due, it sets off if its standby point has changed, and what waits is offered. A unit that is sent while on its break
    has not had it: it is still due where the hour is in the window, and has else missed it. When an hour begins that is not in
    the window, a due unit whose break has not begun has missed it, and is no longer due.
13. **Changes.** A unit is stood down so long after being sent, if it has not arrived by then: it becomes free, by rule 5, where
    it is; if it has not set off it sets off for another job no sooner than it would have. The job is over, without an arrival.
    A unit that is sent afterwards to a job that was left is stood down as long after that. A job is upgraded so long after it
    was ready, if it waits or its unit has not arrived: it has its new priority from then on, and if it waits, is offered as if
    it had just become ready.
14. **Standby points.** A unit's site may differ by hour of the week. When the hour turns, after breaks have become due or been
    missed and in order of row, a unit at its site or on its way there sets off from where it is for its new one, and counts as
    on its way back; one on its break when that is over; one at work, or taken out of its break, when it is free. Then what
    waits is offered.
15. **Predetermined attendance.** Where a job's ground has an order for its need, its sites are tried in turn: the first by row
    of the units that stand there and count under rule 2 goes. Only where none does is the nearest of all sent. With
    ``nearer_on_the_road``, a unit on the road that counts under rules 2 and 10 goes in its stead if its drive is shorter, the
    shortest first, then by row. Rule 5 stays.
16. **Shared crews.** Of the units of a crew only so many can be away from their site at once, from being sent until coming
    back. A unit at its site whose crew is away does not count. When a unit comes back, what waits is offered, if the hour turns
    at that moment after it has.
17. **Drives by hour.** Where drives differ by hour of the week, a drive takes as long as in the hour in which it is worked out:
    when a unit is chosen, or turns home. It is not worked out again when the hour turns. To a hospital it is that of the hour
    in which the job became ready. The bare loop knows this rule too.
"""

from joinedup.response.dispatching.arrangements import (
    NEAREST,
    NOT_CONVEYED,
    Attendance,
    Breaks,
    Changes,
    Diverting,
    Hospitals,
    Posting,
    SharedCrews,
)
from joinedup.response.dispatching.resources import (
    Attended,
    Dispatched,
    Jobs,
    Matrix,
    Sites,
    Spells,
    StraightLines,
    Units,
)
from joinedup.response.dispatching.sending import dispatch

__all__ = [
    "NEAREST",
    "NOT_CONVEYED",
    "Attendance",
    "Attended",
    "Breaks",
    "Changes",
    "Dispatched",
    "Diverting",
    "Hospitals",
    "Jobs",
    "Matrix",
    "Posting",
    "SharedCrews",
    "Sites",
    "Spells",
    "StraightLines",
    "Units",
    "dispatch",
]
