"""Risk scores for readers: the total or the range it lies in, the points, and what is missing.

Enters: a :class:`ScoreResult`. Leaves: a line of text, or HTML for a page to arrange.
"""

from cardio_agent.findings.scores import find_score
from cardio_agent.rendering.markup import article, cell, chip, escaped, row, table
from cardio_agent.schema import ScoreResult


def score_line(result: ScoreResult) -> str:
    """The score in one line: total, what gave points, what was not given, where the points come from."""
    points = ", ".join(f"{_named(key)} {p:g}" for key, p in result.points.items() if p)
    missing = ", ".join(_named(key) for key in result.missing)
    measured = "; ".join(
        f"{_named(key)} {result.inputs[key]}, {words}" for key, words in result.origins.items()
    )
    unchecked = "" if result.checked else ", unchecked"
    parts = [
        f"{result.name}: {_total(result)}",
        points and f"points: {points}",
        missing and f"not given and not assumed: {missing}",
        measured,
        f"from what the user gave; source {result.origin}{unchecked}",
    ]
    return "; ".join(part for part in parts if part)


def _named(key: str) -> str:
    return key.replace("_", " ")


def score_html(result: ScoreResult) -> str:
    """The score as far as its inputs go; nothing that was not given is assumed."""
    questions = {q.key: q.text for q in find_score(result.score).questions}
    missing = "".join(f"<li>{escaped(questions[key])}</li>" for key in result.missing)
    points = [row(escaped(_named(key)), [cell(f"{p:g}", "ca-number")]) for key, p in result.points.items()]
    origins = "".join(
        f'<p class="ca-quiet">{escaped(f"{questions[key]}: {result.inputs[key]}, {words}")}</p>'
        for key, words in result.origins.items()
    )
    unchecked = "" if result.checked else chip("unchecked", "ca-warn")
    sources = f" Statements: {', '.join(result.sources)}." if result.sources else ""
    parts = [
        f'<h3>{escaped(result.name)} {unchecked}</h3><p class="ca-total">{escaped(_total(result))}</p>',
        table("Points", ("Item", "Points"), points, kind="ca-points") if points else "",
        origins,
        f"<p>Not given, and not assumed:</p><ul>{missing}</ul>" if missing else "",
        f'<p class="ca-note">{escaped(f"Source: {result.origin}.{sources}")}</p>',
    ]
    return article([part for part in parts if part])


def _total(result: ScoreResult) -> str:
    if result.total is not None:
        return f"{result.total:g} point{'' if result.total == 1 else 's'}"
    return f"{result.at_least:g} to {result.at_most:g} points: no total while inputs are missing"
