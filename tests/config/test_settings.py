"""The environment: what it means, what is wrong with it, and that secrets stay inside."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.config.problems import ConfigError
from bot.config.settings import Mode, Settings

BOT = "xoxb-1111111111-2222222222-abcdefghijkl"
APP = "xapp-1-A111-2222-abcdefghijkl"


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET", "SLACK_API_URL", "LAUNCH_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    for name in ("LAUNCH_DATA", "LAUNCH_HTTP", "LAUNCH_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


def refusal() -> str:
    with pytest.raises(ConfigError) as caught:
        Settings.from_env()
    return str(caught.value)


def test_without_anything_it_is_the_demo_with_the_promised_defaults() -> None:
    """The contract's defaults."""
    settings = Settings.from_env()
    assert settings.mode is Mode.DEMO
    assert settings.slack_api_url == "https://slack.com/api/"
    assert (str(settings.launch_config), str(settings.launch_data)) == ("launch.yml", "data")
    assert settings.listen == ("127.0.0.1", 8090)


def test_both_tokens_mean_socket_mode(monkeypatch: pytest.MonkeyPatch) -> None:
    """The default way into a workspace."""
    monkeypatch.setenv("SLACK_BOT_TOKEN", BOT)
    monkeypatch.setenv("SLACK_APP_TOKEN", APP)
    assert Settings.from_env().mode is Mode.SOCKET


def test_a_bot_token_and_a_signing_secret_mean_http(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without an app token Slack calls the bot."""
    monkeypatch.setenv("SLACK_BOT_TOKEN", BOT)
    monkeypatch.setenv("SLACK_SIGNING_SECRET", "8f742231b10e8888abcd99yyyzzz85a5")
    assert Settings.from_env().mode is Mode.HTTP


@pytest.mark.parametrize(
    ("environment", "line"),
    [
        ({"SLACK_BOT_TOKEN": BOT}, "Add this line to .env: SLACK_APP_TOKEN=xapp-…"),
        ({"SLACK_APP_TOKEN": APP}, "Add this line to .env: SLACK_BOT_TOKEN=xoxb-…"),
        ({"SLACK_BOT_TOKEN": APP, "SLACK_APP_TOKEN": BOT}, "are swapped"),
        ({"SLACK_BOT_TOKEN": "Bearer foo", "SLACK_APP_TOKEN": APP}, "does not begin with xoxb-"),
        ({"SLACK_BOT_TOKEN": BOT, "SLACK_APP_TOKEN": "foo-bar-secret"}, "does not begin with xapp-"),
    ],
)
def test_half_a_pair_or_a_wrong_one_is_an_error(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], line: str
) -> None:
    """Not the demo: somebody wanted a workspace."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    said = refusal()
    assert line in said
    assert not any(value in said for value in environment.values())
    assert Settings.from_env(tokens=False) is not None


@pytest.mark.parametrize("value", ["8090", "127.0.0.1:99999", "127.0.0.1:http", "https://a.example:1", "a b:80"])
def test_an_address_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    """With an example of one that is."""
    monkeypatch.setenv("LAUNCH_HTTP", value)
    assert "write one such as 127.0.0.1:8090" in refusal()


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("0.0.0.0:80", ("0.0.0.0", 80)),
        (":9000", ("0.0.0.0", 9000)),
        ("[::1]:1", ("::1", 1)),
        ("localhost:5", ("localhost", 5)),
    ],
)
def test_addresses_as_people_write_them(monkeypatch: pytest.MonkeyPatch, value: str, expected: tuple[str, int]) -> None:
    """IPv6 too."""
    monkeypatch.setenv("LAUNCH_HTTP", value)
    assert Settings.from_env().listen == expected


def test_the_web_api_url_ends_in_a_slash(monkeypatch: pytest.MonkeyPatch) -> None:
    """The SDK joins method names to it."""
    monkeypatch.setenv("SLACK_API_URL", "http://127.0.0.1:8091/api")
    assert Settings.from_env().slack_api_url == "http://127.0.0.1:8091/api/"
    monkeypatch.setenv("SLACK_API_URL", "slack.com")
    assert "SLACK_API_URL: write a whole URL" in refusal()


def test_a_dot_env_file_is_read_and_the_environment_wins(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Hook secrets too, by sender."""
    (tmp_path / ".env").write_text(
        f"SLACK_BOT_TOKEN={BOT}\nSLACK_APP_TOKEN={APP}\nLAUNCH_DATA=there\nLAUNCH_HOOK_GITHUB_SECRET=one\nOTHER=1\n"
    )
    monkeypatch.setenv("LAUNCH_DATA", "here")
    monkeypatch.setenv("LAUNCH_HOOK_SENTRY_SECRET", "two")
    settings = Settings.from_env()
    assert settings.mode is Mode.SOCKET
    assert str(settings.launch_data) == "here"
    assert {name: secret.get_secret_value() for name, secret in settings.hook_secrets.items()} == {
        "github": "one",
        "sentry": "two",
    }


def test_an_empty_variable_counts_as_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """As shells and CI set them."""
    monkeypatch.setenv("SLACK_BOT_TOKEN", "")
    monkeypatch.setenv("LAUNCH_HTTP", "")
    assert Settings.from_env().mode is Mode.DEMO


def test_secrets_never_print(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither by print nor by repr nor as JSON."""
    monkeypatch.setenv("SLACK_BOT_TOKEN", BOT)
    monkeypatch.setenv("SLACK_APP_TOKEN", APP)
    monkeypatch.setenv("LAUNCH_TOKEN", "bearer-value-123")
    settings = Settings.from_env()
    shown = f"{settings} {settings!r} {settings.model_dump_json()}"
    assert not any(secret in shown for secret in (BOT, APP, "bearer-value-123"))
    assert set(settings.secrets) == {BOT, APP, "bearer-value-123"}


@pytest.mark.parametrize(
    "url",
    [
        "https://user:hunter2@slack.test/api/",
        "https://hunter2@slack.test/",
        "https://slack.test/api/?token=hunter2",
        "http://[::1/hunter2",
        "http://slack.test:99999/hunter2",
        "ftp://slack.test/hunter2",
        "hunter2",
    ],
)
def test_an_address_of_slack_that_cannot_be_used_is_refused_and_not_repeated(
    monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    """Someone may have put a password into it."""
    monkeypatch.setenv("SLACK_API_URL", url)
    with pytest.raises(ConfigError) as refused:
        Settings.from_env(env_file=None)
    assert "SLACK_API_URL" in str(refused.value)
    assert "hunter2" not in str(refused.value)
