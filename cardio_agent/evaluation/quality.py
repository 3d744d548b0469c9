"""How well noise is graded and exchanged electrodes are found.

Enters: labelled ECGs with PTB-XL's noise notes. Leaves: a Markdown table. Electrodes are exchanged by
computation, so that the truth is known; a record as it came is taken to be right.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from cardio_agent.classifier.statements import CODES
from cardio_agent.datasets.labelled import LabelledSet
from cardio_agent.datasets.noise_notes import read_notes
from cardio_agent.evaluation.metrics import auroc
from cardio_agent.evaluation.scoring import recordings
from cardio_agent.schema import Ecg, NoiseKind, Quality
from cardio_agent.signal import assess_quality
from cardio_agent.simulation import swap_electrodes

# Which graded noise answers to which note.
NOTED: Mapping[str, NoiseKind] = {
    "baseline_drift": "wander",
    "static_noise": "static",
    "burst_noise": "burst",
}
EXCHANGES = (
    ("RA", "LA"),
    ("RA", "LL"),
    ("LA", "LL"),
    ("RA", "RL"),
    ("LA", "RL"),
    ("V1", "V2"),
    ("V2", "V3"),
    ("V3", "V4"),
    ("V4", "V5"),
    ("V5", "V6"),
)
_NORMAL = CODES.index("NORM")
_Bools = npt.NDArray[np.bool_]


def score_quality(folder: Path, data: LabelledSet) -> str:
    """AUROC of each kind of noise against the notes, and how often exchanged electrodes are found.

    Parameters
    ----------
    folder : Path
        Where the table with the notes lies.
    data : LabelledSet
        Records of that table.

    Raises
    ------
    TrainingError
        The folder holds no noise notes.
    """
    notes = read_notes(folder, data.ids)
    ecgs = recordings(data)
    judged = [assess_quality(ecg) for ecg in ecgs]
    is_normal = data.targets[:, _NORMAL] == 1
    return "\n".join([*_noise_lines(notes, judged), "", *_swap_lines(ecgs, judged, is_normal)])


def _noise_lines(notes: Mapping[str, npt.NDArray[np.float64]], judged: Sequence[Quality]) -> Iterator[str]:
    yield f"Noise of {len(judged)} records against the readers' notes, lead by lead."
    yield ""
    yield "| note | graded by | leads noted | leads not noted | AUROC |"
    yield "|---|---|---|---|---|"
    for column, kind in NOTED.items():
        truth = notes[column]
        graded = np.array([[lead.noise[kind] for lead in quality.leads] for quality in judged])
        n_noted, n_clean = int((truth == 1).sum()), int((truth == 0).sum())
        area = auroc(truth.ravel(), graded.ravel())
        yield f"| {column} | {kind} | {n_noted} | {n_clean} | {area:.3f} |"


def _swap_lines(ecgs: Sequence[Ecg], judged: Sequence[Quality], is_normal: _Bools) -> Iterator[str]:
    n_normal = int(is_normal.sum())
    yield f"Electrodes exchanged in {len(ecgs)} records, of which {n_normal} are normal."
    yield ""
    yield "| exchanged | found, normal | found, all | false alarms, normal | false alarms, all |"
    yield "|---|---|---|---|---|"
    for pair in EXCHANGES:
        found = _hinted((assess_quality(swap_electrodes(ecg, *pair)) for ecg in ecgs), pair)
        false = _hinted(judged, pair)
        shares = (found[is_normal].mean(), found.mean(), false[is_normal].mean(), false.mean())
        yield f"| {'–'.join(pair)} | {' | '.join(f'{100 * share:.1f} %' for share in shares)} |"


def _hinted(qualities: Iterable[Quality], pair: tuple[str, str]) -> _Bools:
    """Whether each recording is suspected of just this exchange."""
    return np.array([any(s.electrodes == pair for s in quality.electrode_swaps) for quality in qualities])
