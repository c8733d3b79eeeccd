"""The files that a host hands to every visitor: its pages, and the scripts of its own that they load.

Asked once per run however many checks read them. Bounded in number and size; what was not read is said.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from checks import firewall, trouble
from checks.assets import assets
from checks.inventory import Inventory
from checks.model import Json, Target, Verdict
from checks.net.facts import Chain, ChainEnd, Exchange
from checks.probe import Probe
from checks.urls import host_of
from checks.visit import visit

MAX_PAGES = 4
MAX_SCRIPTS = 20
MAX_BYTES = 5 * 1024 * 1024
AT_ONCE = 4
"""Scripts asked at the same time: other checks of the host want their turn too."""


@dataclass(frozen=True, slots=True)
class Served:
    """What a host hands out, as far as it was read."""

    host: str
    chains: tuple[Chain, ...]
    """The visits to its pages, the start page first."""
    scripts: tuple[Exchange, ...] = ()
    """Scripts of its own that answered, or that should have."""
    left_out: int = 0
    """Scripts beyond the bounds."""

    @property
    def pages(self) -> tuple[Exchange, ...]:
        """The answers of this host that visits ended at, each address once."""
        found = {
            chain.last.url: chain.last
            for chain in self.chains
            if chain.end is ChainEnd.FINAL and host_of(chain.last.url) == self.host
        }
        return tuple(found.values())

    @property
    def files(self) -> tuple[Exchange, ...]:
        """Everything that was read: pages, then scripts that are there."""
        return (*self.pages, *(script for script in self.scripts if 200 <= script.status < 300))

    @property
    def counted(self) -> str:
        """How many files were read, in words: `1 file`, `12 files`."""
        return f"{len(self.files)} file{'' if len(self.files) == 1 else 's'}"

    @property
    def unread(self) -> tuple[str, ...]:
        """Addresses that gave no answer at all."""
        pages = [chain.last.url for chain in self.chains if chain.end is ChainEnd.FAULT]
        return tuple(dict.fromkeys([*pages, *(script.url for script in self.scripts if script.fault is not None)]))


async def served(target: Target, probe: Probe, *, scripts: bool = True) -> Served:
    """Open the start page and the monitored pages of a host, then the scripts that they load from its owner."""
    inventory, host = target.inventory, target.host
    watched = [monitor.url for monitor in inventory.monitors if host_of(monitor.url) == host]
    urls = list(dict.fromkeys((f"https://{host}/", *watched)))[:MAX_PAGES]
    chains = tuple(await asyncio.gather(*(visit(probe, url) for url in urls)))
    pages = Served(host, chains)
    if not scripts:
        return pages
    wanted: dict[str, None] = {}
    for page in pages.pages:
        for asset in assets(page.text, page.url):
            if asset.kind == "js" and own(host_of(asset.url), inventory):
                wanted.setdefault(asset.url)
    answers: list[Exchange] = []
    asked = list(wanted)[:MAX_SCRIPTS]
    while asked and sum(len(answer.body) for answer in answers) < MAX_BYTES:
        now, asked = asked[:AT_ONCE], asked[AT_ONCE:]
        answers += await asyncio.gather(*(probe.get(url) for url in now))
    return Served(host, chains, tuple(answers), len(wanted) - len(answers))


def own(host: str, inventory: Inventory) -> bool:
    """Whether a host belongs to the product: written down, or below one of its domains."""
    names = {each.name for each in inventory.hosts}
    domains = (inventory.domain, *inventory.domains)
    return host in names or any(host == domain or host.endswith("." + domain) for domain in domains)


def unseen(found: Served, *, agent: str = firewall.AGENT) -> Verdict | None:
    """Why nothing can be judged: `blocked_by_firewall`, `only_leads_on` or `could_not_look`; None where it can."""
    chain = found.chains[0]
    seen: dict[str, Json] = {"url": chain.start, "agent": agent, "files": (), "count": 0, "read": "0 files"}
    blocked = firewall.blocked(chain.last)
    if blocked:
        return Verdict("blocked_by_firewall", seen | {"reason": blocked, "host": host_of(chain.last.url)})
    if chain.end is ChainEnd.FAULT:
        return Verdict("could_not_look", seen | {"reason": trouble.words(chain.last.fault)})
    if chain.end is not ChainEnd.FINAL:
        return Verdict("could_not_look", seen | {"reason": "its redirects do not come to an end"})
    if chain.last.status >= 500:
        return Verdict(
            "could_not_look", seen | {"reason": f"its start page answers with an error ({chain.last.status})"}
        )
    if not found.pages:
        return Verdict("only_leads_on", seen | {"to_host": host_of(chain.last.url)})
    return None
