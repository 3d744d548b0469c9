"""Means, intervals and tables of trials made by hand."""

import json

import numpy as np
import pytest

from cardio_agent.classifier.model import Calibration, Model
from cardio_agent.classifier.statements import CODES, SUPERCLASSES
from cardio_agent.datasets.labelled import LabelledSet
from cardio_agent.errors import TrainingError
from cardio_agent.evaluation.faithfulness.summary import summarise
from cardio_agent.evaluation.faithfulness.tables import faithfulness_tables
from cardio_agent.evaluation.faithfulness.trials import RANDOM, VOLTAGE, Figures, Trial
from cardio_agent.explanation.methods import MethodInfo

N = 40
METHODS = {"good": MethodInfo(lambda q: q.signal, "A good one.", {"steps": 3})}
MODEL = Model(lambda x, p: (x, p), {code: Calibration(1.0, 1.0, 0.0, 0.5) for code in CODES}, "v1", "", 8)


@pytest.fixture
def data() -> LabelledSet:
    ids = np.arange(N)
    return LabelledSet(ids, ids, np.full(N, 9), np.zeros((N, 12, 10)), np.zeros((N, len(CODES))))


def _trials(method: str, code: str, gains: list[float], inside: float = float("nan")) -> list[Trial]:
    rest = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, float("nan"), inside, 0.37)
    return [Trial(method, code, row, 2.0, Figures(gain, *rest)) for row, gain in enumerate(gains)]


@pytest.fixture
def trials() -> list[Trial]:
    found = []
    for method, gain in ((RANDOM, 0.0), (VOLTAGE, 1.0), ("good", 2.0)):
        for k, code in enumerate(SUPERCLASSES):
            found += _trials(
                method, code, [gain + k, gain + k + 2] * 4, inside=0.6 if code == "STTC" else np.nan
            )
        found += _trials(method, "CLBBB", [gain], inside=0.9)
    return found


def test_means_over_records_and_superclasses(trials: list[Trial], data: LabelledSet) -> None:
    found = summarise(trials, MODEL, data, METHODS)
    assert [m.method for m in found.methods] == ["good", VOLTAGE, RANDOM]
    good = found.methods[0]
    by_code = {s.code: s for s in good.statements}
    # Gains 2 + k and 4 + k: mean 3 + k; over the superclasses 3 + 2.
    assert [by_code[code].scores.srg.value for code in SUPERCLASSES] == pytest.approx([3, 4, 5, 6, 7])
    assert good.superclasses.srg.value == pytest.approx(5)
    assert good.superclasses.srg.low < 5 < good.superclasses.srg.high
    assert good.superclasses.inside.value == pytest.approx(0.6)
    assert (by_code["MI"].n_records, by_code["CLBBB"].n_records) == (8, 1)
    assert (good.about, good.settings, good.seconds) == ("A good one.", {"steps": 3}, 2.0)
    assert (found.n_records, found.folds) == (8, (9,))


def test_few_records_have_no_interval(trials: list[Trial], data: LabelledSet) -> None:
    good = summarise(trials, MODEL, data, METHODS).methods[0]
    block = next(s for s in good.statements if s.code == "CLBBB")
    assert block.scores.srg.value == 2.0
    assert np.isnan(block.scores.srg.low)


def test_a_figure_that_does_not_exist_is_null_and_a_dash(trials: list[Trial], data: LabelledSet) -> None:
    found = summarise(trials, MODEL, data, METHODS)
    scores = json.loads(found.model_dump_json())["methods"][0]["superclasses"]
    assert scores["other_network"] == [None, None, None]
    assert "| good | 0.600 (0.600–0.600) | – |" in faithfulness_tables(found)


def test_tables_show_time_before_the_shares(trials: list[Trial], data: LabelledSet) -> None:
    text = faithfulness_tables(summarise(trials, MODEL, data, METHODS))
    assert "| method | STTC: ST + T | CLBBB: QRS |" in text
    assert "| time | 37% | 37% |\n| good | 60% | 90% |" in text
    assert "- good: A good one." in text


def test_no_trial_at_all_is_said(data: LabelledSet) -> None:
    with pytest.raises(TrainingError, match="no beat"):
        summarise([], MODEL, data, METHODS)
