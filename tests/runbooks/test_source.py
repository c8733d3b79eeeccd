"""Runbook files: read whole, or every mistake at once with its place and what to do."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from bot.config.problems import ConfigError
from bot.config.runbooks import MAX_BYTES, parse, parse_panel, read, read_panel
from bot.domain.runbook.book import Ask, Call, Check, Choice, Decide, Do, Say, Sort, Wait
from tests.runbooks.book import GOOD

PANEL = """\
about: Where DNS is edited.
tasks: {edit_record: "Open DNS for {domain}{dns_at}."}
providers:
  cloudflare:
    as_of: "2026-11"
    name: Cloudflare
    url: https://dash.cloudflare.com/
    tasks: {edit_record: "Log in → {domain} → DNS"}
"""


def test_a_file_becomes_a_runbook(tmp_path: Path) -> None:
    """Every key is taken, in the order of the file; a step without `go` leads to the next one."""
    file = tmp_path / "certificate_expired.yml"
    file.write_text(GOOD, encoding="utf-8")
    book = read(file)
    assert (book.topic, book.sort, book.own) == ("certificate_expired", Sort.BROKEN, False)
    assert book.says == ("security warning", "not secure")
    assert book.notice == "Our site shows a warning at the moment.\nYour data is safe."
    assert book.first == "which"
    assert list(book.steps.values()) == [
        Decide("which", "edge_provider", {"cloudflare": "renew", "none": "renew"}, "explain"),
        Say("explain", "We renew it at your host.", "renew"),
        Do(
            "renew",
            "Have the certificate of {host} renewed.",
            "told",
            panel="host.renew_certificate",
            paste="{host}",
            undo="Nothing can be lost here.",
            danger=True,
        ),
        Say("told", "It takes a moment.", "proven"),
        Check(
            "proven",
            "Browsers trust {host} again.",
            ("failed", "tls.valid", "bot.delivery"),
            "fixed",
            "Open https://{host}/ in a new window.",
            bad="still",
        ),
        Ask(
            "still", "What does your host say?", (Choice("It Is Being Issued", "later"), Choice("Not Sure", "support"))
        ),
        Wait("later", "I look every 20 seconds.", ("failed",), "fixed", "support", timedelta(minutes=30)),
        Call("support", "Write to your host.", "host_support", "We see: {seen}.", "handed"),
    ]


MISTAKES = [
    ("sort: broken", "sort: broke", 2, '"broke" is not one of broken, at_risk, how_to, bot, did you mean "broken"?'),
    ("feels:", "feel:", 5, 'unknown key, did you mean "feels"?'),
    ("title: The certificate has run out\n", "", 1, '"title" is missing here'),
    ("title: The certificate has run out", "title: [a]", 1, "write text here"),
    ("says: [security warning, not secure]", "says: warning", 3, "write a list"),
    ("  Your data is safe.\n", "  a\n  b\n  c\n  d\n  e\n", 6, "this has 6 lines; at most 5 fit"),
    ("  - id: explain", "  - id: which", 16, '"which" is the id of two steps, first in line 12'),
    ("  - id: explain", "  - id: fixed", 16, '"fixed" is an end'),
    ("  - id: explain", "  - id: Explain It", 16, "use lower-case letters, digits and _"),
    ("  - id: explain\n", "  -\n", 17, '"id" is missing here'),
    ("    say: We renew it at your host.\n", "", 16, "one of say, ask, do, check, wait, decide, call is missing here"),
    ("    say: We renew it at your host.\n", "    sy: We\n", 16, 'did you mean "say"?'),
    ("    say: We renew", "    do: It\n    say: We renew", 16, "this step is say and do at once; make it two steps"),
    ("    say: We renew it at your host.", "    say:", 17, "this is empty; write what the step says"),
    ("    danger: true", "    danger: maybe", 23, "write true or false"),
    ("    danger: true", "    dangre: true", 23, 'unknown key, did you mean "danger"?'),
    ("    longest: 30m", "    longest: soon", 40, '"soon" is not a duration; write one such as 30m or 2h'),
    ("    longest: 30m", "    longest: 30s", 40, "this must be between 1m and 7d"),
    ("    good: fixed\n    bad", "    bad", 26, '"good" is missing here'),
    ("panel: host.renew_certificate", "panel: host", 20, "the name of a panel's task, such as dns.edit_record"),
    ("cases: {cloudflare: renew, none: renew}", "cases: renew", 14, "write a section here"),
    ('{say: "Not Sure", go: support}', '{say: "Not Sure"}', 36, '"go" is missing here'),
    ('{say: "Not Sure", go: support}', "Not Sure", 36, "write a section here"),
    ("  - id: which", "  - which\n  - id: which", 12, "a step is a section: id, and one of"),
    ("    go: handed", "    go: handed", 0, ""),
    ("sort: broken", "sort: broken\nsort: broken", 3, "is written twice, first in line 2"),
    ("a moment.\n  - id: proven", "a moment: here: now\n  - id: proven", 25, "there is a colon too many"),
    ("We see: {seen}.", "Key: sk_live_abcdefghijklmnop", 46, "this looks like a secret"),
]


@pytest.mark.parametrize(("old", "new", "line", "why"), MISTAKES)
def test_a_mistake_has_its_line_and_says_what_to_do(old: str, new: str, line: int, why: str) -> None:
    """One mistake each; the sentence says what to write."""
    if not why:
        assert not parse(GOOD, "x.yml").problems
        return
    assert old in GOOD
    problems = parse(GOOD.replace(old, new, 1), "x.yml").problems
    assert [problem.line for problem in problems if why in problem.message] == [line], problems
    assert all(problem.file == "x.yml" for problem in problems)


def test_every_mistake_is_told_at_once(tmp_path: Path) -> None:
    """In the order of the file."""
    file = tmp_path / "certificate_expired.yml"
    wrong = GOOD.replace("sort: broken", "sort: x").replace("danger: true", "danger: 7").replace("longest: 30m", "a: b")
    file.write_text(wrong, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        read(file)
    assert [problem.line for problem in caught.value.problems] == [2, 23, 37, 40]


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"", "the file is empty"),
        (b"# nothing\n", "the file is empty"),
        (b"[1, 2]\n", "write a section here"),
        (b"steps: 5\n", "write a list of steps"),
        (b"\xff\xfe\n", "not UTF-8"),
        (b"a: \0\n", "binary"),
        (b"a" * (MAX_BYTES + 1), "larger than 256 KiB"),
        (b"title: &a [*a, *a]\n", ""),
        (b"{" * 5000, ""),
        (b"steps:\n" + b"  - {id: a, say: b}\n" * 400, "nobody walks more than 80"),
    ],
)
def test_a_hostile_file_ends_in_a_sentence(tmp_path: Path, raw: bytes, why: str) -> None:
    """Never in a traceback."""
    file = tmp_path / "own.yml"
    file.write_bytes(raw)
    with pytest.raises(ConfigError) as caught:
        read(file)
    assert why in str(caught.value)


def test_a_file_that_is_not_there_or_has_no_topic_says_so(tmp_path: Path) -> None:
    """The better name is given."""
    with pytest.raises(ConfigError, match="not a file"):
        read(tmp_path / "none.yml")
    (tmp_path / "Site-Down 2.yml").write_text(GOOD, encoding="utf-8")
    with pytest.raises(ConfigError, match=r"call it site_down_2\.yml"):
        read(tmp_path / "Site-Down 2.yml")


def test_a_panel_is_read(tmp_path: Path) -> None:
    """By its kind, with the providers by their ids."""
    (tmp_path / "dns.yml").write_text(PANEL, encoding="utf-8")
    panel = read_panel(tmp_path / "dns.yml")
    assert (panel.kind, list(panel.tasks)) == ("dns", ["edit_record"])
    place = panel.place("cloudflare")
    assert place is not None
    assert (place.name, place.as_of, place.url) == ("Cloudflare", "2026-11", "https://dash.cloudflare.com/")
    assert panel.place("nobody") is None


@pytest.mark.parametrize(
    ("old", "new", "line", "why"),
    [
        ("about:", "abuot:", 1, 'did you mean "about"?'),
        ('"2026-11"', '"2026-13"', 5, "a year and a month"),
        ("https://dash", "http://dash", 7, "begins with https://"),
        ("    name: Cloudflare\n", "", 5, '"name" is missing here'),
        ("    tasks: {", "    taks: {", 8, "unknown key"),
    ],
)
def test_a_mistake_in_a_panel_has_its_line(old: str, new: str, line: int, why: str) -> None:
    """As in a runbook."""
    problems = parse_panel(PANEL.replace(old, new, 1), "dns.yml").problems
    assert [problem.line for problem in problems if why in problem.message] == [line], problems
