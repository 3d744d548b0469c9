"""Explaining one statement of one recording.

Enters: a recording of any rate and length, a statement's code, the name of a method. Leaves: an
:class:`~cardio_agent.schema.Explanation` in the recording's time base. Does not judge the method.
"""

from difflib import get_close_matches

import numpy as np

from cardio_agent.classifier.model import Model, load_model
from cardio_agent.classifier.preprocessing import INPUT_FS_HZ, WINDOW_SAMPLES, network_input, window_starts
from cardio_agent.classifier.runners import TorchRunner
from cardio_agent.classifier.statements import CODES
from cardio_agent.errors import BadRecording, BadRequest
from cardio_agent.explanation.methods import DEFAULT_METHOD, METHODS, WITHOUT_GRADIENTS, MethodInfo
from cardio_agent.explanation.question import Array, Mask, Question
from cardio_agent.explanation.segments import Labels, hold, label_samples, share_out
from cardio_agent.measurement import delineate
from cardio_agent.schema import AttentionSummary, Ecg, Explanation, Waves

SHARES_OF = "shares_of"
ONLY_AGAINST = "what speaks against the statement, for nothing speaks for it"


def explain(
    ecg: Ecg,
    code: str,
    *,
    method: str | None = None,
    waves: Waves | None = None,
    model: Model | None = None,
) -> Explanation:
    """Which leads and which parts of the trace speak for a statement, by one method.

    Parameters
    ----------
    ecg : Ecg
        Any rate from 100 Hz. Of a recording over 10 s each window is explained by itself; where windows
        overlap, their maps are averaged.
    code : str
        One of :data:`~cardio_agent.classifier.statements.CODES`, present or not.
    method : str, optional
        A key of :data:`~cardio_agent.explanation.methods.METHODS`; default: the most faithful that the
        classifier's runtime allows.
    waves : Waves, optional
        The recording's delineation; made here where it is not given.
    model : Model, optional
        Default: the classifier that travels with the program.

    Returns
    -------
    Explanation
        Missing and flat leads are 0. Segments are empty without beats, and where the method tells
        leads apart but not times.

    Raises
    ------
    BadRequest
        No such statement or method.
    BadRecording
        No lead carries a signal.
    ModelMissing
        When the classifier's files are absent, or the method needs gradients and the classifier runs
        from ONNX.
    MissingExtra
        When neither PyTorch nor an exported network with ONNX Runtime is at hand.

    Limits: the map is of the network's logit. It says what moved this network, not what the disease is.
    """
    model = model or load_model()
    method = method or default_method(model)
    check_method(method)
    check_statement(code)
    info = METHODS[method]
    signal, present = network_input(ecg)
    if not present.any():
        raise BadRecording(f"{ecg.source.name}: no lead carries a signal, so there is nothing to explain")
    labels = label_samples(waves or delineate(ecg), signal.shape[1], INPUT_FS_HZ)
    relevance = _over_windows(info, model, signal, present, CODES.index(code), labels)
    has_positive = bool((relevance > 0).any())
    shared = np.maximum(relevance, 0) if has_positive else np.abs(relevance)
    shares = share_out(shared, labels if info.tells_times else None)
    return Explanation(
        code=code,
        method=method,
        settings={**info.settings, SHARES_OF: info.shows if has_positive else ONLY_AGAINST},
        map=_in_time_base(relevance, ecg),
        leads=shares.leads,
        segments=shares.segments,
        lead_segments=shares.lead_segments,
    )


def summarise(explanation: Explanation) -> AttentionSummary:
    """Lead and segment shares of an explanation, to four decimals, as a report carries them."""
    return AttentionSummary(
        leads={lead: round(share, 4) for lead, share in explanation.leads.items()},
        segments={name: round(share, 4) for name, share in explanation.segments.items()},
        method=explanation.method,
    )


def default_method(model: Model) -> str:
    """The most faithful method that this classifier can run."""
    return DEFAULT_METHOD if isinstance(model.runner, TorchRunner) else WITHOUT_GRADIENTS


def check_method(name: str) -> None:
    """Refuse a method that :data:`~cardio_agent.explanation.methods.METHODS` does not hold.

    Raises
    ------
    BadRequest
        With the methods that there are.
    """
    if name not in METHODS:
        raise BadRequest(f"no method of explanation is called '{name}': choose one of {', '.join(METHODS)}")


def check_statement(code: str) -> None:
    """Refuse a code that the classifier does not know.

    Raises
    ------
    BadRequest
        With the codes that look most like it, or all of them.
    """
    if code in CODES:
        return
    by_lower = {known.lower(): known for known in CODES}
    n = 1 if code.lower() in by_lower else 3
    near = [by_lower[name] for name in get_close_matches(code.lower(), by_lower, n=n, cutoff=0.5)]
    advice = f"did you mean {' or '.join(near)}?" if near else f"choose one of {', '.join(CODES)}"
    raise BadRequest(f"the classifier knows no statement '{code}': {advice}")


def _over_windows(
    info: MethodInfo, model: Model, signal: Array, present: Mask, statement: int, labels: Labels | None
) -> Array:
    """The method's map of a whole recording at 100 Hz, from windows of at most 10 s."""
    total = np.zeros(signal.shape, dtype=np.float64)
    n_maps = np.zeros(signal.shape[1])
    for start in window_starts(signal.shape[1]):
        part = slice(start, start + WINDOW_SAMPLES)
        segments = None if labels is None else labels[part]
        total[:, part] += info.run(Question(model, signal[:, part], present, statement, segments))
        n_maps[part] += 1
    joined = total / np.maximum(n_maps, 1)
    return np.where(present[:, None], joined, 0.0).astype(np.float32)


def _in_time_base(relevance: Array, ecg: Ecg) -> Array:
    """Every recorded sample takes an even part of the nearest 100 Hz sample's relevance: sums are kept."""
    sample = np.floor(np.arange(ecg.n_samples) / ecg.fs_hz * INPUT_FS_HZ + 0.5).astype(np.int64)
    return hold(relevance, np.minimum(sample, relevance.shape[1] - 1))
