"""Who is on call: for nobody, for one, for ten, with turns, swaps, gaps, and on nights when clocks change."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.blockkit.validator import validate_message
from bot.render.blocks import message
from bot.render.text import text
from bot.services.config import Config
from bot.services.oncall import roster_of
from bot.services.people import People
from bot.store import settings, turns
from bot.store.db import Store
from bot.views import oncall as view

START = datetime(2026, 11, 23, 13, 0, tzinfo=UTC)
PRODUCT = "product: {name: Shop, id: shop, domain: shop.test, time_zone: Europe/Madrid}\n"


@pytest.fixture
def roster(tmp_path):
    """Makes the roster of a launch.yml, after something was written into the store."""
    store = Store.open(tmp_path / "launch.db")

    def make(team: str, now: datetime = START, write=lambda connection: None):
        (tmp_path / "launch.yml").write_text(PRODUCT + team)
        config = Config.read(tmp_path / "launch.yml")
        assert config.error is None, config.error

        def work(connection):
            write(connection)
            return roster_of(connection, People.of(config), now)

        return store.write_now(work)

    yield make
    store.close()


def shown(one) -> str:
    """As text, after Slack's own rules were held against it."""
    document = view.oncall(one)
    assert validate_message(message(document)) == []
    return text(document, width=200, colour=False)


def test_an_empty_rota_is_loud(roster):
    """It says that nobody would come, and which line repairs it."""
    one = roster("")
    assert one.nobody
    said = shown(one)
    assert "Nobody is on call" in said
    assert "nobody would hear of an outage" in said
    assert "people: {ana: {slack: U0123456789}}" in said


def test_the_owner_of_the_workspace_is_the_last_resort(roster):
    """Named as such, still loudly."""
    one = roster("", write=lambda c: settings.put(c, "shop", "installer", "U0MIA", START))
    assert one.turns[0].why == "installer"
    assert "U0MIA" in shown(one)


def test_a_team_of_one_has_no_backup_and_is_covered(roster):
    """The same person is called again; that is said."""
    one = roster("people: {ana: {slack: U0ANA}}\nservices: {shop: {owner: ana}}\n")
    assert one.complete
    assert one.turns[0].until is None
    assert "the same person is called again" in shown(one)


def test_ten_people_take_turns(roster):
    """Now, when it changes, who is next; services with the same answer stand on one line."""
    names = [f"p{index}" for index in range(10)]
    team = "people:\n" + "".join(f"  {name}: {{slack: U0{name.upper()}}}\n" for name in names)
    team += "services: {shop: {owner: p0}, mail: {owner: p5}, api: {owner: p0}}\n"
    team += f"rotation: {{people: [{', '.join(names)}], every: week, starts: 2026-11-23}}\n"
    one = roster(team)
    assert [turn.services for turn in one.turns] == [("shop", "api"), ("mail",)]
    assert {(turn.owner.name, turn.then.name) for turn in one.turns} == {("p0", "p1")}
    assert {turn.until for turn in one.turns} == {datetime(2026, 11, 30, 8, tzinfo=UTC)}
    assert one.complete
    shown(one)


def test_a_swap_holds_until_its_end(roster):
    """Somebody who is not in launch.yml may take over, too: Slack knows them."""

    def swap(connection):
        turns.add(connection, "shop", "U0EXTRA", START - timedelta(hours=1), START + timedelta(hours=5), author="U0ANA")

    one = roster("people: {ana: {slack: U0ANA}}\nservices: {shop: {owner: ana}}\n", write=swap)
    [turn] = one.turns
    assert (turn.owner.slack, turn.why, turn.until, turn.then.slack) == (
        "U0EXTRA", "override", START + timedelta(hours=5), "U0ANA",
    )  # fmt: skip
    assert "takes over until" in shown(one)


def test_names_that_reach_nobody_are_said_with_the_reason(roster):
    """Left, a guest, written down without an id, not written down at all."""

    def gone(connection):
        settings.put(connection, "shop", "gone:U0BEN", "left", START)
        settings.put(connection, "shop", "gone:U0KAI", "guest", START)

    one = roster(
        "people: {ana: {slack: U0ANA}, ben: {slack: U0BEN}, kai: {slack: U0KAI}, eve: {}}\n"
        "services: {shop: {owner: ben, backup: kai}, mail: {owner: eve}}\n",
        write=gone,
    )
    assert {each.name: each.why for each in one.lost} == {"ben": "left", "kai": "guest", "eve": "no_slack"}
    assert {each.service for each in one.gaps} == {"shop", "mail"}
    said = shown(one)
    assert "has left this Slack workspace" in said
    assert "guests cannot answer an alert" in said
    assert one.turns[0].owner.slack == "U0ANA", "never nobody"


@pytest.mark.parametrize(
    ("now", "until"),
    [
        # Clocks go back on 25 October 2026 in Madrid: the night has an hour more.
        (datetime(2026, 10, 24, 22, 0, tzinfo=UTC), datetime(2026, 10, 25, 7, 0, tzinfo=UTC)),
        # And forward on 29 March 2026: it has one less.
        (datetime(2026, 3, 28, 22, 0, tzinfo=UTC), datetime(2026, 3, 29, 6, 0, tzinfo=UTC)),
    ],
)
def test_nights_when_clocks_change_end_at_eight_by_the_wall(roster, now, until):
    """Quiet hours end when the clock on the wall says so."""
    one = roster("people: {ana: {slack: U0ANA}}\nservices: {shop: {owner: ana}}\n", now)
    assert one.turns[0].owner.quiet_until == until


def test_quiet_hours_of_several_zones_are_told_apart(roster):
    """Each on their own clock."""
    said = shown(
        roster(
            "people: {ana: {slack: U0ANA}, ken: {slack: U0KEN, time_zone: Asia/Tokyo}}\n"
            'services: {shop: {owner: ana, backup: ken}}\nquiet_hours: {from: "23:00", to: "07:00"}\n'
        )
    )
    assert "23:00 to 07:00 in Asia/Tokyo" in said
    assert "Europe/Madrid" in said
