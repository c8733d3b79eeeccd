"""What the founder decided about checks and services, as an audit needs it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from checks.model import Severity

if TYPE_CHECKING:
    from bot.config.schema import LaunchFile


@dataclass(frozen=True, slots=True)
class Rules:
    """Empty: every check counts as it is."""

    off: frozenset[str] = frozenset()
    """Ids of checks that are switched off."""
    severities: Mapping[str, Severity] = field(default_factory=dict)
    """By check id (final) or service name (a ceiling)."""

    @classmethod
    def of(cls, file: LaunchFile) -> Rules:
        """The rules of a `launch.yml`."""
        services = {name: each.severity for name, each in file.services.items() if each.severity}
        checks = {id: rule.severity for id, rule in file.checks.items() if rule.severity}
        return cls(frozenset(id for id, rule in file.checks.items() if not rule.enabled), {**services, **checks})
