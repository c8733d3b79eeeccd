"""What a gate of CI says, as `launch secrets --tell` and its like send it, and its findings built anew from it.

No outside prose gets in: a finding comes as the names of a check and of one of its outcomes, with the values that fill
the words of that outcome. What does not fit is refused as a whole, with one sentence that names the place.
"""

from __future__ import annotations

import hashlib
import math
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, Field, ValidationError

from bot.blockkit.words import clean, safe_url
from bot.config.names import shown
from bot.config.nearest import did_you_mean
from bot.domain.gates import GATE_OF, Ended, Found, Gated, is_main
from bot.domain.heard import environment_of
from bot.domain.severity import adapt
from bot.services.config import Config
from bot.services.plain_json import STRICT, Moment, Unreadable, loaded, sentence, text_of
from checks.finding import ENGINE_OUTCOMES, build, holes, wanted
from checks.inventory import Inventory, expand
from checks.masking import mask
from checks.model import Check, Finding, Json, Kind, Status, Target, Verdict
from checks.registry import load
from checks.urls import host_of

SOURCE = "gate"
"""As in `/hooks/gate`."""
MOST = 50
"""Findings of one report; how many more there are is a number."""
VALUES, TEXT, ENTRIES = 40, 500, 20
"""Values of a finding, characters of one, entries of a list."""
LARGEST = 1e15
TARGET, WORD, LINK = 300, 100, 500
"""Characters of what was looked at, of a version, branch or person, of an address."""
_COMMIT = re.compile("[0-9a-fA-F]{7,64}")
_NUMBER = re.compile("[0-9]{1,12}")
_ENDED = {0: Ended.PASSED, 1: Ended.STOPPED, 3: Ended.UNPROVEN}
Word = Annotated[str, Field(max_length=WORD)]
Link = Annotated[str, Field(max_length=LINK)]


class _Finding(BaseModel):
    model_config = STRICT

    check: Word
    code: Word
    target: Annotated[str, Field(min_length=1, max_length=TARGET)]
    values: dict[str, Any] = Field(default={}, max_length=VALUES)


class _Report(BaseModel):
    model_config = STRICT

    findings: Annotated[list[Any], Field(min_length=1, max_length=MOST)]
    exit: Annotated[int, Field(strict=True)]
    more: Annotated[int, Field(ge=0, le=100_000, strict=True)] = 0
    at: Moment | None = None
    live: Annotated[bool, Field(strict=True)] = False
    environment: Word = ""
    version: Word = ""
    commit: Word = ""
    branch: Annotated[str, Field(max_length=250)] = ""
    default_branch: Annotated[str, Field(max_length=250)] = ""
    pull_request: Word = ""
    author: Word = ""
    log_url: Link = ""
    repository: Annotated[str, Field(max_length=250)] = ""
    builder: Word = ""
    key: Annotated[str, Field(max_length=200)] = ""
    id: Annotated[str, Field(max_length=200)] = ""


FIELDS = tuple(_Report.model_fields)
_FIELDS = tuple(_Finding.model_fields)


@dataclass(frozen=True, slots=True)
class Report:
    """What was understood."""

    said: Gated
    delivery: str
    """The same each time that this one report is sent."""


def read(body: bytes, now: datetime) -> Report:
    """The report in a body. Raises `Unreadable`."""
    entry = loaded(text_of(body))
    if not isinstance(entry, dict):
        raise Unreadable('Write one object, such as {"exit": 0, "findings": [{…}]}.')
    try:
        told = _Report.model_validate(entry)
    except ValidationError as error:
        raise Unreadable(sentence(error, FIELDS)) from None
    if told.exit not in _ENDED:
        raise Unreadable("exit: write 0 (in order), 1 (something is wrong) or 3 (something could not be seen).")
    at = now if told.at is None else min(told.at, now)
    findings = tuple(_found(one, f"findings, entry {number}: ") for number, one in enumerate(told.findings, start=1))
    gates = sorted({GATE_OF[one.check] for one in findings})
    if len(gates) != 1:
        raise Unreadable(f"The findings of {' and '.join(gates)} came together; send one report for each.")
    said = _said(told, gates[0], findings, at)
    return Report(said, _line(told.id, 200) or _delivery(body, told))


def _said(told: _Report, gate: str, findings: tuple[Found, ...], at: datetime) -> Gated:
    """The report as the bot keeps it. Raises `Unreadable`."""
    if told.commit and not _COMMIT.fullmatch(told.commit):
        raise Unreadable("commit: write the commit id, 7 to 64 hexadecimal digits.")
    change = told.pull_request.strip()
    if change and not _NUMBER.fullmatch(change):
        raise Unreadable("pull_request: write its number.")
    if told.log_url and not safe_url(told.log_url):
        raise Unreadable("log_url: write a whole address with https://.")
    branch, place = _line(told.branch), environment_of(told.environment)
    failed = any(_status(one) is Status.FAIL for one in findings)
    return Gated(
        gate=gate,
        ended=Ended.STOPPED if failed else _ENDED[told.exit],
        at=at,
        findings=findings,
        more=told.more,
        live=told.live,
        environment=place,
        version=_line(told.version) or told.commit[:7],
        commit=told.commit.lower(),
        branch=branch,
        change=change,
        main=is_main(branch, _line(told.default_branch), change, place),
        author=_line(told.author),
        log_url=safe_url(told.log_url),
        repository=_line(told.repository),
        builder=_line(told.builder),
        run=_line(told.key),
    )


def _delivery(body: bytes, told: _Report) -> str:
    """Without an id: the same words about the same moment are the same report."""
    return hashlib.sha256(body).hexdigest() if told.at is not None else secrets.token_hex(16)


def _found(entry: Any, where: str) -> Found:
    if not isinstance(entry, dict):
        raise Unreadable(f'{where}write an object such as {{"check": "sec.repo", "code": "ok", "target": "."}}.')
    try:
        one = _Finding.model_validate(entry)
    except ValidationError as error:
        raise Unreadable(where + sentence(error, _FIELDS)) from None
    if one.check not in GATE_OF:
        near = did_you_mean(one.check, GATE_OF) or f"; known are {', '.join(GATE_OF)}."
        raise Unreadable(f'{where}"{shown(one.check)}" is no check of a gate{near}')
    check = load()[one.check]
    if one.code not in check.outcomes and one.code != "offline":
        near = did_you_mean(one.code, check.outcomes) or ". Is the bot older than the command in CI?"
        raise Unreadable(f'{where}{check.id} has no outcome "{shown(one.code)}"{near}')
    target = _line(mask(one.target), TARGET)
    if not target:
        raise Unreadable(f"{where}target: write what was looked at.")
    asked = frozenset(wanted(check, one.code))
    values = {name: _value(value, f"{where}values.{shown(name, 40)}: ") for name, value in one.values.items()}
    found = Found(one.check, target, one.code, {name: value for name, value in values.items() if name in asked})
    missing = holes_of(found, check)
    if missing:
        raise Unreadable(f"{where}values: {' and '.join(missing)} must be there for the outcome {one.code}.")
    return found


def holes_of(found: Found, check: Check) -> tuple[str, ...]:
    """Values that the words need and that were not sent."""
    verdict = Verdict(found.code, found.values)
    return holes(check, _alone(check.kind, found.target, Inventory("", "")), verdict)


def _value(value: Any, where: str) -> Json:
    """One value, bounded. Raises `Unreadable`."""
    if isinstance(value, list):
        if len(value) > ENTRIES:
            raise Unreadable(f"{where}write at most {ENTRIES} entries.")
        if any(isinstance(one, list) for one in value):
            raise Unreadable(f"{where}write texts and numbers into a list.")
        return [_value(one, where) for one in value]
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        if (isinstance(value, float) and not math.isfinite(value)) or abs(value) > LARGEST:
            raise Unreadable(f"{where}that is no number to be shown.")
        return value
    if not isinstance(value, str):
        raise Unreadable(f"{where}write a text, a number, or a list of them.")
    if len(value) > TEXT:
        raise Unreadable(f"{where}write at most {TEXT} characters.")
    return _line(mask(value), TEXT)


def _line(text: str, most: int = WORD) -> str:
    return " ".join(clean(text).split())[:most]


def _status(found: Found) -> Status:
    outcomes = load()[found.check].outcomes
    return (outcomes.get(found.code) or ENGINE_OUTCOMES[found.code]).status


def finding_of(found: Found, config: Config, at: datetime) -> Finding | None:
    """The finding with the words that its check has now; None where they are no longer those that it was told in."""
    check = load().get(found.check)
    if check is None or found.code not in {*check.outcomes, *ENGINE_OUTCOMES} or holes_of(found, check):
        return None
    inventory = config.inventory or Inventory(config.product, "")
    # Of the whole product CI names files and variables, which are in no inventory.
    there = () if check.kind is Kind.DOMAIN else expand(inventory)
    target = next((one for one in there if one.kind is check.kind and found.target in (one.name, one.url)), None)
    target = target or _alone(check.kind, found.target, inventory)
    finding = build(check, target, Verdict(found.code, found.values), at=at)
    return adapt(finding, target, overrides=config.rules.severities)


def _alone(kind: Kind, name: str, inventory: Inventory) -> Target:
    """What is not written down in launch.yml: a file, a variable, an address that CI measured."""
    host = name if kind is Kind.HOST else host_of(name) if kind is Kind.MONITOR else ""
    return Target(kind, name, host, inventory, name if "://" in name else "")


def part_of(found: Found) -> str:
    """What of its check was looked at: a log, or the logger with made-up secrets."""
    return "canary" if found.code.startswith("canary") else ""


def values_of(finding: Finding) -> Mapping[str, Json]:
    """The values of a finding that its words need: nothing else leaves the machine of CI."""
    names = wanted(load()[finding.check], finding.code)
    return {name: _bounded(finding.seen[name]) for name in names if finding.seen.get(name) is not None}


def _bounded(value: Json) -> Json:
    if isinstance(value, list | tuple):
        return [_bounded(one) for one in value[:ENTRIES] if not isinstance(one, list | tuple)]
    if isinstance(value, bool | int | float) or value is None:
        return value
    text = value if isinstance(value, str) else ", ".join(f"{name}: {one}" for name, one in value.items())
    return text if len(text) <= TEXT else text[: TEXT - 1] + "…"
