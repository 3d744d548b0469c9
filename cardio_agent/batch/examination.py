"""What is done with each file of a batch.

Enters: an item. Leaves: the analysis of the recording and, unless only the table is wanted, its report and
the documents asked for.
Raises whatever goes wrong: the boundary that records failures lies in :mod:`cardio_agent.batch.piece`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from cardio_agent.batch.item import Item
from cardio_agent.errors import BadRequest
from cardio_agent.schema import Analysis, Ecg, Report


@dataclass(frozen=True, eq=False)
class Examined:
    """What was found in one file; without a report where only the table is wanted.

    ``documents`` are the report in other formats, by the suffix of their files.
    """

    analysis: Analysis
    report: Report | None
    documents: Mapping[str, bytes] = field(default_factory=dict)


class Examiner(Protocol):
    """Examines files one at a time; pickled into every worker, so it holds options and no models."""

    @property
    def with_text(self) -> bool:
        """Whether reports are written."""

    def fingerprint(self) -> Mapping[str, Any]:
        """All that shapes a result beside the file, in JSON's types; runs that differ in it never mix."""

    def __call__(self, item: Item) -> Examined:
        """Examine one ECG; any exception is its failure."""


@dataclass(frozen=True)
class EcgExaminer:
    """Reads, analyses and reports with the program's own pipeline.

    Parameters
    ----------
    writer : str
        ``'plain'``, ``'bundled'``, ``'hf:FOLDER-OR-ID'`` or ``'openai:URL#MODEL'``.
    with_text : bool
    explained : bool
        Whether reports say what the classifier relied on; it takes longer than all the rest.
    formats : tuple of str
        Formats of :data:`cardio_agent.rendering.RENDERERS` in which each report is also written.
    """

    writer: str
    with_text: bool
    explained: bool = False
    formats: tuple[str, ...] = ()

    def fingerprint(self) -> Mapping[str, Any]:
        """Versions and hashes of the program's parts, and the settings that change a result.

        Raises
        ------
        BadRequest
            The writer or a format is none of the known ones.
        ModelMissing, CorpusError, PromptError
            A part of the program is absent or altered.
        """
        from cardio_agent.provenance import versions
        from cardio_agent.writing import get_writer

        self._check_formats()
        parts = {
            "with_text": self.with_text,
            "explained": self.explained,
            "formats": sorted(self.formats),
        }
        return {**versions(get_writer(self.writer).name), **parts}

    def _check_formats(self) -> None:
        """Raise BadRequest for an unknown format; what renders is loaded only where it is needed."""
        if self.formats:
            from cardio_agent.rendering import RENDERERS

            unknown = sorted(set(self.formats) - RENDERERS.keys())
            if unknown:
                known = ", ".join(RENDERERS)
                raise BadRequest(f"no report format is called '{unknown[0]}': choose one of {known}")

    def __call__(self, item: Item) -> Examined:
        from cardio_agent.pipeline import analyze, write_report
        from cardio_agent.reading import read_ecg

        prior = None if item.prior is None else read_ecg(item.prior)
        analysis = analyze(_told(read_ecg(item.file), item), prior=prior, explained=self.explained)
        if not self.with_text:
            return Examined(analysis, None)
        report = write_report(analysis, writer=self.writer)
        return Examined(analysis, report, self._documents(report, analysis))

    def _documents(self, report: Report, analysis: Analysis) -> dict[str, bytes]:
        if not self.formats:
            return {}
        from cardio_agent.rendering import RENDERERS, render

        rendered = {RENDERERS[format].suffix: render(report, format, analysis) for format in self.formats}
        return {
            suffix: content.encode() if isinstance(content, str) else content
            for suffix, content in rendered.items()
        }


def _told(ecg: Ecg, item: Item) -> Ecg:
    """The recording with age and sex as the user says them, where the user does."""
    told = {"age_years": item.age_years, "sex": item.sex}
    update = {name: value for name, value in told.items() if value is not None}
    return replace(ecg, patient=ecg.patient.model_copy(update=update)) if update else ecg
