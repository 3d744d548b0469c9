"""Doubt that the records do not have: a definite finding called possible or probable.

Enters: a clause and the context. Leaves: objections. The other way round, a claim surer than its finding, is
caught where presence is checked; softer turns ("consistent with", "suggests") are left alone.
"""

from collections.abc import Iterator

from cardio_agent.verification.clauses import Clause, is_cause, is_copula
from cardio_agent.verification.context import Context, Outcome, contradicted, unsupported

_DOUBTS = (
    "probable", "probably", "likely", "most likely", "presumably", "presumed", "possible", "possibly",
    "perhaps", "questionable", "equivocal", "uncertain", "cannot be excluded", "cannot be ruled out",
    "may", "might", "could",
)  # fmt: skip
_BEYOND = ("not only", "not just", "not merely", "not simply", "more than")  # possible, that is
_WHOLE = ("ecg", "ekg", "electrocardiogram", "tracing", "trace", "recording", "rhythm")
_BETWEEN = ("word", "territory", "leads", "modifier", "degree", "qualifier", "family")


def check_hedges(clause: Clause, context: Context) -> Iterator[Outcome]:
    """Objections to words of doubt on findings that are surer."""
    if any(map(is_cause, clause)):
        return  # what is doubted is the cause, not the finding
    for cue, atom in enumerate(clause):
        said = " ".join(other.text.lower() for other in clause[:cue] if other.text.lower() not in ("a", "an"))
        if atom.key in ("possible", "probable") and said.endswith(_BEYOND):
            yield unsupported(f"It is not clear how sure “{atom.text}” is meant to be.")
        key = _doubted(clause, cue) if atom.kind == "certainty" and atom.text.lower() in _DOUBTS else ""
        findings = [a.finding for a in context.asserted if key and a.implies(key)]
        if definite := next((finding for finding in findings if finding.certainty == "definite"), None):
            yield contradicted(f"The finding “{definite.text}” is definite [{definite.id}].")


def _doubted(clause: Clause, cue: int) -> str:
    """The concept that a word of doubt stands right beside: after it, or before its verb; "" for none."""
    steps = [range(cue + 1, len(clause))]
    if cue and (is_copula(clause[cue - 1]) or clause[cue].text.lower().startswith("cannot")):
        steps.insert(0, range(cue - 1, -1, -1))
    for step in steps:
        for k in step:
            atom = clause[k]
            if atom.kind == "concept":
                return "" if atom.is_negated or atom.certainty is None else atom.key
            if atom.text.lower() in _WHOLE or not (atom.kind in _BETWEEN or is_copula(atom)):
                break
    return ""
