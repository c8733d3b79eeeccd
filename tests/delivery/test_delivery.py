"""What was written down is said exactly once, whatever Slack or the machine does."""

from __future__ import annotations

import asyncio

import pytest

from bot.clock import SystemClock
from bot.demo.workspace import Fault
from bot.store import outbox, sending
from bot.store.outbox import Prio, State
from tests.delivery.conftest import ARCHIVED, LAUNCH, NOT_A_MEMBER, OPS, chart


async def test_a_message_is_posted_once_with_its_delivery_id_and_its_place_is_known(office):
    """Claim, render, send, mark."""
    await office.post(1)
    await office.post(1)
    await office.work(3)
    assert office.seen() == ["news 1: first"]
    [row] = await office.rows(1)
    [message] = [each for each in office.slack.workspace.channel(LAUNCH).messages.values() if each.get("bot_id")]
    assert (row.state, row.slack_ts, row.attempts) == (State.SENT, message["ts"], 1)
    assert message["metadata"]["event_payload"] == {"d": row.delivery_id, "i": "news:1", "rev": 1}
    assert office.told == [(1, LAUNCH, message["ts"])]
    assert office.health.last_sent is not None


async def test_a_late_message_tells_the_present_truth(office):
    """What changed while it waited is in it, and needs no edit."""
    office.slack.core.faults.add(Fault("rate_limited", "chat.postMessage", retry_after=20))
    await office.post(1)
    await office.work()
    await office.change(1, "second")
    await office.work(22)
    assert office.seen() == ["news 1: second"]
    assert office.calls("chat.update") == 0
    assert [row.state for row in await office.rows(1)] == [State.SENT, State.SENT]


async def test_edits_that_wait_become_one(office):
    """Three changes, one call."""
    await office.post(1)
    await office.work()
    for words in ("second", "third", "fourth"):
        await office.change(1, words)
    await office.work(2)
    assert office.seen() == ["news 1: fourth"]
    assert office.calls("chat.update") == 1


async def test_news_that_come_while_it_is_sent_are_shown_too(office):
    """The revision moved under way, so an edit follows by itself."""
    office.slack.core.faults.add(Fault("latency", "chat.postMessage", seconds=0.3))
    await office.post(1)
    await office.postman.tick()
    async with asyncio.timeout(60):
        while not office.calls("chat.postMessage"):
            await SystemClock().sleep(0.005)
    await office.store.write(lambda c: c.execute("UPDATE news SET rev = 2, words = 'second'"))
    await office.work(2)
    assert office.seen() == ["news 1: second"]
    assert office.calls("chat.update") == 1


@pytest.mark.parametrize("header", [7, None])
async def test_a_429_makes_the_channel_wait_and_counts_no_attempt(office, header):
    """Other channels go on meanwhile; without a header it is half a minute."""
    wait = header or 30
    office.slack.core.faults.add(Fault("rate_limited", "chat.postMessage", LAUNCH, retry_after=header))
    await office.post(1)
    await office.work()
    await office.post(2)
    await office.post(3, OPS)
    await office.work(wait - 2)
    assert office.seen() == []
    assert office.seen(OPS) == ["news 3: first"]
    await office.work(4)
    assert office.seen() == ["news 1: first", "news 2: first"]
    assert [row.attempts for row in await office.rows(1)] == [1]


AFTER = ["status_after", "reset_after"]
BEFORE = ["status", "reset", "garbage"]


@pytest.mark.parametrize("kind", AFTER + BEFORE)
async def test_an_unknown_outcome_is_looked_up_before_it_is_repeated(office, kind):
    """Taken or not, there is one message in the end, and it is not marked as a repetition."""
    office.slack.core.faults.add(Fault(kind, "chat.postMessage"))
    await office.post(1)
    await office.work()
    assert [row.state for row in await office.rows(1)] == [State.RECONCILE]
    await office.work(8)
    assert office.seen() == ["news 1: first"]
    assert office.calls("chat.postMessage") == (1 if kind in AFTER else 2)
    [row] = [each for each in await office.rows(1) if each.kind is outbox.Kind.ROOT]
    assert (row.state, row.may_repeat) == (State.SENT, False)


async def test_a_history_that_cannot_be_read_makes_a_marked_repetition(office):
    """After twenty seconds: a marked duplicate beats a loss."""
    office.slack.core.faults.add(Fault("status", "chat.postMessage"))
    office.slack.core.faults.add(Fault("refuse", "conversations.history", times=None, error="missing_scope"))
    await office.post(1)
    await office.work(18)
    assert office.seen() == []
    await office.work(6)
    [message] = [each for each in office.slack.workspace.channel(LAUNCH).messages.values() if each.get("bot_id")]
    assert "twice" in str(message["blocks"])


async def test_a_slack_that_is_down_for_long_loses_nothing(office):
    """An hour of errors 503, then everything is said, in order."""
    office.slack.core.faults.add(Fault("status", "*", times=None))
    for id in (1, 2, 3):
        await office.post(id)
    await office.work(600, step=20)
    assert office.seen() == []
    queue = await office.store.read(outbox.queue)
    assert queue.waiting == 3
    office.slack.core.faults.clear()
    await office.work(180, step=1)
    assert office.seen() == ["news 1: first", "news 2: first", "news 3: first"]


async def test_nothing_listens_is_known_not_to_have_arrived(office):
    """A refused connection is tried again without searching the history."""
    url, office.client.base_url = office.client.base_url, "http://127.0.0.1:9/api/"
    await office.post(1)
    await office.work()
    [row] = await office.rows(1)
    assert (row.state, row.attempts) == (State.RETRY, 1)
    office.client.base_url = url
    await office.work(4)
    assert office.seen() == ["news 1: first"]
    assert office.calls("conversations.history") == 0


async def test_refused_blocks_make_the_message_plainer_until_it_is_taken(office):
    """Each rung leaves something out; the words always arrive."""
    office.parts = (chart(),)
    office.slack.core.faults.add(Fault("refuse", "chat.postMessage", times=2, error="invalid_blocks"))
    await office.post(1)
    await office.work()
    assert office.seen() == ["news 1: first"]
    [row] = await office.rows(1)
    assert row.state is State.SENT
    assert row.rung >= 2


async def test_even_if_no_layout_is_taken_the_row_says_so(office):
    """The ladder ends; nothing turns in circles."""
    office.slack.core.faults.add(Fault("refuse", "chat.postMessage", times=None, error="msg_too_long"))
    await office.post(1)
    await office.work(2)
    assert {row.state for row in await office.rows(1)} == {State.DEAD}
    assert office.calls("chat.postMessage") < 15


@pytest.mark.parametrize("channel", [NOT_A_MEMBER, ARCHIVED, "C0NOWHERE"])
async def test_a_channel_that_refuses_makes_a_direct_message(office, channel):
    """Whoever waits for it gets it, and edits go there too."""
    await office.post(1, channel)
    await office.work(2)
    root, direct = await office.rows(1)
    assert (root.state, direct.state, direct.channel) == (State.DEAD, State.SENT, "UMIA")
    assert direct.slack_channel.startswith("D")
    await office.change(1, "second")
    await office.work(2)
    assert office.seen(direct.slack_channel) == ["news 1: second"]


async def test_a_direct_message_of_unknown_outcome_is_looked_up_where_the_person_was_written_to_before(office):
    """The person's channel is known from an earlier message; to somebody new it is sent again, marked."""
    office.slack.core.faults.add(Fault("status_after", "chat.postMessage", skip=1))
    await office.post(1, NOT_A_MEMBER)
    await office.work(36)
    first = (await office.rows(1))[1]
    assert (first.state, first.may_repeat) == (State.SENT, True)
    assert len(office.seen(first.slack_channel)) == 2
    office.slack.core.faults.add(Fault("status_after", "chat.postMessage", skip=1))
    await office.post(2, NOT_A_MEMBER)
    await office.work(8)
    second = (await office.rows(2))[1]
    assert (second.state, second.may_repeat) == (State.SENT, False)
    assert [said for said in office.seen(second.slack_channel) if said.startswith("news 2")] == ["news 2: first"]


async def test_a_repaired_token_brings_back_what_was_refused(office):
    """Dead rows are revived, and tell the present; edits of a dead message do not pile up."""
    office.slack.core.tokens.problem["bot"] = "token_revoked"
    await office.post(1)
    await office.work(2)
    assert "token_revoked" in office.health.slack_problem
    await office.change(1, "second")
    await office.work(2)
    assert (await office.store.read(outbox.queue)).waiting == 0
    office.slack.core.tokens.problem.clear()
    assert await office.postman.revive() == 1
    await office.work(2)
    assert office.seen() == ["news 1: second"]
    assert office.health.slack_problem == ""


async def test_an_old_refusal_is_not_revived(office):
    """Nobody waits for last week's message."""
    await office.post(1, "C0NOWHERE")
    await office.work(2)
    office.clock.wind(86_400 * 2)
    assert await office.postman.revive() == 0


async def test_a_message_that_people_deleted_ends_its_edits(office):
    """The edit dies alone, and the queue is empty."""
    await office.post(1)
    await office.work()
    [row] = await office.rows(1)
    office.slack.workspace.delete(office.slack.workspace.channel(LAUNCH), row.slack_ts)
    await office.change(1, "second")
    await office.work(3)
    assert [each.state for each in await office.rows(1)] == [State.SENT, State.DEAD]
    assert (await office.store.read(outbox.queue)).waiting == 0


async def test_an_edit_whose_outcome_is_unknown_is_simply_made_again(office):
    """Edits may be repeated, so the history is not searched."""
    await office.post(1)
    await office.work()
    office.slack.core.faults.add(Fault("reset_after", "chat.update"))
    await office.change(1, "second")
    await office.work(4)
    assert office.seen() == ["news 1: second"]
    assert office.calls("chat.update") == 2
    assert office.calls("conversations.history") == 0


async def test_what_was_on_its_way_at_a_kill_is_looked_up_at_the_next_start(office):
    """A row left `sending` becomes doubtful, an edit is made again."""
    await office.post(1)
    await office.post(2)
    for id in (1, 2):
        [row] = await office.rows(id)
        await office.store.write(lambda c, row=row: sending.claim(c, row.number, office.clock.now()))
    assert await office.postman.recover() == 2
    await office.work(10)
    assert sorted(office.seen()) == ["news 1: first", "news 2: first"]
    assert office.calls("conversations.history") == 4


async def test_the_workspaces_limits_are_never_met(office):
    """Thirty messages to two channels and sixty edits within Slack's pace: no 429 at all."""
    office.slack.core.limits.on = True
    for id in range(30):
        await office.post(id, LAUNCH if id % 2 else OPS)
    await office.work(20)
    for id in range(30):
        await office.change(id, "second")
    await office.work(60)
    assert [call.error for call in office.slack.calls() if not call.ok] == []
    assert len(office.seen()) == len(office.seen(OPS)) == 15
    assert all("second" in text for text in office.seen() + office.seen(OPS))


async def test_the_pressing_goes_first(office):
    """Within a channel, priority before age."""
    for id in (1, 2, 3):
        await office.post(id, prio=Prio.NOTICE)
    await office.post(9, prio=Prio.URGENT)
    await office.work(6)
    assert office.seen()[0] == "news 9: first"
    assert len(office.seen()) == 4


async def test_progress_leaves_edits_for_people(office):
    """However much progress there is, an edit that someone waits for goes at once."""
    for id in range(12):
        await office.post(id, (LAUNCH, OPS)[id % 2])
    await office.work(8)
    for id in range(11):
        await office.change(id, "progress", Prio.PROGRESS)
    await office.work()
    before = office.calls("chat.update")
    assert 0 < before < 11
    await office.change(11, "second", Prio.HUMAN)
    await office.work()
    assert any("second" in text for text in office.seen() + office.seen(OPS))


async def test_a_subject_that_is_gone_ends_quietly(office):
    """Nothing to say: the row is closed."""
    await office.post(1)
    await office.store.write(lambda c: c.execute("DELETE FROM news"))
    await office.work(2)
    assert [row.state for row in await office.rows(1)] == [State.DEAD]
    assert office.seen() == []


async def test_a_stop_lets_what_is_on_its_way_arrive(office):
    """No row is left `sending`."""
    office.slack.core.faults.add(Fault("latency", "chat.postMessage", seconds=0.3))
    await office.post(1)
    await office.postman.tick()
    await office.postman.stop()
    assert [row.state for row in await office.rows(1)] == [State.SENT]


async def test_a_channel_that_is_called_by_its_name_is_looked_up_by_its_id(office):
    """Slack's history knows no names: from the second message on, an unknown outcome is settled without repeating."""
    await office.post(1, "#launch")
    await office.work(2)
    office.slack.core.faults.add(Fault("status_after", "chat.postMessage"))
    await office.post(2, "#launch")
    await office.work(8)
    assert office.seen() == ["news 1: first", "news 2: first"]
    assert [row.may_repeat for row in await office.rows(2) if row.kind is outbox.Kind.ROOT] == [False]


async def test_a_message_is_found_again_though_the_clock_was_an_hour_ahead(office):
    """Slack dates it by its own clock, an hour before the claim."""
    office.slack.core.faults.add(Fault("status_after", "chat.postMessage"))
    await office.post(1)
    await office.work()
    await office.store.write(lambda c: c.execute("UPDATE outbox SET claimed_at = claimed_at + 3600000"))
    await office.work(8)
    assert office.seen() == ["news 1: first"]
    assert office.calls("chat.postMessage") == 1
