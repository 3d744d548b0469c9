"""Which records a question is about.

Enters: a :class:`Query` and facts. Leaves: ids and findings. Words nothing.
"""

from collections.abc import Iterable, Mapping

from cardio_agent.chat.understanding import Query
from cardio_agent.chat.vocabulary import LEAD_MEASURES
from cardio_agent.schema import Facts, Finding, measurement_id

_N_LEADS = 4
_ISCHAEMIC = frozenset({"MI", "AMI", "IMI", "LMI", "PMI", "ISC", "ISCA", "ISCI", "STE", "STD", "INVT"})
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
}
_PLAIN_RHYTHM = ("SR",)  # a finding that bears on nothing but this is no abnormality


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
    goes_below = _BELOW_ZERO.intersection(query.codes)
    ranked = sorted(values, key=lambda lead: values[lead] if goes_below else -abs(values[lead]))
    return [lead for lead in values if lead in ranked[:_N_LEADS]]


def statement_ids(codes: Iterable[str], facts: Facts) -> list[str]:
    """Statements of these codes that are present; the first of them when none is."""
    by_code = {s.code: s for s in facts.statements}
    known = [by_code[code] for code in codes if code in by_code]
    return [s.id for s in known if s.present] or [s.id for s in known[:1]]


def resting_on(facts: Facts, ids: Iterable[str]) -> list[Finding]:
    """Findings that rest on any of these records."""
    wanted = set(ids)
    return [f for f in facts.findings if wanted.intersection(f.basis)]


def topic_findings(query: Query, facts: Facts) -> list[Finding]:
    """Findings that a question names, else those of the answer before."""
    ids = measurement_ids(query, facts)
    named = [f for f in facts.findings if set(f.codes) & set(query.codes)] or resting_on(facts, ids)
    return named or [f for f in facts.findings if f.id in query.topic]


def abnormal_findings(facts: Facts) -> list[Finding]:
    """All findings but a normal ECG and plain sinus rhythm."""
    return [f for f in facts.findings if f.kind != "normal" and f.codes != _PLAIN_RHYTHM]


def findings_on(query: Query, facts: Facts, measured: Iterable[str]) -> list[Finding]:
    """Findings that bear on a diagnosis: by code, by what was measured, or as signs of ischaemia.

    A question on infarction or ischaemia gets every sign of it in the leads asked for: "not found" from
    the classifier alone must not stand where the ST segment is raised.
    """
    found = [f for f in facts.findings if set(f.codes) & set(query.codes)]
    found += resting_on(facts, measured)
    if _ISCHAEMIC.intersection(query.codes):
        signs = [f for f in facts.findings if f.kind in ("ischaemia", "repolarisation")]
        found += [f for f in signs if not query.leads or set(query.leads) & set(f.leads)]
    return list(dict.fromkeys(found))


def decisive_ids(query: Query) -> list[str]:
    """The measurements that a reader would look at to believe what is said of a diagnosis."""
    return [measurement_id(name) for code in query.codes[:1] for name in _DECISIVE.get(code, ())]
