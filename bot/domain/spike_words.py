"""Counted events in words: what each kind is called, what a burst of it means, and which runbook leads out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from bot.domain.severity import Sev, Trouble, sev_of
from bot.domain.spikes import WINDOW, Burst, Normal, Rule, Shape
from checks.model import Severity

FROM_ONE_PLACE = " from one place"
SILENT = "Webhooks that should come in"
"""The probe that stands for a receiver which hears nothing any more."""


_ANY = Rule()


@dataclass(frozen=True, slots=True)
class Words:
    """One kind of trouble that is counted."""

    one: str
    many: str
    """`failed log-ins`."""
    felt: str
    """What customers feel when many of them meet it."""
    was: str
    """The same when it is over."""
    again: str
    """What is true once it is over."""
    meaning: str
    """What it probably is, where it comes from many places."""
    topic: str
    """The runbook that leads out."""
    trouble: Trouble = Trouble.ERRORS
    rule: Rule = _ANY
    flow: str = ""
    """What customers do there: `login`, `signup` or `payment`."""
    guessing: str = ""
    """What it probably is, where all of it comes from one place."""

    @property
    def probe(self) -> str:
        """How the incident calls it."""
        return self.many[0].upper() + self.many[1:]


_PEOPLE = Rule(by_people=True)
_MONEY = Rule(floor=3, by_people=True, per_person=1)
"""Three customers who cannot pay within five minutes are no coincidence, and each of them is money."""

KINDS: Mapping[str, Words] = MappingProxyType(
    {
        "login_failed": Words(
            "failed log-in", "failed log-ins", "Many customers fail to log in", "Many customers failed to log in",
            "Customers log in again as usual", "log-in may be broken for everybody", "login_broken",
            rule=_PEOPLE, flow="login", guessing="somebody is guessing passwords",
        ),
        "signup_failed": Words(
            "failed sign-up", "failed sign-ups", "New customers fail to sign up", "New customers failed to sign up",
            "New customers sign up again as usual", "sign-up may be broken for everybody", "signup_broken",
            rule=_PEOPLE, flow="signup", guessing="probably a program, not a customer",
        ),
        "checkout_failed": Words(
            "failed checkout", "failed checkouts", "Customers fail to pay", "Customers failed to pay",
            "Customers pay again as usual", "customers want to pay and cannot", "checkout_broken",
            rule=_MONEY, flow="payment", guessing="one customer who cannot pay, or somebody trying out stolen cards",
        ),
        "payment_error": Words(
            "payment error", "payment errors", "Payments go wrong", "Payments went wrong",
            "Payments go through again as usual", "payments go wrong or are not recorded", "payments_not_recorded",
            rule=_MONEY, flow="payment", guessing="one customer who cannot pay, or somebody trying out stolen cards",
        ),
        "webhook_failed": Words(
            "failed webhook", "failed webhooks", "What others report to you gets lost, such as payments",
            "What others reported to you got lost, such as payments", "What others report arrives again",
            "what others report to you, such as payments, is not taken in", "webhooks_failing",
        ),
        "job_failed": Words(
            "failed job", "failed jobs", "Work in the background fails: mails, bills, imports",
            "Work in the background failed", "Work in the background is done again",
            "work in the background is not done", "jobs_stuck", Trouble.HEARTBEAT,
        ),
        "email_failed": Words(
            "mail not sent", "mails not sent", "Mails to customers are not sent", "Mails to customers were not sent",
            "Mails to customers are sent again", "customers wait for mails that never come", "emails_not_arriving",
            Trouble.MAIL,
        ),
        "http_5xx": Words(
            "server error", "server errors", "Visitors get error pages", "Visitors got error pages",
            "Error pages are as rare as usual again", "visitors get error pages", "only_some_visitors",
        ),
        "error": Words(
            "error in the code", "errors in the code", "Something in the product fails for customers",
            "Something in the product failed for customers", "Errors are as rare as usual again",
            "something in the product fails", "only_some_visitors",
        ),
    }
)  # fmt: skip
"""By kind; what ends in `_ok` is no trouble."""

GUESSED = "traffic_spike_or_attack"
"""The runbook for what comes from one place."""


def probe_of(kind: str, shape: Shape) -> str:
    """How the incident calls a burst: `Failed log-ins`, `Failed log-ins from one place`."""
    return KINDS[kind].probe + (FROM_ONE_PLACE if shape is Shape.ONE else "")


def meant(probe: str) -> tuple[str, Shape] | None:
    """The kind and shape that `probe_of` made this name from; None where it is another's."""
    shape = Shape.ONE if probe.endswith(FROM_ONE_PLACE) else Shape.MANY
    name = probe.removesuffix(FROM_ONE_PLACE)
    kind = next((kind for kind, words in KINDS.items() if words.probe == name), "")
    return (kind, shape) if kind else None


def topic_of(probe: str) -> str:
    """The runbook that leads out of a burst; "" where the name is another's."""
    if probe == SILENT:
        return "webhooks_failing"
    found = meant(probe)
    if found is None:
        return ""
    return GUESSED if found[1] is Shape.ONE else KINDS[found[0]].topic


def trouble_of(kind: str, shape: Shape, *, stopped: bool = False) -> Trouble:
    """What kind of trouble a burst is; `stopped`: nobody gets through there at all, as far as is counted."""
    words = KINDS[kind]
    if words.flow == "payment" and shape is Shape.MANY and stopped:
        return Trouble.CHECKOUT
    return words.trouble


def severity_of(trouble: Trouble, shape: Shape, flow: str, *, critical: bool, ceiling: Severity | None = None) -> Sev:
    """How bad it is, by the table. Customers feel nothing of somebody who guesses passwords: that can wait."""
    found = sev_of(trouble, critical=critical, ceiling=ceiling)
    return max(found, Sev.THREE) if shape is Shape.ONE and flow != "payment" else found


def sentence(kind: str, burst: Burst, normal: Normal, *, days: int = 0) -> str:
    """`40 failed log-ins in 5 minutes, normally 1, all from one place: somebody is guessing passwords`.

    `days`: for how many days events have been counted, where that is too few for a normal.
    """
    words = KINDS[kind]
    said = f"{number(burst.count)} {words.one if burst.count == 1 else words.many} in {WINDOW} minutes, "
    said += f"normally {usually(normal)}" if normal.days else _new(days)
    if burst.shape is Shape.ONE:
        return f"{said}, {'all' if burst.share >= 1 else 'almost all'} from one place: {words.guessing}"
    return f"{said}: {words.meaning}"


def _new(days: int) -> str:
    told = "today" if days < 1 else "yesterday" if days < 2 else f"{days} days ago"
    return f"and there is no normal yet (counted since {told})"


def usually(normal: Normal) -> str:
    """The normal as a whole number: `none`, `1`, `12`."""
    rounded = round(normal.usual)
    return number(rounded) if rounded else "none"


def number(count: int) -> str:
    """`1,204`."""
    return f"{count:,}"


def counted(kind: str, count: int) -> str:
    """`4 failed log-ins`."""
    words = KINDS[kind]
    return f"{number(count)} {words.one if count == 1 else words.many}"
