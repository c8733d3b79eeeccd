"""What pages may weigh, as founders write it."""

from __future__ import annotations

import pytest

from bot.config.inventory import to_inventory
from bot.config.load import load
from bot.config.problems import ConfigError
from checks.measured import Budget

BASE = "product: {domain: shop.test}\nmonitors:\n  - {name: Log-in, url: /login}\n"


def test_a_budget_is_read(tmp_path):
    """Sizes with or without a unit, in any letters; and it reaches the checks."""
    path = tmp_path / "launch.yml"
    path.write_text(BASE + "speed:\n  budget: {scripts: 300 kB, total: 1.5MB, requests: 40}\n  journeys: [Log-in]\n")
    file = load(path)
    assert to_inventory(file).speed.budget == Budget(300_000, 1_500_000, 40)
    assert file.speed.journeys == ("Log-in",)


def test_without_one_there_is_none(tmp_path):
    """Nothing is weighed then."""
    path = tmp_path / "launch.yml"
    path.write_text(BASE + "speed:\n")
    assert to_inventory(load(path)).speed.budget.empty


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("  budget: {scripts: lots}", 'lots" is not a size; write one such as 300 kB or 1.5 MB'),
        ("  budget: {scripts: -3}", "is not a size"),
        ("  budget: {total: true}", "is not a size"),
        ("  budget: {total: 9 TB}", "is not a size"),
        ("  budget: {total: 999999 MB}", "no size that a page can have"),
        ("  budget: {total: 0}", "no size that a page can have"),
        ("  budget: {requests: many}", "requests"),
        ("  budget: {script: 1}", "scripts"),
        ("  journeys: [Login]", 'did you mean "Log-in"'),
    ],
)
def test_what_cannot_be_is_named(tmp_path, line, said):
    """With the line, and what to write instead."""
    path = tmp_path / "launch.yml"
    path.write_text(BASE + "speed:\n" + line + "\n")
    with pytest.raises(ConfigError) as refused:
        load(path)
    assert said in str(refused.value)
    assert ":5:" in str(refused.value)
