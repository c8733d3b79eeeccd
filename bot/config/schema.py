"""`launch.yml` as models: what a founder writes down about the product. Unknown keys are refused.

Each field's description is what the JSON Schema and an editor show. Fields that no check reads yet say so.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, PrivateAttr

from bot.config.events import Events
from bot.config.flows import Critical, Flow
from bot.config.monitors import Monitor
from bot.config.records import Record
from bot.config.section import LATER, Section, entries
from bot.config.speed import Speed
from bot.config.team import Channels, Deploy, Inventories, Person, QuietHours, Rotation, Service
from bot.config.values import (
    Address,
    Canaries,
    EnvironmentName,
    HostName,
    Identifier,
    LongText,
    Path,
    Ports,
    PrivateRanges,
    Resolver,
    Seconds,
    Selector,
    Text,
    TimeZone,
    Url,
    UrlOrPath,
)
from bot.config.variables import Code
from bot.config.windows import Maintenance
from checks.model import Purpose, Severity


class Product(Section):
    """What is launched."""

    name: Text | None = Field(default=None, description="Name that people read; without it the domain")
    id: Identifier | None = Field(default=None, description="Short name for reports; without it made from the name")
    domain: HostName = Field(description="The domain customers know: example.com")
    canonical: Url | None = Field(
        default=None, description="The one URL at which every variant of the domain must end: https://www.example.com/"
    )
    brand_domains: tuple[HostName, ...] = Field(
        default=(), description="Other domains that must lead to the canonical URL"
    )
    kind: Literal["creator", "ecommerce", "coach", "community", "marketplace"] | None = Field(
        default=None, description="Kind of product; sets how fast it must be: creator, ecommerce, coach …"
    )
    has_ai: bool = Field(default=False, description="true where answers come from a language model, which takes longer")
    time_zone: TimeZone = Field(
        default="UTC", description="Where the team lives: Europe/Berlin. Nine o'clock and quiet hours go by it"
    )
    stage: Literal["launch", "live"] = Field(
        default="launch", description="launch: first month, some limits are milder; or live"
    )


class Host(Section):
    """One DNS name and what it is for."""

    name: HostName = Field(description="The name: app.example.com")
    purpose: Purpose = Field(
        default=Purpose.OTHER, description="marketing, app, api, admin, auth, help, staging, preview or other"
    )
    service: Text | None = Field(default=None, description="What customers call it: a name from services")
    owner: Text | None = Field(default=None, description="A name from people; without it the service's owner")
    critical: bool | None = Field(
        default=None, description="Whether the launch depends on it; without it decided by purpose"
    )
    flow: Critical | None = Field(default=None, description="login, signup or payment, where customers do that here")
    www: bool = Field(default=True, description="false where www in front of the name is left out on purpose")
    expect: tuple[Record, ...] = Field(default=(), description="DNS records that must stay as they are")
    edge: Text | None = Field(
        default=None, description="What must stand in front: cloudflare, fastly, vercel …; none for nothing"
    )
    private_paths: tuple[Path, ...] = Field(
        default=(),
        description="Paths that show one customer's data, such as /account: never in a cache",
    )
    admin_paths: tuple[Path, ...] = Field(default=(), description="Paths for the team only: /admin")
    origin: tuple[Address, ...] = Field(
        default=(),
        description="Addresses of the server behind the edge, where strangers must not get in: 203.0.113.7",
    )
    source_public: bool = Field(
        default=False, description="true where the source code is open anyway, so that source maps are fine"
    )
    intrusive: bool = Field(
        default=False,
        description="true allows checks that knock hard, such as wrong logins in a row",
    )


class Redirect(Section):
    """A line of the redirect map."""

    source: UrlOrPath = Field(alias="from", description="Old address, or path on the canonical URL")
    target: UrlOrPath = Field(alias="to", description="Where it must lead")
    reason: Text | None = Field(default=None, description="Why it exists")
    permanent: bool = Field(default=True, description="301 or 308 (true), or a temporary one (false)")


class Link(Section):
    """A link that others keep: in mails, in campaigns, at log-in services, at the payment provider."""

    url: UrlOrPath = Field(description="Whole URL, or a path on the canonical URL")
    kind: Literal["login", "callback", "campaign", "mail", "webhook", "page"] = Field(
        default="page", description="login, callback, campaign, mail, webhook or page"
    )
    target: UrlOrPath | None = Field(
        default=None, alias="to", description="Where it must end; without it any page that is there"
    )


class MailDomain(Section):
    """A domain in the sender addresses of your mail."""

    name: HostName = Field(description="The part after the @")
    sends: bool = Field(default=True, description="false for a domain that never sends mail")
    aligned: bool | None = Field(
        default=None, description="true once a test mail has shown that SPF or DKIM fit the sender"
    )
    senders: tuple[Text, ...] = Field(default=(), description="Who may send for you: Postmark, Google Workspace …")
    selectors: tuple[Selector, ...] = Field(default=(), description="DKIM selectors: the part before ._domainkey")
    retired_selectors: tuple[Selector, ...] = Field(
        default=(), description="DKIM selectors that nobody signs with any more: their keys must be gone"
    )
    per_day: int | None = Field(
        default=None, ge=0, le=1_000_000_000, description="Mails on the busiest day; above 5000 stricter rules apply"
    )


class SeedMailbox(Section):
    """A mailbox that the bot may read, to see whether your mail arrives."""

    address: Text = Field(description="Its address." + LATER)
    imap: Text | None = Field(default=None, description="IMAP server and port." + LATER)
    password_env: EnvironmentName | None = Field(
        default=None, description="Environment variable that holds its password." + LATER
    )


class Mail(Section):
    """Mail that customers get from you."""

    domains: tuple[MailDomain, ...] = Field(default=(), description="Domains that send mail, or never do")
    seed_mailbox: SeedMailbox | None = Field(default=None, description="A mailbox to test delivery with." + LATER)


class Network(Section):
    """How the bot reaches the world. Leave it out for the ordinary internet."""

    resolvers: tuple[Resolver, ...] = Field(default=(), description="DNS servers used for everything: 127.0.0.1:5353")
    ca_file: Text | None = Field(
        default=None, description="PEM file of the certificates to trust; relative to this file"
    )
    ports: Ports = Field(default={}, description="Where to connect instead: {443: 8443}; URLs stay as they are")
    allow_private: PrivateRanges = Field(
        default=False, description="true, or a list of ranges: private addresses that may be looked at"
    )
    canaries: Canaries | None = Field(
        default=None, description="URLs that tell whether the bot itself is online; false switches that off"
    )
    user_agent: Text | None = Field(default=None, description="How the bot names itself to your servers")
    rate: float = Field(default=2.0, gt=0, le=1000, description="Requests a second to one host, after a first burst")
    burst: int = Field(default=30, ge=1, le=10_000, description="Requests to one host before the rate counts")
    unlimited: tuple[HostName, ...] = Field(
        default=(), description="Your own hosts that may be asked without that limit"
    )
    rdap: Url | None = Field(
        default=None, description="Service that is asked about domains (RDAP) instead of the registries' own"
    )
    proxy: Url | None = Field(default=None, description="Proxy to go through." + LATER)


class Rule(Section):
    """What you decided about one check."""

    enabled: bool = Field(default=True, description="false switches the check off")
    severity: Severity | None = Field(default=None, description="Call its findings this bad instead")


class Http(Section):
    """The bot's own web address."""

    public_url: Url | None = Field(default=None, description="How the outside reaches the bot's own HTTP server")


class Watchdog(Section):
    """Who notices when the bot itself dies: a service outside that expects a call again and again."""

    url_env: EnvironmentName = Field(description="Environment variable that holds the URL to call")
    every: Seconds = Field(default=60.0, ge=10, le=3600, description="How often, 10s to 1h")


class LaunchFile(Section):
    """The whole file."""

    product: Product | None = Field(default=None, description="What is launched")
    hosts: tuple[Host, ...] = Field(default=(), description="Every host and what it is for")
    redirects: tuple[Redirect, ...] = Field(default=(), description="Old addresses and where they must lead")
    links: tuple[Link, ...] = Field(default=(), description="Links that others keep, and where they must end")
    mail: Mail | None = Field(
        default=None, description="Mail that customers get; without it the product's domain is looked at"
    )
    monitors: tuple[Monitor, ...] | None = Field(
        default=None, description="Looked at again and again; without it the homepage of each production host"
    )
    flows: tuple[Flow, ...] = Field(default=(), description="Walks through the product after each deploy")
    people: Annotated[dict[str, Person], BeforeValidator(entries)] = Field(
        default={}, description="The team: a short name for each person"
    )
    services: Annotated[dict[str, Service], BeforeValidator(entries)] = Field(
        default={}, description="What customers name, with owner and backup"
    )
    rotation: Rotation | None = Field(default=None, description="Who is on call, in turns")
    maintenance: Annotated[tuple[Maintenance, ...], Field(max_length=50)] = Field(
        default=(), description="Planned work that comes again: nobody is called, and it does not count as downtime"
    )
    quiet_hours: QuietHours | None = Field(default=None, description="When people sleep")
    channels: Channels | None = Field(default=None, description="Where the bot speaks")
    watchdog: Watchdog | None = Field(default=None, description="Who notices when the bot itself dies")
    deploy: Deploy | None = Field(default=None, description="How a version goes out and comes back")
    events: Events = Field(default=Events(), description="Events that your product reports and the bot counts")
    speed: Speed = Field(default=Speed(), description="How fast it must be, and what may be asked hard")
    code: Code = Field(default=Code(), description="The code: variables that it needs, what a search passes over")
    inventories: Inventories | None = Field(default=None, description="Secrets, accounts and access, by name")
    runbooks: dict[str, LongText] = Field(
        default={},
        description="Your own words by topic of a runbook, such as site_down: shown before its first step. A topic of"
        " your own becomes a how-to. Whole runbooks are files in a folder runbooks beside this file",
    )
    network: Network = Field(default=Network(), description="How the bot reaches the world")
    checks: Annotated[dict[str, Rule], BeforeValidator(entries)] = Field(
        default={}, description="Checks that are switched off or called less bad, by check id"
    )
    http: Http | None = Field(default=None, description="The bot's own web address")

    _path: str = PrivateAttr("")

    @property
    def path(self) -> str:
        """The file it was read from; "" where it was made in memory."""
        return self._path

    @property
    def names_a_product(self) -> bool:
        """Whether there is something to check without a domain on the command line."""
        return self.product is not None or bool(self.hosts)


def json_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of the file, for editors."""
    schema = LaunchFile.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "launch.yml"}
