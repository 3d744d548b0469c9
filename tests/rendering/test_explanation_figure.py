"""The figure of an explanation: shading where the map is, bars as tall as the shares."""

import time

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from cardio_agent.errors import BadRequest
from cardio_agent.explanation.segments import SEGMENTS, share_out
from cardio_agent.leads import LEADS
from cardio_agent.rendering.explanation_figure import AGAINST, FOR, plot_explanation
from cardio_agent.rendering.layout import GUTTER, MARGIN
from cardio_agent.schema import Ecg, Explanation, Patient, Source

FS_HZ = 500.0


def flat_ecg(seconds: float = 10.0, missing: int | None = None) -> Ecg:
    signal = np.zeros((12, round(seconds * FS_HZ)), dtype=np.float32)
    if missing is not None:
        signal[missing] = np.nan
    return Ecg(signal, FS_HZ, Patient(), Source(name="a.csv", format="csv"))


def told(ecg: Ecg, *places: tuple[str, float, float, float], with_segments: bool = True) -> Explanation:
    """A map that is ``value`` in a lead from one time to another, s; QRS is the first half of each second."""
    relevance = np.zeros(ecg.signal_mv.shape, dtype=np.float32)
    for lead, start_s, stop_s, value in places:
        relevance[LEADS.index(lead), round(start_s * FS_HZ) : round(stop_s * FS_HZ)] = value
    is_qrs = np.arange(ecg.n_samples) % FS_HZ < FS_HZ / 2
    labels = np.where(is_qrs, SEGMENTS.index("QRS"), SEGMENTS.index("TP")).astype(np.int8)
    shares = share_out(np.maximum(relevance, 0), labels if with_segments else None)
    return Explanation("CLBBB", "occlusion-segment", {}, relevance, *shares)


def shading(figure: Figure) -> list[tuple[float, float, tuple[float, ...]]]:
    """Left and right edge in mm of what is visibly shaded in each strip, and its colour."""
    found = []
    for image in figure.axes[0].images:
        pixels = np.asarray(image.get_array())
        shown = np.flatnonzero(pixels[..., 3].max(axis=0) > 0.05)
        if len(shown):
            left, right, *_ = image.get_extent()
            edges = left + (right - left) * np.array([shown[0], shown[-1] + 1]) / pixels.shape[1]
            middle = pixels[pixels.shape[0] // 2, (shown[0] + shown[-1]) // 2, :3]
            found.append((*edges.tolist(), tuple(middle.tolist())))
    return found


def bars(axes: Axes) -> list[float]:
    return [bar.get_height() for bar in axes.patches]


def all_text(figure: Figure) -> str:
    return " ".join(
        words
        for axes in figure.axes
        for words in [axes.get_title("left"), *(t.get_text() for t in axes.texts)]
    )


def test_shading_lies_at_the_maps_time_in_its_lead() -> None:
    ecg = flat_ecg()
    (found,) = shading(plot_explanation(ecg, told(ecg, ("I", 1.0, 1.2, 1.0))))
    left, right, colour = found
    assert left == pytest.approx(MARGIN + GUTTER + 25 * 1.0, abs=0.6)  # mm; smoothed over 40 ms, 1 mm
    assert right == pytest.approx(MARGIN + GUTTER + 25 * 1.2, abs=0.6)
    assert colour == pytest.approx(to_rgb(FOR))


def test_what_speaks_against_has_its_own_colour_and_legend() -> None:
    ecg = flat_ecg()
    both = plot_explanation(ecg, told(ecg, ("I", 0.5, 0.7, 1.0), ("I", 1.5, 1.7, -1.0)))
    assert "speaks against" in all_text(both)
    (found,) = shading(plot_explanation(ecg, told(ecg, ("I", 1.5, 1.7, -1.0))))
    assert found[2] == pytest.approx(to_rgb(AGAINST))
    assert "speaks against" not in all_text(plot_explanation(ecg, told(ecg, ("I", 0.5, 0.7, 1.0))))


def test_bars_are_the_shares() -> None:
    ecg = flat_ecg()
    explanation = told(ecg, ("I", 1.0, 1.3, 1.0), ("V6", 9.6, 9.7, 1.0))
    _, leads, segments, _ = plot_explanation(ecg, explanation).axes
    assert bars(leads) == pytest.approx([0.75, *[0.0] * 10, 0.25])
    assert bars(segments) == pytest.approx([0, 0, 0.75, 0, 0, 0.25])
    assert {"75%", "25%"} <= {text.get_text() for text in leads.texts}


def test_without_segments_their_place_says_so() -> None:
    ecg = flat_ecg()
    figure = plot_explanation(ecg, told(ecg, ("I", 1.0, 1.3, 1.0), with_segments=False))
    assert "not told apart" in {text.get_text() for text in figure.axes[2].texts}


def test_the_page_with_most_relevance_is_shown() -> None:
    ecg = flat_ecg(25)
    assert "10–20 s of 25 s" in all_text(plot_explanation(ecg, told(ecg, ("II", 17.0, 17.4, 1.0))))


def test_a_missing_lead_and_an_empty_map_are_drawn_without_shading() -> None:
    ecg = flat_ecg(missing=0)
    figure = plot_explanation(ecg, told(ecg))
    assert not shading(figure)
    assert "I not recorded" in all_text(figure)


def test_the_method_and_its_caution_are_on_the_figure() -> None:
    ecg = flat_ecg()
    words = all_text(plot_explanation(ecg, told(ecg, ("I", 1.0, 1.3, 1.0)))).replace("\n", " ")
    assert "Complete left bundle branch block" in words
    assert "occlusion-segment" in words
    assert "not about the disease" in words


def test_an_unknown_layout_is_refused() -> None:
    ecg = flat_ecg()
    with pytest.raises(BadRequest, match="no layout"):
        plot_explanation(ecg, told(ecg), layout="4x3")


def test_drawing_takes_at_most_two_seconds() -> None:
    ecg = flat_ecg()
    start = time.process_time()
    plot_explanation(ecg, told(ecg, ("I", 1.0, 1.3, 1.0)))
    assert time.process_time() - start < 2
