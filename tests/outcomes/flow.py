"""Walks as customers take them: what works, what breaks on the way, and what keeps the bot from walking."""

from __future__ import annotations

import os
from dataclasses import replace

from bot.clock import SystemClock
from checks.flow.model import Expect, Flow, Move, Request, Step, Submit
from checks.flow.secret import Secret
from checks.flow.walk import walk_all
from checks.net.session import Session
from tests.outcomes.scenario import Scenario
from tests.outcomes.scenario import Step as Change
from tests.outcomes.steps import records, route, shut
from tests.outcomes.world import API, APP, CHALLENGE, MACHINE, World, shown
from tests.servers.http import Answer, Hostile, redirect
from tests.servers.http import Request as Asked

WALK = "flow.smoke Walk"
FORM = '<form method="post" action="/enter"><input name="email"><input name="password" type="password"></form>'
PAGE = shown(f"<!doctype html><title>Shop</title><h1>Shop</h1>{FORM}".encode())
BROKEN = Answer(500, b"<h1>Price not found</h1>")
OPEN = Step("Open the form", Request("/form"))
SEND = Step("Send the form", submit=Submit(fields={"email": "qa@shop.test", "password": "{password}"}))
PASSWORD = {"QA_PASSWORD": Secret("only-for-this-test")}
POSTED = Request("/hooks", "POST", json={"id": "{run}"})


def flow(*steps: Step, **more: object) -> Change:
    """One flow is written down, and its secret is there."""
    own = Flow(
        "walk", f"https://{APP}/", frozenset({APP, API}), steps, name="Walk", secrets={"password": "QA_PASSWORD"}
    )
    return lambda world: world.write(flows=(replace(own, **more),), secrets=PASSWORD)  # type: ignore[arg-type]


def app(path: str, answer: object) -> Change:
    """The app answers this at a path."""
    return route(APP, path, answer)  # type: ignore[arg-type]


def enters(answer: Answer) -> Change:
    """What comes after the form."""

    def entered(request: Asked) -> Answer:
        return answer if request.method == "POST" else Answer(404)

    return app("/enter", entered)


FORM_THERE = app("/form", PAGE)
IN = enters(shown(b"<h1>Welcome</h1>"))


def two(world: World) -> None:
    """A second flow comes after the first."""
    (first,) = world.inventory.flows
    second = replace(first, id="second", name="Second", after="walk")
    world.write(flows=(first, second))


async def hurried(world: World) -> None:
    """The flows were walked in a third of a second that a look had left."""
    now, network = SystemClock().now(), world.inventory.network
    seen = await walk_all(
        world.inventory.flows,
        lambda one: Session(network, now, hosts=one.hosts),
        world.inventory.secrets,
        now,
        total_seconds=0.3,
        promised=False,
    )
    world.write(walked={one.id: one for one in seen})


def no_browser(world: World) -> None:
    """Where the bot runs there is no browser."""
    before = dict(os.environ)
    os.environ |= {"PATH": "/nowhere", "PLAYWRIGHT_BROWSERS_PATH": "/nowhere"}

    def back() -> None:
        os.environ.clear()
        os.environ.update(before)

    world.stack.callback(back)


SCENARIOS = (
    Scenario("A form is opened and sent, and all is well", {WALK: "ok"}, flow(OPEN, SEND), FORM_THERE, IN),
    Scenario(
        "The form takes a third of a second where a fifth is slow",
        {WALK: "slow"},
        flow(replace(OPEN, slow_after=0.2)),
        app("/form", replace(PAGE, delay=0.35)),
    ),
    Scenario(
        "A receiver of messages answers after more than a second",
        {WALK: "webhook_slow"},
        flow(Step("Deliver", POSTED, webhook=True)),
        app("/hooks", Answer(202, b"{}", MACHINE, delay=1.05)),
    ),
    Scenario(
        "A receiver of messages answers after more than five seconds",
        {WALK: "webhook_too_slow"},
        flow(Step("Deliver", POSTED, webhook=True)),
        app("/hooks", Answer(202, b"{}", MACHINE, delay=5.05)),
    ),
    Scenario(
        "A step that may fail answers with an error, the rest is well",
        {WALK: "part_broken"},
        flow(replace(OPEN, required=False), Step("Home", Request("/"))),
        app("/form", BROKEN),
    ),
    Scenario(
        "What a walk made cannot be removed again",
        {WALK: "left_over"},
        flow(OPEN, cleanup=(Step("Remove it", Request("/remove", "POST")),)),
        FORM_THERE,
        app("/remove", Answer(403, b"no")),
    ),
    Scenario("A page on the way answers with an error", {WALK: "broken"}, flow(OPEN), app("/form", BROKEN)),
    Scenario(
        "The log-in form sends customers to an error",
        {WALK: "login"},
        flow(OPEN, SEND, carries="login"),
        FORM_THERE,
        enters(BROKEN),
    ),
    Scenario(
        "The sign-up page has lost its form",
        {WALK: "signup"},
        flow(OPEN, SEND, carries="signup"),
        app("/form", shown(b"<h1>Sign up</h1>")),
    ),
    Scenario(
        "The checkout answers with an error",
        {WALK: "payment"},
        flow(OPEN, SEND, carries="payment"),
        FORM_THERE,
        enters(BROKEN),
    ),
    Scenario("Nothing listens where the flow begins", {WALK: "unreachable"}, flow(OPEN), shut(443)),
    Scenario(
        "A page on the way never answers",
        {WALK: "out_of_time"},
        flow(replace(OPEN, within=0.4), carries="login"),
        app("/form", Answer(hostile=Hostile.HANG)),
    ),
    Scenario(
        "A payment that nobody signed is taken",
        {WALK: "forged_accepted"},
        flow(Step("Forge a payment", POSTED, expect=Expect(refused=True)), carries="payment"),
        app("/hooks", Answer(200, b"{}", MACHINE)),
    ),
    Scenario(
        "A page for members is shown to somebody who is not logged in",
        {WALK: "still_open"},
        flow(Step("Look inside", Request("/inside"), expect=Expect(closed=True))),
        app("/inside", shown(b"<h1>Your orders</h1>")),
    ),
    Scenario(
        "A firewall answers in place of a page on the way", {WALK: "blocked"}, flow(OPEN), app("/form", CHALLENGE)
    ),
    Scenario(
        "The form asks whether a person is there",
        {WALK: "captcha"},
        flow(OPEN, SEND),
        app("/form", shown(f'{FORM}<div class="h-captcha"></div>'.encode())),
        enters(Answer(422, b"<h1>Please prove that you are a person</h1>")),
    ),
    Scenario(
        "The checkout leads to a payment page that nobody wrote down",
        {WALK: "foreign_host"},
        flow(OPEN, SEND),
        FORM_THERE,
        enters(redirect("https://pay.somebody.test/", 303)),
    ),
    Scenario(
        "A step needs a browser, and there is none where the bot runs",
        {WALK: "browser_missing"},
        flow(Step("Look", browser=(Move("open", "/form"),))),
        FORM_THERE,
        no_browser,
    ),
    Scenario(
        "The password of the test customer is not set where the bot runs",
        {WALK: "secret_missing"},
        flow(OPEN, SEND),
        lambda world: world.write(secrets={}),
    ),
    Scenario(
        "The flow before this one is broken",
        {"flow.smoke Second": "waits", WALK: "broken"},
        flow(OPEN),
        two,
        app("/form", BROKEN),
    ),
    Scenario(
        "The time of a look was used up in the middle of a walk",
        {WALK: "not_reached"},
        flow(OPEN),
        app("/form", replace(PAGE, delay=2.0)),
        hurried,
    ),
    Scenario(
        "The flow leads to an address in the bot's own network",
        {WALK: "could_not_look"},
        flow(Step("Ask the API", Request(f"https://{API}/"))),
        records(API, "A", "169.254.10.10"),
        records(API, "AAAA"),
    ),
)
