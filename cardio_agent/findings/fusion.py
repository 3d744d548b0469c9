"""From the classifier's statements and the measured criteria to findings.

Enters: statements, results of the criteria, quality. Leaves: findings in report order, each
with its basis and certainty. Where classifier and measurement contradict each other, the
contradiction itself is a finding. Does not write sentences.

==========================  ==========================  ============================================
classifier                  criterion                   finding
==========================  ==========================  ============================================
present                     met                         the rule's ``agreed``, mostly definite
present                     definition not met          contradiction; the finding is not made
present                     not met or not measurable   probable (high tier), else possible
absent                      met                         the rule's ``alone``, unless vetoed
==========================  ==========================  ============================================
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cardio_agent.findings.doubt import doubted, reversals
from cardio_agent.findings.rules import FALLBACKS, HARMLESS, MINOR, RULES, Rule
from cardio_agent.leads import LEADS
from cardio_agent.schema import (
    Certainty,
    CriterionResult,
    Finding,
    Quality,
    Statement,
)

# What a normal ECG asks of the guidelines; its vector travels with the program.
NORMAL_QUERY = "normal limits of PR interval, QRS duration and QTc"


def find(
    statements: Iterable[Statement], criteria: Iterable[CriterionResult], quality: Quality
) -> tuple[Finding, ...]:
    """All findings of a recording.

    Parameters
    ----------
    statements : iterable of Statement
        All of the classifier's; of an unusable recording they are not looked at.
    criteria : iterable of CriterionResult
        All of the table's, as :func:`~cardio_agent.findings.criteria.evaluate_criteria` gives them.
    quality : Quality

    Returns
    -------
    tuple of Finding
        Suspected electrode reversals first, then rhythm, conduction, axis and intervals, chambers, ST–T and
        Q waves; contradictions and the overall verdict last. An unusable recording gets one finding, of its
        quality.
    """
    if quality.verdict == "unusable":
        return (_unusable(quality),)
    case = Case({s.code: s for s in statements}, {c.id.removeprefix("c-"): c for c in criteria})
    made: dict[str, Finding] = {}
    contradictions: list[Finding] = []
    for rule in RULES:
        reasons = [made[key] for key in rule.unless if key in made]
        finding = _contradicted_by_measurement(rule, case, reasons) if reasons else _apply(rule, case)
        if finding is None:
            continue
        if finding.kind == "contradiction":
            contradictions.append(finding)
        else:
            made[rule.key] = finding
    found = doubted(
        [*made.values(), *_unexplained_superclasses(case, made.values()), *contradictions], quality
    )
    return (*reversals(quality), *found, *doubted(_overall(case, found), quality))


@dataclass(frozen=True)
class Case:
    """What the classifier and the criteria say, by code and by key."""

    statements: Mapping[str, Statement]
    criteria: Mapping[str, CriterionResult]

    def spoken(self, codes: tuple[str, ...]) -> Statement | None:
        """The likeliest of the classifier's statements that it calls present among ``codes``."""
        present = [self.statements[code] for code in codes if self.statements[code].present]
        return max(present, key=lambda s: s.probability, default=None)

    def met(self, rule: Rule) -> tuple[CriterionResult, ...]:
        """Those of a rule's criteria that are met."""
        return tuple(self.criteria[key] for key in rule.criteria if self.criteria[key].met)

    def refutation(self, rule: Rule) -> CriterionResult | None:
        """The criterion that contradicts the classifier, if it was measured and is not met."""
        result = self.criteria.get(rule.refuted_by)
        return result if result is not None and result.state == "not met" else None


def _unusable(quality: Quality) -> Finding:
    return Finding(
        id="f-unusable",
        kind="quality",
        text="recording not interpretable",
        certainty="definite",
        basis=(quality.id,),
    )


def _apply(rule: Rule, case: Case) -> Finding | None:
    spoken, met = case.spoken(rule.codes), case.met(rule)
    if spoken is None:
        is_said = met and not any(case.statements[code].risk == "high" for code in rule.vetoed_by)
        return _finding(rule, rule.alone, met, None) if is_said and rule.alone else None
    if met:
        return _finding(rule, rule.agreed, met, spoken)
    if "{" in rule.text:
        return None
    refuted = case.refutation(rule)
    if refuted:
        return _contradiction(rule, spoken, refuted)
    is_unmeasured = all(case.criteria[key].state == "not measurable" for key in rule.criteria)
    return _finding(rule, _from_probability(spoken), (), spoken, rule.unmeasured if is_unmeasured else "")


def _contradicted_by_measurement(rule: Rule, case: Case, reasons: Iterable[Finding]) -> Finding | None:
    """What the classifier says in vain where something else was found by measurement alone.

    Where the classifier also speaks for what was found, it has said both and nothing is contradicted.
    """
    spoken, refuted = case.spoken(rule.codes), case.refutation(rule)
    by_classifier = any(basis.startswith("s-") for finding in reasons for basis in finding.basis)
    return _contradiction(rule, spoken, refuted) if spoken and refuted and not by_classifier else None


def _from_probability(statement: Statement) -> Certainty:
    return "probable" if statement.risk == "high" else "possible"


def _finding(
    rule: Rule,
    certainty: Certainty,
    met: tuple[CriterionResult, ...],
    spoken: Statement | None,
    text: str = "",
) -> Finding:
    leads = tuple(sorted({lead for result in met for lead in result.leads}, key=LEADS.index))
    detail = " and ".join(result.name for result in met)
    basis = (*((spoken.id,) if spoken else ()), *(id for result in met for id in result.basis))
    return Finding(
        id=f"f-{rule.key}",
        kind=rule.kind,
        text=(text or rule.text).format(leads=list_leads(leads), detail=detail),
        certainty=certainty,
        basis=tuple(dict.fromkeys(basis)),
        leads=leads,
        territory=next((result.territory for result in met if result.territory), None),
        codes=rule.codes,
        sources=rule.sources,
        query=rule.query,
    )


def _contradiction(rule: Rule, spoken: Statement, refuted: CriterionResult) -> Finding:
    return Finding(
        id=f"f-not_{rule.key}",
        kind="contradiction",
        text=f"the classifier suggests {spoken.name}, which the measurements do not support",
        certainty="definite",
        basis=(spoken.id, *refuted.basis),
        codes=(spoken.code,),
        sources=rule.sources,
    )


def _unexplained_superclasses(case: Case, made: Iterable[Finding]) -> list[Finding]:
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
        if (statement := case.statements[fallback.code]).present and not kinds & fallback.explained_by
    ]


def _overall(case: Case, found: Iterable[Finding]) -> list[Finding]:
    """What the classifier's "normal ECG" comes to beside what was found."""
    normal = case.statements["NORM"]
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
