"""Judging who may send mail."""

from __future__ import annotations

import pytest

from checks.finding import holes
from checks.inventory import Inventory, MailDomain
from checks.mail.spf import OUTCOMES, Facts, judge
from checks.mail_domain import Sends
from checks.model import Kind, Status, Target
from checks.net.facts import DnsStatus
from checks.registry import load
from tests.checks.mail.answers import Zone, answers
from tests.engine.probes import TableProbe

D = "example.com"


def facts(zone: Zone, sends: Sends = Sends.YES) -> Facts:
    """What DNS says in this zone."""
    return Facts(D, answers({f"{D} MX": ("10 mx.example.com",), **zone}), sends)


def spf(record: str, zone: Zone | None = None, sends: Sends = Sends.YES) -> Facts:
    """One record at the domain, and what stands around it."""
    return facts({f"{D} TXT": ("google-site-verification=abc", record), **(zone or {})}, sends)


def includes(count: int, at: str = "v.test") -> dict[str, tuple[str, ...]]:
    """`count` names to include, each with a list that costs nothing more."""
    return {f"s{number}.{at} TXT": ("v=spf1 ip4:192.0.2.1 -all",) for number in range(count)}


def including(count: int) -> str:
    return "v=spf1 " + " ".join(f"include:s{number}.v.test" for number in range(count)) + " ~all"


def networks(length: int) -> str:
    """A record of exactly this length."""
    body = "v=spf1"
    while len(body) + len(" ip4:192.0.2.0/24") + len(" ~all") <= length:
        body += " ip4:192.0.2.0/24"
    return body + " " * (length - len(body) - len(" ~all")) + " ~all"


NOWHERE = {f"gone{number}.test A": DnsStatus.NXDOMAIN for number in range(3)} | {
    f"gone{number}.test AAAA": DnsStatus.NXDOMAIN for number in range(3)
}

CASES = {
    "ok": spf(including(3), includes(3)),
    "parked": spf("v=spf1 -all", {f"{D} MX": ("0 .",)}, Sends.GUESS),
    "no_mail": facts({f"{D} TXT": (), f"{D} MX": ()}, Sends.GUESS),
    "absent": facts({f"{D} TXT": ("google-site-verification=abc",)}),
    "absent_unused": facts({f"{D} TXT": ()}, Sends.NO),
    "misspelt": spf("v=spf1; include:s0.v.test ~all"),
    "several": facts({f"{D} TXT": ("v=spf1 include:a.test ~all", "v=spf1 include:b.test ~all")}),
    "syntax": spf("v=spf1 ipv4:192.0.2.1 ~all"),
    "include_broken": spf("v=spf1 include:gone.test ~all", {"gone.test TXT": DnsStatus.NXDOMAIN}),
    "allows_all": spf("v=spf1 +all"),
    "too_many_lookups": spf(including(12), includes(12)),
    "too_many_mx": spf("v=spf1 mx ~all", {f"{D} MX": tuple(f"10 mx{number}.{D}" for number in range(11))}),
    "too_many_voids": spf("v=spf1 a:gone0.test a:gone1.test a:gone2.test ~all", NOWHERE),
    "too_long": spf(networks(520)),
    "near_limit": spf(including(9), includes(9)),
    "no_end": spf("v=spf1 ip4:192.0.2.1"),
    "ptr": spf("v=spf1 ptr ~all"),
    "long": spf(networks(460)),
    "forbids_all": spf("v=spf1 -all"),
    "include_unknown": spf("v=spf1 include:slow.test ~all", {"slow.test TXT": DnsStatus.SERVFAIL}),
    "could_not_look": facts({f"{D} TXT": DnsStatus.TIMEOUT}),
}


@pytest.mark.parametrize("code", OUTCOMES)
def test_each_answer_has_facts_that_lead_to_it(code: str):
    """Every row of the table can be reached, and its words have no hole."""
    verdict = judge(CASES[code])
    assert verdict.code == code
    target = Target(Kind.MAIL, D, D, Inventory(product="p", domain=D))
    assert holes(load()["mail.spf"], target, verdict) == ()


@pytest.mark.parametrize("status", [DnsStatus.SERVFAIL, DnsStatus.TIMEOUT, DnsStatus.REFUSED, DnsStatus.UNREACHABLE])
def test_a_question_without_an_answer_is_unknown_never_absent(status: DnsStatus):
    """Not hearing is not the same as hearing no."""
    verdict = judge(facts({f"{D} TXT": status}))
    assert OUTCOMES[verdict.code].status is Status.UNKNOWN


@pytest.mark.parametrize("status", [DnsStatus.NXDOMAIN, DnsStatus.NODATA])
def test_both_kinds_of_nothing_there_are_absent(status: DnsStatus):
    """Some providers answer NODATA for names that do not exist."""
    assert judge(facts({f"{D} TXT": status})).code == "absent"


@pytest.mark.parametrize(
    ("ending", "code"),
    [("~all", "ok"), ("-all", "ok"), ("?all", "no_end"), ("+all", "allows_all"), ("all", "allows_all")],
)
def test_soft_and_hard_endings_are_both_right(ending: str, code: str):
    """`-all` is not preached: it hurts forwarding."""
    assert judge(spf(f"v=spf1 ip4:192.0.2.1 {ending}")).code == code


@pytest.mark.parametrize(
    ("count", "code"), [(8, "ok"), (9, "near_limit"), (10, "near_limit"), (11, "too_many_lookups")]
)
def test_the_limit_is_ten(count: int, code: str):
    """Ten are allowed, nine are worth a word."""
    verdict = judge(spf(including(count), includes(count)))
    assert (verdict.code, verdict.seen["lookups"]) == (code, count)


def test_every_kind_of_term_that_costs_is_counted_at_every_level():
    """include, a, mx, ptr, exists and redirect cost one each; all, ip4, ip6 and exp nothing."""
    zone = {
        "inner.test TXT": ("v=spf1 a mx:mail.test exists:%{i}.list.test ip6:2001:db8::/32 -all",),
        "inner.test A": ("192.0.2.1",),
        "inner.test AAAA": (),
        "mail.test MX": tuple(f"10 mx{number}.mail.test" for number in range(10)),
        "last.test TXT": ("v=spf1 a:web.test ~all",),
        "web.test A": ("192.0.2.2",),
        "web.test AAAA": (),
    }
    verdict = judge(spf("v=spf1 include:inner.test ip4:192.0.2.9 ptr exp=why.test redirect=last.test", zone))
    # include 1 + (a, mx, exists) 3 + ptr 1 + redirect 1 + (a) 1; the ten servers of mx cost nothing here.
    assert verdict.seen["lookups"] == 7
    assert verdict.seen["void_count"] == 0
    assert verdict.code == "ptr"
    assert verdict.seen["bill"] == "inner.test 4, last.test 2, ptr 1"


def test_the_tree_shows_what_each_include_costs():
    """A founder sees which vendor eats the budget."""
    zone = {
        "big.test TXT": ("v=spf1 include:s0.v.test include:s1.v.test include:s2.v.test ~all",),
        **includes(3),
    }
    verdict = judge(spf("v=spf1 include:big.test include:s0.v.test ~all", zone))
    assert verdict.seen["bill"] == "big.test 4, s0.v.test 1"
    assert [(row["term"], row["cost"], row["depth"]) for row in verdict.seen["tree"]] == [
        ("include:big.test", 4, 1),
        ("include:s0.v.test", 1, 2),
        ("include:s1.v.test", 1, 2),
        ("include:s2.v.test", 1, 2),
        ("include:s0.v.test", 1, 1),
    ]


def test_the_whole_bill_is_shown_also_far_over_the_limit():
    """Counting does not stop at ten."""
    verdict = judge(spf(including(30), includes(30)))
    assert (verdict.code, verdict.seen["lookups"]) == ("too_many_lookups", 30)


def test_a_name_that_is_asked_twice_for_one_term_is_one_void():
    """`a` asks for two kinds of address; both missing is one void look-up, not two."""
    zone = {name: value for name, value in NOWHERE.items() if "gone2" not in name}
    verdict = judge(spf("v=spf1 a:gone0.test a:gone1.test ~all", zone))
    assert (verdict.code, verdict.seen["void_count"]) == ("ok", 2)


def test_an_address_of_one_family_is_no_void():
    """A host without IPv6 is there."""
    zone = {"web.test A": ("192.0.2.1",), "web.test AAAA": ()}
    assert judge(spf("v=spf1 a:web.test ~all", zone)).seen["void_count"] == 0


def test_a_question_that_was_not_answered_is_no_void():
    """A slow name server does not make a term lead nowhere."""
    zone = {f"slow{n}.test {type}": DnsStatus.TIMEOUT for n in range(3) for type in ("A", "AAAA")}
    verdict = judge(spf("v=spf1 a:slow0.test a:slow1.test a:slow2.test ~all", zone))
    assert (verdict.code, verdict.seen["void_count"]) == ("include_unknown", 0)


def test_nothing_after_all_is_counted():
    """A receiver never comes there; a redirect beside `all` is ignored as well (RFC 7208 section 6.1)."""
    verdict = judge(spf("v=spf1 ip4:192.0.2.1 ~all include:gone.test redirect=gone.test"))
    assert (verdict.code, verdict.seen["lookups"]) == ("ok", 0)


def test_a_redirect_decides_about_the_ending():
    """The record it leads to has the last word."""
    zone = {"other.test TXT": ("v=spf1 ip4:192.0.2.1 -all",)}
    assert judge(spf("v=spf1 redirect=other.test", zone)).code == "ok"
    assert judge(spf("v=spf1 redirect=other.test", {"other.test TXT": ("v=spf1 ip4:192.0.2.1",)})).code == "no_end"
    assert judge(spf("v=spf1 redirect=other.test", {"other.test TXT": ()})).code == "include_broken"


def test_an_include_that_allows_everybody_allows_everybody():
    """The whole internet may come in by the back door too."""
    verdict = judge(spf("v=spf1 include:open.test ~all", {"open.test TXT": ("v=spf1 +all",)}))
    assert (verdict.code, verdict.seen["where"]) == ("allows_all", "open.test")


@pytest.mark.parametrize(
    ("record", "why"),
    [("v=spf1 a a ipv6:1 ~all", "mistake"), ("one and two", "no list"), ("v=spf1 include:example.com -all", "back")],
)
def test_an_include_that_is_broken_breaks_the_record(record: str, why: str):
    """A mistake, nothing or a loop in a tool's list is a permanent error in ours (RFC 7208 section 5.2)."""
    verdict = judge(spf("v=spf1 include:tool.test ~all", {"tool.test TXT": (record,)}))
    assert verdict.code == "include_broken"
    assert why in str(verdict.seen["why"])


def test_lookups_over_the_limit_are_said_even_if_one_include_is_dark():
    """What is known is enough to fail."""
    zone = {**includes(11), "s11.v.test TXT": DnsStatus.SERVFAIL}
    assert judge(spf(including(12), zone)).code == "too_many_lookups"


def test_records_that_only_begin_alike_are_no_spf_records():
    """`v=spf10` and friends are somebody else's, and case does not matter."""
    assert judge(facts({f"{D} TXT": ("v=spf10 x", "V=SPF1 ip4:192.0.2.1 ~ALL")})).code == "ok"


def test_a_bare_domain_with_mail_servers_is_judged_as_a_sender():
    """Nobody told us, but it takes mail."""
    assert judge(facts({f"{D} TXT": ()}, Sends.GUESS)).code == "absent"
    assert judge(facts({f"{D} TXT": (), f"{D} MX": DnsStatus.SERVFAIL}, Sends.GUESS)).code == "could_not_look"


async def test_the_check_asks_side_by_side_and_each_question_once():
    """The longest chain of questions counts, not their number."""
    zone = {
        (D, "TXT"): ("v=spf1 a mx include:s0.v.test include:s1.v.test ~all",),
        (D, "MX"): ("10 mx.example.com",),
        (D, "A"): ("192.0.2.1",),
        ("s0.v.test", "TXT"): ("v=spf1 include:s1.v.test -all",),
        ("s1.v.test", "TXT"): ("v=spf1 ip4:192.0.2.1 -all",),
    }
    probe = TableProbe(zone)
    inventory = Inventory(product="p", domain=D, mail=(MailDomain(D),))
    verdict = await load()["mail.spf"].run(Target(Kind.MAIL, D, D, inventory), probe)
    assert (verdict.code, verdict.seen["lookups"]) == ("ok", 5)
    asked = [question for question in probe.asked if question != (D, "MX")]
    assert len(asked) == len(set(asked))


async def test_a_hostile_tree_of_includes_is_bounded():
    """Records that fan out for ever end in one answer after a bounded number of questions."""

    class Hydra(TableProbe):
        async def dns(self, name: str, type: str):
            if type == "TXT":
                self.records[name, type] = ("v=spf1 " + " ".join(f"include:h{n}.{name}" for n in range(20)) + " -all",)
            return await super().dns(name, type)

    probe = Hydra({(D, "MX"): ("10 mx.example.com",)})
    verdict = await load()["mail.spf"].run(Target(Kind.MAIL, D, D, Inventory(product="p", domain=D)), probe)
    assert verdict.code == "too_many_lookups"
    assert len(probe.asked) < 200
