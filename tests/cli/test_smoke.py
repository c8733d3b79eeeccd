"""`launch smoke`: the flows walked as a process, with the exit codes and reports that CI reads."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from bot.clock import SystemClock
from tests.cli.conftest import Ran, Shop, clean
from tests.servers.http import Answer, Hostile, HttpServer, redirect

Launch = Callable[..., Awaitable[Ran]]
SECRETS = {"SMOKE_EMAIL": "qa@acme.test", "SMOKE_PASSWORD": "correct-horse-battery"}
PRODUCT = """
product: {name: Acme, domain: acme.test, canonical: "https://app.acme.test/"}
hosts:
  - {name: app.acme.test, purpose: app}
"""
FLOWS = """
flows:
  - id: login
    name: Log-in
    carries: login
    env: {email: SMOKE_EMAIL, password: SMOKE_PASSWORD}
    steps:
      - {name: Open the log-in page, request: {url: /login}, expect: {contains: Log in}}
      - name: Log in
        request: {url: /login, method: POST, form: {email: "{email}", password: "{password}"}}
        expect: {contains: Dashboard}
  - id: checkout
    name: Checkout
    carries: payment
    steps:
      - {name: See the price, request: {url: /pricing}, expect: {contains: 49 EUR}}
"""
PRICE = Answer(body="<title>Prices</title>49 EUR a month")


@pytest.fixture
def flows(tmp_path: Path, shop: Shop) -> Shop:
    """A product whose two flows work, and its launch.yml."""
    (tmp_path / "launch.yml").write_text(PRODUCT + FLOWS + shop.network)
    for host in ("app.acme.test", "api.acme.test"):
        shop.web.route(host, "/login", in_or_out)
        shop.web.route(host, "/pricing", PRICE)
    return shop


def in_or_out(request) -> Answer:
    """The page to log in; the dashboard for who has the password."""
    if request.method != "POST":
        return Answer(body="<title>Acme</title>Log in")
    return Answer(body="Dashboard" if b"correct-horse-battery" in request.body else "Wrong password")


async def test_all_flows_work(flows: Shop, launch: Launch) -> None:
    """Exit 0; first what customers can do, then each flow, then every step with its time, on 80 columns."""
    ran = await launch("smoke", **SECRETS)
    assert ran.code == 0, ran
    assert ran.out.splitlines()[0] == "Customers can log in and pay"
    assert "Log-in works (2 steps" in ran.out
    assert "Open the log-in page" in ran.out
    assert max(map(len, ran.out.splitlines())) <= 80
    assert ran.err == ""
    assert not [value for value in SECRETS.values() if value in ran.out]
    assert flows.web.asked("/pricing") == 1


async def test_a_broken_flow_stops_the_build(flows: Shop, launch: Launch, tmp_path: Path) -> None:
    """Exit 1; the step, what it said, and what to do first; the same in JUnit."""
    flows.web.route("app.acme.test", "/pricing", Answer(500, "Internal error"))
    ran = await launch("smoke", **SECRETS)
    assert ran.code == 1
    assert ran.out.splitlines()[0] == "Customers cannot pay"
    assert "status 500" in ran.out
    assert "Do first:" in ran.out
    report = await launch("smoke", "--format", "junit", "--output", "smoke.xml", **SECRETS)
    assert (report.code, report.err) == (1, "Failed. The report is in smoke.xml.\n")
    root = ET.fromstring((tmp_path / "smoke.xml").read_text())
    [failed] = root.iter("failure")
    assert failed.get("type") == "blocker.payment"
    assert {case.get("name") for case in root.iter("testcase")} == {"flow.smoke Log-in", "flow.smoke Checkout"}


async def test_what_could_not_be_tried_is_no_success(flows: Shop, launch: Launch) -> None:
    """A password that is not set: exit 3, the name of the variable, and nothing was sent for that flow."""
    ran = await launch("smoke", "--format", "json", SMOKE_EMAIL="qa@acme.test")
    assert ran.code == 3
    report = json.loads(ran.out)
    assert report["verdict"] == "not-proven"
    found = {one["target"]: one for one in report["findings"]}
    assert found["Log-in"]["status"] == "unknown"
    assert "SMOKE_PASSWORD" in found["Log-in"]["summary"]
    assert found["Checkout"]["status"] == "pass"
    assert flows.web.asked("/login") == 0


async def test_an_account_that_is_locked_is_a_broken_log_in(flows: Shop, launch: Launch) -> None:
    """The password no longer fits: the step says what it saw instead, and no secret."""
    ran = await launch("smoke", "login", SMOKE_EMAIL="qa@acme.test", SMOKE_PASSWORD="not-the-one-of-old")
    assert ran.code == 1
    assert ran.out.splitlines()[0] == "Customers cannot log in"
    assert "not-the-one-of-old" not in ran.out
    assert flows.web.asked("/pricing") == 0


async def test_at_another_address(flows: Shop, launch: Launch) -> None:
    """A preview that somebody names: the paths of the steps stand on it."""
    ran = await launch("smoke", "checkout", "--url", "https://api.acme.test")
    assert ran.code == 0, ran
    assert [one.host for one in flows.web.requests] == ["api.acme.test"]
    wrong = await launch("smoke", "--url", "ftp://preview")
    assert wrong.code == 2
    assert "Traceback" not in wrong.err


async def test_at_a_server_on_this_machine(flows: Shop, launch: Launch, tmp_path: Path) -> None:
    """As a developer or a CI job starts it; nothing needs to be opened in launch.yml for that."""
    path = tmp_path / "launch.yml"
    path.write_text(path.read_text().replace("allow_private: true", "allow_private: false"))
    async with HttpServer() as here:
        here.route("localhost", "/pricing", redirect(f"http://127.0.0.1:{here.port}/price"))
        here.route("127.0.0.1", "/price", PRICE)
        for base in (f"http://localhost:{here.port}", f"localhost:{here.port}", f"127.0.0.1:{here.port}/"):
            here.route("127.0.0.1", "/pricing", PRICE)
            ran = await launch("smoke", "checkout", "--url", base)
            assert ran.code == 0, ran
        assert (here.asked("/pricing"), here.asked("/price")) == (3, 2)
    refused = await launch("smoke", "checkout")
    assert refused.code != 0, "the product's own names still lead to no private address"


async def test_what_to_do_first_is_at_that_address(flows: Shop, launch: Launch) -> None:
    """With its scheme and port: a person who opens it sees the same."""
    async with HttpServer() as here:
        here.route("localhost", "/pricing", Answer(500, "Internal error"))
        ran = await launch("smoke", "checkout", "--url", f"localhost:{here.port}")
    assert ran.code == 1
    assert f"Do first: Open http://localhost:{here.port}/pricing in a private window" in ran.out


async def test_a_terminal_shows_every_flow(flows: Shop, launch: Launch, tmp_path: Path) -> None:
    """A message in Slack is short; a log of CI has room."""
    step = "steps: [{name: See the price, request: {url: /pricing}, expect: {contains: 49 EUR}}]"
    many = "".join(f"  - {{id: f{number}, {step}}}\n" for number in range(20))
    (tmp_path / "launch.yml").write_text(f"{PRODUCT}\nflows:\n{many}\n{flows.network}")
    ran = await launch("smoke")
    assert ran.code == 0, ran
    assert [f" f{number} works" in ran.out for number in range(20)] == [True] * 20
    assert "more" not in ran.out
    assert (await launch("smoke", "f3")).out.startswith("f3 works\n")


async def test_the_list_sends_nothing(flows: Shop, launch: Launch) -> None:
    """What there is, and which variables are not set here."""
    ran = await launch("smoke", "--list", SMOKE_EMAIL="x")
    assert ran.code == 0
    assert "Not set here: SMOKE_PASSWORD." in ran.out
    assert not flows.web.requests


async def test_wrong_use(flows: Shop, launch: Launch, tmp_path: Path) -> None:
    """A flow that is none, a file without flows, no file: exit 2, and what to do."""
    ran = await launch("smoke", "chekout")
    assert ran.code == 2
    assert '"chekout" is no flow of launch.yml, did you mean checkout?' in ran.err
    (tmp_path / "launch.yml").write_text(PRODUCT + flows.network)
    ran = await launch("smoke")
    assert ran.code == 2
    assert "No flows to walk yet" in ran.out
    assert "Then type `launch smoke` here." in ran.out
    assert "flows:" in ran.out
    (tmp_path / "launch.yml").unlink()
    ran = await launch("smoke")
    assert ran.code == 2
    assert "There is no launch.yml here" in ran.err
    assert not flows.web.requests


async def test_a_server_that_never_answers_does_not_hold_up_ci(flows: Shop, launch: Launch) -> None:
    """The time is kept, whatever hangs; what was walked is in the report."""
    flows.web.route("app.acme.test", "/login", Answer(hostile=Hostile.HANG))
    flows.web.route("app.acme.test", "/pricing", Answer(body=b"x" * 10_000_000))
    ran = await launch("smoke", "--timeout", "5", "--format", "json", seconds=25, **SECRETS)
    assert ran.code in (1, 3)
    found = {one["target"]: one["status"] for one in json.loads(ran.out)["findings"]}
    assert found["Checkout"] == "unknown"  # what is sought may stand behind what is read
    assert found["Log-in"] in ("fail", "unknown")


async def test_ctrl_c_shows_what_was_finished(flows: Shop, tmp_path: Path) -> None:
    """Exit 130, and the flow that was done."""
    asked = asyncio.Event()

    async def hang(_request) -> Answer:
        asked.set()
        await asyncio.Event().wait()
        return PRICE

    flows.web.route("app.acme.test", "/login", hang)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "smoke", "--format", "json", cwd=tmp_path, env=clean(**SECRETS),
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    async with asyncio.timeout(60):
        await asked.wait()
        while not flows.web.asked("/pricing"):
            await SystemClock().sleep(0.05)
        # The answer to /pricing is on its way; the process reads it before it hears the signal.
        await SystemClock().sleep(0.5)
        os.kill(process.pid, signal.SIGINT)
        out, err = await process.communicate()
    assert process.returncode == 130
    assert "Stopped after 1 of 2 flows." in err.decode()
    assert [one["target"] for one in json.loads(out)["findings"]] == ["Checkout"]
