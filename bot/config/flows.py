"""The part of `launch.yml` about smoke flows: a short walk through the product, step by step."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from bot.config.names import BadName, web_url
from bot.config.patterns import pattern
from bot.config.section import Section
from bot.config.values import (
    Email,
    EnvironmentName,
    Header,
    HostName,
    Identifier,
    LongText,
    Path,
    Seconds,
    Statuses,
    Text,
    Url,
    refuse,
)

Critical = Literal["login", "signup", "payment"]
SOURCES = ("json", "header", "cookie", "field")
ACTS = ("open", "fill", "click", "see", "not_see", "wait")
TEMPLATES = (
    "login",
    "signup",
    "checkout",
    "billing-callback",
    "password-reset",
    "webhook",
    "api-health",
    "logout",
)

_BARE = re.compile(r"[A-Za-z0-9_-]{1,60}(?:/[A-Za-z0-9_./-]{0,60})?")
"""A path whose slash was forgotten."""


def _address(text: str) -> str:
    """A URL, a path, or one that begins with what an earlier step has found."""
    if any(character.isspace() for character in text):
        raise refuse("an address has no spaces; write %20 for one")
    if text[:1] in "/{":
        return text
    if "{" not in text and _BARE.fullmatch(text):
        raise refuse(f'write "/{text}" for a page of the product, or a whole address that begins with https://')
    try:
        return web_url(text) if "{" not in text else text
    except BadName as error:
        raise refuse(str(error)) from None


def _taken(text: str) -> str:
    source, colon, what = text.partition(":")
    if colon and source in SOURCES:
        if not what.strip():
            raise refuse(f"write what is taken, such as {source}: name")
        return f"{source}: {what.strip()}"
    return pattern(text)


StepUrl = Annotated[str, Field(max_length=2000), AfterValidator(_address)]
Taken = Annotated[str, Field(min_length=1, max_length=500), AfterValidator(_taken)]


class Sign(Section):
    """How a message is signed, as its real sender does it."""

    like: Literal["stripe", "github", "standard", "hex"] = Field(
        description="stripe, github, standard (Standard Webhooks), or hex (HMAC-SHA256 of the body)"
    )
    secret: Text = Field(description="Name from env: the key that sender and receiver share")
    header: Text | None = Field(default=None, description="With hex: the header that carries it; else X-Signature")


class Request(Section):
    """What a step sends."""

    url: StepUrl = Field(description="Whole URL, or a path on base")
    method: Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"] = Field(default="GET", description="HTTP method")
    headers: dict[str, Text] = Field(default={}, description="Headers; {name} is filled from env or extract")
    form: dict[str, Text] = Field(default={}, description="Form fields; {name} is filled from env or extract")
    payload: dict[str, Any] | None = Field(
        default=None, alias="json", description="JSON that is sent; {name} in its texts is filled"
    )
    body: LongText | None = Field(default=None, description="Raw body; {name} is filled from env or extract")
    sign: Sign | None = Field(default=None, description="Sign it as a real sender of webhooks does")
    follow: bool = Field(default=True, description="false: look at a redirect itself, and not where it leads")

    @model_validator(mode="after")
    def _one_body(self) -> Self:
        if sum((bool(self.form), self.payload is not None, self.body is not None)) > 1:
            raise refuse("write only one of form, json and body")
        return self


class Submit(Section):
    """A form of the page seen last, filled in; its hidden fields go along."""

    form: Text | None = Field(
        default=None, description="#id, name or action of the form, or with:FIELD; without it the one with these fields"
    )
    fields: dict[str, Text] = Field(default={}, description="What is filled in: field name to text")
    press: Text | None = Field(default=None, description="Words on the button; without it the first one of the form")
    follow: bool = Field(default=True, description="false: look at a redirect itself, and not where it leads")


class Move(Section):
    """One thing done in a browser: exactly one of open, fill, click, see, not_see and wait."""

    open: StepUrl | None = Field(default=None, description="Page to open")
    fill: Text | None = Field(default=None, description="Field to fill in: its label or name, or a CSS selector")
    value: Text | None = Field(default=None, alias="with", description="With fill: the text")
    click: Text | None = Field(default=None, description="Words on a button or link, or a CSS selector")
    see: Text | None = Field(default=None, description="Text that must appear")
    not_see: Text | None = Field(default=None, description="Text that must go away")
    wait: Text | None = Field(default=None, description="CSS selector of something that must appear")

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if sum(getattr(self, act) is not None for act in ACTS) != 1:
            raise refuse(f"write exactly one of {', '.join(ACTS)}")
        if (self.fill is None) != (self.value is None):
            raise refuse('fill needs a text beside it, as in {fill: email, with: "{email}"}')
        return self


class JsonFound(Section):
    """A value in a JSON answer."""

    path: Text = Field(description="Dotted path: cart.items.0.price")
    equals: Text | None = Field(default=None, description="The value there, as text; without it any")


class Expect(Section):
    """What a step must see; all of it must hold."""

    status: Statuses = Field(default=(), description="Accepted status codes; without it 200 to 299")
    contains: Text | None = Field(default=None, description="Text that must be in the page")
    absent: Text | None = Field(default=None, description="Text that must not be in the page")
    json_found: JsonFound | None = Field(default=None, alias="json", description="A value in a JSON answer")
    header: Header | None = Field(default=None, description='A header that must be there: "Name: value"')
    final_host: HostName | None = Field(default=None, description="Host at which redirects must end")
    final_path: Path | None = Field(default=None, description="Path at which redirects must end")
    redirect_to: StepUrl | None = Field(
        default=None,
        description="Where the answer must lead; a host alone means anywhere on it. It is not followed"
        " to hosts that are not listed",
    )
    cookie: Text | None = Field(default=None, description="Cookie that must be set afterwards")
    no_cookie: Text | None = Field(default=None, description="Cookie that must be gone afterwards")
    refused: bool = Field(default=False, description="true: a forged message, which must get 400, 401 or 403")
    closed: bool = Field(
        default=False, description="true: a page for members, where a stranger must get 401, 403 or the log-in page"
    )


class Step(Section):
    """One thing that a customer does: a request, a form, or moves in a browser; and what must be seen."""

    name: Text = Field(description="What the customer does here")
    request: Request | None = Field(default=None, description="What is sent")
    submit: Submit | None = Field(default=None, description="Or: a form of the page seen last")
    browser: tuple[Move, ...] = Field(
        default=(), max_length=30, description="Or: moves in a real browser; needs Playwright where the bot runs"
    )
    extract: dict[str, Taken] = Field(
        default={},
        description='Values for later steps: a regular expression with one group, or "json: path", "header: name",'
        ' "cookie: name", "field: name"',
    )
    expect: Expect = Field(default=Expect(), description="What must be seen")
    within: Seconds = Field(default=15.0, gt=0, le=15, description="Longest time for this step, 15s at most")
    slow_after: Seconds | None = Field(default=None, gt=0, description="From when it is said to be slow: 2s")
    required: bool = Field(default=True, description="false: when it fails, the rest is still tried")
    repeat: bool | None = Field(
        default=None, description="true: may be done twice when it fails; without it only what merely reads"
    )
    webhook: bool = Field(
        default=False, description="true: a receiver of webhooks, which must answer within a second, 5s at most"
    )

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if (self.request is not None) + (self.submit is not None) + bool(self.browser) != 1:
            raise refuse("write exactly one of request, submit and browser in a step")
        return self


class Flow(Section):
    """A walk that a customer takes: sign-up, checkout. Written as steps, or made from a template."""

    id: Identifier = Field(description="Short name: signup")
    name: Text | None = Field(default=None, description="How people call it")
    service: Text | None = Field(default=None, description="A name from services")
    owner: Text | None = Field(default=None, description="A name from people; without it the service's owner")
    carries: Critical | None = Field(default=None, description="What customers cannot do when it breaks")
    critical: bool | None = Field(
        default=None, description="Whether the launch depends on it; without it the service's"
    )
    base: Url | None = Field(
        default=None, description="What paths in steps stand on: https://app.example.com/; without it the canonical URL"
    )
    after: Identifier | None = Field(default=None, description="Id of a flow that must have gone well before")
    every: Seconds | None = Field(
        default=None, ge=300, le=604_800, description="Also walked this often, 5m to 7d; without it after deploys only"
    )
    env: dict[str, EnvironmentName] = Field(
        default={}, description="Secrets: name used in steps to environment variable"
    )
    email: Email | None = Field(
        default=None, description="Mailbox of test customers: qa@example.com; {email} is qa+TAG@example.com"
    )
    headers: dict[str, Text] = Field(
        default={}, description="Go along with every request, such as one that lets tests past a captcha"
    )
    template: Literal[TEMPLATES] | None = Field(  # type: ignore[valid-type]
        default=None, description="A ready flow in place of steps: " + ", ".join(TEMPLATES)
    )
    parameters: dict[str, Text] = Field(default={}, alias="with", description="What the template asks for")
    steps: tuple[Step, ...] = Field(default=(), description="The steps in order", max_length=30)
    cleanup: tuple[Step, ...] = Field(
        default=(), description="Always done at the end: removes what the walk has made", max_length=10
    )

    @model_validator(mode="after")
    def _steps_or_template(self) -> Self:
        if bool(self.steps) == (self.template is not None):
            raise refuse("write either steps or a template")
        return self
