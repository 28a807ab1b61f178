"""Every number that a played period takes for granted where the study does not say, in one place."""

from joinedup.response import calibrating, covering, durations, rooms

ASSUMPTIONS = (
    *durations.ASSUMPTIONS,
    *covering.ASSUMPTIONS,
    *calibrating.ASSUMPTIONS,
    *rooms.ASSUMPTIONS,
)
