"""A smoke flow as written down, and what was seen when somebody walked it: plain frozen values.

A flow is a short walk that a customer takes: open the page, fill the form, see the dashboard. A step is one request,
one form, or a few moves of a browser, and what must be seen afterwards. `{name}` in a step is filled from secrets,
from what an earlier step took out of a page, and from `{run}`, `{email}` and `{totp:name}`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from checks.model import Json

STEP_SECONDS = 15.0
"""No step takes longer, whatever the server does."""
TOTAL_SECONDS = 120.0
"""No walk of all flows takes longer, clean-up included."""
CLEANUP_SECONDS = 10.0
"""Of these, what is kept for clean-up."""
WEBHOOK_GOOD, WEBHOOK_LONGEST = 1.0, 5.0
"""Seconds until a receiver of webhooks has answered: up to the first it is quick, beyond the second senders give up."""


class State(StrEnum):
    """How a step or a flow ended. UNKNOWN means "could not look": it is never said as broken."""

    OK = "ok"
    FAILED = "failed"
    SKIPPED = "skipped"
    """Not tried, since what it needs had failed."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Extract:
    """A value that later steps use as `{name}`."""

    name: str
    source: str
    """`regex` (with one group), `json` (dotted path), `header`, `cookie` or `field` (of a form on the page)."""
    what: str


@dataclass(frozen=True, slots=True)
class Expect:
    """What must be seen after a step. All of it must hold."""

    status: tuple[int, ...] = ()
    """Accepted status codes; empty: 200 to 299."""
    contains: str = ""
    absent: str = ""
    json_path: str = ""
    """Dotted path that must be there: `cart.items.0.price`."""
    json_equals: str = ""
    """Its value as text; empty: any."""
    header: str = ""
    """`Name: value` that must be present, value compared without case."""
    final_host: str = ""
    final_path: str = ""
    redirect_to: str = ""
    """Whole URL or path that the first answer must lead to; a query is compared only where one is written."""
    cookie: str = ""
    """Cookie that must be kept afterwards."""
    no_cookie: str = ""
    """Cookie that must be gone afterwards."""
    refused: bool = False
    """A forged message: it must be answered with 400, 401 or 403."""
    closed: bool = False
    """A page for members: a stranger must get 401, 403, or the page to log in."""


@dataclass(frozen=True, slots=True)
class Sign:
    """How a message is signed."""

    like: str
    """`stripe`, `github`, `standard` or `hex`."""
    secret: str
    """Name of the key among the flow's secrets."""
    header: str = ""


@dataclass(frozen=True, slots=True)
class Request:
    """What a step sends."""

    url: str
    """Whole URL, or a path on the flow's base."""
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, str] = field(default_factory=dict)
    json: Json = None
    body: str = ""
    sign: Sign | None = None
    follow: bool = True
    """Follow redirects, on hosts of the inventory only."""


@dataclass(frozen=True, slots=True)
class Submit:
    """A form of the page seen last: its hidden fields are kept, ours are filled in."""

    form: str = ""
    """`#id`, its name, its action, or `with:field` for the one that has this field; empty: the first that has all
    fields that are filled in."""
    fields: Mapping[str, str] = field(default_factory=dict)
    follow: bool = True
    press: str = ""
    """Words, name or value of the button that is pressed; empty: as Enter does."""


@dataclass(frozen=True, slots=True)
class Move:
    """One thing done in a browser."""

    act: str
    """`open`, `fill`, `click`, `see`, `not_see` or `wait`."""
    what: str
    """URL or path; CSS selector; text."""
    value: str = ""
    """What is filled in."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that a customer does; exactly one of `request`, `submit` and `browser` is there."""

    name: str
    request: Request | None = None
    submit: Submit | None = None
    browser: tuple[Move, ...] = ()
    extract: tuple[Extract, ...] = ()
    expect: Expect = Expect()
    within: float = STEP_SECONDS
    """Seconds, never more than 15."""
    slow_after: float | None = None
    """Seconds from which it is said to be slow; None: never."""
    required: bool = True
    """False: where it fails the flow goes on, and is not called broken."""
    repeat: bool | None = None
    """Whether it may be done twice; None: only what merely reads (GET, HEAD)."""
    webhook: bool = False
    """A receiver of webhooks: how quickly it answers is judged."""


@dataclass(frozen=True, slots=True)
class Flow:
    """A walk that a customer takes."""

    id: str
    base: str
    """Whole URL that paths stand on: `https://app.example.com/`."""
    hosts: frozenset[str]
    """Hosts that may be asked: those written down. No other one is, wherever a page leads."""
    steps: tuple[Step, ...]
    cleanup: tuple[Step, ...] = ()
    """Always done at the end, also after a failure: removes what the walk has made."""
    name: str = ""
    service: str = ""
    owner: str = ""
    carries: str = ""
    """`login`, `signup` or `payment` where it is one of these."""
    critical: bool = True
    after: str = ""
    """Id of the flow that must have gone well before."""
    secrets: Mapping[str, str] = field(default_factory=dict)
    """Name used in steps to name of the environment variable."""
    email: str = ""
    """Mailbox of test customers, `qa@example.com`: `{email}` is `qa+{run}@example.com`."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Go along with every request, such as the one that lets tests past a captcha."""
    run: str = ""
    """The tag of what this walk makes, where it was written down beforehand; else each walk has one of its own."""

    @property
    def title(self) -> str:
        """As people call it."""
        return self.name or self.id


@dataclass(frozen=True, slots=True)
class StepSeen:
    """What was seen at one step. All texts are masked, one line, for a person."""

    name: str
    state: State
    code: str
    """`ok`, `slow`, `webhook_slow`, `status`, `text`, … : see docs/flows.md."""
    sentence: str = ""
    """The end of a sentence that begins with the step's name: "answers with error 500 instead of a page"."""
    evidence: str = ""
    """What the answer said, at most 300 characters."""
    status: int = 0
    """HTTP status of the last answer; 0 where none came."""
    ms: int = 0
    host: str = ""
    path: str = ""
    """Without its query."""
    required: bool = True
    tries: int = 1
    needs: tuple[str, ...] = ()
    """Environment variables, or hosts, that are missing."""


@dataclass(frozen=True, slots=True)
class FlowSeen:
    """One flow, walked once."""

    id: str
    state: State
    code: str
    """An outcome of the check `flow.smoke`: `ok`, `slow`, `broken`, `blocked`, `secret_missing`, …"""
    sentence: str
    """Whole, for a person: "checkout start fails: price not found"."""
    steps: tuple[StepSeen, ...] = ()
    cleanup: tuple[StepSeen, ...] = ()
    name: str = ""
    service: str = ""
    carries: str = ""
    at: datetime | None = None
    """When the walk began, UTC."""
    ms: int = 0
    """Clean-up included."""
    run: str = ""
    """The tag of what this walk has made."""
    needs: tuple[str, ...] = ()
    """Environment variables, or hosts, that are missing."""

    @property
    def title(self) -> str:
        """As people call it."""
        return self.name or self.id

    @property
    def at_fault(self) -> StepSeen | None:
        """The step that the sentence is about; None where all is well or nothing was tried."""
        ranks = (
            lambda step: step.state is State.FAILED and step.required,
            lambda step: step.state is State.UNKNOWN and step.required,
            lambda step: step.state is State.FAILED,
            lambda step: step.code == "webhook_slow",
            lambda step: step.code == "slow",
        )
        return next((step for rank in ranks for step in self.steps if rank(step)), None)
