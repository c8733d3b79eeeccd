"""Walks of smoke flows in every state, about an invented company."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from bot.document import Document
from bot.services.config import Config
from bot.services.smoke_words import Known, snippet
from bot.store.walks import CUT, GONE, OWN_FAULT, Course, Last, Walk
from bot.views import smoke as view
from bot.views import smoke_answers as answers
from bot.views import smoke_table as tables
from checks.flow.model import Flow, FlowSeen, Request, State, Step, StepSeen
from checks.model import Finding, Severity, Status

NOW = datetime(2026, 11, 20, 20, 55, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
WAITING = Walk(7, "shop", "hand", NOW, asked_by="U0ANA", channel="C1")
GOING = replace(
    WAITING, began_at=NOW, rev=3, course=Course(done=4, total=11, now="Sign-up: step 3 of 6", tries=1)
)  # fmt: skip


def step(name: str, state: State = State.OK, **more: object) -> StepSeen:
    """One step of a walk."""
    given = {"code": "ok", "status": 200, "ms": 180, "host": "app.shop.example", "path": "/login", **more}
    return StepSeen(name, state, **given)  # type: ignore[arg-type]


LOGIN = FlowSeen(
    "login", State.OK, "ok", "Log-in works", (step("Open the form"), step("Log in", ms=420)),
    name="Log-in", service="account", carries="login", at=NOW, ms=600,
)  # fmt: skip
CHECKOUT = FlowSeen(
    "checkout",
    State.FAILED,
    "payment",
    "Checkout fails: “See the price” answers with error 500 (“Price list not found”)",
    (
        step("Open the page", path="/"),
        step(
            "See the price", State.FAILED, code="status", status=500, path="/pricing", tries=2,
            sentence="answers with error 500", evidence="Price list not found",
        ),
        step("Begin to pay", State.SKIPPED, code="skipped", status=0, ms=0, host="", path=""),
    ),
    (step("Empty the cart", path="/cart"),),
    name="Checkout", service="shop", carries="payment", at=NOW, ms=1300, run="1120-205500-9f3c",
)  # fmt: skip
HEALTH = FlowSeen(
    "health", State.UNKNOWN, "secret_missing", "API health was not tried: API_KEY is not set where the bot runs",
    name="API health", at=NOW, needs=("API_KEY",),
)  # fmt: skip
FORGED = FlowSeen(
    "callback", State.FAILED, "forged_accepted", "Payment callback fails: “Send a forged payment” is taken for real",
    (step("Send a forged payment", State.FAILED, code="forged_accepted", sentence="is taken for real", path="/hooks"),),
    name="Payment callback", carries="payment", at=NOW, ms=90,
)  # fmt: skip
LATE = FlowSeen(
    "hook", State.OK, "webhook_slow", "Payment webhook works, slowly: “Report a payment” took 2.4 s",
    (step("Report a payment", code="webhook_slow", sentence="took 2.4 s", ms=2400, path="/hooks/pay"),),
    name="Payment webhook", at=NOW, ms=2400,
)  # fmt: skip
WORDS = Known(
    {
        "checkout": Finding(
            "flow.smoke", "Checkout", "payment", Status.FAIL, Severity.BLOCKER, "Customers cannot pay",
            impact="People who want to buy get an error. Each minute costs sales.",
            fix=(
                "Open https://app.shop.example/pricing in a private window of your browser and do the same.",
                "Did it begin with a new version? Then go back to the one before; your customers come first.",
            ),
        ),
        "health": Finding(
            "flow.smoke", "API health", "secret_missing", Status.UNKNOWN, Severity.BLOCKER, "API health was not walked",
            fix=("Set API_KEY where the bot runs, then walk it again.",),
        ),
    },
    {"checkout": "checkout_broken"},
)  # fmt: skip
FLOWS = (
    Flow(
        "login", "https://app.shop.example/", frozenset({"app.shop.example"}),
        (Step("Open the form", Request("/login")), Step("Log in", Request("/login", "POST"))),
        name="Log-in", carries="login", secrets={"email": "SMOKE_EMAIL", "password": "SMOKE_PASSWORD"},
    ),
    Flow("health", "https://app.shop.example/", frozenset(), (Step("Ask", Request("/health")),), name="API health"),
)  # fmt: skip


def over(cause: str, *seen: FlowSeen, problem: str = "") -> Walk:
    """A walk that has ended."""
    course = Course(seen=seen, done=4, total=4, tries=1, problem=problem)
    return replace(GOING, cause=cause, ended_at=NOW + MINUTE, course=course)


def last(seen: FlowSeen, minutes: int) -> Last:
    """How a flow stood so long ago, and for half an hour before."""
    return Last(7, NOW - minutes * MINUTE, seen, NOW - (minutes + 30) * MINUTE)


def stood(*walked: Last, flows: int) -> Document:
    """The part of the screen that shows everything."""
    return Document("Go · shop.example", tuple(tables.standing(walked, flows)))


SMOKE: dict[str, Callable[[], Document]] = {
    "smoke_waiting": partial(view.message, WAITING),
    "smoke_going": partial(view.message, GOING),
    "smoke_going_again": partial(view.message, replace(GOING, course=replace(GOING.course, tries=2))),
    "smoke_good": partial(view.message, over("deploy", LOGIN)),
    "smoke_broken": partial(view.message, over("hand", LOGIN, CHECKOUT, HEALTH), WORDS),
    "smoke_unknown": partial(view.message, over("schedule", LOGIN, HEALTH), WORDS),
    "smoke_remark": partial(view.message, over("runbook", LOGIN, LATE)),
    "smoke_left_over": partial(
        view.message, over("fixed", replace(CHECKOUT, cleanup=(step("Empty the cart", State.FAILED),))), WORDS
    ),
    "smoke_forged": partial(view.message, over("deploy", LOGIN, FORGED), Known(reports=frozenset({"callback"}))),
    "smoke_cut": partial(view.message, over("deploy", problem=CUT)),
    "smoke_gone": partial(view.message, over("hand", problem=GONE)),
    "smoke_bug": partial(view.message, over("hand", problem=OWN_FAULT)),
    "smoke_terminal": partial(view.terminal, (LOGIN, CHECKOUT, HEALTH), WORDS),
    "smoke_none": partial(answers.none_yet, snippet(Config(Path("launch.yml")))),
    "smoke_no_such": partial(answers.unknown, "chekout", ("checkout",), ("login", "checkout")),
    "smoke_no_such_at_all": partial(answers.unknown, "x", (), ("login", "checkout")),
    "smoke_busy": partial(answers.busy, GOING),
    "smoke_list": partial(answers.listing, FLOWS, {"SMOKE_PASSWORD"}),
    "smoke_standing": partial(stood, last(LOGIN, 3), last(CHECKOUT, 12), last(LATE, 3), flows=5),
    "smoke_never": partial(stood, flows=3),
}
"""Every answer of this kind, by the name of its golden file."""
