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
REPO = f"sec.repo {DOMAIN}"


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
    Scenario("Nobody said where the code is", {REPO: "not_here"}),
)
