"""A sentence against the records that it cites: supported, contradicted or unsupported, and why.

Enters: a draft sentence, or text with ids in square brackets, and the facts. Leaves: verdicts. Every
claim must hold: one that is contradicted makes the sentence contradicted, one that no cited record
carries makes it unsupported. All comparison is exact; there is no score and no likeness.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import replace

from cardio_agent.schema import DraftSentence, Facts, Verdict
from cardio_agent.verification.applied import check_applied, check_thresholds, is_applied, of_recording
from cardio_agent.verification.changes import check_change, is_change_clause
from cardio_agent.verification.claim_types import (
    Claim,
    ExtremeClaim,
    JudgementClaim,
    LeadsClaim,
    MissingClaim,
    PresenceClaim,
    StateClaim,
    TermClaim,
    ValueClaim,
)
from cardio_agent.verification.claims import claims_of
from cardio_agent.verification.classifier_claims import (
    check_attention,
    check_probability,
    is_attention_clause,
    is_probability_clause,
)
from cardio_agent.verification.clauses import Clause, clauses_of
from cardio_agent.verification.context import Context, Outcome, supported, unsupported
from cardio_agent.verification.counts import check_counts, is_counted
from cardio_agent.verification.degrees import check_degrees
from cardio_agent.verification.hedges import check_hedges
from cardio_agent.verification.judgements import (
    check_extreme,
    check_judgement,
    check_missing,
    check_normalised,
)
from cardio_agent.verification.lexicon import CONCEPTS
from cardio_agent.verification.passages import PERSON, check_passages, is_guideline_clause
from cardio_agent.verification.presence import check_presence
from cardio_agent.verification.remaining import (
    check_agreement,
    check_denials,
    check_leads,
    check_person,
    check_state,
    check_term,
    denies_agreement,
    refuted,
)
from cardio_agent.verification.sentences import cited_sentences
from cardio_agent.verification.tokens import phrase_of
from cardio_agent.verification.values import check_value
from cardio_agent.verification.voltages import check_sum, is_sum_clause

_MOST_CHARACTERS = 2000
_HIDDEN = ("Cc", "Cf", "Co", "Cn", "Cs", "Mn", "Me")  # controls, joiners, combining marks, unassigned
_N_REASONS = 3
_QUOTATION = re.compile(r"“([^”]*)”")
_ON_PERSON = re.compile(
    r"\b(?:patient|person|subject|man|woman|he|she)\s+"
    r"(?:has|had|suffers|suffered|is having|is suffering|was diagnosed)\b",
    re.IGNORECASE,
)
_ORDER = re.compile(
    r"\b(?:you|patient|he|she|clinician|doctor)\s+(?:should|must|needs? to|has to)\b"
    r"(?!\s+(?:remember|recall|note|know|notice|bear|keep)\b(?! to\b))",
    re.IGNORECASE,
)


def verify(text: str, report: Facts) -> list[Verdict]:
    """Check each sentence of a text against a report.

    Parameters
    ----------
    text : str
        Sentences with the ids of the records that they rest on in square brackets.
    report : Facts
        A report, or the facts that it is made from.

    Returns
    -------
    list of Verdict
        One a sentence, in order; empty for a text without sentences.
    """
    drafts = [
        DraftSentence(section="", text=text, cites=cites, writer="")
        for text, cites in cited_sentences(text)
        if text
    ]
    return [check(draft, report) for draft in drafts]


def check(sentence: DraftSentence, facts: Facts) -> Verdict:
    """Check one sentence against the records that it cites and all others.

    Parameters
    ----------
    sentence : DraftSentence
    facts : Facts

    Returns
    -------
    Verdict
        Its reason names the record that decided.
    """
    outcome = _outcome(sentence, facts)
    return Verdict(text=sentence.text, cites=sentence.cites, verdict=outcome.verdict, reason=outcome.reason)


def _outcome(sentence: DraftSentence, facts: Facts) -> Outcome:
    context = Context(facts, sentence.cites)
    if unknown := [id for id in sentence.cites if id not in context.records]:
        return unsupported(f"[{unknown[0]}] does not exist in this report.")
    if objection := _unreadable(sentence.text):
        return objection
    outcomes = [*_check_manner(sentence.text, context), *_check_clauses(sentence.text, context)]
    if not sentence.cites and outcomes:
        return unsupported("The sentence states a fact and cites no record.")
    if sentence.cites and not outcomes:
        return unsupported("The sentence says nothing of what it cites.")
    return _overall(outcomes)


def _unreadable(text: str) -> Outcome | None:
    """What nobody can read is not checked: endless sentences, characters that do not show."""
    if len(text) > _MOST_CHARACTERS:
        return unsupported(f"The sentence is longer than {_MOST_CHARACTERS} characters.")
    if hidden := next((c for c in text if unicodedata.category(c) in _HIDDEN), None):
        return unsupported(f"The sentence holds a character that does not show: U+{ord(hidden):04X}.")
    return None


def _overall(outcomes: Sequence[Outcome]) -> Outcome:
    for verdict in ("contradicted", "unsupported"):
        for outcome in outcomes:
            if outcome.verdict == verdict:
                return outcome
    reasons = list(dict.fromkeys(outcome.reason for outcome in outcomes))[:_N_REASONS]
    return supported(" ".join(reasons) or "The sentence states nothing that has to be checked.")


def _check_manner(text: str, context: Context) -> Iterator[Outcome]:
    """What no record can bear out: false quotations, orders, diagnoses of the person."""
    quotes = [phrase_of(quote) for _, quote in context.quotes]
    for quotation in _QUOTATION.findall(text):
        if phrase_of(quotation) not in quotes:
            yield unsupported(f"The words “{quotation}” are not those of a cited record.")
    if _ORDER.search(text):
        yield unsupported(
            "The sentence gives an order; a report says what was found and what a guideline says."
        )


def _check_clauses(text: str, context: Context) -> Iterator[Outcome]:
    clauses = clauses_of(text, context.quotes)
    spoken = [clause for clause in clauses if is_guideline_clause(clause, context)]
    applied = [clause for clause in spoken if is_applied(clause, context)]
    guideline = [clause for clause in spoken if clause not in applied]
    for clause in applied:
        yield from check_applied(clause, context)
    if guideline:
        yield check_passages(guideline, context)
    if any(PERSON.search(_QUOTATION.sub("", " ".join(a.text for a in clause))) for clause in spoken):
        yield unsupported(
            "The sentence applies a guideline to the person; a report says what the guideline says."
        )
    speaks_of_attention = any(atom.kind == "attention" for clause in clauses for atom in clause)
    for clause in clauses:
        if clause in guideline:
            continue
        if _ON_PERSON.search(text) and (disease := _disease(clause)):
            yield unsupported(f"“{disease}” is said of the person; an ECG alone shows a pattern.")
        said = of_recording(clause, context) if clause in applied else clause
        yield from check_thresholds(clause, context)
        yield from _check_clause(said, context, speaks_of_attention)


def _disease(clause: Clause) -> str:
    return next(
        (a.text for a in clause if a.kind == "concept" and CONCEPTS[a.key].disease and not a.is_negated), ""
    )


def _check_clause(clause: Clause, context: Context, speaks_of_attention: bool) -> Iterator[Outcome]:
    claims = [claim for claim in claims_of(clause) if not is_counted(claim, clause)]
    if against := refuted(clause, context):
        finding = next(iter(against.values()))
        yield supported(f"{finding.text[:1].upper()}{finding.text[1:]} [{finding.id}].")
        claims = [
            _undenied(c) if denies_agreement(clause) else c
            for c in claims
            if not (isinstance(c, PresenceClaim) and c.is_negated and c.key in against)
        ]
    is_attention = bool(context.attention) and speaks_of_attention and is_attention_clause(clause)
    for claim in claims:
        if isinstance(claim, TermClaim) and not (is_attention and claim.kind == "superlative"):
            yield check_term(claim, context)
        elif isinstance(claim, ExtremeClaim) and not is_attention:
            yield check_extreme(claim, context)
    for check_whole in (check_agreement, check_person, check_hedges, check_counts, check_denials):
        yield from check_whole(clause, context)
    if is_attention:
        yield from check_attention(clause, context)
    elif is_probability_clause(clause):
        yield from check_probability(clause, context)
        beside = (claim for claim in claims if _is_asserted(claim, clause) or _is_measured(claim))
        yield from (_check(claim, context) for claim in beside)
    else:
        yield from _check_trace(clause, claims, context)


def _undenied(claim: Claim) -> Claim:
    """ "Not borne out by the QRS of 94 ms": the agreement is denied, not the number."""
    if isinstance(claim, ValueClaim):
        return replace(claim, number=replace(claim.number, is_negated=False))
    return claim


def _check_trace(clause: Clause, claims: Sequence[Claim], context: Context) -> Iterator[Outcome]:
    """What a clause says of the trace itself, or of its change."""
    yield from check_degrees(clause, context)
    yield from check_normalised(clause, context)
    if is_sum_clause(clause):
        yield from check_sum(clause, context)
        claims = [claim for claim in claims if not isinstance(claim, ValueClaim)]
    if is_change_clause(clause, context):
        yield from check_change(clause, context)
    else:
        own = (claim for claim in claims if not isinstance(claim, TermClaim | ExtremeClaim))
        yield from (_check(claim, context) for claim in own)


def _is_asserted(claim: Claim, clause: Clause) -> bool:
    """Whether a concept beside a probability is asserted too: "LBBB is present (probability 97%)"."""
    if not isinstance(claim, PresenceClaim):
        return False
    place = next(k for k, atom in enumerate(clause) if atom.kind == "probability")
    opened = any(atom.kind == "break" and atom.key == "open" for atom in clause[:place])
    return claim.by_classifier or opened or claim.is_negated


def _is_measured(claim: Claim) -> bool:
    """Whether a number beside a probability is of the trace: "RBBB (61%), with a QRS of 94 ms"."""
    return isinstance(claim, ValueClaim) and claim.number.unit not in ("", "percent")


def _check(claim: Claim, context: Context) -> Outcome:
    match claim:
        case ValueClaim():
            return check_value(claim, context)
        case JudgementClaim():
            return check_judgement(claim, context)
        case PresenceClaim():
            return check_presence(claim, context)
        case MissingClaim():
            return check_missing(claim, context)
        case StateClaim():
            return check_state(claim, context)
        case LeadsClaim():
            return check_leads(claim, context)
        case ExtremeClaim():
            return check_extreme(claim, context)
        case TermClaim():
            return check_term(claim, context)
