"""How many years of school a text needs: the grade of Flesch and Kincaid (1975), with syllables counted by rules."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

_SENTENCES = re.compile(r"[.!?…]+[\"”')\]]*(?=\s|$)|:[ ]*\n|\n\s*\n|\n(?=\s*(?:[-•]|\d+[.)])\s)")
"""A full stop and its kin; a colon at the end of a line; an empty line; the next line of a list."""
_WORDS = re.compile(r"[A-Za-z0-9]+(?:['’.-][A-Za-z0-9]+)*")
_VOWELS = re.compile(r"[aeiouy]+")
_LINK = re.compile(r"https?://\S+")
_FIELD = re.compile(r"\{[a-z_]+\}")
_HIATUS = re.compile(
    r"[^q]u[aeo](?![ry]?$)|[^ct]ia|iu|io(?!n|us)|[^gstxc]iou|eo(?!us)|ying|ooing|[aeiou]ing\b|iet|ien(?!d|c)|ier$"
)
"""Two vowels side by side that are spoken apart."""
_SILENT_E = re.compile(r"(?:[^aeiouylr]|[aeiou]l|[aeiouy]r|rl)e$")
_SILENT_ES = re.compile(r"[^aeioucsxzhgl]es$|[aeiou]les$|[^cs]hes$")
_SILENT_ED = re.compile(r"[^aeioudtl]ed$|[aeiou]ll?ed$")
_KNOWN = {
    word: count
    for count, words in {
        1: "guess guessed league queues style styles",
        2: "antique beyond business buyer cafe codebase colonel couldn't create didn't doesn't elsewhere evening "
           "every fire firewall firewalls framework frameworks gmail guesses hasn't homepage hundred isn't issued "
           "issues layer layers likewise maybe naive naked namecheap people player poem prayer prism react rely "
           "rhythm sacred safety science shouldn't someone something sometimes somewhere technique therefore timeout "
           "timeouts unique values wasn't wednesday wicked wouldn't",
        3: "anyone apache area area's created everything everywhere idea interesting issuer nameserver "
           "nameservers nginx recipe reenter reinstall reissue simile somebody sql whoever",
        4: "apostrophe cooperate entirely everybody mechanism reactivate",
    }.items()
    for word in words.split()
}  # fmt: skip
"""Words whose syllables the rules below would miscount."""


class Counted(NamedTuple):
    """A text in figures."""

    sentences: int
    words: int
    syllables: int

    @property
    def grade(self) -> float:
        """0.39 · words in a sentence + 11.8 · syllables in a word - 15.59; 0 for no text."""
        if not self.words:
            return 0.0
        return 0.39 * self.words / max(1, self.sentences) + 11.8 * self.syllables / self.words - 15.59


def grade(texts: Iterable[str]) -> float:
    """School grade over all the texts together; each text ends its last sentence."""
    return counted(texts).grade


def counted(texts: Iterable[str]) -> Counted:
    """Sentences, words, syllables. A link counts as one word, as does a field in braces."""
    sentences = words = sounds = 0
    for text in texts:
        plain = _FIELD.sub("shop", _LINK.sub("link", text))
        for sentence in _SENTENCES.split(plain):
            found = _WORDS.findall(sentence)
            if found:
                sentences += 1
                words += len(found)
                sounds += sum(map(syllables, found))
    return Counted(sentences, words, sounds)


def syllables(word: str) -> int:
    """Syllables of an English word, as spoken; numbers and capitals as they are read out, roughly."""
    if "-" in word or "." in word:
        return sum(syllables(part) for part in re.split(r"[-.]", word) if part) or 1
    if any(character.isdigit() for character in word):
        return max(1, min(len(word), 4))
    if len(word) > 1 and word.isupper():
        return sum(3 if letter == "W" else 1 for letter in word if letter.isalpha())
    plain = word.casefold().replace("’", "'")
    if plain in _KNOWN:
        return _KNOWN[plain]
    plain = plain.removesuffix("'s").replace("'", "")
    if plain in _KNOWN:
        return _KNOWN[plain]
    return max(1, _by_rules(plain))


def _by_rules(plain: str) -> int:
    count = len(_VOWELS.findall(plain)) + len(_HIATUS.findall(plain))
    if len(plain) > 2 and any(silent.search(plain) for silent in (_SILENT_E, _SILENT_ES, _SILENT_ED)):
        count -= 1
    if re.search(r"[^aeiouy](?:e(?:ly|less|ness|ment|ful|fully)s?)$", plain):
        count -= 1
    return count
