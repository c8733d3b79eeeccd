"""Counted events, from the count to the incident and its end."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain.asks import FixedAsk
from bot.domain.severity import Sev, Trouble
from bot.domain.uptime import Span
from bot.services.incidents import Request
from bot.services.retention import retain
from bot.store import blindness, event_counts
from bot.store.event_counts import MOST_ORIGINS, minute_of
from tests.services.events_house import START, House, a_house, read


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """A house on a file."""
    with a_house(tmp_path) as made:
        yield made


async def test_a_burst_from_many_places_is_an_incident_of_whose_flow_it_is(house: House) -> None:
    """Failed log-ins that name no service belong to the service of the host where customers log in."""
    for person in range(6):
        assert await house.count("login_failed", origin=f"p{person}", sample="no session for ana@shop.test") == ""
    assert await house.events.tick() == 1
    found = await house.only()
    assert (found.service, found.trouble, found.sev) == ("log-in", Trouble.ERRORS, Sev.TWO)
    [member] = found.members
    assert member.probe == "Failed log-ins"
    assert member.evidence.startswith("6 failed log-ins in 5 minutes, and there is no normal yet")
    rev = found.rev
    for _ in range(20):
        await house.events.tick()
    assert (await house.only()).rev == rev, "said again and again, it changes nothing"


async def test_it_looks_better_and_ends_after_a_quarter_of_an_hour(house: House) -> None:
    """No event for five minutes: it looks better. For a quarter of an hour more: it is over, by itself."""
    await house.count("http_5xx", 9)
    await house.events.tick()
    assert (await house.only()).green_since is None
    await house.wait(6)
    better = await house.only()
    assert better.green_since is not None
    assert better.green_until is not None
    await house.wait(15)
    assert await house.live() == []
    await house.count("http_5xx", 9)
    await house.events.tick()
    again = await house.only()
    assert again.id == better.id
    assert again.reopened == 1


async def test_from_one_place_it_is_told_in_other_words_and_wakes_nobody(house: House) -> None:
    """Forty tries of one origin: somebody guesses passwords; then many others fail too, and it is worse."""
    await house.count("login_failed", 40, origin="x1")
    await house.events.tick()
    found = await house.only()
    assert found.sev is Sev.THREE
    assert found.members[0].probe == "Failed log-ins from one place"
    assert "somebody is guessing passwords" in found.members[0].evidence
    for person in range(30):
        await house.count("login_failed", origin=f"p{person}")
    await house.events.tick()
    worse = await house.only()
    assert worse.id == found.id
    assert worse.sev is Sev.TWO
    assert [one.probe for one in worse.members] == ["Failed log-ins"]


async def test_nobody_can_pay_is_the_worst_and_stays_one_incident(house: House) -> None:
    """No checkout got through in a quarter of an hour; one that does in between opens no second incident."""
    for person in range(3):
        await house.count("checkout_failed", origin=f"p{person}", service="Shop")
    await house.events.tick()
    found = await house.only()
    assert (found.service, found.trouble, found.sev) == ("shop", Trouble.CHECKOUT, Sev.ONE)
    await house.count("checkout_ok", service="shop")
    await house.events.tick()
    assert (await house.only()).trouble is Trouble.CHECKOUT


async def test_what_launch_yml_says_of_a_kind_counts(house: House) -> None:
    """A kind that is not told, one with a higher limit, and whose it is."""
    await house.count("error", 500)
    await house.count("job_failed", 7)
    assert await house.events.tick() == 0
    await house.count("job_failed", 1)
    await house.events.tick()
    found = await house.only()
    assert (found.service, found.trouble, found.sev) == ("news", Trouble.HEARTBEAT, Sev.THREE)


async def test_a_service_that_nobody_knows_counts_as_the_product(house: House) -> None:
    """A sender cannot fill the table with names: what launch.yml does not know is counted together."""
    for number in range(20):
        await house.count("http_5xx", service=f"made-up-{number}")
    sums = await read(house, lambda c: event_counts.sums(c, "shop", 0, minute_of(START) + 1))
    assert [(one.service, one.count) for one in sums] == [("", 20)]
    await house.events.tick()
    assert (await house.only()).members[0].evidence.startswith("20 server errors in 5 minutes")


async def test_times_are_bounded(house: House) -> None:
    """Late ones go to their minute, a clock that is a little ahead is forgiven, the rest is refused with a reason."""
    late = START - timedelta(minutes=50)
    assert await house.count("login_failed", at=late) == ""
    assert await house.count("login_failed", at=START + timedelta(minutes=4)) == ""
    assert "hour old" in await house.count("login_failed", at=START - timedelta(minutes=61))
    assert "future" in await house.count("login_failed", at=START + timedelta(minutes=6))
    assert "called payed" in await house.count("payed")
    assert "whole number" in await house.count("login_failed", 0)
    found = await read(house, lambda c: event_counts.minutes(c, "shop", 0, minute_of(START) + 60))
    assert sorted(found["login_failed", ""]) == [minute_of(late), minute_of(START)]


async def test_origins_are_bounded_unreadable_and_lose_nothing(house: House) -> None:
    """Fifty a minute at most, the rest together; an address is never stored; the sum is right all the same."""
    for number in range(200):
        await house.count("login_failed", 1 + number // 100, origin=f"203.0.113.{number}")
    [minutes] = (await read(house, lambda c: event_counts.minutes(c, "shop", 0, minute_of(START)))).values()
    [origins] = minutes.values()
    assert sum(origins.values()) == 300
    assert len([one for one in origins if one]) == MOST_ORIGINS
    assert not any("203" in one and "." in one for one in origins)
    assert min(count for origin, count in origins.items() if origin) == 2, "those with more stay"


async def test_one_masked_sample_a_minute_is_kept(house: House) -> None:
    """What one of them said, without what nobody may read."""
    secret = "sk_" + "live_" + "4eC39HqLyjWDarjtT1zdp7dc"
    await house.count("payment_error", origin="a", sample=f"declined for {secret}\nline two")
    await house.count("payment_error", origin="b", sample="another")
    kept = await read(house, lambda c: event_counts.sample(c, "shop", ("payment_error", ""), 0))
    assert kept.startswith("declined for")
    assert secret not in kept
    assert "\n" not in kept
    rows = await read(house, lambda c: [row[0] for row in c.execute("SELECT sample FROM event_count")])
    assert sorted(rows) == ["", kept]


async def test_old_counts_are_forgotten_and_origins_before(house: House) -> None:
    """After two days only sums are kept, after thirty-five nothing; the sums stay right."""
    for days in (1, 3, 36):
        at = START - timedelta(days=days)
        for origin in ("a", "b"):
            await house.before("login_failed", at, 2, origin=origin, sample="why")
    await retain(house.store, START)
    found = await read(house, lambda c: event_counts.minutes(c, "shop", 0, minute_of(START)))
    ages = {minute_of(START - timedelta(days=days)): days for days in (1, 3, 36)}
    assert {ages[at]: dict(origins) for at, origins in found["login_failed", ""].items()} == {
        1: {"a": 2, "b": 2},
        3: {"": 4},
    }
    assert await read(house, lambda c: event_counts.sample(c, "shop", ("login_failed", ""), 0)) == "why"


async def test_what_is_normal_comes_from_the_same_hour_of_other_days(house: House) -> None:
    """Twelve an hour are one in five minutes; a day on which the bot was off does not count."""
    for days in range(1, 15):
        for minute in range(0, 60, 5):
            at = START - timedelta(days=days) + timedelta(minutes=minute)
            await house.before("http_5xx", at)
    off = START - timedelta(days=3)
    await house.store.write(lambda c: blindness.was(c, "shop", off, off + timedelta(minutes=20), "off"))
    await house.count("http_5xx", 9)
    assert await house.events.tick() == 0
    await house.count("http_5xx", 3)
    await house.events.tick()
    assert (await house.only()).members[0].evidence == (
        "12 server errors in 5 minutes, normally 1: visitors get error pages"
    )


async def test_its_fixed_looks_at_the_counts_again(house: House) -> None:
    """While it still fails "It's fixed" is not believed; two quiet minutes later it is."""
    await house.count("http_5xx", 9)
    await house.events.tick()
    found = await house.only()
    asked = Request("1.1", "U0ANA", "incident.fixed")
    answer = await house.incidents.ask(found.id, FixedAsk("U0ANA", "1.1"), asked)
    assert answer is not None
    still = await house.only()
    assert still.live, "nine within the last two minutes"
    house.time += timedelta(minutes=3)
    asked = Request("1.2", "U0ANA", "incident.fixed")
    await house.incidents.ask(found.id, FixedAsk("U0ANA", "1.2"), asked)
    assert await house.live() == []
    await house.wait(4)
    assert await house.live() == [], "what was counted before does not open it again"


async def test_only_what_can_be_seen_is_left_to_the_others(house: House) -> None:
    """Monitors are looked at by the watch."""
    again = house.events.again_or(house._others)
    await again(1, ("Sign-up page",))
    assert house.passed_on == [("Sign-up page",)]


async def test_webhooks_that_stay_away_are_noticed(house: House) -> None:
    """Twice as long as the longest usual pause, and not where the bot itself was off."""
    for hour in range(10 * 24, 30, -1):
        at = START - timedelta(hours=hour)
        await house.before("webhook_ok", at, service="shop")
    await house.events.tick()
    found = await house.only()
    assert (found.service, found.sev) == ("shop", Sev.THREE)
    assert "no webhook came in since" in found.members[0].evidence
    await house.count("webhook_ok", service="shop")
    await house.wait(2)
    assert await house.live() == []


async def test_a_receiver_is_not_blamed_for_the_bots_own_sleep(house: House) -> None:
    """What was sent while the bot was off could not be heard."""
    for hour in range(10 * 24, 30, -1):
        at = START - timedelta(hours=hour)
        await house.before("webhook_ok", at, service="shop")
    off = Span(START - timedelta(hours=29), START - timedelta(minutes=5))
    await house.store.write(lambda c: blindness.was(c, "shop", off.begin, off.end, "off"))
    assert await house.events.tick() == 0


async def test_a_budget_that_burns_fast_pages_where_there_is_enough_traffic(house: House) -> None:
    """One in twenty requests fails, a thousand an hour: at that pace a month's errors are gone in a day or so."""
    for minute in range(59, -1, -1):
        at = START - timedelta(minutes=minute)
        await house.count("http_ok", 190, at=at)
        await house.count("http_5xx", 1 if minute % 2 else 9, at=at)
    await house.events.tick()
    members = {member.probe: member for one in await house.live() for member in one.members}
    burn = members["Error budget of requests"]
    assert burn.evidence.startswith("300 of 11,700 requests failed in 1 hour")
    assert burn.trouble is Trouble.ERRORS


async def test_a_budget_says_nothing_of_little_traffic(house: House) -> None:
    """Half of forty requests fail: no share is made of that, and nothing is paged for it."""
    for minute in range(59, -1, -3):
        await house.count("http_ok", at=START - timedelta(minutes=minute))
        await house.count("http_5xx", at=START - timedelta(minutes=minute))
    await house.events.tick()
    assert await house.live() == []
