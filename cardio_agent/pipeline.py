"""The order of the steps, and nothing else.

Enters: a recording. Leaves: an :class:`~cardio_agent.schema.Analysis`, then a
:class:`~cardio_agent.schema.Report`.
"""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from cardio_agent.classifier import classify, decide
from cardio_agent.explanation import explain, summarise, summarise_attention
from cardio_agent.findings import compare, evaluate_criteria, find
from cardio_agent.measurement import condition, delineate, measure, rhythm_features
from cardio_agent.schema import Analysis, Ecg, Facts, Finding, Recording, Report, Statement
from cardio_agent.settings import OperatingPoint
from cardio_agent.signal import assess_quality

if TYPE_CHECKING:
    from cardio_agent.reporting import Placed


def analyze(
    ecg: Ecg,
    *,
    prior: Ecg | None = None,
    explained: bool = True,
    operating_point: OperatingPoint | None = None,
) -> Analysis:
    """Everything that can be known of a recording without a language model or a network.

    Parameters
    ----------
    ecg : Ecg
    prior : Ecg, optional
        An earlier recording of the same person, for comparison.
    explained : bool
        Whether to work out what the classifier relied on for the statements that findings rest on. It
        takes longer than all the rest; without it the report says where the classifier looked.
    operating_point : {"balanced", "screening"}, optional
        At which statements are called present; default: that of the settings.

    Returns
    -------
    Analysis
        Of an unusable recording: quality and measurements as far as they go, no statements, no criteria,
        one finding that says so.

    Raises
    ------
    ModelMissing
        When the classifier's files are absent or altered.
    """
    quality = assess_quality(ecg)
    conditioned = condition(ecg)
    waves = delineate(ecg, conditioned=conditioned)
    measurements = measure(ecg, waves, quality, conditioned=conditioned)
    classification = classify([ecg])[0]
    usable = quality.verdict != "unusable"
    statements = decide(classification, operating_point) if usable else ()
    criteria = evaluate_criteria(measurements, rhythm_features(waves), ecg.patient) if usable else ()
    findings = find(statements, criteria, quality)
    codes = _codes_to_explain(statements, findings)
    analysis = Analysis(
        ecg=ecg,
        quality=quality,
        statements=statements,
        waves=waves,
        measurements=measurements,
        findings=findings,
        classification=classification,
        attention=summarise_attention(classification, waves, codes),
        explanations={code: explain(ecg, code, waves=waves) for code in codes if explained},
        criteria=criteria,
        operating_point=operating_point,
    )
    if prior is None:
        return analysis
    return compare(analysis, analyze(prior, explained=False, operating_point=operating_point))


def _codes_to_explain(statements: Iterable[Statement], findings: Iterable[Finding]) -> list[str]:
    """Statements called present that some finding rests on; sinus rhythm needs no explaining."""
    rested_on = {basis for finding in findings if finding.id != "f-sinus_rhythm" for basis in finding.basis}
    return [s.code for s in statements if s.present and s.id in rested_on]


def collect_facts(analysis: Analysis) -> Facts:
    """The citable facts of an analysis, with the guideline passages that bear on its findings."""
    from cardio_agent.retrieval import gather_evidence
    from cardio_agent.settings import get_settings

    evidence = gather_evidence(
        analysis.findings,
        per_finding=get_settings().evidence_per_finding,
        patient=analysis.ecg.patient,
        measurements=analysis.measurements,
    )
    return Facts(
        recording=_recording(analysis.ecg),
        quality=analysis.quality,
        statements=analysis.statements,
        measurements=tuple(analysis.measurements),
        findings=analysis.findings,
        attention=dict(analysis.attention),
        explanations={code: summarise(found) for code, found in analysis.explanations.items()},
        criteria=analysis.criteria,
        evidence=evidence,
    )


def _recording(ecg: Ecg) -> Recording:
    source = ecg.source
    return Recording(
        file=source.name,
        format=source.format,
        fs_hz=ecg.fs_hz,
        duration_s=round(ecg.duration_s, 3),
        missing_leads=ecg.missing_leads,
        derived_leads=source.derived_leads,
        recorded_at=source.recorded_at,
        patient=ecg.patient,
        notes=source.notes,
    )


def write_report(analysis: Analysis, *, writer: str | None = None) -> Report:
    """The whole report of an analysis.

    Parameters
    ----------
    analysis : Analysis
    writer : str, optional
        ``'plain'``, ``'hf:FOLDER-OR-ID'`` or ``'openai:URL#MODEL'``; default: the setting ``llm``.

    Raises
    ------
    BadRequest
        When the writer is none of these.
    IndexUnavailable, ModelMissing, CorpusError
        When the guideline index cannot be built.
    """
    *_, report = stream_report(analysis, writer=writer)
    assert isinstance(report, Report)
    return report


def stream_report(
    analysis: Analysis, *, writer: str | None = None, facts: Facts | None = None
) -> "Iterator[Placed | Report]":
    """The report of :func:`write_report`, sentence by sentence.

    ``facts`` are those of :func:`collect_facts`, where they have been collected already.

    Yields
    ------
    Placed
        Each sentence with its section, as soon as it has been checked.
    Report
        The whole report, last and once.
    """
    from cardio_agent.provenance import provenance
    from cardio_agent.reporting import Composition
    from cardio_agent.settings import get_settings
    from cardio_agent.writing import PlainWriter, get_writer

    facts = facts or collect_facts(analysis)
    chosen = get_writer(writer or get_settings().llm)
    composition = Composition(facts, chosen, PlainWriter())
    yield from composition
    yield Report(
        **{name: getattr(facts, name) for name in Facts.model_fields},
        narrative=composition.sections(),
        provenance=provenance(analysis, chosen.name, tuple(composition.notes)),
    )
