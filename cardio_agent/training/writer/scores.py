"""How well a writer writes: over many ECGs, what of its first tries passes, what it leaves out, how fast.

Enters: a writer and facts. Leaves: figures. The sentences that code adds or puts in place of the
model's do not count in its favour.
"""

import time
from collections.abc import Iterable
from dataclasses import dataclass

from cardio_agent.reporting import must_say
from cardio_agent.schema import DraftSentence, Facts, Record
from cardio_agent.verification import check
from cardio_agent.writing import Writer


class WriterScores(Record):
    """Figures of a writer over some reports."""

    n_reports: int
    n_sentences: int
    """That the model wrote."""
    passed_first: float
    """Share of its sentences that pass their check as written."""
    worded: float
    """Share of the plain sentences that the model said in its own sentences."""
    must_say_said: float
    """Share of the findings that must be said which a passing sentence of the model says."""
    n_repeated: int
    """Sentences that say again word for word what their report has said."""
    unlike_plain: float
    """Share of its sentences that are not the plain writer's to the letter."""
    seconds_per_report: float
    seconds_to_first: float


@dataclass
class _Counts:
    sentences: int = 0
    passed: int = 0
    plain: int = 0
    wanted: int = 0
    said: int = 0
    repeated: int = 0
    copied: int = 0
    all_sentences: int = 0


def score_writer(writer: Writer, plain: Writer, facts: Iterable[Facts]) -> WriterScores:
    """Let a writer write reports and judge each sentence as it came.

    Parameters
    ----------
    writer : Writer
        Opened before: loading it is not timed.
    plain : Writer
        The plain writer.
    facts : iterable of Facts
        Of ECGs that the writer was not trained on.
    """
    n, counts = 0, _Counts()
    whole_s = first_s = 0.0
    for each in facts:
        started = time.perf_counter()
        drafts: list[DraftSentence] = []
        for draft in writer.write(each):
            if not drafts:
                first_s += time.perf_counter() - started
            drafts.append(draft)
        whole_s += time.perf_counter() - started
        n += 1
        own = [d for d in drafts if d.writer == writer.name]
        passing = [d for d in own if check(d, each).verdict == "supported"]
        cited = {id for d in passing for id in d.cites}
        wanted = must_say(each)
        plain_texts = {d.text for d in plain.write(each)}
        counts.sentences += len(own)
        counts.all_sentences += len(drafts)
        counts.passed += len(passing)
        counts.plain += sum(d.writer != writer.name for d in drafts)
        counts.wanted += len(wanted)
        counts.said += len(wanted & cited)
        counts.repeated += len(own) - len({d.text for d in own})
        counts.copied += sum(d.text in plain_texts for d in own)
    return WriterScores(
        n_reports=n,
        n_sentences=counts.sentences,
        passed_first=counts.passed / max(counts.sentences, 1),
        worded=1 - counts.plain / max(counts.all_sentences, 1),
        must_say_said=counts.said / max(counts.wanted, 1),
        n_repeated=counts.repeated,
        unlike_plain=1 - counts.copied / max(counts.sentences, 1),
        seconds_per_report=whole_s / max(n, 1),
        seconds_to_first=first_s / max(n, 1),
    )
