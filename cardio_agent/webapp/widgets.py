"""The widgets of the page and where they stand; what they do is in :mod:`cardio_agent.webapp.events`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import gradio as gr

from cardio_agent.rendering import RENDERERS
from cardio_agent.rendering.fragments import evidence_html, findings_html
from cardio_agent.rendering.layout import LAYOUTS
from cardio_agent.rendering.markup import escaped
from cardio_agent.rendering.narrative import narrative_html
from cardio_agent.rendering.tables import measurements_html, statements_html
from cardio_agent.resources import sample_names
from cardio_agent.schema import Report
from cardio_agent.settings import OperatingPoint
from cardio_agent.visit import NOTHING
from cardio_agent.webapp.scores import Scores, build_scores

GREETING = (
    "**Open an ECG to begin**\n\n"
    "Drop its file below (a `.hea` together with its `.dat`). It gets a report in which every sentence rests "
    "on a measurement, a classifier statement or a guideline, and then you can ask about it.\n\n"
    "Or look at a simulated one:"
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
STARTERS = ("normal", "af", "lbbb", "inferior_stemi", "first_degree_avb", "paced")
"""Samples that are offered while nothing is open."""
QUESTIONS = ("Summarise this ECG", "What is the QTc?", "Signal quality?")
LAYOUT_TITLES = {"3x4": "3×4", "6x2": "6×2", "12x1": "12×1"}
POINTS: list[tuple[str, OperatingPoint]] = [("Balanced", "balanced"), ("Screening", "screening")]

_PULSE = (
    '<svg class="ca-logo" viewBox="0 0 32 20" aria-hidden="true">'
    '<path d="M0 12h7l2-4 2 4h2l1.5 3L17 1l2.6 17 1.8-6h3l2-3 2 3h4"/></svg>'
)
HEADER = (
    f'<header class="ca-header">{_PULSE}<h1 class="ca-name">Cardio Agent</h1>'
    '<span class="ca-tag">a second pair of eyes on a 12-lead ECG, with its reasoning</span>'
    '<span class="ca-use" role="note">Research use only'
    '<span class="ca-more"> · not a medical device</span></span>'
    '<button type="button" class="ca-theme" aria-pressed="false" aria-label="Dark colours">◐</button>'
    '</header><h2 class="ca-hidden">Conversation, trace and report</h2>'
)
ZOOM = (
    '<div class="ca-zoom" role="group" aria-label="Zoom of the trace">'
    '<button type="button" data-zoom="out" aria-label="Zoom out">−</button>'
    '<output aria-live="polite">100%</output>'
    '<button type="button" data-zoom="in" aria-label="Zoom in">+</button>'
    '<button type="button" data-zoom="fit" aria-label="Fit to width">Fit</button></div>'
)
BASIS_HINT = "Point at a sentence, or tap it, to see what it rests on and the verdict of its check."
REMARK_HINT = "Tapped or clicked, it can be agreed with, disagreed with or corrected."
STATEMENT_HINT = "Say of each statement whether you agree."
KEPT_HINT = "Kept on this page’s machine: your remark, versions and 10 s of trace; no name."
DOWNLOAD_HINT = (
    "The report as a file, made when you ask for it and not kept here. PDF prints on A4, with the trace in "
    "true size and room for a signature; HTML is one page that needs nothing else; others are for programs."
)
EMPTY_TRACE = '<div class="ca-empty"><p>The 12-lead trace appears here</p></div>'
EMPTY_TAB = '<article class="ca-doc"><p class="ca-note">Nothing yet: open an ECG.</p></article>'
EMPTY_COMPARISON = (
    '<article class="ca-doc"><p class="ca-note">To compare, open an ECG, choose an earlier one under '
    "“Patient, earlier ECG, settings”, and analyse again.</p></article>"
)


def report_tabs(takes_remarks: bool = False) -> Mapping[str, Callable[[Report], str]]:
    """The tabs that show a report, by their titles; two of them may have the buttons of feedback."""
    told = [BASIS_HINT, REMARK_HINT, KEPT_HINT] if takes_remarks else [BASIS_HINT]
    asked = [STATEMENT_HINT, KEPT_HINT] if takes_remarks else []
    return {
        "Report": _hinted(narrative_html, told, takes_remarks, "ca-pane"),
        "Measurements": measurements_html,
        "Statements": _hinted(statements_html, asked, takes_remarks),
        "Findings": findings_html,
        "Guidelines": evidence_html,
    }


def _hinted(
    show: Callable[[Report], str], hints: list[str], takes_remarks: bool, kind: str = ""
) -> Callable[[Report], str]:
    """A fragment below a hint, with what the page's script needs to put the buttons of feedback on it."""

    def shown(report: Report) -> str:
        recording = f' data-recording="{escaped(report.provenance.input_sha256)}"' if takes_remarks else ""
        hint = f'<p class="ca-hint">{" ".join(hints)}</p>' if hints else ""
        return f'<div class="{kind}"{recording}>{hint}{show(report)}</div>'

    return shown


@dataclass(frozen=True)
class Form:
    """What is told of the person and how reports are made."""

    age: gr.Number
    sex: gr.Dropdown
    context: gr.Textbox
    prior: gr.Dropdown
    upload: gr.UploadButton
    writer: gr.Dropdown
    point: gr.Radio
    again: gr.Button

    def told(self) -> list[gr.components.Component]:
        return [self.age, self.sex, self.context]

    def choices(self) -> list[gr.components.Component]:
        return [self.writer, self.point]


@dataclass(frozen=True)
class Talk:
    """The left side of the desk."""

    sample: gr.Dropdown
    form: Form
    chat: gr.Chatbot
    questions: list[gr.Button]
    box: gr.MultimodalTextbox


@dataclass(frozen=True)
class Paper:
    """The trace and how it is drawn."""

    recording: gr.Dropdown
    layout: gr.Radio
    waves: gr.Checkbox
    evidence: gr.Dropdown
    start: gr.Slider
    trace: gr.HTML

    def look(self) -> list[gr.components.Component]:
        """In the order of :class:`~cardio_agent.visit.Drawing`."""
        return [self.layout, self.waves, self.evidence, self.start]


@dataclass(frozen=True)
class Sheets:
    """The tabs below the trace."""

    report: Mapping[str, gr.HTML]
    comparison: gr.HTML
    scores: Scores
    downloads: Mapping[str, gr.Button]
    status: gr.HTML
    file: gr.JSON
    remark: gr.Button
    kept: gr.JSON


def build_talk(writers: list[str]) -> Talk:
    """Samples, form, conversation, ready questions, question box."""
    names = [(SAMPLE_TITLES.get(name, name), name) for name in sample_names()]
    sample = gr.Dropdown(names, value=None, label="Open a sample ECG (simulated)", elem_id="sample")
    with gr.Accordion("Patient, earlier ECG, settings", open=False, elem_id="form"):
        form = _build_form(writers)
    chat = gr.Chatbot(
        label="Conversation",
        show_label=False,
        placeholder=GREETING,
        examples=[{"text": SAMPLE_TITLES[name]} for name in STARTERS],
        height="100%",
        min_height=260,
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
    return Talk(sample, form, chat, questions, box)


def _build_form(writers: list[str]) -> Form:
    with gr.Row():
        age = gr.Number(None, label="Age, years", minimum=0, maximum=130, min_width=90)
        sexes = [("not known", ""), ("female", "female"), ("male", "male")]
        sex = gr.Dropdown(sexes, value="", label="Sex", min_width=110)
    context = gr.Textbox(
        label="Clinical context", placeholder="why the ECG was taken", max_length=300, lines=1
    )
    prior = gr.Dropdown([("none", "")], value="", label="Earlier ECG to compare with")
    upload = gr.UploadButton(
        "Upload an earlier ECG …", file_count="multiple", size="md", elem_id="prior-file"
    )
    writer = gr.Dropdown(writers, value=writers[0], label="Writer")
    point = gr.Radio(
        POINTS, value="balanced", label="Operating point", info="Screening misses fewer, alarms more"
    )
    again = gr.Button("Analyse again", variant="primary", size="md", elem_id="again")
    return Form(age, sex, context, prior, upload, writer, point, again)


def build_paper() -> Paper:
    """The controls and the trace."""
    with gr.Row(elem_id="controls"):
        recording = gr.Dropdown([], label="ECG on the desk", visible=False, elem_id="recording")
        layouts = [(LAYOUT_TITLES[name], name) for name in LAYOUTS]
        layout = gr.Radio(layouts, value="3x4", label="Layout", elem_id="layout")
        nothing = [("Nothing", NOTHING)]
        evidence = gr.Dropdown(nothing, value=NOTHING, label="Show evidence for", elem_id="show")
        waves = gr.Checkbox(False, label="Mark waves", elem_id="waves")
        start = gr.Slider(0, 10, 0, step=1, label="From second", visible=False, elem_id="start")
        gr.HTML(ZOOM, elem_id="zoom")
    return Paper(recording, layout, waves, evidence, start, gr.HTML(EMPTY_TRACE, elem_id="trace"))


def build_sheets() -> Sheets:
    """The report, its tables, the comparison, risk scores and files."""
    status = gr.HTML("", elem_id="status")
    file = gr.JSON(visible=False)
    remark = gr.Button("Keep the remark", visible="hidden", elem_id="remark")  # the page's script presses it
    kept = gr.JSON(visible=False)
    with gr.Tabs(elem_id="tabs"):
        report: dict[str, gr.HTML] = {}
        for title in report_tabs():
            with gr.Tab(title):
                report[title] = gr.HTML(EMPTY_TAB)
        with gr.Tab("Comparison"):
            comparison = gr.HTML(EMPTY_COMPARISON)
        with gr.Tab("Scores"):
            scores = build_scores()
        with gr.Tab("Download"):
            downloads = _build_downloads()
    return Sheets(report, comparison, scores, downloads, status, file, remark, kept)


def _build_downloads() -> dict[str, gr.Button]:
    gr.HTML(f'<p class="ca-hint">{DOWNLOAD_HINT}</p>')
    with gr.Row(elem_id="downloads"):
        return {
            format: gr.Button(renderer.title, size="sm", min_width=120)
            for format, renderer in RENDERERS.items()
        }
