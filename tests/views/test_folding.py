"""Many findings, few things to do: what is the same is said once, and nothing is lost by it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.render.blocks import message
from bot.render.text import text
from bot.views import audit
from bot.views.folding import fold, fold_blind, said, split_unknown
from checks.causes import linked
from checks.model import Kind, Severity, Status
from tests.views.samples import EXPIRED, GOOD, STAGING, finding, report

PAGES = ("Home page", "Pricing", "Sign-up page", "Log-in page", "Checkout")


def down(page: str, because: str = "the server answers with error 502", code: str = "http_5xx", **more):
    return finding(
        "up.http",
        page,
        code,
        Status.FAIL,
        Severity.BLOCKER,
        f"{page} is down: {because}",
        impact="Nobody can use it while this lasts.",
        fix=("Open the log of the app at your host and read the newest error.", "Run this check again."),
        kind=Kind.MONITOR,
        breaks=True,
        seen={"host": "app.marigold.example", "final_url": f"https://app.marigold.example/{page}"},
        **more,
    )


def expired(host: str):
    return replace(
        EXPIRED,
        target=host,
        summary=EXPIRED.summary.replace("app.marigold.example", host),
        fix=tuple(step.replace("app.marigold.example", host) for step in EXPIRED.fix),
    )


@pytest.mark.parametrize(
    ("pages", "sentence"),
    [
        (1, "Home page is down: the server answers with error 502"),
        (2, "Home page and Pricing are down: the server answers with error 502"),
        (3, "Home page, Pricing and Sign-up page are down: the server answers with error 502"),
        (5, "Home page, Pricing and 3 more are down: the server answers with error 502"),
    ],
)
def test_the_same_answer_at_several_places_is_one_sentence(pages, sentence):
    """Names, verb and number are right, however many places there are."""
    group, *others = fold([down(page) for page in PAGES[:pages]])
    assert group.summary == sentence
    assert others == []
    assert group.places == PAGES[:pages]
    assert group.impact == f"Nobody can use {'it' if pages == 1 else 'them'} while this lasts."


def test_several_that_fail_now_and_then_are_many():
    """`how often Home page and Pricing fail`, not `fails`."""
    found = [replace(down(page), summary=f"Too early to say how often {page} fails: 0 of 9") for page in PAGES[:2]]
    assert said(found) == "Too early to say how often Home page and Pricing fail: 0 of 9"


def test_what_differs_between_the_places_is_left_out():
    """Nobody reads that all pages fail for the reason of the first one."""
    assert said(
        [down("Home page", "nothing answers at a.example"), down("Pricing", "nothing answers at b.example")]
    ) == ("Home page and Pricing are down")


def test_a_name_inside_another_name_is_not_replaced():
    """`www.marigold.example` does not name `marigold.example`, and addresses stay whole."""
    first, second = (
        finding(
            "dns.apex_www", name, "odd", Status.FAIL, Severity.HIGH, f"www.{name} cannot be opened; see https://{name}/"
        )
        for name in ("marigold.example", "rosemary.example")
    )
    assert said([first, second]) == (
        "www.marigold.example cannot be opened; see https://marigold.example/, and the same with rosemary.example"
    )


def test_steps_are_never_changed_inside():
    """People copy from them: the first place stands as it is, and the others are counted."""
    group = fold([expired("app.marigold.example"), expired("api.marigold.example")])[0]
    assert group.steps[0] == f"{EXPIRED.fix[0]} Then the same for the other one."
    assert group.steps[1:] == EXPIRED.fix[1:]


def test_different_weight_code_or_environment_is_never_one():
    """Staging is not production, and a warning is not a failure."""
    live = replace(STAGING, target="app.marigold.example", environment="production")
    milder = replace(down("Pricing"), severity=Severity.HIGH)
    assert len(fold([STAGING, live])) == 2
    assert len(fold([down("Home page"), milder, replace(down("Checkout"), code="timeout")])) == 3


def test_no_finding_gets_lost():
    """Every finding stands in exactly one group, as itself or as an effect."""
    findings = linked(
        [expired("app.marigold.example"), *(down(page, "no trust", code="tls") for page in PAGES), STAGING]
    )
    groups = fold(findings)
    held = [id(one) for group in groups for part in (group, *group.effects) for one in part.findings]
    assert sorted(held) == sorted(map(id, findings))
    assert [len(group.effects) for group in groups] == [1, 0]


def test_an_effect_stands_under_its_cause_without_its_reason():
    """The certificate is the thing to repair; the pages are named below it."""
    found = report(*linked([expired("app.marigold.example"), *(down(page, "no trust", code="tls") for page in PAGES)]))
    shown = text(audit.report(found))
    assert shown.startswith("No-go: visitors of app.marigold.example get a red warning\n")
    assert "1 thing must be fixed before launch." in shown
    assert "Also seen: Home page, Pricing and 3 more are down (up.http)." in shown
    assert "because" not in shown


def test_the_first_three_lines_say_may_i_what_do_they_feel_and_what_first():
    """A founder who reads no further knows enough to act."""
    shown = text(audit.report(report(*map(down, PAGES), *GOOD)), width=200).split("\n")
    assert shown[0] == "No-go: Home page, Pricing and 3 more are down"
    assert shown[2] == "What customers feel: Nobody can use them while this lasts."
    assert shown[3] == "Do first: Open the log of the app at your host and read the newest error."
    assert sum("read the newest error" in line for line in shown) == 1


def test_what_waits_for_a_repair_is_counted_in_one_line():
    """Redirects of a host whose certificate is refused are neither good nor bad, and no news."""
    blind = tuple(
        finding(check, "app.marigold.example", "could_not_look", Status.UNKNOWN, Severity.HIGH, f"Could not do {check}")
        for check in ("redir.loop", "redir.https", "tls.hsts")
    )
    other = replace(blind[0], target="api.marigold.example")
    own, waiting = split_unknown((*blind, other), (expired("app.marigold.example"), *blind, other))
    assert (own, waiting) == ([other], list(blind))
    shown = text(audit.report(report(expired("app.marigold.example"), *blind, other)), width=200)
    assert "Not looked at yet: 3 checks of app.marigold.example, until the above is repaired." in shown
    assert shown.count("Could not do") == 1
    detailed = text(audit.report(report(expired("app.marigold.example"), *blind, other), detail=True), width=200)
    assert detailed.count("Could not do") == 3


def test_checks_that_stopped_at_the_same_thing_are_one_entry():
    """Four checks of a second domain whose certificate is refused are one thing to clear up."""
    why = "the certificate was refused"
    stopped = tuple(
        finding(
            check, "rosemary.example", "could_not_look", Status.UNKNOWN, Severity.HIGH, f"Could not do {check}: {why}",
            seen={"reason": why}, impact="Nothing is proven either way.",
        )
        for check in ("redir.loop", "redir.hops", "redir.canonical")
    )  # fmt: skip
    other = replace(
        stopped[0], check="mail.spf", seen={"reason": "no answer came"}, summary="Could not ask: no answer came"
    )
    entries = fold_blind((*stopped, other))
    assert [one.summary for one in entries] == [
        "3 checks of rosemary.example could not be made: the certificate was refused",
        "Could not ask: no answer came",
    ]
    before = report(*(replace(one, status=Status.PASS, summary="Fine") for one in stopped), *GOOD)
    shown = text(audit.report(report(*stopped, *GOOD), before), width=200)
    assert "? Unknown, new: 3 checks of rosemary.example could not be made: the certificate was refused" in shown
    assert "redir.loop · redir.hops · redir.canonical" in shown
    assert shown.count(why) == 1


def test_without_a_connection_it_is_said_once():
    """Sixty checks of two places stopped at the one thing that has nothing to do with the product."""
    why, impact = "We could not look: our own connection is down", "This says nothing about your product."
    blind = [
        finding(check, place, "offline", Status.UNKNOWN, Severity.HIGH, why, impact=impact, fix=("Bring it back.",))
        for check in ("dns.resolve", "tls.valid", "up.http")
        for place in ("marigold.example", "app.marigold.example")
    ]
    [one] = fold_blind(blind)
    assert (one.summary, one.impact) == (why, impact)
    assert one.checks == ("dns.resolve", "tls.valid", "up.http")
    assert text(audit.report(report(*blind)), width=100).count(why) == 1


def test_what_only_one_of_them_means_is_not_said_of_all():
    """The first of several checks does not speak for the others."""
    seen = {"reason": "no answer"}
    blind = [
        finding(check, "marigold.example", "blind", Status.UNKNOWN, Severity.HIGH, f"{check}: no answer",
                impact=impact, seen=seen)
        for check, impact in (("tls.valid", "The certificate cannot be judged."), ("up.http", "It may be down."))
    ]  # fmt: skip
    [one] = fold_blind(blind)
    assert one.impact == "Nothing is proven either way."


def test_a_dead_page_hides_no_dns_record():
    """What can be asked although the page is down is unknown for a reason of its own."""
    record = finding("dns.caa", "app.marigold.example", "no_idea", Status.UNKNOWN, Severity.MEDIUM, "Could not tell")
    page = replace(record, check="redir.canonical")
    assert split_unknown((record, page), (down("Checkout"), record, page)) == ([record], [page])
    nowhere = replace(EXPIRED, check="dns.resolve", code="absent")
    assert split_unknown((record,), (nowhere, record)) == ([], [record])


def test_low_severity_repeats_are_one_line():
    """Four hosts without a header are not four problems at nine in the evening."""
    hosts = ("marigold.example", "www.marigold.example", "app.marigold.example", "api.marigold.example")
    ones = [
        replace(
            STAGING, target=host, environment="production", summary=f"Returning visitors of {host} could be led astray"
        )
        for host in hosts
    ]
    lines = text(audit.report(report(*ones, *GOOD)), width=200).splitlines()
    at = lines.index("Can wait until after launch")
    assert lines[at + 2 : at + 5] == [
        "",
        "! Low: Returning visitors of marigold.example, www.marigold.example and 2 more could be led astray (tls.hsts)",
        "",
    ]


def test_changes_are_folded_and_new_trouble_is_marked_where_it_stands():
    """What was repaired is one line for all pages; what is new is not told twice."""
    up = [
        replace(
            down(page), status=Status.PASS, severity=Severity.LOW, summary=f"{page} is up (status 200, {len(page)} ms)"
        )
        for page in PAGES
    ]
    before = report(*map(down, PAGES), replace(EXPIRED, status=Status.PASS, severity=Severity.LOW, summary="Fine"))
    shown = text(audit.report(report(*up, EXPIRED), before), width=200)
    assert "✓ Fixed: Home page, Pricing and 3 more are up" in shown
    assert "✗ Blocker, new: Visitors of app.marigold.example" in shown
    assert shown.count("get a red warning: ") == 1
    assert "1 thing is new since then." in shown


def test_owners_are_mentioned_where_slack_knows_them():
    """The name in launch.yml becomes a mention; a name without a Slack id stays a name."""
    mine, yours = down("Home page", owner="mia"), down("Pricing", owner="ben")
    shown = audit.report(report(mine, yours, *GOOD), people={"mia": "U0MIA"})
    blocks = str(message(shown)["blocks"])
    assert "Owners: <@U0MIA> and ben" in blocks


def test_an_all_clear_says_what_was_not_tried():
    """Nobody has paid in a check that only looks from outside."""
    assert "Nobody signed up, logged in or paid" in text(audit.report(report(*GOOD)))
    assert "Nobody signed up, logged in or paid" not in text(audit.report(report(down("Home page"))))
