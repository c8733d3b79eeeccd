"""Ready flows, read from launch.yml and walked on a real product: right where it is right, and what each finds."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from bot.config.flow_templates import ALL
from bot.config.flows import TEMPLATES
from bot.config.inventory import to_inventory
from bot.config.load import load
from checks.flow.model import Flow, FlowSeen, State
from checks.flow.secret import Secret
from tests.checks.flow.conftest import SECRETS, Street
from tests.checks.flow.product import APP, PASSWORD, SIGNING, page
from tests.servers.http import Answer, Request

PARAMETERS = {
    "login": "env: {password: QA_PASSWORD}, with: {email: qa@app.test, shows: Your newsletters}",
    "signup": "env: {password: QA_PASSWORD}, email: qa@app.test, "
    "with: {inside: /dashboard, inside_shows: Your newsletters, remove: /account/delete}",
    "checkout": "with: {field: plan, choice: monthly, leads_to: 'https://pay.test/'}",
    "billing-callback": "with: {url: /billing/callback, header: X-Signature}",
    "password-reset": "with: {page: /forgot, email: qa@app.test, shows: a mail is on its way}",
    "webhook": "with: {url: /hooks/orders}",
    "api-health": "with: {path: status, equals: ok}",
    "logout": "env: {password: QA_PASSWORD}, with: {email: qa@app.test, shows: Your newsletters}",
}
FAULTS = [
    ("login", "login_refused", "login", "That did not match"),
    ("login", "no_token", "", ""),
    ("login", "dashboard_empty", "login", "does not show “Your newsletters”"),
    ("signup", "signup_refused", "signup", "Sign-up is closed."),
    ("signup", "dashboard_empty", "signup", "does not show “Your newsletters”"),
    ("signup", "delete_refused", "left_over", "what the test made is still there"),
    ("checkout", "price_missing", "payment", "Price not found"),
    ("checkout", "checkout_500", "payment", "error 500"),
    ("billing-callback", "forged_accepted", "forged_accepted", "takes a message that nobody signed"),
    ("billing-callback", "callback_breaks", "payment", "error 500 to a forged message"),
    (
        "billing-callback",
        "callback_moved",
        "payment",
        "leads on to app.test/billing/callback/; payment providers do not",
    ),
    ("billing-callback", "callback_is_page", "payment", "answers with a web page (status 200), as no receiver does"),
    ("billing-callback", "callback_wants_token", "payment", "refuses real messages, too: it asks for the token of a"),
    ("password-reset", "mail_down", "login", "We could not send a mail."),
    ("webhook", "hooks_orders_500", "broken", "error 500"),
    ("api-health", "database_down", "broken", "says “down” for status instead of “ok”"),
    ("logout", "still_open", "still_open", "shows a page for members"),
    ("logout", "login_refused", "login", "That did not match"),
]


def flow_of(template: str, folder: Path) -> Flow:
    """The flow as the bot reads it."""
    path = folder / "launch.yml"
    given = PARAMETERS[template]
    path.write_text(f"product: {{domain: app.test}}\nflows:\n  - {{id: {template}, template: {template}, {given}}}\n")
    return to_inventory(load(path)).flows[0]


async def walked(template: str, street: Street, folder: Path) -> FlowSeen:
    """What a walk of it saw."""
    return await street.walk(flow_of(template, folder))


def test_every_template_that_may_be_named_is_there_and_is_walked_here() -> None:
    """Names in the file's schema, templates, and the tests are the same."""
    assert set(TEMPLATES) == set(ALL) == set(PARAMETERS)
    assert {template for template, *_ in FAULTS} == set(ALL)


@pytest.mark.parametrize("template", TEMPLATES)
async def test_it_finds_a_right_product_right(template: str, street: Street, tmp_path: Path) -> None:
    """All steps pass, and nothing is left behind."""
    before = dict(street.product.accounts)
    seen = await walked(template, street, tmp_path)
    assert (seen.state, seen.code) == (State.OK, "ok"), seen.sentence
    assert seen.title == ALL[template].title
    assert street.product.accounts == before


@pytest.mark.parametrize(("template", "fault", "code", "says"), FAULTS)
async def test_it_finds_what_is_broken(
    template: str, fault: str, code: str, says: str, street: Street, tmp_path: Path
) -> None:
    """Each fault is found by its flow, and the sentence says what the page said."""
    street.product.faults.add(fault)
    seen = await walked(template, street, tmp_path)
    if not code:  # a form without a token works as well, where the product takes it
        assert seen.code == "ok"
        return
    assert seen.code == code, seen.sentence
    assert says in seen.sentence


async def test_a_log_out_that_only_the_browser_forgets_is_not_seen_as_open(street: Street, tmp_path: Path) -> None:
    """The session lives on at the server, but nobody who comes later has its cookie."""
    street.product.faults.add("logout_forgets")
    assert (await walked("logout", street, tmp_path)).code == "ok"


async def test_a_receiver_that_dawdles_is_told_by_its_seconds(street: Street, tmp_path: Path) -> None:
    """It works, so this is a warning; the sentence has the seconds."""
    street.product.delays["/hooks/orders"] = 1.2
    seen = await walked("webhook", street, tmp_path)
    assert (seen.state, seen.code) == (State.OK, "webhook_slow")
    assert re.search(r"answers after [1-4]\.\d seconds; one second is good", seen.sentence)


async def test_a_message_signed_like_a_real_one_is_taken(street: Street, tmp_path: Path) -> None:
    """The receiver checks the signature with its own code, and takes ours."""
    path = tmp_path / "launch.yml"
    path.write_text(
        "product: {domain: app.test}\nflows:\n  - id: paid\n    env: {signing: QA_SIGNING}\n    steps:\n"
        "      - name: Report a payment\n        webhook: true\n        request:\n          url: /billing/callback\n"
        "          method: POST\n          json: {id: 'evt_{run}'}\n          sign: {like: hex, secret: signing}\n"
    )
    flow = to_inventory(load(path)).flows[0]
    secrets = {**SECRETS, "QA_SIGNING": Secret(SIGNING.decode())}
    assert (await street.walk(flow, secrets)).code == "ok"
    assert (await street.walk(flow, {"QA_SIGNING": Secret("another key")})).code == "broken"


SIGN_UP = """
product: {domain: app.test}
flows:
  - id: signup
    template: signup
    env: {password: QA_PASSWORD}
    email: qa@app.test
    with: {page: /join, repeat_field: again, tick: terms, shows: Welcome, inside: /join, remove_form: "#leave"}
"""
JOIN = (
    "<form method=post><input name=email><input name=password type=password><input name=again type=password>"
    "<input type=checkbox name=terms value=yes><button>Join</button></form>"
)


async def test_a_sign_up_that_asks_twice_and_wants_a_tick(street: Street, tmp_path: Path) -> None:
    """The password goes into both fields, the box is ticked, and the account leaves by a form with its token."""
    path = tmp_path / "launch.yml"
    path.write_text(SIGN_UP)

    def join(request: Request) -> Answer:
        sent = {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
        if not sent:
            leave = "<form id=leave method=post action=/leave><input type=hidden name=csrf value=t0k3n></form>"
            return page("Join", JOIN + leave)
        right = sent["password"] == sent["again"] == PASSWORD and sent["terms"] == "yes"
        return page("Welcome" if right else "No", status=200 if right else 422)

    street.web.route(APP, "/join", join)
    street.web.route(APP, "/leave", lambda request: page("Gone", status=200 if request.body == b"csrf=t0k3n" else 403))
    seen = await street.walk(to_inventory(load(path)).flows[0])
    assert (seen.code, [step.state for step in seen.cleanup]) == ("ok", [State.OK, State.OK]), seen.sentence
