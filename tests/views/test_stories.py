"""What is told about an incident afterwards: its timeline, files, the notice for customers, who was told and why."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.blockkit.validator import validate_message
from bot.document import Document
from bot.domain import events as e
from bot.domain.codec import from_json
from bot.domain.decision import HERE, Why
from bot.domain.events import KINDS, Event
from bot.domain.folding import replay
from bot.domain.incident import Incident, key_of
from bot.domain.member import Outcome
from bot.domain.severity import Sev, Trouble
from bot.render.blocks import message
from bot.render.markdown import markdown
from bot.render.spans import sentence as plain
from bot.render.text import text
from bot.services.stories import Story
from bot.store import outbox, second_routes
from bot.store.db import Store
from bot.store.outbox import Delivery, Kind, State
from bot.store.second_routes import Way
from bot.views.happened import sentence
from bot.views.incident_list import incident_list
from bot.views.notices import UNFELT, blameless_summary, customer_notice
from bot.views.timeline import export_json, export_markdown, timeline
from bot.views.why import BECAUSE, why
from tests.views.incident_samples import ALONE, HOSTILE, NOW, PEOPLE, SEEN, STATES, member, minutes

BEGAN = NOW - minutes(30)


def log(*more: Event, sev: Sev = Sev.ONE, trouble: Trouble = Trouble.REACH) -> list[Event]:
    """An outage of half an hour ago that Ana took after five minutes."""
    first = member(trouble=trouble, sev=sev, first_at=BEGAN, last_at=BEGAN)
    opened = e.Opened(
        BEGAN + timedelta(seconds=20), id=12, product="marigold", service="sign-up", trouble=trouble,
        key=key_of("marigold", "production", "sign-up", trouble), sev=sev, first_failure=BEGAN, members=(first,),
        deploy="a1b2c3", deploy_by="U0BEN", deploy_at=BEGAN - minutes(3),
    )  # fmt: skip
    return [
        opened,
        e.Announced(BEGAN + timedelta(seconds=40), esc_from=BEGAN + timedelta(seconds=40)),
        e.Escalated(BEGAN + timedelta(seconds=40), step=0, told=("U0ANA",)),
        e.Escalated(BEGAN + minutes(5), step=1, told=("U0BEN",), late_s=120),
        e.Acked(BEGAN + minutes(6), actor="U0ANA", until=BEGAN + minutes(36)),
        e.Joined(BEGAN + minutes(8), actor="U0BEN"),
        *more,
    ]


FIXED = (
    e.Noted(BEGAN + minutes(10), actor="U0ANA", text="Rolled the release back."),
    e.FixAsked(BEGAN + minutes(12), actor="U0ANA"),
    e.FixRefused(BEGAN + minutes(12.1), why="red", evidence=SEEN),
    e.FixAsked(BEGAN + minutes(20), actor="U0ANA"),
    e.Resolved(BEGAN + minutes(20.2), actor="U0ANA", outcome=Outcome.HUMAN, reopen_until=BEGAN + minutes(50)),
)
STORY = log(*FIXED)
OVER = replay(STORY)


def row(number: int, kind: Kind, *, why: str = "opened", about: int = 0, **more: object) -> Delivery:
    """A message that went out half a second after it was asked for."""
    given: dict[str, object] = {
        "number": number, "delivery_id": f"d{number}", "product": "marigold", "subject": "incident:12", "kind": kind,
        "about": about, "broadcast": False, "said": {"why": why, "mention": []}, "prio": 0, "state": State.SENT,
        "attempts": 1, "looks": 0, "not_before": BEGAN, "claimed_at": None, "lease_until": None, "channel": "#ops",
        "slack_channel": "C1", "slack_ts": "1.2", "rev": 4, "rung": 0, "may_repeat": False, "last_error": "",
        "created_at": BEGAN, "sent_at": BEGAN + timedelta(seconds=0.5), **more,
    }  # fmt: skip
    return Delivery(**given)  # type: ignore[arg-type]


TRAIL = [
    row(1, Kind.ROOT, said={"why": "opened", "mention": ["U0ANA"]}),
    row(2, Kind.DM, about=3, channel="U0ANA", attempts=3, sent_at=BEGAN + minutes(2), may_repeat=True),
    row(3, Kind.THREAD, why="nobody_yet", about=4, broadcast=True, said={"why": "nobody_yet", "mention": [HERE]}),
    row(4, Kind.THREAD, why="acked", about=5),
    row(5, Kind.DM, about=4, channel="U0BEN", state=State.DEAD, sent_at=None, last_error="account_inactive"),
    row(6, Kind.DM, about=4, channel="U0BEN", state=State.RETRY, sent_at=None, attempts=2),
    row(7, Kind.EDIT),
    row(8, Kind.EDIT),
]
WAYS = [Way(1, "w1", "marigold", "incident:12", 4, "0", "U0BEN", "nobody_yet", "sent", 1, BEGAN, "", BEGAN, BEGAN)]
LONG = log(*(e.Noted(BEGAN + minutes(7 + n), actor="U0ANA", text=f"Step {n}") for n in range(200)))
EVIL = log(e.Noted(BEGAN + minutes(9), actor="U0ANA", text=HOSTILE))

DOCUMENTS: dict[str, Callable[[], Document]] = {
    "timeline": lambda: timeline(OVER, STORY),
    "timeline_long": lambda: timeline(replay(LONG), LONG),
    "timeline_hostile": lambda: timeline(replay(EVIL), EVIL),
    "why": lambda: why(OVER, TRAIL, WAYS, STORY, user="U0ANA", duty=ALONE),
    "why_nothing": lambda: why(OVER, [], [], STORY),
    "why_many": lambda: why(OVER, [row(n, Kind.THREAD, about=4) for n in range(90)], [], STORY, user="U0CLEO"),
    "list_empty": lambda: incident_list([], []),
    "list_drill": lambda: incident_list([STATES["drill"]().incident], []),
    "list_all": lambda: incident_list(
        [STATES[name]().incident for name in ("open_reach", "acked", "asleep", "asleep_by_silence", "better")],
        [OVER, *(STATES[name]().incident for name in ("fixed_by_itself", "merged", "removed"))],
    ),
    "list_hostile": lambda: incident_list([STATES["open_hostile"]().incident] * 40, [OVER] * 40),
}


def obeyed(value: object) -> list[str]:
    """Every text in which Slack obeys marks."""
    if isinstance(value, list):
        return [text for one in value for text in obeyed(one)]
    if not isinstance(value, dict):
        return []
    own = [str(value["text"])] if value.get("type") == "mrkdwn" or "blocks" in value else []
    return own + [text for one in value.values() for text in obeyed(one)]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_it_is_sound_in_each_form(name):
    """By the strict validator, in a terminal, and in a file; hostile text is bounded."""
    document = DOCUMENTS[name]()
    payload = message(document)
    assert validate_message(payload) == []
    assert len(payload["text"]) <= 150
    assert payload["text"].endswith(".")
    assert len(text(document)) < 20_000
    assert len(markdown(document)) < 20_000
    assert not [one for one in obeyed(payload) if "<!here>" in one or "<!channel>" in one]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_event_is_a_sentence(kind):
    """An event that is added later must be told as well; none is told by the name of its class."""
    words = plain(sentence(kind(NOW, actor="U0ANA"), OVER))
    assert len(words.split()) >= 3
    assert kind.__name__ not in words
    assert words[0].isupper() or words.startswith("–")  # nameless, as nothing is filled in


def test_every_reason_has_its_words():
    """`why` explains every kind of message."""
    assert set(BECAUSE) == set(Why)


def test_the_timeline_tells_it_in_order():
    """From the first failure to the end, people by mention, what was seen beside it."""
    shown = text(DOCUMENTS["timeline"](), width=200)
    told = (
        "Severity 1:",
        "The card went out",
        "called U0ANA",
        "Nobody had answered",
        "U0ANA said that they were on it",
        "U0BEN helped",
        "Rolled the release back",
        "did not agree that it was fixed",
        "Fixed: Visitors are fine again.",
    )
    places = [shown.index(one) for one in told]
    assert places == sorted(places)
    assert "late, the bot was offline for 2 minutes" in shown


def test_a_long_story_shows_its_ends():
    """In Slack the beginning and the end; the middle is counted, and all of it in the file."""
    shown = text(DOCUMENTS["timeline_long"](), width=200)
    assert "Severity 1" in shown
    assert "Step 199" in shown
    assert "Step 50" not in shown
    assert "182 events in between" in shown
    assert "Step 50" in export_markdown(Story(replay(LONG), LONG, [], [], ALONE))


def test_the_file_says_everything_by_names_and_in_one_zone():
    """Nobody who reads it later knows ids of Slack, or what the clock showed elsewhere."""
    file = export_markdown(Story(OVER, STORY, TRAIL, [], ALONE, PEOPLE, "Europe/Berlin"))
    assert file.startswith("# INC-12 · FIXED · Sign-up\n")
    assert "Ana said that they were on it until 22:01" in file
    assert "U0ANA" not in file
    assert "All times are Berlin time." in file
    assert "**Somebody on it**: 6 minutes after it began" in file
    assert "**Over**: 20 minutes after it began" in file
    assert file.count("| card brought up to date |") == 2


def test_the_file_as_json_keeps_every_event_as_it_was():
    """What was stored can be read back from the file, and stands beside its sentence."""
    data = json.loads(json.dumps(export_json(Story(OVER, STORY, TRAIL, [], ALONE, PEOPLE))))
    assert [from_json(one) for one in data["events"]] == STORY
    assert data["incident"] == "INC-12"
    assert data["title"] == "Sign-up"
    assert data["calls"] == 2
    assert data["people_on_it"] == 2
    assert data["ended_at"] == "2026-11-20T20:45:12+00:00"
    assert [one["kind"] for one in data["messages"]] == [one.kind.value for one in TRAIL]
    assert all(one["sentence"] for one in data["events"])


def test_customers_get_five_lines_from_what_is_known():
    """Nothing is claimed that the bot did not see; no name of a person, no word of ours."""
    notice = customer_notice(OVER, STORY, "Sign-up page", "Europe/Berlin")
    assert notice == (
        "Sign-up page, 20 November 2026: visitors got an error, or no answer at all.",
        "It began at 21:25 and ended at 21:45 (Berlin time): 20 minutes.",
        "We noticed it by ourselves at 21:25, and worked on it from 21:31 on.",
        "Visitors are fine again. We go on watching it closely.",
        "We are sorry. If something still looks wrong to you, answer this message: a person reads it.",
    )
    live = log()
    going = customer_notice(replay(live), live, "Sign-up page", "UTC")
    assert going[1] == "It began at 20:25 (UTC) and is still going on."
    assert "write again" in going[3]
    assert len(going) == 5


@pytest.mark.parametrize("trouble", [Trouble.EXPIRY, Trouble.TRUST, Trouble.NOTE])
def test_what_nobody_felt_is_not_announced(trouble):
    """A certificate that was renewed in time is no news for customers."""
    story = log(sev=Sev.THREE, trouble=trouble)
    assert customer_notice(replay(story), story, "Sign-up page", "UTC") == (UNFELT,)


def test_the_summary_blames_nobody():
    """People are numbers; a release is a lead, not a proof."""
    parts = dict(blameless_summary(OVER, STORY, "Sign-up page", "UTC"))
    whole = " ".join(parts.values())
    assert not any(name in whole for name in ("Ana", "Ben", "U0"))
    assert (
        parts["What we did"]
        == "The bot called 2 times. Somebody was on it 6 minutes after it was certain; 2 people worked on it in all."
    )
    assert "a lead, not a proof" in parts["What we do not know yet"]
    assert "lasted 20 minutes" in parts["What customers felt"]


def test_why_tells_each_message_with_its_cause_and_delay():
    """To whom, because of what, when asked, when sent, at which attempt, and what Slack said."""
    shown = text(DOCUMENTS["why"](), width=300)
    assert "You are called first since launch.yml names you as the owner." in shown
    assert "The card in the channel" in shown
    assert "It called U0ANA." in shown
    assert "A direct message to U0ANA" in shown
    assert "Sent at attempt 3, 2 minutes after it was due." in shown
    assert "may stand there twice" in shown
    assert "It called everybody in the channel." in shown
    assert "Because somebody said that they are on it (U0ANA)." in shown
    assert "Not sent, Slack refuses it: account_inactive." in shown
    assert "Not sent yet, 2 attempts so far." in shown
    assert "brought up to date 2 times" in shown
    assert "By second route 1 to U0BEN" in shown


@pytest.mark.parametrize(
    ("user", "words"),
    [
        ("U0ANA", "launch.yml names you as the owner"),
        ("U0BEN", "You were told at the time"),
        ("U0CLEO", "I have not called you"),
    ],
)
def test_why_answers_the_one_who_asks(user, words):
    """Each reads their own reason first."""
    assert words in text(why(OVER, TRAIL, [], STORY, user=user, duty=ALONE), width=200)


def test_why_one_person_is_called_for_several_services():
    """A shared cause has no owner of its own, so the first of the people is called; that is said."""
    duty = replace(ALONE, why="default")
    several = "You are called first since several services are concerned"
    assert several in text(why(replace(OVER, service=""), [], [], STORY, user="U0ANA", duty=duty), width=200)
    assert several not in text(why(OVER, [], [], STORY, user="U0ANA", duty=duty), width=200)


def test_the_list_puts_the_worst_first_and_offers_to_take_it():
    """Only what nobody has is offered; a drill is called one."""
    payload = message(DOCUMENTS["list_all"]())
    taken = [block["accessory"]["action_id"] for block in payload["blocks"] if "accessory" in block]
    assert taken == ["incident.ack"]
    assert payload["blocks"][0]["text"]["text"] == "5 incidents going on"
    assert text(DOCUMENTS["list_empty"]()).startswith("Nothing is broken")
    assert text(DOCUMENTS["list_drill"]()).startswith("Only a drill")


def test_what_is_told_elsewhere_is_not_called_over():
    """Two faults were one: customers may still feel it."""
    merged = STATES["merged"]().incident
    said = " ".join(text(incident_list([], [merged]), width=200).split())
    assert f"has the same cause as INC-{merged.parent}, and is told there" in said
    assert "over since" not in said


async def test_the_trails_of_the_store_are_what_it_reads(tmp_path: Path):
    """Rows as the outbox and the second routes give them."""
    store = Store.open(tmp_path / "launch.db")
    try:

        def fill(connection: object) -> tuple[list[Delivery], list[Way]]:
            outbox.post(connection, "marigold", "incident:12", NOW, channel="#ops", said={"why": "opened"})  # type: ignore[arg-type]
            second_routes.ask(
                connection,
                "marigold",
                "incident:12",
                NOW,
                about=1,
                route="0",
                person="U0ANA",
                why="nobody_yet",  # type: ignore[arg-type]
            )
            return (
                outbox.trail(connection, "marigold", "incident:12"),  # type: ignore[arg-type]
                second_routes.trail(connection, "marigold", "incident:12"),  # type: ignore[arg-type]
            )

        trail, ways = await store.write(fill)
    finally:
        store.close()
    shown = text(why(OVER, trail, ways, STORY), width=200)
    assert "Not sent yet" in shown
    assert "By second route 1" in shown


def test_an_incident_can_be_told_before_it_has_any_word():
    """One event, nobody called, nothing sent."""
    first = [replace(STORY[0])]
    found: Incident = replay(first)
    assert "Nobody said that they were on it" in dict(blameless_summary(found, first, "x", "UTC"))["What we did"]
    assert "Nothing has been sent" in text(why(found, [], [], first))
    assert "**Over**: not yet" in export_markdown(Story(found, first, [], [], ALONE))


def test_a_drill_is_never_told_as_if_customers_had_felt_it():
    """Whoever finds the file a year later must not take it for an outage."""
    drill = STATES["drill"]().incident
    file = export_markdown(Story(drill, STORY, [], [], ALONE))
    assert file.startswith(f"# {drill.name} · DRILL · ")
    assert file.count("Nothing: this was a drill, on a practice page.") == 2


def test_what_was_part_of_another_incident_is_not_called_unfelt():
    """Its customers felt it: the notice stands with the other one."""
    merged, removed = STATES["merged"]().incident, STATES["removed"]().incident
    assert f"INC-{merged.parent}" in customer_notice(merged, STORY, "Checkout", "UTC")[0]
    assert UNFELT not in customer_notice(replace(removed, sev=Sev.ONE), STORY, "Checkout", "UTC")


def test_people_without_a_name_are_said_to_have_none():
    """Somebody may help whom launch.yml does not know; an id alone says nothing."""
    file = export_markdown(Story(OVER, STORY, [], [], ALONE, {}))
    assert "somebody who is not in launch.yml (U0" in file
