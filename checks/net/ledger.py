"""What a run has sent, by kind and by whom it went to, so that an owner can find it again in the own logs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

KINDS = ("dns", "http", "tls", "tcp")
"""Questions to name servers, requests, handshakes without a request, mere connections."""


class Counting(Protocol):
    """Whoever asks name servers and counts it."""

    def sent(self) -> Counter[str]:
        """Packets and connections by server."""
        ...


def nobody(_kind: str) -> None:
    """For whoever does not count."""


@dataclass(slots=True)
class Ledger:
    """The counts of a run and of its second path, together."""

    names: list[Counting] = field(default_factory=list)
    _sent: dict[str, Counter[str]] = field(default_factory=dict)

    def of(self, host: str) -> Callable[[str], None]:
        """Where to tell the kind of each thing that goes to `host`."""

        def told(kind: str) -> None:
            self._sent.setdefault(kind, Counter())[host] += 1

        return told

    def told(self) -> dict[str, dict[str, int]]:
        """By kind and receiver; `dns`, `http` and `tls` are always there."""
        dns: Counter[str] = Counter()
        for names in self.names:
            dns += names.sent()
        kinds = {"dns": dns, "http": Counter[str](), "tls": Counter[str](), **self._sent}
        return {kind: dict(kinds[kind]) for kind in KINDS if kind in kinds}
