"""The list of secrets that are known already, so that only a new one stops a build. It holds no secret.

Each line is a fingerprint that only who has the secret can make, with what it is and where it stood. The salt is made
anew with each list, and a fingerprint takes a twentieth of a second, so guessing short passwords takes years.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from checks.secret_search import Leak

LARGEST = 4 * 1024 * 1024
VERSION = 1


class BadBaseline(ValueError):
    """The file is no such list; the text says why."""


@dataclass(frozen=True, slots=True)
class Baseline:
    """What was known when it was saved."""

    salt: bytes
    known: frozenset[str]

    def split(self, leaks: Iterable[Leak]) -> tuple[list[tuple[Leak, str]], list[Leak]]:
        """New leaks with their fingerprints, and those that are known."""
        new: list[tuple[Leak, str]] = []
        old: list[Leak] = []
        for leak in leaks:
            fingerprint = leak.fingerprint(self.salt)
            if fingerprint in self.known:
                old.append(leak)
            else:
                new.append((leak, fingerprint))
        return new, old


EMPTY = Baseline(b"launch-ready", frozenset())
"""For a search without a list; its fingerprints tell one finding from another."""


def load(path: Path) -> Baseline:
    """The list in a file. Raises `BadBaseline`."""
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        raise BadBaseline(f"{path} cannot be read: {error.strerror or error}") from None
    if len(data) > LARGEST:
        raise BadBaseline(f"{path} is larger than {LARGEST // 1024 // 1024} MB")
    try:
        said = json.loads(data)
        version = said["launch_secrets_baseline"]
        salt = bytes.fromhex(said["salt"])
        known = frozenset(str(entry["fingerprint"]) for entry in said["known"])
    except (ValueError, KeyError, TypeError, RecursionError):
        raise BadBaseline(
            f"{path} is no list of known secrets; `launch secrets --save-baseline known.json` makes one"
        ) from None
    if version != VERSION:
        raise BadBaseline(f"{path} is of another version; save it anew")
    if len(salt) < 16:
        raise BadBaseline(f"{path} has no salt; save it anew")
    return Baseline(salt, known)


def text(leaks: Sequence[Leak]) -> str:
    """The list of these leaks, to be written to a file."""
    salt = secrets.token_bytes(16)
    known = [
        {
            "fingerprint": leak.fingerprint(salt),
            "kind": leak.key.name,
            "places": sorted({place.file for place in leak.places})[:5],
        }
        for leak in leaks
    ]
    known.sort(key=lambda entry: str(entry["fingerprint"]))
    said = {
        "about": "Secrets that `launch secrets` found and somebody knows of. It holds none of them.",
        "launch_secrets_baseline": VERSION,
        "salt": salt.hex(),
        "known": known,
    }
    return json.dumps(said, indent=1, ensure_ascii=False) + "\n"
