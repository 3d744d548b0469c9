"""The ECG on paper: truth by construction, a square wave of 1 mV and 200 ms at known places."""

import io
import itertools
import threading
import time

import matplotlib.image
import numpy as np
import pytest
from matplotlib.figure import Figure

from cardio_agent.errors import BadRequest
from cardio_agent.leads import LEADS
from cardio_agent.rendering.layout import LAYOUTS
from cardio_agent.rendering.paper import GLOW, SCREEN_DPI, WAVE_COLOURS, Overlay, figure_png, plot_ecg
from cardio_agent.schema import Beat, Beats, Ecg, LeadWaves, Measurements, Patient, Source, Wave, Waves
from tests.facts import facts_lbbb

FS_HZ = 500.0
PULSE_S = (0.5, 0.7)


def square_ecg(duration_s: float = 10.0, name: str = "square.csv", height_mv: float = 1.0) -> Ecg:
    """Zero but for one pulse each second, from 0.5 s to 0.7 s of it, in every lead."""
    time_s = np.arange(round(duration_s * FS_HZ)) / FS_HZ % 1
    pulse = np.where((time_s >= PULSE_S[0]) & (time_s < PULSE_S[1]), height_mv, 0.0)
    signal = np.tile(pulse, (12, 1)).astype(np.float32)
    return Ecg(signal, FS_HZ, Patient(age_years=64, sex="female"), Source(name=name, format="csv"))


def without(ecg: Ecg, lead: str) -> Ecg:
    signal = ecg.signal_mv.copy()
    signal[LEADS.index(lead)] = np.nan
    return Ecg(signal, ecg.fs_hz, ecg.patient, ecg.source)


def texts(figure: Figure) -> list[str]:
    return [text.get_text() for text in figure.axes[0].texts]


def traces(figure: Figure) -> list[np.ndarray]:
    """(n, 2) points in mm of each drawn trace, in drawing order."""
    return [np.asarray(line.get_xydata()) for line in figure.axes[0].lines if len(line.get_xydata()) > 100]


def test_a_millivolt_is_ten_millimetres_and_a_second_twenty_five() -> None:
    strip = traces(plot_ecg(square_ecg()))[0]
    assert np.ptp(strip[:, 1]) == pytest.approx(10.0)
    rises = strip[1:, 0][np.diff(strip[:, 1]) > 5]
    assert np.diff(rises) == pytest.approx(25.0)


def test_the_figure_is_the_papers_true_size_and_whole_pixels_a_millimetre() -> None:
    figure = plot_ecg(square_ecg())
    width_mm, height_mm = 25.4 * figure.get_size_inches()
    assert figure.axes[0].get_xlim() == pytest.approx((0, width_mm))
    assert figure.axes[0].get_ylim() == pytest.approx((0, height_mm))
    pixels = matplotlib.image.imread(io.BytesIO(figure_png(figure, SCREEN_DPI)))
    assert pixels.shape[:2] == (round(5 * height_mm), round(5 * width_mm))


def test_the_calibration_pulse_is_one_millivolt_and_200_ms() -> None:
    pulse = np.asarray(plot_ecg(square_ecg()).axes[0].lines[0].get_xydata())
    assert np.ptp(pulse[:, 1]) == 10.0
    top = pulse[pulse[:, 1] == pulse[:, 1].max(), 0]
    assert np.ptp(top) == pytest.approx(5.0)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_names_all_twelve_leads(layout: str) -> None:
    shown = texts(plot_ecg(square_ecg(), layout=layout))
    assert set(LEADS) <= set(shown)
    assert shown.count("II") == (2 if layout == "3x4" else 1)


def test_columns_follow_one_another_in_time() -> None:
    ecg = square_ecg()
    signal = ecg.signal_mv.copy()
    signal[LEADS.index("V4"), : round(7.5 * FS_HZ)] = 3.0  # not on the sheet: V4 is shown from 7.5 s on
    strips = traces(plot_ecg(Ecg(signal, FS_HZ, ecg.patient, ecg.source)))
    v4 = strips[3]
    assert np.ptp(v4[:, 1]) == pytest.approx(10.0)
    assert v4[0, 0] - strips[0][0, 0] == pytest.approx(7.5 * 25)


def test_neighbouring_rows_make_room_for_a_tall_wave() -> None:
    low, tall = plot_ecg(square_ecg()), plot_ecg(square_ecg(height_mv=3.5))
    assert tall.get_size_inches()[1] > low.get_size_inches()[1]
    rows = [strip for strip in traces(tall) if np.ptp(strip[:, 0]) < 100][::4]
    for upper, lower in itertools.pairwise(rows):
        assert lower[:, 1].max() < upper[:, 1].min()


def test_a_lead_that_was_not_recorded_is_named_as_such() -> None:
    figure = plot_ecg(without(square_ecg(), "V2"))
    assert "V2 not recorded" in texts(figure)
    assert len(traces(figure)) == len(traces(plot_ecg(square_ecg()))) - 1


def test_drift_between_strips_is_centred_and_the_shape_kept() -> None:
    ecg = square_ecg()
    shifted = Ecg(ecg.signal_mv + np.float32(4.0), FS_HZ, ecg.patient, ecg.source)
    for a, b in zip(traces(plot_ecg(ecg)), traces(plot_ecg(shifted)), strict=True):
        assert a == pytest.approx(b, abs=1e-4)  # mm; float32 sums


def test_the_header_shows_values_and_a_dash_for_what_was_not_measured() -> None:
    measured = Measurements(
        m.model_copy(update={"value": None, "reason": "no P waves"}) if m.name == "pr_ms" else m
        for m in facts_lbbb().measurements
    )
    shown = texts(plot_ecg(square_ecg(), measurements=measured))
    assert {"78 bpm", "152 ms", "430 ms", "−38°", "–"} <= set(shown)
    assert "64 years, female · 10 s at 500 Hz · CSV" in shown
    assert "RESEARCH USE ONLY" in shown


def test_a_simulated_recording_says_so() -> None:
    ecg = square_ecg()
    source = ecg.source.model_copy(update={"format": "simulation"})
    assert "SIMULATED · RESEARCH USE ONLY" in texts(plot_ecg(Ecg(ecg.signal_mv, FS_HZ, ecg.patient, source)))


def test_names_are_drawn_as_they_stand() -> None:
    figure = plot_ecg(square_ecg(name="$\\frac{a}{0}$ 心\n\x1b[1m.csv"))
    assert "$\\frac{a}{0}$ □ [1m.csv" in texts(figure)
    assert figure_png(figure, 50).startswith(b"\x89PNG")


def waves_of(duration_s: float) -> Waves:
    """The pulses as QRS complexes, over all leads and in lead II."""
    qrs = tuple(Wave(*(round((s + at) * FS_HZ) for at in (0.5, 0.6, 0.7))) for s in range(int(duration_s)))
    return Waves(FS_HZ, Beats(tuple(Beat(w) for w in qrs)), {"II": LeadWaves(qrs=qrs)})


def test_waves_are_coloured_where_they_are() -> None:
    figure = plot_ecg(square_ecg(), layout="12x1", waves=waves_of(10))
    purple = [line for line in figure.axes[0].lines if line.get_color() == WAVE_COLOURS["QRS"]]
    assert len(purple) == 12
    x, y = np.asarray(purple[1].get_xydata()).T
    seconds = (x[np.isfinite(y)] - 15) / 25 % 1  # traces begin 15 mm from the sheet's edge
    assert seconds.min() == pytest.approx(0.5, abs=0.001)
    assert seconds.max() == pytest.approx(0.7, abs=0.001)


def test_attention_glows_in_its_lead_at_its_time() -> None:
    weights = np.zeros((12, 100))
    weights[LEADS.index("V1"), 55] = 1.0  # V1 is shown from 5 s to 7.5 s
    figure = plot_ecg(square_ecg(), overlay=Overlay("a <name>", weights, 0.1))
    assert "Blue: where the classifier looked for a <name>" in texts(figure)
    glows = [image for image in figure.axes[0].images if np.asarray(image.get_array())[..., 3].max() > 0]
    assert len(glows) == 1
    left, right, *_ = glows[0].get_extent()
    column = np.asarray(glows[0].get_array())[..., 3].max(axis=0)
    centre_s = ((left + (right - left) * column.argmax() / (len(column) - 1)) - 15) / 25
    assert centre_s == pytest.approx(5.50, abs=0.05)
    assert GLOW.startswith("#")


def test_attention_of_zero_draws_nothing() -> None:
    assert not plot_ecg(square_ecg(), overlay=Overlay("none", np.zeros((12, 10)), 1.0)).axes[0].images


def test_a_long_recording_shows_the_ten_seconds_asked_for() -> None:
    shown = texts(plot_ecg(square_ecg(30), start_s=12))
    assert any("12–22 s of 30 s" in text for text in shown)


@pytest.mark.parametrize("asked", [{"layout": "4x3"}, {"start_s": 10.0}, {"start_s": -1.0}])
def test_what_cannot_be_drawn_is_refused(asked: dict[str, object]) -> None:
    with pytest.raises(BadRequest):
        plot_ecg(square_ecg(), **asked)  # type: ignore[arg-type]


def test_threads_draw_the_same_as_one_alone() -> None:
    alone = figure_png(plot_ecg(square_ecg()), 60)
    drawn: list[bytes] = []
    threads = [
        threading.Thread(target=lambda: drawn.append(figure_png(plot_ecg(square_ecg()), 60)))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert drawn == [alone] * 4


def test_a_sheet_takes_less_than_a_second() -> None:
    figure_png(plot_ecg(square_ecg()))
    start = time.process_time()
    figure_png(plot_ecg(square_ecg(), waves=waves_of(10)))
    assert time.process_time() - start < 1.0  # s of processor time, so that a busy machine does not count
