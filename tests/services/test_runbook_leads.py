"""Which runbook an incident leads to: what its monitor names, else the answer that failed, else its trouble."""

from __future__ import annotations

from bot.domain.runbook.book import Runbook
from bot.runbooks import load
from bot.services.runbook_leads import live, topic_of
from bot.store import incidents
from tests.services.test_behind import Shop, shop

__all__ = ["shop"]


async def topics(shop: Shop, books: dict[str, Runbook], **leads: str) -> tuple[str, list[str]]:
    """The topic of the outage, and those of everything that is broken."""

    def read(connection: object) -> tuple[str, list[str]]:
        incident = incidents.live(connection, "shop")[0]  # type: ignore[arg-type]
        named = {name.replace("_", "-"): topic for name, topic in leads.items()}
        one = topic_of(connection, "shop", books, incident, named)  # type: ignore[arg-type]
        return one, [topic for _, topic in live(connection, "shop", books, named)]  # type: ignore[arg-type]

    return await shop.store.read(read)


async def test_the_answer_that_failed_leads_to_its_runbook(shop: Shop) -> None:
    """An error of the server: the site is down."""
    assert await topics(shop, dict(load())) == ("site_down", ["site_down"])


async def test_a_monitor_that_names_a_runbook_leads_there(shop: Shop) -> None:
    """Before anything else; a topic that does not exist counts for nothing."""
    assert await topics(shop, dict(load()), Sign_up="signup_broken") == ("signup_broken", ["signup_broken"])
    assert (await topics(shop, dict(load()), Sign_up="nothing"))[0] == "site_down"
    assert (await topics(shop, dict(load()), Other="signup_broken"))[0] == "site_down"


async def test_where_no_runbook_fits_none_is_offered(shop: Shop) -> None:
    """And the incident is left out of the list."""
    only = {"update_dns": load()["update_dns"]}
    assert await topics(shop, only) == ("", [])
