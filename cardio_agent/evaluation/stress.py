"""How the classifier stands up to bad recordings: noise, lost leads, exchanged arm electrodes.

Enters: a labelled set and a model. Leaves: a :class:`StressTable` with one row a fault and strength.
Does not judge calibration: a clean ECG's thresholds are used throughout.
"""

from collections.abc import Callable, Iterable, Iterator

import numpy as np
import numpy.typing as npt

from cardio_agent.classifier.model import Model
from cardio_agent.classifier.statements import CODES, SUPERCLASSES
from cardio_agent.datasets.labelled import LabelledSet
from cardio_agent.evaluation.metrics import macro_auroc
from cardio_agent.evaluation.scoring import logits_of, recordings
from cardio_agent.leads import LEADS, PRECORDIAL_LEADS
from cardio_agent.schema import Ecg, Record
from cardio_agent.simulation import add_noise, lose_leads, swap_arm_leads

Array = npt.NDArray[np.floating]
Fault = Callable[[Ecg, int], Ecg]
"""A recording and a seed in, the spoilt recording out."""

SNRS_DB = (20, 10, 5, 0)
MOST_LOST_LEADS = 4
# A rate of 100 Hz cannot carry 50 Hz, which decimation removes. 60 Hz that slips past it is the hardest
# case: it appears at 40 Hz, and its third harmonic at 20 Hz, inside the network's band.
_MAINS_HZ = 60.0
_NOISES = {
    "baseline": "baseline wander",
    "muscle": "muscle noise",
    "mains": "mains hum",
    "electrode": "electrode motion",
}
_NORMAL, _INFARCT = CODES.index("NORM"), CODES.index("MI")
_ABNORMAL = [CODES.index(code) for code in SUPERCLASSES if code != "NORM"]


class StressRow(Record):
    """The superclasses under one fault; falls and rises are against the clean recordings."""

    fault: str
    macro_auroc: float
    fall: float
    normal_called_abnormal: float
    """Share of the ECGs labelled normal for which MI, STTC, CD or HYP is stated."""
    rise_points: float
    p_mi_of_normal: float
    """Mean probability of infarction given to the ECGs labelled normal."""
    p_mi_of_infarct: float


class StressTable(Record):
    """The clean recordings first, then every fault."""

    rows: tuple[StressRow, ...]


def faults() -> dict[str, Fault]:
    """Every fault by its name, in the order of the table."""
    table: dict[str, Fault] = {
        f"{name}, {snr_db} dB": _noise(kind, snr_db) for kind, name in _NOISES.items() for snr_db in SNRS_DB
    }
    table |= {
        f"{n} lost lead{'s' if n > 1 else ''}": _random_leads_lost(n) for n in range(1, MOST_LOST_LEADS + 1)
    }
    table["limb leads only"] = lambda ecg, _: lose_leads(ecg, PRECORDIAL_LEADS)
    table["arm electrodes exchanged"] = lambda ecg, _: swap_arm_leads(ecg)
    return table


def stress_test(
    model: Model, data: LabelledSet, chosen: dict[str, Fault] | None = None, *, seed: int = 0
) -> Iterator[StressRow]:
    """Score the superclasses on the clean recordings, then under each fault.

    Parameters
    ----------
    model : Model
    data : LabelledSet
        Records that the model was not trained on.
    chosen : dict of str to callable, optional
        The faults (default: :func:`faults`).
    seed : int
        Record k is spoilt with seed + k, whatever the fault, so that strengths are comparable.

    Yields
    ------
    StressRow
        The first is "clean"; each comes as soon as it is computed.
    """
    ecgs = recordings(data)
    clean = _row("clean", model, data.targets, ecgs, None)
    yield clean
    for name, fault in (faults() if chosen is None else chosen).items():
        spoilt = (fault(ecg, seed + k) for k, ecg in enumerate(ecgs))
        yield _row(name, model, data.targets, spoilt, clean)


def _noise(kind: str, snr_db: float) -> Fault:
    return lambda ecg, seed: add_noise(ecg, kind, snr_db, seed, mains_hz=_MAINS_HZ)


def _random_leads_lost(n: int) -> Fault:
    def lose(ecg: Ecg, seed: int) -> Ecg:
        rows = np.random.default_rng([seed, n]).permutation(len(LEADS))[:n]
        return lose_leads(ecg, tuple(LEADS[row] for row in rows))

    return lose


def _row(
    fault: str,
    model: Model,
    targets: Array,
    ecgs: Iterable[Ecg],
    clean: StressRow | None,
) -> StressRow:
    p = model.probabilities(logits_of(model, ecgs))
    thresholds = np.array([model.calibration[CODES[k]].threshold for k in _ABNORMAL])
    normal, infarct = (np.flatnonzero(targets[:, k] == 1) for k in (_NORMAL, _INFARCT))
    called = np.any(p[:, _ABNORMAL] >= thresholds, axis=1)
    area = macro_auroc(targets[:, : len(SUPERCLASSES)], p[:, : len(SUPERCLASSES)])
    share = _mean(called[normal])
    return StressRow(
        fault=fault,
        macro_auroc=area,
        fall=0.0 if clean is None else clean.macro_auroc - area,
        normal_called_abnormal=share,
        rise_points=0.0 if clean is None else 100 * (share - clean.normal_called_abnormal),
        p_mi_of_normal=_mean(p[normal, _INFARCT]),
        p_mi_of_infarct=_mean(p[infarct, _INFARCT]),
    )


def _mean(values: npt.NDArray[np.floating | np.bool_]) -> float:
    return float(np.mean(values)) if len(values) else float("nan")
