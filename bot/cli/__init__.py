"""`launch …`: one file per command. A command is imported when it is needed, and imports its work when it runs.

Exit codes: 0 in order · 1 something is wrong · 2 wrong usage or configuration · 3 not proven · 130 stopped by Ctrl-C.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence

import click

from bot.cli.errors import guarded
from bot.cli.terminal import Group, examples

COMMANDS = (
    "run",
    "demo",
    "init",
    "check",
    "smoke",
    "perf",
    "secrets",
    "env",
    "migrations",
    "explain",
    "runbook",
    "deploy",
    "config",
    "doctor",
    "requirements",
    "providers",
    "handover",
    "export",
    "backup",
    "restore",
    "erase",
)
"""In the order in which a founder meets them; the module of each has its name and holds `command`."""


class Commands(Group):
    """The group of all commands; it imports a command's module only when it is asked for."""

    tries = ("launch check example.com", "launch explain mail.spf")

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """In the order of `COMMANDS`."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command, or None."""
        if cmd_name not in COMMANDS:
            return None
        found = importlib.import_module(f"bot.cli.{cmd_name}").command
        return found if isinstance(found, click.Command) else None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As usual; `launch help check` is `launch check --help`, since `/launch help check` is what Slack takes."""
        if args[0] == "help":
            if len(args) == 1:
                click.echo(ctx.get_help())
                ctx.exit()
            args = [*args[1:2], "--help"]
        return super().resolve_command(ctx, args)


@click.command(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=examples(
        "launch check example.com     is it safe to launch? needs no account and no set-up",
        "launch init example.com      write a launch.yml with what was found",
        "launch demo                  try the bot, on this machine alone",
        "launch explain mail.spf      why a check matters, and how to repair it",
    ),
)
@click.version_option(None, "--version", package_name="launch-ready", message="launch %(version)s")
def launch() -> None:
    """Launch Ready: is it safe to launch, and what breaks?

    Looks at a product from outside, as customers see it, and says what to repair first.

    Exit codes: 0 in order · 1 something is wrong · 2 wrong usage or configuration · 3 not proven.
    """


def execute(args: Sequence[str]) -> int:
    """Run one command line; returns the exit code. Never a traceback, unless LAUNCH_DEBUG=1 asks for it."""
    return guarded(lambda: launch.main(list(args), prog_name="launch", standalone_mode=False), sys.stderr)
