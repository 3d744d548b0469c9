import pytest

from cardio_agent.verification.sentences import CitedText, cited_sentences, split_sentences


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("  \n ", []),
        ("PR is 0.18 s. QRS is 92 ms.", ["PR is 0.18 s.", "QRS is 92 ms."]),
        ("ST elevation in V1–V3. QRS is wide.", ["ST elevation in V1–V3.", "QRS is wide."]),
        ("Seen in some leads, e.g. V4, and vs. V5.", ["Seen in some leads, e.g. V4, and vs. V5."]),
        ("No. There is no LBBB.", ["No. There is no LBBB."]),
        ("See lead No. 3 here.", ["See lead No. 3 here."]),
        ("QRS is 92 ms. [m-qrs_ms] PR is 160 ms.", ["QRS is 92 ms. [m-qrs_ms]", "PR is 160 ms."]),
        ("T is inverted in V6. aVL is flat.", ["T is inverted in V6.", "aVL is flat."]),
        ("ESC 2021: “First. Second.” Next.", ["ESC 2021: “First. Second.”", "Next."]),
        ("Wide QRS (152 ms. LBBB) is seen.", ["Wide QRS (152 ms. LBBB) is seen."]),
        ("- Sinus rhythm\n- LBBB", ["Sinus rhythm", "LBBB"]),
        ("Is it LBBB? Yes. It is.", ["Is it LBBB?", "Yes. It is."]),
    ],
)
def test_sentences_end_where_they_end(text: str, expected: list[str]) -> None:
    assert split_sentences(text) == expected


@pytest.mark.parametrize(
    ("text", "cites"),
    [
        ("A [m-qrs_ms].", ("m-qrs_ms",)),
        ("A [m-qrs_ms][s-CLBBB].", ("m-qrs_ms", "s-CLBBB")),
        ("A [m-qrs_ms, s-LAFB/LPFB; s-sub:STTC].", ("m-qrs_ms", "s-LAFB/LPFB", "s-sub:STTC")),
        ("A [s-PRC(S)] and B [m-qrs_ms].", ("s-PRC(S)", "m-qrs_ms")),
        ("A [m-qrs_ms] again [m-qrs_ms].", ("m-qrs_ms",)),
        ("A.", ()),
        ("A [].", ()),
    ],
)
def test_ids_come_out_of_their_brackets(text: str, cites: tuple[str, ...]) -> None:
    (found,) = cited_sentences(text)
    assert found.cites == cites
    assert "[" not in found.text


def test_text_without_brackets_keeps_its_spacing() -> None:
    assert cited_sentences("QTc is 412 ms [m-qtc_bazett_ms], normal.") == [
        CitedText("QTc is 412 ms, normal.", ("m-qtc_bazett_ms",))
    ]
