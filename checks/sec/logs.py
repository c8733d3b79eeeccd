"""The logs show no tokens, passwords, card numbers or customers' addresses.

Logs are read by many: the host that keeps them, every tool that collects them, everybody who helps for a day. Whoever
reads a log-in token there is logged in as that customer. So a logger must leave such values out, and the one proof is
to give it some that are made up, and to look at what it writes.
"""

from __future__ import annotations

from collections.abc import Sequence
from time import perf_counter

from checks.log_lines import MANY, Logs
from checks.model import Json, Kind, Outcome, Severity, Status, Target, Verdict
from checks.registry import check, main_domain, reads_files

SECONDS = 25.0
"""For logs within an audit."""
LEAVE_OUT = (
    "Let the logger leave out or mask it: most have a list of names for that (pino `redact`, Rails"
    " `filter_parameters`, Django `sensitive_variables`, structlog processors)."
)
AGAIN = "Prove it with `launch secrets --canary`, which gives made-up values to your logger and looks at its output."
OUTCOMES = {
    "ok": Outcome(Status.PASS, "No token, password or card number in {read}"),
    "canary_hidden": Outcome(Status.PASS, "Your logger hides all {count} made-up secrets that it was given"),
    "canary_visible": Outcome(
        Status.FAIL,
        "Your logger writes down what it must hide: {visible}",
        impact="Everybody who can read the logs can log in or pay as a customer who is in them.",
        fix=(LEAVE_OUT, "Delete the old logs, at the host and wherever they are collected.", AGAIN),
        severity=Severity.HIGH,
        runbook="secret_leaked",
    ),
    "canary_not_seen": Outcome(
        Status.UNKNOWN,
        "Your logger was given made-up secrets, but nothing of the test was in its output: {reason}",
        impact="Nothing is proven about your logs.",
        fix=(
            "Let the command write its input, or the variable LAUNCH_CANARY, with your app's own logger.",
            "Name the file that it writes to: --log app.log.",
        ),
    ),
    "secret_in_log": Outcome(
        Status.FAIL,
        "A secret key is written into the logs: {shown} in {where}",
        impact="Everybody who can read the logs can use it as if they were you.",
        fix=("Replace the key where it was made.", LEAVE_OUT, "Then delete the old logs.", AGAIN),
        severity=Severity.HIGH,
        runbook="secret_leaked",
    ),
    "token_in_log": Outcome(
        Status.FAIL,
        "Your logs write down a customer's {what}: {shown} in {where}",
        impact="Everybody who can read the logs can be that customer.",
        fix=(
            LEAVE_OUT,
            "Then delete the old logs, and log everybody out once, so that the tokens in them end.",
            AGAIN,
        ),
        severity=Severity.HIGH,
        runbook="secret_leaked",
    ),
    "card_in_log": Outcome(
        Status.FAIL,
        "Your logs write down card numbers: {shown} in {where}",
        impact="The card companies forbid to keep card numbers like that. It can cost you the payment account.",
        fix=(
            "Let the payment service's own form take the card, so that your server never sees it.",
            LEAVE_OUT,
            "Then delete the old logs.",
        ),
        severity=Severity.HIGH,
        runbook="secret_leaked",
    ),
    "personal_data_in_log": Outcome(
        Status.WARN,
        "Your logs hold the e-mail addresses of {addresses} different people",
        impact="Customers expect that their address is not spread. Whoever gets a log gets your list of customers.",
        fix=("Log a customer's number instead of the address.", "Keep logs for a few weeks only."),
        severity=Severity.MEDIUM,
    ),
    "read_in_part": Outcome(
        Status.UNKNOWN,
        "No token, password or card number in {read}, but some could not be read: {unread}",
        impact="Nothing is proven about the rest.",
        fix=("See whether the named files are there and may be read.", "Run this check again."),
    ),
    "could_not_look": Outcome(
        Status.UNKNOWN,
        "The logs could not be looked at: {reason}",
        impact="Nothing is proven either way.",
        fix=("Run `launch secrets --log app.log` where the logs are.",),
    ),
    "not_here": Outcome(
        Status.NA,
        "No log is on this machine, so none was searched for tokens",
        fix=(
            "Run `launch secrets --canary --tell` in your build: it tests your app's own logger, and audits know it.",
            "To search logs in every audit, add to launch.yml a section `code:` with the line `logs: [app.log]` in it.",
        ),
    ),
}
CODES = {"secret key": "secret_in_log", "card number": "card_in_log"}
"""Codes of what was found; everything else is a token."""


@check(
    "sec.logs",
    title="Logs without secrets",
    kind=Kind.DOMAIN,
    outcomes=OUTCOMES,
    severity=Severity.HIGH,
    worst=Severity.HIGH,
    requirements=("SEC-3", "SEC-12"),
    measured=(
        "We read the logs that you name and look for keys, log-in tokens, cookies, passwords, card numbers with a right"
        " check digit, and many e-mail addresses. In a build, the canary test gives made-up values to your logger."
        " Nothing of a log is kept."
    ),
    verify="grep -ciE 'authorization|cookie|password' {file}",
    links=(
        "https://cheatsheetseries.owasp.org/cheatsheets/Logging_Cheat_Sheet.html#data-to-exclude",
        "https://www.rfc-editor.org/rfc/rfc6750#section-5.3",
    ),
    applies=main_domain,
    again=False,
)
@reads_files
def logs(target: Target) -> Verdict:
    """The files that `code.logs` names, within the time of a check."""
    code = target.inventory.code
    if code is None or not code.logs:
        return Verdict("not_here", {"file": "app.log"})
    found = Logs(ends=perf_counter() + SECONDS)
    for path in code.logs:
        found.file(path, path)
    return judge(found)


def judge(found: Logs) -> Verdict:
    """The worst that stands in some logs, then what was not read."""
    seen: dict[str, Json] = {
        "read": reading(found),
        "file": found.marks[0].file if found.marks else (found.unread[0][0] if found.unread else "app.log"),
        "addresses": found.addresses,
        "counts": dict(found.found),
    }
    for kind in ("secret key", "card number", "password", "log-in token", "cookie"):
        times = found.found.get(kind, 0)
        if times and (mark := next((one for one in found.marks if one.kind == kind), None)):
            also = f" ({times:,} times in all)" if times > 1 else ""
            place: dict[str, Json] = {"file": mark.file, "line": mark.line, "where": f"{mark.file}:{mark.line}{also}"}
            places = tuple(f"{one.kind}: {one.file}:{one.line}" for one in found.marks)
            return Verdict(
                CODES.get(kind, "token_in_log"), seen | place | {"what": kind, "shown": mark.shown, "found": places}
            )
    if found.unread and not found.files:
        return Verdict("could_not_look", seen | {"reason": f"{found.unread[0][0]}: {found.unread[0][1]}"})
    if found.unread:
        return Verdict("read_in_part", seen | {"unread": tuple(f"{name} ({why})" for name, why in found.unread[:5])})
    return Verdict("personal_data_in_log" if found.addresses >= MANY else "ok", seen)


def judge_canary(visible: Sequence[str], *, marked: bool, count: int, reason: str = "") -> Verdict:
    """Whether a logger hid what it was given; without the marker nothing is proven."""
    if visible:
        return Verdict("canary_visible", {"visible": tuple(visible), "file": "app.log"})
    if not marked:
        return Verdict("canary_not_seen", {"reason": reason or "not even its harmless marker", "file": "app.log"})
    return Verdict("canary_hidden", {"count": count, "file": "app.log"})


def reading(found: Logs) -> str:
    """How much was read: `2 logs (14 MB)`."""
    size = f"{found.read / 1e6:,.0f} MB" if found.read >= 1e6 else f"{found.read / 1e3:,.0f} kB"
    return f"{found.files} log{'' if found.files == 1 else 's'} ({size})"
