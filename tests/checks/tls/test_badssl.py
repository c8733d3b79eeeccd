"""The cases of badssl.com, made anew on loopback: each must get the answer that a browser's user would agree with."""

from __future__ import annotations

import ssl
from dataclasses import dataclass

import pytest
from cryptography import x509

from tests.checks.samples import page
from tests.checks.tls.badssl import (
    below,
    body,
    certificate,
    ciphers,
    disorderly,
    fault,
    forged,
    on_http,
    refusing,
    sha1,
    wants_a_client_certificate,
)
from tests.outcomes.scenario import Step
from tests.outcomes.steps import route, shows, shut
from tests.outcomes.world import APP, DOMAIN, HSTS, HTML, a_world, issued, versions
from tests.servers.http import Answer, ConnectionFault
from tests.servers.tls import Authority, self_signed

TLS10, TLS11, TLS12 = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1, ssl.TLSVersion.TLSv1_2
LONG = f"{'long-' * 12}abc.{DOMAIN}"
"""A first label of 63 characters, the most that DNS allows."""


@dataclass(frozen=True)
class Case:
    """One site of badssl.com: what is wrong with it, and what our checks say."""

    says: dict[str, str]
    """Codes by check."""
    steps: tuple[Step, ...] = ()


def case(*steps: Step, **says: str) -> Case:
    """Codes by check, `tls_valid` for `tls.valid`."""
    return Case({name.replace("_", ".", 1): code for name, code in says.items()}, steps)


OLD_LOCKS = "no_secure_connection"
CASES = {
    # Certificate
    "expired": case(shows(APP, lambda world: world.authority.expired(APP)), tls_valid="expired", tls_expiry="expired"),
    "wrong.host": case(shows(APP, lambda world: issued(world.authority, DOMAIN)), tls_valid="wrong_host"),
    "self-signed": case(shows(APP, lambda _: self_signed(APP)), tls_valid="self_signed"),
    "untrusted-root": case(
        shows(APP, lambda _: Authority.make("Stranger").intermediate().issue(APP)), tls_valid="unknown_issuer"
    ),
    "no-common-name": case(
        certificate(subject=x509.Name([x509.NameAttribute(x509.NameOID.ORGANIZATION_NAME, "Shop")])), tls_valid="ok"
    ),
    "no-subject": case(certificate(subject=x509.Name([])), tls_valid="ok"),
    "incomplete-chain": case(
        shows(APP, lambda world: world.authority.missing_intermediate(APP)), tls_valid="incomplete_chain"
    ),
    "disorderly-chain": case(shows(APP, disorderly), tls_valid="ok"),
    "invalid-signature": case(shows(APP, forged), tls_valid="not_trusted"),
    "sha1-2016": case(sha1(leaf=True), tls_valid="weak"),
    "sha1-2017": case(sha1(leaf=True), tls_valid="weak"),
    "sha1-intermediate": case(sha1(leaf=False), tls_valid="weak"),
    "sha256": case(certificate(hash="sha256"), tls_valid="ok"),
    "sha384": case(certificate(hash="sha384"), tls_valid="ok"),
    "sha512": case(certificate(hash="sha512"), tls_valid="ok"),
    "1000-sans": case(certificate(extra_bytes=24_000), tls_valid="ok"),
    "10000-sans": case(certificate(extra_bytes=240_000), tls_valid=OLD_LOCKS),
    "ecc256": case(certificate(), tls_valid="ok"),
    "ecc384": case(certificate(key="ec384"), tls_valid="ok"),
    "rsa1024": case(certificate(key="rsa1024"), tls_valid="weak"),
    "rsa2048": case(ciphers("ECDHE"), tls_valid="ok"),
    "rsa4096": case(ciphers("ECDHE", key="rsa4096"), tls_valid="ok"),
    "client": case(wants_a_client_certificate, tls_valid="ok"),
    "client-cert-missing": case(wants_a_client_certificate, tls_valid="ok"),
    # Mixed content
    "mixed-script": case(body('<script src="http://cdn.test/a.js"></script>'), web_mixed="blocked_part"),
    "very": case(
        body('<img src="http://cdn.test/a.png"><script src="http://cdn.test/a.js"></script>'), web_mixed="blocked_part"
    ),
    "mixed": case(body('<img src="http://cdn.test/a.png">'), web_mixed="unsafe_pictures"),
    "mixed-favicon": case(body('<link rel="icon" href="http://cdn.test/a.ico">'), web_mixed="unsafe_pictures"),
    "mixed-form": case(body('<form action="http://cdn.test/x"><input name="a"></form>'), web_mixed="form_not_safe"),
    # HTTP input
    "http": case(on_http("<p>Hello"), redir_https="stays_on_http"),
    "http-password": case(on_http('<input type="password">'), redir_https="stays_on_http"),
    "http-login": case(on_http('<form><input><input type="password"></form>'), redir_https="stays_on_http"),
    "http-dynamic-login": case(on_http("<script>login()</script>"), redir_https="stays_on_http"),
    "http-credit-card": case(on_http('<input autocomplete="cc-number">'), redir_https="stays_on_http"),
    # Cipher suite
    "cbc": case(ciphers("ECDHE-RSA-AES128-SHA:AES128-SHA"), tls_valid="ok", tls_protocol="no_newest"),
    "null": case(refusing("eNULL"), tls_valid=OLD_LOCKS),
    "mozilla-old": case(versions(TLS10), tls_valid="ok", tls_protocol="old_accepted"),
    "mozilla-intermediate": case(versions(TLS12), tls_valid="ok", tls_protocol="ok"),
    "mozilla-modern": case(versions(ssl.TLSVersion.TLSv1_3), tls_valid="ok", tls_protocol="ok"),
    # Key exchange
    "static-rsa": case(ciphers("kRSA"), tls_valid="ok", tls_protocol="no_newest"),
    "dh2048": case(refusing("DHE", group=True), tls_valid=OLD_LOCKS),
    # Protocol
    "tls-v1-0": case(refusing(oldest=TLS10, newest=TLS10), tls_protocol="only_old", tls_valid=OLD_LOCKS),
    "tls-v1-1": case(refusing(oldest=TLS11, newest=TLS11), tls_protocol="only_old", tls_valid=OLD_LOCKS),
    "tls-v1-2": case(versions(TLS12, TLS12), tls_protocol="no_newest", tls_valid="ok"),
    "tls-v1-3": case(versions(ssl.TLSVersion.TLSv1_3), tls_protocol="ok", tls_valid="ok"),
    "ssl-v3": case(fault(ConnectionFault.OLD_TLS), tls_valid=OLD_LOCKS),
    # Upgrade
    "hsts": case(tls_hsts="ok", redir_https="ok"),
    "upgrade": case(
        body('<img src="http://cdn.test/a.png">', ("content-security-policy", "upgrade-insecure-requests")),
        web_mixed="ok_upgraded",
    ),
    "preloaded-hsts": case(
        route(APP, "/", Answer(body=page(), headers=(HTML, (HSTS[0], f"{HSTS[1]}; includeSubDomains; preload")))),
        tls_hsts="ok",
    ),
    "subdomain.preloaded-hsts": case(below(f"a.b.{DOMAIN}"), **{f"tls_valid a.b.{DOMAIN}": "wrong_host"}),
    # Names and ports
    "long-extended-subdomain-name-containing-many-letters-and-dashes": case(below(LONG), **{f"tls_valid {LONG}": "ok"}),
    "reject-port-443": case(shut(443), tls_valid="not_reachable"),
    "reject-port-80": case(shut(80), redir_https="port_closed", tls_valid="ok"),
    "empty-response": case(fault(ConnectionFault.RESET), tls_valid="not_reachable"),
}
SAME = {
    "3des": "null", "rc4": "null", "rc4-md5": "null", "ssl-v2": "ssl-v3",
    "dh480": "dh2048", "dh512": "dh2048", "dh1024": "dh2048", "dh-small-subgroup": "dh2048", "dh-composite": "dh2048",
    "rsa512": "rsa1024", "rsa8192": "rsa4096", "misorderly-chain": "disorderly-chain",
    "reversed-chain": "disorderly-chain",
    "superfish": "untrusted-root", "edellroot": "untrusted-root", "dsdtestprovider": "untrusted-root",
    "preact-cli": "self-signed", "webpack-dev-server": "self-signed", "http-textarea": "http-login",
    "longextendedsubdomainnamewithoutdashesinordertotestwordwrapping":
        "long-extended-subdomain-name-containing-many-letters-and-dashes",
}  # fmt: skip
"""Cases that come to the same as another here. No browser offers RC4, 3DES or finite-field Diffie-Hellman any more,
whatever the group, and this SSL library cannot even serve the first two. Authorities that once came with some laptops
are in no list. Keys of 8192 bits take a minute to make."""
NOT_OURS = {
    "revoked": "we ask no authority whether a certificate was taken back; browsers mostly do not either",
    "pinning-test": "browsers dropped pinned keys (HPKP) in 2018",
    "invalid-expected-sct": "proofs of publication come from public logs, where a made-up authority is not known",
    "no-sct": "proofs of publication come from public logs, where a made-up authority is not known",
    "preloaded-expect-ct": "browsers dropped Expect-CT in 2022",
    "extended-validation": "browsers no longer show it, and no check speaks of it",
    "captive-portal": "depends on the visitor's network, not on the site; `intercepted` covers the bot's own",
    "mitm-software": "depends on the visitor's machine, not on the site; `intercepted` covers the bot's own",
    "known-interception": "depends on the visitor's machine, not on the site; `intercepted` covers the bot's own",
    "blocked-interception": "depends on the visitor's machine, not on the site; `intercepted` covers the bot's own",
    "spoof": "a name that looks like another's is about somebody else's product",
    "spoofed-favicon": "about what a browser draws",
    "https-everywhere": "about an extension of browsers",
}
CHECKS = {"tls.valid", "tls.protocol", "tls.expiry", "tls.hsts", "web.mixed", "redir.https"}


@pytest.mark.parametrize("name", CASES)
async def test_each_case_gets_its_answer(name, authority, ca_file):
    """Through the real probe, over real connections."""
    one = CASES[name]
    async with a_world(authority, ca_file) as world:
        await world.after(one.steps)
        wanted = {key if " " in key else f"{key} {APP}": code for key, code in one.says.items()}
        found = await world.look(*wanted)
        assert {key: finding.code for key, finding in found.items()} == wanted, {
            key: (finding.summary, finding.seen) for key, finding in found.items()
        }


def test_every_case_is_made_is_the_same_as_one_or_has_a_reason():
    """None stands in two lists, and each of our checks about certificates is asked."""
    assert set(SAME.values()) <= set(CASES)
    assert len({*CASES, *SAME, *NOT_OURS}) == len(CASES) + len(SAME) + len(NOT_OURS)
    assert {key.partition(" ")[0] for one in CASES.values() for key in one.says} == CHECKS
