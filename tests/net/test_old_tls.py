"""Which old protocols a server still speaks, asked by offering nothing newer."""

from __future__ import annotations

import ssl
import warnings

import pytest

from bot.clock import SystemClock
from checks.net import tls, trust
from checks.net.connect import Way
from checks.net.facts import Reason
from checks.net.guard import Guard
from checks.net.live import traced
from tests.net.conftest import Site
from tests.servers.http import ConnectionFault

VERSIONS = {"TLSv1": ssl.TLSVersion.TLSv1, "TLSv1.1": ssl.TLSVersion.TLSv1_1, "TLSv1.2": ssl.TLSVersion.TLSv1_2}


def limit(site: Site, *, newest: str = "", oldest: str = "") -> None:
    """Let the server speak only some protocols."""

    def configure(context: ssl.SSLContext) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            context.minimum_version = VERSIONS[oldest] if oldest else ssl.TLSVersion.TLSv1
            context.maximum_version = VERSIONS[newest] if newest else ssl.TLSVersion.MAXIMUM_SUPPORTED

    site.web.configure = configure


@pytest.mark.parametrize("newest", ["TLSv1", "TLSv1.1", "TLSv1.2"])
async def test_a_server_that_speaks_it_is_found_out(site: Site, newest: str) -> None:
    """The handshake succeeds with exactly that protocol, certificate checked."""
    limit(site)
    async with site.probe() as probe:
        watched, asked = traced(probe)
        peer = await watched.tls("a.test", newest=newest)
        best = await watched.tls("a.test")
    assert (peer.verified, peer.protocol) == (True, newest)
    assert best.protocol == "TLSv1.3"
    assert asked[0].what == f"TLS a.test:443 with {newest} at most"
    assert asked[1].what == "TLS a.test:443"


@pytest.mark.parametrize("newest", ["TLSv1", "TLSv1.1"])
async def test_a_server_that_does_not_is_not(site: Site, newest: str) -> None:
    """A refused handshake, and no second try; this server hangs up without a word."""
    limit(site, oldest="TLSv1.2")
    async with site.probe() as probe:
        peer = await probe.tls("a.test", newest=newest)
    assert (peer.verified, peer.protocol) == (False, "")
    assert peer.fault is not None
    assert (peer.fault.reason, peer.fault.verify_code) == (Reason.RESET, 0)
    assert site.web.connections == 1


async def test_a_server_that_says_so_is_heard(site: Site) -> None:
    """The alert of most servers is a TLS fault, and asking once more would not change it."""
    site.web.connection_fault = ConnectionFault.OLD_TLS
    async with site.probe() as probe:
        peer = await probe.tls("a.test", newest="TLSv1.1")
    assert peer.fault is not None
    assert (peer.fault.reason, peer.fault.verify_code) == (Reason.TLS, 0)
    assert "protocol version" in peer.fault.detail
    assert site.web.connections == 1


async def test_an_old_server_shows_what_it_speaks(site: Site) -> None:
    """A server that knows nothing newer answers the capped question, and refuses the ordinary one."""
    limit(site, newest="TLSv1.1")
    async with site.probe() as probe:
        old = await probe.tls("a.test", newest="TLSv1.2")
        modern = await probe.tls("a.test")
    assert (old.verified, old.protocol) == (True, "TLSv1.1")
    # Nothing older than TLS 1.2 is offered by itself.
    assert (modern.verified, modern.protocol) == (False, "")


async def test_a_refused_certificate_is_shown_under_an_old_protocol_too(site: Site) -> None:
    """What is wrong with the certificate is not taken for a refusal of the protocol."""
    limit(site, newest="TLSv1.2")
    site.web.credentials["*"] = site.authority.expired("a.test")
    async with site.probe() as probe:
        peer = await probe.tls("a.test", newest="TLSv1.2")
    assert peer.fault is not None
    assert peer.fault.verify_code == 10
    assert (peer.protocol, len(peer.chain)) == ("TLSv1.2", 1)


@pytest.mark.parametrize("newest", ["SSLv3", "TLSv9", "tlsv1.1"])
async def test_what_openssl_cannot_offer_is_our_own_limit(site: Site, newest: str) -> None:
    """Not asked, not blamed on the server."""
    async with site.probe() as probe:
        peer = await probe.tls("a.test", newest=newest)
    assert peer.fault is not None
    assert peer.fault.reason is Reason.UNSUPPORTED
    assert site.web.connections == 0


async def test_a_library_without_the_protocol_is_our_own_limit(site: Site) -> None:
    """Settings that leave nothing to offer, as an OpenSSL without old protocols has them."""
    bare = trust.capped(site.network.ca_file, "TLSv1.1")
    bare.minimum_version = ssl.TLSVersion.TLSv1_2
    async with site.probe() as probe:
        way = Way(probe.dns, Guard(True), site.network.ports, bare)
        peer = await tls.look("a.test", way, SystemClock().now, newest="TLSv1.1")
    assert peer.fault is not None
    assert peer.fault.reason is Reason.UNSUPPORTED
    assert "TLSv1.1" in peer.fault.detail
