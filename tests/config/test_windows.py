"""Planned work in `launch.yml`: what cannot be is said with its line and column."""

from __future__ import annotations

import pytest

from bot.config.load import load
from bot.config.problems import ConfigError

BASE = "product: {domain: shop.test, time_zone: Europe/Berlin}\nservices: {sign-up: {}}\nmaintenance:\n"


def test_a_window_is_read(tmp_path):
    """With or without a service; a host is as good as one."""
    path = tmp_path / "launch.yml"
    path.write_text(
        BASE
        + "  - {when: 'every  Sunday 03:00-04:00', service: sign-up, reason: Backup}\n"
        + "  - {when: every first Monday 02:00-05:00, reason: Updates}\n"
        + "  - {when: every night 01:00-01:10, service: shop.test, reason: Restart}\n"
    )
    assert [(one.when, one.service) for one in load(path).maintenance] == [
        ("every Sunday 03:00-04:00", "sign-up"),
        ("every first Monday 02:00-05:00", None),
        ("every night 01:00-01:10", "shop.test"),
    ]


@pytest.mark.parametrize(
    ("line", "where", "said"),
    [
        ("  - {when: every Sonntag 3:00-4:00, reason: x}", ":4:12: maintenance.0.when", "is no day"),
        ("  - {when: every Sunday 3:00-4:00}", ":4:5: maintenance.0", "reason"),
        ("  - {when: every day 8:00-7:00, reason: x}", ":4:12: ", "longer than 12 hours"),
        ("  - {when: every Sunday 3:00-4:00, reason: x, service: signup}", ":4:56: ", 'did you mean "sign-up"'),
        ("  - {when: 7, reason: x}", ":4:12: ", ""),
        ("  - {every: Sunday, reason: x}", ":4:6: ", ""),
    ],
)
def test_what_cannot_be_is_named(tmp_path, line, where, said):
    """File, line, column and the nearest right word."""
    path = tmp_path / "launch.yml"
    path.write_text(BASE + line + "\n")
    with pytest.raises(ConfigError) as caught:
        load(path)
    problem = str(caught.value)
    assert where in problem, problem
    assert said.casefold() in problem.casefold(), problem
