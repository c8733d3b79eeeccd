"""From the file to what checks read."""

from __future__ import annotations

from ipaddress import ip_network
from pathlib import Path

import pytest

from bot.config.inventory import network_of, slug, to_inventory
from bot.config.load import load
from bot.config.problems import ConfigError
from bot.config.schema import LaunchFile
from bot.config.written import section, written
from checks.inventory import Host, Inventory, Link, MailDomain, Monitor, Record, expand
from checks.model import Purpose


def file(**sections: object) -> LaunchFile:
    return LaunchFile.model_validate(sections)


def test_owners_and_criticality_come_from_the_service_unless_the_host_says_otherwise() -> None:
    """A service is written once."""
    inventory = to_inventory(
        file(
            product={"domain": "a.example"},
            people={"ana": {}, "ben": {}},
            services={"Shop": {"owner": "ana", "critical": False}},
            hosts=[
                {"name": "a.example", "purpose": "marketing", "service": "Shop"},
                {"name": "app.a.example", "purpose": "app", "service": "Shop", "owner": "ben", "critical": True},
            ],
            monitors=[
                {"name": "Up", "url": "/up", "service": "Shop", "expect": {"json": {"path": "a", "equals": "b"}}}
            ],
        )
    )
    assert [(host.owner, host.critical) for host in inventory.hosts] == [("ana", False), ("ben", True)]
    monitor = inventory.monitors[0]
    assert (monitor.url, monitor.owner, monitor.critical) == ("https://a.example/up", "ana", False)
    assert (monitor.json_path, monitor.json_equals) == ("a", "b")


def test_a_domain_alone_is_a_whole_inventory() -> None:
    """Root, mail and homepage follow from it."""
    inventory = to_inventory(file(product={"domain": "a.example"}))
    assert inventory.hosts == (Host("a.example", Purpose.MARKETING),)
    assert inventory.mail == (MailDomain("a.example"),)
    assert [monitor.url for monitor in inventory.monitors] == ["https://a.example/"]
    assert inventory.product == "a-example"
    assert expand(inventory)


def test_an_empty_list_of_monitors_means_none() -> None:
    """Leaving the section out and leaving it empty differ."""
    assert to_inventory(file(product={"domain": "a.example"}, monitors=[])).monitors == ()


def test_hosts_alone_are_enough_to_know_the_domain() -> None:
    """The registrable part of the first."""
    assert to_inventory(file(hosts=[{"name": "app.a.example"}])).domain == "a.example"


def test_staging_is_not_watched_for_production() -> None:
    """Its homepage gets no monitor of its own accord."""
    inventory = to_inventory(
        file(product={"domain": "a.example"}, hosts=[{"name": "s.a.example", "purpose": "staging"}])
    )
    assert inventory.monitors == ()


def test_a_file_without_a_product_says_what_to_add() -> None:
    """With only a network there is nothing to look at."""
    with pytest.raises(ConfigError, match=r"add product\.domain, or name a domain"):
        to_inventory(file(network={"rate": 3}))


def test_the_network_is_passed_on_whole() -> None:
    """Each key of the section arrives."""
    network = network_of(
        file(
            network={
                "resolvers": ["127.0.0.1:5353", "[::1]:53", "1.1.1.1"],
                "ports": {443: 8443},
                "allow_private": ["10.0.0.0/8"],
                "canaries": False,
                "user_agent": "Us/1",
                "rate": 5,
                "burst": 6,
                "unlimited": ["a.example"],
                "rdap": "https://rdap.example/v1/",
            }
        )
    )
    assert network.resolvers == (("127.0.0.1", 5353), ("::1", 53), ("1.1.1.1", 53))
    assert network.ports == {443: 8443}
    assert network.allow_private == (ip_network("10.0.0.0/8"),)
    assert network.canaries == ()
    assert (network.user_agent, network.rate, network.burst) == ("Us/1", 5, 6)
    assert network.unlimited == {"a.example"}
    assert network.rdap == "https://rdap.example/v1/"


def test_a_product_id_is_made_from_its_name() -> None:
    """It stands in every report."""
    assert to_inventory(file(product={"domain": "a.example", "name": "Acme & Söhne!"})).product == "acme-s-hne"
    assert slug("例え") == ""
    assert to_inventory(file(product={"domain": "a.example", "name": "例え"})).product == "a-example"


def test_what_init_writes_reads_back_as_what_was_found(tmp_path: Path) -> None:
    """Hosts, purposes, flows, mail and monitors survive; Unicode names are written as people read them."""
    found = Inventory(
        product="x",
        domain="xn--bcher-kva.example",
        hosts=(
            Host("xn--bcher-kva.example", Purpose.MARKETING),
            Host("pay.xn--bcher-kva.example", Purpose.OTHER, flow="payment"),
            Host("true.example", Purpose.API),
        ),
        mail=(MailDomain("xn--bcher-kva.example", sends=False),),
        monitors=(
            Monitor("xn--bcher-kva.example", "https://xn--bcher-kva.example/"),
            Monitor("true.example", "https://true.example/", status=(*range(200, 300), 401, 404)),
        ),
    )
    text = written(found, canonical="https://www.xn--bcher-kva.example/", network="network:\n  burst: 99\n")
    (tmp_path / "launch.yml").write_text(text)
    again = to_inventory(load(tmp_path / "launch.yml"))
    assert "bücher.example" in text
    assert again.hosts == found.hosts
    assert again.mail == found.mail
    assert [(monitor.name, monitor.url) for monitor in again.monitors] == [
        (monitor.name, monitor.url) for monitor in found.monitors
    ]
    assert again.monitors[1].status == (200, 204, 401, 404)
    assert again.canonical == "https://www.xn--bcher-kva.example/"
    assert again.network.burst == 99


def test_a_section_is_cut_out_with_its_comments() -> None:
    """`launch init --force` keeps the network as it was written."""
    text = "a: 1\nnetwork:  # ours\n  # the office\n  burst: 9\n\n  rate: 3\n\n# next\nhosts: []\n"
    assert section(text, "network") == "network:  # ours\n  # the office\n  burst: 9\n\n  rate: 3"
    assert section(text, "mail") == ""


def test_what_is_written_about_a_host_arrives_as_checks_compare_it() -> None:
    """Edges by whatever people call them; values as DNS answers show them."""
    inventory = to_inventory(
        file(
            product={"domain": "a.example", "kind": "coach", "has_ai": True},
            hosts=[
                {
                    "name": "a.example",
                    "edge": "AWS CloudFront",
                    "private_paths": ["/me"],
                    "admin_paths": ["/admin"],
                    "origin": ["203.0.113.7", "2001:DB8:0::1"],
                    "source_public": True,
                    "intrusive": True,
                    "expect": [
                        {"type": "mx", "equals": ["010 Mail.A.Example.", "0 ."]},
                        {"type": "AAAA", "equals": ["2001:DB8:0:0::1"]},
                        {"type": "NS", "name": "b.a.example", "equals": ["NS1.Bücher.example"]},
                        {"type": "CNAME", "name": "_acme.a.example", "cname_to": "X.example."},
                        {"type": "A", "proxied_by": "Cloudflare"},
                        {"type": "A", "any_in": "203.0.113.0/24"},
                        {"type": "TXT", "contains": "v=spf1"},
                    ],
                },
                {"name": "b.a.example", "edge": "none"},
                {"name": "c.a.example", "edge": "Our own wall"},
            ],
        )
    )
    host, bare, own = inventory.hosts
    assert (host.edge, bare.edge, own.edge) == ("cloudfront", "none", "Our own wall")
    assert (host.private_paths, host.admin_paths) == (("/me",), ("/admin",))
    assert host.origin == ("203.0.113.7", "2001:db8::1")
    assert host.source_public
    assert inventory.opt_in == {"a.example"}
    assert (inventory.kind, inventory.has_ai) == ("coach", True)
    assert host.expect == (
        Record("MX", "a.example", equals=("10 mail.a.example", "0 .")),
        Record("AAAA", "a.example", equals=("2001:db8::1",)),
        Record("NS", "b.a.example", equals=("ns1.xn--bcher-kva.example",)),
        Record("CNAME", "_acme.a.example", cname_to="x.example"),
        Record("A", "a.example", proxied_by="cloudflare"),
        Record("A", "a.example", any_in="203.0.113.0/24"),
        Record("TXT", "a.example", contains="v=spf1"),
    )


def test_links_mail_and_endpoints_arrive() -> None:
    """Paths stand on the canonical URL."""
    inventory = to_inventory(
        file(
            product={"domain": "a.example", "canonical": "https://www.a.example/"},
            links=[
                {"url": "/login", "kind": "login", "to": "/app"},
                {"url": "https://b.example/x?utm_source=y", "kind": "campaign"},
                {"url": "/terms"},
            ],
            mail={
                "domains": [
                    {
                        "name": "a.example",
                        "senders": ["Postmark", "Our own server"],
                        "selectors": ["PM._domainkey", "a.b"],
                        "retired_selectors": ["old"],
                        "per_day": 5001,
                    }
                ]
            },
            monitors=[{"name": "Prices", "url": "/", "endpoint": "cached_read"}, {"name": "Else", "url": "/e"}],
        )
    )
    assert inventory.links == (
        Link("https://www.a.example/login", "login", "https://www.a.example/app"),
        Link("https://b.example/x?utm_source=y", "campaign"),
        Link("https://www.a.example/terms"),
    )
    assert inventory.mail == (
        MailDomain(
            "a.example",
            senders=("Postmark", "Our own server"),
            selectors=("pm", "a.b"),
            per_day=5001,
            retired_selectors=("old",),
        ),
    )
    assert [monitor.endpoint for monitor in inventory.monitors] == ["cached_read", ""]
