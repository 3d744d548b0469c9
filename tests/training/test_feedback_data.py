"""Remarks as labels: what was said of a statement, nothing of any other, readable by the training."""

import csv
from pathlib import Path

import numpy as np
import pytest

from cardio_agent.classifier.statements import STATEMENTS
from cardio_agent.cli import main
from cardio_agent.datasets.labelled import load_arrays
from cardio_agent.errors import TrainingError
from cardio_agent.feedback import FeedbackStore
from cardio_agent.pipeline import analyze, write_report
from cardio_agent.reading import read_ecg
from cardio_agent.resources import sample_path
from cardio_agent.training.feedback_data import feedback_labels

POSITION = {spec.code: k for k, spec in enumerate(STATEMENTS)}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> FeedbackStore:
    store = FeedbackStore(tmp_path_factory.mktemp("feedback") / "feedback.sqlite")
    ecg = read_ecg(sample_path("lbbb"))
    report = write_report(analyze(ecg, explained=False), writer="plain")
    said = {statement.code: statement.present for statement in report.statements}
    assert said["CLBBB"]
    assert not said["NORM"]
    store.remark(report, ecg, "statement", "CLBBB", "disagree")
    store.remark(report, ecg, "statement", "NORM", "agree")
    store.remark(report, ecg, "sentence", report.narrative[0].sentences[0].text, "disagree")
    return store


def test_agreement_keeps_the_verdict_disagreement_turns_it_and_the_rest_is_unknown(
    store: FeedbackStore,
) -> None:
    (targets,) = feedback_labels(store).targets
    assert targets[POSITION["CLBBB"]] == 0
    assert targets[POSITION["NORM"]] == 0
    assert np.isnan(targets).sum() == len(STATEMENTS) - 2


def test_the_export_is_read_as_a_training_table(store: FeedbackStore, tmp_path: Path) -> None:
    assert main(["feedback", "export", "--store", str(store.path), "--out", str(tmp_path)]) == 0
    again, now = load_arrays(tmp_path), feedback_labels(store)
    assert np.array_equal(again.targets, now.targets, equal_nan=True)
    assert np.abs(again.signals_mv - now.signals_mv).max() <= 0.0006
    with (tmp_path / "remarks.csv").open(newline="", encoding="utf-8") as file:
        assert [row["subject"] for row in csv.DictReader(file)].count("sentence") == 1


def test_nothing_to_learn_from_is_said(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="nothing to learn from"):
        feedback_labels(FeedbackStore(tmp_path / "none.sqlite"))


def test_next_ranks_files_and_leaves_out_what_has_feedback(
    store: FeedbackStore, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = ("normal", "lbbb")
    for name in names:
        for file in sample_path(name).parent.glob(f"{name}.*"):
            (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "broken.xml").write_text("no ECG", encoding="utf-8")
    assert main(["feedback", "next", str(tmp_path), "--store", str(store.path)]) == 0
    out = capsys.readouterr()
    assert "normal.hea" in out.out
    assert "lbbb" not in out.out
    assert "broken.xml" in out.err
