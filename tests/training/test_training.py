"""The training loop on a tiny data set: it learns, resumes to the same end, and refuses bad data."""

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from cardio_agent.classifier.network import NetworkConfig
from cardio_agent.classifier.statements import STATEMENTS
from cardio_agent.errors import TrainingError
from cardio_agent.training.calibration import calibrate, platt
from cardio_agent.training.classifier import TrainingPlan, load_checkpoint, masked_loss, train
from cardio_agent.training.datasets import LabelledSet, load_arrays, load_normalised

SMALL = NetworkConfig(
    trunk_channels=(8, 8, 8, 8), trunk_blocks=(1, 1, 1, 1), lead_channels=(4, 4, 4), fused_channels=8
)
PLAN = TrainingPlan(epochs=3, batch_size=8, network=SMALL)


def _write(folder: Path, *, n: int = 32, drop: str = "", patient_twice: bool = False) -> Path:
    rng = np.random.default_rng(0)
    signals = (rng.standard_normal((n, 12, 1000)) * 100).astype(np.int16)
    np.savez(folder / "signals_100hz.npz", ecg_id=np.arange(n, dtype=np.int32), signal_uv=signals)
    columns = [
        c for c in ("ecg_id", "patient_id", "strat_fold", *(s.column for s in STATEMENTS)) if c != drop
    ]
    with (folder / "labels.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, columns, extrasaction="ignore")
        writer.writeheader()
        for k in range(n):
            row = {s.column: int((k // 9 + k + j) % 3 == 0) for j, s in enumerate(STATEMENTS)}
            if k % 4 == 0:
                row |= {s.column: "" for s in STATEMENTS if s.group == "form"}
            writer.writerow(
                row | {"ecg_id": k, "patient_id": 0 if patient_twice else k, "strat_fold": k % 9 + 1}
            )
    return folder


@pytest.fixture
def data(tmp_path: Path) -> LabelledSet:
    return load_arrays(_write(tmp_path))


def test_resumed_run_ends_as_an_undisturbed_one(data: LabelledSet, tmp_path: Path) -> None:
    whole = list(train(data, tmp_path / "whole", PLAN))
    interrupted = train(data, tmp_path / "cut", PLAN)
    next(interrupted)
    interrupted.close()
    rest = list(train(data, tmp_path / "cut", PLAN, resume=True))
    assert [r.epoch for r in rest] == [1, 2]
    assert rest[-1].loss == pytest.approx(whole[-1].loss, rel=1e-6)
    a, b = (load_file(tmp_path / name / "last.safetensors") for name in ("whole", "cut"))
    assert all(torch.equal(a[key], b[key]) for key in a)


def test_checkpoint_of_another_plan_is_refused(data: LabelledSet, tmp_path: Path) -> None:
    next(train(data, tmp_path / "run", PLAN))
    with pytest.raises(TrainingError, match="another plan"):
        next(train(data, tmp_path / "run", replace(PLAN, seed=5), resume=True))


def test_best_checkpoint_can_be_loaded(data: LabelledSet, tmp_path: Path) -> None:
    results = list(train(data, tmp_path / "run", PLAN))
    network, plan, epoch = load_checkpoint(tmp_path / "run" / "best.safetensors")
    assert plan == PLAN
    assert results[epoch].macro_auroc == max(r.macro_auroc for r in results)
    assert network.config == SMALL


def test_missing_groups_do_not_move_the_loss() -> None:
    logits = torch.zeros(2, 59)
    goal = torch.zeros(2, 59)
    goal[:, -19:] = torch.nan
    base = masked_loss(logits, goal, 2.0)
    logits[:, -19:] = 50.0
    assert torch.equal(masked_loss(logits, goal, 2.0), base)


def test_platt_recovers_slope_and_intercept(rng: np.random.Generator) -> None:
    z = rng.normal(0, 2, 20_000)
    y = (rng.random(20_000) < 1 / (1 + np.exp(-(0.7 * z - 1.2)))).astype(float)
    slope, intercept = platt(z, y)
    assert slope == pytest.approx(0.7, abs=0.05)
    assert intercept == pytest.approx(-1.2, abs=0.08)


def test_rare_statements_lean_on_their_group(rng: np.random.Generator) -> None:
    targets = np.zeros((100, 59))
    targets[:40, :5] = 1
    calibration = calibrate(rng.normal(size=(100, 59)), targets)
    assert len({calibration[s.code] for s in STATEMENTS if s.group == "rhythm"}) == 1


def test_missing_column_is_named(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="rhythm_AFIB"):
        load_arrays(_write(tmp_path, drop="rhythm_AFIB"))


def test_patient_in_two_folds_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="more than one fold"):
        load_arrays(_write(tmp_path, patient_twice=True))


def test_absent_fold_is_named(data: LabelledSet) -> None:
    with pytest.raises(TrainingError, match="fold 10"):
        data.of_folds((10,))


def test_validation_fold_without_a_class_is_refused(data: LabelledSet, tmp_path: Path) -> None:
    targets = data.targets.copy()
    targets[data.folds == 9, 1] = 0  # no MI in fold 9
    with pytest.raises(TrainingError, match="MI"):
        next(train(replace(data, targets=targets), tmp_path / "run", PLAN))


def test_unreadable_arrays_are_named(tmp_path: Path) -> None:
    _write(tmp_path)
    (tmp_path / "signals_100hz.npz").write_bytes(b"not an archive")
    with pytest.raises(TrainingError, match=r"signals_100hz\.npz"):
        load_arrays(tmp_path)


def test_records_without_voltage_get_one_and_say_nothing_that_rests_on_it(tmp_path: Path) -> None:
    data = load_arrays(_write(tmp_path))
    rng = np.random.default_rng(1)
    z = rng.standard_normal((32, 12, 1000))
    z = (z - z.mean(-1, keepdims=True)) / z.std(-1, keepdims=True)
    ratio = np.tile(np.array([0.5, 1, 2, 0.7, 0.6, 1.4], dtype=np.float32), (32, 1))
    ids = np.arange(32, dtype=np.int32)
    np.savez(
        tmp_path / "normalised_100hz.npz",
        ecg_id=ids,
        signal_milliz=(z * 1000).astype(np.int16),
        limb_rel_sd=ratio,
    )
    restored = load_normalised(tmp_path, data)
    assert restored is not None
    sd_mv = restored.signals_mv.std(axis=-1)
    np.testing.assert_allclose(sd_mv[:, :6] / sd_mv[:, 1:2], ratio, rtol=0.01)
    assert 0.05 < sd_mv[:, 6:].min() < sd_mv.max() < 0.3  # the donors' voltage: noise of 0.1 mV, rounded
    unknown = {spec.code for k, spec in enumerate(STATEMENTS) if np.isnan(restored.targets[1, k])}
    assert {"NORM", "MI", "STTC", "CD", "HYP", "LVH", "LVOLT"} <= unknown
    assert not {"AFIB", "CLBBB", "IMI"} & unknown


def test_a_folder_without_such_records_has_none(data: LabelledSet, tmp_path: Path) -> None:
    assert load_normalised(tmp_path / "nowhere", data) is None


def test_a_run_may_start_from_the_weights_of_another(data: LabelledSet, tmp_path: Path) -> None:
    list(train(data, tmp_path / "first", PLAN))
    still = replace(PLAN, peak_learning_rate=0.0, epochs=1)
    list(train(data, tmp_path / "second", still, start_from=tmp_path / "first" / "best.safetensors"))
    first, second = (load_file(tmp_path / n / "best.safetensors") for n in ("first", "second"))
    weights = [key for key in first if "running" not in key and "num_batches" not in key]
    assert all(torch.allclose(first[key], second[key]) for key in weights)
