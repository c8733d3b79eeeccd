"""docs/outcomes.md says which scenario shows each answer; `UPDATE_DOCS=1` writes it anew."""

from __future__ import annotations

import os
from itertools import groupby
from pathlib import Path

from bot.render.markdown import escape
from bot.views.prose import FAMILIES, SEVERITY, STATUS
from checks.finding import ENGINE_OUTCOMES
from checks.model import Check, Kind, Outcome
from checks.registry import load
from tests.meta.test_checks_page import inline, opened
from tests.outcomes import engine, table

PAGE = Path(__file__).parents[2] / "docs" / "outcomes.md"
HEAD = """\
# Every answer, and what brings it about

Each answer that a check can give, and a state of the world in which it is given. The scenarios are tests: real
servers for names, pages and certificates on this machine, looked at as the bot looks at yours. This page is made
from them, and a test fails when an answer has no scenario. The sentence in the last column names its test in
`tests/outcomes`, with a dash for each space. What the answers mean, and how to repair what they find, is in
[checks.md](checks.md).
"""
ANY = """\
## In place of any check

These four codes stand in reports, too. None of them is green or red: nothing is proven either way.
"""
ALONE = "## What no server on one machine can bring about\n"


def page() -> str:
    """The whole page."""
    parts = [HEAD]
    for family, found in groupby(load().values(), key=lambda check: check.family):
        parts.append(f"## {escape(FAMILIES[family])}\n")
        parts += [section(check) for check in found]
    parts += [ANY, in_place_of_a_check()]
    if table.EXCEPTIONS:
        parts.append(ALONE)
        parts.append("These answers are proven on facts alone.\n")
        parts += [f"- `{answer}`: {inline(reason)}" for answer, reason in sorted(table.EXCEPTIONS.items())]
        parts.append("")
    return "\n".join(parts)


def section(check: Check) -> str:
    """One check: a row for each of its answers, in the order of its table."""
    rows = [_row(check, code, outcome) for code, outcome in check.outcomes.items()]
    head = "| code | answer | severity | what it says | scenario |\n|---|---|---|---|---|"
    return "\n".join([f"### {check.id}\n", f"{inline(check.title)}.\n", head, *rows, ""])


def in_place_of_a_check() -> str:
    """What the engine answers itself, whatever was asked."""
    says = {code: one.says for one in engine.SCENARIOS for code in one.gives.values()}
    rows = [
        f"| `{code}` | {STATUS[outcome.status].lower()} | {inline(opened(outcome.summary, Kind.MONITOR))} "
        f"| {escape(says[code])} |"
        for code, outcome in ENGINE_OUTCOMES.items()
    ]
    return "\n".join(["| code | answer | what it says | scenario |\n|---|---|---|---|", *rows, ""])


def _row(check: Check, code: str, outcome: Outcome) -> str:
    severity = SEVERITY[outcome.severity].lower() if outcome.status.bad else ""
    words = inline(opened(outcome.summary, check.kind))
    proof = table.proof(check.id, code)
    facts = "on facts alone, see the end of this page" if f"{check.id} {code}" in table.EXCEPTIONS else ""
    shown = escape(proof.says) if proof else facts
    return f"| `{code}` | {STATUS[outcome.status].lower()} | {severity} | {words} | {shown} |"


def test_the_page_says_what_the_scenarios_show() -> None:
    """Every row comes from the registry and from a scenario that runs."""
    text = page()
    if os.environ.get("UPDATE_DOCS") == "1":
        PAGE.write_text(text, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == text, "write it anew with UPDATE_DOCS=1"
