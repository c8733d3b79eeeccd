"""Deploys in a list: what customers have, how each one went, previews and release notes apart; and small answers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.blockkit.words import one_line
from bot.document import (
    Action,
    Actions,
    Code,
    Document,
    Field,
    Form,
    Heading,
    Item,
    Listing,
    Note,
    Paragraph,
    Part,
    Time,
    Tone,
    Words,
)
from bot.domain.deploys import Deploy, Stage, tried
from bot.domain.gates import Build
from bot.views import gate
from bot.views.deploy import NAME, NOTE, TONE, headline, lasted, person, speed_words, waiting
from bot.views.prose import count

EXAMPLES = ("/launch deploy v43 New price list", "/launch deploy failed v43", "/launch deploy undo")
RECORD = Action("deploy.new", "Record a Deploy…", command="/launch deploy v43 what changed")
_WORD = {
    Stage.RELEASED: "Notes",
    Stage.STARTED: "Going out",
    Stage.LIVE: "Live",
    Stage.SMOKE: "Being tried",
    Stage.GOOD: "Good",
    Stage.BAD: "Broken",
    Stage.FAILED: "Failed",
    Stage.CANCELLED: "Stopped",
    Stage.SUPERSEDED: "Replaced",
    Stage.STUCK: "No end",
    Stage.UNDONE: "Taken back",
}


def deploys(every: Sequence[Deploy], *, limit: int = 10, stopped: Sequence[Build] = ()) -> Document:
    """`/launch deploys`: newest first; staging and previews apart, builds that were stopped, the notes of releases."""
    kept = [one for one in every if one.stage is not Stage.UNDONE]
    named = [one for one in kept if one.stage is Stage.RELEASED]
    real = [one for one in kept if one.stage is not Stage.RELEASED]
    mine = [one for one in real if one.production]
    parts: list[Part] = [Listing(tuple(item(one) for one in mine), empty=_teach(kept), limit=limit)]
    if stopped:
        parts += [Heading("Stopped in CI"), Listing(tuple(gate.entry(one) for one in stopped), limit=5)]
    for place, name in (("staging", "Staging"), ("preview", "Previews, which customers never see")):
        apart = [one for one in real if one.environment == place]
        if apart:
            parts += [Heading(name), Listing(tuple(item(one) for one in apart), limit=5)]
    if noted := notes(kept):
        parts += [Heading("Release notes"), Listing(noted, limit=limit)]
    if len(mine) > limit:
        parts.append(Note((f"{count(limit, 'deploy')} of {len(mine)}. More: ", Code(f"/launch deploys {len(mine)}"))))
    parts.append(Actions((RECORD,)))
    first = next((one for one in mine if one.live_at is not None and one.stage is not Stage.SUPERSEDED), None)
    tone = TONE.get(first.stage, Tone.PLAIN) if first is not None else Tone.PLAIN
    top = headline(first) if first is not None else "No deploy is known to be live"
    total = count(len(mine), "deploy") + " of production" if mine else "none is known yet"
    return Document(top, tuple(parts), tone, fallback=f"{top}: {total}." if named or mine else f"{top}.")


def _teach(kept: Sequence[Deploy]) -> str:
    more = "of production " if kept else ""
    return (
        f"No deploy {more}has been reported yet. Let your host report them (docs/deploys.md says how), let me read the "
        "version from your product (deploy.version in launch.yml), or record one by hand: /launch deploy v1"
    )


def item(deploy: Deploy) -> Item:
    """One of them, in up to three lines."""
    note: Words = (f" · {one_line(deploy.note, NOTE)}",) if deploy.note else ()
    place = f"{one_line(deploy.service, 40)} " if deploy.service else ""
    lines: list[Words] = [_when(deploy)]
    figures = [
        f"{one.minutes} min {side}: {speed_words(one)}"
        for one, side in ((deploy.before, "before"), (deploy.after, "after"))
        if one is not None and one.n and one.minutes
    ]
    if figures:
        lines.append(("; ".join(figures),))
    word = "Back, " + _WORD[deploy.stage].lower() if deploy.back else _WORD[deploy.stage]
    title: Words = (place, Code(one_line(deploy.version, NAME)), *note)
    return Item(title, tuple(lines), TONE.get(deploy.stage, Tone.PLAIN), word)


def _when(deploy: Deploy) -> Words:
    by: Words = (" by ", person(deploy.author)) if deploy.author else ()
    done = f", {told}" if (told := tried(deploy)) else ""
    incident = f", INC-{deploy.incident}" if deploy.incident else ""
    if deploy.live_at is None:
        return ("Began ", Time(deploy.began_at, "both"), *by, incident)
    took = f", took {length}" if (length := lasted(deploy)) else ""
    return ("Live ", Time(deploy.live_at, "both"), *by, f"{took}{done}{incident}")


def notes(every: Sequence[Deploy]) -> tuple[Item, ...]:
    """What changed, version by version: named releases, and deploys that came with a note."""
    named = [one for one in every if one.stage is Stage.RELEASED]
    return tuple(
        Item((Code(one_line(one.version, NAME)), f" · {one_line(one.note or 'no notes', NOTE)}"), (_since(one),))
        for one in named
    )


def _since(deploy: Deploy) -> Words:
    by: Words = (" by ", person(deploy.author)) if deploy.author else ()
    return ("Released ", Time(deploy.began_at, "both"), *by)


def standing(last: Sequence[Deploy], now: datetime, *, most: int = 3) -> list[Part]:
    """The last deploys of production among everything else that stands, and which alerts wait for one."""
    if not last:
        return []
    held = next((words for one in last if (words := waiting(one, now))), ())
    parts: list[Part] = [Heading("Deploys"), Listing(tuple(item(one) for one in last[:most]), limit=most)]
    if held:
        parts.append(Note(held))
    return [*parts, Note(("All of them: ", Code("/launch deploys")))]


def recorded(deploy: Deploy, *, flows: bool) -> Document:
    """Written down by hand."""
    name = one_line(deploy.version, NAME)
    if deploy.stage is Stage.SMOKE:
        next_: Words = ("I walk the flows now. The verdict comes on its message, within two minutes.",)
    elif deploy.stage is Stage.LIVE and deploy.production and not deploy.judged:
        next_ = ("I look at the important pages now. The verdict comes on its message, within two minutes.",)
    else:
        next_ = ("Its message tells how it goes on.",)
    more: tuple[Part, ...] = ()
    if not flows and deploy.production and deploy.stage is Stage.LIVE:
        more = (Note(("Flows in launch.yml try what customers do, instead of only looking: ", Code("/launch smoke"))),)
    undo = Action("deploy.undo", "Take It Back", str(deploy.id), command="/launch deploy undo")
    where = "" if deploy.production else f" for {deploy.environment}"
    state = _WORD[deploy.stage].lower()
    return Document(f"Written down · {name}{where}, {state}", (Paragraph(next_), *more, Actions((undo,))), Tone.GOOD)


def undone(deploy: Deploy | None, version: str = "") -> Document:
    """Taken back, or nothing to take back."""
    if deploy is None:
        what: Words = (Code(one_line(version, NAME)), " was not") if version else ("No deploy was",)
        said: Words = (*what, " recorded by hand in the last day. What hosts and CI report stays.")
        return Document("Nothing to take back", (Paragraph(said),))
    name = Code(one_line(deploy.version, NAME))
    said = (name, " counts as never deployed: no alert names it, and no runbook goes back to it.")
    return Document(f"Taken back · {one_line(deploy.version, NAME)}", (Paragraph(said),), Tone.GOOD)


def unclear(problem: str) -> Document:
    """It cannot be read."""
    items = tuple(Item((Code(one),)) for one in EXAMPLES)
    return Document("Which version?", (Paragraph((problem,)), Listing(items)), Tone.WARN)


def way_back() -> Document:
    """Somebody who wants to go back asks the wrong command."""
    said: Words = ("I cannot go back for you: that is done at your host. This leads you there: ",
                   Code("/launch runbook roll_back_a_deploy"))  # fmt: skip
    then: Words = ("Once the old version is live, tell me, where your host does not: ", Code("/launch deploy v42"))
    return Document("Nothing was written down", (Paragraph(said), Paragraph(then)), Tone.WARN)


def walking(number: int, run: int) -> Document:
    """The flows are walked once more, or there is nothing to walk."""
    if not run:
        said = "There are no flows in launch.yml to walk, or that version is not what customers have."
        return Document("Not walked", (Paragraph((said,)),), Tone.WARN)
    return Document(
        "Walking the flows again", (Paragraph((f"The message of deploy {number} tells what comes of it.",)),), Tone.GOOD
    )


def form() -> Form:
    """What [Record a Deploy…] asks for."""
    how = (("live", "It is live"), ("started", "It is on its way"), ("failed", "It did not go out"))
    return Form(
        "deploy.record",
        "Record a deploy",
        "Write It Down",
        (Paragraph(("Alerts then name it as the likely cause, and I try the product at once.",)),),
        (
            Field("version", "Which version?", hint="v43, or a commit"),
            Field("note", "What changed?", optional=True),
            Field("progress", "How far is it?", kind="choice", options=how),
        ),
    )
