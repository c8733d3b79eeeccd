"""The last mile is encrypted too.

From visitors to a shield such as Cloudflare all is encrypted. From there to your server it may not be: in the mode
“Flexible” passwords and card data travel openly there, and often the site goes round in circles as well.
The right mode is “Full (strict)”: encrypted, and the shield checks that it talks to your server and nobody else.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from checks import edges, trouble
from checks.edge.fronted import WEB
from checks.edges import Witness
from checks.model import Json, Kind, Outcome, Severity, Status, Target, Verdict
from checks.net.facts import Chain, Exchange, Reason
from checks.probe import Probe
from checks.registry import check
from checks.urls import next_of, same_place, scheme_of
from checks.visit import CIRCLING, unfinished, visit

MOST = 4
UNKNOWN_ISSUER = frozenset({19, 20, 21})
"""OpenSSL's codes for a certificate whose issuer the public does not know."""
STRICT = (
    "At your host install a certificate on the server itself (Cloudflare: SSL/TLS > Origin Server > Create).",
    "Then set the mode to Full (strict) (Cloudflare: SSL/TLS > Overview).",
    "Run this check again.",
)

OUTCOMES = {
    "ok": Outcome(
        Status.PASS,
        "The server behind {host} has a valid certificate: the last mile can be encrypted and checked (Full, strict)",
    ),
    "no_edge": Outcome(
        Status.NA, "No shield of your own stands in front of {host}, so there is no last mile behind it"
    ),
    "not_written_down": Outcome(
        Status.NA,
        "How {edge} talks to the server behind {host} cannot be seen without the server's address",
        fix=(
            "Add to launch.yml, under the host {host}: origin: [203.0.113.10] (your server's own address).",
            "Or look yourself: at Cloudflare SSL/TLS > Overview must say Full (strict).",
        ),
    ),
    "closed": Outcome(
        Status.NA,
        "The server behind {host} lets nobody but {edge} in, so its certificate cannot be seen from outside",
        fix=("Look once yourself: at Cloudflare SSL/TLS > Overview must say Full (strict).",),
    ),
    "flexible_loop": Outcome(
        Status.FAIL,
        "Visitors of {host} go round in circles, because the last mile to your server is unencrypted (mode Flexible)",
        impact='Browsers show "too many redirects" instead of your page.',
        fix=STRICT,
        severity=Severity.HIGH,
        breaks=True,
        runbook="redirect_loop",
    ),
    "origin_refused": Outcome(
        Status.FAIL,
        "Visitors of {host} get an error page: {edge} cannot connect safely to your server (error {status})",
        impact="Nobody gets to your site; they see a page of {edge} instead.",
        fix=(
            "On the server renew or install the certificate for {host}: {edge} does not accept the present one.",
            "Do not switch to Flexible to make the error go away: everybody on the last mile could read along.",
            "Run this check again.",
        ),
        severity=Severity.HIGH,
        breaks=True,
        runbook="certificate_expired",
    ),
    "flexible": Outcome(
        Status.FAIL,
        "The last mile to the server of {host} is unencrypted: {address} answers only without a secure connection",
        impact="Passwords and customer data travel openly between {edge} and your server.",
        fix=STRICT,
        severity=Severity.HIGH,
        runbook="origin_exposed",
    ),
    "not_strict": Outcome(
        Status.WARN,
        "The last mile to the server of {host} is encrypted, but its certificate is not valid: {reason}",
        impact="Somebody on that mile could read along; in the safe mode (strict) visitors would see an error.",
        fix=STRICT,
        severity=Severity.MEDIUM,
    ),
    "own_issuer": Outcome(
        Status.UNKNOWN,
        "Could not see whether {edge} checks the certificate of the server behind {host}: its issuer is not public",
        impact="Nothing is proven either way. A certificate that {edge} itself made for your server is fine.",
        fix=("Look yourself: at Cloudflare SSL/TLS > Overview must say Full (strict).",),
    ),
    "could_not_look": Outcome(
        Status.UNKNOWN,
        "Could not see how {edge} talks to the server of {host}: {reason}",
        impact="Nothing is proven either way.",
        fix=("See first what the other checks say about {host}.",),
    ),
}


@dataclass(frozen=True, slots=True)
class Direct:
    """The server itself, asked with and without TLS."""

    address: str
    secure: Exchange
    plain: Exchange


@dataclass(frozen=True, slots=True)
class Facts:
    """The public way, and the server behind it where its address is known."""

    chain: Chain
    witness: Witness | None
    origin: tuple[Direct, ...] = ()


def _applies(target: Target) -> bool:
    return target.purpose in WEB


@check(
    "edge.ssl_mode",
    title="Encrypted all the way to your server",
    kind=Kind.HOST,
    outcomes=OUTCOMES,
    severity=Severity.HIGH,
    worst=Severity.HIGH,
    requirements=("TLS-3",),
    measured=(
        "We look for the errors and circles that a wrong mode causes, and, where the server's own address is written"
        " down, ask the server itself with and without a secure connection."
    ),
    verify="curl -sS -o /dev/null -D - --max-redirs 5 -L https://{host}/",
    links=(
        "https://developers.cloudflare.com/ssl/origin-configuration/ssl-modes/",
        "https://developers.cloudflare.com/ssl/troubleshooting/too-many-redirects/",
    ),
    applies=_applies,
)
async def ssl_mode(target: Target, probe: Probe) -> Verdict:
    """The chain is shared with the checks of redirects, the direct questions with the check of the way around."""
    host = next((host for host in target.inventory.hosts if host.name == target.host), None)
    url = f"https://{target.host}/"
    chain, a = await asyncio.gather(visit(probe, url), probe.dns(target.host, "A"))
    witness = edges.in_front(a.records, a.cnames, chain.exchanges[0])
    wanted = edges.named(host.edge) if host is not None else None
    # A platform behind an edge of one's own: what matters here is how that edge speaks to it.
    if wanted is not None and (witness is None or edges.sends_headers_of(chain.exchanges[0], wanted)):
        witness = Witness(wanted, "launch.yml" if witness is None else edges.MARKS)
    # The front door of an edge has a good certificate of its own, which says nothing about the server behind it.
    behind = [address for address in (host.origin if host else ()) if edges.of_address(address) is None]
    origin = await asyncio.gather(*(_ask(probe, target.host, address) for address in behind[:MOST]))
    return judge(Facts(chain, witness, tuple(origin)))


async def _ask(probe: Probe, host: str, address: str) -> Direct:
    secure, plain = await asyncio.gather(
        probe.get(f"https://{host}/", address=address), probe.get(f"http://{host}/", address=address)
    )
    return Direct(address, secure, plain)


def judge(facts: Facts) -> Verdict:
    """What visitors already feel first, then what the server itself shows."""
    edge = facts.witness.edge if facts.witness else None
    seen: dict[str, Json] = {
        "edge": edge.name if edge else "the shield",
        "status": facts.chain.last.status,
        "address": facts.origin[0].address if facts.origin else "",
    }
    cloudflare = edge is not None and edge.id == "cloudflare"
    if cloudflare and facts.chain.last.status in (525, 526):
        return Verdict("origin_refused", seen)
    if cloudflare and facts.chain.end in CIRCLING and _to_itself(facts.chain):
        return Verdict("flexible_loop", seen)
    if edge is None or edge.flag("platform"):
        return Verdict("no_edge", seen)
    if not facts.origin:
        reason = unfinished(facts.chain)
        if reason:
            return Verdict("could_not_look", seen | {"reason": reason})
        return Verdict("not_written_down", seen)
    results = [_judge_one(direct) for direct in facts.origin]
    for code in ("flexible", "not_strict", "could_not_look", "own_issuer", "ok", "closed"):
        found = next((verdict for verdict in results if verdict.code == code), None)
        if found is not None:
            return Verdict(code, seen | dict(found.seen))
    raise AssertionError("every address has one of the codes above")


def _to_itself(chain: Chain) -> bool:
    """Whether an https page sends visitors to the very same address: the edge asked without https."""
    return any(
        scheme_of(one.url) == "https" and next_of(one) and same_place(next_of(one)) == same_place(one.url)
        for one in chain.exchanges
    )


def _judge_one(direct: Direct) -> Verdict:
    seen: dict[str, Json] = {"address": direct.address}
    fault = direct.secure.fault
    if trouble.ours(fault):
        return Verdict("could_not_look", seen | {"reason": trouble.words(fault)})
    if fault is None:
        return Verdict("ok", seen)
    if fault.reason is Reason.TLS and fault.verify_code in UNKNOWN_ISSUER:
        return Verdict("own_issuer", seen)
    if fault.reason is Reason.TLS and fault.verify_code:
        reason = fault.detail.removeprefix("the certificate was refused: ") or "it is not accepted"
        return Verdict("not_strict", seen | {"reason": reason})
    # Without TLS it must show content: a server that only sends on to https insists on it.
    if 200 <= direct.plain.status < 300:
        return Verdict("flexible", seen)
    return Verdict("closed", seen)
