"""What every outside sender has in common: a request, what its proof says, and what it tells.

A sender is one file of this package that exports `SOURCE`; `load()` finds them all. Everything here is pure: no clock,
no socket, no file. No request, whatever its bytes are, makes any of it raise.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from bot.domain.heard import Heard

TOLERANCE = timedelta(minutes=5)
"""How far a signed time may be from the moment of arrival, before or after it."""


@dataclass(frozen=True, slots=True)
class Inbound:
    """One request as it came in."""

    headers: Mapping[str, str]
    """By lower-cased name."""
    body: bytes
    """As sent, unread: this is what is signed."""
    received_at: datetime
    """With its zone."""
    token: str = ""
    """The last part of the address `/hooks/<source>/<token>`, for senders that sign nothing."""


@dataclass(frozen=True, slots=True)
class Verified:
    """The sender knows the secret."""

    secret: int = 0
    """Which of the secrets it knows, from 0: the first is the one in force, the others are on their way out."""
    signed_at: datetime | None = None
    """When it was signed, where the sender signs a time; None: nothing tells an old request from a new one."""


@dataclass(frozen=True, slots=True)
class Refused:
    """It is not taken, and why: one sentence for the sender, without anything secret."""

    reason: str
    status: int = 401
    """401: not proven; 400: proven, but nothing that can be read."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a proven request tells."""

    heard: tuple[Heard, ...] = ()
    ignored: str = ""
    """Why nothing was heard, as one sentence; empty where something was."""


@dataclass(frozen=True, slots=True)
class Becomes:
    """One line of a sender's table: what is made of one of its events."""

    event: str
    """The sender's own name of it."""
    becomes: str


@dataclass(frozen=True, slots=True)
class Source:
    """One sender: how it proves itself, what it tells, and where people set it up."""

    name: str
    """As in `/hooks/<name>`; its file has the same name."""
    title: str
    """As people know it."""
    proof: str
    """What is verified, in words."""
    signs_body: bool
    """Whether one changed byte of the body is noticed."""
    signs_time: bool
    """Whether an old request is refused by its own signed time."""
    missing: str
    """What cannot be verified with this sender, in words; empty: nothing."""
    delivered: str
    """Where the id of a delivery comes from, in words."""
    events: tuple[Becomes, ...]
    setup: tuple[str, ...]
    """Where to click at the sender, step by step. `{url}` is the address of the hook, `{secret}` stands for the
    secret, `{variable}` for the name of its environment variable."""
    pages: tuple[str, ...]
    """The sender's own documentation that this follows."""
    verify: Callable[[Inbound, str], Verified | Refused]
    """Whether the request proves that its sender knows the secret (several, separated by commas, while one is
    replaced by another)."""
    parse: Callable[[Inbound], Said | Refused]
    """What it tells; called only for what was verified."""
    delivery: Callable[[Inbound], str]
    """The same for the same delivery, however often it is sent; at most 100 printable characters. Made only of what is
    signed, where the sender signs: an id that anybody can change would let the same request in twice."""

    @property
    def variable(self) -> str:
        """The environment variable that holds its secret."""
        return f"LAUNCH_HOOK_{self.name.upper()}_SECRET"


@cache
def load() -> Mapping[str, Source]:
    """Every sender by name, in alphabetical order: each module of this package that exports `SOURCE`."""
    import bot.adapters.hooks as package

    found: dict[str, Source] = {}
    for module in sorted(pkgutil.iter_modules(package.__path__), key=lambda one: one.name):
        source = getattr(importlib.import_module(f"{package.__name__}.{module.name}"), "SOURCE", None)
        if source is None:
            continue
        if not isinstance(source, Source) or source.name != module.name:
            raise ValueError(f"{module.name}.SOURCE must be a Source of that name")
        found[source.name] = source
    return found
