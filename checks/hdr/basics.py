"""The browser's safety switches are on.

With a few short headers your server tells browsers how to protect visitors: do not guess file types, do not show this
site inside another one, do not tell strangers which page people came from. Cookies that hold a log-in need marks too.
Most of it is a small safety net. One thing is serious: an answer that lets any other site read your customers' data.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass

from checks import cookies, firewall
from checks.cookies import Cookie
from checks.model import Json, Kind, Outcome, Severity, Status, Target, Verdict
from checks.net.facts import Chain, ChainEnd, Exchange
from checks.probe import Probe
from checks.registry import check
from checks.urls import host_of
from checks.visit import unfinished, visit

STRANGER = "https://launch-ready-check.invalid"
"""An origin that nobody can own (RFC 2606); whoever lets it in lets everybody in."""
DIRECTIVE = re.compile(r"[a-z][a-z-]{0,60}\Z")
HEADER_BLOCK = (
    (
        "In the settings of your host (or in the code) add these headers to all answers:"
        " X-Content-Type-Options: nosniff · X-Frame-Options: SAMEORIGIN ·"
        " Referrer-Policy: strict-origin-when-cross-origin · Content-Security-Policy: frame-ancestors 'self'"
    ),
    "If another site may show yours in a frame on purpose, name it in frame-ancestors and leave X-Frame-Options out.",
    "Run this check again.",
)
COOKIE_STEPS = (
    "Where the log-in is set up in the code, give the cookie {cookie} the marks Secure, HttpOnly and SameSite=Lax.",
    "Frameworks have a switch for it, often called session cookie or cookie options; deploy, then log in once more.",
    "Run this check again.",
)

OUTCOMES = {
    "ok": Outcome(Status.PASS, "The browser's safety switches are on at {host}"),
    "ok_with_note": Outcome(
        Status.PASS, "The important safety switches are on at {host}; not set: {missing} (nothing is broken)"
    ),
    "only_leads_on": Outcome(Status.PASS, "{host} only sends visitors on to {to_host}; there is no page to protect"),
    "any_site_may_read": Outcome(
        Status.FAIL,
        "{url} lets any other web site read what it answers to your logged-in customers",
        impact="A stranger's page can read a customer's data in the background while the customer is logged in.",
        fix=(
            "Where the code sends Access-Control-Allow-Origin (called CORS) write a fixed list of your own sites.",
            "Never send back whatever Origin came in together with Access-Control-Allow-Credentials: true.",
            "Run this check again.",
        ),
        severity=Severity.HIGH,
        runbook="customer_sees_others_data",
    ),
    "cookie_not_secure": Outcome(
        Status.FAIL,
        "The log-in cookie {cookie} of {host} may travel over unprotected connections",
        impact="Somebody in the same network could copy a customer's log-in.",
        fix=COOKIE_STEPS,
        severity=Severity.MEDIUM,
    ),
    "cookie_open_to_scripts": Outcome(
        Status.WARN,
        "The log-in cookie {cookie} of {host} can be read by every script on the page",
        impact="One bad script, even of a third party, could copy a customer's log-in.",
        fix=COOKIE_STEPS,
        severity=Severity.MEDIUM,
    ),
    "cookie_without_same_site": Outcome(
        Status.WARN,
        "The log-in cookie {cookie} of {host} does not say whether other sites may use it (SameSite)",
        impact="Browsers guess; in older ones a stranger's page can act in the name of a logged-in customer.",
        fix=COOKIE_STEPS,
        severity=Severity.LOW,
    ),
    "policy_not_readable": Outcome(
        Status.WARN,
        "Browsers cannot read the security policy of {host}: {reason}",
        impact="The protection you meant to switch on is off.",
        fix=(
            "Correct the header Content-Security-Policy at the place named above; your host or the code sets it.",
            "Open the page in a browser; its console (F12) names what it cannot read.",
            "Run this check again.",
        ),
        severity=Severity.LOW,
    ),
    "switches_off": Outcome(
        Status.WARN,
        "Small browser safety switches are off at {host} ({missing}); nothing is broken today",
        impact="Nobody notices. If something else goes wrong one day, less protects your visitors.",
        fix=HEADER_BLOCK,
        severity=Severity.LOW,
    ),
    "blocked_by_firewall": firewall.BLOCKED,
    "could_not_look": Outcome(
        Status.UNKNOWN,
        "Could not read the headers of {host}: {reason}",
        impact="Nothing is proven either way.",
        fix=("See first what the other checks say about {host}.",),
    ),
}


@dataclass(frozen=True, slots=True)
class Facts:
    """What a host answers to visitors, and to a page of a stranger."""

    chains: tuple[Chain, ...]
    """The start page, and pages of monitors on the same host."""
    strangers: tuple[Exchange, ...] = ()
    """The same addresses, asked as from a page of another site."""
    host: str = ""


@check(
    "hdr.basics",
    title="Browser safety switches",
    kind=Kind.HOST,
    outcomes=OUTCOMES,
    severity=Severity.LOW,
    worst=Severity.HIGH,
    requirements=("TLS-5",),
    measured=(
        "We read the headers and cookies of the start page and of the monitored pages, before log-in, and ask once as"
        " if from a stranger's page. Pages behind the log-in cannot be seen from outside."
    ),
    verify="curl -sS -o /dev/null -D - -H 'Origin: https://launch-ready-check.invalid' {url}",
    links=(
        "https://developer.mozilla.org/en-US/docs/Web/Security/Practical_implementation_guides",
        "https://fetch.spec.whatwg.org/#http-cors-protocol",
    ),
)
async def basics(target: Target, probe: Probe) -> Verdict:
    """Pages that other checks open anyway, and one question with an Origin for where data lives."""
    monitors = [m.url for m in target.inventory.monitors if host_of(m.url) == target.host]
    pages = list(dict.fromkeys((f"https://{target.host}/", *monitors)))[:4]
    # Data lives behind addresses that answer machines; the start page stands for the rest.
    asked = [monitors[0] if monitors else pages[0]]
    chains, strangers = await asyncio.gather(
        asyncio.gather(*(visit(probe, url) for url in pages)),
        asyncio.gather(*(probe.get(url, headers=(("Origin", STRANGER),)) for url in asked)),
    )
    facts = Facts(tuple(chains), tuple(strangers), target.host)
    return judge(facts, agent=firewall.agent(target.inventory))


def judge(facts: Facts, *, agent: str = firewall.AGENT) -> Verdict:
    """Whoever may read customers' data first, then log-in cookies, then the small switches."""
    own = [one for chain in facts.chains for one in chain.exchanges if host_of(one.url) == facts.host and one.status]
    seen: dict[str, Json] = {"url": facts.chains[0].start, "pages": tuple(dict.fromkeys(one.url for one in own))}
    for exchange in facts.strangers:
        if lets_strangers_read(exchange):
            return Verdict("any_site_may_read", seen | {"url": exchange.url})
    found = _cookies(own)
    seen["cookies"] = tuple(f"{c.name}: {_marks(c)}" for c in found)
    bad = _bad_cookie(found)
    if bad is not None:
        return Verdict(bad.code, seen | dict(bad.seen))
    blocked = next((reason for one in own if (reason := firewall.blocked(one))), "")
    if blocked:
        return Verdict("blocked_by_firewall", seen | {"reason": blocked, "agent": agent})
    answers = [one for one in own if not one.redirects_to and one.status != 304]
    if not answers:
        return _nothing_here(facts, own, seen)
    for answer in answers:
        unreadable = policy_trouble(answer)
        if unreadable:
            return Verdict("policy_not_readable", seen | {"reason": unreadable, "url": answer.url})
    missing, notes = _missing(answers)
    if missing:
        return Verdict("switches_off", seen | {"missing": ", ".join((*missing, *notes))})
    return Verdict("ok_with_note" if notes else "ok", seen | {"missing": ", ".join(notes)})


def _nothing_here(facts: Facts, own: list[Exchange], seen: dict[str, Json]) -> Verdict:
    """No page of its own: it leads on, or it could not be seen."""
    chain = facts.chains[0]
    away = host_of(chain.last.url)
    if own and chain.end is ChainEnd.FINAL and away != facts.host:
        return Verdict("only_leads_on", seen | {"to_host": away})
    reason = unfinished(chain) or "its redirects do not end at a page of its own"
    return Verdict("could_not_look", seen | {"reason": reason})


def lets_strangers_read(exchange: Exchange) -> bool:
    """Whether the answer allows a page of any site to read it with the visitor's log-in.

    A `*` does not: browsers then send no log-in along (Fetch standard, CORS protocol).
    """
    allowed = exchange.header("access-control-allow-origin").strip().lower()
    credentials = exchange.header("access-control-allow-credentials").strip()
    return allowed == STRANGER and credentials == "true"


def _cookies(answers: list[Exchange]) -> tuple[Cookie, ...]:
    """The log-in cookies that are handed out, each name once."""
    found: dict[str, Cookie] = {}
    for answer in answers:
        for cookie in cookies.of(answer):
            if cookie.session and not cookie.removed:
                found.setdefault(cookie.name, cookie)
    return tuple(found.values())


def _bad_cookie(found: tuple[Cookie, ...]) -> Verdict | None:
    rules = (
        ("cookie_not_secure", [cookie for cookie in found if not cookie.secure]),
        ("cookie_open_to_scripts", [cookie for cookie in found if not cookie.http_only]),
        ("cookie_without_same_site", [cookie for cookie in found if not cookie.same_site]),
    )
    return next((Verdict(code, {"cookie": bad[0].name}) for code, bad in rules if bad), None)


def _marks(cookie: Cookie) -> str:
    marks = [name for name, on in (("Secure", cookie.secure), ("HttpOnly", cookie.http_only)) if on]
    return ", ".join([*marks, f"SameSite={cookie.same_site}"] if cookie.same_site else marks) or "no marks"


def _missing(answers: list[Exchange]) -> tuple[list[str], list[str]]:
    """Switches that are off, and those that are only worth a note."""
    missing: dict[str, None] = {}
    notes: dict[str, None] = {}
    for answer in answers:
        if answer.header("x-content-type-options").strip().lower().split(",")[0].strip() != "nosniff":
            missing.setdefault("X-Content-Type-Options")
        if "html" not in answer.header("content-type").lower():
            continue
        directives = policy(answer)
        if "frame-ancestors" not in directives and not answer.header("x-frame-options").strip():
            missing.setdefault("frame protection")
        if not answer.header("referrer-policy").strip():
            notes.setdefault("Referrer-Policy")
        if not directives and not _in_page(answer):
            notes.setdefault("Content-Security-Policy")
    return list(missing), list(notes)


def _in_page(answer: Exchange) -> bool:
    """Whether the page brings its policy in its head."""
    return re.search(r"http-equiv\s*=\s*[\"']?content-security-policy", answer.text[:20_000], re.IGNORECASE) is not None


def policy(answer: Exchange) -> dict[str, str]:
    """The directives of the Content-Security-Policy headers; of two equal ones the first counts (CSP3 2.2.1)."""
    found: dict[str, str] = {}
    for header in answer.all_headers("content-security-policy")[:5]:
        for part in header[:8000].split(";")[:100]:
            name, _, value = part.strip().partition(" ")
            if name:
                found.setdefault(name.lower(), value.strip())
    return found


def policy_trouble(answer: Exchange) -> str:
    """What browsers cannot read in the policy; empty where there is none or it is fine."""
    for name in policy(answer):
        if not DIRECTIVE.match(name):
            return f"no browser knows the word “{name[:40]}”"
    for header in answer.all_headers("content-security-policy")[:5]:
        if not header.strip(" ;"):
            return "the header is there, but empty"
        if not header.isascii():
            return "it has characters outside of plain ASCII"
    return ""
