"""The small model held against transformers: the same scores, the same lines, whatever stands beside them."""

import json
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from langchain_core.messages import BaseMessage, HumanMessage

from cardio_agent.errors import WriterUnavailable
from cardio_agent.settings import Settings
from cardio_agent.writing.backends import get_backend
from cardio_agent.writing.llama import Llama, load_llama
from cardio_agent.writing.sheet_model import SheetModel

PROMPTS = [
    [HumanMessage("PR interval")],
    [HumanMessage("Another, and a longer one, so that lengths differ.")],
    [HumanMessage("sinus rhythm, ms")],
]
OfTransformers = Callable[[list[BaseMessage]], list[str]]


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory, tiny_llama: Path) -> Path:
    """Several layers, fewer values than queries, tied output: all that a Llama can have."""
    from transformers import LlamaConfig, LlamaForCausalLM

    folder = tmp_path_factory.mktemp("grouped_llama")
    for name in ("tokenizer.json", "tokenizer_config.json"):
        (folder / name).write_bytes((tiny_llama / name).read_bytes())
    torch.manual_seed(3)
    config = LlamaConfig(
        vocab_size=300, hidden_size=32, intermediate_size=48, num_hidden_layers=3, num_attention_heads=4,
        num_key_value_heads=2, max_position_embeddings=256, tie_word_embeddings=True, bos_token_id=0,
        eos_token_id=1, initializer_range=0.3,
    )  # fmt: skip
    LlamaForCausalLM(config).save_pretrained(folder)
    return folder


@pytest.fixture
def of_transformers(folder: Path) -> OfTransformers:
    """Lines of the same model under transformers, one prompt at a time, without the last, unended one."""
    model = get_backend(f"hf:{folder}", Settings(llm_max_tokens=60)).open()

    def lines(messages: list[BaseMessage]) -> list[str]:
        return [line for line in map(str.strip, model.invoke(messages).text.split("\n")) if line]

    return lines


def _model(folder: Path, max_tokens: int = 60, temperature: float = 0.0) -> SheetModel:
    return SheetModel(*load_llama(folder, "cpu"), max_tokens, temperature)


def _answers(model: SheetModel, prompts: list[list[Any]], longest: float = 100.0) -> dict[int, list[str]]:
    lines: dict[int, list[str]] = defaultdict(list)
    ended = []
    for number, line in model.stream_lines(prompts, longest):
        ended.append(number) if line is None else lines[number].append(line)
    assert sorted(ended) == list(range(len(prompts)))
    return dict(lines)


def test_the_scores_are_those_of_transformers(folder: Path) -> None:
    from transformers import LlamaForCausalLM

    tokenizer, network = load_llama(folder, "cpu")
    known = LlamaForCausalLM.from_pretrained(folder)
    prompts = [tokenizer.encode(messages[0].text).ids for messages in PROMPTS]
    with torch.inference_mode():
        texts, scores = network.read(prompts, 100)
        for row, prompt in enumerate(prompts):
            expected = known(torch.tensor([prompt])).logits[0, -1]
            # float32 in another order of sums
            torch.testing.assert_close(scores[row], expected, rtol=1e-4, atol=1e-4)
        after = network.scores(texts, torch.full((3, 1), 7))
        for row, prompt in enumerate(prompts):
            expected = known(torch.tensor([[*prompt, 7]])).logits[0, -1]
            torch.testing.assert_close(after[row], expected, rtol=1e-4, atol=1e-4)


def test_lines_are_those_of_transformers_whatever_else_is_asked(
    folder: Path, of_transformers: OfTransformers
) -> None:
    answers = _answers(_model(folder), [*PROMPTS, PROMPTS[0]])
    assert answers[0] == answers[3]
    for number, messages in enumerate(PROMPTS):
        assert answers[number] == of_transformers(messages)
        assert _answers(_model(folder), [messages])[0] == answers[number]


def test_what_was_answered_is_not_computed_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = _model(folder)
    before = _answers(model, PROMPTS)

    def refuse(*_: object) -> None:
        raise AssertionError("computed again")

    monkeypatch.setattr(Llama, "read", refuse)
    assert _answers(model, PROMPTS[::-1]) == {2 - number: lines for number, lines in before.items()}


def test_an_answer_that_was_left_early_is_not_kept(folder: Path) -> None:
    model = _model(folder)
    stream = model.stream_lines(PROMPTS, 100.0)
    next(stream)
    stream.close()
    assert _answers(model, PROMPTS) == _answers(_model(folder), PROMPTS)


def test_sampled_answers_differ_and_are_not_kept(folder: Path) -> None:
    warm = _model(folder, temperature=5.0)
    assert _answers(warm, PROMPTS) != _answers(warm, PROMPTS)


def test_no_answer_gets_longer_than_asked_for(folder: Path) -> None:
    tokenizer, _ = load_llama(folder, "cpu")
    prompt = [HumanMessage("sinus")]
    n_prompt = len(tokenizer.encode("sinus\n\n").ids)
    (lines,) = _answers(_model(folder), [prompt], longest=2.0).values()
    assert len(tokenizer.encode("\n".join(lines)).ids) <= 3 * 2 * n_prompt  # a lone byte decodes to three


def test_a_prompt_longer_than_the_window_is_refused_with_the_numbers(folder: Path) -> None:
    with pytest.raises(WriterUnavailable, match=r"takes \d+ tokens, its answer up to 60, .* reads 256"):
        list(_model(folder).stream_lines([[HumanMessage("x" * 1000)]], 2.0))


def test_memory_that_runs_out_is_mapped(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def exhausted(*_: object) -> None:
        raise RuntimeError("DefaultCPUAllocator: can't allocate memory:\n you tried 9 GB")

    monkeypatch.setattr(Llama, "scores", exhausted)
    with pytest.raises(WriterUnavailable, match="can't allocate memory: you tried 9 GB"):
        list(_model(folder).stream_lines(PROMPTS, 2.0))


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("config.json", None, "No such file"),
        ("config.json", b"{", "Expecting"),
        ("config.json", b"[]", "list indices"),
        ("config.json", json.dumps({"model_type": "gpt2", "hidden_act": "gelu"}).encode(), "'gpt2'"),
        ("tokenizer.json", None, "No such file"),
        ("tokenizer.json", b"{}", "tokenizer"),
        ("model.safetensors", None, "No such file"),
        ("model.safetensors", b"\0" * 64, "safetensors"),
    ],
)
def test_a_folder_that_cannot_be_loaded_is_one_line(
    folder: Path, tmp_path: Path, name: str, content: bytes | None, reason: str
) -> None:
    for file in folder.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / name).unlink() if content is None else (tmp_path / name).write_bytes(content)
    with pytest.raises(WriterUnavailable, match=r"could be loaded from '") as caught:
        load_llama(tmp_path, "cpu")
    assert reason in str(caught.value)
    assert "\n" not in str(caught.value)
