"""How well atrial activity, premature beats and pacing are found.

Enters: labelled ECGs. Leaves: Markdown tables of what was measured against what the readers said, and of
pacing spikes against simulated ones. The classifier takes no part. Used by evaluation only.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from cardio_agent.classifier.statements import CODES
from cardio_agent.datasets.labelled import LabelledSet
from cardio_agent.evaluation.scoring import recordings
from cardio_agent.measurement import RhythmFeatures, delineate, rhythm_features
from cardio_agent.simulation import simulate

MOST_BEATS = 0.5
FEW_P = 0.3
"""As the criterion of fibrillation has it; a share of beats."""
SINUS = ("SR", "SBRAD", "SARRH", "STACH")
NO_P = ("AFIB", "AFLT")
PACED_RATES_HZ = (100.0, 250.0, 500.0, 1000.0)
PACED_SEEDS = range(10)
_Bools = npt.NDArray[np.bool_]

FOUND: Mapping[str, tuple[tuple[str, ...], Callable[[RhythmFeatures], bool]]] = {
    "flutter waves": (("AFLT",), lambda f: f.atrial_pattern == "flutter"),
    "irregular without P waves, or flutter": (
        NO_P,
        lambda f: f.atrial_pattern == "flutter" or _fibrillates(f),
    ),
    "premature ventricular complexes": (("PVC",), lambda f: f.n_ventricular > 0),
    "premature atrial complexes": (("PAC",), lambda f: f.n_supraventricular_premature > 0),
    "bigeminal pattern": (("BIGU",), lambda f: "bigeminy" in _patterns(f)),
    "trigeminal pattern": (("TRIGU",), lambda f: "trigeminy" in _patterns(f)),
    "pacing spikes": (("PACE",), lambda f: f.n_pacing_spikes > 0),
    "most beats paced": (("PACE",), lambda f: f.is_paced),
    "second-degree block": (("AVB",), lambda f: f.atrial_pattern == "blocked"),
    "third-degree block": (("AVB",), lambda f: f.atrial_pattern == "dissociated"),
}
"""What is measured, and the statements of which one says so."""


def score_rhythm(data: LabelledSet) -> str:
    """Tables of P waves by rhythm, of rhythm features against statements, and of simulated pacing."""
    features = [rhythm_features(delineate(ecg)) for ecg in recordings(data)]
    return "\n".join([*_p_lines(data, features), "", *_found_lines(data, features), "", *_paced_lines()])


def _patterns(features: RhythmFeatures) -> tuple[str | None, ...]:
    return features.ventricular.pattern, features.supraventricular.pattern


def _fibrillates(features: RhythmFeatures) -> bool:
    ratio = features.p_to_qrs_ratio
    return features.is_irregular and ratio is not None and ratio <= FEW_P


def _says(data: LabelledSet, *codes: str) -> _Bools:
    """Whether the readers made one of these statements; (records,)."""
    columns = [CODES.index(code) for code in codes]
    found: _Bools = (data.targets[:, columns] == 1).any(axis=1)
    return found


def _p_lines(data: LabelledSet, features: Sequence[RhythmFeatures]) -> Iterator[str]:
    has_p = np.array([(f.p_to_qrs_ratio or 0.0) >= MOST_BEATS for f in features])
    is_sinus = _says(data, *SINUS) & ~_says(data, *NO_P, "PACE")
    groups = {
        "sinus rhythm": is_sinus,
        "– normal ECG": is_sinus & _says(data, "NORM"),
        "– tachycardia": is_sinus & _says(data, "STACH"),
        "– prolonged PR or AV block": is_sinus & _says(data, "LPR", "AVB"),
        "atrial fibrillation": _says(data, "AFIB") & ~_says(data, "AFLT", "PACE"),
        "atrial flutter": _says(data, "AFLT") & ~_says(data, "PACE"),
    }
    yield f"P waves before at least half of the beats, {len(data)} records by what the readers said."
    yield ""
    yield "| rhythm | records | P waves found | none found |"
    yield "|---|---|---|---|"
    for name, rows in groups.items():
        yield f"| {name} | {rows.sum()} | {_percent(has_p[rows])} | {_percent(~has_p[rows])} |"


def _found_lines(data: LabelledSet, features: Sequence[RhythmFeatures]) -> Iterator[str]:
    yield "Measured features against the readers' statements."
    yield ""
    yield "| measured | statement | records with it | found | records without | false alarms |"
    yield "|---|---|---|---|---|---|"
    for name, (codes, is_found) in FOUND.items():
        said, found = _says(data, *codes), np.array([is_found(f) for f in features])
        cells = (said.sum(), _percent(found[said]), (~said).sum(), _percent(found[~said]))
        yield f"| {name} | {', '.join(codes)} | {' | '.join(map(str, cells))} |"


def _paced_lines() -> Iterator[str]:
    yield "Simulated paced rhythm, noise 20 dB below the signal: beats named as paced."
    yield ""
    yield "| sampling rate | beats | paced |"
    yield "|---|---|---|"
    for fs_hz in PACED_RATES_HZ:
        made = [simulate("paced", fs_hz=fs_hz, noise_snr_db=20, seed=seed).ecg for seed in PACED_SEEDS]
        found = [rhythm_features(delineate(ecg)) for ecg in made]
        n_beats, n_paced = sum(f.n_beats for f in found), sum(f.n_paced for f in found)
        yield f"| {fs_hz:g} Hz | {n_beats} | {100 * n_paced / max(n_beats, 1):.1f} % |"


def _percent(which: _Bools) -> str:
    return f"{100 * which.mean():.1f} %" if len(which) else "–"
