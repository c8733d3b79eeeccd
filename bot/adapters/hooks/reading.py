"""Reads what senders wrote without trusting any of it: a wrong type is as good as nothing, every text is bounded.

Nothing here raises, whatever the bytes are. Free text is masked before it is cut, so that half a secret never stays.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from bot.adapters.hooks.base import Inbound, Refused, Said
from bot.domain.heard import environment_of
from checks.masking import clip, mask

NO_JSON = Refused("The body is no JSON object in UTF-8.", status=400)

NAME, LINE, ADDRESS = 100, 200, 500
"""The longest name, sentence and web address that are kept."""

_OLDEST = datetime(2000, 1, 1, tzinfo=UTC)
_LOOSE_TIME = re.compile(r"(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d(?:\.\d{1,9})?) ?(UTC|Z|[+-]\d\d:?\d\d)", re.ASCII)
_COMMIT = re.compile(r"[0-9a-f]{7,64}", re.IGNORECASE | re.ASCII)
_VERSION = re.compile(r"(?:[\w.-]{0,30}[-@/])?v?\d{1,9}(?:\.\d{1,9}){0,4}(?:[-+.][\w.+-]{1,40})?", re.ASCII)
_DEPLOY = re.compile(r"(?<![a-z])(?:re-?)?deploy", re.IGNORECASE)
_REVIEW = re.compile(
    r"(?<![a-z0-9])(?:pr|mr|pull)[ #_-]{0,3}\d+(?![a-z0-9])|(?<![a-z])(?:preview|review)(?![a-z])", re.IGNORECASE
)
_STAGING = re.compile(r"(?<![a-z])(?:staging|stage|stg|test|testing|qa|uat)(?![a-z])", re.IGNORECASE)


def load(body: bytes) -> Mapping[str, Any] | None:
    """The JSON object of a body; None where it is none, holds a number nobody can read, or is nested too deeply.

    How deep is too deep is the interpreter's own limit, about a thousand levels; nothing here goes down by recursion.
    """
    try:
        found = json.loads(body.decode("utf-8-sig"), parse_constant=_no_number)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def of_json(read: Callable[[Mapping[str, Any], Inbound], Said | Refused]) -> Callable[[Inbound], Said | Refused]:
    """A parser of requests from one of JSON objects: what is none is refused."""

    def parse(request: Inbound) -> Said | Refused:
        body = load(request.body)
        return NO_JSON if body is None else read(body, request)

    return parse


def _no_number(name: str) -> None:
    """`NaN` and `Infinity` are no JSON (RFC 8259 section 6)."""
    raise ValueError(name)


def at(node: Any, *path: str) -> Any:
    """What lies at a path of names; None where the path leads nowhere."""
    for name in path:
        if not isinstance(node, dict):
            return None
        node = node.get(name)
    return node


def objects(node: Any, *path: str, most: int) -> list[Mapping[str, Any]]:
    """The objects of a list, the first `most` of them; what is no object is passed over."""
    found = at(node, *path)
    return [one for one in found[:most] if isinstance(one, dict)] if isinstance(found, list) else []


def text(node: Any, *path: str, longest: int = NAME) -> str:
    """A text or a whole number as one line; empty where there is none."""
    found = at(node, *path)
    if isinstance(found, int) and not isinstance(found, bool) and abs(found) < 10**18:
        return str(found)
    return _line(found[: longest * 8], longest) if isinstance(found, str) else ""


def words(node: Any, *path: str, longest: int = LINE) -> str:
    """The first line of free text, masked."""
    found = at(node, *path)
    return sentence(found, longest) if isinstance(found, str) else ""


def sentence(found: str, longest: int = LINE) -> str:
    """The first line of a text, masked and cut."""
    head = found[: longest * 16].strip()
    return clip(mask(_plain(head.splitlines()[0])), longest) if head else ""


def _line(found: str, longest: int) -> str:
    return clip(_plain(found), longest)


def _plain(found: str) -> str:
    """One line without anything that cannot be seen: controls, changes of direction, halves, blanks of no width."""
    if not found.isprintable():
        found = "".join(letter if letter.isprintable() else " " for letter in found)
    return " ".join(found.split())


def ident(node: Any, *path: str) -> str:
    """A sender's own id; one that is too long is kept as its digest, so that two long ones stay two."""
    found = at(node, *path)
    if isinstance(found, str) and len(found) > NAME:
        return "sha256:" + hashlib.sha256(found.encode("utf-8", "surrogatepass")).hexdigest()
    return text(node, *path)


def commit(node: Any, *path: str) -> str:
    """A commit's id in small letters; empty where it is none, or stands for no commit (all zeros)."""
    found = text(node, *path)
    return found.lower() if _COMMIT.fullmatch(found) and found.strip("0") else ""


def link(node: Any, *path: str) -> str:
    """An http(s) address that can be shown: without a name and password, without a secret in its query."""
    found = at(node, *path)
    if not isinstance(found, str) or not 0 < len(found) <= ADDRESS or clip(found, ADDRESS) != found:
        return ""
    try:
        parts = urlsplit(found)
        fine = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return ""
    if not fine or any(letter.isspace() or letter in "<>|\"'`\\" for letter in found):
        return ""
    if mask(found) == found:
        return found
    bare = urlunsplit((parts.scheme, parts.netloc, parts.path, "", ""))
    return bare if mask(bare) == bare else ""


def moment(found: Any) -> datetime | None:
    """A time as senders write it: RFC 3339, GitLab's two ways, seconds or milliseconds since 1970."""
    try:
        if isinstance(found, bool):
            return None
        if isinstance(found, int | float):
            seconds = found / 1000 if found > 10**11 else found
            when = datetime.fromtimestamp(seconds, UTC) if math.isfinite(seconds) else None
        elif isinstance(found, str) and len(found) <= 50:
            when = _written(found.strip())
        else:
            return None
    except (ValueError, OverflowError, OSError):
        return None
    return when if when is not None and when >= _OLDEST else None


def _written(found: str) -> datetime:
    loose = _LOOSE_TIME.fullmatch(found)
    if loose is not None:
        found = f"{loose[1]}T{loose[2]}{loose[3].replace('UTC', 'Z')}"
    when = datetime.fromisoformat(found)
    return (when if when.tzinfo is not None else when.replace(tzinfo=UTC)).astimezone(UTC)


def when(now: datetime, *found: Any) -> datetime:
    """The first of several times that can be read, and not later than now; now where there is none."""
    for one in found:
        read = moment(one)
        if read is not None:
            return min(read, now)
    return now


def number(found: Any, least: int, most: int) -> int | None:
    """A whole number within bounds; None for anything else."""
    if isinstance(found, float) and found.is_integer():
        found = int(found)
    return found if isinstance(found, int) and not isinstance(found, bool) and least <= found <= most else None


def version(name: str, commit_id: str = "", *, otherwise: str = "") -> str:
    """What people call it: a name with a number in it (`v1.4`), else the commit's first seven letters."""
    name = name.removeprefix("refs/tags/")
    if name and _VERSION.fullmatch(name) and not (commit_id and commit_id.startswith(name.lower())):
        return name
    return commit_id[:7] or name or otherwise


def speaks_of_deploys(*names: str) -> bool:
    """Whether one of the names has the word "deploy" in it ("Deploy to production", `deploy.yml`; not "undeploy")."""
    return any(_DEPLOY.search(name) for name in names)


def environment_by_name(name: str) -> str:
    """The environment of an app that is told apart by its name alone: `shop-pr-12`, `shop-staging`, `shop`."""
    if _REVIEW.search(name):
        return "preview"
    return "staging" if _STAGING.search(name) else "production"


def environment(name: str, *, short_lived: bool = False) -> str:
    """`production`, `staging` or `preview`; what is made for one branch only is a preview, whatever it is called."""
    return "preview" if short_lived else environment_of(name)


def moment_name(when_: datetime) -> str:
    """What a version is called whose sender says neither name nor commit: its time, in UTC."""
    return (when_.astimezone(UTC) - timedelta(seconds=when_.second)).strftime("%Y-%m-%d %H:%M")


_LATENCY = re.compile(r"laten|slow|duration|response.?time|p9[059]\b|apdex", re.IGNORECASE)
_REACH = re.compile(r"\bdown\b|unreachable|unavailable|probe|absent|offline|blackbox|uptime", re.IGNORECASE)
_JOBS = re.compile(r"\bjobs?\b|cron|backup|queue|worker|batch", re.IGNORECASE)


def kind_of(*names: str) -> str:
    """What kind of trouble an alert speaks of, by the words of its name: `latency`, `reach`, `jobs`, else `errors`."""
    whole = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", " ".join(names))
    for pattern, kind in ((_LATENCY, "latency"), (_REACH, "reach"), (_JOBS, "jobs")):
        if pattern.search(whole):
            return kind
    return "errors"


_SEVERITIES = {
    **dict.fromkeys(("emergency", "page", "critical", "fatal", "blocker"), "blocker"),
    **dict.fromkeys(("high", "major", "error"), "high"),
    **dict.fromkeys(("warning", "warn", "medium"), "medium"),
    **dict.fromkeys(("minor", "low", "info", "informational", "notice", "none", "debug"), "low"),
}
"""A sender's word can only make trouble milder than its kind and service say, so the strongest ones change nothing."""


def severity_of(word: str) -> str:
    """`blocker`, `high`, `medium` or `low` from a sender's own word; empty where it says nothing."""
    return _SEVERITIES.get(word.strip().lower(), "")


def commit_page(repository: str, commit_id: str) -> str:
    """Where a commit of a repository can be read, at GitHub, GitLab and what works like them."""
    return f"{repository.rstrip('/')}/commit/{commit_id}" if repository and commit_id else ""
