"""What clinicians say of the program's statements and sentences, kept to learn from."""

from cardio_agent.feedback.ranking import Candidate, rank
from cardio_agent.feedback.store import FeedbackStore, Kept, Opinion, Remark, default_store

__all__ = ["Candidate", "FeedbackStore", "Kept", "Opinion", "Remark", "default_store", "rank"]
