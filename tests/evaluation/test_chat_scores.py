"""What makes a chat answer right, on answers written by hand."""

import json
from pathlib import Path

import pytest

from cardio_agent.errors import UnreadableFile
from cardio_agent.evaluation.chat import Asked, answers_table, faults
from cardio_agent.evaluation.chat_expected import KINDS, ChatQuestion, Expected, read_chat_questions
from cardio_agent.schema import Answer, Sentence

QUESTIONS = Path(__file__).parents[1] / "chat" / "questions.jsonl"


def _answer(text: str, *cites: str, verdict: str = "supported") -> Answer:
    sentence = Sentence(text=text, cites=cites, verdict=verdict, reason="", writer="plain")  # type: ignore[arg-type]
    return Answer(question="?", sentences=(sentence,))


@pytest.mark.parametrize(
    ("answer", "expected", "fault"),
    [
        (_answer("PR 160 ms.", "m-pr_ms"), Expected(all_of=frozenset({"m-pr_ms"}), says=("160 ms",)), None),
        (_answer("PR 160 ms."), Expected(all_of=frozenset({"m-pr_ms"})), "does not cite m-pr_ms"),
        (_answer("PR 160 ms.", "m-pr_ms"), Expected(says=("180 ms",)), "does not say"),
        (_answer("PR.", "m-pr_ms", "m-qrs_ms"), Expected(measured=frozenset({"pr_ms"})), "cites qrs_ms"),
        (_answer("x", "s-SR"), Expected(any_of=frozenset({"s-AFIB"})), "cites none of"),
        (_answer("x", "s-SR"), Expected(is_fixed=True), "cites s-SR"),
        (_answer("Do not worry."), Expected(never=("worry",)), "says"),
        (_answer("x", verdict="contradicted"), Expected(), "unverified"),
    ],
)
def test_what_makes_an_answer_right(answer: Answer, expected: Expected, fault: str | None) -> None:
    found = faults(answer, expected)
    assert found == () if fault is None else found[0].startswith(fault)


def test_forty_kinds_of_five_wordings_and_two_held_out() -> None:
    questions = read_chat_questions(QUESTIONS)
    for kind in KINDS:
        own = [q.question for q in questions if q.kind == kind and q.set == "own"]
        held_out = [q.question for q in questions if q.kind == kind and q.set == "held-out"]
        assert (len(set(own)), len(set(held_out))) == (5, 2)
        assert not set(own) & set(held_out)
    assert len(KINDS) >= 40


def test_the_table_counts_by_set_and_kind() -> None:
    right = Asked(1, ChatQuestion("pr", "PR?"), "", ())
    wrong = Asked(1, ChatQuestion("pr", "p r?", set="held-out"), "", ("does not cite m-pr_ms",))
    table = answers_table([right, wrong])
    assert "own: 100.0 % (1 of 1) answered right" in table
    assert "held-out: 0.0 % (0 of 1) answered right" in table
    assert "| pr | 50.0 % (1 of 2) |" in table
    assert "“p r?” does not cite m-pr_ms" in table


@pytest.mark.parametrize(
    "line", ["no json", json.dumps({"kind": "pr"}), json.dumps({"kind": "x", "question": "?"})]
)
def test_a_bad_file_of_questions_is_refused(tmp_path: Path, line: str) -> None:
    path = tmp_path / "questions.jsonl"
    path.write_text(line, encoding="utf-8")
    with pytest.raises(UnreadableFile, match=r"questions\.jsonl"):
        read_chat_questions(path)
