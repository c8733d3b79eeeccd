"""Mail: who may send it, its seals, the rule against forged mail, where mail arrives, the rules of big inboxes."""

from __future__ import annotations

import base64

from cryptography.hazmat.primitives.asymmetric import ed25519

from tests.checks.mail.test_dkim import WEAK
from tests.outcomes.scenario import Scenario, Step
from tests.outcomes.steps import fails, gone, mail, records, route, writes
from tests.outcomes.world import DOMAIN, GOOGLE, POLICY, POLICY_PATH, SPF, STS, WWW, dkim_key
from tests.servers.dns import Value
from tests.servers.http import Answer, redirect

DMARC, SEAL, STS_NAME, TLS_NAME = (
    f"{label}.{DOMAIN}" for label in ("_dmarc", "pm._domainkey", "_mta-sts", "_smtp._tls")
)
REPORTS = "reports.other.test"
LITE = "include:_spf.mlsend.com"
RUA = f"rua=mailto:dmarc@{DOMAIN}"
LONG, SHORT = dkim_key(2048), dkim_key(1024)
NEW = (
    "v=DKIM1; k=ed25519; p="
    + base64.b64encode(ed25519.Ed25519PrivateKey.generate().public_key().public_bytes_raw()).decode()
)


def post(**codes: str) -> dict[str, str]:
    """Codes of the mail checks, by the part behind the dot."""
    return {f"mail.{name} {DOMAIN}": code for name, code in codes.items()}


def senders(*texts: Value) -> Step:
    """These text records stand at the domain: the list of who may send."""
    return records(DOMAIN, "TXT", *texts)


def lists(count: int, spf: str = "v=spf1 ip4:192.0.2.1 -all") -> Step:
    """The domain's list includes so many others; each of them is this."""

    def step(world):  # type: ignore[no-untyped-def]
        world.zone.set(
            DOMAIN, "TXT", "v=spf1 " + " ".join(f"include:s{number}.v.test" for number in range(count)) + " ~all"
        )
        for number in range(count):
            world.zone.set(f"s{number}.v.test", "TXT", spf)

    return step


def networks(length: int) -> Step:
    """The list names networks, and is at most so long."""
    body = "v=spf1"
    while len(body) + len(" ip4:192.0.2.0/24 ~all") <= length:
        body += " ip4:192.0.2.0/24"
    return senders(body + " ~all")


def takes(*servers: str) -> Step:
    """Mail is taken there; none: no record says so."""
    return records(DOMAIN, "MX", *servers)


def seal(*keys: str) -> Step:
    """These keys stand under the selector."""
    return records(SEAL, "TXT", *keys)


def rule(*texts: str) -> Step:
    """These records stand where the rule against forged mail belongs."""
    return records(DMARC, "TXT", *texts)


def policy(text: str) -> Step:
    """Another policy file about encryption."""
    return route(POLICY, POLICY_PATH, Answer(body=text.encode(), headers=(("content-type", "text/plain"),)))


NULL, NO_MX, NO_LIST = takes("0 ."), takes(), senders()
BARE = writes(configured=False)
"""Nothing is known but the domain."""
SILENT = mail(sends=False)
"""The domain is written down as one that sends nothing."""
ELSEWHERE = rule(f"v=DMARC1; p=none; rua=mailto:x@{REPORTS}")

SPF_LIST = (
    Scenario(
        "Mail is in order: list, seal, rule with reports, two servers, encryption",
        post(
            spf="ok",
            spf_senders="ok",
            dkim="ok",
            dmarc="monitoring",
            dmarc_rua="ok",
            mx="ok",
            from_domain="ok",
            mta_sts_tlsrpt="ok",
            bulk_rules="ok",
        ),
    ),
    Scenario(
        "A domain that nothing is known of, without mail servers, list or rule",
        post(spf="no_mail", dmarc="no_mail", mx="no_mail"),
        NO_MX,
        NO_LIST,
        gone(DMARC),
        BARE,
    ),
    Scenario(
        "A parked domain says that it neither sends nor takes mail, and that forgeries are to be refused",
        post(spf="parked", dmarc="parked"),
        NULL,
        senders("v=spf1 -all"),
        rule("v=DMARC1; p=reject"),
        BARE,
    ),
    Scenario(
        "A domain that is to send nothing takes no mail, and has neither list nor rule",
        post(
            spf="absent_unused",
            dmarc="absent_unused",
            mx="takes_none",
            dkim="not_needed",
            spf_senders="not_needed",
            bulk_rules="not_needed",
            mta_sts_tlsrpt="no_mail",
        ),
        SILENT,
        NULL,
        NO_LIST,
        gone(DMARC),
    ),
    Scenario("There is no list of senders", post(spf="absent", spf_senders="no_list"), NO_LIST),
    Scenario("The list of senders begins with a misspelt word", post(spf="misspelt"), senders("v=spf1; mx ~all")),
    Scenario("There are two lists of senders", post(spf="several"), senders(SPF, "v=spf1 mx ~all")),
    Scenario("A word in the list of senders does not exist", post(spf="syntax"), senders("v=spf1 ipv4:192.0.2.1 ~all")),
    Scenario(
        "The list of senders includes a list that does not exist",
        post(spf="include_broken"),
        senders("v=spf1 include:gone.test ~all"),
    ),
    Scenario("The list of senders allows everybody", post(spf="allows_all"), senders("v=spf1 +all")),
    Scenario("The list of senders needs twelve look-ups", post(spf="too_many_lookups"), lists(12)),
    Scenario("The list of senders needs nine look-ups", post(spf="near_limit"), lists(9)),
    Scenario(
        "The list of senders names eleven mail servers by one word",
        post(spf="too_many_mx"),
        senders("v=spf1 mx ~all"),
        takes(*(f"10 mx{number}.{DOMAIN}" for number in range(11))),
    ),
    Scenario(
        "Three names in the list of senders do not exist",
        post(spf="too_many_voids"),
        senders("v=spf1 a:gone0.test a:gone1.test a:gone2.test ~all"),
    ),
    Scenario("The list of senders is too long for one packet", post(spf="too_long"), networks(550)),
    Scenario("The list of senders is nearly too long for one packet", post(spf="long"), networks(460)),
    Scenario("The list of senders has no end", post(spf="no_end"), senders("v=spf1 ip4:192.0.2.1")),
    Scenario(
        "The list of senders uses a word that is no longer to be used", post(spf="ptr"), senders("v=spf1 ptr ~all")
    ),
    Scenario("The list of a domain that sends mail allows nobody", post(spf="forbids_all"), senders("v=spf1 -all")),
    Scenario(
        "The directory fails about a list that is included",
        post(spf="include_unknown", spf_senders="could_not_look"),
        fails(GOOGLE),
    ),
    Scenario(
        "The directory fails about the domain",
        post(spf="could_not_look", mx="could_not_look"),
        fails(DOMAIN),
    ),
)
SENDERS = (
    Scenario("Nobody has written down who sends mail", post(spf_senders="not_written_down"), mail(senders=())),
    Scenario(
        "A mail tool that was written down is not in the list of senders",
        post(spf_senders="missing"),
        mail(senders=("Google Workspace", "Fastmail")),
    ),
    Scenario(
        "The list of senders allows a mail tool that nobody has written down",
        post(spf_senders="not_approved"),
        senders(f"v=spf1 include:{GOOGLE} {LITE} ~all"),
    ),
    Scenario(
        "The list of senders allows a network of sixteen million addresses",
        post(spf_senders="wide"),
        senders(f"v=spf1 include:{GOOGLE} ip4:10.0.0.0/8 ~all"),
    ),
    Scenario(
        "A mail tool was written down whose records nobody knows",
        post(spf_senders="not_known"),
        mail(senders=("Google Workspace", "Carrier Pigeons")),
    ),
)
SEALS = (
    Scenario("The key of the seal is not there", post(dkim="missing", bulk_rules="unmet"), seal()),
    Scenario("The key of the seal was withdrawn", post(dkim="revoked"), seal("v=DKIM1; p=")),
    Scenario("Two keys stand under one selector", post(dkim="several"), seal(LONG, SHORT)),
    Scenario("The key of the seal was cut off", post(dkim="unusable"), seal("v=DKIM1; p=MIIBIjAN")),
    Scenario("The key of the seal has 512 bits", post(dkim="weak"), seal(WEAK)),
    Scenario("The key of the seal has 1024 bits", post(dkim="short"), seal(SHORT)),
    Scenario("The only key is of the new kind, which few receivers read", post(dkim="new_kind_only"), seal(NEW)),
    Scenario("The key of the seal says that it is a test", post(dkim="testing"), seal(f"{LONG}; t=y")),
    Scenario(
        "No selector is written down, and none of the usual ones is there",
        post(dkim="nothing_found", bulk_rules="could_not_look"),
        mail(selectors=()),
    ),
    Scenario("The directory fails about the key of the seal", post(dkim="could_not_look"), fails(SEAL)),
)
RULE = (
    Scenario("Forged mail is to be refused", post(dmarc="enforced"), rule(f"v=DMARC1; p=reject; {RUA}")),
    Scenario(
        "The rule against forged mail still has a word of the old standard",
        post(dmarc="retired_tags"),
        rule(f"v=DMARC1; p=quarantine; pct=20; {RUA}"),
    ),
    Scenario("There is no rule against forged mail", post(dmarc="absent", dmarc_rua="no_rule"), gone(DMARC)),
    Scenario(
        "The rule against forged mail stands at the domain itself",
        post(dmarc="misplaced"),
        gone(DMARC),
        senders(SPF, "v=DMARC1; p=none"),
    ),
    Scenario("The rule against forged mail begins in small letters", post(dmarc="misspelt"), rule("v=dmarc1; p=none")),
    Scenario(
        "There are two rules against forged mail",
        post(dmarc="several"),
        rule("v=DMARC1; p=none", "v=DMARC1; p=reject"),
    ),
    Scenario(
        "The rule against forged mail asks for something that does not exist",
        post(dmarc="bad_policy"),
        rule(f"v=DMARC1; p=quarentine; {RUA}"),
    ),
    Scenario(
        "A semicolon is missing in the rule against forged mail",
        post(dmarc="loose"),
        rule(f"v=DMARC1 p=none; {RUA}"),
    ),
    Scenario(
        "The rule against forged mail asks for two things at once",
        post(dmarc="repeated"),
        rule(f"v=DMARC1; p=none; p=reject; {RUA}"),
    ),
    Scenario(
        "The rule against forged mail only watches, and sends its reports nowhere",
        post(dmarc="nobody_watches", dmarc_rua="no_address"),
        rule("v=DMARC1; p=none"),
    ),
    Scenario(
        "Forged mail is put aside before anybody has seen that own mail passes",
        post(dmarc="unproven"),
        rule(f"v=DMARC1; p=quarantine; {RUA}"),
        mail(aligned=None),
    ),
    Scenario(
        "Forged mail is refused, but not that of subdomains",
        post(dmarc="weak_subdomains"),
        rule(f"v=DMARC1; p=reject; sp=none; {RUA}"),
    ),
    Scenario("The directory fails about the rule against forged mail", post(dmarc="could_not_look"), fails(DMARC)),
    Scenario(
        "The address for reports has no mailto",
        post(dmarc_rua="not_an_address"),
        rule(f"v=DMARC1; p=none; rua=dmarc@{DOMAIN}"),
    ),
    Scenario("Reports go to a company that has not agreed", post(dmarc_rua="not_agreed"), ELSEWHERE),
    Scenario(
        "Reports go to the domain, which refuses all mail",
        post(dmarc_rua="no_mailbox", mx="refuses_all"),
        NULL,
    ),
    Scenario(
        "The directory fails about whether the company that gets the reports has agreed",
        post(dmarc_rua="could_not_look"),
        ELSEWHERE,
        records(REPORTS, "MX", f"10 mx1.{DOMAIN}"),
        fails(f"{DOMAIN}._report._dmarc.{REPORTS}"),
    ),
)
ARRIVAL = (
    Scenario("A domain that sends mail has no mail server", post(mx="absent"), NO_MX),
    Scenario(
        "The domain refuses all mail, and lists a mail server beside that",
        post(mx="null_with_others"),
        takes("0 .", f"10 mx1.{DOMAIN}"),
    ),
    Scenario("An address stands in place of a mail server's name", post(mx="address"), takes("10 192.0.2.1")),
    Scenario("The only mail server does not exist", post(mx="nowhere"), takes(f"10 gone.{DOMAIN}")),
    Scenario(
        "One of two mail servers does not exist",
        post(mx="partly_nowhere"),
        takes(f"10 gone.{DOMAIN}", f"20 mx1.{DOMAIN}"),
    ),
    Scenario(
        "The mail server's name is an alias",
        post(mx="alias"),
        takes(f"10 in.{DOMAIN}"),
        records(f"in.{DOMAIN}", "CNAME", f"mx1.{DOMAIN}"),
    ),
)
ENCRYPTION = (
    Scenario(
        "Encryption of mail is tried out",
        post(mta_sts_tlsrpt="testing"),
        policy(STS.replace("enforce", "testing")),
    ),
    Scenario(
        "Encryption of mail is switched off",
        post(mta_sts_tlsrpt="off"),
        policy("version: STSv1\nmode: none\nmax_age: 60\n"),
    ),
    Scenario("Nothing is said about encryption of mail", post(mta_sts_tlsrpt="absent"), records(STS_NAME, "TXT")),
    Scenario(
        "The policy about encryption leaves out one of two mail servers",
        post(mta_sts_tlsrpt="uncovered"),
        policy(STS.replace(f"mx: mx2.{DOMAIN}\n", "")),
    ),
    Scenario(
        "The policy about encryption is tried out, and leaves out one of two mail servers",
        post(mta_sts_tlsrpt="uncovered_testing"),
        policy(STS.replace(f"mx: mx2.{DOMAIN}\n", "").replace("enforce", "testing")),
    ),
    Scenario(
        "The policy about encryption has moved, which receivers do not follow",
        post(mta_sts_tlsrpt="policy_missing"),
        route(POLICY, POLICY_PATH, redirect(f"https://{POLICY}/x")),
    ),
    Scenario(
        "The policy about encryption names no mail server",
        post(mta_sts_tlsrpt="policy_broken"),
        policy("version: STSv1\nmode: enforce\nmax_age: 60\n"),
    ),
    Scenario(
        "The record about encryption has no number of its version",
        post(mta_sts_tlsrpt="record_broken"),
        records(STS_NAME, "TXT", "v=STSv1;"),
    ),
    Scenario(
        "The address for reports about encryption cannot be read",
        post(mta_sts_tlsrpt="reports_broken"),
        records(TLS_NAME, "TXT", "v=TLSRPTv1; rua=tls"),
    ),
    Scenario(
        "The directory fails about the record on encryption", post(mta_sts_tlsrpt="could_not_look"), fails(STS_NAME)
    ),
)
INBOXES = (
    Scenario("A hundred mails a day go out", post(bulk_rules="small"), mail(per_day=100)),
    Scenario("Nobody has said how many mails a day go out", post(bulk_rules="no_volume"), mail(per_day=None)),
    Scenario(
        "A hundred mails a day go out, with neither a list of senders nor a seal",
        post(bulk_rules="small_unmet"),
        mail(per_day=100),
        seal(),
        senders("v=spf1 +all"),
    ),
)
FROM = (
    Scenario("A domain is written down that never sends", post(from_domain="no_mail"), mail(sends=False)),
    Scenario(
        "Mail goes out from a mailbox that anybody can have",
        {"mail.from_domain gmail.com": "private_domain"},
        mail(name="gmail.com"),
    ),
    Scenario(
        "Mail goes out from a domain of somebody else",
        {"mail.from_domain sender.test": "foreign_domain"},
        mail(name="sender.test"),
    ),
    Scenario(
        "The home page asks customers to write to a private mailbox",
        post(from_domain="private_contact"),
        route(WWW, "/", Answer(body=b'<a href="mailto:ana@gmail.com">Write to us</a>')),
    ),
    Scenario(
        "The home page is out of order while its addresses are looked for",
        post(from_domain="could_not_look"),
        route(WWW, "/", Answer(500)),
    ),
)
SCENARIOS = (*SPF_LIST, *SENDERS, *SEALS, *RULE, *ARRIVAL, *ENCRYPTION, *INBOXES, *FROM)
