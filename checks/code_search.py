"""One search through a folder of code: its files, its history, or what is about to be committed."""

from __future__ import annotations

from pathlib import Path

from checks import git_objects, repository
from checks.repository import NoGit, Repository
from checks.secret_search import Search


def search_code(
    path: Path, search: Search, *, history: bool | None = None, since: str = "", staged: bool = False
) -> None:
    """Search a folder, a file or a bare repository; what could not be done is said in `search.trouble`.

    `history`: None searches it where there is one, True wants it, False leaves it out.
    """
    if not path.exists():
        search.trouble = f"there is no {path}"
        return
    if path.is_file():
        search.history = "off"
        # Whoever names a link means the file behind it.
        path = path.resolve()
        repository.search_files(path.parent, [path.name], search)
        return
    found = repository.find(path)
    try:
        if found is None:
            _plain(path, search, wanted=history is True or bool(since) or staged)
        elif staged:
            search.history = "staged"
            git_objects.search_staged(found, search)
        else:
            if not found.bare:
                _files(path, found, search)
            _history(found, search, history=history, since=since)
            _large(found, search)
    except NoGit as error:
        search.trouble = str(error)


def _plain(path: Path, search: Search, *, wanted: bool) -> None:
    """A folder that is in no repository."""
    search.history = "none"
    if wanted:
        search.trouble = f"{path} is in no git repository, so there is no history to search"
    repository.search_files(path, repository.walked(path, search), search)


def _files(path: Path, found: Repository, search: Search) -> None:
    """The files of a working folder; where git does not list them, all that are there."""
    try:
        names = repository.listed(found, path)
    except NoGit as error:
        search.trouble = str(error)
        repository.search_files(path, repository.walked(path, search), search)
        return
    if not names and not path.resolve().is_relative_to(found.folder.resolve()):
        # Whoever names a folder that git ignores means what is in it.
        if path.resolve() != found.top.resolve():
            search.notes.append(f"Git keeps no file of {path.name}; all that is in it was searched")
        repository.search_files(path, repository.walked(path, search), search)
        return
    repository.search_files(found.top, names, search)


def _large(found: Repository, search: Search) -> None:
    """What Git LFS keeps: the contents that are on this machine; the others are said."""
    if not search.large:
        return
    kept, absent = found.common() / "lfs" / "objects", 0
    for id, shown in list(search.large.items()):
        content = kept / id[:2] / id[2:4] / id
        if content.is_file():
            search.file(str(content), shown=f"{shown} (Git LFS)")
        else:
            absent += 1
    if absent:
        many = "file is" if absent == 1 else "files are"
        search.notes.append(f"{absent} large {many} not on this machine and not searched: git lfs fetch --all")


def _history(found: Repository, search: Search, *, history: bool | None, since: str) -> None:
    if history is False and not since:
        search.history = "off"
        return
    if search.trouble:
        return
    git_objects.search_history(found, search, since=since)
    here = "partial" if search.absent else "shallow" if found.shallow() else "whole"
    search.history = "since" if since and here != "partial" else here
