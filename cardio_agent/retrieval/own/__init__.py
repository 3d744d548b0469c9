"""A user's own guidelines: files in, passages kept on this machine, marked as the user's and unchecked.

What a file says is data: it is cut, compared and quoted, never obeyed.
"""

from cardio_agent.retrieval.own.library import Document, Library

__all__ = ["Document", "Library"]
