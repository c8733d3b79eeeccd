"""Your domain name itself is paid for, well beyond the launch.

A domain is rented by the year. When the card on file has expired, or the reminder went to a mailbox that nobody reads,
it lapses: site, mail and log-ins stop at once, and after some weeks a stranger may buy it. We ask the registry for the
end date, every day, long before it matters.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from checks import providers, trouble
from checks.model import Json, Kind, Outcome, Severity, Status, Target, Verdict
from checks.names import platform_of
from checks.net.facts import Rdap, Reason
from checks.probe import Probe
from checks.registry import check

WARN, FAIL = timedelta(days=30), timedelta(days=14)
HELD = {
    "client hold": "the company where you bought it has done so, mostly for a bill or an unconfirmed address",
    "server hold": "the registry has done so",
    "redemption period": "it has lapsed and waits to be bought back",
    "pending delete": "it has lapsed and is about to be deleted",
}
"""States in which the name is not served (RFC 8056, EPP status codes)."""
AT_STAKE = "If it lapses, site, mail and logins stop at once, and later a stranger may buy the name."
RENEW = (
    "Sign in at {registrar} ({where}), renew {name}, and switch automatic renewal on.",
    "Check that the card on file is valid and that somebody reads the mailbox for reminders.",
    "Run this check again: the date must move by a year.",
)

OUTCOMES = {
    "ok": Outcome(Status.PASS, "The domain {name} is paid for until {until}"),
    "soon": Outcome(
        Status.WARN,
        "The domain {name} itself runs out on {until} ({left} left)",
        AT_STAKE,
        RENEW,
        Severity.MEDIUM,
        runbook="certificate_or_domain_expires_soon",
    ),
    "very_soon": Outcome(
        Status.FAIL,
        "The domain {name} itself runs out on {until}: only {left} left",
        AT_STAKE,
        RENEW,
        Severity.HIGH,
        runbook="certificate_or_domain_expires_soon",
    ),
    "expired": Outcome(
        Status.FAIL,
        "The domain {name} ran out on {until}",
        "Site, mail and logins stop at any moment, if they have not stopped yet.",
        RENEW,
        Severity.BLOCKER,
        runbook="domain_expired",
    ),
    "on_hold": Outcome(
        Status.FAIL,
        "The domain {name} is switched off: {why}",
        "Site, mail and logins under this name do not work for anybody.",
        (
            "Sign in at {registrar} ({where}) and read what it says about {name}; then do that today.",
            "Look for mails from {registrar}, in the spam folder too: often an address must be confirmed.",
            "Run this check again.",
        ),
        Severity.BLOCKER,
        breaks=True,
        runbook="domain_expired",
    ),
    "not_registered": Outcome(
        Status.FAIL,
        "The registry does not know the domain {name}: anybody can buy it",
        "Site, mail and logins under this name do not work, and a stranger could take it over.",
        ("Check the spelling: is it really {name}?", "If so, buy it again at once where you had bought it."),
        Severity.BLOCKER,
        breaks=True,
        runbook="domain_expired",
    ),
    "no_date": Outcome(
        Status.UNKNOWN,
        "The registry does not publish until when {name} is paid for",
        "Nothing is proven either way; many country domains are like that.",
        (
            "Sign in at {registrar} ({where}), look up the date, and see that automatic renewal is on.",
            "Put the date into the team's calendar, thirty days earlier.",
        ),
    ),
    "not_own": Outcome(Status.NA, "{name} is a name that {platform} gives its customers: there is nothing to renew"),
    "switched_off": Outcome(
        Status.NA,
        "Registries are not asked in this network, so the end date of {name} is not known",
        fix=("To ask one, add under `network` in launch.yml: `rdap: https://your-registry-service/`.",),
    ),
    "could_not_look": Outcome(
        Status.UNKNOWN,
        "Could not ask the registry until when {name} is paid for: {reason}",
        "Nothing is proven either way.",
        (
            "Run this check again later.",
            "If it stays so: sign in at {registrar} ({where}) and look the date up.",
        ),
    ),
}


@dataclass(frozen=True, slots=True)
class Facts:
    """What the registry says."""

    name: str
    rdap: Rdap
    now: datetime
    platform: str = ""
    """The platform whose name this is; empty for a domain of one's own."""


@check(
    "dns.domain_expiry",
    title="Domain is paid for",
    kind=Kind.DOMAIN,
    outcomes=OUTCOMES,
    severity=Severity.HIGH,
    worst=Severity.BLOCKER,
    requirements=("DNS-4", "OBS-3"),
    measured="We ask the registry of the domain's ending (RDAP) for the end date and for anything that holds it up.",
    verify="curl -sL https://rdap.org/domain/{name}",
    links=(
        "https://www.rfc-editor.org/rfc/rfc9083#section-4.5",
        "https://www.icann.org/resources/pages/epp-status-codes-2014-06-16-en",
    ),
)
async def domain_expiry(target: Target, probe: Probe) -> Verdict:
    """One question to the registry; none for a name that a platform lends."""
    platform = platform_of(target.name)
    if platform:
        return judge(Facts(target.name, Rdap(target.name, known=False), probe.now(), platform))
    return judge(Facts(target.name, await probe.rdap(target.name), probe.now()))


def judge(facts: Facts) -> Verdict:
    """What switches the name off comes before its date."""
    rdap = facts.rdap
    seen: dict[str, Json] = {"statuses": rdap.statuses, **registrar(rdap.registrar)}
    if facts.platform:
        return Verdict("not_own", seen | {"platform": facts.platform})
    if not rdap.known:
        if rdap.fault is not None and rdap.fault.reason is Reason.BLOCKED and "switched off" in rdap.fault.detail:
            return Verdict("switched_off", seen)
        return Verdict("could_not_look", seen | {"reason": _words(rdap)})
    if not rdap.registered:
        return Verdict("not_registered", seen)
    held = next((status for status in rdap.statuses if _plain(status) in _HELD), "")
    if held:
        return Verdict("on_hold", seen | {"why": _HELD[_plain(held)]})
    if rdap.expires is None:
        return Verdict("no_date", seen)
    left = rdap.expires - facts.now
    seen |= {"until": f"{rdap.expires.day} {rdap.expires:%B %Y}", "days": left.days, "left": _days(left)}
    if left < timedelta(0):
        return Verdict("expired", seen)
    return Verdict("very_soon" if left <= FAIL else "soon" if left <= WARN else "ok", seen)


def registrar(name: str) -> dict[str, Json]:
    """Where the domain was bought, as the registry calls it, and where its customers sign in."""
    wanted = name.casefold()
    for entry in providers.load("registrars"):
        known = [text.casefold() for text in entry.texts("rdap")]
        if wanted and any(text in wanted or wanted in text for text in known):
            return {"registrar": entry.name, "where": entry.text("url")}
    return {"registrar": name[:80] or "the company where you bought it", "where": "its page about your domains"}


def _plain(status: str) -> str:
    """RDAP says `client hold`, some registries still say `clientHold`."""
    return "".join(character for character in status.lower() if character.isalnum())


_HELD = {_plain(status): words for status, words in HELD.items()}


def _words(rdap: Rdap) -> str:
    fault = rdap.fault
    if fault is not None and fault.reason is Reason.UNSUPPORTED:
        return fault.detail or "for this ending no such service is known"
    return trouble.words(fault).replace("the server", "the registry", 1)


def _days(left: timedelta) -> str:
    if left.days >= 2:
        return f"{left.days} days"
    return "1 day" if left.days == 1 else "less than a day"
