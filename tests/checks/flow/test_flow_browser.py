"""Steps in a real browser: what scripts do is seen, and nothing but the product is reached, through our own session."""

from __future__ import annotations

import asyncio
import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from checks.flow.model import Expect, Extract, Move, Request, State, Step, Submit
from tests.checks.flow.conftest import Street, until
from tests.checks.flow.product import MAIL, page
from tests.servers.http import Answer, Hostile, HttpServer

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        CHROMIUM is None and not os.environ.get("CI"), reason="no Chromium found: `apt-get install chromium`"
    ),
]
LOGIN = Step(
    "Log in",
    browser=(
        Move("open", "/login"),
        Move("fill", "email", MAIL),
        Move("fill", "password", "{password}"),
        Move("click", "Go"),
        Move("see", "Your newsletters"),
    ),
)


async def test_a_person_logs_in_with_a_browser_and_the_walk_goes_on_without(street: Street) -> None:
    """Fields are filled in, the redirect is followed, and the cookie is the walk's own afterwards."""
    after = Step("Dashboard", Request("/dashboard"), expect=Expect(contains="Your newsletters"))
    seen = await street.walk(street.flow(LOGIN, after))
    assert (seen.state, seen.code) == (State.OK, "ok"), seen
    assert seen.steps[0].path == "/dashboard"
    assert [request.path for request in street.web.requests if request.method == "POST"] == ["/login"]
    for request in street.web.requests:
        assert "LaunchReady" in request.header("user-agent")
        assert request.header("x-launch-ready") == f"smoke {seen.run}"


async def test_a_field_is_found_by_what_people_call_it(street: Street) -> None:
    """Its label, what stands in it while it is empty, its name or a selector; a button beside it is no field."""
    body = (
        "<label>E-mail <input id=m type=email></label><button aria-label='Show password'>o</button>"
        "<label for=p>Your password</label><input id=p type=password><input placeholder='Your city'>"
        "<input name=zip-code><p id=out></p><button onclick='out.textContent=[...document.querySelectorAll(`input`)]"
        ".map(one=>one.value).join(`+`)'>Done</button>"
    )
    street.web.route("app.test", "/fields", page("Fields", body))
    fills = {"E-mail": "a", "Your password": "b", "Your city": "c", "zip-code": "d"}
    moves = tuple(Move("fill", what, value) for what, value in fills.items())
    ends = (Move("fill", "input#m", "e"), Move("click", "Done"), Move("see", "e+b+c+d"))
    seen = await street.walk(street.flow(Step("Fill", browser=(Move("open", "/fields"), *moves, *ends))))
    assert seen.code == "ok", seen


async def test_what_a_browser_sees_serves_the_next_form(street: Street) -> None:
    """A page opened in the browser is judged, gives values, and its form is sent by a step without one."""
    taken = (Extract("title", "regex", "<title>([^<]+)</title>"),)
    steps = (
        Step("Open", browser=(Move("open", "/login"),), extract=taken, expect=Expect(contains="Log in")),
        Step("Log in", submit=Submit(fields={"email": MAIL, "password": "{password}"})),
    )
    assert (await street.walk(street.flow(*steps))).code == "ok"
    lost = Step("Open", browser=(Move("open", "/nowhere"),))
    assert (await street.walk(street.flow(lost))).steps[0].sentence == "answers with error 404"


async def test_what_a_script_does_is_seen_and_what_it_fails_to_do(street: Street) -> None:
    """The text comes from an API by fetch, after a moment."""
    script = (
        "<p id=out>waiting</p><script>fetch('/api/hello').then(r=>r.json()).then(j=>out.textContent=j.say)</script>"
    )
    street.web.route("app.test", "/spa", page("App", script))
    street.web.route("app.test", "/api/hello", Answer(200, '{"say": "Hello from the API"}'))
    look = Step("Look", browser=(Move("open", "/spa"), Move("see", "Hello from the API"), Move("not_see", "waiting")))
    assert (await street.walk(street.flow(look))).code == "ok"
    street.web.route("app.test", "/api/hello", Answer(500, "no"))
    seen = await street.walk(street.flow(replace(look, within=1.5)))
    assert (seen.code, seen.steps[0].sentence) == ("broken", "does not show “Hello from the API”")


async def test_nothing_but_the_product_is_reached(street: Street) -> None:
    """Pictures, scripts, frames, beacons, sockets and workers of others: no packet goes to any of them."""
    async with HttpServer() as elsewhere:
        at = f"127.0.0.1:{elsewhere.port}"
        body = (
            f"<img src='http://{at}/a.png'><script src='http://{at}/b.js'></script><iframe src='http://{at}/c'></iframe>"
            f"<link rel=preconnect href='http://{at}'><link rel=dns-prefetch href='//other.test'>"
            "<script>"
            f"navigator.sendBeacon('http://{at}/d','x');fetch('https://other.test/e',{{mode:'no-cors'}}).catch(()=>0);"
            f"new WebSocket('ws://{at}/f');new WebSocket('wss://app.test/ws');new EventSource('http://{at}/g');"
            f"navigator.serviceWorker&&navigator.serviceWorker.register('/sw.js').catch(()=>0);"
            f"new RTCPeerConnection({{iceServers:[{{urls:'stun:{at}'}}]}}).createDataChannel('x');"
            f"window.open('http://{at}/h');setTimeout(()=>document.title='done',300)"
            "</script><p>Shown</p>"
        )
        street.web.route("app.test", "/", page("Home", body))
        street.web.route(
            "app.test", "/sw.js", Answer(200, "fetch('/from-worker')", (("content-type", "text/javascript"),))
        )
        look = (Move("open", "/"), Move("see", "Shown"), Move("wait", "p"))
        seen = await street.walk(street.flow(Step("Home", browser=look)))
        assert seen.code == "ok", seen
        assert elsewhere.connections == 0
    assert {request.host for request in street.web.requests} == {"app.test"}
    assert not street.web.asked("/from-worker")
    assert not street.web.asked("/ws")


async def test_a_page_that_leads_elsewhere_is_not_followed_there(street: Street) -> None:
    """By a redirect of the server, or by a script: unknown, with the host to write down."""
    street.web.route("app.test", "/away", Answer(302, b"", (("location", "https://other.test/"),)))
    seen = await street.walk(
        street.flow(Step("Away", browser=(Move("open", "/away"), Move("see", "Hello")), within=4.0))
    )
    assert (seen.state, seen.code, seen.needs) == (State.UNKNOWN, "foreign_host", ("other.test",)), seen.steps
    assert not street.web.asked("/", "other.test")


async def test_a_page_that_hangs_or_circles_ends_with_its_step(street: Street) -> None:
    """A server that says nothing, a page that sends itself round, a script that never ends."""
    street.web.route("app.test", "/hang", Answer(hostile=Hostile.HANG))
    street.web.route("app.test", "/circle", Answer(302, b"", (("location", "/circle"),)))
    street.web.route("app.test", "/busy", page("Busy", "<script>for(;;){}</script>"))
    for path, seconds, code in (("/hang", 1.5, "timeout"), ("/circle", 12.0, "loop"), ("/busy", 2.0, "")):
        async with asyncio.timeout(80):
            seen = await street.walk(street.flow(Step("Open", browser=(Move("open", path),), within=seconds)))
        assert seen.state is State.FAILED, path
        assert code in ("", seen.steps[0].code)
    assert street.web.asked("/circle") <= 25


async def test_the_browser_is_gone_after_a_walk_that_was_called_off(street: Street) -> None:
    """No process is left behind."""
    street.web.route("app.test", "/hang", Answer(hostile=Hostile.HANG))
    others = browsers()
    task = asyncio.ensure_future(street.walk(street.flow(Step("Open", browser=(Move("open", "/hang"),)))))
    await until(lambda: street.web.asked("/hang"))
    mine = browsers() - others
    assert mine
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await until(lambda: not (browsers() & mine))


def browsers() -> set[int]:
    """Chromium processes that descend from this one."""
    parents: dict[int, tuple[int, str]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                said = (entry / "stat").read_text()
            except OSError:
                continue
            name, rest = said[said.index("(") + 1 : said.rindex(")")], said[said.rindex(")") + 2 :].split()
            if rest[0] != "Z":
                parents[int(entry.name)] = (int(rest[1]), name)
    found = set()
    for pid, (_, name) in parents.items():
        at = pid
        while at in parents and at != os.getpid():
            at = parents[at][0]
        if at == os.getpid() and "chrom" in name:
            found.add(pid)
    return found
