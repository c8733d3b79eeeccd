"""The whole history of a repository: every version of every file once, and the commit that brought what was found.

Git streams the contents one after the other, so ten thousand commits need no more memory than one.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from io import BufferedReader, BytesIO
from threading import Thread
from time import perf_counter

from checks.file_pieces import Unreadable
from checks.masking import mask
from checks.repository import NoGit, Repository, output, shown_path, stopped_after
from checks.secret_search import Place, Search

LARGEST = 32 * 1024 * 1024
"""Bytes of one stored file; git holds it in memory as a whole."""
STASHES = 500
"""Older stashes that are searched: one reference keeps them all, and its log alone knows of them."""
SAID = 8 * 1024 * 1024
"""Bytes of what somebody wrote about one commit."""
_ARCHIVED = "a file that only a tag keeps"


@dataclass(frozen=True, slots=True)
class Blob:
    """One version of one file, as git stores it."""

    id: str
    path: str
    """One of the paths it had."""
    said: bool = False
    """It is no file but what somebody wrote about a commit or a tag."""


class _Content:
    """The bytes of one blob within git's stream."""

    def __init__(self, stream: BufferedReader, size: int) -> None:
        self.stream, self.left = stream, size

    def read(self, size: int, /) -> bytes:
        """The next bytes. Raises `Unreadable` where git stops."""
        if self.left <= 0:
            return b""
        data = self.stream.read(min(size, self.left))
        if not data:
            self.left = 0
            raise Unreadable("git stopped in the middle")
        self.left -= len(data)
        return data

    def skip(self) -> None:
        """Pass over what is left."""
        while self.left > 0:
            self.read(1024 * 1024)


def search_history(repository: Repository, search: Search, *, since: str = "") -> None:
    """Search every version of every file of all branches, tags and stashes, or only those that came after a commit.

    What was written about commits and tags is searched too. Versions that a partial clone has left where they are are
    noted in `search.absent`.

    Raises:
        NoGit: Where git does not answer, or stops before its end.
    """
    reach = ["--all", *_stashes(repository)]
    beyond = ["--not", commit_of(repository, since)] if since else []
    search.commits = int(repository.ask("rev-list", "--count", *reach, *beyond, seconds=300) or 0)
    if not search.commits:
        return
    listing = repository.start("rev-list", "--objects", "--missing=print", *reach, *beyond)
    absent: list[bytes] = []
    with _running(listing, search):
        _search_blobs(repository, search, _blobs(repository, search, _here(listing, absent)))
        ended = listing.wait()
    tell_commits(repository, search, reach)
    if ended != 0 and not search.late:
        raise NoGit("the repository is damaged or not whole: git could not list all of its history")
    if absent and not repository.partial():
        raise NoGit(f"the repository is damaged or not whole: {len(absent)} of its objects are missing")
    search.absent = len(absent)


def _stashes(repository: Repository) -> list[str]:
    """The commits of older stashes."""
    try:
        said = repository.ask("log", "-g", f"-n{STASHES}", "--no-show-signature", "--format=%H", "refs/stash", "--")
    except NoGit:
        return []
    return said.decode("ascii", "replace").split()


def _here(listing: subprocess.Popen[bytes], absent: list[bytes]) -> Iterator[bytes]:
    """The lines about objects that are on this machine."""
    for line in output(listing):
        if line.startswith(b"?"):
            absent.append(line)
        else:
            yield line


def search_staged(repository: Repository, search: Search) -> None:
    """Search what the next commit would bring. Raises `NoGit`."""
    try:
        base = repository.ask("rev-parse", "--verify", "--quiet", "HEAD^{tree}").decode().strip()
    except NoGit:
        base = repository.ask("hash-object", "-t", "tree", "/dev/null").decode().strip()
    raw = repository.ask(
        "diff-index", "--cached", "--raw", "-z", "--no-abbrev", "--no-renames", "--no-ext-diff", "--no-textconv",
        "--diff-filter=ACMRT", base,
    )  # fmt: skip
    parts = raw.split(b"\0")
    staged: list[Blob] = []
    for head, path in zip(parts[::2], parts[1::2], strict=False):
        fields = head.decode("ascii", "replace").split(" ")
        if len(fields) >= 5 and fields[1].startswith("100"):
            staged.append(Blob(fields[3], path.decode("utf-8", "replace")))
    search.files += len(staged)
    _search_blobs(repository, search, (blob for blob in staged if not search.skips(shown_path(blob.path))))


def commit_of(repository: Repository, revision: str) -> str:
    """The id of a commit that somebody names. Raises `NoGit`."""
    if not revision or revision.startswith("-"):
        raise NoGit(f"there is no commit {revision[:80]!r} here")
    try:
        found = repository.ask("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    except NoGit:
        raise NoGit(f"there is no commit {revision[:80]!r} here; fetch more of the history first") from None
    return found.decode().strip()


@contextmanager
def _running(process: subprocess.Popen[bytes], search: Search) -> Iterator[None]:
    """Ends the process when we are through, or the time is up."""
    left = min(24 * 3600.0, max(1.0, search.ends - perf_counter()))
    timer = stopped_after(process, left)
    try:
        yield
    finally:
        timer.cancel()
        process.kill()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with suppress(OSError, ValueError):
                    pipe.close()
        process.wait()


def _fed(process: subprocess.Popen[bytes], lines: Iterable[bytes]) -> Thread:
    """A thread that writes to a process while we read from it, so that neither waits for the other."""

    def feed() -> None:
        try:
            with process.stdin as into:  # type: ignore[union-attr]
                into.writelines(lines)
        except (OSError, ValueError):
            # The other side has ended; the reader says why.
            return

    thread = Thread(target=feed, daemon=True)
    thread.start()
    return thread


def _blobs(repository: Repository, search: Search, listing: Iterable[bytes]) -> Iterator[Blob]:
    """What is to be read among the listed objects, each once, without what is too large or passed over."""
    sizes = repository.start(
        "cat-file", "--buffer", "--batch-check=%(objectname) %(objecttype) %(objectsize) %(rest)", stdin=subprocess.PIPE
    )
    with _running(sizes, search):
        _fed(sizes, listing)
        for line in output(sizes):
            id, kind, size, path = (*line.rstrip(b"\n").split(b" ", 3), b"", b"", b"")[:4]
            name = shown_path(path.decode("utf-8", "replace"))
            if kind == b"missing":
                search.blind(name or id.decode(), "git does not have it here")
            if kind in (b"commit", b"tag"):
                yield Blob(id.decode(), "message of a commit" if kind == b"commit" else f"message of tag {name}", True)
            if kind != b"blob" or search.skips(name):
                continue
            if int(size) > LARGEST:
                search.blind(f"{name} (in history)", f"larger than {LARGEST // 1024 // 1024} MB")
                continue
            yield Blob(id.decode(), name or _ARCHIVED)


def _search_blobs(repository: Repository, search: Search, blobs: Iterable[Blob]) -> None:
    contents = repository.start("cat-file", "--batch", "--buffer", stdin=subprocess.PIPE)
    asked: dict[str, Blob] = {}

    def lines() -> Iterator[bytes]:
        for blob in blobs:
            asked[blob.id] = blob
            yield blob.id.encode() + b"\n"

    with _running(contents, search):
        _fed(contents, lines())
        stream = output(contents)
        while head := stream.readline():
            id, kind, *size = head.decode("ascii", "replace").split()
            blob = asked.pop(id, Blob(id, ""))
            if kind == "missing" or not size:
                search.blind(blob.path or id, "git does not have it here")
                continue
            content = _Content(stream, int(size[0]))
            try:
                _search(search, blob, content, int(size[0]))
            except Unreadable as error:
                search.blind(f"{blob.path} (in history)", str(error))
            content.skip()
            stream.read(1)
            if search.late:
                search.blind("history", "the time was up, so the rest of it was not read")
                return
        if asked and not search.late:
            raise NoGit("the repository is damaged or not whole: git stopped in the middle of its history")


def _search(search: Search, blob: Blob, content: _Content, size: int) -> None:
    if not blob.said:
        search.blobs += 1
        search.source(blob.path, content, size=size, blob=blob.id)
    elif size <= SAID:
        # Behind the first empty line stands what somebody wrote; before it are names and ids.
        _, _, said = content.read(size).partition(b"\n\n")
        search.source(blob.path, BytesIO(said), blob=blob.id)
    else:
        raise Unreadable(f"larger than {SAID // 1024 // 1024} MB")


def tell_commits(repository: Repository, search: Search, reach: Sequence[str] = ("--all",)) -> None:
    """Name, for whatever was found in history, the first commit that has it, and whether it is still there."""
    wanted = search.blobs_found()
    if not wanted:
        return
    here = _newest(repository, wanted)
    first: dict[str, tuple[str, str, str]] = {}
    log = repository.start(
        "log", *reach, "--reverse", "--topo-order", "--raw", "--no-abbrev", "--no-renames", "--root", "-m",
        "--no-ext-diff", "--no-textconv", "--no-show-signature", "--no-color", "--no-notes", "--no-decorate",
        "--format=commit%x00%H%x00%ae%x00%cs",
    )  # fmt: skip
    with _running(log, search):
        commit = ("", "", "")
        for line in output(log):
            named = ""
            if line.startswith(b"commit\0"):
                told = line.decode("utf-8", "replace").rstrip("\n").split("\0")
                commit = (told[1], mask(told[2]), told[3]) if len(told) >= 4 else ("", "", "")
                named = commit[0]
            elif line.startswith(b":"):
                named = line.split(b" ", 4)[3].decode("ascii", "replace")
            if named in wanted and named not in first:
                first[named] = commit
                if len(first) == len(wanted):
                    break
    search.place(
        [
            (blob, Place("", 0, commit=commit, author=author, day=day, gone=blob not in here))
            for blob in wanted
            for commit, author, day in [first.get(blob, ("", "", ""))]
        ]
    )


def _newest(repository: Repository, wanted: set[str]) -> set[str]:
    """Which of these blobs the newest version has."""
    try:
        names = repository.ask("ls-tree", "-r", "-z", "HEAD", seconds=300)
    except NoGit:
        return set()
    return {
        blob
        for entry in names.split(b"\0")
        for blob in [entry.partition(b"\t")[0].rpartition(b" ")[2].decode("ascii", "replace")]
        if blob in wanted
    }
