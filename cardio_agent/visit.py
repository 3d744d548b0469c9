"""One visitor's conversation: files and questions in, messages and a drawn trace out.

Enters: paths, questions, how the trace is wanted. Leaves: a :class:`Visit` after each step, for a page
to show. Knows no widgets, keeps nothing between calls and shares nothing between visitors; files are
copied into a private folder for as long as it takes to report on them.
"""

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from cardio_agent.chat import Chat
from cardio_agent.errors import BadRequest, CardioAgentError
from cardio_agent.explanation import explain
from cardio_agent.pipeline import analyze, stream_report
from cardio_agent.reading import read_ecg
from cardio_agent.rendering.fragments import trace_html
from cardio_agent.rendering.messages import answer_message, as_markdown, fault_message, report_message
from cardio_agent.rendering.paper import MM_PER_INCH, Overlay, figure_png, plot_ecg
from cardio_agent.rendering.shading import SMOOTHING_S, smoothed
from cardio_agent.reporting import Placed
from cardio_agent.resources import sample_path
from cardio_agent.schema import Analysis, Ecg, NarrativeSection, Report
from cardio_agent.writing import SECTIONS, get_writer

MAX_FILES = 12
TRACE_DPI = MM_PER_INCH * 8
"""8 pixels a millimetre: sharp on a dense screen."""

NO_OVERLAY = ""
_SIGNAL_FILES = {".dat", ".mat"}  # what a WFDB header names

Message = dict[str, str]


@dataclass(frozen=True, eq=False)
class Visit:
    """All that one visitor has on the page; each step makes a new one.

    ``messages`` are ``{"role": "user" | "assistant", "content": Markdown}``; ``trace`` is HTML.
    """

    messages: tuple[Message, ...] = ()
    trace: str = ""
    analysis: Analysis | None = None
    report: Report | None = None
    chat: Chat | None = None

    def asked(self, text: str) -> "Visit":
        """With a message of the visitor's."""
        return replace(self, messages=(*self.messages, {"role": "user", "content": text}))

    def told(self, text: str) -> "Visit":
        """With a message of the program's."""
        return replace(self, messages=(*self.messages, {"role": "assistant", "content": text}))

    def retold(self, text: str) -> "Visit":
        """With other words in the last message."""
        return replace(self, messages=self.messages[:-1]).told(text)


@dataclass(frozen=True)
class Drawing:
    """How the visitor wants the trace; ``statement`` is the code whose evidence is laid over it."""

    layout: str = "3x4"
    shows_waves: bool = False
    statement: str = NO_OVERLAY


def send(text: str, paths: Sequence[Path], visit: Visit, drawing: Drawing, writer: str) -> Iterator[Visit]:
    """Open the files of a message, then answer its text.

    Parameters
    ----------
    text : str
        A question, or nothing.
    paths : sequence of Path
        Files of one or several recordings, or none.
    visit : Visit
        What the visitor has so far.
    drawing : Drawing
    writer : str
        As the setting ``llm``.

    Yields
    ------
    Visit
        As it goes. Errors of this program become a message; what was open before stays open.
    """
    if paths:
        for step in _guarded(visit, _open_files(paths, visit, drawing, writer)):
            visit = step
            yield visit
    if text.strip():
        visit = visit.asked(as_markdown(text))
        yield visit
        yield from _guarded(visit, _answer(text, visit))


def open_sample(name: str, visit: Visit, drawing: Drawing, writer: str) -> Iterator[Visit]:
    """Report on one of the packaged ECGs."""
    visit = visit.asked(f"Opened the sample **{as_markdown(name)}**")
    yield from _guarded(visit, _open_recording(sample_path(name), visit, drawing, writer))


def draw(shown: Ecg | Analysis, drawing: Drawing) -> str:
    """The trace as HTML; of a bare recording without measurements, waves and overlay."""
    if isinstance(shown, Ecg):
        figure = plot_ecg(shown, layout=drawing.layout)
        return trace_html(figure_png(figure, TRACE_DPI), f"12-lead ECG {shown.source.name}")
    figure = plot_ecg(
        shown.ecg,
        layout=drawing.layout,
        measurements=shown.measurements,
        waves=shown.waves if drawing.shows_waves else None,
        overlay=_overlay(shown, drawing.statement),
    )
    return trace_html(figure_png(figure, TRACE_DPI), f"12-lead ECG {shown.ecg.source.name}")


def _overlay(analysis: Analysis, code: str) -> Overlay | None:
    """What the classifier relied on for one statement; none for a statement that this ECG does not have."""
    names = {s.code: s.name for s in analysis.statements}
    if code not in names:
        return None
    found = analysis.explanations.get(code) or explain(analysis.ecg, code, waves=analysis.waves)
    fs_hz = analysis.ecg.fs_hz
    n_samples = round(SMOOTHING_S * fs_hz)
    weights = smoothed(np.maximum(found.map, 0), fs_hz)[:, ::n_samples]
    return Overlay(names[code], weights, n_samples / fs_hz, "what the classifier relied on")


def _open_files(paths: Sequence[Path], visit: Visit, drawing: Drawing, writer: str) -> Iterator[Visit]:
    """Report on every recording among the files; the last that could be read stays open."""
    if len(paths) > MAX_FILES:
        raise BadRequest(f"{len(paths)} files at once: send at most {MAX_FILES}")
    with tempfile.TemporaryDirectory(prefix="cardio-agent-") as folder:
        copies = [Path(shutil.copyfile(path, Path(folder) / path.name)) for path in paths]
        for path in _recordings(copies):
            visit = visit.asked(f"Opened **{as_markdown(path.name)}**")
            for step in _guarded(visit, _open_recording(path, visit, drawing, writer)):
                visit = step
                yield visit


def _recordings(paths: Sequence[Path]) -> list[Path]:
    """The files that each stand for a recording: a signal file beside a WFDB header is its companion."""
    has_header = any(path.suffix.lower() == ".hea" for path in paths)
    return [path for path in paths if not (has_header and path.suffix.lower() in _SIGNAL_FILES)]


def _open_recording(path: Path, visit: Visit, drawing: Drawing, writer: str) -> Iterator[Visit]:
    """Read, draw, analyse, and write the report sentence by sentence."""
    visit = visit.told("Reading the file …")
    yield visit
    ecg = read_ecg(path)
    visit = replace(visit.retold("Measuring and classifying …"), trace=draw(ecg, drawing))
    yield visit
    analysis = analyze(ecg)
    visit = replace(visit.retold("Looking up guidelines …"), trace=draw(analysis, drawing))
    yield visit
    placed: list[Placed] = []
    for step in stream_report(analysis, writer=writer):
        if isinstance(step, Report):
            chat = Chat(step, writer=get_writer(writer))
            visit = replace(visit, analysis=analysis, report=step, chat=chat)
        else:
            placed.append(step)
            visit = visit.retold(report_message(_sections(placed)))
        yield visit


def _sections(placed: Sequence[Placed]) -> list[NarrativeSection]:
    """The sentences so far under their sections, in the order of the report."""
    by_name = {name: tuple(p.sentence for p in placed if p.section == name) for name in SECTIONS}
    return [NarrativeSection(section=name, sentences=said) for name, said in by_name.items() if said]


def _answer(question: str, visit: Visit) -> Iterator[Visit]:
    """Answer a question sentence by sentence."""
    if visit.chat is None or visit.report is None:
        raise BadRequest("no ECG is open yet: drop its file below, or choose a sample")
    chat, report, visit = visit.chat, visit.report, visit.told("…")
    sentences = []
    for sentence in chat.ask_stream(question):
        sentences.append(sentence)
        yield visit.retold(answer_message(sentences, report))


def _guarded(before: Visit, steps: Iterator[Visit]) -> Iterator[Visit]:
    """The steps; an error of this program becomes the last message, and what was open stays open."""
    try:
        yield from steps
    except CardioAgentError as fault:
        yield before.told(fault_message(fault))
