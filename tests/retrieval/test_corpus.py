"""The corpus: every fact is there, and a file that breaks the format is refused with its line and field."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from cardio_agent.classifier.statements import CODES
from cardio_agent.errors import CorpusError
from cardio_agent.resources import resource_dir
from cardio_agent.retrieval.corpus import bare_code, corpus_mistakes, corpus_sha256, load_corpus

GOOD = """# Test topic

## TST-01: PR interval

The PR interval is normal
at 120-200 ms.

- Thresholds: 120-200 ms
- Class of recommendation: I
- Level of evidence: B
- Class and level checked: yes
- Guideline: A guideline
- Short: AG 2020
- Society: ESC
- Year: 2020
- DOI: 10.1000/xyz
- PTB-XL statements: NORM, AVB
- Setting: after TAVI
- Terms: PR interval; atrioventricular
- Checked: yes, in the guideline's own text

## TST-02: QRS duration

QRS up to 110 ms is normal.

- Guideline: No guideline
- Short: Educational
- Checked: no, from memory
- Keywords: width; how broad
"""


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str], Path]:
    """Writes one topic file and gives its folder."""

    def write_topic(text: str, name: str = "topic.md") -> Path:
        (tmp_path / name).write_text(text, encoding="utf-8")
        load_corpus.cache_clear()
        return tmp_path

    return write_topic


def test_a_statement_is_read_field_by_field(write: Callable[[str], Path]) -> None:
    first, second = load_corpus(write(GOOD))
    assert (first.id, first.title, first.topic, first.topic_title) == (
        "TST-01", "PR interval", "topic", "Test topic",
    )  # fmt: skip
    assert first.text == "The PR interval is normal at 120-200 ms."
    assert (first.class_of_recommendation, first.level_of_evidence, first.class_checked) == ("I", "B", True)
    assert (first.year, first.doi, first.codes) == (2020, "10.1000/xyz", ("NORM", "AVB"))
    assert (first.setting, first.terms) == ("after TAVI", ("PR interval", "atrioventricular"))
    assert first.checked
    assert not second.checked
    assert (second.year, second.society, second.codes) == (None, "", ())
    assert (first.keywords, second.keywords) == ((), ("width", "how broad"))


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("# Test topic", "Test topic", 1, "'# Title'"),
        ("## TST-02: QRS duration", "## TST-2 QRS", 22, "'## MI-02: title'"),
        ("## TST-02: QRS duration", "### TST-02: QRS duration", 22, "'## MI-02: title'"),
        ("## TST-02", "## TST-01", 22, "id TST-01 stands already in topic.md, line 3"),
        ("QRS up to 110 ms is normal.\n", "", 22, "the statement is empty"),
        ("- Year: 2020", "- Year: soon", 15, "field 'Year'"),
        ("- Year: 2020", "- Yaer: 2020", 15, "field 'Yaer' is not known"),
        ("- Year: 2020", "- Year 2020", 15, "is not a field"),
        ("- Year: 2020", "- Short: AG 2020", 15, "field 'Short' stands twice"),
        ("- Year: 2020", "and more text", 15, "text after the fields"),
        ("recommendation: I\n", "recommendation: IV\n", 9, "field 'Class of recommendation': 'IV'"),
        ("evidence: B", "evidence: D", 10, "field 'Level of evidence': 'D'"),
        ("- Level of evidence: B\n", "", 3, "without 'Level of evidence'"),
        ("10.1000/xyz", "doi.org/10", 16, "field 'DOI'"),
        ("NORM, AVB", "NORM, XYZ", 17, "field 'PTB-XL statements': 'XYZ'"),
        ("no, from memory", "maybe", 28, "field 'Checked': 'maybe'"),
        ("- Short: Educational\n", "", 22, "field 'Short' is missing"),
        ("Short: Educational", "Short: AG 2020", 22, "'guideline' of 'AG 2020' differs from that in TST-01"),
        ("- Checked: no, from memory", "- Checked: no, from memory\n- Superseded by: X-09", 22, "no X-09"),
        ("- Checked: no, from memory", "- Checked: no, from memory\n- Other society: X-09", 22, "no X-09"),
        ("- Checked: no, from memory", "- Checked: no, from memory\n- Other society: TST-01", 22, "return"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_file_line_and_field(
    write: Callable[[str], Path], old: str, new: str, line: int, words: str
) -> None:
    assert GOOD.count(old) >= 1
    with pytest.raises(CorpusError) as caught:
        load_corpus(write(GOOD.replace(old, new, 1)))
    message = str(caught.value)
    assert message.startswith(f"topic.md, line {line}: ")
    assert words in message
    assert "\n" not in message


def test_no_file_an_empty_one_and_binary_text_are_refused(
    tmp_path: Path, write: Callable[[str], Path]
) -> None:
    with pytest.raises(CorpusError, match="no guideline file"):
        load_corpus(tmp_path)
    with pytest.raises(CorpusError, match=r"topic\.md, line 1: the first line"):
        load_corpus(write(""))
    with pytest.raises(CorpusError, match="holds no statement"):
        load_corpus(write("# Title\n"))
    (tmp_path / "topic.md").write_bytes(b"# T\xff\xfe")
    load_corpus.cache_clear()
    with pytest.raises(CorpusError, match="not UTF-8"):
        load_corpus(tmp_path)


def test_every_fact_is_in_the_corpus_word_for_word(shared_data: Path) -> None:
    lines = (shared_data.parent / "guidelines" / "facts.jsonl").read_text(encoding="utf-8").splitlines()
    facts = {fact["id"]: fact for fact in map(json.loads, lines)}
    corpus = {passage.id: passage for passage in load_corpus()}
    assert corpus.keys() == facts.keys()
    for id_, fact in facts.items():
        passage = corpus[id_]
        assert passage.text == fact["statement"]
        assert passage.topic == fact["topic"]
        assert (passage.class_of_recommendation, passage.level_of_evidence) == (fact["cor"], fact["loe"])
        assert passage.class_checked == (fact["class_checked"] != "memory")
        for name in ("thresholds", "guideline", "short", "year", "doi", "section", "note"):
            assert getattr(passage, name) == fact[name], (id_, name)
        assert passage.society == fact["society"].removeprefix("-")
        assert passage.terms == tuple(fact["terms"])
        assert {code.strip("_") for code in fact["ptbxl"]} <= set(passage.codes)
        assert passage.checked == (fact["flag"] == "VERIFIED" and fact["tier"] != "D")


def test_the_corpus_has_24_topics_and_45_unchecked_statements() -> None:
    corpus = load_corpus()
    assert len({passage.topic for passage in corpus}) == 24
    assert sum(not passage.checked for passage in corpus) == 45


def test_every_statement_of_the_classifier_has_a_passage() -> None:
    tagged = {code for passage in load_corpus() for code in passage.codes}
    assert {bare_code(code) for code in CODES} <= tagged


def test_the_hash_follows_the_text_and_the_vocabulary(write: Callable[[str], Path]) -> None:
    folder = write(GOOD)
    first = corpus_sha256(folder)
    (folder / "topic.md").write_bytes(GOOD.replace("\n", "\r\n").encode())
    assert corpus_sha256(folder) == first, "line endings do not count"
    (folder / "vocabulary.toml").write_text("[terms]\n", encoding="utf-8")
    second = corpus_sha256(folder)
    assert second != first
    write(GOOD.replace("200 ms", "210 ms"))
    assert corpus_sha256(folder) not in (first, second)


def test_the_readme_shows_the_format_that_is_read(write: Callable[[str], Path]) -> None:
    readme = (resource_dir("guidelines") / "README.md").read_text(encoding="utf-8")
    example = readme.partition("```markdown\n")[2].partition("```")[0]
    (passage,) = load_corpus(write(f"# Example\n\n{example}"))
    assert passage.id == "BRD-04"


def test_every_mistake_is_listed_one_a_statement(write: Callable[[str], Path]) -> None:
    broken = GOOD.replace("- Year: 2020", "- Year: soon").replace("- Checked: no", "- Chekced: no")
    folder = write(broken)
    (folder / "other.md").write_text("no title", encoding="utf-8")
    found = corpus_mistakes(folder)
    assert [mistake.split(":")[0] for mistake in found] == [
        "other.md, line 1", "topic.md, line 15", "topic.md, line 28",
    ]  # fmt: skip
    assert corpus_mistakes() == ()


def test_statements_of_two_societies_on_one_question_name_each_other() -> None:
    passages = {p.id: p for p in load_corpus()}
    pairs = [(p, passages[other]) for p in passages.values() for other in p.counterparts]
    assert len(pairs) == 30
    for one, other in pairs:
        assert one.id in other.counterparts
        assert one.society != other.society
