"""What the plain report ends with: the classifier's evidence, guideline passages, the conclusion.

Enters: facts. Leaves: draft sentences.
"""

from collections.abc import Iterator, Sequence

from cardio_agent.schema import Certainty, DraftSentence, Facts, Finding, FindingKind
from cardio_agent.writing.drafts import CERTAINTIES, draft_of
from cardio_agent.writing.phrases import hedged, listed, sentence
from cardio_agent.writing.record_sentences import (
    attention_sentence,
    evidence_sentence,
    statement_clause,
    with_leads,
)

_CONCLUSION_ORDER: tuple[tuple[FindingKind, ...], ...] = (
    ("quality",),
    ("rhythm", "pacing"),
    ("conduction", "intervals", "axis", "chambers", "ischaemia", "repolarisation", "ectopy", "other"),
    ("normal",),
)
_CAUSED = ", with a QRS abnormality that can cause "
_MOST_QUOTED = 6  # passages in the text, which is to be read in a minute; the report's table holds all
_N_ATTENTION = 3  # statements whose attention is described; more would bury the reader in numbers


def attention_sentences(facts: Facts) -> Iterator[DraftSentence]:
    """What the classifier relied on, or where that was not asked for where it looked."""
    shares, mark = (facts.explanations, "x") if facts.explanations else (facts.attention, "a")
    present = [s for s in facts.statements if s.present and s.code in shares]
    specific = [s for s in present if s.group != "superclass"] or present
    chosen = sorted(specific, key=lambda s: -s.probability)[:_N_ATTENTION]
    for statement in chosen:
        text = attention_sentence(statement.name, shares[statement.code])
        yield draft_of("evidence", text, (f"{mark}-{statement.code}", statement.id))
    if chosen:
        what = "what the classifier relied on" if mark == "x" else "where the classifier looked"
        caveat = f"These shares show {what}; they are not proof of a cause."
        yield draft_of("evidence", caveat, [f"{mark}-{s.code}" for s in chosen])


def undecided_sentences(facts: Facts) -> Iterator[DraftSentence]:
    """Statements whose evidence is too thin for a verdict."""
    for statement in facts.statements:
        if statement.is_uncertain:
            yield draft_of("evidence", sentence(statement_clause(statement)), (statement.id,))


def guideline_sentences(facts: Facts) -> Iterator[DraftSentence]:
    """Passages in their order; where there are too many, the best one of each finding goes before."""
    best = {id: passage.id for passage in reversed(facts.evidence) for id in passage.finding_ids}
    by_rank = sorted(facts.evidence, key=lambda passage: passage.id not in best.values())
    quoted = {passage.id for passage in by_rank[:_MOST_QUOTED]}
    for passage in facts.evidence:
        if passage.id in quoted:
            yield draft_of("guidelines", evidence_sentence(passage), (passage.id,))


def conclusion_sentences(facts: Facts) -> Iterator[DraftSentence]:
    """What was found, in one sentence: rhythm, then the rest by falling certainty, normality last."""
    parts: list[str] = []
    cites: list[str] = []
    for kinds in _CONCLUSION_ORDER:
        for certainty in CERTAINTIES:
            group = [f for f in facts.findings if f.certainty == certainty and f.kind in kinds]
            parts += _conclusion_parts(group, certainty)
            cites += [f.id for f in group]
    if parts:
        yield draft_of("conclusion", f"In summary: {'; '.join(parts)}.", cites)


def _conclusion_parts(group: Sequence[Finding], certainty: Certainty) -> list[str]:
    """Findings of one certainty as a list, and beside it those whose own comma would break the list."""
    texts = [with_leads(finding) for finding in group]
    simple = [text for text in texts if "," not in text]
    caused = [text.removesuffix(f"{_CAUSED}it") for text in texts if text.endswith(f"{_CAUSED}it")]
    in_a_list = [listed(simple)] if simple else []
    if len(caused) > 1:  # one cause, said once
        in_a_list.append(f"{', '.join(caused[:-1])}, and {caused[-1]}{_CAUSED}them")
        texts = [text for text in texts if not text.endswith(f"{_CAUSED}it")]
    return [hedged(text, certainty) for text in in_a_list + [text for text in texts if text not in simple]]
