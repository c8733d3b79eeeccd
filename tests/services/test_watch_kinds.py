"""What is watched besides pages: ports, certificates, DNS records, and jobs that report."""

from __future__ import annotations

from datetime import timedelta

import aiohttp
import pytest

from bot import web
from bot.domain.detection import State
from bot.domain.severity import Sev, Trouble
from bot.domain.uptime import Span
from bot.services import heartbeats
from bot.services.audit import Audits
from bot.services.container import Services
from bot.services.health import Health
from bot.store import blindness
from bot.store.heartbeats import Beat
from checks.inventory import Point
from tests.servers.dns import Fault
from tests.servers.http import HttpServer, closed_port
from tests.services.parts import parts
from tests.services.walker import runbooks_over
from tests.services.watchtower import GOOD, START, Tower, a_tower

JOB = "monitors:\n  - {name: Nightly billing, heartbeat: {every: 1h, grace: 10m}}\n"
BILLING = Point("Nightly billing", "heartbeat", interval=3600, grace=600)


async def test_a_port_that_is_closed_is_an_outage(tmp_path):
    """Open, then closed, then open: one incident, which ends."""
    async with a_tower(tmp_path) as tower:
        tower.write(f"monitors:\n  - {{name: Database, tcp: 'db.shop.test:{tower.web.port}'}}\n")
        await tower.begin()
        await tower.run(seconds=70)
        assert tower.state("Database") is State.UP
        port = tower.web.port
        tower.web.stop_listening()
        await tower.run(seconds=90)
        [incident] = await tower.open()
        assert (incident.trouble, incident.service) == (Trouble.REACH, "db.shop.test")
        async with HttpServer(port=port):
            await tower.run(minutes=4)
            assert await tower.open() == []


async def test_a_port_behind_a_name_that_is_gone_is_a_matter_of_dns(tmp_path):
    """And where no resolver answers, nothing is said."""
    async with a_tower(tmp_path) as tower:
        tower.write(f"monitors:\n  - {{name: Database, tcp: 'db.shop.test:{closed_port()[1]}'}}\n")
        tower.dns.zone.fault("db.shop.test", Fault.SERVFAIL)
        await tower.begin()
        await tower.run(seconds=90)
        assert tower.state("Database") is State.UNKNOWN
        assert await tower.open() == []
        tower.dns.zone.fault("db.shop.test", Fault.NXDOMAIN)
        await tower.run(seconds=90)
        [incident] = await tower.open()
        assert incident.trouble is Trouble.DNS


async def test_a_certificate_that_ends_soon_is_told_before_it_ends(tmp_path, authority):
    """Quietly, as something that will break; a new certificate ends it."""
    async with a_tower(tmp_path) as tower:
        old, new = authority.issue("mail.shop.test", days=(-80, 5)), authority.issue("mail.shop.test", days=(-1, 80))
        async with HttpServer(tls=old) as secure:
            # The look reads its own clock's time, so the hand stands where the certificate's life does.
            from bot.clock import SystemClock

            tower.clock.time = SystemClock().now()
            tower.write(f"monitors:\n  - {{name: Mail, certificate: 'mail.shop.test:{secure.port}', every: 60s}}\n")
            await tower.begin()
            await tower.run(minutes=4)
            [incident] = await tower.open()
            assert (incident.trouble, incident.sev) == (Trouble.EXPIRY, Sev.THREE)
            secure.credentials["*"] = new
            await tower.run(minutes=6, every=2)
            assert await tower.open() == []


async def test_a_record_that_changes_is_told(tmp_path):
    """As written down it is fine; another value is drift, and DNS that does not answer is nothing."""
    async with a_tower(tmp_path) as tower:
        tower.dns.zone.set("shop.test", "MX", "10 mail.shop.test.")
        tower.write(
            "monitors:\n  - name: Mail way\n    every: 60s\n"
            "    record: {name: shop.test, type: MX, equals: ['10 mail.shop.test']}\n"
        )
        await tower.begin()
        await tower.run(minutes=2)
        assert tower.state("Mail way") is State.UP
        tower.dns.zone.fault("shop.test", Fault.SERVFAIL, "MX")
        await tower.run(minutes=3)
        assert await tower.open() == []
        tower.dns.zone.fault("shop.test", None, "MX")
        tower.dns.zone.set("shop.test", "MX", "5 elsewhere.test.")
        await tower.run(minutes=3)
        [incident] = await tower.open()
        assert incident.trouble is Trouble.DRIFT


async def _report(
    tower: Tower, name: str = "Nightly billing", *, method: str = "GET", token: str = "", end: str = "", agent: str = ""
) -> int:
    """A job calls its address on the bot's own server."""
    health = Health(tower.clock.now())
    services = Services(
        tower.clock,
        tower.store,
        tower.config,
        Audits(tower.store, tower.clock, tower.config, lambda: None),
        tower.incidents,
        tower.watch,
        runbooks_over(tower.store, tower.clock, tower.config, tower.incidents, tower.watch, health),
        health,
        lambda: None,
        **parts(tower.store, tower.clock, lambda: tower.config, tower.incidents),
    )
    runner = await web.serve(web.build(services), "127.0.0.1", 0)
    made = token or heartbeats.token(heartbeats.secret_of(tower.folder), "shop", name)
    try:
        url = f"http://127.0.0.1:{runner.addresses[0][1]}/ping/{made}{end}"
        headers = {"User-Agent": agent} if agent else {}
        async with aiohttp.ClientSession(headers=headers) as session, session.request(method, url) as answer:
            return answer.status
    finally:
        await runner.cleanup()


async def test_a_job_that_does_not_report_is_missed(tmp_path):
    """After its period and its grace, once; its next report ends it at once."""
    async with a_tower(tmp_path) as tower:
        tower.write(JOB)
        await tower.begin()
        assert await _report(tower) == 200
        await tower.run(minutes=69, every=20)
        assert await tower.open() == []
        await tower.run(minutes=3, every=20)
        [incident] = await tower.open()
        assert (incident.trouble, incident.sev) == (Trouble.HEARTBEAT, Sev.TWO)
        assert await _report(tower, method="POST") == 200
        await tower.run(minutes=2, every=20)
        assert await tower.open() == []


@pytest.mark.parametrize(
    ("end", "said"), [("/fail", "that it failed,"), ("/3", "with exit code 3,"), ("/255", "with exit code 255,")]
)
async def test_a_job_that_says_that_it_failed_is_told_at_once(tmp_path, end, said):
    """It does not have to become late; what it ended with is told, and its next good report ends it."""
    async with a_tower(tmp_path) as tower:
        tower.write(JOB)
        await tower.begin()
        assert await _report(tower) == 200
        assert await _report(tower, end=end) == 200
        await tower.run(seconds=30, every=5)
        [incident] = await tower.open()
        assert incident.trouble is Trouble.HEARTBEAT
        assert said in incident.members[0].evidence
        assert await _report(tower, end="/start") == 200
        await tower.run(minutes=2, every=20)
        assert len(await tower.open()) == 1
        assert await _report(tower, end="/0") == 200
        await tower.run(seconds=30, every=5)
        assert await tower.open() == []


async def test_a_run_that_does_not_end_is_missed(tmp_path):
    """Who said that it began has its own time to end, also where the next report is not due for long."""
    async with a_tower(tmp_path) as tower:
        tower.write("monitors:\n  - {name: Nightly billing, heartbeat: {every: 1d, grace: 1h, longest: 20m}}\n")
        await tower.begin()
        assert await _report(tower) == 200
        assert await _report(tower, end="/start") == 200
        await tower.run(minutes=19, every=30)
        assert await tower.open() == []
        await tower.run(minutes=3, every=30)
        [incident] = await tower.open()
        assert "has not come to its end" in incident.members[0].evidence


@pytest.mark.parametrize(
    ("end", "agent"), [("/256", ""), ("/-1", ""), ("/done", ""), ("", "Slackbot-LinkExpanding 1.0")]
)
async def test_what_is_no_report_changes_nothing(tmp_path, end, agent):
    """An ending that nobody knows is refused; a chat program that previews the address is no job."""
    async with a_tower(tmp_path) as tower:
        tower.write(JOB)
        await tower.begin()
        assert await _report(tower, end=end, agent=agent) == (200 if agent else 404)
        [row] = await tower.store.read(lambda c: c.execute("SELECT * FROM heartbeat").fetchall())
        assert (row["last_at"], row["started_at"], row["failed_at"]) == (None, None, None)


@pytest.mark.parametrize(
    ("last", "began", "now", "blind", "code"),
    [
        # It began in time and runs on past the moment when its report was due.
        (0, 65, 74, None, "ok"),
        (0, 65, 76, None, "too_long"),
        # It began after it was late: it is late until it is done.
        (0, 71, 75, None, "late"),
        # The bot was off when the run could have ended.
        (0, 20, 40, (25, 35), "ok"),
        (0, 20, 71, (25, 35), "late"),
    ],
)
def test_a_run_has_its_own_time(last, began, now, blind, code):
    """Minutes after the start; the job reports every hour with ten minutes of grace."""
    at = lambda minutes: START + timedelta(minutes=minutes)  # noqa: E731
    spans = [Span(at(blind[0]), at(blind[1]))] if blind else []
    seen = heartbeats.judged(BILLING, Beat(START, at(last), at(began)), at(now), spans).seen
    assert (seen.code or "ok") == code


async def test_nobody_reports_for_a_job_without_its_address(tmp_path):
    """A wrong token is no job's; the secret stays the same and is read by its owner alone."""
    async with a_tower(tmp_path) as tower:
        tower.write(JOB)
        await tower.begin()
        assert await _report(tower, token="x" * 22) == 404
        assert await _report(tower, name="Another job") == 404
        beats = await tower.store.read(lambda c: c.execute("SELECT last_at FROM heartbeat").fetchall())
        assert [row["last_at"] for row in beats] == [None]
        secret = heartbeats.secret_of(tower.folder)
        assert heartbeats.secret_of(tower.folder) == secret
        assert (tower.folder / heartbeats.SECRET_FILE).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("begin", "end", "late"),
    [
        (None, None, True),
        (-60, 61, False),
        (61, 62, False),
        (10, 30, True),
        (55, 58, False),
    ],
)
def test_a_report_that_nobody_could_hear_is_not_missed(begin, end, late):
    """The bot was off when it was due: the next one is waited for. Off at another time changes nothing."""
    beat = Beat(START - timedelta(days=1), START)
    now = START + timedelta(minutes=75)
    blind = [] if begin is None else [Span(START + timedelta(minutes=begin), START + timedelta(minutes=end))]
    assert (heartbeats.judged(BILLING, beat, now, blind).seen.sight.value == "bad") is late
    much_later = START + timedelta(hours=4)
    assert heartbeats.judged(BILLING, beat, much_later, blind).seen.sight.value == "bad"


async def test_blind_stretches_are_kept(tmp_path):
    """One that goes on has no end yet, and a second beginning does not split it."""
    async with a_tower(tmp_path) as tower:
        tower.write(JOB)
        await tower.begin()
        at = [START + timedelta(minutes=minute) for minute in range(6)]
        await tower.store.write(lambda c: blindness.was(c, "shop", at[0], at[1], "off"))
        await tower.store.write(lambda c: blindness.begin(c, "shop", at[2], "no way out"))
        await tower.store.write(lambda c: blindness.begin(c, "shop", at[3], "no way out"))
        assert await tower.store.read(lambda c: blindness.since(c, "shop")) == at[2]
        await tower.store.write(lambda c: blindness.end(c, "shop", at[4]))
        assert await tower.store.read(lambda c: blindness.since(c, "shop")) is None
        found = await tower.store.read(lambda c: blindness.between(c, "shop", at[0], at[5]))
        assert found == [Span(at[0], at[1]), Span(at[2], at[4])]


async def test_a_page_may_have_a_latest_beginning(tmp_path):
    """An answer that begins too late counts as none."""
    from tests.servers.http import Answer

    async with a_tower(tmp_path) as tower:
        tower.web.route("*", "*", Answer(body=b"Sign in", delay=0.2))
        tower.write("monitors:\n  - {name: login, url: 'http://app.shop.test/', expect: {first_byte: 100ms}}\n")
        await tower.begin()
        await tower.run(seconds=60, until=lambda: tower.state("login") is State.DOWN)
        assert tower.state("login") is State.DOWN
        tower.web.route("*", "*", GOOD)
        await tower.run(minutes=4, every=5)
        assert tower.state("login") is State.UP


async def test_what_is_watched_on_staging_is_not_production(tmp_path):
    """Its host says what it is for, and a monitor's own ceiling holds."""
    async with a_tower(tmp_path) as tower:
        tower.write(
            "hosts:\n  - {name: new.shop.test, purpose: staging}\n  - {name: app.shop.test, purpose: app}\n"
            "monitors:\n  - {name: new, url: 'http://new.shop.test/'}\n"
            "  - {name: old, url: 'http://app.shop.test/', severity: medium}\n"
        )
        await tower.begin()
        tower.web.stop_listening()
        await tower.run(minutes=2)
        found = {one.environment: one.sev for one in await tower.open()}
        assert found == {"staging": Sev.THREE, "production": Sev.THREE}
