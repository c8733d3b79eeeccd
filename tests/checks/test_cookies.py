"""Reading cookies as a browser does."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.cookies import Cookie, of, parse
from checks.net.facts import Exchange


@pytest.mark.parametrize(
    ("header", "cookie"),
    [
        ("sid=1; Secure; HttpOnly; SameSite=Lax", Cookie("sid", secure=True, http_only=True, same_site="lax")),
        ("sid=1;secure ;HTTPONLY; samesite = NONE", Cookie("sid", secure=True, http_only=True, same_site="none")),
        ("sid=1; SameSite=Lax; SameSite=Strict", Cookie("sid", same_site="strict")),
        ("sid=1; SameSite=whatever", Cookie("sid")),
        ("sid=; Max-Age=0", Cookie("sid", removed=True)),
        ("sid=x; Max-Age=-1", Cookie("sid", removed=True)),
        ("sid=x; Max-Age=3600", Cookie("sid")),
        ("sid=a=b; Path=/; Domain=.example.test", Cookie("sid")),
        ("novalue", None),
        ("=x", None),
        ("", None),
    ],
)
def test_a_cookie_is_what_the_browser_makes_of_it(header, cookie):
    """Names of marks without case, the last of two equal ones counts (RFC 6265 section 5.3)."""
    assert parse(header) == cookie


@pytest.mark.parametrize(
    "name",
    [
        *("session", "sessionid", "sid", "connect.sid", "PHPSESSID", "JSESSIONID", "laravel_session", "_shop_session"),
        *("__Host-session", "__Secure-next-auth.session-token", "next-auth.session-token.0", "auth_token", "jwt"),
        *("access_token", "remember_user_token", "sb-abcdefgh-auth-token", "ASP.NET_SessionId", "authjs.session-token"),
        "wordpress_logged_in_0a1b",
    ],
)
def test_log_in_cookies_are_known_by_their_names(name):
    """As frameworks call them."""
    assert Cookie(name).session


@pytest.mark.parametrize(
    "name",
    ["csrftoken", "XSRF-TOKEN", "csrf_session", "_ga", "theme", "locale", "cookie_consent", "cart", "__cf_bm", "seen"],
)
def test_other_cookies_hold_no_log_in(name):
    """Tokens against forgery must be readable by the page's own script."""
    assert not Cookie(name).session


@given(st.binary(max_size=400))
def test_no_header_stops_the_reader(data):
    """Headers come from strangers."""
    text = data.decode("latin-1")
    cookie = parse(text)
    assert cookie is None or cookie.name
    answer = Exchange("https://a.test/", status=200, headers=(("set-cookie", text),) * 200)
    assert len(of(answer)) <= 50
    assert all(isinstance(one.session, bool) for one in of(answer))


@given(st.text(alphabet="sesionauthtoken._-0", max_size=4000))
def test_long_names_are_matched_in_time(name):
    """No name makes the pattern run wild."""
    parsed = parse(f"{name}=1")
    assert parsed is None or isinstance(parsed.session, bool)
