"""`/launch pass` and its button: hand an incident over to somebody, who is called at once and has to take it."""

from __future__ import annotations

from bot.commands import which
from bot.commands.base import Call, Reply, action, command
from bot.document import Field, Form, Paragraph
from bot.domain.asks import Pass
from bot.services.container import Services
from bot.services.who import find
from bot.views import answered as view
from bot.views import notice
from bot.views.answered import Did, Offer

EXAMPLE = "/launch pass INC-12 @ben"


@command(
    "pass",
    usage="pass [INC-n] @somebody",
    help="Hands an incident over: that person is called at once, and has to take it.",
    examples=(EXAMPLE, "/launch pass @ben"),
    stored=True,
)
async def hand_over(call: Call, services: Services) -> Reply:
    """The twin of the button."""
    number, words = which.take(call.args)
    if number is None and len(words) > 1:
        number, words = which.take(words, bare=True)
    words = tuple(word for word in words if word.lower() != "to")
    name = words[0] if words else ""
    to = await find(services, name, call.now) if name else None
    if to is None:
        return Reply(
            view.nobody_like(name, tuple(services.config.file.people) if services.config.file else (), EXAMPLE)
        )
    found = await which.one_of(
        services,
        number,
        Offer("incident.pass.to", "Hand Over", f"/launch pass INC-n {which.handle(to, name)}", to.slack or name),
    )
    if isinstance(found, Reply):
        return found
    wish = Pass(call.user, call.number, to=to)
    return await which.answer(services, call, found.id, wish, Did.PASS, typed=True)


@action("incident.pass")
async def ask(call: Call, services: Services) -> Reply:
    """Ask whom."""
    named = which.from_value(call.value)
    if named is None:
        return Reply(notice.old_button())
    found = await which.one_of(services, named.incident, Offer("incident.pass", "Hand Over…", EXAMPLE))
    if isinstance(found, Reply):
        return found
    form = Form(
        "incident.pass.to",
        f"Hand over {found.name}",
        "Hand Over",
        (Paragraph(("The person is called at once, and has to take it. Until then it stays open.",)),),
        (Field("to", "To whom?", kind="person"),),
        value=f"{named.incident}:{named.rev}",
    )
    return Reply(None, form=form)


@action("incident.pass.to", stored=True)
async def given(call: Call, services: Services) -> Reply:
    """The person is chosen: in the dialog, or by the button that asked for which incident."""
    named = which.from_value(call.value)
    if named is None:
        return Reply(notice.old_button())
    name = call.fields.get("to") or named.rest
    to = await find(services, name, call.now)
    if to is None:
        return Reply(view.nobody_like(name, (), EXAMPLE))
    wish = Pass(call.user, call.number, named.rev, to)
    return await which.answer(services, call, named.incident, wish, Did.PASS, typed=True)
