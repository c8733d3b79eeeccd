"""The release checklist and a rollback that is tried, in words: step by step, until the last one is answered."""

from __future__ import annotations

from collections.abc import Mapping

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
    Person,
    Strong,
    Time,
    Tone,
    Words,
)
from bot.domain.release import (
    STEPS,
    How,
    Run,
    Seen,
    Sight,
    Step,
    seen_step,
)
from bot.services.release import Outcome, Result, Whole
from bot.views.prose import count
from bot.views.release_over import MINUTES, REASON, VERSION, Own, left_early, lines, named, over, took

WORD: Mapping[Sight, tuple[str, Tone]] = {
    Sight.GOOD: ("OK", Tone.GOOD),
    Sight.BAD: ("Not OK", Tone.BAD),
    Sight.UNKNOWN: ("Unknown", Tone.UNKNOWN),
    Sight.OUT: ("Not set up", Tone.PLAIN),
}
TITLE = 150
"""Characters."""
STOP = "release.stop"


def message(state: Whole, own: Own) -> Document:
    """The one message of a list, in whichever state."""
    if state.run.ended_at is not None:
        return left_early(state, progress(state)) if state.run.stopped else over(state, own)
    step = state.step
    parts: list[Part] = [Paragraph(_begun(state)), Listing(tuple(_steps(state, step)), limit=10)]
    if state.seen:
        parts += [Heading("What I see"), Listing(tuple(_seen(one, state.run) for one in state.seen), limit=10)]
    if step is not None:
        parts += [Heading("Now"), *_now(state, step, own), Actions(buttons(state.run, step))]
    else:
        parts += [Paragraph(("Everything is in order now.",)), Actions((_look(state.run),))]
    done, of = progress(state)
    return Document(
        f"{named(state.run)} · {done} of {of} answered",
        tuple(parts),
        fallback=f"{named(state.run)}: {done} of {of} answered{f'; now: {step.title}' if step else ''}",
    )


def _begun(state: Whole) -> Words:
    last: Words = (f" Last time: {took(state.before)}.",) if state.before is not None else ()
    return ("Begun by ", Person(state.run.person), " ", Time(state.run.began_at, "ago"),
            f". It should take less than {MINUTES} minutes.", *last)  # fmt: skip


def progress(state: Whole) -> tuple[int, int]:
    """How many steps are answered, and of how many."""
    asked = [one for one in state.seen if one.sight.asks]
    known = {one.id for one in STEPS[state.run.kind]} | {one.id for one in asked}
    return sum(one.step in known for one in state.run.answers), len(known)


def _steps(state: Whole, step: Step | None) -> list[Item]:
    items = []
    for one in STEPS[state.run.kind]:
        found = state.run.answer(one.id)
        title: Words = (one_line(one.title, TITLE),)
        if found is None:
            now = step is not None and step.id == one.id
            items.append(Item((Strong(one.title),) if now else title, label="Now" if now else "Open"))
        elif found.how is How.DONE:
            why: tuple[Words, ...] = ((f"“{one_line(found.why, REASON)}”",),) if found.why else ()
            items.append(Item(title, why, Tone.GOOD, "Done"))
        else:
            items.append(Item(title, ((one_line(found.why, REASON),),), Tone.WARN, "Left out"))
    return items


def _seen(one: Seen, run: Run) -> Item:
    label, tone = WORD[one.sight]
    taken = run.answer(one.id)
    lines: list[Words] = []
    if one.sight.asks and taken is not None:
        label, tone = "Taken on", Tone.WARN
        lines.append((f"Because: {one_line(taken.why, REASON)}",))
    elif one.sight.asks and one.todo:
        lines.append((Code(one.todo),))
    return Item((f"{one.title}: {one_line(one.said, REASON)}",), tuple(lines), tone, label)


def _now(state: Whole, step: Step, own: Own) -> list[Part]:
    parts: list[Part] = [Paragraph((Strong(one_line(step.title, 300)), "\n", step.how))]
    match step.id:
        case "rollback" | "try":
            parts += lines("Your team's note on how to go back", own.roll_back) or [
                Note(
                    (
                        "Write it down once in launch.yml, so that anybody can: ",
                        Code('deploy: {roll_back: ["…"]}'),
                        ". The way there: ",
                        Code("/launch runbook roll_back_a_deploy"),
                    )
                )
            ]
            parts += _tried(state) if step.id == "rollback" else []
        case "who":
            named = ", ".join(one_line(one, 40) for one in own.who)
            told = (
                (f"launch.yml names: {named}.",) if named else ("Name them in launch.yml: ", Code("deploy: {who: […]}"))
            )
            parts.append(Note(told))
        case "where" if own.runs_on:
            parts.append(Note((f"It runs on {one_line(own.runs_on, 60)}.",)))
        case "which" if state.last_good:
            parts.append(Note(("The last one that I know as good: ", Code(one_line(state.last_good, VERSION)))))
        case "smoke" if own.flows:
            parts.append(Note((f"I walk {count(own.flows, 'flow')} by myself as soon as I hear of the deploy.",)))
    return parts


def _tried(state: Whole) -> list[Part]:
    if state.tried is None:
        return [Note(("Nobody has ever tried it. On a quiet day: ", Code("/launch release rollback")))]
    return [Note(("Last tried ", Time(state.tried.at, "date"), "."))]


def buttons(run: Run, step: Step) -> tuple[Action, ...]:
    """What can be done about the open step; each has its twin."""
    value = f"{run.id}:{step.id}"
    stop = Action(STOP, "Stop", value, confirm="Leave the list? What was answered is kept.",
                  command="/launch release stop")  # fmt: skip
    if seen_step(run, step):
        take = Action("release.skip", "Go All the Same…", value, command="/launch release skip the reason")
        return (_look(run, value), take, stop)
    skip = Action("release.skip", "Leave Out…", value, command="/launch release skip the reason")
    if step.note:
        write = Action("release.write", "Write It…", value, primary=True, command="/launch release note what changes")
        return (write, skip, stop)
    return (Action("release.done", "Done", value, primary=True, command="/launch release done"), skip, stop)


def _look(run: Run, value: str = "") -> Action:
    return Action("release.look", "Look Again", value or f"{run.id}:", primary=True, command="/launch release again")


def answered(outcome: Outcome) -> Document | None:
    """The answer to whoever typed or clicked; None where the message says it all."""
    run, step = outcome.run, outcome.step
    nothing = Paragraph(("Begin with ", Code("/launch release"), ", or practise going back: ",
                         Code("/launch release rollback")))  # fmt: skip
    match outcome.result:
        case Result.NONE:
            return Document("No release list is going on", (nothing,))
        case Result.OLD:
            return Document("That was answered already", (Paragraph(("The message shows where it stands now.",)),))
        case Result.MUST_SAY if step is not None:
            twin = "note what changes" if step.note else "skip the reason"
            return Document("Please say it in a few words", (Paragraph((Code(f"/launch release {twin}"),)),))
        case Result.NOT_IN_ORDER if step is not None:
            return Document(
                "That is not in order yet",
                (
                    Paragraph((one_line(step.title, 300), ". Put it in order, or take it on with a reason.")),
                    Actions(buttons(run, step) if run is not None else ()),
                ),
            )
        case Result.BUSY if run is not None:
            more: tuple[Part, ...] = (
                (Paragraph((Strong("Now:"), " ", one_line(step.title, 300))), Actions(buttons(run, step)))
                if step
                else ()
            )
            return Document(f"One is going on already · {named(run)}", more)
        case _:
            return None


def next_line(outcome: Outcome) -> Document | None:
    """What comes next, for whoever types: the message in the channel changes at the same moment."""
    said = answered(outcome)
    if said is not None or outcome.result in (Result.BEGUN, Result.STOPPED):
        return said
    if outcome.run is None or outcome.step is None:
        return Document("That was the last answer", (Paragraph(("The message shows what came of it.",)),))
    parts = (Paragraph((outcome.step.how,)), Actions(buttons(outcome.run, outcome.step)))
    return Document(f"Next: {one_line(outcome.step.title, TITLE)}", parts)


def no_list() -> Document:
    """What was typed is no version; nothing was begun by it."""
    ways = (
        ("/launch release v43", "begins the checklist"),
        ("/launch release done", "answers the open question; also: skip the reason"),
        ("/launch release notes", "lists what went live and what it changed"),
        ("/launch release rollback", "practises going back, on a quiet day"),
    )
    items = tuple(Item((Code(typed), f" {does}")) for typed, does in ways)
    now = Paragraph(("Must you go back now? ", Code("/launch runbook bad deploy")))
    return Document("Nothing was begun", (Listing(items), now), Tone.WARN)


def why_form(value: str, *, seen: bool) -> Form:
    """A reason for what is left out, or taken on."""
    title = "Go all the same" if seen else "Leave this out"
    hint = "It stands in the result, for everybody."
    return Form("release.skipped", title, "Say So", (Paragraph((hint,)),), (Field("why", "Why?", kind="long"),), value)


def note_form(value: str) -> Form:
    """The note for customers."""
    hint = "One sentence that a customer understands: Invoices can now be downloaded as PDF."
    field = Field("note", "What changes for customers?", kind="long")
    return Form("release.written", "Release note", "Keep It", (Paragraph((hint,)),), (field,), value)
