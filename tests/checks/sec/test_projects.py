"""The sources of well-known web projects hold no secret, and one that is put into them is found."""

from __future__ import annotations

import tarfile
from pathlib import Path

import pytest

from checks.code_search import search_code
from checks.secret_search import Search
from tests.checks.exp.bundles import PROJECTS, archive, pinned
from tests.checks.planted import SECRETS

PACKAGES = tuple(pinned(PROJECTS))


@pytest.mark.slow
@pytest.mark.parametrize("package", PACKAGES)
def test_no_file_of_a_web_project_gives_a_finding(package):
    """Code, tests, translations, pictures and maps of it, as they are published; and nothing is left unread."""
    search = Search()
    search_code(archive(package, PROJECTS), search)
    assert (search.leaks, search.unread) == ((), [])
    assert search.read > 50_000


@pytest.mark.parametrize("package", PACKAGES)
def test_every_kind_of_key_is_found_among_its_files(tmp_path: Path, package: str):
    """One file of the project for each kind, with a key behind its first half."""
    with tarfile.open(archive(package, PROJECTS)) as tar:
        texts = []
        for one in tar:
            if one.name.endswith((".js", ".json", ".ts", ".mjs")) and (file := tar.extractfile(one)):
                texts.append(file.read())
            if len(texts) >= len(SECRETS):
                break
    for number, (kind, key) in enumerate(SECRETS.items()):
        text = texts[number % len(texts)]
        half = text.find(b"\n", len(text) // 2)
        (tmp_path / f"{kind}.js").write_bytes(text[:half] + f"\nconst k = `{key}`;\n".encode() + text[half:])
    search = Search()
    search_code(tmp_path, search)
    found = {place.file.removesuffix(".js") for leak in search.leaks for place in leak.places}
    assert set(SECRETS) - found == set()
