"""``evaluate --explanations`` as a user runs it, with a small untrained network."""

import csv
import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
import torch

from cardio_agent.classifier.model import Calibration, Model
from cardio_agent.classifier.network import EcgNetwork, NetworkConfig
from cardio_agent.classifier.runners import TorchRunner
from cardio_agent.classifier.statements import CODES, STATEMENTS
from cardio_agent.cli import main
from cardio_agent.datasets.labelled import load_labelled
from cardio_agent.evaluation.faithfulness.trials import RANDOM, VOLTAGE, choose_cases, examine
from cardio_agent.explanation.methods import METHODS
from cardio_agent.simulation import simulate
from cardio_agent.training.checkpoints import write_checkpoint
from cardio_agent.training.classifier import TrainingPlan

SMALL = NetworkConfig(
    trunk_channels=(4, 4, 4, 4), trunk_blocks=(1, 1, 1, 1), lead_channels=(2, 2, 2), fused_channels=4
)
TRUE = {"normal": {"super_NORM", "sub_NORM"}, "lbbb": {"super_CD", "sub_CLBBB"}}


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> Model:
    torch.manual_seed(5)
    network = EcgNetwork(SMALL).eval().requires_grad_(False)
    made = Model(TorchRunner(network), {c: Calibration(1.0, 1.0, 0.0, 0.5) for c in CODES}, "small", "", 8)
    monkeypatch.setattr("cardio_agent.classifier.model.load_model", lambda: made)
    return made


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two normal ECGs, two with left bundle branch block, and a normal one without any beat."""
    rhythms = ["normal", "lbbb", "normal", "lbbb", "normal"]
    ecgs = [simulate(rhythm, fs_hz=100, seed=k).ecg for k, rhythm in enumerate(rhythms)]
    signals = np.round([1000 * ecg.signal_mv for ecg in ecgs]).astype(np.int16)
    signals[4] = 0
    np.savez(tmp_path / "signals_100hz.npz", ecg_id=np.arange(5), signal_uv=signals)
    with (tmp_path / "labels.csv").open("w", newline="") as file:
        names = ["ecg_id", "patient_id", "strat_fold", *(spec.column for spec in STATEMENTS)]
        writer = csv.DictWriter(file, names, restval="0")
        writer.writeheader()
        for k, rhythm in enumerate(rhythms):
            true = dict.fromkeys(TRUE[rhythm], 1)
            writer.writerow(true | {"ecg_id": k, "patient_id": k, "strat_fold": 9})
    return tmp_path


def test_tables_and_json(folder: Path, model: Model, capsys: pytest.CaptureFixture[str]) -> None:
    same, out = folder / "best.safetensors", folder / "faithfulness.json"
    plan = TrainingPlan(network=SMALL)
    write_checkpoint(same, model.network.state_dict(), {"epoch": 0, "plan": asdict(plan)})
    asked = ["attention", "occlusion-lead", "--other-network", str(same), "--out", str(out)]
    assert main(["evaluate", "--data", str(folder), "--explanations", *asked]) == 0
    shown = capsys.readouterr().out
    assert "4 recordings of PTB-XL fold 9" in shown
    assert "| NORM (2) | CD (2) | CLBBB (2) |" in shown
    methods = {m["method"]: m for m in json.loads(out.read_text())["methods"]}
    assert set(methods) == {"attention", "occlusion-lead", RANDOM, VOLTAGE}
    for name in ("attention", "occlusion-lead", VOLTAGE):
        # The other network is the same network.
        assert methods[name]["superclasses"]["other_network"][0] == pytest.approx(1)
    assert methods[VOLTAGE]["superclasses"]["untrained"][0] == pytest.approx(1)
    assert abs(methods["attention"]["superclasses"]["untrained"][0]) < 0.9
    block = next(s for s in methods["occlusion-lead"]["statements"] if s["code"] == "CLBBB")
    assert block["scores"]["inside"][0] is None
    assert 0 < block["scores"]["time_inside"][0] < 0.4


def test_the_same_seed_gives_the_same_trials_in_any_company(folder: Path, model: Model) -> None:
    data = load_labelled(folder)
    cases = {row: codes for row, codes in choose_cases(data, 9).items() if row in (0, 4)}

    def figures(*methods: str, seed: int) -> dict[str, tuple[int, tuple[float, ...]]]:
        tried = {name: METHODS[name] for name in methods}
        found = [t for trials in examine(model, data, tried, cases, seed=seed) for t in trials]
        return {t.method: (t.row, t.figures[:6]) for t in found}

    alone, other_seed = figures("occlusion-lead", seed=0), figures("occlusion-lead", seed=1)
    company = figures("attention", "occlusion-lead", seed=0)
    assert company.items() >= alone.items()
    assert alone["occlusion-lead"] != other_seed["occlusion-lead"]  # cells of one lead are equal
    assert {row for row, _ in company.values()} == {0}  # record 4 has no beat


def test_cases_are_carriers_and_not_more_than_asked(folder: Path) -> None:
    data = load_labelled(folder)
    cases = choose_cases(data, 1)
    assert sorted(code for codes in cases.values() for code in codes) == ["CD", "CLBBB", "NORM"]
    assert all(data.targets[row, CODES.index(code)] == 1 for row, codes in cases.items() for code in codes)
    assert choose_cases(data, 9) == {
        0: ["NORM"], 1: ["CD", "CLBBB"], 2: ["NORM"], 3: ["CD", "CLBBB"], 4: ["NORM"]
    }  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--explanations", "--retrieval", "questions.json"], "give --data"),
        (["--explanations", "--stress", "--data", "."], "without it"),
        (["--explanations", "tea-leaves", "--data", "."], "no explanation method 'tea-leaves'"),
    ],
)
def test_a_wrong_request_is_one_line(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["evaluate", *arguments]) == 1
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1


def test_a_fold_without_the_statements_is_said(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = folder / "labels.csv"
    header, *rows = table.read_text().splitlines()
    blank = [",".join([*row.split(",")[:3], *["0"] * len(STATEMENTS)]) for row in rows]
    table.write_text("\n".join([header, *blank]))
    assert main(["evaluate", "--data", str(folder), "--explanations", "attention"]) == 1
    assert "choose another fold" in capsys.readouterr().err
