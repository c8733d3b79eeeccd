"""What is said about counted events: a day of them, minutes that are left, and cards of bursts."""

from __future__ import annotations

from collections.abc import Callable

from bot.document import Document
from bot.domain.severity import Sev, Trouble
from bot.domain.spike_words import SILENT
from bot.services.events_day import Told
from bot.views import events as view
from bot.views.card import card
from tests.views.incident_samples import incident, member, state

DAY = (
    Told("login_failed", 40, 135, (2, 6)),
    Told("job_failed", 1, 0, (0, 0)),
    Told("payment_error", 2, 0, None),
    Told("http_5xx", 1, 1204, (0, 3)),
    Told("email_failed", 1, 0, (0, 1)),
)
GUESSED = "40 failed log-ins in 5 minutes, normally 1, all from one place: somebody is guessing passwords"
MANY = "12 failed log-ins in 5 minutes, normally none: log-in may be broken for everybody"
ALARM = (
    "Alertmanager says: HighErrorRate – 12 of 100 requests fail. No service of launch.yml is meant, so it is nobody's"
)


def burst(
    probe: str, said: str, trouble: Trouble = Trouble.ERRORS, sev: Sev = Sev.TWO, service: str = "log-in"
) -> Document:
    """The card of one."""
    one = member(probe, trouble, evidence=said, sev=sev, service=service)
    return card(state(incident(trouble, service=service, sev=sev, members=(one,))))


EVENTS: dict[str, Callable[[], Document]] = {
    "events_day": lambda: Document("Status", tuple(view.standing(DAY))),
    "events_card_many": lambda: burst("Failed log-ins", MANY),
    "events_card_one_place": lambda: burst("Failed log-ins from one place", GUESSED, sev=Sev.THREE),
    "events_card_payments": lambda: burst(
        "Failed checkouts", "3 failed checkouts in 5 minutes, normally none: customers want to pay and cannot",
        Trouble.CHECKOUT, Sev.ONE,
    ),
    "events_card_jobs": lambda: burst(
        "Failed jobs", "9 failed jobs in 5 minutes, normally 1: work in the background is not done", Trouble.HEARTBEAT
    ),
    "events_card_silent": lambda: burst(
        SILENT, "no webhook came in since 22 November, 09:00 UTC; usually there is one at least every hour",
        sev=Sev.THREE,
    ),
    "events_card_outside": lambda: burst("Alarm of Alertmanager: HighErrorRate", ALARM, sev=Sev.THREE, service="carts"),
}  # fmt: skip
"""By name of its file in tests/golden."""
