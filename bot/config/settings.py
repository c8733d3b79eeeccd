"""What the environment says (and a `.env` file beside it): tokens, folders, addresses. Secrets never print."""

from __future__ import annotations

import os
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from dotenv import dotenv_values
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError

from bot.config.names import is_address, shown
from bot.config.problems import ConfigError, Problem
from bot.config.values import refuse

SLACK_API = "https://slack.com/api/"
_HOOK = ("LAUNCH_HOOK_", "_SECRET")


class Mode(StrEnum):
    """How the bot talks with Slack."""

    SOCKET = "socket"
    """Socket Mode: both tokens are there."""
    HTTP = "http"
    """Slack calls the bot's own HTTP server: a bot token and a signing secret."""
    DEMO = "demo"
    """Neither token: the local workspace."""


def _api_url(text: str) -> str:
    try:
        parts = urlsplit(text.strip())
        whole = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        whole = False
    if not whole:
        raise refuse("write a whole URL, such as https://slack.com/api/")
    if parts.username is not None or parts.query or parts.fragment:
        raise refuse("leave user name, password and everything behind ? out of the URL")
    return text.strip().rstrip("/") + "/"


def _listen(text: str) -> str:
    host, port = listen_address(text)
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def listen_address(text: str) -> tuple[str, int]:
    """`127.0.0.1:8090`, `:8090`, `[::1]:8090` or `localhost:8090` as (host, port)."""
    host, colon, port = text.strip().rpartition(":")
    host = host.removeprefix("[").removesuffix("]") or "0.0.0.0"  # noqa: S104  (":8090" asks for every address)
    plain = host.replace("-", "").replace(".", "").isalnum() or is_address(host)
    if not colon or not plain or not port.isdigit() or int(port) > 65535:
        raise refuse(f'"{shown(text)}" is not an address to listen on; write one such as 127.0.0.1:8090')
    return host, int(port)


class Settings(BaseModel):
    """The environment: `Settings.from_env()` reads it and explains what is wrong."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    slack_bot_token: SecretStr | None = Field(default=None, description="Bot token, xoxb-…")
    slack_app_token: SecretStr | None = Field(
        default=None, description="App-level token with connections:write, xapp-…"
    )
    slack_signing_secret: SecretStr | None = Field(default=None, description="Signing secret, for HTTP mode")
    slack_api_url: Annotated[str, AfterValidator(_api_url)] = Field(
        default=SLACK_API, description="Base URL of the Web API"
    )
    launch_config: Path = Field(default=Path("launch.yml"), description="The configuration file")
    launch_data: Path = Field(default=Path("data"), description="Folder of the SQLite file")
    launch_http: Annotated[str, AfterValidator(_listen)] = Field(
        default="127.0.0.1:8090", description="Where the bot's own HTTP server listens"
    )
    launch_token: SecretStr | None = Field(default=None, description="Bearer token for /events and `launch deploy`")
    hook_secrets: dict[str, SecretStr] = Field(
        default={}, description="Secret per sender, from LAUNCH_HOOK_<SOURCE>_SECRET"
    )

    @classmethod
    def from_env(cls, *, env_file: str | Path | None = ".env", tokens: bool = True, **overrides: Any) -> Settings:
        """Read the environment, then the file for what it lacks. Raises `ConfigError`; no message repeats a secret.

        `tokens=False` is for commands that do not speak with Slack: half a pair of tokens is none of their business.
        """
        try:
            said = {**_file(env_file), **_set(os.environ)}
            named = {name.lower(): value for name, value in said.items()}
            found = cls(**{**named, "hook_secrets": _hooks(said), **overrides})
        except ValidationError as error:
            raise ConfigError(
                Problem(f"{'.'.join(map(str, item['loc'])).upper()}: {item['msg']}", "environment")
                for item in error.errors(include_url=False, include_input=False)
            ) from None
        except (OSError, UnicodeError) as error:
            raise ConfigError([Problem(f"{env_file} cannot be read: {error}", "environment")]) from None
        problems = found.token_problems() if tokens else []
        if problems:
            raise ConfigError(Problem(problem, "environment") for problem in problems)
        return found

    def token_problems(self) -> list[str]:
        """What is wrong with the tokens as a set, each with the exact line to write."""
        bot, app = _plain(self.slack_bot_token), _plain(self.slack_app_token)
        problems = []
        if bot.startswith("xapp-") or app.startswith(("xoxb-", "xoxp-")):
            problems.append("SLACK_BOT_TOKEN and SLACK_APP_TOKEN are swapped: the bot token begins with xoxb-")
        elif bot and not bot.startswith(("xoxb-", "xoxe.xoxb-")):
            problems.append(
                "SLACK_BOT_TOKEN does not begin with xoxb-; copy the Bot User OAuth Token from OAuth & Permissions"
            )
        elif app and not app.startswith("xapp-"):
            problems.append(
                "SLACK_APP_TOKEN does not begin with xapp-; make one under Basic Information, App-Level Tokens"
            )
        if bot and not app and not self.slack_signing_secret:
            problems.append(
                "SLACK_APP_TOKEN is missing. Add this line to .env: SLACK_APP_TOKEN=xapp-… "
                "(api.slack.com/apps, Basic Information, App-Level Tokens, scope connections:write)"
            )
        if app and not bot:
            problems.append(
                "SLACK_BOT_TOKEN is missing. Add this line to .env: SLACK_BOT_TOKEN=xoxb-… "
                "(api.slack.com/apps, OAuth & Permissions, Bot User OAuth Token)"
            )
        return problems

    @property
    def mode(self) -> Mode:
        """Socket Mode with both tokens, HTTP mode with a signing secret instead of the app token, else the demo."""
        if self.slack_bot_token and self.slack_app_token:
            return Mode.SOCKET
        return Mode.HTTP if self.slack_bot_token and self.slack_signing_secret else Mode.DEMO

    @property
    def listen(self) -> tuple[str, int]:
        """(host, port) of the bot's own HTTP server."""
        return listen_address(self.launch_http)

    @property
    def database(self) -> Path:
        """The SQLite file."""
        return self.launch_data / "launch.db"

    @property
    def senders(self) -> dict[str, str]:
        """By what senders prove who they are: secrets by the names of their variables."""
        before, after = _HOOK
        found = {before + name.upper() + after: _plain(value) for name, value in self.hook_secrets.items()}
        return {**found, "LAUNCH_TOKEN": _plain(self.launch_token)}

    @property
    def secrets(self) -> tuple[str, ...]:
        """Every secret value, for masking what is logged or shown."""
        own = (self.slack_bot_token, self.slack_app_token, self.slack_signing_secret, self.launch_token)
        return tuple(filter(None, map(_plain, (*own, *self.hook_secrets.values()))))


def variable(name: str, *, env_file: str | Path | None = ".env") -> str:
    """One environment variable that `launch.yml` names, else its line in `.env`; "" where it is nowhere.

    Read anew each time: a line that was mended counts without a restart.
    """
    try:
        return os.environ.get(name, "").strip() or _file(env_file).get(name, "").strip()
    except (OSError, UnicodeError):
        return ""


def _plain(secret: SecretStr | None) -> str:
    return secret.get_secret_value().strip() if secret else ""


def _set(values: Mapping[str, str | None]) -> dict[str, str]:
    """Those that are not empty."""
    return {name: value for name, value in values.items() if value}


def _file(env_file: str | Path | None) -> dict[str, str]:
    """The lines of a `.env` file; nothing where there is none. Raises OSError or UnicodeError."""
    return _set(dotenv_values(env_file)) if env_file and Path(env_file).is_file() else {}


def _hooks(said: Mapping[str, str]) -> dict[str, SecretStr]:
    """`LAUNCH_HOOK_GITHUB_SECRET=…` as `{"github": …}`."""
    before, after = _HOOK
    return {
        name[len(before) : -len(after)].lower(): SecretStr(value)
        for name, value in said.items()
        if name.startswith(before) and name.endswith(after) and len(name) > len(before) + len(after)
    }
