"""`launch deploy`: over HTTPS with the token, by the local door, or written down for later; mistakes in a sentence."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from bot.config.local_token import local_token
from bot.store.beat import beat
from bot.store.db import Store
from bot.web import build, serve
from tests.cli.conftest import Ran
from tests.servers.tls import Authority
from tests.services.doorstep import ENVIRON, TOKEN, Doorstep

Launch = Callable[..., Awaitable[Ran]]
CONFIG = "product: {name: Shop, domain: shop.test}\n"


class Stub:
    """What answers in place of a bot: each request gets the next of these answers, the last one for ever."""

    def __init__(self, *answers: tuple[int, Any]) -> None:
        self.answers = list(answers)
        self.bodies: list[dict[str, Any]] = []
        self.asked: list[str] = []
        self.headers: list[Any] = []

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """The next answer."""
        self.asked.append(f"{request.method} {request.path}")
        self.headers.append(request.headers)
        if request.can_read_body:
            body = await request.json()
            self.bodies.append({**body.get("deploy", body), "delivery": body["id"]})
        status, said = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(said, str):
            return web.Response(status=status, text=said, headers={"Location": "https://elsewhere.test/"})
        return web.json_response(said, status=status)

    @asynccontextmanager
    async def up(self, tls: ssl.SSLContext | None = None) -> AsyncIterator[str]:
        """Its address."""
        app = web.Application()
        app.router.add_route("*", "/{rest:.*}", self.answer)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls).start()
        try:
            yield f"{'https' if tls else 'http'}://localhost:{runner.addresses[0][1]}"
        finally:
            await runner.cleanup()


TAKEN = (202, {"said": "Written down.", "delivery": "d"})


async def test_a_deploy_is_told_over_https(launch, authority: Authority, ca_file):
    """With the token, and with all that was said; the same key makes the same delivery."""
    stub = Stub(TAKEN)
    async with stub.up(authority.issue("localhost").context) as url:
        args = ("deploy", "v43", "--key", "k1", "--author", "ana", "--note", "New checkout", "--environment", "prod")
        for _ in range(2):
            ran = await launch(*args, "--to", url, LAUNCH_TOKEN=TOKEN, SSL_CERT_FILE=ca_file)
            assert (ran.code, ran.out) == (
                0,
                'v43 is live in production ("prod" counts as production). The bot has written it down.\n',
            )
    first, second = stub.bodies
    assert first == second
    assert {name: first[name] for name in ("version", "status", "key", "author", "note")} == {
        "version": "v43",
        "status": "live",
        "key": "k1",
        "author": "ana",
        "note": "New checkout",
    }
    assert stub.asked == ["POST /hooks/launch"] * 2
    assert stub.headers[0]["Authorization"] == f"Bearer {TOKEN}"


async def test_an_unknown_certificate_is_not_trusted(launch, authority: Authority):
    """Nothing is sent, least of all the token."""
    stub = Stub(TAKEN)
    async with stub.up(authority.issue("localhost").context) as url:
        ran = await launch("deploy", "v43", "--to", url, LAUNCH_TOKEN=TOKEN)
    assert ran.code == 1
    assert "its certificate is not trusted here: " in ran.err
    assert "_ssl.c" not in ran.err
    assert stub.asked == []


async def test_what_may_help_is_tried_again_with_the_same_delivery(launch):
    """Two bad answers, then a good one: told once."""
    stub = Stub((503, {"error": "It could not be written down; try again."}), (502, "Bad gateway"), TAKEN)
    async with stub.up() as url:
        ran = await launch("deploy", "v43", "--to", url, LAUNCH_TOKEN=TOKEN)
    assert (ran.code, len(stub.bodies)) == (0, 3)
    assert len({body["delivery"] for body in stub.bodies}) == 1


@pytest.mark.parametrize(
    ("answer", "code", "said"),
    [
        ((401, {"error": "The token is not the one that was agreed."}), 2, "LAUNCH_TOKEN must be the same"),
        (
            (401, {"error": "LAUNCH_TOKEN is not set where the bot runs."}),
            2,
            "LAUNCH_TOKEN is not set where the bot runs",
        ),
        ((404, "Not found"), 2, "Something else than the bot answers"),
        ((301, "moved"), 2, "leads elsewhere, to https://elsewhere.test/"),
        ((200, "<html>Welcome"), 2, "Something else than the bot answers"),
        ((200, {"ok": True}), 2, "Something else than the bot answers"),
        ((400, {"error": "version: \x1b[31mno"}), 2, "The bot says: version: ?[31mno"),
        ((200, "[" * 100_000), 2, "Something else than the bot answers"),
    ],
)
async def test_an_answer_that_is_no_yes_is_said_in_a_sentence(launch, answer, code, said):
    """Nothing is tried again that cannot help."""
    stub = Stub(answer)
    async with stub.up() as url:
        ran = await launch("deploy", "v43", "--to", url, LAUNCH_TOKEN=TOKEN)
    assert (ran.code, said in ran.err, "Traceback" in ran.err) == (code, True, False), ran.err
    assert len(stub.asked) == 1
    assert TOKEN not in ran.out + ran.err


async def test_nobody_there_is_exit_one_after_a_few_seconds(launch):
    """The deploy itself is not in doubt."""
    ran = await launch("deploy", "v43", "--to", "http://127.0.0.1:9", LAUNCH_TOKEN=TOKEN)
    assert ran.code == 1
    assert "No bot was reached at http://127.0.0.1:9" in ran.err
    assert "The deploy itself goes on" in ran.err


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("deploy",), "Say which version it is"),
        (("deploy", "v43"), "No bot is known here"),
        (("deploy", "v43", "--to", "http://launch.example.com"), "in the open"),
        (("deploy", "v43", "--to", "launch.example.com"), "is no address of a bot"),
        (("deploy", "v43", "--to", "https://u:p@h/"), "is no address of a bot"),
        (("deploy", "v43", "--status", "dead"), "is not one of"),
        (("deploy", "v43", "--status", "failed", "--wait"), "There is no verdict on what is failed"),
        (("deploy", "v43", "--wait", "--environment", "qa"), "Only production is tried"),
        (("deploy", "v43", "--commit", "xyz"), "commit: write the commit id"),
        (("deploy", "v43", "--url", "shop.test"), "url: write a whole address"),
        (("deploy", "v43", "--commit", "abc"), "commit: write the commit id"),
        (("deploy", "v" * 101), "A version is a short name"),
    ],
)
async def test_wrong_usage_is_exit_two_before_anything_is_sent(launch, args, said):
    """With the sentence that leads on."""
    ran = await launch(*args, LAUNCH_TOKEN=TOKEN)
    assert (ran.code, said in ran.err) == (2, True), ran.err


async def test_without_a_token_it_says_which_variable(launch):
    """Before anybody is asked."""
    ran = await launch("deploy", "v43", "--to", "https://launch.example.com")
    assert (ran.code, "LAUNCH_TOKEN is missing" in ran.err) == (2, True)


async def test_the_address_and_the_token_may_stand_in_env(launch, tmp_path):
    """As the bot itself reads them."""
    stub = Stub(TAKEN)
    async with stub.up() as url:
        (tmp_path / ".env").write_text(f"LAUNCH_URL={url}\nLAUNCH_TOKEN={TOKEN}\n")
        assert (await launch("deploy", "v43")).code == 0
    assert stub.headers[0]["Authorization"] == f"Bearer {TOKEN}"


async def test_in_ci_the_command_alone_is_enough(launch):
    """Commit, author, log and key are GitHub's; two steps of one run speak of the same deploy."""
    stub = Stub(TAKEN)
    around = {
        "GITHUB_SHA": "a1b2c3d4" * 5,
        "GITHUB_ACTOR": "ana",
        "GITHUB_REPOSITORY": "acme/shop",
        "GITHUB_SERVER_URL": "https://github.com",
        "GITHUB_RUN_ID": "99",
        "GITHUB_RUN_ATTEMPT": "2",
    }
    async with stub.up() as url:
        for status in ("started", "live"):
            ran = await launch("deploy", "--status", status, LAUNCH_URL=url, LAUNCH_TOKEN=TOKEN, **around)
            assert ran.code == 0, ran.err
    started, live = stub.bodies
    assert (started["status"], live["status"]) == ("started", "live")
    assert started["key"] == live["key"] == "github-99-2-production"
    assert started["delivery"] != live["delivery"]
    assert live["version"] == "a1b2c3d"
    assert live["log_url"] == "https://github.com/acme/shop/actions/runs/99"


def stands(stage: str, **more: Any) -> tuple[int, dict[str, Any]]:
    """How a deploy stands."""
    over = stage not in ("reported", "started", "live", "smoke")
    return 200, {"version": "v43", "stage": stage, "over": over, **more}


@pytest.mark.parametrize(
    ("course", "code", "said"),
    [
        ([stands("reported"), stands("good", smoke={"good": 8, "of": 8})], 0, "v43 is good: 8 of 8 flows work."),
        (
            [stands("bad", previous="v42", smoke={"good": 7, "of": 8, "broken": ["Log-in"], "why": "status 500"})],
            1,
            "v43 is bad: 7 of 8 flows work. Broken: Log-in.\nstatus 500\nThe last good version is v42.",
        ),
        (
            [(404, {"error": "No deploy is known under this key."}), stands("superseded")],
            3,
            "A newer version went live",
        ),
    ],
    ids=["good", "bad", "superseded"],
)
async def test_it_waits_for_the_verdict(launch, course, code, said):
    """And ends with it; a pipeline can go by the exit code."""
    stub = Stub(TAKEN, *course)
    async with stub.up() as url:
        ran = await launch("deploy", "v43", "--wait", "--to", url, LAUNCH_TOKEN=TOKEN)
    assert (ran.code, said in ran.out) == (code, True), ran.out
    assert stub.asked[1] == f"GET /deploys/{stub.bodies[0]['delivery']}"
    assert ran.err == ""


@asynccontextmanager
async def a_bot(folder: Path) -> AsyncIterator[tuple[Doorstep, dict[str, str]]]:
    """A real door on its local address, and the environment that leads to it."""
    (folder / "launch.yml").write_text(CONFIG)
    door = Doorstep(folder)

    class Services:
        inbound, store = door.inbound, door.store

    runner = await serve(build(Services(), token=local_token(folder / "data")), "127.0.0.1", 0)
    try:
        yield door, {"LAUNCH_HTTP": f"127.0.0.1:{runner.addresses[0][1]}"}
    finally:
        await runner.cleanup()
        await door.close()


async def test_the_bot_of_this_machine_needs_no_token(launch, tmp_path):
    """Its own token lies in its folder."""
    async with a_bot(tmp_path) as (door, around):
        ran = await launch("deploy", "v43", "--note", "New checkout", **around)
        assert (ran.code, ran.out) == (0, "v43 is live in production. The bot has written it down.\n")
        await door.settled()
        assert [(one.version, one.note) for one in await door.known()] == [("v43", "New checkout")]


async def test_over_the_worlds_door_it_needs_the_token(launch, tmp_path):
    """The same bot, asked as from outside: the right token opens."""
    async with a_bot(tmp_path) as (door, around):
        url = "http://" + around["LAUNCH_HTTP"]
        assert (await launch("deploy", "v43", "--to", url, LAUNCH_TOKEN="wrong")).code == 2
        assert (await launch("deploy", "v43", "--to", url, LAUNCH_TOKEN=ENVIRON["LAUNCH_TOKEN"])).code == 0
        await door.settled()
        assert len(await door.known()) == 1


async def test_while_the_bot_is_off_it_is_written_down(launch, tmp_path):
    """And carried out at the next start."""
    (tmp_path / "launch.yml").write_text(CONFIG)
    door = Doorstep(tmp_path)
    local_token(tmp_path / "data")
    await door.close()
    ran = await launch("deploy", "v43", LAUNCH_HTTP="127.0.0.1:9")
    assert (ran.code, "told as soon as the bot starts again" in ran.out) == (0, True), ran.err
    waits = await launch("deploy", "v44", "--wait", LAUNCH_HTTP="127.0.0.1:9")
    assert waits.code == 3
    door.open()
    await door.settled()
    assert {one.version for one in await door.known()} == {"v43", "v44"}
    await door.close()


@pytest.mark.parametrize("written", [None, "product: {name: Sho"], ids=["in another folder", "with a mistake"])
async def test_without_a_launch_file_that_can_be_read_it_is_the_product_of_the_bot(launch, tmp_path, written):
    """Whose deploy it is follows from the bot that runs on that data: it must not be written down for nobody."""
    (tmp_path / "launch.yml").write_text(CONFIG)
    door = Doorstep(tmp_path)
    await door.store.write(lambda c: beat(c, door.config.product, door.time))
    await door.close()
    (tmp_path / "elsewhere.yml").write_text(written or "")
    named = "elsewhere.yml" if written else "nowhere.yml"
    ran = await launch("deploy", "v43", LAUNCH_HTTP="127.0.0.1:9", LAUNCH_CONFIG=named)
    assert ran.code == 0, ran.err
    door.open()
    await door.settled()
    assert [one.version for one in await door.known()] == ["v43"]
    await door.close()


async def test_a_bot_that_runs_elsewhere_than_it_should_is_named(launch, tmp_path):
    """Its store is taken, its door is not where LAUNCH_HTTP says."""
    (tmp_path / "launch.yml").write_text(CONFIG)
    opened = Store.open(tmp_path / "data" / "launch.db")
    ran = await launch("deploy", "v43", LAUNCH_HTTP="127.0.0.1:9")
    opened.close()
    assert (ran.code, "LAUNCH_HTTP must be" in ran.err) == (1, True)
