"""The training loop on a tiny data set: it learns, resumes to the same end, and refuses bad data."""

import csv
import json
import resource
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from cardio_agent.classifier.model import Calibration
from cardio_agent.classifier.network import NetworkConfig
from cardio_agent.classifier.statements import STATEMENTS
from cardio_agent.cli import main
from cardio_agent.datasets.labelled import LabelledSet, load_arrays, load_normalised
from cardio_agent.errors import TrainingError
from cardio_agent.evaluation.calibration import beta_calibration, calibrate
from cardio_agent.training import session
from cardio_agent.training.checkpoints import read_checkpoint, write_checkpoint
from cardio_agent.training.classifier import TrainingPlan, load_checkpoint, masked_loss, train

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


def test_a_checkpoint_of_before_early_stopping_is_still_taken_up(data: LabelledSet, tmp_path: Path) -> None:
    next(train(data, tmp_path, PLAN))
    tensors, about = read_checkpoint(tmp_path / "last.safetensors")
    del about["best_epoch"], about["plan"]["patience"]
    write_checkpoint(tmp_path / "last.safetensors", tensors, about)
    assert [r.epoch for r in train(data, tmp_path, PLAN, resume=True)] == [1, 2]


def test_a_run_without_progress_ends_early_and_so_does_its_resumption(
    data: LabelledSet, tmp_path: Path
) -> None:
    patient = replace(PLAN, epochs=20, patience=2)
    next(train(data, tmp_path, patient))
    tensors, about = read_checkpoint(tmp_path / "last.safetensors")
    write_checkpoint(tmp_path / "last.safetensors", tensors, about | {"best": 2.0})  # none is better
    assert [r.epoch for r in train(data, tmp_path, patient, resume=True)] == [1, 2]
    assert list(train(data, tmp_path, patient, resume=True)) == []


def test_steps_are_told_as_they_are_done(data: LabelledSet, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    run = train(data, tmp_path, PLAN, on_step=lambda done, total: told.append((done, total)))
    next(run)
    run.close()
    assert told == [(1, 12), (2, 12), (3, 12), (4, 12)]  # 29 records of folds 1–8 in batches of 8
    list(train(data, tmp_path, PLAN, resume=True, on_step=lambda done, total: told.append((done, total))))
    assert told[4:] == [(step, 12) for step in range(5, 13)]


@pytest.mark.parametrize("device", ["cuda:99", "toaster", "meta"])
def test_a_device_that_is_not_there_is_named(data: LabelledSet, tmp_path: Path, device: str) -> None:
    with pytest.raises(TrainingError, match=device):
        next(train(data, tmp_path, PLAN, device=device))


def test_weights_of_another_architecture_are_refused(data: LabelledSet, tmp_path: Path) -> None:
    next(train(data, tmp_path / "small", PLAN))
    best = tmp_path / "small" / "best.safetensors"
    wider = replace(PLAN, network=replace(SMALL, fused_channels=16))
    with pytest.raises(TrainingError, match=r"best\.safetensors belongs to another architecture"):
        next(train(data, tmp_path / "wide", wider, start_from=best))
    tensors, about = read_checkpoint(best)
    write_checkpoint(best, tensors, about | {"plan": json.loads(json.dumps(asdict(wider)))})
    with pytest.raises(TrainingError, match=r"best\.safetensors belongs to another architecture") as error:
        load_checkpoint(best)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("content", [b"", b"not a checkpoint", None], ids=["empty", "text", "absent"])
def test_what_is_no_checkpoint_is_named(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "best.safetensors"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(TrainingError, match=r"best\.safetensors is not a checkpoint"):
        load_checkpoint(path)


@contextmanager
def files_no_larger_than(n_bytes: int) -> Iterator[None]:
    """Writing more fails in the operating system, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (n_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_leaves_the_old_checkpoints_whole(data: LabelledSet, tmp_path: Path) -> None:
    run = train(data, tmp_path, PLAN)
    next(run)
    before = {path.name: path.read_bytes() for path in tmp_path.glob("*.safetensors")}
    with files_no_larger_than(4096), pytest.raises(TrainingError, match=r"cannot write .*\.safetensors"):
        next(run)
    assert {path.name: path.read_bytes() for path in tmp_path.glob("*safetensors*")} == before
    assert not list(tmp_path.glob("*.part"))
    assert [r.epoch for r in train(data, tmp_path, PLAN, resume=True)] == [1, 2]


def test_a_run_folder_that_cannot_be_made_is_named(data: LabelledSet, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(TrainingError, match=r"cannot write .*file"):
        next(train(data, tmp_path / "file" / "run", PLAN))


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


@pytest.mark.parametrize("true", [(0.7, 0.7, -1.2), (0.5, 1.4, 0.3)])
def test_beta_calibration_recovers_the_probabilities(
    rng: np.random.Generator, true: tuple[float, float, float]
) -> None:
    z = rng.normal(0, 2, 20_000)
    p = Calibration(*true, threshold=0.5).probability(z)
    fitted = Calibration(*beta_calibration(z, (rng.random(20_000) < p).astype(float)), threshold=0.5)
    # The penalty draws towards no change, most where there are few records: far out on a normal curve.
    assert np.abs(fitted.probability(z) - p).mean() < 0.025


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


def test_absent_fold_is_named_with_the_table(data: LabelledSet) -> None:
    with pytest.raises(TrainingError, match=r"labels\.csv: no record of fold 10"):
        data.of_folds((9, 10))


@pytest.mark.parametrize("fold", [3, 9])
def test_training_without_one_of_its_folds_is_refused(tmp_path: Path, fold: int) -> None:
    labels = _write(tmp_path) / "labels.csv"
    with labels.open(newline="") as file:
        header, *rows = csv.reader(file)
    with labels.open("w", newline="") as file:
        csv.writer(file).writerows(
            [header, *([*row[:2], "1", *row[3:]] if row[2] == str(fold) else row for row in rows)]
        )
    with pytest.raises(TrainingError, match=rf"labels\.csv: no record of fold {fold}"):
        next(train(load_arrays(tmp_path), tmp_path / "run", PLAN))


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda text: text[: len(text) // 2], "cut short"),
        (lambda text: text.replace("\n3,3,", "\n3,three,"), "no number"),
        (lambda text: text.replace("\n3,3,", "\n99,3,"), "no row for ecg_id 3"),
        (lambda text: "\xff" + text, "not a readable table"),
    ],
    ids=["cut short", "not a number", "record without labels", "not text"],
)
def test_spoilt_labels_are_named(tmp_path: Path, spoil: Callable[[str], str], said: str) -> None:
    labels = _write(tmp_path) / "labels.csv"
    labels.write_bytes(spoil(labels.read_text()).encode("latin-1"))
    with pytest.raises(TrainingError, match=rf"labels\.csv: .*{said}"):
        load_arrays(tmp_path)


def test_a_fault_in_the_middle_of_the_arrays_is_named(tmp_path: Path) -> None:
    path = _write(tmp_path) / "signals_100hz.npz"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)
    with pytest.raises(TrainingError, match=r"signals_100hz\.npz: not a readable array file"):
        load_arrays(tmp_path)


def test_arrays_of_another_shape_are_refused(tmp_path: Path) -> None:
    _write(tmp_path)
    np.savez(tmp_path / "signals_100hz.npz", ecg_id=np.arange(3), signal_uv=np.zeros((3, 12, 5000), np.int16))
    with pytest.raises(TrainingError, match=r"shape \(3, 12, 5000\)"):
        load_arrays(tmp_path)


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


def test_the_command_trains_stops_early_and_lays_out_the_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(session, "TrainingPlan", partial(TrainingPlan, batch_size=8, network=SMALL))
    monkeypatch.setattr(session, "stress_test", lambda *_: [])  # minutes, and tested on its own
    (tmp_path / "data").mkdir()
    _write(tmp_path / "data", n=72)
    command = ["train", "classifier", "--data", str(tmp_path / "data"), "--out", str(tmp_path / "run")]
    assert main([*command, "--epochs", "30", "--patience", "1", "--device", "cpu"]) == 0
    assert "/30" in capsys.readouterr().err  # the progress bar
    epochs = [json.loads(line) for line in (tmp_path / "run" / "history.jsonl").read_text().splitlines()]
    best = max(epochs, key=lambda epoch: (epoch["macro_auroc"], epoch["epoch"]))
    assert len(epochs) < 30
    assert epochs[-1]["epoch"] == best["epoch"] + 1  # one epoch of patience
    assert {path.name for path in (tmp_path / "run" / "model").iterdir()} == {
        "README.md",
        "SHA256SUMS",
        "calibration.json",
        "config.json",
        "metrics.json",
        "model.safetensors",
    }
