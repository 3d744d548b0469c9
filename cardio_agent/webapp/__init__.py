"""The program in a browser: widgets that call :mod:`cardio_agent.visit`, and the server that shows them.

Enters: what visitors send, choose and ask. Leaves: pages. No clinical logic, and no state but each
visitor's own :class:`~cardio_agent.visit.Visit`. Nothing is fetched from or sent to another machine, and the
page's security policy makes browsers hold to that. Gradio is imported here and nowhere else.
"""

import os

# Read when Gradio is imported, so they stand before anything that imports it.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"

from cardio_agent.webapp.page import build_app
from cardio_agent.webapp.server import ServerOptions, serve

__all__ = ["ServerOptions", "build_app", "serve"]
