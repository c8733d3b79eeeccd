"""Alarms that somebody else raises: whose they are, how bad, and how they end."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain.asks import FixedAsk, Reading
from bot.domain.decision import AnswerCode
from bot.domain.heard import Outside
from bot.domain.outlook import Next, NextStep
from bot.domain.scene import Contact, Duty
from bot.domain.severity import Sev
from bot.render.text import text
from bot.services.incidents import Request
from bot.store import incidents
from bot.views.card import State, card
from tests.services.events_house import START, House, a_house, read


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """A house on a file."""
    with a_house(tmp_path) as made:
        yield made


def alarm(**changes: object) -> Outside:
    """An alarm of Alertmanager."""
    given = {"source": "alertmanager", "key": "HighErrorRate", "firing": True, "title": "HighErrorRate", "at": START}
    return Outside(**{**given, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "service", "sev"),
    [
        ({"service": "shop"}, "shop", Sev.TWO),
        ({"service": "SHOP", "trouble": "reach"}, "shop", Sev.ONE),
        ({"service": "shop", "severity": "medium"}, "shop", Sev.THREE),
        ({"service": "news", "severity": "blocker"}, "news", Sev.THREE),
        ({"service": "quiet", "trouble": "reach"}, "quiet", Sev.FOUR),
        ({"service": "shop", "environment": "staging"}, "shop", Sev.THREE),
        ({"service": "shop", "trouble": "note"}, "shop", Sev.FOUR),
        ({"service": "carts"}, "carts", Sev.THREE),
        ({"service": "", "trouble": "reach", "severity": "blocker"}, "", Sev.THREE),
    ],
)
async def test_whose_an_alarm_is_says_how_bad_it_is(
    house: House, changes: dict[str, object], service: str, sev: Sev
) -> None:
    """A known service by how much it matters; the sender can only make it milder; a stranger is nobody's."""
    signal = house.events.signal_of(alarm(**changes), START)
    assert (signal.service, signal.sev, signal.reading) == (service, sev, Reading.DOWN)
    assert ("nobody's" in signal.evidence) == (service not in {"shop", "news", "quiet"})


async def test_an_alarm_opens_once_and_ends_when_its_sender_says_so(house: House) -> None:
    """Said again and again it is one member of one incident; who says so stands in the words."""
    firing = alarm(service="shop", evidence="12 of 100 requests fail")
    for _ in range(3):
        await house.incidents.signal([house.events.signal_of(firing, house.time)])
        house.time += timedelta(minutes=1)
    found = await house.only()
    assert found.members[0].evidence == "Alertmanager says: HighErrorRate – 12 of 100 requests fail"
    await house.events.tick()
    assert len((await house.only()).members) == 1, "what others see is not ended by the counts"
    over = alarm(service="shop", firing=False, title="resolved: HighErrorRate")
    await house.incidents.signal([house.events.signal_of(over, house.time)])
    assert await house.live() == []


async def test_an_end_without_a_beginning_changes_nothing(house: House) -> None:
    """Resolved, and never fired here."""
    await house.incidents.signal([house.events.signal_of(alarm(firing=False), START)])
    assert await house.live() == []
    assert await read(house, lambda c: incidents.between(c, "shop", START - timedelta(days=1), START)) == []


async def test_two_alarms_of_one_service_end_apart(house: House) -> None:
    """The incident lasts until both are over."""
    one, two = alarm(service="shop"), alarm(service="shop", key="Slow", title="Slow")
    await house.incidents.signal([house.events.signal_of(each, START) for each in (one, two)])
    await house.incidents.signal([house.events.signal_of(alarm(service="shop", firing=False), START)])
    found = await house.only()
    assert len(found.own) == 2
    await house.incidents.signal([house.events.signal_of(alarm(service="shop", key="Slow", firing=False), START)])
    assert await house.live() == []


async def test_where_an_alarm_shows_more_stands_on_the_card(house: House) -> None:
    """One click to the graph that its sender keeps; what is no address of a page is left out."""
    page = "https://graphs.shop.test/alerts/7"
    for key, url in (("queue", "javascript:alert(1)"), ("HighErrorRate", page)):
        await house.incidents.signal([house.events.signal_of(alarm(service="shop", key=key, url=url), house.time)])
    [live] = await house.incidents.live()
    assert [one.url for one in live.own] == ["", page]
    said = text(card(State(live, Duty(Contact(), None, None), Next(NextStep.NOTHING))), width=80)
    assert page in said
    assert "javascript" not in said
    await house.incidents.signal([house.events.signal_of(alarm(service="shop", firing=False), house.time)])
    again = await read(house, lambda c: incidents.get(c, live.id))
    assert again is not None
    assert [one.url for one in again.own] == ["", page]


async def test_hostile_words_of_a_sender_are_tamed(house: House) -> None:
    """Masked, on one line, bounded; a secret as the id of an alarm is not shown."""
    secret = "ghp" + "_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
    hostile = alarm(
        key=secret, title="<!channel> \u202edown\n" * 50, evidence=secret + "x" * 1_000_000, service="a\nb" * 5000
    )
    signal = house.events.signal_of(hostile, START)
    assert secret not in repr(signal)
    assert len(signal.evidence) < 700
    assert len(signal.service) <= 60
    assert len(signal.probe) < 80
    for one in (signal.evidence, signal.service, signal.probe):
        assert one.isprintable()
    assert signal.probe == house.events.signal_of(hostile, START + timedelta(hours=1)).probe


async def test_a_persons_word_ends_an_alarm_that_only_others_see(house: House) -> None:
    """The bot cannot look; if the sender says it again, it comes back."""
    await house.incidents.signal([house.events.signal_of(alarm(service="shop"), START)])
    found = await house.only()
    house.time += timedelta(minutes=1)
    answer = await house.incidents.ask(found.id, FixedAsk("U0ANA", "2.1"), Request("2.1", "U0ANA", "incident.fixed"))
    assert answer is not None
    assert answer.code is not AnswerCode.NO_SUCH_INCIDENT
    assert await house.live() == []
    house.time += timedelta(minutes=1)
    await house.incidents.signal([house.events.signal_of(alarm(service="shop"), house.time)])
    assert (await house.only()).reopened == 1
