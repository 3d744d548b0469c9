"""How well the chat answers: a file of questions asked of twenty real ECGs.

Enters: questions with their kinds and PTB-XL as published. Leaves: the share answered right, by set and
kind, with the questions that were not. An answer is right when every sentence of it has passed its check
and it cites and says what :mod:`cardio_agent.evaluation.chat_expected` works out. Tunes nothing.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from cardio_agent.chat import Chat
from cardio_agent.datasets.labelled import read_table
from cardio_agent.datasets.ptbxl import DATABASE
from cardio_agent.evaluation.chat_expected import ChatQuestion, Expected, expect, main_finding
from cardio_agent.pipeline import analyze, write_report
from cardio_agent.reading import read_ecg
from cardio_agent.schema import Answer, Ecg, Patient, Report, Sex

# Record and, where there is one, an earlier record of the same person: a mix of rhythms and patterns.
RECORDS: tuple[tuple[int, int | None], ...] = (
    (1, None), (2, None), (8, None), (17, None), (18, 17), (26, 23), (30, None), (32, None), (39, 34),
    (41, None), (45, None), (50, None), (56, 55), (77, None), (102, None), (103, None), (138, 137),
    (144, 143), (152, None), (170, None),
)  # fmt: skip
_SEXES: Mapping[str, Sex] = {"0": "male", "1": "female"}
_N_SHOWN = 3  # wrong answers that are shown of each kind
_LONGEST_AGE = 120  # PTB-XL writes 300 for people over 89


@dataclass(frozen=True)
class Asked:
    """One question asked of one ECG; ``faults`` says what is wrong with the answer, empty: nothing."""

    record: int
    question: ChatQuestion
    text: str
    faults: tuple[str, ...]


def read_reports(folder: Path) -> Iterator[tuple[int, Report]]:
    """Reports of :data:`RECORDS`, with age and sex from the table, by the plain writer.

    Raises
    ------
    TrainingError, UnreadableFile
        When the table or a record is absent.
    """
    columns = ("ecg_id", "age", "sex", "filename_hr")
    rows = {int(row["ecg_id"]): row for row in read_table(folder / DATABASE, columns)}
    for record, earlier in RECORDS:
        prior = None if earlier is None else _read(folder, rows[earlier])
        yield record, write_report(analyze(_read(folder, rows[record]), prior=prior), writer="plain")


def _read(folder: Path, row: Mapping[str, str]) -> Ecg:
    return replace(read_ecg(folder / f"{row['filename_hr']}.hea"), patient=patient_of(row))


def patient_of(row: Mapping[str, str]) -> Patient:
    """Age and sex of a row of PTB-XL's table."""
    age = float(row["age"]) if row["age"] else None
    return Patient(
        age_years=age if age is not None and age <= _LONGEST_AGE else None,
        sex=_SEXES.get(row["sex"].removesuffix(".0")),
    )


def ask_all(
    questions: Iterable[ChatQuestion], reports: Iterable[tuple[int, Report]], *, writer: str = "plain"
) -> Iterator[Asked]:
    """Every question of every ECG, each in a chat of its own."""
    held = [(record, report, main_finding(report)) for record, report in reports]
    for question in questions:  # what a question asks for is then worked out once
        for record, report, main in held:
            name = main.text if main else "this finding"
            chat = Chat(report, writer=writer)
            if question.before:
                chat.ask(question.before)
            answer = chat.ask(question.question.replace("{finding}", name))
            yield Asked(record, question, answer.text, faults(answer, expect(question, report)))


def faults(answer: Answer, expected: Expected) -> tuple[str, ...]:
    """What is wrong with an answer, in words; empty when it is right."""
    cited = {cite for sentence in answer.sentences for cite in sentence.cites}
    text = answer.text.casefold()
    measured = {cite.split("-")[1] for cite in cited if cite.startswith("m-")}
    found = [
        *(f"unverified: {s.text}" for s in answer.sentences if s.verdict != "supported"),
        *(f"does not cite {id}" for id in sorted(expected.all_of - cited)),
        *(
            [f"cites none of {', '.join(sorted(expected.any_of))}"]
            if expected.any_of.isdisjoint(cited)
            else []
        ),
        *(f"cites {name}" for name in sorted(measured - expected.measured) if expected.measured),
        *(f"does not say “{words}”" for words in expected.says if words.casefold() not in text),
        *(f"says “{words}”" for words in expected.never if words.casefold() in text),
        *([f"cites {', '.join(sorted(cited))}"] if expected.is_fixed and cited else []),
    ]
    if not expected.any_of:
        found = [fault for fault in found if not fault.startswith("cites none of")]
    if expected.says_one_of and not any(words.casefold() in text for words in expected.says_one_of):
        found.append(f"says none of {', '.join(expected.says_one_of)}")
    return tuple(found)


def score_chat(questions: Iterable[ChatQuestion], folder: Path) -> str:
    """Every question of every ECG of a PTB-XL folder, as the table of :func:`answers_table`."""
    return answers_table(list(ask_all(questions, read_reports(folder))))


def answers_table(asked: Sequence[Asked]) -> str:
    """Shares answered right by set, then by kind as Markdown, then some of the wrong answers."""
    by_set = _grouped(asked, lambda a: a.question.set)
    lines = [f"{name}: {_share(group)} answered right" for name, group in by_set.items()]
    lines += ["", "| kind | answered right |", "|---|---|"]
    lines += [
        f"| {kind} | {_share(group)} |" for kind, group in _grouped(asked, lambda a: a.question.kind).items()
    ]
    wrong = _grouped([a for a in asked if a.faults], lambda a: a.question.kind)
    lines += ["", "Wrong:"] if wrong else []
    for kind, group in wrong.items():
        lines += [
            f"- {kind}, record {a.record}: “{a.question.question}” {a.faults[0]}" for a in group[:_N_SHOWN]
        ]
    return "\n".join(lines)


def _grouped(asked: Iterable[Asked], key: Callable[[Asked], str]) -> dict[str, list[Asked]]:
    groups: dict[str, list[Asked]] = defaultdict(list)
    for one in asked:
        groups[key(one)].append(one)
    return dict(groups)


def _share(asked: Sequence[Asked]) -> str:
    n_right = sum(not one.faults for one in asked)
    return f"{100 * n_right / len(asked):.1f} % ({n_right} of {len(asked)})" if asked else "–"
