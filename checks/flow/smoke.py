"""What your customers do works from the first page to the last.

A page can be up while nobody gets further: the form is refused, the price is gone, the log-in forgets people. Only
walking there shows it. So the bot walks as a customer does, with cookies, forms and a test customer of its own, and
removes afterwards what it made. It pays nothing, and it asks no other hosts than yours.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from checks import firewall
from checks.flow.model import Flow, FlowSeen, State, StepSeen
from checks.inventory import Inventory
from checks.model import Json, Kind, Outcome, Severity, Status, Target, Verdict
from checks.probe import Probe
from checks.registry import check
from checks.urls import host_of

SECONDS = 70.0
"""For all flows together where no walk was made before; the bot's own walks have two minutes."""

_AGAIN = "When it is mended, walk it again: `launch smoke {flow}`, or `/launch smoke {flow}` in Slack."
_SELF = "{try_it}"
_NEWS = "Did it begin with a new version? Then go back to the one before; your customers come first."
_LOG = "Else look for the error in the log at your host, at the time of this walk."
_REPAIR = (_SELF, _NEWS, _LOG, _AGAIN)

OUTCOMES = {
    "ok": Outcome(Status.PASS, "{name} works: all {steps} steps in {seconds} seconds"),
    "slow": Outcome(
        Status.WARN,
        "{name} works, but slowly: “{step}” {why}",
        impact="Customers wait, and some leave before they are done.",
        fix=(
            "Open {place} yourself. If it is quick now, walk the flow again: `launch smoke {flow}`.",
            "If it stays slow, ask your developer what happens at “{step}”: often a slow query, or a mail sent there.",
        ),
        severity=Severity.MEDIUM,
        runbook="slow_pages",
    ),
    "webhook_slow": Outcome(
        Status.WARN,
        "{name} works, but your receiver is slow: “{step}” {why}",
        impact="Senders wait for some seconds only. On a busy day messages get lost, or come twice.",
        fix=(
            "Let the receiver only write the message down and answer at once; the work is done afterwards, by a job.",
            _AGAIN,
        ),
        severity=Severity.MEDIUM,
        runbook="webhooks_failing",
    ),
    "part_broken": Outcome(
        Status.WARN,
        "{name} works, but not all of it: “{step}” {why}",
        impact="A part of what customers do there fails. You wrote down that it may.",
        fix=(_SELF, _LOG, _AGAIN),
        severity=Severity.MEDIUM,
        runbook="only_some_visitors",
    ),
    "left_over": Outcome(
        Status.WARN,
        "{name} works, but what the test made is still there: “{step}” {why}",
        impact="Customers feel nothing. Test accounts pile up, and spoil your numbers.",
        fix=(
            "Remove what carries the tag {run} by hand.",
            "Mend the steps under cleanup: in launch.yml, so that the next walk removes what it makes.",
        ),
        severity=Severity.LOW,
    ),
    "broken": Outcome(
        Status.FAIL,
        "{name} fails at “{step}”: it {why}",
        impact="Customers get this far and no further.",
        fix=_REPAIR,
        severity=Severity.BLOCKER,
        breaks=True,
        runbook="bad_deploy",
    ),
    "login": Outcome(
        Status.FAIL,
        "Customers cannot log in: {name} fails at “{step}”, which {why}",
        impact="Customers stand in front of a locked door. They cannot reach what they paid for.",
        fix=_REPAIR,
        severity=Severity.BLOCKER,
        breaks=True,
        runbook="login_broken",
    ),
    "signup": Outcome(
        Status.FAIL,
        "Nobody can sign up: {name} fails at “{step}”, which {why}",
        impact="New people want in and cannot. Most do not try a second time.",
        fix=_REPAIR,
        severity=Severity.BLOCKER,
        breaks=True,
        runbook="signup_broken",
    ),
    "payment": Outcome(
        Status.FAIL,
        "Customers cannot pay: {name} fails at “{step}”, which {why}",
        impact="People who want to buy get an error. Each minute costs sales.",
        fix=_REPAIR,
        severity=Severity.BLOCKER,
        breaks=True,
        runbook="checkout_broken",
    ),
    "unreachable": Outcome(
        Status.FAIL,
        "{name} fails at “{step}”: it {why}",
        impact="Customers get no page at all there.",
        fix=("Look what the other checks say about {host}: names, certificate, server.", _NEWS, _AGAIN),
        severity=Severity.BLOCKER,
        breaks=True,
        runbook="site_down",
    ),
    "out_of_time": Outcome(
        Status.FAIL,
        "{name} fails at “{step}”: it {why}",
        impact="Customers wait and wait, and then leave.",
        fix=(
            "Open {place} yourself: does it hang for you, too?",
            "At your host see whether the server is busy or out of memory; a restart often helps at once.",
            _NEWS,
            _AGAIN,
        ),
        severity=Severity.BLOCKER,
        breaks=True,
        runbook="slow_pages",
    ),
    "webhook_too_slow": Outcome(
        Status.FAIL,
        "{name} is too slow: “{step}” {why}",
        impact="Payments and orders are reported to you late, twice, or not at all.",
        fix=(
            "Let the receiver only write the message down and answer at once; the work is done afterwards, by a job.",
            "Look at the sender's list of failed deliveries, and let it send those again.",
            _AGAIN,
        ),
        severity=Severity.HIGH,
        runbook="webhooks_failing",
    ),
    "forged_accepted": Outcome(
        Status.FAIL,
        "Anybody can report a payment to you: “{step}” {why}",
        impact="A stranger can tell your product that something was paid, and get it for nothing.",
        fix=(
            (
                "Ask your developer to verify the signature of every message before anything else; each provider has a"
                " ready function for it."
            ),
            "Answer 400 to a message whose signature is missing or wrong.",
            "Look through the orders of the last weeks for some that nobody paid.",
            _AGAIN,
        ),
        severity=Severity.BLOCKER,
        runbook="payments_not_recorded",
    ),
    "still_open": Outcome(
        Status.FAIL,
        "Who logged out is still in: “{step}” {why}",
        impact="On a shared computer the next person sees your customer's data.",
        fix=(
            "Ask your developer to end the session on the server when somebody logs out, not only in the browser.",
            "Pages for members must say to browsers: Cache-Control: no-store.",
            _AGAIN,
        ),
        severity=Severity.HIGH,
        runbook="customer_sees_others_data",
    ),
    "blocked": Outcome(
        Status.UNKNOWN,
        "Could not walk {name}: your own firewall turned the bot away at “{step}”",
        impact="Nothing is proven either way: customers may get through.",
        fix=firewall.ALLOW_STEPS,
    ),
    "captcha": Outcome(
        Status.UNKNOWN,
        "Could not walk {name}: “{step}” asks whether a person is there (captcha)",
        impact="Nothing is proven either way: people may get through.",
        fix=(
            (
                "Let your developer accept a header that only the bot knows in place of the captcha, and put its secret"
                " into an environment variable."
            ),
            (
                "In launch.yml name that variable under env: of this flow, and the header under headers:;"
                " launch.example.yml shows both lines."
            ),
            "Or use the test keys of the captcha on a copy of your product that only the bot walks.",
        ),
    ),
    "foreign_host": Outcome(
        Status.UNKNOWN,
        "Could not walk {name} to its end: “{step}” leads to {needs}, which is not in launch.yml",
        impact="Nothing is proven either way. The bot asks only hosts that you wrote down.",
        fix=(
            "If {needs} is yours, add it to launch.yml under hosts: as - name: {needs}.",
            "If customers log in there, write it in this flow as base: https://{needs}/ (a line of its own).",
            (
                "If it is somebody else's, such as a payment page, write what must happen in the step: expect:"
                " redirect_to: https://{needs}/ (a line of its own)."
            ),
        ),
    ),
    "browser_missing": Outcome(
        Status.UNKNOWN,
        "Could not walk {name}: “{step}” needs a real browser, and there is none where the bot runs",
        impact="Nothing is proven either way.",
        fix=(
            "Where the bot runs, type: pip install playwright && playwright install --with-deps chromium",
            "Or write the step without a browser, as request: or submit:.",
        ),
    ),
    "secret_missing": Outcome(
        Status.NA,
        "{name} was not walked: it needs {needs}, which is not set where the bot runs",
        fix=(
            "Write a line with {first_need} and its value into .env where the bot runs; the next walk reads it.",
            "In CI, make it a secret of the project, and hand it to the step under env:.",
        ),
    ),
    "waits": Outcome(
        Status.UNKNOWN,
        "{name} was not walked: it comes after {after}, which did not go well",
        impact="Nothing is proven either way.",
        fix=("Mend {after} first; then this flow is walked again by itself.",),
    ),
    "not_reached": Outcome(
        Status.UNKNOWN,
        "{name} was not walked to its end: the time for this look was used up",
        impact="Nothing is proven either way.",
        fix=("Walk it alone: `launch smoke {flow}`.",),
    ),
    "could_not_look": Outcome(
        Status.UNKNOWN,
        "Could not walk {name}: “{step}” {why}",
        impact="Nothing is proven either way.",
        fix=("Look what the other checks say about {host}.", _AGAIN),
    ),
}


@dataclass(frozen=True, slots=True)
class Facts:
    """A flow, and what was seen when it was walked."""

    flow: Flow
    seen: FlowSeen
    agent: str = firewall.AGENT


@check(
    "flow.smoke",
    title="Customers get from the first page to the last",
    kind=Kind.FLOW,
    outcomes=OUTCOMES,
    severity=Severity.BLOCKER,
    worst=Severity.BLOCKER,
    requirements=("FLOW-1", "REL-3", "PERF-10"),
    measured=(
        "The bot does what is written down under flows: in launch.yml, step by step, as a test customer whose address"
        " carries a tag. A step that fails and only reads is done once more on a new connection. Each step has 15"
        " seconds, all flows together two minutes, and what was made is removed at the end. Where the flows were walked"
        " after the last deploy and less than a day ago, that walk counts."
    ),
    verify="launch smoke {flow}",
    links=(
        "https://www.rfc-editor.org/rfc/rfc6265",
        "https://docs.stripe.com/webhooks/signature",
        "https://developers.cloudflare.com/turnstile/troubleshooting/testing/",
    ),
    again=False,
)
async def smoke(target: Target, probe: Probe) -> Verdict:
    """The walk that was handed over; else all flows without one are walked now, once for all of them."""
    flow = target.walk
    if flow is None:
        raise ValueError("the target is no flow")
    seen = target.inventory.walked.get(flow.id)
    if seen is None:
        walked = await probe.shared("flow.smoke", lambda: _walk(target.inventory, probe))
        seen = walked[flow.id]
    return judge(Facts(flow, seen, firewall.agent(target.inventory)))


async def _walk(inventory: Inventory, probe: Probe) -> Mapping[str, FlowSeen]:
    from checks.flow.walk import walk_all

    # A flow that comes after another needs it walked as well, so that both are of one moment.
    flows = [flow for flow in inventory.flows if flow.id not in inventory.walked]
    seen = await walk_all(
        flows,
        lambda flow: probe.session(flow.hosts),
        inventory.secrets,
        probe.now(),
        total_seconds=SECONDS,
        promised=False,
    )
    return {one.id: one for one in seen}


def judge(facts: Facts) -> Verdict:
    """The answer of the walk, with what its words need."""
    flow, seen = facts.flow, facts.seen
    if seen.code == "offline":
        return Verdict("offline", {"flow": flow.id})
    left = next((one for one in seen.cleanup if one.state is not State.OK), None)
    step = left if seen.code == "left_over" else seen.at_fault
    said = f" (“{step.evidence}”)" if step is not None and step.evidence else ""
    place = _place(flow, seen, step)
    values: dict[str, Json] = {
        "flow": flow.id,
        "host": (step.host if step is not None else "") or host_of(flow.base),
        "steps": len(seen.steps),
        "seconds": round(seen.ms / 1000, 1),
        "step": step.name if step is not None else "",
        "why": f"{step.sentence}{said}" if step is not None else "",
        "place": place or flow.base,
        "try_it": _try_it(flow, place, step),
        "needs": ", ".join(seen.needs),
        "first_need": next(iter(seen.needs), ""),
        "after": flow.after,
        "run": seen.run,
        "agent": facts.agent,
        "walked": [f"{one.name}: {one.state.value}, {one.status or '-'}, {one.ms} ms" for one in seen.steps],
    }
    if seen.at is not None:
        values["at"] = seen.at.isoformat()
    return Verdict(seen.code if seen.code in OUTCOMES else "could_not_look", values)


def _place(flow: Flow, seen: FlowSeen, at_fault: StepSeen | None) -> str:
    """Where a person begins to try it: the page that failed where it is one to open, else the one seen before it."""
    pages: list[str] = []
    for step, one in zip(flow.steps, seen.steps, strict=False):
        opened = one.host and one.path and (step.request is None or step.request.method == "GET")
        if opened and (one is not at_fault or step.submit is None):
            pages.append(_address(flow, one))
        if one is at_fault:
            break
    return pages[-1] if pages else ""


def _address(flow: Flow, one: StepSeen) -> str:
    base = urlsplit(flow.base)
    return f"{base.scheme}://{base.netloc if one.host == base.hostname else one.host}{one.path}"


def _try_it(flow: Flow, place: str, at_fault: StepSeen | None) -> str:
    """How a person does the same: in a browser where that is possible."""
    if at_fault is None:
        return f"Open {place or flow.base} yourself."
    if place or not at_fault.path:
        return f"Open {place or flow.base} in a private window of your browser and do the same: {at_fault.name}."
    to = _address(flow, at_fault)
    return f"Ask your developer to send the same to {to}, and to look into your server's log at that moment."
