"""What kind each beat is, and how the beats follow each other.

Enters: beats over all leads, the shape family of each, pacing spikes. Leaves: kinds, and a summary of
the rhythm for the findings. Names no rhythm: that needs the classifier's view as well.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from cardio_agent.measurement.ectopy import NO_ECTOPY, Ectopy, ectopy
from cardio_agent.schema import AtrialPattern, Beat, BeatKind, Beats, Waves

# Source: guideline corpus CND-14 (premature ventricular complex: early, QRS 120 ms or more).
WIDE_QRS_MS = 120.0
PREMATURE_SHARE = 0.80
"""A beat is early when its RR is under this share of the median RR, or of both RR beside it: in bigeminy
half of all RR are short. Source: unchecked."""

SPIKE_TO_QRS_MS = (-40.0, 120.0)
PACED_SHARE = 0.3
"""Share of a family's beats with a spike from which the family counts as paced: some spikes are missed."""
USUAL_SHARE = 0.25

IRREGULAR_CV = 0.10
IRREGULAR_CHANGE = 0.10

PAUSE_MS = 3000.0
"""Source: guideline corpus STD-18, SYN-01."""

Family = int


def name_beats(beats: Beats, families: Sequence[Family], spikes: Sequence[int], fs_hz: float) -> Beats:
    """The same beats with their kinds.

    Parameters
    ----------
    beats : Beats
    families : one number a beat; alike beats share it
    spikes : pacing spikes, samples
    fs_hz : rate of all samples

    Paced: a spike just before the QRS. Ventricular: another shape than the usual one, at least 120 ms
    wide, and early or without a P wave. Beats of the usual shape are sinus where most
    of them have a P wave, else supraventricular when narrow or irregular; an early one among sinus beats
    is supraventricular. Everything else is unknown.
    """
    if not len(beats):
        return beats
    paced = _paced_families(beats, families, spikes, fs_hz)
    usual = _usual_family(beats, families, paced)
    of_usual = [beat for beat, family in zip(beats, families, strict=True) if family == usual]
    usual_ms = float(np.median([_width_ms(beat, fs_hz) for beat in of_usual]))
    usual_kind = _usual_kind(of_usual, usual_ms, beats)

    early = _early(beats, [family == usual for family in families])

    def kind(beat: Beat, family: Family, is_early: bool) -> BeatKind:
        width_ms = _width_ms(beat, fs_hz)
        if family in paced:
            return "paced"
        if family == usual:
            return "supraventricular" if is_early and usual_kind == "sinus" else usual_kind
        if width_ms >= WIDE_QRS_MS:
            return "ventricular" if is_early or beat.p is None else "unknown"
        return "supraventricular" if is_early and width_ms < WIDE_QRS_MS else "unknown"

    kinds = [kind(*row) for row in zip(beats, families, early, strict=True)]
    return Beats(tuple(replace(beat, kind=k) for beat, k in zip(beats, kinds, strict=True)))


def _usual_kind(of_usual: Sequence[Beat], usual_ms: float, beats: Beats) -> BeatKind:
    """Sinus when most have a P wave, supraventricular when narrow or irregular, else it cannot be told."""
    if 2 * sum(beat.p is not None for beat in of_usual) >= len(of_usual):
        return "sinus"
    rr = np.diff([beat.qrs.onset for beat in beats]).astype(np.float64)
    return "supraventricular" if usual_ms < WIDE_QRS_MS or _is_irregular(rr) else "unknown"


def _width_ms(beat: Beat, fs_hz: float) -> float:
    return (beat.qrs.offset - beat.qrs.onset) / fs_hz * 1000


def _early(beats: Beats, is_usual: Sequence[bool]) -> list[bool]:
    """Whether each beat comes early: one of the usual shape after the last such beat, others after any.

    An interpolated extrasystole so leaves the beat after it in time. The first beat cannot be early.
    """
    onsets = [beat.qrs.onset for beat in beats]
    rr = np.diff(onsets)
    limit = PREMATURE_SHARE * float(np.median(rr)) if len(rr) else 0.0
    is_short = [False, *_shorter_than_both(rr)]
    last_usual: int | None = None
    early = []
    for k, (onset, usual) in enumerate(zip(onsets, is_usual, strict=True)):
        before = last_usual if usual else (onsets[k - 1] if k else None)
        early.append(before is not None and (onset - before < limit or is_short[k]))
        last_usual = onset if usual else last_usual
    return early


def _shorter_than_both(rr: np.ndarray) -> list[bool]:
    """Whether each RR is clearly shorter than those beside it; the first and the last are not."""
    is_shorter = np.zeros(len(rr), dtype=bool)
    is_shorter[1:-1] = rr[1:-1] < PREMATURE_SHARE * np.minimum(rr[:-2], rr[2:]) if len(rr) > 2 else False
    return is_shorter.tolist()


def _paced_families(
    beats: Beats, families: Sequence[Family], spikes: Sequence[int], fs_hz: float
) -> set[Family]:
    spike_at = np.array(spikes, dtype=np.float64)
    first, last = (limit / 1000 * fs_hz for limit in SPIKE_TO_QRS_MS)
    follows = [
        bool(np.any((beat.qrs.onset - spike_at >= first) & (beat.qrs.onset - spike_at <= last)))
        for beat in beats
    ]
    sizes = Counter(families)
    with_spike = Counter(f for f, after_spike in zip(families, follows, strict=True) if after_spike)
    return {family for family, n in with_spike.items() if n >= PACED_SHARE * sizes[family]}


def _usual_family(beats: Beats, families: Sequence[Family], paced: set[Family]) -> Family:
    """The family of conducted beats: among the numerous ones that with most P waves, then the largest."""
    sizes = Counter(families)
    with_p = Counter(f for f, beat in zip(families, beats, strict=True) if beat.p is not None)
    numerous = [f for f, n in sizes.items() if n >= USUAL_SHARE * len(beats)] or list(sizes)
    return max(numerous, key=lambda f: (f not in paced, with_p[f], sizes[f]))


@dataclass(frozen=True)
class RhythmFeatures:
    """How the beats of a recording follow each other.

    ``rr_cv`` is the coefficient of variation of the RR intervals between beats that are not ectopic,
    None with fewer than three of them. ``is_irregular`` says that they vary by more than 10 %, and from
    one to the next by more than 10 %, as in atrial fibrillation and not as in respiratory sinus arrhythmia.
    ``p_to_qrs_ratio`` is the share of non-ectopic beats with a P wave. ``n_supraventricular_premature``
    counts early beats of usual or narrow shape in a recording whose other beats are sinus.
    ``pr_deviation_ms`` is the median absolute deviation of PR over non-ectopic beats: how constantly P comes
    before QRS; None with fewer than three P waves. ``n_pauses`` counts RR intervals above 3 s.
    ``atrial_pattern`` is what the atria do where they do not lead each QRS by one P wave.
    """

    n_beats: int
    n_sinus: int
    n_ventricular: int
    n_supraventricular_premature: int
    n_paced: int
    n_pacing_spikes: int
    rr_cv: float | None
    is_irregular: bool
    p_to_qrs_ratio: float | None
    longest_rr_ms: float | None
    shortest_rr_ms: float | None
    longest_ventricular_run: int
    ventricular: Ectopy = NO_ECTOPY
    supraventricular: Ectopy = NO_ECTOPY
    pr_deviation_ms: float | None = None
    n_pauses: int = 0
    atrial_pattern: AtrialPattern | None = None

    @property
    def is_paced(self) -> bool:
        """Whether at least half of the beats are paced."""
        return 2 * self.n_paced >= self.n_beats > 0


def rhythm_features(waves: Waves) -> RhythmFeatures:
    """Summary of the rhythm; counts of 0 and None where there are too few beats."""
    beats = waves.beats
    kinds = [beat.kind for beat in beats]
    rr_ms = rr_intervals_ms(waves)
    normal_ms = normal_rr_ms(waves)
    normal = [beat for beat in usual_beats(waves) if beat.kind != "paced"]
    is_sinus = kinds.count("sinus") > kinds.count("supraventricular")
    ventricular = ectopy(kinds, "ventricular")
    return RhythmFeatures(
        n_beats=len(beats),
        n_sinus=kinds.count("sinus"),
        n_ventricular=kinds.count("ventricular"),
        n_supraventricular_premature=kinds.count("supraventricular") if is_sinus else 0,
        n_paced=kinds.count("paced"),
        n_pacing_spikes=len(waves.pacing_spikes),
        rr_cv=float(np.std(normal_ms) / np.mean(normal_ms)) if len(normal_ms) >= 3 else None,
        is_irregular=_is_irregular(normal_ms),
        p_to_qrs_ratio=sum(beat.p is not None for beat in normal) / len(normal) if normal else None,
        longest_rr_ms=float(rr_ms.max()) if len(rr_ms) else None,
        shortest_rr_ms=float(rr_ms.min()) if len(rr_ms) else None,
        longest_ventricular_run=ventricular.longest_run,
        ventricular=ventricular,
        supraventricular=ectopy(kinds, "supraventricular") if is_sinus else NO_ECTOPY,
        pr_deviation_ms=_pr_deviation_ms(normal, waves.fs_hz),
        n_pauses=int(np.count_nonzero(rr_ms > PAUSE_MS)),
        atrial_pattern=None if waves.atrial is None else waves.atrial.pattern,
    )


def _pr_deviation_ms(beats: Sequence[Beat], fs_hz: float) -> float | None:
    pr = np.array([beat.qrs.onset - beat.p.onset for beat in beats if beat.p is not None]) / fs_hz * 1000
    return float(np.median(np.abs(pr - np.median(pr)))) if len(pr) >= 3 else None


def rr_intervals_ms(waves: Waves) -> np.ndarray:
    """All RR intervals, (beats - 1,), from QRS onset to QRS onset."""
    return np.diff([beat.qrs.onset for beat in waves.beats]) / waves.fs_hz * 1000


def usual_beats(waves: Waves) -> list[Beat]:
    """The beats that intervals and amplitudes are measured on: the most numerous kind, never the ectopic one.

    Ventricular beats are taken only where there is no other.
    """
    counts: Counter[BeatKind] = Counter(beat.kind for beat in waves.beats if beat.kind != "ventricular")
    order: tuple[BeatKind, ...] = ("sinus", "paced", "supraventricular", "unknown", "ventricular")
    kind = max(order, key=lambda k: (counts[k], -order.index(k))) if counts else "ventricular"
    return [beat for beat in waves.beats if beat.kind == kind]


def normal_rr_ms(waves: Waves) -> np.ndarray:
    """RR intervals between neighbouring beats of which neither is ectopic."""
    usual = {beat.kind for beat in usual_beats(waves)}
    alone = usual <= {"sinus", "paced"}
    normal = usual if alone else {"sinus", "supraventricular", "paced", "unknown"} | usual
    both = [
        b.qrs.onset - a.qrs.onset for a, b in pairwise(waves.beats) if a.kind in normal and b.kind in normal
    ]
    return np.array(both, dtype=np.float64) / waves.fs_hz * 1000


def _is_irregular(normal_ms: np.ndarray) -> bool:
    if len(normal_ms) < 4:
        return False
    varies = float(np.std(normal_ms) / np.mean(normal_ms)) > IRREGULAR_CV
    changes = float(np.mean(np.abs(np.diff(normal_ms))) / np.mean(normal_ms)) > IRREGULAR_CHANGE
    return varies and changes
