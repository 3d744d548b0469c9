"""A real transformers model with random weights: it loads, streams, stops when told, and fails cleanly."""

import threading
import time
from pathlib import Path

import pytest
from langchain_core.messages import HumanMessage, SystemMessage

from cardio_agent.errors import WriterUnavailable
from cardio_agent.settings import Settings
from cardio_agent.writing import get_writer
from cardio_agent.writing.backends import get_backend
from cardio_agent.writing.huggingface import LocalChatModel
from tests.facts import facts_lbbb

MESSAGES = [SystemMessage("Be short."), HumanMessage("Report.")]


def _model(folder: Path, **changes: object) -> LocalChatModel:
    model = get_backend(f"hf:{folder}", Settings(llm_max_tokens=24)).open()
    assert isinstance(model, LocalChatModel)
    return model.model_copy(update=changes)


def _generation_threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name.startswith("ThreadPoolExecutor")]


def test_streamed_and_whole_text_are_the_same_and_at_most_the_length_asked_for(tiny_llama: Path) -> None:
    model = _model(tiny_llama)
    pieces = [chunk.text for chunk in model.stream(MESSAGES)]
    assert len(pieces) > 3
    assert "".join(pieces) == model.invoke(MESSAGES).text
    assert len(model.tokenizer("".join(pieces))["input_ids"]) <= 24 * 3  # a lone byte decodes to three


def test_a_reader_that_leaves_ends_the_generation(tiny_llama: Path) -> None:
    model = _model(tiny_llama, max_new_tokens=20_000)
    started = time.monotonic()
    stream = model.stream(MESSAGES)
    next(stream)
    stream.close()
    assert not _generation_threads()
    assert time.monotonic() - started < 5


def test_a_chat_template_is_used_and_one_without_a_system_role_gets_its_text_in_the_first_turn(
    tiny_llama: Path,
) -> None:
    model = _model(tiny_llama)
    assert model._prompt_text(MESSAGES) == ("Be short.\n\nReport.\n\n", False)
    model.tokenizer.chat_template = "{% for m in messages %}<{{m.role}}>{{m.content}}{% endfor %}<assistant>"
    try:
        assert model._prompt_text(MESSAGES) == ("<system>Be short.<user>Report.<assistant>", True)
        model.tokenizer.chat_template = (
            "{% if messages[0].role == 'system' %}{{ raise_exception('no system role') }}{% endif %}"
            "{% for m in messages %}<{{m.role}}>{{m.content}}{% endfor %}"
        )
        assert model._prompt_text(MESSAGES) == ("<user>Be short.\n\nReport.", True)
    finally:
        model.tokenizer.chat_template = None


def test_a_stop_text_ends_the_generation(tiny_llama: Path) -> None:
    model = _model(tiny_llama)
    whole = model.invoke(MESSAGES).text
    stop = next(c for c in whole[4:] if c.isascii() and c.isprintable())
    assert model.invoke(MESSAGES, stop=[stop]).text == whole[: whole.index(stop) + 1]


def test_sampling_is_off_by_default_and_can_be_turned_on(tiny_llama: Path) -> None:
    greedy, warm = _model(tiny_llama), _model(tiny_llama, temperature=1.5)
    assert greedy._generation_config(10).do_sample is False
    assert warm._generation_config(10).temperature == 1.5
    assert warm.invoke(MESSAGES).text is not None


def test_a_prompt_longer_than_the_models_window_is_refused_with_both_numbers(tiny_llama: Path) -> None:
    model = _model(tiny_llama)
    with pytest.raises(WriterUnavailable, match=r"takes \d+ tokens and the model reads at most 32768"):
        model.invoke([HumanMessage("x" * 40_000)])


def test_memory_that_runs_out_is_mapped(tiny_llama: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = _model(tiny_llama)

    def exhausted(**_: object) -> None:
        raise RuntimeError("DefaultCPUAllocator: can't allocate memory:\n you tried 9 GB")

    monkeypatch.setattr(model.model, "generate", exhausted)
    with pytest.raises(WriterUnavailable, match="can't allocate memory: you tried 9 GB"):
        model.invoke(MESSAGES)
    assert not _generation_threads()


@pytest.mark.parametrize("damage", ["absent", "no weights", "cut short", "unknown architecture", "a pickle"])
def test_a_folder_that_cannot_be_loaded_shows_at_the_first_sentence(
    tiny_llama: Path, tmp_path: Path, damage: str
) -> None:
    folder = tmp_path / "model"
    if damage != "absent":
        folder.mkdir()
        for file in tiny_llama.iterdir():
            (folder / file.name).write_bytes(file.read_bytes())
    weights = folder / "model.safetensors"
    if damage == "no weights":
        weights.unlink()
    if damage == "cut short":
        weights.write_bytes(weights.read_bytes()[:200])
    if damage == "unknown architecture":
        (folder / "config.json").write_text('{"model_type": "no_such_model"}', encoding="utf-8")
    if damage == "a pickle":
        weights.rename(folder / "pytorch_model.bin")
    writer = get_writer(f"hf:{folder}")
    with pytest.raises(WriterUnavailable, match=r"could be loaded from .*model'") as caught:
        next(writer.write(facts_lbbb()))
    assert "\n" not in str(caught.value)


def test_a_model_that_takes_too_long_is_stopped(tiny_llama: Path) -> None:
    writer = get_writer(f"hf:{tiny_llama}", Settings(llm_max_tokens=20_000, llm_timeout_s=0.3))
    with pytest.raises(WriterUnavailable, match=r"took longer than 0\.3 s"):
        list(writer.write(facts_lbbb()))
    assert not _generation_threads()


def test_a_report_by_random_weights_is_garbage_and_says_so(tiny_llama: Path) -> None:
    writer = get_writer(f"hf:{tiny_llama}", Settings(llm_max_tokens=40))
    with pytest.raises(WriterUnavailable, match="no sentence that cites a fact"):
        list(writer.write(facts_lbbb()))
    assert not _generation_threads()
