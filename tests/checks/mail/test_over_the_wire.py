"""The mail checks against real servers on loopback: every answer that they can give, one fault at a time."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa

from bot.clock import SystemClock
from checks.finding import build, holes
from checks.inventory import Inventory, MailDomain, Network, expand
from checks.model import Finding, Kind, Status
from checks.net.live import LiveProbe
from checks.registry import load
from tests.checks.mail.test_dkim import WEAK
from tests.servers.dns import DnsServer, Fault, Zone
from tests.servers.http import Answer, HttpServer, redirect
from tests.servers.tls import Authority

D, POLICY, PATH = "shop.test", "mta-sts.shop.test", "/.well-known/mta-sts.txt"
GOOGLE = "_spf.google.com"
SPF, LITE = f"v=spf1 include:{GOOGLE} ~all", "include:_spf.mlsend.com"
IDS = ("mail.mx", "mail.dkim", "mail.dmarc_rua", "mail.mta_sts_tlsrpt", "mail.spf_senders", "mail.bulk_rules")


def key(bits: int) -> str:
    """An RSA key record."""
    public = rsa.generate_private_key(65537, bits).public_key()
    der = public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return f"v=DKIM1; k=rsa; p={base64.b64encode(der).decode()}"


LONG, SHORT = key(2048), key(1024)
NEW = (
    "v=DKIM1; k=ed25519; p="
    + base64.b64encode(ed25519.Ed25519PrivateKey.generate().public_key().public_bytes_raw()).decode()
)
TEXT = f"version: STSv1\nmode: enforce\nmx: mx1.{D}\nmx: mx2.{D}\nmax_age: 604800\n"


@dataclass
class Post:
    """A domain that sends and takes mail."""

    dns: DnsServer
    web: HttpServer
    inventory: Inventory
    network: dict[str, object] = field(default_factory=dict)

    @property
    def zone(self) -> Zone:
        """The records."""
        return self.dns.zone

    def mail(self, **more: object) -> None:
        """Write something else down about the mail domain."""
        (own,) = self.inventory.mail
        self.inventory = replace(self.inventory, mail=(replace(own, **more),))  # type: ignore[arg-type]

    def policy(self, text: str, **more: object) -> None:
        """Another policy file."""
        answer = Answer(body=text.encode(), headers=(("content-type", "text/plain"),))
        self.web.route(POLICY, PATH, replace(answer, **more))  # type: ignore[arg-type]

    async def look(self, *ids: str) -> tuple[dict[str, Finding], LiveProbe]:
        """The findings of these checks in one run."""
        found = {}
        async with LiveProbe(replace(self.inventory.network, **self.network), SystemClock().now()) as probe:  # type: ignore[arg-type]
            target = next(one for one in expand(self.inventory) if one.kind is Kind.MAIL)
            for id in ids:
                check = load()[id]
                verdict = await check.run(target, probe)
                assert holes(check, target, verdict) == (), verdict
                found[id] = build(check, target, verdict, at=probe.now())
        return found, probe


@pytest.fixture
async def post(authority: Authority, ca_file: str) -> AsyncIterator[Post]:
    """Everything in order and written down."""
    records = {
        D: {"SOA": f"ns1.{D} root.{D} 1 7200 3600 1209600 60", "NS": f"ns1.{D}", "MX": [f"10 mx1.{D}", f"20 mx2.{D}"]},
        f"mx1.{D}": {"A": "127.0.0.1"},
        f"mx2.{D}": {"A": "127.0.0.1"},
        f"pm._domainkey.{D}": {"TXT": LONG},
        f"_dmarc.{D}": {"TXT": f"v=DMARC1; p=none; rua=mailto:dmarc@{D}"},
        f"_mta-sts.{D}": {"TXT": "v=STSv1; id=20261101;"},
        f"_smtp._tls.{D}": {"TXT": f"v=TLSRPTv1; rua=mailto:tls@{D}"},
        POLICY: {"A": "127.0.0.1"},
        GOOGLE: {"TXT": "v=spf1 ip4:192.0.2.0/24 ~all"},
        "_spf.mlsend.com": {"TXT": "v=spf1 ip4:192.0.2.0/24 ~all"},
    }
    async with AsyncExitStack() as stack:
        zone = Zone.of(records)
        zone.set(D, "TXT", SPF)
        dns = await stack.enter_async_context(DnsServer(zone))
        web = await stack.enter_async_context(HttpServer(tls={POLICY: authority.issue(POLICY)}))
        network = Network(
            resolvers=(dns.address,), ca_file=ca_file, ports={443: web.port}, allow_private=True, rate=1000, burst=1000
        )
        mail = MailDomain(D, aligned=True, senders=("Google Workspace",), selectors=("pm",), per_day=9000)
        post = Post(dns, web, Inventory("shop", D, mail=(mail,), network=network))
        post.policy(TEXT)
        yield post


Act = Callable[[Post], object]


def records(name: str, type: str, *values: str) -> Act:
    """These records stand there instead."""
    return lambda post: post.zone.set(name, type, *values)


def dkim(*values: str) -> Act:
    """This key."""
    return records(f"pm._domainkey.{D}", "TXT", *values)


def rule(text: str) -> Act:
    """This DMARC record."""
    return records(f"_dmarc.{D}", "TXT", text)


def fails(name: str) -> Act:
    """No answer about this name."""
    return lambda post: post.zone.fault(name, Fault.SERVFAIL)


def act(*steps: Act) -> Act:
    """One after the other."""

    def all_of_them(post: Post) -> None:
        for step in steps:
            step(post)

    return all_of_them


def mail(**more: object) -> Act:
    """Something else written down."""
    return lambda post: post.mail(**more)


def policy(text: str, **more: object) -> Act:
    """Another policy file."""
    return lambda post: post.policy(text, **more)


NULL, NO_MX = records(D, "MX", "0 ."), records(D, "MX")
ELSEWHERE = rule("v=DMARC1; p=none; rua=mailto:x@reports.other.test")
BARE: Act = lambda post: setattr(post, "inventory", replace(post.inventory, configured=False))  # noqa: E731

SCENARIOS: dict[str, Act] = {
    "mail.mx ok": act(),
    "mail.mx takes_none": act(NULL, mail(sends=False)),
    "mail.mx no_mail": act(NO_MX, records(D, "TXT"), BARE),
    "mail.mx absent": NO_MX,
    "mail.mx refuses_all": NULL,
    "mail.mx null_with_others": records(D, "MX", "0 .", f"10 mx1.{D}"),
    "mail.mx address": records(D, "MX", "10 192.0.2.1"),
    "mail.mx nowhere": records(D, "MX", f"10 gone.{D}"),
    "mail.mx partly_nowhere": records(D, "MX", f"10 gone.{D}", f"20 mx1.{D}"),
    "mail.mx alias": act(records(D, "MX", f"10 in.{D}"), records(f"in.{D}", "CNAME", f"mx1.{D}")),
    "mail.mx could_not_look": fails(D),
    "mail.dkim ok": act(),
    "mail.dkim missing": dkim(),
    "mail.dkim revoked": dkim("v=DKIM1; p="),
    "mail.dkim several": dkim(LONG, SHORT),
    "mail.dkim unusable": dkim("v=DKIM1; p=MIIBIjAN"),
    "mail.dkim weak": dkim(WEAK),
    "mail.dkim short": dkim(SHORT),
    "mail.dkim new_kind_only": dkim(NEW),
    "mail.dkim testing": dkim(f"{LONG}; t=y"),
    "mail.dkim not_needed": mail(sends=False),
    "mail.dkim nothing_found": mail(selectors=()),
    "mail.dkim could_not_look": fails(f"pm._domainkey.{D}"),
    "mail.dmarc_rua ok": act(),
    "mail.dmarc_rua no_rule": lambda post: post.zone.remove(f"_dmarc.{D}"),
    "mail.dmarc_rua no_address": rule("v=DMARC1; p=none"),
    "mail.dmarc_rua not_an_address": rule(f"v=DMARC1; p=none; rua=dmarc@{D}"),
    "mail.dmarc_rua not_agreed": ELSEWHERE,
    "mail.dmarc_rua no_mailbox": NULL,
    "mail.dmarc_rua could_not_look": act(
        ELSEWHERE, records("reports.other.test", "MX", f"10 mx1.{D}"), fails(f"{D}._report._dmarc.reports.other.test")
    ),
    "mail.mta_sts_tlsrpt ok": act(),
    "mail.mta_sts_tlsrpt testing": policy(TEXT.replace("enforce", "testing")),
    "mail.mta_sts_tlsrpt off": policy("version: STSv1\nmode: none\nmax_age: 60\n"),
    "mail.mta_sts_tlsrpt absent": records(f"_mta-sts.{D}", "TXT"),
    "mail.mta_sts_tlsrpt no_mail": NULL,
    "mail.mta_sts_tlsrpt uncovered": policy(TEXT.replace(f"mx: mx2.{D}\n", "")),
    "mail.mta_sts_tlsrpt uncovered_testing": policy(TEXT.replace(f"mx: mx2.{D}\n", "").replace("enforce", "testing")),
    "mail.mta_sts_tlsrpt policy_missing": lambda post: post.web.route(POLICY, PATH, redirect(f"https://{POLICY}/x")),
    "mail.mta_sts_tlsrpt policy_broken": policy("version: STSv1\nmode: enforce\nmax_age: 60\n"),
    "mail.mta_sts_tlsrpt record_broken": records(f"_mta-sts.{D}", "TXT", "v=STSv1;"),
    "mail.mta_sts_tlsrpt reports_broken": records(f"_smtp._tls.{D}", "TXT", "v=TLSRPTv1; rua=tls"),
    "mail.mta_sts_tlsrpt could_not_look": fails(f"_mta-sts.{D}"),
    "mail.spf_senders ok": act(),
    "mail.spf_senders not_needed": mail(sends=False),
    "mail.spf_senders no_list": records(D, "TXT"),
    "mail.spf_senders not_written_down": mail(senders=()),
    "mail.spf_senders missing": mail(senders=("Google Workspace", "Fastmail")),
    "mail.spf_senders not_approved": records(D, "TXT", f"v=spf1 include:{GOOGLE} {LITE} ~all"),
    "mail.spf_senders wide": records(D, "TXT", f"v=spf1 include:{GOOGLE} ip4:10.0.0.0/8 ~all"),
    "mail.spf_senders not_known": mail(senders=("Google Workspace", "Carrier Pigeons")),
    "mail.spf_senders could_not_look": fails(GOOGLE),
    "mail.bulk_rules ok": act(),
    "mail.bulk_rules small": mail(per_day=100),
    "mail.bulk_rules no_volume": mail(per_day=None),
    "mail.bulk_rules not_needed": mail(sends=False),
    "mail.bulk_rules unmet": dkim(),
    "mail.bulk_rules small_unmet": act(mail(per_day=100), dkim(), records(D, "TXT", "v=spf1 +all")),
    "mail.bulk_rules could_not_look": mail(selectors=()),
}


@pytest.mark.parametrize("name", SCENARIOS)
async def test_each_answer_comes_over_the_wire(post, name):
    """Records and the policy file are asked for real; the words have no holes."""
    id, _, code = name.partition(" ")
    SCENARIOS[name](post)
    found, _ = await post.look(id)
    assert found[id].code == code, found[id].summary


def test_every_answer_has_a_scenario():
    """Without an exception."""
    assert set(SCENARIOS) == {f"{id} {code}" for id in IDS for code in load()[id].outcomes}


async def test_a_domain_in_order_asks_nothing_twice(post):
    """All mail checks together share their look-ups, and the answers are all good."""
    found, probe = await post.look(*(id for id in load() if id.startswith("mail.")))
    assert {id: one.code for id, one in found.items() if one.status is not Status.PASS} == {}
    asked = [(query.name, query.type) for query in post.dns.queries]
    assert len(asked) == len(set(asked))
    assert sum(probe.stats()["dns"].values()) <= 20
    assert post.web.requests
    assert len(post.web.requests) == 1


@pytest.mark.parametrize("fault", [Fault.MALFORMED, Fault.NXDOMAIN_WITH_ANSWERS, Fault.WRONG_TYPE, Fault.REFUSED])
async def test_a_hostile_directory_makes_nothing_green_or_red(post, fault):
    """Garbage is not knowing."""
    post.zone.fault("*", fault)
    found, _ = await post.look(*IDS)
    assert {one.status for one in found.values()} <= {Status.UNKNOWN, Status.NA}


async def test_records_of_64_kib_are_answered_in_time(post):
    """A text record as long as DNS can carry, at every name that is asked."""
    for name in (D, f"pm._domainkey.{D}", f"_dmarc.{D}", f"_mta-sts.{D}", f"_smtp._tls.{D}"):
        start = {D: "v=spf1 ", f"_dmarc.{D}": "v=DMARC1; rua=", f"_mta-sts.{D}": "v=STSv1;"}.get(name, "v=DKIM1; p=")
        post.zone.set(name, "TXT", start + "a:b.test;" * 7000)
    began = SystemClock().now()
    found, _ = await post.look(*IDS)
    assert len(found) == len(IDS)
    assert (SystemClock().now() - began).total_seconds() < 5
