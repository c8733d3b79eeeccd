"""The token by which terminal commands of this machine speak with the bot that runs on it: a file in its folder."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

TOKEN_FILE = "local-token"  # noqa: S105  a file's name


def local_token(folder: Path) -> str:
    """The token of the terminal's door, made anew at each start; only the bot's own user can read it."""
    token = secrets.token_urlsafe(32)
    part = folder / (TOKEN_FILE + ".part")
    part.unlink(missing_ok=True)
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(token)
    part.replace(folder / TOKEN_FILE)
    return token


def read_token(folder: Path) -> str:
    """What `local_token` wrote, for a terminal command; empty where no bot has run here."""
    try:
        return (folder / TOKEN_FILE).read_text(encoding="ascii").strip()
    except (OSError, UnicodeError):
        return ""
