"""From files, samples and choices to reports, step by step.

Enters: paths and what the visitor tells and chooses. Leaves: a :class:`Visit` after each step. Errors of
this program become a message, and what was open before stays open.
"""

import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from cardio_agent.chat import Chat
from cardio_agent.errors import BadRequest, CardioAgentError
from cardio_agent.explanation import explain
from cardio_agent.pipeline import analyze, collect_facts, stream_report
from cardio_agent.reading import read_ecg
from cardio_agent.rendering.labels import patient_text, printable
from cardio_agent.rendering.messages import (
    fault_message,
    opened_message,
    progress_message,
    report_message,
)
from cardio_agent.reporting import Placed
from cardio_agent.resources import sample_names, sample_path
from cardio_agent.schema import Analysis, Ecg, Explanation, NarrativeSection, Patient, Report
from cardio_agent.visit.asking import answer
from cardio_agent.visit.state import MAX_HELD, Choices, Opened, Told, Visit
from cardio_agent.visit.turns import in_turn
from cardio_agent.writing import SECTIONS, get_writer

MAX_FILES = 12
MAX_CONTEXT = 300  # characters

_SAMPLE = "sample:"
_SIGNAL_FILES = {".dat", ".mat"}  # what a WFDB header names
_LONGEST_NAME = 80  # characters
_WRITING = "Writing, and checking each sentence …"


def send(text: str, paths: Sequence[Path], visit: Visit, choices: Choices) -> Iterator[Visit]:
    """Open the files of a message, then answer its text.

    Parameters
    ----------
    text : str
        A question, or nothing.
    paths : sequence of Path
        Files of one or several recordings, or none.
    visit : Visit
        What the visitor has so far.
    choices : Choices

    Yields
    ------
    Visit
        As it goes.
    """
    if paths:
        for step in _guarded(visit, _open_files(paths, visit, choices)):
            visit = step
            yield visit
    if text.strip():
        visit = visit.asked(text)
        yield visit
        yield from _guarded(visit, answer(text, visit))


def open_sample(name: str, visit: Visit, choices: Choices) -> Iterator[Visit]:
    """Report on one of the packaged ECGs."""
    visit = visit.noted(opened_message(name, "Opened the sample"))
    yield from _guarded(visit, _open(sample_path(name), visit, choices))


def redo(told: Told, prior: str, visit: Visit, choices: Choices) -> Iterator[Visit]:
    """Report again on the ECG on the desk.

    Parameters
    ----------
    told : Told
        What is now known of the person, in place of what the file says.
    prior : str
        One of :func:`prior_choices`, or nothing.
    visit : Visit
    choices : Choices

    Yields
    ------
    Visit
        As it goes.
    """
    yield from _guarded(visit, _redo(told, prior, visit, choices))


def hold_prior(paths: Sequence[Path], visit: Visit) -> tuple[Visit, str]:
    """Read a recording for comparison only.

    Returns
    -------
    Visit
        With the recording among its priors, or with a message that says what is wrong with it.
    str
        Its label; empty where it could not be read.
    """
    try:
        with _copies(paths) as copies:
            recordings = _recordings(copies)
            if len(recordings) != 1:
                raise BadRequest(f"{len(recordings)} recordings were given as the earlier ECG: give one")
            ecg = read_ecg(recordings[0])
    except CardioAgentError as fault:
        return visit.told(fault_message(fault)), ""
    label = visit.new_label(ecg.source.name)
    return replace(visit, priors=(*visit.priors, (label, ecg))[-MAX_HELD:]), label


def prior_choices(visit: Visit) -> list[tuple[str, str]]:
    """Earlier ECGs that this visit can compare with: title and key."""
    own = [(label, label) for label in visit.held() if label != visit.shown]
    return own + [(f"Sample: {name}", f"{_SAMPLE}{name}") for name in sample_names()]


# ── files ────────────────────────────────────────────────────────────────────────────────────


@contextmanager
def _copies(paths: Sequence[Path]) -> Iterator[list[Path]]:
    """The files side by side in a private folder, under clean names, for as long as they are read."""
    if len(paths) > MAX_FILES:
        raise BadRequest(f"{len(paths)} files at once: send at most {MAX_FILES}")
    with tempfile.TemporaryDirectory(prefix="cardio-agent-") as folder:
        yield [Path(shutil.copyfile(path, Path(folder) / _clean(path.name))) for path in paths]


def _clean(name: str) -> str:
    """A file's name without control characters and not longer than a line; its suffix is kept."""
    path = Path(printable(name))
    return f"{path.stem[:_LONGEST_NAME]}{path.suffix[:_LONGEST_NAME]}"


def _recordings(paths: Sequence[Path]) -> list[Path]:
    """The files that each stand for a recording: a signal file beside a WFDB header is its companion."""
    has_header = any(path.suffix.lower() == ".hea" for path in paths)
    return [path for path in paths if not (has_header and path.suffix.lower() in _SIGNAL_FILES)]


def _open_files(paths: Sequence[Path], visit: Visit, choices: Choices) -> Iterator[Visit]:
    """Report on every recording among the files; the last that could be read stays on the desk."""
    with _copies(paths) as copies:
        for path in _recordings(copies):
            visit = visit.noted(opened_message(path.name, "Sent"))
            for step in _guarded(visit, _open(path, visit, choices)):
                visit = step
                yield visit


def _open(path: Path, visit: Visit, choices: Choices) -> Iterator[Visit]:
    visit = visit.told(progress_message("Reading the file …"))
    yield visit
    ecg = read_ecg(path)
    yield from _made(_Order(visit.new_label(ecg.source.name), ecg, ecg), visit, choices)


# ── reports ──────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, eq=False)
class _Order:
    """A report to make: of a recording as it was read, and with what the visitor tells of the person."""

    label: str
    as_read: Ecg
    ecg: Ecg
    prior: Ecg | None = None
    known: Mapping[str, Explanation] = field(default_factory=dict)
    """Explanations that were made before."""


def _redo(told: Told, prior: str, visit: Visit, choices: Choices) -> Iterator[Visit]:
    current = _on_desk(visit)
    ecg = _as_told(current.as_read, told)
    said = f"Analysed again, {patient_text(ecg.patient)}" + (f", compared with {prior}," if prior else "")
    visit = visit.noted(opened_message(current.label, f"{said}:")).told(progress_message("Reading …"))
    earlier = _prior(prior, visit) if prior else None
    order = _Order(current.label, current.as_read, ecg, earlier, current.analysis.explanations)
    yield from _made(order, visit, choices)


def _on_desk(visit: Visit) -> Opened:
    if visit.current is None:
        raise BadRequest("no ECG is open yet: drop its file into the conversation, or choose a sample")
    return visit.current


def _prior(key: str, visit: Visit) -> Ecg:
    if key.removeprefix(_SAMPLE) in sample_names():
        return read_ecg(sample_path(key.removeprefix(_SAMPLE)))
    if key not in visit.held():
        raise BadRequest(f"no earlier ECG is called '{key}': choose one from the list")
    return visit.held()[key]


def _as_told(ecg: Ecg, told: Told) -> Ecg:
    """The recording with what the visitor says of the person."""
    if told.age_years is not None and not 0 <= told.age_years <= 130:
        raise BadRequest(f"an age of {told.age_years:g} years cannot be: give one from 0 to 130")
    if told.sex not in (None, "female", "male"):
        raise BadRequest("the sex can be 'female' or 'male', or be left open")
    if len(told.context) > MAX_CONTEXT:
        raise BadRequest(f"the context has {len(told.context)} characters: give at most {MAX_CONTEXT}")
    patient = Patient(age_years=told.age_years, sex=told.sex, context=printable(told.context) or None)
    notes = (*ecg.source.notes, *_differences(ecg.patient, patient))
    return replace(ecg, patient=patient, source=ecg.source.model_copy(update={"notes": notes}))


def _differences(read: Patient, told: Patient) -> Iterator[str]:
    """What a reader must know of age and sex where they are not those of the file."""
    for name in ("age_years", "sex"):
        if getattr(read, name) != getattr(told, name):
            given = "given" if getattr(told, name) is not None else "left open"
            beside = "" if getattr(read, name) is None else ", not as in the file"
            yield f"{name.removesuffix('_years')} {given} by the user{beside}"


def _made(order: _Order, visit: Visit, choices: Choices) -> Iterator[Visit]:
    visit = visit.retold(progress_message("Waiting for a turn …"))
    yield visit
    yield from in_turn(_report_on(order, visit, choices))


def _report_on(order: _Order, visit: Visit, choices: Choices) -> Iterator[Visit]:
    """Analyse, explain, look up, then write sentence by sentence."""
    visit = visit.retold(progress_message("Measuring and classifying …"))
    yield visit
    ecg = order.ecg
    analysis = analyze(ecg, prior=order.prior, explained=False, operating_point=choices.operating_point)
    opened = Opened(order.label, order.as_read, analysis)
    visit = visit.showing(opened)
    yield visit
    explanations = dict(order.known)
    for code in analysis.attention:
        if code not in explanations:
            yield visit.retold(progress_message(_explaining(analysis, code)))
            explanations[code] = explain(ecg, code, waves=analysis.waves)
    analysis = replace(analysis, explanations={code: explanations[code] for code in analysis.attention})
    yield visit.retold(progress_message("Looking up guidelines …"))
    yield from _write(replace(opened, analysis=analysis), visit, choices)


def _explaining(analysis: Analysis, code: str) -> str:
    names = {s.code: s.name for s in analysis.statements}
    return f"Working out what the classifier relied on: {names[code]} …"


def _write(one: Opened, visit: Visit, choices: Choices) -> Iterator[Visit]:
    facts = collect_facts(one.analysis)
    writer = get_writer(choices.writer)
    records = facts.records()
    visit = visit.retold(progress_message(_WRITING))
    yield visit
    placed: list[Placed] = []
    for step in stream_report(one.analysis, writer=choices.writer, facts=facts):
        if isinstance(step, Report):
            said = report_message(step.narrative, records, writer.name)
            done = replace(one, report=step, chat=Chat(step, writer=writer))
            yield visit.showing(done).retold(said)
        else:
            placed.append(step)
            yield visit.retold(report_message(_sections(placed), records, writer.name, _WRITING))


def _sections(placed: Sequence[Placed]) -> list[NarrativeSection]:
    """The sentences so far under their sections, in the order of the report."""
    by_name = {name: tuple(p.sentence for p in placed if p.section == name) for name in SECTIONS}
    return [NarrativeSection(section=name, sentences=said) for name, said in by_name.items() if said]


def _guarded(before: Visit, steps: Iterator[Visit]) -> Iterator[Visit]:
    """The steps; an error of this program becomes the last message, and what was open stays open."""
    try:
        yield from steps
    except CardioAgentError as fault:
        yield before.told(fault_message(fault))
