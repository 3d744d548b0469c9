"""Questions and what they ask for; the expected answers are a reader's, written by hand."""

import pytest

from cardio_agent.chat.intents import Intent
from cardio_agent.chat.understanding import Query, understand
from cardio_agent.chat.vocabulary import DIAGNOSES, LEAD_MEASURES, MEASURES, mentioned
from cardio_agent.classifier.statements import CODES
from cardio_agent.leads import TERRITORIES
from cardio_agent.writing.phrases import MEASUREMENT_NAMES

QUESTIONS = [
    ("What is the heart rate?", Intent.MEASUREMENT, {"heart_rate_bpm"}),
    ("How fast is the heart beating?", Intent.MEASUREMENT, {"heart_rate_bpm"}),
    ("pr interval?", Intent.MEASUREMENT, {"pr_ms"}),
    ("How wide is the QRS", Intent.MEASUREMENT, {"qrs_ms"}),
    ("What's the QTc?", Intent.MEASUREMENT, {"qtc_bazett_ms", "qtc_fridericia_ms"}),
    ("QT corrected after Fridericia, please", Intent.MEASUREMENT, {"qtc_fridericia_ms"}),
    ("What is the QRS axis?", Intent.MEASUREMENT, {"qrs_axis_deg"}),
    ("What are the heart rate and the PR?", Intent.MEASUREMENT, {"heart_rate_bpm", "pr_ms"}),
    ("ST level in V2?", Intent.MEASUREMENT, {"st_j_mv"}),
    ("Is the PR interval normal?", Intent.MEASUREMENT, {"pr_ms"}),
    ("Are there P waves?", Intent.MEASUREMENT, {"p_ms"}),
    ("Is there atrial fibrillation?", Intent.DIAGNOSIS, {"AFIB"}),
    ("any afib", Intent.DIAGNOSIS, {"AFIB"}),
    ("Does he have an LBBB?", Intent.DIAGNOSIS, {"CLBBB"}),
    ("Any sign of infarction?", Intent.DIAGNOSIS, {"MI"}),
    ("Is this an inferior infarction?", Intent.DIAGNOSIS, {"IMI"}),
    ("Is there ST elevation in the inferior leads?", Intent.DIAGNOSIS, {"STE", "st_j_mv"}),
    ("Is there Brugada?", Intent.UNASSESSED, set()),
    ("Why do you say left bundle branch block?", Intent.WHY, {"CLBBB"}),
    ("Which leads show the infarct?", Intent.WHERE, {"MI"}),
    ("Where did the classifier look?", Intent.ATTENTION, set()),
    ("How likely is atrial fibrillation?", Intent.PROBABILITY, {"AFIB"}),
    ("How good is the signal quality?", Intent.QUALITY, set()),
    ("Is the recording noisy?", Intent.NOISE, set()),
    ("What is abnormal?", Intent.ABNORMAL, set()),
    ("Is there anything wrong?", Intent.ABNORMAL, set()),
    ("Is this ECG normal?", Intent.NORMAL, set()),
    ("Is the rhythm regular?", Intent.REGULARITY, set()),
    ("Summarise the ECG.", Intent.SUMMARY, set()),
    ("Explain this ECG", Intent.SUMMARY, set()),
    ("What do guidelines say about LBBB?", Intent.GUIDELINE, {"CLBBB"}),
    ("Sgarbossa criteria for MI in left bundle branch block", Intent.GUIDELINE, {"CLBBB", "MI"}),
    ("What does LVH mean?", Intent.MEANING, {"LVH"}),
    ("What is meant by delta wave?", Intent.MEANING, {"WPW"}),
    ("How old is the patient?", Intent.PATIENT, set()),
    ("What was the sampling rate?", Intent.RECORDING, set()),
    ("Has it changed since the last ECG?", Intent.COMPARISON, set()),
    ("Tell me about V3", Intent.LEADS, set()),
    ("What can I ask you?", Intent.CAPABILITIES, set()),
    ("Should I take aspirin?", Intent.TREATMENT, set()),
    ("What dose of amiodarone for this AF?", Intent.TREATMENT, {"AFIB"}),
    ("Should the patient be anticoagulated?", Intent.TREATMENT, set()),
    ("I have crushing chest pain", Intent.EMERGENCY, set()),
    ("My father has collapsed, what now", Intent.EMERGENCY, set()),
    ("Am I having a heart attack?", Intent.EMERGENCY, {"MI"}),
    ("Which leads are missing?", Intent.NOISE, set()),
    ("What does the classifier think?", Intent.PROBABILITY, set()),
    ("Explain it in simple words", Intent.PATIENT_WORDS, set()),
    ("Thank you!", Intent.CAPABILITIES, set()),
    ("Who won the world cup?", Intent.UNKNOWN, set()),
    ("", Intent.UNKNOWN, set()),
]


@pytest.mark.parametrize(("question", "intent", "names"), QUESTIONS)
def test_what_a_question_asks_for(question: str, intent: Intent, names: set[str]) -> None:
    query = understand(question)
    assert query.intent is intent
    assert names <= {*query.measures, *query.codes}
    if not names:
        assert not query.measures
        assert not query.codes


@pytest.mark.parametrize(
    ("question", "leads"),
    [
        ("ST in V2 and v3?", ("V2", "V3")),
        ("T waves from V1 to V4", ("V1", "V2", "V3", "V4")),
        ("avl please", ("aVL",)),
        ("lead I and aVL", ("I", "aVL")),
        ("I, II and III", ("I", "II", "III")),
        ("Should I worry about lead II?", ("II",)),
        ("Am I right that it is in I?", ("I",)),
        ("A class II recommendation?", ()),
        ("the inferior leads", TERRITORIES["inferior"]),
        ("in the limb leads", ("I", "II", "III", "aVR", "aVL", "aVF")),
        ("lead 3", ("III",)),
    ],
)
def test_leads_and_territories(question: str, leads: tuple[str, ...]) -> None:
    assert mentioned(question).leads == leads


def test_the_tables_name_only_what_exists() -> None:
    assert {name for _, names in MEASURES for name in names} <= set(MEASUREMENT_NAMES)
    assert set(MEASUREMENT_NAMES) >= LEAD_MEASURES
    assert {code for _, codes in DIAGNOSES for code in codes} <= set(CODES)


ST_IN_V2 = Query("ST in V2?", Intent.MEASUREMENT, measures=("st_j_mv",), leads=("V2",))
LBBB = Query("Is there LBBB?", Intent.DIAGNOSIS, codes=("CLBBB", "ILBBB"))


def test_and_in_v3_asks_the_same_of_another_lead() -> None:
    query = understand("and in V3?", ST_IN_V2)
    assert (query.intent, query.measures, query.leads) == (Intent.MEASUREMENT, ("st_j_mv",), ("V3",))


def test_and_the_t_wave_asks_another_thing_of_the_same_lead() -> None:
    query = understand("And the T wave?", ST_IN_V2)
    assert (query.measures, query.leads) == (("t_mv",), ("V2",))
    assert understand("What are the T waves like?", ST_IN_V2).leads == ()


@pytest.mark.parametrize(("question", "intent"), [("Why?", Intent.WHY), ("How sure?", Intent.PROBABILITY)])
def test_why_and_how_sure_lean_on_the_turn_before(question: str, intent: Intent) -> None:
    query = understand(question, LBBB, ("f-clbbb",))
    assert (query.intent, query.codes, query.topic) == (intent, LBBB.codes, ("f-clbbb",))


def test_a_question_that_names_its_own_topic_leans_on_nothing() -> None:
    query = understand("Why atrial fibrillation?", LBBB, ("f-clbbb",))
    assert (query.codes, query.topic) == (("AFIB",), ())
