"""The fast way to keys misses nothing that the slow way finds."""

from __future__ import annotations

import re
import string

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checks import providers
from checks.secret_keys import everywhere
from checks.secret_scan import DENSE, WIDE, keys
from tests.checks.planted import HEX, SECRETS, letters

SECRET = [entry for entry in providers.load("keys") if entry.text("kind") == "secret"]
UUID = "-".join((HEX[:8], HEX[8:12], HEX[12:16], HEX[16:20], HEX[20:32]))
SPELLED = {
    "aws-secret-key": HEX[:40],
    "twilio-auth-token": HEX[:32],
    "cloudflare-older": letters(40),
    "slack-signing-secret": HEX[:32],
    "datadog": HEX[:32],
    "mailgun-named": f"{HEX[:32]}-{HEX[:8]}-{HEX[8:16]}",
}
"""Forms told by the name before them, of which only usual spellings are looked for; and a value."""
NEAR = {*SPELLED, "postmark", "discord-bot"}
"""The name is no part of the form."""
ROWS = [entry for entry in SECRET if (entry.flag("dense") or entry.flag("wide")) and entry.id not in NEAR]


@pytest.mark.parametrize("entry", ROWS, ids=[entry.id for entry in ROWS])
def test_every_match_of_a_form_shows_its_word_in_the_rows(entry):
    """Whatever the pattern allows has a row of letters long enough, with the fixed word in it or right before it."""
    rows = DENSE if entry.flag("dense") else WIDE
    texts = st.from_regex(re.compile(entry.text("pattern"), re.ASCII), fullmatch=True, alphabet=string.printable)

    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(texts)
    def shows(text: str) -> None:
        found = rows.within(b"x = '" + text.encode() + b"'; y()")
        assert any(word.encode() in found for word in entry.texts("contains")), text

    shows()


@pytest.mark.parametrize("id", SPELLED)
def test_every_spelling_of_a_name_is_found_with_the_most_that_may_stand_between(id):
    """Quotes, blanks and an arrow between the name and the value."""
    (entry,) = (entry for entry in SECRET if entry.id == id)
    value = SPELLED[id]
    for word in entry.texts("contains"):
        (key,) = keys(f"x = {{'{word}'    =>    '{value}'}}".encode())
        assert (key.id, key.text) == (id, value)


PIECES = [*SECRETS.values(), "\n", " ", "é", "a();", "'", "=", "x" * 40, "/", "sk_", "eyJ", "\x00", "k: "]


@given(st.lists(st.sampled_from(PIECES), max_size=12))
def test_the_fast_and_the_slow_way_agree(pieces):
    """The same keys at the same places, whatever stands around them."""
    data = "".join(pieces).encode()
    text = "".join(chr(min(code, 0x80)) for code in data)
    slow = {(key.at, key.text) for key in everywhere(text, SECRET) if key.secret}
    assert {(key.at, key.text) for key in keys(data)} == slow
