"""What the panel can break: each fault changes the company's settings, knows whether it is on, and how to undo it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

from bot.demo.company.state import (
    API,
    DMARC,
    DOMAIN,
    SPF,
    WWW,
    Deploy,
    Record,
    State,
    healthy_certificate,
    healthy_records,
    utc_now,
)

SECOND_SPF = "v=spf1 include:_spf.oldmail.test ~all"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that can be broken."""

    id: str
    title: str
    says: str
    """What customers will notice."""
    area: str
    """Which console repairs it: `host`, `edge`, `dns` or `mail`."""
    is_on: Callable[[State], bool]
    break_it: Callable[[State], None]
    repair: Callable[[State], None]


def _has(state: State, name: str, kind: str, value: str = "") -> bool:
    return any(r.name == name and r.type == kind and (not value or r.value == value) for r in state.records)


def _drop(name: str, kind: str, starts: str = "") -> Callable[[State], None]:
    def act(state: State) -> None:
        state.records = [
            r for r in state.records if not (r.name == name and r.type == kind and r.value.startswith(starts))
        ]

    return act


def _put_back(name: str, kind: str, starts: str = "") -> Callable[[State], None]:
    def act(state: State) -> None:
        _drop(name, kind, starts)(state)
        state.records += [
            r for r in healthy_records() if r.name == name and r.type == kind and r.value.startswith(starts)
        ]

    return act


def _set(**values: object) -> Callable[[State], None]:
    """Set attributes of the edge (`edge_…`) or of the state itself."""

    def act(state: State) -> None:
        for name, value in values.items():
            if name.startswith("edge_"):
                setattr(state.edge, name.removeprefix("edge_"), value)
            else:
                setattr(state, name, value)

    return act


def _expire(state: State) -> None:
    now = utc_now()
    state.certificate = replace(
        state.certificate, not_before=now - timedelta(days=92), not_after=now - timedelta(days=2)
    )


def _nearly_expire(state: State) -> None:
    now = utc_now()
    state.certificate = replace(
        state.certificate, not_before=now - timedelta(days=82), not_after=now + timedelta(days=8)
    )


def _renew(state: State) -> None:
    state.certificate = healthy_certificate(utc_now())


def _bad_release(state: State) -> None:
    state.deploys.append(Deploy("v43", "Ben", "New price list", utc_now(), checkout_works=False))


def _roll_back(state: State) -> None:
    good = next((d for d in reversed(state.deploys) if d.checkout_works), None)
    if good is not None and good is not state.current:
        state.deploys.append(replace(good, note=f"Back to {good.version}", at=utc_now()))


def _two_spf(state: State) -> None:
    state.records.append(Record(DOMAIN, "TXT", SECOND_SPF))


def _spf_count(state: State) -> int:
    return sum(r.name == DOMAIN and r.type == "TXT" and r.value.lower().startswith("v=spf1") for r in state.records)


def _days_left(state: State) -> float:
    return (state.certificate.not_after - utc_now()) / timedelta(days=1)


FAULTS: tuple[Fault, ...] = (
    Fault(
        "site_down",
        "The site is down",
        "Every page shows “502 Bad gateway”.",
        "host",
        lambda s: not s.running,
        _set(running=False),
        _set(running=True),
    ),
    Fault(
        "slow",
        "Pages are slow",
        "Each page takes about three seconds.",
        "host",
        lambda s: s.instances < 2,
        _set(instances=1),
        _set(instances=2),
    ),
    Fault(
        "checkout_500",
        "Checkout fails",
        "A bad release: paying ends in an error page.",
        "host",
        lambda s: not s.current.checkout_works,
        _bad_release,
        _roll_back,
    ),
    Fault(
        "certificate_expired",
        "Certificate expired",
        "Browsers show a red warning instead of the shop.",
        "edge",
        lambda s: _days_left(s) <= 0,
        _expire,
        _renew,
    ),
    Fault(
        "certificate_soon",
        "Certificate runs out soon",
        "Nothing yet; in a week it will be an outage.",
        "edge",
        lambda s: 0 < _days_left(s) < 14,
        _nearly_expire,
        _renew,
    ),
    Fault(
        "redirect_loop",
        "Redirect loop",
        "The browser gives up: “redirected too many times”.",
        "edge",
        lambda s: s.edge.ssl_mode == "flexible",
        _set(edge_ssl_mode="flexible"),
        _set(edge_ssl_mode="strict"),
    ),
    Fault(
        "https_not_forced",
        "HTTPS is not forced",
        "People who type the name stay on the unsafe version.",
        "edge",
        lambda s: not s.edge.always_https,
        _set(edge_always_https=False),
        _set(edge_always_https=True),
    ),
    Fault(
        "redirect_detour",
        "Redirects take a detour",
        "The first page comes after three redirects.",
        "edge",
        lambda s: s.edge.redirect_detour,
        _set(edge_redirect_detour=True),
        _set(edge_redirect_detour=False),
    ),
    Fault(
        "two_homes",
        "Two home pages",
        "www and the root domain are two separate shops for search engines.",
        "edge",
        lambda s: not s.edge.www_redirect,
        _set(edge_www_redirect=False),
        _set(edge_www_redirect=True),
    ),
    Fault(
        "assets_not_cached",
        "Nothing is kept at the edge",
        "Pages load a little slower, and a rush hits the server.",
        "edge",
        lambda s: not s.edge.assets_cached,
        _set(edge_assets_cached=False),
        _set(edge_assets_cached=True),
    ),
    Fault(
        "private_page_cached",
        "A member's page is cached",
        "Strangers see somebody else's dashboard.",
        "edge",
        lambda s: s.edge.private_cached,
        _set(edge_private_cached=True),
        _set(edge_private_cached=False),
    ),
    Fault(
        "old_domain_temporary",
        "Old domain moved “for now”",
        "Search engines keep showing the old name.",
        "edge",
        lambda s: not s.edge.old_permanent,
        _set(edge_old_permanent=False),
        _set(edge_old_permanent=True),
    ),
    Fault(
        "cookies_not_secure",
        "Log-in cookie without protection",
        "Somebody in the same café can copy a log-in.",
        "host",
        lambda s: not s.secure_cookies,
        _set(secure_cookies=False),
        _set(secure_cookies=True),
    ),
    Fault(
        "noindex_left_on",
        "Hidden from search engines",
        "Nobody finds Marigold through a search.",
        "host",
        lambda s: s.hidden_from_search,
        _set(hidden_from_search=True),
        _set(hidden_from_search=False),
    ),
    Fault(
        "env_downloadable",
        "Password file can be downloaded",
        "Strangers can act as Marigold.",
        "host",
        lambda s: s.settings_public,
        _set(settings_public=True),
        _set(settings_public=False),
    ),
    Fault(
        "test_payment_key",
        "Payments in test mode",
        "Real cards are refused.",
        "host",
        lambda s: s.test_payments,
        _set(test_payments=True),
        _set(test_payments=False),
    ),
    Fault(
        "staging_address",
        "Sign-up goes to the test system",
        "New members are nowhere to be found.",
        "host",
        lambda s: s.staging_signup,
        _set(staging_signup=True),
        _set(staging_signup=False),
    ),
    Fault(
        "hsts_off",
        "Strict HTTPS header gone",
        "Nobody notices; one safety net less.",
        "edge",
        lambda s: not s.edge.hsts,
        _set(edge_hsts=False),
        _set(edge_hsts=True),
    ),
    Fault(
        "www_gone",
        "www is gone",
        "People who type www get nothing.",
        "dns",
        lambda s: not (_has(s, WWW, "CNAME") or _has(s, WWW, "A")),
        _drop(WWW, "CNAME"),
        _put_back(WWW, "CNAME"),
    ),
    Fault(
        "api_gone",
        "The API's name is gone",
        "The app opens, but nothing in it loads.",
        "dns",
        lambda s: not (_has(s, API, "A") or _has(s, API, "CNAME")),
        _drop(API, "A"),
        _put_back(API, "A"),
    ),
    Fault(
        "spf_two",
        "Two SPF records",
        "Mail to customers may land in spam.",
        "mail",
        lambda s: _spf_count(s) > 1,
        _two_spf,
        _drop(DOMAIN, "TXT", SECOND_SPF),
    ),
    Fault(
        "spf_gone",
        "SPF gone",
        "Mail to customers may land in spam.",
        "mail",
        lambda s: _spf_count(s) == 0,
        _drop(DOMAIN, "TXT", "v=spf1"),
        _put_back(DOMAIN, "TXT", SPF),
    ),
    Fault(
        "dmarc_gone",
        "DMARC gone",
        "Anyone can send mail in Marigold's name.",
        "mail",
        lambda s: not any(r.name == f"_dmarc.{DOMAIN}" and r.value.lower().startswith("v=dmarc1") for r in s.records),
        _drop(f"_dmarc.{DOMAIN}", "TXT"),
        _put_back(f"_dmarc.{DOMAIN}", "TXT", DMARC),
    ),
)
"""In the order of the panel."""

BY_ID = {fault.id: fault for fault in FAULTS}
