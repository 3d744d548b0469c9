"""Facts in, draft sentences out: the plain writer, and writers with a language model behind them."""

from cardio_agent.settings import Settings, get_settings
from cardio_agent.writing.backends import Backend, get_backend, model_folder, words_sheets
from cardio_agent.writing.interface import LanguageWriter, Writer
from cardio_agent.writing.llm import LlmWriter
from cardio_agent.writing.phrases import SECTION_TITLES, SECTIONS
from cardio_agent.writing.plain import PlainWriter, plain_sentence
from cardio_agent.writing.prompts import Prompt, load_prompt, prompts_sha256
from cardio_agent.writing.sheet_writer import SheetWriter
from cardio_agent.writing.taught import Taught

__all__ = [
    "SECTIONS",
    "SECTION_TITLES",
    "Backend",
    "LanguageWriter",
    "LlmWriter",
    "PlainWriter",
    "Prompt",
    "Taught",
    "Writer",
    "get_backend",
    "get_writer",
    "load_prompt",
    "plain_sentence",
    "prompts_sha256",
]


def get_writer(spec: str, settings: Settings | None = None) -> Writer:
    """The writer that a spec names.

    Parameters
    ----------
    spec : str
        ``bundled``, ``plain``, ``hf:FOLDER-OR-ID`` or ``openai:URL#MODEL``.
    settings : Settings, optional
        Those of the process when left out.

    Raises
    ------
    BadRequest
        When the spec is none of these. A model that cannot be loaded or reached shows later, with
        ``WriterUnavailable`` at its first sentence.
    """
    if spec == "plain":
        return PlainWriter()
    settings = settings or get_settings()
    backend = get_backend(spec, settings)
    folder = model_folder(spec)
    if folder is not None and words_sheets(folder):
        return SheetWriter(backend.name, folder, settings)
    return LlmWriter(backend, settings)
