import pytest

from cardio_agent.schema import Facts, Finding
from cardio_agent.writing.phrases import SECTIONS
from cardio_agent.writing.plain import PlainWriter, plain_sentence
from tests.facts import (
    ALL_FACTS,
    facts_af,
    facts_anterior_stemi,
    facts_av_block,
    facts_lbbb,
    facts_normal,
    facts_unusable,
)


def _by_section(facts: Facts) -> dict[str, str]:
    sections: dict[str, list[str]] = {}
    for draft in PlainWriter().write(facts):
        sections.setdefault(draft.section, []).append(draft.text)
    return {name: " ".join(texts) for name, texts in sections.items()}


@pytest.mark.parametrize("name", sorted(ALL_FACTS))
def test_sections_stand_in_reading_order_and_nothing_is_repeated(name: str) -> None:
    drafts = list(PlainWriter().write(ALL_FACTS[name]()))
    order = [SECTIONS.index(draft.section) for draft in drafts]
    assert order == sorted(order)
    texts = [draft.text for draft in drafts]
    assert len(set(texts)) == len(texts)


@pytest.mark.parametrize("name", sorted(ALL_FACTS))
def test_every_sentence_cites_records_that_exist(name: str) -> None:
    facts = ALL_FACTS[name]()
    known = facts.records()
    for draft in PlainWriter().write(facts):
        assert draft.cites
        assert set(draft.cites) <= known.keys()
        assert draft.writer == "plain"


@pytest.mark.parametrize("name", sorted(ALL_FACTS))
def test_every_finding_is_said(name: str) -> None:
    facts = ALL_FACTS[name]()
    cited = {cite for draft in PlainWriter().write(facts) for cite in draft.cites}
    assert {finding.id for finding in facts.findings} <= cited


def test_a_normal_ecg_reads_as_one() -> None:
    report = _by_section(facts_normal())
    assert report["rhythm"] == "Sinus rhythm at 64 bpm."
    values = "PR interval 160 ms, QRS duration 92 ms, QTc (Fridericia) 407 ms and QRS axis 45°"
    assert report["intervals"].startswith(f"{values} are within normal limits.")
    assert report["conduction"] == "No conduction disturbance."
    assert report["conclusion"] == "In summary: sinus rhythm; normal ECG."


def test_certainty_is_worded() -> None:
    report = _by_section(facts_lbbb())
    assert report["conduction"] == "Complete left bundle branch block."
    assert report["chambers"] == "Possible left atrial abnormality."
    assert "Probable prolonged QTc: QTc (Fridericia) 469 ms." in report["intervals"]
    assert "possible left atrial abnormality" in report["conclusion"]


def test_what_cannot_be_measured_is_said_once_with_its_reason() -> None:
    report = _by_section(facts_af())
    assert "PR interval not measurable: no P waves were found." in report["intervals"]
    assert report["rhythm"] == "Atrial fibrillation with fast ventricular rate at 112 bpm."


def test_st_shifts_come_with_leads_and_the_largest_value() -> None:
    text = _by_section(facts_anterior_stemi())["ischaemia"]
    assert "in V1–V4, largest 0.31 mV in V3." in text
    assert "ST depression in III and aVF, largest 0.08 mV in III." in text


def test_contradictions_and_comparisons_are_stated() -> None:
    assert "but the QRS lasts 94 ms" in _by_section(facts_av_block())["other"]
    assert "widened by 24 ms" in _by_section(facts_lbbb())["comparison"]


def test_guidelines_come_with_class_level_and_what_is_unchecked() -> None:
    assert (
        "ESC Pacing/CRT 2021 (class I, level A): “CRT is recommended"
        in _by_section(facts_lbbb())["guidelines"]
    )
    assert "(unchecked): “AF with a regular slow rhythm" in _by_section(facts_af())["guidelines"]


def test_of_many_passages_the_text_quotes_the_best_of_each_finding() -> None:
    facts = facts_lbbb()
    made = [
        facts.evidence[k % 3].model_copy(update={"id": f"g-{k}", "text": f"Passage {k}."}) for k in range(9)
    ]
    others = [passage.model_copy(update={"finding_ids": ("f-other",)}) for passage in made[7:]]
    drafts = PlainWriter().write(facts.model_copy(update={"evidence": (*made[:7], *others)}))
    quoted = [id for draft in drafts if draft.section == "guidelines" for id in draft.cites]
    assert quoted == ["g-0", "g-1", "g-2", "g-3", "g-4", "g-7"]


def test_in_the_conclusion_one_cause_is_said_once() -> None:
    facts = facts_normal()
    clause = "{} in {}, with a QRS abnormality that can cause it"
    texts = [clause.format("ST elevation", "V1–V3"), clause.format("T-wave inversion", "V5 and V6")]
    findings = tuple(
        Finding(
            id=f"f-{k}", kind="repolarisation", text=text, certainty="definite", basis=(facts.quality.id,)
        )
        for k, text in enumerate(texts)
    )
    assert _by_section(facts.model_copy(update={"findings": findings}))["conclusion"] == (
        "In summary: ST elevation in V1–V3, and T-wave inversion in V5 and V6, "
        "with a QRS abnormality that can cause them."
    )


def test_attention_is_not_presented_as_proof() -> None:
    text = _by_section(facts_lbbb())["evidence"]
    assert "V1 (24%), V6 (18%) and I (14%)" in text
    assert "QRS complex (61%)" in text
    assert "not proof of a cause" in text


def test_even_attention_is_called_even() -> None:
    facts = facts_lbbb()
    summary = facts.attention["CLBBB"]
    even = summary.model_copy(update={"leads": dict.fromkeys(summary.leads, 1 / 12)})
    text = _by_section(facts.model_copy(update={"attention": {"CLBBB": even}}))["evidence"]
    assert "spread across the leads" in text


def test_an_unusable_recording_gets_no_diagnosis() -> None:
    report = _by_section(facts_unusable())
    assert set(report) == {"technique", "conclusion"}
    assert "A repeat recording would be needed for interpretation." in report["conclusion"]


@pytest.mark.parametrize("name", sorted(ALL_FACTS))
def test_nothing_is_ordered_and_nobody_is_diagnosed(name: str) -> None:
    for draft in PlainWriter().write(ALL_FACTS[name]()):
        if draft.section != "guidelines":
            assert not {"should", "must", "you", "patient"} & set(draft.text.lower().rstrip(".").split())


def test_the_plain_sentence_stands_in_for_what_was_cited() -> None:
    facts = facts_lbbb()
    draft = plain_sentence(facts, ("f-clbbb", "s-CLBBB", "m-qrs_ms", "x-none"))
    assert draft is not None
    assert draft.text == "Complete left bundle branch block."
    assert draft.cites == ("f-clbbb",)
    assert draft.section == "conduction"


def test_there_is_no_plain_sentence_for_records_that_do_not_exist() -> None:
    assert plain_sentence(facts_normal(), ("m-none",)) is None
    assert plain_sentence(facts_normal(), ()) is None


def test_limits_of_intrinsic_beats_are_not_applied_to_paced_ones() -> None:
    facts = facts_lbbb()
    paced = Finding(
        id="f-paced", kind="pacing", text="paced rhythm", certainty="definite", basis=("m-qrs_ms",)
    )
    report = _by_section(facts.model_copy(update={"findings": (paced,)}))
    assert report["rhythm"] == "Paced rhythm at 78 bpm."
    assert "normal" not in report["intervals"]
    assert "prolonged" not in report["intervals"]
    assert "conduction" not in report


def test_a_possible_change_stays_possible() -> None:
    facts = facts_lbbb()
    text = "inferior myocardial infarction pattern, not found in the prior ECG"
    new = Finding(id="f-new", kind="comparison", text=text, certainty="possible", basis=("m-qrs_ms",))
    report = _by_section(facts.model_copy(update={"findings": (new,)}))
    assert report["comparison"] == f"Possible {text}."
