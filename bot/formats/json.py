"""The report as the stable JSON that other programs rely on; its shape is `report.schema.json` beside this file."""

from __future__ import annotations

import json as stdlib_json

from checks.report import Report


def json(report: Report) -> str:
    """The report as JSON text, indented, ending in a line break."""
    text = stdlib_json.dumps(report.to_json(), indent=2, ensure_ascii=False, default=dict)
    return text.encode("utf-8", "replace").decode("utf-8") + "\n"
