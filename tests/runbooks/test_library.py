"""The library as it is shipped: whole, proven, plain; every bad answer of a check leads to a runbook."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.runbook.book import Ask, Call, Check, End, Sort, Step, leads_to
from bot.domain.runbook.fill import AT, fill
from bot.domain.runbook.known import FACTS, FIELDS, Known
from bot.domain.runbook.lint import HARDEST, figures, grade_of, texts
from bot.domain.runbook.run import (
    LIVE,
    Answered,
    CallSomeone,
    Command,
    DidIt,
    Handed,
    LookAgain,
    LooksDifferent,
    Run,
    Saw,
    Sight,
    Standing,
    Verdict,
)
from bot.domain.runbook.search import find, for_finding, lead
from bot.domain.runbook.walk import begin, decide
from bot.domain.severity import Trouble
from bot.domain.trouble import trouble_of
from bot.runbooks import LIBRARY, load, panels
from bot.runbooks.places import exact, panel_text
from bot.runbooks.source import HERE, compiled, sources
from checks.model import Finding, Severity
from checks.providers import ProviderKind, named
from checks.registry import load as checks

TOPICS = """
site_down only_some_visitors dns_broken dns_changed_unexpectedly domain_expired locked_out_of_provider
certificate_expired certificate_not_renewing redirect_loop wrong_address_or_www login_broken signup_broken
checkout_broken payments_not_recorded webhooks_failing jobs_stuck emails_not_arriving emails_in_spam bad_deploy
missing_environment_variable database_trouble slow_pages traffic_spike_or_attack edge_blocks_customers
third_party_outage secret_leaked customer_sees_others_data admin_exposed origin_exposed
staging_indexed_or_live_hidden certificate_or_domain_expires_soon update_dns roll_back_a_deploy deploy_safely
rotate_a_key test_email read_an_alert verify_backups change_who_is_on_call take_over_from_the_builder bot_silent
alerts_reach_nobody too_many_alerts
"""
SPECIFIED = TOPICS.split()
APPS = "vercel netlify render fly heroku railway aws-elastic-beanstalk digitalocean"
PROVIDERS = (
    # Who must have exact menu paths, and for which of the main tasks.
    ("dns", "cloudflare route53 namecheap godaddy squarespace", "edit_record add_record see_records"),
    ("registrar", "cloudflare route53 namecheap godaddy squarespace", "change_nameservers auto_renew"),
    ("host", f"{APPS} aws-elb shopify webflow", "roll_back see_deploys status_page"),
    ("host", APPS, "see_logs set_variable restart"),
    (
        "mail",
        "google-workspace microsoft-365 resend postmark sendgrid mailgun amazon-ses mailchimp klaviyo",
        "see_domain",
    ),
    ("payments", "stripe", "see_events webhook_endpoint roll_key"),
    ("errors", "sentry", "see_errors"),
)


@pytest.fixture(scope="module")
def found():
    """The sources, read and proven."""
    return sources()


def test_nothing_is_wrong_with_the_sources(found) -> None:
    """Every rule, for every runbook and panel, with file and line; see `python -m bot.runbooks`."""
    assert [str(problem) for problem in found.problems] == []


def test_the_json_is_made_from_the_files_beside_it(found) -> None:
    """After an edit: `python -m bot.runbooks`."""
    assert (HERE / LIBRARY).read_text("utf-8") == compiled(found)
    assert dict(load()) == found.books
    assert dict(panels()) == found.panels


def test_every_specified_runbook_is_there() -> None:
    """At least these 43."""
    assert len(SPECIFIED) == 43
    assert sorted(set(SPECIFIED) - set(load())) == []


def test_every_grave_answer_of_a_check_leads_to_a_runbook() -> None:
    """High or blocker: nobody stands before it without a first step."""
    books, lost = load(), []
    for id, check in checks().items():
        for code, outcome in check.outcomes.items():
            if outcome.status.bad and outcome.severity in (Severity.HIGH, Severity.BLOCKER):
                finding = Finding(
                    id, "shop.test", code, outcome.status, outcome.severity, outcome.summary, runbook=outcome.runbook
                )
                if not for_finding(books, finding):
                    lost.append(f"{id}:{code}")
    assert lost == []


def test_every_runbook_that_a_check_names_is_there_and_agrees() -> None:
    """The check's word and the runbook's `leads` are the same."""
    books = load()
    given_by = {(id, code): o.runbook for id, c in checks().items() for code, o in c.outcomes.items() if o.runbook}
    assert len(given_by) > 100
    assert {key: topic for key, topic in given_by.items() if topic not in books} == {}
    assert {key: topic for key, topic in given_by.items() if lead(books, *key) != topic} == {}


@pytest.mark.parametrize("trouble", [one for one in Trouble if one is not Trouble.NOTE])
def test_every_class_of_trouble_leads_to_a_runbook(trouble: Trouble) -> None:
    """An incident without a check's answer still has a button that helps."""
    assert lead(load(), "", "", trouble)


def test_every_grave_answer_has_a_class_that_leads_somewhere_too() -> None:
    """Also where a check is new and no runbook names it yet."""
    for id, check in checks().items():
        for code in check.outcomes:
            trouble = trouble_of(id, code)
            assert trouble is Trouble.NOTE or lead(load(), "", "", trouble)


def test_nine_of_ten_changes_are_followed_by_a_live_check() -> None:
    """The bot looks itself; it does not only ask whether it worked."""
    numbers = figures(load())
    assert numbers.changing > 100
    assert numbers.share >= 0.9, numbers


@pytest.mark.parametrize("topic", load())
def test_a_runbook_is_easy_to_read(topic: str) -> None:
    """School grade 8 at most, and short pieces."""
    book = load()[topic]
    assert grade_of(book) <= HARDEST
    assert all(len(text) <= 900 for _, text in texts(book))


@pytest.mark.parametrize("topic", load())
def test_every_text_can_be_filled_from_nothing(topic: str) -> None:
    """No brace is left, and what is missing can be asked for."""
    book = load()[topic]
    for where, text in texts(book, all=True):
        filled = fill(text, {})
        assert not re.search(r"\{[a-z_]+\}", filled.text), (where, filled.text)
        assert set(filled.missing) <= set(book.needs)


@pytest.mark.parametrize("topic", load())
def test_a_runbook_is_found_by_its_title_and_by_what_people_say(topic: str) -> None:
    """At once by the topic and the title; each of `says` leads there or offers it."""
    books = load()
    assert find(books, topic).topic == find(books, books[topic].title).topic == topic
    for words in books[topic].says:
        found = find(books, words)
        assert topic in (found.topic, *found.near), words


def test_the_providers_that_people_use_have_exact_menu_paths() -> None:
    """Each task has a general text as well; each exact one says as of when it was written."""
    for kind, ids, tasks in PROVIDERS:
        panel = panels()[kind]
        assert panel.tasks
        for id in ids.split():
            place = panel.place(id)
            assert place is not None, (kind, id)
            assert place.tasks, (kind, id)
            for task in tasks.split():
                assert task in place.tasks, (kind, id, task)
            text, dated = panel_text(panels(), kind, next(iter(place.tasks)), id)
            assert text
            assert dated.startswith(place.name + ", as of ")
    assert exact(panels()) >= 150


def test_panels_can_be_filled_from_nothing() -> None:
    """General texts and exact ones, for a run that knows nothing yet."""
    for panel in panels().values():
        for text in (
            *panel.tasks.values(),
            *(text for place in panel.places.values() for text in place.tasks.values()),
        ):
            assert not re.search(r"\{[a-z_]+\}", fill(text, {}).text), text
    assert set(AT.values()) <= {(a, b) for a in FIELDS for b in FIELDS}


def test_an_unknown_provider_gets_the_general_text() -> None:
    """And so does a known one without a text of its own; an unknown task gets nothing."""
    general = panels()["host"].tasks["roll_back"]
    assert panel_text(panels(), "host", "roll_back", "unknown") == (general, "")
    assert panel_text(panels(), "host", "no_such_task", "vercel") == ("", "")
    assert panel_text(panels(), "moon", "roll_back", "vercel") == ("", "")


def test_no_panel_is_from_the_future_or_too_old() -> None:
    """Each entry says when it was written."""
    for panel in panels().values():
        for place in panel.places.values():
            year, month = map(int, place.as_of.split("-"))
            assert date(2026, 1, 1) <= date(year, month, 1) <= date(2035, 1, 1)


def test_every_runbook_ends_well() -> None:
    """From the first step a good end can be reached: fixed, or done for a how-to."""
    for book in load().values():
        ahead, met = [book.first], set()
        while ahead:
            id = ahead.pop()
            if id not in met:
                met.add(id)
                ahead += leads_to(book.steps[id]) if id in book.steps else ()
        assert met & {End.FIXED, End.DONE}, book.topic


def test_the_files_are_named_by_their_topics() -> None:
    """One file, one runbook."""
    assert {path.stem for path in Path(HERE).glob("*.yml")} == set(load())


NAMED = (
    # As a founder writes it into launch.yml, by panel and kind of the providers' data.
    ("host", "hosts", "Vercel, Netlify, Render, Fly.io, Heroku, Railway, AWS, DigitalOcean, Shopify, Webflow"),
    ("dns", "registrars", "Cloudflare, Route 53, Namecheap, GoDaddy, Squarespace Domains"),
    ("registrar", "registrars", "Cloudflare, Route 53, Namecheap, GoDaddy, Squarespace Domains"),
    (
        "mail",
        "mail",
        "Google Workspace, Microsoft 365, Resend, Postmark, SendGrid, Mailgun, Amazon SES, Mailchimp, Klaviyo",
    ),
)


@pytest.mark.parametrize(("panel", "kind", "names"), NAMED, ids=[panel for panel, _, _ in NAMED])
def test_a_provider_that_a_founder_names_has_its_menu_paths(panel: str, kind: ProviderKind, names: str) -> None:
    """By the name that people use."""
    for name in names.split(", "):
        entry = named(kind, name)
        assert entry is not None, name
        assert panels()[panel].place(entry.id) is not None, name


def test_a_platform_that_is_recognised_by_its_edge_has_the_menu_paths_of_its_host() -> None:
    """Headers name the edge of a platform, which is called differently now and then."""
    for id in ("vercel", "netlify", "render", "fly", "heroku", "railway", "shopify", "webflow"):
        assert panels()["host"].place(id) is not None
    assert panels()["host"].place("digitalocean-app") is panels()["host"].place("digitalocean")
    assert panels()["host"].place("aws-load-balancer") is panels()["host"].place("aws-elb")


def cooperative(step: Step) -> Command:
    """What somebody does who does as they are told."""
    match step:
        case Ask():
            return Answered("you", "", 10_000, choice=0)
        case Check():
            return LookAgain("you", "", 10_000)
        case Call():
            return Handed("you", "", 10_000)
        case _:
            return DidIt("you", "", 10_000)


@pytest.mark.parametrize("topic", load())
@settings(max_examples=12, deadline=None)
@given(data=st.data())
def test_every_way_through_a_runbook_ends(topic: str, data: st.DataObject) -> None:
    """Whatever is answered and seen: after a while of bad luck everything is good, and then it ends well."""
    book = load()[topic]
    facts = {
        name: data.draw(st.sampled_from(["yes", "no", "unknown", "none", "cloudflare", "dns", "tls"])) for name in FACTS
    }
    known = Known({}, facts, {}, datetime(2026, 11, 20, 21, 0, tzinfo=UTC))
    run = Run(1, "shop", topic, "", 0, "", "", "", "you", known.at, known.at, "", Standing.OPEN, 0)
    moved = begin(book, run, known)
    bad = data.draw(st.integers(0, 12))
    for number in range(200):
        run = moved.run
        if run.standing not in LIVE:
            break
        luck = number >= bad
        if run.standing in (Standing.CHECKING, Standing.WAITING):
            verdict = Verdict.GOOD if luck else data.draw(st.sampled_from([*Verdict]))
            moved = decide(book, run, Saw(run.turn, Sight(verdict)), known)
            if moved.run.standing is Standing.WAITING and verdict is not Verdict.GOOD:
                later = replace(known, at=(run.until or known.at) + timedelta(hours=1))
                moved = decide(book, moved.run, Saw(moved.run.turn, Sight(verdict)), later)
            continue
        step = book.steps[run.step]
        if luck:
            command = cooperative(step)
        else:
            choices = [cooperative(step), LooksDifferent("you", "", 10_000), CallSomeone("you", "", 10_000)]
            if isinstance(step, Ask):
                choices = [Answered("you", "", 10_000, choice=one) for one in range(len(step.answers))]
            command = data.draw(st.sampled_from(choices))
        moved = decide(book, run, command, known)
    assert moved.run.standing in (Standing.FIXED, Standing.HANDED, Standing.DONE), (moved.run.step, moved.run.past)
    if moved.run.standing is Standing.DONE:
        assert book.sort is Sort.HOW_TO


def test_nothing_is_read_before_somebody_asks() -> None:
    """The bot starts without the library; once read it is small."""
    script = """
import tracemalloc
tracemalloc.start()
import bot.runbooks, bot.runbooks.own
bot.runbooks.own.library(None)
assert bot.runbooks.load.cache_info().currsize == 0
before = tracemalloc.get_traced_memory()[0]
bot.runbooks.load(), bot.runbooks.panels()
print(tracemalloc.get_traced_memory()[0] - before)
"""
    ran = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=HERE.parents[1]
    )
    assert int(ran.stdout) < 4_000_000
