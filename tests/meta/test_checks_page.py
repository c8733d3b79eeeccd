"""docs/checks.md says what the checks themselves say; `UPDATE_DOCS=1` writes it anew."""

from __future__ import annotations

import os
import re
from itertools import groupby
from pathlib import Path

from bot.render.markdown import code, escape
from bot.views.explain import SUBJECT
from bot.views.prose import FAMILIES, SEVERITY, STATUS, listed, prose, sentence
from checks.model import Check, Kind, Outcome
from checks.registry import load

PAGE = Path(__file__).parents[2] / "docs" / "checks.md"
HEAD = """\
# What each check looks at

This page is made from the checks' own words; `launch explain tls.expiry` says the same about one of them.

A check gives one of five answers. *In order* and *does not apply* need nothing. *Warning* and *broken* have a severity,
how to repair it, and what customers feel. *Could not look* is never shown as green or red: nothing is proven either
way. A *blocker* makes the verdict no-go; a check whose severity is blocker and that could not look makes it not proven.

The severity in this table is the check's usual one. A failure that keeps customers out of log-in, sign-up or payment
is a blocker. On a host for staging, and where no important flow needs the host, a finding is one step milder. The
section `checks` of `launch.yml` has the last word. Below, app.example.com stands for your host, and … for a value.
"""


def page(checks: dict[str, Check]) -> str:
    """The whole page."""
    parts = [HEAD]
    for family, found in groupby(checks.values(), key=lambda check: check.family):
        rows = [
            f"| [`{each.id}`](#{anchor(each.id)}) | {escape(each.title)} | {SUBJECT[each.kind]} "
            f"| {SEVERITY[each.severity].lower()} | {', '.join(each.requirements)} |"
            for each in found
        ]
        parts.append(f"## {escape(FAMILIES[family])}\n")
        parts.append(
            "| check | what it asks | looks at | severity | serves |\n|---|---|---|---|---|\n" + "\n".join(rows) + "\n"
        )
    parts += [section(check) for check in checks.values()]
    return "\n".join(parts)


def section(check: Check) -> str:
    """One check: why, how, what it can say, how to repair it, the standard behind it."""
    first, _, rest = check.why.partition("\n\n")
    why = [flowing(first), *(flowing(part) for part in rest.split("\n\n") if part.strip())]
    lines = [f"## {check.id}\n", *(f"{inline(part)}\n" for part in why)]
    lines.append(f"**How it is measured.** {inline(sentence(check.measured))} It looks at {SUBJECT[check.kind]}.\n")
    if check.verify:
        lines.append(f"See it yourself:\n\n```text\n{opened(check.verify, check.kind)}\n```\n")
    lines.append("| code | answer | severity | words |\n|---|---|---|---|")
    lines += [_row(name, outcome, check.kind) for name, outcome in _ranked(check)]
    lines.append("")
    lines += _felt(check)
    lines += _repairs(check)
    if check.links:
        lines.append("**The standard behind it:** " + " · ".join(f"<{url}>" for url in check.links) + "\n")
    serves = listed(check.requirements, 20) or "nothing yet"
    usual, worst = SEVERITY[check.severity].lower(), SEVERITY[check.worst].lower()
    lines.append(f"Serves {serves}. Severity: usually {usual}, never worse than {worst}.\n")
    return "\n".join(lines)


def _ranked(check: Check) -> list[tuple[str, Outcome]]:
    return sorted(check.outcomes.items(), key=lambda item: (not item[1].status.bad, item[1].severity.rank))


def _row(name: str, outcome: Outcome, kind: Kind) -> str:
    severity = SEVERITY[outcome.severity].lower() if outcome.status.bad else ""
    return f"| `{name}` | {STATUS[outcome.status].lower()} | {severity} | {inline(opened(outcome.summary, kind))} |"


def _felt(check: Check) -> list[str]:
    """What customers feel, once for all outcomes that feel the same."""
    groups: dict[str, list[str]] = {}
    for name, outcome in _ranked(check):
        if outcome.impact and outcome.status.bad:
            groups.setdefault(sentence(opened(outcome.impact, check.kind)), []).append(name)
    rows = [f"- {', '.join(map(code, names))}: {inline(felt)}" for felt, names in groups.items()]
    return ["**What customers feel**\n", *rows, ""] if rows else []


def _repairs(check: Check) -> list[str]:
    """The steps, once for all outcomes that are repaired in the same way."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for name, outcome in _ranked(check):
        if outcome.fix:
            groups.setdefault(outcome.fix, []).append(name)
    lines = ["**How to repair it**\n"] if groups else []
    for steps, names in groups.items():
        lines.append(f"- {', '.join(map(code, names))}")
        lines += [f"  {number}. {inline(opened(step, check.kind))}" for number, step in enumerate(steps, start=1)]
    return [*lines, ""] if lines else []


def anchor(heading: str) -> str:
    """The link target that GitHub makes of a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def flowing(text: str) -> str:
    """A paragraph on one line."""
    return " ".join(text.split())


def inline(text: str) -> str:
    """Words with their `ticked` parts as code, everything else as plain text."""
    return "".join(escape(span) if isinstance(span, str) else code(span.text) for span in prose(text))


def opened(text: str, kind: Kind) -> str:
    """Words of an outcome table before they are filled."""
    name = "app.example.com" if kind in (Kind.HOST, Kind.MONITOR) else "example.com"
    for hole, value in (("{host}", name), ("{name}", name), ("{url}", f"https://{name}/")):
        text = text.replace(hole, value)
    return re.sub(r"\{[a-z0-9_]+\}", "…", text)


def test_the_page_says_what_the_checks_say() -> None:
    """Every word comes from the registry."""
    text = page(dict(load()))
    if os.environ.get("UPDATE_DOCS") == "1":
        PAGE.write_text(text, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == text, "write it anew with UPDATE_DOCS=1"


def test_every_code_of_every_check_is_on_the_page() -> None:
    """No outcome is left out, and no hole is left open."""
    text = PAGE.read_text(encoding="utf-8")
    for check in load().values():
        part = text.partition(f"\n## {check.id}\n")[2].partition("\n## ")[0]
        for name in check.outcomes:
            assert f"| `{name}` |" in part, f"{check.id}: {name}"
    assert not re.search(r"\{[a-z_]+\}", text)
