"""Whatever is typed, answered or sent: one clear message, the right exit code, never a traceback."""

from __future__ import annotations

import asyncio
import os
import pty
import signal
import sys
from contextlib import AsyncExitStack, suppress
from pathlib import Path

import pytest

from tests.scenarios.terminal import contract
from tests.scenarios.terminal.shop import (
    ALL_TWELVE,
    API,
    APP,
    DOMAIN,
    HSTS,
    HTML,
    WWW,
    Ran,
    Shop,
    a_shop,
    clean,
    onward,
    page,
)
from tests.servers.dns import Fault
from tests.servers.http import Answer, ConnectionFault, Hostile, Request, redirect
from tests.servers.tls import Authority

pytestmark = pytest.mark.slow
LOOPBACK = {"127.0.0.1"}
METADATA = "169.254.169.254"


def one_message(ran: Ran, *said: str) -> None:
    """Wrong usage: exit 2, nothing for the reader of a pipe, one sentence (and perhaps where help is)."""
    assert (ran.code, ran.out) == (2, ""), (ran.code, ran.out, ran.err)
    assert "Traceback" not in ran.err
    assert 1 <= len(ran.err.strip().splitlines()) <= 3, ran.err
    for words in said:
        assert words in ran.err


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("192.0.2.1",), "192.0.2.1 is an IP address"),
        (("127.0.0.1:8080",), "is an IP address"),
        (("https://[2001:db8::1]/x",), "is an IP address"),
        (("",), "the name is empty"),
        (("   ",), "the name is empty"),
        (("shop",), '"shop" is one word'),
        (("shop..test",), "is not a domain name"),
        (("--", "-shop.test"), "is not a domain name"),
        (("a" * 64 + ".test",), "is not a domain name"),
        ((".".join(["a" * 60] * 6),), "longer than the 253 characters"),
        (("*.shop.test",), "wildcard"),
        (("me@shop.test",), "e-mail address"),
        (("ftp://shop.test/",), "is not for the web"),
        (("https://me:secret@shop.test/",), "user name or password"),
        (("\u202eshop.test",), "not a domain name"),
        (("shop.test\n<!channel>",), "not a domain name"),
        ((DOMAIN, "--only", "dsn"), '"dsn" is no family, check or host here, did you mean dns'),
        ((DOMAIN, "--only", "mail.dkim2"), '"mail.dkim2" is no family, check or host here'),
        ((DOMAIN, "--only", "other.test"), '"other.test" is no family, check or host here'),
        ((DOMAIN, "--format", "yaml"), "'yaml' is not one of 'text', 'json', 'markdown', 'junit', 'sarif'"),
        ((DOMAIN, "--fail-on", "severe"), "'severe' is not one of 'blocker', 'high', 'medium', 'low'"),
        ((DOMAIN, "--fial-on", "high"), "--fail-on"),
        ((DOMAIN, "--timeout", "soon"), "--timeout takes a number from 1 to 3600"),
        ((DOMAIN, "--config", "other.yml"), "other.yml: there is no such file"),
        ((DOMAIN, "--config", "."), ".: "),
        ((), "names no product, so name a domain"),
    ],
    ids=lambda value: repr(value)[:40],
)
async def test_wrong_usage_is_one_message(shop: Shop, args: tuple[str, ...], said: str) -> None:
    """And not a single packet leaves for it, except to find out which hosts there are."""
    ran = await shop.launch("check", *args)
    one_message(ran, said)
    assert ran.contacted <= LOOPBACK
    assert shop.web.connections == shop.plain.connections == 0


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"network: [", "launch.yml:1:"),
        (b"\xff\xfe\x00n", "launch.yml"),
        (b"network: {resolvers: [nowhere]}\n", "launch.yml:1:"),
        (b"a: &a [*a, *a]\nnetwork: *a\n", "launch.yml"),
        (b"network: {}\nnetwork: {}\n", "launch.yml:2:"),
        (b"network: {ca_file: missing.pem}\n", "missing.pem"),
        (b"network: {ca_file: launch.yml}\n", "launch.yml"),
        (b"- one\n- two\n", "launch.yml"),
        (b"network: " + b"[" * 5000 + b"\n", "launch.yml"),
    ],
    ids=lambda value: repr(value)[:30],
)
async def test_an_unusable_configuration_is_one_message(shop: Shop, content: bytes, said: str) -> None:
    """Not YAML, not text, in circles, too deep, without its file: exit 2, and the file is named."""
    (shop.folder / "launch.yml").write_bytes(content)
    one_message(await shop.launch("check", DOMAIN), said)


async def test_three_mistakes_are_named_at_once(shop: Shop) -> None:
    """Each with line, column and the nearest valid name."""
    (shop.folder / "launch.yml").write_text(
        "network:\n  resolver: ['127.0.0.1:53']\n  ports: {443: 99999}\n"
        "monitors:\n  - {name: x, url: 'https://shop.test/', evry: 5s}\n",
        encoding="utf-8",
    )
    ran = await shop.launch("check", DOMAIN)
    assert (ran.code, ran.out) == (2, "")
    lines = ran.err.strip().splitlines()
    assert [line.split(": ")[0] for line in lines] == ["launch.yml:2:3", "launch.yml:3:10", "launch.yml:5:42"], ran.err
    assert "resolvers" in lines[0]
    assert "every" in lines[2]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
async def test_an_unreadable_configuration_is_one_message(shop: Shop) -> None:
    """No permission to read it."""
    (shop.folder / "launch.yml").chmod(0)
    one_message(await shop.launch("check", DOMAIN), "launch.yml")


async def test_a_domain_that_does_not_exist(shop: Shop) -> None:
    """A finding and a no-go, not an error; the cause first, and one blocker only."""
    for target in ("nowhere.test", "www.nowhere.test", "https://nowhere.test/login"):
        ran = await shop.check(target=target)
        contract.kept(ran.report, ran.code)
        assert (ran.code, ran.err, ran.blockers) == (1, "", {"dns.resolve nowhere.test"})
        first = ran.report["findings"][0]
        assert (first["check"], first["code"]) == ("dns.resolve", "no_such_domain")
        assert "does not exist" in first["summary"]
        assert ran.told("pass") == {}


@pytest.mark.parametrize("target", ["bücher.test", "xn--bcher-kva.test", "BÜCHER.TEST.", "http://bücher.test:80/ä?x=ü"])
async def test_a_unicode_domain_in_every_spelling(shop: Shop, target: str) -> None:
    """Served for real under its ASCII name, and shown under it."""
    name = "xn--bcher-kva.test"
    shop.host(name, page(canonical="https://bücher.test/"))
    ran = await shop.check("--only", "dns.resolve,tls,redir.https,up", target=target)
    assert (ran.code, ran.told("fail", "unknown")) == (0, {})
    assert f"tls.valid {name}" in ran.findings
    assert {request.host for request in shop.web.requests} == {name}


@pytest.mark.parametrize("hostile", [Hostile.HUGE_BODY, Hostile.ENDLESS_BODY, Hostile.GZIP_BOMB, Hostile.DEFLATE_BOMB])
async def test_a_body_without_end_costs_little(shop: Shop, hostile: Hostile) -> None:
    """A gigabyte, endless chunks, bombs: the page is up, a part of it is read, memory and time stay bounded."""
    shop.route(DOMAIN, Answer(hostile=hostile))
    ran = await shop.check()
    contract.kept(ran.report, ran.code)
    assert (ran.code, ran.told("fail", "unknown")) == (0, {})
    assert ran.memory_mb < 200
    assert shop.web.sent < 300_000_000
    assert ran.took < 60


@pytest.mark.parametrize(
    ("hostile", "code"),
    [
        (Hostile.HEADER_FLOOD, "garbled"),
        (Hostile.INFORMATIONAL_FLOOD, "garbled"),
        (Hostile.GARBAGE, "garbled"),
        (Hostile.BAD_CHUNK, "garbled"),
        (Hostile.BAD_GZIP, "garbled"),
        (Hostile.SHORT_BODY, "reset"),
        (Hostile.RESET, "reset"),
        (Hostile.CLOSE_EARLY, "reset"),
    ],
)
async def test_an_answer_that_is_none_is_down(shop: Shop, hostile: Hostile, code: str) -> None:
    """The app answers with rubbish: down, said once, in words."""
    shop.route(APP, Answer(hostile=hostile))
    ran = await shop.check()
    contract.kept(ran.report, ran.code)
    assert ran.blockers == {f"up.http {APP}"}
    assert ran.findings[f"up.http {APP}"]["code"] == code
    assert ran.memory_mb < 200


async def test_headers_that_try_to_break_out(shop: Shop) -> None:
    """Many and long headers, control characters and mentions in a redirect and a title: all of it stays text."""
    nasty = "https://app.shop.test/\u001b]0;owned\u0007<!channel>%0d%0aset-cookie:x"
    shop.route(APP, Answer(302, b"", (("location", nasty), HSTS)), path="/")
    shop.route(APP, Answer(hostile=Hostile.MANY_HEADERS), path="/second")
    ran = await shop.launch("check", DOMAIN, "--detail")
    assert ran.code in (0, 1, 3)
    assert "Traceback" not in ran.err + ran.out
    assert not any(ord(letter) < 32 and letter != "\n" for letter in ran.out)


@pytest.mark.parametrize("how", ["http", "https", "dns", "brackets", "decimal", "mapped"])
async def test_a_redirect_into_the_machine_room_is_not_followed(shop: Shop, how: str) -> None:
    """No packet to the metadata service, although private addresses are allowed; the finding says why."""
    name = f"inner.{DOMAIN}"
    to = {
        "http": f"http://{METADATA}/latest/meta-data/",
        "https": f"https://{METADATA}/",
        "dns": f"https://{name}/",
        "brackets": f"http://[::ffff:{METADATA}]/",
        "decimal": "http://2852039166/",
        "mapped": f"https://{name}/",
    }[how]
    shop.zone.set(name, *(("AAAA", f"::ffff:{METADATA}") if how == "mapped" else ("A", METADATA)))
    shop.route(APP, redirect(to))
    ran = await shop.check()
    contract.kept(ran.report, ran.code)
    assert ran.contacted <= LOOPBACK, ran.contacted
    finding = ran.findings[f"redir.loop {APP}"]
    if how == "decimal":
        assert finding["status"] in ("unknown", "fail")
        return
    assert (ran.code, ran.blockers) == (3, set())
    assert (finding["code"], finding["status"]) == ("could_not_look", "unknown")
    assert (
        f"{METADATA} is a cloud's metadata service" in finding["summary"] or "refuses to contact" in finding["summary"]
    )
    assert ran.findings[f"up.http {APP}"]["status"] == "unknown"


async def test_a_name_that_points_into_the_machine_room(shop: Shop) -> None:
    """The app's own record is the metadata service: nothing is sent there, and nothing is called red or green."""
    shop.zone.set(APP, "A", METADATA)
    ran = await shop.check()
    assert ran.contacted <= LOOPBACK
    assert (ran.code, ran.blockers) == (3, set())
    assert not any(key.endswith(APP) for key in ran.told("pass", "warn", "fail"))
    assert METADATA in ran.findings[f"dns.resolve {APP}"]["summary"]


async def test_without_leave_no_private_address_is_contacted(shop: Shop) -> None:
    """`allow_private` left out: only the resolver hears of it, and the report says why nothing is proven."""
    shop.network.pop("allow_private")
    shop.write()
    ran = await shop.check()
    assert (ran.code, ran.blockers) == (3, set())
    assert shop.web.connections == shop.plain.connections == 0
    assert "network.allow_private" in ran.findings[f"dns.resolve {DOMAIN}"]["summary"]


async def test_a_certificate_with_a_megabyte_of_names(shop: Shop) -> None:
    """Browsers give up on it as well: one blocker, a bounded report, no hang."""
    shop.web.credentials[APP] = shop.authority.issue(APP, extra_bytes=1_000_000)
    ran = await shop.check()
    contract.kept(ran.report, ran.code)
    assert (ran.code, ran.blockers) == (1, {f"tls.valid {APP}"})
    assert ran.findings[f"tls.valid {APP}"]["code"] == "no_secure_connection"
    assert len(ran.out) < 300_000
    assert ran.memory_mb < 250


async def test_a_certificate_with_thousands_of_names(shop: Shop) -> None:
    """As many as browsers still take: in order, and only a few of them are shown."""
    shop.web.credentials[APP] = shop.authority.issue(APP, extra_bytes=60_000)
    ran = await shop.check()
    assert (ran.code, ran.told("fail", "warn", "unknown")) == (0, {})
    assert "more" in ran.findings[f"tls.valid {APP}"]["seen"]["names"]
    assert len(ran.out) < 200_000


RESOLVERS = {
    "answers nothing": (Fault.TIMEOUT, "no resolver answered in time"),
    "lies about the id": (Fault.WRONG_ID, "no resolver answered in time"),
    "answers another question": (Fault.WRONG_QUESTION, "no resolver answered in time"),
    "fails": (Fault.SERVFAIL, "the resolvers report a failure (SERVFAIL)"),
    "refuses": (Fault.REFUSED, "the resolvers refuse the question"),
    "sends rubbish": (Fault.MALFORMED, "the answer was garbled"),
    "is always cut short": (Fault.TRUNCATED_ALWAYS, "the answer was garbled"),
    "dies over TCP": (Fault.TCP_DEAD, ""),
    "contradicts itself": (Fault.NXDOMAIN_WITH_ANSWERS, "the answer was garbled"),
}


async def test_a_resolver_that_is_no_use_proves_nothing(authority: Authority, tmp_path: Path) -> None:
    """Not proven, exit 3: never red, never green, the reason in words. All at once, since silence takes its time."""
    async with AsyncExitStack() as stack:
        shops: dict[str, Shop] = {}
        for place, how in enumerate(RESOLVERS):
            folder = tmp_path / str(place)
            folder.mkdir()
            shops[how] = await stack.enter_async_context(a_shop(folder, authority))
            shops[how].zone.fault("*", RESOLVERS[how][0])
        every = await asyncio.gather(*(shop.check() for shop in shops.values()))
    for how, ran in zip(shops, every, strict=True):
        contract.kept(ran.report, ran.code)
        assert (ran.code, ran.report["verdict"]) == (3, "not-proven"), how
        assert ran.told("pass", "warn", "fail") == {}, how
        assert RESOLVERS[how][1] in ran.findings[f"dns.resolve {DOMAIN}"]["summary"], how
        assert ran.took < 60, how


async def test_a_resolver_that_is_not_there(shop: Shop) -> None:
    """Nothing listens at its port."""
    shop.write(resolvers=["127.0.0.1:9"])
    ran = await shop.check()
    assert (ran.code, ran.told("pass", "warn", "fail")) == (3, {})
    assert "no resolver could be reached" in ran.findings[f"dns.resolve {DOMAIN}"]["summary"]


@pytest.mark.parametrize("fault", [Fault.REFUSED, Fault.SERVFAIL, Fault.TIMEOUT])
async def test_a_registry_that_refuses_hides_nothing(shop: Shop, fault: Fault) -> None:
    """The domain's name server knows nothing above it: the walk for DMARC ends there, with an answer."""
    for name in ("test", "_dmarc.test", ""):
        shop.zone.fault(name, fault)
    healthy = await shop.check()
    assert (healthy.code, healthy.told("fail", "warn", "unknown")) == (0, {})
    shop.zone.remove(f"_dmarc.{DOMAIN}")
    ran = await shop.check("--only", "mail")
    finding = ran.findings[f"mail.dmarc {DOMAIN}"]
    assert (finding["code"], finding["status"], finding["severity"]) == ("absent", "fail", "high")


async def test_a_host_that_hangs_is_down(authority: Authority, tmp_path: Path) -> None:
    """It accepts and says nothing, or drips, or never even begins with TLS: down, well within the time of a run."""
    async with AsyncExitStack() as stack:
        shops = []
        for place in ("silent", "dripping", "mute"):
            (tmp_path / place).mkdir()
            shops.append(await stack.enter_async_context(a_shop(tmp_path / place, authority)))
        silent, dripping, mute = shops
        silent.route(DOMAIN, Answer(hostile=Hostile.HANG))
        dripping.route(DOMAIN, Answer(hostile=Hostile.DRIP))
        mute.web.connection_fault = ConnectionFault.HANG
        every = await asyncio.gather(*(shop.check() for shop in shops))
    for ran in every[:2]:
        assert (ran.code, ran.blockers) == (1, {f"up.http {DOMAIN}"})
        assert ran.findings[f"up.http {WWW}"]["seen"]["because"] == {"check": "up.http", "target": DOMAIN}
    assert {key.partition(" ")[0] for key in every[2].blockers} == {"up.http"}
    assert every[2].findings[f"tls.valid {APP}"]["code"] == "not_reachable"
    for ran in every:
        contract.kept(ran.report, ran.code)
        assert ran.findings[f"up.http {DOMAIN}"]["code"] == "timeout"
        assert ran.took < 60


async def test_the_time_that_was_given_is_kept(shop: Shop) -> None:
    """`--timeout 4` with a host that hangs: what was not finished is unknown, and the command comes back."""
    for name in (DOMAIN, WWW, APP, API):
        shop.route(name, Answer(hostile=Hostile.HANG))
    ran = await shop.check("--timeout", "4")
    contract.kept(ran.report, ran.code)
    assert ran.code == 3
    assert ran.took < 12


@pytest.mark.parametrize(
    ("spoil", "only", "codes"),
    [
        ("nothing", ALL_TWELVE, {None: 0, "blocker": 0, "high": 0, "medium": 0, "low": 0}),
        ("low", "tls.hsts", {None: 0, "high": 0, "medium": 0, "low": 1}),
        ("medium", "mail.spf", {None: 0, "high": 0, "medium": 1, "low": 1}),
        ("high", "mail.dmarc", {None: 0, "blocker": 0, "high": 1, "medium": 1, "low": 1}),
        ("blocker", "redir.https", {None: 1, "blocker": 1, "low": 1}),
        ("unknown", "dns.resolve", {None: 3, "blocker": 3, "low": 3}),
    ],
)
async def test_fail_on_only_makes_exit_1_more_likely(
    shop: Shop, spoil: str, only: str, codes: dict[str | None, int]
) -> None:
    """From that severity on exit 1; below it the verdict decides, and what is unknown stays 3."""
    {
        "nothing": lambda: None,
        "low": lambda: shop.route(APP, page(headers=())),
        "medium": lambda: shop.zone.set(DOMAIN, "TXT", "v=spf1 ip4:127.0.0.1 ?all"),
        "high": lambda: shop.zone.remove(f"_dmarc.{DOMAIN}"),
        "blocker": lambda: shop.route(APP, page(), secure=False),
        "unknown": lambda: shop.zone.fault(DOMAIN, Fault.SERVFAIL),
    }[spoil]()
    for severity, code in codes.items():
        gate = ["--fail-on", severity] if severity else []
        assert (await shop.check("--only", only, *gate)).code == code, severity


async def test_ctrl_c_in_the_middle(shop: Shop) -> None:
    """Exit 130 within seconds, one sentence, no traceback, nothing half written on standard output."""
    arrived = asyncio.Event()

    def hold(_request: Request) -> Answer:
        arrived.set()
        return Answer(delay=300)

    shop.route(DOMAIN, hold)
    process = await shop.start("check", DOMAIN, "--format", "json")
    async with asyncio.timeout(60):
        await arrived.wait()
        process.send_signal(signal.SIGINT)
        out, err = await process.communicate()
    assert process.returncode == 130
    assert out == b""
    assert b"Traceback" not in err
    assert len(err.strip().splitlines()) == 1
    assert err.startswith(b"Stopped after ")


@pytest.mark.parametrize("form", ["json", "text", "sarif", "markdown"])
async def test_a_reader_that_leaves_is_no_error(shop: Shop, form: str) -> None:
    """`launch check … | head -c 1`: nothing is said, no traceback, and the exit code is still that of the verdict."""
    shop.zone.fault(APP, Fault.NXDOMAIN)
    shop.route(DOMAIN, page(canonical=f"https://{DOMAIN}/"), secure=False)
    reader, writer = os.pipe()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "check", DOMAIN, "--format", form, "--detail"),
        cwd=shop.folder,
        env=clean(),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=writer,
        stderr=asyncio.subprocess.PIPE,
    )
    os.close(writer)
    os.close(reader)
    async with asyncio.timeout(60):
        _, err = await process.communicate()
    assert (err, process.returncode) == (b"", 1)


async def test_a_full_device_is_one_message(shop: Shop) -> None:
    """Standard output cannot be written to: a sentence, not a traceback."""
    with open("/dev/full", "wb") as full:  # noqa: PTH123
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", "check", DOMAIN, "--format", "json"),
            cwd=shop.folder,
            env=clean(),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=full,
            stderr=asyncio.subprocess.PIPE,
        )
        async with asyncio.timeout(60):
            _, err = await process.communicate()
    assert process.returncode == 2
    assert err == b"The answer cannot be written: No space left on device\n"


async def test_two_runs_at_once_do_not_meet(shop: Shop) -> None:
    """Side by side in one folder: the same verdict, and neither leaves a file behind."""
    before = {path.name for path in shop.folder.iterdir()}
    one, other = await asyncio.gather(shop.check(), shop.check())
    assert (one.code, other.code) == (0, 0)
    assert one.told("pass") == other.told("pass")
    left = {path.name for path in shop.folder.iterdir()} - before
    assert left == {"watch", "watch.log"}, "only what this test bench writes itself"


async def test_a_server_that_changes_its_mind_is_not_called_red(shop: Shop) -> None:
    """An error once and a page the next time: two looks disagree, so nothing is claimed."""
    asked: list[str] = []

    def moody(request: Request) -> Answer:
        asked.append(request.path)
        return Answer(500, b"", (HTML,)) if len(asked) == 1 else page()

    shop.route(APP, moody)
    ran = await shop.check("--only", f"up,{APP}")
    finding = ran.findings[f"up.http {APP}"]
    assert (finding["status"], finding["code"]) == ("unknown", "unconfirmed")
    assert ran.code == 3


async def test_a_language_on_top_of_a_detour_is_three_steps(shop: Shop) -> None:
    """From http with www over https with www and the bare name to its language: counted as it is."""
    shop.route(DOMAIN, lambda request: onward(f"https://{DOMAIN}/en", 302) if request.path == "/" else page())
    ran = await shop.check("--only", "redir")
    finding = ran.findings[f"redir.hops {DOMAIN}"]
    assert (finding["code"], finding["severity"], finding["seen"]["most"]) == ("too_many_hops", "high", 3)
    assert ran.code == 0


async def test_a_terminal_that_hangs_up_ends_the_command(shop: Shop) -> None:
    """The window is closed in the middle: the process ends and says nothing to nobody."""
    arrived = asyncio.Event()

    def hold(_request: Request) -> Answer:
        arrived.set()
        return Answer(delay=300)

    shop.route(DOMAIN, hold)
    master, slave = pty.openpty()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "check", DOMAIN),
        cwd=shop.folder,
        env=clean(TERM="xterm"),
        stdin=slave,
        stdout=slave,
        stderr=slave,
        start_new_session=True,
    )
    os.close(slave)
    async with asyncio.timeout(60):
        await arrived.wait()
        os.close(master)
        with suppress(ProcessLookupError):
            process.send_signal(signal.SIGHUP)
        assert await process.wait() != 0
