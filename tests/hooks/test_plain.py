"""The bot's own JSON: what it takes, and the sentence that says what is wrong with the rest."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.adapters.hooks import plain
from bot.adapters.hooks.base import Refused, Said
from bot.domain.heard import Counted, Heard, Marker, Outside, Progress
from tests.hooks.senders import NOW, request


def said(body: Any) -> tuple[Heard, ...]:
    """What it tells."""
    found = plain.parse(request("generic", json.dumps(body).encode()), "generic")
    assert isinstance(found, Said), found
    return found.heard


def wrong(body: Any) -> str:
    """What is wrong with it."""
    found = plain.parse(request("generic", json.dumps(body).encode()), "generic")
    assert isinstance(found, Refused), found
    assert found.status == 400
    return found.reason


DEPLOY = {
    "version": "v43",
    "status": "started",
    "environment": "prod",
    "service": "web",
    "author": "mona",
    "note": "Show prices with tax\nand more",
    "commit": "F95F852BD8FCA8FCC58A9A2D6C842781E32A215E",
    "before": "v42",
    "url": "https://shop.example.com",
    "log_url": "https://ci.example.com/7",
    "compare_url": "https://git.example.com/compare/v42...v43",
    "key": "build-7",
    "at": "2026-11-20T11:58:00Z",
}
SIGNAL = {
    "service": "api",
    "class": "latency",
    "state": "firing",
    "title": "Checkout is slow",
    "evidence": "p95 is 3.2 s, normally 0.4 s",
    "key": "p95-checkout",
    "severity": "high",
    "environment": "staging",
    "url": "https://graphs.example.com/p95",
    "at": 1795175880,
}


def test_a_deploy_with_all_it_can_say() -> None:
    """Each field comes out where it belongs."""
    [one] = said({"deploy": DEPLOY})
    at = datetime(2026, 11, 20, 11, 58, tzinfo=UTC)
    assert one == Marker(
        "generic",
        Progress.STARTED,
        "v43",
        at,
        "build-7",
        "production",
        "web",
        "mona",
        "Show prices with tax",
        "f95f852bd8fca8fcc58a9a2d6c842781e32a215e",
        "v42",
        "https://shop.example.com",
        "https://ci.example.com/7",
        "https://git.example.com/compare/v42...v43",
    )


def test_a_version_is_enough() -> None:
    """Without a status it is live, without an environment it is production, without a time it is now."""
    [one] = said({"version": "v43"})
    assert one == Marker("generic", Progress.LIVE, "v43", NOW)
    assert said({"deploy": {"version": 43}})[0].version == "43"  # type: ignore[union-attr]


def test_a_signal_with_all_it_can_say() -> None:
    """Alone with its fields, or under its name."""
    [one] = said({"signal": SIGNAL})
    assert said(SIGNAL) == (one,)
    assert one == Outside(
        "generic",
        "p95-checkout",
        True,
        "Checkout is slow",
        datetime(2026, 11, 20, 11, 58, tzinfo=UTC),
        "api",
        "latency",
        "high",
        "staging",
        "p95 is 3.2 s, normally 0.4 s",
        "https://graphs.example.com/p95",
    )


def test_a_signal_needs_its_key_and_its_state() -> None:
    """Its class is errors where nothing is said; its evidence stands for a title."""
    [one] = said({"signal": {"key": "k", "state": "resolved", "evidence": "all is well"}})
    assert one == Outside("generic", "k", False, "all is well", NOW, evidence="all is well")
    [one] = said({"signal": {"key": "k", "state": "firing", "class": "jobs"}})
    assert isinstance(one, Outside)
    assert one.title == "Trouble of the kind jobs"


def test_events() -> None:
    """One alone, or a list of them."""
    one = {
        "kind": "login_failed",
        "count": 3,
        "service": "web",
        "sample": "wrong password",
        "at": "2026-11-20T11:00:00Z",
    }
    wanted = Counted(
        "login_failed", datetime(2026, 11, 20, 11, tzinfo=UTC), 3, "web", sample="wrong password", source="generic"
    )
    assert said(one) == said({"events": [one]}) == (wanted,)
    assert len(said({"events": [{"kind": "job_ok"}] * 1000})) == 1000


def test_all_three_at_once() -> None:
    """A deploy that comes with what it measured."""
    heard = said({"id": "7", "deploy": DEPLOY, "signal": SIGNAL, "events": [{"kind": "job_ok"}]})
    assert [type(one) for one in heard] == [Marker, Outside, Counted]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({}, "Write a deploy, a signal or events."),
        ({"events": []}, "Write a deploy, a signal or events."),
        ({"id": "7"}, "Write a deploy, a signal or events."),
        ({"deploi": {}}, 'The body has no field "deploi"; known are deploy, signal, events, id.'),
        ({"deploy": []}, "deploy: write an object."),
        ({"deploy": {}}, "deploy.version: write what goes out, such as v43 or a commit."),
        ({"deploy": {"version": ""}}, "deploy.version: write what goes out, such as v43 or a commit."),
        ({"deploy": {"version": ["v1"]}}, "deploy.version: write a text."),
        (
            {"deploy": {"version": "v1", "status": "done"}},
            "deploy.status: write one of started, live, failed, cancelled, released.",
        ),
        (
            {"deploy": {"version": "v1", "commit": "main"}},
            "deploy.commit: write the commit id, 7 to 64 hexadecimal digits.",
        ),
        (
            {"deploy": {"version": "v1", "url": "shop.example.com"}},
            "deploy.url: write a whole address with https:// and at most 500 characters.",
        ),
        ({"deploy": {"version": "v1", "note": 7}}, "deploy.note: write a text."),
        ({"deploy": {"version": "v1", "key": {}}}, "deploy.key: write a text."),
        (
            {"deploy": {"version": "v1", "at": "yesterday"}},
            "deploy.at: write a time such as 2026-11-20T12:00:00Z, or seconds since 1970.",
        ),
        (
            {"signal": {"state": "firing"}},
            "signal.key: write your own id of this trouble; the same again is the same trouble.",
        ),
        ({"signal": {"key": "k"}}, "signal.state: write one of firing, resolved."),
        (
            {"signal": {"key": "k", "state": "firing", "class": "dns"}},
            "signal.class: write one of reach, latency, errors, jobs, note.",
        ),
        (
            {"signal": {"key": "k", "state": "firing", "severity": "bad"}},
            "signal.severity: write one of blocker, high, medium, low.",
        ),
        ({"events": {"kind": "job_ok"}}, "events: write a list of at most 1,000."),
        ({"events": [{"kind": "job_ok"}] * 1001}, "events: write a list of at most 1,000."),
        ({"events": [{"kind": "job_ok"}, 7]}, "events, entry 2: write an object."),
        (
            {"events": [{"kind": "job_ok", "count": 0}]},
            "events, entry 1.count: write a whole number from 1 to 1,000,000.",
        ),
        ({"events": [{"kind": "job_ok", "origin": "192.0.2.7"}]}, None),
        ({"events": [{"kind": "coffee"}]}, None),
        ({"id": ["x"], "version": "v1"}, "id: write a text."),
    ],
)
def test_what_is_wrong_is_said_with_its_place(body: Any, reason: str | None) -> None:
    """One sentence, for whoever wrote it; nothing of it is taken."""
    found = wrong(body)
    assert found == reason if reason else found.startswith("events, entry 1")


def test_a_mistake_in_the_last_event_takes_none() -> None:
    """Half a list would be counted twice when it is sent again."""
    wrong({"deploy": DEPLOY, "events": [{"kind": "job_ok"}] * 9 + [{"kind": "job_okay"}]})
