"""Clicks on a card, over the real protocol: each is written down, acknowledged, carried out once, and answered."""

from __future__ import annotations

import asyncio
from datetime import datetime

import pytest

from bot.domain.incident import Status
from bot.services.requests import Requests
from bot.store import clicks, incidents
from bot.store.db import Store, StoreError


async def test_one_click_takes_it(stage):
    """The card changes, the channel reads who is on it, and nobody is told what the card shows already."""
    slack = stage.slack
    async with stage.bot() as bot:
        card = await stage.breaks(bot)
        assert (await slack.click("mia", card, "incident.ack")).ok
        await slack.wait_for(lambda m: m["ts"] == card["ts"] and "BEING FIXED" in str(m["blocks"]), channel="#launch")
        assert (await stage.row(bot)).acker == "UMIA"
        assert slack.ephemerals("mia") == []


async def test_two_people_at_once(stage):
    """One has it, the other one is told who, and can take it over with one click more."""
    slack = stage.slack
    async with stage.bot() as bot:
        card = await stage.breaks(bot)
        results = await asyncio.gather(
            slack.click("mia", card, "incident.ack"), slack.click("ben", card, "incident.ack")
        )
        assert all(each.ok for each in results)
        await slack.until(lambda: slack.ephemerals("mia") or slack.ephemerals("ben"))
        row = await stage.row(bot)
        loser = "ben" if row.acker == "UMIA" else "mia"
        told = await stage.told(loser, "Somebody is on INC-1 already")
        assert (row.acker, row.helpers) in (("UMIA", ("UBEN",)), ("UBEN", ("UMIA",)))
        assert (await slack.click(loser, told, "incident.take_over")).ok
        await stage.becomes(bot, lambda row: row.acker == f"U{loser.upper()}")


async def test_a_second_click_of_the_same_person(stage):
    """Nothing is changed; they read until when it is theirs."""
    slack = stage.slack
    async with stage.bot() as bot:
        card = await stage.breaks(bot)
        await slack.click("mia", card, "incident.ack")
        rev = (await stage.becomes(bot, lambda row: row.acker == "UMIA")).rev
        assert (await slack.command("mia", "#launch", "/launch ack")).ok
        await stage.told("mia", "INC-1 is already yours")
        assert (await stage.row(bot)).rev == rev


async def test_a_click_that_is_delivered_twice(stage):
    """Slack hands the same click over two connections: it counts once, and is acknowledged both times."""
    slack = stage.slack
    async with stage.bot() as bot:
        card = await stage.breaks(bot)
        slack.fault("duplicate", method="interactive")
        assert (await slack.click("mia", card, "incident.ack")).ok
        await stage.becomes(bot, lambda row: row.acker == "UMIA")
        events = [type(one).__name__ for one in await bot.services.store.read(lambda c: incidents.events(c, 1))]
        assert events.count("Acked") == 1
        assert slack.ephemerals("mia") == []
        assert await bot.services.requests.waiting() == []


async def fill(store: Store, now: datetime) -> None:
    """The disk has no room left, not even for one more click."""
    await store.write(
        lambda c: c.execute(f"PRAGMA max_page_count = {c.execute('PRAGMA page_count').fetchone()[0]}").fetchone()
    )
    number = 0
    while True:
        number += 1
        taken = {"id": f"{now.timestamp():.6f}.{number}", "user": "U", "action": "x", "payload": {"x": "x" * 50}}
        try:
            await store.write(lambda c, taken=taken: clicks.take(c, "shop", now, **taken))
        except StoreError:
            return


async def test_a_full_disk_leaves_the_click_unacknowledged(stage):
    """It could not be written down, so Slack shows its warning, which is true; with room again the next one works."""
    slack = stage.slack
    async with stage.bot() as bot:
        card = await stage.breaks(bot)
        store = bot.services.store
        await fill(store, bot.services.clock.now())
        result = await slack.click("mia", card, "incident.ack")
        assert not result.ok
        assert (await stage.row(bot)).status is Status.OPEN
        await store.write(lambda c: c.execute("PRAGMA max_page_count = 1000000").fetchone())
        assert (await slack.click("mia", card, "incident.ack")).ok
        await stage.becomes(bot, lambda row: row.acker == "UMIA")
    slack.core.violations.clear()  # the click without an answer was meant


async def test_a_kill_between_the_click_and_its_work(stage):
    """What was written down is carried out at the next start, in the order of the clicks, and answered."""
    slack = stage.slack
    async with stage.bot() as bot:
        await stage.breaks(bot)
        requests: Requests = bot.services.requests
        kept = {"value": "1:2", "channel": slack.workspace.channel("#launch").id}
        # Just after the row and before the work is where a kill leaves it; the later click has the smaller row number.
        later, sooner = "2000000001.000200", "2000000001.000100"
        await bot.services.store.write(
            lambda c: [
                clicks.take(c, "shop", bot.services.clock.now(), id=id, user=user, action="incident.ack", payload=kept)
                for id, user in ((later, "UBEN"), (sooner, "UMIA"))
            ]
        )
        assert [one.user for one in await requests.waiting()] == ["UMIA", "UBEN"]
    async with stage.bot() as again:
        row = await stage.row(again)
        assert (row.acker, row.helpers) == ("UMIA", ("UBEN",))
        await stage.told("ben", "Somebody is on INC-1 already")
        assert await again.services.requests.waiting() == []
    async with stage.bot() as third:
        assert (await stage.row(third)).rev == row.rev


@pytest.mark.alone
async def test_three_hundred_clicks(stage):
    """All are acknowledged in time; one has it, and the rest changed nothing."""
    slack = stage.slack
    async with stage.bot() as bot:
        card = await stage.breaks(bot)
        results = await asyncio.gather(*(slack.click("mia", card, "incident.ack") for _ in range(300)))
        assert all(each.ok for each in results)
        await slack.until(lambda: len(slack.ephemerals("mia")) >= 299, timeout=60)
        row = await stage.row(bot)
        assert (row.acker, row.helpers) == ("UMIA", ())
        assert await bot.services.requests.waiting() == []


async def test_a_guest_is_refused_in_words(stage):
    """Nothing happens, and the guest reads why."""
    slack = stage.slack
    async with stage.bot() as bot:
        card = await stage.breaks(bot)
        assert (await slack.click("kai", card, "incident.ack")).ok
        await stage.told("kai", "Guests can look, but not do that")
        assert (await stage.row(bot)).status is Status.OPEN


async def test_a_guest_reads_who_is_on_call_and_what_is_muted(stage):
    """Reading is open to everybody; what changes something is refused in words, and nothing is changed."""
    slack = stage.slack
    async with stage.bot() as bot:
        no = "Guests can look, but not do that"
        answers = {
            "oncall": "On call now",
            "mute": "Nothing is muted",
            "mute list": "Nothing is muted",
            "oncall swap @kai for 2h": no,
            "mute shop 2h moving": no,
            "dns accept": no,
        }
        for number, (typed, words) in enumerate(answers.items(), 1):
            await slack.command("kai", "#launch", f"/launch {typed}")
            await slack.until(lambda: len(slack.ephemerals("kai")) == number)  # noqa: B023
            assert words in str(slack.ephemerals("kai")[-1]), typed
        rows = await bot.services.store.read(
            lambda c: [c.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in ("silence", "override")]
        )
        assert rows == [0, 0]


async def test_still_red_asks_what_to_do(stage):
    """Said to be fixed while it is not: the two ways on, and a reason for the one that lets it sleep."""
    slack = stage.slack
    async with stage.bot() as bot:
        card = await stage.breaks(bot)

        async def red(incident: int, _names: tuple[str, ...]) -> None:
            task = asyncio.create_task(bot.services.incidents.rechecked(incident, False, "HTTP 502 again"))
            looks.append(task)

        looks: list[asyncio.Task] = []
        bot.services.incidents.look_again_with(red)
        assert (await slack.click("mia", card, "incident.fixed")).ok
        told = await stage.told("mia", "INC-1 still fails")
        assert "HTTP 502 again" in str(told["blocks"])
        assert (await slack.click("mia", told, "incident.known")).ok
        await slack.until(lambda: slack.modal("mia"))
        view = slack.modal("mia")
        assert (await slack.submit("mia", view, {"reason": "The provider is down", "length": "30m"})).ok
        await stage.told("mia", "INC-1 sleeps")
        row = await stage.row(bot)
        assert (row.status, row.snooze_reason) == (Status.SNOOZED, "The provider is down")


async def test_handing_over_in_a_dialog(stage):
    """The menu of the card asks whom; that person is called, and whoever handed over reads so."""
    slack = stage.slack
    async with stage.bot() as bot:
        card = await stage.breaks(bot)
        [menu] = [e for b in card["blocks"] for e in b.get("elements", ()) if e.get("type") == "overflow"]
        [entry] = [one["value"] for one in menu["options"] if one["value"].startswith("incident.pass ")]
        assert (await slack.select("mia", card, menu["action_id"], entry)).ok
        view = await slack.until(lambda: slack.modal("mia"))
        assert (await slack.submit("mia", view, {"to": "UBEN"})).ok
        await stage.told("mia", "INC-1 is handed over")
        assert (await stage.row(bot)).handed_to == "UBEN"


async def test_snoozing_from_the_menu(stage):
    """A choice of the menu counts like a button: written down, carried out, and the card shows it."""
    slack = stage.slack
    async with stage.bot() as bot:
        card = await stage.breaks(bot)
        [menu] = [e for b in card["blocks"] for e in b.get("elements", ()) if e.get("type") == "overflow"]
        [entry] = [one["value"] for one in menu["options"] if one["value"].endswith(":30m")]
        assert (await slack.select("ben", card, menu["action_id"], entry)).ok
        row = await stage.becomes(bot, lambda row: row.status is Status.SNOOZED)
        assert row.snooze_until is not None


async def test_a_command_is_written_down_before_it_is_acknowledged(stage):
    """With a full disk `/launch ack` gets no acknowledgement, so Slack says that it failed; reading still works."""
    slack = stage.slack
    async with stage.bot() as bot:
        await stage.breaks(bot)
        await fill(bot.services.store, bot.services.clock.now())
        assert not (await slack.command("mia", "#launch", "/launch ack")).ok
        assert (await slack.command("mia", "#launch", "/launch help")).ok
        assert (await stage.row(bot)).status is Status.OPEN
        await bot.services.store.write(lambda c: c.execute("PRAGMA max_page_count = 1000000").fetchone())
        assert (await slack.command("mia", "#launch", "/launch ack")).ok
        await stage.becomes(bot, lambda row: row.acker == "UMIA")
    slack.core.violations.clear()  # the command without an answer was meant
