"""docs/runbooks.md says what the library holds and how to write a runbook; `UPDATE_DOCS=1` writes it anew."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from bot.config.load import load as load_file
from bot.config.runbooks import BOOK, STEPS
from bot.domain.runbook.book import Sort
from bot.domain.runbook.graph import structure
from bot.domain.runbook.known import CONTACTS, FACTS, FIELDS, OWN_CHECKS, From
from bot.render.markdown import escape
from bot.runbooks import load, panels
from bot.runbooks.own import library, read_own
from bot.runbooks.world import world
from bot.views.runbook_list import SHELVES
from tests.meta.shown import ROOT, blocks

PAGE = ROOT / "docs" / "runbooks.md"
UPDATE = os.environ.get("UPDATE_DOCS") == "1"
HEAD = """\
# What to do if it breaks

A runbook leads you out of one trouble, one step at a time: what to do, the exact place in the panel of *your*
provider, the value to paste, what could go wrong. After each change it looks by itself whether it worked, and says so;
"fixed" is only said after the check that failed has passed. Nobody needs to know DNS or servers for it. The bot never
changes anything at a provider; you do, and it looks.

In Slack, **Show Me the Fix** on an incident or a finding begins the one that fits, in the thread, so that the team sees
it. In the terminal, your own words find it:

```sh
.venv/bin/launch runbook
.venv/bin/launch runbook emails go to spam
.venv/bin/launch runbook --print site_down
```

The first line lists all of them. The second walks: it looks at what is broken, asks, and looks again; in a pipe, or
with `--print`, the whole text is written at once, for paper or a wiki. Exit codes: 0 fixed, handed over or read, 1
given up, 2 wrong words or configuration, 130 stopped.

Every text is filled with what is known: from `launch.yml`, from what somebody wrote down when a runbook asked, from
what everybody can see of your domain (who serves its names, sold it, runs the site, sends the mail), and from what was
seen to be broken. What nobody has written down is called "not written down yet", with a button that asks for it.
"""
OWN = """\
## Write your own

Words of your own stand before the first step of a runbook. Under a topic that is not in the list they become a how-to
of their own:

```yaml
runbooks:
  site_down: |
    Ask Ben first: he moved the shop to another server last week.
  when_ben_is_away: |
    Ana has the keys. She is in Lisbon, so not before 9:00.
```

A whole runbook is a file in a folder `runbooks` beside `launch.yml`, named by its topic: `stripe_is_down.yml`. With
the name of a shipped one it takes its place:

```yaml
title: Stripe does not answer
sort: broken
says: [stripe is down, cards are refused]
feels: Nobody can pay. Orders wait.
notice: |
  Payments do not work at the moment. Nothing is lost, please try again in an hour.
needs: [status_page]
steps:
  - id: look
    do: Open https://status.stripe.com/ and read the first line.
    changes: false
  - id: whose
    ask: Does it say that all systems are operational?
    answers:
      - {say: "Yes", go: ours}
      - {say: "No", go: tell}
      - {say: "Not Sure", go: tell}
  - id: tell
    do: Tell your customers on {status_page}.
    paste: Payments are down at our provider. Nothing is lost.
    changes: false
  - id: wait_for_stripe
    wait: I look at your checkout every 20 seconds, later less often.
    what: [failed]
    longest: 2h
    good: fixed
    late: ours
  - id: ours
    call: This needs whoever built the checkout.
    who: builder
    message: "Payments fail on {host}. We see: {seen}. Stripe itself looks fine."
```

Under `monitors` in `launch.yml`, `runbook: stripe_is_down` makes the incidents of that monitor lead there; without it
the answer that failed decides.

A mistake never stops the bot. That file is left out, the shipped runbook goes on, and the mistake is named with its
file and line: in the log at start, by `launch doctor`, and by

```sh
.venv/bin/launch config check
```

A running bot takes up a change in the folder within seconds, as it does with `launch.yml`.

## The format
"""
KEYS = {
    "title": "as you would say it",
    "sort": f"the shelf: {', '.join(Sort)}",
    "says": "other words that find it",
    "leads": "what leads here: a check (`tls.valid`), one of its answers (`tls.expiry:expired`), a family (`redir.*`), "
    "or a class of trouble (`TLS`); the most exact one counts",
    "feels": "what customers feel meanwhile",
    "notice": "what to tell them, at most five lines",
    "needs": "the fields below that its texts use",
    "serves": "ids of requirements, see `launch requirements`",
    "steps": "the steps; the first one begins",
}
KINDS = {
    "say": "Explains. It stands above the next step.",
    "ask": "One question, two to five answers; one of them is Not Sure.",
    "do": "One thing that a person does. `panel` adds the menu path of their provider, `paste` what to copy, `slip` "
    "what could go wrong, `undo` how to take it back. With `danger: true` the undo is required and stands first. "
    "`changes: false` where it only looks.",
    "check": "Runs checks now: ids of checks, `failed` (whatever began this), or one of the bot's own. `look` is "
    "what a person looks for where no check can. `good` and `bad` say where it leads; "
    "with `finds: true` it looks for the fault, and goes on at `bad` by itself.",
    "wait": "The bot looks again by itself, for at most `longest`; then `late`.",
    "decide": "Goes on by a fact, and asks nobody.",
    "call": "Whom to reach, and the message to send.",
}
ENDS = """\
A step leads to the next one of the file, unless `go` names another one or an end: `fixed` (only from a check or a wait
that went well), `handed` (only from a call), `done` (only in a how_to). From every step there must be a way to an end,
and no circle in which nobody is asked and nothing is looked at.
"""
EDIT = """\
## Change a shipped one

The sources are `bot/runbooks/*.yml` and `bot/runbooks/panels/*.yml`. After an edit, the first line proves every rule
and writes what the bot reads; the second writes this page anew:

```text
.venv/bin/python -m bot.runbooks
UPDATE_DOCS=1 .venv/bin/python -m pytest tests/meta/test_runbooks_page.py
```

It says with file and line what is wrong: a step that nothing leads to, a change that no check follows, an abbreviation
that is explained nowhere, a text above school grade 8.
"""


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table; the cells are finished."""
    lines = [" | ".join(head), "|".join("---" for _ in head), *(" | ".join(row) for row in rows)]
    return "\n".join(f"| {line} |" if "---" not in line else f"|{line}|" for line in lines) + "\n"


def shelves() -> str:
    """Every runbook, by its shelf."""
    lead = (
        f"{len(load())} runbooks. Nine of ten steps that change something, or more, are followed by a check that the\n"
        "bot runs by itself; a test counts them."
    )
    parts = [f"## The library\n\n{lead}\n"]
    for sort in Sort:
        rows = [
            (f"`{topic}`", escape(book.title), ", ".join(f"`{lead}`" for lead in book.leads))
            for topic, book in load().items()
            if book.sort is sort
        ]
        parts.append(f"### {SHELVES[sort]}\n\n{table(('topic', 'what it is about', 'what leads to it'), rows)}")
    return "\n".join(parts)


def providers() -> str:
    """Who has menu paths of their own, and as of when."""
    rows = [
        (
            escape(panel.about.rstrip(".")),
            ", ".join(f"{escape(place.name)} ({place.as_of})" for place in panel.places.values()),
            ", ".join(f"`{kind}.{task}`" for task in panel.tasks),
        )
        for kind, panel in panels().items()
    ]
    lead = (
        "Menus change. Each entry says as of which month it was written, and the step says so too; whoever is\n"
        "not here gets a general text.\n"
    )
    return f"## Menu paths\n\n{lead}\n{table(('place', 'providers', 'tasks, for `panel`'), rows)}"


def names() -> str:
    """What texts may be filled with, what steps may branch on, whom they may call, what the bot can prove of itself."""
    asked = [(f"`{{{name}}}`", escape(one.label)) for name, one in FIELDS.items() if one.source is From.FILE]
    seen = [(f"`{{{name}}}`", escape(one.label), escape(one.stands)) for name, one in FIELDS.items() if one.stands]
    return "\n".join(
        [
            "### What texts are filled with\n\nWritten down by you, in `launch.yml` or when a runbook asks:\n",
            table(("name", "what it is"), asked),
            "Known by itself, or replaced by words:\n",
            table(("name", "what it is", "else"), seen),
            "### What a step can go by\n",
            table(("`decide`", "what it is"), [(f"`{name}`", text) for name, text in FACTS.items()]),
            "### Whom a step can call\n",
            table(("`who`", "who that is"), [(f"`{name}`", text) for name, text in CONTACTS.items()]),
            "### What the bot can prove about itself\n",
            table(("`what`", "what must be true"), [(f"`{name}`", text) for name, text in OWN_CHECKS.items()]),
        ]
    )


def page() -> str:
    """The whole page."""
    keys = table(("key", "what it holds"), ((f"`{name}`", text) for name, text in KEYS.items()))
    kinds = table(
        ("step", "other keys", "what it does"),
        (
            (f"`{kind}`", ", ".join(f"`{key}`" for key in STEPS[kind] if key != kind), text)
            for kind, text in KINDS.items()
        ),
    )
    parts = (HEAD, shelves(), providers(), OWN, keys, kinds, ENDS, names(), EDIT)
    return "\n".join(parts)


def test_the_page_says_what_the_library_holds() -> None:
    """Every word of the tables comes from the library and from the rules."""
    if UPDATE:
        PAGE.write_text(page(), encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == page(), "write it anew with UPDATE_DOCS=1"


def test_every_key_is_explained() -> None:
    """Those of a file and those of a step."""
    assert list(KEYS) == list(BOOK)
    assert set(KINDS) == set(STEPS)
    for kind, keys in STEPS.items():
        for key in keys:
            assert f"`{key}`" in page(), (kind, key)


def test_the_examples_are_runbooks(tmp_path: Path) -> None:
    """What the page tells to write is taken as it stands."""
    words, whole = (text for language, text in blocks(PAGE) if language == "yaml")
    (tmp_path / "launch.yml").write_text("product: {domain: acme.example}\n" + words, encoding="utf-8")
    (tmp_path / "runbooks").mkdir()
    (tmp_path / "runbooks" / "stripe_is_down.yml").write_text(whole, encoding="utf-8")
    found = library(load_file(tmp_path / "launch.yml"))
    assert found.problems == ()
    assert set(found.mine) == {"site_down", "when_ben_is_away", "stripe_is_down"}
    book = read_own(tmp_path / "runbooks" / "stripe_is_down.yml")
    assert structure(book, world(panels())) == []
