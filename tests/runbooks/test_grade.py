"""The school grade of a text: syllables and sentences counted by hand, and the formula of Flesch and Kincaid."""

from __future__ import annotations

import pytest

from bot.domain.runbook.grade import counted, grade, syllables

BY_HAND = {
    1: "the be a I your our hour hours year eyes does goes used moved saved called changed served wrote ends sends "
    "files rules times names sites codes phone page host name type line live mail sign key keys queue one two once "
    "yes yet guess style they're we're checked worked stopped failed looked pays real else",
    2: "domain server open again number browser records website email people every value values minute "
    "record sometimes safely likely merely older wanted needed table tables circle circles issue issued "
    "rescue being going doing trying client quiet create isn't doesn't didn't couldn't Cloudflare version action "
    "question framework firewall pages changes places caches reaches switches button password hundred guesses beyond "
    "layer unique payment statement useless hopeful really",
    3: "customer customers company provider registrar connection protection production enabled created database "
    "somebody area idea period serious previous obvious various video radio studio media several enabled customer's "
    "continue evidence nameserver messages images services addresses anyone everywhere expression earlier alias "
    "DNS API SQL",
    4: "certificate certificates everybody information validation evaluate usually situation variable",
    5: "administration university opportunity",
}
SENTENCES = [
    # Sentences, words, syllables: counted by hand.
    ("The cat sat on the mat.", 1, 6, 6),
    ("This sentence, taken as a reading passage unto itself, is being used to prove a point.", 1, 16, 23),
    ("Open your host. Click the red button.", 2, 7, 9),
    ("The name is example.com, and it works.", 1, 7, 10),
    ("Add a row with these values:\n- one\n- two", 3, 8, 9),
    ("Put {host} into the box.\nThen save", 2, 7, 8),
    ("See https://docs.example.com/a/b?c=d for more.", 1, 4, 4),
    ("Is it there? Good!", 2, 4, 4),
    ("", 0, 0, 0),
]


@pytest.mark.parametrize(("count", "word"), [(n, w) for n, ws in BY_HAND.items() for w in ws.split()])
def test_syllables_are_counted_as_they_are_spoken(count: int, word: str) -> None:
    """Against words counted by hand; a possessive counts as its word."""
    assert syllables(word) == count


@pytest.mark.parametrize(("text", "sentences", "words", "sounds"), SENTENCES)
def test_a_text_is_counted(text: str, sentences: int, words: int, sounds: int) -> None:
    """Sentences end with a stop, an empty line or the line of a list; a field and a link are one word each."""
    assert counted([text]) == (sentences, words, sounds)


def test_the_grade_is_that_of_the_formula() -> None:
    """0.39 words a sentence, 11.8 syllables a word, less 15.59 (Kincaid and others, 1975)."""
    assert grade(["The cat sat on the mat."]) == pytest.approx(0.39 * 6 + 11.8 * 1 - 15.59)
    passage = "This sentence, taken as a reading passage unto itself, is being used to prove a point."
    assert grade([passage]) == pytest.approx(0.39 * 16 + 11.8 * 23 / 16 - 15.59)
    hard = (
        "The Australian platypus is seemingly a hybrid of a mammal and reptilian creature, notwithstanding its "
        "undeniably mammalian characteristics."
    )
    assert grade([hard]) > 12 > 8 > grade([passage]) > grade(["Open the page. Is it red?"])
    assert grade([]) == grade(["…"]) == 0.0


def test_every_text_ends_its_last_sentence() -> None:
    """Texts without a full stop do not run into each other."""
    assert counted(["Open the page", "Click the button"]).sentences == 2
