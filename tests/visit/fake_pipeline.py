"""The pipeline's steps replaced by facts built by hand, for tests of what a visit does with them."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from cardio_agent.errors import BadRecording, UnreadableFile
from cardio_agent.reporting import Placed
from cardio_agent.schema import (
    Analysis,
    Beats,
    Classification,
    Ecg,
    Explanation,
    Facts,
    Measurements,
    Patient,
    Report,
    Sentence,
    Source,
    Waves,
)
from tests.facts import facts_lbbb
from tests.rendering.conftest import PROVENANCE

SAID = Sentence(text="Sinus rhythm.", cites=(), verdict="supported", reason="", writer="plain")
EXPLAINED: list[str] = []
"""Codes that were explained, in order."""


def read_fake(path: Path) -> Ecg:
    """Opens any file with text in it; the folder must hold the companion that the text names."""
    companion = path.read_text(encoding="utf-8") if path.parent.name != "samples" else ""
    if companion and not (path.parent / companion).is_file():
        raise UnreadableFile(f"{companion} is missing")
    source = Source(name=path.name, format="csv")
    return Ecg(np.zeros((12, 5000), dtype=np.float32), 500.0, Patient(), source)


def analyze_fake(ecg: Ecg, *, prior: Ecg | None = None, operating_point: str, **_: object) -> Analysis:
    if ecg.source.name == "short.csv":
        raise BadRecording("short.csv: 2 s long")
    facts = facts_lbbb()
    analysis = Analysis(
        ecg=ecg,
        quality=facts.quality,
        statements=facts.statements,
        waves=Waves(500.0, Beats(), {}),
        measurements=Measurements(facts.measurements),
        findings=facts.findings,
        classification=Classification({}, {}, 0.1),
        attention={"CLBBB": facts.attention["CLBBB"]},
        operating_point=operating_point,  # type: ignore[arg-type]
    )
    return analysis if prior is None else replace(analysis, prior=replace(analysis, ecg=prior))


def explain_fake(ecg: Ecg, code: str, **_: object) -> Explanation:
    EXPLAINED.append(code)
    return Explanation(code, "fake", {}, np.zeros(ecg.signal_mv.shape, dtype=np.float32), {}, {}, {})


def collect_fake(analysis: Analysis) -> Facts:
    facts = facts_lbbb()
    recording = facts.recording.model_copy(
        update={"file": analysis.ecg.source.name, "patient": analysis.ecg.patient}
    )
    return facts.model_copy(update={"recording": recording})


def stream_fake(_: Analysis, *, writer: str, facts: Facts) -> Iterator[Placed | Report]:
    yield Placed("rhythm", SAID)
    fields = {name: getattr(facts, name) for name in type(facts).model_fields}
    provenance = PROVENANCE.model_copy(update={"writer": writer})
    yield Report(**fields, narrative=({"section": "rhythm", "sentences": (SAID,)},), provenance=provenance)


def replace_pipeline(monkeypatch: pytest.MonkeyPatch, opening: ModuleType) -> None:
    """Put the fakes in place of the steps."""
    EXPLAINED.clear()
    for name, fake in {
        "read_ecg": read_fake,
        "analyze": analyze_fake,
        "explain": explain_fake,
        "collect_facts": collect_fake,
        "stream_report": stream_fake,
    }.items():
        monkeypatch.setattr(opening, name, fake)
