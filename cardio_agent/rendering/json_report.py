"""The report as JSON: the published format, every field, non-ASCII characters as they are.

``Report.model_validate_json`` reads it back without loss.
"""

from cardio_agent.schema import Report


def render_json(report: Report) -> str:
    """The report as indented JSON, closed by a line feed."""
    return report.model_dump_json(indent=2) + "\n"
