"""docs/hooks.md, made of what the senders say of themselves."""

from __future__ import annotations

from collections.abc import Iterable

from bot.adapters.hooks import plain
from bot.adapters.hooks.base import TOLERANCE, Source, load
from bot.domain.heard import EVENT_KINDS, Progress

HEAD = """\
# What others tell the bot

Your host, your code's home and your monitors know things that nobody can see from outside: a version goes out, it
failed, an alert fires. Each of them can call the bot. Then "What broke?" is answered by "this deploy", in the alert.

You need one address that the outside can reach, and one secret for each sender:

1. Write `public_url` under `http` in `launch.yml`, and let your proxy or tunnel lead to the bot
   ([where to run it](hosting.md)).
2. Make a secret (openssl rand -hex 32 in a terminal prints one), or take the one that the sender gives you.
3. Set it where the bot runs, in the variable of that sender (the table below), and start the bot again.
4. Enter the address at the sender: your `public_url`, then `/hooks/` and the sender's name.

Without its secret a sender is answered 401 and nothing is taken from it; `launch doctor` says so. To change a secret,
write both into the variable, separated by a comma, with the new one first; change it at the sender; take the old one
out. So no secret holds a comma. An address that ends in a secret is a password: it belongs in no ticket and no chat.

No address that the outside can reach? Let your CI tell the bot, or nobody at all: the version that your pages show is
seen by the bot itself.

A sender's own name of a service is looked for among those of `launch.yml`: the repository at GitHub and GitLab, the
project at Vercel and Netlify, the service at Render and Railway, the app at Heroku. A deploy of what stands there under
no such name concerns the whole product; an alarm of it is nobody's, and told all the same.

## What is answered

| Status | Means |
|---|---|
| 202 | written down; it is worked on afterwards |
| 200 | nothing to do: known already, or nothing that concerns a product's health; the answer says which |
| 400 | proven, but it cannot be read; the answer says where |
| 401 | not proven; the answer says why |
| 404 | no sender is called that |
| 413 | more than 1 MiB |
| 429, 503 | too much at once, or it could not be written down: send it again later |
"""
SENDERS = """\
## Who can tell it, and what is proven

Of every sender as much is verified as it makes possible. Where it signs a time, an old request is refused: more than
{minutes} minutes from now, before or after. Where it signs none, the same request is taken once, and not at all when
what it tells is older than four weeks. All of it is compared on the bytes as they came.
"""
LEFT_OUT = """\
## Left out

| Sender | Why | Instead |
|---|---|---|
| Fly.io | documents no webhook that its customers can set up for deploys | `launch deploy` after `flyctl deploy` |
| Railway's alerts of volumes and monitors | their format is not documented | the bot's own look at your pages |
| Netlify's deploy locked, unlocked, deleted | say nothing about what customers have | |

Railway's page prints one event (`Deployment.failed`) and leads to the list of a deployment's states for the others; the
names of the others are those of its webhook settings. What the bot does not know of them it passes over.
"""
OWN = """\
Anything that can send a request can tell the bot: a script, a cron job, your product. The body is JSON with `deploy`,
`signal` or `events` in it, or several of them. One of them may also stand without its name around it. A field that the
bot does not know is refused by name: it is most likely a mistyped one.

Signed, as it should be (the time is part of what is signed, so nobody can send it again later):

```text
{signed}```

Where a script cannot sign, the secret itself:

```text
{bearer}```

Trouble that something else sees. The same `key` again is the same trouble, so it may be repeated every minute:

```text
{signal}```

By [Standard Webhooks](https://www.standardwebhooks.com/) the same JSON goes to `/hooks/standard`: many libraries and
queues sign that way.

`id`, beside them, is your own name of this request: sent twice, it counts once. Without it a signed request counts once
for each second that it was signed in; with a bearer token each request counts.
"""
SIGNED = """\
body='{"deploy": {"version": "v43", "status": "live", "note": "Show prices with tax"}}'
time=$(date +%s)
mac=$(printf '%s.%s' "$time" "$body" | openssl dgst -sha256 -hmac "$LAUNCH_HOOK_GENERIC_SECRET" | sed 's/.*= //')
curl --fail --json "$body" -H "Launch-Timestamp: $time" -H "Launch-Signature: sha256=$mac" \\
  https://launch.example.com/hooks/generic
"""
BEARER = """\
curl --fail --json '{"id": "backup-2026-11-20", "events": [{"kind": "job_failed", "service": "backup"}]}' \\
  -H "Authorization: Bearer $LAUNCH_HOOK_GENERIC_SECRET" https://launch.example.com/hooks/generic
"""
SIGNAL = """\
curl --fail --json '{"signal": {"key": "queue", "state": "firing", "class": "jobs", "evidence": "4,200 jobs wait"}}' \\
  -H "Authorization: Bearer $LAUNCH_HOOK_GENERIC_SECRET" https://launch.example.com/hooks/generic
"""
EXAMPLES = (SIGNED, BEARER, SIGNAL)
DEPLOY = {
    "version": "what people call it: `v43`, a commit. The only one that is needed",
    "status": f"{', '.join(Progress)}; live without one",
    "environment": "production, staging or preview; production without one",
    "service": "as in `launch.yml`; the whole product without one",
    "author": "who made it",
    "note": "what changed; its first line is kept",
    "commit": "the commit id, 7 to 64 hexadecimal digits",
    "before": "the version before it",
    "url": "where it can be seen",
    "log_url": "where its log is",
    "compare_url": "where its changes can be read",
    "key": "your own id of this deploy: reports with the same one are about the same deploy",
    "at": "when it happened: `2026-11-20T12:00:00Z`, or seconds since 1970; now without one",
}
SIGNALS = {
    "service": "as in `launch.yml`; what is not known there is nobody's, and told all the same",
    "class": f"{', '.join(plain.CLASSES)}; errors without one",
    "state": f"{' or '.join(plain.STATES)}. Needed",
    "title": "what people read first",
    "evidence": "what was seen, with its numbers",
    "key": "your own id of this trouble. Needed",
    "severity": f"{', '.join(plain.SEVERITIES)}; it can only make it milder than class and service do",
    "environment": "production, staging or preview; production without one",
    "url": "where more about it is",
    "at": "when it began or ended; now without one",
}
COUNTED = {
    "kind": f"one of {', '.join(EVENT_KINDS)}. Needed",
    "count": "how many, 1 without one",
    "service": "as in `launch.yml`",
    "sample": "what one of them said; its first line is kept, with secrets masked",
    "at": "when; now without one",
}


def page() -> str:
    """The whole page."""
    parts = [
        HEAD,
        SENDERS.format(minutes=int(TOLERANCE.total_seconds() // 60)),
        *_table(
            ("Sender", "Its variable", "What is verified", "What cannot be", "A delivery is known by"),
            map(_row, senders()),
        ),
        "",
        *(part for one in senders() for part in _sender(one)),
        OWN.format(signed=SIGNED, bearer=BEARER, signal=SIGNAL),
        *_fields("deploy", plain.DEPLOY, DEPLOY),
        *_fields("signal", plain.SIGNAL, SIGNALS),
        *_fields("events, each", plain.EVENT, COUNTED),
        "Events that say where they came from (`origin`) go to `/events`, which keeps that unreadable.\n",
        LEFT_OUT,
    ]
    return "\n".join(parts)


def senders() -> list[Source]:
    """Vendors by their titles, then the two of one's own."""
    own = ("standard", "generic")
    vendors = sorted((one for one in load().values() if one.name not in own), key=lambda one: one.title.lower())
    return [*vendors, *(load()[name] for name in own)]


def anchor(source: Source) -> str:
    """As GitHub makes it of the heading."""
    kept = "".join(letter for letter in source.title.lower() if letter.isalnum() or letter in " -")
    return kept.replace(" ", "-")


def _row(source: Source) -> tuple[str, ...]:
    name = f"[{source.title}](#{anchor(source)})"
    return (name, f"`{source.variable}`", source.proof, source.missing or "nothing", source.delivered)


def _sender(source: Source) -> Iterable[str]:
    yield f"## {source.title}"
    yield ""
    names = {
        "url": f"`https://launch.example.com/hooks/{source.name}`",
        "secret": f"what you set as `{source.variable}`",
        "variable": f"`{source.variable}`",
    }
    if any("{url}/{secret}" in step for step in source.setup):
        names["url"] = names["url"].strip("`")
        names["secret"] = f"<{source.variable}>"
    for number, step in enumerate(source.setup, start=1):
        said = step.format(**names)
        yield f"{number}. {said}" if "<" not in said else f"{number}. {_coded(said)}"
    yield ""
    yield from _table(("What it says", "What becomes of it"), ((one.event, one.becomes) for one in source.events))
    if source.pages:
        yield ""
        yield "Follows " + ", ".join(f"<{one}>" for one in source.pages) + "."
    yield ""


def _coded(said: str) -> str:
    """Addresses as code, so that a page does not swallow what stands in angle brackets."""
    return " ".join(f"`{word}`" if "<" in word or word.startswith("https://") else word for word in said.split(" "))


def _fields(title: str, names: tuple[str, ...], said: dict[str, str]) -> Iterable[str]:
    assert tuple(said) == names, "the page and the code name the same fields"
    yield from _table((f"`{title.partition(',')[0]}`{title.removeprefix(title.partition(',')[0])}", ""), said.items())
    yield ""


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterable[str]:
    yield "| " + " | ".join(head) + " |"
    yield "|" + "---|" * len(head)
    for row in rows:
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |"
