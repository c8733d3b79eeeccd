"""The part of `launch.yml` about events that the product reports and the bot counts."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from bot.config.section import Section, entries
from bot.config.values import Text

Trouble = Literal[
    "login_failed",
    "signup_failed",
    "checkout_failed",
    "payment_error",
    "webhook_failed",
    "job_failed",
    "email_failed",
    "http_5xx",
    "error",
]


class Limit(Section):
    """How one kind of event is judged."""

    at_least: int | None = Field(
        default=None, ge=1, le=1_000_000, description="Fewer than this in 5 minutes are never told; without it 5"
    )
    told: bool = Field(default=True, description="false: counted and shown, and nobody is called")
    service: Text | None = Field(
        default=None, description="Whose it is where the event does not say: a name from services"
    )


class Events(Section):
    """Events that the product, or a service of it, reports: failed log-ins, failed payments."""

    kinds: Annotated[dict[Trouble, Limit], BeforeValidator(entries)] = Field(
        default={}, description="What is special about a kind: {login_failed: {at_least: 20, service: log-in}}"
    )

    def limit(self, kind: str) -> Limit:
        """What is written down about a kind; the usual where nothing is."""
        return next((limit for name, limit in self.kinds.items() if name == kind), Limit())
