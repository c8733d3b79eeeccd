"""A message of unknown outcome, where Slack's history cannot be read, or nobody knows where to look."""

from __future__ import annotations

from datetime import timedelta

from bot.adapters.slack import Messenger
from bot.demo.workspace import Fault
from bot.store import places
from bot.store.outbox import Kind, State
from tests.delivery.conftest import LAUNCH, NOT_A_MEMBER

CLOSED = {"kind": "refuse", "method": "conversations.history", "times": None, "error": "missing_scope"}


async def call_of(office, id: int, about: int = 1):
    """The direct message about that event."""
    [row] = [one for one in await office.rows(id) if one.kind is Kind.DM and one.about == about]
    return row


async def test_a_call_waits_for_the_history_while_the_card_says_the_same(office):
    """Minutes later the history can be read again: it is there, and nothing was repeated."""
    office.slack.core.faults.add(Fault("status_after", "chat.postMessage", channel="UMIA"))
    office.slack.core.faults.add(Fault(**CLOSED))
    await office.store.write(
        lambda c: places.learn(c, "acme", "UMIA", office.slack.acts.channel("UMIA", "dm").id, office.clock.now())
    )
    await office.call(1, card=LAUNCH)
    await office.work(240, step=2)
    assert (await call_of(office, 1)).state is State.RECONCILE
    assert office.seen() == ["news 1: first"]
    office.slack.core.faults.clear()
    await office.work(20)
    row = await call_of(office, 1)
    assert (row.state, row.may_repeat, len(office.seen(row.slack_channel))) == (State.SENT, False, 1)


async def test_where_perhaps_nobody_knows_the_card_is_repeated_and_then_the_call_waits(office):
    """Both are in doubt: twenty seconds later the card goes out again, marked; then the call can wait."""
    office.slack.core.faults.add(Fault("status_after", "chat.postMessage", times=2))
    office.slack.core.faults.add(Fault(**CLOSED))
    await office.call(1, card=LAUNCH)
    await office.work(60)
    card, call = await office.rows(1)
    assert (card.state, card.may_repeat, len(office.seen())) == (State.SENT, True, 2)
    assert (call.state, call.may_repeat) == (State.RECONCILE, False)


async def test_what_is_repeated_again_waits_longer_each_time(office):
    """Slack takes everything, says that it failed, and shows no history: no flood comes of that."""
    office.slack.core.faults.add(Fault("status_after", "chat.postMessage", times=None))
    office.slack.core.faults.add(Fault(**CLOSED))
    await office.post(1)
    await office.work(600, step=2)
    assert 3 <= len(office.seen()) <= 5


async def test_the_next_call_to_somebody_new_shows_where_the_first_one_is(office):
    """Nobody knew the person's conversation; the second call does, and so the first is found there."""
    office.slack.core.faults.add(Fault("status_after", "chat.postMessage", channel="UBEN"))
    await office.call(1, user="UBEN", card=LAUNCH)
    await office.work(60)
    assert (await call_of(office, 1)).state is State.RECONCILE
    await office.call(1, 2, "UBEN")
    await office.work(30)
    first, second = await call_of(office, 1), await call_of(office, 1, 2)
    assert (first.state, first.may_repeat, second.state) == (State.SENT, False, State.SENT)
    assert first.slack_channel == second.slack_channel
    assert len(office.seen(second.slack_channel)) == 2


async def test_a_call_is_found_where_a_person_opened_the_app_home(office):
    """Slack named the conversation then."""
    home = office.slack.acts.channel("UBEN", "dm").id
    await office.store.write(lambda c: places.learn(c, "acme", "UBEN", home, office.clock.now()))
    office.slack.core.faults.add(Fault("status_after", "chat.postMessage"))
    await office.call(1, user="UBEN")
    await office.work(8)
    row = await call_of(office, 1)
    assert (row.state, row.may_repeat, row.slack_channel) == (State.SENT, False, home)
    assert len(office.seen(home)) == 1


async def test_a_call_in_doubt_about_what_is_over_is_not_repeated(office):
    """The card told of it meanwhile, and nobody waits for the call any more."""
    office.slack.core.faults.add(Fault("status_after", "chat.postMessage", channel="UBEN"))
    await office.call(1, user="UBEN", card=LAUNCH)
    await office.work(20)
    await office.store.write(
        lambda c: c.execute(
            "INSERT INTO incident (id, product, key, service, trouble, status, sev, opened_at, data, rev)"
            " VALUES (1, 'acme', 'k', 's', 'reach', 'resolved', 1, 0, '{}', 1)"
        )
    )
    await office.store.write(lambda c: c.execute("UPDATE outbox SET subject = 'incident:1'"))
    await office.work(1900, step=10)
    [row] = await office.store.read(lambda c: c.execute("SELECT state FROM outbox WHERE kind = 'dm'").fetchall())
    assert row["state"] == "dead"


async def test_a_channel_called_by_its_name_is_looked_up_before_anything_was_ever_sent_there(office):
    """The first message to `#launch` is in doubt: Slack is asked which channel that is."""
    office.slack.core.faults.add(Fault("status_after", "chat.postMessage"))
    await office.post(1, "#launch")
    await office.work(8)
    assert office.seen() == ["news 1: first"]
    assert office.calls("conversations.list") == 1
    assert [row.may_repeat for row in await office.rows(1) if row.kind is Kind.ROOT] == [False]


async def test_a_channel_whose_name_slack_does_not_tell_is_repeated_marked(office):
    """The permission to list channels may have been declined."""
    office.slack.core.tokens.scopes.remove("channels:read")
    office.slack.core.faults.add(Fault("status_after", "chat.postMessage"))
    await office.post(1, "#launch")
    await office.work(30)
    assert len(office.seen()) == 2
    assert [row.may_repeat for row in await office.rows(1) if row.kind is Kind.ROOT] == [True]


async def test_each_of_two_cards_keeps_the_mark_under_which_it_is_found(office):
    """The channel is repaired, so that a card stands there too: the person's card is brought up to date with it."""
    office.slack.workspace.channel(LAUNCH).archived = True
    await office.post(1)
    await office.work(2)
    office.slack.workspace.channel(LAUNCH).archived = False
    await office.change(1, "second")
    await office.postman.revive()
    await office.work(4)
    root, call = [one for one in await office.rows(1) if one.kind is not Kind.EDIT]
    assert office.seen() == office.seen(call.slack_channel) == ["news 1: second"]
    marks = [
        next(iter(each for each in office.slack.workspace.channel(one.slack_channel).messages.values()))["metadata"]
        for one in (root, call)
    ]
    assert marks[0]["event_payload"]["d"] != marks[1]["event_payload"]["d"]
    since = office.clock.now() - timedelta(hours=1)
    assert await Messenger(office.client).find(LAUNCH, call.delivery_id, since) is None


async def test_a_card_that_a_channel_refuses_is_no_news_for_the_call(office):
    """Only what has arrived counts."""
    office.slack.core.faults.add(Fault("status_after", "chat.postMessage", channel="UBEN"))
    await office.call(1, user="UBEN", card=NOT_A_MEMBER)
    await office.work(40)
    assert (await call_of(office, 1)).may_repeat
