"""`/launch mute`: nobody is called about a service for a while, for a reason; and its end."""

from __future__ import annotations

from datetime import datetime

from bot.commands import lengths
from bot.commands.base import Call, Reply, action, command
from bot.commands.words import nearest
from bot.domain.silence import Refusal
from bot.services import silencing
from bot.services.container import Services
from bot.services.roles import No
from bot.services.who import zone_of
from bot.store.silences import Kind
from bot.views import answered
from bot.views import muting as view
from bot.views.refused import refused

WORK = ("maintenance", "planned")
"""A reason that begins so is planned work, whose minutes do not count as downtime."""


def _reads(words: tuple[str, ...]) -> bool:
    return not words or words[0].lower() in ("list", "show")


@command(
    "mute",
    usage="mute [service] [how long or until when] [why]",
    help="Calls nobody about a service for a while, with a reason; only an owner may begin that. Alone it lists them.",
    examples=(
        *view.EXAMPLES,
        "/launch mute shop from tomorrow 22:00 for 2h maintenance: new server",
        "/launch mute",
        "/launch mute off sign-up",
    ),
    stored=True,
    reads=_reads,
)
async def mute(call: Call, services: Services) -> Reply:
    """Begin, plan, end or list."""
    words = call.args
    if _reads(words):
        return Reply(view.muting(await silencing.quiet(services, call.now), silencing.names(services)))
    if words[0].lower() in ("off", "end", "stop"):
        return await _off(call, services, " ".join(words[1:]))
    if no := await _not_owner(call, services):
        return Reply(refused(no))
    known = silencing.names(services)
    service, rest = _service(words, known)
    if service is None:
        return Reply(view.no_service(words[0], nearest(words[0], (*known, "everything")), known))
    if not rest:
        return Reply(view.how_long(service))
    try:
        begins, until, reason = _stretch(rest, call.now, zone_of(services, call.user))
    except lengths.NotATime as error:
        return Reply(answered.not_a_time(str(error), view.examples(service)))
    kind = Kind.MAINTENANCE if reason and reason[0].lower().rstrip(":,") in WORK else Kind.MUTE
    made = await silencing.mute(
        services, call.request, service, begins=begins, until=until, reason=" ".join(reason), kind=kind
    )
    if made is None:
        return Reply(None)
    if isinstance(made, Refusal):
        return Reply(view.refused(made, service))
    services.flush()
    return Reply(view.begun(made, call.now, maintenance=kind is Kind.MAINTENANCE))


@action("mute.lift", stored=True)
async def lift(call: Call, services: Services) -> Reply:
    """The button beside one."""
    if no := await _not_owner(call, services):
        return Reply(refused(no))
    gone = await silencing.lift(services, call.request, (call.value,))
    return Reply(None if gone is None else view.ended(gone))


async def _off(call: Call, services: Services, name: str) -> Reply:
    """End all of a service, one by its number, or the only one there is."""
    if no := await _not_owner(call, services):
        return Reply(refused(no))
    quiet = await silencing.quiet(services, call.now)
    every = (*quiet.now, *quiet.later)
    wanted = name.strip().lower().removeprefix("#")
    if wanted:
        meant = [one for one in every if wanted in (one.id, one.service.lower(), view.what(one))]
    else:
        meant = list(every) if len(every) == 1 else []
    if not meant:
        return Reply(view.muting(quiet, silencing.names(services), missing=name.strip()))
    gone = await silencing.lift(services, call.request, [one.id for one in meant])
    return Reply(None if gone is None else view.ended(gone))


async def _not_owner(call: Call, services: Services) -> No | None:
    return await services.roles.refusal(call.user, call.now, team=call.team, config=services.config)


def _service(words: tuple[str, ...], known: tuple[str, ...]) -> tuple[str | None, tuple[str, ...]]:
    """The service that the first words name (a name may be of several words), and the rest; None for none."""
    if words[0].lower() in silencing.EVERYTHING:
        return "", words[1:]
    folded = {name.casefold(): name for name in known}
    for most in range(min(len(words), 5), 0, -1):
        found = folded.get(" ".join(words[:most]).casefold())
        if found is not None:
            return found, words[most:]
    return None, words


def _stretch(words: tuple[str, ...], now: datetime, zone: str) -> tuple[datetime, datetime, tuple[str, ...]]:
    """From when until when, and the reason. Raises `NotATime`."""
    begins = now
    if words and words[0].lower() == "from":
        begins, words = lengths.until(("until", *words[1:]), now, zone)
    until, reason = lengths.until(words, begins, zone)
    if reason and reason[0].lower() in ("because", "since", "for"):
        reason = reason[1:]
    return begins, until, reason
