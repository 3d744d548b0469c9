"""A tiny language model in Hugging Face form and a loopback server that speaks the OpenAI protocol."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes import FakeServer, save_tiny_llama


@pytest.fixture(scope="session")
def tiny_llama(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tiny_llama")
    save_tiny_llama(folder)
    return folder


@pytest.fixture
def server() -> Iterator[FakeServer]:
    server = FakeServer()
    yield server
    server.close()
