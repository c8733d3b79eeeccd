"""One form of a page: its fields, what is chosen in them already, and what goes out when a person fills it in.

HTML Living Standard, "Constructing the entry list" and "Implicit submission"; Chromium is what it is measured against.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from checks.masking import clip

TICKED = frozenset({"on", "true", "yes", "1"})
UNTICKED = frozenset({"off", "false", "no", "0", ""})
"""Words for a box that is ticked or not, where the box has another value of its own."""
_LINE_END = re.compile(r"\r\n|\r|\n")
_SHOWN = 6
"""Choices that a sentence names."""


class NotOffered(ValueError):
    """A choice that the page does not offer; the text is the end of a sentence."""


@dataclass(slots=True)
class Option:
    """One choice of a select."""

    value: str | None
    """None until its words are read, where they are its value."""
    text: str
    selected: bool
    disabled: bool


@dataclass(slots=True)
class Field:
    """One named value of a form, or a button without a name."""

    name: str
    value: str
    kind: str
    """`hidden`, `text`, `password`, `checkbox`, `select`, `file`, `submit`, `image` …"""
    sent: bool
    """Whether a browser would send it if nobody touched it."""
    label: str = ""
    """Words on a button."""
    usable: bool = True
    """Of a button: whether it can be pressed before a script has said so."""
    action: str | None = None
    """Where this button sends the form, in place of the form's own action."""
    method: str = ""
    enctype: str = ""
    many: bool = False
    """Of a select: several may be chosen, or none is before somebody does."""
    size: int = 1
    options: list[Option] = field(default_factory=list)

    @property
    def presses(self) -> bool:
        """Whether it is a button that sends the form."""
        return self.kind in ("submit", "image")

    def chosen(self) -> list[str]:
        """What it sends if nobody touched it."""
        if not self.sent:
            return []
        if self.kind != "select":
            return [self.value]
        picked = [one for one in self.options if one.selected]
        if not self.many:
            # One that is marked counts, also where it is disabled and so sends nothing; else the first usable one.
            free = [one for one in self.options if not one.disabled] if self.size <= 1 else []
            picked = picked[-1:] or free[:1]
        return [one.value or "" for one in picked if not one.disabled]

    def filled(self, ours: str) -> list[str]:
        """What it sends once somebody has put this in. Raises `NotOffered`."""
        if self.kind == "select" and self.options:
            free = [one for one in self.options if not one.disabled]
            for one in free:
                if ours in (one.value, one.text):
                    return [one.value or ""]
            raise NotOffered(_offers(self.name, ours, [one.text or one.value or "" for one in free]))
        if self.kind == "checkbox" and ours != self.value:
            if ours.lower() in UNTICKED:
                return []
            return [self.value if ours.lower() in TICKED else ours]
        return [ours]


@dataclass(slots=True)
class Form:
    """One form."""

    action: str
    method: str
    """`GET` or `POST`."""
    id: str = ""
    name: str = ""
    enctype: str = ""
    """`multipart/form-data` or `text/plain`; empty: as nearly all forms."""
    fields: list[Field] = field(default_factory=list)

    def has(self, name: str) -> bool:
        """Whether it has a field of this name."""
        return any(one.name == name for one in self.fields)

    @property
    def asks_for_password(self) -> bool:
        """Whether it is one to log in or sign up with."""
        return any(one.kind == "password" for one in self.fields)

    def names(self) -> tuple[str, ...]:
        """The names of what a person fills in, in order."""
        hidden = [one for one in self.fields if one.name and one.kind != "hidden" and not one.presses]
        return tuple(dict.fromkeys(one.name for one in hidden))

    def button(self, ours: Mapping[str, str], press: str = "") -> Field | None:
        """The button that is pressed: the one that is asked for, one that we fill in, else the first, as Enter does.

        Raises `NotOffered` where `press` names none.
        """
        buttons = [one for one in self.fields if one.presses]
        if press:
            for found in (one for one in buttons if press in (one.label, one.name, one.value)):
                return found
            raise NotOffered(_offers("", press, [one.label or one.name for one in buttons]))
        named = [one for one in buttons if one.name in ours]
        exact = [one for one in named if ours[one.name] == one.value]
        return next(iter([*exact, *named, *(one for one in buttons if one.usable), *buttons]), None)

    def pairs(self, ours: Mapping[str, str], press: str = "") -> list[tuple[str, str]]:
        """What is sent: its own values, ours in their places, and ours that it does not know at the end.

        Raises `NotOffered` for a choice that a person could not make on that page.
        """
        pressed = self.button(ours, press)
        places = {name: self._place(name, value) for name, value in ours.items()}
        left = dict(ours)
        sent: list[tuple[str, str]] = []
        for one in self.fields:
            if one.presses:
                if one is pressed:
                    sent += _of_button(one, left.pop(one.name, one.value))
                continue
            if places.get(one.name) is one:
                values = one.filled(left.pop(one.name))
            elif one.name in ours and one.kind in ("radio", "select"):
                values = []
            else:
                values = one.chosen()
            sent += [(one.name, value) for value in values]
        left = {name: value for name, value in left.items() if pressed is None or name != pressed.name}
        return [(_lines(name), _lines(value)) for name, value in [*sent, *left.items()]]

    def _place(self, name: str, value: str) -> Field | None:
        """The field that a person fills in under this name: not the hidden one that stands in for an empty box."""
        named = [one for one in self.fields if one.name == name and not one.presses]
        seen = [one for one in named if one.kind != "hidden"]
        boxes = [one for one in seen if one.kind in ("checkbox", "radio")]
        exact = [one for one in boxes if one.value == value]
        radios = [one for one in boxes if one.kind == "radio"]
        if radios and not exact:
            raise NotOffered(_offers(name, value, [one.value for one in radios]))
        return next(iter([*exact, *seen, *named]), None)


def _of_button(button: Field, value: str) -> list[tuple[str, str]]:
    if button.kind == "image":
        before = f"{button.name}." if button.name else ""
        return [(f"{before}x", "0"), (f"{before}y", "0")]
    return [(button.name, value)] if button.name else []


def _lines(text: str) -> str:
    """Line ends as they go over the wire: carriage return and line feed."""
    return _LINE_END.sub("\r\n", text)


def _offers(name: str, wanted: str, there: list[str]) -> str:
    said = ", ".join(f"“{clip(one, 30)}”" for one in there[:_SHOWN] if one) or "nothing"
    more = " and others" if len(there) > _SHOWN else ""
    if not name:
        return f"does not find the button “{clip(wanted, 60)}”; there is {said}{more}"
    return f"does not offer “{clip(wanted, 60)}” for {clip(name, 40)}; it offers {said}{more}"
