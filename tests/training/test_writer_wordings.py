"""Wordings of the writer: what is drawn passes the checks, is varied, and leaves no variable unfilled."""

import re
from random import Random

import pytest

from cardio_agent.findings.rules import FALLBACKS, RULES
from cardio_agent.schema import Certainty, DraftSentence, Facts, Finding
from cardio_agent.training.writer.grammar import load_wordings, reworded
from cardio_agent.training.writer.nouns import finding_of, hedged_noun, noun_of
from cardio_agent.training.writer.pairs import corpus, imagined, pair_of
from cardio_agent.verification import check
from cardio_agent.writing.sheets import STYLES, Sheet, read_line, sheets
from tests.facts import ALL_FACTS, facts_normal

_COMMON = {
    "rhythm": "Sinus rhythm at {1a}.",
    "conduction": "No conduction disturbance.",
    "chambers": "No sign of atrial abnormality or ventricular hypertrophy.",
    "ischaemia": "No sign of infarction or ischaemia.",
    "intervals": "PR interval {1a}, QRS duration {1b}, QTc (Fridericia) {1c} and QRS axis {1d}"
    " are within normal limits.",
    "technique": "Recording quality is good.",
    "conclusion": "In summary: {1a}; probable normal ECG.",
}


def _sheet(section: str, *lines: str) -> Sheet:
    return Sheet(section, (), lines, {})


def _drawn(section: str, *lines: str, n_attempts: int = 4) -> set[str]:
    """Every way to say a sheet of which all sentences have one style."""
    sheet = _sheet(section, *lines)
    return {
        line
        for style in STYLES
        for attempt in range(n_attempts)
        for line in reworded(sheet, style * len(lines), attempt)
    }


def _styles(sheet: Sheet, random: Random) -> str:
    return "".join(random.choices(STYLES, k=len(sheet.lines)))


def _with_finding(text: str, certainty: Certainty) -> Facts:
    """A normal ECG that has one finding more, of the given words."""
    facts = facts_normal()
    finding = Finding(
        id="f-drawn", kind="ischaemia", text=text, certainty=certainty, basis=(facts.quality.id,), leads=()
    )
    return facts.model_copy(update={"findings": (finding,)})


@pytest.mark.parametrize("make", ALL_FACTS.values(), ids=ALL_FACTS)
def test_every_pair_of_an_ecg_passes_its_checks(make: type[Facts]) -> None:
    facts, random = make(), Random(1)
    for sheet in sheets(facts):
        pair = pair_of(sheet, facts, _styles(sheet, random))
        for line in pair.answer.split("\n"):
            draft = read_line(sheet, line, "")
            assert draft is not None, line
            assert check(draft, facts).verdict == "supported", draft.text


def test_wordings_of_a_normal_ecg_pass_their_checks() -> None:
    facts = facts_normal()
    refused = []
    n_lines = 0
    for sheet in sheets(facts):
        for style in STYLES:
            for line in reworded(sheet, style * len(sheet.lines)):
                draft = read_line(sheet, line, "")
                assert draft is not None, line
                n_lines += 1
                verdict = check(draft, facts)
                refused += [(draft.text, verdict.reason)] * (verdict.verdict != "supported")
    assert len(refused) <= 0.03 * n_lines, refused


@pytest.mark.parametrize("section", _COMMON)
def test_common_things_are_said_in_at_least_thirty_ways(section: str) -> None:
    assert len(_drawn(section, _COMMON[section], n_attempts=1)) >= 30


def test_certainties_have_at_least_thirty_frames() -> None:
    frames = load_wordings().frames
    assert len(frames["definite"]) >= 30
    assert all(len(frames[c] + frames[f"{c}_diagnosis"]) >= 30 for c in ("probable", "possible"))


def test_a_sign_is_not_worded_as_a_diagnosis() -> None:
    lines = _drawn("ischaemia", "Possible pathological Q waves in {1a}.")
    assert not any(re.search(r"compatible|suspicious|represent|excluded", line) for line in lines)


def test_a_style_always_says_the_same() -> None:
    sheet = _sheet("rhythm", _COMMON["rhythm"])
    assert reworded(sheet, "K") == reworded(sheet, "K") != reworded(sheet, "c")


def test_every_finding_of_the_program_has_words() -> None:
    rules = [(rule.text, rule.kind) for rule in RULES] + [(each.text, each.kind) for each in FALLBACKS]
    for text, kind in rules:
        filled = text.format(leads="{1a}", detail="Cornell", territory="anterior")
        section = {"rhythm": "rhythm", "pacing": "rhythm", "conduction": "conduction", "chambers": "chambers"}
        taken = filled.replace("V2 and V3", "{1a}").replace("aVR or V1", "{1a} or {1b}")
        taken = re.sub(r"type 1 pattern in \{1a\}", "type {1a} pattern in {1b}", taken)
        plain = f"{taken[:1].upper()}{taken[1:]}."
        words = _drawn(section.get(kind, "ischaemia"), plain)
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
            for line in reworded(sheet, _styles(sheet, random)):
                assert not re.search(r"\{(?!\d[a-z]\})", line), line
                assert "  " not in line, line
                assert not re.search(r"\b[Aa] (?:[aeio]|ECG|MI\b|ST)", line), line


def test_every_wording_can_be_read_back() -> None:
    """It holds each value of what it cites exactly once."""
    random = Random(4)
    for make in ALL_FACTS.values():
        for sheet in sheets(make()):
            for line in reworded(sheet, _styles(sheet, random)):
                assert read_line(sheet, line, "") is not None, line


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


def test_a_conclusion_names_every_finding_in_order() -> None:
    lines = _drawn("conclusion", "In summary: {1a}; {1b}; probable otherwise normal ECG.")
    assert all("{1a}; {1b}" in line for line in lines)


def test_verbs_and_articles_agree() -> None:
    lines = _drawn("ischaemia", "Pathological Q waves in {1a}.")
    assert any("There are" in line for line in lines)
    assert not any(re.search(r"waves (?:is|was)\b|There is \w+ Q", line) for line in lines)
    axis = _drawn("intervals", "Possible short PR interval: PR interval {1a}.")
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


def test_drawing_is_repeatable_and_without_repeats() -> None:
    first, second = (corpus([facts_normal()], Random(0), rounds=2) for _ in range(2))
    assert first == second
    assert len(first) == len(set(first))
