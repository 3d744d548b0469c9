"""What is kept of a visitor who has left: nothing, after a while in which they may come back.

Gradio holds a session's state for an hour after its page was closed, and what the page showed until many
others have come. Here both are dropped after minutes; a phone that sleeps for a moment loses nothing.
"""

import asyncio
import re
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

import gradio as gr

App = Callable[..., Awaitable[None]]


class Presence:
    """ASGI middleware: forgets a session ``kept_s`` seconds after its last line to the server was cut.

    An open page holds a line, its heartbeat. Sessions that never had one are not seen here.
    """

    LINE = re.compile(r"/gradio_api/heartbeat/(\w+)$")

    def __init__(self, app: App, page: gr.Blocks, kept_s: float) -> None:
        self.app = app
        self._page = page
        self._kept_s = kept_s
        self._lines: Counter[str] = Counter()
        self._left_at: dict[str, float] = {}

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        found = self.LINE.search(scope.get("path", ""))
        if scope["type"] != "http" or found is None:
            await self.app(scope, receive, send)
            return
        self._lines[found[1]] += 1
        try:
            await self.app(scope, receive, send)
        finally:
            self._leave(found[1])

    def _leave(self, session: str) -> None:
        self._lines[session] -= 1
        if not self._lines[session]:
            loop = asyncio.get_running_loop()
            self._left_at[session] = loop.time()
            loop.call_later(self._kept_s, self._forget, session, loop.time())

    def _forget(self, session: str, left_at: float) -> None:
        if self._lines[session] or self._left_at.get(session) != left_at:
            return  # they came back, and have left again since or are here
        del self._lines[session], self._left_at[session]
        self._page.state_holder.session_data.pop(session, None)
        self._page.state_holder.time_last_used.pop(session, None)
