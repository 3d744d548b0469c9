"""Frozen analyses that the sentences of the table speak of, beside the ones built by hand.

Each line of ``analyses.jsonl`` is what the program once found in one ECG (published PTB-XL records, one of
them with its arm leads exchanged and one with noise added, and simulated ones), several with a prior ECG.
They stay as they are: a sentence is true or false of these facts, whatever the program finds today.
"""

import json
from functools import cache
from pathlib import Path

from cardio_agent.schema import Facts
from tests.facts import ALL_FACTS


@cache
def all_facts() -> dict[str, Facts]:
    """Facts by name: those built by hand, then the frozen ones."""
    lines = (Path(__file__).parent / "analyses.jsonl").read_text(encoding="utf-8").splitlines()
    frozen = {row["name"]: Facts.model_validate(row["facts"]) for row in map(json.loads, lines)}
    return {name: make() for name, make in ALL_FACTS.items()} | frozen
