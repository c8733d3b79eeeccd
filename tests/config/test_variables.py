"""The section `code:` of launch.yml: what checks get of it, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.config.inventory import to_inventory
from bot.config.load import load
from bot.config.problems import ConfigError
from bot.config.variables import Code, to_code
from checks.code import Variable

WHOLE = """
product: {domain: shop.test}
code:
  path: /srv/shop
  history: false
  ignore: [tests/fixtures/*]
  baseline: known.json
  contract: .env.example
  settings: .env.production
  logs: [app.log]
  variables:
    QUEUE_URL: {kind: https, breaks: orders get stuck}
    MODE: {one_of: [live, holiday], required: false}
    SESSION_SECRET: {min_length: 64, pattern: "[0-9a-f]+", secret: true, shared: true}
    PLAIN:
"""


def written(tmp_path: Path, text: str):
    """The file as it is read."""
    path = tmp_path / "launch.yml"
    path.write_text(text)
    return load(path)


def test_everything_that_is_written_reaches_the_checks(tmp_path):
    """Field by field."""
    code = to_inventory(written(tmp_path, WHOLE)).code
    assert code is not None
    assert (code.path, code.history, code.ignore, code.baseline) == (
        "/srv/shop", False, ("tests/fixtures/*",), "known.json",
    )  # fmt: skip
    assert (code.contract, code.settings, code.logs) == (".env.example", ".env.production", ("app.log",))
    assert code.variables == (
        Variable("QUEUE_URL", "https", breaks="orders get stuck"),
        Variable("MODE", one_of=("live", "holiday"), required=False),
        Variable("SESSION_SECRET", pattern="[0-9a-f]+", least=64, secret=True, shared=True),
        Variable("PLAIN"),
    )


def test_nothing_written_is_nothing_known(tmp_path):
    """Then the checks about code do not apply."""
    assert to_inventory(written(tmp_path, "product: {domain: shop.test}\n")).code is None
    assert to_code(Code()) is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("code: {variables: {X: {pattern: '('}}}", "no regular expression"),
        ("code: {variables: {X: {kind: colour}}}", "kind"),
        ("code: {variables: {'my key': {}}}", "environment variable"),
        ("code: {ignore: ['']}", "ignore"),
        ("code: {secrets: x}", "secrets"),
    ],
)
def test_mistakes_are_named(tmp_path, text, said):
    """With their line."""
    with pytest.raises(ConfigError) as wrong:
        written(tmp_path, text + "\n")
    assert said in str(wrong.value)
