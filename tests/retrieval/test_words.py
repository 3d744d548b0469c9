"""BM25 and coverage, against numbers worked out by hand."""

import math

import numpy as np
import pytest

from cardio_agent.retrieval.words import ENOUGH, WordIndex


def test_bm25_of_a_single_word_is_the_textbook_value() -> None:
    index = WordIndex([["a", "b"], ["b", "b"], ["c", "c"]])
    # All documents have the mean length, so the length term is 1; k1 = 1.5; n = 1 for "a".
    # The most that "a" could reach is idf * 2.5, so the share is 1 / (1 + 1.5) for one occurrence.
    assert index.scores(["a"]) == pytest.approx([0.4, 0, 0])
    assert index.scores(["b"]) == pytest.approx([0.4, 2 / 3.5, 0])


def test_a_word_that_no_document_holds_lowers_the_score() -> None:
    index = WordIndex([["a", "b"], ["c", "d"]])
    assert index.scores(["a", "unknown"])[0] < index.scores(["a"])[0]


def test_coverage_is_the_rarity_weighed_share_without_numbers() -> None:
    index = WordIndex([["a", "b"], ["b", "c"]])
    rarity_a, rarity_b = math.log1p(1.5 / 1.5), math.log1p(0.5 / 2.5)
    expected = [1.0, rarity_b / (rarity_a + rarity_b)]
    assert index.coverage(["a", "b", "62", "0.5"]) == pytest.approx(expected)


def test_of_a_long_question_only_so_much_need_be_held() -> None:
    index = WordIndex([["a", "b", "c", "d"], *[["x"]] * 400])
    question = ["a", "b", "c", *(f"unknown{k}" for k in range(20))]
    held = 3 * math.log1p(400.5 / 1.5)
    assert held > ENOUGH
    assert index.coverage(question)[0] == 1
    assert index.coverage(question[1:])[0] == pytest.approx(held * 2 / 3 / ENOUGH)


@pytest.mark.parametrize("tokens", [[], ["12"]])
def test_no_word_covers_nothing(tokens: list[str]) -> None:
    index = WordIndex([["a"], []])
    assert np.all(index.coverage(tokens) == 0)
    assert np.all(index.scores(tokens) == 0)
