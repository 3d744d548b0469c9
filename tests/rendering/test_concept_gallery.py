"""The reference ECGs of a channel: the right second, the right leads, true to scale."""

import numpy as np
import pytest

from cardio_agent.leads import LEADS, lead_index
from cardio_agent.rendering.concept_gallery import SHOWN_S, Specimen, plot_references

FS = 100
MM = 25.4


def _specimen(rng: np.random.Generator, leads: tuple[str, ...], at_s: float) -> Specimen:
    """Half a second of relevance in some leads, and a mark of 1 mV in the trace where it begins."""
    signal = rng.normal(0, 0.02, (12, 10 * FS))
    relevance = rng.normal(0, 0.001, (12, 10 * FS))
    start = round(at_s * FS)
    for lead in leads:
        relevance[lead_index(lead), start : start + FS // 2] = 1
        signal[lead_index(lead), start] = 1
    return Specimen("Record 1", "AFIB", signal, relevance, FS)


def _texts(figure: object) -> list[str]:
    return [text.get_text() for text in figure.axes[0].texts]  # type: ignore[attr-defined]


def _traces(figure: object) -> list[np.ndarray]:
    return [line.get_xydata() for line in figure.axes[0].lines if len(line.get_xdata()) > 2]  # type: ignore[attr-defined]


def test_the_leads_and_the_second_with_most_relevance_are_drawn(rng: np.random.Generator) -> None:
    figure = plot_references("t", "s", [_specimen(rng, ("aVL", "V2"), at_s=6.2)])
    assert [text for text in _texts(figure) if text in LEADS] == ["aVL", "V2"]
    for trace in _traces(figure):
        assert len(trace) == SHOWN_S * FS
        height_mm = trace[:, 1] - np.median(trace[:, 1])
        assert height_mm.max() == pytest.approx(10, abs=1)  # 1 mV, with 0.02 mV of noise
        assert 0 < height_mm.argmax() < len(trace) - 1
        assert trace[-1, 0] - trace[0, 0] == pytest.approx(25 * (SHOWN_S - 1 / FS))


@pytest.mark.parametrize("at_s", [0.0, 9.5])
def test_the_ends_of_a_recording_are_not_passed(rng: np.random.Generator, at_s: float) -> None:
    for trace in _traces(plot_references("t", "s", [_specimen(rng, ("I", "II"), at_s)])):
        assert len(trace) == SHOWN_S * FS


def test_a_recording_shorter_than_the_panel_is_drawn_whole(rng: np.random.Generator) -> None:
    long = _specimen(rng, ("I", "II"), 0.1)
    short = Specimen("Record 1", "", long.signal_mv[:, :80], long.map[:, :80], FS)
    assert {len(trace) for trace in _traces(plot_references("t", "s", [short]))} == {80}


def test_rows_of_three_and_a_width_true_to_scale(rng: np.random.Generator) -> None:
    one, four = (plot_references("t", "s", [_specimen(rng, ("I", "II"), 3)] * k) for k in (1, 4))
    assert one.get_size_inches()[0] == four.get_size_inches()[0] > 3 * SHOWN_S * 25 / MM
    assert four.get_size_inches()[1] > 1.5 * one.get_size_inches()[1]
    assert len(_traces(four)) == 8


def test_nothing_speaks_for_the_statement(rng: np.random.Generator) -> None:
    empty = Specimen("Record 1", "", rng.normal(0, 0.1, (12, 300)), np.zeros((12, 300)), FS)
    figure = plot_references("t", "s", [empty])
    figure.canvas.draw()
    assert len(_traces(figure)) == 2


def test_tall_waves_halve_the_gain_of_the_whole_figure(rng: np.random.Generator) -> None:
    small = _specimen(rng, ("I", "II"), 3)
    tall = Specimen("Record 2", "", small.signal_mv * 4, small.map, FS)
    figure = plot_references("t", "s", [small, tall])
    assert any("5 mm/mV" in text and "25 mm/s" in text for text in _texts(figure))
    heights = [np.ptp(trace[:, 1]) for trace in _traces(figure)]
    assert heights == pytest.approx([5, 5, 20, 20], abs=2)  # 1 and 4 mV, with noise


def test_long_captions_are_cut_short(rng: np.random.Generator) -> None:
    specimen = _specimen(rng, ("I", "II"), 3)
    long = Specimen(specimen.caption, "x" * 200, specimen.signal_mv, specimen.map, FS)
    (cut,) = (text for text in _texts(plot_references("t", "s", [long])) if text.startswith("xx"))
    assert cut.endswith("…")
    assert len(cut) < 60
