"""`--tell`: what a gate finds reaches a running bot by its real door; one that is not there changes no exit code."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from bot.cli.ci import ran
from bot.cli.telling import body
from bot.domain.gates import GATE_OF, TERMINAL, Build
from bot.services.config import Config
from bot.services.gate_told import MOST, finding_of, read
from bot.store import gates
from bot.store.gates import Result
from checks.finding import build
from checks.inventory import Inventory
from checks.model import Finding, Kind, Target, Verdict
from checks.registry import load
from checks.report import Report
from tests.checks.test_outcomes import target_of, verdicts
from tests.cli.test_deploy import Stub, a_bot
from tests.services.doorstep import START, TOKEN, Doorstep

SHA = "a1b2c3d4" * 5
GITHUB = {
    "GITHUB_SHA": SHA,
    "GITHUB_ACTOR": "ana",
    "GITHUB_REPOSITORY": "acme/shop",
    "GITHUB_RUN_ID": "99",
    "GITHUB_RUN_ATTEMPT": "1",
    "GITHUB_REF": "refs/heads/main",
    "GITHUB_REF_NAME": "main",
    "GITHUB_REF_TYPE": "branch",
}
STRIPE = "sk_" + "live_4eC39HqLyjWDarjtT1zdp7dcABCD"


@pytest.fixture
def code(tmp_path: Path) -> Path:
    """A repository with a key in it, and a contract of variables."""
    folder = tmp_path / "code"
    folder.mkdir()
    (folder / "pay.py").write_text(f'key = "{STRIPE}"\n')
    (folder / "migrations").mkdir()
    (folder / "migrations" / "1.sql").write_text("DROP TABLE orders;\n")
    for words in (
        ("init", "-q"),
        ("add", "."),
        ("-c", "user.name=a", "-c", "user.email=a@b.test", "commit", "-qm", "x"),
    ):
        subprocess.run(["git", *words], cwd=folder, check=True)
    return folder


async def known(door: Doorstep) -> tuple[list[Build], list[Result]]:
    """What came of it."""
    await door.settled()
    product = door.config.product
    builds = await door.store.read(lambda c: gates.recent(c, product, START.replace(year=2000)))
    return builds, await door.store.read(lambda c: gates.results(c, product))


async def test_what_gates_find_reaches_the_bot(launch, tmp_path, code):
    """Three gates of one run in GitHub, each a process of its own; the key itself is nowhere."""
    (tmp_path / ".env.example").write_text("SHOP_KEY=\n")
    async with a_bot(tmp_path) as (door, around):
        told = {**GITHUB, "LAUNCH_URL": f"http://{around['LAUNCH_HTTP']}", "LAUNCH_TOKEN": TOKEN}
        for args in (("secrets", "code"), ("migrations", "code/migrations"), ("env",)):
            result = await launch(*args, "--tell", "--format", "json", **told)
            assert (result.code, result.err) == (1, "The bot has been told.\n")
            assert json.loads(result.out)["verdict"] == "no-go"
        builds, results = await known(door)
    [one] = builds
    assert [gate.name for gate in one.stopped] == ["secrets", "migrations", "env"]
    assert (one.version, one.author, one.branch, one.run) == ("a1b2c3d", "ana", "main", "github-99-1")
    assert one.log_url == "https://github.com/acme/shop/actions/runs/99"
    assert {(each.found.check, each.found.code) for each in results} == {
        ("sec.repo", "secret_in_code"),
        ("rel.migrations", "drops_data"),
        ("sec.env_contract", "missing_variable"),
    }
    assert STRIPE.encode() not in b"".join(each.read_bytes() for each in (tmp_path / "data").glob("launch.db*"))


async def test_the_bot_of_this_machine_needs_no_token(launch, tmp_path, code):
    """By the local door; and what is in order is told as well."""
    (code / "pay.py").write_text("key = read()\n")
    async with a_bot(tmp_path) as (door, around):
        result = await launch("secrets", "code", "--no-history", "--tell", **around)
        assert (result.code, result.err) == (0, "The bot has been told.\n"), result.out
        builds, results = await known(door)
    assert [each.found.code for each in results] == ["ok"]
    assert builds[0].told is False


async def test_a_speed_that_was_only_measured_is_told_too(launch, tmp_path, shop):
    """`launch perf` without a comparison: whatever the gate made of it, and that customers have it."""
    async with a_bot(tmp_path) as (door, around):
        fast = shop.network + "  rate: 1000\n  burst: 1000\n"
        monitor = "monitors: [{name: Log-in, url: 'https://app.acme.test/login', endpoint: auth}]\n"
        (tmp_path / "launch.yml").write_text("product: {name: Shop, domain: acme.test}\n" + monitor + fast)
        result = await launch("perf", "--samples", "20", "--tell", "--fail-on", "low", **around)
        assert (result.code, result.err) == (0, "The bot has been told.\n"), result.out
        builds, results = await known(door)
    [gate] = builds[0].gates
    assert (gate.name, gate.live, results) == ("perf", True, [])


@pytest.mark.parametrize(
    ("around", "said"),
    [
        ({}, "LAUNCH_URL is not set, and no bot runs on this machine"),
        ({"LAUNCH_URL": "https://launch.example.com"}, "LAUNCH_TOKEN is missing"),
        ({"LAUNCH_URL": "http://127.0.0.1:9", "LAUNCH_TOKEN": TOKEN}, "No bot was reached at http://127.0.0.1:9"),
    ],
)
async def test_a_bot_that_is_not_there_changes_no_exit_code(launch, code, around, said):
    """One sentence on stderr; the report is what it is."""
    (code / "pay.py").write_text("key = read()\n")
    result = await launch("secrets", "code", "--no-history", "--tell", **around)
    assert (result.code, said in result.err) == (0, True), result.err
    assert result.err.startswith("The bot was not told: ")
    assert result.err.count("\n") == 1
    assert "No keys in the code" in result.out


async def test_a_bot_that_refuses_changes_no_exit_code(launch, code):
    """The gate itself found something, and that is what counts."""
    stub = Stub((401, {"error": "The token is not the one that was agreed."}))
    async with stub.up() as url:
        result = await launch("secrets", "code", "--tell", LAUNCH_URL=url, LAUNCH_TOKEN=TOKEN)
    assert (result.code, "LAUNCH_TOKEN must be the same" in result.err) == (1, True), result.err
    assert TOKEN not in result.out + result.err
    assert stub.asked == ["POST /hooks/gate"]


async def test_what_may_help_is_tried_again_with_the_same_id(launch, code):
    """Told once, however often it arrives."""
    stub = Stub((503, {"error": "try again"}), (202, {"said": "Written down."}))
    async with stub.up() as url:
        result = await launch("secrets", "code", "--tell", LAUNCH_URL=url, LAUNCH_TOKEN=TOKEN)
    assert result.err == "The bot has been told.\n"
    first, second = stub.bodies
    assert first == second
    assert len(first["id"]) == 32


async def test_without_the_option_nobody_is_told(launch, code):
    """Whatever the environment says."""
    stub = Stub((202, {"said": "Written down."}))
    async with stub.up() as url:
        await launch("secrets", "code", LAUNCH_URL=url, LAUNCH_TOKEN=TOKEN)
    assert stub.asked == []


def report(*findings: Finding) -> Report:
    """Of a gate that found this."""
    return Report("shop", (), START, 12, findings)


PRODUCT = """
product: {name: Shop, id: shop, domain: example.test}
hosts: [{name: app.example.test, purpose: app}]
monitors: [{name: Login, url: "https://app.example.test/login"}]
"""


@pytest.mark.parametrize("check", GATE_OF)
def test_every_outcome_arrives_with_its_words(tmp_path, check):
    """Whatever a gate may answer is understood, and reads in Slack as it reads in CI."""
    (tmp_path / "launch.yml").write_text(PRODUCT)
    config = Config.read(tmp_path / "launch.yml")
    asked = load()[check]
    for code, verdict in verdicts(asked).items():
        own = build(asked, target_of(asked), verdict, at=START)
        sent = body(report(own), 1, GITHUB)
        [found] = read(json.dumps(sent).encode(), START).said.findings
        there = finding_of(found, config, START)
        assert there is not None
        assert (there.summary, there.impact, there.fix, there.status) == (
            own.summary,
            own.impact,
            own.fix,
            own.status,
        ), code


def test_a_look_by_hand_is_no_build():
    """Without a builder, and without the variable that all of them set."""
    check = load()["sec.repo"]
    said = report(build(check, target_of(check), Verdict("ok", {"read": "3 files", "file": "."}), at=START))
    assert body(said, 0, {})["builder"] == TERMINAL
    assert "builder" not in body(said, 0, {"CI": "true"})
    assert body(said, 0, GITHUB)["builder"] == "GitHub Actions"


def test_the_worst_are_sent_and_the_rest_is_counted():
    """Two hundred keys would be no message."""
    check = load()["sec.repo"]
    fine = Verdict("ok", {"read": "3 files", "file": "."})
    bad = verdicts(check)["secret_in_code"]
    targets = [Target(Kind.DOMAIN, f"{n}.py", "", Inventory("shop", "")) for n in range(60)]
    found = [build(check, target, fine if n < 5 else bad, at=START) for n, target in enumerate(targets)]
    sent = body(report(*found), 1, GITHUB)
    assert (len(sent["findings"]), sent["more"]) == (MOST, 60 - MOST)
    assert {one["code"] for one in sent["findings"]} == {"secret_in_code"}
    assert len(json.dumps(sent)) < 1024 * 1024


def test_only_what_the_words_need_is_sent():
    """Who brought a key in, and its fingerprint, stay where they are."""
    check = load()["sec.repo"]
    verdict = verdicts(check)["secret_in_code"]
    more = Verdict(verdict.code, {**verdict.seen, "author": "ana", "fingerprint": "f" * 64, "step": "x" * 900})
    [one] = body(report(build(check, target_of(check), more, at=START)), 1, GITHUB)["findings"]
    assert set(one["values"]) == {"key_name", "shown", "where", "step", "url", "file"}
    assert len(one["values"]["step"]) == 500


def test_github_says_which_branch_is_the_main_one(tmp_path):
    """And which commit of a pull request is its newest, beside the merge that is tried."""
    event = tmp_path / "event.json"
    check = load()["sec.repo"]
    said = report(build(check, target_of(check), Verdict("ok", {"read": "3 files", "file": "."}), at=START))
    around = {
        **GITHUB,
        "GITHUB_EVENT_PATH": str(event),
        "GITHUB_REF": "refs/pull/12/merge",
        "GITHUB_HEAD_REF": "faster",
    }
    for text in ("", "[]", "{", '{"repository": {"default_branch": 7}}', "[" * 5000):
        event.write_text(text)
        assert "default_branch" not in body(said, 0, around)
    event.write_text(
        json.dumps({"repository": {"default_branch": "trunk"}, "pull_request": {"head": {"sha": "0f" * 20}}})
    )
    sent = body(said, 0, around)
    assert (sent["default_branch"], sent["commit"], sent["version"]) == ("trunk", "0f" * 20, "0f0f0f0")
    assert (sent["pull_request"], sent["branch"]) == ("12", "faster")


@pytest.mark.parametrize(
    ("around", "branch", "change", "project", "tag"),
    [
        ({**GITHUB}, "main", "", "acme/shop", ""),
        ({**GITHUB, "GITHUB_REF_TYPE": "tag", "GITHUB_REF_NAME": "v43"}, "", "", "acme/shop", "v43"),
        (
            {
                "CI_COMMIT_SHA": SHA,
                "CI_MERGE_REQUEST_IID": "7",
                "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME": "faster",
                "CI_PROJECT_URL": "https://gitlab.com/acme/tools/shop",
            },
            "faster",
            "7",
            "acme/tools/shop",
            "",
        ),
        ({"CI_COMMIT_SHA": SHA, "CI_COMMIT_TAG": "v43"}, "", "", "", "v43"),
        (
            {"VERCEL_GIT_COMMIT_SHA": SHA, "VERCEL_GIT_COMMIT_REF": "faster", "VERCEL_GIT_PULL_REQUEST_ID": "12"},
            "faster",
            "12",
            "",
            "",
        ),
        ({"NETLIFY": "true", "PULL_REQUEST": "true", "REVIEW_ID": "12", "HEAD": "faster"}, "faster", "12", "", ""),
        ({"NETLIFY": "true", "PULL_REQUEST": "false", "REVIEW_ID": "12", "BRANCH": "main"}, "main", "", "", ""),
        (
            {"BITBUCKET_COMMIT": SHA, "BITBUCKET_BRANCH": "main", "BITBUCKET_REPO_FULL_NAME": "acme/shop"},
            "main",
            "",
            "acme/shop",
            "",
        ),
        (
            {
                "CIRCLE_SHA1": SHA,
                "CIRCLE_BRANCH": "faster",
                "CIRCLE_PULL_REQUEST": "https://github.com/acme/shop/pull/12",
                "CIRCLE_PROJECT_USERNAME": "acme",
                "CIRCLE_PROJECT_REPONAME": "shop",
            },
            "faster",
            "12",
            "acme/shop",
            "",
        ),
        ({"VERCEL_GIT_COMMIT_SHA": SHA, "VERCEL_GIT_PULL_REQUEST_ID": "no"}, "", "", "", ""),
        ({}, "", "", "", ""),
    ],
)
def test_what_builders_say_about_the_branch(around, branch, change, project, tag):
    """In each one's own words."""
    run = ran(around)
    assert (run.branch, run.change, run.project, run.tag) == (branch, change, project, tag)
