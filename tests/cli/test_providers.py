"""`launch providers`: what is known, and how old it is."""

from __future__ import annotations

import json
from datetime import date

import pytest

from bot.cli import launch
from checks.providers import KINDS, load
from checks.providers.age import of_groups, of_kind


def said(capsys: pytest.CaptureFixture[str], *args: str) -> tuple[int, str]:
    """Exit code and what was written."""
    code = launch.main(["providers", *args], standalone_mode=False)
    return code, capsys.readouterr().out


def test_each_list_says_what_it_holds_and_how_old_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    """Each list with its number of entries and its month, groups too, nothing wider than the window."""
    code, out = said(capsys)
    assert code == 0
    for kind in KINDS:
        assert f"{kind}: {len(load(kind))} entries, " in out
    assert "as of " in out
    assert "  - applications: " in out
    assert max(map(len, out.splitlines())) <= 100


@pytest.mark.parametrize("kind", KINDS)
def test_a_list_shows_each_entry_with_its_source(capsys: pytest.CaptureFixture[str], kind: str) -> None:
    """So that somebody can compare it."""
    code, out = said(capsys, kind)
    assert code == 0
    text = " ".join(out.split())
    for entry in load(kind):  # type: ignore[arg-type]
        assert f"{entry.name}: as of {entry.as_of:%B %Y}" in text
        assert f"source: {entry.source}" in text


def test_machines_read_it_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    """One list of lists, with months as numbers."""
    rows = json.loads(said(capsys, "--format", "json")[1])["providers"]
    assert [row["kind"] for row in rows] == list(KINDS)
    assert all(isinstance(row["months"], int) and len(row["entries"]) == len(load(row["kind"])) for row in rows)
    (only,) = json.loads(said(capsys, "mail", "--format", "json")[1])["providers"]
    assert only["entries"][0].keys() == {"id", "name", "group", "as_of", "source"}


def test_a_list_that_is_mistyped_is_answered_with_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    """And all of them."""
    import click

    with pytest.raises(click.UsageError, match='did you mean "edges"') as refused:
        said(capsys, "egdes")
    assert all(kind in str(refused.value) for kind in KINDS)


def test_age_is_that_of_the_oldest_entry() -> None:
    """Whole months; a year makes it old; a date to come is no age."""
    oldest = of_kind("edges", date(2026, 11, 30)).oldest
    later = date(oldest.year + 1, oldest.month, 1)
    assert (of_kind("edges", later).months, of_kind("edges", later).stale) == (12, True)
    assert not of_kind("edges", date(oldest.year + 1, oldest.month - 1, 28)).stale
    assert of_kind("edges", date(2020, 1, 1)).months == 0
    assert sum(group.entries for group in of_groups("mail", later)) == len(load("mail"))
    assert of_groups("edges", later) == ()
