"""What a form sends is what Chromium sends for the same HTML: each case was measured there, with Enter pressed."""

from __future__ import annotations

from urllib.parse import parse_qsl

import pytest

from checks.flow.form_fields import NotOffered
from checks.flow.form_sent import URLENCODED, Sent, sent
from checks.flow.forms import read
from checks.net.urls import parse

PAGE = parse("https://a.test/dir/page?q=1")
INSIDE = [
    ("<select name=s><option> Monthly \n plan &amp; more </option></select>", [("s", "Monthly plan & more")]),
    ('<select name=s><option value="" disabled selected>Choose<option value=a>A</select>', []),
    ('<select name=s><option value="x" disabled>Choose<option value=a>A</select>', [("s", "a")]),
    ("<select name=s><optgroup disabled><option value=x>C</optgroup><option value=a>A</select>", [("s", "a")]),
    (
        "<select name=s multiple><option value=a selected><option value=b><option value=c selected></select>",
        [("s", "a"), ("s", "c")],
    ),
    ("<select name=s multiple><option value=a><option value=b></select>", []),
    ("<select name=s size=3><option value=a><option value=b></select>", []),
    ("<select name=s></select>", []),
    ("<select name=s><option selected value=a><option selected value=b></select>", [("s", "b")]),
    ("<select name=s><option></option><option value=1>x</select>", [("s", "")]),
    ('<select name=s><option label="L">text <b>x</b></option></select>', [("s", "text x")]),
    ("<select name=s><option>te<!-- <b> -->xt</option></select>", [("s", "text")]),
    ("<button>Log in</button><button name=forgot value=1>Forgot</button>", []),
    ("<button name=in value=1>Log in</button><button name=forgot value=1>Forgot</button>", [("in", "1")]),
    ("<button type=foo name=b value=1>x</button>", [("b", "1")]),
    ("<input type=submit name=s>", [("s", "Submit")]),
    ("<input type=image name=im alt=x>", [("im.x", "0"), ("im.y", "0")]),
    ("<input type=image alt=x><button name=b value=1></button>", [("x", "0"), ("y", "0")]),
    (
        "<fieldset disabled><legend><input name=l value=1></legend><input name=in></fieldset><input name=k value=2>",
        [("l", "1"), ("k", "2")],
    ),
    (
        "<fieldset disabled><legend>a</legend><legend><input name=l></legend></fieldset><input name=k value=2>",
        [("k", "2")],
    ),
    ("<textarea name=t>\n\na\nb</textarea>", [("t", "\r\na\r\nb")]),
    ('<input type=hidden name=t value="a\nb">', [("t", "a\r\nb")]),
    ('<input name=t value="a\nb">', [("t", "ab")]),
    ("<input type=hidden name=_charset_>", [("_charset_", "UTF-8")]),
    ("<input name=b value=1 form=nope>", []),
    ("<form action=/in><input name=i value=1>", [("i", "1")]),
    (
        "<input type=range name=r min=0 max=10 value=3><input type=range name=q min=10 max=20>",
        [("r", "3"), ("q", "15")],
    ),
    ("<input type=range name=r><input type=color name=c>", [("r", "50"), ("c", "#000000")]),
    ("<input type=number name=n value=abc><input type=email name=m value=' a@b '>", [("n", ""), ("m", "a@b")]),
    ("<input type=file name=f>", [("f", "")]),
    ("<input type=hidden name=t value=0><input type=checkbox name=t value=1>", [("t", "0")]),
    ("<input type=hidden name=a[] value=1><input type=hidden name=a[] value=2>", [("a[]", "1"), ("a[]", "2")]),
    (
        '<input type=hidden name=x value="a &copy b &notit; &amp &#65; &AMP;x &copy=1 &hellip;">',
        [("x", "a © b &notit; & A &x &copy=1 …")],
    ),
]


def pressed(html: str, fields: dict[str, str], press: str = "") -> Sent:
    """What the form of a page sends."""
    found = read(html)
    form = found.find("", fields)
    assert form is not None
    return sent(form, fields, found.base, PAGE, press=press)


@pytest.mark.parametrize(("inside", "more"), INSIDE)
def test_fields_go_out_as_from_a_browser(inside: str, more: list[tuple[str, str]]) -> None:
    """Beside the field that is filled in."""
    found = pressed(f"<form method=post action=/go><input name=e>{inside}</form>", {"e": "v"})
    assert (found.method, found.url) == ("POST", "https://a.test/go")
    assert parse_qsl(found.body.decode(), keep_blank_values=True) == [("e", "v"), *more]


def test_a_field_before_its_form_comes_first() -> None:
    """It names the form; the order of the page counts, also for which button is the first."""
    html = (
        "<input name=b value=1 form=x><button form=x name=one value=1>y</button>"
        "<form id=x method=post action=/go><input name=e><button name=two value=1>x</button></form>"
    )
    assert pressed(html, {"e": "v"}).body == b"b=1&one=1&e=v"


def test_an_address_keeps_what_looks_like_a_letter() -> None:
    """`&region=` in an action is no `®ion=`; what is written as a reference is one."""
    html = '<form method=post action="/signup?plan=pro&region=eu&order=1&para=2&amp;copy=3"><input name=e></form>'
    assert pressed(html, {"e": ""}).url == "https://a.test/signup?plan=pro&region=eu&order=1&para=2&copy=3"


def test_a_button_may_lead_elsewhere() -> None:
    """`formaction`, `formmethod`, `formenctype`; the first button, or the one that is asked for by its words."""
    html = (
        "<form action=/search><input name=e><button formaction=/enter formmethod=post>Log in</button>"
        "<button name=how value=mail formaction=/link formmethod=POST formenctype=text/plain>"
        "<b>Mail</b> me a\n link</button><button>Search</button></form>"
    )
    assert pressed(html, {"e": "v"}) == Sent("POST", "https://a.test/enter", URLENCODED, b"e=v")
    mailed = Sent("POST", "https://a.test/link", "text/plain", b"e=v\r\nhow=mail\r\n")
    assert pressed(html, {"e": "v"}, "Mail me a link") == pressed(html, {"e": "v", "how": "mail"}) == mailed
    assert pressed(html, {"e": "v"}, "Search") == Sent("GET", "https://a.test/search?e=v")
    with pytest.raises(NotOffered, match="the button “Sign up”; there is “Log in”, “Mail me a link”, “Search”"):
        pressed(html, {"e": "v"}, "Sign up")


def test_a_button_that_waits_for_a_script_is_pressed_all_the_same() -> None:
    """A person would have filled in the form by then; one that works is taken before it."""
    assert (
        pressed("<form><input name=e><button disabled name=a value=1>A</button></form>", {"e": ""}).url[-7:]
        == "?e=&a=1"
    )
    html = "<form><input name=e><button disabled name=a>A</button><button name=b value=2>B</button></form>"
    assert pressed(html, {"e": ""}).url.endswith("?e=&b=2")


def test_parts_for_a_form_with_a_file() -> None:
    """`multipart/form-data`: receivers of files read nothing else. A file that nobody chose is an empty part."""
    html = (
        "<form method=post action=/go enctype=Multipart/Form-Data><input name=e><input type=file name=f>"
        '<input type=hidden name=\'h"i\' value="ü"></form>'
    )
    found = pressed(html, {"e": "a\nb"})
    kind, _, boundary = found.kind.partition("; boundary=")
    assert kind == "multipart/form-data"
    assert found.body.decode().replace(boundary, "B") == (
        '--B\r\nContent-Disposition: form-data; name="e"\r\n\r\na\r\nb\r\n'
        '--B\r\nContent-Disposition: form-data; name="f"; filename=""\r\n'
        "Content-Type: application/octet-stream\r\n\r\n\r\n"
        '--B\r\nContent-Disposition: form-data; name="h%22i"\r\n\r\nü\r\n--B--\r\n'
    )


BOXES = (
    "<form><input type=hidden name=terms value=0><input type=checkbox name=terms value=1>"
    "<input type=checkbox name=news value=yes checked><input type=checkbox name=tag value=a>"
    "<input type=checkbox name=tag value=b>"
    "<input type=radio name=plan value=m checked><input type=radio name=plan value=y>"
    "<select name=size><option value=s>Small<option value=l>Large</select></form>"
)


@pytest.mark.parametrize(
    ("fields", "query"),
    [
        ({"terms": "1"}, "terms=0&terms=1&news=yes&plan=m&size=s"),
        ({"terms": "on"}, "terms=0&terms=1&news=yes&plan=m&size=s"),
        ({"news": "off"}, "terms=0&plan=m&size=s"),
        ({"tag": "b"}, "terms=0&news=yes&tag=b&plan=m&size=s"),
        ({"plan": "y"}, "terms=0&news=yes&plan=y&size=s"),
        ({"size": "l"}, "terms=0&news=yes&plan=m&size=l"),
        ({"size": "Large"}, "terms=0&news=yes&plan=m&size=l"),
    ],
)
def test_boxes_and_choices_as_a_person_ticks_them(fields: dict[str, str], query: str) -> None:
    """A tick sends the box's own value beside its hidden stand-in; a choice may be written as it is shown."""
    assert pressed(BOXES, fields).url.partition("?")[2] == query


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"size": "xl"}, "does not offer “xl” for size; it offers “Small”, “Large”"),
        ({"plan": "gold"}, "does not offer “gold” for plan; it offers “m”, “y”"),
    ],
)
def test_what_a_page_does_not_offer_cannot_be_chosen(fields: dict[str, str], says: str) -> None:
    """The plan is gone from the page: no customer can choose it, so neither does a walk."""
    with pytest.raises(NotOffered, match=says):
        pressed(BOXES, fields)


def test_a_list_that_a_script_fills_takes_what_is_written() -> None:
    """It has no choices of its own."""
    assert pressed("<form><select name=s></select></form>", {"s": "x"}).url.endswith("?s=x")
