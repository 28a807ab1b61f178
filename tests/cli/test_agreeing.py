"""The commands of those who compare: agreement of coders, where they differ, and what the interviews say (§6.1, §6.2)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import typer
from typer.testing import CliRunner

from joinedup.cli.agreeing import agree, themes_of
from joinedup.evidence import STORE, coding
from joinedup.evidence.passages import Code, Coder
from joinedup.evidence.store import Store
from joinedup.refusal import Refusal
from tests.evidence.coding.stores import hear

if TYPE_CHECKING:
    from pathlib import Path

app = typer.Typer()
app.command("agree")(agree)
app.command("themes")(themes_of)

LINE = "P: roof.\n"
"""Ten turns of these make an interview; what is said begins three characters in."""


def run(*arguments: object) -> str:
    result = CliRunner().invoke(app, [str(each) for each in arguments])
    if result.exception is not None:
        raise result.exception
    return result.stdout


def told(*arguments: object) -> Any:
    return json.loads(run(*arguments, "--json"))


def rows_of(coder: str, code: str, turns: str, interview: str = "I1", round: int = 1) -> list[str]:
    """Lay a code on turns, each a figure."""
    return [
        f"{coder}-{code}-{interview}-{each}-{round},{interview},{int(each) * len(LINE) + 3},{int(each) * len(LINE) + 8},"
        f"{code},{coder},{round}"
        for each in turns
    ]


def plain_study(
    folder: Path, rows: list[str], interviews: dict[str, tuple[str, str]], evidence: str = ""
) -> Path:
    """Write a study of plain files: interviews of ten turns by position and service, and their coding."""
    (folder / "interviews").mkdir(parents=True)
    (folder / "study.toml").write_text(
        f'[study]\nname = "Study"\nzone = "Europe/London"\n[evidence]\n{evidence}\n', "utf-8"
    )
    (folder / "codebook.csv").write_text(
        "code_id,name,parent\nhelp,What helps,\ntrust,Trust,help\nmoney,Money,\n"
    )
    table = ["interview_id,file,held_on,speaker,label,position,service,area,consent"]
    for number, (each, (position, service)) in enumerate(interviews.items(), 1):
        (folder / "interviews" / f"{each}.txt").write_text(f"{LINE * 10}Q: {each}?\n", "utf-8")
        table.append(f"{each},{each}.txt,2026-01-0{number},s-{each},P,{position},{service},North,quote")
    (folder / "interviews" / "interviews.csv").write_text("\n".join(table) + "\n", "utf-8")
    (folder / "interviews" / "passages.csv").write_text(
        "\n".join(["passage_id,interview_id,start,end,code_id,coder,round", *rows]) + "\n", "utf-8"
    )
    return folder


# Of ten turns, four are given the code by both, one by ann alone, two by ben alone.
TWO = rows_of("ann", "trust", "01234") + rows_of("ben", "trust", "012356")


@pytest.fixture
def study(tmp_path: Path) -> Path:
    return plain_study(tmp_path / "study", TWO, {"I1": ("chief", "fire")})


def test_agreement_is_that_of_the_two_by_two_table(study: Path) -> None:
    (found,) = told("agree", study, "--code", "trust")["agreement"]
    seen = 7 / 10
    # Krippendorff (2011): twenty ratings, eleven yes and nine no, three units apart.
    assert found["alpha"]["value"] == pytest.approx(1 - (3 / 10) / (2 * 11 * 9 / (20 * 19)))
    # Cohen (1960): each coder's own shares, 5 and 6 of 10.
    chance = 0.5 * 0.6 + 0.5 * 0.4
    assert found["kappa"]["value"] == pytest.approx((seen - chance) / (1 - chance))
    # Gwet (2008): twice the mean share of yes by that of no.
    chance = 2 * 0.55 * 0.45
    assert found["ac1"]["value"] == pytest.approx((seen - chance) / (1 - chance))
    assert (found["alpha"]["units"], found["kappa"]["coefficient"]) == (10, "cohen kappa")
    assert found["alpha"]["low"] < found["alpha"]["value"] < found["alpha"]["high"]
    shown = run("agree", study, "--code", "trust")
    assert "0.42" in shown
    assert "Cohen's kappa" in shown


def test_all_codes_come_first_then_each_that_is_used_with_those_above_it(study: Path) -> None:
    answer = told("agree", study)
    assert [each["code"] for each in answer["agreement"]] == [None, "help", "trust"]
    whole, above, below = (each["alpha"]["value"] for each in answer["agreement"])
    assert above == below == pytest.approx(whole)
    assert (answer["coders"], answer["unit"]) == (["ann", "ben"], "turn")
    # What is said is five characters of each turn; labels are in no turn.
    by_character = told("agree", study, "--unit", "character", "--code", "trust")["agreement"][0]
    assert by_character["alpha"]["value"] == pytest.approx(1 - 0.3 / (2 * 55 * 45 / (100 * 99)))


def test_with_three_coders_it_is_the_kappa_of_fleiss(tmp_path: Path) -> None:
    study = plain_study(tmp_path / "s", [*TWO, *rows_of("cat", "trust", "0123")], {"I1": ("chief", "fire")})
    (found,) = told("agree", study, "--code", "trust")["agreement"]
    # Turns with 3, 2, 1 and 0 yes: 4, 0, 3, 3. Fleiss (1971).
    seen = (4 + 3 / 3 + 3) / 10
    yes = (5 + 6 + 4) / 30
    chance = yes**2 + (1 - yes) ** 2
    assert found["kappa"]["coefficient"] == "fleiss kappa"
    assert found["kappa"]["value"] == pytest.approx((seen - chance) / (1 - chance))
    assert "Fleiss's kappa" in run("agree", study)


def test_where_coders_differ_is_listed_with_words_only_when_asked(study: Path) -> None:
    answer = told("agree", study, "--disagreements")
    assert [(each["interview"], each["start"] // len(LINE)) for each in answer["disagreements"]] == [
        ("I1", 4),
        ("I1", 5),
        ("I1", 6),
    ]
    assert answer["disagreements"][0]["given"] == {"ann": "trust", "ben": "(none)"}
    assert "roof" not in json.dumps(answer)
    shown = run("agree", study, "--disagreements")
    assert "ann: trust; ben: (none)" in shown
    assert "roof." not in shown
    assert "roof." in run("agree", study, "--disagreements", "--words")
    assert told("agree", study, "--disagreements", "--words")["disagreements"][0]["words"] == "roof."
    assert CliRunner().invoke(app, ["agree", str(study), "--words"]).exit_code == 2


def test_a_round_is_compared_alone(tmp_path: Path) -> None:
    second = rows_of("ann", "trust", "01", round=2) + rows_of("ben", "trust", "01", round=2)
    study = plain_study(tmp_path / "s", [*TWO, *second], {"I1": ("chief", "fire")})
    assert told("agree", study, "--round", 2)["agreement"][0]["alpha"]["value"] == 1
    assert "differ nowhere" in run("agree", study, "--round", 2, "--disagreements")
    assert told("agree", study, "--round", 1)["agreement"][0]["alpha"]["value"] < 0.5


def test_a_store_answers_as_plain_files_do(study: Path, tmp_path: Path) -> None:
    stored = plain_study(tmp_path / "stored", [], {"I1": ("chief", "fire")})
    text = LINE * 10
    turns = [("S1", start + 3, start + 8) for start in range(0, len(text), len(LINE))]
    with Store.make(stored / STORE) as store, store.transaction() as transaction:
        hear(transaction, "I1", text, *turns)
        coding.add_coder(transaction, Coder("ann", "Ann"))
        coding.make(transaction, "ann", [Code("help", "What helps"), Code("trust", "Trust", "help")])
        for coder in ("ann", "ben"):
            coding.bring(transaction, stored, study / "interviews" / "passages.csv", Coder(coder, coder))
    for unit in ("turn", "character"):
        assert told("agree", stored, "--unit", unit, "--disagreements") == told(
            "agree", study, "--unit", unit, "--disagreements"
        )


def test_agreement_is_refused_where_it_would_say_nothing(study: Path, tmp_path: Path) -> None:
    people = {"I1": ("chief", "fire"), "I2": ("chief", "fire")}
    reflexive = plain_study(tmp_path / "r", TWO, people, 'approach = "reflexive"')
    with pytest.raises(Refusal, match="approach is reflexive"):
        run("agree", reflexive)
    apart = rows_of("ann", "trust", "01") + rows_of("ben", "trust", "01", "I2")
    for number, rows in enumerate((rows_of("ann", "trust", "01"), apart, [])):
        with pytest.raises(Refusal, match="no interview was coded by two coders"):
            run("agree", plain_study(tmp_path / f"s{number}", rows, people))
    with pytest.raises(Refusal, match=r"code 'truth' is not in the codebook; did you mean 'trust'\?"):
        run("agree", study, "--code", "truth")
    bare = tmp_path / "bare"
    bare.mkdir()
    (bare / "study.toml").write_text('[study]\nname = "Study"\nzone = "Europe/London"\n', "utf-8")
    for command in ("agree", "themes"):
        with pytest.raises(Refusal, match="holds no interviews"):
            run(command, bare)


# Four chiefs of fire, three of police, and one medic alone. All of fire and one of police speak of trust.
PEOPLE = {
    **{f"I{number}": ("chief", "fire") for number in (1, 2, 3, 4)},
    **{f"I{number}": ("chief", "police") for number in (5, 6, 7)},
    "I8": ("medic", "ambulance"),
}


@pytest.fixture
def eight(tmp_path: Path) -> Path:
    rows = [row for number in (1, 2, 3, 4, 5) for row in rows_of("ann", "trust", "012", f"I{number}")]
    rows += rows_of("ann", "money", "2", "I5") + rows_of("ann", "money", "5", "I8")
    return plain_study(tmp_path / "eight", rows, PEOPLE, "group = 3")


def test_themes_count_interviews_with_their_bases_and_hide_small_groups(eight: Path) -> None:
    answer = told("themes", eight)
    trust = next(each for each in answer["themes"]["themes"] if each["code"] == "trust")
    # Three passages of an interview are one interview.
    assert trust["all"] == {"interviews": 5, "of_interviews": 8, "people": 5, "of_people": 8}
    assert trust["by"]["service"]["fire"]["interviews"] == 4
    assert trust["by"]["position"]["medic"]["of_people"] is None
    shown = run("themes", eight)
    assert "8 interviews and groups, 8 people." in shown
    counts = [
        line.split()[-6:]
        for line in shown.splitlines()
        if line.split()[:1] in (["help"], ["trust"], ["money"])
    ]
    # What stands below a code is said of it too.
    assert counts[:3] == [["5", "of", "8"] * 2, ["5", "of", "8"] * 2, ["2", "of", "8"] * 2]
    # The medic alone is hidden, and with the medic whoever would give the medic away.
    assert "[c] by position: chief, medic. Each has fewer than 3 people" in shown
    assert "[c] by service: ambulance, police." in shown
    assert "4 of 4" in shown
    assert "1 of 3" not in shown


def test_themes_say_what_comes_together_what_was_new_and_who_goes_against(eight: Path) -> None:
    answer = told("themes", eight)
    (pair,) = [each for each in answer["together"]["pairs"] if each["one"] == "trust"]
    assert (pair["other"], pair["overlapping"], pair["same_interview"]) == ("money", 1, 1)
    assert answer["saturation"]["last_new"]["code"] == "I5"
    silent = [
        (each["interview"], each["having"], each["interviews"])
        for each in answer["negative_cases"]
        if (each["code"], each["grouping"]) == ("trust", "position")
    ]
    assert silent == [("I6", 5, 7), ("I7", 5, 7)]
    assert len(answer["could_be_quoted"]["passages"]["trust"]["chief"]) == 15
    shown = run("themes", eight)
    assert "The last new code came up in I5; 3 interviews since brought none." in shown
    assert "area North" in shown
    # Nobody is pointed to in a group that is hidden.
    assert "position chief" not in shown
