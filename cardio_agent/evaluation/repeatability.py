"""How far a measurement differs from itself: what a comparison with a prior ECG must exceed to tell anything.

Enters: labelled ECGs. Leaves: a Markdown table. Nothing has changed between the two halves of one normal
recording, so that their differences are the program's own; between two normal recordings of one person the
electrodes and the day differ as well. A half has fewer beats than a whole, and so differs a little more.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from cardio_agent.classifier.statements import CODES
from cardio_agent.datasets.labelled import LabelledSet
from cardio_agent.evaluation.criteria import normal_records
from cardio_agent.evaluation.scoring import recordings
from cardio_agent.findings.comparison import TRACKED, difference
from cardio_agent.measurement import delineate, measure
from cardio_agent.schema import Ecg, Measurements
from cardio_agent.signal import assess_quality

_Twice = tuple[Measurements, Measurements]
_SHARE = 95


def score_repeatability(data: LabelledSet, n_halved: int = 200) -> str:
    """Differences of each tracked measurement within normal recordings and between two of one person.

    Parameters
    ----------
    data : LabelledSet
    n_halved : int
        How many recordings are halved, from the first on.
    """
    rows = np.flatnonzero(normal_records({code: data.targets[:, k] == 1 for k, code in enumerate(CODES)}))
    ecgs = recordings(data)
    halves = [_halves(ecgs[row]) for row in rows[:n_halved]]
    pairs = [(_measured(ecgs[a]), _measured(ecgs[b])) for a, b in _of_one_person(data, rows)]
    return "\n".join(_lines(halves, pairs))


def _lines(halves: list[_Twice], pairs: list[_Twice]) -> Iterator[str]:
    yield (
        f"Differences within {len(halves)} normal recordings (first half and second) and between "
        f"{len(pairs)} pairs of normal recordings of one person: {_SHARE} % are no larger than this."
    )
    yield ""
    yield "| measurement | halves of a recording | two recordings | a change is told from |"
    yield "|---|---|---|---|"
    for row in TRACKED:
        for lead in row.leads:
            name = f"{row.name} {lead}" if lead else row.name
            spread = [_limit(_differences(twice, row.name, lead)) for twice in (halves, pairs)]
            yield f"| {name} | {' | '.join(spread)} | {row.change:g} |"


def _differences(measured: Iterable[_Twice], name: str, lead: str | None) -> npt.NDArray[np.float64]:
    values = [(one.value(name, lead), other.value(name, lead)) for one, other in measured]
    return np.array([abs(difference(name, a, b)) for a, b in values if a is not None and b is not None])


def _limit(differences: npt.NDArray[np.float64]) -> str:
    return f"{np.percentile(differences, _SHARE):.3g} ({len(differences)})" if len(differences) else "–"


def _halves(ecg: Ecg) -> _Twice:
    middle = ecg.n_samples // 2
    first, second = ecg.signal_mv[:, :middle], ecg.signal_mv[:, middle:]
    return _measured(replace(ecg, signal_mv=first)), _measured(replace(ecg, signal_mv=second))


def _measured(ecg: Ecg) -> Measurements:
    return measure(ecg, delineate(ecg), assess_quality(ecg))


def _of_one_person(data: LabelledSet, rows: npt.NDArray[np.intp]) -> Iterator[tuple[int, int]]:
    """Each record with the next one of the same patient; the ids of PTB-XL follow time."""
    last: dict[int, int] = {}
    for row in rows[np.argsort(data.ids[rows])].tolist():
        patient = int(data.patients[row])
        if patient in last:
            yield last[patient], row
        last[patient] = row
