"""Judging whether mail comes from a domain of one's own, and what the home page asks customers to write to."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.inventory import Host, Inventory, MailDomain
from checks.mail.from_domain import MOST, OUTCOMES, Facts, contacts, from_domain, private
from checks.mail.from_domain import judge as judge_page
from checks.mail_domain import Sends
from checks.model import Kind, Target, Verdict
from checks.net.facts import Chain, ChainEnd, Reason
from tests.checks.samples import chain, exchange, silent
from tests.engine.probes import TableProbe

D = "example.test"
HOME = f"https://{D}/"
OWN = frozenset({D, "example.shop"})


def home(html: str = "", status: int = 200, **headers: str) -> Chain:
    """The home page."""
    return chain(HOME, last=exchange(HOME, status, body=html.encode(), **headers))


def linking(*addresses: str) -> Facts:
    """A home page that links to these addresses."""
    return replace(FINE, home=home("".join(f'<a href="mailto:{address}">write</a>' for address in addresses)))


def judge(facts: Facts) -> Verdict:
    """About the home page of the examples."""
    return judge_page(facts, page=HOME)


FINE = Facts(D, OWN, Sends.YES, home("<p>Hello"))
CASES = {
    "ok": FINE,
    "no_mail": replace(FINE, sends=Sends.NO),
    "private_domain": replace(FINE, domain="gmail.com", home=None),
    "foreign_domain": replace(FINE, domain="other.test", home=None),
    "private_contact": linking("ana.studio@gmail.com"),
    "could_not_look": replace(FINE, home=chain(HOME, last=silent(HOME, Reason.TIMEOUT), end=ChainEnd.FAULT)),
}


@pytest.mark.parametrize("code", OUTCOMES)
def test_each_answer_has_facts_that_lead_to_it(code):
    """Every row of the table can be reached."""
    assert judge(CASES[code]).code == code


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        (replace(FINE, domain=f"mail.{D}"), "ok"),
        (replace(FINE, domain="news.example.shop"), "ok"),
        (replace(FINE, domain=f"not{D}"), "foreign_domain"),
        (replace(FINE, domain="yahoo.co.uk"), "private_domain"),
        (linking(f"help@{D}", "desk@vendor.test"), "ok"),
        (linking("%61na%40gmail.com?subject=Hello"), "private_contact"),
        (replace(FINE, home=home("<A HREF = mailto:ana@GMX.de>")), "private_contact"),
        (replace(FINE, home=home("write to ana@gmail.com, not by a link")), "ok"),
        (replace(FINE, home=home(status=503)), "could_not_look"),
        (replace(FINE, home=home(status=403, cf_mitigated="challenge")), "could_not_look"),
        (replace(FINE, home=chain(HOME, "https://parking.test/")), "could_not_look"),
        (replace(FINE, home=None), "could_not_look"),
    ],
)
def test_what_is_private_and_what_is_ones_own(facts, code):
    """Names below one's own domain are one's own; a vendor's desk is no private mailbox."""
    assert judge(facts).code == code


def test_a_domain_whose_name_begins_like_a_provider_is_not_one():
    """`live.shop.test` is somebody's own."""
    assert private("HOTMAIL.it")
    assert not private("live.shop.test")
    assert not private("gmail.com.example.test")


async def test_the_page_is_left_alone_where_it_cannot_matter():
    """Only the domain's own mail makes the home page interesting, and it is asked once."""
    inventory = Inventory("shop", D, hosts=(Host(f"app.{D}"),), mail=(MailDomain(D), MailDomain("gmail.com")))

    def target(name: str) -> Target:
        return Target(Kind.MAIL, name, name, inventory)

    probe = TableProbe()
    assert (await from_domain(target("gmail.com"), probe)).code == "private_domain"
    assert (await from_domain(target("other.test"), probe)).code == "foreign_domain"


@given(st.text(max_size=2000))
def test_whatever_a_page_says_is_read(html):
    """No page crashes it."""
    assert len(contacts(html * 3)) <= MOST


def test_a_page_full_of_addresses_is_read_in_part():
    """Bounded, in the order of the page."""
    page = "".join(f'<a href="mailto:a@{number}.test">' for number in range(5000))
    assert contacts(page)[:2] == ("0.test", "1.test")
    assert len(contacts(page)) == MOST
