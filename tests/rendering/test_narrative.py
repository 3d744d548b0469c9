"""Sentences with their notes: what each rests on, how it was judged, who wrote it."""

from cardio_agent.rendering.narrative import narrative_html, sentences_html
from cardio_agent.schema import NarrativeSection, Report
from tests.facts import facts_lbbb
from tests.rendering.conftest import report_of, sentence
from tests.rendering.outline import Outline


def shown(report: Report, *sentences: object) -> str:
    return Outline(sentences_html(sentences, report.records(), "hf:tiny")).text  # type: ignore[arg-type]


def test_the_note_of_a_sentence_has_ids_values_verdict_and_writer(report: Report) -> None:
    text = shown(report, sentence("The QRS is 152 ms.", "m-qrs_ms"))
    assert text.startswith("The QRS is 152 ms.")
    assert "supported every number agrees" in text
    assert "m-qrs_ms QRS duration 152 ms" in text
    assert "Written by: hf:tiny" in text


def test_a_cited_passage_is_quoted_in_the_note(report: Report) -> None:
    passage = report.evidence[0]
    assert f"“{passage.text}”" in shown(report, sentence("So they say.", passage.id))


def test_a_sentence_of_the_plain_writer_in_place_of_the_models_is_marked(report: Report) -> None:
    text = shown(report, sentence("It is wide.", "m-qrs_ms", writer="plain"))
    assert text.startswith("It is wide.*")
    assert "Written by: the plain writer in place of the model" in text


def test_a_sentence_that_failed_says_so_in_the_open(report: Report) -> None:
    failed = sentence("The QRS is 162 ms.", "m-qrs_ms", verdict="contradicted", reason="m-qrs_ms is 152 ms")
    assert shown(report, failed).startswith("The QRS is 162 ms. contradicted")


def test_an_id_without_a_record_is_told(report: Report) -> None:
    assert "XX-99 no such record in this report" in shown(report, sentence("So.", "XX-99"))


def test_every_sentence_can_be_reached_by_keyboard(report: Report) -> None:
    outline = Outline(narrative_html(report))
    sentences = [a for a in outline.attributes if "ca-sentence" in (a.get("class") or "")]
    n = sum(len(section.sentences) for section in report.narrative)
    assert [a.get("tabindex") for a in sentences] == ["0"] * n


def test_the_conclusion_stands_first() -> None:
    rhythm = NarrativeSection(section="rhythm", sentences=(sentence("Sinus rhythm."),))
    conclusion = NarrativeSection(section="conclusion", sentences=(sentence("All in all."),))
    text = Outline(narrative_html(report_of(facts_lbbb(), rhythm, conclusion))).text
    assert text.index("All in all.") < text.index("Sinus rhythm.")
