"""The parts of `launch.yml` about people: who owns what, who is told where, who can repair it."""

from __future__ import annotations

import re
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from bot.config.patterns import pattern
from bot.config.section import Section
from bot.config.values import (
    Channel,
    Day,
    Email,
    EnvironmentName,
    Link,
    LongText,
    MailServer,
    Seconds,
    SlackUser,
    Text,
    TimeOfDay,
    TimeZone,
    Url,
    UrlOrPath,
    refuse,
)
from checks.model import Severity

HeaderName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}$")]
"""The name of a header (RFC 9110, token)."""
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


class Person(Section):
    """Someone of the team."""

    slack: SlackUser | None = Field(
        default=None, description="Slack member ID (U…), so that the bot can mention the person"
    )
    email: Email | None = Field(
        default=None, description="E-mail address; without slack the person is found in Slack by it"
    )
    role: Literal["owner", "member"] = Field(
        default="member", description="owner may mute, waive and run intrusive checks"
    )
    time_zone: TimeZone | None = Field(
        default=None, description="Where the person lives: whose night it is; without it the product's zone"
    )
    builder: bool = Field(
        default=False, description="true for whoever built the product: asked where nobody else can know"
    )


class Service(Section):
    """What customers name: "sign-up", "the shop"."""

    owner: Text | None = Field(default=None, description="Who is told first: a name from people")
    backup: Text | None = Field(
        default=None, description="Who is told when the owner does not answer: a name from people"
    )
    critical: bool | None = Field(
        default=None, description="Whether customers can sign up, log in or pay without it (false) or not (true)"
    )
    severity: Severity | None = Field(default=None, description="Never call a problem of this service worse than this")


class Route(Section):
    """One way to reach people besides Slack."""

    kind: Literal["email", "webhook", "ntfy", "sms", "other"] = Field(
        description="How; sms and other are whatever Apprise knows: Twilio, Telegram, Pushover …"
    )
    to: Text | None = Field(
        default=None,
        description="email: the mailbox, without it that of whoever is called; webhook: the URL; ntfy: topic or URL",
    )
    server: MailServer | None = Field(
        default=None, description="email: the server that sends, such as smtp.example.com:587; port 465 is TLS at once"
    )
    sender: Email | None = Field(default=None, alias="from", description="email: the address in From")
    env: EnvironmentName | None = Field(
        default=None,
        description="Environment variable with the secret. email: user:password; sms and other: the Apprise URL;"
        " webhook and ntfy: the key or token, or the whole URL where `to` is left out",
    )

    @model_validator(mode="after")
    def _whole(self) -> Self:
        """What each kind cannot do without."""
        if self.kind == "email" and (self.server is None or self.sender is None):
            raise refuse("an email route needs server, such as smtp.example.com:587, and from")
        if self.kind in ("sms", "other") and self.env is None:
            raise refuse(f"a route of kind {self.kind} needs env: the variable that holds its Apprise URL")
        if self.kind in ("webhook", "ntfy") and self.to is None and self.env is None:
            raise refuse(f"a route of kind {self.kind} needs to, or env with its URL")
        if self.kind != "email" and (self.server is not None or self.sender is not None):
            raise refuse("server and from are for routes of kind email")
        return self


class Channels(Section):
    """Where the bot speaks."""

    alerts: Channel | None = Field(
        default=None, description="Where incidents are told; without it the first channel the bot is invited to"
    )
    digest: Channel | None = Field(
        default=None, description="Where the daily summary goes; without it the alerts channel"
    )
    second_route: tuple[Route, ...] = Field(
        default=(), description="Ways to reach people when Slack is down, refuses the bot, or nobody answers there"
    )


class QuietHours(Section):
    """When people sleep; an outage still wakes them."""

    start: TimeOfDay = Field(default="22:00", alias="from", description='Start, such as "22:00"')
    end: TimeOfDay = Field(default="08:00", alias="to", description='End, such as "08:00"')
    working_days: tuple[Weekday, ...] = Field(
        default=("mon", "tue", "wed", "thu", "fri"), description='Days on which a promise until "tomorrow" counts'
    )


class Rotation(Section):
    """Who is on call, in turns."""

    people: tuple[Text, ...] = Field(description="Names from people, in their order", min_length=1)
    every: Literal["day", "week", "fortnight"] = Field(default="week", description="How long a turn lasts")
    hands_over: TimeOfDay = Field(default="09:00", description='Time of day at which the turn changes, such as "09:00"')
    starts: Day | None = Field(default=None, description="First day of the first person's turn")


class Version(Section):
    """Where the product itself says which version customers have: the bot looks there every minute."""

    url: UrlOrPath = Field(description="Page that says it: /version, or a monitor's URL")
    header: HeaderName | None = Field(default=None, description="Header of its answer that holds it: X-Version")
    json_path: Text | None = Field(
        default=None, alias="json", description="Where it stands in an answer of JSON: version, or build.commit"
    )
    pattern: Text | None = Field(
        default=None, description="Regular expression with one group, for any other page: version ([0-9.]+)"
    )
    service: Text | None = Field(default=None, description="A name from services; without it the whole product")

    @model_validator(mode="after")
    def _readable(self) -> Self:
        """What the pattern finds must be the version alone."""
        if self.pattern is not None:
            try:
                groups = re.compile(self.pattern).groups
            except re.error as error:
                raise refuse(f"pattern is no regular expression: {error}") from None
            if groups != 1:
                raise refuse("pattern needs one group around the version, such as version ([0-9.]+)")
            pattern(self.pattern)
        return self


class Deploy(Section):
    """Where the code lives and runs, and how a version goes out and comes back."""

    code: Url | None = Field(default=None, description="Where the code lives")
    runs_on: Text | None = Field(default=None, description="Where it runs: Vercel, Render, a server of your own …")
    who: tuple[Text, ...] = Field(default=(), description="Who can deploy: names from people")
    how: tuple[LongText, ...] = Field(default=(), description="How to deploy, step by step")
    roll_back: tuple[LongText, ...] = Field(
        default=(), description="How to go back to the last good version, step by step"
    )
    version: Version | None = Field(
        default=None, description="Where the product says which version is live, for hosts that report no deploys"
    )
    previews: Literal["ignore", "list"] = Field(
        default="list", description="Deploys of preview environments: list shows them apart, ignore forgets them"
    )
    late_after: Seconds = Field(
        default=1800.0, ge=60, le=86400, description="A deploy of which nobody says the end by then is called stuck"
    )


class SecretNote(Section):
    """One secret: where it is kept and who looks after it, never the secret itself."""

    name: Text = Field(description="What it is for: Stripe key")
    env: EnvironmentName | None = Field(default=None, description="Environment variable that holds it")
    kept_in: Text | None = Field(default=None, description="Where it is kept: Vercel, 1Password …")
    environment: Literal["production", "staging", "preview"] = Field(
        default="production", description="Which one it opens"
    )
    scope: Text | None = Field(default=None, description="What it may do")
    owner: Text | None = Field(default=None, description="A name from people")
    created: Day | None = Field(default=None, description="When it was made")
    rotated: Day | None = Field(default=None, description="When it was last replaced")
    exposed: Day | None = Field(default=None, description="When it was seen by strangers, if it was")


Use = Literal["dns", "registrar", "host", "edge", "mail", "payments", "errors", "code"]
"""What an account at a provider is used for."""


class ServiceAccount(Section):
    """An account at a provider: registrar, e-mail, payments."""

    name: Text = Field(description="The provider and what for: Cloudflare (DNS)")
    owner: Text | None = Field(default=None, description="A name from people")
    url: Link | None = Field(default=None, description="Where to log in")
    uses: tuple[Use, ...] = Field(
        default=(),
        alias="for",
        description="What it is used for: dns, registrar, host, edge, mail, payments, errors or code",
    )
    support: Text | None = Field(default=None, description="How its support is reached: a link or an address")
    reviewed: Day | None = Field(default=None, description="When somebody last looked at who is in it")


class Access(Section):
    """Who can change what."""

    person: Text = Field(description="A name from people, or somebody outside")
    what: Text = Field(description="What the person can change")
    since: Day | None = Field(default=None, description="Since when")
    until: Day | None = Field(default=None, description="Until when, for people who leave")


class Places(Section):
    """Where things are that somebody looks for in a hurry."""

    backups: LongText | None = Field(default=None, description="Where backups are, and how one is restored")
    jobs: LongText | None = Field(default=None, description="Where background jobs run, and how they are restarted")
    database: LongText | None = Field(default=None, description="Where the database runs")
    secrets: LongText | None = Field(default=None, description="Where keys and passwords are kept")
    admin_mail: Text | None = Field(default=None, description="The mailbox that providers write to")
    status_page: Url | None = Field(default=None, description="Where customers read what is wrong")


class Inventories(Section):
    """Lists that answer "who has the keys?"."""

    places: Places = Field(default=Places(), description="Where things are that somebody looks for in a hurry")
    secrets: tuple[SecretNote, ...] = Field(default=(), description="Secrets, by name only")
    accounts: tuple[ServiceAccount, ...] = Field(default=(), description="Accounts at providers")
    access: tuple[Access, ...] = Field(default=(), description="Who can change what")
