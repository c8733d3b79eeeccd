"""Forms that are sent on a walk: what goes out, and what is said where a form cannot be found or filled in."""

from __future__ import annotations

from dataclasses import replace

from checks.flow.model import Expect, Extract, FlowSeen, Request, State, Step, Submit
from tests.checks.flow.conftest import Street
from tests.checks.flow.product import APP, JSON, PAY, page
from tests.servers.http import Answer

OPEN = Step("Open it", Request("/it"))
MANY = '<form id=find><input name=q></form><form method=post><input name="user[email]"><input name="user[pass]"></form>'


async def sent(street: Street, html: str, submit: Submit, expect: Expect = Expect()) -> FlowSeen:  # noqa: B008
    """What a walk says that opens a page and sends its form."""
    street.web.route(APP, "/it", page("It", html))
    return await street.walk(street.flow(OPEN, Step("Send it", submit=submit, expect=expect)))


async def test_a_name_that_is_wrong_gets_those_that_are_there(street: Street) -> None:
    """Rails calls its fields `user[email]`: who wrote `email` sees it in the sentence."""
    seen = await sent(street, MANY, Submit(fields={"email": "a@b.test"}))
    assert seen.state is State.FAILED
    assert seen.steps[1].sentence == (
        "does not find a form with email on the page /it; there is one with q; or user[email] and user[pass]"
    )
    seen = await sent(street, MANY, Submit(form="#enter"))
    assert seen.steps[1].sentence.startswith("does not find the form #enter on the page /it; there is one with q")


async def test_a_page_that_a_script_draws_has_no_form(street: Street) -> None:
    """The sentence says what to write instead."""
    seen = await sent(street, '<div id="root"></div><script src="/app.js"></script>', Submit(fields={"email": "x"}))
    assert seen.steps[1].sentence == (
        "finds no form on the page /it; where a script draws it, write this step under browser:"
    )


async def test_a_plan_that_is_no_longer_offered_cannot_be_bought(street: Street) -> None:
    """The choice is gone from the page, so the flow ends there, and nothing is sent."""
    html = "<form method=post><select name=plan><option value=m>Monthly</select></form>"
    seen = await sent(street, html, Submit(fields={"plan": "y"}))
    assert seen.steps[1].sentence == "does not offer “y” for plan; it offers “Monthly”"
    assert [one.method for one in street.web.requests] == ["GET"]


async def test_a_text_that_everybody_sees_proves_no_log_in(street: Street) -> None:
    """The menu says “Dashboard” to strangers, too: the form that comes back is told, and no log-in is claimed."""
    form = "<a>Dashboard</a><form method=post action=/in><input name=email><input name=pass type=password></form>"
    step = Submit(fields={"email": "a@b.test", "pass": "{password}"})
    street.web.route(APP, "/in", page("It", form + '<p class="error">Wrong password'))
    seen = await sent(street, form, step, Expect(contains="Dashboard"))
    assert seen.state is State.FAILED
    assert seen.steps[1].sentence == (
        "shows the form once more; “Dashboard” stands there before anybody is logged in, so it proves nothing"
    )
    assert seen.steps[1].evidence == "Wrong password"
    street.web.route(APP, "/in", page("In", "<a>Dashboard</a>"))
    assert (await sent(street, form, step, Expect(contains="Dashboard"))).state is State.OK


async def test_the_button_that_is_asked_for_is_pressed(street: Street) -> None:
    """It leads elsewhere than the form; the first button is not pressed."""
    street.web.route(APP, "/mail", page("Sent"))
    html = "<form method=post><input name=e><button>Log in</button><button formaction=/mail>Mail a link</button></form>"
    seen = await sent(street, html, Submit(fields={"e": "x"}, press="Mail a link"))
    assert (seen.state, seen.steps[1].path) == (State.OK, "/mail")
    assert street.web.requests[-1].body == b"e=x"


async def test_a_hidden_place_or_word_does_not_blacken_the_report(street: Street) -> None:
    """`next=/some/place` is no secret: where the walk ended is still readable; a token is not."""
    token = "8f14e45fceea167a5a36dedd4bea2543"
    html = (
        "<form method=post action=/some/place><input type=hidden name=next value=/some/place>"
        f"<input type=hidden name=kind value=nothing><input type=hidden name=csrf value={token}></form>"
    )
    street.web.route(APP, "/some/place", page("Sorry", f"<p>nothing is here for {token}</p>", 404))
    seen = await sent(street, html, Submit())
    assert seen.steps[1].path == "/some/place"
    assert "nothing is here" in seen.steps[1].evidence
    assert token not in repr(seen)


async def test_a_token_in_a_cookie_goes_back_as_scripts_read_it(street: Street) -> None:
    """Laravel's `XSRF-TOKEN` has percent signs in the cookie, and none in the header; the page is named, too."""
    street.web.route(APP, "/sanctum", page("Shop", "", 200, ("set-cookie", "XSRF-TOKEN=eyJpdiI6Ik%2B%2F%3D; Path=/")))
    street.web.route(APP, "/api/login", page("In"))
    sent = Request("/api/login", "POST", {"X-XSRF-TOKEN": "{xsrf}"}, json={"email": "a@b.test"})
    token = Extract("xsrf", "cookie", "XSRF-TOKEN")
    seen = await street.walk(street.flow(Step("Open", Request("/sanctum?x=1"), extract=(token,)), Step("Log in", sent)))
    assert seen.state is State.OK, seen.sentence
    request = street.web.requests[-1]
    assert request.header("x-xsrf-token") == "eyJpdiI6Ik+/="
    assert request.cookies["XSRF-TOKEN"] == "eyJpdiI6Ik%2B%2F%3D"
    assert (request.header("origin"), request.header("referer")) == ("https://app.test", "https://app.test/sanctum")


async def test_who_is_no_browser_names_no_page(street: Street) -> None:
    """An API that was asked before is no page; senders of webhooks have none; what is written in the step counts."""
    street.web.route(APP, "/hook", page("OK"))
    json = Answer(200, "{}", (JSON,))
    street.web.route(APP, "/api", json)
    own = Request("/hook", "POST", {"origin": "https://mine.test"})
    flow = street.flow(
        Step("Ask", Request("/api")),
        Step("Send", Request("/hook", "POST")),
        Step("Open", Request("/")),
        Step("Deliver", Request("/hook", "POST"), webhook=True),
        Step("Send as mine", own),
    )
    assert (await street.walk(flow)).state is State.OK
    hooks = [one for one in street.web.requests if one.path == "/hook"]
    assert [one.header("origin") for one in hooks] == ["", "", "https://mine.test"]


async def test_a_service_that_is_not_written_down_is_named(street: Street) -> None:
    """A log-in at somebody else's API: its host stands in the answer, and nothing is sent there."""
    seen = await street.walk(street.flow(Step("Log in", Request("https://abcd.auth.test/token", "POST", json={}))))
    assert (seen.state, seen.code, seen.needs) == (State.UNKNOWN, "foreign_host", ("abcd.auth.test",))
    assert "leads to abcd.auth.test, which is not written down, so it was not asked" in seen.sentence
    seen = await sent(street, "<form method=post action=https://pay.elsewhere.test/in><input name=e></form>", Submit())
    assert (seen.code, seen.needs) == ("foreign_host", ("pay.elsewhere.test",))
    assert [one.method for one in street.web.requests] == ["GET"]


async def test_tokens_of_a_page_go_along_as_its_scripts_send_them(street: Street) -> None:
    """A log-out by DELETE works in Rails without a form; a token goes to its own address only."""
    meta = '<meta name="viewport" content="x"><meta content="aB3+/=dEf&amp;9" name="csrf-token">'
    street.web.route(APP, "/inside", page("In", meta, 200, ("set-cookie", "csrftoken=dj4ng0tok3n; Path=/")))
    street.web.route(APP, "/session", page("Out"))
    street.web.route(PAY, "/session", page("Out"))
    own = Step("Log out", Request("/session", "DELETE"))
    others = Step("Tell the other", Request(f"https://{PAY}/session", "DELETE"))
    mine = Step("Log out", Request("/session", "DELETE", {"x-csrf-token": "mine"}))
    opened = Step("Open", Request("/inside"))
    flow = street.flow(opened, own, opened, others, opened, mine)
    assert (await street.walk(replace(flow, hosts=frozenset({APP, PAY})))).state is State.OK
    sent = [one for one in street.web.requests if one.method == "DELETE"]
    assert [one.header("x-csrf-token") for one in sent] == ["aB3+/=dEf&9", "", "mine"]
    assert [one.header("x-csrftoken") for one in sent] == ["dj4ng0tok3n", "", "dj4ng0tok3n"]
    assert [one.header("referer") for one in sent][:2] == ["https://app.test/inside", "https://app.test/"]
