"""The stress table with networks whose answer to each fault is known beforehand."""

import numpy as np
import pytest

from cardio_agent.classifier.model import Calibration, Model
from cardio_agent.classifier.runners import Runner
from cardio_agent.classifier.statements import CODES
from cardio_agent.datasets.labelled import LabelledSet
from cardio_agent.evaluation.stress import SNRS_DB, StressRow, faults, stress_test

N = 12
MI = CODES.index("MI")


@pytest.fixture
def data(rng: np.random.Generator) -> LabelledSet:
    """Spikes in every lead: upwards in lead I of infarcts, downwards in lead I of normal ECGs."""
    infarct = np.arange(N) % 2 == 1
    spikes = np.zeros((N, 12, 1000), dtype=np.float32)
    spikes[..., 50::100] = 1.0
    spikes[:, 0] *= np.where(infarct, 1, -1)[:, None]
    targets = np.zeros((N, len(CODES)), dtype=np.float32)
    targets[infarct, MI] = 1
    targets[~infarct, CODES.index("NORM")] = 1
    ids = np.arange(N)
    return LabelledSet(ids, ids, np.full(N, 9), spikes + rng.normal(0, 0.01, spikes.shape), targets)


def _model(run: Runner) -> Model:
    return Model(run, {code: Calibration(1.0, 1.0, 0.0, 0.5) for code in CODES}, "test", "", 8)


def _upright_lead_one(signal: np.ndarray, present: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Infarction where the spikes of lead I point upwards."""
    logits = np.full((len(signal), len(CODES)), -5.0, dtype=np.float32)
    logits[:, MI] = 5 * np.sign((signal[:, 0] ** 3).sum(axis=-1))
    return logits, present


def _absent_lead(signal: np.ndarray, present: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Infarction where a lead is absent."""
    logits = np.full((len(signal), len(CODES)), -5.0, dtype=np.float32)
    logits[~present.all(axis=1), MI] = 5
    return logits, present


def _rows(run: Runner, data: LabelledSet) -> dict[str, StressRow]:
    return {row.fault: row for row in stress_test(_model(run), data)}


def test_every_fault_is_in_the_table_after_the_clean_row(data: LabelledSet) -> None:
    names = list(_rows(_absent_lead, data))
    assert names == ["clean", *faults()]
    for noise in ("baseline wander", "muscle noise", "mains hum", "electrode motion"):
        assert {f"{noise}, {snr} dB" for snr in SNRS_DB} <= set(names)
    assert {"1 lost lead", "4 lost leads", "limb leads only", "arm electrodes exchanged"} <= set(names)


def test_exchanged_arms_invert_what_lead_one_says(data: LabelledSet) -> None:
    rows = _rows(_upright_lead_one, data)
    clean, exchanged = rows["clean"], rows["arm electrodes exchanged"]
    # The classes with one value only have no AUROC; NORM is told by a constant: 0.5.
    assert clean.macro_auroc == pytest.approx((1 + 0.5) / 2)
    assert exchanged.macro_auroc == pytest.approx((0 + 0.5) / 2)
    assert exchanged.fall == pytest.approx(0.5)
    assert (clean.normal_called_abnormal, exchanged.normal_called_abnormal) == (0, 1)
    assert exchanged.rise_points == pytest.approx(100)
    assert clean.p_mi_of_infarct > 0.99 > 0.01 > clean.p_mi_of_normal


def test_lost_leads_are_masked_and_noise_is_not(data: LabelledSet) -> None:
    rows = _rows(_absent_lead, data)
    for name, row in rows.items():
        lost = name == "limb leads only" or "lost" in name
        assert row.normal_called_abnormal == (1 if lost else 0), name


def test_the_same_seed_gives_the_same_table(data: LabelledSet) -> None:
    def of_power(signal: np.ndarray, present: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return np.tile(signal.var(axis=(1, 2))[:, None], len(CODES)), present

    some = {name: fault for name, fault in faults().items() if name.startswith(("muscle", "electrode"))}
    first, again, other = (list(stress_test(_model(of_power), data, some, seed=seed)) for seed in (0, 0, 1))
    assert first == again
    assert first != other
