"""Which kind of trouble a bad answer of a check is, and which trouble explains which."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from bot.domain.severity import Trouble

_CODES: Mapping[tuple[str, str], Trouble] = MappingProxyType(
    {
        # A monitor walks through all layers; its code tells where it was stopped.
        ("up.http", "dns"): Trouble.DNS,
        ("up.http", "tls"): Trouble.TLS,
        ("up.http", "slow"): Trouble.LATENCY,
        ("up.tcp", "dns"): Trouble.DNS,
        # Names and domains that are about to end, or are already gone.
        ("dns.domain_expiry", "soon"): Trouble.EXPIRY,
        ("dns.domain_expiry", "very_soon"): Trouble.EXPIRY,
        ("dns.dnssec", "signature_ends"): Trouble.EXPIRY,
        ("dns.apex_www", "no_certificate"): Trouble.TLS,
        ("dns.apex_www", "one_unreachable"): Trouble.REACH,
        ("dns.apex_www", "two_endings"): Trouble.REDIRECT,
        ("dns.apex_www", "apex_is_alias"): Trouble.DRIFT,
        ("dns.dangling", "domain_for_sale"): Trouble.LEAK,
        ("dns.dangling", "claimable"): Trouble.LEAK,
        ("dns.ns_delegation", "one_server"): Trouble.DRIFT,
        ("dns.ns_delegation", "no_tcp"): Trouble.DRIFT,
        ("dns.ns_delegation", "parent_differs"): Trouble.DRIFT,
        ("dns.ns_delegation", "replaced"): Trouble.DRIFT,
        ("dns.resolve", "ipv6_unreachable"): Trouble.DRIFT,
        ("dns.resolve", "only_wildcard"): Trouble.DRIFT,
        ("dns.resolve", "not_everywhere"): Trouble.DRIFT,
        ("tls.protocol", "only_old"): Trouble.TLS,
        ("tls.every_route", "not_there"): Trouble.SMOKE,
        ("tls.expiry", "expired"): Trouble.TLS,
        ("tls.expiry", "intermediate_expired"): Trouble.TLS,
        # A circle of redirects keeps everybody out, wherever it begins.
        ("up.http", "redirect_loop"): Trouble.REACH,
        ("redir.loop", "loop"): Trouble.REACH,
        ("redir.loop", "flexible_loop"): Trouble.REACH,
        ("redir.loop", "too_many_hops"): Trouble.REACH,
        ("redir.loop", "bad_target"): Trouble.REACH,
        ("edge.ssl_mode", "flexible_loop"): Trouble.REACH,
        ("edge.ssl_mode", "origin_refused"): Trouble.REACH,
        ("redir.map", "login_dead"): Trouble.SMOKE,
        # What strangers can read.
        ("edge.private_not_cached", "customer_shown"): Trouble.LEAK,
        ("edge.private_not_cached", "kept"): Trouble.LEAK,
        ("exp.admin", "open_admin"): Trouble.LEAK,
        ("exp.admin", "answers_strangers"): Trouble.LEAK,
        ("exp.bundle_secrets", "secret_in_page"): Trouble.LEAK,
        ("exp.files", "secret_file"): Trouble.LEAK,
        ("exp.files", "code_history"): Trouble.LEAK,
        ("exp.files", "backup"): Trouble.LEAK,
        ("exp.files", "server_internals"): Trouble.LEAK,
        ("exp.files", "file_list"): Trouble.LEAK,
        ("exp.sourcemap", "secret_in_source"): Trouble.LEAK,
        ("hdr.basics", "any_site_may_read"): Trouble.LEAK,
        ("sec.repo", "secret_in_code"): Trouble.LEAK,
        ("sec.repo", "secret_in_history"): Trouble.LEAK,
        ("sec.repo", "password_in_settings"): Trouble.LEAK,
        # Mail that does not arrive, against rules that are only weak.
        ("mail.mx", "absent"): Trouble.MAIL,
        ("mail.mx", "refuses_all"): Trouble.MAIL,
        ("mail.mx", "null_with_others"): Trouble.MAIL,
        ("mail.mx", "address"): Trouble.MAIL,
        ("mail.mx", "nowhere"): Trouble.MAIL,
        ("mail.spf", "several"): Trouble.MAIL,
        ("mail.spf", "syntax"): Trouble.MAIL,
        ("mail.spf", "include_broken"): Trouble.MAIL,
        ("mail.spf", "too_many_lookups"): Trouble.MAIL,
        ("mail.spf", "forbids_all"): Trouble.MAIL,
        ("mail.spf_senders", "missing"): Trouble.MAIL,
        ("mail.dkim", "missing"): Trouble.MAIL,
        ("mail.dkim", "revoked"): Trouble.MAIL,
        ("mail.dkim", "unusable"): Trouble.MAIL,
        # A page that is there and is not the product.
        ("web.placeholder", "parking_page"): Trouble.REACH,
        ("web.placeholder", "first_page"): Trouble.REACH,
        ("web.placeholder", "not_published"): Trouble.REACH,
        ("web.placeholder", "locked_shop"): Trouble.REACH,
        ("web.placeholder", "maintenance"): Trouble.REACH,
        ("web.placeholder", "coming_soon"): Trouble.REACH,
        ("web.dev_urls", "both_payment_keys"): Trouble.TRUST,
        ("web.dev_urls", "fallback_only"): Trouble.TRUST,
        ("web.mixed", "unsafe_pictures"): Trouble.TRUST,
        ("edge.not_blocking", "machine_challenged"): Trouble.SMOKE,
        ("edge.not_blocking", "machine_refused"): Trouble.SMOKE,
        ("edge.not_blocking", "people_challenged"): Trouble.SMOKE,
        ("flow.smoke", "payment"): Trouble.CHECKOUT,
        ("flow.smoke", "slow"): Trouble.LATENCY,
        # Near the target is no reason to call anybody.
        ("perf.p95", "near"): Trouble.NOTE,
    }
)
"""Answers that are of another kind than most of their check."""

_CHECKS: Mapping[str, Trouble] = MappingProxyType(
    {
        "up.http": Trouble.REACH,
        "up.tcp": Trouble.REACH,
        "up.database": Trouble.DATABASE,
        "up.heartbeat": Trouble.HEARTBEAT,
        "dns.expected": Trouble.DRIFT,
        "dns.disagree": Trouble.DRIFT,
        "dns.caa": Trouble.DRIFT,
        "dns.ttl": Trouble.DRIFT,
        "dns.dangling": Trouble.DRIFT,
        "tls.expiry": Trouble.EXPIRY,
        "tls.hsts": Trouble.TRUST,
        "tls.protocol": Trouble.TRUST,
        "perf.error_rate": Trouble.ERRORS,
        "obs.spikes": Trouble.ERRORS,
        "web.mixed": Trouble.SMOKE,
        "web.dev_urls": Trouble.SMOKE,
        "sec.env_contract": Trouble.DEPLOY,
        "sec.repo": Trouble.TRUST,
        "sec.logs": Trouble.TRUST,
    }
)
_FAMILIES: Mapping[str, Trouble] = MappingProxyType(
    {
        "up": Trouble.REACH,
        "dns": Trouble.DNS,
        "tls": Trouble.TLS,
        "edge": Trouble.EDGE,
        "redir": Trouble.REDIRECT,
        "web": Trouble.TRUST,
        "flow": Trouble.SMOKE,
        "perf": Trouble.LATENCY,
        "mail": Trouble.TRUST,
        "exp": Trouble.TRUST,
        "hdr": Trouble.TRUST,
        "seo": Trouble.TRUST,
        "deploy": Trouble.DEPLOY,
        "obs": Trouble.TRUST,
        "rel": Trouble.TRUST,
    }
)


def trouble_of(check_id: str, code: str) -> Trouble:
    """The kind of trouble that a bad answer is: by code, else by check, else by family; a note where none is known."""
    found = _CODES.get((check_id, code)) or _CHECKS.get(check_id)
    return found or _FAMILIES.get(check_id.partition(".")[0], Trouble.NOTE)


_LADDER: tuple[tuple[Trouble, ...], ...] = (
    (Trouble.DNS,),
    (Trouble.REACH,),
    (Trouble.TLS,),
    (Trouble.EDGE,),
    (Trouble.REDIRECT,),
    (Trouble.DATABASE,),
    (Trouble.CHECKOUT, Trouble.SMOKE),
    (Trouble.ERRORS,),
    (Trouble.LATENCY,),
)
"""Where a visitor is stopped, first things first."""
_BESIDE: Mapping[Trouble, tuple[Trouble, ...]] = MappingProxyType(
    {
        Trouble.MAIL: (Trouble.DNS,),
        Trouble.TRUST: (Trouble.DNS, Trouble.REACH, Trouble.TLS),
        Trouble.DRIFT: (Trouble.DNS,),
        Trouble.EXPIRY: (Trouble.DNS, Trouble.REACH, Trouble.TLS),
    }
)
"""What is no rung of the ladder, and what explains it all the same."""
STOPPED_TOGETHER = frozenset({Trouble.DNS, Trouble.REACH, Trouble.TLS})
"""Troubles that several services share when their host or provider fails."""


def upstream_of(trouble: Trouble) -> tuple[Trouble, ...]:
    """The troubles that would explain this one, nearest to the visitor first. A leak is explained by nothing."""
    if trouble in _BESIDE:
        return _BESIDE[trouble]
    above: list[Trouble] = []
    for rung in _LADDER:
        if trouble in rung:
            return tuple(above)
        above.extend(rung)
    return ()


def first_of(troubles: frozenset[Trouble]) -> Trouble:
    """The one that explains most of the others: the first rung of the ladder. Raises ValueError for none."""
    order = [one for rung in _LADDER for one in rung]
    return min(troubles, key=lambda one: (order.index(one) if one in order else len(order), one.value))
