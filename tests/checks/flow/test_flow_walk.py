"""Walks through a real product on loopback: what works, what breaks, and what is said then."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from bot.clock import SystemClock
from checks.flow.judging import slow
from checks.flow.model import Expect, Extract, Flow, Request, State, Step, Submit
from checks.flow.secret import Secret
from checks.flow.walk import Budget, walk, walk_all
from tests.checks.flow.conftest import SECRETS, Street, until
from tests.checks.flow.product import MAIL, PASSWORD, page
from tests.servers.dns import Fault
from tests.servers.http import Answer, closed_port
from tests.servers.http import Request as Request_

OPEN = Step("Open the log-in page", Request("/login"), expect=Expect(contains="Log in"))
LOGIN = Step(
    "Log in",
    submit=Submit(fields={"email": MAIL, "password": "{password}"}),
    expect=Expect(contains="Your newsletters", final_path="/dashboard", cookie="session"),
)


async def test_a_person_logs_in_through_a_form_with_a_token(street: Street) -> None:
    """Hidden fields are kept, ours are filled in, the redirect is followed with the new cookie."""
    seen = await street.walk(street.flow(OPEN, LOGIN, name="Log-in"))
    assert (seen.state, seen.code, seen.sentence) == (State.OK, "ok", "Log-in works")
    assert [(step.state, step.status, step.path) for step in seen.steps] == [
        (State.OK, 200, "/login"),
        (State.OK, 200, "/dashboard"),
    ]
    assert all(step.host == "app.test" and step.ms > 0 for step in seen.steps)


async def test_a_refused_log_in_says_what_the_page_says_and_no_secret(street: Street) -> None:
    """The page repeats the password, as bad pages do: it does not get into the evidence."""
    street.product.faults.add("login_refused")
    seen = await street.walk(street.flow(OPEN, LOGIN, name="Log-in", carries="login"))
    assert (seen.state, seen.code) == (State.FAILED, "login")
    assert seen.sentence.startswith("Log-in fails: “Log in” answers with error 401")
    assert "That did not match" in seen.sentence
    assert PASSWORD not in repr(seen)
    assert "horse" not in repr(seen)


async def test_what_changes_something_is_done_once_and_what_reads_twice(street: Street) -> None:
    """A failed POST is not repeated; a failed GET is, on a connection of its own."""
    street.product.faults |= {"login_refused", "dashboard_500"}
    await street.walk(street.flow(OPEN, LOGIN))
    assert [request.method for request in street.web.requests] == ["GET", "POST"]
    street.web.requests.clear()
    seen = await street.walk(street.flow(Step("Dashboard", Request("/dashboard"))))
    assert (street.web.asked("/dashboard"), seen.steps[0].tries) == (2, 2)


async def test_a_blink_is_not_called_broken(street: Street) -> None:
    """The second try is right: the step is, too, and says that it took two."""
    answers = iter(["home_500"])

    def once(request: object) -> object:
        street.product.faults = {next(answers, "")}
        return street.product.handle(request)  # type: ignore[arg-type]

    street.web.route("app.test", "*", once)  # type: ignore[arg-type]
    seen = await street.walk(street.flow(Step("Home", Request("/"))))
    assert (seen.code, seen.steps[0].tries) == ("ok", 2)


async def test_steps_after_a_broken_one_are_not_tried(street: Street) -> None:
    """What comes after is skipped; an optional step that breaks stops nobody."""
    street.product.faults.add("home_500")
    home = Step("Home", Request("/"))
    seen = await street.walk(street.flow(home, OPEN))
    assert [step.state for step in seen.steps] == [State.FAILED, State.SKIPPED]
    seen = await street.walk(street.flow(replace(home, required=False), OPEN, name="Visit"))
    assert ([step.state for step in seen.steps], seen.code) == ([State.FAILED, State.OK], "part_broken")
    assert seen.sentence == ("Visit works, but not all of it: “Home” answers with error 500 (“Price not found”)")


async def test_an_api_with_a_token_is_walked_in_json(street: Street) -> None:
    """JSON is sent, a value is taken out of the answer, and used in a header and a path of the next step."""
    token = Step(
        "Get a token",
        Request("/api/token", "POST", json={"email": MAIL, "password": "{password}"}),
        extract=(Extract("token", "json", "data.token"), Extract("id", "json", "data.items.0.id")),
    )
    me = Step(
        "Who am I",
        Request("/api/me?item={id}", headers={"Authorization": "Bearer {token}"}),
        expect=Expect(json_path="email", json_equals=MAIL),
    )
    seen = await street.walk(street.flow(token, me))
    assert seen.code == "ok"
    assert street.web.requests[-1].target == "/api/me?item=7"
    street.product.sessions.clear()


async def test_clean_up_runs_after_success_and_failure(street: Street) -> None:
    """The account that the walk made is removed, whatever happened in between."""
    signup = (
        Step("Open sign-up", Request("/signup")),
        Step("Sign up", submit=Submit(fields={"email": "{email}", "password": "{password}"})),
        Step("Dashboard", Request("/dashboard"), expect=Expect(contains="Your newsletters")),
    )
    remove = (Step("Remove the account", Request("/account/delete", "POST")),)
    flow = street.flow(*signup, cleanup=remove)
    seen = await street.walk(flow)
    assert (seen.code, [step.state for step in seen.cleanup]) == ("ok", [State.OK])
    assert set(street.product.accounts) == {MAIL}
    street.product.faults.add("dashboard_empty")
    seen = await street.walk(flow)
    assert (seen.code, [step.state for step in seen.cleanup]) == ("broken", [State.OK])
    assert set(street.product.accounts) == {MAIL}
    street.product.faults = {"delete_refused"}
    seen = await street.walk(flow)
    assert (seen.state, seen.code) == (State.OK, "left_over")
    assert any(name.startswith(f"qa+{seen.run}@") for name in street.product.accounts)


async def test_nothing_is_said_to_be_left_over_where_nothing_was_made(street: Street) -> None:
    """The form was not there, or the server refused the connection: clean-up that then fails left nothing behind."""
    remove = Step("Remove the account", Request("/account/delete", "POST"))
    send = Step("Sign up", submit=Submit(fields={"nowhere": "x"}))
    seen = await street.walk(street.flow(OPEN, send, cleanup=(remove,)))
    assert (seen.state, seen.cleanup) == (State.FAILED, ())
    assert street.web.asked("/account/delete") == 1
    street.product.faults.add("signup_refused")
    join = Step("Sign up", Request("/signup", "POST"))
    seen = await street.walk(street.flow(join, cleanup=(remove,)))
    assert [step.state for step in seen.cleanup] == [State.FAILED]
    _, port = closed_port()
    ports = {443: port}
    async with street.session(ports=ports) as session:
        seen = await walk(street.flow(join, cleanup=(remove,)), session, SECRETS, session.clock(), Budget.of(20))
    assert (seen.code, seen.cleanup) == ("unreachable", ())


async def test_clean_up_runs_when_the_walk_is_called_off(street: Street) -> None:
    """Cancelled in the middle of a step that hangs: the account is removed before the walk ends."""
    street.product.faults.add("checkout_hang")
    flow = street.flow(
        Step("Open sign-up", Request("/signup")),
        Step("Sign up", submit=Submit(fields={"email": "{email}", "password": "{password}"})),
        Step("Checkout", Request("/checkout")),
        cleanup=(Step("Remove the account", Request("/account/delete", "POST")),),
    )
    task = asyncio.ensure_future(street.walk(flow))
    await until(lambda: street.web.asked("/checkout"))
    assert len(street.product.accounts) == 2
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert set(street.product.accounts) == {MAIL}


@pytest.mark.parametrize("fault", ["home_hang", "home_drip"])
async def test_a_step_ends_at_its_limit_however_the_server_drags(street: Street, fault: str) -> None:
    """A server that says nothing, or a byte now and then: the limit is that of the whole step."""
    street.product.faults.add(fault)
    began = asyncio.get_running_loop().time()
    async with asyncio.timeout(60):
        seen = await street.walk(street.flow(Step("Home", Request("/"))), step=0.6)
    took = asyncio.get_running_loop().time() - began
    assert (seen.code, seen.steps[0].code) == ("out_of_time", "timeout")
    assert took > 0.5


async def test_all_of_it_ends_at_its_limit_and_clean_up_has_its_time(street: Street) -> None:
    """Flows that hang, one after another and side by side: the end is kept, clean-up included."""
    street.product.faults.add("home_hang")
    hang = Step("Home", Request("/"))
    health = Step("Health", Request("/health"))
    flows = [replace(street.flow(health, hang, hang, hang, cleanup=(health,)), id=f"f{number}") for number in range(8)]
    began = asyncio.get_running_loop().time()
    seen = await street.walk_all(flows, total_seconds=3.0, step_seconds=1.0)
    took = asyncio.get_running_loop().time() - began
    assert took < 8 * 3 * 1.0, "one after another, each would have its three steps of a second"
    assert {one.state for one in seen} <= {State.FAILED, State.UNKNOWN}
    assert any(one.code == "out_of_time" for one in seen)
    assert all([step.state for step in one.cleanup] == [State.OK] for one in seen if one.code == "out_of_time")


async def test_a_missing_secret_is_no_failure_and_nothing_is_sent(street: Street) -> None:
    """The sentence names the environment variable; the server hears nothing."""
    seen = await street.walk(street.flow(OPEN, LOGIN, name="Log-in"), {})
    assert (seen.state, seen.code, seen.needs) == (State.UNKNOWN, "secret_missing", ("QA_PASSWORD",))
    assert seen.sentence == "Log-in was not tried: QA_PASSWORD is not set where the bot runs"
    assert street.web.requests == []


async def test_another_host_is_never_asked(street: Street) -> None:
    """Wherever a page leads: what is not written down gets no packet, no cookie, no secret."""
    seen = await street.walk(
        street.flow(
            Step("Open checkout", Request("/checkout")),
            Step("Pay", submit=Submit(fields={"plan": "monthly"}), expect=Expect(redirect_to="https://pay.test/c/")),
        )
    )
    assert seen.steps[1].code == "redirect"
    right = Step("Pay", submit=Submit(fields={"plan": "monthly"}), expect=Expect(redirect_to="https://pay.test/"))
    seen = await street.walk(street.flow(Step("Open checkout", Request("/checkout")), right))
    assert seen.code == "ok"
    seen = await street.walk(
        street.flow(Step("Open checkout", Request("/checkout")), replace(right, expect=Expect()), name="Checkout")
    )
    assert (seen.state, seen.code, seen.needs) == (State.UNKNOWN, "foreign_host", ("pay.test",))
    assert all(request.host == "app.test" for request in street.web.requests)


async def test_a_round_trip_without_end_is_left(street: Street) -> None:
    """Two pages that send people to each other: seen as what it is, after a few requests."""
    seen = await street.walk(street.flow(Step("Round", Request("/round"))))
    assert (seen.code, seen.steps[0].code) == ("broken", "loop")
    assert len(street.web.requests) <= 6


async def test_flows_that_come_after_another_wait_for_it(street: Street) -> None:
    """In order where it is asked for, side by side elsewhere; what follows a broken one is not tried."""
    first = replace(street.flow(Step("Home", Request("/"))), id="first")
    second = replace(street.flow(Step("Health", Request("/health"))), id="second", after="first")
    third = replace(street.flow(Step("Login", Request("/login"))), id="third", after="first")
    seen = await street.walk_all([third, second, first])
    assert [one.code for one in seen] == ["ok"] * 3
    assert [request.path for request in street.web.requests] == ["/", "/login", "/health"]
    street.product.faults.add("home_500")
    seen = await street.walk_all([first, second])
    assert [(one.state, one.code) for one in seen] == [(State.FAILED, "broken"), (State.UNKNOWN, "waits")]
    assert seen[1].sentence == "second was not tried: it comes after first, which did not go well"


async def test_flows_that_wait_for_each_other_are_said_not_to_be_reached(street: Street) -> None:
    """Nobody hangs."""
    one = replace(street.flow(OPEN), id="one", after="two")
    two: Flow = replace(one, id="two", after="one")
    assert [seen.code for seen in await street.walk_all([one, two])] == ["not_reached", "not_reached"]


async def test_each_step_is_told_as_it_happens(street: Street) -> None:
    """Progress: every step, then the flow."""
    told: list[str] = []
    flow = street.flow(OPEN, LOGIN)
    await street.walk_all([flow], on_progress=lambda _flow, seen: told.append(getattr(seen, "name", "") or seen.code))
    assert told == ["Open the log-in page", "Log in", "ok"]


async def test_the_codes_of_an_authenticator_let_a_test_in(street: Street) -> None:
    """`{totp:name}` is the code of this moment."""
    street.product.two_factors = True
    fields = {"email": MAIL, "password": "{password}", "code": "{totp:totp}"}
    flow = street.flow(
        OPEN, replace(LOGIN, submit=Submit(fields=fields)), secrets={"password": "QA_PASSWORD", "totp": "QA_TOTP"}
    )
    assert (await street.walk(flow)).code == "ok"
    bad = {**SECRETS, "QA_TOTP": SECRETS["QA_PASSWORD"]}
    seen = await street.walk(flow, bad)
    assert (seen.state, seen.steps[1].code) == (State.UNKNOWN, "secret_unusable")
    assert "horse" not in seen.sentence


async def test_a_code_is_used_once_by_whoever_needs_it(street: Street) -> None:
    """Log-in and log-out side by side: the second waits for the next code, and both get in."""
    used: list[str] = []

    def enter(request: Request_) -> Answer:
        code = request.body.decode()
        used.append(code)
        return Answer(200 if used.count(code) == 1 else 401, "in")

    street.web.route("app.test", "/code", enter)
    secrets = {"QA_TOTP": Secret("otpauth://totp/x?secret=JBSWY3DPEHPK3PXP&period=1")}
    enters = Step("Enter", Request("/code", "POST", body="{totp:totp}"))
    flow = street.flow(enters, secrets={"totp": "QA_TOTP"})
    seen = await asyncio.gather(*(street.walk(flow, secrets) for _ in range(3)))
    assert [one.code for one in seen] == ["ok"] * 3
    assert len(set(used)) == 3


async def test_a_captcha_is_no_failure_and_a_pass_lets_through(street: Street) -> None:
    """Where a page asks for a person the answer is unknown; with the header that the owner gave, it is not asked."""
    street.product.faults.add("captcha")
    seen = await street.walk(street.flow(OPEN, LOGIN))
    assert (seen.state, seen.code) == (State.UNKNOWN, "captcha")
    flow = street.flow(
        OPEN,
        LOGIN,
        headers={"X-Captcha-Pass": "{pass_key}"},
        secrets={"password": "QA_PASSWORD", "pass_key": "QA_PASS"},
    )
    assert (await street.walk(flow)).code == "ok"


async def test_the_bot_says_who_it_is_on_every_request(street: Street) -> None:
    """User-Agent and a header with the tag of the walk, so that statistics can leave it out."""
    seen = await street.walk(street.flow(OPEN, LOGIN))
    assert seen.run
    for request in street.web.requests:
        assert "LaunchReady" in request.header("user-agent")
        assert request.header("x-launch-ready") == f"smoke {seen.run}"
    again = street.flow(Step("Open", Request("/{run}"), required=False), run="known-before")
    assert (await street.walk(again)).run == "known-before"
    assert street.web.requests[-1].path == "/known-before"


async def test_a_bot_that_is_offline_itself_says_so_and_accuses_nobody(street: Street) -> None:
    """Nothing answers: neither the product's name nor the pages that tell whether the bot sees out."""
    street.dns.zone.fault("*", Fault.SERVFAIL)
    flow = street.flow(Step("Home", Request("/"), within=3.0))
    canaries = ("https://one.test/", "https://two.test/")
    async with street.session(hosts=flow.hosts, canaries=canaries) as session:
        seen = await walk(flow, session, SECRETS, session.clock(), Budget.of(30))
    assert (seen.state, seen.code) == (State.UNKNOWN, "offline")
    street.dns.zone.fault("*", None)
    street.dns.zone.fault("app.test", Fault.SERVFAIL)
    street.web.route("*", "*", page("Somebody else"))
    async with street.session(hosts=flow.hosts, canaries=("https://other.test/",)) as session:
        seen = await walk(flow, session, SECRETS, session.clock(), Budget.of(30))
    assert (seen.state, seen.code) == (State.FAILED, "unreachable")


async def test_a_firewall_in_front_is_unknown(street: Street) -> None:
    """Challenge pages of three companies; an error of the product's own is not taken for one."""
    for headers in (
        (("cf-mitigated", "challenge"),),
        (("x-vercel-mitigated", "challenge"),),
        (("x-amzn-waf-action", "captcha"),),
    ):
        street.web.route("app.test", "/wall", Answer(403, b"Just a moment", headers))
        seen = await street.walk(street.flow(Step("Open", Request("/wall"))))
        assert (seen.state, seen.code) == (State.UNKNOWN, "blocked")
    street.web.route("app.test", "/wall", Answer(403, b"<h1>Members only</h1>"))
    assert (await street.walk(street.flow(Step("Open", Request("/wall"))))).code == "broken"


async def test_a_mistake_of_our_own_stops_no_other_flow_and_shows_no_secret(
    street: Street, caplog: pytest.LogCaptureFixture
) -> None:
    """A session that cannot be opened: that flow is unknown, the others are walked."""
    good = replace(street.flow(Step("Home", Request("/"))), id="good")
    bad = replace(good, id="bad")

    def opened(flow: Flow) -> object:
        if flow.id == "bad":
            raise RuntimeError(PASSWORD)
        return street.session(hosts=flow.hosts)

    seen = await walk_all([bad, good], opened, SECRETS, SystemClock().now())  # type: ignore[arg-type]
    assert [one.code for one in seen] == ["could_not_look", "ok"]
    assert "horse" not in caplog.text
    assert "the walk of bad stopped at" in caplog.text


async def test_what_a_page_hands_out_is_bounded_and_stays_where_it_belongs(street: Street) -> None:
    """A value with line breaks does not become a header, one with slashes does not become another path."""
    street.web.route("app.test", "/hand", page("Hand", '<input name=a value="x&#13;&#10;Evil: 1">', 200))
    form = '<form><input name="a" value="../../admin?x=1#y"></form>'
    street.web.route("app.test", "/path", page("Path", form))
    take = Step("Take", Request("/path"), extract=(Extract("a", "field", "a"),))
    await street.walk(street.flow(take, Step("Use", Request("/item/{a}"))))
    assert street.web.requests[-1].target == "/item/..%2F..%2Fadmin%3Fx%3D1%23y"
    evil = Step("Take", Request("/hand"), extract=(Extract("a", "regex", 'value="([^"]+)"'),))
    seen = await street.walk(street.flow(evil, Step("Use", Request("/", headers={"X-A": "{a}"}))))
    assert seen.steps[1].state is not State.OK
    assert not any(request.header("evil") for request in street.web.requests)


def test_seconds_of_a_receiver_and_of_a_page() -> None:
    """The lines between quick, slow and too slow."""
    hook, plain = Step("Hook", webhook=True), Step("Page", slow_after=2.0)
    told = {seconds: slow(hook, seconds) for seconds in (1.0, 1.01, 5.0, 5.01)}
    assert [one.code if one else "" for one in told.values()] == [
        "",
        "webhook_slow",
        "webhook_slow",
        "webhook_too_slow",
    ]
    assert [one.state if one else None for one in told.values()] == [None, State.OK, State.OK, State.FAILED]
    assert [bool(slow(plain, seconds)) for seconds in (2.0, 2.1)] == [False, True]
