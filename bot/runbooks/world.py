"""What runbooks may name: checks with their outcomes, requirements, providers, panels."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from bot.domain.runbook.lint import World
from bot.domain.runbook.plain import Panel
from checks.providers import load as providers
from checks.registry import load as checks


def world(panels: Mapping[str, Panel]) -> World:
    """Everything that is there, in this installation."""
    return World(
        checks={check.id: frozenset(check.outcomes) for check in checks().values()},
        requirements=_requirements(),
        providers=provider_ids(),
        panels=panels,
    )


@cache
def provider_ids() -> Mapping[str, frozenset[str]]:
    """Ids that a fact about a provider may have."""
    registrars, hosts, edges, mail = (
        frozenset(entry.id for entry in providers(kind)) for kind in ("registrars", "hosts", "edges", "mail")
    )
    return {
        "dns_provider": registrars,
        "registrar": registrars,
        "host_provider": hosts | edges,
        "edge_provider": edges,
        "mail_provider": mail,
    }


@cache
def _requirements() -> frozenset[str]:
    from importlib.resources import files

    from ruamel.yaml import YAML

    table = YAML(typ="safe", pure=True).load((files("bot") / "data" / "requirements.yml").read_text("utf-8"))
    return frozenset(id for rows in table.values() for id in rows)
