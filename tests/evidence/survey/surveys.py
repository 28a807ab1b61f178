"""Survey folders for tests, made of a few lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

SCALE = "5=Strongly agree|4=Agree|3=Neither|2=Disagree|1=Strongly disagree|8=Do not know"
QUESTIONS = f"""question,kind,wording,options,missing,do_not_know,order
joint,likert,Should the services work together more?,{SCALE},9,8,favourable first
sex,single,,m=Men|f=Women,,,
heard,multiple,Where did you hear of it?,h_paper=Newspaper|h_radio=Radio,-1,,
waited,number,How many minutes did you wait?,,999,998,
"""
ANSWERS = ("joint", "sex", "h_paper", "h_radio", "waited", "w")


def folder(
    path: Path,
    rows: Sequence[Sequence[object]],
    settings: str = 'sample = "probability"',
    questions: str = QUESTIONS,
    columns: Sequence[str] = ANSWERS,
    **others: str,
) -> Path:
    """Write a study with a survey, and give the study's folder."""
    survey = path / "survey"
    survey.mkdir(parents=True, exist_ok=True)
    head = '[survey]\nname = "Poll"\npopulation = "adults"\n'
    (survey / "survey.toml").write_text(head + settings + "\n", "utf-8")
    (survey / "questions.csv").write_text(questions, "utf-8")
    lines = [columns, *rows]
    (survey / "answers.csv").write_text("".join(",".join(map(str, each)) + "\n" for each in lines), "utf-8")
    for name, text in others.items():
        (survey / f"{name}.csv").write_text(text, "utf-8")
    return path


def hundred_and_fifty() -> list[tuple[object, ...]]:
    """150 people: 60 strongly agree, 30 agree, 15 neither, 24 disagree, 6 do not know and 15 say nothing (9)."""
    said = [5] * 60 + [4] * 30 + [3] * 15 + [2] * 24 + [8] * 6 + [9] * 15
    return [
        (
            answer,
            "m" if at % 2 else "f",
            (at % 3 == 0 and 1) or 0,
            1 if at % 5 == 0 else 0,
            at % 40,
            1 + at % 2,
        )
        for at, answer in enumerate(said)
    ]
