"""docs/ci.md: its files are what GitHub and GitLab read, each `launch` in them is understood, and reports are told."""

from __future__ import annotations

import asyncio
import importlib
import re
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from ruamel.yaml import YAML

from bot.cli import COMMANDS
from bot.domain.gates import GATES
from bot.store import gates
from tests.cli.conftest import clean
from tests.cli.test_deploy import TAKEN, Stub, a_bot
from tests.meta.shown import FENCE
from tests.services.doorstep import START, TOKEN

PAGE = (Path(__file__).parents[2] / "docs" / "ci.md").read_text(encoding="utf-8")
FILES = [YAML(typ="safe").load(text) for language, text in FENCE.findall(PAGE) if language == "yaml"]
SHELL = [text for language, text in FENCE.findall(PAGE) if language == "text"]
WORKFLOWS = [file for file in FILES if isinstance(file, dict) and "jobs" in file]
[ACTION] = [file for file in FILES if isinstance(file, dict) and "runs" in file]
[GITLAB] = [file for file in FILES if isinstance(file, dict) and "stages" in file]
EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}")
CONTEXTS = {"github", "secrets", "steps", "inputs"}
FUNCTIONS = {"cancelled", "failure", "hashFiles"}
SHA = "a1b2c3d4" * 5


def steps() -> Iterator[dict[str, Any]]:
    """Each step of each workflow and of the action."""
    for file in WORKFLOWS:
        for job in file["jobs"].values():
            yield from job["steps"]
    yield from ACTION["runs"]["steps"]


def scripts() -> list[str]:
    """Every line that a shell runs."""
    lines = [line for step in steps() for line in step.get("run", "").splitlines()]
    for job in (GITLAB["gates"], GITLAB["deploy"]):
        lines += job["script"]
    return [*lines, *(line for text in SHELL for line in text.splitlines())]


def commands() -> list[str]:
    """Each `launch …` of them, without what stands around it."""
    found = []
    for line in scripts():
        found += re.findall(r"(?<![\w/.-])launch (?!ready\b)[a-z]+[^;|}]*", EXPRESSION.sub(SHA, line))
    return sorted({command.strip() for command in found})


@pytest.mark.parametrize("command", commands())
def test_each_command_is_one_with_options_that_it_has(command):
    """As click reads it; nothing is run."""
    words = [word for word in shlex.split(command) if word != "$WAIT"]
    assert words[1] in COMMANDS
    found = importlib.import_module(f"bot.cli.{words[1]}").command
    filled = [{"$STATUS": "live", "$PLACE": "production", "$SERVICE": ""}.get(word, word) for word in words[2:]]
    context = found.make_context(words[1], filled, resilient_parsing=False)
    assert isinstance(context, click.Context)
    context.close()


def test_every_gate_is_used():
    """The page names those that its table promises."""
    named = {command.split()[1] for command in commands()}
    assert named >= {"secrets", "env", "migrations", "smoke", "perf", "deploy"}


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file["name"])
def test_a_workflow_has_the_form_that_github_reads(file):
    """Jobs with a machine and steps; each step either uses or runs; jobs that are needed exist."""
    assert {"name", True, "jobs"} <= set(file) or {"name", "on", "jobs"} <= set(file)
    for job in file["jobs"].values():
        assert job["runs-on"] == "ubuntu-latest"
        assert job.get("needs", "gates") in {*file["jobs"], "gates"}
        for step in job["steps"]:
            assert ("uses" in step) != ("run" in step)
            assert set(step) <= {"name", "id", "if", "uses", "with", "run", "env", "continue-on-error"}


def test_expressions_read_what_there_is():
    """Contexts and functions of GitHub, steps and inputs that are defined, secrets that the page explains."""
    text = str(FILES)
    ids = {step["id"] for step in steps() if "id" in step}
    for expression in EXPRESSION.findall(text):
        for context, name in re.findall(r"\b([a-z]+)\.(\w+)", re.sub(r"'[^']*'", "", expression)):
            assert context in CONTEXTS, expression
            assert context != "steps" or name in ids
            assert context != "inputs" or name in ACTION["inputs"]
        assert set(re.findall(r"(\w+)\(", expression)) <= FUNCTIONS
    table = PAGE.partition("## What has to be set")[2].partition("\n## ")[0]
    for name in set(re.findall(r"secrets\.(LAUNCH_\w+)", text)):
        assert f"| {name} |" in table


def test_no_text_from_outside_gets_into_a_script():
    """Only commit ids are put into a line by GitHub itself; whatever people write goes by the environment."""
    for step in steps():
        assert set(EXPRESSION.findall(step.get("run", ""))) <= {" github.event.before "}


async def shell(folder: Path, line: str, **environment: str) -> tuple[int, str]:
    """A line as a runner runs it, with `launch` on its path."""
    shim = folder / "bin" / "launch"
    shim.parent.mkdir(exist_ok=True)
    shim.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m bot "$@"\n', encoding="utf-8")
    shim.chmod(0o755)
    around = clean(**environment)
    process = await asyncio.create_subprocess_exec(
        *("/bin/bash", "-e", "-c", line),
        cwd=folder,
        env={**around, "PATH": f"{shim.parent}:{around['PATH']}"},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    async with asyncio.timeout(60):
        said, _ = await process.communicate()
    return process.returncode or 0, said.decode()


GITHUB = {
    "GITHUB_SHA": SHA,
    "GITHUB_ACTOR": "ana",
    "GITHUB_REPOSITORY": "acme/shop",
    "GITHUB_RUN_ID": "99",
    "GITHUB_RUN_ATTEMPT": "1",
}


async def test_the_reports_of_the_workflow_are_told(tmp_path):
    """Each line with `launch deploy` in GitHub's environment: started, failed, live with the range of changes."""
    stub = Stub(TAKEN, TAKEN, TAKEN, (200, {"stage": "good", "over": True}))
    lines = [step["run"] for step in WORKFLOWS[0]["jobs"]["deploy"]["steps"] if "launch deploy" in step.get("run", "")]
    async with stub.up() as url:
        for line in lines:
            code, said = await shell(
                tmp_path, EXPRESSION.sub("0f" * 20, line), LAUNCH_URL=url, LAUNCH_TOKEN=TOKEN, **GITHUB
            )
            assert code == 0, said
    assert [body["status"] for body in stub.bodies] == ["started", "failed", "live"]
    assert len({body["key"] for body in stub.bodies}) == 1
    assert stub.bodies[-1]["compare_url"] == f"https://github.com/acme/shop/compare/{'0f' * 20}...{SHA}"


async def test_the_action_tells_what_it_was_given(tmp_path):
    """With a service and without, with waiting and without."""
    [line] = [step["run"] for step in ACTION["runs"]["steps"] if "launch deploy" in step.get("run", "")]
    stub = Stub(TAKEN, TAKEN, (200, {"stage": "good", "over": True}))
    given = {"STATUS": "live", "PLACE": "production", **GITHUB, "LAUNCH_TOKEN": TOKEN}
    async with stub.up() as url:
        for service, wait in (("", ""), ("shop", "--wait")):
            code, said = await shell(tmp_path, line, LAUNCH_URL=url, SERVICE=service, WAIT=wait, **given)
            assert code == 0, said
    assert [body.get("service") for body in stub.bodies] == [None, "shop"]
    assert stub.asked[-1].startswith("GET ")


def test_every_gate_of_the_page_tells_the_bot():
    """With the address and the token in its environment, wherever GitHub runs it."""
    told = [command for command in commands() if command.split()[1] in GATES]
    assert {command.split()[1] for command in told} == set(GATES)
    assert all("--tell" in command for command in told)
    jobs = [job for file in WORKFLOWS for job in file["jobs"].values() if "--tell" in str(job)]
    assert len(jobs) == 2
    assert all({"LAUNCH_URL", "LAUNCH_TOKEN"} <= set(job["env"]) for job in jobs)


async def test_the_gates_of_the_workflow_reach_the_bot(tmp_path):
    """Each line as GitHub runs it, against a real door: one build that is stopped by what is wrong in the code."""
    code = tmp_path / "code"
    (code / "migrations").mkdir(parents=True)
    (code / ".env.example").write_text("SHOP_KEY=\n")
    git = "git -c user.name=a -c user.email=a@b.test"
    assert (await shell(code, f"git init -q; {git} commit -q --allow-empty -m x; git rev-parse HEAD"))[0] == 0
    (code / "migrations" / "1.sql").write_text("DROP TABLE orders;\n")
    assert (await shell(code, f"git add .; {git} commit -q -m y"))[0] == 0
    lines = [step["run"] for step in WORKFLOWS[0]["jobs"]["gates"]["steps"] if "launch " in step.get("run", "")]
    async with a_bot(tmp_path) as (door, around):
        told = {**GITHUB, "LAUNCH_URL": f"http://{around['LAUNCH_HTTP']}", "LAUNCH_TOKEN": TOKEN}
        ended = [await shell(code, EXPRESSION.sub("HEAD~1", line), **told) for line in lines if "--tell" in line]
        assert [code for code, _ in ended] == [0, 1, 1], ended
        assert all("The bot has been told." in said for _, said in ended)
        await door.settled()
        [build] = await door.store.read(lambda c: gates.recent(c, door.config.product, START.replace(year=2000)))
    assert [one.name for one in build.stopped] == ["migrations", "env"]
    assert [one.name for one in build.passed] == ["secrets"]


async def test_the_line_of_curl_for_a_gate_of_ones_own_is_understood(tmp_path):
    """With the values that the words of its outcome need."""
    [line] = [text for text in SHELL if text.startswith("curl") and "/hooks/gate" in text]
    async with a_bot(tmp_path) as (door, around):
        url = f"http://{around['LAUNCH_HTTP']}"
        code, said = await shell(tmp_path, line.replace("https://launch.example.com", url), LAUNCH_TOKEN=TOKEN)
        assert code == 0, said
        await door.settled()
        [result] = await door.store.read(lambda c: gates.results(c, door.config.product))
    assert (result.found.code, result.version, result.branch) == ("ok", "v43", "main")


async def test_a_deploy_that_fails_in_gitlab_is_told_and_fails(tmp_path):
    """The job ends with 1, and the bot knows."""
    stub = Stub(TAKEN)
    (tmp_path / "deploy.sh").write_text("#!/bin/sh\nexit 7\n")
    (tmp_path / "deploy.sh").chmod(0o755)
    async with stub.up() as url:
        code, _ = await shell(
            tmp_path,
            "\n".join(GITLAB["deploy"]["script"]),
            LAUNCH_URL=url,
            LAUNCH_TOKEN=TOKEN,
            CI_COMMIT_SHA=SHA,
            CI_PIPELINE_ID="5",
            CI_ENVIRONMENT_NAME="production",
        )
    assert code == 1
    assert [body["status"] for body in stub.bodies] == ["started", "failed"]


async def test_the_line_of_curl_is_understood(tmp_path):
    """It reaches a real door, which writes it down."""
    [line] = [text for text in SHELL if text.startswith("curl") and "/hooks/launch" in text]
    async with a_bot(tmp_path) as (door, around):
        url = f"http://{around['LAUNCH_HTTP']}"
        code, said = await shell(tmp_path, line.replace("https://launch.example.com", url), LAUNCH_TOKEN=TOKEN)
        assert code == 0, said
        await door.settled()
        assert [one.version for one in await door.known()] == ["v43"]
