"""Risk scores from what the user says, and only from that.

Enters: the name of a score and its inputs, each given by the caller. Leaves: the points of each item and
the total, or the range it lies in with the inputs that are missing. Infers nothing: what is not given is
missing, not "no". The tables of points are in :mod:`cardio_agent.findings.score_tables`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from cardio_agent.errors import BadRequest
from cardio_agent.findings.score_tables import SCORES, Answers, Item, Question, Score
from cardio_agent.schema import ScoreResult


@dataclass(frozen=True)
class ScoreInputs:
    """The inputs of one score that were given: numbers, or one of the answers of the question.

    ``origins`` says of an input that was measured where it comes from; the others were told.
    """

    score: str
    answers: Answers
    origins: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(
        cls, score: str, given: Mapping[str, str], origins: Mapping[str, str] | None = None
    ) -> "ScoreInputs":
        """Inputs from text, each held against its question.

        Parameters
        ----------
        score : str
        given : mapping of input to its value as text
        origins : mapping of input to where it was measured, optional

        Raises
        ------
        BadRequest
            The score or an input does not exist, or a value is none that its question allows.
        """
        questions = {q.key: q for q in find_score(score).questions}
        for key in given:
            if key not in questions:
                raise BadRequest(f"{score} has no input '{key}': give any of {', '.join(questions)}")
        return cls(score, {key: _read(questions[key], text) for key, text in given.items()}, origins or {})


def find_score(name: str) -> Score:
    """The score of that name.

    Raises
    ------
    BadRequest
        There is none.
    """
    if name not in SCORES:
        raise BadRequest(f"there is no score '{name}': choose one of {', '.join(SCORES)}")
    return SCORES[name]


def compute_score(inputs: ScoreInputs) -> ScoreResult:
    """The points of a score.

    Parameters
    ----------
    inputs : ScoreInputs

    Returns
    -------
    ScoreResult
        With a total only when every item is decided.

    Raises
    ------
    BadRequest
        The score does not exist.

    Source: with each score of the tables; where ``checked`` is False its points are from memory.
    """
    score = find_score(inputs.score)
    decided = {item.key: item.points(inputs.answers) for item in score.items}
    points = {key: value for key, value in decided.items() if value is not None}
    open_items = [item for item in score.items if decided[item.key] is None]
    at_least = sum(points.values())
    return ScoreResult(
        score=inputs.score,
        name=score.name,
        total=None if open_items else at_least,
        at_least=at_least,
        at_most=at_least + sum(item.most for item in open_items),
        points=points,
        inputs=dict(inputs.answers),
        origins=dict(inputs.origins),
        missing=_missing(open_items, inputs.answers),
        sources=score.sources,
        checked=score.checked,
        origin=score.origin,
    )


def _missing(items: list[Item], answers: Answers) -> tuple[str, ...]:
    return tuple(dict.fromkeys(key for item in items for key in item.inputs if key not in answers))


def _read(question: Question, text: str) -> float | str:
    if question.answers:
        if text not in question.answers:
            raise BadRequest(f"{question.key} cannot be '{text}': give {' or '.join(question.answers)}")
        return text
    low, high = question.limits
    try:
        value = float(text)
    except ValueError as exc:
        raise BadRequest(f"{question.key} cannot be '{text}': give a number") from exc
    if not low <= value <= high:
        raise BadRequest(f"{question.key} cannot be {text}: give a number from {low:g} to {high:g}")
    return value
