"""Roadmap: which options start when, under every limit at once, and what each limit and condition costs (§7.2, §6.4, §4.6)."""

from joinedup.roadmap.conditions import Condition, Lifter
from joinedup.roadmap.planning import plan
from joinedup.roadmap.relaxing import Relaxed, Unlock, Unlocked, Waiting, relaxing, unlocking, waiting
from joinedup.roadmap.roadmap import LeftOut, Roadmap, Started
from joinedup.roadmap.steps import MOST_YEARS, Decision, Limits, Need, Question, Step, starting_in

__all__ = [
    "MOST_YEARS",
    "Condition",
    "Decision",
    "LeftOut",
    "Lifter",
    "Limits",
    "Need",
    "Question",
    "Relaxed",
    "Roadmap",
    "Started",
    "Step",
    "Unlock",
    "Unlocked",
    "Waiting",
    "plan",
    "relaxing",
    "starting_in",
    "unlocking",
    "waiting",
]
