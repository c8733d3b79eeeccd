"""All scenarios of all families, and the answers that no wire can bring about."""

from __future__ import annotations

import importlib
import re

from checks.registry import load
from tests.outcomes.scenario import Scenario

FAMILIES = (
    "dns",
    "tls",
    "up",
    "redir",
    "edge",
    "hdr",
    "web",
    "seo",
    "exp",
    "mail",
    "perf",
    "rel",
    "obs",
    "sec",
    "flow",
)
EXCEPTIONS: dict[str, str] = {
    "sec.logs canary_hidden": "only `launch secrets --canary` says it, in tests/cli/test_secrets.py",
    "sec.logs canary_visible": "only `launch secrets --canary` says it, in tests/cli/test_secrets.py",
    "sec.logs canary_not_seen": "only `launch secrets --canary` says it, in tests/cli/test_secrets.py",
    "sec.env_contract shared": "only `launch env --compare staging.json` says it, in tests/cli/test_env.py",
}
"""`check code` and why no server on this machine can bring it about."""


def scenarios(family: str) -> tuple[Scenario, ...]:
    """The scenarios of a family, in their order."""
    found: tuple[Scenario, ...] = importlib.import_module(f"tests.outcomes.{family}").SCENARIOS
    return found


def everything() -> tuple[Scenario, ...]:
    """Every scenario."""
    return tuple(one for family in FAMILIES for one in scenarios(family))


def named() -> dict[str, Scenario]:
    """Every scenario by the name of its test: `dns-the-www-name-does-not-exist`.

    Raises:
        ValueError: Where two have the same name.
    """
    found: dict[str, Scenario] = {}
    for family in FAMILIES:
        for one in scenarios(family):
            name = f"{family}-{slug(one.says)}"
            if name in found:
                raise ValueError(f"two scenarios are called {name}")
            found[name] = one
    return found


def slug(says: str) -> str:
    """A sentence as part of the name of a test."""
    return re.sub(r"[^a-z0-9.]+", "-", says.lower()).strip("-")


def proof(check: str, code: str) -> Scenario | None:
    """The scenario that shows an answer best: the first of the check's own family, else the first of all."""
    family = check.partition(".")[0]
    own = scenarios(family)
    return next((one for one in (*own, *everything()) if one.proves(check, code)), None)


def answers() -> set[str]:
    """`check code` of every answer of every check."""
    return {f"{check.id} {code}" for check in load().values() for code in check.outcomes}


def proven() -> set[str]:
    """`check code` of every answer that a scenario gives."""
    return {f"{key.partition(' ')[0]} {code}" for one in everything() for key, code in one.gives.items()}
