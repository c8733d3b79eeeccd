"""What the founder has written down about the product, as far as checks need it, and its expansion into targets.

Built by the bot from `launch.yml`, or from a bare domain. Frozen, so a judge may read it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from ipaddress import IPv4Network, IPv6Network

from checks.code import Code
from checks.flow.model import Flow, FlowSeen
from checks.flow.secret import Secret
from checks.measured import Speed
from checks.model import Purpose, Target


@dataclass(frozen=True, slots=True)
class Record:
    """DNS records that must stay as they are; exactly one of the last five fields is filled."""

    type: str
    """`A`, `AAAA`, `CNAME`, `MX`, `NS`, `TXT` or `CAA`."""
    name: str
    """ASCII DNS name, lower case; may begin with an underscore label."""
    equals: tuple[str, ...] = ()
    """All values, in any order, as `DnsAnswer.records` has them."""
    contains: str = ""
    """Text that one of the values must hold, compared without case."""
    cname_to: str = ""
    """Name that it must be an alias of."""
    proxied_by: str = ""
    """Id of the edge whose addresses it must have: `cloudflare`."""
    any_in: str = ""
    """Range that holds every address: `203.0.113.0/24`."""


@dataclass(frozen=True, slots=True)
class Host:
    """One DNS name with a purpose."""

    name: str
    """ASCII DNS name, lower case."""
    purpose: Purpose = Purpose.OTHER
    service: str = ""
    owner: str = ""
    critical: bool | None = None
    """None: by purpose (marketing, app, api and auth are critical)."""
    flow: str = ""
    wants_www: bool = True
    """False for a domain whose `www` is left out on purpose."""
    expect: tuple[Record, ...] = ()
    edge: str = ""
    """Provider id of what stands in front (`cloudflare`), `none` for nothing; empty where nobody said."""
    private_paths: tuple[str, ...] = ()
    """Paths that belong to one customer: no stranger may see them, no cache may keep them."""
    admin_paths: tuple[str, ...] = ()
    origin: tuple[str, ...] = ()
    """Addresses of the server behind the edge."""
    source_public: bool = False
    """The source is open: source maps are there on purpose."""


@dataclass(frozen=True, slots=True)
class MailDomain:
    """A domain that sends mail, or is declared to send none."""

    name: str
    sends: bool = True
    aligned: bool | None = None
    """True once a person or a test mail has shown that SPF or DKIM align; None where unproven."""
    senders: tuple[str, ...] = ()
    """Who may send for this domain, as the founder calls them: `Postmark`."""
    selectors: tuple[str, ...] = ()
    """DKIM selectors in use."""
    per_day: int | None = None
    """Mails a day at most; None where nobody said."""
    retired_selectors: tuple[str, ...] = ()
    """DKIM selectors that must be gone, or empty of a key."""


@dataclass(frozen=True, slots=True)
class Monitor:
    """One recurring probe and what it must see."""

    name: str
    url: str
    service: str = ""
    owner: str = ""
    interval: float = 60.0
    """Seconds."""
    status: tuple[int, ...] = ()
    """Accepted status codes; empty means 200 to 299."""
    contains: str = ""
    absent: str = ""
    json_path: str = ""
    """Dotted path, e.g. `status` or `checks.0.ok`; empty: the body is not parsed."""
    json_equals: str = ""
    header: str = ""
    """`Name: value` that must be present, value compared without case; empty: not looked at."""
    final_host: str = ""
    slow_after: float = 2.0
    """Seconds of server time (first byte without DNS, TCP and TLS) above which a probe counts as slow."""
    first_byte: float | None = None
    """Seconds of server time above which an answer counts as none; None: not looked at."""
    flow: str = ""
    critical: bool = True
    endpoint: str = ""
    """Class of its speed target: `cached_read`, `auth`, `billing`, `dashboard`, `dashboard_uncached`, `admin`,
    `webhook`, `page` or empty."""


@dataclass(frozen=True, slots=True)
class Point:
    """Something besides a page that is looked at again and again; no audit asks about it."""

    name: str
    kind: str
    """`tcp`, `certificate`, `record` or `heartbeat`."""
    host: str = ""
    """ASCII name; empty for a heartbeat."""
    port: int = 0
    record: Record | None = None
    """With `record`: what must stay as it is."""
    interval: float = 60.0
    """Seconds between two looks; for a heartbeat between two reports."""
    grace: float = 0.0
    """Seconds that a heartbeat may be late."""
    longest: float = 0.0
    """Seconds that one run of a job may take, where it says when it begins; 0: as long as `grace`."""
    service: str = ""
    owner: str = ""
    critical: bool = True


@dataclass(frozen=True, slots=True)
class RedirectRule:
    """A line of the redirect map."""

    source: str
    target: str
    reason: str = ""
    permanent: bool = True


@dataclass(frozen=True, slots=True)
class Link:
    """A link that others keep: what follows it must still arrive."""

    url: str
    """Whole URL."""
    kind: str = "page"
    """`login`, `callback`, `campaign`, `mail`, `webhook` or `page`."""
    target: str = ""
    """Whole URL where it must end; empty: anywhere that answers 200."""


@dataclass(frozen=True, slots=True)
class Known:
    """DNS values that a person has accepted as right."""

    name: str
    type: str
    values: tuple[str, ...]
    """As `DnsAnswer.records` has them; empty: accepted as absent."""
    accepted_by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class History:
    """What the probes of one monitor saw over its window."""

    server_ms: tuple[float, ...] = ()
    """Server time of each answered probe, milliseconds, in order of time."""
    failures: int = 0
    attempts: int = 0
    since: datetime | None = None
    """Begin of the window."""
    endpoint: str = ""
    """As `Monitor.endpoint`."""
    reason: str = ""
    """Why the last failure was one, as the end of a sentence: `it answers with status 429`."""


@dataclass(frozen=True, slots=True)
class Burst:
    """More of one counted event than usual, now or a moment ago."""

    kind: str
    """`login_failed`, `payment_error` …"""
    said: str
    """`40 failed log-ins in 5 minutes, normally 1: log-in may be broken for everybody`."""
    one_place: bool = False
    """All of it comes from one origin."""


@dataclass(frozen=True, slots=True)
class Counted:
    """What the events that the product reports say now."""

    since: datetime
    """When the first one was counted."""
    bursts: tuple[Burst, ...] = ()
    """Worst first."""
    silent: str = ""
    """What usually comes and does not any more, in a sentence."""
    days: int = 0
    """Whole days since the first one."""


@dataclass(frozen=True, slots=True)
class Spent:
    """Minutes of this month that a monitor was down, and those that its target allows; all in seconds."""

    allowed_s: float
    used_s: float
    excused_s: float = 0.0
    """Left out: announced work."""
    unseen_s: float = 0.0
    """Left out: the bot itself was off, or could not see out."""
    seen_s: float = 0.0
    """Time of this month that was seen, good and bad."""


@dataclass(frozen=True, slots=True)
class Rollback:
    """When going back to an older version was last tried."""

    at: datetime | None = None
    """None: never."""
    by: str = ""
    took_s: float | None = None
    now: datetime | None = None
    """The moment at which this was written."""
    live: bool = False
    """Somebody tries it at this moment."""


@dataclass(frozen=True, slots=True)
class Deployed:
    """The last deploy of production, as far as anybody reported one."""

    at: datetime | None = None
    """When customers got it, or else when it began; None: there was never one."""
    version: str = ""
    stage: str = ""
    """`good`, `bad`, `failed`, `stuck`, `live` (nothing could be tried), or empty while it is under way."""
    tried: str = ""
    """`4 of 4 flows work`."""
    broken: str = ""
    """What does not work, as people call it."""
    back: str = ""
    """The last good version before it."""
    shown: str = ""
    """The version that customers still get, where that is another one."""


@dataclass(frozen=True, slots=True)
class Network:
    """How checks reach the world. The empty value means the public internet as it is."""

    resolvers: tuple[tuple[str, int], ...] = ()
    """(address, port); when given they replace every resolver, authoritative servers and second paths included."""
    ca_file: str = ""
    """PEM file that replaces the system's trust store."""
    ports: Mapping[int, int] = field(default_factory=dict)
    """Where to connect instead: `{443: 8443}`. URLs, Host headers and SNI stay unchanged."""
    allow_private: bool | tuple[IPv4Network | IPv6Network, ...] = False
    """True opens loopback and private ranges; link-local ones open only when listed, metadata ones each by itself."""
    canaries: tuple[str, ...] | None = None
    """URLs that tell "my own network is down"; None: the built-in ones, switched off where resolvers are set."""
    user_agent: str = ""
    rate: float = 2.0
    """Requests a second to one host, after a burst."""
    burst: int = 30
    unlimited: frozenset[str] = frozenset()
    """Own hosts for which the owner has lifted the limit."""
    rdap: str = ""
    """Base URL of the registry service to ask instead of the registries' own: `https://rdap.example/`."""


@dataclass(frozen=True, slots=True)
class Inventory:
    """The product as written down, or as derived from a bare domain."""

    product: str
    """Product id: lower-case letters, digits and dashes; it stands in every key and table."""
    domain: str
    """Registrable domain, ASCII."""
    canonical: str = ""
    """The one URL that customers should end at; empty: whatever the four root variants agree on."""
    hosts: tuple[Host, ...] = ()
    domains: tuple[str, ...] = ()
    """Second brand domains that must end at the canonical URL."""
    mail: tuple[MailDomain, ...] = ()
    monitors: tuple[Monitor, ...] = ()
    points: tuple[Point, ...] = ()
    redirects: tuple[RedirectRule, ...] = ()
    stage: str = "launch"
    """`launch` or `live`: some thresholds are milder in the first launch month."""
    network: Network = field(default_factory=Network)
    configured: bool = True
    """False where nothing but a domain is known; checks then guess less and say more."""
    links: tuple[Link, ...] = ()
    opt_in: frozenset[str] = frozenset()
    """Hosts whose owner allows intrusive checks."""
    baseline: tuple[Known, ...] = ()
    """Accepted DNS values; `Host.expect` wins over them."""
    has_ai: bool = False
    """The product answers with a language model: its speed targets are milder."""
    history: Mapping[str, History] = field(default_factory=dict)
    """By monitor name; a name that is missing has no history yet."""
    kind: str = ""
    """`creator`, `ecommerce`, `coach`, `community`, `marketplace` or empty."""
    counted: Counted | None = None
    """What the product reported; None where nothing was ever reported, or nobody keeps it."""
    spent: Mapping[str, Spent] = field(default_factory=dict)
    """By monitor name: this month's minutes; a name that is missing was not looked at yet."""
    rollback: Rollback | None = None
    """None where nobody keeps it."""
    deployed: Deployed | None = None
    """None where nobody keeps it."""
    migrations: tuple[str, ...] | None = None
    """Files of new database migrations; None where the code is not at hand."""
    speed: Speed = field(default_factory=Speed)
    """What was measured about speed on purpose, and what pages may weigh."""
    disagreement_since: Mapping[str, datetime] = field(default_factory=dict)
    """By DNS name: since when its name servers have been seen to differ."""
    flows: tuple[Flow, ...] = ()
    walked: Mapping[str, FlowSeen] = field(default_factory=dict)
    """By flow id: what the last walk saw, where that was after the last deploy and lately; others are walked anew."""
    secrets: Mapping[str, Secret] = field(default_factory=dict)
    """By environment variable: what walks send. They do not show themselves."""
    code: Code | None = None
    """Where the product's own code is on this machine; None: it is not."""


CRITICAL_PURPOSES = frozenset({Purpose.MARKETING, Purpose.APP, Purpose.API, Purpose.AUTH})
FLOW_OF_PURPOSE = {Purpose.AUTH: "login", Purpose.APP: "login"}


def expand(inventory: Inventory) -> list[Target]:
    """All targets of an inventory: its domains, hosts, mail domains, monitors and flows, in reading order."""
    from checks.targets import targets_of

    return targets_of(inventory)
