"""The product's own code, its settings and its logs, as they lie on this machine."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from checks import secret_baseline
from checks.code import Code
from checks.code_search import search_code
from checks.secret_search import Search
from tests.checks.planted import SECRETS, letters
from tests.checks.sec.repos import git, repository, write
from tests.outcomes.scenario import Scenario, Step
from tests.outcomes.world import DOMAIN, World

LIVE = f"k = '{SECRETS['stripe-secret']}'\n"
REPO, CONTRACT, LOGS = f"sec.repo {DOMAIN}", f"sec.env_contract {DOMAIN}", f"sec.logs {DOMAIN}"
NEEDS = "DATABASE_URL=\nMAIL_KEY=\nPORT=3000\n"
GOOD = f"DATABASE_URL=https://db.shop.io/1\nMAIL_KEY={letters(24)}\nPORT=8080\n"


def folder(world: World) -> Path:
    """A folder for this world."""
    return Path(world.stack.enter_context(tempfile.TemporaryDirectory(prefix="launch-code-")))


def code(*commits: Mapping[str, str | bytes | None], depth: int = 0, later: Mapping[str, bytes] | None = None) -> Step:
    """The code lies in a repository with these commits; `depth` fetches the newest ones only."""

    def step(world: World) -> None:
        top = repository(folder(world) / "shop", *commits)
        if depth:
            git(top.parent, "clone", "--quiet", f"--depth={depth}", f"file://{top}", "shop-clone")
            top = top.parent / "shop-clone"
        write(top, later or {})
        known = world.inventory.code or Code()
        world.write(code=replace(known, path=str(top)))

    return step


def written(**more: object) -> Step:
    """The founder writes something about the code down."""
    return lambda world: world.write(code=replace(world.inventory.code or Code(), **more))  # type: ignore[arg-type]


def listed(world: World) -> None:
    """Everything that a search finds is on the list of known secrets."""
    code = world.inventory.code
    assert code is not None
    search = Search()
    search_code(Path(code.path), search)
    path = folder(world) / "known.json"
    path.write_text(secret_baseline.text(search.leaks))
    world.write(code=replace(code, baseline=str(path)))


def settings(text: str, contract: str | None = NEEDS) -> Step:
    """The running product has these variables, and the code asks for those."""

    def step(world: World) -> None:
        here = folder(world)
        write(here, {"live.env": text} | ({".env.example": contract} if contract is not None else {}))
        known = world.inventory.code or Code()
        world.write(code=replace(known, path=str(here), settings=str(here / "live.env")))

    return step


def log(text: str | bytes, *more: str) -> Step:
    """The product wrote this into its log."""

    def step(world: World) -> None:
        here = folder(world)
        write(here, {"app.log": text})
        known = world.inventory.code or Code()
        world.write(code=replace(known, logs=(str(here / "app.log"), *more)))

    return step


SCENARIOS = (
    Scenario("The code holds no key, today or in its history", {REPO: "ok"}, code({"a.js": "1"}, {"a.js": "2"})),
    Scenario("A live payment key stands in a source file", {REPO: "secret_in_code"}, code({"src/pay.js": LIVE})),
    Scenario(
        "A key was deleted from the code, and its history still has it",
        {REPO: "secret_in_history"},
        code({"src/pay.js": LIVE}, {"src/pay.js": "k = process.env.STRIPE_KEY\n"}),
    ),
    Scenario(
        "A settings file with real passwords is kept in the code",
        {REPO: "password_in_settings"},
        code({".env.production": f"SESSION_SECRET={letters(24)}\n"}),
    ),
    Scenario(
        "A test key stands in a source file",
        {REPO: "test_key_in_code"},
        code({"src/pay.js": f"k = '{SECRETS['stripe-secret-test']}'\n"}),
    ),
    Scenario(
        "A damaged archive lies among the code",
        {REPO: "read_in_part"},
        code({"a.js": "1", "old.zip": b"PK\x03\x04 broken"}),
    ),
    Scenario(
        "The build fetched only the newest commit of the code",
        {REPO: "history_cut_off"},
        code({"a.js": "1"}, {"a.js": "2"}, depth=1),
    ),
    Scenario("The folder of the code is not there", {REPO: "could_not_look"}, written(path="/nonexistent/shop")),
    Scenario(
        "The only key in the code is on the list of known ones",
        {REPO: "ok_with_known"},
        code({"src/pay.js": LIVE}),
        listed,
    ),
    Scenario(
        "Nobody said where the code, its variables and its logs are",
        {REPO: "not_here", CONTRACT: "not_here", LOGS: "not_here"},
    ),
    Scenario("Every variable of the contract is set", {CONTRACT: "ok"}, settings(GOOD)),
    Scenario(
        "The key for mails has a slip in its name, so it is missing",
        {CONTRACT: "missing_variable"},
        settings(GOOD.replace("MAIL_KEY", "MAIL_KY")),
    ),
    Scenario("A port is no number", {CONTRACT: "malformed"}, settings(GOOD.replace("8080", "web"))),
    Scenario(
        "A key was never filled in",
        {CONTRACT: "placeholder"},
        settings(f"{GOOD}MAIL_KEY2=1\n".replace(letters(24), "changeme")),
    ),
    Scenario(
        "The live product talks to the database of the developer's machine",
        {CONTRACT: "test_value"},
        settings(GOOD.replace("db.shop.io", "localhost:5432")),
    ),
    Scenario("A quote in the file of variables never ends", {CONTRACT: "bad_line"}, settings(GOOD + "NAME='My shop\n")),
    Scenario(
        "The file of variables is not there",
        {CONTRACT: "could_not_look"},
        settings(GOOD),
        written(settings="/nonexistent/.env"),
    ),
    Scenario("Nobody wrote down which variables are needed", {CONTRACT: "no_contract"}, settings(GOOD, None)),
    Scenario("The log holds requests and nothing private", {LOGS: "ok"}, log("GET /orders 200\n" * 50)),
    Scenario("A key is written into the log", {LOGS: "secret_in_log"}, log(LIVE)),
    Scenario(
        "The headers of a customer's request are written into the log",
        {LOGS: "token_in_log"},
        log(f"headers: authorization: Bearer {letters(40)}\n"),
    ),
    Scenario("A card number is written into the log", {LOGS: "card_in_log"}, log("paid with 4242 4242 4242 4242\n")),
    Scenario(
        "The log names every customer",
        {LOGS: "personal_data_in_log"},
        log("".join(f"mail to customer{number}@mail.test\n" for number in range(40))),
    ),
    Scenario("One of two logs is not there", {LOGS: "read_in_part"}, log("GET / 200\n", "/nonexistent/worker.log")),
    Scenario("The only log is not there", {LOGS: "could_not_look"}, written(logs=("/nonexistent/app.log",))),
)
