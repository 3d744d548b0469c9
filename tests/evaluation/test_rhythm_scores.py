"""The tables of rhythm, on simulated ECGs whose rhythm is known."""

import numpy as np
import pytest

from cardio_agent.classifier.statements import CODES
from cardio_agent.datasets.labelled import LabelledSet
from cardio_agent.evaluation import rhythm as rhythm_scores
from cardio_agent.simulation import simulate

RHYTHMS = {"normal": ("SR", "NORM"), "af": ("AFIB",), "pvc": ("SR", "PVC"), "paced": ("PACE",)}


@pytest.fixture
def labelled() -> LabelledSet:
    """Two ECGs of each rhythm at 100 Hz, rightly labelled."""
    signals, targets = [], []
    for seed in (0, 1):
        for rhythm, codes in RHYTHMS.items():
            signals.append(simulate(rhythm, fs_hz=100, noise_snr_db=25, seed=seed).ecg.signal_mv)
            targets.append([float(code in codes) for code in CODES])
    ids = np.arange(len(signals))
    return LabelledSet(ids, ids, ids * 0 + 9, np.stack(signals), np.array(targets, dtype=np.float32))


def rows(table: str) -> dict[str, list[str]]:
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()]
    return {first: rest for first, *rest in cells}


def test_what_the_labels_say_is_found(labelled: LabelledSet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rhythm_scores, "PACED_SEEDS", range(1))
    table = rows(rhythm_scores.score_rhythm(labelled))
    assert table["sinus rhythm"] == ["4", "100.0 %", "0.0 %"]
    assert table["atrial fibrillation"] == ["2", "0.0 %", "100.0 %"]
    assert table["atrial flutter"] == ["0", "–", "–"]
    assert table["premature ventricular complexes"] == ["PVC", "2", "100.0 %", "6", "0.0 %"]
    assert table["irregular without P waves, or flutter"] == ["AFIB, AFLT", "2", "100.0 %", "6", "0.0 %"]
    assert table["flutter waves"][-1] == "0.0 %"
    assert float(table["500 Hz"][1].removesuffix(" %")) > 95
