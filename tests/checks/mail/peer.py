"""checkdmarc, an auditor that knows nothing of us: its parsers, and its walk through SPF records over our zone."""

from __future__ import annotations

from typing import Any

import dns.exception
import dns.message
import dns.name
import dns.resolver
import dns.rrset
from checkdmarc import dmarc, mta_sts, smtp_tls_reporting, spf, utils

from checks.net.facts import DnsStatus
from tests.checks.mail.oracle import SuiteZone


class ZoneResolver(dns.resolver.Resolver):
    """Answers from the zone alone: no packet is sent."""

    def __init__(self, zone: SuiteZone) -> None:
        super().__init__(configure=False)
        self.zone = zone

    def resolve(self, qname: Any, rdtype: Any = "A", *_args: Any, **_options: Any) -> Any:
        """As a resolver answers: a record set, or NXDOMAIN, NoAnswer or a timeout as exceptions."""
        name = str(qname).rstrip(".").lower()
        found = self.zone.raw(name, str(rdtype))
        if found is DnsStatus.NXDOMAIN:
            raise dns.resolver.NXDOMAIN(qnames=[dns.name.from_text(name)], responses={})
        if found is DnsStatus.NODATA:
            raise dns.resolver.NoAnswer(response=dns.message.make_response(dns.message.make_query(name, rdtype)))
        if not isinstance(found, list):
            raise dns.exception.Timeout(timeout=0.0)
        return dns.rrset.from_text(name, 60, "IN", rdtype, *(_text(str(rdtype), value) for value in found))


def _text(type: str, value: Any) -> str:
    if type == "TXT":
        quoted = str(value).replace("\\", "\\\\").replace('"', '\\"')
        return f'"{quoted}"'
    return f"{value[0]} {value[1]}." if type == "MX" else str(value)


def spf_answer(zone: SuiteZone, domain: str) -> tuple[str, int, int]:
    """`ok` with its look-ups and void look-ups, `permerror` or `none` (then 0 and 0)."""
    utils.DNS_CACHE.clear()
    resolver = ZoneResolver(zone)
    try:
        record = spf.query_spf_record(domain, resolver=resolver)["record"]
    except spf.SPFRecordNotFound:
        return "none", 0, 0
    except spf.SPFError:
        return "permerror", 0, 0
    try:
        found = spf.parse_spf_record(record, domain, resolver=resolver)
    except spf.SPFError:
        return "permerror", 0, 0
    return "ok", found["dns_lookups"], found["void_dns_lookups"]


def dmarc_answer(text: str, domain: str) -> dict[str, Any] | None:
    """What the tags come to, without `ruf` and `fo`; None where it gives the whole record up."""
    utils.DNS_CACHE.clear()
    try:
        tags = dmarc.parse_dmarc_record(text, domain, resolver=ZoneResolver(SuiteZone({})), retries=0)["tags"]
    except dmarc.DMARCError:
        return None
    said = {name: tags[name]["value"] for name in ("p", "sp", "np", "t", "psd")}
    reports = tags["rua"]["value"] if "rua" in tags else []
    return said | {"rua": tuple(one["address"] for one in reports if one["scheme"] == "mailto")}


def sts_record_fine(text: str) -> bool:
    """Whether senders read this TXT record as an announcement of a policy."""
    try:
        mta_sts.parse_mta_sts_record(text)
    except mta_sts.MTASTSError:
        return False
    return True


def sts_policy(text: str) -> tuple[str, int, tuple[str, ...]] | None:
    """Mode, age and servers of a policy file; None where it is no policy."""
    try:
        found = mta_sts.parse_mta_sts_policy(text)["policy"]
    except mta_sts.MTASTSError:
        return None
    return found["mode"], found["max_age"], tuple(found["mx"])


def report_record_fine(text: str) -> bool:
    """Whether this TXT record says where reports about TLS go."""
    try:
        smtp_tls_reporting.parse_smtp_tls_reporting_record(text)
    except smtp_tls_reporting.SMTPTLSReportingError:
        return False
    return True
