"""Logs: what must not stand in them, what only looks so, and the test of a logger with made-up values."""

from __future__ import annotations

import asyncio
import base64
import gzip
import io
import json
import os
from collections.abc import Callable
from urllib.parse import quote

import pytest

from checks.inventory import Inventory
from checks.log_canary import BadCanary, Canary, Looker, fresh, read
from checks.log_lines import Logs
from checks.masking import luhn, mask
from checks.model import Kind, Target, Verdict
from checks.sec.logs import OUTCOMES, judge, judge_canary
from checks.sec.logs import logs as check
from tests.checks.planted import HEX, SECRETS, letters, token

CARD = "4242" + "424242424242"
TOKEN = letters(40)


def logs(text: str | bytes, tmp_path, name: str = "app.log") -> Logs:
    """A log that was read."""
    path = tmp_path / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    found = Logs()
    found.file(str(path), name)
    return found


def people(count: int) -> str:
    """Lines with so many different addresses."""
    return "".join(f"mail sent to person{number}.smith@mail{number % 3}.test\n" for number in range(count))


TEXTS = {
    "ok": "GET /orders 200 12ms\n",
    "secret_in_log": f"calling stripe with {SECRETS['stripe-secret']}\n",
    "token_in_log": f'{{"headers": {{"authorization": "Bearer {TOKEN}"}}}}\n',
    "card_in_log": f"payment {CARD} ok\n",
    "personal_data_in_log": people(25),
}


def read_text(text: str, *, gone: bool = False) -> Logs:
    """A log that was read, and perhaps one that was not there."""
    found = Logs()
    if text:
        found.files = 1
        found.source("app.log", io.BytesIO(text.encode()))
    if gone:
        found.file("/nonexistent/gone.log", "gone.log")
    return found


def nowhere() -> Verdict:
    """The check itself, of a product whose logs are not here."""
    return asyncio.run(check(Target(Kind.DOMAIN, "a.test", "a.test", Inventory("a", "a.test")), None))  # type: ignore[arg-type]


CASES = {
    **{code: read_text(text) for code, text in TEXTS.items()},
    "read_in_part": read_text("GET / 200\n", gone=True),
    "could_not_look": read_text("", gone=True),
    "canary_visible": lambda: judge_canary(["cookie"], marked=True, count=6),
    "canary_hidden": lambda: judge_canary([], marked=True, count=6),
    "canary_not_seen": lambda: judge_canary([], marked=False, count=6),
    "not_here": nowhere,
}


def judged(case: Logs | Callable[[], Verdict]) -> Verdict:
    """The judge's word about some logs, or about a test of a logger."""
    return judge(case) if isinstance(case, Logs) else case()


@pytest.mark.parametrize("code", OUTCOMES)
def test_each_answer_has_a_log_that_leads_to_it(code):
    """And the log's values never stand in it."""
    verdict = judged(CASES[code])
    assert verdict.code == code
    assert not any(value in str(verdict.seen) for value in (TOKEN, CARD, SECRETS["stripe-secret"], "person1.smith"))


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        (f"Authorization: Bearer {TOKEN}", "log-in token"),
        (f"authorization=Basic {base64.b64encode(TOKEN.encode()).decode()}", "log-in token"),
        (f"sent token {token('authenticated')} to the app", "log-in token"),
        (f'"cookie": "theme=dark; sessionid={TOKEN}"', "cookie"),
        (f"Set-Cookie: auth_token={TOKEN}; Path=/; HttpOnly", "cookie"),
        ("login failed email=a password=hunter2x9", "password"),
        ('{"password":"Tr0ub4dor&3"}', "password"),
        ("card 4242 4242 4242 4242 declined", "card number"),
        ("card 3782-822463-10005", "card number"),
        (f"config loaded: {SECRETS['database-url']}", "secret key"),
    ],
)
def test_what_must_not_stand_in_a_log_is_found_with_its_line(tmp_path, line, kind):
    """Whatever stands around it."""
    found = logs(f"start\n{line}\nend\n", tmp_path)
    assert [(mark.kind, mark.line) for mark in found.marks] == [(kind, 2)]


@pytest.mark.parametrize(
    "line",
    [
        "Authorization: Bearer ********",
        "authorization: [REDACTED]",
        'WWW-Authenticate: Bearer realm="shop"',
        "Cookie: theme=dark; lang=en",
        "password: invalid, try again",
        "password=*** email=a",
        '"password":"[FILTERED]"',
        "took 1700000000000000 ns, id 9218273645091827",
        "trace 4bf92f3577b34da6a3ce929d0e0e4736",
        f"commit {HEX[:40]}",
        "card 4242 4242 4242 4243",
        "uploaded 12345678901234567890 bytes",
        "bearer of bad news: nothing to do",
        "contact support@shop.test or no-reply@shop.test",
    ],
)
def test_what_only_looks_like_it_is_none(tmp_path, line):
    """Hidden values, ids, times, words."""
    assert judge(logs(line + "\n", tmp_path)).code == "ok"


def test_numbers_of_orders_are_no_cards(tmp_path):
    """One in ten passes the check digit; then few among many are none, and real cards are most of what is seen."""
    ids = [f"order 4{number * 7919:015d} paid\n" for number in range(3000)]
    assert any(luhn(line.split()[1]) for line in ids)
    assert judge(logs("".join(ids), tmp_path)).code == "ok"
    cards = [line for line in ids if luhn(line.split()[1])]
    assert judge(logs("".join(cards), tmp_path)).code == "card_in_log"


def test_a_few_addresses_are_the_teams_own(tmp_path):
    """Many different people are a list of customers; the same one again and again is not."""
    assert judge(logs(people(10), tmp_path)).code == "ok"
    assert judge(logs("mail to ana.smith@mail.test\n" * 500, tmp_path)).code == "ok"
    assert judge(logs(people(20), tmp_path)).seen["addresses"] == 20


def test_packed_and_long_logs_are_read(tmp_path):
    """Rotated logs are packed; one line may be very long; a value may stand across two pieces."""
    line = f"Authorization: Bearer {TOKEN}\n"
    assert judge(logs(gzip.compress(line.encode()), tmp_path, "app.log.1.gz")).code == "token_in_log"
    cut = 4 * 1024 * 1024 - 8 * 1024
    for shift in (-30, -10, 0):
        found = logs(b"x" * (cut + shift) + b" " + line.encode() + b"y" * 20_000, tmp_path)
        assert found.counts == {"log-in token": 1}
    assert judge(logs(line.encode("utf-16"), tmp_path)).code == "token_in_log"


def test_what_is_no_log_is_said(tmp_path):
    """A pipe would wait for ever; a folder has no lines."""
    os.mkfifo(tmp_path / "pipe")
    found = Logs()
    for name in ("pipe", "gone", "."):
        found.file(str(tmp_path / name), name)
    assert [name for name, _ in found.unread] == ["pipe", "gone", "."]
    assert judge(found).code == "could_not_look"


def seen_in(canary: Canary, output: str, *, size: int = 7) -> Looker:
    """An output that came in small pieces."""
    looker = Looker(canary)
    stream = io.BytesIO(output.encode())
    while data := stream.read(size):
        looker.feed(data)
    return looker


def test_every_value_of_the_test_is_seen_however_it_is_written():
    """As it is, percent-encoded, in Base64, in groups; in pieces of any size."""
    canary = fresh()
    names = set(canary.values)
    assert len(names) == 6
    for output in (
        canary.lines,
        json.dumps(canary.request),
        quote(canary.lines),
        base64.b64encode(canary.lines.encode()).decode(),
        "x" + base64.b64encode(b"a" + canary.lines.encode()).decode(),
        str(canary.request),
    ):
        for size in (7, 64, 100_000):
            assert set(seen_in(canary, output, size=size).visible) == names, output[:50]
    card = canary.values["card number"]
    assert seen_in(canary, " ".join(card[at : at + 4] for at in range(0, 16, 4))).visible == ["card number"]


def test_a_logger_that_hides_them_passes_only_with_its_marker():
    """Nothing written proves nothing."""
    canary = fresh()
    hidden = seen_in(canary, mask(json.dumps(canary.request)))
    assert hidden.marked
    assert judge_canary(hidden.visible, marked=hidden.marked, count=6).code in ("canary_hidden", "canary_visible")
    clean = seen_in(canary, f'{{"message": "{canary.marker} sign-up", "headers": "[Redacted]"}}')
    assert judge_canary(clean.visible, marked=clean.marked, count=6).code == "canary_hidden"
    silent = seen_in(canary, "started\n")
    assert judge_canary(silent.visible, marked=silent.marked, count=6).code == "canary_not_seen"


def test_each_test_has_values_of_its_own_that_look_real():
    """A card with a right check digit, a key of the right form; another test's values are not taken for them."""
    one, other = fresh(), fresh()
    assert luhn(one.values["card number"])
    assert len(one.values["card number"]) == 16
    assert seen_in(one, other.lines).visible == []
    found = mask(one.lines)
    assert one.values["secret key"] not in found


def test_values_kept_in_a_file_are_read_again():
    """Between the app's own test and the look at its logs."""
    canary = fresh()
    assert read(canary.as_json()) == canary
    for bad in ("", "{}", "[]", '{"launch_canary": 1, "token": "x"}', "[" * 100_000):
        with pytest.raises(BadCanary):
            read(bad)
