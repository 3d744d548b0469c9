"""Documents into passages: headings, pages, rows, class and level, by hand-made files."""

from pathlib import Path

import pytest

from cardio_agent.errors import UnreadableFile, UnsupportedFormat
from cardio_agent.retrieval.own.files import read_blocks
from cardio_agent.retrieval.own.grades import grade_of
from cardio_agent.retrieval.own.passages import LONGEST, Draft, drafts
from tests.retrieval.long_pdf import LongPdf

MARKDOWN = """# Protocol

Intro to the *house* protocol,
in two lines.

## Drugs

| Recommendation | Class | Level |
|---|---|---|
| Procainamide is **given** in stable VT. | IIa | B |
| Verapamil is not used. | III | C |

- First item of the list
- Pacing is recommended (class I, level C).

Monitoring
----------

See [the file](http://example.org/x) for more words. <!-- not seen -->
"""
HTML = """<html><head><title>T</title><style>p {}</style></head><body><nav>menu of the page</nav>
<h1>Protocol</h1><p>First <b>paragraph</b> of it.<p>Second paragraph here.</p>
<h2>Drugs</h2><table><tr><th>Recommendation</th><th>Class</th><th>Level</th></tr>
<tr><td>Procainamide<br>is given.</td><td>IIa</td><td>B</td></tr></table>
<p style="display: none">white on white text</p><script>alert("never seen text")</script>
<ul><li>One item of the list</li></ul></body></html>"""
TEXT = """PACING

Pacing is recommended in Mobitz II
with or without symptoms.

3.2 Atrial flutter

Drug\tDose\tRoute
Adenosine\t6 mg\tbolus
\fThe second page of the file.
"""


def read(folder: Path, name: str, content: str) -> list[Draft]:
    path = folder / name
    path.write_text(content, encoding="utf-8")
    return list(drafts(read_blocks(path)))


def test_markdown(tmp_path: Path) -> None:
    found = read(tmp_path, "a.md", MARKDOWN)
    assert [(d.headings, d.text, *d.grade) for d in found] == [
        (("Protocol",), "Intro to the *house* protocol, in two lines.", "", ""),
        (
            ("Protocol", "Drugs"),
            "Recommendation | Class | Level; Procainamide is given in stable VT. | IIa | B",
            "IIa",
            "B",
        ),
        (
            ("Protocol", "Drugs"),
            "Recommendation | Class | Level; Verapamil is not used. | III | C",
            "III",
            "C",
        ),
        (("Protocol", "Drugs"), "First item of the list", "", ""),
        (("Protocol", "Drugs"), "Pacing is recommended (class I, level C).", "I", "C"),
        (("Protocol", "Monitoring"), "See the file for more words.", "", ""),
    ]


def test_html_shows_what_a_reader_sees(tmp_path: Path) -> None:
    found = read(tmp_path, "a.html", HTML)
    assert [(d.headings[-1], d.text) for d in found] == [
        ("Protocol", "First paragraph of it. Second paragraph here."),
        ("Drugs", "Recommendation | Class | Level; Procainamide is given. | IIa | B"),
        ("Drugs", "One item of the list"),
    ]


def test_text_with_columns_and_pages(tmp_path: Path) -> None:
    found = read(tmp_path, "a.txt", TEXT)
    assert [(d.headings, d.text, d.page) for d in found] == [
        (("PACING",), "Pacing is recommended in Mobitz II with or without symptoms.", 1),
        (("PACING", "3.2 Atrial flutter"), "Drug | Dose | Route; Adenosine | 6 mg | bolus", 1),
        (("PACING", "3.2 Atrial flutter"), "The second page of the file.", 2),
    ]


@pytest.fixture
def pdf(tmp_path: Path) -> Path:
    document = LongPdf(tmp_path / "a.pdf")
    document.heading("Conduction")
    document.paragraph("A paragraph that goes on for more than one line of this page, so it is wrapped.")
    document.row(["Pacing is recommended in Mobitz II and third-degree AV block, whatever the symptoms.",
                  "I", "C"])  # fmt: skip
    document.row(["No pacing for a block of transient cause.", "III", "C"])
    document.new_page()
    document.heading("Rhythm")
    document.paragraph("The second page begins here")
    document.new_page()
    document.paragraph("and its sentence ends on the third.")
    document.save()
    return tmp_path / "a.pdf"


def test_a_pdf_keeps_headings_pages_and_rows_and_drops_running_titles(pdf: Path) -> None:
    found = list(drafts(read_blocks(pdf)))
    assert [(d.headings[-1], d.text, d.page, d.grade.class_of_recommendation) for d in found] == [
        ("Conduction", "A paragraph that goes on for more than one line of this page, so it is wrapped.",
         1, ""),
        ("Conduction", "Pacing is recommended in Mobitz II and third-degree AV block, whatever the symptoms."
         " | I | C", 1, "I"),
        ("Conduction", "No pacing for a block of transient cause. | III | C", 1, "III"),
        ("Rhythm", "The second page begins here and its sentence ends on the third.", 2, ""),
    ]  # fmt: skip


def test_neither_rows_nor_recommendations_are_cut_and_paragraphs_are_at_sentences(tmp_path: Path) -> None:
    long = " ".join(f"Sentence number {k} speaks of pacing." for k in range(60))
    row = "word " * 400
    graded = f"{'Pacing is recommended ' * 60}(class I, level B)."
    found = read(tmp_path, "a.md", f"# T\n\n{long}\n\n| {row} | yes |\n\n{graded}\n")
    paragraphs, (whole_row,), (recommendation,) = (
        [d for d in found if "Sentence" in d.text],
        [d for d in found if "word" in d.text],
        [d for d in found if d.grade.class_of_recommendation],
    )
    assert all(len(d.text) <= LONGEST and d.text.endswith(".") for d in paragraphs)
    assert " ".join(d.text for d in paragraphs) == long
    assert whole_row.text.count("word") == 400
    assert recommendation.text == graded


@pytest.mark.parametrize(
    ("text", "grade"),
    [
        ("Pacing is recommended (Class IIa, Level of Evidence: B).", ("IIa", "B")),
        ("COR 2b, LOE C-LD: surgery might be reasonable", ("2b", "C-LD")),
        ("Ablation is recommended. [no grade]", ("", "")),
        ("ICD implantation is recommended in survivors I A", ("I", "A")),
        ("Beta-blockers should be considered (IIa B)", ("IIa", "B")),
        ("Class III: harm | 3 | B-NR", ("3", "B-NR")),
        ("Lead III and aVF; NYHA class II, V1", ("", "")),
        ("Both are listed: A (I A) and B (IIb C)", ("", "")),
        ("CRT is considered in NYHA class III, sinus rhythm", ("", "")),
        ("Flecainide, a class IC drug, and class III drugs", ("", "")),
        ("Hypertension | 1", ("", "")),
        ("Lead | I | III", ("", "")),
        ("CRT should be considered | IIa", ("IIa", "")),
        ("Class of recommendation: 1", ("1", "")),
    ],
)
def test_class_and_level_are_recognised_where_one_is_given(text: str, grade: tuple[str, str]) -> None:
    assert tuple(grade_of(text)) == grade


@pytest.mark.parametrize(
    ("name", "content", "error", "words"),
    [
        ("a.docx", b"PK", UnsupportedFormat, r"\.pdf, \.md"),
        ("a.pdf", b"not a PDF at all", UnreadableFile, "cannot be opened as a PDF"),
        ("a.pdf", b"", UnreadableFile, "cannot be opened as a PDF"),
        ("a.md", b"\xff\xfe\xfa", UnreadableFile, "not text in utf-16"),
        ("a.txt", "größe".encode("latin-1"), UnreadableFile, "save it as UTF-8"),
        ("a.html", b"<meta charset=klingon>", UnreadableFile, "klingon"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_one_line(
    tmp_path: Path, name: str, content: bytes, error: type[Exception], words: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(error, match=words) as caught:
        list(read_blocks(path))
    assert "\n" not in str(caught.value)


def test_a_scan_is_named_as_such(tmp_path: Path) -> None:
    from reportlab.pdfgen.canvas import Canvas

    canvas = Canvas(str(tmp_path / "scan.pdf"))
    canvas.rect(10, 10, 100, 100)
    canvas.save()
    with pytest.raises(UnreadableFile, match="OCR"):
        list(read_blocks(tmp_path / "scan.pdf"))


def test_html_in_its_own_encoding(tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    path.write_bytes('<meta charset="iso-8859-1"><p>Größe des Vorhofs ist vermehrt</p>'.encode("latin-1"))
    assert [d.text for d in drafts(read_blocks(path))] == ["Größe des Vorhofs ist vermehrt"]
