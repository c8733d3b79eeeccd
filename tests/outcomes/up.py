"""One page that is watched: down in every way, the wrong page, slow, and not to be seen."""

from __future__ import annotations

from dataclasses import replace

from checks.net.facts import Exchange
from checks.net.live import LiveProbe
from checks.net.requests import Asking
from checks.net.urls import Url
from tests.checks.samples import page
from tests.outcomes.scenario import Scenario, Step
from tests.outcomes.steps import expects, gone, network, records, route, shows, shut
from tests.outcomes.world import APP, CHALLENGE, WWW, World, shown
from tests.servers.http import Answer, Hostile, redirect

LOGIN = "/login"
SIGN_IN = page(text="Sign in")


def login(code: str) -> dict[str, str]:
    """The code about the page that is watched."""
    return {"up.http Login": code}


def says(answer: object) -> Step:
    """The log-in page answers so."""
    return route(APP, LOGIN, answer)  # type: ignore[arg-type]


class Impatient(LiveProbe):
    """The probe with a third of a second for each request; ten seconds of silence prove no more."""

    async def _send(self, url: Url, request: Asking) -> Exchange:
        return await super()._send(url, replace(request, timeout=0.3))


def impatient(world: World) -> None:
    """Wait for answers as long as a test may."""
    world.opens = Impatient


SCENARIOS = (
    Scenario("The log-in page answers as expected", login("up")),
    Scenario(
        "The log-in page takes a quarter of a second, a fiftieth is expected",
        login("slow"),
        says(Answer(body=SIGN_IN, delay=0.25)),
        expects(slow_after=0.02),
    ),
    Scenario(
        "The log-in page begins its answer after a quarter of a second, a fiftieth is the latest",
        login("too_late"),
        says(Answer(body=SIGN_IN, delay=0.25)),
        expects(first_byte=0.02),
    ),
    Scenario("The name of the watched page is gone", login("dns"), gone(APP)),
    Scenario(
        "The certificate of the watched page has run out",
        login("tls"),
        shows(APP, lambda world: world.authority.expired(APP)),
    ),
    Scenario("Nobody listens where the watched page is", login("refused"), shut(443)),
    Scenario(
        "No way leads to the address of the watched page",
        login("unreachable"),
        records(APP, "A", "127.255.255.255"),
    ),
    Scenario("The watched page never answers", login("timeout"), says(Answer(hostile=Hostile.HANG)), impatient),
    Scenario("The server hangs up before it answers", login("reset"), says(Answer(hostile=Hostile.RESET_EARLY))),
    Scenario(
        "The server answers with something that is no web page",
        login("garbled"),
        says(Answer(raw=b"SSH-2.0-x\r\n\r\n")),
    ),
    Scenario("The watched page answers with a server error", login("http_5xx"), says(Answer(500, b"oops"))),
    Scenario("The watched page is not found", login("http_4xx"), says(Answer(404))),
    Scenario("The watched page answers 200 where 204 is expected", login("wrong_status"), expects(status=(204,))),
    Scenario(
        "The watched page leads in a circle",
        login("redirect_loop"),
        route(APP, "*", lambda request: redirect(f"https://{APP}{'/' if request.path == LOGIN else LOGIN}")),
    ),
    Scenario(
        "The watched page ends at another host than agreed",
        login("wrong_host"),
        expects(final_host=WWW),
    ),
    Scenario("The watched page lacks the words that are expected", login("wrong_content"), says(shown(page()))),
    Scenario("The firewall challenges the bot at the watched page", login("blocked_by_firewall"), says(CHALLENGE)),
    Scenario(
        "The watched page is at a private address, which the bot may not contact",
        login("could_not_look"),
        network(allow_private=False),
    ),
)
