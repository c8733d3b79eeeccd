"""Who serves, sold, runs, shields and mails for a product, from what everybody can see."""

from __future__ import annotations

from dataclasses import replace

import pytest

from checks.net.facts import DnsAnswer, DnsStatus, Fault, Rdap, Reason
from checks.recognition import Evidence, recognise
from tests.checks.samples import HOST, answer, exchange

PLAIN, VPS, CF = exchange(), "93.184.216.34", "104.16.132.229"
NOTHING = Evidence(
    ns=answer(type="NS"), rdap=None, addresses=(answer(), answer(type="AAAA")), page=None, mx=answer(type="MX"),
    txt=answer(type="TXT"),
)  # fmt: skip
FAILED = replace(exchange(), status=0, fault=Fault(Reason.TIMEOUT))


def ns(*names: str) -> Evidence:
    """Name servers."""
    return replace(NOTHING, ns=answer(*names, type="NS"))


def sold(registrar: str) -> Evidence:
    """A registry's answer."""
    return replace(NOTHING, rdap=Rdap("example.test", known=True, registered=True, registrar=registrar))


def site(*addresses: str, cnames: tuple[str, ...] = (), page=PLAIN) -> Evidence:
    """A host with these addresses."""
    return replace(NOTHING, addresses=(answer(*addresses, cnames=cnames), answer(type="AAAA")), page=page)


def mail(mx: tuple[str, ...] = (), spf: str = "", returns: tuple[DnsAnswer, ...] = ()) -> Evidence:
    """A domain that mails."""
    texts = (spf,) if spf else ()
    return replace(NOTHING, mx=answer(*mx, type="MX"), txt=answer(*texts, type="TXT"), returns=returns)


def text(name: str, *records: str, cnames: tuple[str, ...] = ()) -> DnsAnswer:
    """A TXT answer of a subdomain."""
    return answer(*records, name=f"{name}.example.test", type="TXT", cnames=cnames)


@pytest.mark.parametrize(
    ("names", "id"),
    [
        (("ada.ns.cloudflare.com", "bob.ns.cloudflare.com"), "cloudflare"),
        (("ns-1.awsdns-01.com", "NS-2.awsdns-02.net."), "route53"),
        (("dns1.registrar-servers.com",), "namecheap"),
        (("ns01.domaincontrol.com",), "godaddy"),
        (("ns-cloud-a1.googledomains.com",), "squarespace"),
        (("ns1.vercel-dns.com",), "vercel"),
    ],
)
def test_name_servers_tell_who_edits_dns(names: tuple[str, ...], id: str) -> None:
    """By the company that runs them."""
    assert recognise(ns(*names)) == {"dns_provider": id}


@pytest.mark.parametrize(
    "names", [(), ("ns1.nowhere.test",), ("ada.ns.cloudflare.com", "ns01.domaincontrol.com"), ("",)]
)
def test_servers_of_nobody_or_of_two_tell_nothing(names: tuple[str, ...]) -> None:
    """In the middle of a move either could be wrong."""
    assert recognise(ns(*names)) == {}


@pytest.mark.parametrize(
    ("name", "id"),
    [
        ("NAMECHEAP INC", "namecheap"),
        ("NameCheap, Inc.", "namecheap"),
        ("GoDaddy.com, LLC", "godaddy"),
        ("Amazon Registrar, Inc.", "route53"),
        ("Cloudflare, Inc.", "cloudflare"),
        ("Squarespace Domains II LLC", "squarespace"),
        ("Nobody Knows Ltd", ""),
        ("", ""),
    ],
)
def test_the_registry_tells_who_sold_the_domain(name: str, id: str) -> None:
    """Written as registries write it; a domain that is not registered was sold by nobody."""
    assert recognise(sold(name)).get("registrar", "") == id
    assert recognise(replace(NOTHING, rdap=Rdap("example.test", known=True, registrar=name))) == {}


@pytest.mark.parametrize(
    ("evidence", "host", "edge"),
    [
        (site("76.76.21.21", cnames=("cname.vercel-dns.com",)), "vercel", "vercel"),
        (site(VPS, page=exchange(server="Vercel", x_vercel_id="fra1::x")), "vercel", "vercel"),
        (site(VPS, cnames=("shop.netlify.app",)), "netlify", "netlify"),
        (site(VPS, cnames=("shop.onrender.com",)), "render", "render"),
        (site(VPS, cnames=("x.herokudns.com",)), "heroku", "heroku"),
        (site(VPS, cnames=("x.up.railway.app",)), "railway", "railway"),
        (site(VPS, cnames=("x.ondigitalocean.app",)), "digitalocean", "digitalocean-app"),
        (site(VPS, cnames=("shops.myshopify.com",)), "shopify", "shopify"),
        (site(VPS, cnames=("proxy-ssl.webflow.com",)), "webflow", "webflow"),
        (site(VPS, cnames=("x-1.eu-west-1.elb.amazonaws.com",)), "aws-elb", "aws-load-balancer"),
        (site(VPS, page=exchange(fly_request_id="01")), "fly", "fly"),
        (site(CF, page=exchange(server="cloudflare", cf_ray="8f00-FRA")), "", "cloudflare"),
        (
            site(CF, page=exchange(server="cloudflare", cf_ray="8f00-FRA", x_vercel_id="fra1::x")),
            "vercel",
            "cloudflare",
        ),
        (site(VPS), "", "none"),
        (site(VPS, page=FAILED), "", ""),
        (site(CF, page=FAILED), "", "cloudflare"),
        (site(), "", ""),
    ],
)
def test_aliases_headers_and_addresses_tell_where_it_runs(evidence: Evidence, host: str, edge: str) -> None:
    """An edge in front of a platform is what is opened for the edge; "none" needs an answer that was seen."""
    found = recognise(evidence)
    assert found.get("host_provider", "") == host
    assert found.get("edge_provider", "") == edge


@pytest.mark.parametrize(
    ("evidence", "id"),
    [
        (mail(("10 aspmx.l.google.com",)), "google-workspace"),
        (mail(("0 example-test.mail.protection.outlook.com",)), "microsoft-365"),
        (mail(spf="v=spf1 include:spf.mtasv.net ~all"), "postmark"),
        (mail(("10 aspmx.l.google.com",), "v=spf1 include:_spf.google.com include:sendgrid.net ~all"), "sendgrid"),
        (mail(("10 aspmx.l.google.com",), "v=spf1 include:servers.mcsv.net -all"), "mailchimp"),
        (mail(spf="v=spf1 redirect=mailgun.org"), "mailgun"),
        (mail(returns=(text("pm-bounces", cnames=("pm.mtasv.net",)),)), "postmark"),
        (mail(returns=(text("s1._domainkey", "p=AB", cnames=("s1.domainkey.u1.wl.sendgrid.net",)),)), "sendgrid"),
        (mail(returns=(text("resend._domainkey", "p=MIGf"),)), "resend"),
        (mail(returns=(text("send", "v=spf1 include:amazonses.com ~all"),)), "resend"),
        (mail(returns=(text("bounce", "v=spf1 include:amazonses.com ~all"),)), "amazon-ses"),
        (mail(returns=(text("mg", "v=spf1 include:mailgun.org ~all"),)), "mailgun"),
        (mail(returns=(text("kl._domainkey", "v=DKIM1; p=MIGf"),)), "klaviyo"),
        (mail(returns=(text("k1._domainkey", "p=MIGf"), text("s1._domainkey", "p=MIGf"))), ""),
        (mail(returns=(text("resend._domainkey", "verification=1"),)), ""),
        (mail(("0 .",), "v=spf1 -all"), ""),
        (mail(("10 mx.example.test",), "v=spf1 ip4:192.0.2.1 -all"), ""),
        (mail(("not a record",), "v=spf1 include:"), ""),
    ],
)
def test_records_tell_who_mails_customers(evidence: Evidence, id: str) -> None:
    """A service for applications before a newsletter before a mailbox; a key under a common name tells nothing."""
    assert recognise(evidence).get("mail_provider", "") == id


def test_what_could_not_be_asked_tells_nothing() -> None:
    """No witness, no name: a general text is better than a wrong one."""
    broken = answer(status=DnsStatus.SERVFAIL)
    assert recognise(NOTHING) == {}
    assert recognise(replace(NOTHING, ns=broken, addresses=(broken, broken), mx=broken, txt=broken, page=PLAIN)) == {}


@pytest.mark.parametrize("text_", ["", "\0", "a" * 5000, "..", "*.*", "{x}", "ns.cloudflare.com\n.evil"])
def test_hostile_answers_are_only_text(text_: str) -> None:
    """Whatever strangers write there, nothing breaks."""
    strange = DnsAnswer(
        HOST, "TXT", "", DnsStatus.OK, (text_, f"v=spf1 include:{text_}", f"10 {text_}"), cnames=(text_,)
    )
    page = replace(exchange(), headers=(("server", text_), ("via", text_)))
    evidence = Evidence(
        strange,
        Rdap(text_, known=True, registered=True, registrar=text_),
        (strange,),
        page,
        strange,
        strange,
        (strange,),
    )
    assert set(recognise(evidence)) <= {"edge_provider"}
