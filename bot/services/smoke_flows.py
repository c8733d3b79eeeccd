"""The flows of launch.yml as the engine walks them, found by name, and one walk of them with the secrets of now."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from difflib import get_close_matches
from ipaddress import ip_network
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bot.config.names import is_address
from bot.services.config import Config
from bot.services.smoke_tags import remains, tagged
from checks.flow.model import CLEANUP_SECONDS, TOTAL_SECONDS, Flow, FlowSeen
from checks.flow.secret import secrets_of
from checks.inventory import Network
from checks.net.jar import local

if TYPE_CHECKING:
    from checks.flow.walk import OnProgress

CLOSE = 0.5


class UnknownFlow(Exception):
    """No flow of launch.yml is called like this."""

    def __init__(self, name: str, nearest: tuple[str, ...]) -> None:
        super().__init__(f"{name} is no flow of launch.yml")
        self.name = name
        self.nearest = nearest


def flows_in(config: Config) -> tuple[Flow, ...]:
    """Every flow of launch.yml, in order; none while it cannot be used."""
    return config.inventory.flows if config.inventory is not None else ()


def pick(flows: Sequence[Flow], names: Iterable[str]) -> tuple[Flow, ...]:
    """Those that are meant, by id, name, or what customers do on them, in their own order; all where none is named.

    Raises `UnknownFlow` for a name that fits none.
    """
    wanted: set[str] = set()
    for name in names:
        found = [one.id for one in flows if _folded(name) in (_folded(one.id), _folded(one.name))]
        found = found or [one.id for one in flows if one.carries and _folded(name) == _folded(one.carries)]
        if not found:
            raise UnknownFlow(name[:100], _near(flows, name))
        wanted.update(found)
    return tuple(one for one in flows if one.id in wanted or not wanted)


def _folded(name: str) -> str:
    """`Sign-up` is `sign up` is `signup`."""
    return "".join(letter for letter in name.casefold() if letter.isalnum())


def _near(flows: Sequence[Flow], name: str) -> tuple[str, ...]:
    by_folded = {_folded(text): one.id for one in flows for text in (one.id, one.name, one.carries) if text}
    found = get_close_matches(_folded(name)[:100], list(by_folded), n=3, cutoff=CLOSE)
    return tuple(dict.fromkeys(by_folded[one] for one in found))


HERE = ("localhost", "127.0.0.1", "::1")
"""This machine's names for itself: a server that was started as one of them leads to another."""


def elsewhere(flows: Iterable[Flow], base: str) -> tuple[Flow, ...]:
    """The flows at another address, such as a preview: paths stand on it, and its host may be asked."""
    host = (urlsplit(base).hostname or "").lower()
    hosts = {host, *HERE} if local(host) else {host}
    return tuple(replace(one, base=base, hosts=one.hosts | hosts) for one in flows)


def reach(network: Network, base: str) -> Network:
    """How that address is reached: where somebody names this machine itself, it may be asked."""
    host = urlsplit(base).hostname or ""
    if network.allow_private is True or not local(host):
        return network
    opened = network.allow_private if isinstance(network.allow_private, tuple) else ()
    own = [ip_network(host)] if is_address(host) else []
    return replace(network, allow_private=(*opened, *own, *(ip_network(one) for one in HERE[1:])))


def environment(folder: Path | None = None) -> Mapping[str, str]:
    """The environment variables as they are now, with those of `.env` in this folder behind them."""
    file = (folder or Path()) / ".env"
    if not file.is_file():
        return os.environ
    from dotenv import dotenv_values

    return {name: value for name, value in dotenv_values(file).items() if value is not None} | dict(os.environ)


async def walk(
    flows: Sequence[Flow],
    network: Network,
    environ: Mapping[str, str],
    now: datetime,
    *,
    seconds: float = TOTAL_SECONDS,
    tags: Mapping[str, str] = MappingProxyType({}),
    on_progress: OnProgress | None = None,
) -> tuple[FlowSeen, ...]:
    """Walk these flows now, within `seconds`. Secrets are read here, and kept nowhere.

    `tags`: by flow, the tag of what its walk makes, where that was written down before.
    """
    from checks.flow.walk import walk_all
    from checks.net.limits import Limits
    from checks.net.session import Session

    secrets = secrets_of((name for one in flows for name in one.secrets.values()), environ)
    hosts = frozenset(host for one in flows for host in one.hosts)
    # Walks are meant to be quick, and only hosts that are written down are asked: their own pace is not held up.
    limits = Limits(network.rate, network.burst, network.unlimited | hosts)

    def opened(flow: Flow) -> Session:
        return Session(network, now, hosts=flow.hosts, headers=tuple(flow.headers.items()), limits=limits)

    seen = await walk_all(
        [tagged(one, tags[one.id]) if one.id in tags else one for one in flows],
        opened,
        secrets,
        now,
        total_seconds=seconds,
        promised=seconds >= TOTAL_SECONDS,
        on_progress=on_progress,
    )
    return tuple(replace(one, run=tags[one.id]) if one.run and one.id in tags else one for one in seen)


async def clear(
    flows: Sequence[Flow], network: Network, environ: Mapping[str, str], now: datetime, left: Mapping[str, str]
) -> None:
    """Remove what walks that were cut off have left behind. `left`: their tags, by flow."""
    found = [remains(one, left[one.id]) for one in flows if one.id in left]
    todo = [one for one in found if one is not None]
    if todo:
        await walk(todo, network, environ, now, seconds=CLEANUP_SECONDS)
