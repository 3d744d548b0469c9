"""The command line."""

from cardio_agent.cli.main import main

__all__ = ["main"]
