"""`/launch explain`: why a check matters and how to repair what it finds."""

from __future__ import annotations

from bot.commands import words
from bot.commands.base import Call, Reply, action, command
from bot.services.container import Services
from bot.views import explain as view
from checks.registry import load


@command(
    "explain",
    usage="explain [check]",
    help="Says why a check matters, what customers feel, how it is measured and how to repair it.",
    examples=("/launch explain mail.spf", "/launch explain tls.expiry"),
)
async def explain(call: Call, _services: Services) -> Reply:
    """One check, one family, or the list of all."""
    return _about(call.args[0] if call.args else "")


@action("audit.explain")
async def why(call: Call, _services: Services) -> Reply:
    """The button beside a finding; its value is the check."""
    return _about(call.value)


def _about(asked: str) -> Reply:
    checks = load()
    name = asked.strip().lower()
    if not name:
        return Reply(view.catalogue(checks))
    if name in checks:
        return Reply(view.explain(checks[name]))
    families = dict.fromkeys(check.family for check in checks.values())
    if name in families:
        return Reply(view.family(name, checks))
    return Reply(view.unknown(asked, words.nearest(name, [*checks, *families])))
