"""The regression of the chat learns what can be learned; the file that travels is of these examples."""

import numpy as np

from cardio_agent.chat.examples import examples
from cardio_agent.chat.kinds import KINDS_FILE, regression
from cardio_agent.resources import resource_dir
from cardio_agent.training.chat_kinds import examples_sha256, fit


def test_three_kinds_on_three_axes_are_told_apart() -> None:
    rng = np.random.default_rng(0)
    labels = rng.integers(3, size=300)
    features = 3 * np.eye(3)[labels] + rng.normal(0, 0.3, (300, 3))
    weights = fit(features, labels)
    assert weights.shape == (4, 3)
    assert ((features @ weights[:-1] + weights[-1]).argmax(axis=1) == labels).all()


def test_what_tells_nothing_gets_the_shares_of_the_kinds() -> None:
    labels = np.array([0] * 75 + [1] * 25)
    intercepts = fit(np.zeros((100, 1)), labels)[-1]
    shares = np.exp(intercepts) / np.exp(intercepts).sum()
    assert np.allclose(shares, [0.75, 0.25], atol=0.01)


def test_the_file_of_this_version_is_fitted_to_these_examples() -> None:
    """If this fails: cardio-agent train vectors"""
    with np.load(resource_dir("models") / "retrieval" / KINDS_FILE, allow_pickle=False) as file:
        assert str(file["examples_sha256"]) == examples_sha256(examples())
    assert set(regression().kinds) == {example.kind for example in examples()}
