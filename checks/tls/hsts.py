"""Returning visitors stay on the secure version.

With one short header (HSTS) your site tells browsers: "from now on only come back over https".
Without it, somebody in the same café or hotel network can lead a returning visitor to the unsafe version of your
site and read along. It is a small addition; it should start with a short time and grow, because browsers obey it.
"""

from __future__ import annotations

from checks import firewall, trouble
from checks.hsts import Malformed, parse
from checks.model import Json, Kind, Outcome, Severity, Status, Target, Verdict
from checks.net.facts import Exchange
from checks.probe import Probe
from checks.registry import check

ENOUGH = 15_552_000
"""180 days, in seconds."""
EXPOSED = "Somebody in the same network could trick a returning visitor onto the unsafe version of your site."
GROW = (
    (
        "At your host (or at a service in front of it, such as Cloudflare) add the header "
        "Strict-Transport-Security with max-age=300 (five minutes)."
    ),
    "If all is well the next day, raise it to max-age=86400 (a day), and after a week to max-age=15552000 (180 days).",
    "Add nothing else to it: other words in this header bind all your subdomains and are hard to take back.",
)

OUTCOMES = {
    "ok": Outcome(Status.PASS, "Browsers come back to {host} over https only, for {length}"),
    "short_for_now": Outcome(
        Status.PASS,
        "Browsers come back to {host} over https only, for {length}: a good start, raise it after launch",
    ),
    "absent": Outcome(
        Status.WARN, "Returning visitors of {host} could be led to the unsafe version", EXPOSED, GROW, Severity.LOW
    ),
    "too_short": Outcome(
        Status.WARN,
        "Browsers remember for {length} only to visit {host} over https",
        EXPOSED,
        (
            (
                "At your host (or at a service in front of it, such as Cloudflare) set the header "
                "Strict-Transport-Security to max-age=15552000 (180 days)."
            ),
            "Add nothing else to it: other words in this header bind all your subdomains and are hard to take back.",
        ),
        Severity.LOW,
    ),
    "switched_off": Outcome(
        Status.WARN,
        "{host} tells browsers to forget that it is secure (max-age=0)",
        EXPOSED,
        GROW,
        Severity.LOW,
    ),
    "malformed": Outcome(
        Status.WARN,
        "Browsers ignore the security header of {host}: {reason}",
        EXPOSED,
        (
            (
                "At your host (or at a service in front of it, such as Cloudflare) replace the header "
                "Strict-Transport-Security by exactly: max-age=15552000"
            ),
        ),
        Severity.LOW,
    ),
    "blocked_by_firewall": firewall.BLOCKED,
    "could_not_look": Outcome(
        Status.UNKNOWN,
        "Could not read the headers of {host}: {reason}",
        impact="Nothing is proven either way.",
        fix=("See first what the other checks say about {host}.",),
    ),
}


@check(
    "tls.hsts",
    title="Stays secure (HSTS)",
    kind=Kind.HOST,
    outcomes=OUTCOMES,
    severity=Severity.LOW,
    worst=Severity.MEDIUM,
    requirements=("TLS-5",),
    measured="We read the first Strict-Transport-Security header of the answer over https, as a browser does.",
    verify="curl -sS -o /dev/null -D - https://{host}/",
    links=("https://www.rfc-editor.org/rfc/rfc6797",),
)
async def hsts(target: Target, probe: Probe) -> Verdict:
    """Ask the host itself, over https; where it redirects to does not matter here."""
    exchange = await probe.get(f"https://{target.host}/")
    return judge(exchange, stage=target.inventory.stage, agent=firewall.agent(target.inventory))


def judge(exchange: Exchange, *, stage: str = "launch", agent: str = firewall.AGENT) -> Verdict:
    """Only the first header counts (RFC 6797 section 8.1), and only on a verified connection."""
    if exchange.fault is not None or not exchange.status:
        return Verdict("could_not_look", {"reason": trouble.words(exchange.fault)})
    headers = exchange.all_headers("strict-transport-security")
    seen: dict[str, Json] = {"header": headers[0][:300] if headers else "", "headers": len(headers)}
    if not headers:
        blocked = firewall.blocked(exchange)
        if blocked:
            return Verdict("blocked_by_firewall", seen | {"reason": blocked, "agent": agent})
        return Verdict("absent", seen)
    policy = parse(headers[0])
    if isinstance(policy, Malformed):
        return Verdict("malformed", seen | {"reason": policy.why})
    seen |= {
        "max_age": policy.max_age,
        "length": length(policy.max_age),
        "include_subdomains": policy.include_subdomains,
        "preload": policy.preload,
    }
    if policy.max_age == 0:
        return Verdict("switched_off", seen)
    if policy.max_age >= ENOUGH:
        return Verdict("ok", seen)
    return Verdict("short_for_now" if stage == "launch" else "too_short", seen)


def length(seconds: int) -> str:
    """A number of seconds as a person says it, in the largest unit that fits."""
    for size, unit in ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second")):
        if seconds >= size:
            count = seconds // size
            return f"{count} {unit}{'' if count == 1 else 's'}"
    return "no time"
