"""The part of `launch.yml` about what is looked at again and again."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from bot.config.flows import Critical
from bot.config.names import BadName, ascii_name, shown
from bot.config.records import Record
from bot.config.section import Section
from bot.config.values import Header, HostName, Seconds, Statuses, Text, UrlOrPath, refuse
from checks.model import Severity

KINDS = ("url", "tcp", "certificate", "record", "heartbeat")
EVERY = {"certificate": 21_600.0, "record": 300.0}
"""How often, where nothing is written down: what changes slowly is looked at seldom."""


def _host_and_port(text: str) -> str:
    host, colon, port = text.strip().rpartition(":")
    if not colon:
        raise refuse(f'"{shown(text)}" has no port; write it as db.example.com:5432')
    return f"{_host(host)}:{_port(port)}"


def _host_maybe_port(text: str) -> str:
    host, colon, port = text.strip().partition(":")
    return f"{_host(host)}:{_port(port) if colon else 443}"


def _host(text: str) -> str:
    try:
        return ascii_name(text)
    except BadName as error:
        raise refuse(str(error)) from None


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 5 and 1 <= int(text) <= 65535):
        raise refuse(f'"{shown(text)}" is not a port; write a number from 1 to 65535')
    return int(text)


class JsonValue(Section):
    """A value that must be in a JSON answer."""

    path: Text = Field(description="Dotted path: status or checks.0.ok")
    equals: Text = Field(description="The value there, as text")


class Expectation(Section):
    """What a monitor must see."""

    status: Statuses = Field(default=(), description="Accepted status codes; without it 200 to 299")
    contains: Text | None = Field(default=None, description="Text that must be in the answer")
    absent: Text | None = Field(default=None, description="Text that must not be in the answer")
    json_value: JsonValue | None = Field(
        default=None, alias="json", description="A value that must be in a JSON answer"
    )
    header: Header | None = Field(default=None, description='A header that must be there: "Name: value"')
    final_host: HostName | None = Field(default=None, description="Host at which redirects must end")
    first_byte: Seconds | None = Field(
        default=None, gt=0, le=10, description="An answer that begins later than this counts as none: 5s"
    )


class Heartbeat(Section):
    """A job that reports by itself, such as a nightly backup."""

    every: Seconds = Field(ge=60, le=2_678_400, description="How often it reports, 1m to 31d")
    grace: Seconds = Field(default=300.0, ge=0, le=604_800, description="How late it may be, up to 7d")
    longest: Seconds | None = Field(
        default=None, ge=1, le=2_678_400, description="How long one run may take, up to 31d; without it the grace"
    )


class Monitor(Section):
    """Something that is looked at again and again: a page, or one of the others beside it."""

    name: Text = Field(description="What customers call it: Login page")
    url: UrlOrPath | None = Field(default=None, description="A page: its whole URL, or a path on the canonical URL")
    tcp: Annotated[str, Field(max_length=300), AfterValidator(_host_and_port)] | None = Field(
        default=None, description="Instead of a page: a port that must be open, db.example.com:5432"
    )
    certificate: Annotated[str, Field(max_length=300), AfterValidator(_host_maybe_port)] | None = Field(
        default=None, description="Instead of a page: a certificate that must not run out, mail.example.com:993"
    )
    record: Record | None = Field(default=None, description="Instead of a page: a DNS record that must stay as it is")
    heartbeat: Heartbeat | None = Field(
        default=None, description="Instead of a page: a job that calls a URL of the bot when it is done"
    )
    every: Seconds = Field(
        default=60.0, ge=10, le=86400, description="How often, 10s to 1d; without it 60s, records 5m, certificates 6h"
    )
    expect: Expectation = Field(default=Expectation(), description="What must be seen")
    slow_after: Seconds = Field(default=2.0, gt=0, le=60, description="Server time above which an answer is slow")
    service: Text | None = Field(default=None, description="A name from services")
    owner: Text | None = Field(default=None, description="A name from people; without it the service's owner")
    critical: bool | None = Field(
        default=None, description="Whether the launch depends on it; without it the service's word"
    )
    flow: Critical | None = Field(default=None, description="login, signup or payment, where customers do that here")
    endpoint: (
        Literal["page", "cached_read", "auth", "billing", "dashboard", "dashboard_uncached", "admin", "webhook"] | None
    ) = Field(default=None, description="Class of endpoint; sets how fast it must be")
    severity: Severity | None = Field(default=None, description="Never call a problem here worse than this")
    runbook: Text | None = Field(
        default=None, description="Topic of the runbook that leads out, such as signup_broken; without it by what fails"
    )

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        given = [kind for kind in KINDS if getattr(self, kind) is not None]
        if len(given) != 1:
            what = f"{given[0]} and {given[1]}" if given else "nothing to look at"
            raise refuse(f"a monitor looks at one thing, this one has {what}; write one of {', '.join(KINDS)}")
        for key in ("expect", "slow_after", "endpoint", "flow"):
            if given != ["url"] and key in self.model_fields_set:
                raise refuse(f"{key} is about pages; it has no meaning beside {given[0]}")
        if self.heartbeat is not None and "every" in self.model_fields_set:
            raise refuse("how often a job reports stands under heartbeat: {every: 1d, grace: 1h}")
        if self.record is not None and self.record.name is None:
            raise refuse("a record needs its name here: {name: example.com, type: MX, equals: [...]}")
        return self

    @property
    def kind(self) -> str:
        """Which of the kinds it is."""
        return next(kind for kind in KINDS if getattr(self, kind) is not None)

    @property
    def interval(self) -> float:
        """Seconds between two looks."""
        return self.every if "every" in self.model_fields_set else EVERY.get(self.kind, self.every)
