"""What brings about what, as data: one fault seen from near and far, and faults that lead to other faults.

`causes.py` reads it. Every check and code here is a real one, and no way through it comes back to where it began;
tests hold both.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

DOWN = frozenset({"refused", "unreachable", "timeout", "reset", "garbled"})
"""Codes of `up.http` for a server that gives no answer."""
DEAD_LINK = frozenset({"login_dead", "dead"})
"""Codes of `redir.map` for a link that leads nowhere."""
_ANY = frozenset[str]()
FAULTS: tuple[tuple[tuple[str, frozenset[str]], ...], ...] = (
    (
        ("dns.resolve", _ANY),
        ("dns.apex_www", frozenset({"www_missing", "apex_missing", "both_missing"})),
        ("up.http", frozenset({"dns"})),
        ("redir.map", DEAD_LINK),
    ),
    (("up.http", DOWN), ("dns.apex_www", frozenset({"one_unreachable"}))),
    (
        ("tls.valid", _ANY),
        ("tls.expiry", frozenset({"expired", "intermediate_expired"})),
        ("dns.apex_www", frozenset({"no_certificate"})),
        ("up.http", frozenset({"tls"})),
    ),
    (
        ("redir.loop", frozenset({"loop", "flexible_loop", "too_many_hops"})),
        ("edge.ssl_mode", frozenset({"flexible_loop"})),
        ("redir.hops", frozenset({"too_many_hops"})),
        ("up.http", frozenset({"redirect_loop"})),
        ("redir.map", DEAD_LINK),
    ),
    (("redir.loop", frozenset({"bad_target"})), ("up.http", frozenset({"wrong_status"}))),
    (("redir.https", frozenset({"stays_on_http"})), ("redir.canonical", frozenset({"two_endings"}))),
    (("redir.canonical", frozenset({"two_endings", "duplicate"})), ("dns.apex_www", frozenset({"two_endings"}))),
    (("up.http", frozenset({"http_5xx", "http_4xx", "wrong_content"})), ("redir.map", DEAD_LINK)),
)
"""Failures that may be one and the same fault, seen from nearest to farthest. No codes: all of the check's."""


class Reach(StrEnum):
    """How far a fault reaches: which places it can do something to."""

    HOST = "host"
    """A host that both were seen at."""
    BELOW = "below"
    """Every name at and below its domain."""
    MAIL = "mail"
    """The mail of its own domain."""
    RECORD = "record"
    """Whatever rests on one of the records that it names."""
    PAGE = "page"
    """The monitored page itself."""


@dataclass(frozen=True, slots=True)
class Lead:
    """A fault that brings about another one, which would not be there without it."""

    check: str
    codes: frozenset[str]
    to: str
    """Check of the other fault."""
    to_codes: frozenset[str]
    """Empty: all of the check's."""
    reach: Reach


def _leads(check: str, codes: str, reach: Reach, **effects: str) -> tuple[Lead, ...]:
    """Edges from these codes of a check; each effect is `family_name="code code"`, no codes: all of them."""
    return tuple(
        Lead(check, frozenset(codes.split()), to.replace("__", "."), frozenset(those.split()), reach)
        for to, those in effects.items()
    )


_NO_PAGE = "not_published parking_page first_page locked_shop maintenance coming_soon"
_FAILING = " ".join(sorted({*DOWN, "dns", "tls", "http_5xx", "http_4xx", "wrong_status", "wrong_host"}))
LEADS: tuple[Lead, ...] = (
    # A domain that was not paid for: first its names go, then somebody else's page stands there.
    *_leads(
        "dns.domain_expiry",
        "expired on_hold not_registered",
        Reach.BELOW,
        dns__expected="servers_changed mail_changed gone",
        dns__ns_delegation="lame",
        dns__resolve="",
        web__placeholder="parking_page",
        mail__mx="absent",
        mail__spf="absent",
        mail__dmarc="absent",
    ),
    # Other name servers know other records, and their signatures do not fit those of the old ones.
    *_leads(
        "dns.expected",
        "servers_changed",
        Reach.BELOW,
        dns__ns_delegation="lame one_server",
        dns__dnssec="bogus keys_differ",
        dns__resolve="",
        mail__mx="",
        mail__spf="",
        mail__dkim="missing",
        mail__dmarc="",
    ),
    *_leads(
        "dns.expected",
        "servers_changed mail_changed gone",
        Reach.RECORD,
        dns__resolve="",
        mail__mx="",
        mail__spf="",
        mail__spf_senders="",
        mail__mta_sts_tlsrpt="uncovered",
        mail__dkim="",
        mail__dmarc="",
    ),
    *_leads("dns.dnssec", "bogus", Reach.BELOW, dns__resolve=""),
    *_leads("dns.ns_delegation", "lame", Reach.BELOW, dns__disagree="servers_differ", dns__resolve=""),
    *_leads("dns.disagree", "servers_differ", Reach.BELOW, dns__resolve="not_spread"),
    *_leads("dns.dangling", "domain_for_sale", Reach.HOST, dns__resolve="alias_to_nothing"),
    *_leads("dns.dangling", "claimable", Reach.HOST, web__placeholder="not_published", up__http="http_4xx"),
    *_leads("dns.resolve", "no_such_domain", Reach.BELOW, mail__mx="absent", mail__spf="absent", mail__dmarc="absent"),
    # Beside an alias no other record may stand (RFC 1034 section 3.6.2): it hides those for mail.
    *_leads("dns.apex_www", "apex_is_alias", Reach.MAIL, mail__mx="absent", mail__spf="absent"),
    *_leads(
        "dns.caa",
        "issuer_forbidden nobody_allowed",
        Reach.HOST,
        tls__valid="expired",
        tls__expiry="very_soon renewal_failed last_days expired",
    ),
    *_leads("edge.ssl_mode", "origin_refused", Reach.HOST, up__http="http_5xx", seo__indexing="robots_error"),
    *_leads(
        "web.placeholder",
        _NO_PAGE,
        Reach.HOST,
        up__http="wrong_content http_4xx http_5xx wrong_status",
        redir__map=" ".join(sorted(DEAD_LINK)),
        redir__keeps_path="link_loses_tags query_lost",
    ),
    *_leads("web.placeholder", "not_published parking_page", Reach.HOST, seo__indexing="hidden_page robots_error"),
    *_leads("up.http", "http_5xx", Reach.HOST, seo__indexing="robots_error"),
    *_leads("up.http", _FAILING + " redirect_loop wrong_content", Reach.PAGE, perf__error_rate="too_many"),
    *_leads("mail.spf", "", Reach.MAIL, mail__bulk_rules="unmet"),
    *_leads("mail.dkim", "", Reach.MAIL, mail__bulk_rules="unmet"),
    *_leads("mail.dmarc", "", Reach.MAIL, mail__bulk_rules="unmet"),
)
"""What brings about what: the graph of causes. Of several that may be meant, the first one is said."""

PARTLY = frozenset({("tls.valid", "incomplete_chain")})
"""Causes that keep out only some visitors: a consequence matters no more than they do, although we were kept out."""
