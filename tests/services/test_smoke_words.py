"""What walks mean: findings with words of the check, the way out, and flows to copy that are sound."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.domain.severity import Trouble
from bot.services.config import Config
from bot.services.smoke_news import news_of, reports, topic_of
from bot.services.smoke_words import findings_of, known_of, snippet
from bot.store.db import Store
from checks.flow.model import FlowSeen, State, StepSeen
from checks.model import Severity, Status
from tests.services.watchtower import START

PRODUCT = """
product: {name: Shop, domain: shop.test}
services: {shop: {owner: ben, critical: true}}
people: {ben: {slack: U0BEN, role: owner}}
hosts: [{name: shop.test, purpose: marketing}, {name: app.shop.test, purpose: app}]
"""
READY = """
flows:
  - {id: callback, template: billing-callback, service: shop}
  - {id: checkout, template: checkout, service: shop}
  - {id: hook, template: webhook, with: {url: /hooks}}
  - {id: login, template: login, env: {password: P}, with: {email: qa@shop.test, shows: Hello}}
"""


def read(folder: Path, flows: str = READY) -> Config:
    """The product with these flows."""
    (folder / "launch.yml").write_text(PRODUCT + flows)
    return Config.read(folder / "launch.yml")


def seen(config: Config, id: str, code: str, state: State = State.FAILED) -> FlowSeen:
    """That flow, broken at its first step."""
    flow = next(one for one in config.inventory.flows if one.id == id)
    first = StepSeen(flow.steps[0].name, state, "status", "answers with error 500", "", 500, 9, "shop.test", "/x")
    return FlowSeen(id, state, code, f"{flow.title} fails", (first,), (), flow.name, flow.service, flow.carries, START)


def test_what_is_offered_to_copy_is_sound(tmp_path: Path) -> None:
    """With the product's own addresses, and nothing else in the file needs to change."""
    text = snippet(read(tmp_path, ""))
    assert "https://app.shop.test/" in text
    config = read(tmp_path, text)
    assert config.error is None, config.error
    assert [one.id for one in config.inventory.flows] == ["login", "checkout"]


@pytest.mark.parametrize(
    ("flow", "code", "topic", "trouble"),
    [
        ("checkout", "payment", "checkout_broken", Trouble.CHECKOUT),
        ("callback", "payment", "payments_not_recorded", Trouble.SMOKE),
        ("callback", "forged_accepted", "webhooks_failing", Trouble.SMOKE),
        ("hook", "broken", "webhooks_failing", Trouble.SMOKE),
        ("login", "login", "login_broken", Trouble.SMOKE),
    ],
)
async def test_what_leads_out_and_how_bad_it_is(
    tmp_path: Path, flow: str, code: str, topic: str, trouble: Trouble
) -> None:
    """Customers who cannot pay weigh most; where a provider's report fails, nobody is kept from paying."""
    config = read(tmp_path)
    one, walked = next(one for one in config.inventory.flows if one.id == flow), seen(config, flow, code)
    assert topic_of(one, walked) == topic
    assert topic in config.library.books
    assert reports(one) is (flow in ("callback", "hook"))
    store = Store.open(tmp_path / "launch.db")
    try:
        found = await store.read(lambda c: news_of(c, config, config.inventory.flows, [walked], before={}, now=START))
    finally:
        store.close()
    [signal] = found
    assert (signal.trouble, signal.service) == (trouble, "shop" if flow in ("callback", "checkout") else "shop.test")


def test_findings_are_those_of_the_check(tmp_path: Path) -> None:
    """With owner, words and steps as evidence; what could not be tried is unknown in every form."""
    config = read(tmp_path)
    walked = (seen(config, "checkout", "payment"), seen(config, "login", "secret_missing", State.UNKNOWN))
    broken, unsure = findings_of(config, config.inventory.flows, walked)
    assert (broken.check, broken.target, broken.status, broken.severity, broken.owner) == (
        "flow.smoke", "Checkout", Status.FAIL, Severity.BLOCKER, "ben",
    )  # fmt: skip
    assert "Customers cannot pay" in broken.summary
    assert broken.evidence[0].answer.startswith("failed: answers with error 500")
    assert unsure.status is Status.UNKNOWN
    known = known_of(config, (*walked, seen(config, "hook", "broken")))
    assert known.topics["checkout"] == "checkout_broken"
    assert known.reports == {"hook"}


def test_a_walk_of_flows_that_are_gone_is_still_shown(tmp_path: Path) -> None:
    """launch.yml has changed since: nothing is known about them but what was seen."""
    before = read(tmp_path)
    walked = (seen(before, "checkout", "payment"), seen(before, "login", "login"))
    after = read(tmp_path, READY.replace("id: checkout", "id: buy"))
    assert set(known_of(after, walked).findings) == {"login"}
