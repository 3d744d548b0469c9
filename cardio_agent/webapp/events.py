"""What the widgets do: each event calls :mod:`cardio_agent.visit` and shows what changed."""

import base64
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal

import gradio as gr

from cardio_agent.errors import CardioAgentError
from cardio_agent.feedback import FeedbackStore
from cardio_agent.rendering import RENDERERS
from cardio_agent.rendering.layout import PAGE_S
from cardio_agent.rendering.markup import escaped
from cardio_agent.rendering.tables import comparison_html
from cardio_agent.schema import Analysis, Report, Sex
from cardio_agent.visit import (
    NOTHING,
    Choices,
    Drawing,
    Told,
    Visit,
    add_score,
    download,
    draw,
    evidence_choices,
    hold_prior,
    open_sample,
    prior_choices,
    redo,
    remark,
    send,
)
from cardio_agent.webapp.scores import given, wire_scores
from cardio_agent.webapp.widgets import (
    EMPTY_TAB,
    STARTERS,
    Paper,
    Sheets,
    Talk,
    report_tabs,
)

REMARK_FIELDS = ("recording", "subject", "about", "opinion", "correction")
_AT_ONCE = 24
"""Messages that are attended to at once; how many reports are made side by side is the visit's affair."""

Writers = Mapping[str, str]


@dataclass(frozen=True)
class Part:
    """A widget that shows something of the visit: what it depends on, and its value."""

    widget: gr.components.Component
    rests_on: Callable[[Visit], tuple[object, ...]]
    value: Callable[[Visit, Drawing], Any]

    def update(self, before: Visit, now: Visit, drawing: Drawing) -> Any:
        """Its new value; nothing where it has not changed."""
        pairs = zip(self.rests_on(before), self.rests_on(now), strict=True)
        return gr.skip() if all(a is b for a, b in pairs) else self.value(now, drawing)


def wire(
    talk: Talk, paper: Paper, sheets: Sheets, writers: Writers, store: FeedbackStore | None = None
) -> None:
    """Connect the widgets of one page. Nothing is shared between visitors but writers and store."""
    visit = gr.State(Visit())
    desk = _Desk(parts(talk, paper, sheets, takes_remarks=store is not None), writers)
    look, choices = paper.look(), talk.form.choices()
    work: dict[str, Any] = {"concurrency_limit": _AT_ONCE, "concurrency_id": "messages"}
    private: dict[str, Any] = {"api_visibility": "private"}
    outputs = [visit, talk.box, *(part.widget for part in desk.parts)]
    common = [visit, *choices, *look]

    talk.box.submit(desk.on_send, [talk.box, *common], outputs, api_name="send", **work)
    talk.sample.input(desk.on_sample, [talk.sample, *common], outputs, api_name="sample", **work)
    talk.chat.example_select(desk.on_starter, common, outputs, **work, **private)
    for button in talk.questions:
        asked = gr.State({"text": button.value, "files": []})
        button.click(desk.on_send, [asked, *common], outputs, **work, **private)
    form = talk.form
    told = [form.prior, *form.told()]
    form.again.click(desk.on_again, [*told, *common], outputs, api_name="again", **work)
    form.upload.upload(desk.on_prior, [form.upload, visit], [visit, talk.chat, form.prior], **private)
    paper.recording.input(desk.on_turn, [paper.recording, *common], outputs, **private)
    for control in look:
        control.input(
            on_look, [visit, *look], [sheets.status, paper.trace], show_progress="hidden", **private
        )
    _wire_downloads(visit, sheets, private)
    wire_scores(visit, sheets.scores, form.age, form.sex)
    scores = sheets.scores
    said = [scores.name, form.age, form.sex, *scores.answers.values()]
    put = partial(desk.on_score, tuple(scores.answers))
    scores.add.click(put, [*said, *common], outputs, api_name="score", **work)
    if store is not None:
        _wire_remarks(visit, sheets, store, private)


def _wire_downloads(visit: gr.State, sheets: Sheets, private: dict[str, Any]) -> None:
    for format, button in sheets.downloads.items():
        wanted = gr.State(format)
        outputs = [sheets.status, sheets.file]
        made = button.click(on_download, [wanted, visit], outputs, show_progress="hidden", **private)
        made.then(None, [sheets.file], None, js="(file) => window.cardioSave(file)", **private)


def _wire_remarks(visit: gr.State, sheets: Sheets, store: FeedbackStore, private: dict[str, Any]) -> None:
    sent = "(_, ...rest) => [window.cardioRemark(), ...rest]"  # the remark that the visitor has just made
    keep = partial(on_remark, store)
    made = sheets.remark.click(
        keep,
        [sheets.kept, visit],
        [sheets.status, sheets.kept],
        js=sent,
        api_name="remark",
        show_progress="hidden",
    )
    made.then(None, [sheets.kept], None, js="(kept) => window.cardioKept(kept)", **private)


# ── what changes when the visit does ─────────────────────────────────────────────────────────


def parts(talk: Talk, paper: Paper, sheets: Sheets, takes_remarks: bool = False) -> list[Part]:
    """Every widget that shows something of the visit."""
    form = talk.form
    shows = report_tabs(takes_remarks)
    return [
        Part(talk.chat, lambda v: (v.messages,), lambda v, _: list(v.messages)),
        Part(paper.trace, _recorded, lambda v, drawing: draw(_analysis(v), drawing)),
        Part(paper.evidence, _judged, lambda v, _: _evidence(_analysis(v))),
        Part(paper.start, _recorded, lambda v, _: _start(_analysis(v))),
        Part(paper.recording, lambda v: (v.opened, v.shown), lambda v, _: _recordings(v)),
        Part(form.prior, lambda v: (*_recorded(v), v.priors), lambda v, _: _priors(v)),
        Part(form.age, _recorded, lambda v, _: _analysis(v).ecg.patient.age_years),
        Part(form.sex, _recorded, lambda v, _: _analysis(v).ecg.patient.sex or ""),
        Part(form.context, _recorded, lambda v, _: _analysis(v).ecg.patient.context or ""),
        Part(sheets.comparison, _recorded, lambda v, _: comparison_html(_analysis(v))),
        *(_tab(widget, shows[title]) for title, widget in sheets.report.items()),
    ]


def _tab(widget: gr.HTML, show: Callable[[Report], str]) -> Part:
    return Part(
        widget, lambda v: (_report(v),), lambda v, _: EMPTY_TAB if (r := _report(v)) is None else show(r)
    )


def _analysis(visit: Visit) -> Analysis:
    assert visit.current is not None
    return visit.current.analysis


def _report(visit: Visit) -> Report | None:
    return None if visit.current is None else visit.current.report


def _recorded(visit: Visit) -> tuple[object, ...]:
    """What the drawing and the form rest on: the recording and the one it is compared with."""
    if visit.current is None:
        return (None, None)
    return (visit.current.analysis.ecg, visit.current.analysis.prior)


def _judged(visit: Visit) -> tuple[object, ...]:
    if visit.current is None:
        return (None, None)
    return (visit.current.analysis.findings, visit.current.analysis.statements)


def _evidence(analysis: Analysis) -> Any:
    return gr.update(choices=evidence_choices(analysis), value=NOTHING)


def _start(analysis: Analysis) -> Any:
    """Only a recording longer than a sheet has a choice of where it begins."""
    last = int(analysis.ecg.duration_s - PAGE_S)
    return gr.update(maximum=max(last, 1), value=0, visible=last > 0)


def _recordings(visit: Visit) -> Any:
    labels = [one.label for one in visit.opened]
    return gr.update(choices=labels, value=visit.shown, visible=len(labels) > 1)


def _priors(visit: Visit) -> Any:
    return gr.update(choices=[("none", ""), *prior_choices(visit)])


# ── what visitors do ─────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class _Desk:
    """The events that change the visit, with the parts of the page that follow it."""

    parts: Sequence[Part]
    writers: Writers

    def on_send(self, message: dict[str, Any], now: Visit, *set_to: Any) -> Iterator[list[Any]]:
        with _uploads(message["files"]) as paths:
            yield from self._shown(now, send(message["text"], paths, now, self._choices(set_to)), set_to)

    def on_sample(self, name: str | None, now: Visit, *set_to: Any) -> Iterator[list[Any]]:
        if name is None:  # the list was left without a choice; without a yield Gradio would empty the page
            yield [gr.skip()] * (len(self.parts) + 2)
            return
        yield from self._shown(now, open_sample(name, now, self._choices(set_to)), set_to)

    def on_starter(self, chosen: gr.SelectData, now: Visit, *set_to: Any) -> Iterator[list[Any]]:
        yield from self.on_sample(STARTERS[int(chosen.index)], now, *set_to)

    def on_again(
        self, prior: str, age: float | None, sex: Sex | Literal[""], context: str, now: Visit, *set_to: Any
    ) -> Iterator[list[Any]]:
        told = Told(age, sex or None, context)
        yield from self._shown(now, redo(told, prior, now, self._choices(set_to)), set_to)

    def on_score(
        self, keys: Sequence[str], name: str, age: float | None, sex: str, *rest: Any
    ) -> Iterator[list[Any]]:
        said, (now, *set_to) = rest[: len(keys)], rest[len(keys) :]
        known = given(age, sex, dict(zip(keys, said, strict=True)))
        yield from self._shown(now, iter([add_score(name, known, now)]), set_to)

    def on_turn(self, label: str, now: Visit, *set_to: Any) -> Iterator[list[Any]]:
        yield from self._shown(now, iter([now.turned_to(label)]), set_to)

    def on_prior(self, files: Sequence[str], now: Visit) -> list[Any]:
        with _uploads(files) as paths:
            visit, label = hold_prior(paths, now)
        choices = [("none", ""), *prior_choices(visit)]
        return [visit, list(visit.messages), gr.update(choices=choices, value=label)]

    def _choices(self, set_to: Sequence[Any]) -> Choices:
        writer, point, *_ = set_to
        return Choices(self.writers[writer], point)

    def _shown(self, before: Visit, steps: Iterable[Visit], set_to: Sequence[Any]) -> Iterator[list[Any]]:
        """Each step as values of the page's parts: what did not change is not sent again."""
        _, _, layout, waves, *_ = set_to
        drawing = Drawing(layout, waves)
        emptied: Any = None
        for now in steps:
            yield [now, emptied, *(part.update(before, now, drawing) for part in self.parts)]
            before, emptied = now, gr.skip()


@contextmanager
def _uploads(files: Sequence[str]) -> Iterator[list[Path]]:
    """What a visitor has sent, gone as soon as it has been read."""
    paths = [Path(file) for file in files]
    try:
        yield paths
    finally:
        for path in paths:
            path.unlink(missing_ok=True)


def on_look(now: Visit, layout: str, waves: bool, evidence: str, start_s: float) -> Iterator[list[Any]]:
    """Draw the trace anew; what the classifier relied on may first have to be worked out."""
    if now.current is None:
        yield [gr.skip(), gr.skip()]
        return
    yield [told("Drawing …"), gr.skip()]
    try:
        trace = draw(now.current.analysis, Drawing(layout, waves, evidence, start_s))
    except CardioAgentError as fault:
        yield [told(str(fault)), gr.skip()]
        return
    yield ["", trace]


def on_download(format: str, now: Visit) -> Iterator[list[Any]]:
    """Make the report's file and hand it to the page."""
    yield [told(f"Making the file: {RENDERERS[format].title} …"), None]
    try:
        made = download(now, format)
    except CardioAgentError as fault:
        yield [told(str(fault)), None]
        return
    content = base64.b64encode(made.content).decode("ascii")
    file = {"name": made.name, "media_type": made.media_type, "content": content}
    yield [told(f"Saved as {made.name}"), file]


def on_remark(store: FeedbackStore, given: object, now: Visit) -> list[Any]:
    """Keep what the visitor says of a statement or a sentence, and say where."""
    sent = given if isinstance(given, dict) else {}
    fields = {name: str(sent.get(name, "")) for name in REMARK_FIELDS}
    try:
        remark(store, now, **fields)
    except CardioAgentError as fault:
        return [told(str(fault)), None]
    where = f"Kept in {store.path} on the machine of this page: the remark and 10 s of trace, no name."
    return [told(where), fields]


def told(text: str) -> str:
    """A line on what is being done, read out by screen readers."""
    return f'<p class="ca-status" role="status">{escaped(text)}</p>'
