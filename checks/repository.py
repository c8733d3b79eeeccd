"""A folder of code: its git repository, asked without trusting it, and the files that belong to it.

A repository from strangers can name programs in its own settings (hooks, watchers, filters, pagers, remotes). None of
them runs: git gets no settings but ours, no network and no terminal, and is only asked for what it stores.
"""

from __future__ import annotations

import os
import stat
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from threading import Timer

from checks.masking import clip, mask
from checks.secret_search import Search

HEAVY = frozenset(
    {
        ".git",
        ".hg",
        ".svn",
        "node_modules",
        ".venv",
        "venv",
        "__pycache__",
        ".tox",
        ".mypy_cache",
        ".pytest_cache",
        ".ruff_cache",
        ".gradle",
        ".terraform",
    }
)
"""Folders of others' code and of caches, passed over where no git says what belongs to the product."""
SECONDS = 60.0
"""For one short question to git."""
_SAFE = (
    "core.fsmonitor=false",
    "core.untrackedCache=false",
    "core.hooksPath=/dev/null",
    "core.attributesFile=/dev/null",
    "core.excludesFile=/dev/null",
    "core.pager=cat",
    "core.askPass=true",
    "core.alternateRefsCommand=true",
    "core.quotePath=false",
    "diff.external=",
    "credential.helper=",
    "protocol.allow=never",
    "gc.auto=0",
    "log.showSignature=false",
    "log.mailmap=false",
    "safe.directory=*",
)


class NoGit(Exception):
    """Git cannot be asked; the text says why, in words."""


@dataclass(frozen=True, slots=True)
class Repository:
    """A git repository on this disk."""

    top: Path
    """Its working folder; of a bare one the repository itself."""
    folder: Path
    """Where git keeps it: `.git`."""
    bare: bool = False

    def command(self, *arguments: str) -> list[str]:
        """A git command that runs nothing of the repository's own."""
        settings = [part for setting in _SAFE for part in ("-c", setting)]
        where = [f"--git-dir={self.folder}", *([] if self.bare else [f"--work-tree={self.top}"])]
        return ["git", "--no-pager", "--no-replace-objects", *settings, *where, *arguments]

    def start(self, *arguments: str, stdin: int | None = subprocess.DEVNULL) -> subprocess.Popen[bytes]:
        """A git process whose output is read as it comes. Raises `NoGit`."""
        try:
            return subprocess.Popen(  # noqa: S603  (our own words, ended by the settings above)
                self.command(*arguments),
                cwd=self.top,
                env=environment(),
                stdin=stdin,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        except FileNotFoundError:
            raise NoGit("git is not installed here") from None
        except OSError as error:
            raise NoGit(f"git cannot be started ({error.strerror})") from None

    def ask(self, *arguments: str, seconds: float = SECONDS) -> bytes:
        """What git answers to a short question. Raises `NoGit`."""
        try:
            done = subprocess.run(  # noqa: S603  (as above)
                self.command(*arguments),
                cwd=self.top,
                env=environment(),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=seconds,
                check=False,
            )
        except FileNotFoundError:
            raise NoGit("git is not installed here") from None
        except subprocess.TimeoutExpired:
            raise NoGit(f"git did not answer within {seconds:.0f} s") from None
        except OSError as error:
            raise NoGit(f"git cannot be started ({error.strerror})") from None
        if done.returncode != 0:
            said = done.stderr.decode("utf-8", "replace").strip().partition("\n")[0]
            raise NoGit(f"the repository is damaged or not whole; git says: {clip(mask(said), 160)}")
        return done.stdout

    def partial(self) -> bool:
        """Whether it was cloned without all its contents (`--filter`), which git would fetch when they are needed."""
        try:
            return bool(self.ask("config", "--get-regexp", r"^remote\..*\.promisor$|^extensions\.partialclone$"))
        except NoGit:
            return False

    def common(self) -> Path:
        """Where the contents lie, which several working folders may share."""
        return self.top / os.fsdecode(self.ask("rev-parse", "--git-common-dir").rstrip(b"\n"))

    def shallow(self) -> bool:
        """Whether only the newest commits are here."""
        return self.ask("rev-parse", "--is-shallow-repository").strip() == b"true"


def environment() -> Mapping[str, str]:
    """Our own environment without whatever steers git."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "SSH_", "LAUNCH_"))}
    return kept | {
        "LC_ALL": "C",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_SYSTEM": os.devnull,
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_LITERAL_PATHSPECS": "1",
        "GIT_CEILING_DIRECTORIES": "/",
    }


def find(path: Path) -> Repository | None:
    """The repository that a folder belongs to, or None."""
    start = path.resolve()
    for folder in (start, *start.parents):
        if (folder / ".git").exists():
            return Repository(folder, folder / ".git")
    return Repository(start, start, bare=True) if _is_bare(start) else None


def _is_bare(folder: Path) -> bool:
    return (folder / "HEAD").is_file() and (folder / "objects").is_dir() and (folder / "refs").is_dir()


def listed(repository: Repository, below: Path) -> list[str]:
    """The files that git keeps and those it would take in, from the top; ignored ones are left out, unless kept.

    Raises:
        NoGit: Where git does not answer.
    """
    inside = below.resolve().relative_to(repository.top.resolve()).as_posix()
    names = repository.ask(
        "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--full-name", "--", inside, seconds=300
    )
    return sorted({os.fsdecode(name) for name in names.split(b"\0") if name})


def walked(top: Path, search: Search) -> Iterator[str]:
    """The files below a folder that is no repository; folders of others' code are passed over, and counted."""
    passed: dict[str, int] = {}
    for folder, names, files in os.walk(top, followlinks=False, onerror=lambda error: _closed(error, top, search)):
        inside = os.path.relpath(folder, top)
        for name in [name for name in names if name in HEAVY]:
            names.remove(name)
            passed[name] = passed.get(name, 0) + 1
        names.sort()
        for name in sorted(files):
            yield f"{inside}/{name}" if inside != "." else name
    if passed:
        search.notes.append(f"Passed over folders of others' code and caches: {', '.join(sorted(passed))}")


def _closed(error: OSError, top: Path, search: Search) -> None:
    named = error.filename if isinstance(error.filename, str) else "."
    search.blind(os.path.relpath(named, top), error.strerror or "a folder that cannot be opened")


def search_files(top: Path, names: Iterator[str] | Sequence[str], search: Search) -> None:
    """Search files by their paths from a folder."""
    for name in names:
        shown = shown_path(name)
        if search.late:
            search.blind(shown, "the time was up, so this file and those after it were not read")
            return
        if search.skips(shown):
            continue
        path = f"{top}{os.sep}{name}"
        try:
            mode = os.lstat(path).st_mode
        except OSError:
            # Kept by git and deleted here; its versions are in the history.
            continue
        if stat.S_ISDIR(mode):
            search.notes.append(f"{shown} is a repository of its own (a submodule) and was not looked into")
        elif not stat.S_ISLNK(mode):
            search.file(path, shown=shown)


def shown_path(name: str) -> str:
    """A path with forward slashes that can be printed, whatever its bytes are."""
    text = name.replace(os.sep, "/").encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return clip(" ".join(text.splitlines()).replace("\t", " "), 1000)


def output(process: subprocess.Popen[bytes]) -> BufferedReader:
    """What a process of ours writes."""
    if not isinstance(process.stdout, BufferedReader):
        raise TypeError("it was started without a pipe")
    return process.stdout


def stopped_after(process: subprocess.Popen[bytes], seconds: float) -> Timer:
    """A timer that ends a process which takes too long; cancel it when the process is through."""
    timer = Timer(seconds, process.kill)
    timer.daemon = True
    timer.start()
    return timer
