"""The manifest asks Slack for exactly what the code uses: commands, events, scopes, no more and no less."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Annotated, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field
from ruamel.yaml import YAML

from bot.commands.base import commands
from bot.scopes import METHODS, OPTIONAL, REQUIRED

ROOT = Path(__file__).parents[2]
LISTENERS = sorted((ROOT / "bot" / "listeners").glob("*.py"))
CALLERS = [*LISTENERS, *sorted((ROOT / "bot" / "adapters").glob("*.py")), ROOT / "bot" / "app.py"]


class Strict(BaseModel):
    """Slack's manifest schema as far as it is used; anything else in the file is a mistake."""

    model_config = ConfigDict(extra="forbid")


class Metadata(Strict):
    major_version: Literal[1, 2]
    minor_version: int


class Display(Strict):
    name: Annotated[str, Field(max_length=35)]
    description: Annotated[str, Field(max_length=140)]
    background_color: Annotated[str, Field(pattern=r"^#[0-9a-f]{6}$")]


class Home(Strict):
    home_tab_enabled: bool
    messages_tab_enabled: bool
    messages_tab_read_only_enabled: bool


class BotUser(Strict):
    display_name: Annotated[str, Field(max_length=80, pattern=r"^[a-z0-9._-]+$")]
    always_online: bool


class Slash(Strict):
    command: Annotated[str, Field(pattern=r"^/[a-z]{2,31}$")]
    description: Annotated[str, Field(max_length=2000)]
    usage_hint: Annotated[str, Field(max_length=1000)]
    should_escape: Literal[True]


class Features(Strict):
    app_home: Home
    bot_user: BotUser
    slash_commands: list[Slash]


class Scopes(Strict):
    bot: list[str]
    bot_optional: list[str]


class OAuth(Strict):
    scopes: Scopes


class Events(Strict):
    bot_events: list[str]


class Interactivity(Strict):
    is_enabled: Literal[True]


class Settings(Strict):
    event_subscriptions: Events
    interactivity: Interactivity
    org_deploy_enabled: bool
    socket_mode_enabled: Literal[True]
    token_rotation_enabled: Literal[False]


class Manifest(Strict):
    metadata: Metadata = Field(alias="_metadata")
    display_information: Display
    features: Features
    oauth_config: OAuth
    settings: Settings


@pytest.fixture(scope="module")
def manifest() -> Manifest:
    """The file, read strictly."""
    return Manifest.model_validate(YAML(typ="safe").load(ROOT / "manifest.yml"))


def calls(paths: list[Path], method: str) -> set[str]:
    """First string argument of every `….method("…")` in these files."""
    found = set()
    for path in paths:
        for node in ast.walk(ast.parse(path.read_text())):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr == method
                and node.args
                and isinstance(node.args[0], ast.Constant)
            ):
                found.add(node.args[0].value)
    return found


def test_scopes_are_the_ones_the_code_explains(manifest):
    """Required and optional scopes equal the tables from which the start-up test and `doctor` speak."""
    assert set(manifest.oauth_config.scopes.bot) == set(REQUIRED)
    assert set(manifest.oauth_config.scopes.bot_optional) == set(OPTIONAL)


def test_every_method_that_is_called_has_its_scope(manifest):
    """No Web API method is called whose scope nobody asks for, and none is listed that nobody calls."""
    text = "\n".join(path.read_text() for path in CALLERS)
    called = set(re.findall(r'"((?:auth|apps|chat|conversations|users|views|team|bots|files)\.[A-Za-z.]+)"', text))
    called |= {"auth.test"} if ".auth_test(" in text else set()
    called |= {"apps.connections.open"} if ".apps_connections_open(" in text else set()
    assert called == set(METHODS)
    granted = {*manifest.oauth_config.scopes.bot, *manifest.oauth_config.scopes.bot_optional}
    for method, wanted in METHODS.items():
        assert set(wanted) <= granted, method


def test_events_and_commands_are_the_ones_listened_to(manifest):
    """What the app subscribes to has a listener, and what has a listener is subscribed to."""
    assert set(manifest.settings.event_subscriptions.bot_events) == calls(LISTENERS, "event")
    assert {slash.command for slash in manifest.features.slash_commands} == calls(LISTENERS, "command")


def test_the_usage_hint_names_verbs_that_exist(manifest):
    """The hint under the composer shows real verbs, as their own help writes them."""
    known = {f"{c.verb} {c.usage.removeprefix(c.verb).strip()}".strip() for c in commands().values()}
    for hint in manifest.features.slash_commands[0].usage_hint.split(" | "):
        assert hint in known
