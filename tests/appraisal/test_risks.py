"""Optimism bias comes down risk by risk, each once, on evidence (§5.4)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from joinedup.appraisal import appraise, mitigation_of, read_risks
from joinedup.money import project_type, project_types
from joinedup.refusal import Refusal
from tests.appraisal.cases import drawn, golden_case

HEADER = "project_type,cause,managed,owner,evidence\n"


def test_what_is_managed_lowers_the_bias_by_the_published_share_of_its_cause() -> None:
    register = read_risks(
        "\ufeff" + HEADER + "standard buildings,inadequate business case,0.5,programme board,gateway review\n"
        "standard buildings,disputes and claims,1,estates,contract signed\n"
        "standard buildings,economic,0,,\n",
        "risks.csv",
    )
    share = mitigation_of(register, "standard buildings")
    assert share == pytest.approx(0.34 * 0.5 + 0.29)
    found = appraise(golden_case(), drawn(), project="standard buildings", years=10, mitigation=share)
    assert found.bias_pct == pytest.approx(24 - share * 22)


def test_a_type_of_project_without_a_register_keeps_all_of_its_bias() -> None:
    assert mitigation_of((), "standard buildings") == 0.0


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("cause\n", "risks.csv: the column project_type is missing"),
        (HEADER + "castles,economic,1,a,b\n", "row 2, column project_type: no project type 'castles'"),
        (HEADER + "equipment and development,economic,1,a,b\n", "column share: no shares of causes are kept"),
        (HEADER + "standard buildings,ecnomic,1,a,b\n", "column cause: no cause 'ecnomic'; did you mean"),
        (HEADER + "standard buildings,economic,1,a,b\n" * 2, "row 3, column cause: .* each risk counts once"),
        (HEADER + "standard buildings,economic,40,a,b\n", "column managed: '40' is not a share"),
        (HEADER + "standard buildings,economic,nan,a,b\n", "column managed: 'nan' is not a share"),
        (HEADER + "standard buildings,economic,,a,b\n", "column managed: '' is not a share"),
        (HEADER + "standard buildings,economic,1,,b\n", "row 2, column owner: say who manages"),
        (HEADER + "standard buildings,economic,1,a,\n", "row 2, column evidence: say who manages"),
    ],
)
def test_a_risk_that_is_not_shown_to_be_managed_is_refused_by_row_and_column(text: str, message: str) -> None:
    with pytest.raises(Refusal, match=message):
        read_risks(text, "risks.csv")


STATED = "project_type,cause,managed,owner,evidence,share\n"


def test_a_study_states_the_share_of_a_cause_where_none_is_kept() -> None:
    # Equipment and development: 200 % at most and 10 % at the least. Half of 0.4 and all of 0.1 of it is managed: 0.3.
    register = read_risks(
        STATED + "equipment and development,the supplier's interface,0.5,ICT board,contract,0.4\n"
        "equipment and development,data that do not fit,1,ICT board,trial,0.1\n"
        "standard buildings,economic,1,estates,index-linked contract,\n",
        "risks.csv",
    )
    share = mitigation_of(register, "equipment and development")
    assert share == pytest.approx(0.3)
    found = appraise(golden_case(), drawn(), project="equipment and development", years=10, mitigation=share)
    assert found.bias_pct == pytest.approx(200 - 0.3 * 190)
    assert mitigation_of(register, "standard buildings") == pytest.approx(0.11)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (
            "standard buildings,economic,1,a,b,0.5\n",
            "row 2, column share: that of 'economic' is published, 0.11",
        ),
        ("equipment and development,x,1,a,b,1.5\n", "row 2, column share: '1.5' is not a share"),
        ("equipment and development,,1,a,b,0.5\n", "row 2, column cause: is empty"),
        (
            "equipment and development,x,1,a,b,0.6\nequipment and development,y,0,,,0.5\n",
            "row 3, column share: .* make up 1.1 of its bias, which is more than the whole",
        ),
        (
            "equipment and development,New system,1,a,b,0.2\nequipment and development,new  system,1,a,b,0.2\n",
            "row 3, column cause: 'new  system' stands twice; each risk counts once",
        ),
    ],
)
def test_a_share_that_cannot_be_is_refused_by_row_and_column(rows: str, message: str) -> None:
    with pytest.raises(Refusal, match=message):
        read_risks(STATED + rows, "risks.csv")


PARTS = st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=6)


@given(PARTS, st.sampled_from(sorted(set(project_types()) - {"standard buildings"})))
def test_however_many_risks_are_managed_the_bias_stays_between_its_bounds_and_each_takes_its_own_part_once(
    parts: list[tuple[float, float]], name: str
) -> None:
    # §5.3: each risk is adjusted once, so that its parts taken off one by one are what all take off together.
    scale = max(1.0, sum(share for share, _ in parts))
    rows = [(share / scale * 0.999999, managed) for share, managed in parts]
    lines = [
        f"{name},cause {row},{managed!r},owner,shown,{share!r}\n" for row, (share, managed) in enumerate(rows)
    ]
    whole = project_type(name).cost
    together = whole.after(mitigation_of(read_risks(STATED + "".join(lines), "risks.csv"), name))
    apart = [
        whole.upper - whole.after(mitigation_of(read_risks(STATED + line, "risks.csv"), name))
        for line in lines
    ]
    assert whole.lower - 1e-9 <= together <= whole.upper + 1e-9
    assert whole.upper - together == pytest.approx(sum(apart), abs=1e-6)
