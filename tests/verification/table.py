"""The table of sentences, and what the checker says of each.

python -m tests.verification.table          # how many of each kind are judged as they should be
"""

import json
from collections import Counter
from pathlib import Path

from cardio_agent.verification import verify
from tests.verification.analyses import all_facts

TABLE: list[dict[str, str]] = [
    json.loads(line)
    for line in (Path(__file__).parent / "sentences.jsonl").read_text(encoding="utf-8").splitlines()
]
FACTS = all_facts()


def verdict_of(row: dict[str, str]) -> tuple[str, str]:
    """Verdict and reason of a row; where it splits into sentences, of the first that does not hold."""
    verdicts = verify(row["text"], FACTS[row["facts"]])
    decisive = next((v for v in verdicts if v.verdict != "supported"), verdicts[-1])
    return decisive.verdict, decisive.reason


def main() -> None:
    """Print, for true and false sentences and by origin, how many are judged as expected."""
    right, all_rows = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    for row in TABLE:
        is_right = (verdict_of(row)[0] == "supported") == (row["expect"] == "supported")
        for way in ("all", row["way"]):
            all_rows[row["expect"], way] += 1
            right[row["expect"], way] += is_right
    for (expect, way), n in sorted(all_rows.items(), key=lambda item: (item[0][0], -item[1])):
        print(f"{expect:10} {right[expect, way]:5} of {n:5}  {way}")


if __name__ == "__main__":
    main()
