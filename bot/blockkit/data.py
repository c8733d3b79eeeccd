"""Tables and charts of Block Kit, as rules."""

from __future__ import annotations

from bot.blockkit import limits
from bot.blockkit.richtext import RICH_TEXT
from bot.blockkit.schema import Walk, array, number, record, step, string, typed

CELL = typed(
    {
        "rich_text": RICH_TEXT,
        "raw_text": record({"type": string(), "text": string()}, needs=("type", "text")),
        "raw_number": record({"type": string(), "value": number(), "text": string()}, needs=("type", "value")),
    },
    what="table cell",
)
HEADER_CELL = typed(
    {
        "raw_text": record({"type": string(), "text": string()}, needs=("type", "text")),
        "raw_number": record({"type": string(), "value": number(), "text": string()}, needs=("type", "value")),
    },
    what="header cell",
)


def _rows(value: object) -> list[object]:
    rows = value.get("rows") if isinstance(value, dict) else None
    return rows if isinstance(rows, list) else []


def rows_alike(walk: Walk, value: object, pointer: str) -> None:
    """Every row of a data table has as many cells as its header, and the header is plain."""
    rows = _rows(value)
    wide = len(rows[0]) if rows and isinstance(rows[0], list) else 0
    for index, row in enumerate(rows):
        if isinstance(row, list) and len(row) != wide:
            walk.say("bad_value", "all rows must have the same number of cells", step(step(pointer, "rows"), index))
            break
    for index, cell in enumerate(rows[0] if rows and isinstance(rows[0], list) else ()):
        HEADER_CELL(walk, cell, f"{pointer}/rows/0/{index}")
    column = value.get("row_header_column_index") if isinstance(value, dict) else None
    if isinstance(column, int) and column >= wide:
        walk.say("out_of_range", "must name a column of the table", step(pointer, "row_header_column_index"))


def _series_complete(walk: Walk, value: object, pointer: str) -> None:
    """Series names differ, and each series has one value for every category."""
    if not isinstance(value, dict):
        return
    axis, series = value["axis_config"], value["series"]
    categories: list[str] = axis["categories"]
    if len(set(categories)) != len(categories):
        walk.say("duplicate", "categories must be unique", f"{pointer}/axis_config/categories")
    if len({entry["name"] for entry in series}) != len(series):
        walk.say("duplicate", "series names must be unique", f"{pointer}/series")
    for index, entry in enumerate(series):
        if sorted(point["label"] for point in entry["data"]) != sorted(categories):
            walk.say("bad_value", "must have exactly one value for every category", f"{pointer}/series/{index}/data")


LABEL = string(limits.CHART_LABEL)
POINT = record({"label": LABEL, "value": number()}, needs=("label", "value"))
AXIS_CHART = record(
    {
        "type": string(),
        "series": array(
            record(
                {"name": LABEL, "data": array(POINT, least=1, most=limits.CHART_POINTS)},
                needs=("name", "data"),
            ),
            least=1,
            most=limits.CHART_SERIES,
        ),
        "axis_config": record(
            {
                "categories": array(LABEL, least=1, most=limits.CHART_POINTS),
                "x_label": string(limits.AXIS_LABEL),
                "y_label": string(limits.AXIS_LABEL),
            },
            needs=("categories",),
        ),
    },
    needs=("type", "series", "axis_config"),
    also=(_series_complete,),
)
PIE = record(
    {
        "type": string(),
        "segments": array(
            record({"label": LABEL, "value": number(0, above=True)}, needs=("label", "value")),
            least=1,
            most=limits.CHART_SERIES,
        ),
    },
    needs=("type", "segments"),
)
