"""The chat in a browser: widgets that call the package.

Enters: files and questions of visitors. Leaves: pages. No clinical logic, and no state but each
visitor's own :class:`~cardio_agent.visit.Visit`. Uploads lie in a private folder, are removed within
minutes of their arrival, and all of them when the server ends. Nothing is fetched from or sent to
another machine, and the page's security policy makes browsers hold to that.
"""

import os
import signal
import socket
import sys
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"

import gradio as gr
from starlette.middleware import Middleware

from cardio_agent.errors import BadRequest
from cardio_agent.pipeline import analyze, write_report
from cardio_agent.reading import read_ecg
from cardio_agent.rendering.fragments import (
    evidence_html,
    findings_html,
    measurements_html,
    narrative_html,
    statements_html,
)
from cardio_agent.rendering.layout import LAYOUTS
from cardio_agent.rendering.style import PAGE_CSS, REPORT_CSS
from cardio_agent.resources import sample_names, sample_path
from cardio_agent.schema import Analysis, Report
from cardio_agent.settings import Settings, get_settings
from cardio_agent.visit import NO_OVERLAY, Drawing, Visit, draw, open_sample, send

MAX_FILE_SIZE = "32mb"
MAX_VISITORS = 200
UPLOADS_KEPT_S = 600

GREETING = (
    "Open an ECG to begin: drop its file below (a `.hea` together with its `.dat`), or choose a sample. "
    "I write a report in which every sentence rests on a measurement, a classifier statement or a guideline, "
    "and I answer questions about that ECG."
)
SAMPLE_TITLES = {
    "af": "Atrial fibrillation",
    "anterior_stemi": "Anterior ST-elevation infarction",
    "first_degree_avb": "First-degree AV block",
    "inferior_stemi": "Inferior ST-elevation infarction",
    "lbbb": "Left bundle branch block",
    "lvh": "Left ventricular hypertrophy",
    "normal": "Normal ECG",
    "paced": "Paced rhythm",
    "pvc": "Premature ventricular complexes",
    "rbbb": "Right bundle branch block",
}
QUESTIONS = ("Summarise this ECG", "What is the QTc?", "How good is the signal?")
TABS: dict[str, Callable[[Report], str]] = {
    "Report": narrative_html,
    "Measurements": measurements_html,
    "Statements": statements_html,
    "Findings": findings_html,
    "Guidelines": evidence_html,
}
HEADER = (
    '<header class="ca-header"><span class="ca-name">Cardio Agent</span>'
    '<span class="ca-tag">a second pair of eyes on a 12-lead ECG, with its reasoning</span>'
    '<span class="ca-use">Research use only'
    '<span class="ca-more"> · not a medical device</span></span></header>'
)
EMPTY_TRACE = '<div class="ca-empty">The 12-lead trace appears here</div>'
EMPTY_TAB = '<article class="ca-doc"><p class="ca-note">Nothing yet: open an ECG.</p></article>'

# ── the page ─────────────────────────────────────────────────────────────────────────────────


def build_app(settings: Settings) -> gr.Blocks:
    """The page and its events. Nothing in it is shared between visitors but the settings."""
    with gr.Blocks(
        title="Cardio Agent", fill_width=True, analytics_enabled=False, delete_cache=(60, UPLOADS_KEPT_S)
    ) as page:
        visit = gr.State(Visit(trace=EMPTY_TRACE))
        gr.HTML(HEADER)
        with gr.Row(elem_id="desk"):
            with gr.Column(scale=2, min_width=380, elem_id="talk"):
                chat, questions, box, sample = _talk()
            with gr.Column(scale=5, min_width=560, elem_id="evidence"):
                trace, controls = _paper()
                tabs = _tabs()
        shown = [visit, chat, trace, controls[-1], box, *tabs]
        look = controls[:-1]
        private = {"api_visibility": "private"}

        def on_send(message: dict[str, Any], now: Visit, layout: str, waves: bool) -> Iterator[list[Any]]:
            paths = [Path(path) for path in message["files"]]
            yield from _shown(now, send(message["text"], paths, now, Drawing(layout, waves), settings.llm))

        def on_sample(name: str | None, now: Visit, layout: str, waves: bool) -> Iterator[list[Any]]:
            if name is None:  # the list was left without a choice
                yield [gr.skip()] * len(shown)
                return
            yield from _shown(now, open_sample(name, now, Drawing(layout, waves), settings.llm))

        def on_look(now: Visit, layout: str, waves: bool, code: str) -> Any:
            return gr.skip() if now.analysis is None else draw(now.analysis, Drawing(layout, waves, code))

        box.submit(on_send, [box, visit, *look], shown, api_name="send")
        sample.input(on_sample, [sample, visit, *look], shown, api_name="sample")
        for button in questions:
            asked = gr.State({"text": button.value, "files": []})
            button.click(on_send, [asked, visit, *look], shown, **private)
        for control in controls:
            control.input(on_look, [visit, *controls], trace, show_progress="hidden", **private)
    return page


def _talk() -> tuple[gr.Chatbot, list[gr.Button], gr.MultimodalTextbox, gr.Dropdown]:
    """The left side: samples, conversation, ready questions, question box."""
    names = [(SAMPLE_TITLES.get(name, name), name) for name in sample_names()]
    sample = gr.Dropdown(names, value=None, label="Open a sample ECG (simulated)", elem_id="sample")
    chat = gr.Chatbot(
        label="Conversation",
        show_label=False,
        placeholder=GREETING,
        height="calc(100vh - 298px)",
        min_height=320,
        latex_delimiters=[],
        buttons=[],
        feedback_options=None,
        elem_id="chat",
    )
    with gr.Row(elem_id="questions"):
        questions = [gr.Button(text, size="sm", min_width=80) for text in QUESTIONS]
    box = gr.MultimodalTextbox(
        label="Question or ECG files",
        show_label=False,
        file_count="multiple",
        sources=["upload"],
        placeholder="Ask about this ECG, or drop its file here",
        elem_id="box",
    )
    return chat, questions, box, sample


def _paper() -> tuple[gr.HTML, list[gr.Component]]:
    """The trace and how it is drawn; the last control chooses the overlay."""
    with gr.Row(elem_id="controls"):
        layout = gr.Radio(list(LAYOUTS), value="3x4", label="Layout", min_width=200, scale=2)
        waves = gr.Checkbox(False, label="Mark waves", min_width=120, scale=1)
        overlay = gr.Dropdown([("Nothing", NO_OVERLAY)], value=NO_OVERLAY, label="Show evidence for", scale=3)
    return gr.HTML(EMPTY_TRACE, elem_id="trace"), [layout, waves, overlay]


def _tabs() -> list[gr.HTML]:
    with gr.Tabs(elem_id="tabs"):
        tabs = []
        for title in TABS:
            with gr.Tab(title):
                tabs.append(gr.HTML(EMPTY_TAB))
    return tabs


def _shown(before: Visit, steps: Iterator[Visit]) -> Iterator[list[Any]]:
    """Each step as values of the page's parts: what did not change is not sent again."""
    emptied: Any = None
    for now in steps:
        overlay: Any = gr.skip()
        if now.analysis is not before.analysis and now.analysis is not None:
            overlay = gr.Dropdown(choices=_overlay_choices(now.analysis), value=NO_OVERLAY)
        tabs: list[Any] = [gr.skip()] * len(TABS)
        if now.report is not before.report and now.report is not None:
            tabs = [render(now.report) for render in TABS.values()]
        trace: Any = gr.skip() if now.trace is before.trace else now.trace
        yield [now, list(now.messages), trace, overlay, emptied, *tabs]
        before, emptied = now, gr.skip()


def _overlay_choices(analysis: Analysis) -> list[tuple[str, str]]:
    present = [(s.name, s.code) for s in analysis.statements if s.present]
    return [("Nothing", NO_OVERLAY), *present]


# ── the server ───────────────────────────────────────────────────────────────────────────────


class OnlyThisServer:
    """ASGI middleware: browsers may load from and send to this server and nowhere else."""

    HEADERS = (
        (b"content-security-policy", b"default-src 'self' data: blob: 'unsafe-inline' 'unsafe-eval'"),
        (b"referrer-policy", b"no-referrer"),
        (b"x-content-type-options", b"nosniff"),
    )

    def __init__(self, app: Callable[..., Awaitable[None]]) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        async def send_with_policy(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *self.HEADERS]
            await send(message)

        await self.app(scope, receive, send_with_policy)


def theme() -> gr.themes.Base:
    """Calm, flat, in the system's own fonts: none is loaded."""
    return gr.themes.Base(
        primary_hue=gr.themes.colors.cyan,
        neutral_hue=gr.themes.colors.slate,
        font=["system-ui", "-apple-system", "Segoe UI", "Roboto", "Noto Sans", "sans-serif"],
        font_mono=["ui-monospace", "Consolas", "DejaVu Sans Mono", "monospace"],
        text_size=gr.themes.sizes.text_sm,
        spacing_size=gr.themes.sizes.spacing_sm,
        radius_size=gr.themes.sizes.radius_md,
    ).set(
        body_background_fill="#f3f6f8",
        body_text_color_subdued="#55636f",
        body_text_color_subdued_dark="#a9b5c1",
        block_border_width="1px",
        block_shadow="none",
        color_accent="#0b6e8f",
        color_accent_soft="#e3f1f5",
        border_color_accent_subdued="#cfe5ec",
    )


def _try_port(host: str, port: int) -> None:
    """Fail at once where the server could not listen later."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as exc:
            raise BadRequest(
                f"port {port} on {host} cannot be had ({exc.strerror}): choose another with --port"
            ) from exc


def main(host: str = "127.0.0.1", port: int = 7860) -> None:
    """Serve the page until the process is told to end.

    One report is written before the first visitor comes, so that all models are loaded once, by one
    thread, and whatever is missing shows at once.

    Raises
    ------
    BadRequest
        When the port cannot be had.
    CardioAgentError
        When a model or the guideline index cannot be loaded.
    """
    _try_port(host, port)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    print("Loading models and guidelines …", flush=True)
    write_report(analyze(read_ecg(sample_path("normal"))), writer="plain")
    with tempfile.TemporaryDirectory(prefix="cardio-agent-uploads-") as uploads:
        os.environ["GRADIO_TEMP_DIR"] = uploads
        page = build_app(get_settings())
        page.queue(default_concurrency_limit=2, max_size=64)
        page.launch(
            server_name=host,
            server_port=port,
            share=False,
            quiet=True,
            prevent_thread_lock=True,
            max_file_size=MAX_FILE_SIZE,
            state_session_capacity=MAX_VISITORS,
            enable_monitoring=False,
            run_history=False,
            footer_links=[],
            ssr_mode=False,
            mcp_server=False,
            app_kwargs={"middleware": [Middleware(OnlyThisServer)]},
            theme=theme(),
            css=REPORT_CSS + PAGE_CSS,
        )
        print(f"Cardio Agent: http://{host}:{port} (Ctrl-C ends it)", flush=True)
        page.block_thread()


if __name__ == "__main__":
    main()
