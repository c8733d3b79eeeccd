"""Visitors see your product, not a page that somebody else put there.

An address can work perfectly and still show the wrong thing: the registrar's parking page, the first page of a fresh
server, "no such app", or "coming soon". Every technical test is green then. We compare the start page with such pages.
"""

from __future__ import annotations

from checks import firewall, trouble
from checks.model import Json, Kind, Outcome, Purpose, Severity, Status, Target, Verdict
from checks.net.facts import Chain, ChainEnd
from checks.probe import Probe
from checks.registry import check
from checks.stand_in import recognise
from checks.urls import host_of
from checks.visit import visit

OWN_PAGES = (Purpose.MARKETING, Purpose.APP, Purpose.HELP)
"""Purposes whose start page is for people."""
AGAIN = "Open {url} in a private browser window to see what strangers see, then run this check again."

OUTCOMES = {
    "ok": Outcome(Status.PASS, "{host} shows a page of its own"),
    "only_leads_on": Outcome(Status.PASS, "{host} only sends visitors on to {to_host}"),
    "parking_page": Outcome(
        Status.FAIL,
        "The address {host} works, but shows a parking page (“{words}”)",
        impact="Visitors think that your product does not exist, and may be shown advertisements.",
        fix=(
            "Where your domain is registered, switch parking or forwarding off.",
            "At your host finish adding {host} as a custom domain, and set the records that it shows.",
            AGAIN,
        ),
        severity=Severity.BLOCKER,
        breaks=True,
        runbook="site_down",
    ),
    "first_page": Outcome(
        Status.FAIL,
        "{host} shows the first page of a fresh server (“{words}”) instead of your product",
        impact="Visitors see a technical page and leave.",
        fix=(
            "Publish your product to this server, or let the name point at the server where it runs.",
            "Remove the server's default site, so that it can never answer in your name again.",
            AGAIN,
        ),
        severity=Severity.BLOCKER,
        breaks=True,
        runbook="site_down",
    ),
    "not_published": Outcome(
        Status.FAIL,
        "{host} reaches {whose}, but nothing of yours is published there (“{words}”)",
        impact="Visitors see your host's error page instead of your product.",
        fix=(
            "At your host open the project and publish it to production.",
            "Then look under its domains: {host} must stand there as connected.",
            AGAIN,
        ),
        severity=Severity.BLOCKER,
        breaks=True,
        runbook="site_down",
    ),
    "locked_shop": Outcome(
        Status.FAIL,
        "{host} asks visitors for a password (“{words}”)",
        impact="Nobody can get in who does not have the password: no customers.",
        fix=("In your shop's or site's settings switch the password page off (online store, preferences).", AGAIN),
        severity=Severity.BLOCKER,
        breaks=True,
        runbook="site_down",
    ),
    "maintenance": Outcome(
        Status.FAIL,
        "{host} shows a maintenance page (“{words}”) and calls that success",
        impact="Visitors cannot use the product, and search engines take this page for your site.",
        fix=(
            "Switch maintenance mode off.",
            "While it is needed, it should answer with status 503, so that search engines come back later.",
            AGAIN,
        ),
        severity=Severity.BLOCKER,
        breaks=True,
        runbook="site_down",
    ),
    "coming_soon": Outcome(
        Status.FAIL,
        "{host} still says “{words}”",
        impact="Visitors who come on launch day find nothing to use or buy.",
        fix=("Publish the real page in place of this one.", AGAIN),
        severity=Severity.BLOCKER,
        breaks=True,
        runbook="site_down",
    ),
    "blocked_by_firewall": firewall.BLOCKED,
    "could_not_look": Outcome(
        Status.UNKNOWN,
        "Could not see what {host} shows: {reason}",
        impact="Nothing is proven either way.",
        fix=("See first what the other checks say about {host}.",),
    ),
}


@check(
    "web.placeholder",
    title="Your page and nobody else's",
    kind=Kind.HOST,
    outcomes=OUTCOMES,
    severity=Severity.BLOCKER,
    worst=Severity.BLOCKER,
    requirements=("DNS-1", "DNS-10"),
    measured=(
        "We open the start page and compare title and text with the stand-in pages of registrars, servers and hosts."
        " Only short pages count: the same words in an article prove nothing."
    ),
    verify="curl -sSL {url} | head -c 2000",
    links=("https://www.rfc-editor.org/rfc/rfc9110#section-15.6.4",),
    applies=lambda target: target.environment == "production",
)
async def placeholder(target: Target, probe: Probe) -> Verdict:
    """The start page as a visitor gets it."""
    chain = await visit(probe, f"https://{target.host}/")
    others = frozenset(host.name for host in target.inventory.hosts) - {target.host}
    return judge(
        chain,
        others,
        for_people=target.purpose in OWN_PAGES,
        agent=firewall.agent(target.inventory),
    )


def judge(
    chain: Chain, others: frozenset[str] = frozenset(), *, for_people: bool = True, agent: str = firewall.AGENT
) -> Verdict:
    """A page that is recognised, wherever it ended; another host of the product speaks for itself."""
    answer = chain.last
    host, end = host_of(chain.start), host_of(answer.url)
    seen: dict[str, Json] = {"url": chain.start, "end": answer.url, "status": answer.status, "agent": agent}
    blocked = firewall.blocked(answer)
    if blocked:
        return Verdict("blocked_by_firewall", seen | {"reason": blocked, "host": end})
    if chain.end is not ChainEnd.FINAL:
        fault = trouble.words(answer.fault) if chain.end is ChainEnd.FAULT else "its redirects do not come to an end"
        return Verdict("could_not_look", seen | {"reason": fault})
    if end != host and end in others:
        return Verdict("only_leads_on", seen | {"to_host": end})
    found = recognise(answer)
    if found is not None:
        return Verdict(found.code, seen | {"whose": found.whose or "a host", "words": found.words})
    if answer.status >= 500 or (for_people and answer.status in (404, 410)):
        return Verdict("could_not_look", seen | {"reason": f"its start page answers with status {answer.status}"})
    return Verdict("only_leads_on", seen | {"to_host": end}) if end != host else Verdict("ok", seen)
