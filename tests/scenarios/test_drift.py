"""DNS as decided, in Slack: offered once, accepted by a person, and every change after that asks whose it was."""

from __future__ import annotations

import asyncio
import signal
import sqlite3
from contextlib import closing

from bot.demo.company.state import DOMAIN, Record
from bot.demo.workspace.workspace_server import words
from tests.scenarios.test_bad_days import running

PROOF = Record(DOMAIN, "TXT", "tool-verification=1a2b3c")


def buttons(message) -> dict[str, str]:
    """Action id and value of every button of a message."""
    found = [e for b in message["blocks"] for e in (*b.get("elements", ()), b.get("accessory") or {})]
    return {e["action_id"].partition(":")[0]: e.get("value", "") for e in found if e.get("type") == "button"}


def labels(message) -> list[str]:
    """What stands on its buttons."""
    found = [e for b in message["blocks"] for e in (*b.get("elements", ()), b.get("accessory") or {})]
    return [e["text"]["text"] for e in found if e.get("type") == "button"]


def given(world) -> list[tuple[str, str]]:
    """Who answered what, as stored."""
    with closing(sqlite3.connect(world.folder / "data" / "launch.db")) as connection:
        return connection.execute("SELECT actor, said FROM dns_answer ORDER BY number").fetchall()


async def accepted(world) -> None:
    """The first check, and Mia accepts what it offers."""
    report = await world.check()
    await world.slack.click("mia", report, "drift.baseline")
    await world.slack.wait_for("Accepted: ", user="mia")


def now_says(world, message, text: str):
    """The message in the channel, once it says that."""
    return world.slack.wait_for(lambda m: m["ts"] == message["ts"] and text in words(m), channel="#launch")


async def test_the_first_clean_check_offers_and_a_person_accepts(world):
    """The records stand there to be read; the message then says who accepted, the next report offers nothing more."""
    async with world.bot():
        report = await world.check()
        said = words(report)
        assert "Is this how your DNS should be?" in said
        assert "v=spf1 include:spf.mailer.test ~all" in said
        assert "Accept as Normal" in labels(report)
        await world.slack.click("ben", report, "drift.baseline")
        edited = await now_says(world, report, "accepted 18 DNS records as normal")
        assert "<@UBEN>" in words(edited)
        assert "Accept as Normal" not in labels(edited)
        assert "Undo" in labels(edited)
        again = await world.check()
        assert "Accept as Normal" not in labels(again)
        assert "0 to fix before launch, 1 can wait, 0 could not be looked at" in again["text"]


async def test_a_change_is_shown_in_two_lines_and_was_somebodys(world):
    """Old, new, two buttons; "this was me" stands in the message with name and time, and the next check is content."""
    async with world.bot():
        await accepted(world)
        world.company.state.records.append(PROOF)
        report = await world.check()
        assert "*Old:* `TXT v=spf1 include:spf.mailer.test ~all`" in words(report)
        assert "*New:* `TXT tool-verification=1a2b3c, v=spf1 include:spf.mailer.test ~all`" in words(report)
        assert {"This Was Me", "This Is Wrong"} <= set(labels(report))
        await world.slack.click("lena", report, "drift.accept")
        edited = await now_says(world, report, "that was me.")
        assert "<@ULENA> said <!date^" in words(edited)
        assert not {"This Was Me", "This Is Wrong"} & set(labels(edited))
        content = await world.check()
        assert "dns.expected" not in words(content)
        assert content["text"].startswith("Go: nothing found")


async def test_a_wrong_change_gets_the_way_back_and_stays_until_it_is_gone(world):
    """Who said so stands in this report and the next one; the value to put back is there to copy."""
    async with world.bot():
        await accepted(world)
        world.company.switch("dmarc_gone", on=True)
        report = await world.check()
        await world.slack.click("ben", report, "drift.reject")
        way = await world.slack.wait_for("Noted: that change is wrong", user="ben")
        assert f"v=DMARC1; p=quarantine; rua=mailto:dmarc@{DOMAIN}" in words(way)
        assert way["for_user"] == "UBEN"
        edited = await now_says(world, report, "this is wrong.")
        later = await world.check()
        assert "<@UBEN> said" in words(later)
        assert "this is wrong." in words(later)
        world.company.switch("dmarc_gone", on=False)
        mended = await world.check()
        assert mended["text"].startswith("Go: nothing found")
        await world.slack.click("mia", edited, "drift.undo")
        await world.slack.wait_for("Taken back", user="mia")


async def test_two_people_click_at_once_and_one_answer_counts(world):
    """The second hears who was first; the message shows one answer."""
    async with world.bot():
        await accepted(world)
        world.company.state.records.append(PROOF)
        report = await world.check()
        await asyncio.gather(
            world.slack.click("lena", report, "drift.accept"), world.slack.click("ben", report, "drift.reject")
        )
        edited = await now_says(world, report, "*Answer 2:*")
        winner, loser = ("ULENA", "ben") if "that was me." in words(edited) else ("UBEN", "lena")
        told = await world.slack.wait_for("Somebody has answered that already", user=loser)
        assert f"<@{winner}> said" in words(told)
        assert words(edited).count("*Answer ") == 1


async def test_an_old_button_says_what_is_true_now(world):
    """The record has changed since the offer and since the report: nothing is accepted unseen."""
    async with world.bot():
        offer = await world.check()
        world.company.state.records.append(PROOF)
        await world.slack.click("mia", offer, "drift.baseline")
        refused = await world.slack.wait_for("DNS has changed since that message", user="mia")
        assert "tool-verification=1a2b3c" in words(refused)
        assert "Check Now" in labels(refused)
        await world.slack.click("mia", refused, "audit.rerun")
        fresh = await world.slack.wait_for(
            lambda m: m["ts"] > offer["ts"] and "Accept as Normal" in labels(m), channel="#launch", timeout=60
        )
        await world.slack.click("mia", fresh, "drift.baseline")
        await world.slack.wait_for("Accepted: ", user="mia")
        world.company.state.records.remove(PROOF)
        report = await world.check()
        world.company.state.records.append(PROOF)
        await world.slack.click("mia", report, "drift.accept")
        await world.slack.wait_for("That record is as it should be again", user="mia")


async def test_every_button_has_its_command(world):
    """What a thumb can do, a keyboard can: accept, mine, wrong, undo, by the numbers that are shown."""
    async with world.bot():
        await world.check()
        for text, answer in (
            ("dns accept", "Accepted: "),
            ("dns", "DNS records as decided"),
            ("dns mine 1", "There is nothing to answer"),
        ):
            await world.slack.command("mia", "#launch", f"/launch {text}")
            await world.slack.wait_for(answer, user="mia")
        world.company.state.records.append(PROOF)
        report = await world.check()
        number = buttons(report)["drift.accept"].partition(":")[0]
        await world.slack.command("mia", "#launch", f"/launch dns wrong {number}")
        await now_says(world, report, "this is wrong.")
        given = buttons(await world.slack.wait_for("Noted: that change is wrong", user="mia"))["drift.undo"]
        await world.slack.command("mia", "#launch", f"/launch dns undo {given.partition(':')[0]}")
        await world.slack.wait_for("Taken back", user="mia")
        await world.slack.command("mia", "#launch", f"/launch dns mine #{number}")
        await now_says(world, report, "that was me.")
        assert (await world.check())["text"].startswith("Go: nothing found")


async def test_a_kill_between_the_click_and_the_edit_loses_nothing(world):
    """The answer is in the store before the message is edited; after a kill -9 the next start edits it."""
    async with running(world) as process:
        await accepted(world)
        world.company.state.records.append(PROOF)
        report = await world.check()
        world.slack.fault("hang", method="chat.update", times=None)
        await world.slack.click("lena", report, "drift.accept")
        await world.slack.wait_for("Noted: that change was wanted", user="lena")
        process.send_signal(signal.SIGKILL)
        await process.wait()
    [shown] = [each for each in world.slack.seen(channel="#launch") if each["ts"] == report["ts"]]
    assert "This Was Me" in labels(shown)
    world.slack.core.faults.clear()
    assert given(world) == [("UMIA", "accept"), ("ULENA", "mine")]
    async with world.bot():
        await now_says(world, report, "that was me.")
        assert (await world.check())["text"].startswith("Go: nothing found")


async def test_a_click_that_slack_delivers_twice_is_one_answer(world):
    """The second delivery finds the first one's answer."""
    async with world.bot():
        await accepted(world)
        world.company.state.records.append(PROOF)
        report = await world.check()
        world.slack.fault("duplicate", method="interactive")
        await world.slack.click("lena", report, "drift.accept")
        edited = await now_says(world, report, "that was me.")
        await world.slack.wait_for("You have answered that already", user="lena")
        await world.slack.click("lena", edited, "drift.undo")
        await now_says(world, report, "This Was Me")
        world.slack.fault("duplicate", method="interactive")
        await world.slack.click("lena", report, "drift.reject")
        await now_says(world, report, "this is wrong.")
    assert given(world) == [("UMIA", "accept"), ("ULENA", "mine"), ("ULENA", "undo"), ("ULENA", "wrong")]
