"""Real git repositories in a temporary folder, made with the git of this machine."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

AUTHOR = "maria@shop.test"
_ENVIRONMENT = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "Maria",
    "GIT_AUTHOR_EMAIL": AUTHOR,
    "GIT_COMMITTER_NAME": "Maria",
    "GIT_COMMITTER_EMAIL": AUTHOR,
    "GIT_AUTHOR_DATE": "2026-11-20T12:00:00+00:00",
    "GIT_COMMITTER_DATE": "2026-11-20T12:00:00+00:00",
    "GIT_ALLOW_PROTOCOL": "file",
}


def git(folder: Path, *arguments: str, stdin: bytes = b"") -> str:
    """Run git in a folder; what it says."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    done = subprocess.run(
        ["git", *arguments], cwd=folder, env=kept | _ENVIRONMENT, input=stdin, capture_output=True, check=True
    )
    return done.stdout.decode().strip()


def write(folder: Path, files: Mapping[str, str | bytes]) -> None:
    """Write files by their paths."""
    for path, text in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text if isinstance(text, bytes) else text.encode())


def commit(folder: Path, files: Mapping[str, str | bytes | None], says: str = "Work") -> str:
    """Write files (None: delete) and commit them; the id of the commit."""
    write(folder, {path: text for path, text in files.items() if text is not None})
    for path in [path for path, text in files.items() if text is None]:
        (folder / path).unlink()
    git(folder, "add", "--all", "--force")
    git(folder, "commit", "--quiet", "--allow-empty", "-m", says)
    return git(folder, "rev-parse", "HEAD")


def repository(folder: Path, *commits: Mapping[str, str | bytes | None]) -> Path:
    """A repository with these commits."""
    folder.mkdir(parents=True, exist_ok=True)
    git(folder, "init", "--quiet", "--initial-branch=main")
    for number, files in enumerate(commits, 1):
        commit(folder, files, f"Step {number}")
    return folder


def many(folder: Path, count: int, special: Mapping[int, bytes]) -> Path:
    """A repository of so many commits, one small file changed in each; `special` says what some of them hold."""
    folder.mkdir(parents=True, exist_ok=True)
    git(folder, "init", "--quiet", "--initial-branch=main")
    stream = bytearray()
    for number in range(count):
        content = special.get(number, b"line %d\n" % number)
        stream += b"commit refs/heads/main\ncommitter M <%s> %d +0000\ndata 1\nx\n" % (
            AUTHOR.encode(),
            1_700_000_000 + number,
        )
        stream += b"M 644 inline src/file%d.js\ndata %d\n%s\n" % (number % 40, len(content), content)
    git(folder, "fast-import", "--quiet", stdin=bytes(stream))
    git(folder, "reset", "--quiet", "--hard", "main")
    return folder
