"""A true sentence made false in one place is caught: numbers, leads, words, certainty, denial, additions."""

import re
from collections.abc import Iterator
from decimal import Decimal

import pytest

from cardio_agent.leads import LEADS
from cardio_agent.schema import Facts
from cardio_agent.verification import check
from cardio_agent.writing.plain import PlainWriter
from tests.verification.analyses import all_facts

FACTS = all_facts()
NUMBER = re.compile(r"(?<![\w.])[−-]?\d+(?:\.\d+)?(?![\w.]*\d)")
LEAD = re.compile(r"\b(?:" + "|".join(sorted(LEADS, key=len, reverse=True)) + r")\b")
# Either becomes the other.
EXCHANGED = (
    ("left", "right"), ("elevation", "depression"), ("definite", "possible"), ("longer", "shorter"),
    ("wider", "narrower"), ("faster", "slower"), ("higher", "lower"), ("above", "below"),
    ("inferior", "anterior"), ("lateral", "septal"), ("first-degree", "second-degree"),
    ("complete", "incomplete"), ("noisy", "good"), ("limited", "good"), ("flat", "noisy"),
    ("tachycardia", "bradycardia"), ("premature ventricular", "premature atrial"),
    ("atrial flutter", "ventricular flutter"), ("fibrillation", "flutter"), ("prolonged", "shortened"),
    ("men", "women"), ("woman", "man"), ("or more", "or less"), ("over", "under"), ("class I", "class IIb"),
    ("class IIa", "class III"), ("level A", "level C"), ("ESC ", "AHA "), ("Bazett", "Fridericia"),
    ("2009", "2019"), ("2018", "2021"), ("2024", "2020"), ("QRS complex", "P wave"),
    ("T wave", "QRS complex"), ("PR interval", "QT interval"), ("QRS duration", "PR interval"),
    ("sinus rhythm", "atrial fibrillation"), ("not found in the prior ECG", "also found in the prior ECG"),
    ("in the prior ECG, not found in this one", "in this ECG, not found in the prior one"),
    ("are not known", "are known"),
)  # fmt: skip
UNITS = ((" ms", " s"), (" mV", " mm"), (" bpm", " ms"), (" s at", " ms at"), (" Hz", " kHz"))
ADDED = (" and there is ventricular fibrillation.", " and the QTc is 777 ms.", ", with a normal PR of 99 ms.")
DENIED = (" is ", " are ", " was ", " looked ", " gives ")
DO_NOT = {" looked ": " did not look ", " gives ": " does not give "}
ALREADY_DENIED = ("is not", "are not")


def _other_numbers(text: str) -> Iterator[str]:
    for match in NUMBER.finditer(text):
        value = Decimal(match[0].replace("−", "-"))
        step = Decimal(1).scaleb(int(value.as_tuple().exponent))
        for other in (value + 2 * step, value - 2 * step, 2 * value + 7 * step):
            yield text[: match.start()] + str(other).replace("-", "−") + text[match.end() :]


def _other_leads(text: str) -> Iterator[str]:
    """A lead that the sentence does not name; neither ends of ranges nor parts of titles."""
    for match in LEAD.finditer(text):
        if "–" in text[match.start() - 1 : match.end() + 1] or "Part" in text or "“" in text:
            continue
        spoken = set(LEAD.findall(text)) | ({*LEADS[6:]} if "–V" in text else set())
        for lead in ("V1", "V6", "aVF", "I", "aVL", "III"):
            if lead not in spoken:
                yield text[: match.start()] + lead + text[match.end() :]


def _other_words(text: str) -> Iterator[str]:
    pairs = [*EXCHANGED, *((b, a) for a, b in EXCHANGED), *UNITS]
    for old, new in pairs:
        edge = r"\b" if old[0] != " " else ""
        for match in re.finditer(rf"{edge}{re.escape(old)}(?!\w)", text):
            yield text[: match.start()] + new + text[match.end() :]


def _surer(text: str) -> Iterator[str]:
    for word in ("Probable ", "Possible "):
        if text.startswith(word):
            rest = text.removeprefix(word)
            yield rest[0].upper() + rest[1:]
            yield f"Definite {rest}"
    if text.startswith("Possible "):
        yield text.replace("Possible ", "Probable ", 1)


def _denied(text: str) -> Iterator[str]:
    for verb in DENIED:
        if verb in text and not any(words in text for words in ALREADY_DENIED) and "“" not in text:
            yield text.replace(verb, DO_NOT.get(verb, f"{verb}not "), 1)


def _added_to(text: str) -> Iterator[str]:
    yield from (text.rstrip(".") + words for words in ADDED)


WAYS = (_other_numbers, _other_leads, _other_words, _surer, _denied, _added_to)


def _cases(facts: Facts) -> Iterator[tuple[str, str, str]]:
    """Each mutant of the plain report, with the verdict and its reason."""
    for draft in PlainWriter().write(facts):
        for way in WAYS:
            for text in way(draft.text):
                if text != draft.text:
                    verdict = check(draft.model_copy(update={"text": text}), facts)
                    yield text, verdict.verdict, verdict.reason


@pytest.mark.parametrize("name", sorted(FACTS))
def test_no_mutant_of_the_plain_report_passes(name: str) -> None:
    cases = list(_cases(FACTS[name]))
    assert len(cases) > 20
    assert [case for case in cases if case[1] == "supported"] == []


@pytest.mark.parametrize("name", sorted(FACTS))
def test_the_plain_report_itself_passes(name: str) -> None:
    verdicts = [check(draft, FACTS[name]) for draft in PlainWriter().write(FACTS[name])]
    assert [v for v in verdicts if v.verdict != "supported"] == []
