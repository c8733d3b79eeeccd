"""DNS records as they should be against DNS records as they are; pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from checks import providers
from checks.inventory import Inventory, Known, Record
from checks.names import zone_of
from checks.net.facts import DnsAnswer, DnsStatus
from checks.record_sets import ADDRESSES, about_mail, of, plain, same, shown, values, within

Question = tuple[str, str]
"""Name and type."""
Answers = Mapping[Question, DnsAnswer]
MAX_WATCHED = 200
WATCHED = ("NS", "MX", "CAA", "TXT")
"""Types watched at a domain itself, beside the addresses of all its hosts."""


class How(StrEnum):
    """In which way a record differs, the gravest first."""

    SERVERS = "servers"
    """The name servers: whoever runs them decides over everything else."""
    MAIL = "mail"
    """MX, SPF, DMARC or a DKIM key."""
    GONE = "gone"
    CHANGED = "changed"
    EXTRA = "extra"
    """What was expected is there, and something stands beside it."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One expectation, and whose it is."""

    record: Record
    by: str = "launch.yml"
    at: datetime | None = None
    """When it was accepted; None for what is written down."""

    @property
    def question(self) -> Question:
        """What has to be asked first."""
        return self.record.name, self.record.type


@dataclass(frozen=True, slots=True)
class Difference:
    """One record that is not as it should be."""

    how: How
    name: str
    type: str
    old: str
    new: str
    by: str = "launch.yml"
    at: datetime | None = None


def wanted(inventory: Inventory, domain: str) -> tuple[Wanted, ...]:
    """What is expected of a domain and its hosts: what launch.yml says, and what was accepted where it says nothing."""
    written = [
        Wanted(record)
        for host in inventory.hosts
        for record in host.expect
        if _belongs(record.name or host.name, inventory, domain)
    ]
    spoken = {one.question for one in written}
    accepted = [
        Wanted(Record(known.type, known.name, equals=known.values), known.accepted_by, known.at)
        for known in inventory.baseline
        if (known.name, known.type) not in spoken and _belongs(known.name, inventory, domain)
    ]
    return (*written, *accepted)


def _belongs(name: str, inventory: Inventory, domain: str) -> bool:
    zone = zone_of(name, inventory)
    # What lies in no written domain is looked at with the product's first one.
    return zone == domain or (domain == inventory.domain and zone not in (inventory.domain, *inventory.domains))


def watched(inventory: Inventory, domain: str) -> tuple[Question, ...]:
    """What is worth watching at a domain of which nothing has been accepted yet."""
    hosts = [host.name for host in inventory.hosts if _belongs(host.name, inventory, domain)]
    mail = [one for one in inventory.mail if _belongs(one.name, inventory, domain)]
    found: list[Question] = [(domain, type) for type in WATCHED]
    found += [(name, type) for name in (domain, *hosts) for type in ("A", "AAAA")]
    for one in mail:
        found += [(one.name, "MX"), (one.name, "TXT"), (f"_dmarc.{one.name}", "TXT")]
        found += [(f"{selector}._domainkey.{one.name}", "TXT") for selector in one.selectors]
    return tuple(dict.fromkeys(found))[:MAX_WATCHED]


def proposal(answers: Answers, by: str, at: datetime) -> tuple[Known, ...]:
    """What stands there now, as a person may accept it: aliases instead of the addresses behind them.

    Addresses of an edge are left out: they come in turn. An absent record is accepted as absent.
    """
    found: dict[Question, tuple[str, ...]] = {}
    for (name, type), answer in answers.items():
        if not answer.status.known:
            continue
        if answer.cnames and type in ADDRESSES:
            found[name, "CNAME"] = values("CNAME", answer.cnames[:1])
        elif type in ADDRESSES and any(providers.by_address("edges", text) for text in answer.records):
            continue
        elif not answer.cnames:
            found[name, type] = of(answer)
    return tuple(Known(name, type, texts, by, at) for (name, type), texts in found.items())


def further(wants: Iterable[Wanted]) -> tuple[Question, ...]:
    """What must be asked besides the records themselves: addresses, of the name and of where it should lead."""
    found: list[Question] = []
    for one in wants:
        record = one.record
        target = aliased(record)
        if target:
            found += [(name, type) for name in (record.name, target) for type in ADDRESSES]
        elif record.proxied_by or record.any_in:
            found += [(record.name, type) for type in _kinds(record)]
    return tuple(dict.fromkeys(found))


def aliased(record: Record) -> str:
    """The name that it must be an alias of; empty for every other expectation."""
    if record.cname_to:
        return plain("CNAME", record.cname_to)
    return plain("CNAME", record.equals[0]) if record.type == "CNAME" and len(record.equals) == 1 else ""


def compare(want: Wanted, answers: Answers) -> Difference | DnsAnswer | None:
    """How a record differs from what is expected; None where it does not; the answer itself where DNS did not say."""
    record = want.record
    if aliased(record):
        return _alias(want, answers)
    if record.proxied_by or record.any_in:
        return _addresses(want, answers)
    answer = _answer(answers, *want.question)
    if not answer.status.known:
        return answer
    found = of(answer)
    if record.contains:
        if any(record.contains.casefold() in text.casefold() for text in found):
            return None
        return _difference(want, f"{record.type} with “{record.contains}”", found, (record.contains,))
    accepted = values(record.type, record.equals)
    if same(record.type, accepted, found) or _one_edge(record.type, accepted, found):
        return None
    changed = (*(set(accepted) - set(found)), *(set(found) - set(accepted)))
    difference = _difference(want, shown(record.type, accepted), found, changed)
    only_more = set(accepted) < set(found) and difference.how is How.CHANGED
    return replace(difference, how=How.EXTRA) if only_more else difference


def _answer(answers: Answers, name: str, type: str) -> DnsAnswer:
    return answers.get((name, type)) or DnsAnswer(name, type, "", DnsStatus.TIMEOUT, detail="it was not asked")


def _difference(want: Wanted, old: str, found: tuple[str, ...], changed: Iterable[str]) -> Difference:
    record = want.record
    if record.type == "NS":
        how = How.SERVERS
    elif about_mail(record.name, record.type, changed):
        how = How.MAIL
    else:
        how = How.CHANGED if found else How.GONE
    return Difference(how, record.name, record.type, old, shown(record.type, found), want.by, want.at)


def _one_edge(type: str, accepted: tuple[str, ...], found: tuple[str, ...]) -> bool:
    """Addresses of the same edge, which come in turn."""
    if type not in ADDRESSES or not accepted or not found:
        return False
    owners = {providers.by_address("edges", text) for text in (*accepted, *found)}
    return len(owners) == 1 and None not in owners


def _alias(want: Wanted, answers: Answers) -> Difference | DnsAnswer | None:
    """An alias, or in its place the addresses of its target: some DNS companies answer with those (flattening)."""
    name, target = want.record.name, aliased(want.record)
    mine = [_answer(answers, name, type) for type in ADDRESSES]
    if any(target in one.cnames for one in mine):
        return None
    heard = [one for one in mine if one.status.known]
    if not heard:
        return mine[0]
    alias = next((one.cnames[0] for one in heard if one.cnames), "")
    here = {text for one in heard for text in of(one)} if not alias else set()
    theirs = [_answer(answers, target, type) for type in ADDRESSES]
    there = {text for one in theirs for text in of(one)}
    if here and (here & there or _one_edge("A", tuple(here), tuple(there))):
        return None
    if here and not there and any(not one.status.known for one in theirs):
        return next(one for one in theirs if not one.status.known)
    if len(heard) < len(mine) and not alias and not here:
        return next(one for one in mine if not one.status.known)
    new = f"alias of {alias}" if alias else f"addresses {', '.join(sorted(here))}" if here else "nothing"
    how = How.CHANGED if alias or here else How.GONE
    return Difference(how, name, "CNAME", f"alias of {target}", new, want.by, want.at)


def _kinds(record: Record) -> tuple[str, ...]:
    """The kinds of addresses that a rule is about: an edge takes all of them, a range only holds those of its kind."""
    return (record.type,) if record.any_in and record.type in ADDRESSES else ADDRESSES


def _addresses(want: Wanted, answers: Answers) -> Difference | DnsAnswer | None:
    """Every address must be one of an edge's, or lie in a range."""
    record = want.record
    both = [_answer(answers, record.name, type) for type in _kinds(record)]
    addresses = tuple(sorted({text for one in both for text in of(one)}))
    if not addresses:
        silent = next((one for one in both if not one.status.known), None)
        if silent is not None:
            return silent
    if record.proxied_by:
        edge = providers.named("edges", record.proxied_by)
        if edge is None or not edge.ranges:
            return DnsAnswer(record.name, record.type, "", DnsStatus.MALFORMED, detail="that edge is not known here")
        ranges, old = tuple(str(one) for one in edge.ranges), f"addresses of {edge.name}"
    else:
        ranges, old = (record.any_in,), f"addresses in {record.any_in}"
    if addresses and not within(ranges, addresses):
        return None
    new = f"addresses {', '.join(addresses)}" if addresses else "no address"
    return Difference(How.CHANGED if addresses else How.GONE, record.name, record.type, old, new, want.by, want.at)
