"""How far a cause reaches: whether two findings are about one host, one zone, one page, or one record. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from checks.cause_graph import DOWN, Reach
from checks.model import Finding, Kind
from checks.urls import host_of


def hosts_of(finding: Finding) -> frozenset[str]:
    """The hosts at which this was seen."""
    if finding.kind in (Kind.MONITOR, Kind.FLOW):
        return frozenset({_text(finding, "host")})
    if finding.kind is not Kind.DOMAIN:
        return frozenset({finding.target})
    if finding.check == "dns.dangling":
        return frozenset(_texts(finding, "all")) or frozenset({_text(finding, "host_name")})
    www = f"www.{finding.target}"
    if _text(finding, "broken"):
        return frozenset({_text(finding, "broken")})
    alone = {"www_missing": www, "apex_missing": finding.target}
    return frozenset({alone[finding.code]} if finding.code in alone else {finding.target, www})


def _text(finding: Finding, key: str) -> str:
    value = finding.seen.get(key)
    return value if isinstance(value, str) else ""


def _texts(finding: Finding, key: str) -> tuple[str, ...]:
    value = finding.seen.get(key)
    return tuple(one for one in value if isinstance(one, str)) if isinstance(value, list | tuple) else ()


def only_schemes_differ(finding: Finding) -> bool:
    """Whether all ends are one place, with and without https."""
    return len({end.partition("://")[2] for end in _texts(finding, "ends")}) == 1


def _one_zone(near: Finding, far: Finding) -> bool:
    """Two hosts of a domain that does not exist."""
    return near.code == far.code == "no_such_domain" and _text(near, "zone") == _text(far, "zone")


def _one_page(near: Finding, far: Finding) -> bool:
    """Two monitors that end at the same dead host, or at the same broken page."""
    key = "host" if near.code in DOWN else "final_url"
    return near.code == far.code and _text(near, key) != "" and _text(near, key) == _text(far, key)


def _one_circle(near: Finding, far: Finding) -> bool:
    """A host that leads into the circle of another one."""
    return near.target in {host_of(step) for step in (*_texts(far, "urls"), _text(far, "next"))}


SAME: Mapping[str, Callable[[Finding, Finding], bool]] = MappingProxyType(
    {"dns.resolve": _one_zone, "up.http": _one_page, "redir.loop": _one_circle}
)
"""When two findings of the same check are one fault."""


def _below(near: Finding, far: Finding) -> bool:
    domain = _text(near, "zone") or near.target
    return any(host == domain or host.endswith("." + domain) for host in hosts_of(far))


def _one_record(near: Finding, far: Finding) -> bool:
    """Whether what failed rests on one of the records that are not as they were."""
    changes = near.seen.get("changes")
    records = [one for one in changes if isinstance(one, Mapping)] if isinstance(changes, list | tuple) else []
    return any(
        one.get("how") in ("servers", "mail", "gone")
        and _rests(far, str(one.get("record_name", "")), str(one.get("record_type", "")))
        for one in records
    )


def _rests(far: Finding, name: str, type: str) -> bool:
    match far.check:
        case "dns.resolve":
            return type in ("A", "AAAA", "CNAME") and name in hosts_of(far)
        case "mail.mx" | "mail.mta_sts_tlsrpt":
            return type == "MX" and name == far.target
        case "mail.spf" | "mail.spf_senders":
            return type == "TXT" and name == far.target
        case "mail.dkim":
            return name.endswith(f"._domainkey.{far.target}")
        case "mail.dmarc":
            zone = name.removeprefix("_dmarc.")
            return zone != name and f".{far.target}".endswith(f".{zone}")
    return False


REACHES: Mapping[Reach, Callable[[Finding, Finding], bool]] = MappingProxyType(
    {
        Reach.HOST: lambda near, far: bool(hosts_of(near) & hosts_of(far)),
        Reach.BELOW: _below,
        Reach.MAIL: lambda near, far: near.target == far.target,
        Reach.RECORD: _one_record,
        Reach.PAGE: lambda near, far: near.target == far.target,
    }
)
"""Whether a finding stands where the other one reaches."""
