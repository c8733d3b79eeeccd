"""No pattern of ours is slow, whatever it is held against: those in the code, and those in the lists of providers."""

from __future__ import annotations

import importlib
import pkgutil
import re
from functools import partial
from pathlib import Path

import pytest

import checks
from checks import providers
from tests.checks import readers
from tests.growth import repeated, worse_than_linear

SIZE = 8 * 1024
ALONE = (
    "a",
    " ",
    ".",
    "0",
    "-",
    "=",
    ":",
    ";",
    ",",
    "/",
    "<",
    "(",
    '"',
    "'",
    "\\",
    "%",
    "\n",
    "\t",
    "A",
    "@",
    "[",
    "_",
)


def patterns() -> dict[str, re.Pattern[str]]:
    """Every compiled pattern of the package by its place, and every one in a list of providers."""
    found: dict[str, re.Pattern[str]] = {}
    for info in pkgutil.walk_packages(checks.__path__, "checks."):
        if not info.name.endswith("__main__"):
            for name, value in vars(importlib.import_module(info.name)).items():
                if isinstance(value, re.Pattern):
                    found[f"{info.name.removeprefix('checks.')}.{name}"] = value
    for entry in providers.load("keys"):
        found[f"keys {entry.id}"] = re.compile(entry.text("pattern"))
    return found


PATTERNS = patterns()
SOURCES = {path: path.read_text(encoding="utf-8") for path in Path(checks.__file__).parent.rglob("*.py")}


def uses(name: str) -> tuple[str, ...]:
    """How the code applies a pattern: `search`, `match`, `fullmatch`; all else comes to a search.

    What begins with `_` is its own module's alone; another one may have the name for something else.
    """
    module, _, own = name.rpartition(".")
    at = Path(checks.__file__).parent.joinpath(*module.split("."))
    where = {at.with_suffix(".py"), at / "__init__.py"} if own.startswith("_") else SOURCES
    source = "\n".join(SOURCES[path] for path in where if path in SOURCES)
    found = set(re.findall(rf"\b{own}\.(search|match|fullmatch|finditer|findall|sub|split)\(", source))
    return tuple(sorted({each if each in ("match", "fullmatch") else "search" for each in found} or {"search"}))


def pieces(pattern: re.Pattern[str]) -> list[str]:
    """Single characters, and the words that stand in the pattern, alone and with a number or a space behind them."""
    source = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")
    words = re.findall(r"[A-Za-z0-9_=:/<>\"'@.,;-]{2,40}", source.replace("\\", " "))[:8]
    return [*ALONE, *words, *(f"{word} " for word in words), *(f"{word}1" for word in words), "".join(words) or "a"]


def test_there_are_patterns():
    """In the code and in the lists."""
    assert len(PATTERNS) > 120


@pytest.mark.parametrize("name", PATTERNS)
def test_no_pattern_is_slow(name):
    """Repeated pieces of itself, with an end that does not fit: four times the text takes about four times as long."""
    pattern = PATTERNS[name]

    def apply(use: str, piece: str, size: int) -> None:
        text = (piece * (size // len(piece) + 1))[:size] + "\x01"
        getattr(pattern, use)(text if isinstance(pattern.pattern, str) else text.encode())

    slow = {
        (piece, use): found
        for use in uses(name)
        for piece in pieces(pattern)
        if (found := worse_than_linear(partial(apply, use, piece), SIZE))
    }
    assert not slow


WHOLE_FILES = (
    "secret_keys.find", "dev_addresses.in_code", "source_map.named", "source_map.inside", "source_map.read",
    "assets.elements", "insecure_parts.of_css", "insecure_parts.of_script", "robots.read", "search_signs.locations",
    "leaked_files.settings",
)  # fmt: skip
LINE = 2 * 1024 * 1024


@pytest.mark.slow
@pytest.mark.parametrize("reader", WHOLE_FILES)
@pytest.mark.parametrize(
    "piece", ['a.b("http://c/d");', '"sk_live_', "eyJhbGciOi.", "<a b='c'>", '{"a":[1],', "key-SK"]
)
def test_a_line_of_two_mebibytes_takes_no_more_than_its_share(reader, piece):
    """Four times what its quarter takes, or about; minified files are one line."""
    call = readers.calls()[reader]
    assert worse_than_linear(lambda size: call(repeated(piece, size)), LINE // 4) is None
