"""The command line as a whole: help, wrong words, broken pipes, and what happens when we ourselves are wrong."""

from __future__ import annotations

import asyncio
import json
import re
import shlex
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import click
import pytest

from bot.cli import COMMANDS, execute, launch
from bot.cli.errors import guarded
from tests.cli.conftest import Ran, clean

Launch = Callable[..., Awaitable[Ran]]


def said(capsys: pytest.CaptureFixture[str], *args: str) -> tuple[int, str, str]:
    """Run in this process; exit code and what was written."""
    code = execute(args)
    out, err = capsys.readouterr()
    return code, out, err


@pytest.mark.parametrize("name", COMMANDS)
def test_help_of_each_command_has_an_example(capsys: pytest.CaptureFixture[str], name: str) -> None:
    """A line that can be pasted, naming the command, and no line wider than the window."""
    code, out, _ = said(capsys, name, "--help")
    assert code == 0
    examples = out.partition("Example")[2]
    assert re.search(rf"^  .*launch {name}", examples, re.MULTILINE)
    assert max(map(len, out.splitlines())) <= 100


@pytest.mark.parametrize("name", ["check", "schema", "patch"])
def test_help_of_commands_below_config(capsys: pytest.CaptureFixture[str], name: str) -> None:
    """They have examples too."""
    assert f"launch config {name}" in said(capsys, "config", name, "--help")[1].partition("Example")[2]


def test_every_example_in_the_help_is_a_command_line_that_exists() -> None:
    """Help that cannot be pasted is worse than none: each example is parsed, without running it."""
    context = click.Context(launch, info_name="launch")
    for name in COMMANDS:
        command = launch.get_command(context, name)
        assert command is not None
        lines = re.findall(r"^  (?:\S+=\S+ )*launch (\S+) ?(.*)$", command.epilog or "", re.MULTILINE)
        assert lines
        for verb, rest in lines:
            assert verb == name
            # As a shell reads it, up to the remark that may stand beside it.
            words = shlex.split(re.split(r"\s{2,}| >", rest)[0])
            command.make_context(name, words, parent=context, resilient_parsing=False)


def test_help_lists_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    """In the order in which people meet them."""
    code, out, _ = said(capsys, "--help")
    listed = re.findall(r"^  ([a-z]+)  ", out.partition("Commands:")[2].partition("Example")[0], re.MULTILINE)
    assert (code, tuple(listed)) == (0, COMMANDS)


@pytest.mark.parametrize(
    ("args", "near"),
    [
        (("chek",), 'did you mean "check"?'),
        (("docter",), 'did you mean "doctor"?'),
        (("zzzz",), 'There is no command "zzzz".'),
        (("explain", "mail.sfp"), 'did you mean "mail.spf"?'),
        (("explain", "\x1b[2J"), "There is no check"),
        (("init",), "DOMAIN is missing. For example: launch init example.com"),
        (("init", "203.0.113.9"), "203.0.113.9 is an IP address"),
        (("requirements", "--format", "xml"), "'xml' is not one of"),
        (("config", "chekc"), 'There is no command "chekc", did you mean "check"?'),
        ((), "launch check example.com"),
    ],
)
def test_wrong_words_are_exit_2_with_the_nearest_right_one(
    capsys: pytest.CaptureFixture[str], args: tuple[str, ...], near: str
) -> None:
    """And never a traceback."""
    code, out, err = said(capsys, *args)
    assert (code, out) == (2, "")
    assert near in err
    assert "\x1b" not in err
    assert "Traceback" not in err


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    """For reports of mistakes."""
    assert re.fullmatch(r"launch \d+\.\d+\.\d+\S*\n", said(capsys, "--version")[1])


def test_explain_lists_all_and_tells_of_one(capsys: pytest.CaptureFixture[str]) -> None:
    """By family, by check, as a list."""
    from checks.registry import load

    everything = said(capsys, "explain")
    assert everything[0] == 0
    assert all(id in everything[1] for id in load())
    one = said(capsys, "explain", "TLS.Valid")
    assert one[0] == 0
    assert "How it is measured" in one[1]
    assert "tls.expiry" in said(capsys, "explain", "tls")[1]


def test_a_mistake_of_our_own_is_one_line(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit 1 and how to see more; with LAUNCH_DEBUG=1 the traceback, secrets masked."""

    def wrong() -> None:
        raise KeyError("xoxb-123456789012-abcdefABCDEF123456")

    assert guarded(wrong, sys.stderr) == 1
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert "LAUNCH_DEBUG=1" in err
    monkeypatch.setenv("LAUNCH_DEBUG", "1")
    assert guarded(wrong, sys.stderr) == 1
    err = capsys.readouterr().err
    assert "Traceback" in err
    assert "abcdefABCDEF123456" not in err


async def test_a_reader_that_leaves_early_is_no_error(tmp_path: Path) -> None:
    """`launch requirements | head -1`."""
    process = await asyncio.create_subprocess_shell(
        f"{sys.executable} -m bot requirements | head -1",
        cwd=tmp_path,
        env=clean(),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await asyncio.wait_for(process.communicate(), 60)
    assert out.decode().strip()
    assert err == b""


async def test_a_terminal_that_knows_only_ascii_gets_ascii(launch: Launch) -> None:
    """LANG=C, as in cron and small containers."""
    ran = await launch("explain", "mail.spf", PYTHONUTF8="0", PYTHONIOENCODING="ascii")
    assert ran.code == 0
    assert ran.out.isascii()


def test_requirements_are_all_there_and_fit(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """115 rows, each id once, at 80 columns."""
    monkeypatch.setenv("COLUMNS", "80")
    code, out, _ = said(capsys, "requirements")
    assert code == 0
    assert len(set(re.findall(r"^([A-Z]+-\d+) ", out, re.MULTILINE))) == 115
    assert max(map(len, out.splitlines())) <= 80
    code, out, _ = said(capsys, "requirements", "--format", "json")
    rows = {row["id"]: row for row in json.loads(out)["requirements"]}
    assert len(rows) == 115
    assert "mail.spf" in rows["MAIL-1"]["checks"]
    assert rows["AUD-3"]["commands"] == ["launch check", "/launch check"]


def test_every_id_that_a_check_declares_is_a_requirement() -> None:
    """The table and the registry agree."""
    from bot.services.requirements import HOW, requirements, unknown_ids
    from checks.registry import load

    assert unknown_ids(load().values()) == ()
    assert all(set(row.how) <= set(HOW) and row.what for row in requirements())


async def test_half_a_pair_of_tokens_is_exit_2_with_the_line_to_add(launch: Launch) -> None:
    """Not the demo, and the token is not repeated."""
    token = "xoxb-1111111111-2222222222-abcdefghijkl"
    ran = await launch("run", SLACK_BOT_TOKEN=token)
    assert ran.code == 2
    assert "Add this line to .env: SLACK_APP_TOKEN=xapp-…" in ran.err
    assert token not in ran.out + ran.err


async def test_help_is_quick_because_commands_are_imported_when_needed(launch: Launch) -> None:
    """`launch --help` loads neither asyncio nor what only the work needs."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        "import sys; from bot.cli import execute; execute(['--help'])\n"
        "heavy = {'asyncio', 'pydantic', 'ruamel.yaml', 'slack_sdk', 'aiohttp', 'httpx', 'dns', 'checks.model'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)",
        env=clean(),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    _, err = await asyncio.wait_for(process.communicate(), 60)
    assert err.decode().strip() == "[]"
    assert (await launch("--help")).code == 0


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        (("perf", "--samples", "3"), "--samples takes a number from 20 to 720."),
        (("check", "example.com", "--timeout", "0"), "--timeout takes a number from 1 to 3600."),
        (("check", "example.com", "--timeout", "soon"), "--timeout takes a number from 1 to 3600."),
    ],
)
def test_a_number_out_of_range_is_answered_in_words(
    capsys: pytest.CaptureFixture[str], args: tuple[str, ...], sentence: str
) -> None:
    """Not with `1<=x<=3600`."""
    code, out, err = said(capsys, *args)
    assert (code, out) == (2, "")
    assert sentence in err
    assert "<=" not in err


def test_help_is_a_word_too(capsys: pytest.CaptureFixture[str]) -> None:
    """As in Slack: `launch help`, `launch help check`."""
    assert said(capsys, "help") == said(capsys, "--help")
    assert said(capsys, "help", "check") == said(capsys, "check", "--help")
    code, _, err = said(capsys, "help", "chek")
    assert code == 2
    assert 'did you mean "check"?' in err
