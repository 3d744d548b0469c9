"""Specs, and an OpenAI-compatible server on the loopback that behaves well and badly."""

import socket
import time

import pytest

from cardio_agent.errors import BadRequest, WriterUnavailable
from cardio_agent.schema import DraftSentence
from cardio_agent.settings import Settings
from cardio_agent.writing import LanguageWriter, PlainWriter, Writer, get_writer
from tests.facts import facts_lbbb
from tests.fakes import FakeServer

REPORT = "## rhythm\nSinus rhythm at 78 bpm. [f-sinus_rhythm, m-heart_rate_bpm]\n"
QUICK = Settings(llm_retries=0, llm_timeout_s=2, llm_api_key="sk-secret", llm_max_tokens=77)
FAILED = DraftSentence(section="rhythm", text="QRS 1 ms.", cites=("m-qrs_ms",), writer="x")


def _write(writer: Writer) -> list[str]:
    return [draft.text for draft in writer.write(facts_lbbb())]


def test_plain_is_the_plain_writer() -> None:
    assert isinstance(get_writer("plain"), PlainWriter)
    assert not isinstance(get_writer("plain"), LanguageWriter)


@pytest.mark.parametrize(
    "spec",
    ["", "gpt", "hf:", "openai:", "openai:http://localhost:1/v1", "openai:#m", "openai:file:///etc/passwd#m",
     "openai:localhost:80/v1#m", "openai:http://localhost:port/v1#m"],
)  # fmt: skip
def test_a_spec_that_names_no_writer_is_refused_with_an_example(spec: str) -> None:
    with pytest.raises(BadRequest, match=r"http://localhost:11434/v1#llama3\.1"):
        get_writer(spec)


def test_the_name_of_a_writer_tells_the_model_but_neither_folder_nor_address() -> None:
    assert get_writer("hf:/home/someone/models/writer").name == "hf:writer"
    assert get_writer("openai:http://user:pass@localhost:1/v1#llama3.1").name == "openai:llama3.1"


def test_a_report_is_streamed_from_a_server_with_the_settings(server: FakeServer) -> None:
    server.queue = [REPORT]
    assert _write(get_writer(server.spec, QUICK)) == ["Sinus rhythm at 78 bpm."]
    (request,) = server.requests
    assert request["path"] == "/v1/chat/completions"
    assert (request["model"], request["stream"]) == ("some-model", True)
    assert (request["temperature"], request["max_tokens"]) == (0.0, 77)
    assert [message["role"] for message in request["messages"]] == ["system", "user"]
    assert request["key"] == "Bearer sk-secret"


def test_a_server_that_is_tried_again_may_recover(server: FakeServer) -> None:
    server.queue = [(500, "{}"), REPORT]
    patient = QUICK.model_copy(update={"llm_retries": 1})
    assert _write(get_writer(server.spec, patient)) == ["Sinus rhythm at 78 bpm."]


@pytest.mark.parametrize(
    "answer",
    [
        (500, '{"error": {"message": "out of memory"}}'),
        (404, '{"error": {"message": "no such model"}}'),
        (401, '{"error": {"message": "wrong key"}}'),
        (200, "this is not JSON"),
        (200, '{"choices": null}'),
        (200, "[]"),
        (200, '{"choices": [{"message": {}}]}'),
        (200, "data: {broken\n\n"),
        (200, ""),
    ],
)
@pytest.mark.parametrize("call", ["write", "rewrite"])
def test_a_server_that_answers_badly_is_unavailable(
    server: FakeServer, answer: tuple[int, str], call: str
) -> None:
    server.queue = [answer]
    writer = get_writer(server.spec, QUICK)
    with pytest.raises(WriterUnavailable, match="openai:some-model") as caught:
        list(writer.write(facts_lbbb())) if call == "write" else writer.rewrite(FAILED, "x", facts_lbbb())
    assert "\n" not in str(caught.value)
    assert "sk-secret" not in str(caught.value)


def test_a_silent_server_is_left_after_the_timeout(server: FakeServer) -> None:
    server.queue = [30.0]
    started = time.monotonic()
    with pytest.raises(WriterUnavailable, match="openai:some-model"):
        _write(get_writer(server.spec, QUICK))
    assert time.monotonic() - started < 5


def test_no_server_at_all_is_unavailable() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with pytest.raises(WriterUnavailable, match=r"gave no answer \(Connection error"):
        _write(get_writer(f"openai:http://127.0.0.1:{port}/v1#m", QUICK))
