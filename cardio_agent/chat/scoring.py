"""A risk score in conversation: what is still to be told, then the points.

Enters: a :class:`Query` with a score and the inputs given so far, and the report. Leaves: draft sentences.
Nothing is inferred from the tracing but what the score asks of it by measurement; age and sex are taken from
the recording and said to be. Interprets no score: the passage that does is quoted.
"""

from collections.abc import Iterator, Mapping

from cardio_agent.chat.passages import quoted_evidence, with_passages
from cardio_agent.chat.reply import Reply, fixed_reply
from cardio_agent.chat.sentences import fixed_draft, measurement_drafts, person_draft
from cardio_agent.chat.understanding import Query
from cardio_agent.errors import BadRequest
from cardio_agent.findings.score_tables import SCORES
from cardio_agent.findings.scores import ScoreInputs, compute_score, find_score
from cardio_agent.schema import DraftSentence, Facts, ScoreResult
from cardio_agent.writing.phrases import listed

# The input that an ECG can give, of which score, and the measurement that gives it.
_MEASURED: Mapping[str, tuple[str, str]] = {"schwartz-ecg": ("qtc_ms", "m-qtc_bazett_ms")}
_WHICH = "Which score do you mean? I know {names}."
_UNCHECKED = "Its points stand here from memory, unchecked against the publication."
_NO_ADVICE = "A score does not decide on treatment; that needs a clinician who knows the person."


def score_reply(query: Query, facts: Facts) -> Reply:
    """The points of a score, or what it still needs to know."""
    if not query.score:
        names = listed([score.name for score in SCORES.values()])
        return fixed_reply([_WHICH.format(names=names)], facts)
    known = {**_from_recording(query.score, facts), **query.given}
    try:
        inputs = ScoreInputs.of(query.score, known)
    except BadRequest as refusal:
        return fixed_reply([f"{str(refusal)[:1].upper()}{str(refusal)[1:]}."], facts)
    result = compute_score(inputs)
    drafts = tuple(_drafts(query, result, facts))
    is_done = result.total is not None
    return with_passages(drafts, quoted_evidence(result.sources[:2]) if is_done else (), facts)


def _from_recording(score: str, facts: Facts) -> dict[str, str]:
    """Inputs that the recording itself gives."""
    keys = {question.key for question in find_score(score).questions}
    patient = facts.recording.patient
    values = {
        "age_years": None if patient.age_years is None else f"{patient.age_years:g}",
        "sex": patient.sex,
    }
    key, id = _MEASURED.get(score, ("", ""))
    measured = next((m.value for m in facts.measurements if m.id == id), None)
    values |= {key: None if measured is None else f"{measured:g}"} if key else {}
    return {key: value for key, value in values.items() if key in keys and value is not None}


def _drafts(query: Query, result: ScoreResult, facts: Facts) -> Iterator[DraftSentence]:
    yield fixed_draft(_points_sentence(result))
    if query.given:
        told = [f"{_question(query.score, key)}: {value}" for key, value in query.given.items()]
        yield fixed_draft(f"You told me: {'; '.join(told)}.")
    if result.missing:
        asked = [_wanted(query.score, key) for key in result.missing]
        yield fixed_draft(f"I still need: {'; '.join(asked)}.")
    taken = set(_from_recording(query.score, facts)) - set(query.given)
    if taken & {"age_years", "sex"}:
        yield from filter(None, [person_draft(facts)])
    if _MEASURED.get(query.score, ("",))[0] in taken:
        yield from measurement_drafts(facts, [_MEASURED[query.score][1]])
    if result.total is not None:
        yield from (fixed_draft(text) for text in ([] if result.checked else [_UNCHECKED]))
        yield fixed_draft(_NO_ADVICE)


def _points_sentence(result: ScoreResult) -> str:
    if result.total is None:
        return f"{result.name} cannot be computed yet; with what is known it is {_range(result)} points."
    points = [f"{key.replace('_', ' ')} {value:g}" for key, value in result.points.items() if value]
    unit = "point" if result.total == 1 else "points"
    return f"{result.name}: {result.total:g} {unit}{f' ({listed(points)})' if points else ''}."


def _range(result: ScoreResult) -> str:
    return f"{result.at_least:g} to {result.at_most:g}"


def _question(score: str, key: str) -> str:
    return next(question.text for question in find_score(score).questions if question.key == key)


def _wanted(score: str, key: str) -> str:
    """A question with its answers, unless these are yes and no."""
    question = next(q for q in find_score(score).questions if q.key == key)
    choices = "" if not question.answers or "yes" in question.answers else f" ({', '.join(question.answers)})"
    return question.text + choices
