"""From words, findings and incidents to a runbook: sure, a few to choose from, or the nearest ones."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.domain.runbook.book import Runbook
from bot.domain.runbook.search import NEAREST, PICK, find, for_finding, lead
from bot.domain.severity import Trouble
from bot.runbooks import load
from checks.model import Finding, Severity, Status
from tests.runbooks.book import GOOD, made


def book(topic: str, title: str, *says: str, leads: tuple[str, ...] = ()) -> Runbook:
    """A runbook with nothing but what finds it."""
    return replace(made(GOOD, topic), title=title, says=says, leads=leads, feels="")


BOOKS = {
    one.topic: one
    for one in (
        book("site_down", "The site is down", "can't open", "502", leads=("up.http", "REACH")),
        book("slow_pages", "Pages are slow", "takes forever", "slow", leads=("perf.*",)),
        book("emails_in_spam", "Our mail lands in spam", "spam", leads=("mail.spf", "mail.spf:absent")),
        book("emails_not_arriving", "Mail does not arrive", "no mail", "reset mail", leads=("mail.*", "MAIL")),
        book("dns_broken", "The name cannot be found", "DNS", leads=("dns.*",)),
        book("domain_expired", "The domain has run out", "domain expired", leads=("dns.domain_expiry:expired",)),
    )
}


@pytest.mark.parametrize(
    ("words", "topic"),
    [
        ("site_down", "site_down"),
        ("SITE DOWN", "site_down"),
        ("the site is down", "site_down"),
        ("502", "site_down"),
        ("customers can't open our website", "site_down"),
        ("why is everything so slow???", "slow_pages"),
        ("emails go to spam", "emails_in_spam"),
        ("my e-mails go to junk", "emails_in_spam"),
        ("spamm", "emails_in_spam"),
        ("the domian expird", "domain_expired"),
        ("mail.spf", "emails_in_spam"),
        ("nameservers", "dns_broken"),
        ("‘dns’", "dns_broken"),
    ],
)
def test_words_that_fit_one_lead_there(words: str, topic: str) -> None:
    """A topic, a title, what founders say, a check's id; mistyped and in other words as well."""
    found = find(BOOKS, words)
    assert found.topic == topic
    assert not found.near


def test_words_that_fit_several_ask_which() -> None:
    """Likeliest first, never more than fit a list."""
    found = find(BOOKS, "mail")
    assert not found.topic
    assert not found.none
    assert set(found.near) == {"emails_in_spam", "emails_not_arriving"}
    many = {f"mail_{n}": book(f"mail_{n}", f"Mail trouble {n}") for n in range(9)}
    assert len(find(many, "mail").near) == PICK


def test_words_that_fit_none_get_the_nearest() -> None:
    """Three that sound like it, and the word that nothing fits."""
    found = find(BOOKS, "zzkrtx")
    assert found.none
    assert not found.topic
    assert len(found.near) == NEAREST


def test_an_open_incident_comes_first() -> None:
    """Alone without words; before its equals with words; unknown topics do not count."""
    assert find(BOOKS, "", live=["dns_broken"]).topic == "dns_broken"
    assert find(BOOKS, "", live=["nothing"]) == find(BOOKS, "")
    assert find(BOOKS, "", live=["slow_pages", "dns_broken"]).near == ("slow_pages", "dns_broken")
    assert find(BOOKS, "mail", live=["emails_not_arriving"]).topic == "emails_not_arriving"
    assert find(BOOKS, "the site is down", live=["emails_not_arriving"]).topic == "site_down"
    assert not find(BOOKS, "").topic


@pytest.mark.parametrize("words", ["   ", "🎉", "!!!", "x" * 100_000, "<script>alert(1)</script>", "{domain} *" * 500])
def test_any_text_is_answered(words: str) -> None:
    """Nothing typed breaks the search."""
    find(BOOKS, words)
    assert find({}, words).topic == ""


def test_the_most_exact_lead_counts() -> None:
    """The outcome, the check, its family, the class of trouble."""
    assert lead(BOOKS, "mail.spf", "absent") == "emails_in_spam"
    assert lead(BOOKS, "mail.spf", "other") == "emails_in_spam"
    assert lead(BOOKS, "mail.mx", "absent") == "emails_not_arriving"
    assert lead(BOOKS, "dns.domain_expiry", "expired") == "domain_expired"
    assert lead(BOOKS, "dns.domain_expiry", "soon") == "dns_broken"
    assert lead(BOOKS, "web.title", "absent") == ""
    assert lead(BOOKS, "web.title", "absent", Trouble.REACH) == "site_down"
    assert lead(BOOKS, "", "", Trouble.MAIL) == "emails_not_arriving"
    assert lead(BOOKS, "", "") == lead({}, "mail.spf", "absent", Trouble.MAIL) == ""


def test_a_finding_names_its_runbook_itself() -> None:
    """And where that one is not there, what the runbooks say counts."""
    finding = Finding("mail.spf", "shop.test", "absent", Status.FAIL, Severity.HIGH, "No SPF", runbook="site_down")
    assert for_finding(BOOKS, finding) == "site_down"
    assert for_finding(BOOKS, replace(finding, runbook="gone")) == "emails_in_spam"
    assert for_finding(BOOKS, replace(finding, runbook="", check="web.title")) == ""


FOUNDERS = [
    ("site is down", "site_down"),
    ("502 bad gateway", "site_down"),
    ("my emails go to spam", "emails_in_spam"),
    ("customers cant log in", "login_broken"),
    ("strpe payment fails", "checkout_broken"),
    ("api key leaked on github", "secret_leaked"),
    ("it's slow", "slow_pages"),
    ("red warning in the browser", "certificate_expired"),
    ("too many redirects", "redirect_loop"),
    ("my domain expired", "domain_expired"),
    ("www does not work", "wrong_address_or_www"),
    ("sign up broken", "signup_broken"),
    ("env var missing", "missing_environment_variable"),
    ("white page after deploy", "bad_deploy"),
]


@pytest.mark.parametrize(("words", "topic"), FOUNDERS)
def test_the_library_is_found_in_a_founders_words(words: str, topic: str) -> None:
    """What people type at nine in the evening leads to the right one, or it is among the first to choose from."""
    found = find(load(), words)
    assert topic in (found.topic, *found.near[:3]), found
