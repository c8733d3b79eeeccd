"""Counted events and minutes of the month on status, App Home and in the morning; bursts on the card."""

from __future__ import annotations

from dataclasses import replace

from bot.domain.burn import Left
from bot.domain.severity import Trouble
from bot.domain.spike_words import KINDS, probe_of
from bot.domain.spikes import Shape
from bot.render.text import text
from bot.services.events_day import Told
from bot.views import digest, events
from bot.views.events_felt import counted, says
from bot.views.felt import FELT, felt
from tests.views.incident_samples import incident, member
from tests.views.test_digest import NOTHING

FEW = Told("login_failed", 4, 95, (0, 5))
MANY = Told("job_failed", 9, 0, (0, 1))


def test_the_morning_says_what_failed_and_what_is_left() -> None:
    """Each kind with its normal; the fewest minutes; where few are left, what that means."""
    day = replace(NOTHING, counted=(MANY, FEW), budget=("Log-in", Left(2592, 2000)))
    told = " ".join(text(digest.digest(day), width=300).split())
    assert "More than usual: 9 failed jobs (normal: 0–1)" in told
    assert "4 of 95 log-ins failed (normal: 0–5)" in told
    assert "Log-in, 9 of 43 minutes left this month. Wait with risky releases" in told


def test_a_quiet_morning_stays_one_line() -> None:
    """What fails as often as ever is no news; more than usual is."""
    assert NOTHING.quiet
    assert replace(NOTHING, counted=(FEW,)).quiet
    assert not replace(NOTHING, counted=(MANY, FEW)).quiet


def test_nothing_is_shown_of_what_nobody_reports() -> None:
    """No empty heading."""
    assert events.standing(()) == []


def test_every_burst_has_words_of_its_own() -> None:
    """What is felt, what was felt and what is true afterwards, for each kind and shape; an outage keeps its own."""
    for kind, words in KINDS.items():
        for shape in Shape:
            one = member(probe_of(kind, shape), words.trouble)
            found = felt(incident(words.trouble, members=(one,)))
            assert found not in FELT.values()
            assert found.now == found.now.strip()
            assert (words.felt == found.now) == (shape is Shape.MANY)
    outage = incident(Trouble.CHECKOUT, members=(member("Failed checkouts", Trouble.CHECKOUT),))
    assert felt(outage) == FELT[Trouble.CHECKOUT]


def test_what_is_mixed_is_told_in_general() -> None:
    """A burst beside a monitor, and two kinds at once, are "more errors than usual"."""
    both = (member("Failed log-ins", Trouble.ERRORS), member("Failed jobs", Trouble.ERRORS))
    assert counted(incident(Trouble.ERRORS, members=both)) is None
    assert felt(incident(Trouble.ERRORS, members=both)) == FELT[Trouble.ERRORS]
    alarm = member("Alarm of Sentry: 4711", Trouble.ERRORS)
    assert says(incident(Trouble.ERRORS, members=(alarm, *both))) == ""


def test_who_else_says_so_is_named() -> None:
    """One sender, or two."""
    one = member("Alarm of Alertmanager: HighErrorRate", Trouble.REACH)
    two = member("Alarm of Sentry: 4711", Trouble.REACH)
    assert felt(incident(members=(one,))).now == f"{FELT[Trouble.REACH].now}, says Alertmanager"
    assert says(incident(members=(two, one))) == "Alertmanager and Sentry"
    assert felt(incident(members=(two, one))).again == "Alertmanager and Sentry say that it is over"
    assert felt(incident(members=(one,))).again == "Alertmanager says that it is over"
