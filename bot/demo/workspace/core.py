"""What every part of the workspace shares: state, handles, limits, faults, tokens, and the record of what happened."""

from __future__ import annotations

import secrets
from collections import deque
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from bot.demo.workspace import people
from bot.demo.workspace.faults import Faults
from bot.demo.workspace.handles import Handles
from bot.demo.workspace.limits import Limits
from bot.demo.workspace.manifest import Manifest
from bot.demo.workspace.pace import Pace
from bot.demo.workspace.state import Workspace

if TYPE_CHECKING:
    from bot.demo.workspace.dispatch import Dispatcher

APP_SCOPES = ("connections:write",)
KEPT_CALLS = 20_000


@dataclass(slots=True)
class CallRecord:
    """One Web API call as it came in."""

    at: float
    method: str
    args: dict[str, Any]
    caller: str
    """Whose token: `bot`, `app`, or empty where it was neither."""
    ok: bool | None = None
    """None while it runs, or where no answer was sent."""
    error: str = ""
    status: int = 0
    took_ms: float = 0.0
    fault: str = ""

    def as_json(self) -> dict[str, Any]:
        """For `GET /_control/calls`."""
        return asdict(self)


@dataclass(slots=True)
class Violation:
    """Something an app must not do."""

    at: float
    kind: str
    """`late_ack`, `unknown_ack`, `second_ack`, `payload_ignored`, `bad_answer`, `bad_frame`."""
    detail: str
    envelope: str = ""
    took_ms: float = 0.0

    def as_json(self) -> dict[str, Any]:
        """For `GET /_control/violations`."""
        return asdict(self)


class Tokens:
    """The app's two tokens and what each may do."""

    def __init__(self, scopes: tuple[str, ...]) -> None:
        self.bot = f"xoxb-{secrets.randbelow(10**12):012d}-{secrets.randbelow(10**12):012d}-{secrets.token_hex(12)}"
        self.app = f"xapp-1-{people.APP_ID}-{secrets.randbelow(10**12):012d}-{secrets.token_hex(32)}"
        self.scopes = list(scopes)
        self.problem: dict[str, str] = {}
        """Token kind → `token_revoked`, `account_inactive`, `invalid_auth` …; empty: good."""

    def kind(self, token: str) -> str:
        """`bot`, `app`, or empty."""
        if secrets.compare_digest(token.encode("utf-8", "replace"), self.bot.encode()):
            return "bot"
        if secrets.compare_digest(token.encode("utf-8", "replace"), self.app.encode()):
            return "app"
        return ""


@dataclass(slots=True)
class Core:
    """The parts, wired."""

    manifest: Manifest
    pace: Pace
    workspace: Workspace
    handles: Handles
    limits: Limits
    faults: Faults
    tokens: Tokens
    signing_secret: str
    base_url: str = ""
    """`http://127.0.0.1:PORT`, known once the server listens."""
    calls: deque[CallRecord] = field(default_factory=lambda: deque(maxlen=KEPT_CALLS))
    violations: list[Violation] = field(default_factory=list)
    dispatcher: Dispatcher = field(init=False)

    def violation(self, kind: str, detail: str, envelope: str = "", took_ms: float = 0.0) -> None:
        """Write down what the app must not do."""
        self.violations.append(Violation(self.pace.now(), kind, detail, envelope, took_ms))

    def response_url(self, key: str) -> str:
        """The address of a response URL."""
        return f"{self.base_url}/response/{key}"


def build(manifest: Manifest, *, pace: Pace, limits: bool, grant_optional: bool) -> Core:
    """A fresh core; the dispatcher is added by the server."""
    return Core(
        manifest,
        pace,
        Workspace(manifest, pace),
        Handles(pace),
        Limits(pace, on=limits),
        Faults(),
        Tokens(manifest.scopes(optional=grant_optional)),
        secrets.token_hex(16),
    )
