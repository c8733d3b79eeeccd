"""A shop for each test: through `network.ports`, or on the real ports where this machine allows it."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.scenarios.terminal.shop import Shop, a_shop, free_address
from tests.servers.tls import Authority


@pytest.fixture
async def shop(authority: Authority, tmp_path: Path) -> AsyncIterator[Shop]:
    """The product through `network.ports`."""
    async with a_shop(tmp_path, authority) as shop:
        yield shop


@pytest.fixture
async def real_ports(authority: Authority, tmp_path: Path) -> AsyncIterator[Shop]:
    """The product on ports 80 and 443 of an address of its own, with no `ports` in the configuration."""
    try:
        address = free_address()
    except PermissionError as error:
        # A container of a CI system runs as root; there nothing but a mistake of ours keeps the ports away.
        if os.environ.get("CI") == "true" and os.geteuid() == 0:
            pytest.fail(str(error))
        pytest.skip(f"{error}: run the tests as root to prove the real ports")
    async with a_shop(tmp_path, authority, ports=(80, 443), address=address) as shop:
        yield shop


@pytest.fixture(params=["ports", "real"])
def anywhere(request: pytest.FixtureRequest) -> Shop:
    """Both, one after the other."""
    name = "shop" if request.param == "ports" else "real_ports"
    shop = request.getfixturevalue(name)
    assert isinstance(shop, Shop)
    return shop
