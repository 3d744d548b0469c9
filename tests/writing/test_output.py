"""Parsing what a model wrote: expected sentences are written out by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardio_agent.writing.output import MAX_LINE, parse_sentences, split_cited

SECTIONS = ("Rhythm", "Conclusion")


def _parse(text: str, size: int = 7) -> list[tuple[str, str, tuple[str, ...]]]:
    chunks = [text[i : i + size] for i in range(0, len(text), size)]
    return [(d.section, d.text, d.cites) for d in parse_sentences(chunks, "fake", SECTIONS)]


@pytest.mark.parametrize("size", [1, 7, 10_000])
def test_headings_sentences_and_ids_whatever_the_pieces(size: int) -> None:
    text = "## Rhythm\nSinus rhythm at 72/min. [f-sr, m-heart_rate_bpm]\n\n"
    text += "## CONCLUSION:\n- Normal ECG [f-normal].\n"
    assert _parse(text, size) == [
        ("Rhythm", "Sinus rhythm at 72/min.", ("f-sr", "m-heart_rate_bpm")),
        ("Conclusion", "Normal ECG.", ("f-normal",)),
    ]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("QT is 400 ms [m-qt_ms].", [("QT is 400 ms.", ("m-qt_ms",))]),
        ("QT is 400 ms [m-qt_ms] [m-qrs_ms]", [("QT is 400 ms.", ("m-qt_ms", "m-qrs_ms"))]),
        ("ST is 0.2 mV in V2. [m-st_j_mv-V2]", [("ST is 0.2 mV in V2.", ("m-st_j_mv-V2",))]),
        ("PR 220 ms [m-pr_ms], QRS 90 ms [m-qrs_ms].", [("PR 220 ms, QRS 90 ms.", ("m-pr_ms", "m-qrs_ms"))]),
        ("One. [f-a] Two. [f-b]", [("One.", ("f-a",)), ("Two.", ("f-b",))]),
        ("3. **Bold** fact [s-sub:STTC; s-PRC(S)]", [("Bold fact.", ("s-sub:STTC", "s-PRC(S)"))]),
        ("No ids here.", [("No ids here.", ())]),
        ("Not an id [see below].", [("Not an id [see below].", ())]),
        ("Said. [f-a] Added without ids.", [("Said.", ("f-a",)), ("Added without ids.", ())]),
        ("Said twice [f-a, f-a].", [("Said twice.", ("f-a",))]),
        ("[f-a]", []),
        ("---", []),
        ("", []),
    ],
)
def test_one_line(line: str, expected: list[tuple[str, tuple[str, ...]]]) -> None:
    assert [tuple(sentence) for sentence in split_cited(line)] == expected


def test_an_unknown_heading_is_passed_over_and_never_a_sentence() -> None:
    assert _parse("# My report\nA. [f-a]\n### Treatment\nB. [f-b]") == [
        ("Rhythm", "A.", ("f-a",)),
        ("Rhythm", "B.", ("f-b",)),
    ]


def test_thoughts_of_reasoning_models_are_left_out() -> None:
    assert _parse("<think>Hm. [f-x]\nStill [f-y]\n</think>Sinus rhythm. [f-a]\n") == [
        ("Rhythm", "Sinus rhythm.", ("f-a",))
    ]
    assert _parse("<think>never closed\nSinus rhythm. [f-a]") == []


def test_sentences_come_before_the_text_has_ended() -> None:
    def chunks():  # type: ignore[no-untyped-def]
        yield "One. [f-a]\nTw"
        raise AssertionError("read on before handing over the first sentence")

    assert next(parse_sentences(chunks(), "fake", SECTIONS)).text == "One."


@given(st.text(alphabet="ab [],.\n#<>think/-f", max_size=300))
def test_any_text_is_parsed_and_cites_have_the_form_of_ids(text: str) -> None:
    for section, sentence, cites in _parse(text):
        assert section in SECTIONS
        assert sentence.endswith((".", "!", "?"))
        assert all("-" in cite and not set(cite) & set("[] ,;") for cite in cites)


def test_a_line_without_an_end_is_cut() -> None:
    assert max(len(text) for _, text, _ in _parse("word " * 2000, 50)) <= MAX_LINE + 1
