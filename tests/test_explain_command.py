"""The command ``explain`` as a user meets it."""

import json
from pathlib import Path

import numpy as np
import pytest

from cardio_agent import sample_path
from cardio_agent.cli import main
from cardio_agent.leads import LEADS


def _out(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["explain", *arguments]) == 0
    return capsys.readouterr().out


def test_text_names_the_statement_its_leads_and_how_to_read_them(capsys: pytest.CaptureFixture[str]) -> None:
    text = _out(capsys, "sample:lbbb", "--statement", "CLBBB", "--method", "attention")
    assert "complete left bundle branch block (CLBBB)" in text
    assert "called present" in text
    assert "Leads     " in text
    assert "QRS" in text
    assert "no proof of what decided" in text.replace("\n", " ")
    assert max(map(len, text.splitlines())) <= 110


def test_json_holds_the_whole_explanation(capsys: pytest.CaptureFixture[str]) -> None:
    out = _out(
        capsys, "sample:lbbb", "--statement", "CLBBB", "--method", "integrated-gradients", "--format", "json"
    )
    told = json.loads(out)
    assert set(told) == {
        "statement", "probability", "method", "settings",
        "leads", "segments", "lead_segments", "fs_hz", "map",
    }  # fmt: skip
    assert (told["statement"], told["method"], told["fs_hz"]) == ("CLBBB", "integrated-gradients", 500)
    assert told["settings"]["steps"] > 0
    assert tuple(told["leads"]) == LEADS
    assert sum(told["leads"].values()) == pytest.approx(1, abs=1e-4)
    assert sum(told["segments"].values()) == pytest.approx(1, abs=1e-4)
    relevance = np.array(told["map"])
    assert relevance.shape == (12, 5000)
    positive = np.maximum(relevance, 0).sum(1)
    assert positive / positive.sum() == pytest.approx(
        list(told["leads"].values()), abs=2e-3
    )  # map is rounded
    assert len(out) < 1_000_000


def test_without_a_statement_the_most_probable_abnormal_one_is_taken_and_named(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["explain", "sample:lbbb", "--method", "attention"]) == 0
    done = capsys.readouterr()
    assert "explaining CLBBB, the most probable abnormal statement" in done.err
    assert "(CLBBB)" in done.out


def test_a_normal_ecg_is_explained_as_normal(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "sample:normal", "--method", "attention"]) == 0
    assert "explaining NORM, no abnormal statement is present" in capsys.readouterr().err


def test_the_figure_and_the_text_go_to_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    figure, text = tmp_path / "a.png", tmp_path / "a.txt"
    out = _out(
        capsys, "sample:af", "--statement", "AFIB", "--method", "gradcam",
        "--figure", str(figure), "--out", str(text),
    )  # fmt: skip
    assert out == ""
    assert figure.read_bytes().startswith(b"\x89PNG")
    assert "atrial fibrillation" in text.read_text()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--statement", "clbbb"), "did you mean CLBBB?"),
        (("--statement", "CLBBB", "--method", "saliency"), "choose one of attention, gradcam"),
        (("--statement", "CLBBB", "--method", "attention", "--out", "/nowhere/a.txt"), "cannot write"),
    ],
)
def test_a_wrong_argument_is_one_line_and_exit_1(
    arguments: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["explain", str(sample_path("lbbb")), *arguments]) == 1
    err = capsys.readouterr().err
    assert said in err
    assert err.count("\n") == 1


def test_a_flat_recording_is_refused_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "flat.csv"
    header = "# fs_hz: 500\n# units: mV\n" + ",".join(LEADS)
    np.savetxt(path, np.zeros((5000, 12)), delimiter=",", header=header, comments="", fmt="%.1f")
    assert main(["explain", str(path), "--statement", "MI"]) == 1
    assert capsys.readouterr().err.count("\n") == 1


def test_noise_without_beats_still_tells_leads_apart(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "still.csv"
    signal = 0.02 * np.sin(np.arange(5000) / 500 * 2 * np.pi * 0.7)[:, None] * np.arange(1, 13)
    header = "# fs_hz: 500\n# units: mV\n" + ",".join(LEADS)
    np.savetxt(path, signal, delimiter=",", header=header, comments="", fmt="%.5f")
    text = _out(capsys, str(path), "--statement", "MI", "--method", "occlusion-segment")
    assert "Segments  unavailable: no beat was found" in text
    assert "%" in next(line for line in text.splitlines() if line.startswith("Leads"))
