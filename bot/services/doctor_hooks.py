"""The self-test of the door for hooks: who knocked in vain and why, what waits, and whose secret nobody uses.

Strangers knock at every public address. So what was refused is a problem only where nothing of that sender was ever
understood; else it is told beside what is in order.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

from bot.adapters.hooks.base import Source, load
from bot.config.names import shown
from bot.config.nearest import did_you_mean
from bot.services import gate_told, reported
from bot.services.doctor import Line, State
from bot.services.inbound import EVENTS, TOKEN, AtTheDoor
from bot.services.knocks import Knock, Turned
from bot.store.heard import Left

NAME = "Hooks"
SHORTEST = 16
"""Characters of a secret that nobody can guess by trying."""
HELD_UP = timedelta(minutes=2)
LONG_KEY = "openssl rand -hex 32"
_BEFORE, _AFTER = "LAUNCH_HOOK_", "_SECRET"
_OURS = {
    EVENTS: "Your product (POST /events)",
    reported.SOURCE: "launch deploy",
    gate_told.SOURCE: "A gate in your CI (--tell)",
}


def lines(secrets: Mapping[str, str], door: AtTheDoor | None, now: datetime) -> tuple[Line, ...]:
    """What is to be said; nothing where no sender is set up and none has knocked.

    `secrets` are those that are set now, by the names of their variables; `door` is None where no bot runs here.
    """
    known = load()
    knocks = door.turned_away if door is not None else ()
    taken = door.last_taken if door is not None else {}
    found = [*_misspelt(secrets, known), *_short(secrets)]
    for name in sorted({*known, *_OURS}):
        mine = [one for one in knocks if one.source == name]
        found += _sender(name, mine, taken.get(name), secrets, now) if door is not None else _set(name, secrets)
    found += _nobody(knocks, now)
    return (*found, *_left(door.left if door is not None else Left(), now))


def _variable(name: str) -> str:
    return TOKEN if name in _OURS else f"{_BEFORE}{name.upper()}{_AFTER}"


def _title(name: str) -> str:
    return _OURS.get(name) or load()[name].title


def _misspelt(secrets: Mapping[str, str], known: Mapping[str, Source]) -> Iterable[Line]:
    for variable in secrets:
        name = variable.removeprefix(_BEFORE).removesuffix(_AFTER).lower()
        if variable != TOKEN and name not in known:
            near = did_you_mean(name, known)
            fix = f"Rename it to {_variable(near.split(chr(34))[1])}." if near else f"Known are: {', '.join(known)}."
            yield Line(NAME, State.PROBLEM, f"{shown(variable)} is set, but no sender is called {shown(name)}", fix)


def _short(secrets: Mapping[str, str]) -> Iterable[Line]:
    for variable, value in secrets.items():
        if value and min(len(part.strip()) for part in value.split(",")) < SHORTEST:
            said = f"{variable} is so short that somebody could find it by trying"
            yield Line(NAME, State.OPEN, said, f"Make a longer one, here and at the sender: {LONG_KEY}")


def _sender(
    name: str, knocks: list[Knock], taken: float | None, secrets: Mapping[str, str], now: datetime
) -> Iterable[Line]:
    title, variable = _title(name), _variable(name)
    by = {one.turned: one for one in knocks}
    if missing := by.get(Turned.NO_SECRET):
        yield _without_secret(title, variable, missing, secrets, now)
        return
    unproven = by.get(Turned.UNPROVEN)
    if unproven is not None and taken is None:
        said = f"{title} was refused {_times(unproven.count)}, last {_ago(unproven.last_at, now)}: {unproven.said}"
        yield Line(NAME, State.PROBLEM, said, f"Give {title} the same secret as {variable} has where the bot runs.")
        return
    for turned, fix in (
        (Turned.UNREADABLE, f"Look at what {title} is set to send: docs/hooks.md says what is understood."),
        (Turned.TOO_MANY, f"Have {title} send less, or wait: it comes again by itself."),
    ):
        if one := by.get(turned):
            said = f"{title} was turned away {_times(one.count)}, last {_ago(one.last_at, now)}: {one.said}"
            yield Line(NAME, State.OPEN, said, fix)
    if taken is not None:
        more = f"; {_times(unproven.count)} somebody without the secret was refused" if unproven is not None else ""
        heard = datetime.fromtimestamp(taken, UTC)
        yield Line(NAME, State.OK, f"{title} was last heard {_ago(heard, now)}{more}")
    elif secrets.get(variable, "").strip() and name not in _OURS:
        said = f"{title} has its secret, but nothing has come from it yet"
        yield Line(NAME, State.OPEN, said, f"Send a test from {title}; docs/hooks.md says where to click.")


def _set(name: str, secrets: Mapping[str, str]) -> Iterable[Line]:
    """While no bot runs here nobody knows more."""
    if name not in _OURS and secrets.get(_variable(name), "").strip():
        yield Line(NAME, State.OK, f"{_title(name)} has its secret; the running bot knows whether it was heard")


def _without_secret(title: str, variable: str, knock: Knock, secrets: Mapping[str, str], now: datetime) -> Line:
    times = f"{title} knocked {_times(knock.count)}, last {_ago(knock.last_at, now)}"
    if secrets.get(variable, "").strip():
        fix = "Start the bot again, then have it sent once more."
        return Line(NAME, State.PROBLEM, f"{times}, before {variable} was set", fix)
    what = "any long random text, the same at the sender" if variable == TOKEN else f"the secret that you gave {title}"
    fix = f"Add the line {variable}=… to .env ({what}), then start the bot again."
    return Line(NAME, State.PROBLEM, f"{times}, but {variable} is not set", fix)


def _nobody(knocks: Iterable[Knock], now: datetime) -> Iterable[Line]:
    for one in knocks:
        if one.turned is Turned.UNKNOWN:
            said = f"{_times(one.count)} something came to an address that no sender has, last {_ago(one.last_at, now)}"
            yield Line(
                NAME, State.OPEN, f"{said}: {one.said}", "Correct the address at the sender: /hooks/ and its name."
            )


def _left(left: Left, now: datetime) -> Iterable[Line]:
    if left.given_up:
        many = f"{left.given_up} messages" if left.given_up > 1 else "A message"
        said = f"{many} of senders could not be worked on. The last one: {left.problem}"
        fix = (
            "Report it to whoever looks after the bot, with its log. A deploy can be told again: launch deploy VERSION"
        )
        yield Line(NAME, State.PROBLEM, said, fix)
    if left.oldest_at is not None and now - left.oldest_at > HELD_UP:
        said = (
            f"{left.waiting:,} messages of senders wait to be worked on, the oldest since {_ago(left.oldest_at, now)}"
        )
        yield Line(NAME, State.PROBLEM, said, "Look at the bot's log; it tries again by itself.")


def _times(count: int) -> str:
    return "once" if count == 1 else "twice" if count == 2 else f"{count:,} times"


def _ago(at: datetime, now: datetime) -> str:
    minutes = max(0, round((now - at).total_seconds() / 60))
    if minutes < 2:
        return "a minute ago" if minutes else "just now"
    if minutes < 120:
        return f"{minutes} minutes ago"
    return f"{minutes // 60} hours ago" if minutes < 2880 else f"{minutes // 1440} days ago"
