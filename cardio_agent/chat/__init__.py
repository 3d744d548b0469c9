"""Questions about one ECG, answered from its report and the guideline corpus."""

from cardio_agent.chat.conversation import Chat

__all__ = ["Chat"]
