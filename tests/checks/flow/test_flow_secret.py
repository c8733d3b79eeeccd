"""Secrets do not show themselves, and what repeats them is hidden, in whatever form."""

from __future__ import annotations

import base64
import copy
import html
import json
import pickle
import re
from urllib.parse import quote, quote_plus, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.flow.secret import Redactor, Secret, secrets_of

VALUE = 'p/ss+wörd & "two" <3'


def test_a_secret_prints_as_nothing() -> None:
    """However it is shown, copied or written down."""
    secret = Secret(VALUE)
    for text in (repr(secret), str(secret), f"{secret}", f"{secret:>20}", f"{secret}", repr({"a": [secret]})):
        assert "wörd" not in text
    for write in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError):
            write(secret)
    with pytest.raises(TypeError):
        json.dumps(secret)
    assert (secret.reveal(), bool(secret), bool(Secret(""))) == (VALUE, True, False)
    assert secret == Secret(VALUE)
    assert secret != VALUE
    assert not hasattr(secret, "__dict__")


def test_only_what_is_named_and_set_is_read() -> None:
    """An empty variable counts as not set."""
    assert secrets_of(["A", "B", "C"], {"A": "1", "B": " ", "D": "2"}) == {"A": Secret("1")}


FORMS = (
    lambda text: text,
    quote,
    lambda text: quote(text, safe=""),
    quote_plus,
    lambda text: urlencode({"password": text}),
    lambda text: re.sub(r"%..", lambda found: found[0].lower(), quote(text, safe="")),
    lambda text: json.dumps({"a": text}),
    lambda text: json.dumps({"a": text}, ensure_ascii=False),
    lambda text: json.dumps(text).replace("/", "\\/"),
    html.escape,
    lambda text: base64.b64encode(text.encode()).decode(),
    lambda text: base64.urlsafe_b64encode(text.encode()).decode(),
    lambda text: base64.b64encode(f"u:{text}".encode()).decode(),
    lambda text: base64.b64encode(f"us:{text}:x".encode()).decode(),
    lambda text: base64.b64encode(f"use:{text}!!".encode()).decode(),
    lambda text: text.encode().hex(),
)


@given(
    st.text(st.characters(min_codepoint=33, max_codepoint=0x2FF, exclude_characters="\x7f"), min_size=9, max_size=40),
    st.sampled_from(FORMS),
)
def test_it_is_hidden_in_every_form_in_which_it_may_come_back(value: str, form: object) -> None:
    """Of what was there, no eight characters in a row are left."""
    hidden = Redactor([value]).hide("before " + form(value) + " after")  # type: ignore[operator]
    written = form(value)  # type: ignore[operator]
    core = written[4:-4] if len(written) > 20 else written
    assert core not in hidden
    assert hidden.startswith("before ")


def test_longer_secrets_go_first_and_short_ones_are_left() -> None:
    """A secret that begins like another is hidden whole; three letters stand everywhere by chance."""
    assert Redactor(["abcd", "abcdefgh"]).hide("x abcdefgh y abcd z abc") == "x [masked] y [masked] z abc"
    assert Redactor(["abc"]).hide("abc") == "abc"


def test_letters_made_large_or_small_hide_nothing_less() -> None:
    """Some pages show what was typed in capitals."""
    assert Redactor(["Horse-Battery9"]).hide("HORSE-BATTERY9 horse-battery9") == "[masked] [masked]"
