"""What `launch.yml` may say about counted events, and how it says what is wrong there."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.config.load import load
from bot.config.problems import ConfigError
from bot.domain.spike_words import KINDS
from bot.services.config import Config
from bot.services.events_owners import usual

HEAD = """
product: {domain: shop.test}
services: {shop: {}, log-in: {}}
hosts: [{name: a.shop.test, service: log-in, flow: login}]
"""


def write(tmp_path: Path, text: str) -> Path:
    """A file with that below its head."""
    path = tmp_path / "launch.yml"
    path.write_text(HEAD + text, encoding="utf-8")
    return path


def test_every_kind_can_have_a_limit(tmp_path: Path) -> None:
    """All that is told is known to the file, and an entry with nothing behind it changes nothing."""
    lines = "".join(f"    {kind}: {{at_least: 7}}\n" for kind in KINDS)
    file = load(write(tmp_path, f"events:\n  kinds:\n{lines}"))
    assert {kind: file.events.limit(kind).at_least for kind in KINDS} == dict.fromkeys(KINDS, 7)
    file = load(write(tmp_path, "events:\n  kinds:\n    error:\n"))
    assert file.events.limit("error").told
    assert file.events.limit("login_ok").at_least is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("events: {kinds: {loginfailed: {}}}", 'did you mean "login_failed"'),
        ("events: {kinds: {login_ok: {}}}", "is not one of"),
        ("events: {kinds: {error: {at_least: 0}}}", "at least 1"),
        ("events: {kinds: {error: {service: shp}}}", 'did you mean "shop"'),
        ("events: {limits: {}}", "limits"),
    ],
)
def test_mistakes_are_named(tmp_path: Path, text: str, said: str) -> None:
    """With the nearest right word where there is one."""
    with pytest.raises(ConfigError) as caught:
        load(write(tmp_path, text))
    assert said in str(caught.value)


def test_whose_an_event_is_that_names_nobody(tmp_path: Path) -> None:
    """What the file says first, then where customers do it, then nobody in particular."""
    config = Config.read(write(tmp_path, "events: {kinds: {job_failed: {service: shop}}}"))
    assert usual(config, "job_failed", "") == "shop"
    assert usual(config, "login_failed", "login") == "log-in"
    assert usual(config, "checkout_failed", "payment") == ""
    assert usual(Config(tmp_path / "none.yml"), "login_failed", "login") == ""
