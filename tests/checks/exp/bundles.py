"""Stock browser libraries of well-known services, read from the archives that `make tests/oracles-npm` fetches."""

from __future__ import annotations

import base64
import hashlib
import os
import tarfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "tests" / "oracles-npm"
LIST = ROOT / "requirements" / "oracles-npm.txt"
PROJECTS = ROOT / "requirements" / "oracles-npm-projects.txt"
"""Sources of whole web projects, in the same form."""
MISSING = "archives of browser libraries are missing: `make tests/oracles-npm` fetches them"
CODE = (".js", ".mjs", ".cjs")
LARGEST = 3_000_000
"""Bytes of a file; nobody loads more at once."""
NOT_SHIPPED = ("/spec/", "/test/", "/tests/", "/examples/")
"""What packages hold for their own makers."""


def pinned(list: Path = LIST) -> dict[str, str]:
    """The hash of each package, by `name@version`."""
    lines = [line.split() for line in list.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    return {line[0]: line[1] for line in lines}


def archive(package: str, list: Path = LIST) -> Path:
    """The archive of a package; without it the test is skipped aloud, and fails in continuous integration."""
    name, _, version = package.rpartition("@")
    path = FOLDER / f"{name.removeprefix('@').replace('/', '-')}-{version}.tgz"
    if not path.is_file():
        if os.environ.get("CI") == "true":
            pytest.fail(MISSING)
        pytest.skip(MISSING)
    found = base64.b64encode(hashlib.sha512(path.read_bytes()).digest()).decode()
    assert f"sha512-{found}" == pinned(list)[package], f"{path} is not what was pinned; delete it and fetch it anew"
    return path


def files(package: str, endings: tuple[str, ...] = CODE) -> Iterator[tuple[str, str]]:
    """Path and text of what a browser may load, each text once."""
    seen: set[int] = set()
    with tarfile.open(archive(package)) as tar:
        for one in tar:
            if not one.isfile() or not one.name.endswith(endings) or one.size > LARGEST:
                continue
            if any(part in one.name for part in NOT_SHIPPED):
                continue
            file = tar.extractfile(one)
            assert file is not None
            text = file.read().decode("utf-8", "replace")
            if hash(text) not in seen:
                seen.add(hash(text))
                yield one.name, text


@cache
def largest(package: str, most: int = 1_000_000) -> str:
    """The largest script of a package below that many characters, which is mostly the one that pages load."""
    return max((text for _path, text in files(package) if len(text) < most), key=len)
