"""Risk scores in words: which one is meant, and which of its inputs a message gives.

Enters: a message in lower case. Leaves: the score's name; inputs as text, as
:class:`~cardio_agent.findings.scores.ScoreInputs` takes them. Computes nothing, and assumes nothing: what a
message does not say stays open.
"""

import re
from collections.abc import Iterator, Mapping

from cardio_agent.findings.score_tables import SCORES, YES_NO, Question

# Pattern → score, the more specific first.
_NAMES = (
    (r"cha2?ds2?-?[ -]?vasc|chads-?vasc", "cha2ds2-vasc"),
    (r"cha2?ds|stroke risk", "cha2ds2-va"),
    (r"heart score", "heart"),
    (r"\btimi\b", "timi"),
    (r"schwartz", "schwartz-ecg"),
)
_YES_WORDS: Mapping[str, str] = {
    "heart_failure": r"heart failure|\bc?hf(?:[rp]ef)?\b",
    "hypertension": r"hypertens\w+|high blood pressure|\bhtn\b",
    "diabetes": r"diabet\w+|\bdm\b",
    "stroke": r"strokes?\b|\btia\b|embolism",
    "vascular_disease": r"vascular disease|\bpad\b|aortic plaque",
    "known_stenosis": r"stenosis|coronary (?:artery )?disease",
    "aspirin": r"aspirin|\basa\b",
    "severe_angina": r"angina|episodes",
    "st_deviation": r"st[- ](?:deviation|depression|elevation|shift)",
    "raised_marker": r"markers?\b|troponin",
    "torsades": r"torsades?",
    "t_alternans": r"alternans",
    "notched_t": r"notch\w*",
    "low_rate_for_age": r"low (?:heart )?rate|rate (?:is )?low|slow for (?:his|her|the)? ?age",
}
_NUMBERS: Mapping[str, tuple[str, ...]] = {
    "age_years": (r"(\d{1,3})[- ]?(?:years?|y/?o|yrs?)\b", r"\bage[ds]?\D{0,6}(\d{1,3})\b"),
    "risk_factors": (r"(\d+) (?:\w+ ){0,2}risk factors?", r"risk factors?\D{0,5}(\d+)"),
    "troponin_x_limit": (
        r"troponin\D{0,20}?(\d+(?:\.\d+)?)",
        r"(\d+(?:\.\d+)?) ?(?:x|times) (?:the |its )?(?:upper )?limit",
    ),
    "qtc_ms": (r"qtc\D{0,6}(\d{3})",),
}  # fmt: skip
_CHOICES: Mapping[str, Mapping[str, str]] = {
    "sex": {"female": r"\b(?:female|woman|girl)\b", "male": r"\b(?:male|man|boy)\b"},
    "history": {"slightly": r"slight\w*", "moderately": r"moderate\w*", "highly": r"high(?:ly)?\b(?! blood)"},
    "ecg": {
        "normal": r"ecg\D{0,8}normal|normal ecg",
        "nonspecific": r"non-?specific",
        "st-deviation": r"st[- ](?:deviation|depression|elevation)",
    },
}
_CLAUSE = re.compile(r"[,;.\n]|\band\b|\bbut\b")
_DENIED = re.compile(r"\b(?:no|not|none|without|denies|never|negative|absent|normal)\b|n't\b")
_REST_DENIED = re.compile(
    r"\b(?:nothing|none|no) (?:else|other|of (?:these|those|them|the others?))|\bno to (?:all|the rest)|"
    r"\b(?:all )?(?:the )?(?:others?|rest)\b\W*(?:(?:are|is) )?no\b|\botherwise no\w*|^\W*none\W*$"
)
_REPLIES = re.compile(r"\b(yes|no)\b")


def score_named(text: str) -> str:
    """The score that a message names; empty for "risk score" alone."""
    return next((score for pattern, score in _NAMES if re.search(pattern, text)), "")


def inputs_in(text: str, score: str, given: Mapping[str, str] | None = None) -> dict[str, str]:
    """Inputs of a score that a message gives; empty when it gives none.

    "None of these" denies what is still open; bare "yes, no, no" answers the open questions in their order.

    >>> inputs_in("72 years, hypertension but no diabetes", "cha2ds2-va")
    {'hypertension': 'yes', 'age_years': '72', 'diabetes': 'no'}
    """
    if score not in SCORES:
        return {}
    questions = SCORES[score].questions
    found = {q.key: value for q in questions if (value := _input(q, text)) is not None}
    left = [q for q in questions if q.key not in found and q.key not in (given or {})]
    if _REST_DENIED.search(text):
        return found | {q.key: "no" for q in left if q.answers == YES_NO}
    replies = _REPLIES.findall(text)
    yes_no = [q.key for q in left if q.answers == YES_NO]
    is_bare = not found and re.fullmatch(r"(?:yes|no|and|\W)+", text) is not None
    if is_bare and len(replies) == len(yes_no):
        return dict(zip(yes_no, replies, strict=True))
    return found


def _input(question: Question, text: str) -> str | None:
    if question.key in _NUMBERS:
        return _number(question, text)
    if question.key in _CHOICES:
        return next((answer for answer, p in _CHOICES[question.key].items() if re.search(p, text)), None)
    return next(_answers(_YES_WORDS[question.key], text), None)


def _number(question: Question, text: str) -> str | None:
    low, high = question.limits
    for pattern in _NUMBERS[question.key]:
        match = re.search(pattern, text)
        if match and low <= float(match[1]) <= high:
            return match[1]
    return None


def _answers(pattern: str, text: str) -> Iterator[str]:
    """ "yes" or "no" of each clause that speaks of something."""
    for clause in _CLAUSE.split(text):
        if re.search(pattern, clause):
            yield "no" if _DENIED.search(clause) else "yes"
