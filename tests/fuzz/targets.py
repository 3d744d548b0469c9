"""What is fuzzed: each place where text or bytes from outside enter the program.

A target has valid samples and a function that is given changed ones. Whatever it is given, it may raise
nothing but a :class:`CardioAgentError` whose message is one line that can be shown; :func:`attempt` holds
it to that.
"""

import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from cardio_agent.errors import CardioAgentError
from cardio_agent.leads import LEADS
from tests.fuzz import seeds

TAKEN = "taken"
MOST_CHARACTERS = 2000


@dataclass(frozen=True)
class Target:
    """``run`` is given changed bytes and an empty folder of its own, which it may fill."""

    samples: Callable[[], list[bytes]]
    run: Callable[[bytes, Path], None]


def attempt(target: Target, data: bytes, folder: Path) -> str:
    """Run a target once: ``taken``, or the name of the error that turned the input away."""
    try:
        target.run(data, folder)
    except CardioAgentError as exc:
        refusal = exc
    else:
        return TAKEN
    message = str(refusal)
    assert message, f"{type(refusal).__name__} says nothing"
    assert message.isprintable(), f"a message of several lines, or one that moves the cursor: {message!r}"
    assert len(message) < MOST_CHARACTERS, f"a message of {len(message)} characters"
    return type(refusal).__name__


# ── recordings ───────────────────────────────────────────────────────────────────────────────


def _reads(suffix: str, **declared: Any) -> Callable[[bytes, Path], None]:
    def run(data: bytes, folder: Path) -> None:
        from cardio_agent.reading import read_ecg

        path = folder / f"a{suffix}"
        path.write_bytes(data)
        read_ecg(path, **declared)

    return run


def _wfdb_header(data: bytes, folder: Path) -> None:
    signal = folder / "a.dat"
    if not signal.exists():
        signal.write_bytes(seeds.wfdb_long_signal())
    _reads(".hea")(data, folder)


def _npz_member(data: bytes, folder: Path) -> None:
    """The array within an archive; what is changed in the archive itself, its checksums tell."""
    archive = folder / "b.npz"
    with zipfile.ZipFile(archive, "w") as members:
        for key, content in (("signal_mv", data), ("fs_hz", seeds.saved(500)), ("leads", seeds.saved(LEADS))):
            members.writestr(f"{key}.npy", content)
    _reads(".npz")(archive.read_bytes(), folder)


def _anonymised(data: bytes, folder: Path) -> None:
    from cardio_agent.anonymisation import anonymise

    path = folder / "a"
    path.write_bytes(data)
    for copy in anonymise([path], folder / "copies"):
        copy.header.unlink()
        copy.header.with_suffix(".dat").unlink()


def _signal(data: bytes, folder: Path) -> None:
    """The whole chain to a report in words, of a recording whose samples are anything."""
    from cardio_agent.pipeline import analyze, write_report
    from cardio_agent.reading import read_ecg

    (folder / "a.hea").write_bytes(seeds.wfdb_headers()[0].replace(b" 2600 ", b" 0 "))
    (folder / "a.dat").write_bytes(data)
    write_report(analyze(read_ecg(folder / "a.hea"), explained=False), writer="plain")


# ── lists, guidelines, models ────────────────────────────────────────────────────────────────


def _manifest(name: str) -> Callable[[bytes, Path], None]:
    def run(data: bytes, folder: Path) -> None:
        from cardio_agent.batch.manifest import is_manifest, read_manifest

        path = folder / name
        path.write_bytes(data)
        is_manifest(path)
        read_manifest(path)

    return run


def _guideline(suffix: str) -> Callable[[bytes, Path], None]:
    def run(data: bytes, folder: Path) -> None:
        from cardio_agent.retrieval.own import Library

        path = folder / f"a{suffix}"
        path.write_bytes(data)
        library = Library(folder / "own")
        document, _ = library.prepare(path)
        library.passages(document)
        library.remove(document.id)

    return run


def _corpus(data: bytes, folder: Path) -> None:
    from cardio_agent.retrieval.corpus import corpus_mistakes, load_corpus

    (folder / "topic.md").write_bytes(data)
    corpus_mistakes(folder)
    load_corpus.__wrapped__(folder)


def _calibration(data: bytes, folder: Path) -> None:
    from cardio_agent.classifier.model import load_calibration

    path = folder / "calibration.json"
    path.write_bytes(data)
    load_calibration(path)


# ── words ────────────────────────────────────────────────────────────────────────────────────


def _text(data: bytes) -> str:
    return data.decode("utf-8", errors="replace")


@cache
def _all_facts() -> list[Any]:
    from tests.verification.analyses import all_facts

    return list(all_facts().values())


def _verified(data: bytes, _folder: Path) -> None:
    from cardio_agent.verification import verify

    facts = _all_facts()[sum(data[:16]) % len(_all_facts())]
    for verdict in verify(_text(data), facts):
        assert verdict.reason


def _parsed(data: bytes, _folder: Path) -> None:
    from cardio_agent.writing.output import parse_sentences

    text = _text(data)
    for sentence in parse_sentences(
        [text[k : k + 7] for k in range(0, len(text), 7)], "fuzz", ("rhythm", "other")
    ):
        assert "\n" not in sentence.text


def _prompted(data: bytes, _folder: Path) -> None:
    """Text of a file's header, of its name, of a guideline and of a question, in every prompt."""
    from cardio_agent.writing.factsheet import MAX_CHARACTERS, as_data, fact_sheet
    from cardio_agent.writing.prompts import load_prompt
    from tests.facts import facts_lbbb

    text = _text(data)
    line = as_data(text)
    assert line.isprintable()
    assert not set("[]{}|") & set(line)
    assert not re.search(r"<\s*/?\s*[A-Za-z]", line)
    facts = _with_text(facts_lbbb(), text)
    sheet = fact_sheet(facts)
    assert len(sheet) <= MAX_CHARACTERS
    assert all(row.split(" | ")[0] in facts.records() for row in sheet.splitlines())
    for name in ("answer", "report", "rewrite", "section"):
        prompt = load_prompt(name)
        messages = prompt.template().format_messages(**dict.fromkeys(prompt.variables, text))
        assert text in messages[-1].content or text in messages[0].content


def _rendered(data: bytes, _folder: Path) -> None:
    """The same text in a report, in every format of text."""
    from cardio_agent.rendering import render
    from tests.facts import facts_lbbb
    from tests.rendering.conftest import report_of
    from tests.rendering.outline import Outline

    report = report_of(_with_text(facts_lbbb(), _text(data)))
    for format in ("text", "markdown", "json", "fhir"):
        render(report, format)
    page = Outline(str(render(report, "html")))
    assert "script" not in page.tags


def _with_text(facts: Any, text: str) -> Any:
    """Facts of a file whose name, device and notes, and a guideline whose words, are this text."""
    recording = facts.recording.model_copy(update={"name": text, "device": text, "notes": (text,)})
    evidence = tuple(
        passage.model_copy(update={"text": text, "guideline": text}) for passage in facts.evidence
    )
    return facts.model_copy(update={"recording": recording, "evidence": evidence})


def _asked(data: bytes, _folder: Path) -> None:
    from cardio_agent.chat import Chat
    from tests.facts import facts_lbbb
    from tests.rendering.conftest import report_of

    answer = Chat(report_of(facts_lbbb()), writer="plain").ask(_text(data))
    assert answer.sentences


TARGETS: dict[str, Target] = {
    "wfdb header": Target(lambda: [*seeds.wfdb_headers(), *seeds.other_wfdb()], _wfdb_header),
    "csv": Target(seeds.tables, _reads(".csv")),
    "npy": Target(seeds.arrays, _reads(".npy", fs_hz=500.0, units="mV")),
    "npz": Target(seeds.archives, _reads(".npz")),
    "npz member": Target(seeds.arrays, _npz_member),
    "dicom": Target(lambda: seeds.vendor("dicom_waveform"), _reads(".dcm")),
    "scp-ecg": Target(lambda: seeds.vendor("scp_ecg"), _reads(".scp")),
    "hl7 aecg": Target(lambda: seeds.vendor("hl7_aecg"), _reads(".xml")),
    "ge muse": Target(lambda: seeds.vendor("ge_muse_xml"), _reads(".xml")),
    "philips": Target(seeds.sierra, _reads(".xml")),
    "mortara": Target(lambda: seeds.vendor("mortara_el250"), _reads(".xml")),
    "edf": Target(lambda: [*seeds.vendor("edf_plus"), *seeds.edf_headers_only()], _reads(".edf")),
    "ishne": Target(lambda: seeds.vendor("ishne_holter"), _reads(".ecg")),
    "mfer": Target(lambda: seeds.vendor("mfer"), _reads(".mwf")),
    "kardia": Target(lambda: seeds.vendor("alivecor_kardia"), _reads(".json")),
    "anonymised": Target(lambda: [*seeds.archives(), *seeds.vendor("scp_ecg")], _anonymised),
    "signal to report": Target(lambda: [seeds.wfdb_signal()], _signal),
    "manifest": Target(seeds.manifests, _manifest("list.csv")),
    "ptb-xl table": Target(seeds.ptbxl_tables, _manifest("ptbxl_database.csv")),
    "guideline md": Target(seeds.guideline_texts, _guideline(".md")),
    "guideline txt": Target(seeds.guideline_texts, _guideline(".txt")),
    "guideline html": Target(seeds.pages, _guideline(".html")),
    "guideline pdf": Target(seeds.pdfs, _guideline(".pdf")),
    "corpus": Target(seeds.guideline_texts, _corpus),
    "calibration": Target(seeds.calibrations, _calibration),
    "verifier": Target(seeds.sentences, _verified),
    "model's text": Target(seeds.drafts, _parsed),
    "prompts": Target(lambda: [*seeds.questions(), *seeds.drafts()], _prompted),
    "rendering": Target(lambda: [*seeds.questions(), *seeds.pages()], _rendered),
    "question": Target(seeds.questions, _asked),
}
