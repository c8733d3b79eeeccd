"""Secrets that a walk sends and nobody reads: they print as nothing, and what was seen is searched for them."""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Iterable, Mapping
from typing import NoReturn
from urllib.parse import quote, quote_plus

from checks.masking import HIDDEN, mask

SHORTEST = 4
"""Characters of a text that is searched for: shorter ones stand in every page by chance."""

SECRET_LENGTH = 8
"""Characters from which a cookie or a hidden value is hidden wherever it is repeated."""
_WORD = r"(?:[A-Z]?[a-z]{1,16}|[A-Z]{2,4})"
_PLAIN = re.compile(rf"(?:https?://[a-z0-9.:-]{{1,100}})?/?{_WORD}(?:[/._ -]{_WORD}){{0,8}}/?")
"""A place or a few words, such as `/my/courses`, `dark-mode` or `de_DE`: written by people, and no token."""


class Secret:
    """A value that does not show itself: not in texts, tracebacks, copies or pickles. `reveal` is for what is sent."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The value itself."""
        return self._value

    def __repr__(self) -> str:
        return f"Secret({HIDDEN})"

    __str__ = __repr__

    def __format__(self, _spec: str) -> str:
        return repr(self)

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(("secret", self._value))

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not written down")


def secrets_of(names: Iterable[str], environ: Mapping[str, str]) -> Mapping[str, Secret]:
    """The environment variables of these names that are set, by name."""
    return {name: Secret(environ[name]) for name in dict.fromkeys(names) if environ.get(name, "").strip()}


class Redactor:
    """Hides what it was told, in every form in which a page, an address or a header may repeat it."""

    def __init__(self, values: Iterable[str] = ()) -> None:
        self._forms: set[str] = set()
        self._longest_first: tuple[str, ...] = ()
        for value in values:
            self.learn(value)

    def learn(self, value: str) -> None:
        """One more value to hide."""
        if len(value) >= SHORTEST and value not in self._forms:
            self._forms.update(form for form in forms(value) if len(form) >= SHORTEST)
            self._longest_first = tuple(sorted(self._forms, key=lambda form: (-len(form), form)))

    def hide(self, text: str) -> str:
        """The text without them, and without anything else that is shaped like a secret."""
        for form in self._longest_first:
            if form in text:
                text = text.replace(form, HIDDEN)
        return mask(text)


def secret_like(value: str) -> bool:
    """Whether what a page hands out may open something: long enough, and neither a place nor a word."""
    return len(value) >= SECRET_LENGTH and not _PLAIN.fullmatch(value)


def forms(value: str) -> set[str]:
    """How a text may be written in an answer: as it is, for URLs, forms, HTML and JSON, in base64 and as hex."""
    raw = value.encode("utf-8", "surrogatepass")
    found = {value, value.strip(), html.escape(value), html.escape(value, quote=False), raw.hex(), raw.hex().upper()}
    found |= {json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1]}
    if len(value) >= SECRET_LENGTH:
        found |= {value.upper(), value.lower(), value.title()}
    found |= {text.replace("/", "\\/") for text in tuple(found)}
    for coded in (quote(raw, safe=""), quote(raw), quote_plus(raw), quote(raw, safe="!*'()~$&+,;=:@/?")):
        found |= {coded, _lower(coded)}
    # Inside a longer text (user:password) base64 looks different by where it begins; the inner part stays the same.
    for before in range(3):
        coded = base64.b64encode(b"\0" * before + raw).decode("ascii")
        begin = (0, 2, 3)[before]
        end = len(coded) - (0, 3, 2)[(before + len(raw)) % 3]
        inner = coded[begin:end]
        found |= {inner, inner.replace("+", "-").replace("/", "_"), quote(inner, safe="")}
    return {form for form in found if form}


def _lower(coded: str) -> str:
    """Percent-encoding in small letters, as some write it."""
    pieces = coded.split("%")
    return pieces[0] + "".join("%" + piece[:2].lower() + piece[2:] for piece in pieces[1:])
