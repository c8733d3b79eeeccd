"""From a founder's words, a finding or an incident to the runbook that leads out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from math import log

from bot.domain.runbook.book import Runbook
from bot.domain.severity import Trouble
from checks.model import Finding

MOST_WORDS = 12
PICK = 5
"""Runbooks to choose from where the words fit several."""
NEAREST = 3
"""Runbooks to offer where the words fit none."""

_SURE, _MARGIN, _LIKELY = 0.6, 0.12, 0.34
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_SMALL = (
    "a an and are at be been but by can did do does doing for from get gets go goes got had has have help here "
    "how i if im in into is it its just me my need no not now of off on or our out please so some something still "
    "suddenly that the their them then there these they this to too up us want was we what when where which who "
    "why will with work working works wrong you your happened happens happening anymore broken break breaks "
    "problem issue issues trouble"
)
_LITTLE = frozenset(_SMALL.split())
"""Words that say nothing about which runbook, unless there are no others."""
_SAME: Mapping[str, str] = {
    word: meant
    for meant, words in {
        "email": "mail mails emails newsletter",
        "certificate": "cert certs ssl https",
        "site": "website webpage app web",
        "login": "signin logon logins",
        "signup": "register registration",
        "payment": "pay paying payments stripe",
        "deploy": "deployed deployment release released",
        "roll": "rollback revert",
        "attack": "hacked ddos bots",
        "environment": "env",
        "variable": "var vars",
        "database": "db postgres mysql supabase",
        "down": "offline unreachable dead",
        "slow": "slowly sluggish",
        "spam": "junk",
        "key": "token password secret",
        "leaked": "leak leaking leaks",
        "webhook": "hook hooks",
        "job": "cron queue worker",
        "dns": "nameserver nameservers",
    }.items()
    for word in words.split()
}
"""Words that founders use for the same thing, by the word of the library."""


@dataclass(frozen=True, slots=True)
class Found:
    """What words lead to."""

    topic: str = ""
    """The one that is meant; empty where several could be, or none."""
    near: tuple[str, ...] = ()
    """Where `topic` is empty: those to choose from, likeliest first."""
    sure: bool = False
    """Whether `topic` is what was meant, beyond doubt."""
    none: bool = False
    """Nothing fits: `near` holds those that sound most like it."""


def find(books: Mapping[str, Runbook], words: str, *, live: Iterable[str] = ()) -> Found:
    """The runbook that is meant by a topic, a title, or any words about the trouble; mistyped words count as well.

    `live`: topics of incidents that are open now. They come first among what fits about as well; without any words
    they are what is meant.
    """
    now = tuple(dict.fromkeys(topic for topic in live if topic in books))
    tokens = _tokens(words)
    if not tokens:
        return Found(now[0], sure=True) if len(now) == 1 else Found(near=now[:PICK])
    plain = " ".join(_raw(words))
    for topic, book in books.items():
        if (
            plain in {" ".join(_raw(topic.replace("_", " "))), " ".join(_raw(book.title))}
            or words.strip() in book.leads
        ):
            return Found(topic, sure=True)
    said = [topic for topic, book in books.items() if any(plain == " ".join(_raw(one)) for one in book.says)]
    if len(said) == 1:
        return Found(said[0], sure=True)
    return _ranked(_scores(books, tokens, plain, now), books, words, now)


def _ranked(scores: Mapping[str, float], books: Mapping[str, Runbook], words: str, live: tuple[str, ...]) -> Found:
    ranked = sorted(scores, key=lambda topic: (-scores[topic], topic not in live, topic))
    likely = [topic for topic in ranked if scores[topic] >= _LIKELY]
    if not likely:
        return Found(near=_sounding(books, words), none=True)
    second = scores[ranked[1]] if len(ranked) > 1 else 0.0
    if scores[likely[0]] >= _SURE and scores[likely[0]] - second >= _MARGIN:
        return Found(likely[0], sure=True)
    if len(likely) == 1:
        return Found(likely[0])
    return Found(near=tuple(likely[:PICK]))


def _scores(
    books: Mapping[str, Runbook], tokens: tuple[str, ...], plain: str, live: tuple[str, ...]
) -> dict[str, float]:
    """Between 0 and a little over 1: how much of what was said is in a runbook, rare words counting more."""
    shelves = {topic: _vocabulary(book) for topic, book in books.items()}
    total = len(books)
    weight = {
        token: log(1 + total / (1 + sum(1 for shelf in shelves.values() if _match(token, shelf) >= 0.5)))
        for token in tokens
    }
    whole = sum(weight.values()) or 1.0
    scores = {}
    for topic, shelf in shelves.items():
        score = sum(weight[token] * _match(token, shelf) for token in tokens) / whole
        says = [" ".join(_raw(one)) for one in (books[topic].title, *books[topic].says)]
        if any(len(one) > 3 and (f" {one} " in f" {plain} " or f" {plain} " in f" {one} ") for one in says):
            score += 0.25
        scores[topic] = score + (0.2 if topic in live and score > 0 else 0.0)
    return scores


def _match(token: str, shelf: Mapping[str, float]) -> float:
    """How well a word is met by the best word of a runbook, 0 to 1."""
    if token in shelf:
        return shelf[token]
    best = 0.0
    for word, weight in shelf.items():
        if len(token) >= 4 and len(word) >= 4:
            if word.startswith(token) or token.startswith(word):
                best = max(best, 0.85 * weight)
            elif abs(len(word) - len(token)) <= 2 and word[0] == token[0] and (like := _alike(token, word)) >= 0.78:
                best = max(best, like * 0.9 * weight)
    return best


@lru_cache(maxsize=4096)
def _alike(one: str, other: str) -> float:
    return SequenceMatcher(None, one, other).ratio()


def _vocabulary(book: Runbook) -> dict[str, float]:
    words: dict[str, float] = {}
    for weight, texts in (
        (0.35, (book.feels,)),
        (0.7, tuple(lead.replace(".", " ").replace(":", " ").replace("_", " ") for lead in book.leads)),
        (0.95, book.says),
        (1.0, (book.title, book.topic.replace("_", " "))),
    ):
        for text in texts:
            words.update(dict.fromkeys(_tokens(text), weight))
    return words


def _sounding(books: Mapping[str, Runbook], words: str) -> tuple[str, ...]:
    """Those whose title or words are written most like these."""
    plain = " ".join(_raw(words))[:80]
    near = {
        topic: max(
            _alike(plain, " ".join(_raw(text))[:80]) for text in (book.title, topic.replace("_", " "), *book.says)
        )
        for topic, book in books.items()
    }
    return tuple(sorted(near, key=lambda topic: (-near[topic], topic))[:NEAREST])


def _raw(text: str) -> list[str]:
    return [word.replace("’", "'") for word in _WORD.findall(text.casefold()[:300])][:40]


def _tokens(text: str) -> tuple[str, ...]:
    """The words that count, each once, in the library's spelling."""
    raw = _raw(text.casefold().replace("e-mail", "email").replace("log-in", "login").replace("sign-up", "signup"))
    # What people write in two words is one thing here.
    joined = " ".join(raw).replace("log in", "login").replace("sign in", "login").replace("sign up", "signup").split()
    telling = [word for word in joined if word not in _LITTLE] or joined
    return tuple(dict.fromkeys(_SAME.get(word, word) for word in telling))[:MOST_WORDS]


def lead(books: Mapping[str, Runbook], check: str, code: str, trouble: Trouble | None = None) -> str:
    """The topic that a bad answer of a check, or a class of trouble, leads to; "" where none does.

    The most exact one counts: the outcome, the check, its family, the class of trouble.
    """
    wanted = [f"{check}:{code}", check, f"{check.partition('.')[0]}.*"] if check else []
    if trouble is not None:
        wanted.append(trouble.name)
    by_lead = _leads(books)
    return next((by_lead[one] for one in wanted if one in by_lead), "")


def for_finding(books: Mapping[str, Runbook], finding: Finding, trouble: Trouble | None = None) -> str:
    """The topic that leads out of a finding; "" where none does. What the check itself names comes first."""
    if finding.runbook in books:
        return finding.runbook
    return lead(books, finding.check, finding.code, trouble)


def _leads(books: Mapping[str, Runbook]) -> dict[str, str]:
    return {lead: topic for topic, book in books.items() for lead in book.leads}
