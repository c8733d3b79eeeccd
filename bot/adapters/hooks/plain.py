"""The bot's own JSON, for senders that a founder writes: deploys, signals of trouble, counted events.

`{"deploy": {…}}`, `{"signal": {…}}` and `{"events": [{…}]}`, alone or together; one of them may also stand without its
name around it. What cannot be understood is refused with one sentence that names the place: whoever wrote it is a
person who can mend it, unlike with the other senders.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from bot.adapters.hooks.base import Becomes, Inbound, Refused, Said
from bot.adapters.hooks.reading import (
    ADDRESS,
    LINE,
    NAME,
    NO_JSON,
    commit,
    ident,
    link,
    load,
    moment,
    number,
    sentence,
    text,
)
from bot.domain.heard import EVENT_KINDS, Counted, Heard, Marker, Outside, Progress, environment_of
from checks.masking import clip, mask

MOST = 1000
"""Events in one request."""
LARGEST_COUNT = 1_000_000
CLASSES = ("reach", "latency", "errors", "jobs", "note")
STATES = ("firing", "resolved")
SEVERITIES = ("blocker", "high", "medium", "low")
DEPLOY = (
    *("version", "status", "environment", "service", "author", "note", "commit", "before"),
    *("url", "log_url", "compare_url", "key", "at"),
)
SIGNAL = ("service", "class", "state", "title", "evidence", "key", "severity", "environment", "url", "at")
EVENT = ("kind", "count", "service", "sample", "at")
TOP = ("deploy", "signal", "events", "id")


class _Wrong(Exception):
    """What is wrong, as a sentence; never leaves this file."""


def parse(request: Inbound, source: str) -> Said | Refused:
    """What the body tells, or what is wrong with it."""
    body = load(request.body)
    if body is None:
        return NO_JSON
    try:
        heard = _heard(body, request.received_at, source)
    except _Wrong as wrong:
        return Refused(clip(str(wrong), LINE), status=400)
    return Said(heard) if heard else Refused("Write a deploy, a signal or events.", status=400)


def id_of(body: bytes) -> str:
    """The id that its sender gave it, the same each time that it is sent; empty without one."""
    return ident(load(body), "id")


def _heard(body: Mapping[str, Any], now: datetime, source: str) -> tuple[Heard, ...]:
    if not any(name in body for name in TOP[:3]):
        body = {**_named({name: value for name, value in body.items() if name != "id"}), "id": body.get("id", "")}
    _known(body, TOP, "The body")
    if not isinstance(body.get("id", ""), str | int):
        raise _Wrong("id: write a text.")
    heard: list[Heard] = []
    if "deploy" in body:
        heard.append(_deploy(_object(body["deploy"], "deploy"), now, source))
    if "signal" in body:
        heard.append(_signal(_object(body["signal"], "signal"), now, source))
    events = body.get("events", [])
    if not isinstance(events, list) or len(events) > MOST:
        raise _Wrong(f"events: write a list of at most {MOST:,}.")
    for place, event in enumerate(events, start=1):
        where = f"events, entry {place}"
        heard.append(_event(_object(event, where), now, source, where))
    return tuple(heard)


def _named(body: Mapping[str, Any]) -> Mapping[str, Any]:
    if "version" in body:
        return {"deploy": body}
    if "kind" in body:
        return {"events": [body]}
    return {"signal": body} if "class" in body or "state" in body else body


def _object(found: Any, where: str) -> Mapping[str, Any]:
    if not isinstance(found, dict):
        raise _Wrong(f"{where}: write an object.")
    return found


def _known(node: Mapping[str, Any], names: tuple[str, ...], where: str) -> None:
    for name in node:
        if name not in names:
            raise _Wrong(f'{where} has no field "{clip(name, 40)}"; known are {", ".join(names)}.')


def _word(node: Mapping[str, Any], name: str, where: str) -> str:
    found = node.get(name, "")
    if isinstance(found, bool) or not isinstance(found, str | int):
        raise _Wrong(f"{where}.{name}: write a text.")
    return clip(mask(text(node, name)), NAME)


def _one_of(node: Mapping[str, Any], name: str, where: str, names: tuple[str, ...], *, otherwise: str = "") -> str:
    found = node.get(name, otherwise)
    if found not in names and not (found == "" == otherwise):
        raise _Wrong(f"{where}.{name}: write one of {', '.join(names)}.")
    return str(found)


def _read(node: Mapping[str, Any], name: str, where: str, reader: Callable[..., str], wrong: str) -> str:
    found = reader(node, name)
    if not found and node.get(name) not in (None, ""):
        raise _Wrong(f"{where}.{name}: {wrong}")
    return found


def _link(node: Mapping[str, Any], name: str, where: str) -> str:
    return _read(node, name, where, link, f"write a whole address with https:// and at most {ADDRESS} characters.")


def _free(node: Mapping[str, Any], name: str, where: str) -> str:
    found = node.get(name, "")
    if not isinstance(found, str):
        raise _Wrong(f"{where}.{name}: write a text.")
    return sentence(found)


def _when(node: Mapping[str, Any], now: datetime, where: str) -> datetime:
    if node.get("at") in (None, ""):
        return now
    read = moment(node["at"])
    if read is None:
        raise _Wrong(f"{where}.at: write a time such as 2026-11-20T12:00:00Z, or seconds since 1970.")
    return min(read, now)


def _deploy(node: Mapping[str, Any], now: datetime, source: str) -> Marker:
    where = "deploy"
    _known(node, DEPLOY, where)
    version = _word(node, "version", where)
    if not version:
        raise _Wrong("deploy.version: write what goes out, such as v43 or a commit.")
    progress = _one_of(node, "status", where, tuple(Progress), otherwise=Progress.LIVE.value)
    return Marker(
        source,
        Progress(progress),
        version,
        _when(node, now, where),
        _read(node, "key", where, ident, "write a text."),
        environment_of(_word(node, "environment", where)),
        _word(node, "service", where),
        _word(node, "author", where),
        _free(node, "note", where),
        _read(node, "commit", where, commit, "write the commit id, 7 to 64 hexadecimal digits."),
        _word(node, "before", where),
        _link(node, "url", where),
        _link(node, "log_url", where),
        _link(node, "compare_url", where),
    )


def _signal(node: Mapping[str, Any], now: datetime, source: str) -> Outside:
    where = "signal"
    _known(node, SIGNAL, where)
    key = _read(node, "key", where, ident, "write a text.")
    if not key:
        raise _Wrong("signal.key: write your own id of this trouble; the same again is the same trouble.")
    state = _one_of(node, "state", where, STATES, otherwise="missing")
    kind = _one_of(node, "class", where, CLASSES, otherwise="errors")
    evidence = _free(node, "evidence", where)
    return Outside(
        source,
        key,
        state == "firing",
        _free(node, "title", where) or evidence or f"Trouble of the kind {kind}",
        _when(node, now, where),
        _word(node, "service", where),
        kind,
        _one_of(node, "severity", where, SEVERITIES),
        environment_of(_word(node, "environment", where)),
        evidence,
        _link(node, "url", where),
    )


def _event(node: Mapping[str, Any], now: datetime, source: str, where: str) -> Counted:
    _known(node, EVENT, where)
    kind = _one_of(node, "kind", where, EVENT_KINDS, otherwise="missing")
    count = number(node.get("count", 1), 1, LARGEST_COUNT)
    if count is None:
        raise _Wrong(f"{where}.count: write a whole number from 1 to {LARGEST_COUNT:,}.")
    at_ = _when(node, now, where)
    return Counted(kind, at_, count, _word(node, "service", where), sample=_free(node, "sample", where), source=source)


EVENTS = (
    Becomes('{"deploy": {…}}', "a deploy: started, live (where nothing is said), failed, cancelled or released"),
    Becomes('{"signal": {…}}', "trouble, or its end"),
    Becomes('{"events": [{…}]}', "counted, by kind and service"),
    Becomes("anything else", "refused with a sentence that names the place"),
)
