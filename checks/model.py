"""What a check is and what it answers: plain frozen values, no logic that looks at the world."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from checks.flow.model import Flow
    from checks.inventory import Inventory, Monitor
    from checks.probe import Probe

Json = None | bool | int | float | str | list["Json"] | tuple["Json", ...] | Mapping[str, "Json"]


class Status(StrEnum):
    """The five answers. UNKNOWN means "could not look": it is never shown as green or red."""

    PASS = "pass"  # noqa: S105  (an answer, not a password)
    WARN = "warn"
    FAIL = "fail"
    UNKNOWN = "unknown"
    NA = "n/a"

    @property
    def bad(self) -> bool:
        """Whether a person should act on it."""
        return self in (Status.WARN, Status.FAIL)


class Severity(StrEnum):
    """How much a finding matters before a launch; an incident has SEV1 to SEV4 instead."""

    BLOCKER = "blocker"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"

    @property
    def rank(self) -> int:
        """0 for blocker, 3 for low: sort key, worst first."""
        return tuple(Severity).index(self)

    def milder(self) -> Severity:
        """One step down; low stays low."""
        return tuple(Severity)[min(self.rank + 1, 3)]

    def capped(self, worst: Severity) -> Severity:
        """This severity, but never worse than `worst`."""
        return self if self.rank >= worst.rank else worst


class Purpose(StrEnum):
    """What a host is for; it gives the environment, so staging never mixes with production."""

    MARKETING = "marketing"
    APP = "app"
    API = "api"
    ADMIN = "admin"
    AUTH = "auth"
    HELP = "help"
    STAGING = "staging"
    PREVIEW = "preview"
    OTHER = "other"

    @property
    def environment(self) -> str:
        """`staging` and `preview` stand apart; everything else is `production`."""
        return self.value if self in (Purpose.STAGING, Purpose.PREVIEW) else "production"


class Kind(StrEnum):
    """What a check looks at; a check runs once for each target of its kind."""

    DOMAIN = "domain"
    """A registrable domain with its root and www: `example.com`."""
    HOST = "host"
    """One DNS name that serves a purpose: `app.example.com`."""
    MAIL = "mail"
    """A domain that sends mail (the part after @ of the From or envelope address)."""
    MONITOR = "monitor"
    """One URL with expectations that is probed again and again."""
    FLOW = "flow"
    """A walk that a customer takes, step by step."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One answer that a check can give: its status and its words. `{name}` is filled from `Verdict.seen`."""

    status: Status
    summary: str
    """What a person reads first, one sentence without a full stop."""
    impact: str = ""
    """What customers feel; empty where nothing is wrong."""
    fix: tuple[str, ...] = ()
    """Steps, the first one first; each is one action."""
    severity: Severity = Severity.LOW
    breaks: bool = False
    """Customers cannot get through while this lasts: on a host of a login, sign-up or payment flow it is a blocker."""
    runbook: str = ""
    """Topic of the runbook that leads out of it; empty where none exists."""


@dataclass(frozen=True, slots=True)
class Target:
    """One thing to look at. `name` is unique within its kind and is what people and the JSON report call it."""

    kind: Kind
    name: str
    host: str
    """ASCII (A-label) DNS name, lower case, no trailing dot."""
    inventory: Inventory
    url: str = ""
    purpose: Purpose = Purpose.OTHER
    service: str = ""
    owner: str = ""
    critical: bool = True
    """Whether a launch-critical flow needs it; where it does not, severities drop one step."""
    flow: str = ""
    """`login`, `signup` or `payment` where it carries that flow."""
    monitor: Monitor | None = None
    walk: Flow | None = None
    """The walk, where the target is one."""

    @property
    def environment(self) -> str:
        """`production`, `staging` or `preview`."""
        return self.purpose.environment


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a judge returns: a key of the check's outcome table, and the values seen (they fill its words)."""

    code: str
    seen: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Asked:
    """One piece of evidence: what was asked, of whom, and the answer (masked, at most 500 characters)."""

    what: str
    of: str
    answer: str
    took_ms: int = 0


@dataclass(frozen=True, slots=True)
class Finding:
    """The answer of one check about one target, with everything that a person or the JSON report shows."""

    check: str
    target: str
    code: str
    status: Status
    severity: Severity
    summary: str
    impact: str = ""
    fix: tuple[str, ...] = ()
    seen: Mapping[str, Json] = field(default_factory=dict)
    verify: str = ""
    """A command to see it oneself, ready to paste into a shell."""
    links: tuple[str, ...] = ()
    owner: str = ""
    requirements: tuple[str, ...] = ()
    took_ms: int = 0
    evidence: tuple[Asked, ...] = ()
    at: datetime | None = None
    kind: Kind = Kind.HOST
    service: str = ""
    environment: str = "production"
    breaks: bool = False
    blocker_class: bool = False
    """The check's default severity is blocker: while it is unknown, the verdict cannot be "go"."""
    runbook: str = ""


Runner = Callable[[Target, "Probe"], Awaitable[Verdict]]
Applies = Callable[[Target], bool]


@dataclass(frozen=True, slots=True)
class Check:
    """A registered check: one question asked of one target."""

    id: str
    title: str
    kind: Kind
    why: str
    """The module's docstring; its first line is what `explain` says first."""
    outcomes: Mapping[str, Outcome]
    run: Runner
    severity: Severity
    """Default severity, as in the catalogue; blocker-class checks decide between go and not-proven."""
    worst: Severity
    """No finding of this check is ever worse than this."""
    requirements: tuple[str, ...]
    measured: str
    """How it is measured, in one or two sentences a founder can read."""
    verify: str
    """Template of the command to see it oneself; `{host}`, `{name}`, `{url}`, keys of `seen` are filled in, quoted."""
    links: tuple[str, ...]
    applies: Applies
    again: bool = True
    """A bad answer is looked at once more before it is said; False where it rests on many tries already."""

    @property
    def family(self) -> str:
        """The part before the dot: `mail.spf` is of family `mail`."""
        return self.id.partition(".")[0]
