"""What the intervals of labelled ECGs are, statement by statement: a check without any annotated wave.

    python benchmarks/interval_medians.py DIR [--records N]

DIR is a folder of labelled ECGs as ``cardio-agent evaluate --data`` takes it. Of each statement the first
N records (default 150) are measured. Complete bundle branch blocks should last 120 ms or more, normal ECGs
less; a normal QTc should seldom be 360 ms or less. Labels are those of readers, who measured nothing.
"""

import argparse
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from cardio_agent.classifier.statements import CODES
from cardio_agent.datasets.labelled import load_labelled
from cardio_agent.evaluation.scoring import recordings
from cardio_agent.measurement import delineate, measure
from cardio_agent.schema import Ecg
from cardio_agent.signal import assess_quality

STATEMENTS = ("NORM", "IRBBB", "CRBBB", "CLBBB", "AVB")
NAMES = ("qrs_ms", "pr_ms", "qt_ms", "qtc_fridericia_ms")
WIDE_QRS_MS, LONG_PR_MS, SHORT_QTC_MS = 120, 200, 360


def main() -> None:
    parser = argparse.ArgumentParser(description="Medians of intervals by statement.")
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument("--records", type=int, default=150)
    args = parser.parse_args()
    data = load_labelled(args.folder)
    ecgs = recordings(data)
    shares = f"QRS ≥ {WIDE_QRS_MS} | PR > {LONG_PR_MS} | QTc ≤ {SHORT_QTC_MS}"
    print(f"| statement | records | {' | '.join(NAMES)} | {shares} |")
    print("|---" * (len(NAMES) + 5) + "|")
    for code in STATEMENTS:
        rows = np.flatnonzero(data.targets[:, CODES.index(code)] > 0)[: args.records]
        print(_row(code, _intervals(ecgs[k] for k in rows)), flush=True)


def _intervals(ecgs: Iterable[Ecg]) -> np.ndarray:
    """(records, 4) ms in the order of NAMES, NaN where not measured."""
    found = [measure(ecg, delineate(ecg), assess_quality(ecg)) for ecg in ecgs]
    return np.array([[m.value(name) for name in NAMES] for m in found], dtype=np.float64)


def _row(code: str, ms: np.ndarray) -> str:
    qrs, pr, _, qtc = (column[~np.isnan(column)] for column in ms.T)
    medians = " | ".join(f"{median:.0f}" for median in np.nanmedian(ms, axis=0))
    shares = (np.mean(qrs >= WIDE_QRS_MS), np.mean(pr > LONG_PR_MS), np.mean(qtc <= SHORT_QTC_MS))
    return f"| {code} | {len(ms)} | {medians} | {' | '.join(f'{share:.0%}' for share in shares)} |"


if __name__ == "__main__":
    main()
