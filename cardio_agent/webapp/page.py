"""The page: widgets in their places, connected."""

import gradio as gr

from cardio_agent.feedback import FeedbackStore
from cardio_agent.settings import Settings
from cardio_agent.webapp.events import wire
from cardio_agent.webapp.widgets import HEADER, build_paper, build_sheets, build_talk
from cardio_agent.writing.backends import BUNDLED, model_folder

KEPT_S = 600
"""How long what was never sent, and the reports of a visitor who has left, are kept, s."""
_PLAIN = "plain"
_TITLES = {_PLAIN: "Plain: fixed wording", BUNDLED: "Bundled language model"}


def build_app(settings: Settings, store: FeedbackStore | None = None) -> gr.Blocks:
    """The page and its events. Nothing in it is shared between visitors but settings and store.

    Parameters
    ----------
    settings : Settings
    store : FeedbackStore, optional
        Where remarks are kept; without it the page takes none.
    """
    writers = offered_writers(settings)
    with gr.Blocks(
        title="Cardio Agent", fill_width=True, analytics_enabled=False, delete_cache=(60, KEPT_S)
    ) as page:
        gr.HTML(HEADER)
        with gr.Row(elem_id="desk"):
            with gr.Column(scale=2, min_width=320, elem_id="talk"):
                talk = build_talk(list(writers))
            with gr.Column(scale=5, min_width=320, elem_id="evidence"):
                paper = build_paper()
                sheets = build_sheets()
        wire(talk, paper, sheets, writers, store)
    return page


def offered_writers(settings: Settings) -> dict[str, str]:
    """Titles of the writers that a visitor can choose, the usual one first, and what each stands for.

    A visitor names no model or address of their own: they choose among what the server was started with.
    """
    folder = model_folder(BUNDLED)
    bundled = [BUNDLED] if folder is not None and folder.is_dir() else []
    specs = dict.fromkeys((settings.llm, *bundled, _PLAIN))
    return {_title(spec): spec for spec in specs}


def _title(spec: str) -> str:
    """A writer's name without the folder or address that it is found at.

    >>> [_title(spec) for spec in ("plain", "hf:/models/writer", "openai:http://127.0.0.1:1/v1#llama")]
    ['Plain: fixed wording', 'Language model: writer', 'Language model: llama']
    """
    if spec in _TITLES:
        return _TITLES[spec]
    name = spec.rpartition("#")[2].rstrip("/").rpartition("/")[2].rpartition(":")[2]
    return f"Language model: {name}"
