"""Which finding matters most: the order in which a reader would name them.

Enters: findings. Leaves: the same, the most pressing first. Finds nothing and words nothing.

Source: a convention of this program, unchecked by a guideline: what may need action at once, then what
changes management, then what is structural, then what is non-specific.
"""

from collections.abc import Iterable, Mapping

from cardio_agent.schema import Certainty, Finding, FindingKind

# Parts of finding ids that come before everything else of their kind.
_AT_ONCE = (
    "st_elevation", "stemi", "posterior_st", "left_main", "wellens", "sgarbossa", "hyperacute", "pause",
    "third_degree", "high_grade", "ventricular_tachycardia", "very_long_qtc", "brugada",
)  # fmt: skip
_SECONDARY = "secondary"
_OF_KIND: Mapping[FindingKind, int] = {
    "ischaemia": 1,
    "rhythm": 1,
    "pacing": 1,
    "conduction": 2,
    "intervals": 2,
    "chambers": 2,
    "ectopy": 2,
    "repolarisation": 3,
    "axis": 3,
    "contradiction": 4,
    "other": 4,
    "quality": 4,
    "normal": 6,
}
_SINUS = frozenset({"SR", "SARRH", "SBRAD", "STACH"})
_DOUBT: Mapping[Certainty, int] = {"definite": 0, "probable": 0, "possible": 1}
_SINUS_TIER = 5


def by_importance(findings: Iterable[Finding]) -> list[Finding]:
    """Findings, the most pressing first; ties stay in their order. Comparisons are left out."""
    return sorted((f for f in findings if f.kind != "comparison"), key=_rank)


def is_abnormal(finding: Finding) -> bool:
    """Whether a finding is more than sinus rhythm or a normal ECG."""
    return finding.kind not in ("normal", "comparison") and finding.codes != ("SR",)


def _rank(finding: Finding) -> int:
    if any(part in finding.id for part in _AT_ONCE) and _SECONDARY not in finding.id:
        return _DOUBT[finding.certainty]
    if finding.codes and _SINUS.issuperset(finding.codes):
        return _SINUS_TIER
    return _OF_KIND.get(finding.kind, 4) + _DOUBT[finding.certainty]
