"""The page is up and shows what it should.

We open the page as a visitor would and look at the answer: did it come, in time, and does it say what you expect?
An error page with a friendly drawing on it is still an error, and a page that answers after ten seconds has lost
its visitor. One slow moment is nothing, so we call a page slow only if it stays slow.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from checks import firewall, trouble
from checks.expectation import unmet
from checks.inventory import Monitor
from checks.model import Json, Kind, Outcome, Severity, Status, Target, Verdict
from checks.net.facts import Chain, ChainEnd, DnsAnswer, Exchange, Reason
from checks.probe import Probe
from checks.registry import check
from checks.urls import host_of
from checks.visit import everywhere, visit

TRIES = 5
SLOW_TRIES = 3
PATIENCE = 10.0
"""Seconds that one try may take."""


def _down(summary: str, runbook: str, *fix: str) -> Outcome:
    return Outcome(
        Status.FAIL, summary, "Nobody can use it while this lasts.", fix, Severity.BLOCKER, breaks=True, runbook=runbook
    )


OUTCOMES = {
    "up": Outcome(Status.PASS, "{name} is up (status {status}, {server_ms} ms)"),
    "slow": Outcome(
        Status.WARN,
        "{name} is slow: the server needed more than {limit} s in {slow} of {tries} tries",
        impact="Visitors wait, and many leave before the page appears.",
        fix=(
            "Look at your host's dashboard: is memory or processor time used up?",
            "Ask your developer what this page does before it answers, often a slow database query.",
            "Run this check again.",
        ),
        severity=Severity.MEDIUM,
        runbook="slow_pages",
    ),
    "dns": _down(
        "{name} is down: its name {host} cannot be found",
        "dns_broken",
        "Look at what the check dns.resolve says about {host}: it names the missing record.",
        "Run this check again.",
    ),
    "tls": _down(
        "{name} is down: no secure connection to {host}, since {reason}",
        "certificate_expired",
        "Look at what the check tls.valid says about {host}: it names the fault.",
        "Run this check again.",
    ),
    "refused": _down(
        "{name} is down: nothing answers at {host}",
        "site_down",
        "Open your host's dashboard: is the app running? Start it again if it is not.",
        "If it runs: check that it listens on the port that your host expects.",
        "Run this check again.",
    ),
    "unreachable": _down(
        "{name} is down: there is no way to the address of {host}",
        "site_down",
        "Check that the DNS record of {host} holds the address that your host shows today.",
        "Look at your host's status page.",
        "Run this check again.",
    ),
    "timeout": _down(
        "{name} is down: {host} did not answer within {patience} s",
        "site_down",
        "Open your host's dashboard and look at processor, memory and the log of the last minutes.",
        "Restart the app; if it began after a release, go back to the previous version.",
        "Run this check again.",
    ),
    "reset": _down(
        "{name} is down: {host} hangs up in the middle of the answer",
        "site_down",
        "Open the log of the app: it often stops with an error at this moment.",
        "If it began after a release, go back to the previous version.",
        "Run this check again.",
    ),
    "garbled": _down(
        "{name} is down: {host} answers with something that is not a web page",
        "site_down",
        "Check that the DNS record of {host} leads to the web server and not to another machine.",
        "Check that the port and https are set up as your host describes.",
        "Run this check again.",
    ),
    "http_5xx": _down(
        "{name} is down: the server answers with error {status}",
        "site_down",
        "Open the log of the app at your host and read the newest error.",
        "If it began after a release, go back to the previous version.",
        "Run this check again.",
    ),
    "http_4xx": _down(
        "{name} is down: the server says that it cannot show the page (status {status})",
        "site_down",
        "Open {url} in a private browser window: is the address still right?",
        "If it moved, correct the monitor's URL; if it vanished, look at the last release.",
        "Run this check again.",
    ),
    "wrong_status": _down(
        "{name} answers with status {status} instead of {expected}",
        "site_down",
        "Open {url} in a private browser window and see what visitors get.",
        "If the new answer is right, change the monitor's expected status.",
        "Run this check again.",
    ),
    "too_late": _down(
        "{name} is down: the answer began after {server_ms} ms, and you allow {allowed_ms} ms",
        "slow_pages",
        "Look at your host's dashboard: is memory or processor time used up?",
        "If it began after a release, go back to the previous version.",
        "Run this check again.",
    ),
    "redirect_loop": _down(
        "{name} is down: it sends visitors round in circles",
        "redirect_loop",
        "Look at what the check redir.loop says about {host}: it draws the circle.",
        "Run this check again.",
    ),
    "wrong_host": _down(
        "{name} ends at {final_host} instead of {expected}",
        "wrong_address_or_www",
        "Find the redirect that leads to {final_host}; a release or a domain setting may have changed it.",
        "If the new place is right, change the monitor's final host.",
        "Run this check again.",
    ),
    "wrong_content": _down(
        "{name} answers, but the page is not the right one: {reason}",
        "site_down",
        "Open {url} in a private browser window and see what visitors get.",
        "If it is an error page, open the log of the app; if the text changed on purpose, change the monitor.",
        "Run this check again.",
    ),
    "blocked_by_firewall": firewall.BLOCKED,
    "could_not_look": Outcome(
        Status.UNKNOWN,
        "Could not look at {name}: {reason}",
        impact="Nothing is proven either way.",
        fix=("Put that right, then run this check again.",),
    ),
}

CLASS = {
    Reason.DNS: "dns",
    Reason.TLS: "tls",
    Reason.REFUSED: "refused",
    Reason.UNREACHABLE: "unreachable",
    Reason.TIMEOUT: "timeout",
    Reason.RESET: "reset",
    Reason.PROTOCOL: "garbled",
}


@dataclass(frozen=True, slots=True)
class Facts:
    """What one monitor saw."""

    monitor: Monitor
    chain: Chain
    """Redirects followed from the monitor's URL."""
    more: tuple[Exchange, ...] = ()
    """Further tries of the final page, made only where the first one was slow."""
    online: bool = True
    """Whether the bot itself can see out."""
    name: tuple[DnsAnswer, ...] = ()
    """What each resolver said about the last host, asked only where its name could not be resolved."""


@check(
    "up.http",
    title="Is up",
    kind=Kind.MONITOR,
    outcomes=OUTCOMES,
    severity=Severity.BLOCKER,
    worst=Severity.BLOCKER,
    requirements=("OBS-1", "OBS-2", "OBS-3", "DNS-1"),
    measured=(
        "We open the page on a fresh connection, follow redirects and compare status and text with what you expect;"
        " a slow answer is measured five times."
    ),
    verify="curl -sSL -o /dev/null -D - {url}",
    links=("https://www.rfc-editor.org/rfc/rfc9110#section-15",),
)
async def http(target: Target, probe: Probe) -> Verdict:
    """Open the page; only a slow one is asked again, on new connections."""
    monitor = target.monitor or Monitor(target.name, target.url)
    facts = Facts(monitor, await visit(probe, monitor.url))
    final = facts.chain.last
    if final.fault is not None and not trouble.ours(final.fault):
        facts = replace(facts, online=await probe.online())
        if final.fault.reason is Reason.DNS:
            facts = replace(facts, name=await everywhere(probe, host_of(final.url)))
    # A server that does not answer at all is down, however often it is asked.
    if final.fault is None and _slow(final, monitor):
        facts = replace(facts, more=await _again(final.url, monitor, probe))
    return judge(facts, agent=firewall.agent(target.inventory))


async def _again(url: str, monitor: Monitor, probe: Probe) -> tuple[Exchange, ...]:
    """Further looks at a slow page, one after the other, until three of five are slow or no longer can be."""
    more: list[Exchange] = []
    slow = 1
    while len(more) < TRIES - 1 and slow < SLOW_TRIES <= slow + (TRIES - 1 - len(more)):
        more.append(await probe.fresh(len(more) + 1).get(url, timeout=PATIENCE))
        slow += _slow(more[-1], monitor)
    return tuple(more)


def judge(facts: Facts, *, agent: str = firewall.AGENT) -> Verdict:
    """Whether it is down, and in which class; then whether the answer is the right one; then whether it is slow."""
    monitor = facts.monitor
    first = facts.chain.exchanges[0]
    # A monitor that names a redirect's own status wants to see the redirect, not the page behind it.
    answer = first if first.status in monitor.status else facts.chain.last
    seen = _seen(answer, facts)
    if answer.fault is not None or not answer.status:
        return _faulty(answer, facts, seen)
    blocked = firewall.blocked(answer)
    if blocked and answer.status not in monitor.status:
        return Verdict("blocked_by_firewall", seen | {"reason": blocked, "agent": agent})
    if answer is facts.chain.last and facts.chain.end in (ChainEnd.LOOP, ChainEnd.TOO_MANY):
        return Verdict("redirect_loop", seen)
    wrong = _status(answer, monitor, seen) or _content(answer, facts, seen)
    if wrong is not None:
        return wrong
    if monitor.first_byte is not None and answer.phases.server > monitor.first_byte * 1000:
        return Verdict("too_late", seen | {"allowed_ms": round(monitor.first_byte * 1000)})
    tries = (answer, *facts.more)
    slow = sum(_slow(one, monitor) for one in tries)
    if slow >= SLOW_TRIES:
        return Verdict("slow", seen | {"slow": slow, "tries": len(tries), "limit": monitor.slow_after})
    return Verdict("up", seen)


def _faulty(answer: Exchange, facts: Facts, seen: dict[str, Json]) -> Verdict:
    reason = trouble.words(answer.fault)
    if not facts.online:
        return Verdict("could_not_look", seen | {"reason": "this bot's own connection to the internet is down"})
    if answer.fault is None or trouble.ours(answer.fault):
        return Verdict("could_not_look", seen | {"reason": reason})
    if facts.name and not trouble.visitors_fail_too(facts.name):
        return Verdict("could_not_look", seen | {"reason": trouble.unheard(facts.name) or reason})
    more: dict[str, Json] = {"reason": answer.fault.detail or reason, "verify_code": answer.fault.verify_code}
    return Verdict(CLASS[answer.fault.reason], seen | more)


def _status(answer: Exchange, monitor: Monitor, seen: dict[str, Json]) -> Verdict | None:
    accepted = answer.status in monitor.status if monitor.status else 200 <= answer.status < 300
    if accepted:
        return None
    expected = " or ".join(str(code) for code in monitor.status) or "200 to 299"
    code = "http_5xx" if answer.status >= 500 else "http_4xx" if answer.status >= 400 else "wrong_status"
    return Verdict(code, seen | {"expected": expected})


def _content(answer: Exchange, facts: Facts, seen: dict[str, Json]) -> Verdict | None:
    """The first expectation about host, header, text or JSON that is not met."""
    monitor = facts.monitor
    if monitor.final_host and host_of(answer.url) != monitor.final_host.lower():
        return Verdict("wrong_host", seen | {"expected": monitor.final_host})
    reason = unmet(answer, monitor)
    if not reason:
        return None
    # The part that was not read may hold what is missing; a text that must not be there was really seen.
    if answer.truncated and not (monitor.absent and monitor.absent in answer.text):
        return Verdict("could_not_look", seen | {"reason": "the page is too large; only its beginning was read"})
    return Verdict("wrong_content", seen | {"reason": reason})


def _slow(answer: Exchange, monitor: Monitor) -> bool:
    """Server time above the limit; a try that ran into the time limit is slow too."""
    if answer.fault is not None:
        return answer.fault.reason is Reason.TIMEOUT
    return answer.phases.server > monitor.slow_after * 1000


def _seen(answer: Exchange, facts: Facts) -> dict[str, Json]:
    phases = answer.phases
    return {
        "final_url": answer.url,
        "status": answer.status,
        "server_ms": round(phases.server),
        "total_ms": round(phases.total),
        "phases_ms": {
            "dns": round(phases.dns),
            "tcp": round(phases.tcp),
            "tls": round(phases.tls),
            "first_byte": round(phases.first_byte),
            "body": round(phases.body),
        },
        "address": answer.address,
        "final_host": host_of(answer.url),
        "hops": facts.chain.hops,
        "tries_ms": tuple(round(one.phases.server) for one in facts.more),
        "patience": PATIENCE,
        "host": host_of(answer.url),
    }
