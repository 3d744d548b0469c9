"""No report tells who the patient is, whatever the file says of it."""

from pathlib import Path

import numpy as np
import pytest

from cardio_agent.cli import main
from cardio_agent.pipeline import analyze, write_report
from cardio_agent.reading import read_ecg
from cardio_agent.rendering import RENDERERS, render
from cardio_agent.simulation import simulate
from tests.rendering.words import words_of
from tests.test_anonymisation import SECRETS, identified_muse


@pytest.fixture(scope="module")
def identified(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A GE MUSE file with name, number and date of birth, under a name that tells nothing."""
    path = tmp_path_factory.mktemp("identity") / "export.xml"
    path.write_bytes(identified_muse(np.asarray(simulate("normal", seed=5).ecg.signal_mv)))
    return path


def test_no_format_has_name_number_or_date_of_birth(identified: Path) -> None:
    analysis = analyze(read_ecg(identified))
    report = write_report(analysis)
    for format in RENDERERS:
        output = render(report, format, analysis)
        raw = output if isinstance(output, bytes) else output.encode()
        told = (raw.decode("latin-1") + words_of(format, output)).upper()
        assert [secret for secret in SECRETS if secret in told] == []


def test_bytes_go_to_a_file_or_a_pipe_but_not_to_a_terminal(
    identified: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    assert main(["report", str(identified), "--format", "pdf"]) == 1
    message = capsys.readouterr().err
    assert len(message.splitlines()) == 1
    assert "--out" in message
    assert main(["report", str(identified), "--out", str(tmp_path / "r.pdf")]) == 0  # by its suffix
    assert (tmp_path / "r.pdf").read_bytes().startswith(b"%PDF")
