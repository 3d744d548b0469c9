"""The methods of explanation in one table, each with an honest word on what it shows.

Enters: nothing. Leaves: :data:`METHODS`. Decides nothing: :data:`DEFAULT_METHOD` is the one that the
measured faithfulness favours.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cardio_agent.explanation.attention import attention
from cardio_agent.explanation.coalitions import (
    LIME_KERNEL_WIDTH,
    LIME_RIDGE,
    LIME_SAMPLES,
    SEED,
    SHAP_PERMUTATIONS,
    lime,
    shap,
)
from cardio_agent.explanation.gradients import IG_STEPS, grad_cam, integrated_gradients
from cardio_agent.explanation.occlusion import WINDOW_S, occlude_leads, occlude_segments, occlude_windows
from cardio_agent.explanation.question import Method
from cardio_agent.explanation.relevance import lrp


@dataclass(frozen=True)
class MethodInfo:
    """A method, a word on how its shares are to be read, and the settings that shape its result."""

    run: Method
    about: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    shows: str = "what speaks for the statement"
    """What the positive part of its map is."""
    tells_times: bool = True
    """False: the map is even within each lead, so that shares of segments would mean nothing."""


_ZERO = {"baseline": "0 mV"}
_PIECES = {**_ZERO, "pieces": "each segment of each lead; without beats, each lead"}

METHODS: Mapping[str, MethodInfo] = {
    "attention": MethodInfo(
        attention,
        "The network's own weighting of leads and times: where it looked, which is no proof of what decided.",
        shows="where the network looked",
    ),
    "gradcam": MethodInfo(
        grad_cam,
        "Where the last layer's features push the score. Coarse (80 ms), and each place also holds what the "
        "other leads showed.",
        {"layer": "the last that keeps leads and times apart"},
    ),
    "occlusion-lead": MethodInfo(
        occlude_leads,
        "How far the score falls when one lead is removed. Leads that show the same stand in for each other.",
        _ZERO,
        tells_times=False,
    ),
    "occlusion-segment": MethodInfo(
        occlude_segments,
        "How far the score falls when one segment of one lead is removed from all beats. Leads that show "
        "the same stand in for each other.",
        _PIECES,
    ),
    "occlusion-window": MethodInfo(
        occlude_windows,
        "How far the score falls when a fifth of a second of one lead is removed. Leads that show the same "
        "stand in for each other.",
        {**_ZERO, "window_s": WINDOW_S},
    ),
    "integrated-gradients": MethodInfo(
        integrated_gradients,
        "What each sample adds to the score while the trace grows from a flat line to its full height.",
        {**_ZERO, "steps": IG_STEPS},
    ),
    "shap": MethodInfo(
        shap,
        "What each segment of each lead adds to the score on average, whatever is put back before it.",
        {**_PIECES, "permutations": SHAP_PERMUTATIONS, "seed": SEED},
    ),
    "lime": MethodInfo(
        lime,
        "The weight of each segment of each lead in a linear model of the score, fitted to traces that lack "
        "half of them.",
        {
            **_PIECES,
            "samples": LIME_SAMPLES,
            "kernel_width": LIME_KERNEL_WIDTH,
            "ridge": LIME_RIDGE,
            "seed": SEED,
        },
    ),
    "lrp": MethodInfo(
        lrp,
        "The score handed back through the layers to the samples, each in proportion to what it contributed; "
        "the attention counts as given.",
        {"gamma": 0.1, "epsilon": 1e-6},
    ),
}
DEFAULT_METHOD = "integrated-gradients"
WITHOUT_GRADIENTS = "occlusion-segment"
"""The most faithful of those that a classifier in ONNX can run."""
