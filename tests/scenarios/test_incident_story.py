"""Stories of outages: time passes, people click, and exactly the expected messages appear."""

from __future__ import annotations

import pytest

from bot.domain.decision import AnswerCode
from bot.domain.detection import State
from bot.domain.incident import Status
from bot.store import incidents
from tests.scenarios.story import FILE, OPS, a_story


@pytest.fixture
async def story(tmp_path):
    """A quiet shop; what is left unexpected at the end fails the test."""
    async with a_story(tmp_path) as told:
        await told.advance(10)
        told.expect_nothing()
        yield told


async def outage(story):
    """The sign-up page is down, and its card is out; answers the card."""
    story.fail("Sign-up")
    await story.advance(70, stride=1)
    card = story.expect(OPS, "card", "DOWN", "sign-up", "UMIA", "nobody is on it yet")
    story.expect("UMIA", "message", "DOWN", "can you look?", "HTTP 502")
    story.expect_nothing()
    return card


async def test_an_outage_that_nobody_answers_calls_one_after_the_other(story):
    """The owner at once, the backup after five minutes, everybody after ten, and then again and again."""
    await outage(story)
    await story.advance(minutes=5)
    story.expect("UBEN", "message", "nobody is on it yet")
    story.expect(OPS, "line", "<@UBEN>", "nobody is on it yet")
    story.expect(OPS, "edit", "nobody is on it yet")
    story.expect_nothing()
    await story.advance(minutes=5)
    story.expect(OPS, "line", "<!here>")
    story.expect(OPS, "edit")
    story.expect_nothing()
    await story.advance(minutes=15)
    story.expect(OPS, "line", "nobody is on it yet")
    story.expect(OPS, "edit")
    assert {each.where for each in story.seen()} == {"UMIA", "UBEN"}


async def test_one_click_ends_the_calls_until_the_time_is_over(story):
    """Half an hour of silence, a word five minutes before its end, and then the calls go on."""
    card = await outage(story)
    answer = await story.click("UBEN", card, "incident.ack")
    assert answer.code is AnswerCode.DONE
    card = story.expect(OPS, "edit", "BEING FIXED", "Ben is on it")
    story.expect(OPS, "line", "Ben is on it until")
    await story.advance(minutes=24)
    story.expect_nothing()
    await story.advance(minutes=2)
    story.expect("UBEN", "message", "BEING FIXED", "ends at")
    story.expect(OPS, "edit")
    await story.advance(minutes=5)
    story.expect(OPS, "line", "the time is over, and it still fails")
    story.expect(OPS, "edit", "DOWN", "nobody is on it yet")
    assert [each.where for each in story.seen()] == ["UBEN"]


async def test_who_has_it_hands_it_over(story):
    """The other person is called by name, in the thread and in a message of their own."""
    card = await outage(story)
    await story.click("UMIA", card, "incident.ack")
    story.expect(OPS, "edit", "Mia is on it")
    story.expect(OPS, "line", "Mia is on it until")
    await story.hand_over("UMIA", card, "UBEN")
    story.expect(OPS, "edit", "Handed to")
    story.expect("UBEN", "message", "handed it over to you")
    await story.advance(5)
    story.expect(OPS, "line", "Mia handed it over to <@UBEN>, who has to take it")
    story.expect_nothing()


async def test_the_card_turns_green_by_itself_and_an_old_button_changes_nothing(story):
    """Better, then fixed, after a minute of good looks; who clicks now hears that it is over."""
    card = await outage(story)
    story.heal()
    await story.advance(minutes=3)
    story.expect(OPS, "edit", "LOOKS BETTER")
    story.expect(OPS, "line", "fixed")
    story.expect(OPS, "edit", "FIXED", "visitors are fine again")
    story.expect_nothing()
    answer = await story.click("UBEN", card, "incident.ack")
    assert answer.code is AnswerCode.ALREADY_FIXED
    await story.advance(minutes=31)
    assert (await story.store.read(lambda c: incidents.get(c, 1))).status is Status.CLOSED
    story.seen()


async def test_what_comes_back_within_half_an_hour_is_the_same_story(story):
    """The same card opens again, with a line that the channel sees, and the owner is called anew."""
    await outage(story)
    story.heal()
    await story.advance(minutes=3)
    story.seen()
    story.fail("Sign-up")
    await story.advance(minutes=1)
    story.expect("UMIA", "message", "It is back")
    line = story.expect(OPS, "line", "It is back")
    story.expect(OPS, "edit", "DOWN")
    story.expect_nothing()
    assert line["thread_ts"]
    assert await story.store.read(lambda c: len(incidents.recent(c, "shop"))) == 1


async def test_a_second_failure_joins_the_card_and_calls_nobody_again(story):
    """It is said on the card alone."""
    await outage(story)
    story.fail("Log-in")
    await story.advance(minutes=2)
    story.expect(OPS, "edit", "Sign-up", "Log-in")
    story.expect_nothing()


async def test_it_sleeps_when_somebody_says_so_and_wakes_while_it_still_fails(story):
    """Thirty minutes without a word; then it is told from the beginning."""
    card = await outage(story)
    assert (await story.snooze("UMIA", card)).code is AnswerCode.SNOOZED
    story.expect(OPS, "edit", "ASLEEP")
    story.expect(OPS, "line", "sleep")
    await story.advance(minutes=29)
    story.expect_nothing()
    await story.advance(minutes=2)
    story.expect(OPS, "line")
    story.expect(OPS, "edit", "DOWN")
    assert [each.where for each in story.seen()] == ["UMIA"]


async def test_it_is_fixed_is_believed_only_after_a_fresh_look(story):
    """Red: it stays open, and whoever said so hears why. Green: it is over, by that person's word."""
    card = await outage(story)
    await story.click("UBEN", card, "incident.fixed")
    await story.advance(12)
    assert (await story.store.read(lambda c: incidents.get(c, 1))).live
    story.seen()
    story.heal()
    await story.click("UBEN", card, "incident.fixed")
    await story.advance(12)
    over = await story.store.read(lambda c: incidents.get(c, 1))
    assert (over.status, over.resolved_by) == (Status.RESOLVED, "UBEN")
    assert any("FIXED" in each.text for each in story.seen())


async def test_a_channel_that_refuses_the_card_does_not_keep_it_from_its_owner(story):
    """The archived channel gets nothing; the owner gets the card itself."""
    story.slack.workspace.channel(OPS).archived = True
    story.fail("Sign-up")
    await story.advance(minutes=2)
    texts = [each.text for each in story.seen() if each.where == "UMIA"]
    assert len(texts) == 2
    assert any("INC-1 ·" in text or "Next:" in text for text in texts)


async def test_a_blink_that_is_over_before_it_is_confirmed_is_told_to_nobody(story):
    """One bad look and a good one: that is the internet, not an outage."""
    story.fail("Sign-up")
    while all(one.state is not State.SUSPECT for one in story.watch.standings()):
        await story.advance(1)
    story.heal()
    await story.advance(minutes=10)
    story.expect_nothing()


async def test_a_monitor_that_is_taken_out_while_it_fails_ends_its_incident(story):
    """launch.yml is read again without it: the card says so, and nobody is called any more; the rest is watched on."""
    await outage(story)
    story.take_up(FILE.replace("  - {name: Sign-up, url: https://shop.test/a, service: sign-up, every: 30s}\n", ""))
    await story.watch.load()
    await story.advance(minutes=3)
    story.expect(OPS, "line", "no longer in launch.yml")
    story.expect(OPS, "edit", "NO LONGER WATCHED", "Nobody looks at it any more")
    await story.advance(minutes=40)
    story.expect(OPS, "edit", "NO LONGER WATCHED")
    story.expect_nothing()
    story.fail("Log-in")
    await story.advance(minutes=2)
    story.expect(OPS, "card", "DOWN")
    story.expect("UMIA", "message", "INC-2")
