"""What stands in braces in a step, filled in for where it goes: a path, a header, a form, JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import quote

from checks.flow.model import Flow, Step
from checks.flow.secret import Redactor, Secret
from checks.flow.totp import Key, key_of
from checks.model import Json

NAME = re.compile(r"\{((?:totp:)?[a-z_][a-z0-9_]{0,60})\}")
LONGEST = 4000
"""Characters of a value that a page hands out; a link to reset a password has a few hundred."""
BUILT_IN = frozenset({"run", "email"})


class Missing(Exception):
    """A name in braces that nothing fills. `environment`: the variable that would."""

    def __init__(self, name: str, environment: str = "") -> None:
        super().__init__(name)
        self.name = name
        self.environment = environment


class Unusable(Exception):
    """A secret that cannot be used as it is meant; the text does not repeat it."""


@dataclass(slots=True)
class Values:
    """Everything that a step of one walk may name."""

    flow: Flow
    secrets: Mapping[str, Secret]
    clock: Callable[[], datetime]
    run: str
    redactor: Redactor = field(default_factory=Redactor)
    found: dict[str, str] = field(default_factory=dict)
    """What steps took out of pages."""

    def __post_init__(self) -> None:
        for name in self.flow.secrets.values():
            if name in self.secrets:
                self.redactor.learn(self.secrets[name].reveal())

    def take(self, name: str, value: str) -> None:
        """Keep what a page handed out."""
        self.found[name] = value[:LONGEST]

    def get(self, name: str) -> str:
        """The value behind a name. Raises `Missing` or `Unusable`."""
        if name.startswith("totp:"):
            return self._totp(name[5:])
        if name in self.found:
            return self.found[name]
        if name in self.flow.secrets:
            return self._secret(name)
        if name == "run":
            return self.run
        if name == "email" and self.flow.email:
            local, _, domain = self.flow.email.rpartition("@")
            return f"{local.partition('+')[0]}+{self.run}@{domain}"
        raise Missing(name)

    def _secret(self, name: str) -> str:
        variable = self.flow.secrets.get(name, "")
        secret = self.secrets.get(variable)
        if secret is None:
            raise Missing(name, variable)
        return secret.reveal()

    def keys(self, step: Step) -> tuple[Key, ...]:
        """The keys of authenticator apps whose codes a step sends. Raises `Missing` or `Unusable`."""
        return tuple(
            self._key(name[5:]) for name in dict.fromkeys(NAME.findall(repr(step))) if name.startswith("totp:")
        )

    def _key(self, name: str) -> Key:
        try:
            return key_of(self._secret(name))
        except ValueError as error:
            raise Unusable(f"{self.flow.secrets[name]} cannot be used for a code: {error}") from None

    def _totp(self, name: str) -> str:
        code = self._key(name).at(self.clock())
        self.redactor.learn(code)
        return code

    def text(self, template: str) -> str:
        """A text as it is: a header, a form field."""
        return NAME.sub(lambda found: self.get(found[1]), template)

    def url(self, template: str) -> str:
        """A URL or path; values become parts of it, unless one stands at the beginning: that is a link."""

        def filled(found: re.Match[str]) -> str:
            value = self.get(found[1])
            return value if found.start() == 0 else quote(value, safe="")

        return NAME.sub(filled, template)

    def body(self, template: str) -> str:
        """A raw body: within JSON a value keeps its quotes from ending the text. What nothing fills stays."""
        is_json = template.lstrip()[:1] in ("{", "[")

        def filled(found: re.Match[str]) -> str:
            try:
                value = self.get(found[1])
            except Missing as missing:
                if missing.environment:
                    raise
                return found[0]
            return json.dumps(value)[1:-1] if is_json else value

        return NAME.sub(filled, template)

    def json(self, value: Json) -> Json:
        """A JSON value with every text in it filled."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Mapping):
            return {self.text(key): self.json(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self.json(item) for item in value]
        return value

    def pairs(self, mapping: Mapping[str, str]) -> dict[str, str]:
        """A form or headers, filled."""
        return {name: self.text(value) for name, value in mapping.items()}


def missing_secrets(flow: Flow, secrets: Mapping[str, Secret]) -> tuple[str, ...]:
    """Environment variables that the flow names and that are not set, in order."""
    return tuple(dict.fromkeys(name for name in flow.secrets.values() if name not in secrets))
