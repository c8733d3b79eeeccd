"""The example messages of each sender's own documentation are proven and understood."""

from __future__ import annotations

import json
from dataclasses import fields
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from bot.adapters.hooks.base import Said, Verified, load
from bot.domain.heard import Counted, Marker, Outside
from tests.hooks.senders import NOW, SOURCES, published, request, secret_of

KINDS = {"progress": Marker, "firing": Outside, "kind": Counted}
SIGNED_BODIES = ("github", "vercel", "netlify", "render", "heroku", "sentry", "standard", "generic")


def _name(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


def _wire(example: dict[str, Any]) -> bytes:
    return json.dumps(example["body"], ensure_ascii=False).encode()


def _headers(example: dict[str, Any]) -> dict[str, str]:
    return {name.lower().replace("-", "_"): value for name, value in example.get("headers", {}).items()}


@pytest.mark.parametrize("path", published(), ids=_name)
def test_a_published_example_is_accepted(path: Path) -> None:
    """Its proof holds, and what becomes of it is what stands beside it."""
    example = json.loads(path.read_text(encoding="utf-8"))
    assert example["page"].startswith("https://")
    source = load()[path.parent.name]
    sent = request(source.name, _wire(example), **_headers(example))
    assert isinstance(source.verify(sent, secret_of(source.name)), Verified)
    said = source.parse(sent)
    assert isinstance(said, Said), said
    assert said.ignored == example.get("ignored", "")
    wanted = example.get("becomes", [])
    assert len(said.heard) == len(wanted)
    for heard, expected in zip(said.heard, wanted, strict=True):
        assert heard.source == source.name
        assert not [kind for name, kind in KINDS.items() if name in expected and not isinstance(heard, kind)]
        found = {one.name: getattr(heard, one.name) for one in fields(heard)}
        plain = {name: value.isoformat() if isinstance(value, datetime) else value for name, value in found.items()}
        assert {name: plain[name] for name in expected} == expected


@pytest.mark.parametrize("path", published(), ids=_name)
def test_a_published_example_sent_again_is_the_same_delivery(path: Path) -> None:
    """A replay has the id of the first; a changed message has another, where the id is not the sender's own."""
    example = json.loads(path.read_text(encoding="utf-8"))
    source = load()[path.parent.name]
    sent, again = (request(source.name, _wire(example), **_headers(example)) for _ in range(2))
    assert source.delivery(sent) == source.delivery(again)
    assert 0 < len(source.delivery(sent)) <= 100


@pytest.mark.parametrize("path", [one for one in published() if one.parent.name in SIGNED_BODIES], ids=_name)
def test_one_changed_byte_is_refused_where_the_body_is_signed(path: Path) -> None:
    """Wherever the byte is: at the start, in the middle, at the end."""
    source = load()[path.parent.name]
    assert source.signs_body
    body = _wire(json.loads(path.read_text(encoding="utf-8")))
    sent = request(source.name, body)
    for place in (0, len(body) // 3, len(body) // 2, len(body) - 1):
        changed = body[:place] + bytes([body[place] ^ 1]) + body[place + 1 :]
        forged = type(sent)(sent.headers, changed, NOW, sent.token)
        assert not isinstance(source.verify(forged, secret_of(source.name)), Verified)


def test_every_sender_has_its_proof_and_its_examples() -> None:
    """No sender without examples: GitHub's come from its own package, the bot's own JSON has tests of its own."""
    assert set(SOURCES) == set(load())
    without = {name for name in SOURCES if not published(name)}
    assert without == {"github", "generic", "standard"}
    assert {name for name, source in load().items() if source.signs_body} == set(SIGNED_BODIES)
