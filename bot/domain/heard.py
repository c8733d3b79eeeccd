"""What the outside tells the bot: a version that goes out, trouble that others see, events that are counted.

A sender's own words end here: each of its files turns them into these, and nothing behind it knows the sender.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Progress(StrEnum):
    """How far a version is, as its sender says."""

    STARTED = "started"
    """It is being built or rolled out; customers still have the one before."""
    LIVE = "live"
    """Customers have it."""
    FAILED = "failed"
    """It did not go out; customers still have the one before."""
    CANCELLED = "cancelled"
    """Somebody stopped it, or a newer one took its place before it was live."""
    RELEASED = "released"
    """It has a name and notes now; that moves nothing by itself."""


@dataclass(frozen=True, slots=True)
class Marker:
    """One report about one deploy. Several belong together by `source` and `key`."""

    source: str
    """Who says it: `github`, `vercel`, `probe`, `slack`, `terminal` …"""
    progress: Progress
    version: str
    """Short name of what goes out: a commit's first seven letters, `v43`; at most 100 characters."""
    at: datetime
    """When it happened, as the sender says; never later than it was heard."""
    key: str = ""
    """The sender's own id of the deploy; empty: version, environment and service tell them apart."""
    environment: str = "production"
    """`production`, `staging` or `preview`; senders' own words are translated (`environment_of`)."""
    service: str = ""
    """As in launch.yml; empty: the whole product."""
    author: str = ""
    note: str = ""
    """First line of what changed."""
    commit: str = ""
    """Whole commit id, hexadecimal."""
    before: str = ""
    """Commit or version that was live before, where the sender says so."""
    url: str = ""
    """Where the version can be seen."""
    log_url: str = ""
    """Where its log is."""
    compare_url: str = ""
    """Where the changes between `before` and this can be read."""


@dataclass(frozen=True, slots=True)
class Outside:
    """Trouble that somebody else sees: a monitor of their own, an error tracker."""

    source: str
    key: str
    """The sender's own id of the trouble: what is said again under it is the same trouble."""
    firing: bool
    """False: it is over."""
    title: str
    at: datetime
    service: str = ""
    """As in launch.yml; what is not known there is told all the same, as nobody's."""
    trouble: str = "errors"
    """What kind: `reach`, `latency`, `errors`, `jobs` or `note`."""
    severity: str = ""
    """`blocker`, `high`, `medium` or `low`; empty: by kind and service."""
    environment: str = "production"
    evidence: str = ""
    url: str = ""


EVENT_KINDS = (
    "login_ok",
    "login_failed",
    "signup_ok",
    "signup_failed",
    "checkout_ok",
    "checkout_failed",
    "payment_error",
    "webhook_ok",
    "webhook_failed",
    "job_ok",
    "job_failed",
    "email_failed",
    "http_5xx",
    "http_ok",
    "error",
)
"""What is counted. Those that end in `_ok` are never told; they say how many tries there were."""


@dataclass(frozen=True, slots=True)
class Counted:
    """Something that happened in the product, any number of times within a minute."""

    kind: str
    """One of `EVENT_KINDS`."""
    at: datetime
    count: int = 1
    service: str = ""
    origin: str = ""
    """Where it came from, unreadable: a keyed hash of an address or account. Equal origins are equal."""
    sample: str = ""
    """What one of them said, masked, one line."""
    source: str = "events"


Heard = Marker | Outside | Counted


_PRODUCTION = frozenset({"", "production", "prod", "live", "main", "master"})
_STAGING = frozenset({"staging", "stage", "stg", "test", "testing", "qa", "uat"})


def environment_of(name: str) -> str:
    """`production`, `staging` or `preview`, from a sender's own word for it; what is not known counts as preview."""
    word = name.strip().lower()
    if word in _PRODUCTION or word.startswith(("production", "prod-", "prod ")):
        return "production"
    if word in _STAGING or word.startswith("staging"):
        return "staging"
    return "preview"


_COMMIT_PAGE = re.compile(r"(https?://[^?#\s]+)/commit/([0-9a-f]{7,64})")
_COMMIT = re.compile(r"[0-9a-f]{7,64}")


def range_page(page: str, before: str) -> str:
    """Where all changes since the commit `before` can be read, from the page of a commit at GitHub or GitLab.

    The page itself where it is no such page, or where nobody knows the commit before.
    """
    found = _COMMIT_PAGE.fullmatch(page)
    known = found is not None and _COMMIT.fullmatch(before) is not None
    return f"{found[1]}/compare/{before}...{found[2]}" if found and known else page
