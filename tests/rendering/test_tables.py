"""Tables of measurements, statements and differences."""

from dataclasses import replace

from cardio_agent.rendering.tables import comparison_html, measurements_html, statements_html
from cardio_agent.schema import Analysis, Finding, Measurement, Measurements, Report
from tests.facts import ALL_FACTS
from tests.rendering.conftest import report_of
from tests.rendering.outline import Outline


def test_measurements_show_the_reason_where_there_is_no_value() -> None:
    text = Outline(measurements_html(report_of(ALL_FACTS["af"]()))).text
    assert "PR interval–120–200not measured: no P waves were found" in text


def test_a_value_outside_its_limits_is_flagged_beside_them(report: Report) -> None:
    assert "QRS duration152 ms≤ 110wide" in Outline(measurements_html(report)).text


def test_limits_of_qtc_are_not_guessed_without_a_sex(report: Report) -> None:
    person = report.recording.patient.model_copy(update={"sex": None})
    recording = report.recording.model_copy(update={"patient": person})
    text = Outline(measurements_html(report.model_copy(update={"recording": recording}))).text
    assert "depends on sex" in text
    assert "460" not in text


def test_every_statement_is_there_with_probability_and_threshold(report: Report) -> None:
    outline = Outline(statements_html(report))
    for statement in report.statements:
        assert statement.name in outline.text
    assert outline.tags.count("b") == len(report.statements)


def test_a_doubtful_statement_is_too_close_to_call(report: Report) -> None:
    doubtful = report.statements[0].model_copy(update={"is_uncertain": True})
    text = Outline(statements_html(report.model_copy(update={"statements": (doubtful,)}))).text
    assert f"{doubtful.name} too close to call" in text


def test_without_an_earlier_ecg_nothing_is_compared(analysis: Analysis) -> None:
    assert "No earlier ECG" in Outline(comparison_html(analysis)).text


def test_differences_stand_beside_both_values(analysis: Analysis) -> None:
    before = Measurements(
        m.model_copy(update={"value": 96.0}) if m.name == "qrs_ms" else m for m in analysis.measurements
    )
    change = Measurement(
        id="m-qrs_ms_change", name="qrs_ms_change", value=56.0, unit="ms", method="this minus the prior"
    )
    wider = Finding(
        id="f-change_qrs_ms",
        kind="comparison",
        text="wider QRS complex",
        certainty="definite",
        basis=(change.id,),
    )
    now = replace(
        analysis,
        measurements=Measurements((*analysis.measurements, change)),
        findings=(*analysis.findings, wider),
        prior=replace(analysis, measurements=before),
    )
    outline = Outline(comparison_html(now))
    assert "wider QRS complex definite" in outline.text
    assert "QRS duration96 ms152 ms+56 ms" in outline.text
    assert [a["class"] for a in outline.attributes if a.get("class") == "ca-on"] == ["ca-on"]
