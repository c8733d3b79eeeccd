"""`/launch fixed` and its buttons: say that it is fixed; the bot looks again, and believes what it sees."""

from __future__ import annotations

from datetime import timedelta

from bot.commands import lengths, which
from bot.commands.base import Call, Reply, action, command
from bot.document import Field, Form, Paragraph
from bot.domain.asks import FixedAsk, KeepOpen, KnownMute
from bot.domain.decision import AnswerCode
from bot.services.container import Services
from bot.services.who import zone_of
from bot.store import incidents
from bot.views import answered as view
from bot.views import notice
from bot.views.answered import Did, Offer

OFFER = Offer("incident.fixed", "It's Fixed", "/launch fixed INC-n")
PATIENCE = 15.0
"""Seconds that the one who asked waits for the fresh look; after that the card alone tells it."""
DAY = timedelta(hours=24)


@command(
    "fixed",
    usage="fixed [INC-n]",
    help="Says that it is fixed: I look again at once, and close it if it is good.",
    examples=("/launch fixed", "/launch fixed INC-12"),
    stored=True,
)
async def fixed(call: Call, services: Services) -> Reply:
    """The twin of the button."""
    number, _ = which.take(call.args, bare=True)
    found = await which.one_of(services, number, OFFER)
    if isinstance(found, Reply):
        return found
    return await _fixed(call, services, found.id, FixedAsk(call.user, call.number), typed=True)


@action("incident.fixed", stored=True)
async def clicked(call: Call, services: Services) -> Reply:
    """It's fixed."""
    named = which.from_value(call.value)
    if named is None:
        return Reply(notice.old_button())
    return await _fixed(call, services, named.incident, FixedAsk(call.user, call.number, named.rev), typed=False)


async def _fixed(call: Call, services: Services, number: int, wish: FixedAsk, *, typed: bool) -> Reply:
    given, _ = await which.ask(services, call, number, wish)
    if given is None:
        return Reply(None)
    if given.code is AnswerCode.CHECKING and call.trigger:
        seen = await services.incidents.verdict(number, PATIENCE)
        given = given if seen is None else seen
    now = await services.store.read(lambda c: incidents.get(c, number))
    if now is None or now.product != services.product:
        return Reply(view.no_such(number, (), OFFER))
    if not typed and given.code in view.QUIET and not given.stale:
        return Reply(None)
    return Reply(view.answered(given, now, Did.FIXED, typed=True))


@action("incident.keep_open", stored=True)
async def keep_open(call: Call, services: Services) -> Reply:
    """It closes by itself once it is good."""
    named = which.from_value(call.value)
    if named is None:
        return Reply(notice.old_button())
    wish = KeepOpen(call.user, call.number, named.rev)
    reply = await which.answer(services, call, named.incident, wish, Did.KEEP_OPEN, typed=False)
    return Reply(reply.document, replaces=True)


@action("incident.known")
async def known(call: Call, services: Services) -> Reply:
    """Ask for the reason, and for how long."""
    named = which.from_value(call.value)
    if named is None:
        return Reply(notice.old_button())
    found = await which.one_of(services, named.incident, OFFER)
    if isinstance(found, Reply):
        return found
    form = Form(
        "incident.known.given",
        f"{found.name} is known",
        "Let It Sleep",
        (
            Paragraph(
                ("It sleeps, wakes if it gets worse, and everybody reads why. The gravest ones sleep 30 minutes only.",)
            ),
        ),
        (
            Field("reason", "Why may it stay broken for now?", "The provider works on it; we know since 14:00."),
            Field(
                "length",
                "For how long?",
                kind="choice",
                options=(("2 hours", "2h"), ("30 minutes", "30m"), ("A day", "24h")),
            ),
        ),
        value=call.value,
    )
    return Reply(None, form=form)


@action("incident.known.given", stored=True)
async def known_given(call: Call, services: Services) -> Reply:
    """The reason is given: it sleeps."""
    named = which.from_value(call.value)
    if named is None:
        return Reply(notice.old_button())
    try:
        end, _ = lengths.until((call.fields.get("length", "2h"),), call.now, zone_of(services, call.user))
        length = min(end - call.now, DAY)
    except lengths.NotATime:
        length = timedelta(hours=2)
    wish = KnownMute(call.user, call.number, named.rev, call.fields.get("reason", ""), length)
    return await which.answer(services, call, named.incident, wish, Did.KNOWN, typed=True)
