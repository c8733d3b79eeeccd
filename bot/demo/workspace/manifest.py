"""The app's manifest, as far as the workspace acts on it: names, scopes, events, commands, shortcuts.

A subset of Slack's manifest schema (version 1). Unknown keys are refused, as at Slack.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field
from ruamel.yaml import YAML


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Metadata(_Part):
    major_version: int = 1
    minor_version: int = 1


class Display(_Part):
    name: str = Field(min_length=1, max_length=35)
    description: str = Field(default="", max_length=140)
    long_description: str | None = Field(default=None, min_length=175, max_length=4000)
    background_color: str | None = Field(default=None, pattern=r"^#(?:[0-9a-fA-F]{3}){1,2}$")


class AppHome(_Part):
    home_tab_enabled: bool = False
    messages_tab_enabled: bool = False
    messages_tab_read_only_enabled: bool = True


class BotUser(_Part):
    display_name: str = Field(min_length=1, max_length=80)
    always_online: bool = False


class Shortcut(_Part):
    name: str = Field(max_length=24)
    type: Literal["message", "global"]
    callback_id: str = Field(max_length=255)
    description: str = Field(max_length=150)


class SlashCommand(_Part):
    command: str = Field(pattern=r"^/\S{1,31}$")
    description: str = Field(min_length=1, max_length=2000)
    usage_hint: str = Field(default="", max_length=1000)
    should_escape: bool = False
    url: str = ""


class Features(_Part):
    app_home: AppHome = AppHome()
    bot_user: BotUser
    shortcuts: tuple[Shortcut, ...] = Field(default=(), max_length=10)
    slash_commands: tuple[SlashCommand, ...] = Field(default=(), max_length=50)


class Scopes(_Part):
    bot: tuple[str, ...] = Field(default=(), max_length=255)
    bot_optional: tuple[str, ...] = Field(default=(), max_length=255)


class OAuth(_Part):
    scopes: Scopes = Scopes()
    redirect_urls: tuple[str, ...] = ()


class Events(_Part):
    request_url: str = ""
    bot_events: tuple[str, ...] = Field(default=(), max_length=100)


class Interactivity(_Part):
    is_enabled: bool = False
    request_url: str = ""
    message_menu_options_url: str = ""


class Settings(_Part):
    event_subscriptions: Events = Events()
    interactivity: Interactivity = Interactivity()
    org_deploy_enabled: bool = False
    socket_mode_enabled: bool = False
    token_rotation_enabled: bool = False


class Manifest(_Part):
    """What the app asks for, and what it offers."""

    metadata: Metadata = Field(default=Metadata(), alias="_metadata")
    display_information: Display
    features: Features
    oauth_config: OAuth = OAuth()
    settings: Settings = Settings()

    def scopes(self, *, optional: bool = True) -> tuple[str, ...]:
        """The scopes that the bot token is given; `optional` says whether the installer granted the optional ones."""
        asked = self.oauth_config.scopes
        return asked.bot + (asked.bot_optional if optional else ())

    def command(self, name: str) -> SlashCommand | None:
        """The slash command of that name, with its slash."""
        return next((each for each in self.features.slash_commands if each.command == name), None)


def find() -> Path:
    """The manifest beside the sources, or the copy that an installed package carries."""
    here = Path(__file__).resolve()
    for place in (here.parents[3] / "manifest.yml", here.parents[1] / "manifest.yml"):
        if place.is_file():
            return place
    raise FileNotFoundError("manifest.yml is missing: it belongs beside the folder bot/")


def load(path: Path | None = None) -> Manifest:
    """Read a manifest; raises pydantic's ValidationError where Slack would refuse it."""
    return Manifest.model_validate(YAML(typ="safe").load((path or find()).read_text(encoding="utf-8")))
