"""Which courses are of one topic: by national code or name, or because a person said so of two that look alike."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from itertools import combinations
from types import MappingProxyType
from typing import TYPE_CHECKING

import polars as pl

from joinedup.overlap import courses_by_topic
from joinedup.refusal import Refusal

if TYPE_CHECKING:
    from joinedup.area import Area

TABLE = "topics"
"""The study's table of what a person said of two courses: ``course_id``, ``course_id_2``, ``same`` (yes or no)."""


@dataclass(frozen=True)
class Alike:
    """Two courses of different services whose topics are worded alike, 0 to 1; a person says whether they are one."""

    course_id: str
    course_id_2: str
    topic: str
    topic_2: str
    likeness: float


def topics(area: Area) -> dict[str, tuple[str, ...]]:
    """Give the courses of each topic that two services or more teach, by the topic's name; both in order."""
    service_of = dict(area.table("courses").select("course_id", "service_id").iter_rows())
    return {
        name: courses
        for name, courses in every_topic(area).items()
        if len({service_of[each] for each in courses}) > 1
    }


def look_alikes(area: Area, least: float) -> list[Alike]:
    """List courses that are not one topic yet, and of which nobody has said so or otherwise, the most alike first."""
    courses = area.table("courses").sort("course_id").select("course_id", "service_id", "topic").rows()
    of = {course: name for name, group in every_topic(area).items() for course in group}
    said = {frozenset(pair) for *pair, _ in _said(area)}
    grams = {course: _grams(topic) for course, _, topic in courses}
    found = [
        Alike(one, other, topic, topic_2, likeness(grams[one], grams[other]))
        for (one, service, topic), (other, service_2, topic_2) in combinations(courses, 2)
        if service != service_2 and of[one] != of[other] and frozenset((one, other)) not in said
    ]
    kept = [each for each in found if each.likeness >= least]
    return sorted(kept, key=lambda each: (-each.likeness, each.course_id, each.course_id_2))


def likeness(one: Counter[str], other: Counter[str]) -> float:
    """Give Dice's coefficient of two bags of three-letter pieces: 1 where they are equal, 0 where they share none."""
    total = one.total() + other.total()
    return 2 * (one & other).total() / total if total else 0.0


def _grams(topic: str) -> Counter[str]:
    words = re.findall(r"\w+", topic.lower())
    return Counter(f" {word} "[at : at + 3] for word in words for at in range(len(word)))


def every_topic(area: Area) -> dict[str, tuple[str, ...]]:
    """Give every course by the name of its topic, joined as a person said; some are taught by one service alone.

    Raises:
        Refusal: when the table of topics names a course that there is none of, says neither yes nor no, or parts what is one.
    """
    courses = area.table("courses").sort("course_id")
    # Each course is taken for a service of its own, so that the one rule of matching gives the courses of each match.
    apart = courses.with_columns(service_id=pl.col("course_id"))
    matched = courses_by_topic(
        replace(
            area, tables=MappingProxyType({**area.tables, "courses": apart, "course_runs": _no_runs(area)})
        )
    )
    name_of = {each: f"course {each}" for each in courses["course_id"]}
    name_of |= dict(matched.select("service_id", "match").iter_rows())
    for one, other, same in _said(area):
        for each in (one, other):
            if each not in name_of:
                raise Refusal(
                    f"topics.csv: no course is called '{each}'; give the course_id of a row of courses.csv"
                )
        if same:
            joined = {name_of[one], name_of[other]}
            # A code or a name that courses share is a better name than that of one course.
            name = min(joined, key=lambda each: (each.startswith("course "), each))
            name_of = {course: name if of in joined else of for course, of in name_of.items()}
    for one, other, same in _said(area):
        if not same and name_of[one] == name_of[other]:
            raise Refusal(
                f"topics.csv: {one} and {other} are said to be two topics, and bear one code or name, or are one with a third; "
                "mend the code, or take out the row that is wrong"
            )
    groups: dict[str, list[str]] = {}
    for course, name in sorted(name_of.items()):
        groups.setdefault(name, []).append(course)
    return {name: tuple(groups[name]) for name in sorted(groups)}


def _no_runs(area: Area) -> pl.DataFrame:
    return area.table("course_runs").clear()


def _said(area: Area) -> list[tuple[str, str, bool]]:
    """Give what a person said of two courses, in an order of its own."""
    table = area.tables.get(TABLE)
    if table is None:
        return []
    found = []
    for one, other, same in table.select("course_id", "course_id_2", "same").sort(pl.all()).iter_rows():
        if same not in ("yes", "no"):
            raise Refusal(f"topics.csv: '{same}' for {one} and {other} is neither; write yes or no in 'same'")
        found.append((one, other, same == "yes"))
    return found
