"""How to mend what a query is about: one sentence for each kind of problem, in one table."""

from __future__ import annotations

_MENDS: tuple[tuple[str, str], ...] = (
    # Tables and columns.
    ("is not a table", "Rename the file to the table that it holds, or move it out of the folder."),
    ("unknown column", "Rename the column to one of the table's, or delete it."),
    # Values.
    ("has no value that can be used", "Fill the column in; see the other queries on the same row."),
    ("the identifier stands in an earlier row", "Give the row an identifier of its own, or delete the repeat."),
    ("not in services", "Add the service to the table services, or correct its identifier here."),
    ("not in ", "Correct the identifier, or add the row that it refers to."),
    ("not a time such as", "Write year-month-day and hours:minutes, as in 2025-03-31 14:05."),
    ("not a time of day", "Write hours:minutes, as in 07:30."),
    ("not a date such as", "Write year-month-day, as in 2025-03-31."),
    ("not a month such as", "Write year-month, as in 2018-10."),
    ("not a whole number", "Write figures alone, without unit, comma or decimals."),
    ("not a number", "Write figures alone, without unit or comma."),
    ("not one of", "Use one of the words that are listed."),
    ("not as it should be", "Write it in the form that the table's page shows."),
    ("less than", "Correct the number: the table's page gives its bounds and unit."),
    ("more than one in a hundred", "Look the point up: if it is no real address, leave its place empty."),
    ("more than", "Correct the number: the table's page gives its bounds and unit."),
    ("characters that cannot be shown", "Export the file again; the characters mean that text was damaged on the way."),
    # Times.
    ("occurs twice", "Give the time with its offset, such as +01:00, so that the two can be told apart."),
    ("does not exist", "Give the time with its offset, or correct the clock that wrote it."),
    ("outside the period of the study", "Correct the date, or the period in study.toml."),
    ("before an earlier step", "Correct the time, or see whether two columns were exchanged."),
    # Places.
    ("without the other", "Fill in both, or leave both empty."),
    (" of 0", "Leave the place empty where it is not known."),
    ("stand in each other's columns", "Exchange the two columns in the source."),
    ("outside Great Britain", "Correct the place, or set grid and zone in study.toml for where the study is."),
    ("not a place on the earth", "Correct the place: latitude is -90 to 90, longitude -180 to 180."),
    ("too far from the zone", "Correct the place, or the zone in study.toml."),
    ("of an earlier site of the same source", "Delete one of the two if they are the same site."),
    # Extracts.
    ("no dispatch time inside", "Ask for an extract with the dispatch time in a column of its own."),
    ("repeats ", "Ask the source for an identifier of each event; delete the row if it is a true repeat."),
    ("can be read from", "Correct the value in the extract, or the way that the mapping takes it, and read it again."),
    ("says in words that there is none", "Ask the source for the value, or fill it in from elsewhere."),
    ("than an earlier row of the same", "Nothing, if the source codes an event several times; else ask which row is right."),
    ("have no name", "Name it in the source, as people there call it."),
    ("only the year is known", "Ask for the date if the month matters."),
    # Settings.
    ("when results were first seen", "Write results_seen_on, such as 2025-04-20, under [study] in study.toml."),
    # Patterns that no single row shows.
    ("far outside the area", "Look the place up: correct it, or leave it empty if it is not known."),
    ("a default place", "Leave the place empty where the system did not find the address."),
    ("nearest minute", "Ask for times with seconds; until then allow a minute more in every window of time."),
    ("minutes, and not finer", "Ask for times as the system recorded them; they seem to have been rounded."),
    ("rounded to", "Ask whether times are entered by hand, and for the system's own stamps where they are."),
    ("at midnight", "Ask for the time of day: these seem to be dates alone, and cannot be linked by time."),
    ("no records on whole days", "Ask for the days that are missing, or set the period in study.toml to what is held."),
    ("far fewer records", "Ask whether records are missing on these days, or what made them quiet."),
    ("one hour apart", "Ask in which zone each service's times are; one may not follow the change of clocks."),
    ("clocks that may disagree", "Compare the two clocks on calls passed from one room to the other."),
    ("more than 24 hours after", "Correct the time, or confirm that it was entered later than it happened."),
    ("identifiers change their form", "Ask whether the system changed then, and whether some events stand in both."),
)  # fmt: skip
"""Words of a problem, and how to mend it; the first that fits is taken."""

_ASIDE = "Correct the row in the source and read it again, or leave it out for good."
_ELSE = "Correct it in the source, or leave it as it is if it is right."


def how_to_mend(problem: str, action: str) -> str:
    """Say how to mend what a query is about; a rule of somebody's own mapping gets a general answer."""
    for words, mend in _MENDS:
        if words in problem:
            return mend
    return _ASIDE if action == "the row is set aside" else _ELSE
