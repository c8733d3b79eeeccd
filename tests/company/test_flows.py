"""The demo company's flows, walked by the real engine: all well at first, and each of its faults where it hurts."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.clock import SystemClock
from bot.config.inventory import to_inventory
from bot.config.load import load
from bot.demo.company import Company
from checks.flow.walk import walk_all
from checks.net.session import Session


@pytest.fixture
async def company(tmp_path: Path) -> AsyncIterator[Company]:
    """The company, with its launch.yml."""
    async with Company(tmp_path / "company") as company:
        company.write_config("http://127.0.0.1:9")
        yield company


async def walked(company: Company) -> dict[str, str]:
    """The answer of each flow."""
    inventory = to_inventory(load(company.folder / "launch.yml"))
    now = SystemClock().now()

    def opened(flow: object) -> Session:
        return Session(inventory.network, now, hosts=flow.hosts)  # type: ignore[attr-defined]

    return {seen.id: seen.code for seen in await walk_all(inventory.flows, opened, inventory.secrets, now)}


async def test_customers_get_everywhere_and_nothing_is_left_behind(company: Company) -> None:
    """Forms with tokens, log-in, sign-up and checkout; the test customer is gone afterwards."""
    before = set(company.state.accounts)
    assert await walked(company) == {"checkout": "ok", "login": "ok", "signup": "ok", "api": "ok"}
    assert set(company.state.accounts) == before


async def test_a_bad_release_is_found_by_the_flow_that_pays(company: Company) -> None:
    """The others go on."""
    company.switch("checkout_500", on=True)
    assert await walked(company) == {"checkout": "payment", "login": "ok", "signup": "ok", "api": "ok"}


async def test_a_sign_up_that_leads_to_the_test_system_is_not_followed_there(company: Company) -> None:
    """Whether that host is written down decides: sent there or unknown, never a sign-up that counts."""
    company.state.staging_signup = True
    found = await walked(company)
    assert found["signup"] != "ok"
    assert {flow: code for flow, code in found.items() if flow != "signup"} == {
        "checkout": "ok", "login": "ok", "api": "ok"
    }  # fmt: skip
