"""The forms of a page, as a browser would send them: hidden fields, what is chosen already, where they go.

Pages come from strangers: one walk over a bounded part, in time proportional to it. (The standard library's parser
needs minutes for half a megabyte of `<!--`.)
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from checks.flow.form_fields import Field, Form, Option
from checks.flow.form_values import MAX_VALUE, attributes, usual
from checks.net.urls import LONGEST
from checks.page import plain

CAP = 1024 * 1024
"""Characters of a page that are read: forms with their state inside are long."""
MAX_FORMS, MAX_FIELDS = 50, 500
MAX_TAGS = 30_000
MAX_WORDS = 2000
"""Characters of one choice or one button that are read."""
_OPENING = re.compile(
    r"<(?:(!--)|(/?)(base|form|input|textarea|select|optgroup|option|button|fieldset|legend|script|style|template|noscript|title|iframe)(?=[\s/>]))",
    re.IGNORECASE,
)
_SKIPPED = frozenset({"script", "style", "template", "noscript", "title", "iframe"})
_BUTTONS = frozenset({"submit", "image"})
_NOT_SENT = frozenset({"reset", "button"})
_ENDS_WORDS = frozenset({"option", "optgroup", "select", "button", "form"})


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
        self._group_off = False
        self._words: tuple[Option | Field, int] | None = None
        """A choice or button whose words are being read, and where they begin."""
        self._fieldsets: list[_Fieldset] = []
        self._off = 0
        """Fieldsets around this place that are disabled, outside their own legend."""
        self._early: list[tuple[str, Field]] = []
        """Fields that name a form which has not come yet."""
        self._fields = 0

    def read(self) -> None:
        at = 0
        for _ in range(MAX_TAGS):
            found = _OPENING.search(self.text, at)
            at = self._tag(found) if found else -1
            if at < 0 or self._fields > MAX_FIELDS:
                break
        self._worded(len(self.text))
        for id, one in reversed(self._early):
            form = next((form for form in self.forms if form.id == id), None)
            if form is not None:
                form.fields.insert(0, one)

    def _tag(self, found: re.Match[str]) -> int:
        """Where to go on; -1 where the page ends in the middle of it."""
        if found[1]:
            return self._behind("-->", found.end())
        name = found[3].lower()
        end = self._end(found.end())
        if end < 0:
            return -1
        if name in _ENDS_WORDS:
            self._worded(found.start())
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
            self._add(said, plain(_FIRST_LINE.sub("", self.text[end:closing]))[:MAX_VALUE], "textarea", sent=True)
            return closing
        self._open(name, said, end)
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

    def _worded(self, end: int) -> None:
        """The words of a choice or a button end here."""
        if self._words is None:
            return
        one, begin = self._words
        self._words = None
        text = " ".join(plain(_INNER.sub("", self.text[begin : min(end, begin + MAX_WORDS)])).split())
        if isinstance(one, Field):
            one.label = text
        else:
            one.text = text
            one.value = text if one.value is None else one.value

    def _close(self, name: str) -> None:
        if name == "form":
            self._form = None
        elif name == "select":
            self._select = None
        elif name == "optgroup":
            self._group_off = False
        elif name == "legend" and self._fieldsets:
            self._off += self._fieldsets[-1].leave_legend()
        elif name == "fieldset" and self._fieldsets:
            self._off -= self._fieldsets.pop().weighs

    def _open(self, name: str, said: Mapping[str, str], end: int) -> None:
        if name == "base":
            self.base = self.base or said.get("href", "")[:LONGEST]
        elif name == "form":
            self._begin(said)
        elif name == "fieldset":
            self._fieldsets.append(_Fieldset(disabled="disabled" in said))
            self._off += self._fieldsets[-1].weighs
        elif name == "legend" and self._fieldsets:
            self._off -= self._fieldsets[-1].enter_legend()
        elif name == "input":
            self._input(said)
        elif name == "button":
            if said.get("type", "").lower() not in _NOT_SENT:
                self._worded_by(self._add(said, said.get("value", ""), "submit", sent=False), end)
        elif name == "select":
            self._group_off = False
            self._select = self._add(said, "", "select", sent=True)
            if self._select is not None:
                self._select.many = "multiple" in said
                self._select.size = int(said["size"]) if said.get("size", "").isdecimal() else 1
        elif name == "optgroup":
            self._group_off = "disabled" in said
        elif name == "option" and self._select is not None:
            option = Option(said.get("value"), "", "selected" in said, self._group_off or "disabled" in said)
            self._select.options.append(option)
            self._worded_by(option, end)

    def _worded_by(self, one: Option | Field | None, begin: int) -> None:
        self._words = (one, begin) if one is not None else None

    def _begin(self, said: Mapping[str, str]) -> None:
        if self._form is not None or len(self.forms) >= MAX_FORMS:
            return
        method, enctype = _way(said, "method", "enctype")
        self._form = Form(
            said.get("action", "")[:LONGEST], method or "GET", said.get("id", ""), said.get("name", ""), enctype
        )
        self.forms.append(self._form)

    def _input(self, said: Mapping[str, str]) -> None:
        kind = said.get("type", "text").strip().lower()
        value = said.get("value", "")
        if kind in ("checkbox", "radio"):
            self._add(said, said.get("value", "on"), kind, sent="checked" in said)
        elif kind in _BUTTONS:
            self._add(said, said.get("value", "Submit") if kind == "submit" else "", kind, sent=False)
        elif kind not in _NOT_SENT:
            self._add(said, usual(kind, value, said), kind, sent=True)

    def _add(self, said: Mapping[str, str], value: str, kind: str, *, sent: bool) -> Field | None:
        name, button = said.get("name", ""), kind in _BUTTONS
        form, other = self._form, said.get("form", "")
        if other:
            form = next((one for one in self.forms if one.id == other), None)
        off = self._off > 0 or "disabled" in said
        if (not button and (off or not name)) or (form is None and not other):
            return None
        self._fields += 1
        added = Field(name[:300], value, kind, sent, usable=not off)
        if button:
            added.label = value
            added.action = said["formaction"][:LONGEST] if "formaction" in said else None
            added.method, added.enctype = _way(said, "formmethod", "formenctype")
        if form is not None:
            form.fields.append(added)
        else:
            self._early.append((other, added))
        return added


@dataclass(slots=True)
class _Fieldset:
    """A group of fields that may be disabled as a whole, but for what stands in its first legend."""

    disabled: bool
    legends: int = 0
    inside: bool = False

    @property
    def weighs(self) -> int:
        """1 where it disables what stands at this place."""
        return int(self.disabled and not (self.inside and self.legends == 1))

    def enter_legend(self) -> int:
        """By how much less it weighs in there."""
        before = self.weighs
        self.legends, self.inside = self.legends + 1, True
        return before - self.weighs

    def leave_legend(self) -> int:
        """By how much more it weighs behind it."""
        before = self.weighs
        self.inside = False
        return self.weighs - before


def _way(said: Mapping[str, str], method: str, enctype: str) -> tuple[str, str]:
    """Method and encoding, empty where they are not said; what no browser knows is the usual one."""
    way = {"post": "POST"}.get(said[method].lower(), "GET") if method in said else ""
    coded = said.get(enctype, "").lower()
    return way, coded if coded in ("multipart/form-data", "text/plain") else ""


_QUOTE = re.compile(r"""=\s*(["'])""")
_FIRST_LINE = re.compile(r"\A\r?\n")
_INNER = re.compile(r"<!--.{0,500}?-->|<[^<>]*>", re.DOTALL)


def read(text: str) -> Forms:
    """The forms of some HTML; broken HTML gives what could be read of it."""
    reader = _Reader(text[:CAP])
    reader.read()
    return Forms(tuple(reader.forms), reader.base)
