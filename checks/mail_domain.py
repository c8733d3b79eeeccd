"""Whether a domain sends mail, and what its mail servers say about it."""

from __future__ import annotations

from enum import StrEnum

from checks.inventory import MailDomain
from checks.model import Target
from checks.net.facts import DnsAnswer
from checks.spf_record import parse as parse_spf
from checks.spf_walk import spf_records


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


def nobody(txt: DnsAnswer) -> bool:
    """Whether the domain says in its SPF record that nobody may send in its name."""
    records = spf_records(txt)
    return bool(records) and all(
        [(term.name, term.qualifier) for term in parse_spf(text).reached] == [("all", "-")] for text in records
    )


def servers(mx: DnsAnswer) -> tuple[str, ...]:
    """The names of its mail servers, the preferred first; none for a null MX."""
    names = [text.split()[1] for text in mx.records if len(text.split()) == 2]
    return tuple(dict.fromkeys(name for name in names if name != "."))


def silent(mail: Sends, mx: DnsAnswer, txt: DnsAnswer) -> bool:
    """Whether it neither sends nor takes mail, as far as anybody can know: said so, or no sign of either."""
    if mail is not Sends.GUESS:
        return mail is Sends.NO
    takes = bool(mx.records) and not null_mx(mx)
    return not takes and (nobody(txt) or not spf_records(txt))
