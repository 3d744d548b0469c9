"""How well a delineation agrees with annotated waves.

Enters: a folder of WFDB records with one annotation file a lead, as LUDB has them, and a function that
delineates. Leaves: F1 and errors of P, QRS and T, over all records and record by record. Used by evaluation
only.
"""

import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np

from cardio_agent.errors import UnreadableFile
from cardio_agent.leads import LEADS
from cardio_agent.schema import Ecg, LeadWaves, Patient, Source, Wave

WaveName = Literal["p", "qrs", "t"]
WAVE_NAMES: tuple[WaveName, ...] = ("p", "qrs", "t")
_SYMBOLS: dict[str, WaveName] = {"p": "p", "N": "qrs", "t": "t"}

N_WORST = 4

NOT_ANNOTATED = -1
"""Stands for an onset or offset that the annotator left out; it counts in no error."""

TOLERANCE_S = 0.150
"""Peaks no further apart are the same wave. Source: ANSI/AAMI EC57 (unchecked)."""


@dataclass
class WaveScore:
    """Counts and errors of one kind of wave, over leads and recordings.

    Errors are found − annotated, in ms, NaN where not annotated.
    """

    n_matched: int = 0
    n_extra: int = 0
    n_missed: int = 0
    errors_ms: list[tuple[float, float, float]] = field(default_factory=list)

    @property
    def f1(self) -> float:
        """Harmonic mean of sensitivity and positive predictive value; NaN when there was nothing."""
        total = 2 * self.n_matched + self.n_extra + self.n_missed
        return 2 * self.n_matched / total if total else float("nan")

    @property
    def mae_ms(self) -> tuple[float, float, float]:
        """Mean absolute error of onset, peak and offset; NaN when nothing matched."""
        sizes = np.abs(np.array(self.errors_ms).reshape(-1, 3))
        known = [column[~np.isnan(column)] for column in sizes.T]
        onset, peak, offset = (float(c.mean()) if len(c) else float("nan") for c in known)
        return onset, peak, offset


LeadDelineator = Callable[[Ecg], Mapping[str, LeadWaves]]
RecordScores = dict[str, dict[WaveName, WaveScore]]
"""Scores of each wave by record name."""


def annotated_folder(folder: Path) -> Path:
    """The folder itself, or its ``data`` folder where LUDB as published has its records."""
    return folder / "data" if (folder / "data").is_dir() else folder


def annotated_records(folder: Path) -> list[str]:
    """Names of the records of a folder that have an annotation file for each lead, in numeric order."""
    names = [path.stem for path in folder.glob("*.hea") if path.with_suffix(".ii").is_file()]
    return sorted(names, key=lambda name: (len(name), name))


def read_annotated(folder: Path, name: str) -> tuple[Ecg, dict[str, LeadWaves]]:
    """One LUDB-like record: the recording and the annotated waves of each lead.

    Raises
    ------
    UnreadableFile
        When the record or one of its annotation files cannot be read.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # wfdb's own use of pandas
            import wfdb

            record = wfdb.rdrecord(str(folder / name))
            annotations = {lead: wfdb.rdann(str(folder / name), lead.lower()) for lead in LEADS}
    except (OSError, ValueError, IndexError) as exc:
        raise UnreadableFile(f"the annotated record '{name}' in {folder} cannot be read: {exc}") from exc
    order = [[label.lower() for label in record.sig_name].index(lead.lower()) for lead in LEADS]
    signal_mv = record.p_signal.T[order].astype(np.float32)
    ecg = Ecg(signal_mv, float(record.fs), Patient(), Source(name=f"{name}.hea", format="wfdb"))
    return ecg, {lead: _lead_waves(a.sample, a.symbol) for lead, a in annotations.items()}


def _lead_waves(samples: Sequence[int], symbols: Sequence[str]) -> LeadWaves:
    """Waves of one annotation file: a peak between its brackets, a missing one marked as not annotated."""
    waves: dict[WaveName, list[Wave]] = {"p": [], "qrs": [], "t": []}
    for k, symbol in enumerate(symbols):
        if symbol in _SYMBOLS:
            opened = k > 0 and symbols[k - 1] == "("
            closed = k + 1 < len(symbols) and symbols[k + 1] == ")"
            onset = int(samples[k - 1]) if opened else NOT_ANNOTATED
            offset = int(samples[k + 1]) if closed else NOT_ANNOTATED
            waves[_SYMBOLS[symbol]].append(Wave(onset, int(samples[k]), offset))
    return LeadWaves(tuple(waves["p"]), tuple(waves["qrs"]), tuple(waves["t"]))


def score_leads(
    found: Mapping[str, LeadWaves], annotated: Mapping[str, LeadWaves], fs_hz: float
) -> dict[WaveName, WaveScore]:
    """Compare the waves of all leads of one recording.

    Found waves outside the annotated span of a lead are not counted: annotators leave out the first and
    the last beats.
    """
    scores = {name: WaveScore() for name in WAVE_NAMES}
    for lead, truth in annotated.items():
        everything = [*truth.p, *truth.qrs, *truth.t]
        if not everything:
            continue
        first = min(w.peak if w.onset == NOT_ANNOTATED else w.onset for w in everything)
        last = max(max(w.peak, w.offset) for w in everything)
        for name in WAVE_NAMES:
            inside = [w for w in getattr(found[lead], name) if first <= w.peak <= last]
            _score_waves(scores[name], inside, getattr(truth, name), fs_hz)
    return scores


def _score_waves(score: WaveScore, found: Sequence[Wave], truth: Sequence[Wave], fs_hz: float) -> None:
    pairs = list(_pairs(found, truth, TOLERANCE_S * fs_hz))
    score.n_matched += len(pairs)
    score.n_extra += len(found) - len(pairs)
    score.n_missed += len(truth) - len(pairs)
    for mine, theirs in pairs:
        onset, peak, offset = (
            float("nan") if NOT_ANNOTATED in (a, b) else (a - b) / fs_hz * 1000
            for a, b in zip(mine, theirs, strict=True)
        )
        score.errors_ms.append((onset, peak, offset))


def _pairs(found: Sequence[Wave], truth: Sequence[Wave], tolerance: float) -> Iterator[tuple[Wave, Wave]]:
    """Each annotated wave with the nearest found one, closest pairs first, each used once."""
    distances = sorted(
        (abs(mine.peak - theirs.peak), i, j) for i, mine in enumerate(found) for j, theirs in enumerate(truth)
    )
    used_found: set[int] = set()
    used_truth: set[int] = set()
    for distance, i, j in distances:
        if distance > tolerance:
            return
        if i not in used_found and j not in used_truth:
            used_found.add(i)
            used_truth.add(j)
            yield found[i], truth[j]


def score_folder(folder: Path, delineate: LeadDelineator, names: Sequence[str] | None = None) -> RecordScores:
    """Scores of each annotated record of a folder (or of those named), its leads together."""
    scores: RecordScores = {}
    for name in names if names is not None else annotated_records(folder):
        ecg, annotated = read_annotated(folder, name)
        scores[name] = score_leads(delineate(ecg), annotated, ecg.fs_hz)
    return scores


def pooled(scores: RecordScores) -> dict[WaveName, WaveScore]:
    """Scores over all waves of all records."""
    total = {name: WaveScore() for name in WAVE_NAMES}
    for of_record in scores.values():
        for wave, score in of_record.items():
            total[wave].n_matched += score.n_matched
            total[wave].n_extra += score.n_extra
            total[wave].n_missed += score.n_missed
            total[wave].errors_ms += score.errors_ms
    return total


def delineation_table(scores: RecordScores, other: RecordScores | None = None, other_name: str = "") -> str:
    """The scores as Markdown: over all records, beside those of another delineator, then their spread."""
    rows = [_row(name.upper(), score) for name, score in pooled(scores).items()]
    if other is not None:
        rows += [_row(f"{name.upper()}, {other_name}", score) for name, score in pooled(other).items()]
    lines = [
        f"{len(scores)} annotated records, all leads; matches within {TOLERANCE_S * 1000:.0f} ms; "
        "errors are means of absolute differences.",
        "",
        "| wave | F1 | onset error | peak error | offset error |",
        "|---|---|---|---|---|",
        *rows,
    ]
    return "\n".join([*lines, "", *_spread_lines(scores), "", _invented_p_line(scores)])


def _row(label: str, score: WaveScore) -> str:
    errors = " | ".join(f"{ms:.1f} ms" for ms in score.mae_ms)
    return f"| {label} | {score.f1:.4f} | {errors} |"


def _spread_lines(scores: RecordScores) -> list[str]:
    """Mean absolute errors record by record, and the records that are furthest off."""
    lines = ["| wave | bound | median record | 90th percentile | worst records |", "|---|---|---|---|---|"]
    for wave in WAVE_NAMES:
        for k, bound in enumerate(("onset", "peak", "offset")):
            errors = {name: own[wave].mae_ms[k] for name, own in scores.items()}
            known = {name: ms for name, ms in errors.items() if not np.isnan(ms)}
            if not known:
                continue
            middle, high = np.percentile(list(known.values()), (50, 90))
            worst = sorted(known, key=lambda name: -known[name])[:N_WORST]
            named = ", ".join(f"{name} ({known[name]:.0f})" for name in worst)
            lines.append(f"| {wave.upper()} | {bound} | {middle:.1f} ms | {high:.1f} ms | {named} |")
    return lines


def _invented_p_line(scores: RecordScores) -> str:
    without = [own["p"] for own in scores.values() if not own["p"].n_matched + own["p"].n_missed]
    free = sum(score.n_extra == 0 for score in without)
    return f"Records without an annotated P wave: {len(without)}; none was found in {free} of them."
