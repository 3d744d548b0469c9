"""Explanations of whole recordings: time base, windows, lost leads, bad requests."""

from collections.abc import Callable
from dataclasses import asdict, replace

import numpy as np
import pytest

from cardio_agent.classifier import classify
from cardio_agent.classifier.model import load_model
from cardio_agent.classifier.runners import TorchRunner
from cardio_agent.errors import BadRecording, BadRequest
from cardio_agent.explanation import DEFAULT_METHOD, METHODS, explain, summarise_attention
from cardio_agent.explanation.explaining import SHARES_OF, default_method
from cardio_agent.leads import LEADS
from cardio_agent.schema import Ecg, Waves
from cardio_agent.simulation import simulate
from tests.explanation.conftest import NO_BEATS, LinearRunner, model_of

MakeEcg = Callable[..., Ecg]
WavesOf = Callable[[Ecg], Waves]


@pytest.mark.parametrize("method", METHODS)
def test_every_method_gives_shares_that_sum_to_one(
    method: str, recording: MakeEcg, waves_of: WavesOf, small: TorchRunner
) -> None:
    ecg = recording(250, 3)
    told = explain(ecg, "CLBBB", method=method, waves=waves_of(ecg), model=model_of(small))
    assert (told.code, told.method) == ("CLBBB", method)
    assert told.map.shape == (12, 750)
    assert told.map.dtype == np.float32
    assert np.isfinite(told.map).all()
    assert sum(told.leads.values()) == pytest.approx(1)
    if METHODS[method].tells_times:
        assert sum(told.segments.values()) == pytest.approx(1)
        assert sum(sum(row.values()) for row in told.lead_segments.values()) == pytest.approx(1)
    else:
        assert told.segments == told.lead_segments == {}


@pytest.mark.parametrize(("fs_hz", "seconds"), [(100, 10), (360, 10), (500, 4), (500, 25), (1000, 10)])
def test_the_map_has_the_recordings_time_base(
    fs_hz: float, seconds: float, recording: MakeEcg, waves_of: WavesOf, linear: LinearRunner
) -> None:
    ecg = recording(fs_hz, seconds)
    told = explain(ecg, "MI", method="occlusion-segment", waves=waves_of(ecg), model=model_of(linear))
    assert told.map.shape == ecg.signal_mv.shape
    assert told.map.any(axis=0)[: -round(fs_hz / 100)].all()


def test_relevance_stays_at_its_time(recording: MakeEcg) -> None:
    weight = np.zeros((12, 1000))
    weight[3, 400:420] = 1.0  # 4.0 to 4.2 s
    told = explain(
        recording(500), "MI", method="occlusion-window", waves=NO_BEATS, model=model_of(LinearRunner(weight))
    )
    times_s = np.flatnonzero(np.abs(told.map[3]) > 1e-6) / 500
    assert times_s.min() == pytest.approx(4.0, abs=0.011)
    assert times_s.max() == pytest.approx(4.2, abs=0.011)
    assert not np.delete(np.abs(told.map) > 1e-6, 3, axis=0).any()


def test_windows_of_a_long_recording_are_joined_and_overlaps_averaged(recording: MakeEcg) -> None:
    ecg = recording(100, 25)  # windows from 0, 10 and 15.04 s: 15.04 to 20 s is explained twice
    weight = np.zeros((12, 1000))
    weight[0] = 1.0
    told = explain(ecg, "MI", method="occlusion-lead", waves=NO_BEATS, model=model_of(LinearRunner(weight)))
    assert np.ptp(told.map[0, :1000]) == np.ptp(told.map[0, 1000:1504]) == np.ptp(told.map[0, 2000:]) == 0
    twice = (told.map[0, 1400] + told.map[0, 2400]) / 2
    assert told.map[0, 1700] == pytest.approx(twice)
    assert told.leads["I"] == pytest.approx(1)


@pytest.mark.parametrize("value", [np.nan, 0.0, 1.5], ids=["missing", "flat at 0", "flat at 1.5 mV"])
@pytest.mark.parametrize("method", ["attention", "occlusion-lead", "integrated-gradients", "gradcam"])
def test_a_missing_or_flat_lead_gets_nothing(
    method: str, value: float, recording: MakeEcg, small: TorchRunner
) -> None:
    told = explain(recording(100, 5, {4: value}), "MI", method=method, waves=NO_BEATS, model=model_of(small))
    assert not told.map[4].any()
    assert told.leads["aVL"] == 0
    assert sum(told.leads.values()) == pytest.approx(1)


def test_without_beats_leads_are_still_told_apart(recording: MakeEcg, small: TorchRunner) -> None:
    told = explain(recording(), "MI", method="integrated-gradients", waves=NO_BEATS, model=model_of(small))
    assert set(told.leads) == set(LEADS)
    assert told.segments == told.lead_segments == {}


def test_where_nothing_speaks_for_it_the_shares_say_so(recording: MakeEcg) -> None:
    ecg = recording(100)
    against = LinearRunner(-np.sign(ecg.signal_mv))
    told = explain(ecg, "MI", method="occlusion-lead", waves=NO_BEATS, model=model_of(against))
    assert told.map.max() < 0
    assert "against" in told.settings[SHARES_OF]
    assert sum(told.leads.values()) == pytest.approx(1)


def test_a_network_that_sees_nothing_gives_no_shares(recording: MakeEcg) -> None:
    blind = model_of(LinearRunner(np.zeros((12, 1000))))
    told = explain(recording(100), "MI", method="occlusion-lead", waves=NO_BEATS, model=blind)
    assert not told.map.any()
    assert set(told.leads.values()) == {0.0}
    assert "nothing" in told.settings[SHARES_OF]


@pytest.mark.parametrize(
    ("code", "method", "hint"),
    [
        ("clbbb", "attention", "did you mean CLBBB"),
        ("AFIBB", "attention", "AFIB"),
        ("qqqqqq", "attention", "choose one of NORM, MI"),
        ("MI", "saliency", "choose one of attention, gradcam"),
    ],
)
def test_a_wrong_name_is_refused_with_the_choices(
    code: str, method: str, hint: str, recording: MakeEcg
) -> None:
    with pytest.raises(BadRequest, match=hint) as caught:
        explain(recording(), code, method=method)
    assert "\n" not in str(caught.value)


def test_a_recording_without_a_signal_is_refused(recording: MakeEcg, small: TorchRunner) -> None:
    with pytest.raises(BadRecording, match=r"noise\.csv: no lead carries a signal"):
        explain(recording(100, 5, dict.fromkeys(range(12), 0.0)), "MI", model=model_of(small))


def test_the_settings_of_lrp_are_those_of_its_rules() -> None:
    from cardio_agent.explanation.propagation import Rules

    assert asdict(Rules()).items() <= METHODS["lrp"].settings.items()


# ── attention of a classification ────────────────────────────────────────────────────────────


def test_attention_in_the_qrs_is_counted_there(recording: MakeEcg, waves_of: WavesOf) -> None:
    ecg = simulate("normal").ecg
    classification = classify([ecg])[0]
    weights = np.zeros((12, 125), dtype=np.float32)
    weights[6, 4] = 1.0  # centred on sample 32: the QRS of the first second lies at 26 to 36
    told = replace(classification, attention={"MI": weights})
    summary = summarise_attention(told, waves_of(recording()), ["MI"])["MI"]
    assert summary.leads["V1"] == 1
    assert summary.segments["QRS"] == 1
    assert summarise_attention(told, NO_BEATS, ["MI"])["MI"].segments == {}


def test_the_shipped_network_explains_a_bundle_branch_block_by_its_qrs() -> None:
    told = explain(simulate("lbbb", seed=3).ecg, "CLBBB", method="integrated-gradients")
    assert max(told.segments, key=lambda name: told.segments[name]) == "QRS"


def test_without_gradients_the_default_is_the_most_faithful_of_the_rest() -> None:
    model = load_model()
    assert default_method(model) == DEFAULT_METHOD
    forward_only = replace(model, runner=lambda signal, present: model.runner(signal, present))
    assert default_method(forward_only) == "occlusion-segment"
