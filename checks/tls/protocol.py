"""Your lock is a modern one.

The secure connection comes in versions. The two oldest ones (TLS 1.0 and 1.1) were withdrawn years ago.
Payment auditors refuse sites that still accept them, and browsers refuse sites that offer nothing newer.
We knock once with today's version and once with nothing but the old ones; finer points change nothing for you.
"""

from __future__ import annotations

from dataclasses import dataclass

from checks import trouble
from checks.model import Json, Kind, Outcome, Severity, Status, Target, Verdict
from checks.net.facts import Peer, Reason
from checks.probe import Probe
from checks.registry import check

OLD = frozenset({"SSLv3", "TLSv1", "TLSv1.0", "TLSv1.1"})
REFUSALS = (Reason.TLS, Reason.RESET, Reason.PROTOCOL)
"""How servers refuse a version: some with an alert, others by hanging up."""
OLDEST_WANTED = "TLSv1.1"
"""The newest version that the second handshake offers."""
MINIMUM = (
    (
        "At your edge or host open the TLS settings and set the minimum version to TLS 1.2"
        " (Cloudflare: SSL/TLS > Edge Certificates > Minimum TLS Version)."
    ),
    "If you run the web server yourself: allow TLSv1.2 and TLSv1.3 only, then reload it.",
    "Run this check again.",
)

OUTCOMES = {
    "ok": Outcome(Status.PASS, "{host} speaks {protocol} and refuses the old, unsafe versions"),
    "no_newest": Outcome(
        Status.PASS,
        "{host} speaks {protocol} and refuses the old, unsafe versions; the newest one (TLS 1.3) would be a bit faster",
    ),
    "old_accepted": Outcome(
        Status.WARN,
        "{host} still accepts a very old lock type ({old}) that payment auditors refuse",
        impact="Customers notice nothing today. A payment audit (PCI) would fail on it.",
        fix=MINIMUM,
        severity=Severity.MEDIUM,
    ),
    "only_old": Outcome(
        Status.FAIL,
        "{host} knows only very old lock types ({old}), which today's browsers refuse",
        impact="Visitors with an up-to-date browser get an error page instead of {host}.",
        fix=MINIMUM,
        severity=Severity.MEDIUM,
        breaks=True,
    ),
    "old_untested": Outcome(
        Status.UNKNOWN,
        "{host} speaks {protocol}; whether it also accepts very old versions could not be tried: {reason}",
        impact="Nothing is proven about the old versions. Your visitors are fine.",
        fix=("Run the command below on another machine; it must end with an error.",),
    ),
    "not_reachable": Outcome(
        Status.UNKNOWN,
        "Could not see which secure versions {host} speaks: {reason}",
        impact="Nothing is proven either way.",
        fix=("See first what the other checks say about {host}.",),
    ),
}


@dataclass(frozen=True, slots=True)
class Facts:
    """Two handshakes with one host."""

    now: Peer
    """With everything that we can speak."""
    old: Peer
    """With nothing newer than TLS 1.1."""


@check(
    "tls.protocol",
    title="Modern TLS versions",
    kind=Kind.HOST,
    outcomes=OUTCOMES,
    severity=Severity.MEDIUM,
    worst=Severity.MEDIUM,
    requirements=("TLS-1",),
    measured="We open one connection as a browser does, and one that offers nothing newer than TLS 1.1.",
    verify="openssl s_client -connect {host}:443 -servername {host} -tls1_1 -cipher DEFAULT@SECLEVEL=0 </dev/null",
    links=("https://www.rfc-editor.org/rfc/rfc8996", "https://www.rfc-editor.org/rfc/rfc9325#section-3.1.1"),
)
async def protocol(target: Target, probe: Probe) -> Verdict:
    """Two handshakes side by side; the first one is shared with the other certificate checks."""
    now = await probe.tls(target.host)
    family = 4
    if not _answered(now):
        six = await probe.tls(target.host, family=6)
        now, family = (six, 6) if _answered(six) else (now, 4)
    if _silent(now):
        return judge(Facts(now, now))
    return judge(Facts(now, await probe.tls(target.host, family=family, newest=OLDEST_WANTED)))


def _answered(peer: Peer) -> bool:
    return bool(peer.protocol or peer.chain)


def _silent(peer: Peer) -> bool:
    """Whether nobody was there to shake hands with at all; who hangs up may only refuse what was offered."""
    return not _answered(peer) and (peer.fault is None or peer.fault.reason not in REFUSALS)


def judge(facts: Facts) -> Verdict:
    """What is spoken, then what should no longer be."""
    now, old = facts.now, facts.old
    seen: dict[str, Json] = {"protocol": _name(now.protocol), "old": "TLS 1.0 or 1.1", "address": now.address}
    accepted = _answered(old) and old.protocol in (*OLD, "")
    if accepted:
        seen["old"] = _name(old.protocol) or "TLS 1.0 or 1.1"
    if not _answered(now):
        if accepted and now.fault is not None and now.fault.reason in REFUSALS:
            return Verdict("only_old", seen)
        return Verdict("not_reachable", seen | {"reason": trouble.words(now.fault)})
    if now.protocol in OLD:
        return Verdict("only_old", seen | {"old": _name(now.protocol)})
    if accepted:
        return Verdict("old_accepted", seen)
    reason = _untested(old)
    if reason:
        return Verdict("old_untested", seen | {"reason": reason})
    return Verdict("no_newest" if now.protocol == "TLSv1.2" else "ok", seen)


def _untested(old: Peer) -> str:
    """Why the second handshake says nothing; empty where the server refused it."""
    fault = old.fault
    if fault is None:
        # It came to an agreement on a version that was not offered: then nothing was tried.
        return "the connection used another version than the one that was offered"
    if fault.reason is Reason.UNSUPPORTED:
        return "the encryption library of this bot no longer knows them"
    return "" if fault.reason in REFUSALS else trouble.words(fault)


def _name(protocol: str) -> str:
    """`TLSv1.3` as people write it."""
    return {"TLSv1": "TLS 1.0"}.get(protocol, protocol.replace("TLSv", "TLS ").replace("SSLv", "SSL "))
