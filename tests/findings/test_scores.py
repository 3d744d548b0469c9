"""Risk scores: points by hand from the tables, ranges while inputs are missing, nothing inferred."""

import pytest

from cardio_agent.errors import BadRequest
from cardio_agent.findings.score_tables import SCORES
from cardio_agent.findings.scores import ScoreInputs, compute_score
from cardio_agent.retrieval import load_corpus
from cardio_agent.schema import ScoreResult


def score(name: str, **given: str) -> ScoreResult:
    return compute_score(ScoreInputs.of(name, given))


NO_RISK = dict.fromkeys(("heart_failure", "hypertension", "diabetes", "stroke", "vascular_disease"), "no")


@pytest.mark.parametrize(
    ("given", "total"),
    [
        (NO_RISK | {"age_years": "64"}, 0),
        (NO_RISK | {"age_years": "65"}, 1),
        (NO_RISK | {"age_years": "75"}, 2),
        (NO_RISK | {"age_years": "50", "stroke": "yes"}, 2),
        (dict.fromkeys(NO_RISK, "yes") | {"age_years": "80"}, 8),  # the most there is (AF-05)
    ],
)
def test_cha2ds2_va(given: dict[str, str], total: float) -> None:
    assert score("cha2ds2-va", **given).total == total


def test_cha2ds2_vasc_adds_the_sex_category() -> None:
    given = NO_RISK | {"age_years": "70", "hypertension": "yes"}
    assert score("cha2ds2-vasc", **given, sex="female").total == 3
    assert score("cha2ds2-vasc", **given, sex="male").total == 2


def test_what_is_missing_is_listed_and_not_assumed() -> None:
    result = score("cha2ds2-va", age_years="72", hypertension="yes")
    assert result.total is None
    assert (result.at_least, result.at_most) == (2, 7)  # heart failure 1, diabetes 1, stroke 2, vascular 1
    assert result.missing == ("heart_failure", "diabetes", "stroke", "vascular_disease")
    assert result.points == {"hypertension": 1, "age": 1}


@pytest.mark.parametrize(
    ("qtc", "sex", "points"),
    [("480", "male", 3), ("479", "female", 2), ("460", "male", 2), ("455", "male", 1), ("455", "female", 0),
     ("449", "male", 0)],
)  # fmt: skip
def test_schwartz_points_of_qtc(qtc: str, sex: str, points: float) -> None:
    assert score("schwartz-ecg", qtc_ms=qtc, sex=sex).points["qtc"] == points


def test_schwartz_asks_for_sex_only_where_it_decides() -> None:
    assert "sex" not in score("schwartz-ecg", qtc_ms="480").missing
    assert score("schwartz-ecg", qtc_ms="452").missing[0] == "sex"
    rest = dict.fromkeys(("torsades", "t_alternans", "notched_t", "low_rate_for_age"), "yes")
    assert score("schwartz-ecg", qtc_ms="500", **rest).total == 7.5


def test_heart_and_timi_at_their_extremes() -> None:
    worst = {"history": "highly", "ecg": "st-deviation", "age_years": "65", "risk_factors": "3",
             "troponin_x_limit": "3.1"}  # fmt: skip
    assert score("heart", **worst).total == 10
    middle = {"history": "moderately", "ecg": "nonspecific", "age_years": "45", "risk_factors": "2",
              "troponin_x_limit": "3"}  # fmt: skip
    assert score("heart", **middle).total == 5
    best = {
        "history": "slightly",
        "ecg": "normal",
        "age_years": "44",
        "risk_factors": "0",
        "troponin_x_limit": "1",
    }
    assert score("heart", **best).total == 0
    yes = dict.fromkeys(
        ("known_stenosis", "aspirin", "severe_angina", "st_deviation", "raised_marker"), "yes"
    )
    assert score("timi", age_years="65", risk_factors="3", **yes).total == 7
    assert score("timi", age_years="64", risk_factors="2", **dict.fromkeys(yes, "no")).total == 0


@pytest.mark.parametrize(
    ("name", "given", "says"),
    [
        ("unicorn", {}, "cha2ds2-va"),
        ("heart", {"age": "70"}, "age_years"),
        ("heart", {"ecg": "odd"}, "nonspecific"),
        ("heart", {"age_years": "old"}, "number"),
        ("heart", {"age_years": "300"}, "130"),
        ("heart", {"age_years": "nan"}, "130"),
    ],
)
def test_what_cannot_be_taken_is_named_with_what_can(name: str, given: dict[str, str], says: str) -> None:
    with pytest.raises(BadRequest, match=says):
        score(name, **given)


def test_tables_are_well_formed_and_their_sources_stand_in_the_corpus() -> None:
    corpus = {passage.id: passage for passage in load_corpus()}
    for key, table in SCORES.items():
        asked = [question.key for question in table.questions]
        assert {name for item in table.items for name in item.inputs} == set(asked), key
        assert set(table.sources) <= set(corpus), key
        assert table.checked is (key == "cha2ds2-va"), key
        assert not table.checked or all(corpus[id].checked for id in table.sources), key
