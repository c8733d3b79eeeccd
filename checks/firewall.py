"""Telling "your own firewall turned this bot away" from "the site is broken".

A bot that is challenged has learned nothing about the site, so the answer is unknown, never red, and never green.
"""

from __future__ import annotations

from checks.inventory import Inventory
from checks.model import Outcome, Status
from checks.net.facts import Exchange

STATUSES = frozenset({403, 429, 503})
ASKED_ORIGIN = frozenset({"hit", "miss", "dynamic", "bypass", "expired", "revalidated", "stale", "updating"})
"""Values of `cf-cache-status` of an answer that came past the firewall; a blocked request has none of them."""
AGENT = "LaunchReady"
"""What the bot calls itself in `User-Agent` unless the configuration says otherwise."""

ALLOW_STEPS = (
    "Open the Cloudflare dashboard, choose your domain, then Security > Security rules > Create rule > Custom rules.",
    'Paste this expression: (http.host eq "{host}" and http.user_agent contains "{agent}")',
    "Choose the action Skip and tick all remaining custom rules, rate limits, managed rules and bot fight mode; save.",
    "On the Free plan also switch off Bot Fight Mode under Security > Settings: rules cannot skip it.",
    "Run this check again.",
)
"""How the owner of a site behind Cloudflare lets this bot in. Needs `host` and `agent`."""
BLOCKED = Outcome(
    Status.UNKNOWN,
    "Your own firewall turned this bot away from {host}: {reason}",
    impact="Nothing is proven either way. Your visitors may be fine.",
    fix=ALLOW_STEPS,
)
"""What a check answers that was turned away: nothing. Needs `host`, `reason` and `agent`."""


def blocked(exchange: Exchange) -> str:
    """Why this answer is a firewall's and not the site's; empty where it is the site's own.

    `cf-mitigated: challenge` is Cloudflare's documented sign. Without it, a 403, 429 or 503 from Cloudflare counts
    only if the answer shows no sign that the origin was asked, so that a real 503 of the site stays an outage.
    """
    if exchange.header("cf-mitigated").strip().lower() == "challenge":
        return f"Cloudflare answered with a challenge page (status {exchange.status})"
    if exchange.status not in STATUSES or exchange.header("server").strip().lower() != "cloudflare":
        return ""
    if exchange.header("cf-cache-status").strip().lower() in ASKED_ORIGIN:
        return ""
    return f"Cloudflare itself answered with status {exchange.status}"


def agent(inventory: Inventory) -> str:
    """The word of the bot's User-Agent that a rule can look for."""
    name = inventory.network.user_agent.strip() or AGENT
    return name.split("/")[0].split(" ")[0].replace('"', "")[:60] or AGENT
