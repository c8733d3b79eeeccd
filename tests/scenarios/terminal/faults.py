"""Every fault that the network can show, one at a time: how to make it, and what must be found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.scenarios.terminal.shop import API, APP, DOMAIN, HSTS, HTML, ORDERS, WWW, Shop, onward, page
from tests.servers.dns import Fault as Dns
from tests.servers.http import Answer, ConnectionFault, Hostile, Request, redirect
from tests.servers.tls import Authority, Credential, self_signed

Spoil = Callable[[Shop], object]
Seen = tuple[str, str, str]
"""Code, status, severity."""


@dataclass(frozen=True)
class Seeded:
    """One fault."""

    spoil: Spoil
    found: dict[str, Seen]
    """`check target` and what must be found there."""
    blocker: str = ""
    """The only blocker; empty where there is none."""
    because: tuple[str, ...] = ()
    """What else is broken by it and must name it as the cause."""
    config: str = ""
    """Sections of the configuration beside `network:`."""
    verdict: str = ""
    """Empty: no-go with a blocker, else go."""


WARN, FAIL, UNKNOWN, PASS, NA = "warn", "fail", "unknown", "pass", "n/a"
BLOCKER, HIGH, MEDIUM, LOW = "blocker", "high", "medium", "low"


def certificate(name: str, make: Callable[[Shop], Credential]) -> Spoil:
    """Let a host show another certificate."""
    return lambda shop: shop.web.credentials.__setitem__(name, make(shop))


def txt(name: str, *values: str | tuple[str, ...]) -> Spoil:
    """Replace the TXT records of a name."""
    return lambda shop: shop.zone.set(name, "TXT", *values)


def spf(record: str, **others: str) -> Spoil:
    """Replace the SPF record; `others` are records at labels below `mail.test`."""

    def spoil(shop: Shop) -> None:
        shop.zone.set(DOMAIN, "TXT", record)
        for label, text in others.items():
            shop.zone.set(f"{label}.mail.test", "TXT", text)

    return spoil


def dmarc(*records: str) -> Spoil:
    """Replace the DMARC records."""
    return txt(f"_dmarc.{DOMAIN}", *records)


def both(*spoils: Spoil) -> Spoil:
    """Several changes that are one fault."""
    return lambda shop: [spoil(shop) for spoil in spoils]


def answer(name: str, reply: object, *, path: str = "*", secure: bool = True) -> Spoil:
    """Let a host answer something else."""
    return lambda shop: shop.route(name, reply, path=path, secure=secure)


def network(**more: object) -> Spoil:
    """Change the section `network:`."""
    return lambda shop: shop.network.update(more)


def closed(port: int) -> Spoil:
    """Nothing listens at a port."""
    return lambda shop: shop.network.update(ports=dict(shop.network["ports"]) | {str(port): 9})  # type: ignore[call-overload]


def no_tls(fault: ConnectionFault) -> Spoil:
    """Port 443 speaks something else."""
    return lambda shop: setattr(shop.web, "connection_fault", fault)


def platform(name: str, gone: str) -> Spoil:
    """An alias that leads to nothing."""
    return lambda shop: [shop.zone.set(name, "A"), shop.zone.set(name, "CNAME", f"{gone}.")]


def apex_alias(shop: Shop) -> None:
    """The bare name as an alias beside its other records."""
    shop.zone.set("edge.test", "SOA", "ns.edge.test. root.edge.test. 1 7200 3600 1209600 60")
    shop.zone.set("shop.edge.test", "A", shop.address)
    shop.zone.set(DOMAIN, "A")
    shop.zone.set(DOMAIN, "CNAME", "shop.edge.test.")


def old_middle(shop: Shop) -> None:
    """A fresh certificate below an intermediate that is about to run out."""
    shop.web.credentials[APP] = middle(shop.authority, days=(-355, 10)).issue(APP)


def middle(root: Authority, *, days: tuple[float, float]) -> Authority:
    """An intermediate with other dates."""
    from tests.servers import tls

    key = tls.make_key()
    made = tls._build(
        "Old Intermediate",
        key,
        issuer=root.certificate.subject,
        signer=root.key,
        authority=True,
        names=(),
        lifetime=days,
    )
    return Authority("Old Intermediate", key, made, (made,))


def sha1(shop: Shop) -> None:
    """An authority with an RSA key that still signs with SHA-1; it is the one that is trusted."""
    root = Authority.make("Old Root", key="rsa2048")
    shop.web.credentials[APP] = root.issue(APP, hash="sha1")
    with open(str(shop.network["ca_file"]), "ab") as file:  # noqa: PTH123
        file.write(root.pem)


def left_over(shop: Shop) -> None:
    """An expired cross-signature beside a chain that is in order."""
    good = shop.web.credentials[APP]
    shop.web.credentials[APP] = good.with_chain(*good.chain, *middle(shop.authority, days=(-400, -5)).above)


def catch_all(shop: Shop) -> None:
    """Every name answers with the page of the app, the app included."""
    shop.zone.set(f"*.{DOMAIN}", "A", shop.address)
    shop.web.credentials["*"] = shop.authority.issue(f"*.{DOMAIN}")
    shop.web.route("*", "*", page(ORDERS))


def wanderer(request: Request) -> Answer:
    """Redirects that never come to an end and never to the same address."""
    return onward(f"https://{APP}/{len(request.target)}{'x' * len(request.target)}")


def ping_pong(request: Request) -> Answer:
    """Two addresses that lead to each other."""
    return onward(f"https://{APP}/a" if request.path != "/a" else f"https://{APP}/b")


def flexible(request: Request) -> Answer:
    """What an edge in mode Flexible makes of a host that insists on https."""
    return Answer(301, b"", (("location", f"https://{APP}{request.target}"), ("server", "cloudflare"), HSTS))


def challenge(_request: Request) -> Answer:
    """Cloudflare's page for bots."""
    return Answer(403, b"Just a moment...", (HTML, ("server", "cloudflare"), ("cf-mitigated", "challenge")))


def plain_hop(to: str) -> Callable[[Request], Answer]:
    """A redirect that keeps the path."""
    return lambda request: redirect(f"{to}{request.target}")


def hosts(*lines: str, more: str = "") -> str:
    """A product with these hosts, as a founder writes it down."""
    return f"product: {{domain: {DOMAIN}}}\nhosts: [{', '.join('{' + line + '}' for line in lines)}]\n{more}"


ALL = hosts(
    f"name: {DOMAIN}, purpose: marketing",
    f"name: {WWW}, purpose: marketing",
    f"name: {APP}, purpose: app",
    f"name: {API}, purpose: api",
)


def monitored(expect: str, url: str = "/") -> str:
    """The whole product with one monitor."""
    return ALL + f"monitors: [{{name: Log in, url: 'https://{APP}{url}', expect: {{{expect}}}}}]\n"


def head(hsts: str) -> Answer:
    """The app's page with this header, or without any."""
    return page(ORDERS, headers=((HSTS[0], hsts),) if hsts else ())


RESOLVE, WWW_CHECK, VALID, EXPIRY = "dns.resolve", "dns.apex_www", "tls.valid", "tls.expiry"
HTTPS, HOPS, LOOP, CANONICAL = "redir.https", "redir.hops", "redir.loop", "redir.canonical"
SPF, DMARC = f"mail.spf {DOMAIN}", f"mail.dmarc {DOMAIN}"

NAMES: dict[str, Seeded] = {
    "a host's record is gone": Seeded(
        lambda shop: shop.zone.remove(APP),
        {f"{RESOLVE} {APP}": ("absent", FAIL, BLOCKER), f"up.http {APP}": ("dns", FAIL, HIGH)},
        f"{RESOLVE} {APP}",
        (f"up.http {APP}",),
        ALL,
    ),
    "an alias leads to nothing": Seeded(
        platform(APP, "gone.platform.test"),
        {f"{RESOLVE} {APP}": ("alias_to_nothing", FAIL, BLOCKER), f"up.http {APP}": ("dns", FAIL, HIGH)},
        f"{RESOLVE} {APP}",
        (f"up.http {APP}",),
    ),
    "www is gone": Seeded(lambda shop: shop.zone.remove(WWW), {f"{WWW_CHECK} {DOMAIN}": ("www_missing", FAIL, HIGH)}),
    "www is written down and gone": Seeded(
        lambda shop: shop.zone.remove(WWW),
        {f"{RESOLVE} {WWW}": ("absent", FAIL, BLOCKER), f"{WWW_CHECK} {DOMAIN}": ("www_missing", FAIL, HIGH)},
        f"{RESOLVE} {WWW}",
        (f"{WWW_CHECK} {DOMAIN}", f"up.http {WWW}"),
        ALL,
    ),
    "the bare name has no address": Seeded(
        lambda shop: shop.zone.set(DOMAIN, "A"),
        {f"{RESOLVE} {DOMAIN}": ("absent", FAIL, BLOCKER), f"{WWW_CHECK} {DOMAIN}": ("apex_missing", FAIL, HIGH)},
        f"{RESOLVE} {DOMAIN}",
        (f"{WWW_CHECK} {DOMAIN}", f"up.http {DOMAIN}", f"up.http {WWW}"),
    ),
    "neither has an address": Seeded(
        lambda shop: [shop.zone.set(DOMAIN, "A"), shop.zone.remove(WWW)],
        {f"{RESOLVE} {DOMAIN}": ("absent", FAIL, BLOCKER), f"{WWW_CHECK} {DOMAIN}": ("both_missing", FAIL, HIGH)},
        f"{RESOLVE} {DOMAIN}",
        (f"{WWW_CHECK} {DOMAIN}", f"up.http {DOMAIN}"),
    ),
    "the bare name is an alias": Seeded(apex_alias, {f"{WWW_CHECK} {DOMAIN}": ("apex_is_alias", FAIL, HIGH)}),
    "a dead IPv6 address": Seeded(
        lambda shop: shop.zone.set(APP, "AAAA", "::1"), {f"{RESOLVE} {APP}": ("ipv6_unreachable", WARN, LOW)}
    ),
    "only a wildcard answers": Seeded(catch_all, {f"{RESOLVE} {APP}": ("only_wildcard", WARN, LOW)}, config=ALL),
    "the resolver fails for one host": Seeded(
        lambda shop: shop.zone.fault(APP, Dns.SERVFAIL),
        {
            f"{RESOLVE} {APP}": ("could_not_look", UNKNOWN, BLOCKER),
            f"{VALID} {APP}": ("not_reachable", UNKNOWN, BLOCKER),
        },
        config=ALL,
        verdict="not-proven",
    ),
    "www has no certificate": Seeded(
        certificate(WWW, lambda shop: shop.authority.issue(DOMAIN)),
        {f"{VALID} {WWW}": ("wrong_host", FAIL, BLOCKER), f"{WWW_CHECK} {DOMAIN}": ("no_certificate", FAIL, HIGH)},
        f"{VALID} {WWW}",
        (f"{WWW_CHECK} {DOMAIN}", f"up.http {WWW}"),
    ),
    "two sites under one name": Seeded(
        answer(WWW, page("An older page that somebody forgot to switch off last spring, about pots and lamps. ")),
        {f"{WWW_CHECK} {DOMAIN}": ("two_endings", FAIL, HIGH), f"{CANONICAL} {DOMAIN}": ("two_endings", FAIL, HIGH)},
        because=(f"{WWW_CHECK} {DOMAIN}",),
    ),
}

CERTIFICATES: dict[str, Seeded] = {
    name: Seeded(
        certificate(APP, make),
        {f"{VALID} {APP}": (code, FAIL, BLOCKER), f"up.http {APP}": ("tls", FAIL, HIGH), **more},
        f"{VALID} {APP}",
        (f"up.http {APP}", *(key for key in more if more[key][1] == FAIL)),
    )
    for name, code, make, more in (
        (
            "the certificate has run out",
            "expired",
            lambda shop: shop.authority.expired(APP),
            {f"{EXPIRY} {APP}": ("expired", FAIL, HIGH)},
        ),
        (
            "the certificate is for later",
            "not_yet_valid",
            lambda shop: shop.authority.not_yet_valid(APP),
            {f"{EXPIRY} {APP}": ("ok", PASS, LOW)},
        ),
        ("the server made its own certificate", "self_signed", lambda shop: self_signed(APP), {}),
        ("another name's certificate", "wrong_host", lambda shop: shop.authority.issue("else.test"), {}),
        (
            "the middle certificate is missing",
            "incomplete_chain",
            lambda shop: shop.authority.missing_intermediate(APP),
            {},
        ),
        ("nobody knows the issuer", "unknown_issuer", lambda _shop: Authority.make("Stranger").issue(APP), {}),
        ("the key is too small", "weak", lambda shop: shop.authority.issue(APP, key="rsa1024"), {}),
    )
} | {
    "the middle certificate is missing at the shop window": Seeded(
        certificate(DOMAIN, lambda shop: shop.authority.missing_intermediate(DOMAIN)),
        {f"{VALID} {DOMAIN}": ("incomplete_chain", FAIL, HIGH), f"up.http {DOMAIN}": ("tls", FAIL, HIGH)},
        because=(f"up.http {DOMAIN}", f"up.http {WWW}", f"{WWW_CHECK} {DOMAIN}"),
        verdict="not-proven",
    ),
    "signed with SHA-1": Seeded(
        sha1, {f"{VALID} {APP}": ("weak", FAIL, BLOCKER)}, f"{VALID} {APP}", (f"up.http {APP}",)
    ),
    "no TLS at port 443": Seeded(
        no_tls(ConnectionFault.PLAINTEXT),
        {
            f"{VALID} {APP}": ("no_secure_connection", FAIL, BLOCKER),
            f"{EXPIRY} {APP}": ("not_reachable", UNKNOWN, HIGH),
        },
        "tls.valid *",
        tuple(f"up.http {name}" for name in (DOMAIN, WWW, APP, API)),
    ),
    "only an old TLS": Seeded(
        no_tls(ConnectionFault.OLD_TLS),
        {f"{VALID} {APP}": ("no_secure_connection", FAIL, BLOCKER)},
        "tls.valid *",
        tuple(f"up.http {name}" for name in (DOMAIN, WWW, APP, API)),
    ),
    **{
        name: Seeded(
            certificate(APP, lambda shop, days=days: shop.authority.issue(APP, days=days)),  # type: ignore[misc]
            {
                f"{EXPIRY} {APP}": (code, FAIL if severity != MEDIUM else WARN, severity),
                f"{VALID} {APP}": ("ok", PASS, LOW),
            },
            f"{EXPIRY} {APP}" if severity == BLOCKER else "",
        )
        for name, days, code, severity in (
            ("a renewal is overdue", (-69, 21), "renewal_overdue", MEDIUM),
            ("a renewal has failed", (-80, 10), "renewal_failed", HIGH),
            ("a year's certificate ends in a month", (-340, 25), "soon", MEDIUM),
            ("a year's certificate ends in ten days", (-355, 10), "very_soon", HIGH),
            ("two days are left", (-88, 2), "last_days", BLOCKER),
        )
    },
    "the middle certificate runs out": Seeded(
        old_middle, {f"{EXPIRY} {APP}": ("intermediate_very_soon", FAIL, HIGH), f"{VALID} {APP}": ("ok", PASS, LOW)}
    ),
    "the middle certificate ends in a month": Seeded(
        certificate(APP, lambda shop: middle(shop.authority, days=(-340, 25)).issue(APP)),
        {f"{EXPIRY} {APP}": ("intermediate_soon", WARN, MEDIUM)},
    ),
    "the middle certificate has run out": Seeded(
        certificate(APP, lambda shop: middle(shop.authority, days=(-400, -5)).issue(APP)),
        {f"{VALID} {APP}": ("expired", FAIL, BLOCKER), f"{EXPIRY} {APP}": ("intermediate_expired", FAIL, HIGH)},
        f"{VALID} {APP}",
        (f"up.http {APP}", f"{EXPIRY} {APP}"),
    ),
    "an old middle certificate is left over": Seeded(
        left_over, {f"{EXPIRY} {APP}": ("intermediate_left_over", WARN, LOW), f"{VALID} {APP}": ("ok", PASS, LOW)}
    ),
    "no HSTS": Seeded(answer(APP, head("")), {f"tls.hsts {APP}": ("absent", WARN, LOW)}),
    "HSTS is switched off": Seeded(answer(APP, head("max-age=0")), {f"tls.hsts {APP}": ("switched_off", WARN, LOW)}),
    "HSTS is not readable": Seeded(answer(APP, head("max-age: 1")), {f"tls.hsts {APP}": ("malformed", WARN, LOW)}),
    "HSTS is short in the first month": Seeded(
        answer(APP, head("max-age=300")), {f"tls.hsts {APP}": ("short_for_now", PASS, LOW)}
    ),
    "HSTS is short later": Seeded(
        answer(APP, head("max-age=86400")),
        {f"tls.hsts {APP}": ("too_short", WARN, LOW)},
        config=ALL.replace(f"domain: {DOMAIN}", f"domain: {DOMAIN}, stage: live"),
    ),
}

REDIRECTS: dict[str, Seeded] = {
    "the unsafe version answers": Seeded(
        answer(DOMAIN, page(canonical=f"https://{DOMAIN}/"), secure=False),
        {f"{HTTPS} {DOMAIN}": ("stays_on_http", FAIL, BLOCKER), f"{CANONICAL} {DOMAIN}": ("two_endings", FAIL, HIGH)},
        f"{HTTPS} {DOMAIN}",
        (f"{CANONICAL} {DOMAIN}",),
    ),
    "the app's unsafe version answers": Seeded(
        answer(APP, page(ORDERS), secure=False),
        {f"{HTTPS} {APP}": ("stays_on_http", FAIL, BLOCKER)},
        f"{HTTPS} {APP}",
    ),
    "http leads to another http first": Seeded(
        answer(WWW, plain_hop(f"http://{DOMAIN}"), secure=False),
        {f"{HTTPS} {WWW}": ("http_detour", FAIL, HIGH), f"{HOPS} {DOMAIN}": ("extra_hop", WARN, MEDIUM)},
    ),
    "https falls back to http": Seeded(
        both(
            answer(APP, onward(f"http://{APP}/in")),
            answer(APP, page(ORDERS), path="/in", secure=False),
            answer(APP, redirect(f"https://{APP}/"), path="/", secure=False),
        ),
        {f"{HTTPS} {APP}": ("falls_back", FAIL, HIGH)},
    ),
    "port 80 refuses bots": Seeded(
        answer(APP, Answer(405), secure=False),
        {f"{HTTPS} {APP}": ("turned_away", UNKNOWN, BLOCKER)},
        verdict="not-proven",
    ),
    "port 80 is closed": Seeded(
        closed(80), {f"{HTTPS} {APP}": ("port_closed", PASS, LOW), f"{HOPS} {DOMAIN}": ("ok", PASS, LOW)}
    ),
    "port 80 says upgrade": Seeded(
        answer(APP, Answer(426), secure=False), {f"{HTTPS} {APP}": ("refuses_http", PASS, LOW)}
    ),
    "one step too many": Seeded(
        both(
            lambda shop: shop.host(f"go.{DOMAIN}", plain_hop(f"https://{DOMAIN}")),
            answer(WWW, plain_hop(f"https://go.{DOMAIN}")),
            answer(WWW, plain_hop(f"https://{DOMAIN}"), secure=False),
        ),
        {f"{HOPS} {DOMAIN}": ("extra_hop", WARN, MEDIUM)},
    ),
    "a long way": Seeded(
        both(
            lambda shop: shop.host(f"go.{DOMAIN}", plain_hop(f"https://{DOMAIN}")),
            answer(WWW, plain_hop(f"https://go.{DOMAIN}")),
        ),
        {f"{HOPS} {DOMAIN}": ("too_many_hops", FAIL, HIGH), f"{LOOP} {WWW}": ("ok", PASS, LOW)},
    ),
    "a circle": Seeded(
        answer(APP, ping_pong),
        {f"{LOOP} {APP}": ("loop", FAIL, BLOCKER), f"up.http {APP}": ("redirect_loop", FAIL, HIGH)},
        f"{LOOP} {APP}",
        (f"up.http {APP}",),
    ),
    "www and the bare name lead to each other": Seeded(
        answer(DOMAIN, plain_hop(f"https://{WWW}")),
        {f"{LOOP} {DOMAIN}": ("loop", FAIL, BLOCKER), f"{LOOP} {WWW}": ("loop", FAIL, HIGH)},
        f"{LOOP} {DOMAIN}",
        (f"{LOOP} {WWW}", f"up.http {DOMAIN}", f"up.http {WWW}"),
    ),
    "the edge mode is Flexible": Seeded(
        answer(APP, flexible),
        {f"{LOOP} {APP}": ("flexible_loop", FAIL, BLOCKER), f"up.http {APP}": ("redirect_loop", FAIL, HIGH)},
        f"{LOOP} {APP}",
        (f"up.http {APP}",),
    ),
    "redirects without an end": Seeded(
        answer(APP, wanderer),
        {f"{LOOP} {APP}": ("too_many_hops", FAIL, BLOCKER)},
        f"{LOOP} {APP}",
        (f"up.http {APP}",),
    ),
    "a redirect to nothing": Seeded(
        answer(APP, Answer(302, b"", (HSTS,))),
        {f"{LOOP} {APP}": ("bad_target", FAIL, BLOCKER), f"up.http {APP}": ("wrong_status", FAIL, HIGH)},
        f"{LOOP} {APP}",
        (f"up.http {APP}",),
    ),
    "the shop window redirects to nothing": Seeded(
        answer(DOMAIN, Answer(301, b"", (("location", "javascript:alert(1)"), HSTS))),
        {f"{LOOP} {DOMAIN}": ("bad_target", FAIL, BLOCKER), f"up.http {DOMAIN}": ("wrong_status", FAIL, HIGH)},
        f"{LOOP} {DOMAIN}",
        (f"up.http {DOMAIN}", f"{LOOP} {WWW}", f"up.http {WWW}"),
    ),
    "one site under two names": Seeded(
        answer(WWW, page()),
        {f"{CANONICAL} {DOMAIN}": ("duplicate", FAIL, HIGH), f"{WWW_CHECK} {DOMAIN}": ("two_endings", FAIL, HIGH)},
        because=(f"{WWW_CHECK} {DOMAIN}",),
    ),
    "the tag names another site": Seeded(
        answer(DOMAIN, page(canonical="https://staging.shop.test/")),
        {f"{CANONICAL} {DOMAIN}": ("tag_elsewhere", FAIL, HIGH)},
    ),
    "the tag names the unsafe site": Seeded(
        answer(DOMAIN, page(canonical=f"http://{DOMAIN}/")), {f"{CANONICAL} {DOMAIN}": ("tag_not_secure", WARN, MEDIUM)}
    ),
    "the tag cannot be read": Seeded(
        answer(DOMAIN, page(canonical="https://[::1")), {f"{CANONICAL} {DOMAIN}": ("tag_relative", WARN, LOW)}
    ),
    "two tags": Seeded(
        answer(DOMAIN, page(canonical=f'https://{DOMAIN}/"><link rel="canonical" href="https://{DOMAIN}/two')),
        {f"{CANONICAL} {DOMAIN}": ("tag_twice", WARN, LOW)},
    ),
    "another address was agreed": Seeded(
        lambda _shop: None,
        {f"{CANONICAL} {DOMAIN}": ("other_than_agreed", FAIL, HIGH)},
        config=ALL.replace(f"domain: {DOMAIN}", f"domain: {DOMAIN}, canonical: 'https://{WWW}/'"),
    ),
    "a second brand leads elsewhere": Seeded(
        both(
            lambda shop: shop.host("brand.test", page("Another company, another story, and quite another page. ")),
            lambda shop: shop.host("www.brand.test", plain_hop("https://brand.test")),
        ),
        {f"{CANONICAL} brand.test": ("brand_goes_elsewhere", FAIL, HIGH)},
        config=ALL.replace(f"domain: {DOMAIN}", f"domain: {DOMAIN}, brand_domains: [brand.test]"),
    ),
}

PAGES: dict[str, Seeded] = {
    "the app answers with an error": Seeded(
        answer(APP, Answer(500, b"oops", (HSTS,))),
        {f"up.http {APP}": ("http_5xx", FAIL, BLOCKER)},
        f"up.http {APP}",
    ),
    "the shop window answers with an error": Seeded(
        answer(DOMAIN, Answer(503, b"oops", (HSTS,))),
        {f"up.http {DOMAIN}": ("http_5xx", FAIL, BLOCKER), f"up.http {WWW}": ("http_5xx", FAIL, HIGH)},
        f"up.http {DOMAIN}",
        (f"up.http {WWW}",),
    ),
    "the page has vanished": Seeded(
        answer(APP, Answer(404, b"gone", (HSTS,))), {f"up.http {APP}": ("http_4xx", FAIL, BLOCKER)}, f"up.http {APP}"
    ),
    "nothing listens": Seeded(
        closed(443),
        {f"up.http {APP}": ("refused", FAIL, BLOCKER), f"{VALID} {APP}": ("not_reachable", UNKNOWN, BLOCKER)},
        "up.http *",
    ),
    "the server hangs up": Seeded(
        answer(APP, Answer(hostile=Hostile.RESET_EARLY)), {f"up.http {APP}": ("reset", FAIL, BLOCKER)}, f"up.http {APP}"
    ),
    "no web answer": Seeded(
        answer(APP, Answer(raw=b"SSH-2.0-OpenSSH_9.6\r\n\r\n")),
        {f"up.http {APP}": ("garbled", FAIL, BLOCKER)},
        f"up.http {APP}",
    ),
    "a wrong page": Seeded(
        lambda _shop: None,
        {"up.http Log in": ("wrong_content", FAIL, BLOCKER)},
        "up.http Log in",
        config=monitored("contains: Welcome back"),
    ),
    "another status than wanted": Seeded(
        answer(APP, Answer(204, b"", (HSTS,))),
        {"up.http Log in": ("wrong_status", FAIL, BLOCKER)},
        "up.http Log in",
        config=monitored("status: 200"),
    ),
    "another host at the end": Seeded(
        lambda _shop: None,
        {"up.http Log in": ("wrong_host", FAIL, BLOCKER)},
        "up.http Log in",
        config=monitored(f"final_host: {DOMAIN}"),
    ),
    "the firewall challenges the bot": Seeded(
        answer(APP, challenge),
        {
            f"up.http {APP}": ("blocked_by_firewall", UNKNOWN, BLOCKER),
            f"tls.hsts {APP}": ("blocked_by_firewall", UNKNOWN, LOW),
        },
        verdict="not-proven",
    ),
    "a slow server": Seeded(
        answer(APP, Answer(body=page(ORDERS).body, headers=(HTML, HSTS), delay=0.4)),
        {"up.http Log in": ("slow", WARN, MEDIUM)},
        config=monitored("status: 200").replace("expect:", "slow_after: 0.1, expect:"),
    ),
}

MAIL: dict[str, Seeded] = {
    "no list of senders": Seeded(txt(DOMAIN, "hello"), {SPF: ("absent", FAIL, HIGH)}),
    "two lists of senders": Seeded(txt(DOMAIN, "v=spf1 -all", "v=spf1 mx ~all"), {SPF: ("several", FAIL, HIGH)}),
    "a misspelt list": Seeded(txt(DOMAIN, "v=spf ip4:127.0.0.1 ~all"), {SPF: ("misspelt", FAIL, HIGH)}),
    "a mistake in the list": Seeded(spf("v=spf1 ipv4:127.0.0.1 ~all"), {SPF: ("syntax", FAIL, HIGH)}),
    "an include that leads nowhere": Seeded(
        spf("v=spf1 include:gone.mail.test ~all"), {SPF: ("include_broken", FAIL, HIGH)}
    ),
    "a list that includes itself": Seeded(spf(f"v=spf1 include:{DOMAIN} ~all"), {SPF: ("include_broken", FAIL, HIGH)}),
    "an include that gives no answer": Seeded(
        both(spf("v=spf1 include:x.mail.test ~all"), lambda shop: shop.zone.fault("x.mail.test", Dns.SERVFAIL)),
        {SPF: ("include_unknown", UNKNOWN, HIGH)},
    ),
    "everybody may send": Seeded(spf("v=spf1 ip4:127.0.0.1 +all"), {SPF: ("allows_all", FAIL, HIGH)}),
    "eleven look-ups": Seeded(
        spf(
            "v=spf1 " + " ".join(f"include:s{n}.mail.test" for n in range(11)) + " ~all",
            **{f"s{n}": "v=spf1 ip4:127.0.0.1 -all" for n in range(11)},
        ),
        {SPF: ("too_many_lookups", FAIL, HIGH)},
    ),
    "nine look-ups": Seeded(
        spf(
            "v=spf1 " + " ".join(f"include:s{n}.mail.test" for n in range(9)) + " ~all",
            **{f"s{n}": "v=spf1 ip4:127.0.0.1 -all" for n in range(9)},
        ),
        {SPF: ("near_limit", WARN, LOW)},
    ),
    "too many mail servers": Seeded(
        both(
            spf("v=spf1 mx:crowd.mail.test ~all"),
            lambda shop: shop.zone.set("crowd.mail.test", "MX", *(f"10 m{n}.mail.test." for n in range(11))),
        ),
        {SPF: ("too_many_mx", FAIL, HIGH)},
    ),
    "three parts that lead nowhere": Seeded(
        spf("v=spf1 a:a.mail.test a:b.mail.test a:c.mail.test ~all"), {SPF: ("too_many_voids", FAIL, MEDIUM)}
    ),
    "no end of the list": Seeded(spf("v=spf1 ip4:127.0.0.1"), {SPF: ("no_end", WARN, MEDIUM)}),
    "a neutral end": Seeded(spf("v=spf1 ip4:127.0.0.1 ?all"), {SPF: ("no_end", WARN, MEDIUM)}),
    "a pointer": Seeded(spf("v=spf1 ptr ~all"), {SPF: ("ptr", WARN, LOW)}),
    "a long list": Seeded(
        txt(DOMAIN, ("v=spf1 " + "ip4:127.0.0.100 " * 14, "ip4:127.0.0.100 " * 14 + "~all")), {SPF: ("long", WARN, LOW)}
    ),
    "a list that is too long": Seeded(
        txt(DOMAIN, ("v=spf1 " + "ip4:127.0.0.100 " * 15, "ip4:127.0.0.100 " * 15, "ip4:127.0.0.100 " * 10 + "~all")),
        {SPF: ("too_long", WARN, MEDIUM)},
    ),
    "nobody may send, and mail is taken": Seeded(spf("v=spf1 -all"), {SPF: ("forbids_all", WARN, MEDIUM)}),
    "no rule against forged mail": Seeded(
        lambda shop: shop.zone.remove(f"_dmarc.{DOMAIN}"), {DMARC: ("absent", FAIL, HIGH)}
    ),
    "the rule at the wrong place": Seeded(
        both(
            lambda shop: shop.zone.remove(f"_dmarc.{DOMAIN}"),
            lambda shop: shop.zone.add(DOMAIN, "TXT", "v=DMARC1; p=none"),
        ),
        {DMARC: ("misplaced", FAIL, HIGH)},
    ),
    "a misspelt rule": Seeded(dmarc("v=DMARC 1; p=none"), {DMARC: ("misspelt", FAIL, HIGH)}),
    "two rules": Seeded(dmarc("v=DMARC1; p=none", "v=DMARC1; p=reject"), {DMARC: ("several", FAIL, HIGH)}),
    "a policy that nobody knows": Seeded(dmarc("v=DMARC1; p=block"), {DMARC: ("bad_policy", WARN, MEDIUM)}),
    "a missing semicolon": Seeded(dmarc(f"v=DMARC1 p=none; rua=mailto:a@{DOMAIN}"), {DMARC: ("loose", WARN, MEDIUM)}),
    "nobody is told": Seeded(dmarc("v=DMARC1; p=none"), {DMARC: ("nobody_watches", WARN, MEDIUM)}),
    "subdomains are left open": Seeded(
        dmarc(f"v=DMARC1; p=reject; sp=none; rua=mailto:a@{DOMAIN}"), {DMARC: ("weak_subdomains", WARN, LOW)}
    ),
    "a retired tag": Seeded(
        dmarc(f"v=DMARC1; p=reject; pct=50; rua=mailto:a@{DOMAIN}"), {DMARC: ("retired_tags", PASS, LOW)}
    ),
    "a strict rule without proof": Seeded(
        dmarc(f"v=DMARC1; p=reject; rua=mailto:a@{DOMAIN}"), {DMARC: ("unproven", WARN, MEDIUM)}, config=ALL
    ),
    "the domain's text records give no answer": Seeded(
        lambda shop: shop.zone.fault(DOMAIN, Dns.SERVFAIL, "TXT"), {SPF: ("could_not_look", UNKNOWN, HIGH)}
    ),
    "the rule gives no answer": Seeded(
        lambda shop: shop.zone.fault(f"_dmarc.{DOMAIN}", Dns.SERVFAIL), {DMARC: ("could_not_look", UNKNOWN, HIGH)}
    ),
}

SEEDED: dict[str, Seeded] = NAMES | CERTIFICATES | REDIRECTS | PAGES | MAIL
