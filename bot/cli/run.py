"""`launch run`: the bot."""

from __future__ import annotations

import click

from bot.cli.terminal import examples


@click.command(
    "run",
    short_help="The bot: in your Slack, or in the local workspace without tokens.",
    epilog=examples(
        "launch run",
        "SLACK_BOT_TOKEN=xoxb-... SLACK_APP_TOKEN=xapp-... launch run",
    ),
)
def command() -> int:
    """Run the bot until Ctrl-C.

    With SLACK_BOT_TOKEN and SLACK_APP_TOKEN in the environment or in .env it joins that workspace by Socket Mode; no
    public address is needed. Without them it starts the local workspace with a demo company: launch demo.
    """
    from bot.config.settings import Mode, Settings

    settings = Settings.from_env()
    if settings.mode is Mode.DEMO:
        from bot.cli.demo import demo

        return demo()
    from bot.cli.running import serve

    return serve(settings, said=lambda team: f"The bot is in the workspace {team}. Stop with Ctrl-C.")
