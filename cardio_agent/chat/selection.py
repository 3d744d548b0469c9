"""Which records a question is about.

Enters: a :class:`Query` and facts. Leaves: ids and findings. Words nothing.
"""

import re
from collections.abc import Iterable, Mapping

from cardio_agent.chat.importance import by_importance
from cardio_agent.chat.understanding import Query
from cardio_agent.chat.vocabulary import LEAD_MEASURES
from cardio_agent.schema import Facts, Finding, measurement_id

_N_LEADS = 4
_ISCHAEMIC = frozenset({"MI", "AMI", "IMI", "LMI", "PMI", "ISC", "ISCA", "ISCI"})
_BELOW_ZERO = frozenset({"STD", "INVT"})
_DECISIVE: Mapping[str, tuple[str, ...]] = {
    "AVB": ("pr_ms",),
    "LPR": ("pr_ms",),
    "WPW": ("pr_ms", "qrs_ms"),
    "SBRAD": ("heart_rate_bpm",),
    "STACH": ("heart_rate_bpm",),
    "SVTAC": ("heart_rate_bpm",),
    "AFIB": ("rr_sd_ms",),
    "CLBBB": ("qrs_ms",),
    "CRBBB": ("qrs_ms",),
    "ILBBB": ("qrs_ms",),
    "IRBBB": ("qrs_ms",),
    "IVCD": ("qrs_ms",),
    "LAFB/LPFB": ("qrs_axis_deg",),
    "LNGQT": ("qtc_fridericia_ms",),
}
# Where nothing is found of these, the finding that stands in their place is worth saying.
_RHYTHM = frozenset({"SR", "SBRAD", "STACH", "SARRH", "AFIB", "AFLT", "SVTAC", "PSVT", "SVARR", "PACE"})
_EARLY = frozenset({"PVC", "PAC", "PRC(S)", "BIGU", "TRIGU"})
# Words by which findings that bear no statement code are told.
_BY_TEXT: Mapping[str, tuple[str, ...]] = {
    "STE": ("ST elevation", "ST–T change", "ST-T change"),
    "STD": ("ST depression",),
    "INVT": ("T-wave inversion", "T inversion"),
    "QWAVE": ("Q wave",),
    "LVH": ("left ventricular hypertrophy",),
    "LNGQT": ("prolonged QTc",),
    "AVB": ("atrioventricular block",),
    "MI": ("infarction", "ST elevation at", "Q waves"),
}


def own_findings(facts: Facts) -> list[Finding]:
    """Findings on this ECG, without those on its changes from an earlier one."""
    return [f for f in facts.findings if f.kind != "comparison"]


def measurement_ids(query: Query, facts: Facts) -> list[str]:
    """Measurements that a question names; of those of leads, in the leads it names or that stand out."""
    ids: list[str] = []
    for name in query.measures:
        if name in LEAD_MEASURES:
            leads = query.leads or _leads_of_interest(name, query, facts)
            ids += [measurement_id(name, lead) for lead in leads]
        else:
            ids.append(measurement_id(name))
    return ids


def _leads_of_interest(name: str, query: Query, facts: Facts) -> list[str]:
    """Leads with the largest values of a measurement, in lead order; the lowest for what goes below zero."""
    values = {
        m.lead: m.value for m in facts.measurements if m.name == name and m.lead and m.value is not None
    }
    asks_below, asks_above = _BELOW_ZERO.intersection(query.codes), "STE" in query.codes

    def rank(lead: str) -> float:
        return (
            -abs(values[lead]) if bool(asks_below) == asks_above else values[lead] * (1 if asks_below else -1)
        )

    ranked = sorted(values, key=rank)
    return [lead for lead in values if lead in ranked[:_N_LEADS]]


def statement_ids(codes: Iterable[str], facts: Facts) -> list[str]:
    """Statements of these codes that are present; the first of them when none is."""
    by_code = {s.code: s for s in facts.statements}
    known = [by_code[code] for code in codes if code in by_code]
    return [s.id for s in known if s.present] or [s.id for s in known[:1]]


def resting_on(facts: Facts, ids: Iterable[str]) -> list[Finding]:
    """Findings on this ECG that rest on any of these records."""
    wanted = set(ids)
    return [f for f in own_findings(facts) if wanted.intersection(f.basis)]


def named_findings(query: Query, facts: Facts) -> list[Finding]:
    """Findings whose own words stand in the question, those with the longest words first."""
    asked = _plain(query.text)
    found = [f for f in own_findings(facts) if _plain(f.text) in asked]
    return sorted(found, key=lambda f: -len(f.text))[:1]


def _plain(text: str) -> str:
    return " ".join(text.casefold().replace("–", "-").replace("\N{MINUS SIGN}", "-").split())


def coded_findings(query: Query, facts: Facts) -> list[Finding]:
    """Findings that bear on the diagnoses a question names, by their codes or by their words."""
    words = [word for code in query.codes for word in _BY_TEXT.get(code, ())]
    return [
        f for f in own_findings(facts)
        if set(f.codes) & set(query.codes) or any(word in f.text for word in words)
    ]  # fmt: skip


def topic_findings(query: Query, facts: Facts) -> list[Finding]:
    """Findings that a question names, else those of the answer before."""
    if named := named_findings(query, facts):
        return named
    if not query.codes and re.search(r"\brhythm\b", query.words):
        return [f for f in facts.findings if f.kind in ("rhythm", "pacing")]
    ids = measurement_ids(query, facts)
    asked = coded_findings(query, facts) or resting_on(facts, ids)
    of_topic = [f for f in facts.findings if f.id in query.topic]
    return asked or by_importance(of_topic) or of_topic


def findings_on(query: Query, facts: Facts, measured: Iterable[str]) -> list[Finding]:
    """Findings that bear on a diagnosis: by code, by what was measured, or as signs of ischaemia.

    A question on infarction or ischaemia gets every sign of it in the leads asked for: "not found" from
    the classifier alone must not stand where the ST segment is raised.
    """
    found = [*coded_findings(query, facts), *resting_on(facts, measured)]
    if _ISCHAEMIC.intersection(query.codes):
        signs = [f for f in facts.findings if f.kind in ("ischaemia", "repolarisation")]
        found += [f for f in signs if not query.leads or set(query.leads) & set(f.leads)]
    if _EARLY.intersection(query.codes):
        found += [f for f in facts.findings if f.kind == "ectopy"]
    if not found and _RHYTHM.intersection(query.codes):
        found += [f for f in facts.findings if f.kind in ("rhythm", "pacing")]
    return list(dict.fromkeys(found))


def is_answered(query: Query, findings: Iterable[Finding]) -> bool:
    """Whether these findings speak of the very diagnosis that is asked about."""
    return any(set(f.codes) & set(query.codes) for f in findings)


def decisive_ids(codes: Iterable[str]) -> list[str]:
    """The measurements that a reader would look at first to believe what is said of a diagnosis."""
    first = next((code for code in codes if code in _DECISIVE), "")
    return [measurement_id(name) for name in _DECISIVE.get(first, ())]
