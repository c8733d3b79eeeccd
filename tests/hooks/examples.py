"""GitHub's example messages, read from the archive of its own package that `make tests/oracles-npm` fetches."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import tarfile
from functools import cache
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
LIST = ROOT / "requirements" / "oracles-npm-examples.txt"
MISSING = "the archive of GitHub's examples is missing: `make tests/oracles-npm` fetches it"
EVENTS = ("deployment", "deployment_status", "workflow_run", "release", "push", "ping")


def _archive() -> Path:
    """The archive; without it the test is skipped aloud, and fails in continuous integration."""
    [package, wanted] = LIST.read_text(encoding="utf-8").splitlines()[-1].split()
    name, _, version = package.rpartition("@")
    path = ROOT / "tests" / "oracles-npm" / f"{name.removeprefix('@').replace('/', '-')}-{version}.tgz"
    if not path.is_file():
        if os.environ.get("CI") == "true":
            pytest.fail(MISSING)
        pytest.skip(MISSING)
    found = base64.b64encode(hashlib.sha512(path.read_bytes()).digest()).decode()
    assert f"sha512-{found}" == wanted, f"{path} is not what was pinned; delete it and fetch it anew"
    return path


@cache
def examples() -> dict[str, dict[str, list[dict[str, Any]]]]:
    """The messages by edition (`api.github.com`, `ghes-35` …) and event."""
    found: dict[str, dict[str, list[dict[str, Any]]]] = {}
    with tarfile.open(_archive()) as tar:
        for one in tar:
            parts = Path(one.name).parts
            if len(parts) == 3 and parts[2] == "index.json":
                file = tar.extractfile(one)
                assert file is not None
                found[parts[1]] = {event["name"]: event["examples"] for event in json.load(file)}
    return found
