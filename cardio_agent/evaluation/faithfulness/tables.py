"""The faithfulness of explanations as Markdown tables.

Enters: a :class:`~cardio_agent.evaluation.faithfulness.summary.Faithfulness`. Leaves: text.
"""

import numpy as np

from cardio_agent.evaluation.bootstrap import Interval
from cardio_agent.evaluation.faithfulness.checks import DEFINING_SEGMENTS
from cardio_agent.evaluation.faithfulness.summary import (
    Faithfulness,
    MethodFaithfulness,
    StatementFaithfulness,
)
from cardio_agent.evaluation.tables import table


def faithfulness_tables(found: Faithfulness) -> str:
    """All tables of the comparison, each with a word on how to read it."""
    about = "\n".join(f"- {m.method}: {m.about}" for m in found.methods)
    return "\n\n".join(
        [
            _introduction(found),
            _gains(found),
            "SRG in logits for each statement (number of recordings).",
            _by_statement(found),
            "Rank correlation with the maps of an untrained network, of |relevance|: near 1, a map does not\n"
            "depend on what was learnt. With the maps of another training seed: means something where the\n"
            "first is low.",
            _steadiness(found),
            "Share of the relevance in the segments that define a statement. The first row is the share of\n"
            "the time that they take: what a map that knows nothing has.",
            _places(found),
            about,
        ]
    )


def _introduction(found: Faithfulness) -> str:
    folds = ", ".join(map(str, found.folds))
    return (
        f"Explanations of classifier {found.model}, {found.n_records} recordings of PTB-XL fold {folds}.\n"
        f"Cells of one lead and {found.cell_ms:.0f} ms are set to 0 mV in {found.n_steps} steps, the most or "
        "the least relevant first.\n"
        "SRG, symmetric relevance gain: how far apart the logit's two curves lie on average; 0 is chance.\n"
        "It has two parts: the most relevant removed first, the logit falls below its curve under random\n"
        "removal; the least relevant first, it stays above. Deletion (low is good) and insertion (high is\n"
        "good) are areas of the probability. Means over recordings and superclasses, 95% bootstrap intervals."
    )


def _gains(found: Faithfulness) -> str:
    header = (
        "method",
        "SRG, logit",
        "below random",
        "above random",
        "SRG, probability",
        "deletion",
        "insertion",
        "seconds",
    )
    return table(header, (_gain_row(m) for m in found.methods))


def _gain_row(m: MethodFaithfulness) -> tuple[str, ...]:
    s = m.superclasses
    return (
        m.method,
        str(s.srg),
        *map(_value, (s.below_random, s.above_random)),
        str(s.srg_probability),
        *map(_value, (s.deletion, s.insertion)),
        f"{m.seconds:.2f}",
    )


def _by_statement(found: Faithfulness) -> str:
    header = ("method", *(f"{s.code} ({s.n_records})" for s in found.methods[0].statements))
    return table(header, ((m.method, *(str(s.scores.srg) for s in m.statements)) for m in found.methods))


def _steadiness(found: Faithfulness) -> str:
    scores = ((m.method, m.superclasses) for m in found.methods)
    rows = ((name, str(s.untrained), str(s.other_network)) for name, s in scores)
    return table(("method", "untrained network", "another training seed"), rows)


def _places(found: Faithfulness) -> str:
    codes = [s.code for s in found.methods[0].statements if s.code in DEFINING_SEGMENTS]
    header = ("method", *(f"{code}: {' + '.join(DEFINING_SEGMENTS[code])}" for code in codes))
    time = ("time", *(_percent(_of(found.methods[0], code).scores.time_inside) for code in codes))
    rows = ((m.method, *(_percent(_of(m, code).scores.inside) for code in codes)) for m in found.methods)
    return table(header, (time, *rows))


def _of(method: MethodFaithfulness, code: str) -> StatementFaithfulness:
    return next(s for s in method.statements if s.code == code)


def _value(figure: Interval) -> str:
    return "–" if np.isnan(figure.value) else f"{figure.value:.3f}"


def _percent(figure: Interval) -> str:
    return "–" if np.isnan(figure.value) else f"{figure.value:.0%}"
