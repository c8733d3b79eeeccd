"""What hosts, edges and mail vendors publish for everybody: their zones, and the headers that they add to answers.

Names, includes and headers are the vendors' own; addresses are those of this machine, and lists of senders hold
ranges that are kept for documentation (RFC 5737).
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import replace
from functools import cache

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.scenarios.companies.company import Dress, Records
from tests.servers.http import Answer, Request

VERCEL, NETLIFY, CLOUDFLARE = "127.20.0.1", "127.21.0.1", ("127.22.0.1", "127.22.0.2", "127.22.0.3")
HEROKU, FLY, RENDER, FASTLY = "127.23.0.1", "127.24.0.1", "127.25.0.1", ("127.26.0.1", "127.26.0.2")
SHOPIFY, WEBFLOW, KAJABI, SQUARESPACE = "127.27.0.1", "127.28.0.1", "127.29.0.1", ("127.30.0.1", "127.30.0.2")
CLOUDFRONT, AWS_ALB, RAILWAY, FIREBASE = ("127.31.0.1", "127.31.0.2"), "127.32.0.1", "127.33.0.1", "127.34.0.1"
SES = ("4xnvbq7m2kq3hz5w6tjr8ydc9lpafs2e", "g7wq2m5kd9zr4tnh8xjc3vbyl6pfsa2u", "z3ht8kq5w2mxr7nd9vjc4bylg6pfsa3e")
"""The three selectors that Amazon SES gives to a domain."""
INTERCOM, AUTH0 = "127.35.0.1", "127.36.0.1"
MAIL = "127.40.0.1"
"""Where the servers of mail vendors are; nobody looks behind their names."""


@cache
def dkim(bits: int = 2048) -> str:
    """A public key, as a selector shows it."""
    public = rsa.generate_private_key(65537, bits).public_key()
    der = public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return f"v=DKIM1; k=rsa; p={base64.b64encode(der).decode()}"


def _flat(*ranges: str, end: str = "~all") -> str:
    return " ".join(("v=spf1", *(f"ip4:{one}" for one in ranges), end))


def _hosts(address: str, *names: str) -> Records:
    return {name: {"A": address} for name in names}


_SPF: Records = {
    "_spf.google.com": {"TXT": "v=spf1 ip4:192.0.2.0/25 ip4:198.51.100.0/26 ip6:2001:db8:4000::/36 ~all"},
    "spf.protection.outlook.com": {"TXT": "v=spf1 ip4:192.0.2.0/26 ip6:2001:db8:f400::/48 -all"},
    "spf.messagingengine.com": {"TXT": _flat("203.0.113.0/27", end="?all")},
    "zoho.com": {"TXT": ["v=spf1 include:spf.zoho.com include:transmail.net -all", "zoho-verification=zb1.zoho.com"]},
    "spf.zoho.com": {"TXT": _flat("192.0.2.64/27", end="-all")},
    "transmail.net": {"TXT": _flat("192.0.2.96/28", end="-all")},
    "sendgrid.net": {"TXT": "v=spf1 ip4:198.51.100.64/26 include:ab.sendgrid.net ~all"},
    "ab.sendgrid.net": {"TXT": _flat("198.51.100.128/26")},
    "mailgun.org": {"TXT": "v=spf1 include:_spf.mailgun.org include:_spf.eu.mailgun.org -all"},
    "_spf.mailgun.org": {"TXT": _flat("203.0.113.32/28")},
    "_spf.eu.mailgun.org": {"TXT": _flat("203.0.113.48/28")},
    "amazonses.com": {"TXT": _flat("203.0.113.64/26", end="-all")},
    "spf.mtasv.net": {"TXT": _flat("203.0.113.128/28")},
    "servers.mcsv.net": {"TXT": _flat("203.0.113.144/28", end="?all")},
    "spf.brevo.com": {"TXT": _flat("203.0.113.160/28")},
    "_spf.firebasemail.com": {"TXT": "v=spf1 include:_spf.google.com ~all"},
    "shops.shopify.com": {"TXT": _flat("203.0.113.176/28")},
    "mail.zendesk.com": {"TXT": "v=spf1 ip4:198.51.100.192/28 ip4:198.51.100.208/28 ~all"},
    "hubspotemail.net": {"TXT": "v=spf1 include:_spf1.hubspotemail.net include:_spf2.hubspotemail.net ~all"},
    "_spf1.hubspotemail.net": {"TXT": _flat("198.51.100.224/28")},
    "_spf2.hubspotemail.net": {"TXT": _flat("198.51.100.240/28")},
    "_spf.salesforce.com": {"TXT": "v=spf1 exists:%{i}._spf.mta.salesforce.com -all"},
    "helpscoutemail.com": {"TXT": _flat("203.0.113.192/28")},
}
_MX: Records = {
    **_hosts(MAIL, "smtp.google.com", "aspmx.l.google.com", "alt1.aspmx.l.google.com", "alt2.aspmx.l.google.com"),
    **_hosts(
        MAIL, "in1-smtp.messagingengine.com", "in2-smtp.messagingengine.com", "inbound-smtp.eu-west-1.amazonaws.com"
    ),
    **_hosts(MAIL, "mx.zoho.com", "mx2.zoho.com", "mx3.zoho.com", "mxa.mailgun.org", "mxb.mailgun.org"),
    **_hosts(MAIL, "feedback-smtp.eu-west-1.amazonses.com", "feedback-smtp.us-east-1.amazonses.com", "pm.mtasv.net"),
    **_hosts(MAIL, "castellan-example.mail.protection.outlook.com", "u1234567.wl042.sendgrid.net"),
}
_SEALS = (
    *("s1.domainkey.u1234567.wl042.sendgrid.net", "s2.domainkey.u1234567.wl042.sendgrid.net"),
    *("fm1.dkim.fmhosted.com", "dkim2.mcsv.net", "dkim3.mcsv.net", "zendesk1._domainkey.zendesk.com"),
    *("b1.dkim.brevo.com", "b2.dkim.brevo.com", "kl._domainkey.klaviyodns.com", "kl2._domainkey.klaviyodns.com"),
    "selector1-castellan-example._domainkey.castellan.onmicrosoft.com",
    "tideline-example.dkim1._domainkey.firebasemail.com",
    *(f"{token}.dkim.amazonses.com" for token in SES),
)
"""Names that the selectors of customers are aliases of."""
_EDGES: Records = {
    **_hosts(VERCEL, "cname.vercel-dns.com", "d1d4fc829fe7bc7c.vercel-dns-017.com"),
    **_hosts(HEROKU, "arcane-falls-1234.herokudns.com"),
    **_hosts(FLY, "pollen-web.fly.dev"),
    **_hosts(RENDER, "swapyard.onrender.com"),
    "dualstack.k.sni.global.fastly.net": {"A": list(FASTLY)},
    **_hosts(SHOPIFY, "shops.myshopify.com"),
    **_hosts(WEBFLOW, "cdn.webflow.com"),
    **_hosts(KAJABI, "endpoint.mykajabi.com"),
    "ext-sq.squarespace.com": {"A": list(SQUARESPACE)},
    **_hosts(NETLIFY, "nimbus-notes.netlify.app", "apex-loadbalancer.netlify.com"),
    **_hosts(RAILWAY, "x7k2m9qa.up.railway.app"),
    "d111111abcdef8.cloudfront.net": {"A": list(CLOUDFRONT)},
    "d222222abcdef8.cloudfront.net": {"A": list(CLOUDFRONT)},
    "d333333abcdef8.cloudfront.net": {"A": list(CLOUDFRONT)},
    **_hosts(AWS_ALB, "strideapp-api-1234567890.eu-west-1.elb.amazonaws.com"),
    **_hosts(FIREBASE, "tideline-prod.web.app"),
    **_hosts(INTERCOM, "custom.intercom.help"),
    **_hosts(AUTH0, "castellan.eu.auth0.com"),
}
_DNS_HOSTS: Records = {
    name: {"A": "127.41.0.1"}
    for name in (
        *("ns1.vercel-dns.com", "ns2.vercel-dns.com", "dana.ns.cloudflare.com", "rick.ns.cloudflare.com"),
        *("dns1.p01.nsone.net", "dns2.p01.nsone.net", "ns-101.awsdns-12.com", "ns-902.awsdns-48.net"),
        *("dns1.registrar-servers.com", "dns2.registrar-servers.com", "ns01.squarespacedns.com"),
        *("ns02.squarespacedns.com", "helium.ns.hetzner.de", "hydrogen.ns.hetzner.com", "oxygen.ns.hetzner.com"),
        *("ns-cloud-a1.googledomains.com", "ns-cloud-a2.googledomains.com", "ns1.hosting.example"),
        *("ns2.hosting.example", "ns45.domaincontrol.com", "ns46.domaincontrol.com"),
    )
}
_REPORTS: Records = (
    {
        # Vendors that read reports say so for every customer at once (RFC 9990).
        name: {"MX": f"10 mx.{name}.", "A": MAIL}
        for name in ("dmarc.postmarkapp.com", "ag.dmarcian.com", "inbox.easydmarc.eu", "rua.powerdmarc.com")
    }
    | {
        f"*._report._dmarc.{name}": {"TXT": "v=DMARC1"}
        for name in ("dmarc.postmarkapp.com", "ag.dmarcian.com", "inbox.easydmarc.eu", "rua.powerdmarc.com")
    }
    | {f"mx.{name}": {"A": MAIL} for name in ("dmarc.postmarkapp.com", "ag.dmarcian.com", "inbox.easydmarc.eu")}
)
ZONES: Records = {
    **_SPF,
    **_MX,
    **{name: {"TXT": dkim()} for name in _SEALS},
    **_EDGES,
    **_DNS_HOSTS,
    **_REPORTS,
    "mx.rua.powerdmarc.com": {"A": MAIL},
}


def headers(*added: tuple[str, str]) -> Dress:
    """An edge that adds the same headers to everything."""
    return lambda _request, answer: replace(answer, headers=(*answer.headers, *added))


def both(*dresses: Dress) -> Dress:
    """One behind the other; the last one is met first."""

    def dress(request: Request, answer: Answer) -> Answer:
        for one in dresses:
            answer = one(request, answer)
        return answer

    return dress


def _said(answer: Answer, name: str) -> str:
    return next((value for key, value in answer.headers if key.lower() == name), "")


def _is_file(request: Request) -> bool:
    return request.path.rpartition(".")[2] in ("js", "css", "png", "jpg", "webp", "svg", "woff2")


class Cache:
    """Keeps files: the first visitor is a miss, every later one a hit. Pages only where their own header allows it."""

    def __init__(self, name: str, *, hit: str, miss: str, dynamic: str = "") -> None:
        self.name, self.hit, self.miss, self.dynamic = name, hit, miss, dynamic
        self.kept: set[tuple[str, str]] = set()

    def __call__(self, request: Request, answer: Answer) -> Answer:
        control = _said(answer, "cache-control")
        wanted = _is_file(request) or "s-maxage" in control
        if answer.status != 200 or not wanted or "no-store" in control or "private" in control:
            said = ((self.name, self.dynamic),) if self.dynamic else ()
            return replace(answer, headers=(*answer.headers, *said))
        key = (request.host, request.target)
        if key not in self.kept:
            self.kept.add(key)
            return replace(answer, headers=(*answer.headers, (self.name, self.miss)))
        return replace(answer, headers=(*answer.headers, ("age", "37"), (self.name, self.hit)))


def _ray(request: Request) -> str:
    return hashlib.sha256(request.target.encode()).hexdigest()[:16]


def vercel() -> Dress:
    """Vercel: files straight from its own store, pages from functions."""

    def dress(request: Request, answer: Answer) -> Answer:
        kept = "HIT" if _is_file(request) and answer.status == 200 else "MISS"
        id_ = ("x-vercel-id", f"fra1::iad1::{_ray(request)[:5]}-1763787000000-{_ray(request)[:12]}")
        own = (("server", "Vercel"), id_, ("x-vercel-cache", kept), ("strict-transport-security", "max-age=63072000"))
        return replace(answer, headers=(*answer.headers, *own))

    return dress


def cloudflare() -> Dress:
    """Cloudflare in front: files are kept after the first visitor, pages are DYNAMIC and get a bot cookie."""
    cache_ = Cache("cf-cache-status", hit="HIT", miss="MISS", dynamic="DYNAMIC")

    def dress(request: Request, answer: Answer) -> Answer:
        cookie = "__cf_bm=4ZkX; path=/; HttpOnly; Secure; SameSite=None"
        bot = () if _is_file(request) else (("set-cookie", cookie),)
        own = (("server", "cloudflare"), ("cf-ray", f"{_ray(request)}-FRA"), ("alt-svc", 'h3=":443"; ma=86400'), *bot)
        # The name of the server behind it is replaced, everything else goes through.
        through = tuple(pair for pair in cache_(request, answer).headers if pair[0] != "server")
        return replace(answer, headers=(*through, *own))

    return dress


def heroku() -> Dress:
    """Heroku's router: it names itself in Via and nothing else."""
    return headers(("via", "1.1 heroku-router"), ("server", "Heroku"), ("nel", '{"report_to":"heroku-nel"}'))


def fly() -> Dress:
    """Fly.io's proxy."""
    return headers(("server", "Fly/e95d1d1c (2026-11-18)"), ("via", "1.1 fly.io"), ("fly-request-id", "01JD5K-fra"))


def fastly() -> Dress:
    """Fastly, with its point of presence and its cache."""
    cache_ = Cache("x-cache", hit="HIT", miss="MISS")
    own = headers(
        ("via", "1.1 varnish"), ("x-served-by", "cache-fra-eddf8230042-FRA"), ("x-timer", "S176378.1,VS0,VE1")
    )
    return both(cache_, own)


def cloudfront() -> Dress:
    """Amazon CloudFront."""
    cache_ = Cache("x-cache", hit="Hit from cloudfront", miss="Miss from cloudfront", dynamic="Miss from cloudfront")
    via = ("via", "1.1 6a1f0c2d3e4b5a69788796a5b4c3d2e1.cloudfront.net (CloudFront)")
    return both(cache_, headers(via, ("x-amz-cf-pop", "FRA56-P4"), ("x-amz-cf-id", "Xb3k0vVt4nq7Gm8d1w==")))


def render() -> Dress:
    """Render, which stands behind Cloudflare itself."""
    own = headers(("x-render-origin-server", "Render"), ("rndr-id", "7c1e0a9b-4f2d-4c11"))
    return both(own, cloudflare())


def netlify() -> Dress:
    """Netlify's edge, which says what its cache did in the standard header (RFC 9211)."""

    def dress(request: Request, answer: Answer) -> Answer:
        kept = '"Netlify Edge"; hit' if _is_file(request) else '"Netlify Edge"; fwd=miss'
        own = (("server", "Netlify"), ("x-nf-request-id", "01JD5M2W3X4Y5Z"), ("cache-status", kept))
        return replace(answer, headers=(*answer.headers, *own, ("strict-transport-security", "max-age=31536000")))

    return dress


def railway() -> Dress:
    """Railway's edge."""
    return headers(
        ("server", "railway-edge"), ("x-railway-edge", "railway/europe-west4"), ("x-railway-request-id", "k3")
    )


def shopify() -> Dress:
    """Shopify, which stands behind Cloudflare itself."""
    own = headers(("powered-by", "Shopify"), ("x-shopid", "61234567890"), ("x-sorting-hat-podid", "214"))
    hsts = headers(("strict-transport-security", "max-age=7889238"))
    return both(own, hsts, cloudflare())


def webflow() -> Dress:
    """Webflow."""
    return both(headers(("x-wf-region", "eu-central-1"), ("x-lambda-id", "f2c1")), cloudflare())


def squarespace() -> Dress:
    """Squarespace."""
    own = (("server", "Squarespace"), ("x-contextid", "Yk3LrX9w/7tFqZp2"), ("strict-transport-security", "max-age=0"))
    return headers(*own[:2])


def firebase() -> Dress:
    """Firebase Hosting, which runs on Fastly."""
    cache_ = Cache("x-cache", hit="HIT", miss="MISS")
    own = headers(
        ("strict-transport-security", "max-age=31556926"),
        ("x-served-by", "cache-fra-etou8220084-FRA"),
        ("vary", "x-fh-requested-host, accept-encoding"),
    )
    return both(cache_, own)
