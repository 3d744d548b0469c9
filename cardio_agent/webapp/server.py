"""The server: where it listens, who may come in, and what browsers are held to.

Enters: options of the start. Leaves: a page until the process is told to end. Uploads lie in a private
folder until they are read; what was never sent and who has left are forgotten within minutes, and
everything when the server ends.
"""

import hmac
import json
import os
import re
import signal
import socket
import sys
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any

import gradio as gr
from starlette.middleware import Middleware

from cardio_agent import __version__
from cardio_agent.errors import BadRequest
from cardio_agent.feedback import FeedbackStore, default_store
from cardio_agent.pipeline import analyze, write_report
from cardio_agent.reading import read_ecg
from cardio_agent.resources import sample_path
from cardio_agent.settings import get_settings
from cardio_agent.webapp.leaving import Presence
from cardio_agent.webapp.page import KEPT_S, build_app
from cardio_agent.webapp.theme import head, style, theme

MAX_FILE_SIZE = "32mb"
MAX_UPLOAD = 128 * 2**20
"""Bytes of all files that are sent together."""
MAX_MESSAGE = 2**20
"""Bytes of any other request."""
MAX_VISITORS = 200
HEALTH = "/health"

_LOOPBACK = ("127.", "::1", "localhost")
_MOST_WAITING = 64

App = Callable[..., Awaitable[None]]


@dataclass(frozen=True)
class ServerOptions:
    """Where the server listens and who may come in.

    ``password`` lets in whoever gives it, by any name; empty: everyone who can reach the port.
    ``root_path`` is where a proxy shows the page, such as ``/ecg``. ``feedback`` is where remarks are kept;
    None: the page takes none.
    """

    host: str = "127.0.0.1"
    port: int = 7860
    password: str = ""
    root_path: str = ""
    feedback: Path | None = field(default_factory=lambda: default_store().path)


class OnlyThisServer:
    """ASGI middleware: browsers may load from and send to this server and nowhere else."""

    HEADERS = (
        (b"content-security-policy", b"default-src 'self' data: blob: 'unsafe-inline' 'unsafe-eval'"),
        (b"referrer-policy", b"no-referrer"),
        (b"x-content-type-options", b"nosniff"),
    )

    def __init__(self, app: App) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        async def send_with_policy(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *self.HEADERS]
            await send(message)

        await self.app(scope, receive, send_with_policy)


class Health:
    """ASGI middleware: answers probes at ``/health``, password or not. It says nothing about visitors."""

    BODY = json.dumps({"status": "ok", "version": __version__}).encode()

    def __init__(self, app: App) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        asked = scope.get("path", "").removeprefix(scope.get("root_path", ""))
        if scope["type"] != "http" or asked != HEALTH:
            await self.app(scope, receive, send)
            return
        headers = [(b"content-type", b"application/json"), (b"cache-control", b"no-store")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": self.BODY})


class Bounds:
    """ASGI middleware: no file of this machine has an address, and no request is larger than it need be.

    The page sends files and asks for none, so the addresses at which Gradio hands out uploads are closed.
    """

    CLOSED = re.compile(r"/(gradio_api/)?(file|proxy|custom_component)[=/]")
    UPLOAD = "/gradio_api/upload"

    def __init__(self, app: App) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        refusal = self._refusal(scope) if scope["type"] == "http" else None
        if refusal is None:
            await self.app(scope, receive, send)
            return
        await send({"type": "http.response.start", "status": refusal, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    def _refusal(self, scope: Any) -> HTTPStatus | None:
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        if self.CLOSED.match(path):
            return HTTPStatus.NOT_FOUND
        if scope["method"] != "POST":
            return None
        length = dict(scope["headers"]).get(b"content-length", b"")
        if not length.isdigit():
            return HTTPStatus.LENGTH_REQUIRED
        most = MAX_UPLOAD if path.rstrip("/") == self.UPLOAD else MAX_MESSAGE
        return HTTPStatus.REQUEST_ENTITY_TOO_LARGE if int(length) > most else None


def serve(options: ServerOptions) -> None:
    """Serve the page until the process is told to end.

    One report is written before the first visitor comes, so that all models are loaded once, by one
    thread, and whatever is missing shows at once.

    Raises
    ------
    BadRequest
        When the port cannot be had.
    CardioAgentError
        When a model or the guideline index cannot be loaded.
    """
    _try_port(options.host, options.port)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    print("Loading models and guidelines …", flush=True)
    write_report(analyze(read_ecg(sample_path("normal"))))
    with tempfile.TemporaryDirectory(prefix="cardio-agent-uploads-") as uploads:
        os.environ["GRADIO_TEMP_DIR"] = uploads
        store = None if options.feedback is None else FeedbackStore(options.feedback)
        page = build_app(get_settings(), store)
        launch(page, options)
        if not options.host.startswith(_LOOPBACK) and not options.password:
            print("Whoever can reach this machine can use this page: --password asks for one.", flush=True)
        print(f"Cardio Agent: http://{options.host}:{options.port} (Ctrl-C ends it)", flush=True)
        page.block_thread()


def launch(page: gr.Blocks, options: ServerOptions, kept_s: float = KEPT_S) -> None:
    """Serve the page in a thread of its own; it calls nowhere and is shared with no one.

    ``kept_s`` is how long a visitor who has left is remembered.
    """
    guards = [Middleware(OnlyThisServer), Middleware(Health), Middleware(Bounds)]
    page.queue(default_concurrency_limit=4, max_size=_MOST_WAITING)
    page.launch(
        server_name=options.host,
        server_port=options.port,
        root_path=options.root_path or None,
        auth=_door(options.password),
        auth_message="Any name; the password is the one that the server was started with.",
        share=False,
        quiet=True,
        prevent_thread_lock=True,
        max_file_size=MAX_FILE_SIZE,
        state_session_capacity=MAX_VISITORS,
        enable_monitoring=False,
        run_history=False,
        footer_links=[],
        ssr_mode=False,
        mcp_server=False,
        app_kwargs={"middleware": [*guards, Middleware(Presence, page=page, kept_s=kept_s)]},
        theme=theme(),
        css=style(),
        head=head(),
    )


def _door(password: str) -> Callable[[str, str], bool] | None:
    """Whether a visitor may come in; None where everyone may."""
    if not password:
        return None
    return lambda _name, given: hmac.compare_digest(given.encode(), password.encode())


def _try_port(host: str, port: int) -> None:
    """Fail at once where the server could not listen later."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except (OSError, OverflowError) as exc:
            why = getattr(exc, "strerror", None) or exc
            raise BadRequest(
                f"port {port} on {host} cannot be had ({why}): choose another with --port"
            ) from exc
