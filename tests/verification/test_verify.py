"""Verification as a whole: everything the plain writer says passes, nothing makes it fall over."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cardio_agent.leads import LEADS
from cardio_agent.schema import DraftSentence, Facts, Finding, FindingKind
from cardio_agent.verification import check, verify
from cardio_agent.writing.plain import PlainWriter, plain_sentence
from tests.facts import ALL_FACTS, Trace, facts_lbbb, facts_normal, measurements, recording, statements

NORMAL = facts_normal()
KIND_OF_TEXT: dict[str, FindingKind] = {
    "complete left bundle branch block": "conduction",
    "non-specific intraventricular conduction delay": "conduction",
    "sinus rhythm": "rhythm",
    "atrial fibrillation": "rhythm",
    "paced rhythm": "pacing",
    "left axis deviation": "axis",
    "prolonged QTc interval": "intervals",
    "left ventricular hypertrophy": "chambers",
    "hypertrophy of unspecified type": "chambers",
    "Sokolow-Lyon voltage criterion for left ventricular hypertrophy": "chambers",
    "T-wave inversion in V5 and V6": "ischaemia",
    "ST elevation at or above the ischaemic cut-point in V1–V4": "ischaemia",
    "pathological Q waves in II, III and aVF": "ischaemia",
    "myocardial infarction pattern without a clear territory": "ischaemia",
    "ST depression in V5 and V6, with a QRS abnormality that can cause it": "repolarisation",
    "digitalis effect": "repolarisation",
    "premature ventricular complexes": "ectopy",
    "the classifier suggests atrial flutter, which the measurements do not support": "contradiction",
    "sinus rhythm, not found in the prior ECG": "comparison",
    "wider QRS complex than in the prior ECG": "comparison",
    "otherwise normal ECG": "normal",
}


def _optional(low: float, high: float) -> st.SearchStrategy[float | None]:
    return st.none() | st.floats(low, high)


traces = st.builds(
    Trace,
    heart_rate=st.floats(25, 220),
    pr=_optional(80, 400),
    p=_optional(60, 180),
    qrs=st.floats(60, 220),
    qt=st.floats(250, 650),
    axis=st.floats(-180, 180),
    p_axis=_optional(-90, 90),
    st_j=st.dictionaries(st.sampled_from(LEADS), st.floats(-0.4, 0.6)),
    t=st.dictionaries(st.sampled_from(LEADS), st.floats(-0.8, 1.2)),
)


@st.composite
def findings(draw: st.DrawFn) -> tuple[Finding, ...]:
    texts = draw(st.lists(st.sampled_from(sorted(KIND_OF_TEXT)), max_size=4, unique=True))
    return tuple(
        Finding(
            id=f"f-{k}",
            kind=KIND_OF_TEXT[text],
            text=text,
            certainty=draw(st.sampled_from(("definite", "probable", "possible"))),
            basis=("m-qrs_ms", "m-st_j_mv-V2"),
            leads=tuple(draw(st.lists(st.sampled_from(LEADS), max_size=4, unique=True))),
        )
        for k, text in enumerate(texts)
    )


@st.composite
def any_facts(draw: st.DrawFn) -> Facts:
    """Facts of any trace, with findings and statements that need not fit each other."""
    present = draw(st.dictionaries(st.sampled_from([s.code for s in NORMAL.statements]), st.floats(0.4, 1)))
    base = draw(st.sampled_from(sorted(ALL_FACTS)))
    return ALL_FACTS[base]().model_copy(
        update={
            "recording": recording(
                draw(_optional(0, 110)), draw(st.sampled_from((None, "male", "female"))), "x"
            ),
            "measurements": measurements(draw(traces)),
            "statements": statements(present),
            "findings": draw(findings()),
        }
    )


@pytest.mark.parametrize("name", sorted(ALL_FACTS))
def test_the_plain_report_is_supported(name: str) -> None:
    facts = ALL_FACTS[name]()
    for draft in PlainWriter().write(facts):
        verdict = check(draft, facts)
        assert verdict.verdict == "supported", (draft.text, verdict.reason)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(any_facts())
def test_whatever_the_plain_writer_says_is_supported(facts: Facts) -> None:
    for draft in PlainWriter().write(facts):
        verdict = check(draft, facts)
        assert verdict.verdict == "supported", (draft.text, verdict.reason)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(any_facts(), st.data())
def test_the_plain_sentence_for_any_records_is_supported(facts: Facts, data: st.DataObject) -> None:
    id = data.draw(st.sampled_from(sorted(facts.records())))
    draft = plain_sentence(facts, (id,))
    assert draft is not None
    verdict = check(draft, facts)
    assert verdict.verdict == "supported", (draft.text, verdict.reason)


PIECES = (
    "no",
    "not",
    "LBBB",
    "QTc",
    "411",
    "ms",
    "is",
    ",",
    "and",
    "(",
    ")",
    "–",
    "V1",
    "[m-qrs_ms]",
    ".",
    "class",
    "of",
)


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=80) | st.lists(st.sampled_from(PIECES), max_size=14).map(" ".join))
def test_no_text_makes_it_fall_over(text: str) -> None:
    for verdict in verify(text, NORMAL):
        assert verdict.reason


def test_one_verdict_a_sentence() -> None:
    text = "QTc is 411 ms [m-qtc_bazett_ms]. There is no LBBB [s-CLBBB][m-qrs_ms]. AF is present [s-AFIB]."
    assert [v.verdict for v in verify(text, NORMAL)] == ["supported", "supported", "contradicted"]
    assert verify("", NORMAL) == []


def test_citations_carry_the_sentence() -> None:
    draft = DraftSentence(section="conduction", text="QRS is 152 ms.", cites=("f-clbbb",), writer="x")
    assert check(draft, facts_lbbb()).verdict == "supported"  # a finding brings what it rests on
    bare = draft.model_copy(update={"cites": ("f-left_axis_deviation",)})
    assert check(bare, facts_lbbb()).verdict == "unsupported"


@pytest.mark.parametrize(
    ("is_uncertain", "said", "denied"),
    [
        (True, "supported", "contradicted"),
        (False, "contradicted", "supported"),
        (None, "unsupported", "unsupported"),
    ],
)
def test_too_close_to_call_is_what_the_conformal_set_says(
    is_uncertain: bool | None, said: str, denied: str
) -> None:
    doubtful = tuple(
        s.model_copy(update={"is_uncertain": is_uncertain}) if s.code == "HYP" else s
        for s in NORMAL.statements
    )
    facts = NORMAL.model_copy(update={"statements": doubtful})
    claim = "The classifier gives hypertrophy a probability of 3%, {} [s-HYP]."
    assert verify(claim.format("too close to call"), facts)[0].verdict == said
    assert verify(claim.format("not too close to call"), facts)[0].verdict == denied
    plain = [s for s in PlainWriter().write(facts) if "too close to call" in s.text]
    assert [s.cites for s in plain] == ([("s-HYP",)] if is_uncertain else [])
    assert all(check(s, facts).verdict == "supported" for s in plain)
