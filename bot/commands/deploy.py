"""`/launch deploy`: record a deploy by hand, for hosts that report none; take a mistaken one back; try it again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher

from bot.commands.base import Call, Reply, action, command
from bot.domain.heard import Marker, Progress, environment_of
from bot.services.container import Services
from bot.services.silencing import names
from bot.store import deploys as rows
from bot.views import deploy_list as view
from bot.views import notice

STATES = {
    "live": Progress.LIVE,
    "done": Progress.LIVE,
    "started": Progress.STARTED,
    "failed": Progress.FAILED,
    "cancelled": Progress.CANCELLED,
    "canceled": Progress.CANCELLED,
    "stopped": Progress.CANCELLED,
}
PLACES = frozenset({"production", "prod", "staging", "stage", "preview", "test"})
UNDO = frozenset({"undo", "mistake"})
BACK = frozenset({"rollback", "roll-back", "back", "revert"})
NO_VERSION = frozenset({"to", "on", "for", "help", "list", "?"})
ALIKE = 0.81
"""From here on a word is taken for a mistyped one."""


class Unclear(Exception):
    """The words name no deploy; the text says what is missing."""

    def __init__(self, said: str, *, back: bool = False) -> None:
        super().__init__(said)
        self.back = back
        """Somebody looks for the way back."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody typed."""

    version: str
    progress: Progress
    environment: str
    service: str
    note: str


@command(
    "deploy",
    usage="deploy <version> [started | failed] [to staging] [what changed]",
    help="Records a deploy by hand: alerts then name it, and the flows are walked. `undo` takes the last one back.",
    examples=(*view.EXAMPLES, "/launch deploy v44 to staging"),
    stored=True,
)
async def deploy(call: Call, services: Services) -> Reply:
    """Write it down, or take it back."""
    if not call.args:
        return Reply(view.unclear("Name the version that went out, and what changed if you like."))
    if call.args[0].lower() in UNDO and len(call.args) < 3:
        version = call.args[1] if len(call.args) > 1 else ""
        return Reply(view.undone(await services.deploys.undo(call.user, version=version), version))
    try:
        asked = read(call.args, names(services))
    except Unclear as error:
        return Reply(view.way_back() if error.back else view.unclear(str(error)))
    return await _record(call, services, asked)


def read(words: tuple[str, ...], services: tuple[str, ...] = ()) -> Asked:
    """The words as a deploy: a state before or after the version, `to` a place, `for` a service, then what changed.

    Raises `Unclear`.
    """
    rest = list(words)
    progress = STATES.get(rest[0].lower())
    if progress is not None:
        rest.pop(0)
    if not rest:
        raise Unclear(f"Which version is {words[0].lower()}? Write it behind the word.")
    version = rest.pop(0)
    if version.lower() in BACK:
        raise Unclear("", back=True)
    if version.lower() in NO_VERSION | UNDO or version.startswith("-"):
        raise Unclear("Nothing was written down. The version comes first, or behind a state.")
    if progress is None and rest and rest[0].lower().rstrip(":,") in STATES:
        progress = STATES[rest.pop(0).lower().rstrip(":,")]
    environment, service = "production", ""
    if len(rest) > 1 and rest[0].lower() in ("to", "on") and rest[1].lower() in PLACES:
        environment, rest = environment_of(rest[1]), rest[2:]
    elif len(rest) > 1 and rest[0].lower() in ("to", "on") and (meant := _meant(rest[1:2], PLACES)):
        raise Unclear(_NOT_SURE.format(meant=f"to {environment_of(meant)}"))
    if len(rest) > 1 and rest[0].lower() == "for":
        known = {name.casefold(): name for name in services}
        for most in range(min(len(rest) - 1, 5), 0, -1):
            found = known.get(" ".join(rest[1 : most + 1]).casefold())
            if found is not None:
                service, rest = found, rest[most + 1 :]
                break
        else:
            if meant := _meant(rest[1:], services):
                raise Unclear(_NOT_SURE.format(meant=f"for {meant}"))
    if len(version) > 100:
        raise Unclear("A version is a short name: v43, or the first seven letters of a commit.")
    return Asked(version, progress or Progress.LIVE, environment, service, " ".join(rest))


_NOT_SURE = 'Did you mean "{meant}"? Nothing was written down. Type it once more, or say in other words what changed.'


def _meant(rest: list[str], known: Iterable[str]) -> str:
    """The known name that the next words are a mistyped one of; "" where they are something else."""
    for name in known:
        typed = " ".join(rest[: len(name.split())]).casefold()
        if SequenceMatcher(None, typed, name.casefold()).ratio() >= ALIKE:
            return name
    return ""


async def _record(call: Call, services: Services, asked: Asked) -> Reply:
    people = {slack: name for name, slack in services.config.people.items()}
    marker = Marker(
        "slack",
        asked.progress,
        asked.version,
        call.now,
        environment=asked.environment,
        service=asked.service,
        author=people.get(call.user, call.user),
        note=asked.note,
    )
    number = await services.deploys.record(marker)
    found = await services.store.read(lambda c: rows.get(c, number)) if number else None
    if found is None:
        return Reply(view.unclear("That place is ignored, as launch.yml says (deploy.previews)."))
    return Reply(view.recorded(found, flows=bool(services.smoke.flows())))


@action("deploy.undo", stored=True)
async def undo(call: Call, services: Services) -> Reply:
    """[Take It Back]."""
    if not (call.value.isascii() and call.value.isdecimal() and len(call.value) < 10):
        return Reply(notice.old_button())
    return Reply(view.undone(await services.deploys.undo(call.user, int(call.value))), replaces=True)


@action("deploy.again", stored=True)
async def again(call: Call, services: Services) -> Reply:
    """[Walk the Flows Again] on the message of a deploy."""
    if not (call.value.isascii() and call.value.isdecimal() and len(call.value) < 10):
        return Reply(notice.old_button())
    number = int(call.value)
    return Reply(view.walking(number, await services.deploys.again(number, call.user)))


@action("deploy.new")
async def new(_call: Call, _services: Services) -> Reply:
    """The dialog behind [Record a Deploy…]."""
    return Reply(None, form=view.form())


@action("deploy.record", stored=True)
async def record(call: Call, services: Services) -> Reply:
    """The dialog was sent."""
    version = call.fields.get("version", "").strip()
    if not version or len(version) > 100:
        return Reply(view.unclear("Name the version that went out: v43, or the first seven letters of a commit."))
    progress = STATES.get(call.fields.get("progress", ""), Progress.LIVE)
    return await _record(call, services, Asked(version, progress, "production", "", call.fields.get("note", "")))
