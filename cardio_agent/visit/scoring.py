"""Risk scores from what the visitor gives; what an ECG measures is taken from it, and said so."""

from collections.abc import Mapping
from dataclasses import replace

from cardio_agent.errors import BadRequest, CardioAgentError
from cardio_agent.findings.scores import ScoreInputs, compute_score, find_score
from cardio_agent.rendering.messages import fault_message, opened_message
from cardio_agent.schema import ScoreResult
from cardio_agent.visit.state import Opened, Visit

_QTC_INPUT, _QTC_NAME = "qtc_ms", "qtc_bazett_ms"


def score(name: str, given: Mapping[str, str], current: Opened | None) -> ScoreResult:
    """A score as far as its inputs go.

    Parameters
    ----------
    name : str
    given : mapping of input to its value as text
        Of inputs that this score does not have, nothing is taken; what is not given is missing.
    current : Opened, optional
        The ECG on the desk: a QTc that is not given is taken from it.

    Raises
    ------
    BadRequest
        When there is no such score or a value is none that its question allows.
    """
    keys = {question.key for question in find_score(name).questions}
    own = {key: value for key, value in given.items() if key in keys}
    origins: dict[str, str] = {}
    if _QTC_INPUT in keys - own.keys() and current is not None:
        measured = current.analysis.measurements.get(_QTC_NAME)
        if measured.value is not None:
            own[_QTC_INPUT] = f"{measured.value:.0f}"
            origins[_QTC_INPUT] = f"measured in {current.label}: {measured.method}"
    return compute_score(ScoreInputs.of(name, own, origins))


def add_score(name: str, given: Mapping[str, str], visit: Visit) -> Visit:
    """The visit with a score in the report on the desk, in place of an earlier one of that name.

    A report that is made again begins without scores: age and sex may have changed.

    Returns
    -------
    Visit
        With a message of the score, or of why it cannot be had.
    """
    current = visit.current
    try:
        if current is None or current.report is None:
            raise BadRequest("there is no report yet to put a score into: open an ECG first")
        result = score(name, given, current)
    except CardioAgentError as fault:
        return visit.told(fault_message(fault))
    others = tuple(one for one in current.report.scores if one.score != name)
    report = current.report.model_copy(update={"scores": (*others, result)})
    said = opened_message(result.name, "Put into the report and its files:")
    return visit.showing(replace(current, report=report)).told(said)
