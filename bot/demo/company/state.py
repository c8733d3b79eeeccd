"""Everything about the demo company that can break or be repaired, in one place.

A fault is a change of these settings, and so is a repair: whether the panel switched it off or a person put the
setting right in a provider's console makes no difference.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

DOMAIN = "marigold.test"
WWW = f"www.{DOMAIN}"
APP = f"app.{DOMAIN}"
API = f"api.{DOMAIN}"
MAILER = "mailer.test"
"""The made mail provider whose records Marigold includes."""
SERVED = (DOMAIN, WWW, APP, API)
OLD = "goldmarie.test"
"""The name under which the company began; it only leads to the shop."""
OLD_NAMES = (OLD, f"www.{OLD}")

SPF = f"v=spf1 include:spf.{MAILER} ~all"
DMARC = f"v=DMARC1; p=quarantine; rua=mailto:dmarc@{DOMAIN}"
DKIM = (
    "v=DKIM1; k=rsa; p="
    "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAnII7n++UrB776r1GeI7dHF73Mp9+HmqSnzCvKuH70RuFWri8fORkFnl+"
    "jCcC/Ik1wZ67s7pklijf4vaGNHslkb8yT3LhDgwKkzJDG3MseWV8qt7uHNmWutNJrz6ZMxWRlIOFRElLfq7Q1arB5UCetIbarQUz"
    "6A0guygxrDULo9b4dH/7WRmhl8UxSmMWqP65sVEBE3IDsX9MLcNRZr1IdKl95CWZ0qicJ+I2k7+RXkHSwRRHTD/Qnn70dhOCmOV3"
    "dah3L53ZaBNnWY3Z86dR8QimfnsJ6N1qPasOpOWgiP99F5scBhvkfiZrCieHKclcJGoS1DFSQHOPha3pu2trxwIDAQAB"
)
"""A key of 2048 bits, whose other half nobody has kept."""


@dataclass(frozen=True, slots=True)
class Record:
    """One DNS record as the console shows it; `name` is absolute, lower case, without trailing dot."""

    name: str
    type: str
    value: str
    ttl: int = 300


@dataclass(frozen=True, slots=True)
class Deploy:
    """One release of the shop."""

    version: str
    author: str
    note: str
    at: datetime
    checkout_works: bool = True


@dataclass(slots=True)
class Edge:
    """What the edge provider's console shows."""

    ssl_mode: str = "strict"
    """`off`, `flexible`, `full` or `strict`; flexible makes the origin send visitors in circles."""
    always_https: bool = True
    hsts: bool = True
    www_redirect: bool = True
    """www is sent to the root domain; without it both answer as a shop of their own."""
    redirect_detour: bool = False
    """A forgotten rule sends visitors over two more addresses first."""
    assets_cached: bool = True
    """Style sheets and pictures are kept at the edge."""
    private_cached: bool = False
    """A rule keeps everything, the members' pages too."""
    old_permanent: bool = True
    """The old domain says that it moved for good (301), and not only for now (302)."""


@dataclass(slots=True)
class Certificate:
    """The certificate that every host shows."""

    not_before: datetime
    not_after: datetime
    covers: tuple[str, ...] = (*SERVED, *OLD_NAMES)
    complete: bool = True


@dataclass(slots=True)
class State:
    """The company as it stands."""

    records: list[Record]
    certificate: Certificate
    deploys: list[Deploy]
    edge: Edge = field(default_factory=Edge)
    running: bool = True
    instances: int = 2
    """One instance is too few: pages take seconds."""
    secure_cookies: bool = True
    """The setting SESSION_COOKIE_SECURE of the shop."""
    hidden_from_search: bool = False
    """The setting DISCOURAGE_SEARCH_ENGINES, from the time before the launch."""
    settings_public: bool = False
    """The folder that is published holds the file with the passwords too."""
    test_payments: bool = False
    """The payment company's test mode."""
    staging_signup: bool = False
    """The setting PUBLIC_APP_URL still names the test system."""
    sessions: dict[str, str] = field(default_factory=dict)
    """Session cookie → e-mail address."""
    forms: dict[str, None] = field(default_factory=dict)
    """Tokens of the forms that visitors have open, the oldest first."""
    accounts: dict[str, str] = field(default_factory=lambda: {"qa@marigold.test": "correct horse"})

    @property
    def current(self) -> Deploy:
        """The release that customers see."""
        return self.deploys[-1]


def healthy_certificate(now: datetime) -> Certificate:
    """A 90-day certificate, a third of the way through."""
    return Certificate(now - timedelta(days=30), now + timedelta(days=60))


def healthy_records() -> list[Record]:
    """The zone as it should be."""
    return [
        Record(DOMAIN, "A", "127.0.0.1"),
        Record(WWW, "CNAME", DOMAIN),
        Record(APP, "A", "127.0.0.1"),
        Record(API, "A", "127.0.0.1"),
        Record(DOMAIN, "MX", f"10 mx1.{MAILER}", 3600),
        Record(DOMAIN, "MX", f"20 mx2.{MAILER}", 3600),
        Record(DOMAIN, "TXT", SPF),
        Record(f"_dmarc.{DOMAIN}", "TXT", DMARC),
        Record(f"mg1._domainkey.{DOMAIN}", "TXT", DKIM),
        Record(DOMAIN, "CAA", '0 issue "demo-ca.test"', 3600),
    ]


PROVIDER_RECORDS = (
    *(Record(f"ns{n}.{zone}", "A", "127.0.0.1", 3600) for zone in (DOMAIN, OLD, MAILER) for n in (1, 2)),
    Record(f"spf.{MAILER}", "TXT", "v=spf1 ip4:192.0.2.0/24 ip4:198.51.100.0/24 ~all", 3600),
    Record(f"mx1.{MAILER}", "A", "127.0.0.1", 3600),
    Record(f"mx2.{MAILER}", "A", "127.0.0.1", 3600),
    Record(OLD, "A", "127.0.0.1", 3600),
    Record(f"www.{OLD}", "CNAME", OLD, 3600),
)
"""Zones of others, which no console of ours changes."""


def healthy(now: datetime) -> State:
    """The company on a good day."""
    return State(
        records=healthy_records(),
        certificate=healthy_certificate(now),
        deploys=[
            Deploy("v41", "Ana", "Faster sign-up form", now - timedelta(days=9)),
            Deploy("v42", "Ben", "Yearly plans", now - timedelta(days=2)),
        ],
    )


def utc_now() -> datetime:
    """The present moment; the demo company lives on real time."""
    return datetime.now(UTC)
