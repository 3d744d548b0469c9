"""Typing errors are put right, words that mean themselves are left alone, nothing hides in odd letters."""

import pytest

from cardio_agent.chat.spelling import corrected, plain_text


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("rythm", "rhythm"),
        ("atrial fibrilation", "atrial fibrillation"),
        ("hypertrofy", "hypertrophy"),
        ("intervall", "interval"),
        ("ishemia", "ischemia"),
        ("pacemaekr", "pacemaker"),
        ("summarize", "summarize"),
        ("the formal party", "the formal party"),
        ("weather tomorrow", "weather tomorrow"),
        ("V3 and aVL", "v3 and avl"),
    ],
)
def test_typing_errors(typed: str, meant: str) -> None:
    assert corrected(typed) == meant


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        ("d\u200bose", "dose"),
        ("d\u043ese", "dose"),
        ("\uff44\uff4f\uff53\uff45", "dose"),
        ("\u202edose\u202c", "dose"),
        ("боль в груди", "боль в груди"),
    ],
)
def test_odd_letters(typed: str, plain: str) -> None:
    assert plain_text(typed) == plain
