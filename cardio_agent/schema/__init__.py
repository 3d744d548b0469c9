"""The types that pass between stages, in flow order. All are frozen.

Records that hold arrays are dataclasses; records that leave the program in a report are pydantic
models. Signals are always (12, n) float32 in mV, leads in the order of :data:`cardio_agent.leads.LEADS`.
Nothing here computes anything clinical.

Ids are what sentences cite in square brackets. They are unique within a report:

=====================  ===========================================================
``s-CLBBB``            classifier statement
``m-qt_ms``            measurement; with a lead ``m-st_j_mv-V2``
``f-first_degree_avb`` finding
``r-recording``        the recording itself: file, duration, sampling rate, age, sex
``q-overall``          quality of the recording; of a lead ``q-V3``
``a-CLBBB``            where the classifier looked for that statement
``x-CLBBB``            what it relied on, by the default method of explanation
``MI-02``              guideline passage, the corpus's own id
=====================  ===========================================================
"""

from cardio_agent.schema.classification import (
    AttentionSummary,
    Classification,
    Explanation,
    RiskTier,
    Statement,
    StatementGroup,
)
from cardio_agent.schema.facts import Evidence, Facts, Recording
from cardio_agent.schema.findings import (
    Analysis,
    CriterionResult,
    CriterionState,
    Finding,
    FindingKind,
    ScoreResult,
)
from cardio_agent.schema.measurement import (
    AtrialActivity,
    AtrialPattern,
    Beat,
    BeatKind,
    Beats,
    LeadWaves,
    Measurement,
    Measurements,
    Wave,
    Waves,
    measurement_id,
)
from cardio_agent.schema.recording import (
    Certainty,
    Ecg,
    LeadQuality,
    LeadState,
    NoiseKind,
    Patient,
    Quality,
    QualityVerdict,
    Source,
    SwapHint,
)
from cardio_agent.schema.records import DISCLAIMER, SCHEMA_VERSION, Record, Sex
from cardio_agent.schema.report import (
    Answer,
    DraftSentence,
    NarrativeSection,
    Provenance,
    Report,
    Sentence,
    Verdict,
    VerdictKind,
)

__all__ = [
    "DISCLAIMER",
    "SCHEMA_VERSION",
    "Analysis",
    "Answer",
    "AtrialActivity",
    "AtrialPattern",
    "AttentionSummary",
    "Beat",
    "BeatKind",
    "Beats",
    "Certainty",
    "Classification",
    "CriterionResult",
    "CriterionState",
    "DraftSentence",
    "Ecg",
    "Evidence",
    "Explanation",
    "Facts",
    "Finding",
    "FindingKind",
    "LeadQuality",
    "LeadState",
    "LeadWaves",
    "Measurement",
    "Measurements",
    "NarrativeSection",
    "NoiseKind",
    "Patient",
    "Provenance",
    "Quality",
    "QualityVerdict",
    "Record",
    "Recording",
    "Report",
    "RiskTier",
    "ScoreResult",
    "Sentence",
    "Sex",
    "Source",
    "Statement",
    "StatementGroup",
    "SwapHint",
    "Verdict",
    "VerdictKind",
    "Wave",
    "Waves",
    "measurement_id",
]
