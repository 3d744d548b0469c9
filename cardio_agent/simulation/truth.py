"""What is true of a simulated ECG: its waves in samples, intervals, axes, ST levels, statements.

Enters: the beats and templates it was made from. Leaves: Truth. Never looks at the signal.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from cardio_agent.leads import LEADS
from cardio_agent.schema import Beat, BeatKind, Beats, LeadWaves, Wave, Waves
from cardio_agent.simulation.conditions import Condition
from cardio_agent.simulation.dipole import Extent, frontal_axis_deg, lead_signals
from cardio_agent.simulation.rhythm import PlannedBeat
from cardio_agent.simulation.template import BeatTemplate

_ST_AFTER_J_S = 0.060
_LONG_PR_S = 0.200
_WIDE_QRS_S = 0.120
_LONG_QTC_S = 0.450
_NORMAL_AXIS_DEG = (-30, 90)
_KINDS: Mapping[str, BeatKind] = {"paced": "paced", "af": "supraventricular"}


@dataclass(frozen=True)
class Truth:
    """What was built into a simulated ECG.

    ``waves`` holds the beats whose QRS lies wholly within the recording. Intervals, axes and
    ``st_mv`` (at J + 60 ms, mV, one a lead) are those of the dominant beat; None where there is no P
    wave. ``codes`` are the statements that are true. ``heart_rate_bpm`` counts all beats.
    """

    rhythm: str
    codes: tuple[str, ...]
    waves: Waves
    heart_rate_bpm: float
    p_ms: float | None
    pr_ms: float | None
    qrs_ms: float
    qt_ms: float
    p_axis_deg: float | None
    qrs_axis_deg: float
    t_axis_deg: float
    st_mv: Mapping[str, float]


def true_waves(
    rhythm: str,
    beats: tuple[PlannedBeat, ...],
    templates: Mapping[bool, BeatTemplate],
    n_samples: int,
    fs_hz: float,
    spikes: tuple[int, ...],
) -> Waves:
    """Beats and the waves of each lead, in samples; a wave that the recording cuts is left out."""
    items: list[Beat] = []
    rows: list[dict[str, list[Wave]]] = [{"p": [], "qrs": [], "t": []} for _ in LEADS]
    for beat in beats:
        parts = templates[beat.is_pvc].waves(beat)
        whole = {
            name: _wave(part.overall, beat.qrs_onset_s + part.start_s, part.unit_s, fs_hz, n_samples)
            for name, part in parts.items()
        }
        if whole["qrs"] is None:
            continue
        kind: BeatKind = "ventricular" if beat.is_pvc else _KINDS.get(rhythm, "sinus")
        items.append(Beat(whole["qrs"], whole.get("p"), whole["t"], kind))
        for name, part in parts.items():
            for row, extent in zip(rows, part.in_leads, strict=True):
                wave = _wave(extent, beat.qrs_onset_s + part.start_s, part.unit_s, fs_hz, n_samples)
                row[name] += [wave] if wave is not None else []
    leads = {
        lead: LeadWaves(tuple(row["p"]), tuple(row["qrs"]), tuple(row["t"]))
        for lead, row in zip(LEADS, rows, strict=True)
    }
    return Waves(float(fs_hz), Beats(tuple(items)), leads, spikes)


def _wave(extent: Extent | None, start_s: float, unit_s: float, fs_hz: float, n_samples: int) -> Wave | None:
    if extent is None:
        return None
    wave = Wave(*(round((start_s + unit_s * u) * fs_hz) for u in extent))
    return wave if wave.onset >= 0 and wave.offset < n_samples else None


def true_values(condition: Condition, waves: Waves, main: BeatTemplate, planned_bpm: float) -> Truth:
    """Everything that is true of the recording, from its waves and its dominant beat."""
    has_p = any(beat.p is not None for beat in waves.beats)
    rate_bpm = _mean_rate_bpm(waves, planned_bpm)
    at = np.array([_ST_AFTER_J_S / main.t.unit_s])
    st_mv = lead_signals(main.st.bumps + main.t.bumps, at)[:, 0]
    return Truth(
        rhythm=condition.name,
        codes=_true_codes(condition, rate_bpm, has_p, main),
        waves=waves,
        heart_rate_bpm=rate_bpm,
        p_ms=1000 * main.p.unit_s if has_p else None,
        pr_ms=-1000 * main.p.start_s if has_p else None,
        qrs_ms=1000 * main.qrs.unit_s,
        qt_ms=1000 * (main.t.start_s + main.t.unit_s),
        p_axis_deg=frontal_axis_deg(main.p.bumps) if has_p else None,
        qrs_axis_deg=frontal_axis_deg(main.qrs.bumps),
        t_axis_deg=frontal_axis_deg(main.t.bumps),
        st_mv={lead: float(level) for lead, level in zip(LEADS, st_mv, strict=True)},
    )


def _mean_rate_bpm(waves: Waves, planned_bpm: float) -> float:
    """Rate over the whole beats; the planned one where a short recording has no two."""
    onsets = [wave.onset for wave in waves.beats.qrs]
    if len(onsets) < 2:
        return planned_bpm
    return 60 * waves.fs_hz * (len(onsets) - 1) / (onsets[-1] - onsets[0])


def _true_codes(condition: Condition, rate_bpm: float, has_p: bool, main: BeatTemplate) -> tuple[str, ...]:
    """Statements of the condition and those that rate and PR make true."""
    codes = list(condition.codes)
    if has_p and condition.name != "paced":
        codes.append("SBRAD" if rate_bpm < 60 else "STACH" if rate_bpm > 100 else "SR")
        if -main.p.start_s > _LONG_PR_S:
            codes.append("LPR")
    if not condition.codes and codes == ["SR"] and _is_normal_beat(main, rate_bpm):
        codes += ["NORM", "sub:NORM"]
    return tuple(codes)


def _is_normal_beat(main: BeatTemplate, rate_bpm: float) -> bool:
    low, high = _NORMAL_AXIS_DEG
    qtc_s = (main.t.start_s + main.t.unit_s) / (60 / rate_bpm) ** (1 / 3)
    return (
        low <= frontal_axis_deg(main.qrs.bumps) <= high
        and main.qrs.unit_s < _WIDE_QRS_S
        and qtc_s < _LONG_QTC_S
    )
