"""A deploy as `launch deploy` and curl report it: one JSON object, of which only `version` is needed."""

from __future__ import annotations

import hashlib
import secrets
import sqlite3
from datetime import datetime
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, Field, ValidationError

from bot.config.names import shown
from bot.config.nearest import did_you_mean
from bot.domain.deploys import Deploy, Stage
from bot.domain.heard import Marker, Progress, environment_of
from bot.services.plain_json import STRICT, Moment, Unreadable, loaded, sentence, text_of
from bot.store import deploys, heard
from checks.masking import mask
from checks.model import Json

SOURCE = "launch"
"""As in `/hooks/launch`, and in the deploy's own row."""
UNDER_WAY = frozenset({Stage.STARTED, Stage.LIVE, Stage.SMOKE})
"""Stages that something more is awaited at."""
STATUSES = tuple(one.value for one in Progress)
NOTE = 300
_HEX = frozenset("0123456789abcdefABCDEF")


def _line(text: str) -> str:
    return " ".join(text.split())


def _status(word: str) -> str:
    if word not in STATUSES:
        near = did_you_mean(word, STATUSES)
        raise ValueError(f'"{shown(word)}" is no status{near or "; known are " + ", ".join(STATUSES)}')
    return word


def _version(text: str) -> str:
    if not text:
        raise ValueError("write what goes out, such as v43 or a commit")
    return text


def _commit(text: str) -> str:
    if text and not (7 <= len(text) <= 64 and _HEX.issuperset(text)):
        raise ValueError("write the commit id, 7 to 64 hexadecimal digits")
    return text.lower()


def _address(text: str) -> str:
    if not text:
        return ""
    try:
        parts = urlsplit(text)
        whole = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        whole = False
    if not whole:
        raise ValueError("write a whole address that begins with https://")
    return mask(text)


Short = Annotated[str, Field(max_length=100), AfterValidator(_line)]
Address = Annotated[str, Field(max_length=2000), AfterValidator(_line), AfterValidator(_address)]


class Report(BaseModel):
    """What is sent."""

    model_config = STRICT

    version: Annotated[Short, AfterValidator(_version)]
    status: Annotated[str, AfterValidator(_status)] = Progress.LIVE.value
    environment: Short = "production"
    service: Short = ""
    author: Short = ""
    note: Annotated[str, Field(max_length=10_000)] = ""
    commit: Annotated[Short, AfterValidator(_commit)] = ""
    before: Short = ""
    url: Address = ""
    log_url: Address = ""
    compare_url: Address = ""
    key: Short = ""
    at: Moment | None = None
    delivery: Short = ""
    """The same each time that this one report is sent."""


FIELDS = tuple(Report.model_fields)


def read(body: bytes) -> Report:
    """The report in a body. Raises `Unreadable`."""
    found = loaded(text_of(body))
    if not isinstance(found, dict):
        raise Unreadable('Write an object such as {"version": "v43", "status": "live"}.')
    try:
        return Report.model_validate(found)
    except ValidationError as error:
        raise Unreadable(sentence(error, FIELDS)) from None


def delivery(report: Report) -> str:
    """Under which id it is written down: its own, else what its key makes, else one that nobody else has."""
    if report.delivery:
        return report.delivery
    if not report.key:
        return secrets.token_hex(16)
    parts = (report.key, report.status, report.version, report.environment, report.service)
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def marker(report: Report, now: datetime) -> Marker:
    """What it means. What is for people to read is masked."""
    return Marker(
        source=SOURCE,
        progress=Progress(report.status),
        version=shown(report.version, 100),
        at=now if report.at is None else min(report.at, now),
        key=report.key,
        environment=environment_of(report.environment),
        service=report.service,
        author=shown(mask(report.author), 100),
        note=shown(mask(report.note.strip().partition("\n")[0][:NOTE]), NOTE),
        commit=report.commit,
        before=report.before,
        url=report.url,
        log_url=report.log_url,
        compare_url=report.compare_url,
    )


def standing(connection: sqlite3.Connection, product: str, key: str) -> dict[str, Json] | None:
    """How a deploy stands, by the id of one of its reports or by its key; None where nobody knows it."""
    came = heard.came_of(connection, product, SOURCE, key)
    numbers = came.get("deploys") if came is not None else None
    if isinstance(numbers, list) and numbers and isinstance(numbers[0], int):
        deploy = deploys.get(connection, numbers[0])
    elif came is not None:
        return {"stage": "reported", "over": False}
    else:
        deploy = deploys.by_key(connection, product, SOURCE, key)
        if deploy is None:
            return None
    return _stands(deploy) if deploy is not None else {"stage": "ignored", "over": True}


def _stands(deploy: Deploy) -> dict[str, Json]:
    walked = deploy.walked
    smoke: dict[str, Json] = {}
    if walked is not None:
        smoke = {"good": walked.good, "of": walked.of, "broken": list(walked.broken), "why": walked.why}
    return {
        "deploy": deploy.id,
        "version": deploy.version,
        "environment": deploy.environment,
        "service": deploy.service,
        "stage": deploy.stage.value,
        "over": deploy.stage not in UNDER_WAY,
        "previous": deploy.previous,
        "incident": deploy.incident,
        "smoke": smoke,
    }
