"""Which runbook leads out of an incident."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.domain.severity import Trouble
from bot.runbooks import load
from bot.services.runbook_leads import topic_of
from bot.store import looks
from bot.store.db import Store
from bot.store.looks import Stored
from tests.views.incident_samples import incident, member

NOW = datetime(2026, 11, 27, 21, 0, tzinfo=UTC)
FLOWS = {"Checkout": "payment", "Sign-up": "signup", "Log-in": "login"}


@pytest.fixture
def store(tmp_path: Path):
    """An empty one."""
    store = Store.open(tmp_path / "launch.db")
    yield store
    store.close()


def topic(store: Store, probe: str, code: str, others: str, trouble: Trouble = Trouble.REACH, **more) -> str:
    """For one monitor that is down with that answer, while the home page stands as `others`."""

    def work(connection):
        seen = (Stored(probe, "", "down", NOW, {"code": code}), Stored("Home", "", others, NOW, {}))
        looks.put(connection, "acme", seen)
        found = incident(trouble, members=(member(probe, trouble),))
        return topic_of(connection, "acme", load(), found, **more)

    return store.write_now(work)


@pytest.mark.parametrize(
    ("probe", "expected"),
    [("Checkout", "checkout_broken"), ("Sign-up", "signup_broken"), ("Log-in", "login_broken"), ("Blog", "site_down")],
)
def test_one_thing_that_customers_do_has_a_runbook_of_its_own(store, probe, expected):
    """Where the rest of the site is up; a page where nobody does anything is the site."""
    assert topic(store, probe, "http_5xx", "up", flows=FLOWS) == expected


def test_where_nothing_is_up_the_site_is_down(store):
    """Whichever page failed first."""
    assert topic(store, "Checkout", "http_5xx", "down", flows=FLOWS) == "site_down"
    assert topic(store, "Checkout", "http_5xx", "recovering", flows=FLOWS) == "checkout_broken"


def test_what_lies_below_the_page_comes_first(store):
    """A certificate that ran out is no broken checkout."""
    assert topic(store, "Checkout", "slow", "up", Trouble.LATENCY, flows=FLOWS) == "slow_pages"
    assert topic(store, "Checkout", "", "up", Trouble.TLS, flows=FLOWS) == "certificate_expired"


def test_a_monitor_may_name_its_runbook_itself(store):
    """That wins over what it does."""
    leads = {"Checkout": "third_party_outage"}
    assert topic(store, "Checkout", "http_5xx", "up", leads=leads, flows=FLOWS) == "third_party_outage"
