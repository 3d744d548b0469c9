"""The risk scores as data: their questions, items and points.

Enters: nothing. Leaves: :data:`SCORES`. Computes points of single items; sums nothing.

CHA2DS2-VA and the Schwartz score's ECG part stand in the guideline corpus (the latter from memory). The
sex category of CHA2DS2-VASc, HEART and TIMI do not: their points are from memory and unchecked.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

Answers: TypeAlias = Mapping[str, float | str]

YES_NO = ("no", "yes")


@dataclass(frozen=True)
class Question:
    """One input: a number within ``limits``, or one of ``answers``."""

    key: str
    text: str
    answers: tuple[str, ...] = YES_NO
    limits: tuple[float, float] = (0, 0)


@dataclass(frozen=True)
class Item:
    """One line of a score: ``points`` gives None while its ``inputs`` do not decide it."""

    key: str
    inputs: tuple[str, ...]
    points: Callable[[Answers], float | None]
    most: float


@dataclass(frozen=True)
class Score:
    """A score. ``sources`` are corpus ids; ``checked`` is False where points rest on memory."""

    name: str
    questions: tuple[Question, ...]
    items: tuple[Item, ...]
    origin: str
    sources: tuple[str, ...] = ()
    checked: bool = True


def _chosen(answers: Answers, key: str, points: Mapping[str, float]) -> float | None:
    """Points of an answer."""
    return points[str(answers[key])] if key in answers else None


def _banded(answers: Answers, key: str, bands: tuple[tuple[float, float], ...]) -> float | None:
    """Points of the highest band that a number reaches; 0 below all."""
    value = answers.get(key)
    return None if value is None else max((p for start, p in bands if float(value) >= start), default=0)


def _yes(key: str, points: float = 1) -> Item:
    return _choice(key, {"no": 0, "yes": points})


def _choice(key: str, points: Mapping[str, float]) -> Item:
    return Item(key, (key,), partial(_chosen, key=key, points=points), max(points.values()))


def _band(item: str, key: str, *bands: tuple[float, float]) -> Item:
    return Item(item, (key,), partial(_banded, key=key, bands=bands), max(p for _, p in bands))


def _schwartz_qtc(answers: Answers) -> float | None:
    """Points of QTc: 480 ms 3, 460 ms 2, 450 ms 1 in men. Source: QT-13."""
    qtc, sex = answers.get("qtc_ms"), answers.get("sex")
    if qtc is None:
        return None
    if 450 <= float(qtc) < 460:
        return None if sex is None else float(sex == "male")
    return _banded(answers, "qtc_ms", ((460, 2), (480, 3)))


def _heart_troponin(answers: Answers) -> float | None:
    """Up to the limit 0, up to three times 1, above 2. Unchecked."""
    value = answers.get("troponin_x_limit")
    return None if value is None else 0 if float(value) <= 1 else 1 if float(value) <= 3 else 2


_AGE = Question("age_years", "age in years", (), (0, 130))
_SEX = Question("sex", "sex", ("female", "male"))
_STROKE_QUESTIONS = (
    Question("heart_failure", "congestive heart failure"),
    Question("hypertension", "hypertension"),
    _AGE,
    Question("diabetes", "diabetes mellitus"),
    Question("stroke", "earlier stroke, TIA or arterial embolism"),
    Question("vascular_disease", "vascular disease"),
)
_STROKE_ITEMS = (
    _yes("heart_failure"),
    _yes("hypertension"),
    _band("age", "age_years", (65, 1), (75, 2)),
    _yes("diabetes"),
    _yes("stroke", 2),
    _yes("vascular_disease"),
)

SCORES: Mapping[str, Score] = {
    "cha2ds2-va": Score(
        "CHA2DS2-VA", _STROKE_QUESTIONS, _STROKE_ITEMS, "ESC AF 2024", ("AF-05", "AF-06", "AF-07")
    ),
    "cha2ds2-vasc": Score(
        "CHA2DS2-VASc",
        (*_STROKE_QUESTIONS, _SEX),
        (*_STROKE_ITEMS, _choice("sex", {"male": 0, "female": 1})),
        "CHA2DS2-VA with the sex category; its point from memory, unchecked",
        ("AF-05", "AF-24", "AF-28"),
        checked=False,
    ),
    "heart": Score(
        "HEART",
        (
            Question("history", "how suspicious the history is", ("slightly", "moderately", "highly")),
            Question("ecg", "the ECG", ("normal", "nonspecific", "st-deviation")),
            _AGE,
            Question("risk_factors", "risk factors; known atherosclerotic disease counts as 3", (), (0, 20)),
            Question("troponin_x_limit", "troponin as a multiple of its upper limit", (), (0, 1e6)),
        ),
        (
            _choice("history", {"slightly": 0, "moderately": 1, "highly": 2}),
            _choice("ecg", {"normal": 0, "nonspecific": 1, "st-deviation": 2}),
            _band("age", "age_years", (45, 1), (65, 2)),
            _band("risk_factors", "risk_factors", (1, 1), (3, 2)),
            Item("troponin", ("troponin_x_limit",), _heart_troponin, 2),
        ),
        "Six et al. 2008, from memory, unchecked",
        checked=False,
    ),
    "timi": Score(
        "TIMI (unstable angina and NSTEMI)",
        (
            _AGE,
            Question("risk_factors", "risk factors of coronary disease, how many", (), (0, 20)),
            Question("known_stenosis", "known coronary stenosis of 50% or more"),
            Question("aspirin", "aspirin in the last 7 days"),
            Question("severe_angina", "two or more episodes of angina in 24 h"),
            Question("st_deviation", "ST deviation of 0.5 mm or more"),
            Question("raised_marker", "raised cardiac marker"),
        ),
        (
            _band("age", "age_years", (65, 1)),
            _band("risk_factors", "risk_factors", (3, 1)),
            *(
                _yes(key)
                for key in ("known_stenosis", "aspirin", "severe_angina", "st_deviation", "raised_marker")
            ),
        ),
        "Antman et al. 2000, from memory, unchecked",
        checked=False,
    ),
    "schwartz-ecg": Score(
        "Schwartz score, ECG part",
        (
            Question("qtc_ms", "QTc in ms", (), (200, 900)),
            _SEX,
            Question("torsades", "torsades de pointes"),
            Question("t_alternans", "T-wave alternans"),
            Question("notched_t", "notched T wave in three leads"),
            Question("low_rate_for_age", "heart rate low for age"),
        ),
        (
            Item("qtc", ("qtc_ms", "sex"), _schwartz_qtc, 3),
            _yes("torsades", 2),
            _yes("t_alternans"),
            _yes("notched_t"),
            _yes("low_rate_for_age", 0.5),
        ),
        "guideline corpus, where it stands from memory, unchecked",
        ("QT-13", "QT-01"),
        checked=False,
    ),
}
