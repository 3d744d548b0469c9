"""Drafts that the parts of the plain report share.

Enters: facts, measurements. Leaves: draft sentences by the plain writer.
"""

from collections.abc import Iterable, Iterator, Sequence

from cardio_agent.schema import Certainty, DraftSentence, Facts, Measurement
from cardio_agent.writing.phrases import MEASUREMENT_NAMES, SECTION_OF_KIND, listed, sentence
from cardio_agent.writing.record_sentences import finding_clause

NAME = "plain"
CERTAINTIES: tuple[Certainty, ...] = ("definite", "probable", "possible")


def draft_of(section: str, text: str, cites: Iterable[str]) -> DraftSentence:
    """A sentence by the plain writer, each id cited once."""
    return DraftSentence(section=section, text=text, cites=tuple(dict.fromkeys(cites)), writer=NAME)


def of_kinds(facts: Facts, *kinds: str) -> Iterator[DraftSentence]:
    """Findings of some kinds, one sentence each."""
    for finding in facts.findings:
        if finding.kind in kinds:
            text, cites = finding_clause(finding, facts)
            yield draft_of(SECTION_OF_KIND[finding.kind], sentence(text), cites)


def is_paced(facts: Facts) -> bool:
    """Whether limits for intrinsic beats are out of place. Source: PAC-06."""
    return any(finding.kind == "pacing" for finding in facts.findings)


def not_measurable(measured: Sequence[Measurement], section: str) -> Iterator[DraftSentence]:
    """What could not be measured, one sentence a reason."""
    reasons = dict.fromkeys(m.reason or "" for m in measured if m.value is None)
    for reason in reasons:
        group = [m for m in measured if m.value is None and (m.reason or "") == reason]
        text = f"{listed([MEASUREMENT_NAMES[m.name] for m in group])} not measurable: {reason}"
        yield draft_of(section, sentence(text.removesuffix(": ")), [m.id for m in group])
