"""An examiner that does what each file tells it to, fast, with records built by hand.

The content of a file is one of: a heart rate ("62"), "refuse", "fault", "die", "die once", "slow 62", "hang",
"hang in a library".
"""

import ctypes
import os
import signal
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from cardio_agent.batch import Examined, Item
from cardio_agent.errors import BadRecording
from cardio_agent.schema import (
    Analysis,
    Beats,
    Classification,
    Ecg,
    Facts,
    Measurements,
    NarrativeSection,
    Provenance,
    Report,
    Sentence,
    Source,
    VerdictKind,
    Waves,
)
from tests.facts import facts_normal

SLOW_S = 0.05
HANGING_S = 60


@dataclass(frozen=True)
class FakeExaminer:
    """Holds the fingerprint's only entry; a run with another version must not mix."""

    version: str = "1"
    with_text: bool = True

    def fingerprint(self) -> Mapping[str, Any]:
        return {"version": self.version, "with_text": self.with_text}

    def __call__(self, item: Item) -> Examined:
        path = Path(item.file)
        match path.read_text(encoding="utf-8").split():
            case ["refuse"]:
                raise BadRecording(f"{path.name}: 2 s are too short; record 10 s")
            case ["fault"]:
                raise ZeroDivisionError("=cmd|' /C calc'!A0\nsecond line")
            case ["die"]:
                os.kill(os.getpid(), signal.SIGKILL)
            case ["die", "once"]:
                path.write_text("70", encoding="utf-8")
                os.kill(os.getpid(), signal.SIGKILL)
            case ["hang"]:
                time.sleep(HANGING_S)
            case ["hang", *_]:
                ctypes.PyDLL(None).sleep(HANGING_S)  # keeps the interpreter's lock
            case ["slow", rate]:
                time.sleep(SLOW_S)
                return self._examined(path, float(rate))
            case [rate]:
                return self._examined(path, float(rate))
        raise AssertionError(f"{path} asks for nothing known")

    def _examined(self, path: Path, rate: float) -> Examined:
        facts = _facts(path.name, rate)
        return Examined(_analysis(facts), _report(facts) if self.with_text else None)


def _facts(name: str, rate: float) -> Facts:
    normal = facts_normal()
    measurements = tuple(
        m.model_copy(update={"value": rate}) if m.name == "heart_rate_bpm" else m for m in normal.measurements
    )
    recording = normal.recording.model_copy(update={"file": name})
    return normal.model_copy(update={"recording": recording, "measurements": measurements})


def _analysis(facts: Facts) -> Analysis:
    source = Source(name=facts.recording.file, format="csv", sha256="5e" * 32)
    return Analysis(
        ecg=Ecg(np.zeros((12, 5000), np.float32), 500.0, facts.recording.patient, source),
        quality=facts.quality,
        statements=facts.statements,
        waves=Waves(500.0, Beats(), {}),
        measurements=Measurements(facts.measurements),
        findings=facts.findings,
        classification=Classification({}, {}, 0.08),
    )


def _report(facts: Facts) -> Report:
    verdicts: tuple[VerdictKind, ...] = ("supported", "supported", "contradicted")
    sentences = tuple(
        Sentence(text=f"Sentence {i}.", cites=("r-recording",), verdict=verdict, reason="", writer="fake")
        for i, verdict in enumerate(verdicts)
    )
    provenance = Provenance(
        cardio_agent="0", classifier="0", classifier_sha256="", writer="fake", corpus_sha256="",
        embeddings="", prompts_sha256="", input_sha256="5e" * 32, settings={},
    )  # fmt: skip
    return Report(
        **{name: getattr(facts, name) for name in Facts.model_fields},
        narrative=(NarrativeSection(section="findings", sentences=sentences),),
        provenance=provenance,
    )
