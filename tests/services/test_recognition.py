"""Public evidence about a product's providers, asked of real servers on loopback."""

from __future__ import annotations

import json
from dataclasses import replace

from bot.clock import SystemClock
from bot.services.recognition import host_of, mail_of, of, recognised
from checks.inventory import Host, Inventory, MailDomain
from checks.model import Purpose
from tests.net.conftest import Site, site
from tests.servers.http import Answer

__all__ = ["site"]


async def test_a_product_shows_its_providers(site: Site) -> None:
    """Name servers, registry, alias, headers, senders: each found where it is asked for, in one run."""
    zone = site.dns.zone
    zone.set("a.test", "NS", "ada.ns.cloudflare.com.", "bob.ns.cloudflare.com.")
    zone.set("app.a.test", "CNAME", "shop.onrender.com.")
    zone.set("shop.onrender.com", "A", "127.0.0.1")
    zone.set("a.test", "MX", "10 aspmx.l.google.com.")
    zone.set("a.test", "TXT", "v=spf1 include:_spf.google.com ~all")
    zone.set("pm-bounces.a.test", "CNAME", "pm.mtasv.net.")
    zone.set("pm.mtasv.net", "TXT", "v=spf1 -all")
    site.web.route("app.a.test", "/", Answer(headers=(("x-render-origin-server", "Render"),)))
    registry = {
        "objectClassName": "domain",
        "ldhName": "a.test",
        "entities": [{"roles": ["registrar"], "vcardArray": ["vcard", [["fn", {}, "text", "GoDaddy.com, LLC"]]]}],
    }
    site.name("rdap.a.test")
    body = Answer(200, json.dumps(registry), (("content-type", "application/rdap+json"),))
    site.web.route("rdap.a.test", "/v1/domain/a.test", body)
    network = replace(site.network, rdap="https://rdap.a.test/v1")
    inventory = Inventory("shop", "a.test", hosts=(Host("app.a.test", Purpose.APP),), network=network)
    assert await recognised(inventory, SystemClock().now()) == {
        "dns_provider": "cloudflare",
        "registrar": "godaddy",
        "host_provider": "render",
        "edge_provider": "render",
        "mail_provider": "postmark",
    }


async def test_a_product_that_nobody_knows_shows_nothing(site: Site) -> None:
    """A server of one's own: only that nothing stands in front."""
    site.web.route("a.test", "/", Answer())
    async with site.probe() as probe:
        assert await of(Inventory("shop", "a.test", network=site.network), probe) == {"edge_provider": "none"}


async def test_a_product_that_is_down_shows_what_dns_knows(site: Site) -> None:
    """Which is when a runbook is needed."""
    site.dns.zone.set("a.test", "NS", "ns01.domaincontrol.com.")
    await site.web.__aexit__(None, None, None)
    async with site.probe() as probe:
        assert await of(Inventory("shop", "a.test", network=site.network), probe) == {"dns_provider": "godaddy"}


def test_the_app_stands_for_the_product() -> None:
    """Where customers log in or pay first; never staging."""
    inventory = Inventory(
        "shop",
        "a.test",
        hosts=(
            Host("staging.a.test", Purpose.STAGING),
            Host("a.test", Purpose.MARKETING),
            Host("app.a.test", Purpose.APP),
            Host("pay.a.test", Purpose.OTHER, flow="payment"),
        ),
        mail=(MailDomain("quiet.a.test", sends=False), MailDomain("mail.a.test")),
    )
    assert host_of(inventory) == "pay.a.test"
    assert host_of(replace(inventory, hosts=inventory.hosts[:3])) == "app.a.test"
    assert host_of(replace(inventory, hosts=inventory.hosts[:1], canonical="https://www.a.test/")) == "www.a.test"
    assert mail_of(inventory) == "mail.a.test"
    assert mail_of(replace(inventory, mail=())) == "a.test"
