"""A text is found as people read it and write it down, whatever tags stand in between."""

from __future__ import annotations

import pytest

from checks.flow.judging import told
from checks.flow.model import Expect, Request, State, Step
from checks.flow.shown import CAP, shown, shows
from checks.net.facts import Exchange
from tests.checks.flow.conftest import Street
from tests.checks.flow.product import APP, page
from tests.growth import worse_than_linear


@pytest.mark.parametrize(
    ("html", "wanted"),
    [
        ("<p>Hello <!-- -->Ana<!-- -->, your courses</p>", "Hello Ana, your courses"),
        ("<p>Your <b>courses</b>\n   are here</p>", "Your courses are here"),
        ("<p>Tom &amp; Jerry&#39;s&nbsp;shop</p>", "Tom & Jerry's shop"),
        ("<p>Your</p><p>courses</p>", "Your courses"),
        ("<li>49<sup>.00</sup><br>EUR", "49.00 EUR"),
        ('<a data-plan="pro" href=/x>Buy', 'data-plan="pro"'),
        ("{&quot;ok&quot;: 1}", '{"ok": 1}'),
    ],
)
def test_it_is_there(html: str, wanted: str) -> None:
    """Words go on across what stands within a line; the source itself counts, too."""
    assert shows(html, wanted)


def test_what_nobody_reads_is_no_text_of_the_page() -> None:
    """Words do not come together across scripts, comments and blocks."""
    html = "<title>A</title>Your<script>if (a < b) x()</script><style>p > a {}</style><!-- > --> cour<div>ses</div>"
    assert shown(html) == "Your cour ses"
    assert not shows(html, "Your courses")


@pytest.mark.parametrize("piece", ["<!--", "<", "<a", "<a ", "<script>", "<p>", "</", "&amp", "<b>x</b>", "a " * 3])
def test_a_page_made_to_keep_us_busy_does_not(piece: str) -> None:
    """Four times the page takes about four times as long."""
    assert worse_than_linear(lambda size: shown(piece * (size // len(piece))), CAP // 8) is None


async def test_a_page_that_is_too_long_is_not_called_broken(street: Street) -> None:
    """The text may stand behind what is read; nobody knows."""
    street.web.route(APP, "/long", page("Long", "x" * 3_000_000 + "THE END"))
    seen = await street.walk(street.flow(Step("Look", Request("/long"), expect=Expect(contains="THE END"))))
    assert seen.state is State.UNKNOWN
    assert seen.steps[0].sentence == "does not show “THE END” in its first 2 MB; no more is read"


def test_bytes_are_no_words() -> None:
    """An answer that nobody can read says nothing to people."""
    assert told(Exchange("https://a.test/", status=500, body=b"\x00\x01 \xff")) == ""
