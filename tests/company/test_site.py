"""The demo company answers for real: names, certificates, pages, sessions."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import re
import ssl

import aiohttp
import dns.asyncquery
import dns.message
import dns.rcode
import pytest

from bot.config.load import load
from bot.demo.company import Company
from bot.demo.company.site import WEBHOOK_SECRET
from bot.demo.company.state import API, APP, DOMAIN, SERVED, WWW, Record


class Loopback(aiohttp.abc.AbstractResolver):
    """Every name is 127.0.0.1."""

    async def resolve(self, host, port=0, family=0):
        return [{"hostname": host, "host": "127.0.0.1", "port": port, "family": family, "proto": 0, "flags": 0}]

    async def close(self):
        pass


@pytest.fixture
async def company(tmp_path):
    async with Company(tmp_path / "company") as company:
        yield company


@pytest.fixture
async def visitor(company):
    """A browser-like client that trusts the made authority."""
    trust = ssl.create_default_context(cafile=str(company.folder / "ca.pem"))
    connector = aiohttp.TCPConnector(resolver=Loopback(), ssl=trust, force_close=True)
    jar = aiohttp.CookieJar()
    async with aiohttp.ClientSession(connector=connector, cookie_jar=jar) as session:

        def ask(method, url, **how):
            scheme, _, rest = url.partition("://")
            host, slash, path = rest.partition("/")
            port = company._web.https_port if scheme == "https" else company._web.http_port
            return session.request(method, f"{scheme}://{host}:{port}{slash}{path}", allow_redirects=False, **how)

        yield ask


async def test_every_host_has_a_valid_certificate(company, visitor):
    """All four names open over TLS that verifies."""
    for host in SERVED:
        async with visitor("GET", f"https://{host}/") as answer:
            assert answer.status in (200, 301, 302), host
            assert answer.headers["Strict-Transport-Security"]


async def test_an_expired_certificate_is_shown_at_once(company, visitor):
    """The next connection after the switch sees the new certificate."""
    company.switch("certificate_expired", on=True)
    with pytest.raises(aiohttp.ClientConnectorCertificateError, match="expired"):
        await visitor("GET", f"https://{DOMAIN}/")
    company.switch("certificate_expired", on=False)
    async with visitor("GET", f"https://{DOMAIN}/") as answer:
        assert answer.status == 200


async def token_of(visitor, path):
    """The hidden field of the form on a page."""
    async with visitor("GET", f"https://{APP}{path}") as r:
        return {"token": re.search(r'name="token" value="([^"]+)"', await r.text())[1]}


async def test_a_form_that_nobody_opened_is_not_taken(visitor):
    """A stranger's page cannot send ours, and nobody sends the same one twice."""
    customer = {"email": "a@b.test", "password": "long enough"}
    for path in ("/signup", "/login"):
        async with visitor("POST", f"https://{APP}{path}", data=customer) as r:
            assert r.status == 403
    token = await token_of(visitor, "/signup")
    for status in (303, 403):
        async with visitor("POST", f"https://{APP}/signup", data={**token, **customer}) as r:
            assert r.status == status


async def test_only_test_customers_remove_themselves(visitor):
    """The tag in the address tells them from others."""
    for email, status in (("qa+1122@b.test", 200), ("a@b.test", 403)):
        data = {**await token_of(visitor, "/signup"), "email": email, "password": "long enough"}
        async with visitor("POST", f"https://{APP}/signup", data=data) as r:
            cookie = {"session": r.cookies["session"].value}
        async with visitor("POST", f"https://{APP}/account/remove", cookies=cookie) as r:
            assert r.status == status
        async with visitor("GET", f"https://{APP}/dashboard", cookies=cookie) as r:
            assert r.status == (401 if status == 200 else 200)


async def test_a_customer_signs_up_logs_out_and_is_kept_out(visitor):
    """Sign-up, dashboard, log-out and the closed dashboard work end to end."""
    token = await token_of(visitor, "/signup")
    async with visitor(
        "POST", f"https://{APP}/signup", data={**token, "email": "a@b.test", "password": "long enough"}
    ) as r:
        assert (r.status, r.headers["Location"]) == (303, "/dashboard")
        cookie = {"session": r.cookies["session"].value}
    async with visitor("GET", f"https://{APP}/dashboard", cookies=cookie) as r:
        assert "a@b.test" in await r.text()
        assert r.headers["Cache-Control"] == "private, no-store"
    async with visitor("GET", f"https://{APP}/logout", cookies=cookie) as r:
        assert r.status == 303
    async with visitor("GET", f"https://{APP}/dashboard", cookies=cookie) as r:
        assert r.status == 401
    token = await token_of(visitor, "/login")
    async with visitor("POST", f"https://{APP}/login", data={**token, "email": "a@b.test", "password": "wrong"}) as r:
        assert r.status == 401


async def test_the_payment_webhook_wants_a_signature(visitor):
    """Unsigned calls get 400, signed ones are taken."""
    body = b'{"paid": 90}'
    signature = hmac.new(WEBHOOK_SECRET, body, hashlib.sha256).hexdigest()
    async with visitor("POST", f"https://{API}/webhooks/payments", data=body) as r:
        assert r.status == 400
    async with visitor("POST", f"https://{API}/webhooks/payments", data=body, headers={"X-Signature": signature}) as r:
        assert r.status == 202


async def test_a_bad_release_breaks_checkout_only(company, visitor):
    """The fault is where the panel says it is, and nowhere else."""
    company.switch("checkout_500", on=True)
    async with visitor("GET", f"https://{APP}/checkout") as r:
        assert r.status == 500
    async with visitor("GET", f"https://{APP}/login") as r:
        assert r.status == 200
    async with visitor("GET", f"https://{API}/health") as r:
        assert (await r.json())["version"] == "v43"


async def ask_dns(company, name, kind, *, tcp=False):
    query = dns.message.make_query(name, kind)
    how = dns.asyncquery.tcp if tcp else dns.asyncquery.udp
    return await how(query, "127.0.0.1", port=company.name_server.port, timeout=5)


async def test_the_name_server_tells_absent_names_from_absent_records(company):
    """NXDOMAIN for a name that does not exist, an empty answer for a type that does not."""
    assert (await ask_dns(company, f"nope.{DOMAIN}", "A")).rcode() == dns.rcode.NXDOMAIN
    empty = await ask_dns(company, APP, "AAAA")
    assert (empty.rcode(), empty.answer) == (dns.rcode.NOERROR, [])
    assert empty.authority
    assert (await ask_dns(company, "_dmarc.test", "TXT")).rcode() == dns.rcode.NXDOMAIN
    chain = await ask_dns(company, WWW.upper(), "A")
    assert [rrset.rdtype.name for rrset in chain.answer] == ["CNAME", "A"]


async def test_a_long_record_is_answered_over_tcp(company):
    """What does not fit into a datagram is truncated there and whole over TCP."""
    company.state.records.append(Record(f"long.{DOMAIN}", "TXT", "x" * 1900))
    company.state.records.append(Record(f"long.{DOMAIN}", "TXT", "y" * 1900))
    assert (await ask_dns(company, f"long.{DOMAIN}", "TXT")).flags & dns.flags.TC
    assert len((await ask_dns(company, f"long.{DOMAIN}", "TXT", tcp=True)).answer[0]) == 2


async def test_garbage_does_not_stop_the_name_server(company):
    """Random bytes get no answer, and the next question does."""
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(
        asyncio.DatagramProtocol, remote_addr=("127.0.0.1", company.name_server.port)
    )
    for junk in (b"", b"\x00", b"\xff" * 600, b"\x00" * 12):
        transport.sendto(junk)
    transport.close()
    assert (await ask_dns(company, DOMAIN, "MX")).answer


async def test_its_launch_file_is_an_ordinary_valid_one(company):
    """The demo's file passes the same reading as anybody's."""
    file = load(company.config)
    assert file.product.domain == DOMAIN
    assert {host.name for host in file.hosts} == set(SERVED)
    assert file.network.allow_private is True
