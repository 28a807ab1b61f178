"""The command that says what people told the study: a survey, the services' replies, a consultation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from joinedup.cli.progress import Progress
from joinedup.cli.reading import Folder
from joinedup.cli.showing import AsJson, print_json, print_table
from joinedup.evidence import survey_of, views_of
from joinedup.study import assumptions_of

if TYPE_CHECKING:
    from collections.abc import Mapping


def evidence(folder: Folder, as_json: AsJson = False) -> None:
    """Say what a survey, the services and a consultation told the study, each with its base and what it may say."""
    with Progress() as progress:
        assumptions = assumptions_of(folder)
        progress("reading the survey")
        survey = survey_of(folder, assumptions)
        progress("reading views")
        views = views_of(folder, assumptions)
        answer: dict[str, Any] = {
            "interviews": None,
            "survey": None if survey is None else survey.as_json(),
            "views": None if views is None else views.as_json(),
            "readiness": None,
        }
    if as_json:
        print_json(answer)
        return
    if survey is None and views is None:
        print("This study holds no survey and no views: put them in its folders survey and views.")
        return
    if answer["survey"] is not None:
        print_json({"survey": answer["survey"]})
    told: Mapping[str, Any] = answer["views"] or {}
    if told.get("questionnaire"):
        given = told["questionnaire"]
        print_table(
            "Who replied to the questionnaire",
            ("role", "invited", "replied", "did not reply"),
            [
                (str(each["group"]), str(each["invited"]), str(each["replied"]), str(each["did_not_reply"]))
                for each in given["by_role"]
            ],
        )
        print(given["may_say"])
    if told.get("consultation"):
        given = told["consultation"]
        print_table(
            "Who replied to the consultation",
            ("", "replies"),
            [
                ("organisations", str(given["organisations"])),
                ("individuals", str(given["individuals"])),
                ("of them in their own words", str(given["individuals_in_own_words"])),
                ("campaigns", str(len(given["campaigns"]))),
            ],
        )
        print(given["may_say"])
