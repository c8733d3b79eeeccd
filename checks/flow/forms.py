"""The forms of a page, as a browser would send them: hidden fields, what is chosen already, where they go.

Pages come from strangers: one walk over a bounded part, in time proportional to it. (The standard library's parser
needs minutes for half a megabyte of `<!--`.)
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit, urlunsplit

from checks.net.urls import LONGEST, Url, follow
from checks.page import ATTRIBUTE, plain

CAP = 1024 * 1024
"""Characters of a page that are read: forms with their state inside are long."""
MAX_FORMS, MAX_FIELDS, MAX_VALUE = 50, 500, 200_000
MAX_TAGS = 30_000
_OPENING = re.compile(
    r"<(?:(!--)|(/?)(base|form|input|textarea|select|option|button|script|style|template|noscript|title|iframe)(?=[\s/>]))",
    re.IGNORECASE,
)
_SKIPPED = frozenset({"script", "style", "template", "noscript", "title", "iframe"})
_NOT_SENT = frozenset({"submit", "image", "reset", "button", "file"})


@dataclass(slots=True)
class Field:
    """One named value of a form."""

    name: str
    value: str
    kind: str
    """`hidden`, `text`, `password`, `checkbox`, `select`, `submit` …"""
    sent: bool
    """Whether a browser would send it if nobody touched it."""


@dataclass(slots=True)
class Form:
    """One form."""

    action: str
    method: str
    """`GET` or `POST`."""
    id: str = ""
    name: str = ""
    fields: list[Field] = field(default_factory=list)

    def has(self, name: str) -> bool:
        """Whether it has a field of this name."""
        return any(one.name == name for one in self.fields)

    @property
    def asks_for_password(self) -> bool:
        """Whether it is one to log in or sign up with."""
        return any(one.kind == "password" for one in self.fields)

    def pairs(self, ours: Mapping[str, str]) -> list[tuple[str, str]]:
        """What is sent: its own values, ours in their places, and ours that it does not know at the end.

        The first button with a name goes along, as when a person presses Enter.
        """
        left = dict(ours)
        sent: list[tuple[str, str]] = []
        pressed = False
        for one in self.fields:
            if one.kind == "submit":
                chosen = not pressed and one.name not in left
                pressed = True
                if chosen:
                    sent.append((one.name, one.value))
            elif one.name in left:
                sent.append((one.name, left.pop(one.name)))
            elif one.sent and one.name not in ours:
                sent.append((one.name, one.value))
        return [*sent, *left.items()]


@dataclass(frozen=True, slots=True)
class Forms:
    """All forms of a page, and what its addresses stand on."""

    forms: tuple[Form, ...]
    base: str = ""

    def find(self, wanted: str, fields: Mapping[str, str]) -> Form | None:
        """The form that is meant: by `#id`, `with:field`, name, action; else the first with all fields that we fill."""
        if wanted.startswith("#"):
            return next((form for form in self.forms if form.id == wanted[1:]), None)
        if wanted.startswith("with:"):
            return next((form for form in self.forms if form.has(wanted[5:])), None)
        if wanted:
            named = [form for form in self.forms if wanted in (form.name, form.id)]
            there = [form for form in self.forms if form.action.partition("?")[0].endswith(wanted)]
            return next(iter([*named, *there]), None)
        return next((form for form in self.forms if all(form.has(name) for name in fields)), None)

    def value(self, name: str) -> str | None:
        """The value of the first field of this name."""
        return next((one.value for form in self.forms for one in form.fields if one.name == name), None)


class _Reader:
    """One walk from the first to the last tag."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.forms: list[Form] = []
        self.base = ""
        self._form: Form | None = None
        self._select: Field | None = None
        self._chosen = False
        self._fields = 0

    def read(self) -> None:
        at = 0
        for _ in range(MAX_TAGS):
            found = _OPENING.search(self.text, at)
            at = self._tag(found) if found else -1
            if at < 0 or self._fields > MAX_FIELDS:
                return

    def _tag(self, found: re.Match[str]) -> int:
        """Where to go on; -1 where the page ends in the middle of it."""
        if found[1]:
            return self._behind("-->", found.end())
        name = found[3].lower()
        end = self._end(found.end())
        if end < 0:
            return -1
        if found[2]:
            self._close(name)
            return end
        said = attributes(self.text[found.end() : end - 1])
        if name in _SKIPPED:
            return self._behind(f"</{name}", end)
        if name == "textarea":
            closing = self._find("</textarea", end)
            if closing < 0:
                return -1
            self._add(said, plain(self.text[end:closing].removeprefix("\n"))[:MAX_VALUE], "textarea", sent=True)
            return closing
        self._open(name, said)
        return end

    def _behind(self, text: str, start: int) -> int:
        at = self._find(text, start)
        return at + len(text) if at >= 0 else -1

    def _find(self, text: str, start: int) -> int:
        found = re.compile(re.escape(text), re.IGNORECASE).search(self.text, start)
        return found.start() if found else -1

    def _end(self, at: int) -> int:
        """Behind the `>` of a tag; one inside quotes is none."""
        while True:
            close = self.text.find(">", at)
            if close < 0:
                return -1
            quote = _QUOTE.search(self.text, at, close)
            if quote is None:
                return close + 1
            ends = self.text.find(quote[1], quote.end())
            if ends < 0:
                return close + 1 if self._unclosed() else -1
            at = ends + 1

    def _unclosed(self) -> bool:
        """A quote that never ends: read on at the next `>`, but not for ever."""
        self._fields += 50
        return self._fields <= MAX_FIELDS

    def _close(self, name: str) -> None:
        if name == "form":
            self._form = None
        elif name == "select":
            self._select = None

    def _open(self, name: str, said: Mapping[str, str]) -> None:
        if name == "base":
            self.base = self.base or said.get("href", "")[:LONGEST]
        elif name == "form":
            if self._form is None and len(self.forms) < MAX_FORMS:
                method = "POST" if said.get("method", "").strip().lower() == "post" else "GET"
                self._form = Form(said.get("action", "")[:LONGEST], method, said.get("id", ""), said.get("name", ""))
                self.forms.append(self._form)
        elif name == "input":
            self._input(said)
        elif name == "button":
            if said.get("type", "submit").lower() == "submit":
                self._add(said, said.get("value", ""), "submit", sent=False)
        elif name == "select":
            self._select, self._chosen = self._add(said, "", "select", sent=True), False
        elif name == "option" and self._select is not None and ("selected" in said or not self._chosen):
            self._select.value, self._chosen = said.get("value", ""), True

    def _input(self, said: Mapping[str, str]) -> None:
        kind = said.get("type", "text").strip().lower()
        if kind in ("checkbox", "radio"):
            self._add(said, said.get("value", "on"), kind, sent="checked" in said)
        elif kind == "submit":
            self._add(said, said.get("value", ""), kind, sent=False)
        elif kind not in _NOT_SENT:
            self._add(said, said.get("value", ""), kind, sent=True)

    def _add(self, said: Mapping[str, str], value: str, kind: str, *, sent: bool) -> Field | None:
        name = said.get("name", "")
        form = self._form
        if said.get("form"):
            form = next((one for one in self.forms if one.id == said["form"]), form)
        if not name or form is None or "disabled" in said:
            return None
        self._fields += 1
        added = Field(name[:300], value, kind, sent)
        form.fields.append(added)
        return added


_QUOTE = re.compile(r"""=\s*(["'])""")


def attributes(text: str) -> dict[str, str]:
    """The attributes of a tag, names lower case; the first of several equal ones counts."""
    said: dict[str, str] = {}
    for key, double, single, bare in ATTRIBUTE.findall(text[:MAX_VALUE]):
        said.setdefault(key.lower(), plain(double or single or bare))
    return said


def read(text: str) -> Forms:
    """The forms of some HTML; broken HTML gives what could be read of it."""
    reader = _Reader(text[:CAP])
    reader.read()
    return Forms(tuple(reader.forms), reader.base)


def target_of(form: Form, base: str, page: Url) -> Url:
    """Where a form goes, seen from its page.

    Raises:
        ValueError: Where that is no web address.
    """
    ground = follow(page, base) if base.strip() else page
    return follow(ground, form.action.strip()) if form.action.strip() else page


def with_query(url: Url, pairs: list[tuple[str, str]]) -> str:
    """A URL whose query is replaced, as a form that GETs does it."""
    return urlunsplit(urlsplit(str(url))._replace(query=urlencode(pairs)))
