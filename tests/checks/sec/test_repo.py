"""Searching code for keys: what is found in files, history and what is packed, and what is said about the rest."""

from __future__ import annotations

import asyncio
import base64
import bz2
import gzip
import io
import json
import lzma
import os
import shutil
import stat
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

import pytest

from checks.code_search import search_code
from checks.inventory import Inventory
from checks.masking import mask
from checks.model import Kind, Target, Verdict
from checks.sec.repo import OUTCOMES, judge, repo
from checks.secret_baseline import Baseline
from checks.secret_keys import Key
from checks.secret_search import Place, Search, is_settings, matches
from tests.checks.planted import PUBLIC, SECRETS, letters, token
from tests.checks.sec.repos import AUTHOR, commit, git, many, repository, write
from tests.growth import seconds, worse_than_linear

LIVE = SECRETS["stripe-secret"]
ALL = {**SECRETS, "supabase-service-role": token("service_role")}
PASSWORD = "q7" + letters(18)


def searched(path: Path, *, ignore: tuple[str, ...] = (), **options: object) -> Search:
    """A whole search."""
    search = Search(ignore=ignore)
    search_code(path, search, **options)  # type: ignore[arg-type]
    return search


def found(search: Search) -> dict[str, str]:
    """Where each secret stands first, by its kind."""
    return {leak.key.id: leak.places[0].shown for leak in search.leaks}


def leak(id: str = "stripe-secret", *, test: bool = False, gone: bool = False) -> Search:
    """A search that found one key."""
    search = Search(files=3, history="whole")
    key = Key("Stripe secret key", True, LIVE, "Roll the key", "https://example.com/keys", id, test)
    search.add(key, Place("src/pay.js", 12, commit="1f" * 20 if gone else "", gone=gone))
    return search


def unread() -> Search:
    """A search that could not read a file."""
    search = Search(files=3, history="whole")
    search.blind("big.bin", "locked")
    return search


def known() -> Verdict:
    """A search whose only key is on the list."""
    search = leak()
    (one,) = search.leaks
    return judge(search, Baseline(b"salt" * 4, frozenset({one.fingerprint(b"salt" * 4)})))


def nowhere() -> Verdict:
    """The check itself, of a product whose code is not here."""
    return asyncio.run(repo(Target(Kind.DOMAIN, "a.test", "a.test", Inventory("a", "a.test")), None))  # type: ignore[arg-type]


CASES = {
    "ok": Search(files=3, history="whole"),
    "ok_with_known": known,
    "secret_in_code": leak(),
    "secret_in_history": leak(gone=True),
    "password_in_settings": leak("settings-file"),
    "test_key_in_code": leak(test=True),
    "read_in_part": unread(),
    "history_cut_off": Search(files=3, commits=1, history="shallow"),
    "could_not_look": Search(trouble="git is not installed here"),
    "not_here": nowhere,
}


def judged(case: Search | Callable[[], Verdict]) -> Verdict:
    """The judge's word about a search, or what the check says itself."""
    return judge(case) if isinstance(case, Search) else case()


@pytest.mark.parametrize("code", OUTCOMES)
def test_each_answer_has_facts_that_lead_to_it(code):
    """The table of answers is complete."""
    assert judged(CASES[code]).code == code


@pytest.mark.parametrize("id", ALL)
def test_every_kind_of_key_is_found_in_files_history_and_bundles(tmp_path, id):
    """In a source file, in an older version, in a minified script, in a source map and in an archive."""
    key = ALL[id]
    before = "a" * 30 + "b();" * 500
    bundle = f"!function(){{{before}var k='{key}';{before}}}();".replace("\n", "\\n")
    map = json.dumps({"version": 3, "sources": ["src/pay.ts"], "sourcesContent": [f"const k = `{key}`"]})
    repository(
        tmp_path / "old",
        {"pay.py": f"one = 1\nKEY = '''{key}'''\n"},
        {"pay.py": None, "readme.txt": "nothing"},
    )
    write(
        tmp_path / "new", {"dist/app.min.js": bundle, "dist/app.js.map": map, "src/pay.py": f"\n\nKEY = '''{key}'''\n"}
    )
    older, newer = searched(tmp_path / "old"), searched(tmp_path / "new")
    assert id in found(older), older
    assert all(one.gone for one in older.leaks)
    places = {place.file for one in newer.leaks if one.key.id == id for place in one.places}
    # A source map writes quotes and line ends in its own way; PuTTY's form alone has line ends that must be real ones.
    assert places >= {"dist/app.min.js", "src/pay.py"} or id == "putty-key"
    assert "dist/app.js.map" in {place.file for one in newer.leaks for place in one.places} or id in (
        "putty-key",
        "gcp-service-account",
    )
    assert key.strip() not in repr((older, newer, judge(older), judge(newer)))


def test_keys_of_manuals_and_keys_made_for_pages_are_no_finding(tmp_path):
    """Nothing to do about those."""
    texts = {f"public{number}.js": f"k = '{key}'" for number, key in enumerate(PUBLIC.values())}
    texts["anon.js"] = f"createClient(url, '{token('anon')}')"
    texts["docs.md"] = "AKIA" + "IOSFODNN7EXAMPLE and sk_" + "live_" + "x" * 24
    texts["compose.yml"] = (
        "postgres" + "://postgres:postgres@db.internal.example.com/app redis" + "://default:password@h.io"
    )
    texts[".env.example"] = "API_SECRET=" + letters(30)
    write(tmp_path, texts)
    search = searched(tmp_path)
    assert search.leaks == ()
    assert search.files == len(texts)
    assert judge(search).code == "ok"


def test_a_line_can_allow_its_key_also_for_the_versions_before(tmp_path):
    """The comment counts in the newest version; the same key without it elsewhere still counts."""
    top = repository(
        tmp_path / "a",
        {"t.py": f"K = '{LIVE}'\n"},
        {"t.py": f"K = '{LIVE}'  # launch:allow, made up\nL = 1\n"},
    )
    search = searched(top)
    assert (search.leaks, search.allowed) == ((), 1)
    commit(top, {"u.py": f"\nK = '{LIVE}'\n"})
    (one,) = searched(top).leaks
    assert [place.file for place in one.places] == ["u.py"]


def test_one_secret_in_many_places_is_told_once(tmp_path):
    """With its places, those of the newest version first, and the commit and masked author of the others."""
    top = tmp_path / "a"
    repository(top, {"a.py": f"K='{LIVE}'"})
    first = git(top, "rev-parse", "HEAD")
    commit(top, {"b.py": f"\n\nL='{LIVE}'", "a.py": "gone"})
    (one,) = searched(top).leaks
    assert [place.shown for place in one.places if not place.commit] == ["b.py:3"]
    assert one.places[0].file == "b.py"
    (old,) = [place for place in one.places if place.file == "a.py"]
    assert (old.commit, old.gone, old.day) == (first, True, "2026-11-20")
    assert old.author == "m…@shop.test"
    assert AUTHOR not in repr(one)
    verdict = judge(searched(top))
    assert verdict.seen["where"] == "b.py:3 and 2 more places"


def test_what_git_ignores_is_left_alone_unless_it_is_kept(tmp_path):
    """An ignored .env is where passwords belong; a kept one is a finding, with its name and never its value."""
    top = repository(tmp_path / "a", {".gitignore": ".env\nbuild/\n"})
    write(top, {".env": f"SESSION_SECRET={PASSWORD}\n", "build/x.js": f"k='{LIVE}'", "new.js": "1"})
    search = searched(top)
    assert search.leaks == ()
    git(top, "add", "--force", ".env")
    (one,) = searched(top).leaks
    assert (one.key.id, one.places[0].shown) == ("settings-file", ".env:1")
    verdict = judge(searched(top))
    assert verdict.code == "password_in_settings"
    assert verdict.seen["key_name"] == "value of SESSION_SECRET"
    assert PASSWORD not in str(verdict)


@pytest.mark.parametrize(
    ("line", "is_one"),
    [
        (f"SESSION_SECRET={PASSWORD}", True),
        (f"export DB_PASSWORD='{PASSWORD}'", True),
        ("API_TOKEN=changeme", False),
        ("API_TOKEN=${OTHER_TOKEN}", False),
        ("API_TOKEN=", False),
        (f"NEXT_PUBLIC_API_KEY={PASSWORD}", False),
        ("JWT_SECRET_FILE=/run/secrets/jwt-secret-2026", False),
        (f"LOG_LEVEL={PASSWORD}", False),
        (f"SESSION_SECRET={PASSWORD} # launch:allow", False),
    ],
)
def test_only_real_values_of_secret_names_count_in_settings(tmp_path, line, is_one):
    """A name alone, a stand-in or a public setting is no secret."""
    write(tmp_path, {".env.production": f"A=1\n{line}\n"})
    assert bool(searched(tmp_path).leaks) == is_one


@pytest.mark.parametrize(
    ("name", "counts"),
    [(".env", True), (".env.local", True), ("deploy/prod.env", True), (".envrc", True), ("a.zip!x/.env", True),
     (".env.example", False), (".env.production.sample", False), ("example.env", False), ("env.ts", False)],
)  # fmt: skip
def test_settings_files_are_told_by_their_names(name, counts):
    """Those with real values, not those that show the names alone."""
    assert is_settings(name) == counts


@pytest.mark.parametrize(
    ("path", "pattern", "fits"),
    [
        ("docs/a/b.md", "docs/*", True),
        ("docs/a.md", "docs", True),
        ("docs/a.md", "docs/", True),
        ("x/a.snap", "*.snap", True),
        ("src/fixtures/k.json", "fixtures", True),
        ("src/a.js", "docs/*", False),
        ("mydocs/a", "docs", False),
    ],
)
def test_patterns_pass_over_paths(tmp_path, path, pattern, fits):
    """As written in launch.yml; how many files that were is counted."""
    assert matches(path, pattern) == fits
    write(tmp_path, {path: f"k='{LIVE}'"})
    search = searched(tmp_path, ignore=(pattern,))
    assert (bool(search.leaks), search.ignored) == (not fits, int(fits))


def test_test_keys_weigh_less_than_live_ones(tmp_path):
    """They open a test system only, and stand behind the others."""
    write(tmp_path, {"a.js": f"k='{SECRETS['stripe-secret-test']}'"})
    assert judge(searched(tmp_path)).code == "test_key_in_code"
    write(tmp_path, {"z.js": f"k='{LIVE}'"})
    assert judge(searched(tmp_path)).code == "secret_in_code"


def packed_in(kind: str, inner: bytes) -> bytes:
    """An archive that holds one file."""
    if kind == "gzip":
        return gzip.compress(inner)
    if kind == "bzip2":
        return bz2.compress(inner)
    if kind == "xz":
        return lzma.compress(inner)
    out = io.BytesIO()
    if kind == "zip":
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("lib/app.js", inner)
    else:
        with tarfile.open(fileobj=out, mode="w:gz") as tar:
            info = tarfile.TarInfo("package/app.js")
            info.size = len(inner)
            tar.addfile(info, io.BytesIO(inner))
    return out.getvalue()


@pytest.mark.parametrize("kind", ["gzip", "bzip2", "xz", "zip", "tar"])
def test_archives_are_looked_into(tmp_path, kind):
    """Alone and one in the other; also in history."""
    data = packed_in(kind, b"x\n" * 50 + f"k='{LIVE}'".encode())
    top = repository(tmp_path / "a", {"old.bin": data}, {"old.bin": None, "new.bin": packed_in("zip", data)})
    (one,) = searched(top).leaks
    places = {place.file.partition("!")[0]: place.line for place in one.places}
    assert places == {"old.bin": 51, "new.bin": 51}


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"7z\xbc\xaf\x27\x1c" + b"\0" * 50, "7-Zip"),
        (b"\x28\xb5\x2f\xfd" + b"\0" * 50, "Zstandard"),
        (b"# v2 git bundle\n" + b"\0" * 50, "bundle of git"),
        (b"PACK\0\0\0\2" + b"\0" * 50, "pack of git"),
        (b"PK\x03\x04" + b"\0" * 50, "damaged"),
        (b"\x1f\x8b" + b"\0" * 50, "damaged"),
        (packed_in("gzip", b"abc")[:-9], "damaged"),
        (packed_in("zip", packed_in("zip", packed_in("zip", b"deep"))), "archives"),
        (gzip.compress(b"\0" * 140_000_000, 1), "unpacks to more than 128 MB"),
    ],
    ids=["7z", "zstd", "bundle", "pack", "zip", "gzip", "cut", "deep", "bomb"],
)
def test_what_cannot_be_unpacked_is_said(tmp_path, data, why):
    """Never passed over in silence, and never more than a bounded part of it."""
    write(tmp_path, {"in.bin": data, "a.js": "1"})
    search = searched(tmp_path)
    assert [why in one.why for one in search.unread] == [True], search.unread
    assert judge(search).code == "read_in_part"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig", "utf-32"])
def test_texts_in_other_encodings_are_read(tmp_path, encoding):
    """As editors on Windows write them, with their right lines."""
    write(tmp_path, {"a.ps1": f"# one\n# two\n$key = '{LIVE}'\n".encode(encoding)})
    (one,) = searched(tmp_path).leaks
    assert one.places[0].line == 3


def test_keys_among_bytes_that_are_no_text_are_found(tmp_path):
    """A database file, a compiled program."""
    write(tmp_path, {"app.db": b"SQLite format 3\0" + bytes(range(256)) * 40 + LIVE.encode() + b"\0\xff" * 500})
    assert "stripe-secret" in found(searched(tmp_path))


@pytest.mark.parametrize("shift", [-40, -20, -1, 0, 1, 20])
def test_a_key_across_the_cut_between_two_pieces_is_found_once(tmp_path, shift):
    """Whatever byte the cut falls on, with its right line."""
    cut = 4 * 1024 * 1024 - 8 * 1024 + shift
    text = (b"x" * 63 + b"\n") * (cut // 64)
    text += b"y" * (cut - len(text)) + f"'{LIVE}' ".encode() + b"\nz" * 20_000
    write(tmp_path, {"big.log": text})
    (one,) = searched(tmp_path).leaks
    assert [place.line for place in one.places] == [text[: cut + 1].count(b"\n") + 1]


def first_megabytes(folder: Path, count: int) -> None:
    """Search as much of the bundle, in a folder of its own."""
    part = folder / f"first-{count}"
    part.mkdir(exist_ok=True)
    with (folder / "bundle.js").open("rb") as whole:
        (part / "bundle.js").write_bytes(whole.read(count * 1024 * 1024))
    searched(part)


@pytest.mark.slow
def test_a_hundred_megabytes_on_one_line_take_seconds(tmp_path):
    """A bundle without line ends; memory stays bounded by its pieces."""
    with (tmp_path / "bundle.js").open("wb") as file:
        for _ in range(100):
            file.write(b"function a(){return b(c)}" * 40_000)
        file.write(f";k='{LIVE}';".encode())
    search = searched(tmp_path)
    assert "stripe-secret" in found(search)
    assert search.unread == []
    assert worse_than_linear(lambda size: first_megabytes(tmp_path, size), 10) is None


def test_a_sparse_terabyte_costs_what_it_holds(tmp_path):
    """Holes are skipped; what stands behind them is found."""
    with (tmp_path / "disk.img").open("wb") as file:
        file.seek(1 << 40)
        file.write(f"\nk='{LIVE}'\n".encode())
    search = searched(tmp_path)
    assert "stripe-secret" in found(search), "a terabyte would take hours"


@pytest.mark.slow
def test_a_file_too_large_is_read_in_part_and_said(tmp_path):
    """Up to its limit, then it is unknown."""
    (tmp_path / "huge.bin").write_bytes(b"")
    block = os.urandom(1024 * 1024)
    with (tmp_path / "huge.bin").open("wb") as file:
        for _ in range(266):
            file.write(block)
    search = searched(tmp_path)
    assert [one.why for one in search.unread] == ["only its first 256 MB were read"]
    assert search.read <= 264 * 1024 * 1024


def test_pipes_devices_loops_and_closed_folders_do_not_stop_it(tmp_path):
    """No file is opened that could wait, and no link is followed."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "up").symlink_to("..")
    (tmp_path / "zero").symlink_to("/dev/zero")
    write(tmp_path, {"a.js": f"k='{LIVE}'", "odd\nname\x1b[31m.js": f"\nk='{LIVE}'"})
    (tmp_path / os.fsdecode(b"bytes\xff.js")).write_text(f"k='{LIVE}'")
    search = searched(tmp_path)
    (one,) = search.leaks
    assert len(one.places) == 3
    assert all("\n" not in place.shown and "\x1b" not in place.shown for place in one.places)
    assert {entry.file for entry in search.unread} <= {"pipe"}


def test_a_shallow_clone_says_that_history_is_missing(tmp_path):
    """As build services fetch it by default."""
    top = repository(tmp_path / "a", {"a": "1"}, {"a": "2"}, {"a": "3"})
    git(tmp_path, "clone", "--quiet", "--depth=1", f"file://{top}", "b")
    search = searched(tmp_path / "b")
    verdict = judge(search)
    assert verdict.code == "history_cut_off"
    assert verdict.seen["commits"] == "1 commit"
    assert judge(searched(tmp_path / "b", history=False)).code == "ok"


def test_what_is_asked_for_and_impossible_is_said(tmp_path):
    """No folder, no repository, a commit that is not there, a repository that is damaged, no git."""
    assert "there is no" in searched(tmp_path / "none").trouble
    write(tmp_path / "plain", {"a.js": "1"})
    assert searched(tmp_path / "plain").trouble == ""
    assert "no git repository" in searched(tmp_path / "plain", history=True).trouble
    top = repository(tmp_path / "a", {"a": "1"}, {"b": "2"})
    assert "no commit 'v9'" in searched(top, since="v9").trouble
    assert "no commit" in searched(top, since="--output=/tmp/x").trouble
    for found_object in (top / ".git/objects").glob("[0-9a-f][0-9a-f]/*"):
        found_object.chmod(stat.S_IWUSR | stat.S_IRUSR)
        found_object.write_bytes(b"broken")
    search = searched(top)
    assert "damaged" in search.trouble
    assert judge(search).code == "could_not_look"
    assert search.files == 2


def test_without_git_the_files_are_searched_and_the_rest_is_unknown(tmp_path, monkeypatch):
    """A machine on which git is missing."""
    top = repository(tmp_path / "a", {"a.js": "1"})
    monkeypatch.setenv("PATH", str(tmp_path / "nowhere"))
    search = searched(top)
    assert search.trouble == "git is not installed here"
    assert search.files == 1
    assert judge(search).code == "could_not_look"


def test_only_what_came_after_a_commit_or_is_about_to_be_committed(tmp_path):
    """For a pull request, and for a hook before a commit."""
    top = repository(tmp_path / "a", {"old.js": f"k='{SECRETS['openai']}'"}, {"old.js": "gone"})
    base = git(top, "rev-parse", "HEAD")
    commit(top, {"new.js": f"k='{LIVE}'"})
    commit(top, {"new.js": "gone"})
    search = searched(top, since=base, history=False)
    assert found(search).keys() == {"stripe-secret"}
    assert search.commits == 2
    write(top, {"staged.js": f"k='{SECRETS['groq']}'", "left.js": f"k='{SECRETS['npm']}'"})
    git(top, "add", "staged.js")
    assert found(searched(top, staged=True)) == {"groq": "staged.js:1"}
    empty = repository(tmp_path / "b")
    write(empty, {"first.js": f"k='{LIVE}'"})
    git(empty, "add", "first.js")
    assert found(searched(empty, staged=True)) == {"stripe-secret": "first.js:1"}


def test_stashes_tags_branches_and_merges_are_history_too(tmp_path):
    """Whatever a reference keeps, with the commit that brought it."""
    top = repository(tmp_path / "a", {"a": "1"})
    for number, (id, how) in enumerate((("openai", "branch"), ("npm", "tag"), ("groq", "stash"), ("square", "merge"))):
        if how == "stash":
            write(top, {"a": f"k='{SECRETS[id]}'"})
            git(top, "stash", "--quiet")
            continue
        git(top, "checkout", "--quiet", "-b", f"b{number}")
        commit(top, {f"f{number}": f"k='{SECRETS[id]}'"})
        if how == "tag":
            git(top, "tag", "-a", "v1", "-m", "v1")
        git(top, "checkout", "--quiet", "main")
        if how == "tag":
            git(top, "branch", "--quiet", "-D", f"b{number}")
        if how == "merge":
            git(top, "merge", "--quiet", "--no-ff", "--no-edit", f"b{number}")
            commit(top, {f"f{number}": None})
    search = searched(top)
    assert found(search).keys() == {"openai", "npm", "groq", "square"}
    assert all(place.commit for one in search.leaks for place in one.places)


def test_older_stashes_are_searched_too(tmp_path):
    """One reference keeps all stashes; only its log knows of those before the newest."""
    top = repository(tmp_path / "a", {"a": "1"})
    for id in ("openai", "groq", "npm"):
        write(top, {"a": f"k='{SECRETS[id]}'"})
        git(top, "stash", "--quiet")
    search = searched(top)
    assert found(search).keys() == {"openai", "groq", "npm"}
    assert all(place.commit for one in search.leaks for place in one.places)
    assert found(searched(top, since="main")).keys() == {"openai", "groq", "npm"}


def test_what_was_written_about_commits_and_tags_is_searched(tmp_path):
    """A key that was pasted into a message is public too; names and ids in front of it are none of its lines."""
    top = repository(tmp_path / "a", {"a": "1"})
    git(top, "commit", "--quiet", "--allow-empty", "-m", f"Try it\n\nwith {LIVE}")
    git(top, "tag", "-a", "v1", "-m", f"out with {SECRETS['npm']}")
    search = searched(top)
    newest = git(top, "rev-parse", "HEAD")
    assert found(search) == {
        "stripe-secret": f"message of a commit:3 (commit {newest[:10]})",
        "npm": "message of tag v1:1",
    }
    assert (search.blobs, judge(search).code) == (1, "secret_in_history")
    one = next(one for one in search.leaks if one.key.id == "stripe-secret")
    assert (one.places[0].author, one.places[0].day) == (found_author(top), "2026-11-20")


def found_author(top: Path) -> str:
    """As the search shows an author: masked."""
    return mask(git(top, "log", "-1", "--format=%ae"))


def test_a_file_that_only_a_tag_keeps_has_a_name(tmp_path):
    """It has no path, and is found all the same."""
    top = repository(tmp_path / "a", {"a": "1"})
    git(top, "tag", "kept", git(top, "hash-object", "-w", "--stdin", stdin=f"k='{LIVE}'".encode()))
    assert found(searched(top)) == {"stripe-secret": "a file that only a tag keeps:1"}


@pytest.mark.parametrize("left_out", ["blob:none", "tree:0"])
def test_a_partial_clone_is_no_damage_and_no_proof(tmp_path, left_out):
    """What is here is searched; that the rest is not is said, with the line that fetches it, which works."""
    top = repository(tmp_path / "a", {"a.js": f"k='{LIVE}'"}, {"a.js": "gone"}, {"b.js": f"k='{SECRETS['npm']}'"})
    git(top, "config", "uploadpack.allowFilter", "true")
    git(tmp_path, "clone", "--quiet", f"--filter={left_out}", f"file://{top}", "b")
    search = searched(tmp_path / "b")
    assert (search.trouble, search.unread, search.history) == ("", [], "partial")
    assert found(search).keys() == {"npm"}
    write(tmp_path / "b", {"b.js": "gone"})
    clean = Search(files=1, history="partial", absent=2)
    assert judge(clean).code == "history_cut_off"
    assert "git fetch --refetch --no-filter" in str(judge(clean).seen["fetch"])
    git(tmp_path / "b", "fetch", "--quiet", "--refetch", "--no-filter")
    search = searched(tmp_path / "b")
    assert search.history == "whole"
    assert found(search).keys() == {"stripe-secret", "npm"}


def test_with_an_object_missing_the_rest_is_searched_and_the_damage_is_said(tmp_path):
    """A disk that lost one folder's listing does not hide what the others hold."""
    top = repository(tmp_path / "a", {"a.js": f"k='{LIVE}'"}, {"a.js": "gone", "x/b": "2"}, {"x/b": "3"})
    tree = git(top, "rev-parse", "HEAD~1:x")
    (top / ".git/objects" / tree[:2] / tree[2:]).unlink()
    search = searched(top)
    assert "damaged" in search.trouble
    assert found(search).keys() == {"stripe-secret"}


def test_large_files_of_git_lfs_are_searched_where_they_are(tmp_path):
    """Git keeps a pointer; the content lies beside it, or on a server, which is said."""
    ids = ("ab" * 32, "cd" * 32)
    pointers = {
        f"{number}.bin": f"version https://git-lfs.github.com/spec/v1\noid sha256:{id}\nsize 12\n"
        for number, id in enumerate(ids)
    }
    top = repository(tmp_path / "a", pointers)
    write(top, {f".git/lfs/objects/ab/ab/{ids[0]}": f"k='{LIVE}'"})
    search = searched(top)
    assert found(search) == {"stripe-secret": "0.bin (Git LFS):1"}
    assert search.notes == ["1 large file is not on this machine and not searched: git lfs fetch --all"]


def test_whoever_names_a_link_or_an_ignored_folder_means_what_is_in_it(tmp_path):
    """Nothing read is no proof; links that are met on the way are not followed."""
    top = repository(tmp_path / "a", {".gitignore": "build", "a": "1"})
    write(top, {"build/x.js": f"k='{LIVE}'", "empty/.keep": ""})
    assert found(searched(top)) == {}
    search = searched(top / "build")
    assert found(search) == {"stripe-secret": "x.js:1"}
    assert search.notes == ["Git keeps no file of build; all that is in it was searched"]
    (tmp_path / "link.js").symlink_to(top / "build/x.js")
    assert found(searched(tmp_path / "link.js")) == {"stripe-secret": "x.js:1"}
    (top / "beside.js").symlink_to(top / "build/x.js")
    assert found(searched(top)) == {}


def test_a_bare_repository_and_a_subfolder_can_be_searched(tmp_path):
    """A mirror on a server; one part of a larger repository, with the history of all."""
    top = repository(tmp_path / "a", {"x/a.js": "1", "y/b.js": f"k='{LIVE}'"})
    git(tmp_path, "clone", "--quiet", "--bare", str(top), "bare.git")
    (one,) = searched(tmp_path / "bare.git").leaks
    assert one.places[0].file == "y/b.js"
    assert searched(top / "x", history=False).files == 1
    assert searched(top / "x", history=False).leaks == ()
    assert searched(top / "y/b.js").leaks != ()


def test_a_hostile_repository_runs_nothing(tmp_path):
    """Hooks, watchers, filters, pagers, attributes, aliases and helpers that a repository names are not started."""
    top = repository(tmp_path / "a", {"a.js": f"k='{LIVE}'", ".gitattributes": "* diff=evil filter=evil text=auto\n"})
    marker, evil = tmp_path / "ran", tmp_path / "evil.sh"
    evil.write_text(f'#!/bin/sh\necho "$0 $*" >> {marker}\ncat\n')
    evil.chmod(0o755)
    for hook in ("post-index-change", "reference-transaction", "pre-auto-gc", "post-checkout"):
        shutil.copy(evil, top / ".git/hooks" / hook)
    (top / ".git/config").write_text(
        (top / ".git/config").read_text()
        + f"""
[core]
    fsmonitor = {evil}
    pager = {evil}
    editor = {evil}
    sshCommand = {evil}
    askPass = {evil}
    alternateRefsCommand = {evil}
    hooksPath = {top}/.git/hooks
    worktree = /
[diff]
    external = {evil}
[diff "evil"]
    textconv = {evil}
    command = {evil}
[filter "evil"]
    clean = {evil}
    smudge = {evil}
    process = {evil}
    required = true
[alias]
    rev-list = !{evil}
    cat-file = !{evil}
[gpg]
    program = {evil}
[log]
    showSignature = true
[credential]
    helper = !{evil}
[extensions]
    partialClone = origin
[remote "origin"]
    url = ext::{evil}
    promisor = true
    uploadpack = {evil}
"""
    )
    (top / "a.js").touch()
    search = searched(top)
    assert "stripe-secret" in found(search)
    assert {place.file for one in search.leaks for place in one.places} == {"a.js"}
    assert not marker.exists(), marker.read_text()


def test_the_environment_cannot_lead_git_elsewhere(tmp_path, monkeypatch):
    """Variables that steer git are taken away."""
    here = repository(tmp_path / "a", {"a.js": f"k='{LIVE}'"})
    other = repository(tmp_path / "b", {"b.js": "1"})
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other))
    monkeypatch.setenv("GIT_EXTERNAL_DIFF", "false")
    assert "stripe-secret" in found(searched(here))


def test_replacements_cannot_hide_a_version(tmp_path):
    """`git replace` shows another content for an object; the real one is searched."""
    top = repository(tmp_path / "a", {"a.js": f"k='{LIVE}'"}, {"a.js": "gone"})
    bad = git(top, "rev-parse", "HEAD~1:a.js")
    good = git(top, "rev-parse", "HEAD:a.js")
    git(top, "replace", bad, good)
    assert "stripe-secret" in found(searched(top))


def test_a_submodule_is_said_and_not_entered(tmp_path):
    """It is a repository of its own."""
    inner = repository(tmp_path / "inner", {"k.js": f"k='{LIVE}'"})
    top = repository(tmp_path / "a", {"a.js": "1"})
    git(top, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(inner), "lib")
    git(top, "commit", "--quiet", "-m", "lib")
    search = searched(top)
    assert search.leaks == ()
    assert any("lib is a repository of its own" in note for note in search.notes)


@pytest.mark.slow
def test_ten_thousand_commits_take_seconds(tmp_path):
    """A long history with two keys in it, each deleted again."""
    key, other = (SECRETS[id].encode() for id in ("openai", "npm"))
    top = many(tmp_path / "a", 10_000, {17: b"k='" + key + b"'\n", 9_001: b"k='" + other + b"'\n"})
    search = searched(top)
    assert found(search).keys() == {"openai", "npm"}
    assert search.commits == 10_000
    assert search.blobs == 10_000
    assert all(place.commit and place.gone for one in search.leaks for place in one.places)
    assert seconds(lambda: searched(top), 10.0) <= 10.0


def test_when_the_time_is_up_it_says_so(tmp_path):
    """A bounded search in an audit."""
    top = repository(tmp_path / "a", {f"f{number}.js": "1" for number in range(30)})
    search = Search(ends=perf_counter() - 1)
    search_code(top, search)
    assert any("time was up" in one.why for one in search.unread)
    assert judge(search).code in ("read_in_part", "could_not_look")


def test_a_private_key_is_told_apart_from_another_with_the_same_beginning(tmp_path):
    """All keys of one kind begin alike; each is a leak of its own."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    for number in range(2):
        key = rsa.generate_private_key(65537, 2048).private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        write(tmp_path, {f"key{number}.pem": key, f"env{number}.js": f"k={json.dumps(key.decode())}"})
    search = searched(tmp_path)
    assert {place.file for one in search.leaks for place in one.places} == {
        "key0.pem",
        "key1.pem",
        "env0.js",
        "env1.js",
    }
    assert len(search.leaks) == 4


def test_a_fingerprint_tells_the_same_secret_and_nothing_else(tmp_path):
    """It depends on the salt, and does not contain the secret."""
    write(tmp_path, {"a.js": f"k='{LIVE}'", "b.js": f"k='{SECRETS['npm']}'"})
    one, other = searched(tmp_path).leaks
    salt = base64.b64decode("c2FsdHNhbHRzYWx0c2FsdA==")
    assert one.fingerprint(salt) == one.fingerprint(salt)
    assert len({one.fingerprint(salt), other.fingerprint(salt), one.fingerprint(b"x" * 16)}) == 3
