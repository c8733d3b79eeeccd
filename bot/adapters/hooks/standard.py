"""Standard Webhooks: any sender that follows the specification and writes the bot's own JSON."""

from __future__ import annotations

from bot.adapters.hooks import plain, standards
from bot.adapters.hooks.base import Inbound, Refused, Said, Source


def parse(request: Inbound) -> Said | Refused:
    """The bot's own JSON."""
    return plain.parse(request, "standard")


SOURCE = Source(
    name="standard",
    title="Standard Webhooks",
    proof="HMAC-SHA256 of id, time and body with the secret (`webhook-signature`, v1; one of several is enough)",
    signs_body=True,
    signs_time=True,
    missing="",
    delivered="`webhook-id`, which is signed",
    events=plain.EVENTS,
    setup=(
        "Make a secret: echo whsec_$(openssl rand -base64 24)",
        "Set it as {variable} where the bot runs, and start it again.",
        "Give your sender the same secret and the address: {url}",
    ),
    pages=("https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md",),
    verify=standards.verify,
    parse=parse,
    delivery=standards.delivery,
)
