"""The tab of risk scores: its widgets, and what they show while the visitor answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from cardio_agent.errors import CardioAgentError
from cardio_agent.findings.score_tables import SCORES, Question
from cardio_agent.findings.scores import find_score
from cardio_agent.rendering.markup import escaped
from cardio_agent.rendering.scores import score_html
from cardio_agent.visit import Visit, score

NOT_GIVEN = "not given"
_OF_THE_FORM = ("age_years", "sex")


@dataclass(frozen=True)
class Scores:
    """A score, its questions by their keys, its result, and the way into the report."""

    name: gr.Dropdown
    answers: Mapping[str, gr.components.Component]
    result: gr.HTML
    add: gr.Button


def build_scores() -> Scores:
    """The questions of all scores; those of the chosen one are shown."""
    first = next(iter(SCORES))
    names = [(score.name, key) for key, score in SCORES.items()]
    name = gr.Dropdown(names, value=first, label="Score", elem_id="score")
    gr.HTML('<p class="ca-hint">Age and sex are those of the form. Nothing else is taken as given.</p>')
    questions = {q.key: q for score in SCORES.values() for q in score.questions}
    shown = {q.key for q in SCORES[first].questions}
    with gr.Row(elem_id="answers"):
        answers = {
            key: _build_question(question, key in shown)
            for key, question in questions.items()
            if key not in _OF_THE_FORM
        }
    return Scores(
        name, answers, gr.HTML(""), gr.Button("Put into the report", size="md", elem_id="add-score")
    )


def _build_question(question: Question, is_shown: bool) -> gr.components.Component:
    label = f"{question.text[:1].upper()}{question.text[1:]}"
    if not question.answers:
        return gr.Textbox(label=label, placeholder="a number", visible=is_shown, min_width=220)
    choices = [NOT_GIVEN, *question.answers]
    return gr.Radio(choices, value=NOT_GIVEN, label=label, visible=is_shown, min_width=220)


def wire_scores(visit: gr.State, scores: Scores, age: gr.Number, sex: gr.Dropdown) -> None:
    """Show the chosen score's questions, and its result as they are answered."""
    widgets = list(scores.answers.values())
    keys = list(scores.answers)

    def on_answer(name: str, now: Visit, age: float | None, sex: str, *said: str | None) -> str:
        return scored(name, now, age, sex, dict(zip(keys, said, strict=True)))

    def on_score(name: str) -> list[Any]:
        asked = {question.key for question in find_score(name).questions}
        return [gr.update(visible=key in asked) for key in keys]

    inputs: Sequence[gr.components.Component] = [scores.name, visit, age, sex, *widgets]
    hidden: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    changed = scores.name.input(on_score, [scores.name], widgets, **hidden)
    changed.then(on_answer, inputs, scores.result, **hidden)
    events = [widget.input for widget in (age, sex, *widgets)]
    gr.on(events, on_answer, inputs, scores.result, **hidden)


def scored(name: str, now: Visit, age: float | None, sex: str, said: Mapping[str, str | None]) -> str:
    """The score's result, or in one line why there is none."""
    try:
        return score_html(score(name, given(age, sex, said), now.current))
    except CardioAgentError as fault:
        return f'<p class="ca-fault">{escaped(str(fault))}</p>'


def given(age: float | None, sex: str, said: Mapping[str, str | None]) -> dict[str, str]:
    """What the visitor has answered, as text; the rest is not given."""
    known = {key: text.strip() for key, text in said.items() if text and text != NOT_GIVEN}
    if age is not None:
        known["age_years"] = f"{age:g}"
    if sex:
        known["sex"] = sex
    return known
