"""Occlusion, SHAP and LIME on a linear network: what each piece contributes is known exactly."""

from collections.abc import Callable

import numpy as np
import pytest

from cardio_agent.classifier.runners import TorchRunner
from cardio_agent.explanation.coalitions import lime, shap
from cardio_agent.explanation.occlusion import occlude_leads, occlude_segments, occlude_windows
from cardio_agent.explanation.question import Question
from tests.explanation.conftest import STATEMENT, LinearRunner

Ask = Callable[..., Question]


def _per_piece(relevance: np.ndarray, question: Question) -> np.ndarray:
    """(12, 6) sums over each segment of each lead."""
    return np.stack([relevance[:, question.segments == k].sum(1) for k in range(6)], axis=1)


def _contribution(question: Question, linear: LinearRunner) -> np.ndarray:
    return question.signal * linear.weight[:, : question.signal.shape[1]]


def test_removing_a_lead_takes_away_what_it_contributed(ask: Ask, linear: LinearRunner) -> None:
    question = ask(linear, absent=(4,))
    relevance = occlude_leads(question)
    assert relevance.sum(1) == pytest.approx(_contribution(question, linear).sum(1), abs=1e-3)
    assert np.ptp(relevance, axis=1).max() == 0
    assert not relevance[4].any()


def test_a_removed_lead_counts_as_not_recorded(ask: Ask, linear: LinearRunner) -> None:
    occlude_leads(ask(linear))
    assert (~linear.present).sum() == len(linear.present)


def test_where_nothing_is_left_the_leads_are_flat(ask: Ask, linear: LinearRunner) -> None:
    question = ask(linear, absent=(0,))
    question.logits(np.zeros_like(question.signal)[None])
    assert linear.present.tolist() == [question.present.tolist()]


@pytest.mark.parametrize("method", [occlude_segments, shap])
def test_segments_of_leads_get_what_they_contributed(
    method: Callable[[Question], np.ndarray], ask: Ask, linear: LinearRunner
) -> None:
    question = ask(linear, absent=(2, 9))
    expected = _per_piece(_contribution(question, linear), question)
    assert _per_piece(method(question), question) == pytest.approx(expected, abs=2e-3)


def test_lime_finds_the_contributions(ask: Ask, linear: LinearRunner) -> None:
    question = ask(linear, absent=(2, 9))
    expected = _per_piece(_contribution(question, linear), question)
    error = _per_piece(lime(question), question) - expected
    assert np.abs(error).max() < 0.1 * np.abs(expected).max()  # the ridge shrinks by about 1 in 50


def test_windows_of_leads_get_what_they_contributed(ask: Ask, linear: LinearRunner) -> None:
    question = ask(linear, with_beats=False)
    windows = occlude_windows(question).reshape(12, 15, 20).sum(-1)
    expected = _contribution(question, linear).reshape(12, 15, 20).sum(-1)
    assert windows == pytest.approx(expected, abs=1e-3)


def test_the_only_lead_that_the_network_looks_at_is_found(ask: Ask) -> None:
    weight = np.zeros((12, 1000))
    weight[7, 100:150] = 1.0
    question = ask(LinearRunner(weight))
    for method in (occlude_leads, occlude_segments, occlude_windows, shap, lime):
        per_lead = np.abs(method(question)).sum(1)
        assert per_lead.argmax() == 7, method.__name__
        assert per_lead[7] > 0.95 * per_lead.sum(), method.__name__


def test_a_logit_difference_of_the_real_kind_of_network(ask: Ask, small: TorchRunner) -> None:
    question = ask(small)
    by_hand = []
    for lead in range(12):
        signal, present = question.signal.copy(), question.present.copy()
        signal[lead], present[lead] = 0, False
        logits = [
            small(s[None], p[None])[0] for s, p in ((question.signal, question.present), (signal, present))
        ]
        by_hand.append(logits[0][0, STATEMENT] - logits[1][0, STATEMENT])
    assert occlude_leads(question).sum(1) == pytest.approx(by_hand, abs=1e-5)


def test_shapley_values_add_up_whatever_the_network(ask: Ask, small: TorchRunner) -> None:
    question = ask(small, absent=(1, 2, 3, 4, 5, 6))
    whole, none = question.logits(np.stack([question.signal, np.zeros_like(question.signal)]))
    assert shap(question).sum() == pytest.approx(whole - none, abs=1e-4)


@pytest.mark.parametrize("method", [shap, lime])
def test_random_methods_repeat_themselves_and_leave_the_generator_alone(
    method: Callable[[Question], np.ndarray], ask: Ask, linear: LinearRunner
) -> None:
    import torch

    question = ask(linear, absent=tuple(range(3, 12)))
    state = torch.get_rng_state()
    assert (method(question) == method(question)).all()
    assert (torch.get_rng_state() == state).all()


@pytest.mark.parametrize("method", [occlude_segments, shap, lime])
def test_without_beats_leads_are_the_pieces(
    method: Callable[[Question], np.ndarray], ask: Ask, linear: LinearRunner
) -> None:
    question = ask(linear, with_beats=False, absent=(5, 6))
    relevance = method(question)
    assert np.ptp(relevance, axis=1).max() == 0
    expected = _contribution(question, linear).sum(1)
    assert relevance.sum(1) == pytest.approx(expected, abs=0.1 * np.abs(expected).max())
