"""What a company is, seen from outside: its records, its hosts, its `launch.yml`, and what went wrong there."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.servers.http import Answer, Request

if TYPE_CHECKING:
    from tests.scenarios.companies.town import Town

Reply = Answer | Callable[[Request], Answer | Awaitable[Answer]]
Dress = Callable[[Request, Answer], Answer]
"""What an edge makes of an answer: the headers that it adds."""
Records = Mapping[str, Mapping[str, str | list[str]]]


@dataclass(frozen=True)
class Issuer:
    """A company that issues certificates, as they show it: a name, and where its own certificate lies."""

    name: str
    url: str


LETS_ENCRYPT = Issuer("R12", "http://r12.i.lencr.org/")
GOOGLE_TRUST = Issuer("WR3", "http://i.pki.goog/wr3.crt")
AMAZON = Issuer("Amazon RSA 2048 M04", "http://crt.r2m04.amazontrust.com/r2m04.cer")
SECTIGO = Issuer("Sectigo Public Server Authentication CA DV R36", "http://crt.sectigo.com/SectigoDVR36.crt")


def upgrade(status: int = 301) -> Reply:
    """What almost every host answers to http: the same address with https."""
    return lambda request: Answer(status, b"", (("location", f"https://{request.host}{request.target}"),))


def undressed(_request: Request, answer: Answer) -> Answer:
    """A server that nothing stands in front of."""
    return answer


NOT_FOUND = Answer(
    404,
    "<!doctype html><html lang=en><head><title>Page not found</title></head><body><h1>Page not found</h1>"
    "<p>The page may have moved. <a href=/>Back to the start</a></p></body></html>",
)

CLOSED = Answer(403, "", ())


@dataclass(frozen=True)
class Site:
    """One host, as visitors meet it."""

    at: tuple[str, ...]
    """Addresses at which it answers."""
    pages: Mapping[str, Reply]
    lost: Reply = NOT_FOUND
    """What every other path gets."""
    dress: Dress = undressed
    plain: Reply = field(default_factory=upgrade)
    """What http answers."""
    issuer: Issuer = LETS_ENCRYPT
    names: tuple[str, ...] = ()
    """Names in its certificate; without any its own."""
    days: tuple[float, float] = (-20, 70)
    """Since when and until when its certificate is good, in days from today."""
    origin: tuple[str, ...] = ()
    """Addresses of the server behind what stands in front."""
    direct: Reply = CLOSED
    """What that server says to strangers who come around."""


Finds = Mapping[str, tuple[str, str]]
"""`check target`: code and severity."""


@dataclass(frozen=True)
class Fault:
    """Something that went wrong, and all that must be said about it."""

    story: str
    """How such a thing comes about."""
    spoil: Callable[[Town], object]
    found: Finds
    because: Mapping[str, str] = field(default_factory=dict)
    """`check target` of a consequence: `check target` of its cause."""
    dark: tuple[str, ...] = ()
    """Hosts of which nothing further can be seen meanwhile."""


@dataclass(frozen=True)
class Company:
    """One company, in order; its faults are put in afterwards."""

    name: str
    domain: str
    about: str
    """Who hosts it, who stands in front, who sends its mail, who takes its payments."""
    zone: Records
    """Records below the domain; `@` is the domain itself. A name that ends with a dot stands for itself."""
    sites: Mapping[str, Site]
    launch: str
    """Its `launch.yml`, without the section `network:`."""
    ttls: Mapping[tuple[str, str], int] = field(default_factory=dict)
    """Seconds for which others may keep a record, by name (as in `zone`) and type; else 300."""
    registrar: str = "Namecheap, Inc."
    signed: bool = False
    """Whether the zone is signed (DNSSEC)."""
    harmless: tuple[str, ...] = ()
    """What looks odd about it and is in order."""
    notes: Finds = field(default_factory=dict)
    """What is worth a note although nothing is wrong."""
    faults: tuple[Fault, ...] = ()

    @property
    def found(self) -> dict[str, tuple[str, str]]:
        """All that must be found while every fault is there."""
        return {key: value for fault in self.faults for key, value in fault.found.items()}
