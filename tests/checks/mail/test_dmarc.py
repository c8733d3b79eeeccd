"""Judging the rule against forged mail."""

from __future__ import annotations

from dataclasses import replace

import pytest

from checks.finding import holes
from checks.inventory import Inventory, MailDomain
from checks.mail.dmarc import OUTCOMES, Facts, judge
from checks.mail_domain import Sends
from checks.model import Kind, Status, Target
from checks.net.facts import DnsStatus
from checks.registry import load
from tests.checks.mail.answers import answers
from tests.engine.probes import TableProbe

D = "example.com"
RUA = "rua=mailto:dmarc@example.com"


def facts(
    *records: str, above: dict[str, tuple[str, ...] | DnsStatus] | None = None, domain: str = D, **changes: object
) -> Facts:
    """A domain that sends mail from a written-down inventory, alignment shown, with these records at `_dmarc`."""
    zone = answers(
        {f"{domain} TXT": ("v=spf1 mx ~all",), f"{domain} MX": ("10 mx.example.com",), f"_dmarc.{domain} TXT": records}
    )
    upper = answers({f"{name} TXT": value for name, value in ({"com": ()} if above is None else above).items()})
    walk = {domain: zone[f"_dmarc.{domain}", "TXT"]} | {name: one for (name, _), one in upper.items()}
    base = Facts(domain, walk, zone[domain, "TXT"], zone[domain, "MX"], Sends.YES, aligned=True, configured=True)
    return replace(base, **changes)  # type: ignore[arg-type]


def txt(*records: str):
    return answers({f"{D} TXT": records})[D, "TXT"]


def mx(*records: str):
    return answers({f"{D} MX": records})[D, "MX"]


CASES = {
    "monitoring": facts(f"v=DMARC1; p=none; {RUA}"),
    "enforced": facts(f"v=DMARC1; p=reject; {RUA}"),
    "retired_tags": facts(f"v=DMARC1; p=quarantine; pct=20; {RUA}"),
    "parked": facts("v=DMARC1; p=reject", sends=Sends.GUESS, txt=txt("v=spf1 -all"), mx=mx("0 ."), configured=False),
    "no_mail": facts(sends=Sends.GUESS, txt=txt(), mx=mx(), configured=False),
    "absent": facts(),
    "absent_unused": facts(sends=Sends.NO),
    "misplaced": facts(txt=txt("v=DMARC1; p=none")),
    "misspelt": facts("v=dmarc1; p=none"),
    "several": facts("v=DMARC1; p=none", "v=DMARC1; p=reject"),
    "bad_policy": facts(f"v=DMARC1; p=quarentine; {RUA}"),
    "loose": facts(f"v=DMARC1 p=none; {RUA}"),
    "repeated": facts(f"v=DMARC1; p=none; {RUA}; p=reject"),
    "nobody_watches": facts("v=DMARC1; p=none"),
    "unproven": facts(f"v=DMARC1; p=quarantine; {RUA}", aligned=None),
    "weak_subdomains": facts(f"v=DMARC1; p=reject; sp=none; {RUA}"),
    "could_not_look": replace(facts(), walk={D: answers({f"{D} TXT": DnsStatus.SERVFAIL})[D, "TXT"]}),
}


@pytest.mark.parametrize("code", OUTCOMES)
def test_each_answer_has_facts_that_lead_to_it(code: str):
    """Every row of the table can be reached, and its words have no hole."""
    verdict = judge(CASES[code])
    assert verdict.code == code
    target = Target(Kind.MAIL, D, D, Inventory(product="p", domain=D))
    assert holes(load()["mail.dmarc"], target, verdict) == ()


@pytest.mark.parametrize("status", [DnsStatus.SERVFAIL, DnsStatus.TIMEOUT, DnsStatus.REFUSED, DnsStatus.MALFORMED])
def test_a_question_without_an_answer_is_unknown_never_absent(status: DnsStatus):
    """At the domain, and above it where nothing stands at the domain."""
    dark = answers({f"{D} TXT": status})[D, "TXT"]
    assert OUTCOMES[judge(replace(facts(), walk={D: dark})).code].status is Status.UNKNOWN
    sub = "news.example.com"
    assert judge(facts(domain=sub, above={D: status, "com": ()})).code == "could_not_look"


@pytest.mark.parametrize("status", [DnsStatus.SERVFAIL, DnsStatus.TIMEOUT, DnsStatus.REFUSED, DnsStatus.MALFORMED])
@pytest.mark.parametrize("suffix", ["com", "test", "co.uk"])
def test_a_registry_that_does_not_answer_hides_nothing(status: DnsStatus, suffix: str):
    """At a public suffix hardly any rule stands, and many name servers refuse to be asked there."""
    name = f"shop.{suffix}"
    above = {suffix: status} | ({"uk": status} if suffix == "co.uk" else {})
    assert judge(facts(domain=name, above=above)).code == "absent"


def test_what_stands_above_does_not_matter_where_a_record_stands_below():
    """A dark name server further up changes nothing."""
    assert judge(facts(f"v=DMARC1; p=reject; {RUA}", above={"com": DnsStatus.TIMEOUT})).code == "enforced"


def test_a_subdomain_follows_the_rule_above_it():
    """`sp` holds for it, and `p` where there is none."""
    sub = "news.example.com"
    above = {D: (f"v=DMARC1; p=reject; sp=none; {RUA}",), "com": ()}
    verdict = judge(facts(domain=sub, above=above))
    assert (verdict.code, verdict.seen["policy"], verdict.seen["at"]) == ("monitoring", "none", D)
    verdict = judge(facts(domain=sub, above={D: (f"v=DMARC1; p=reject; {RUA}",), "com": ()}))
    assert (verdict.code, verdict.seen["policy"]) == ("enforced", "reject")


def test_test_mode_weakens_the_rule_by_one_step():
    """`t=y` turns reject into quarantine and quarantine into none."""
    assert judge(facts("v=DMARC1; p=quarantine; t=y")).code == "nobody_watches"
    assert judge(facts(f"v=DMARC1; p=quarantine; t=y; {RUA}")).code == "monitoring"
    assert judge(facts(f"v=DMARC1; p=reject; t=y; {RUA}")).seen["applied"] == "quarantine"


@pytest.mark.parametrize("tag", ["np=reject", "psd=n", "t=n", "fo=1", "new=thing", "adkim=s; aspf=s"])
def test_new_and_unknown_tags_are_no_mistakes(tag: str):
    """A younger standard does not make an older record wrong, nor the other way round."""
    assert judge(facts(f"v=DMARC1; p=reject; {tag}; {RUA}")).code == "enforced"


def test_a_missing_policy_counts_as_none():
    """With a report address it watches, without one it does nothing."""
    assert judge(facts(f"v=DMARC1; {RUA}")).code == "monitoring"
    assert judge(facts("v=DMARC1;")).code == "nobody_watches"


@pytest.mark.parametrize(
    "uri", ["mailto:", "mailto:nobody", "https://example.com/r", "dmarc@example.com", "mailto:a@b"]
)
def test_a_report_address_that_cannot_work_is_none(uri: str):
    """Reports to nowhere are no watching."""
    assert judge(facts(f"v=DMARC1; p=none; rua={uri}")).code == "nobody_watches"


@pytest.mark.parametrize("uri", ["mailto:a@b.test!10m", "MAILTO:a@b.test", " mailto:x@y.test , mailto:a@b.test "])
def test_a_report_address_in_any_allowed_shape_works(uri: str):
    """Size limits, capital letters and lists."""
    assert judge(facts(f"v=DMARC1; p=none; rua={uri}")).code == "monitoring"


def test_a_parked_domain_is_not_judged_like_a_sender():
    """It sends nothing, so nothing needs to be proven about its mail."""
    parked = replace(CASES["parked"], configured=True, sends=Sends.NO, aligned=None)
    assert judge(parked).code == "parked"
    assert judge(replace(CASES["parked"], mx=mx())).code == "parked"


def test_a_bare_domain_is_not_blamed_for_alignment_that_nobody_asked_about():
    """Without a configuration nobody could have told us."""
    assert (
        judge(facts(f"v=DMARC1; p=reject; {RUA}", aligned=None, configured=False, sends=Sends.GUESS)).code == "enforced"
    )


def test_a_bare_domain_with_mail_servers_is_judged_as_a_sender():
    """And one with neither mail servers nor senders mildly."""
    assert judge(facts(sends=Sends.GUESS, configured=False)).code == "absent"
    assert judge(facts(sends=Sends.GUESS, configured=False, mx=mx("0 ."), txt=txt("v=spf1 -all"))).code == "no_mail"
    assert judge(facts(sends=Sends.GUESS, configured=False, mx=mx(), txt=txt("v=spf1 a ~all"))).code == "absent"


async def test_one_question_is_enough_where_a_record_stands():
    """The walk goes on only where nothing was found."""
    inventory = Inventory(product="p", domain=D, mail=(MailDomain(D, aligned=True),))
    probe = TableProbe({(f"_dmarc.{D}", "TXT"): (f"v=DMARC1; p=reject; {RUA}",), (D, "MX"): ("10 mx.example.com",)})
    verdict = await load()["mail.dmarc"].run(Target(Kind.MAIL, D, D, inventory), probe)
    assert verdict.code == "enforced"
    assert [name for name, _ in probe.asked if name.startswith("_dmarc")] == [f"_dmarc.{D}"]


async def test_a_deep_name_asks_at_most_eight_questions():
    """Labels are dropped at once where there are many (RFC 9989 section 4.10)."""
    deep = "a.b.c.d.e.f.g.h.i.j.mail.example.com"
    probe = TableProbe({("_dmarc.example.com", "TXT"): (f"v=DMARC1; p=reject; {RUA}",)})
    verdict = await load()["mail.dmarc"].run(Target(Kind.MAIL, deep, deep, Inventory(product="p", domain=D)), probe)
    asked = [name for name, _ in probe.asked if name.startswith("_dmarc.")]
    assert asked[0] == f"_dmarc.{deep}"
    assert asked[1] == "_dmarc.g.h.i.j.mail.example.com"
    assert asked[-1] == "_dmarc.com"
    assert len(asked) == 8
    assert verdict.seen["at"] == D
