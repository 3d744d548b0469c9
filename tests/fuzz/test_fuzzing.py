"""Changed samples of everything that is read end in one line of the program's own errors, or are taken.

A short run of what ``python -m tests.fuzz.run`` does for hours; what that found is kept in ``regressions``.
"""

import warnings
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.mutations import mutate
from tests.fuzz.targets import TAKEN, TARGETS, attempt

REGRESSIONS = sorted(path for path in (Path(__file__).parent / "regressions").glob("*/*"))
EXAMPLES = 25
FEW = {"signal to report": 4, "question": 4, "rendering": 8, "verifier": 15}  # slow ones
# Not taken as they are, for a reason: made to be turned away.
REFUSED = {"edf": 2, "wfdb header": 8}


@pytest.mark.parametrize("name", TARGETS)
def test_samples_are_taken(name: str, tmp_path: Path) -> None:
    """Else what is changed would be turned away at the door."""
    samples = TARGETS[name].samples()[:20]
    outcomes = [attempt(TARGETS[name], sample, tmp_path) for sample in samples]
    assert len(outcomes) - outcomes.count(TAKEN) == REFUSED.get(name, 0)


@pytest.mark.parametrize("name", TARGETS)
def test_changed_samples_raise_only_errors_of_the_tree(name: str, tmp_path: Path) -> None:
    target, samples = TARGETS[name], TARGETS[name].samples()

    @settings(
        max_examples=FEW.get(name, EXAMPLES),
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.randoms(use_true_random=False))
    def run(chance: Random) -> None:
        attempt(target, mutate(chance, chance.choice(samples)), tmp_path)

    run()


@pytest.mark.parametrize("path", REGRESSIONS, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_what_was_found_is_mended(path: Path, tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        attempt(TARGETS[path.parent.name], path.read_bytes(), tmp_path)
