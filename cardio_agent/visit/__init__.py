"""One visitor's conversation: files, questions and choices in, messages and reports out.

Enters: paths, questions, what the visitor tells and chooses. Leaves: a :class:`Visit` after each step, for a
page to show. Knows no widgets, keeps nothing between calls and shares nothing between visitors; files are
copied into a private folder for as long as it takes to read them.
"""

from cardio_agent.visit.asking import answer
from cardio_agent.visit.downloads import Download, download
from cardio_agent.visit.drawing import NOTHING, Drawing, draw, evidence_choices
from cardio_agent.visit.opening import MAX_FILES, hold_prior, open_sample, prior_choices, redo, send
from cardio_agent.visit.remarking import MAX_CORRECTION, remark
from cardio_agent.visit.scoring import add_score, score
from cardio_agent.visit.state import Choices, Opened, Told, Visit

__all__ = [
    "MAX_CORRECTION",
    "MAX_FILES",
    "NOTHING",
    "Choices",
    "Download",
    "Drawing",
    "Opened",
    "Told",
    "Visit",
    "add_score",
    "answer",
    "download",
    "draw",
    "evidence_choices",
    "hold_prior",
    "open_sample",
    "prior_choices",
    "redo",
    "remark",
    "score",
    "send",
]
