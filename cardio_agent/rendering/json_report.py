"""The report as JSON: the published format, every field, non-ASCII characters as they are.

``Report.model_validate_json`` reads it back without loss.
"""

import json

from cardio_agent.schema import Report


def render_json(report: Report) -> str:
    """The report as indented JSON, closed by a line feed."""
    return report.model_dump_json(indent=2) + "\n"


def report_schema() -> str:
    """The JSON Schema of the report, closed by a line feed; ``docs/report.schema.json`` is a copy of it."""
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **Report.model_json_schema(mode="serialization"),
    }
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
