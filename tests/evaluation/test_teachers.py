"""The port of the public networks against the probabilities that came with their weights."""

import json
from pathlib import Path

import numpy as np
import torch

from cardio_agent.classifier.preprocessing import band_pass
from cardio_agent.classifier.statements import SUPERCLASSES
from cardio_agent.evaluation.teachers import Teachers


def test_teachers_give_their_published_probabilities(shared_data: Path) -> None:
    folder = shared_data.parent / "teachers"
    check = json.loads((folder / "check.json").read_text())
    arrays = np.load(shared_data / "ptbxl" / "signals_100hz.npz")
    rows = [int(np.flatnonzero(arrays["ecg_id"] == int(i))[0]) for i in check["probabilities"]]
    raw = arrays["signal_uv"][rows].astype(np.float32) / 1000
    with torch.inference_mode():
        both = Teachers(folder).each(torch.from_numpy(raw), torch.from_numpy(band_pass(raw)))
    for name, got in zip(("cnn7", "leadattention"), both, strict=True):
        want = np.array([entry[name] for entry in check["probabilities"].values()])
        columns = [check["order"].index(code) for code in SUPERCLASSES]
        np.testing.assert_allclose(got.numpy(), want[:, columns], atol=1e-4)
