"""docs/checks.md and docs/checks/ say what the checks themselves say; `UPDATE_DOCS=1` writes them anew."""

from __future__ import annotations

import os
import re
from itertools import groupby
from pathlib import Path

import pytest

from bot.cli import COMMANDS
from bot.config.load import load as load_file
from bot.render.markdown import escape
from bot.views.explain import SUBJECT
from bot.views.prose import FAMILIES, SEVERITY
from checks.inventory import Inventory
from checks.model import Check
from checks.registry import load
from checks.runner import plan
from tests.meta.check_page import FIELDS, ROOT, described, inline, no_alarm, opened, page, snippet
from tests.meta.shown import blocks

__all__ = ["inline", "opened"]

INDEX = ROOT / "docs" / "checks.md"
FOLDER = ROOT / "docs" / "checks"
CHECKS = load()
HEAD = """\
# What each check looks at

Every check has a page of its own, made from the check's own words; `launch explain tls.expiry` says the same about one
of them in the terminal, and `/launch explain tls.expiry` in Slack.

A check gives one of five answers. *In order* and *does not apply* need nothing. *Warning* and *broken* have a severity,
how to repair it, and what customers feel. *Could not look* is never shown as green or red: nothing is proven either
way. A *blocker* makes the verdict no-go; a check whose severity is blocker and that could not look makes it not proven.

The severity in these tables is the check's usual one. A failure that keeps customers out of log-in, sign-up or payment
is a blocker. On a host for staging, and where no important flow needs the host, a finding is one step milder. The
section `checks` of `launch.yml` has the last word. `launch requirements` shows what each check is good for.
"""
PROOF = "\nWhat brings about each answer, shown by tests, is in [outcomes.md](outcomes.md).\n"
UPDATE = os.environ.get("UPDATE_DOCS") == "1"


def index() -> str:
    """All checks by area, a line each."""
    parts = [HEAD + (PROOF if (ROOT / "docs" / "outcomes.md").exists() else "")]
    for family, found in groupby(CHECKS.values(), key=lambda check: check.family):
        rows = [
            f"| [`{each.id}`](checks/{each.id}.md) | {escape(each.title)} | {SUBJECT[each.kind]} "
            f"| {SEVERITY[each.severity].lower()} | {', '.join(each.requirements)} |"
            for each in found
        ]
        head = "| check | what it asks | looks at | severity | serves |\n|---|---|---|---|---|"
        parts.append(f"## {escape(FAMILIES[family])}\n\n{head}\n" + "\n".join(rows) + "\n")
    return "\n".join(parts)


def _same(path: Path, text: str) -> None:
    if UPDATE:
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert path.is_file(), "write it with UPDATE_DOCS=1"
    assert path.read_text(encoding="utf-8") == text, "write it anew with UPDATE_DOCS=1"


def test_the_index_names_every_check() -> None:
    """By area, a line each, with a link to its page."""
    _same(INDEX, index())


@pytest.mark.parametrize("check", CHECKS.values(), ids=list(CHECKS))
def test_a_page_says_what_the_check_says(check: Check) -> None:
    """Every word comes from the registry, the schema of launch.yml, and the examples of the check's tests."""
    text = page(check)
    _same(FOLDER / f"{check.id}.md", text)
    for name in check.outcomes:
        assert f"| `{name}` |" in text, name
    assert not re.search(r"(?<!\$)\{[a-z_]+\}", re.sub(r"```.*?```", "", text, flags=re.DOTALL)), "an open hole"


def test_no_page_is_left_over() -> None:
    """A check that is gone has no page."""
    for stale in {path.name for path in FOLDER.iterdir()} - {f"{id}.md" for id in CHECKS}:
        if UPDATE:
            (FOLDER / stale).unlink()
        else:
            pytest.fail(f"docs/checks/{stale} is about no check; UPDATE_DOCS=1 deletes it")


@pytest.mark.parametrize("id", CHECKS)
def test_what_a_page_tells_to_type_and_to_write_is_understood(id: str, tmp_path: Path) -> None:
    """The command names checks that exist; each part of launch.yml is one."""
    found = blocks(FOLDER / f"{id}.md")
    typed = [text for language, text in found if language == "text" and text.startswith("launch ")]
    assert f"launch check --only {id}\nlaunch explain {id}\n" in typed
    assert {line.split()[1] for text in typed for line in text.splitlines()} <= set(COMMANDS)
    plan(Inventory("shop", "shop.test"), only=(id,))
    written = [text for language, text in found if language == "yaml"]
    assert written[-1].startswith(f"checks:\n  {id}: ")
    for number, text in enumerate(written):
        file = tmp_path / f"{number}.yml"
        product = "" if text.startswith("product:") or "\nproduct:" in text else "product: {domain: acme.example}\n"
        file.write_text(product + text, encoding="utf-8")
        load_file(file)


def test_every_check_says_what_is_no_alarm() -> None:
    """In a few sentences, in the order of the ids; none is left over from a check that is gone."""
    assert list(no_alarm()) == list(CHECKS)
    for id, words in no_alarm().items():
        assert words.endswith("."), id
        assert 60 <= len(words) <= 400, id


def test_the_fields_are_those_of_the_file() -> None:
    """Each is in the schema and in the example, is read already, and belongs to a check that exists."""
    assert set(FIELDS) <= set(CHECKS)
    for fields in FIELDS.values():
        assert all("kept for later" not in described(path).lower() for path in fields)
        assert snippet(fields)
