"""What a walk comes to, as the check says it; and where its answer comes from."""

from __future__ import annotations

from dataclasses import replace

import pytest

from checks.finding import build
from checks.flow.judging import told
from checks.flow.model import Flow, FlowSeen, Move, Request, State, Step, StepSeen
from checks.flow.outcome import not_walked, seen_of
from checks.flow.smoke import OUTCOMES, Facts, judge
from checks.inventory import Host, Inventory, expand
from checks.model import Kind, Status
from checks.net.facts import Exchange
from checks.net.live import LiveProbe
from checks.registry import load
from tests.checks.flow.conftest import SECRETS, Street
from tests.checks.samples import NOW

FLOW = Flow("login", "https://app.example.test/", frozenset({"app.example.test"}), (Step("Open", Request("/")),))
FINE = StepSeen("Open the page", State.OK, "ok", status=200, ms=120, host="app.example.test", path="/login")


def seen(*steps: StepSeen, cleanup: tuple[StepSeen, ...] = (), flow: Flow = FLOW) -> Facts:
    """A walk of these steps."""
    return Facts(flow, seen_of(flow, (FINE, *steps), cleanup, at=NOW, ms=4200, run="1122-114502-9f3c"))


def step(code: str, why: str = "answers with error 500", state: State = State.FAILED, **more: object) -> StepSeen:
    """One that did not go well."""
    return StepSeen("Log in", state, code, why, host="app.example.test", path="/login", **more)  # type: ignore[arg-type]


def carrying(what: str) -> Flow:
    """The flow, where customers do this on it."""
    return replace(FLOW, carries=what)


CASES = {
    "ok": seen(),
    "slow": seen(step("slow", "took 4.2 seconds; more than 2 is slow", State.OK)),
    "webhook_slow": seen(step("webhook_slow", "answers after 3.0 seconds; one second is good", State.OK)),
    "part_broken": seen(step("status", required=False)),
    "left_over": seen(cleanup=(step("status"),)),
    "broken": seen(step("status", evidence="Price not found")),
    "login": seen(step("status"), flow=carrying("login")),
    "signup": seen(step("form"), flow=carrying("signup")),
    "payment": seen(step("timeout"), flow=carrying("payment")),
    "unreachable": seen(step("unreachable", "cannot be reached: nothing listens there")),
    "out_of_time": seen(step("timeout", "got no whole answer within 15 seconds"), flow=carrying("login")),
    "webhook_too_slow": seen(step("webhook_too_slow", "answers after 9.0 seconds; senders give up")),
    "forged_accepted": seen(step("forged_accepted", "takes a message that nobody signed"), flow=carrying("payment")),
    "still_open": seen(step("still_open", "shows a page for members"), flow=carrying("login")),
    "blocked": seen(step("blocked", state=State.UNKNOWN)),
    "captcha": seen(step("captcha", state=State.UNKNOWN)),
    "foreign_host": seen(step("foreign_host", state=State.UNKNOWN, needs=("pay.example.test",))),
    "browser_missing": seen(step("browser_missing", state=State.UNKNOWN)),
    "secret_missing": Facts(FLOW, not_walked(FLOW, NOW, "secret_missing", needs=("QA_PASSWORD",))),
    "waits": Facts(replace(FLOW, after="signup"), not_walked(replace(FLOW, after="signup"), NOW, "waits")),
    "not_reached": Facts(FLOW, not_walked(FLOW, NOW, "not_reached")),
    "could_not_look": seen(step("ours", state=State.UNKNOWN)),
}


@pytest.mark.parametrize("code", OUTCOMES)
def test_each_answer_has_facts_that_lead_to_it(code):
    """Every row of the table can be reached."""
    assert judge(CASES[code]).code == code


def test_what_is_broken_is_said_before_what_is_only_slow_or_unsure():
    """One answer for a walk: the gravest."""
    slow, unsure = step("slow", state=State.OK), step("captcha", state=State.UNKNOWN)
    assert judge(seen(slow, step("status"))).code == "broken"
    assert judge(seen(step("status", required=False), unsure)).code == "captcha"
    assert judge(seen(slow, step("status", required=False))).code == "part_broken"
    assert judge(seen(slow, cleanup=(step("status"),))).seen["why"] == "answers with error 500"


def test_a_bot_that_is_offline_accuses_nobody():
    """The engine's own answer, as for every check."""
    assert judge(seen(step("offline", state=State.UNKNOWN))).code == "offline"


def inventory(street: Street, *flows: Flow, walked: dict[str, FlowSeen] | None = None) -> Inventory:
    """The product with flows."""
    return Inventory(
        "shop", "app.test", hosts=(Host("app.test"),), flows=flows, network=street.network, secrets=SECRETS,
        walked=walked or {},
    )  # fmt: skip


async def test_a_walk_that_was_made_lately_counts_and_nothing_is_sent(street: Street) -> None:
    """The fact in the inventory is judged as it is."""
    flow = street.flow(Step("Home", Request("/")), name="Visit")
    fact = seen_of(flow, (replace(FINE, state=State.FAILED, code="status"),), (), at=NOW, ms=5, run="r")
    own = inventory(street, flow, walked={flow.id: fact})
    target = next(one for one in expand(own) if one.kind is Kind.FLOW)
    async with LiveProbe(street.network, NOW) as probe:
        verdict = await load()["flow.smoke"].run(target, probe)
    assert (target.name, verdict.code, street.web.requests) == ("Visit", "broken", [])


async def test_flows_without_a_walk_are_walked_once_for_all_of_them(street: Street) -> None:
    """Two checks of a run share one walk, which keeps the order of flows that wait for others."""
    one = replace(street.flow(Step("Home", Request("/"))), id="one")
    two = replace(street.flow(Step("Health", Request("/health"))), id="two", after="one")
    targets = [target for target in expand(inventory(street, one, two)) if target.kind is Kind.FLOW]
    async with LiveProbe(street.network, NOW) as probe:
        verdicts = [await load()["flow.smoke"].run(target, probe) for target in targets]
        sent = probe.stats()["http"]
    assert [verdict.code for verdict in verdicts] == ["ok", "ok"]
    assert [request.path for request in street.web.requests] == ["/", "/health"]
    assert sent == {"app.test": 2}


async def test_no_secret_gets_into_what_the_check_says(street: Street) -> None:
    """Neither into its words nor into what it saw."""
    street.product.faults.add("login_refused")
    login = (
        Step("Open", Request("/login")),
        Step("Log in", Request("/login", "POST", form={"email": "qa@app.test", "password": "{password}", "csrf": "x"})),
    )
    target = next(one for one in expand(inventory(street, street.flow(*login))) if one.kind is Kind.FLOW)
    check = load()["flow.smoke"]
    async with LiveProbe(street.network, NOW) as probe:
        finding = build(check, target, await check.run(target, probe), at=NOW)
    assert finding.status is Status.FAIL
    assert "horse" not in repr(finding)


def test_a_person_is_sent_to_the_page_that_failed_or_to_the_one_with_the_form():
    """A page to open is opened; what was sent from a form is tried again from the form's page."""
    flow = replace(
        FLOW, base="http://127.0.0.1:8000/", steps=(Step("Open", Request("/login")), Step("Look", Request("/")))
    )
    here = replace(FINE, host="127.0.0.1")
    broken = StepSeen("Look", State.FAILED, "status", "answers with error 500", host="127.0.0.1", path="/dashboard")
    found = judge(Facts(flow, seen_of(flow, (here, broken), (), at=NOW, ms=1, run="r"))).seen
    assert found["place"] == "http://127.0.0.1:8000/dashboard"
    posted = replace(flow, steps=(flow.steps[0], Step("Look", Request("/enter", "POST"))))
    found = judge(Facts(posted, seen_of(posted, (here, broken), (), at=NOW, ms=1, run="r"))).seen
    assert found["place"] == "http://127.0.0.1:8000/login"
    moved = replace(flow, steps=(Step("Look", browser=(Move("open", "/dashboard"),)),))
    found = judge(Facts(moved, seen_of(moved, (broken,), (), at=NOW, ms=1, run="r"))).seen
    assert found["place"] == "http://127.0.0.1:8000/dashboard"
    alone = replace(flow, steps=(posted.steps[1],))
    found = judge(Facts(alone, seen_of(alone, (broken,), (), at=NOW, ms=1, run="r"))).seen
    assert found["place"] == "http://127.0.0.1:8000/"
    assert found["try_it"] == (
        "Ask your developer to send the same to http://127.0.0.1:8000/dashboard, and to look into your server's log"
        " at that moment."
    )


def test_what_is_to_be_done_first_survives_the_masking():
    """The line with the variable is no secret; it once read `SMOKE_PASSWORD=[masked]`."""
    facts = Facts(replace(FLOW, secrets={"password": "SMOKE_PASSWORD"}), not_walked(FLOW, NOW, "secret_missing"))
    facts = replace(facts, seen=replace(facts.seen, needs=("SMOKE_PASSWORD",)))
    target = next(one for one in expand(Inventory("p", "a.test", "https://a.test/", flows=(FLOW,))) if one.walk)
    finding = build(load()["flow.smoke"], target, judge(facts), at=NOW)
    assert finding.fix[0] == (
        "Write a line with SMOKE_PASSWORD and its value into .env where the bot runs; the next walk reads it."
    )


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ('{"error": {"message": "No such price"}}', "No such price"),
        ('{"errors": [{"detail": "Card refused"}]}', "Card refused"),
        ('{"error": 5}', ""),
        ("[1, 2", ""),
        ("<title>Shop</title><h1>Oops</h1><p class=x>The price is gone.</p>", "Oops: The price is gone."),
        ('<h1>Oops</h1><div class="flash flash-error">Not &lt;found&gt;</div>', "Not <found>"),
        ("<title>Shop</title><script>x = '<h1>Your courses</h1>'</script><!-- <h1>Old</h1> -->", "Shop"),
        ("<title>502 Bad Gateway</title>nginx", "502 Bad Gateway"),
        ("database is locked", "database is locked"),
        ("", ""),
    ],
)
def test_what_an_answer_says_to_people(body, says):
    """The message of an API, of an alert, of a heading; else nothing."""
    assert told(Exchange("https://a.test/", status=500, body=body.encode())) == says
