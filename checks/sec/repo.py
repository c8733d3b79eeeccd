"""No key is kept in the code or anywhere in its history.

Everybody who ever gets a copy of the code gets its keys too: a contractor, a laptop that is lost, a repository that
turns public by mistake. Deleting the line does not help, because git keeps every earlier version. So a key that was
ever saved there must be replaced first; cleaning up comes after that.
"""

from __future__ import annotations

from pathlib import Path
from time import perf_counter

from checks import secret_baseline
from checks.code_search import search_code
from checks.model import Json, Kind, Outcome, Severity, Status, Target, Verdict
from checks.registry import check, main_domain, reads_files
from checks.secret_baseline import Baseline
from checks.secret_search import SETTINGS, Leak, Search

SECONDS = 25.0
"""For a search within an audit; `launch secrets` takes the time it needs."""
NEVER_HELPS = "Deleting the line is not enough: git keeps every earlier version."
LATER = (
    "Then let the code read the new one from an environment variable, and run `launch secrets` again.",
    "Switch on push protection where the code is kept, so that the next one is stopped before it is saved.",
)
OUTCOMES = {
    "ok": Outcome(Status.PASS, "No key in the code: {read}"),
    "ok_with_known": Outcome(
        Status.PASS,
        "No new key in the code: {read}; {known} in the list of known ones",
    ),
    "secret_in_code": Outcome(
        Status.FAIL,
        "A {key_name} is kept in the code: {shown} in {where}",
        impact="Whoever has ever had a copy of the code can use it as if they were you.",
        fix=("Replace it: {step} ({url}). " + NEVER_HELPS, *LATER),
        severity=Severity.BLOCKER,
        runbook="secret_leaked",
    ),
    "secret_in_history": Outcome(
        Status.FAIL,
        "A {key_name} is still in the history of the code: {shown} in {where}",
        impact="The newest version no longer has it, but everybody with a copy of the code can read it.",
        fix=("Replace it: {step} ({url}). " + NEVER_HELPS, *LATER),
        severity=Severity.BLOCKER,
        runbook="secret_leaked",
    ),
    "password_in_settings": Outcome(
        Status.FAIL,
        "A settings file with passwords is kept in the code: {key_name} in {where}",
        impact="Whoever has ever had a copy of the code knows the passwords of the live product.",
        fix=(
            "Replace every password in {file}. " + NEVER_HELPS,
            "Put the new ones where your host keeps environment variables.",
            "Add {file} to .gitignore, and take it out of git (git rm --cached).",
            "Keep a file with the names alone (.env.example) in its place; `launch env` compares with it.",
        ),
        severity=Severity.HIGH,
        runbook="secret_leaked",
    ),
    "test_key_in_code": Outcome(
        Status.WARN,
        "A {key_name} is kept in the code: {shown} in {where}",
        impact="It opens a test system only. But where a test key is written into code, the real one is often next.",
        fix=(
            "Move it into an environment variable, then replace it: {step} ({url}).",
            "If it may stay, write launch:allow into a comment on its line.",
        ),
        severity=Severity.MEDIUM,
    ),
    "read_in_part": Outcome(
        Status.UNKNOWN,
        "No key in {read}, but {unread_count} could not be read: {unread}",
        impact="Nothing is proven about those.",
        fix=(
            "Look at the named files yourself.",
            "If they are meant to be there, list them in launch.yml under `code:`, in `ignore:`.",
        ),
    ),
    "history_cut_off": Outcome(
        Status.UNKNOWN,
        "No key in {read}, but only {commits} of the history is here",
        impact="Older versions may still hold a key.",
        fix=("Fetch all of it: {fetch}.",),
    ),
    "could_not_look": Outcome(
        Status.UNKNOWN,
        "The code could not be searched for keys: {reason}",
        impact="Nothing is proven either way.",
        fix=("Run `launch secrets` in the folder of the code, where git is installed.",),
    ),
    "not_here": Outcome(
        Status.NA,
        "The code is not on this machine, so it was not searched for keys",
        fix=(
            "Run `launch secrets --tell` in your build, where the code is; audits then know what it finds.",
            "To search it in every audit, add to launch.yml a section `code:` with the line `path: .` in it.",
        ),
    ),
}


@check(
    "sec.repo",
    title="No keys in the code",
    kind=Kind.DOMAIN,
    outcomes=OUTCOMES,
    severity=Severity.BLOCKER,
    worst=Severity.BLOCKER,
    requirements=("SEC-1", "SEC-11"),
    measured=(
        "We read every file that git keeps or would take in, and every version of every file in its history, and look"
        " for the forms of keys of more than 100 services and for settings files with passwords. Nothing leaves the"
        " machine, and no service is asked whether a key works."
    ),
    verify="git log --oneline --all -- {file}",
    links=(
        "https://docs.github.com/en/code-security/secret-scanning/introduction/about-push-protection",
        "https://docs.github.com/en/authentication/keeping-your-account-and-data-secure/removing-sensitive-data-from-a-repository",
    ),
    applies=main_domain,
    again=False,
)
@reads_files
def repo(target: Target) -> Verdict:
    """The folder that `code.path` names, within the time of a check."""
    code = target.inventory.code
    if code is None or not code.path:
        return Verdict("not_here", {"path": ".", "file": "."})
    search = Search(ignore=code.ignore, ends=perf_counter() + SECONDS)
    try:
        baseline = secret_baseline.load(Path(code.baseline)) if code.baseline else secret_baseline.EMPTY
    except secret_baseline.BadBaseline as error:
        return Verdict("could_not_look", {"path": code.path, "file": ".", "reason": str(error)})
    search_code(Path(code.path), search, history=None if code.history else False)
    return judge(search, baseline, path=code.path)


def judge(search: Search, baseline: Baseline = secret_baseline.EMPTY, *, path: str = ".") -> Verdict:
    """The worst new leak first, then what was not read, then all in order."""
    new, known = baseline.split(search.leaks) if baseline.known else ([(leak, "") for leak in search.leaks], [])
    if new:
        return told(new[0][0], path=path, others=len(new) - 1)
    return rest(search, path=path, known=len(known))


def told(leak: Leak, *, path: str = ".", others: int = 0, fingerprint: str = "") -> Verdict:
    """One leak with all its places."""
    first = leak.places[0]
    code = "secret_in_history" if leak.gone else "secret_in_code"
    if leak.key.id == SETTINGS:
        code = "password_in_settings"
    elif leak.key.test:
        code = "test_key_in_code"
    seen: dict[str, Json] = {
        "path": path,
        "key_name": leak.key.name,
        "kind": leak.key.id,
        "shown": leak.key.shown,
        "file": first.file,
        "line": first.line,
        "where": _where(leak),
        "places": tuple(place.shown for place in leak.places),
        "step": leak.key.step,
        "url": leak.key.url or "where it was made",
        "others": others,
    }
    if first.commit:
        seen |= {"commit": first.commit, "author": first.author, "day": first.day, "gone": first.gone}
    return Verdict(code, seen | ({"fingerprint": fingerprint} if fingerprint else {}))


def _where(leak: Leak) -> str:
    more = len(leak.places) + leak.more - 1
    also = f" and {more} more {'place' if more == 1 else 'places'}" if more else ""
    return leak.places[0].shown + also


def rest(search: Search, *, path: str = ".", known: int = 0) -> Verdict:
    """What is to be said when no new leak was found."""
    seen: dict[str, Json] = {
        "path": path,
        "file": ".",
        "read": reading(search),
        "files": search.files,
        "versions": search.blobs,
        "allowed": search.allowed,
        "ignored": search.ignored,
        "known": _count(known, "old key"),
        "history": search.history,
    }
    if search.trouble:
        return Verdict("could_not_look", seen | {"reason": search.trouble})
    if search.unread:
        count = len(search.unread) + search.more_unread
        named = tuple(f"{one.file} ({one.why})" for one in search.unread[:5])
        return Verdict("read_in_part", seen | {"unread_count": _count(count, "file"), "unread": named})
    if search.history in FETCH:
        here = "a part" if search.absent else _count(search.commits, "commit")
        return Verdict("history_cut_off", seen | {"commits": here, "fetch": FETCH[search.history]})
    return Verdict("ok_with_known" if known else "ok", seen)


def reading(search: Search) -> str:
    """How much was read: `214 files and 3,180 earlier versions of 412 commits`."""
    files = _count(search.files, "file")
    if search.history in ("whole", "since", *FETCH):
        return f"{files} and {_count(search.blobs, 'version')} of files in {_count(search.commits, 'commit')}"
    return f"{files}{HISTORY.get(search.history, '')}"


FETCH = {
    "shallow": "`fetch-depth: 0` in actions/checkout, or git fetch --unshallow",
    "partial": "no `filter:` in actions/checkout, or git fetch --refetch --no-filter",
}
"""How the rest of a history comes here, by what was left out."""
HISTORY = {
    "staged": " about to be committed",
    "off": ", without their history",
    "none": " (no git repository, so no history)",
}


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"
