"""Public evidence about the providers of a product, asked now: which host stands for it, which domain mails."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlsplit

from checks.inventory import Inventory
from checks.model import Purpose
from checks.net.live import LiveProbe
from checks.probe import Probe
from checks.recognition import gather, recognise

DEADLINE = 25.0
"""Seconds; whoever asks does not wait that long, and has the answer the next time."""
_RUNS = (Purpose.APP, Purpose.MARKETING, Purpose.AUTH, Purpose.API, Purpose.OTHER)
"""Which host tells most about where a product runs."""


async def recognised(inventory: Inventory, now: datetime) -> Mapping[str, str]:
    """Ids of `checks.providers` by fact (`dns_provider` …), or `none`; what is not sure is left out.

    Raises TimeoutError where the network takes too long; nothing else that the network does is an error.
    """
    async with asyncio.timeout(DEADLINE), LiveProbe(inventory.network, now) as probe:
        return await of(inventory, probe)


async def of(inventory: Inventory, probe: Probe) -> Mapping[str, str]:
    """The same through a probe that is open already."""
    return recognise(await gather(inventory.domain, host_of(inventory), mail_of(inventory), probe))


def host_of(inventory: Inventory) -> str:
    """The host under which the product is found: the app before the site, production only."""
    hosts = [one for one in inventory.hosts if one.purpose in _RUNS]
    hosts.sort(key=lambda one: (not one.flow, _RUNS.index(one.purpose)))
    return hosts[0].name if hosts else urlsplit(inventory.canonical).hostname or inventory.domain


def mail_of(inventory: Inventory) -> str:
    """The domain in the sender addresses of mail to customers."""
    return next((one.name for one in inventory.mail if one.sends), inventory.domain)
