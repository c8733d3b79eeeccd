"""The parts of a handover about work: deploys, secrets, accounts, watching, and what to do if something breaks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from bot.domain.handover import Line, Origin, Part, Rows, State
from bot.domain.runbook.run import Standing
from bot.services.handover_known import Sources, answered, question, seen, wrote
from bot.services.second_routes import named

ROTATED_WITHIN = timedelta(days=365)
"""How old a secret may grow."""
SKILLS: Mapping[str, tuple[str, ...]] = {
    "Change a DNS record": ("update_dns",),
    "Publish a version": ("deploy_safely",),
    "Go back to the version before": ("roll_back_a_deploy", "bad_deploy"),
    "Replace a key": ("rotate_a_key", "secret_leaked"),
    "See whether mail arrives": ("test_email", "emails_not_arriving"),
    "Read an alert and act on it": ("read_an_alert", "site_down"),
    "Restore a backup": ("verify_backups",),
}
"""What somebody of the team must be able to do, each with the runbooks that lead through it."""
_DONE = frozenset({Standing.FIXED, Standing.DONE})


def deploy(known: Sources) -> Part:
    """How a version goes out, who can do it, and the way back."""
    file = known.config.file
    section = file.deploy if file is not None else None
    lines = [
        answered(known, "deploy_how", 'deploy: {how: ["…", "…"]}'),
        answered(known, "roll_back_how", 'deploy: {roll_back: ["…", "…"]}'),
        wrote(
            "Who can deploy",
            ", ".join(section.who) if section else "",
            "Who can publish a version, and take one back?",
            "deploy: {who: [ana, ben]}",
        ),
        _tried(known),
        *seen(known, "rel"),
    ]
    if section is not None and len(section.who) == 1:
        said = (f"Only {section.who[0]} can. While that person is asleep, nobody can take a bad version back.",)
        lines.append(Line("One person alone", said, state=State.BAD))
    rows = tuple(
        (one.version, one.service or "all of it", f"{one.live_at or one.began_at:%Y-%m-%d %H:%M} UTC", one.stage.value)
        for one in known.deploys
    )
    return Part(
        "deploy",
        "How a Version Goes out and Comes Back",
        "One bad version must never need the builder at midnight.",
        tuple(lines),
        Rows(("Version", "Of", "When", "How it went"), rows, counts=0) if rows else None,
    )


def _tried(known: Sources) -> Line:
    last = known.tried
    if last is None:
        return question("Has anybody ever tried to go back?", "/launch release rollback")
    minutes = max(1, round(last.took / timedelta(minutes=1))) if last.took else 0
    took = f"It took {minutes} minute{'' if minutes == 1 else 's'}." if minutes else "With the real product."
    how = "In a fire drill." if last.drill else took
    state = State.BAD if last.stale(known.now) else State.GOOD
    return Line("Going back was tried", (how,), Origin.COUNTED, state, last.at, last.by)


def secrets(known: Sources) -> Part:
    """Which secrets there are, by name: who looks after each, and how old it is."""
    file = known.config.file
    notes = file.inventories.secrets if file is not None and file.inventories is not None else ()
    today = known.now.date()
    lines = [answered(known, "secrets_where", "inventories: {places: {secrets: 1Password}}")]
    for one in notes:
        renewed = max((day for day in (one.created, one.rotated) if day is not None), default=None)
        if one.exposed is not None and (renewed is None or renewed <= one.exposed):
            said = (f"Strangers saw it on {one.exposed:%Y-%m-%d}, and it was not replaced since. Replace it now.",)
            lines.append(Line(one.name, said, state=State.BAD))
        elif renewed is not None and today - renewed > ROTATED_WITHIN:
            said = (f"Made or replaced on {renewed:%Y-%m-%d}: more than a year ago.",)
            lines.append(Line(one.name, said, state=State.BAD))
        if not one.owner:
            lines.append(
                question(
                    f"Who looks after {one.name}?", f"inventories: {{secrets: [{{name: {one.name}, owner: ana}}]}}"
                )
            )
    if not notes:
        todo = "inventories: {secrets: [{name: Stripe key, env: STRIPE_KEY, kept_in: Vercel, owner: ana}]}"
        lines.append(question("Which keys and passwords are there?", todo))
    lines += seen(known, "sec", "exp")
    rows = tuple(
        (
            one.name,
            one.environment,
            one.kept_in or "",
            one.scope or "",
            one.owner or "nobody",
            f"{one.rotated or one.created or 'not known'}",
        )
        for one in notes
    )
    return Part(
        "secrets",
        "Keys and Passwords",
        "By name only, never the secret itself: where each is kept, who looks after it, when it was last replaced.",
        tuple(lines),
        Rows(("Secret", "Opens", "Kept in", "May do", "Owner", "Made or replaced"), rows) if rows else None,
    )


def access(known: Sources) -> Part:
    """Who can change what, whose the accounts are, and who helps."""
    file = known.config.file
    lists = file.inventories if file is not None else None
    accounts, persons = (lists.accounts, lists.access) if lists is not None else ((), ())
    today = known.now.date()
    lines = [answered(known, "admin_contact", "inventories: {places: {admin_mail: ops@example.com}}")]
    lines += [
        Line(
            one.name,
            tuple(
                said
                for said in (
                    f"Owner: {one.owner}" if one.owner else "",
                    f"Help: {one.support}" if one.support else "",
                    f"Last looked who is in it: {one.reviewed:%Y-%m-%d}" if one.reviewed else "",
                )
                if said
            )
            or ("Nobody has said whose it is.",),
            state=State.PLAIN if one.owner else State.BAD,
            link=one.url or "",
        )
        for one in accounts
    ]
    lines += [
        Line(one.person, (f"Their access ended on {one.until:%Y-%m-%d}. See that it is gone.",), state=State.BAD)
        for one in persons
        if one.until is not None and one.until < today
    ]
    if not accounts:
        todo = 'inventories: {accounts: [{name: "Cloudflare (DNS)", owner: ana, url: "https://…", for: [dns]}]}'
        lines.append(question("At which companies are there accounts?", todo))
    if not persons:
        todo = "inventories: {access: [{person: ana, what: deploys and DNS}]}"
        lines.append(question("Who can change what?", todo))
    rows = tuple((one.person, one.what, f"{one.since or ''}", f"{one.until or 'no end'}") for one in persons)
    return Part(
        "access",
        "Accounts and Access",
        "Whoever owns these accounts owns the product. People who have left must not be in them.",
        tuple(lines),
        Rows(("Person", "Can change", "Since", "Until"), rows) if rows else None,
    )


def watching(known: Sources) -> Part:
    """What is looked at again and again, who is told, and by which way."""
    file, inventory = known.config.file, known.config.inventory
    channels = file.channels if file is not None else None
    people = file.people if file is not None else {}
    services = file.services if file is not None else {}
    routes = ", ".join(named(one) for one in channels.second_route) if channels is not None else ""
    alerts = (channels.alerts if channels is not None else None) or known.alerts
    lines = [
        wrote("Alerts go to", alerts, "Where do alerts go?", 'channels: {alerts: "#ops"}'),
        wrote(
            "While Slack is down",
            routes,
            "Who is told while Slack is down?",
            "channels: {second_route: [{kind: ntfy, to: my-topic}]}",
        ),
        wrote(
            "The team",
            "\n".join(f"{name}, {one.role}{', built it' if one.builder else ''}" for name, one in people.items()),
            "Who is in the team?",
            "people: {ana: {slack: U0123ABCD, role: owner}}",
        ),
        *(
            wrote(
                f"Owner of {name}",
                (f"{one.owner}, backup {one.backup}" if one.backup else f"{one.owner}, nobody as backup")
                if one.owner
                else "",
                f"Who owns {name}?",
                f"services: {{{name}: {{owner: ana, backup: ben}}}}",
            )
            for name, one in services.items()
        ),
        *seen(known, "up", "obs"),
    ]
    monitors = inventory.monitors if inventory is not None else ()
    return Part(
        "watching",
        "What Is Watched, and Who Is Told",
        "The bot looks every minute and says at once what customers feel, to whoever has it.",
        tuple(lines),
        Rows(
            ("Monitor", "Address", "Owner", "Up this month", "19 of 20 within"),
            tuple((one.name, one.url, one.owner or "", *_figures(known, one.name)) for one in monitors),
            counts=3,
        )
        if monitors
        else None,
    )


def _figures(known: Sources, name: str) -> tuple[str, str]:
    found = known.figures.get(name)
    if found is None:
        return ("not looked at yet", "")
    share, p95 = found.month.share, found.month.p95_ms
    return (f"{share * 100:.2f} %" if share is not None else "not known", f"{p95:.0f} ms" if p95 is not None else "")


def broken(known: Sources) -> Part:
    """What to do if something breaks, and what somebody has tried so far."""
    done = dict(known.drilled)
    for run in known.runs:
        if run.standing in _DONE and run.ended_at is not None:
            done[run.topic] = max(run.ended_at, done.get(run.topic, run.ended_at))
    return Part(
        "broken",
        "If Something Breaks",
        "Type /launch runbook and what is wrong, in your own words. Somebody should have tried each of these once.",
        tuple(_skill(label, topics, done) for label, topics in SKILLS.items()),
        confirms=False,
    )


def _skill(label: str, topics: tuple[str, ...], done: Mapping[str, datetime]) -> Line:
    last = max((done[topic] for topic in topics if topic in done), default=None)
    todo = f"/launch runbook {topics[0].replace('_', ' ')}"
    if last is None:
        return question(f"{label}: who has tried it?", todo)
    return Line(label, ("Done with the bot as a guide.",), Origin.COUNTED, State.GOOD, last)


def speed(known: Sources) -> Part:
    """How fast it was, so that later somebody can tell whether it became slower."""
    return Part(
        "speed",
        "How Fast It Is",
        "The figures of today. Whoever comes later can tell by them whether it became slower.",
        seen(known, "perf"),
        confirms=False,
    )
