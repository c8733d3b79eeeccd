"""Whether a domain sends mail, and what its mail servers say about it."""

from __future__ import annotations

from enum import StrEnum

from checks.inventory import MailDomain
from checks.model import Target
from checks.net.facts import DnsAnswer


class Sends(StrEnum):
    """Whether a domain sends mail, as far as the founder has written it down."""

    YES = "yes"
    NO = "no"
    GUESS = "guess"
    """Nothing is written down: a domain with mail servers is taken to send."""


def declared(target: Target) -> MailDomain | None:
    """What the inventory says about this mail domain; None for a bare domain."""
    if not target.inventory.configured:
        return None
    return next((mail for mail in target.inventory.mail if mail.name == target.host), None)


def sends(target: Target) -> Sends:
    """Whether the target sends mail."""
    mail = declared(target)
    if mail is None:
        return Sends.GUESS
    return Sends.YES if mail.sends else Sends.NO


def null_mx(mx: DnsAnswer) -> bool:
    """Whether the domain says that it takes no mail: one record `0 .` (RFC 7505)."""
    return len(mx.records) == 1 and mx.records[0].split()[1:] in (["."], [])
