"""Runs as rows: begun, clicked through, looked at, taken up after a kill, and told in the story of their incident."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.domain.asks import Ack, Reading, Signal
from bot.domain.events import Resolved, Walked
from bot.domain.incident import Incident, Status
from bot.domain.member import Outcome
from bot.domain.runbook import run as r
from bot.domain.runbook.book import Ask, Call, Check, Choice, Decide, Do, Runbook, Sort, Wait
from bot.domain.runbook.moved import Answer, Code, Look
from bot.domain.runbook.run import Run, Sight, Standing, Verdict
from bot.domain.severity import Sev, Trouble
from bot.services.config import Config
from bot.services.incidents import Incidents, Request
from bot.services.runbook_known import Cause
from bot.services.runbook_places import NotTaken
from bot.services.runbooks import Runbooks
from bot.store import incidents, outbox, releases, runs, settings, written
from bot.store.db import Store
from bot.store.outbox import Kind
from tests.hand import ByHand

START = datetime(2026, 11, 27, 21, 0, tzinfo=UTC)
FILE = """
product: {name: Shop, id: shop, domain: shop.test, time_zone: Europe/Berlin}
people:
  ana: {slack: U0ANA, role: owner}
  ben: {slack: U0BEN}
services:
  sign-up: {owner: ana, backup: ben, critical: true}
monitors:
  - {name: Sign-up, url: "https://app.shop.test/signup", service: sign-up}
channels: {alerts: "#ops"}
deploy: {runs_on: Vercel, roll_back: ["Deployments", "Promote the last good one"]}
"""
GOOD, BAD = Sight(Verdict.GOOD, checks=("Sign-up",)), Sight(Verdict.BAD, "HTTP 502", "HTTP 200")
BOOK = Runbook(
    "site_down", "The site is down", Sort.BROKEN, (), (), "Nobody gets in", "Sorry", (), (),
    {
        one.id: one
        for one in (
            Decide("which", "recent_deploy", {"yes": "roll_back"}, "cause"),
            Ask("cause", "What does {host_provider} say?", (Choice("It Runs", "restart"), Choice("Not Sure", "help"))),
            Do("roll_back", "Go back to {last_good}.", "proven"),
            Do("restart", "Restart it at {host_provider}.", "proven", panel="host.restart"),
            Check("proven", "{url} answers.", ("failed",), "fixed", "Open {url}.", bad="patience"),
            Wait("patience", "I look again.", ("failed",), "fixed", "help", timedelta(minutes=10)),
            Call("help", "Call the builder.", "builder", "It is down: {seen}"),
        )
    },
)  # fmt: skip


class House(ByHand):
    """The services on a real file; the clock is moved by hand, and what looks see is written here."""

    def __init__(self, path: Path, config: Config) -> None:
        self.path, self.config = path, config
        self.time = START
        self.books = {"site_down": BOOK}
        self.sees: list[Sight | asyncio.Event | Exception] = []
        self.asked: list[tuple[Look, Cause]] = []
        self.begun = asyncio.Event()
        self.clicks = 0
        self.open()

    def open(self) -> None:
        """Begin, as after a start."""
        self.store = Store.open(self.path)
        self.incidents = Incidents(self.store, self, lambda: self.config, lambda: None)
        self.runbooks = Runbooks(
            self.store, self, lambda: self.config, self.incidents, self, wake=lambda: None,
            books=lambda: self.books, panels=dict,
        )  # fmt: skip
        self.incidents.listen(self.runbooks.incidents_changed)

    async def kill(self) -> None:
        """Die without a word, and begin again with what is in the file."""
        await self.runbooks.stop()
        self.store.close()
        self.open()

    async def look(self, asked: Look, _run: Run, cause: Cause, _incident: Incident | None) -> Sight:
        """The next thing that is seen; an event is waited for, for ever where nobody sets it."""
        self.asked.append((asked, cause))
        self.begun.set()
        seen = self.sees.pop(0)
        if isinstance(seen, Exception):
            raise seen
        if isinstance(seen, asyncio.Event):
            await seen.wait()
            return GOOD
        return seen

    async def looking(self) -> None:
        """Until a look is under way."""
        await asyncio.wait_for(self.begun.wait(), 60)

    def request(self, user: str = "U0ANA", action: str = "runbook.x", id: str = "") -> Request:
        """A click."""
        self.clicks += 1
        return Request(id or f"{self.clicks}.0", user, action)

    async def start(self, **more) -> Answer:
        """Ana clicks [Show Me the Fix]."""
        answer = await self.runbooks.start("site_down", user="U0ANA", request=self.request(), **more)
        assert answer is not None
        return answer

    async def click(self, kind, run: int = 1, by: str = "U0ANA", rev: int | None = None, **more) -> Answer:
        """Somebody clicks; what is then looked at is looked at."""
        request = self.request(by)
        rev = (await self.run(run)).rev if rev is None else rev
        answer = await self.runbooks.act(run, kind(by, request.id, rev, **more), request)
        assert answer is not None
        return answer

    async def pass_time(self, **length: float) -> None:
        """Let time go by, ten seconds at a time, as the ticks would see it."""
        end = self.time + timedelta(**length)
        while self.time < end:
            self.time = min(end, self.time + timedelta(seconds=10))
            await self.incidents.tick()
            await self.runbooks.tick()
            await self.runbooks.settle()

    async def run(self, id: int = 1) -> Run:
        """The row."""
        found = await self.runbooks.of(id)
        assert found is not None
        return found

    async def outage(self) -> None:
        """Sign-up is down, and its card is in Slack."""
        await self.signal(Reading.DOWN)
        await self.pass_time(seconds=30)
        await self.store.write(lambda c: incidents.shown(c, 1, "C0OPS", "111.222"))

    async def signal(self, reading: Reading) -> None:
        """What the monitor says."""
        await self.incidents.signal(
            [Signal("shop", "production", "sign-up", "Sign-up", Trouble.REACH, Sev.ONE, reading, self.time, self.time,
                    "HTTP 502")]
        )  # fmt: skip

    async def incident(self) -> Incident:
        """The first one."""
        found = await self.store.read(lambda c: incidents.get(c, 1))
        assert found is not None
        return found

    async def story(self) -> list[tuple[str, str, str, str]]:
        """What the run left in the incident's timeline: what, the step, the words, who."""
        events = await self.store.read(lambda c: incidents.events(c, 1))
        return [(one.did, one.step, one.said, one.actor) for one in events if isinstance(one, Walked)]

    async def outbox(self, run: int = 1) -> list[tuple[Kind, str, str, str]]:
        """What is to be sent about a run: what, where, in which thread, why."""
        rows = await self.store.read(lambda c: outbox.trail(c, "shop", f"run:{run}"))
        return [(one.kind, one.channel, one.thread, str(one.said.get("why", ""))) for one in rows]


@pytest.fixture
async def house(tmp_path) -> AsyncIterator[House]:
    """The services."""
    (tmp_path / "launch.yml").write_text(FILE)
    config = Config.read(tmp_path / "launch.yml")
    assert config.error is None, config.error
    made = House(tmp_path / "launch.db", config)
    yield made
    await made.runbooks.stop()
    made.store.close()


async def test_from_the_alert_to_the_proof(house):
    """The person reads and clicks; the look that proves it ends the incident as well."""
    await house.outage()
    answer = await house.start(incident=1)
    assert (answer.code, answer.run, answer.rev) == (Code.OK, 1, 1)
    await house.click(r.Answered, choice=0)
    house.sees = [BAD, GOOD]
    await house.click(r.DidIt)
    await house.runbooks.settle()
    run = await house.run()
    assert (run.standing, run.sight) == (Standing.OPEN, BAD)
    await house.click(r.LookAgain)
    await house.runbooks.settle()
    run = await house.run()
    assert (run.standing, run.looks) == (Standing.FIXED, 2)
    incident = await house.incident()
    assert (incident.status, incident.outcome, incident.resolved_by) == (Status.RESOLVED, Outcome.HUMAN, "U0ANA")
    assert await house.story() == [
        ("began", "", "", "U0ANA"),
        ("answered", "What does Vercel say?", "It Runs", "U0ANA"),
        ("did", "Restart it at Vercel.", "", "U0ANA"),
        ("checked", "https://app.shop.test/signup answers.", "HTTP 502", ""),
        ("checked", "https://app.shop.test/signup answers.", "", ""),
        ("fixed", "https://app.shop.test/signup answers.", "", ""),
    ]
    events = await house.store.read(lambda c: incidents.events(c, 1))
    assert [one.cause for one in events if isinstance(one, Resolved | Walked)][-1] == "rechecked"
    kept = await house.store.read(lambda c: runs.events(c, 1))
    assert [one.did for one in kept] == ["Began", "Answered", "DidIt", "Saw", "LookAgain", "Saw"]
    assert [one.rev for one in kept] == list(range(1, 7))


async def test_what_was_not_looked_at_is_not_ended_by_a_look(house):
    """Something else has joined the incident meanwhile: that goes on."""
    await house.outage()
    await house.incidents.signal(
        [Signal("shop", "production", "sign-up", "Log-in", Trouble.REACH, Sev.ONE, Reading.DOWN, START, house.time)]
    )
    await house.start(incident=1)
    await house.click(r.Answered, choice=0)
    house.sees = [GOOD]
    await house.click(r.DidIt)
    await house.runbooks.settle()
    assert (await house.run()).standing is Standing.FIXED
    assert (await house.incident()).live


async def test_its_message_stands_in_the_thread_of_the_card(house):
    """The team sees it; each step is an edit of the same message."""
    await house.outage()
    await house.start(incident=1)
    assert await house.outbox() == [(Kind.ROOT, "C0OPS", "111.222", "")]
    await house.store.write(lambda c: c.execute("UPDATE outbox SET state = 'sent' WHERE subject = 'run:1'"))
    await house.click(r.Answered, choice=0)
    await house.click(r.Back)
    assert [one[0] for one in await house.outbox()] == [Kind.ROOT, Kind.EDIT]


async def test_without_an_incident_it_is_a_direct_message(house):
    """And whoever takes over gets one as well, a moment after the old one has said so."""
    await house.start(check="up.http", target="Sign-up")
    assert await house.outbox() == [(Kind.DM, "U0ANA", "", "")]
    await house.click(r.TakeOver, by="U0BEN")
    assert [(one[0], one[1], one[3]) for one in await house.outbox()] == [
        (Kind.DM, "U0ANA", ""),
        (Kind.EDIT, "", ""),
        (Kind.DM, "U0BEN", ""),
        (Kind.DM, "U0ANA", "taken"),
    ]


async def test_one_run_for_one_trouble(house):
    """Whoever begins it again is led to the one under way."""
    await house.outage()
    await house.start(incident=1)
    assert (await house.start(incident=1)).code is Code.OLD
    other = await house.runbooks.start("site_down", user="U0BEN", incident=1, request=house.request("U0BEN"))
    assert other is not None
    assert (other.code, other.run, other.who) == (Code.TAKEN, 1, "U0ANA")
    assert len(await house.runbooks.live()) == 1
    await house.start(target="Sign-up")
    assert len(await house.runbooks.live()) == 2
    assert [one.id for one in await house.runbooks.live(1)] == [1]


async def test_a_click_that_slack_delivers_twice_counts_once(house):
    """Also where the bot was killed between."""
    request = house.request(id="7.7")
    first = await house.runbooks.start("site_down", user="U0ANA", request=request)
    assert first is not None
    await house.kill()
    assert await house.runbooks.start("site_down", user="U0ANA", request=request) is None
    assert len(await house.runbooks.live()) == 1


async def test_what_there_is_not_is_said(house):
    """No such runbook, no such run, and none of another product."""
    answer = await house.runbooks.start("nothing", user="U0ANA", request=house.request())
    assert answer is not None
    assert answer.code is Code.NO_SUCH
    answer = await house.runbooks.act(9, r.Next("U0ANA", "1", 1), house.request())
    assert answer is not None
    assert answer.code is Code.NO_SUCH
    await house.start()
    await house.store.write(lambda c: c.execute("""UPDATE run SET data = replace(data, '"shop"', '"other"')"""))
    answer = await house.runbooks.act(1, r.Next("U0ANA", "1", 1), house.request())
    assert answer is not None
    assert answer.code is Code.NO_SUCH


async def test_after_a_kill_in_a_look_it_looks_again(house):
    """Nothing is lost, and nothing is done twice."""
    await house.start(target="Sign-up")
    await house.click(r.Answered, choice=0)
    house.sees = [asyncio.Event(), GOOD]
    await house.click(r.DidIt)
    await house.looking()
    await house.kill()
    assert (await house.run()).standing is Standing.CHECKING
    await house.runbooks.tick()
    await house.runbooks.settle()
    assert (await house.run()).standing is Standing.FIXED
    assert [one.said for one in (await house.run()).past] == ["It Runs", "done", "good"]


async def test_a_run_goes_on_where_it_was_after_a_kill_between_any_two_steps(house):
    """Killed after each of them, it takes the same way to the same end."""
    await house.outage()
    await house.start(incident=1)
    await house.kill()
    house.sees = [BAD, BAD, BAD, GOOD]
    for kind, more in (
        (r.Answered, {"choice": 0}), (r.Back, {}), (r.Answered, {"choice": 0}), (r.DidIt, {}), (r.LookAgain, {}),
        (r.LooksDifferent, {}),
    ):  # fmt: skip
        await house.click(kind, **more)
        await house.runbooks.settle()
        await house.kill()
    assert (await house.run()).standing is Standing.WAITING
    for _ in range(2):
        await house.pass_time(seconds=40)
        await house.kill()
    run = await house.run()
    assert (run.standing, run.looks) == (Standing.FIXED, 2)
    assert (await house.incident()).status is Status.RESOLVED
    assert (Kind.DM, "U0ANA", "", "good") in await house.outbox()


async def test_a_look_that_stops_with_a_mistake_of_the_bot_asks_a_person(house):
    """It is not looked at again and again: what the bot cannot see somebody can."""
    await house.outage()
    await house.start(incident=1)
    house.sees = [ZeroDivisionError()]
    await house.click(r.Answered, choice=0)
    await house.click(r.DidIt)
    await house.runbooks.settle()
    run = await house.run(1)
    assert (run.standing, run.sight.verdict) == (Standing.OPEN, Verdict.UNKNOWN)
    assert "a mistake of the bot itself (ZeroDivisionError)" in run.sight.seen
    asked = len(house.asked)
    await house.runbooks.tick()
    assert len(house.asked) == asked


async def test_one_look_of_a_run_at_a_time(house):
    """Who goes back and on again does not wait for the look of before."""
    await house.start(target="Sign-up")
    await house.click(r.Answered, choice=0)
    hangs = asyncio.Event()
    house.sees = [hangs, BAD]
    await house.click(r.DidIt)
    await house.looking()
    await house.runbooks.tick()
    assert len(house.asked) == 1
    await house.click(r.Back)
    await house.click(r.DidIt)
    await house.runbooks.settle()
    run = await house.run()
    assert (run.standing, run.sight, len(house.asked)) == (Standing.OPEN, BAD, 2)


async def test_an_incident_that_ends_by_itself_stops_the_run_at_once(house):
    """It says so in its message and to the person."""
    await house.outage()
    await house.start(incident=1)
    await house.signal(Reading.UP)
    assert (await house.incident()).status is Status.RESOLVED
    assert (await house.run()).standing is Standing.OVER
    assert (Kind.DM, "U0ANA", "", "over") in await house.outbox()
    assert (await house.click(r.Answered, choice=0)).code is Code.OVER
    assert (await house.story())[-1][0] == "over"


async def test_a_run_learns_of_an_end_that_came_while_the_bot_was_off(house):
    """The tick asks as well."""
    await house.outage()
    await house.start(incident=1)
    house.incidents.listen(None)
    await house.signal(Reading.UP)
    assert (await house.run()).standing is Standing.OPEN
    await house.runbooks.tick()
    assert (await house.run()).standing is Standing.OVER


async def test_a_silent_person_is_reminded_and_then_it_is_put_away(house):
    """Every quarter of an hour while customers feel it; the team reads it in the thread."""
    await house.outage()
    await house.incidents.ask(1, Ack("U0ANA"), house.request())
    await house.start(incident=1)
    await house.pass_time(minutes=50)
    assert (await house.run()).standing is Standing.LEFT
    assert [why for _, _, _, why in await house.outbox() if why] == ["silent", "silent", "left"]


async def test_texts_are_filled_with_what_is_known(house):
    """From launch.yml, from people, from the incident and the releases; what launch.yml says wins."""
    await house.outage()
    await house.start(incident=1)
    await house.store.write(
        lambda c: [
            releases.add(c, "shop", START - timedelta(hours=days), version=f"v{5 - days}", source="slack")
            for days in (4, 3)
        ]
    )
    await house.store.write(lambda c: settings.put(c, "shop", "recognised:dns_provider", "namecheap", START))
    known = await house.runbooks.known(await house.run())
    assert known.fields["host_provider"] == "Vercel"
    assert known.fields["roll_back_how"] == "1. Deployments\n2. Promote the last good one"
    assert (known.fields["version"], known.fields["last_good"]) == ("v2", "v1")
    assert (known.fields["url"], known.fields["host"]) == ("https://app.shop.test/signup", "app.shop.test")
    assert (known.fields["owner"], known.fields["backup"]) == ("Ana", "Ben")
    assert (known.fields["incident"], known.fields["since"]) == ("INC-1", "22:00 on Friday")
    assert known.fields["seen"] == "HTTP 502"
    assert (known.facts["layer"], known.facts["recent_deploy"], known.facts["incident"]) == ("reach", "no", "yes")
    assert (known.facts["host_provider"], known.facts["dns_provider"]) == ("vercel", "namecheap")
    assert known.facts["edge_provider"] == "unknown"
    assert known.fields["dns_link"].startswith("https://ap.www.namecheap.com/")
    assert known.contacts["dns_support"][0] == "The support of Namecheap"


async def test_what_somebody_writes_down_is_kept_and_shown(house):
    """By everybody's next run as well; what launch.yml says wins over it."""
    await house.start()
    before = (await house.run()).rev
    assert await house.runbooks.write_down("registrar", "  Namecheap \n", "U0BEN") == "Namecheap"
    await house.runbooks.write_down("registrar_link", "namecheap.com/login", "U0BEN")
    await house.runbooks.write_down("host_provider", "Heroku", "U0BEN")
    known = await house.runbooks.known(await house.run())
    assert known.fields["registrar_link"] == "https://namecheap.com/login"
    assert (known.facts["registrar"], known.fields["host_provider"]) == ("namecheap", "Vercel")
    assert (await house.run()).rev == before + 3
    assert (await house.click(r.Answered, choice=0, rev=before)).code is Code.OK


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("nothing", "x"),
        ("seen", "x"),
        ("registrar", "   "),
        ("host_link", "javascript:alert(1)"),
        ("host_link", "not a link"),
        ("host_link", "https://me:secret@host.test/"),
        ("secrets_where", "the key is sk_live_4eC39HqLyjWDarjtT1zdp7dc"),  # launch:allow
        ("database_where", "postgres://app:s3cretpw@db.host.test:5432/shop"),  # launch:allow
    ],
)
async def test_what_cannot_be_written_down_is_refused_with_a_word(house, field, value):
    """No secret, no script, no login in a link, and nothing that nobody asks for."""
    with pytest.raises(NotTaken, match=r"\.$|: https"):
        await house.runbooks.write_down(field, value, "U0BEN")
    assert await house.store.read(lambda c: written.every(c, "shop")) == {}


@pytest.mark.parametrize("value", ["mia@shop.test", "Mia <mia.k@shop.test>, ben@shop.test", "mailto:mia@shop.test"])
async def test_a_mailbox_is_no_password(house, value):
    """Though both stand before an @."""
    assert await house.runbooks.write_down("admin_contact", value, "U0BEN") == value


async def test_a_changed_or_missing_text_is_said(house):
    """After a change of the file the run goes on in the new text; where it is gone, it is put away with a word."""
    await house.start()
    steps = {**BOOK.steps, "cause": Ask("cause", "New?", (Choice("Yes", "restart"), Choice("Not Sure", "help")))}
    house.books = {"site_down": Runbook("site_down", "The site is down", Sort.BROKEN, (), (), "", "", (), (), steps)}
    await house.runbooks.tick()
    assert ((await house.run()).remark, (await house.run()).step) == ("changed", "cause")
    house.books = {}
    await house.runbooks.tick()
    assert ((await house.run()).standing, (await house.run()).remark) == (Standing.LEFT, "gone")
    assert (Kind.DM, "U0ANA", "", "left") in await house.outbox()
