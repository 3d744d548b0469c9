"""Text made to trip the checks, endless, invisible or foreign, neither hangs nor passes by a trick."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cardio_agent.verification import verify
from tests.facts import facts_lbbb

FACTS = facts_lbbb()
MOST_SECONDS = 1.0  # of processor time, for one sentence

PIECES = (
    "a", "1", "[", "]", "(", ")", "no ", "LBBB, ", "V1, ", "V1-", "12 ", ".", "“", "?", "possible LBBB ",
    "one hundred and ", "one point ", "e\u0301", "in LBBB ST elevation of 1 mm ", "The QRS is 152 ms and ",
)  # fmt: skip


@pytest.mark.parametrize("piece", PIECES)
@pytest.mark.parametrize("length", [1_990, 100_000])
def test_no_long_sentence_hangs(piece: str, length: int) -> None:
    text = (piece * (length // len(piece) + 1))[:length] + " [f-clbbb, m-qrs_ms]"
    start = time.process_time()
    verdicts = verify(text, FACTS)
    assert time.process_time() - start < MOST_SECONDS
    assert all(verdict.reason for verdict in verdicts)


@pytest.mark.parametrize(
    "text",
    [
        "There is n\u200bo LBBB [f-clbbb].",
        "\u202eBBBL on si erehT [f-clbbb].",
        "LBBB \u0430bsent [f-clbbb].",  # a Cyrillic letter
        "LBBB [not] present [f-clbbb].",
        "LBBB (not) present [f-clbbb].",
        "QRS \u2260 152 ms [m-qrs_ms].",
        "\u00ac LBBB [f-clbbb].",
        "LBBB \u274c [f-clbbb].",
        "QRS 1\u0336152 ms [m-qrs_ms].",
        "QRS 152\u200b0 ms [m-qrs_ms].",
        "QRS 152 \u00b1 50 ms [m-qrs_ms].",
        "QRS 152\u00d72 ms [m-qrs_ms].",
        "QRS 1,152 ms [m-qrs_ms].",
        "QRS 152 ms\x00 [m-qrs_ms].",
        "QRS is one hundred and fifty milliseconds [m-qrs_ms].",
    ],
)
def test_no_trick_passes(text: str) -> None:
    assert all(verdict.verdict != "supported" for verdict in verify(text, FACTS))


@pytest.mark.parametrize("text", ["QRS 152\u00a0ms [m-qrs_ms].", "QRS \uff11\uff15\uff12 ms [m-qrs_ms]."])
def test_other_spaces_and_digits_are_read(text: str) -> None:
    assert verify(text, FACTS)[0].verdict == "supported"


@settings(max_examples=100, deadline=None)
@given(st.text(st.characters(categories=("Cf", "Mn", "Cc")), min_size=1, max_size=3), st.integers(0, 20))
def test_what_does_not_show_never_passes(hidden: str, at: int) -> None:
    sentence = "Left bundle branch block is present"
    text = f"{sentence[:at]}{hidden}{sentence[at:]} [f-clbbb]."
    verdicts = verify(text, FACTS)
    if len(verdicts) == 1:  # some controls end a line, and with it the sentence
        assert verdicts[0].text == f"{sentence}." or verdicts[0].verdict != "supported"


@pytest.mark.parametrize(
    "text",
    [
        "The ECG is of 10 s and the words of 500 Hz [r-recording].",
        "The reading of the values is a lead [m-qrs_ms].",
        "These are the leads of the beat [f-clbbb].",
        "The classifier has a title [s-CLBBB].",
    ],
)
def test_what_says_nothing_is_not_supported(text: str) -> None:
    assert verify(text, FACTS)[0].verdict == "unsupported"
