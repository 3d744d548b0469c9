"""How the chat answers ECG-QA: is there noise, and which measurements turned normal or abnormal.

Enters: the questions of ECG-QA on PTB-XL records, and those records. Leaves: accuracy against its labels
beside that of always giving the commonest label, as Markdown. The chat is asked in ECG-QA's own words; what
it answers is read from the records that it cites. Tunes nothing.

Source: Oh et al. 2023, "ECG-QA: a comprehensive question answering dataset combined with electrocardiogram".
Limits: its labels of noise are PTB-XL's readers', its labels of measurements another program's. P duration
and QT are not followed from one ECG to the next, so the chat never names them.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from cardio_agent.chat import Chat
from cardio_agent.datasets.labelled import load_labelled, read_table
from cardio_agent.datasets.noise_notes import METADATA
from cardio_agent.errors import TrainingError, UnreadableFile
from cardio_agent.evaluation.chat import patient_of
from cardio_agent.findings import compare
from cardio_agent.measurement import delineate, measure
from cardio_agent.pipeline import collect_facts
from cardio_agent.provenance import provenance
from cardio_agent.schema import (
    Analysis,
    Answer,
    Beats,
    Classification,
    Ecg,
    Facts,
    Measurements,
    Patient,
    Report,
    Source,
    Waves,
)
from cardio_agent.signal import assess_quality

_FS_HZ = 100.0
NOISE, COMPARISON = "noise_verify.json", "comparison_numeric.json"
_Row: TypeAlias = Mapping[str, Any]
# ECG-QA's measurements and the program's that answer to them; those without one are never named.
_MEASURED: Mapping[str, str] = {
    "rr interval": "heart_rate_bpm",
    "pr interval": "pr_ms",
    "qrs duration": "qrs_ms",
    "qt corrected": "qtc_fridericia_ms",
    "p duration": "",
    "qt interval": "",
}


@dataclass(frozen=True)
class Item:
    """One thing that a question decides: what it is of, its label, what the chat answered."""

    group: str
    label: bool
    given: bool


def score_ecgqa(folder: Path) -> str:
    """Accuracy over all questions of ``folder``/ecgqa on the records of ``folder``/ptbxl.

    Raises
    ------
    UnreadableFile
        A file of questions is absent or is none.
    TrainingError
        The records are absent, or lack one that is asked about.
    """
    ecgs = _Ecgs(folder / "ptbxl")
    noise = list(_noise_items(_questions(folder / "ecgqa" / NOISE), ecgs))
    compared, n_exact, n_asked = _compared_items(_questions(folder / "ecgqa" / COMPARISON), ecgs)
    lines = [
        f"{len(noise)} questions on noise", "", *_table(noise), "",
        f"{n_asked} questions on the measurements of two ECGs: the whole answer right in {n_exact}", "",
        *_table(compared),
    ]  # fmt: skip
    return "\n".join(lines)


def _questions(path: Path) -> list[_Row]:
    try:
        return list(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError) as exc:
        raise UnreadableFile(f"{path}: no file of ECG-QA ({exc}); give the folder that holds ecgqa/") from exc


class _Ecgs:
    """The records by their number, as the program would read them."""

    def __init__(self, folder: Path) -> None:
        data = load_labelled(folder)
        self._folder = folder
        self._signals = dict(zip(map(int, data.ids), data.signals_mv, strict=True))
        self._rows = {
            int(row["ecg_id"]): row for row in read_table(folder / METADATA, ("ecg_id", "age", "sex"))
        }

    def __getitem__(self, record: int) -> Ecg:
        if record not in self._signals:
            raise TrainingError(f"{self._folder}: lacks record {record}, which ECG-QA asks about")
        source = Source(name=str(record), format="array")
        row = self._rows.get(record)
        return Ecg(self._signals[record], _FS_HZ, Patient() if row is None else patient_of(row), source)


# ── noise ────────────────────────────────────────────────────────────────────────────────────


def _noise_items(questions: Iterable[_Row], ecgs: _Ecgs) -> Iterator[Item]:
    reports: dict[int, Report] = {}
    for row in questions:
        (record,) = row["ecg_id"]
        if record not in reports:
            reports[record] = _report(_analysis(ecgs[record], is_measured=False))
        answer = Chat(reports[record], writer="plain").ask(str(row["question"]))
        (attribute,) = row["attribute"]
        yield Item(attribute, row["answer"] == ["yes"], _says_noisy(answer, reports[record]))


def _says_noisy(answer: Answer, report: Report) -> bool:
    """Whether an answer cites a lead that is not good."""
    cited = {cite for sentence in answer.sentences for cite in sentence.cites}
    return any(lead.id in cited and lead.state != "good" for lead in report.quality.leads)


# ── two ECGs ─────────────────────────────────────────────────────────────────────────────────


def _compared_items(questions: Iterable[_Row], ecgs: _Ecgs) -> tuple[list[Item], int, int]:
    """An item for each measurement of each question; how many whole answers are right, and of how many."""
    analyses: dict[int, Analysis] = {}
    items: list[Item] = []
    n_exact = n_asked = 0
    for row in questions:
        for record in row["ecg_id"]:
            if record not in analyses:
                analyses[record] = _analysis(ecgs[record], is_measured=True)
        first, second = (analyses[record] for record in row["ecg_id"])
        answer = Chat(_report(compare(second, first)), writer="plain").ask(str(row["question"]))
        cited = {cite.removeprefix("m-") for sentence in answer.sentences for cite in sentence.cites}
        asked = [Item(name, name in row["answer"], own in cited) for name, own in _MEASURED.items()]
        items += asked
        n_asked += 1
        n_exact += all(item.label == item.given for item in asked)
    return items, n_exact, n_asked


def _analysis(ecg: Ecg, *, is_measured: bool) -> Analysis:
    """Quality and, where wanted, waves and measurements: no classifier takes part."""
    quality = assess_quality(ecg)
    waves = delineate(ecg) if is_measured else Waves(ecg.fs_hz, Beats(), {})
    measurements = measure(ecg, waves, quality) if is_measured else Measurements()
    return Analysis(ecg, quality, (), waves, measurements, (), Classification({}, {}, 1.0))


def _report(analysis: Analysis) -> Report:
    facts = collect_facts(analysis)
    fields = {name: getattr(facts, name) for name in Facts.model_fields}
    return Report(**fields, narrative=(), provenance=provenance(analysis, "plain"))


# ── the table ────────────────────────────────────────────────────────────────────────────────


def _table(items: Sequence[Item]) -> Iterator[str]:
    groups: dict[str, list[Item]] = defaultdict(list)
    for item in items:
        groups[item.group].append(item)
    yield "| of | n | accuracy | commonest label | found when labelled | passed when not |"
    yield "|---|---|---|---|---|---|"
    for name, group in groups.items():
        yield _row(name, group)
    yield _row("all", items)


def _row(name: str, items: Sequence[Item]) -> str:
    right = _mean(item.label == item.given for item in items)
    yes = _mean(item.label for item in items)
    found = _mean(item.given for item in items if item.label)
    passed = _mean(not item.given for item in items if not item.label)
    shares = (right, max(yes, 1 - yes), found, passed)
    return f"| {name} | {len(items)} | {' | '.join(f'{100 * share:.1f} %' for share in shares)} |"


def _mean(values: Iterable[bool]) -> float:
    listed = list(values)
    return sum(listed) / len(listed) if listed else float("nan")
