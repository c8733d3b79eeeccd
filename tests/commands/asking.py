"""Type and click as a person would, over services without Slack; read what is answered."""

from __future__ import annotations

from datetime import timedelta

from bot.blockkit.validator import validate_message
from bot.commands import dispatch
from bot.commands.base import Call, Reply
from bot.domain.asks import Reading, Signal
from bot.domain.severity import Sev, Trouble
from bot.render.blocks import message
from bot.render.text import text
from bot.services.container import Services
from bot.store import incidents

LAUNCH_YML = """\
product: {id: shop, name: Shop, domain: shop.test, time_zone: Europe/Vienna}
people:
  mia: {slack: U0MIA, role: owner, email: mia@shop.test}
  ben: {slack: U0BEN}
  eve: {}
services:
  sign-up: {owner: mia, backup: ben, critical: true}
  checkout page: {owner: ben}
network: {resolvers: ["127.0.0.1:9"]}
"""
numbers = iter(range(10_000))


async def breaks(services: Services, service: str = "sign-up", sev: Sev = Sev.ONE) -> None:
    """Something has been failing for two minutes."""
    now = services.clock.now()
    since = now - timedelta(minutes=2)
    say = Signal("shop", "production", service, service, Trouble.REACH, sev, Reading.DOWN, since, now, "HTTP 502")
    await services.incidents.signal([say])


async def ask(services: Services, typed: str, user: str = "U0MIA", id: str = "") -> str:
    """Type it, and read the answer."""
    trigger = id or f"{next(numbers)}.1.x"
    made, run = dispatch.from_text(typed, user=user, channel="C0OPS", trigger=trigger, now=services.clock.now())
    return shown(await run(made, services))


async def click(services: Services, action: str, value: str, user: str = "U0MIA") -> str:
    """Click it, and read the answer; "" for none."""
    call = Call(action, (), user, "C0OPS", services.clock.now(), value=value, id=f"1.{next(numbers)}")
    return shown(await dispatch.for_action(action)(call, services))


def shown(reply: Reply) -> str:
    if reply.document is None:
        return ""
    assert validate_message(message(reply.document)) == []
    return " ".join(text(reply.document, width=2000).split())


async def row(services: Services, number: int = 1) -> incidents.Incident:
    found = await services.store.read(lambda c: incidents.get(c, number))
    assert found is not None
    return found
