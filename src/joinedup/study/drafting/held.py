"""What the chapter on overlap says of courses, contracts and posts that two services or more hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from joinedup.disclosure import Column, Figure, Table
from joinedup.overlap import contracts_by_item, courses_by_topic, posts_by_function
from joinedup.study.drafting.naming import short_name
from joinedup.wording import Unit

if TYPE_CHECKING:
    from joinedup.study.study import Study


def held_tables(study: Study) -> list[Table]:
    """List what services hold twice besides sites; what it costs stays inside the study."""
    area = study.area

    def who(row: dict[str, str]) -> str:
        return short_name(area, row["service_id"])

    courses, contracts, posts = courses_by_topic(area), contracts_by_item(area), posts_by_function(area)
    tables = []
    if courses.height:
        tables.append(
            Table(
                "overlap-courses",
                "Courses that two services or more teach",
                (
                    Column("Topic"),
                    Column("Service"),
                    Column("Runs", numeric=True),
                    Column("Seats offered", numeric=True),
                ),
                [
                    [
                        row["topic"],
                        who(row),
                        Figure(row["runs"], Unit.NUMBER),
                        Figure(row["seats_offered"], Unit.NUMBER),
                    ]
                    for row in courses.iter_rows(named=True)
                ],
                note="Matched by a national code, else by name as it is spelt.",
            )
        )
    if contracts.height:
        tables.append(
            Table(
                "overlap-contracts",
                "Items that two services or more buy",
                (Column("Item"), Column("Service"), Column("Contract ends on")),
                [
                    [row["item"], who(row), f"{row['ends_on']}" if row["ends_on"] is not None else "[x]"]
                    for row in contracts.iter_rows(named=True)
                ],
                note="Prices are commercial: they stay inside the study ('joinedup overlap').",
            )
        )
    if posts.height:
        tables.append(
            Table(
                "overlap-posts",
                "Functions for which two services or more have posts",
                (Column("Function"), Column("Service"), Column("Full-time equivalents", numeric=True)),
                [
                    [row["function"], who(row), Figure(row["fte"], Unit.NUMBER)]
                    for row in posts.iter_rows(named=True)
                ],
            )
        )
    return tables
