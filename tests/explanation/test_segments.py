"""Labels of samples and shares of maps, against counts made by hand."""

from collections.abc import Callable

import numpy as np
import pytest

from cardio_agent.explanation.segments import SEGMENTS, hold, label_samples, share_out
from cardio_agent.leads import LEADS
from cardio_agent.schema import Beats, Ecg, Waves


@pytest.mark.parametrize("fs_hz", [100, 250, 500, 1000])
def test_labels_follow_the_waves_at_any_rate(
    fs_hz: float, recording: Callable[..., Ecg], waves_of: Callable[[Ecg], Waves]
) -> None:
    labels = label_samples(waves_of(recording(fs_hz, 3)), 300, 100)
    assert labels is not None
    counts = {name: int((labels == k).sum()) for k, name in enumerate(SEGMENTS)}
    assert counts == {"P": 30, "PR": 18, "QRS": 30, "ST": 30, "T": 60, "TP": 132}


def test_no_beats_no_labels() -> None:
    assert label_samples(Waves(500, Beats(), {}), 1000, 100) is None


def test_shares_are_those_of_the_map() -> None:
    relevance = np.zeros((12, 60))
    labels = np.repeat(np.arange(6, dtype=np.int8), 10)
    relevance[0, 0:10] = 3  # 30 in lead I, P
    relevance[7, 20:30] = 1  # 10 in V2, QRS
    shares = share_out(relevance, labels)
    assert shares.leads["I"] == shares.segments["P"] == shares.lead_segments["I"]["P"] == pytest.approx(0.75)
    assert (
        shares.leads["V2"]
        == shares.segments["QRS"]
        == shares.lead_segments["V2"]["QRS"]
        == pytest.approx(0.25)
    )
    assert sum(map(sum, (row.values() for row in shares.lead_segments.values()))) == pytest.approx(1)
    assert tuple(shares.leads) == LEADS
    assert tuple(shares.segments) == SEGMENTS


def test_without_labels_only_leads_have_shares() -> None:
    shares = share_out(np.ones((12, 50)), None)
    assert sum(shares.leads.values()) == pytest.approx(1)
    assert shares.segments == shares.lead_segments == {}


def test_an_empty_map_has_no_share_anywhere() -> None:
    assert set(share_out(np.zeros((12, 50)), None).leads.values()) == {0.0}


def test_another_grid_keeps_the_sums(rng: np.random.Generator) -> None:
    values = rng.normal(size=(12, 40))
    source = np.sort(np.append(np.arange(40), rng.integers(0, 40, size=200)))
    finer = hold(values, source)
    assert finer.shape == (12, 240)
    assert finer.sum(1) == pytest.approx(values.sum(1), abs=1e-4)
