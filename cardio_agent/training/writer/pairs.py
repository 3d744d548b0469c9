"""Training pairs of the writer: sheets of real and of imagined ECGs, and the same in other words.

Enters: facts of analysed ECGs. Leaves: pairs of prompt and answer. Every line of an answer is checked
with the values of its ECG, as a sentence of a report is: a sheet whose wording does not pass is drawn again,
and after a few tries stays plain.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from random import Random
from typing import NamedTuple

from cardio_agent.findings.rules import RULES
from cardio_agent.leads import LEADS
from cardio_agent.schema import Certainty, Facts, Finding, Recording
from cardio_agent.training.writer.grammar import reworded
from cardio_agent.verification import check
from cardio_agent.writing import load_prompt
from cardio_agent.writing.phrases import lead_list
from cardio_agent.writing.plain import plain_sentence
from cardio_agent.writing.sheets import STYLES, Sheet, read_line, sheet_of, sheets

_TRIES = 4
_CERTAINTIES: tuple[Certainty, ...] = ("definite", "probable", "possible")
_TERRITORIES = ("anterior", "inferior", "lateral", "posterior")
_MOST_FINDINGS = 5
_N_ASKED = 8
MOST_WORDINGS = 40


class Pair(NamedTuple):
    """What the model is given, and what it is to write upon it."""

    prompt: str
    answer: str


def pair_of(sheet: Sheet, facts: Facts, styles: str) -> Pair:
    """A sheet with a style for each sentence, and what is to be written upon it."""
    messages = (
        load_prompt("section").template().format_messages(section=sheet.section, items=sheet.text(styles))
    )
    # As the text reaches a model without chat template.
    prompt = "\n\n".join(message.text for message in messages) + "\n\n"
    return Pair(prompt, "\n".join(_passing_lines(sheet, facts, styles)))


def _passing_lines(sheet: Sheet, facts: Facts, styles: str) -> list[str]:
    for attempt in range(_TRIES):
        lines = reworded(sheet, styles, attempt)
        drafts = [read_line(sheet, line, "") for line in lines]
        if all(d is not None and check(d, facts).verdict == "supported" for d in drafts):
            return lines
    return [f"{line} [{k}]" for k, line in enumerate(sheet.lines, start=1)]


def imagined(facts: Facts, random: Random) -> Facts:
    """The facts with other findings, drawn from the table of all that the program can find.

    Findings are drawn without regard to the measurements: the model is to learn to word any of them.
    """
    rhythms = [rule for rule in RULES if rule.kind == "rhythm"]
    others = [rule for rule in RULES if rule.kind not in ("rhythm", "quality", "contradiction", "comparison")]
    chosen = [random.choice(rhythms), *random.sample(others, random.randint(0, _MOST_FINDINGS))]
    found = []
    for rule in chosen:
        leads = tuple(sorted(random.sample(LEADS, random.randint(1, 5)), key=LEADS.index))
        territory, detail = random.choice(_TERRITORIES), "Sokolow-Lyon"
        text = rule.text.format(leads=lead_list(leads), territory=territory, detail=detail)
        found.append(
            Finding(
                id=f"f-{rule.key}",
                kind=rule.kind,
                text=text,
                certainty=random.choice(_CERTAINTIES),
                basis=(facts.quality.id,),
                leads=leads,
                codes=rule.codes,
            )
        )
    recording = _imagined_recording(facts.recording, random)
    return facts.model_copy(update={"recording": recording, "findings": tuple(found), "evidence": ()})


def _asked(facts: Facts, random: Random) -> Iterator[Sheet]:
    """Sheets of single records: each name is learnt alone, too."""
    ids = sorted(facts.records())
    for id in random.sample(ids, min(_N_ASKED, len(ids))):
        if (draft := plain_sentence(facts, (id,))) is not None:
            yield sheet_of(draft.section, (draft,))


def _imagined_recording(recording: Recording, random: Random) -> Recording:
    """With a date, notes and missing or derived leads, which published data do not have."""
    missing = tuple(sorted(random.sample(LEADS, random.choice((0, 0, 1, 2))), key=LEADS.index))
    day = datetime(random.randint(1990, 2030), random.randint(1, 12), random.randint(1, 28), tzinfo=UTC)
    return recording.model_copy(
        update={
            "recorded_at": random.choice((None, day)),
            "notes": random.choice(((), ("converted from µV to mV",))),
            "missing_leads": missing,
            "derived_leads": random.choice(((), ("III",), ("aVR", "aVL"))) if not missing else (),
        }
    )


def corpus(facts: Sequence[Facts], random: Random, rounds: int) -> list[Pair]:
    """Pairs of each ECG as it is and as imagined, ``rounds`` times in other words.

    No pair comes twice, and no sheet more often than ``MOST_WORDINGS``: most ECGs share a few sheets, of
    which there is soon nothing more to learn.
    """
    drawn: dict[tuple[str, ...], set[str]] = defaultdict(set)
    found: list[Pair] = []
    for _ in range(rounds):
        for each in facts:
            for shown in (each, imagined(each, random)):
                for sheet in (*sheets(shown), *_asked(shown, random)):
                    known = drawn[sheet.section, *sheet.lines]
                    styles = "".join(random.choices(STYLES, k=len(sheet.lines)))
                    if len(known) < MOST_WORDINGS and styles not in known:
                        known.add(styles)
                        found.append(pair_of(sheet, shown, styles))
    return found
