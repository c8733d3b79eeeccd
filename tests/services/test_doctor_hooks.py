"""The self-test about hooks: a missing secret is named with its line, strangers are no alarm, what is left is said."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.services.doctor import Line, State
from bot.services.doctor_hooks import lines
from bot.services.inbound import AtTheDoor
from bot.services.knocks import Knock, Turned
from bot.store.heard import Left
from bot.store.plain import from_plain, to_plain
from bot.views.doctor import doctor as view
from tests.services.doorstep import BEARER, START, Doorstep

LONG = "x" * 40
NOW = START + timedelta(minutes=5)
WRONG = "The signature does not fit: the secret is another one, or the body was changed on its way."


def knock(source: str, turned: Turned, count: int = 3, said: str = WRONG) -> Knock:
    """Somebody was turned away five minutes ago."""
    return Knock(source, turned, count, START, said)


def door(*knocks: Knock, taken: tuple[str, ...] = (), left: Left | None = None) -> AtTheDoor:
    """How it is at the door."""
    return AtTheDoor(knocks, {name: START.timestamp() for name in taken}, left or Left())


def only(found: tuple[Line, ...]) -> Line:
    """The one line."""
    [line] = found
    return line


def test_where_nobody_is_set_up_and_nobody_knocks_nothing_is_said():
    """A founder without a hook has nothing to do."""
    assert lines({"LAUNCH_TOKEN": ""}, door(), NOW) == ()
    assert lines({"LAUNCH_TOKEN": ""}, None, NOW) == ()


def test_a_sender_without_a_secret_is_named_with_the_line_to_write():
    """That is how a founder finds out why no deploy ever comes."""
    line = only(lines({}, door(knock("github", Turned.NO_SECRET)), NOW))
    assert line.state is State.PROBLEM
    assert line.said == "GitHub knocked 3 times, last 5 minutes ago, but LAUNCH_HOOK_GITHUB_SECRET is not set"
    assert "LAUNCH_HOOK_GITHUB_SECRET=… to .env" in line.fix
    again = only(lines({"LAUNCH_HOOK_GITHUB_SECRET": LONG}, door(knock("github", Turned.NO_SECRET, 1)), NOW))
    assert again.said == "GitHub knocked once, last 5 minutes ago, before LAUNCH_HOOK_GITHUB_SECRET was set"
    assert "Start the bot again" in again.fix
    assert "LAUNCH_TOKEN=…" in only(lines({}, door(knock("events", Turned.NO_SECRET, 2)), NOW)).fix
    gate = only(lines({}, door(knock("gate", Turned.NO_SECRET, 2)), NOW))
    assert gate.said.startswith("A gate in your CI (--tell) knocked twice")
    assert "LAUNCH_TOKEN=…" in gate.fix


def test_a_wrong_secret_is_a_problem_and_a_stranger_is_none():
    """Where genuine messages came as well, the others were somebody else's."""
    secrets = {"LAUNCH_HOOK_GITHUB_SECRET": LONG}
    wrong = only(lines(secrets, door(knock("github", Turned.UNPROVEN)), NOW))
    assert (wrong.state, WRONG in wrong.said, "the same secret" in wrong.fix) == (State.PROBLEM, True, True)
    fine = only(lines(secrets, door(knock("github", Turned.UNPROVEN), taken=("github",)), NOW))
    assert fine.state is State.OK
    assert fine.said == "GitHub was last heard 5 minutes ago; 3 times somebody without the secret was refused"


@pytest.mark.parametrize("turned", [Turned.UNREADABLE, Turned.TOO_MANY])
def test_who_is_known_and_was_still_turned_away_is_to_be_looked_at(turned):
    """Beside when it was last heard."""
    one, two = lines({}, door(knock("vercel", turned, 2, "Why not."), taken=("vercel",)), NOW)
    assert (one.state, one.said) == (
        State.OPEN,
        "Vercel was turned away twice, last 5 minutes ago: Why not.",
    )
    assert two.state is State.OK


def test_a_secret_that_nobody_uses_asks_for_a_test():
    """The hook was set here, and perhaps forgotten at the sender."""
    line = only(lines({"LAUNCH_HOOK_VERCEL_SECRET": LONG}, door(), NOW))
    assert (line.state, "nothing has come from it yet" in line.said) == (State.OPEN, True)


def test_a_misspelt_variable_and_a_short_secret_are_named():
    """Both look like set-up, and are none."""
    line = only(lines({"LAUNCH_HOOK_GITHBU_SECRET": LONG}, None, NOW))
    assert (line.state, line.fix) == (State.PROBLEM, "Rename it to LAUNCH_HOOK_GITHUB_SECRET.")
    short = only(lines({"LAUNCH_TOKEN": "abc"}, None, NOW))
    assert (short.state, "openssl rand -hex 32" in short.fix) == (State.OPEN, True)
    assert "abc" not in str(short)


def test_addresses_that_nobody_has_are_told_once():
    """With the last of them."""
    line = only(lines({}, door(knock("", Turned.UNKNOWN, 51, 'No sender is called "githup"')), NOW))
    assert (line.state, "51 times" in line.said, "githup" in line.said) == (State.OPEN, True, True)


def test_what_could_not_be_worked_on_is_a_problem():
    """And what waits too long."""
    left = Left(3, START, 2, "github: a mistake of the bot itself (KeyError)")
    given_up, waits = lines({}, door(left=left), NOW)
    assert given_up.said.startswith("2 messages of senders could not be worked on. The last one: github: a mistake")
    assert waits.said == "3 messages of senders wait to be worked on, the oldest since 5 minutes ago"
    assert {given_up.state, waits.state} == {State.PROBLEM}
    assert view((given_up, waits)).headline == "The bot needs help: 2 problems"


def test_where_no_bot_runs_nothing_is_claimed():
    """The terminal alone cannot know what came."""
    line = only(lines({"LAUNCH_HOOK_VERCEL_SECRET": LONG, "LAUNCH_TOKEN": LONG}, None, NOW))
    assert (line.state, line.said.startswith("Vercel has its secret")) == (State.OK, True)


async def test_it_comes_through_the_local_door_as_it_was(tmp_path):
    """A real door, with knocks of each kind, as JSON and back."""
    step = Doorstep(tmp_path)
    await step.inbound.take("vercel", {}, b"{}")
    await step.inbound.take("nobody", {}, b"{}")
    await step.inbound.take("github", {}, b"{}")
    assert (await step.inbound.events(BEARER, b'{"kind": "error"}')).status == 202
    found = await step.inbound.at_the_door()
    assert {one.turned for one in found.turned_away} == {Turned.NO_SECRET, Turned.UNKNOWN, Turned.UNPROVEN}
    assert from_plain(AtTheDoor, to_plain(found)) == found
    assert len(lines(step.environ, found, NOW)) >= 4
    await step.close()
