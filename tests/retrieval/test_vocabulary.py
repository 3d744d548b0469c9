"""Spelling and abbreviations become one; misspelt words are mended, other words are left alone."""

from pathlib import Path

import pytest

from cardio_agent.errors import CorpusError
from cardio_agent.retrieval.vocabulary import Vocabulary, load_vocabulary


@pytest.fixture
def words() -> Vocabulary:
    return Vocabulary(
        {"aemi": "emi"}, {"left bundle branch block": ["LBBB", "left bundle"], "bundle branch block": ["BBB"]}
    )


@pytest.mark.parametrize("form", ["LBBB", "left-bundle", "left bundle branch block", "LBBBs"])
def test_every_form_becomes_the_term(words: Vocabulary, form: str) -> None:
    assert words.unify(f"new {form}?") == "new left bundle branch block?"


def test_a_form_inside_a_word_is_not_touched(words: Vocabulary) -> None:
    assert words.unify("xLBBBx") == "xlbbbx"


def test_a_term_is_one_token_and_its_words_are_others(words: Vocabulary) -> None:
    assert words.tokens("Is the LBBB new?") == [
        "left", "bundl", "branch", "block", "new", "#left bundle branch block",
    ]  # fmt: skip


def test_only_long_misspelt_words_are_mended(words: Vocabulary) -> None:
    known = words.known_words(["segment depression of the axis"])
    assert words.correct("segmnt depresion", known) == "segment depression"
    assert words.correct("axes 1234567 vendor", known) == "axes 1234567 vendor"


def test_one_slip_is_mended_in_a_shorter_word_and_none_in_a_right_one(words: Vocabulary) -> None:
    known = words.known_words(["first points of the score", "heart"])
    assert words.correct("frist pionts", known) == "first points"
    assert words.correct("about would their", known) == "about would their"
    assert words.correct("spkes", words.known_words(["spikes", "a spike"])) == "spikes"


def test_what_the_corpus_does_not_cover_is_recognised_as_whole_words() -> None:
    limited = Vocabulary({"oes": "es"}, {}, ["dose", "strain value"])
    assert limited.is_outside("which DOSES?")
    assert limited.is_outside("the strain value")
    assert not limited.is_outside("a strain pattern, overdosed")


def test_no_vocabulary_file_means_no_synonyms(tmp_path: Path) -> None:
    assert load_vocabulary(tmp_path).unify("AF") == "af"


@pytest.mark.parametrize(("text", "words_of_error"), [("[terms", "vocabulary.toml"), ("[other]", "'other'")])
def test_a_broken_vocabulary_is_named(tmp_path: Path, text: str, words_of_error: str) -> None:
    (tmp_path / "vocabulary.toml").write_text(text, encoding="utf-8")
    with pytest.raises(CorpusError, match=words_of_error):
        load_vocabulary(tmp_path)


def test_every_form_of_the_own_vocabulary_stands_for_one_term() -> None:
    import tomllib

    from cardio_agent.resources import resource_dir

    text = (resource_dir("guidelines") / "vocabulary.toml").read_text(encoding="utf-8")
    forms = [form.lower() for forms in tomllib.loads(text)["terms"].values() for form in forms]
    assert len(forms) - len(set(forms)) == len([form for form in forms if forms.count(form) > 1]) / 2
