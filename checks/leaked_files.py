"""Files that must never be downloadable, where they are left lying, and the content that proves each one.

An answer alone proves nothing: sites answer every path with their start page. Only what stands inside counts.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from checks import secret_keys
from checks.net.facts import Exchange

CAP = 512
"""Bytes read and kept of one file: enough to know what it is."""
CONFIG_CAP = 64 * 1024
"""Settings made for the browser are searched for keys."""
SETTING = re.compile(r"(?:export )?([A-Za-z_][A-Za-z0-9_.]{1,80}) ?= ?\S")
HEX_ID = re.compile(r"(?:[0-9a-f]{40}|[0-9a-f]{64})\Z")
SQL = re.compile(r"-- (?:MySQL|MariaDB|PostgreSQL|phpMyAdmin)|PRAGMA foreign_keys|CREATE TABLE|INSERT INTO|DROP TABLE")
HTPASSWD = re.compile(r"[^\s:<>]{1,80}:(?:\$apr1\$|\$2[aby]\$|\$5\$|\$6\$|\{SHA\})\S{10,}")


@dataclass(frozen=True, slots=True)
class Place:
    """One path, and how its content is proven."""

    path: str
    code: str
    """Outcome where it is proven."""
    what: str
    """As a founder would call it."""
    proof: Callable[[bytes], bool]
    cap: int = CAP


def settings(body: bytes) -> tuple[str, ...]:
    """The names in a file of `NAME=value` lines (`.env`); empty where it is something else."""
    text = body.decode("utf-8", "replace")
    if text.lstrip("\ufeff \r\n").startswith("<") or "\x00" in text:
        return ()
    lines = [line.strip() for line in text.splitlines()[:60]]
    told = [line for line in lines if line and not line.startswith(("#", ";", "//"))]
    names = [match[1] for line in told if (match := SETTING.match(line))]
    # The last line may be cut; a script or a poem has other lines in between.
    proven = len(names) >= 2 and len(names) >= 0.8 * len(told) - 1
    return tuple(names) if proven or (names and secret_keys.secrets(text)) else ()


def _has(*words: str) -> Callable[[bytes], bool]:
    return lambda body: all(word.encode() in body for word in words)


def _starts(*beginnings: bytes) -> Callable[[bytes], bool]:
    return lambda body: body.startswith(beginnings)


def _env(body: bytes) -> bool:
    return bool(settings(body))


def _head(body: bytes) -> bool:
    text = body.decode("latin-1").strip()
    return text.startswith("ref: refs/") or HEX_ID.match(text) is not None


def _git_config(body: bytes) -> bool:
    return body.lstrip().startswith(b"[core]") or b"\n[core]" in body


def _sql(body: bytes) -> bool:
    return body.startswith(b"SQLite format 3\x00") or (
        b"<html" not in body.lower() and SQL.search(body.decode("latin-1")) is not None
    )


def _archive(body: bytes) -> bool:
    return body.startswith((b"PK\x03\x04", b"\x1f\x8b", b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07"))


def _json_with(*words: str) -> Callable[[bytes], bool]:
    return lambda body: body.lstrip().startswith((b"{", b"[")) and all(f'"{word}"'.encode() in body for word in words)


def _php(body: bytes) -> bool:
    return b"phpinfo()" in body or b"PHP Version" in body


def _logins(body: bytes) -> bool:
    return HTPASSWD.match(body.decode("latin-1")) is not None


def _key(body: bytes) -> bool:
    return b"PRIVATE KEY-----" in body[:100] and body.startswith(b"-----BEGIN ")


def _secrets(body: bytes) -> bool:
    return bool(secret_keys.secrets(body.decode("utf-8", "replace")))


PLACES = (
    Place("/.env", "secret_file", "the file with your passwords and keys", _env),
    Place("/.git/HEAD", "code_history", "your source code and all its history", _head),
    Place("/.env.production", "secret_file", "the file with your passwords and keys", _env),
    Place("/.env.local", "secret_file", "the file with your passwords and keys", _env),
    Place("/.git/config", "code_history", "your source code and all its history", _git_config),
    Place("/backup.zip", "backup", "a backup", _archive),
    Place("/backup.sql", "backup", "a copy of your database", _sql),
    Place("/.env.backup", "secret_file", "the file with your passwords and keys", _env),
    Place("/.env.bak", "secret_file", "the file with your passwords and keys", _env),
    Place("/.env.old", "secret_file", "the file with your passwords and keys", _env),
    Place("/dump.sql", "backup", "a copy of your database", _sql),
    Place("/backup.tar.gz", "backup", "a backup", _archive),
    Place("/database.sqlite", "backup", "your database", _sql),
    Place("/wp-config.php.bak", "secret_file", "the password of your database", _has("DB_PASSWORD", "<?php")),
    Place("/env.js", "secret_file", "settings with a secret key in them", _secrets, CONFIG_CAP),
    Place("/env-config.js", "secret_file", "settings with a secret key in them", _secrets, CONFIG_CAP),
    Place("/.vscode/sftp.json", "secret_file", "the log-in to your server", _json_with("host")),
    Place("/.aws/credentials", "secret_file", "the keys to your Amazon account", _has("aws_access_key_id")),
    Place("/.npmrc", "secret_file", "a key to your code packages", _has(":_authToken=")),
    Place("/.htpasswd", "secret_file", "the log-ins of a protected area", _logins),
    Place("/id_rsa", "secret_file", "the key to your server", _key),
    Place("/actuator/env", "server_internals", "the settings of your server", _json_with("propertySources")),
    Place("/phpinfo.php", "server_internals", "everything about your server's set-up", _php),
    Place("/server-status", "server_internals", "who is visiting what right now", _has("Apache Server Status")),
    Place("/.DS_Store", "file_list", "a list of the files in your folder", _starts(b"\x00\x00\x00\x01Bud1")),
    Place(
        "/graphql?query=%7B__schema%7BqueryType%7Bname%7D%7D%7D",
        "ok_with_note",
        "the description of your API",
        _json_with("__schema"),
    ),
)
"""In order of worth, should the time not be enough for all."""
FEW = PLACES[:3]
"""Looked at where a host leads every path to another host."""


def proven(place: Place, exchange: Exchange) -> bool:
    """Whether the answer holds what the path promises; a 403, a page or an empty answer does not."""
    if exchange.status not in (200, 206) or not exchange.body:
        return False
    return place.proof(exchange.body)


def names_in(place: Place, exchange: Exchange) -> tuple[str, ...]:
    """What can be told of the content without a single value: the names of settings, at most 8."""
    return settings(exchange.body)[:8] if place.proof is _env else ()
