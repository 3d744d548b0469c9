"""Wordings of the writer: what is drawn passes the checks, is varied, and leaves no variable unfilled."""

import re
from random import Random

import pytest

from cardio_agent.findings.rules import FALLBACKS, RULES
from cardio_agent.schema import Certainty, DraftSentence, Facts, Finding
from cardio_agent.training.writer.grammar import load_wordings, reworded
from cardio_agent.training.writer.nouns import conclusion_parts, finding_of, hedged_noun, noun_of
from cardio_agent.training.writer.pairs import corpus, imagined, pairs
from cardio_agent.verification import check
from cardio_agent.writing.sheets import Sheet, read_line, sheets
from tests.facts import ALL_FACTS, facts_normal

_N_DRAWN = 15
_COMMON = {
    "rhythm": "Sinus rhythm at {1a}.",
    "conduction": "No conduction disturbance.",
    "chambers": "No sign of atrial abnormality or ventricular hypertrophy.",
    "ischaemia": "No sign of infarction or ischaemia.",
    "intervals": "PR interval {1a}, QRS duration {1b}, QTc (Fridericia) {1c} and QRS axis {1d}"
    " are within normal limits.",
    "technique": "Recording quality is good.",
    "conclusion": "In summary: sinus rhythm; probable normal ECG.",
}


def _sheet(section: str, *lines: str) -> Sheet:
    return Sheet(section, (), lines, {})


def _drawn(section: str, *lines: str, n: int = 300) -> set[str]:
    sheet = _sheet(section, *lines)
    return {line for k in range(n) for line in reworded(sheet, Random(k))}


def _with_finding(text: str, certainty: Certainty) -> Facts:
    """A normal ECG that has one finding more, of the given words."""
    facts = facts_normal()
    finding = Finding(
        id="f-drawn", kind="ischaemia", text=text, certainty=certainty, basis=(facts.quality.id,), leads=()
    )
    return facts.model_copy(update={"findings": (finding,)})


@pytest.mark.parametrize("make", ALL_FACTS.values(), ids=ALL_FACTS)
def test_every_pair_of_an_ecg_passes_its_checks(make: type[Facts]) -> None:
    facts = make()
    for sheet, pair in zip(sheets(facts), pairs(facts, Random(1)), strict=True):
        for line in pair.answer.split("\n"):
            draft = read_line(sheet, line, "")
            assert draft is not None, line
            assert check(draft, facts).verdict == "supported", draft.text


def test_wordings_of_a_normal_ecg_pass_their_checks() -> None:
    facts = facts_normal()
    refused = []
    n_lines = 0
    for sheet in sheets(facts):
        for k in range(_N_DRAWN):
            for line in reworded(sheet, Random(k)):
                draft = read_line(sheet, line, "")
                assert draft is not None, line
                n_lines += 1
                verdict = check(draft, facts)
                refused += [(draft.text, verdict.reason)] * (verdict.verdict != "supported")
    assert len(refused) <= 0.03 * n_lines, refused


@pytest.mark.parametrize("section", _COMMON)
def test_common_things_are_said_in_at_least_thirty_ways(section: str) -> None:
    assert len(_drawn(section, _COMMON[section], n=900)) >= 30


def test_certainties_have_at_least_thirty_frames() -> None:
    assert all(len(load_wordings().frames[c]) >= 30 for c in ("definite", "probable", "possible"))


def test_every_finding_of_the_program_has_words() -> None:
    rules = [(rule.text, rule.kind) for rule in RULES] + [(each.text, each.kind) for each in FALLBACKS]
    for text, kind in rules:
        filled = text.format(leads="{1a}", detail="Cornell", territory="anterior")
        section = {"rhythm": "rhythm", "pacing": "rhythm", "conduction": "conduction", "chambers": "chambers"}
        taken = filled.replace("V2 and V3", "{1a}").replace("aVR or V1", "{1a} or {1b}")
        taken = re.sub(r"type 1 pattern in \{1a\}", "type {1a} pattern in {1b}", taken)
        plain = f"{taken[:1].upper()}{taken[1:]}."
        words = _drawn(section.get(kind, "ischaemia"), plain, n=60)
        assert len(words) >= 2, plain


def test_no_name_makes_a_finding_surer() -> None:
    """Each name in doubt, against a finding of just that name that is only possible."""
    random = Random(2)
    for name, others in load_wordings().names.items():
        facts = _with_finding(name, "possible")
        for other in others:
            noun = hedged_noun(other, "possible", random, article=False)
            draft = DraftSentence(section="ischaemia", text=f"P{noun[1:]}.", cites=("f-drawn",), writer="")
            assert "makes it" not in check(draft, facts).reason, draft.text


def test_no_variable_of_the_table_stays_in_a_sentence() -> None:
    random = Random(3)
    for _ in range(30):
        for sheet in sheets(imagined(facts_normal(), random)):
            for line in reworded(sheet, random):
                assert not re.search(r"\{(?!\d[a-z]\})", line), line
                assert "  " not in line, line
                assert not re.search(r"\b[Aa] (?:[aeio]|ECG|MI\b|ST)", line), line


def test_slots_of_a_sheet_are_all_kept_or_its_sentence_is_not_cited() -> None:
    """A wording may leave out a lead that another value names, never a value."""
    random = Random(4)
    for make in ALL_FACTS.values():
        for sheet in sheets(make()):
            for line in reworded(sheet, random):
                cited = set(re.findall(r"\[(\d)\]", line))
                values = {
                    slot for slot, text in sheet.values.items() if slot[0] in cited and text[-1:].islower()
                }
                assert values <= set(re.findall(r"\{(\d[a-z])\}", line)), line


def test_findings_of_one_certainty_share_a_line() -> None:
    lines = _drawn("conduction", "First-degree atrioventricular block.", "Left anterior fascicular block.")
    shared = {line for line in lines if line.endswith("[1][2]")}
    assert any("and left anterior fascicular block" in line for line in shared)


def test_a_list_never_runs_from_doubt_to_certainty() -> None:
    """In "possible LVH and LBBB" the second would be possible too."""
    lines = _drawn(
        "conduction", "Possible left anterior fascicular block.", "Complete left bundle branch block."
    )
    assert not any("[1][2]" in line for line in lines)


def test_a_place_is_not_lent_to_another_finding() -> None:
    lines = _drawn("ischaemia", "Inferior myocardial infarction pattern.", "Pathological Q waves in {2a}.")
    assert not any("[1][2]" in line for line in lines)


def test_in_a_conclusion_what_is_certain_is_parted_from_doubt() -> None:
    lines = _drawn("conclusion", "In summary: possible arm lead reversal; sinus rhythm; left axis deviation.")
    assert all(re.search(r"possible [a-z ]*(?:arm|electrode)[a-z ]*;", line, re.IGNORECASE) for line in lines)


def test_verbs_and_articles_agree() -> None:
    lines = _drawn("ischaemia", "Pathological Q waves in {1a}.", n=300)
    assert any("There are" in line for line in lines)
    assert not any(re.search(r"waves (?:is|was)\b|There is \w+ Q", line) for line in lines)
    axis = _drawn("intervals", "Possible short PR interval: PR interval {1a}.", n=300)
    assert any("There is a possible short PR" in line for line in axis)


def test_abbreviations_keep_their_capitals_within_a_sentence() -> None:
    assert finding_of("T-wave inversion in {1a}") == ("definite", "T-wave inversion", " in {1a}")
    assert finding_of("Possible ST depression") == ("possible", "ST depression", "")
    assert finding_of("Probable first-degree atrioventricular block").name.startswith("first")
    assert finding_of("Wellens pattern of T-wave inversion").name.startswith("Wellens")


def test_the_number_of_a_noun_is_that_of_its_head() -> None:
    assert noun_of("a QRS abnormality with inverted T waves") == (
        "a ",
        "QRS abnormality with inverted T waves",
        "is",
    )
    assert noun_of("ST–T changes in inferior leads").verb == "are"
    assert noun_of("an ischaemic ST–T change in inferior leads").verb == "is"


def test_parts_of_a_conclusion_keep_their_certainty() -> None:
    parts = conclusion_parts("probable left axis deviation, high QRS voltage and Q waves in {1a}")
    assert [part.certainty for part in parts] == ["probable"] * 3
    assert parts[-1].place == " in {1a}"


def test_drawing_is_repeatable_and_without_repeats() -> None:
    first, second = (corpus([facts_normal()], Random(0), rounds=2) for _ in range(2))
    assert first == second
    assert len(first) == len(set(first))
