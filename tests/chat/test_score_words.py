"""Inputs of a score as people give them; the expected answers are a reader's, written by hand."""

import pytest

from cardio_agent.chat.score_words import inputs_in, score_named


@pytest.mark.parametrize(
    ("text", "score"),
    [
        ("cha2ds2-va please", "cha2ds2-va"),
        ("chads-vasc?", "cha2ds2-vasc"),
        ("what is the heart score", "heart"),
        ("timi", "timi"),
        ("the schwartz score", "schwartz-ecg"),
        ("a risk score", ""),
    ],
)
def test_which_score(text: str, score: str) -> None:
    assert score_named(text) == score


@pytest.mark.parametrize(
    ("text", "score", "inputs"),
    [
        ("72 years, hypertension but no diabetes", "cha2ds2-va",
         {"age_years": "72", "hypertension": "yes", "diabetes": "no"}),
        ("no stroke and diabetes", "cha2ds2-va", {"stroke": "no", "diabetes": "yes"}),
        ("she has chf", "cha2ds2-va", {"heart_failure": "yes"}),
        ("woman, 66", "cha2ds2-vasc", {"sex": "female"}),
        ("highly suspicious history, troponin 2.5, 3 risk factors", "heart",
         {"history": "highly", "troponin_x_limit": "2.5", "risk_factors": "3"}),
        ("what is the qtc?", "cha2ds2-va", {}),
        ("aged 200", "cha2ds2-va", {}),
    ],
)  # fmt: skip
def test_what_a_message_gives(text: str, score: str, inputs: dict[str, str]) -> None:
    assert inputs_in(text, score) == inputs


def test_the_rest_is_denied_only_where_that_is_said() -> None:
    given = {"hypertension": "yes"}
    rest = inputs_in("none of the others", "cha2ds2-va", given)
    assert set(rest.values()) == {"no"}
    assert "hypertension" not in rest
    assert "age_years" not in rest
    assert inputs_in("diabetes", "cha2ds2-va", given) == {"diabetes": "yes"}


def test_bare_replies_answer_the_open_questions_in_their_order() -> None:
    replies = inputs_in("yes, no, no, yes, no", "cha2ds2-va")
    assert list(replies.values()) == ["yes", "no", "no", "yes", "no"]
    assert inputs_in("yes, no", "cha2ds2-va") == {}
