"""Forms of pages as browsers send them, and pages that are made to keep a reader busy."""

from __future__ import annotations

import pytest

from checks.flow.form_sent import target_of, with_query
from checks.flow.forms import CAP, read
from checks.net.urls import parse
from tests.growth import LARGE, repeated, slow_pieces

PAGE = """
<!-- <form action="/comment"><input name="email"></form> -->
<script>document.write('<form action="/script"><input name="email">')</script>
<template><form action="/template"><input name="email"></form></template>
<form id="search" name="find" action="/search?lang=en">
<input name=q value='it&#39;s'><input type=submit value=Go></form>
<form action="/enter" METHOD=Post>
  <input type="hidden" name="csrf" value="a>b&amp;&quot;c"><input type=hidden name=state value=''>
  <input name=email type=email><input name=password type=password disabled><input type=password name=pass>
  <input type=checkbox name=terms><input type=checkbox name=news checked><input type=radio name=kind value=a>
  <input type=radio name=kind value=b checked><textarea name=note>
 two &lt;lines&gt;</textarea>
  <select name=plan><option value="">Choose<option value=m>Monthly</select>
  <select name=size><option value=s>S<option value=l selected>L<option value=x>X</select>
  <input type=file name=photo><input type=reset name=r><input value=nameless>
  <button name=go value=1>Go</button><button name=other value=2>Other</button><button type=button name=b>B</button>
</form>
<input name=outside value=lost><input name=late value=joined form=search>
"""


def test_what_a_browser_would_send() -> None:
    """Hidden, chosen and checked values as they are; ours in their places; the first button; the rest left out."""
    form = read(PAGE).forms[1]
    assert (form.action, form.method, form.asks_for_password) == ("/enter", "POST", True)
    assert form.pairs({"email": "qa@x.test", "pass": "p", "extra": "e"}) == [
        ("csrf", 'a>b&"c'), ("state", ""), ("email", "qa@x.test"), ("pass", "p"), ("news", "on"), ("kind", "b"),
        ("note", " two <lines>"), ("plan", ""), ("size", "l"), ("photo", ""), ("go", "1"), ("extra", "e"),
    ]  # fmt: skip
    assert dict(form.pairs({"terms": "on", "go": "no", "kind": "a"}))["kind"] == "a"


def test_what_is_commented_out_or_scripted_is_no_form() -> None:
    """Only the two forms of the page."""
    found = read(PAGE)
    assert [form.action for form in found.forms] == ["/search?lang=en", "/enter"]
    assert found.forms[0].pairs({}) == [("q", "it's"), ("late", "joined")]
    assert found.value("csrf") == 'a>b&"c'


def test_a_form_is_found_by_what_people_call_it() -> None:
    """By id, name, action, field; without a word by the fields that are filled in."""
    found = read(PAGE)
    search, enter = found.forms
    for wanted in ("#search", "find", "/search", "with:q"):
        assert found.find(wanted, {}) is search
    assert found.find("", {"email": "", "pass": ""}) is enter
    assert found.find("", {"nowhere": ""}) is None
    assert found.find("#nowhere", {}) is None


@pytest.mark.parametrize(
    ("action", "base", "target"),
    [
        ("", "", "https://a.test/in/page?x=1"),
        ("go", "", "https://a.test/in/go"),
        ("/go", "https://b.test/deep/", "https://b.test/go"),
        ("//c.test/go", "", "https://c.test/go"),
    ],
)
def test_where_a_form_goes(action: str, base: str, target: str) -> None:
    """Seen from its page, or from the page's base."""
    form = read(f'<base href="{base}"><form action="{action}">').forms[0]
    assert str(target_of(form.action, base, parse("https://a.test/in/page?x=1"))) == target


def test_a_form_that_gets_replaces_the_query() -> None:
    """As browsers do it."""
    assert with_query(parse("https://a.test/s?old=1"), [("q", "a b&c")]) == "https://a.test/s?q=a+b%26c"


@pytest.mark.parametrize("action", ["javascript:alert(1)", "mailto:x@y.test", "data:text/html,x"])
def test_a_form_that_leads_nowhere_is_refused(action: str) -> None:
    """It is no web address."""
    with pytest.raises(ValueError, match="web"):
        target_of(action, "", parse("https://a.test/"))


@pytest.mark.parametrize(
    "piece",
    ["<!--", "<form", "<form>", "<input ", '<input name="', "<input name=a>", '<form ="', "<input =' >", "<textarea",
     "<textarea>", "<script>", "<select name=s>", "<a", '<form><input name=x value=">', "</form",
     '<form id="a"><input name="b" value="',
     "<option>", "<button name=a>", "&#9", "<title>"],
)  # fmt: skip
def test_a_page_made_to_keep_us_busy_does_not(piece: str) -> None:
    """A megabyte of anything takes as long as it is long, and not minutes."""
    assert len(read(repeated(piece, CAP)).forms) <= 50
    assert not slow_pieces(read, [piece], sizes=LARGE)
