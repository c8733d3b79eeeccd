"""Runs of a runbook in every state, about an invented company, and what is said around them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.document import Document
from bot.domain.runbook.book import Ask, Call, Check, Choice, Do, Runbook, Say, Sort, Wait
from bot.domain.runbook.known import FIELDS, Known
from bot.domain.runbook.moved import Answer, Code
from bot.domain.runbook.run import Past, Run, Sight, Standing, Verdict
from bot.views import runbook as view
from bot.views import runbook_list as lists
from bot.views import runbook_writing as writing
from bot.views.runbook_list import Suggested
from tests.views.incident_samples import incident

NOW = datetime(2026, 11, 20, 20, 55, tzinfo=UTC)
HOSTILE = "\u202e<!channel> *now* <http://evil.example|bank> `x` & :boom: @here {domain}\n" + "A" * 100_000
STEPS = (
    Say("calm", "A certificate is the proof that the site is yours.\nIt runs out, and has to be renewed.", "renew"),
    Do(
        "renew",
        "Have the certificate of {host} renewed at {host_provider}.",
        "proven",
        panel="host.renew_certificate",
        paste="{host}",
        slip="The name must be {host}, letter by letter.",
        undo="Nothing can be lost here.",
    ),
    Check(
        "proven",
        "Browsers trust {host} again.",
        ("failed", "tls.valid"),
        "fixed",
        "Open {url} in a private window. There must be no warning.",
        slip="The new certificate exists, but the server still shows the old one.",
        takes="Most hosts need 2 to 15 minutes.",
        bad="still",
    ),
    Ask(
        "still",
        "What does your host say about the certificate?",
        (Choice("It Is Being Issued", "wait"), Choice("It Shows an Error", "call"), Choice("Not Sure", "call")),
    ),
    Wait("wait", "I look by myself and tell you.", ("failed",), "fixed", "call", timedelta(minutes=30)),
    Do(
        "purge",
        "Throw the old copies away.",
        "proven",
        undo="Pages are slower for some minutes. Nothing is lost.",
        danger=True,
    ),
    Call("call", "Write to your host's support.", "host_support", "The certificate of {host} is not renewed: {seen}."),
)
BOOK = Runbook(
    "certificate_expired",
    "Browsers warn that the site is not safe",
    Sort.BROKEN,
    ("not secure",),
    ("tls.valid",),
    "Browsers show a red warning instead of your site. Nobody can log in or pay.",
    "Our site shows a security warning at the moment.\nYour data is safe.\nWe will write here again within the hour.",
    ("host_link", "host_provider"),
    ("HAND-2",),
    {step.id: step for step in STEPS},
)
OTHER = replace(BOOK, topic="site_down", title="The site is down", feels="Nothing opens.", notice="")
HOW_TO = replace(BOOK, topic="update_dns", title="How to change a DNS record", sort=Sort.HOW_TO, feels="")
BOOKS = {one.topic: one for one in (OTHER, BOOK, HOW_TO)}
FIELDS_KNOWN = {
    "host": "app.acme.example",
    "url": "https://app.acme.example/",
    "host_provider": "Render",
    "seen": "the certificate ended two days ago",
}
KNOWN = Known(
    FIELDS_KNOWN,
    {"incident": "yes"},
    {"host_support": ("Render's support", "https://render.com/support")},
    NOW,
    {"host.renew_certificate": "Render → your service → Settings → Custom Domains → {host} → Verify."},
    {"host.renew_certificate": "Render, as of November 2026"},
)
RUN = Run(
    7, "acme", BOOK.topic, "d", 12, "tls.valid", "app.acme.example", "expired", "U0ANA",
    NOW - timedelta(minutes=4), NOW - timedelta(minutes=9), "renew", Standing.OPEN, 3,
)  # fmt: skip
DONE = Past("renew", "done", None, "U0ANA", NOW - timedelta(minutes=3))
LOOKED = Past("proven", "different", Verdict.BAD, "U0BEN", NOW - timedelta(minutes=2))
BAD = Sight(Verdict.BAD, "the certificate ended two days ago", "a certificate that is valid today", ("tls.valid",))
GOOD = Sight(Verdict.GOOD, "", "", ("up.http", "tls.valid", "tls.covers_name"))
BLIND = Sight(Verdict.UNKNOWN, "no answer came within 30 seconds")
PEOPLE = {"U0ANA": "Ana", "U0BEN": "Ben"}


def shown(
    run: Run = RUN,
    *,
    known: Known = KNOWN,
    book: Runbook = BOOK,
    controls: tuple[str, ...] = (),
    truth: str = "",
    last_time: str = "",
    **changes: Any,
) -> Document:
    """The message of a run."""
    practice = {"controls": controls, "truth": truth, "lesson": last_time}
    return view.document(view.State(replace(run, **changes), book, known, 3, NOW, people=PEOPLE, **practice))


def ended(standing: Standing, **changes: Any) -> Document:
    """The message of one that is over."""
    given = {"past": (DONE,), "step": "proven", "ended_at": NOW - timedelta(minutes=1), **changes}
    return shown(standing=standing, **given)


def answer(code: Code, standing: Standing = Standing.OPEN, step: str = "renew") -> Answer:
    """What a click is answered with."""
    return Answer(code, 7, step, standing, 4, "U0BEN", NOW)


def said(code: Code, standing: Standing = Standing.OPEN) -> Document:
    """The words for it."""
    found = lists.answered(BOOK, answer(code, standing))
    assert found is not None
    return found


RUNBOOKS: dict[str, Callable[[], Document]] = {
    "runbook_do": lambda: shown(heard=("calm",)),
    "runbook_lesson": lambda: shown(last_time="At our host it is called Events, not Deploys."),
    "runbook_do_danger": lambda: shown(step="purge", past=(DONE, LOOKED)),
    "runbook_do_unknown": lambda: shown(known=replace(KNOWN, fields={}, panels={}, dated={})),
    "runbook_ask": lambda: shown(step="still", past=(DONE, LOOKED)),
    "runbook_checking": lambda: shown(step="proven", past=(DONE,), standing=Standing.CHECKING),
    "runbook_bad": lambda: shown(step="proven", past=(DONE,), sight=BAD, looks=1),
    "runbook_bad_again": lambda: shown(step="proven", past=(DONE,), sight=BAD, looks=3),
    "runbook_could_not_look": lambda: shown(step="proven", past=(DONE,), sight=BLIND, looks=1),
    "runbook_waiting": lambda: shown(
        step="wait",
        past=(DONE, LOOKED),
        standing=Standing.WAITING,
        look_at=NOW + timedelta(minutes=1),
        until=NOW + timedelta(minutes=29),
    ),
    "runbook_call": lambda: shown(step="call", past=(DONE, LOOKED)),
    "runbook_call_nobody": lambda: shown(step="call", past=(DONE,), known=replace(KNOWN, contacts={})),
    "runbook_changed": lambda: shown(remark="changed", past=(DONE,), step="still"),
    "runbook_merged": lambda: shown(remark="merged", past=(DONE,), step="still"),
    "runbook_alone": lambda: shown(incident=0),
    "runbook_drill": lambda: shown(drill=True),
    "runbook_many_steps": lambda: shown(past=(DONE, LOOKED) * 9, step="still"),
    "runbook_fixed": lambda: ended(Standing.FIXED, sight=GOOD),
    "runbook_fixed_rated": lambda: ended(Standing.FIXED, sight=GOOD, helped="yes", lesson="It is under Settings."),
    "runbook_handed": lambda: ended(Standing.HANDED),
    "runbook_done": lambda: ended(Standing.DONE),
    "runbook_over": lambda: ended(Standing.OVER),
    "runbook_left": lambda: ended(Standing.LEFT),
    "runbook_hostile": lambda: shown(
        step="call",
        past=(replace(DONE, said=HOSTILE),),
        known=replace(
            KNOWN, fields=dict.fromkeys(FIELDS_KNOWN, HOSTILE), contacts={"host_support": (HOSTILE, HOSTILE)}
        ),
    ),
    "runbook_notice": lambda: view.notice(view.State(RUN, BOOK, KNOWN, 3, NOW)),
    "runbook_no_notice": lambda: view.notice(view.State(RUN, OTHER, KNOWN, 3, NOW)),
    "runbook_shelves": lambda: lists.shelves(BOOKS, ()),
    "runbook_shelves_broken": lambda: lists.shelves(BOOKS, (Suggested(BOOK, 12, "Sign-up page"),)),
    "runbook_choice": lambda: lists.choice("warning on page", (Suggested(BOOK), Suggested(OTHER)), sure=True),
    "runbook_nearest": lambda: lists.choice(HOSTILE, (Suggested(OTHER),), sure=False),
    "runbook_begun": lambda: lists.begun(BOOK, 12),
    "runbook_begun_free": lambda: lists.begun(BOOK, 12, incident()),
    "runbook_begun_alone": lambda: lists.begun(BOOK, 0),
    "runbook_ongoing_mine": lambda: lists.ongoing(BOOK, answer(Code.OLD), 12),
    "runbook_ongoing": lambda: lists.ongoing(BOOK, answer(Code.TAKEN), 0),
    **{
        f"runbook_answer_{code.value}": lambda code=code: said(code)  # type: ignore[misc]
        for code in Code
        if code is not Code.OK
    },
    "runbook_answer_looking": lambda: said(Code.OLD, Standing.CHECKING),
    "runbook_answer_fixed": lambda: said(Code.OVER, Standing.FIXED),
    "runbook_written": lambda: writing.kept(FIELDS["host_link"], "https://dashboard.render.com/"),
    "runbook_not_written": lambda: writing.refused(FIELDS["host_link"], "This is no link.", "7:3:host_link"),
}
