"""The part of `launch.yml` about smoke flows: a short walk through the product, step by step."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from bot.config.section import Section
from bot.config.values import EnvironmentName, HostName, Identifier, LongText, Seconds, Statuses, Text, UrlOrPath

Critical = Literal["login", "signup", "payment"]


class Request(Section):
    """What a step sends."""

    url: UrlOrPath = Field(description="Whole URL, or a path on the canonical URL")
    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] = Field(default="GET", description="HTTP method")
    headers: dict[str, Text] = Field(default={}, description="Headers; {name} is filled from env or extract")
    form: dict[str, Text] = Field(default={}, description="Form fields; {name} is filled from env or extract")
    body: LongText | None = Field(
        default=None, description="Raw body, such as JSON; {name} is filled from env or extract"
    )


class Expect(Section):
    """What a step must see."""

    status: Statuses = Field(default=(), description="Accepted status codes; without it 200 to 299")
    contains: Text | None = Field(default=None, description="Text that must be in the page")
    absent: Text | None = Field(default=None, description="Text that must not be in the page")
    final_host: HostName | None = Field(default=None, description="Host at which redirects must end")


class Step(Section):
    """One request and what it must see."""

    name: Text = Field(description="What the customer does here")
    request: Request = Field(description="What is sent")
    extract: dict[str, Text] = Field(
        default={}, description="Values for later steps: name to regular expression with one group"
    )
    expect: Expect = Field(default=Expect(), description="What must be seen")
    within: Seconds = Field(default=15.0, description="Longest time for this step")


class Flow(Section):
    """A walk that a customer takes: sign-up, checkout."""

    id: Identifier = Field(description="Short name: signup")
    name: Text | None = Field(default=None, description="How people call it")
    service: Text | None = Field(default=None, description="A name from services")
    carries: Critical | None = Field(default=None, description="What customers cannot do when it breaks")
    env: dict[str, EnvironmentName] = Field(
        default={}, description="Secrets: name used in steps to environment variable"
    )
    every: Seconds | None = Field(
        default=None, description="Walk it again after so long, beside each deploy; without it only then", ge=60
    )
    steps: tuple[Step, ...] = Field(description="The steps in order", min_length=1, max_length=30)
