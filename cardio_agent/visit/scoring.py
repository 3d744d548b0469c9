"""A risk score from what the visitor gives; what an ECG measures is taken from it, and said so."""

from collections.abc import Mapping

from cardio_agent.findings.scores import ScoreInputs, ScoreResult, compute_score, find_score
from cardio_agent.visit.state import Opened

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
