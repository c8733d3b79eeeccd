"""The written map and the house agree, and no room grows out of proportion."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MAP = (ROOT / "docs" / "architecture.md").read_text()
LONGEST = 400
"""Lines; a file on its way there is asking to be split by noun."""


def sources() -> list[Path]:
    """All modules of the two packages."""
    return [p for top in ("bot", "checks") for p in sorted((ROOT / top).rglob("*.py"))]


def test_every_room_is_on_the_map():
    """Each package and each top-level module is named in docs/architecture.md."""
    for top in ("bot", "checks"):
        for path in sorted((ROOT / top).iterdir()):
            if path.name.startswith("_") or path.suffix not in ("", ".py") or path.name == "py.typed":
                continue
            if top == "checks" and path.is_dir() and path.name != "net":
                continue  # one line of the map stands for all families
            assert path.name in MAP, f"{top}/{path.name} is not on the map"


@pytest.mark.parametrize("name", sorted(set(re.findall(r"`([a-z_]+(?:/[a-z_]+)*\.py)", MAP))))
def test_everything_on_the_map_exists(name):
    """Each file that the map names is there, somewhere in the house."""
    assert [path for path in sources() if str(path).endswith("/" + name)], name


def test_no_module_is_too_long():
    """A file that cannot be read in one sitting is split."""
    long = {str(p.relative_to(ROOT)): n for p in sources() if (n := len(p.read_text().splitlines())) > LONGEST}
    assert not long


def test_no_module_is_called_after_nothing():
    """Modules are nouns of the field, never a drawer for what found no place."""
    drawers = {"utils", "util", "helpers", "helper", "misc", "common", "shared"}
    assert not [p for p in sources() if p.stem in drawers]


def test_no_text_names_a_registry_or_a_machine():
    """Lock files, code and docs name no package host and no private path."""
    bad = re.compile(r"pythonh" + r"osted|pyp" + r"i\.org/simple|npmj" + r"s\.org|debian\." + r"org/debian")
    folders = ("bot", "checks", "docs", "tests", "requirements")
    files = [p for top in folders for p in (ROOT / top).rglob("*") if p.is_file() and "node_modules" not in p.parts]
    files += [p for p in ROOT.iterdir() if p.is_file()]
    for path in files:
        if path.stat().st_size < 4_000_000 and path.suffix not in (".png", ".pyc", ".db"):
            assert not bad.search(path.read_text(errors="replace")), path
