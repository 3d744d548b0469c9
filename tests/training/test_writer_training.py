"""The writer's training on a handful of pairs: it learns them, resumes to the same end, loads by ``hf:``."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from cardio_agent.errors import TrainingError
from cardio_agent.training.writer.pairs import Pair, pair_of
from cardio_agent.training.writer.scores import score_writer
from cardio_agent.training.writer.tokens import END, train_tokenizer
from cardio_agent.training.writer.training import WriterPlan, train_writer_model, trained_minutes
from cardio_agent.writing import PlainWriter, SheetWriter, Taught, get_writer
from cardio_agent.writing.sheets import sheets, styles_of
from tests.facts import facts_normal

PLAN = WriterPlan(epochs=3, tokens_per_batch=512, hidden=32, layers=2, heads=2, inner=64)


@pytest.fixture(scope="module")
def few() -> list[Pair]:
    facts = facts_normal()
    group = tuple(sheets(facts))
    return [pair_of(sheet, facts, styles) for sheet, styles in zip(group, styles_of(group), strict=True)]


def test_slots_and_numbers_are_single_tokens_and_survive_decoding(few: list[Pair]) -> None:
    tokenizer = train_tokenizer(few)
    text = "Sinus rhythm at {1a}, “ä”. [1][2]" + END
    tokens = tokenizer.tokenize(text)
    assert {"{1a}", "[1]", "[2]", END} <= set(tokens)
    ids = tokenizer(text)["input_ids"]
    assert tokenizer.decode(ids, skip_special_tokens=True) == text.removesuffix(END)


def test_resumed_run_ends_as_an_undisturbed_one(few: list[Pair], tmp_path: Path) -> None:
    tokenizer = train_tokenizer(few)
    list(train_writer_model(few, few, tokenizer, tmp_path / "whole", PLAN))
    cut = train_writer_model(few, few, tokenizer, tmp_path / "cut", PLAN)
    next(cut)
    cut.close()
    list(train_writer_model(few, few, tokenizer, tmp_path / "cut", PLAN, resume=True))
    a, b = (load_file(tmp_path / name / "model" / "model.safetensors") for name in ("whole", "cut"))
    assert all(torch.equal(a[key], b[key]) for key in a)
    minutes = trained_minutes(tmp_path / "cut")
    assert minutes > 0
    assert not list(train_writer_model(few, few, tokenizer, tmp_path / "cut", PLAN, resume=True))
    assert trained_minutes(tmp_path / "cut") == minutes
    with pytest.raises(TrainingError, match="another plan"):
        next(train_writer_model(few, few, tokenizer, tmp_path / "cut", replace(PLAN, seed=1), resume=True))


def test_what_is_learnt_is_written_through_the_hf_path(few: list[Pair], tmp_path: Path) -> None:
    plan = replace(PLAN, epochs=150, tokens_per_batch=2048, hidden=64, inner=128, peak_learning_rate=5e-3)
    *_, last = train_writer_model(few, few, train_tokenizer(few), tmp_path, plan)
    assert last.loss < 0.1
    Taught.of(line for pair in few for line in pair.answer.split("\n")).save(tmp_path / "model")
    writer = get_writer(f"hf:{tmp_path / 'model'}")
    assert isinstance(writer, SheetWriter)
    scores = score_writer(writer, PlainWriter(), [facts_normal()])
    assert scores.passed_first > 0.9
    assert scores.must_say_said == 1.0
    assert scores.n_repeated == 0
