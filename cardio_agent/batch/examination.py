"""What is done with each file of a batch.

Enters: a path. Leaves: the analysis of the recording and, unless only the table is wanted, its report.
Raises whatever goes wrong: the boundary that records failures lies in :mod:`cardio_agent.batch.piece`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from cardio_agent.schema import Analysis, Report


@dataclass(frozen=True, eq=False)
class Examined:
    """What was found in one file; without a report where only the table is wanted."""

    analysis: Analysis
    report: Report | None


class Examiner(Protocol):
    """Examines files one at a time; pickled into every worker, so it holds options and no models."""

    @property
    def with_text(self) -> bool:
        """Whether reports are written."""

    def fingerprint(self) -> Mapping[str, Any]:
        """All that shapes a result beside the file, in JSON's types; runs that differ in it never mix."""

    def __call__(self, path: Path) -> Examined:
        """Examine one file; any exception is that file's failure."""


@dataclass(frozen=True)
class EcgExaminer:
    """Reads, analyses and reports with the program's own pipeline.

    Parameters
    ----------
    writer : str
        ``'plain'``, ``'hf:FOLDER-OR-ID'`` or ``'openai:URL#MODEL'``.
    with_text : bool
    explained : bool
        Whether reports say what the classifier relied on; it takes longer than all the rest.
    """

    writer: str
    with_text: bool
    explained: bool = False

    def fingerprint(self) -> Mapping[str, Any]:
        """Versions and hashes of the program's parts, and the settings that change a result.

        Raises
        ------
        BadRequest
            The writer is none of the known ones.
        ModelMissing, CorpusError, PromptError
            A part of the program is absent or altered.
        """
        from cardio_agent.provenance import versions
        from cardio_agent.writing import get_writer

        parts = {"with_text": self.with_text, "explained": self.explained}
        return {**versions(get_writer(self.writer).name), **parts}

    def __call__(self, path: Path) -> Examined:
        from cardio_agent.pipeline import analyze, write_report
        from cardio_agent.reading import read_ecg

        analysis = analyze(read_ecg(path), explained=self.explained)
        return Examined(analysis, write_report(analysis, writer=self.writer) if self.with_text else None)
