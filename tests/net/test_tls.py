"""Handshakes: verified, refused with OpenSSL's code, and the certificates as sent in both cases."""

from __future__ import annotations

import ssl
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.clock import SystemClock
from checks.net import certificate, trust
from checks.net.facts import Reason
from tests.growth import seconds, worse_than_linear
from tests.net.conftest import Site
from tests.servers.http import Answer, ConnectionFault, HttpServer, closed_port
from tests.servers.tls import Authority, Credential, self_signed


async def test_a_good_certificate_is_verified(site: Site) -> None:
    """Protocol, address and the chain as sent."""
    async with site.probe() as probe:
        peer = await probe.tls("a.test")
    assert (peer.verified, peer.fault) == (True, None)
    assert (peer.address, peer.port, peer.protocol) == ("127.0.0.1", 443, "TLSv1.3")
    assert peer.took_ms > 0
    (leaf,) = peer.chain
    assert (leaf.subject, leaf.issuer, leaf.names) == ("a.test", "Loopback Root", ("a.test", "*.a.test"))
    assert (leaf.key, leaf.key_bits, leaf.signature_hash) == ("ec", 256, "sha256")
    assert not leaf.self_issued
    assert leaf.not_before < SystemClock().now() < leaf.not_after
    assert site.web.connections == 1


def _case(name: str, authority: Authority) -> Credential:
    host = "a.test"
    match name:
        case "expired":
            return authority.expired(host)
        case "not yet":
            return authority.not_yet_valid(host)
        case "self-signed":
            return self_signed(host)
        case "unknown root sent":
            other = Authority.make("Somebody Else")
            credential = other.issue(host)
            return credential.with_chain(credential.leaf, other.certificate)
        case "unknown issuer":
            return Authority.make("Somebody Else").issue(host)
        case "missing intermediate":
            return authority.missing_intermediate(host)
        case "wrong host":
            return authority.issue("b.test")
        case _:
            return authority.issue(host, key="rsa1024")


@pytest.mark.parametrize(
    ("case", "code", "sent"),
    [
        ("expired", 10, 1),
        ("not yet", 9, 1),
        ("self-signed", 18, 1),
        ("unknown root sent", 19, 2),
        ("unknown issuer", 20, 1),
        ("missing intermediate", 20, 1),
        ("wrong host", 62, 1),
        ("weak key", 66, 1),
    ],
)
async def test_a_refused_certificate_has_its_code_and_is_shown(site: Site, case: str, code: int, sent: int) -> None:
    """The code says why; a second, unverified handshake shows what was sent."""
    site.web.credentials["*"] = _case(case, site.authority)
    async with site.probe() as probe:
        peer = await probe.tls("a.test")
        exchange = await probe.get("https://a.test/")
    assert not peer.verified
    assert peer.fault is not None
    assert (peer.fault.reason, peer.fault.verify_code) == (Reason.TLS, code)
    assert "certificate" in peer.fault.detail
    assert len(peer.chain) == sent
    assert peer.protocol
    assert exchange.fault is not None
    assert (exchange.fault.reason, exchange.fault.verify_code) == (Reason.TLS, code)
    assert exchange.status == 0


async def test_a_missing_intermediate_says_where_it_could_be_had(site: Site) -> None:
    """One certificate sent, and the AIA extension with an address: an incomplete chain."""
    site.web.credentials["*"] = site.authority.missing_intermediate("a.test", issuer_url="http://ca.test/i.der")
    async with site.probe() as probe:
        peer = await probe.tls("a.test")
    assert peer.chain[0].issuer_urls == ("http://ca.test/i.der",)


async def test_chains_are_shown_in_the_order_they_are_sent(site: Site) -> None:
    """A reversed chain still verifies, and is shown reversed."""
    lower = site.authority.intermediate("Upper").intermediate("Lower")
    good = lower.issue("a.test")
    for credential, order in ((good, ["a.test", "Lower", "Upper"]), (good.reversed(), ["a.test", "Upper", "Lower"])):
        site.web.credentials["*"] = credential
        async with site.probe() as probe:
            peer = await probe.tls("a.test")
        assert peer.verified
        assert [one.subject for one in peer.chain] == order


async def test_a_sha1_signature_is_refused_and_shown(site: Site, tmp_path: Path) -> None:
    """OpenSSL refuses it; the fact names the hash."""
    old = Authority.make("Old Root", key="rsa2048")
    site.web.credentials["*"] = old.issue("a.test", hash="sha1", key="rsa2048")
    async with site.probe(ca_file=old.write(tmp_path / "old.pem")) as probe:
        peer = await probe.tls("a.test")
    assert peer.fault is not None
    assert peer.fault.reason is Reason.TLS
    assert peer.fault.verify_code
    assert (peer.chain[0].signature_hash, peer.chain[0].key, peer.chain[0].key_bits) == ("sha1", "rsa", 2048)


async def test_the_servers_clock_is_compared_where_the_certificate_is_refused(site: Site) -> None:
    """A Date header an hour behind means that our clock is an hour ahead of the server's."""
    site.web.credentials["*"] = site.authority.expired("a.test")
    behind = SystemClock().now() - timedelta(hours=1)
    site.web.route("a.test", "/", Answer(date=behind.strftime("%a, %d %b %Y %H:%M:%S GMT")))
    async with site.probe() as probe:
        peer = await probe.tls("a.test")
    assert peer.server_time_skew_s == pytest.approx(3600, abs=5)
    assert site.web.requests[0].method == "HEAD"


@pytest.mark.parametrize("date", [None, "yesterday", "Sun, 99 Nov 2026 99:99:99 GMT", "x" * 5000])
async def test_a_server_without_a_readable_date_has_no_skew(site: Site, date: str | None) -> None:
    """Nothing is guessed."""
    site.web.credentials["*"] = self_signed("a.test")
    site.web.route("a.test", "/", Answer(date=date))
    async with site.probe() as probe:
        peer = await probe.tls("a.test")
    assert peer.server_time_skew_s is None
    assert len(peer.chain) == 1


async def test_a_certificate_with_a_megabyte_of_names_ends_quickly(site: Site) -> None:
    """OpenSSL stops reading such a chain; that is a TLS fault long before the deadline, not a hanging bot."""
    site.web.credentials["*"] = site.authority.issue("a.test", extra_bytes=1 << 20)
    async with site.probe() as probe:
        peer = await probe.tls("a.test")
        exchange = await probe.get("https://a.test/", timeout=60)
    assert peer.fault is not None
    assert peer.fault.reason is Reason.TLS
    assert not peer.verified
    assert exchange.fault is not None


async def test_a_certificate_with_thousands_of_names_is_cut(site: Site) -> None:
    """What OpenSSL still accepts is read, and at most a hundred names are kept."""
    site.web.credentials["*"] = site.authority.issue("a.test", extra_bytes=40_000)
    async with site.probe() as probe:
        peer = await probe.tls("a.test")
    assert peer.verified
    assert len(peer.chain[0].names) == 100
    assert peer.chain[0].more_names == 1567


def test_the_time_for_a_certificate_grows_with_its_length(authority: Authority) -> None:
    """Thousands of names are counted, and no more than counted."""
    from cryptography.hazmat.primitives.serialization import Encoding

    made = {
        size: authority.issue("a.test", extra_bytes=size).leaf.public_bytes(Encoding.DER) for size in (10_000, 40_000)
    }
    assert worse_than_linear(lambda size: certificate.parse(made[size]), 10_000) is None
    assert seconds(lambda: certificate.parse(made[40_000]), 0.25) <= 0.25


def test_a_certificate_above_the_bound_is_not_parsed(authority: Authority) -> None:
    """A megabyte never reaches the parser."""
    from cryptography.hazmat.primitives.serialization import Encoding

    der = authority.issue("a.test", extra_bytes=1 << 20).leaf.public_bytes(Encoding.DER)
    assert certificate.parse(der) is None


@given(st.binary(max_size=500))
def test_random_bytes_are_no_certificate(data: bytes) -> None:
    """The parser answers None for what it cannot read."""
    assert certificate.parse(data) is None


@given(data=st.data())
def test_a_damaged_certificate_is_read_or_not(authority: Authority, data: st.DataObject) -> None:
    """Flipped bytes in a real certificate raise nothing."""
    from cryptography.hazmat.primitives.serialization import Encoding

    der = bytearray(authority.certificate.public_bytes(Encoding.DER))
    for _ in range(data.draw(st.integers(1, 4))):
        der[data.draw(st.integers(0, len(der) - 1))] = data.draw(st.integers(0, 255))
    read = certificate.parse(bytes(der))
    assert read is None or len(read.names) <= 100


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (ConnectionFault.RESET, Reason.RESET),
        (ConnectionFault.GARBAGE, Reason.TLS),
        (ConnectionFault.PLAINTEXT, Reason.TLS),
        (ConnectionFault.OLD_TLS, Reason.TLS),
    ],
)
async def test_no_handshake_at_all(site: Site, fault: ConnectionFault, reason: Reason) -> None:
    """A server that speaks no TLS has a fault without a code and no certificates."""
    site.web.connection_fault = fault
    async with site.probe() as probe:
        peer = await probe.tls("a.test")
    assert peer.fault is not None
    assert (peer.fault.reason, peer.fault.verify_code, peer.chain) == (reason, 0, ())


async def test_no_connection_and_no_name(site: Site) -> None:
    """Refused, unresolved, blocked and unwritable names are told apart."""
    async with site.probe(ports={443: closed_port()[1]}) as probe:
        refused = await probe.tls("a.test")
        missing = await probe.tls("missing.test")
        inside = await probe.tls("169.254.169.254")
        broken = await probe.tls("a..test")
    reasons = [peer.fault.reason for peer in (refused, missing, inside, broken) if peer.fault]
    assert reasons == [Reason.REFUSED, Reason.DNS, Reason.BLOCKED, Reason.DNS]


async def test_each_family_is_looked_at_on_its_own(site: Site) -> None:
    """IPv6 is shaken hands with at the AAAA address only."""
    site.dns.zone.set("a.test", "AAAA", "::1")
    async with HttpServer(tls=site.authority.issue("a.test"), host="::1", port=site.web.port), site.probe() as probe:
        four = await probe.tls("a.test")
        six = await probe.tls("a.test", family=6)
        none = await probe.tls("b.a.test", family=6)
    assert (four.verified, four.address) == (True, "127.0.0.1")
    assert (six.verified, six.address) == (True, "::1")
    assert none.fault is not None
    assert none.fault.reason is Reason.DNS


async def test_tls_1_2_is_still_good(site: Site) -> None:
    """The version is part of the fact."""

    def older(context: ssl.SSLContext) -> None:
        context.maximum_version = ssl.TLSVersion.TLSv1_2

    site.web.configure = older
    async with site.probe() as probe:
        peer = await probe.tls("a.test")
        exchange = await probe.get("https://a.test/")
    assert (peer.verified, peer.protocol, len(peer.chain)) == (True, "TLSv1.2", 1)
    assert exchange.status == 404


def test_trust_is_made_once_and_again_when_the_file_changes(authority: Authority, tmp_path: Path) -> None:
    """Every probe shares one context; a rewritten file gives a new one."""
    path = tmp_path / "ca.pem"
    first = trust.verifying(authority.write(path))
    assert trust.verifying(str(path)) is first
    Authority.make("Another, with a longer name").write(path)
    assert trust.verifying(str(path)) is not first
    assert trust.verifying() is trust.verifying()


@pytest.mark.parametrize("content", [None, b"", b"no certificate"])
async def test_an_unusable_ca_file_is_said_in_one_sentence(site: Site, tmp_path: Path, content: bytes | None) -> None:
    """A missing, empty or wrong file is the configuration's mistake, told at the start of the run."""
    path = tmp_path / "wrong.pem"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ValueError, match=r"network\.ca_file"):
        await site.probe(ca_file=str(path)).__aenter__()
