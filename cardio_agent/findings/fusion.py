"""From the classifier's statements and the measured criteria to findings.

Enters: statements, measurements, rhythm, quality, patient. Leaves: findings in report order, each
with its basis and certainty. Where classifier and measurement contradict each other, the
contradiction itself is a finding. Does not write sentences.

==========================  ==========================  ============================================
classifier                  criterion                   finding
==========================  ==========================  ============================================
present                     met                         definite
present                     not met, defining           contradiction; the finding is not made
present                     not met or not measurable   probable (high tier), else possible
absent                      met                         the rule's ``alone``
==========================  ==========================  ============================================
"""

from collections.abc import Iterable

from cardio_agent.findings import conduction
from cardio_agent.findings.reading import NOT_MEASURABLE, Outcome, Reading
from cardio_agent.findings.rules import FALLBACKS, HARMLESS, MINOR, RULES, Rule
from cardio_agent.measurement import RhythmFeatures
from cardio_agent.schema import (
    Certainty,
    Finding,
    Measurements,
    Patient,
    Quality,
    Statement,
)

# What a normal ECG asks of the guidelines; its vector travels with the program.
NORMAL_QUERY = "normal limits of PR interval, QRS duration and QTc"


def find(
    statements: Iterable[Statement],
    measurements: Measurements,
    rhythm: RhythmFeatures,
    quality: Quality,
    patient: Patient,
) -> tuple[Finding, ...]:
    """All findings of a recording.

    Returns
    -------
    tuple of Finding
        Rhythm first, then conduction, axis and intervals, chambers, ST–T and Q waves; contradictions
        and the overall verdict last. An unusable recording gets one finding, of its quality.
    """
    if quality.verdict == "unusable":
        return (_unusable(quality),)
    reading = Reading({s.code: s for s in statements}, measurements, rhythm, quality, patient)
    made: dict[str, Finding] = {}
    contradictions: list[Finding] = []
    for rule in RULES:
        if made.keys() & set(rule.unless):
            continue
        finding = _apply(rule, reading)
        if finding is None:
            continue
        if finding.kind == "contradiction":
            contradictions.append(finding)
        else:
            made[rule.key] = finding
    found = [*made.values(), *_unexplained_superclasses(reading, made.values()), *contradictions]
    return (*found, *_overall(reading, found))


def _unusable(quality: Quality) -> Finding:
    return Finding(
        id="f-unusable",
        kind="quality",
        text="recording not interpretable",
        certainty="definite",
        basis=(quality.id,),
    )


def _apply(rule: Rule, reading: Reading) -> Finding | None:
    spoken = reading.spoken(rule.codes)
    outcome = rule.test(reading) if rule.test else NOT_MEASURABLE
    if spoken is None:
        return _finding(rule, rule.alone, outcome, None) if outcome.met and rule.alone else None
    if outcome.met:
        return _finding(rule, "definite", outcome, spoken)
    if "{" in rule.text:
        return None
    refuted = _refutation(rule, reading, outcome)
    if refuted:
        return _contradiction(rule, spoken, refuted)
    text = rule.unmeasured if outcome.state == "not measurable" else ""
    return _finding(rule, _from_probability(spoken), NOT_MEASURABLE, spoken, text)


def _refutation(rule: Rule, reading: Reading, outcome: Outcome) -> Outcome | None:
    """The measured outcome that contradicts the classifier, if there is one."""
    if rule.key in ("clbbb", "crbbb"):
        narrow = conduction.qrs_narrow(reading)
        return narrow if narrow.met else None
    return outcome if rule.defining and outcome.state == "not met" else None


def _from_probability(statement: Statement) -> Certainty:
    return "probable" if statement.risk == "high" else "possible"


def _finding(
    rule: Rule, certainty: Certainty | None, outcome: Outcome, spoken: Statement | None, text: str = ""
) -> Finding:
    basis = ((spoken.id,) if spoken else ()) + tuple(dict.fromkeys(outcome.basis))
    return Finding(
        id=f"f-{rule.key}",
        kind=rule.kind,
        text=(text or rule.text).format(
            territory=outcome.territory, leads=list_leads(outcome.leads), detail=outcome.detail
        ),
        certainty=certainty or "possible",
        basis=basis,
        leads=outcome.leads,
        territory=outcome.territory,
        codes=rule.codes,
        sources=rule.sources,
        query=rule.query,
    )


def _contradiction(rule: Rule, spoken: Statement, outcome: Outcome) -> Finding:
    return Finding(
        id=f"f-not_{rule.key}",
        kind="contradiction",
        text=f"the classifier suggests {spoken.name}, which the measurements do not support",
        certainty="definite",
        basis=(spoken.id, *outcome.basis),
        codes=(spoken.code,),
        sources=rule.sources,
    )


def _unexplained_superclasses(reading: Reading, made: Iterable[Finding]) -> list[Finding]:
    """Superclasses called present, of which nothing more precise was said."""
    kinds = {f.kind for f in made}
    return [
        Finding(
            id=f"f-{fallback.code}",
            kind=fallback.kind,
            text=fallback.text,
            certainty=_from_probability(statement),
            basis=(statement.id,),
            codes=(fallback.code,),
        )
        for fallback in FALLBACKS
        if (statement := reading.statements[fallback.code]).present and not kinds & fallback.explained_by
    ]


def _overall(reading: Reading, found: list[Finding]) -> list[Finding]:
    """What the classifier's "normal ECG" comes to beside what was found."""
    normal = reading.statements["NORM"]
    if not normal.present:
        return []
    abnormal = [f for f in found if f.id not in HARMLESS and f.kind != "contradiction"]
    major = [f for f in abnormal if f.id not in MINOR]
    if not major:
        return [_normal(normal, "otherwise normal ECG" if abnormal else "normal ECG")]
    firm = [f for f in major if f.certainty == "definite"]
    return [_not_normal(normal, firm[0])] if firm else []


def _normal(normal: Statement, text: str) -> Finding:
    return Finding(
        id="f-normal",
        kind="normal",
        text=text,
        certainty=_from_probability(normal),
        basis=(normal.id,),
        codes=("NORM",),
        query=NORMAL_QUERY,
    )


def _not_normal(normal: Statement, firm: Finding) -> Finding:
    return Finding(
        id="f-not_normal",
        kind="contradiction",
        text=f"the classifier suggests a normal ECG, but the measurements show {firm.text}",
        certainty="definite",
        basis=(normal.id, *firm.basis),
        leads=firm.leads,
        codes=("NORM",),
    )


def list_leads(leads: tuple[str, ...]) -> str:
    """Leads as a reader lists them, precordial runs shortened.

    >>> list_leads(("V1", "V2", "V3", "V4"))
    'V1–V4'
    >>> list_leads(("II", "III", "aVF"))
    'II, III and aVF'
    """
    parts = _shorten_runs(leads)
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " and " + parts[-1] if parts else ""


def _shorten_runs(leads: tuple[str, ...]) -> list[str]:
    chest = [int(lead[1:]) for lead in leads if lead.startswith("V")]
    parts = [lead for lead in leads if not lead.startswith("V")]
    start = 0
    for k in range(1, len(chest) + 1):
        if k == len(chest) or chest[k] != chest[k - 1] + 1:
            run = chest[start:k]
            parts += [f"V{run[0]}–V{run[-1]}"] if len(run) > 2 else [f"V{n}" for n in run]
            start = k
    return parts
