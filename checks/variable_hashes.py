"""Hashes of secret values, so that two environments can be compared on two machines and no value ever travels.

A hash is made with scrypt and a key that only the product's own machines have, so a file of hashes gives nothing to
whoever finds it, not even for a short value.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

VERSION = 1
LARGEST = 1024 * 1024
SALT = "LAUNCH_ENV_SALT"
"""Variable that holds the key, the same on all machines that are compared."""
LEAST_KEY = 16
SHORT = 6
"""Values of fewer characters are equal by accident."""


class BadHashes(ValueError):
    """The file or the key cannot be used; the text says why."""


@dataclass(frozen=True, slots=True)
class Hashes:
    """The hashes of one environment, by name."""

    environment: str
    values: Mapping[str, str]


def make(key: str, environment: str, values: Mapping[str, str]) -> Hashes:
    """The hashes of some values. Raises `BadHashes` for a key that is too short."""
    if len(key) < LEAST_KEY:
        raise BadHashes(
            f"set {SALT} to a long random text, the same on all your machines (`openssl rand -hex 32` makes one)"
        )
    stretched = hashlib.scrypt(key.encode(), salt=b"launch-ready environment", n=2**15, r=8, p=1, maxmem=64 * 2**20)
    return Hashes(environment, {name: _hash(stretched, value) for name, value in values.items() if len(value) >= SHORT})


def _hash(key: bytes, value: str) -> str:
    keyed = hmac.digest(key, value.encode("utf-8", "surrogateescape"), "sha256")
    return hashlib.scrypt(keyed, salt=key[:16], n=2**12, r=8, p=1, dklen=16).hex()


def text(hashes: Hashes) -> str:
    """To be written to a file."""
    said = {
        "about": "Keyed hashes of an environment's secret values, by `launch env`. No value can be read from them.",
        "launch_env_hashes": VERSION,
        "environment": hashes.environment,
        "hashes": dict(sorted(hashes.values.items())),
    }
    return json.dumps(said, indent=1) + "\n"


def load(path: Path) -> Hashes | None:
    """The hashes in a file; None where it is something else, such as a file of variables. Raises `BadHashes`."""
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        raise BadHashes(f"{path} cannot be read: {error.strerror or error}") from None
    if not data.lstrip().startswith(b"{"):
        return None
    try:
        said = json.loads(data[:LARGEST])
        if said["launch_env_hashes"] == VERSION:
            values = {str(name): str(value) for name, value in said["hashes"].items()}
            return Hashes(str(said["environment"])[:60], values)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        pass
    raise BadHashes(f"{path} holds no hashes of an environment; `launch env --save-hashes` makes such a file")


def same(one: Hashes, other: Hashes, *, names: Iterable[str]) -> list[tuple[str, str]]:
    """Which of these variables have a value that the other environment has too, and under which name there."""
    there = {value: name for name, value in other.values.items()}
    return [(name, there[one.values[name]]) for name in names if one.values.get(name, "-") in there]
