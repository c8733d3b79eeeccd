"""What the gates for CI share: when they stop a build, what they write, and what Ctrl-C leaves."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from bot.cli.gate import Wanted, carry_out, finish, gate_options, gate_report
from bot.cli.progress import Bar
from bot.document import Document, Paragraph
from checks.model import Finding, Severity, Status

AT = datetime(2026, 11, 22, 9, tzinfo=UTC)
FINE = Finding("flow.smoke", "Sign-up", "ok", Status.PASS, Severity.LOW, "Sign-up works")
WORDS = Document("Sign-up works", (Paragraph(("All is well.",)),))


def code(*states: tuple[Status, Severity], fail_on: str | None = None, stopped: bool = False, into: Path) -> int:
    """The exit code for findings like these; the report goes into a file."""
    findings = [replace(FINE, target=f"flow {n}", status=a, severity=b) for n, (a, b) in enumerate(states)]
    report = gate_report("shop", findings, AT, 12)
    wanted = Wanted(form="json", output=into / "report.json", fail_on=fail_on)
    return finish(report, wanted, WORDS, stopped=stopped)


@pytest.mark.parametrize(
    ("states", "fail_on", "wanted"),
    [
        ([(Status.PASS, Severity.LOW)], None, 0),
        ([(Status.PASS, Severity.LOW), (Status.FAIL, Severity.LOW)], None, 1),
        ([(Status.FAIL, Severity.HIGH), (Status.UNKNOWN, Severity.BLOCKER)], None, 1),
        ([(Status.PASS, Severity.LOW), (Status.UNKNOWN, Severity.LOW)], None, 3),
        ([(Status.PASS, Severity.LOW), (Status.WARN, Severity.MEDIUM)], None, 0),
        ([(Status.WARN, Severity.MEDIUM)], "medium", 1),
        ([(Status.WARN, Severity.MEDIUM)], "high", 0),
        ([(Status.NA, Severity.LOW)], None, 3),
        ([], None, 3),
    ],
)
def test_what_stops_a_build(
    states: list[tuple[Status, Severity]], fail_on: str | None, wanted: int, tmp_path: Path
) -> None:
    """Anything that fails is 1; what could not be seen, or nothing at all, is 3 and never 0; the JSON says the same."""
    assert code(*states, fail_on=fail_on, into=tmp_path) == wanted
    verdict = json.loads((tmp_path / "report.json").read_text())["verdict"]
    if fail_on is None:
        assert verdict == {0: "go", 1: "no-go", 3: "not-proven"}[wanted]


def test_ctrl_c_leaves_a_report_of_what_was_finished(tmp_path: Path) -> None:
    """130, so that no script takes it for an answer."""
    assert code((Status.PASS, Severity.LOW), stopped=True, into=tmp_path) == 130
    assert len(json.loads((tmp_path / "report.json").read_text())["findings"]) == 1


def test_work_that_is_stopped_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    """The sentence is made afterwards, from what was finished."""
    done: list[int] = []

    async def work(bar: Bar) -> None:
        bar.say("walking")
        done.append(1)
        raise KeyboardInterrupt

    assert carry_out(work, lambda: f"Stopped after {len(done)} of 3 flows.")
    assert capsys.readouterr().err == "Stopped after 1 of 3 flows.\n"


@pytest.mark.parametrize("form", ["text", "markdown", "json", "junit", "sarif"])
def test_every_gate_has_the_same_options(form: str) -> None:
    """They arrive as one argument; each form is written."""

    @click.command()
    @click.option("--own", is_flag=True)
    @gate_options
    def command(*, wanted: Wanted, own: bool) -> int:
        assert own
        return finish(gate_report("shop", [FINE], AT, 12), wanted, WORDS)

    ran = CliRunner().invoke(command, ["--own", "--format", form, "--fail-on", "low"], standalone_mode=False)
    assert (ran.exception, ran.return_value) == (None, 0)
    assert "Sign-up" in ran.output
    assert "invalid choice" in str(CliRunner().invoke(command, ["--format", "xml"]).output).lower().replace(
        "is not one of", "invalid choice"
    )


def test_a_gate_without_its_file_says_which_and_why(tmp_path: Path) -> None:
    """Wrong use, with the command that writes one."""
    with pytest.raises(click.UsageError, match=r"no .*launch\.yml here, and flows are written there.*launch init"):
        Wanted(config=tmp_path / "launch.yml").launch_file("flows are written there.")
