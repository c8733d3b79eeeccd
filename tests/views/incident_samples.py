"""Incidents in every state, about an invented company, for the tests of the card and of what is said about them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.document import Chart
from bot.domain.decision import HERE
from bot.domain.events import FixRefused
from bot.domain.incident import Incident, Status, key_of
from bot.domain.member import Light, Member, Outcome
from bot.domain.outlook import next_of
from bot.domain.scene import Contact, Duty, Scene
from bot.domain.severity import Sev, Trouble, sev_of
from bot.domain.timers import timers_of
from bot.views.card import State

NOW = datetime(2026, 11, 20, 20, 55, tzinfo=UTC)
SEEN = "Sign-up page answered with status 502 in 3 of 3 tries"
HOSTILE = "\u202e<!channel> *now* <http://evil.example|bank> `x` & :boom: 🔥\u200b\x1b[31m @here\n" + "A" * 1_000_000
ANA = Contact("ana", "U0ANA")
BEN = Contact("ben", "U0BEN")
PEOPLE = {"U0ANA": "Ana", "U0BEN": "Ben"}
STEPS = (
    "Open your host's status page: does it say that something is wrong there?",
    "Restart the app, and look at the last lines that it wrote: `fly logs`.",
    "Run this check again.",
)
CHART = Chart(
    "Failed looks",
    "Until 20:54 UTC 7 of 60 looks failed.",
    "bar",
    tuple(f"20:{n:02d}" for n in range(0, 60, 3)),
    (("Failed", (*([0.0] * 17), 1.0, 3.0, 3.0)),),
)


def minutes(count: float) -> timedelta:
    """So many of them."""
    return timedelta(minutes=count)


def member(probe: str = "Sign-up page", trouble: Trouble = Trouble.REACH, **more: Any) -> Member:
    """One probe that fails since seven minutes."""
    given = {
        "service": "sign-up",
        "sev": Sev.ONE,
        "light": Light.RED,
        "absorbed": False,
        "first_at": NOW - minutes(7),
        "last_at": NOW,
        "evidence": SEEN,
        **more,
    }
    return Member(probe, trouble, **given)


def incident(trouble: Trouble = Trouble.REACH, *, critical: bool = True, **more: Any) -> Incident:
    """Seven minutes old, its card is out, its owner has been called."""
    sev = sev_of(trouble, critical=critical)
    called = sev <= Sev.TWO
    given = {
        "id": 12,
        "product": "marigold",
        "environment": "production",
        "service": "sign-up",
        "trouble": trouble,
        "key": key_of("marigold", "production", str(more.get("service", "sign-up")), trouble),
        "status": Status.OPEN,
        "sev": sev,
        "opened_at": NOW - minutes(6.5),
        "first_failure": NOW - minutes(7),
        "rev": 4,
        "turn": 1,
        "announced_at": NOW - minutes(6),
        "esc_from": NOW - minutes(6) if called else None,
        "step": 2 if sev is Sev.ONE else 1 if called else 0,
        "changes": (NOW - minutes(6.5),),
        "members": (member(trouble=trouble, sev=sev),),
        **more,
    }
    return Incident(**given)


def state(found: Incident, *, duty: Duty | None = None, **more: Any) -> State:
    """All that the card of it shows."""
    on = Duty(ANA, BEN, ANA) if duty is None else duty
    nine = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
    scene = Scene(on, nine, nine + timedelta(days=2), live=1)
    given = {
        "people": PEOPLE,
        "steps": STEPS,
        "runbook": "site_down",
        "every": 60.0,
        "now": NOW,
        **more,
    }
    return State(found, on, next_of(found, timers_of(found), scene, NOW), **given)


def over(outcome: Outcome, **more: Any) -> Incident:
    """It ended a minute ago."""
    return incident(
        status=Status.RESOLVED,
        outcome=outcome,
        resolved_at=NOW - minutes(1),
        reopen_until=NOW + minutes(29),
        esc_from=None,
        members=(member(light=Light.UP),),
        **more,
    )


ACKED = {"status": Status.ACKED, "acker": "U0ANA", "ack_until": NOW + minutes(24)}
ASLEEP = {"status": Status.SNOOZED, "snooze_until": NOW + minutes(20), "snooze_reason": "the provider works on it"}
GREEN = {"green_since": NOW - minutes(1), "green_until": NOW + minutes(1)}
GREEN_MEMBER = {"light": Light.GREEN, "until": NOW + minutes(1)}
MANY = tuple(member(f"shop{n}.marigold.example", service="shops") for n in range(50))
TOGETHER = tuple(member(name, service=name.lower()) for name in ("Sign-up", "Log-in", "Billing", "API"))
FLAPPING = {
    "changes": tuple(NOW - minutes(40 - 8 * n) for n in range(5)),
    "flapping_since": NOW - minutes(16),
    "flapping_until": NOW + minutes(15),
    "flap_hold_s": 900,
}
NOBODY = Duty(Contact(), None, None, "installer", ("ana",))
ALONE = Duty(ANA, None, ANA)

STATES: dict[str, Callable[[], State]] = {
    **{
        f"open_{trouble.value}": lambda trouble=trouble: state(incident(trouble))  # type: ignore[misc]
        for trouble in Trouble
    },
    "open_sev2_reach": lambda: state(incident(critical=False)),
    "open_charts": lambda: state(incident(), charts=(CHART, replace(CHART, title="Server time", kind="line"))),
    "open_no_runbook": lambda: state(incident(), runbook=""),
    "open_no_steps": lambda: state(incident(), steps=(), runbook="", every=0.0),
    "open_just_now": lambda: state(
        incident(step=1, announced_at=NOW, esc_from=NOW, first_failure=NOW - minutes(0.4)), calls=frozenset({"U0ANA"})
    ),
    "open_new_sev3": lambda: state(incident(Trouble.EXPIRY, announced_at=NOW), calls=frozenset()),
    "open_everybody_called": lambda: state(incident(step=3)),
    "open_alone": lambda: state(incident(step=1), duty=ALONE),
    "open_nobody": lambda: state(incident(), duty=NOBODY, people={}),
    "open_no_owner": lambda: state(incident(Trouble.EXPIRY), duty=NOBODY, people={}),
    "open_unreachable": lambda: state(incident(), duty=Duty(Contact("carla"), None, None), people={}),
    "open_long_ago": lambda: state(incident(first_failure=NOW - timedelta(days=3))),
    "open_release": lambda: state(
        incident(deploy="a1b2c3", deploy_by="U0BEN", deploy_at=NOW - minutes(10)), calls=frozenset()
    ),
    "open_few_looks": lambda: state(incident(), few="3 looks in the last hour so far, and all of them failed."),
    "open_not_fixed": lambda: state(incident(), refused=FixRefused(NOW - minutes(1), why="red", evidence=SEEN)),
    "open_not_seen": lambda: state(incident(), refused=FixRefused(NOW - minutes(1), why="unknown")),
    "open_fix_under_way": lambda: state(incident(fix_by="U0BEN", fix_at=NOW)),
    "open_handed_over": lambda: state(incident(handed_to="U0BEN", step=1)),
    "open_back_again": lambda: state(incident(reopened=2, reopen_rev=9)),
    "open_shared_cause": lambda: state(incident(service="", members=TOGETHER)),
    "open_with_50": lambda: state(incident(members=MANY)),
    "open_with_others": lambda: state(
        incident(members=(member(), member("Log-in", Trouble.LATENCY, service="log-in", absorbed=True)))
    ),
    "open_hostile": lambda: state(
        incident(
            service=HOSTILE,
            members=(member(HOSTILE, evidence=HOSTILE),),
            deploy=HOSTILE,
            deploy_at=NOW - minutes(9),
        ),
        steps=(HOSTILE,),
        runbook="",
    ),
    "muted": lambda: state(incident(muted_by="3", muted_until=NOW + minutes(60), mute_reason="moving the database")),
    "drill": lambda: state(incident(drill=True)),
    "acked": lambda: state(incident(**ACKED)),
    "acked_with_helpers": lambda: state(incident(**ACKED, helpers=("U0BEN", "U0CLEO"))),
    "acked_until_monday": lambda: state(
        incident(Trouble.EXPIRY, **{**ACKED, "ack_until": datetime(2026, 11, 23, 9, 0, tzinfo=UTC)})
    ),
    "acked_drill": lambda: state(incident(**ACKED, drill=True)),
    "asleep": lambda: state(incident(**ASLEEP)),
    "asleep_until_nine": lambda: state(
        incident(Trouble.MAIL, **{**ASLEEP, "snooze_until": datetime(2026, 11, 21, 9, 0, tzinfo=UTC)})
    ),
    "asleep_by_silence": lambda: state(incident(**{**ASLEEP, "snooze_reason": "", "silence": "3"})),
    "better": lambda: state(incident(**GREEN, members=(member(**GREEN_MEMBER),))),
    "better_while_acked": lambda: state(incident(**ACKED, **GREEN, members=(member(**GREEN_MEMBER),))),
    "unstable": lambda: state(incident(**FLAPPING)),
    "unstable_and_up": lambda: state(incident(**FLAPPING, **GREEN, members=(member(**GREEN_MEMBER),))),
    "fixed_by_itself": lambda: state(over(Outcome.AUTO)),
    "fixed_by_ana": lambda: state(over(Outcome.HUMAN, resolved_by="U0ANA")),
    "fixed_drill": lambda: state(over(Outcome.HUMAN, resolved_by="U0ANA", drill=True)),
    "fixed_again": lambda: state(over(Outcome.AUTO, reopened=1)),
    "fixed_and_closed": lambda: state(replace(over(Outcome.AUTO), status=Status.CLOSED)),
    "removed": lambda: state(over(Outcome.REMOVED)),
    "merged": lambda: state(replace(over(Outcome.MERGED), status=Status.CLOSED, parent=7)),
}
"""Every state of the card."""
MENTIONS = {"open_just_now": ("U0ANA",), "open_nobody": (HERE,)}
"""Whom the first posting calls."""
