"""The table of sentences: true ones in varied clinical wording pass, false ones of every kind are caught."""

import pytest

from cardio_agent.verification import verify
from tests.verification.table import FACTS, TABLE, verdict_of

TRUE = [row for row in TABLE if row["expect"] == "supported"]
FALSE = [row for row in TABLE if row["expect"] == "caught"]


def test_table_is_large_enough() -> None:
    assert len(TRUE) >= 75
    assert len(FALSE) >= 75
    assert {row["facts"] for row in TABLE} == set(FACTS)


@pytest.mark.parametrize("row", FALSE, ids=lambda row: row["text"][:60])
def test_every_false_sentence_is_caught(row: dict[str, str]) -> None:
    verdict, reason = verdict_of(row)
    assert verdict in ("contradicted", "unsupported")
    assert reason.strip()


def test_true_sentences_are_supported() -> None:
    failed = [(row["text"], verdict_of(row)) for row in TRUE if verdict_of(row)[0] != "supported"]
    assert len(failed) <= 0.05 * len(TRUE), failed


@pytest.mark.parametrize(
    ("facts", "text", "reason"),
    [
        ("normal", "QTc is 510 ms [m-qtc_bazett_ms].", "QTc (Bazett) 411 ms, not 510 ms [m-qtc_bazett_ms]."),
        ("normal", "QRS is 92 ms [m-qrs].", "[m-qrs] does not exist in this report."),
        ("normal", "The QTc is 411 ms.", "The sentence states a fact and cites no record."),
        (
            "lbbb",
            "There is left atrial abnormality [f-lao_lae].",
            "“left atrial abnormality” is possible, and the sentence makes it definite [f-lao_lae].",
        ),
        ("af", "The PR interval is 160 ms [m-pr_ms].", "no P waves were found"),
        ("lbbb", "CRT may be considered (Class I) [HF-06].", "[HF-06] has class IIb, not Class I."),
    ],
)
def test_reasons_say_what_is_wrong(facts: str, text: str, reason: str) -> None:
    assert reason in verify(text, FACTS[facts])[0].reason
