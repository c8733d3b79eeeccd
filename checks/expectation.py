"""What the owner of a monitor expects to see in an answer, and whether it is there."""

from __future__ import annotations

from checks import json_path
from checks.inventory import Monitor
from checks.masking import cut
from checks.net.facts import Exchange


def unmet(answer: Exchange, monitor: Monitor) -> str:
    """The first expectation about header, text or JSON that an answer does not meet, in words; empty where all hold."""
    return _header(answer, monitor.header) or _text(answer, monitor) or _json(answer, monitor)


def _header(answer: Exchange, wanted: str) -> str:
    name, colon, value = wanted.partition(":")
    if not wanted or not colon:
        return ""
    got = [found.strip().lower() for found in answer.all_headers(name.strip())]
    return "" if value.strip().lower() in got else f"the header {name.strip()} is not “{value.strip()}”"


def _text(answer: Exchange, monitor: Monitor) -> str:
    text = answer.text if monitor.contains or monitor.absent else ""
    if monitor.contains and monitor.contains not in text:
        return f"“{monitor.contains}” is missing"
    if monitor.absent and monitor.absent in text:
        return f"it contains “{monitor.absent}”"
    return ""


def _json(answer: Exchange, monitor: Monitor) -> str:
    if not monitor.json_path:
        return ""
    try:
        got = json_path.at(json_path.read(answer.text), monitor.json_path)
    except json_path.Absent as absent:
        return str(absent)
    if monitor.json_equals and got != monitor.json_equals:
        return f"“{monitor.json_path}” is “{cut(got, 80)}” instead of “{monitor.json_equals}”"
    return ""
