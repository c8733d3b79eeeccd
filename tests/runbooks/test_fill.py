"""Texts are filled with what is known; values stay plain text, whatever stands in them."""

from __future__ import annotations

import string

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.runbook.fill import SHORT, UNWRITTEN, WHOLE, fill
from bot.domain.runbook.known import FIELDS, From


def test_names_become_values() -> None:
    """In one pass, each where it stands."""
    filled = fill("Have {host} renewed at {host_provider}.", {"host": "shop.test", "host_provider": "Vercel"})
    assert (filled.text, filled.missing, filled.whole) == ("Have shop.test renewed at Vercel.", (), True)


def test_what_nobody_wrote_down_is_named_once() -> None:
    """So that a button can ask for it, in the order of the text."""
    filled = fill("{roll_back_how}\n{host_link} {roll_back_how}", {"host_link": "  "})
    assert filled.text == f"{UNWRITTEN}\n{UNWRITTEN} {UNWRITTEN}"
    assert filled.missing == ("roll_back_how", "host_link")
    assert not filled.whole


def test_evidence_without_a_value_has_words_that_stand_for_it() -> None:
    """Nobody is asked for it, and nobody pastes it."""
    filled = fill("Go back to {last_good}.", {})
    assert (filled.text, filled.missing, filled.whole) == ("Go back to the last version that worked.", (), False)


def test_a_sentence_that_begins_with_such_words_begins_with_a_capital() -> None:
    """Only there, and a value is never changed."""
    assert (
        fill("{host} is back. {host} is {host}.\n{host}", {}).text
        == "Your site is back. Your site is your site.\nYour site"
    )
    assert fill("{host} is back.", {"host": "shop.test"}).text == "shop.test is back."


def test_markup_and_braces_in_a_value_stay_text() -> None:
    """A value is never looked at again; escaping belongs to whoever draws it."""
    value = "<!channel> *bold* {domain} {0} %s <https://evil.test|click>"
    filled = fill("Name: {host}", {"host": value, "domain": "secret.test"})
    assert filled.text == f"Name: {value}"


def test_braces_that_are_no_name_stay_as_they_are() -> None:
    """Own words may hold code."""
    assert fill("a {nothing} {} { host } {host", {"host": "x"}).text == "a {nothing} {} { host } {host"


def test_long_values_are_cut() -> None:
    """One value cannot push the rest of the step away."""
    filled = fill("{host}! {roll_back_how}?", {"host": "h" * 5000, "roll_back_how": "r" * 9000})
    assert len(filled.text) <= WHOLE
    assert filled.text.startswith("h" * (SHORT - 2) + " …! r")
    assert len(fill("x" * 9000, {}).text) == WHOLE
    assert len(fill("{host}" * 900, {"host": "abc"}, most=100).text) == 100


def test_a_panel_names_the_provider_as_far_as_it_is_known() -> None:
    """By name and link, by name, or not at all: nothing is missing there."""
    text = "Open your DNS{dns_at}."
    assert fill(text, {}).text == "Open your DNS."
    assert fill(text, {}).missing == ()
    assert fill(text, {"dns_provider": "Hover"}).text == "Open your DNS at Hover."
    known = {"dns_provider": "Hover", "dns_link": "https://hover.test/dns"}
    assert fill(text, known).text == "Open your DNS at Hover (https://hover.test/dns)."


@given(st.text(string.printable, max_size=200), st.dictionaries(st.sampled_from(sorted(FIELDS)), st.text(max_size=400)))
def test_any_text_and_any_value_can_be_filled(text: str, fields: dict[str, str]) -> None:
    """Bounded, and whatever is missing is a field that somebody can be asked for."""
    filled = fill(text, fields)
    assert len(filled.text) <= WHOLE
    assert all(FIELDS[name].source is From.FILE for name in filled.missing)
