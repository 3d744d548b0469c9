"""What a visitor says of a statement or a sentence of the report on the desk.

Enters: the remark as the page sends it. Leaves: the remark as kept. What is shown of the report and what it
holds differ in white space and control characters only: the remark is kept on what the report holds.
"""

from typing import get_args

from cardio_agent.errors import BadRequest
from cardio_agent.feedback import FeedbackStore, Opinion, Remark
from cardio_agent.feedback.store import Subject
from cardio_agent.rendering.labels import printable
from cardio_agent.schema import Report
from cardio_agent.visit.state import Visit

MAX_CORRECTION = 600  # characters


def remark(
    store: FeedbackStore,
    visit: Visit,
    recording: str,
    subject: str,
    about: str,
    opinion: str,
    correction: str = "",
) -> Remark:
    """Keep a remark on the report on the desk.

    Parameters
    ----------
    store : FeedbackStore
    visit : Visit
    recording : str
        SHA-256 of the recording whose report the visitor saw.
    subject : {"statement", "sentence"}
    about : str
        The statement's code, or the sentence as shown.
    opinion : {"agree", "disagree", "correct"}
    correction : str
        The sentence as it should read; for ``correct`` only.

    Raises
    ------
    BadRequest
        When another report is on the desk by now, it says no such thing, or the correction is missing, idle
        or too long.
    UnreadableFile
        When the store cannot be written.
    """
    current = visit.current
    if current is None or current.report is None or current.report.provenance.input_sha256 != recording:
        raise BadRequest("another ECG is on the desk by now: open the report of this one again")
    if subject not in get_args(Subject) or opinion not in get_args(Opinion):
        raise BadRequest(f"'{opinion}' of a '{subject}' is no remark: use the buttons of the page")
    if len(correction) > MAX_CORRECTION:
        raise BadRequest(f"the correction has {len(correction)} characters: give at most {MAX_CORRECTION}")
    held = _held(current.report, about) if subject == "sentence" else about
    kind: Subject = "sentence" if subject == "sentence" else "statement"
    said: Opinion = "correct" if opinion == "correct" else "agree" if opinion == "agree" else "disagree"
    return store.remark(current.report, current.analysis.ecg, kind, held, said, printable(correction))


def _held(report: Report, shown: str) -> str:
    """The sentence that is shown so; what is shown where there is none."""
    sentences = (s.text for section in report.narrative for s in section.sentences)
    return next((text for text in sentences if printable(text) == printable(shown)), shown)
