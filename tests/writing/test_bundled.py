"""The writer that travels with the program: it words the packaged samples, and every sentence holds."""

import pytest

from cardio_agent.pipeline import analyze, collect_facts, write_report
from cardio_agent.reading import read_ecg
from cardio_agent.reporting import must_say
from cardio_agent.resources import sample_path
from cardio_agent.settings import Settings
from cardio_agent.writing import SheetWriter, get_writer


def test_it_is_the_default_and_words_sheets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CARDIO_AGENT_LLM")
    writer = get_writer(Settings().llm)
    assert isinstance(writer, SheetWriter)
    assert writer.name == "bundled"


@pytest.mark.parametrize("name", ["normal", "lbbb", "inferior_stemi"])
def test_a_report_in_its_words_says_every_finding_once_and_holds(name: str) -> None:
    analysis = analyze(read_ecg(sample_path(name)), explained=False)
    report = write_report(analysis, writer="bundled")
    sentences = [s for section in report.narrative for s in section.sentences]
    assert {s.verdict for s in sentences} == {"supported"}
    assert len({s.text for s in sentences}) == len(sentences)
    assert must_say(collect_facts(analysis)) <= {id for s in sentences for id in s.cites}
    assert sum(s.writer == "bundled" for s in sentences) > len(sentences) / 2
