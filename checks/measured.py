"""What was measured about speed on purpose: handed to checks as facts, as last results or fresh ones. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from checks.load_model import Load
from checks.regression import Call


@dataclass(frozen=True, slots=True)
class Compared:
    """One endpoint of a release beside the release before it."""

    call: Call | None
    """None where nothing could be compared; `reason` says why."""
    against: str
    """What it was compared with: a host, or `7 stored runs`."""
    pairs: int = 0
    """Samples of each side."""
    growth: float = 0.0
    """0.34: 34 % slower."""
    baseline_ms: float = 0.0
    """p95 as measured."""
    candidate_ms: float = 0.0
    low: float = 0.0
    """The growth lies between this and `high`, 95 % sure; both 0 where that is not known."""
    high: float = 0.0
    reason: str = ""
    stored: bool = False
    """Against stored runs, which share no noise with it."""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Budget:
    """What a page may weigh; None where nothing is written down."""

    scripts: int | None = None
    """Bytes of JavaScript as transferred."""
    total: int | None = None
    requests: int | None = None

    @property
    def empty(self) -> bool:
        """Whether it says nothing."""
        return self.scripts is None and self.total is None and self.requests is None


@dataclass(frozen=True, slots=True)
class Weight:
    """What a page makes a visitor download: itself and the files that its HTML names. Bytes as transferred."""

    url: str
    page: int = 0
    scripts: int = 0
    styles: int = 0
    pictures: int = 0
    fonts: int = 0
    requests: int = 1
    missing: int = 0
    """Files that could not be had."""
    heaviest: tuple[tuple[str, int], ...] = ()
    """The largest files, at most 3."""
    at_least: bool = False
    """Some file was larger than is read, or there were more than are asked for."""
    server_ms: float = 0.0
    status: int = 0
    """0 where the page could not be had; `reason` says why."""
    html: bool = True
    reason: str = ""
    blocked: str = ""
    """A firewall answered instead of the page."""
    at: datetime | None = None

    @property
    def total(self) -> int:
        """All of it."""
        return self.page + self.scripts + self.styles + self.pictures + self.fonts


@dataclass(frozen=True, slots=True)
class Lighthouse:
    """The middle of some runs of Lighthouse, a browser that plays a phone."""

    url: str
    runs: int
    score: int | None = None
    """0 to 100."""
    lcp_ms: float | None = None
    """When the largest part of the page is shown."""
    third_party_ms: float | None = None
    """For so long scripts of others keep the page from answering."""
    third_parties: tuple[str, ...] = ()
    """The heaviest of them, at most 3."""
    scripts: int | None = None
    """Bytes of JavaScript as transferred."""
    requests: int | None = None
    storms: tuple[tuple[str, int], ...] = ()
    """Addresses of data that one load asks for three times or more, and how often."""


@dataclass(frozen=True, slots=True)
class Speed:
    """What is written down and measured about speed."""

    budget: Budget = Budget()
    compared: Mapping[str, Compared] = field(default_factory=dict)
    """By name of the monitor."""
    loads: Mapping[str, Load] = field(default_factory=dict)
    """By name of the monitor."""
    weights: Mapping[str, Weight] = field(default_factory=dict)
    """By host; one that is missing is weighed where there is a budget."""
    scripts_before: Mapping[str, int] = field(default_factory=dict)
    """Bytes of JavaScript of the version before, by host."""
    lighthouse: Mapping[str, Lighthouse] = field(default_factory=dict)
    """By host."""
