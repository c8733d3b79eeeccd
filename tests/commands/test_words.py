"""What was typed becomes words: quotes, Slack's escapes, and typing errors."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.commands.words import LONGEST, MOST, nearest, split
from tests.growth import LARGE, slow_pieces


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("", []),
        ("   ", []),
        ("check mail", ["check", "mail"]),
        ('mute shop 2h "spring sale"', ["mute", "shop", "2h", "spring sale"]),
        ("mute shop 2h “spring sale”", ["mute", "shop", "2h", "spring sale"]),
        ("deploy „neue Fassung“", ["deploy", "neue Fassung"]),
        ("explain `mail.spf`", ["explain", "mail.spf"]),
        ('say "never closed', ["say", '"never', "closed"]),
        ("it's fine", ["it's", "fine"]),
        ("check <http://app.example.com|app.example.com>", ["check", "app.example.com"]),
        ("check <https://app.example.com/login>", ["check", "https://app.example.com/login"]),
        ("<mailto:ana@example.com|ana@example.com>", ["ana@example.com"]),
        ("<mailto:ana@example.com>", ["ana@example.com"]),
        ("pass INC-3 <@U0ANA|ana>", ["pass", "INC-3", "U0ANA"]),
        ("pass INC-3 <@U0ANA>", ["pass", "INC-3", "U0ANA"]),
        ("tell <#C0OPS|ops> <!subteam^S1|@devs> <!here>", ["tell", "C0OPS", "S1", "@here"]),
        ("say a &amp;&amp; b &lt;c&gt;", ["say", "a", "&&", "b", "<c>"]),
        ("&amp;lt;", ["&lt;"]),
        ('""', []),
        ("check\u200b \u202email", ["check", "mail"]),
        ("check\n\tmail", ["check", "mail"]),
    ],
)
def test_words(typed, expected):
    """As a person means it."""
    assert split(typed) == expected


@given(st.text())
def test_any_text_is_split(typed):
    """Nothing raises, and no word is empty."""
    found = split(typed)
    assert all(word.strip() == word or word for word in found)
    assert len(found) <= MOST


def test_a_very_long_text_is_read_in_part():
    """Nobody types a megabyte."""
    assert sum(map(len, split("x " * 10**6))) <= LONGEST
    assert len(split("<" * 10**6)) <= MOST


def test_the_nearest_name():
    """One that begins so comes first, then the one that looks most like it; nothing where nothing does."""
    assert nearest("chek", ["check", "status", "explain"])[0] == "check"
    assert nearest("MAIL.SFP", ["mail.spf", "mail.dmarc"])[0] == "mail.spf"
    assert nearest("tls", ["tls.valid", "tls.expiry", "mail.spf"]) == ("tls.valid", "tls.expiry")
    assert nearest("zzzz", ["check", "status"]) == ()


@pytest.mark.parametrize("piece", ['"', "“a", "<", "<|", "<@", "`a ", "&lt;", "\u202e"])
def test_no_text_costs_more_than_its_length(piece):
    """A megabyte of the most awkward kind is split in a time that grows with its length alone."""
    assert not slow_pieces(split, [piece], sizes=LARGE)
