"""Files of environment variables: `NAME=value`, with `export`, quotes, values over several lines, and comments.

Read as the `dotenv` libraries read them; what they would misread in silence is a problem with its line. A value with
`${OTHER}` stays as it is written until `filled` puts the other value there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from checks.variable_values import placeholder, secret_name

MOST = 5000
"""Variables of one file."""
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.]{0,200}")
_KEY = re.compile(r"[^\S\r\n]*(?:export[^\S\r\n]+)?(?:'([^'\r\n]+)'|([^=#\s]+))[^\S\r\n]*")
_EQUALS = re.compile(r"=[^\S\r\n]*")
_QUOTED = {
    "'": re.compile(r"'((?:\\'|[^'])*)'"),
    '"': re.compile(r'"((?:\\"|[^"])*)"'),
}
_ESCAPES = {"'": re.compile(r"\\([\\'])"), '"': re.compile(r"\\([\\'\"abfnrtv])")}
_MEANS = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_TRAILING = re.compile(r"[^\S\r\n]*+(#[^\r\n]*+)?(?=\r\n|\n|\r|\Z)")
_COMMENT = re.compile(r"\s#(.*)")
_EMPTY = re.compile(r"[^\S\r\n]*+(#[^\r\n]*+)?(?:\r\n|\n|\r|\Z)")
_END = re.compile(r"\r\n|\n|\r")
_OTHER = re.compile(r"(?<![\\$])\$\{([A-Za-z_][A-Za-z0-9_]{0,200})(?:(:?)-([^{}]{0,2000})|:?\?[^{}]{0,2000})?\}")
"""Another variable in a value, perhaps with what stands for it where it is not set: `${PORT:-3000}`."""
_DEEP = 4
"""So often a value may lead on to another one."""
_OF_ANOTHER_KIND = (
    (re.compile(r"\s*[{\[]"), "this file is JSON; variables stand in lines of NAME=value"),
    (
        re.compile(r"(?:---|[A-Za-z_][\w.-]{0,60}:(?:\s|$))"),
        "this file is YAML; variables stand in lines of NAME=value",
    ),
)


@dataclass(frozen=True, slots=True)
class Value:
    """One variable of a file."""

    name: str
    value: str
    line: int
    comment: str = ""
    """What is said beside it and right above it."""
    given: bool = True
    """False for a name without `=`."""
    literal: bool = False
    """In single quotes, so nothing in it stands for something else."""

    def __repr__(self) -> str:
        """Never with its value."""
        return f"Value({self.name!r}, line={self.line})"


@dataclass(frozen=True, slots=True)
class Problem:
    """A line that no library reads as it was meant."""

    line: int
    why: str


@dataclass(frozen=True, slots=True)
class Parsed:
    """A whole file."""

    values: tuple[Value, ...]
    """In their order; of a name that is written twice the last one counts, as everywhere."""
    problems: tuple[Problem, ...] = ()

    @property
    def by_name(self) -> dict[str, Value]:
        """The value that counts for each name."""
        return {one.name: one for one in self.values}


def parse(text: str) -> Parsed:
    """The variables of a file and the lines that could not be read."""
    if "\x00" in text[:200]:
        why = "the file is written in UTF-16, which programs do not read; save it as UTF-8"
        return Parsed((), (Problem(1, why),))
    reader = _Reader(text.removeprefix("\ufeff"))
    while not reader.done and len(reader.values) < MOST:
        reader.line()
    if not reader.done:
        reader.problems.append(Problem(reader.number, f"more than {MOST} variables; the rest was not read"))
    return Parsed(tuple(reader.values), tuple(reader.problems))


def filled(parsed: Parsed, environment: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """The values with the values of others in them; and of those that lead nowhere, the variable that is not set.

    `${OTHER}` is looked up in the file first, then in `environment`; `${OTHER:-this}` has something in its place.
    """
    own = {name: one.value for name, one in parsed.by_name.items()}
    missing: dict[str, str] = {}

    def value(name: str, text: str, deep: int) -> str:
        def other(found: re.Match[str]) -> str:
            asked, colon, instead = found[1], found[2], found[3]
            here = own.get(asked, "") if asked != name else ""
            there = here or environment.get(asked, "")
            if there or (instead is not None and not colon and (asked in environment or asked in own)):
                return value(name, there, deep + 1) if deep < _DEEP and here else there
            if instead is None:
                missing.setdefault(name, asked)
            return instead or ""

        return _OTHER.sub(other, text)[:100_000]

    full = {one.name: one.value if one.literal else value(one.name, one.value, 0) for one in parsed.by_name.values()}
    return full, {name: asked for name, asked in missing.items() if not full[name].strip()}


class _Reader:
    def __init__(self, text: str) -> None:
        self.text, self.at, self.number = text, 0, 1
        self.values: list[Value] = []
        self.problems: list[Problem] = []
        self.above: list[str] = []
        self.seen: dict[str, int] = {}

    @property
    def done(self) -> bool:
        return self.at >= len(self.text)

    def _another(self) -> str:
        """What else a file is that begins so."""
        return next((why for form, why in _OF_ANOTHER_KIND if form.match(self.text)), "")

    def _go(self, to: int) -> None:
        self.number += len(_END.findall(self.text, self.at, to))
        self.at = to

    def _wrong(self, why: str, line: int) -> None:
        self.problems.append(Problem(line, why))
        self._rest()
        self._newline()

    def _rest(self) -> str:
        """What is left of the line, which is thereby read."""
        end = _END.search(self.text, self.at)
        begin = self.at
        self.at = end.start() if end else len(self.text)
        return self.text[begin : self.at]

    def _newline(self) -> None:
        if end := _END.match(self.text, self.at):
            self._go(end.end())

    def line(self) -> None:
        """Read what begins here: nothing, a comment, or a variable."""
        blank = _EMPTY.match(self.text, self.at)
        if blank is not None:
            said = (blank[1] or "").lstrip("#").strip()
            # A blank line ends what belongs together.
            self.above = [*self.above, said] if blank[1] else []
            self._go(blank.end())
            return
        begin = self.number
        key = _KEY.match(self.text, self.at)
        if key is None or (begin == 1 and self._another()):
            self._wrong(self._another() or "this line is no NAME=value", begin)
            return
        name = key[1] or key[2]
        self._go(key.end())
        equals = _EQUALS.match(self.text, self.at)
        if equals is None:
            self._without(name, begin)
            return
        self._go(equals.end())
        self._value(name, begin)

    def _without(self, name: str, begin: int) -> None:
        after = _TRAILING.match(self.text, self.at)
        if after is None or not NAME.fullmatch(name):
            self._wrong("this line is no NAME=value", begin)
            return
        self._go(after.end())
        self._newline()
        self._keep(Value(name, "", begin, given=False), "")

    def _value(self, name: str, begin: int) -> None:
        quote = self.text[self.at : self.at + 1]
        literal = quote == "'"
        beside = ""
        if quote in _QUOTED:
            found = _QUOTED[quote].match(self.text, self.at)
            if found is None:
                self._wrong(f"the quote of {_shown(name)} never ends", begin)
                return
            self._go(found.end())
            value = _ESCAPES[quote].sub(lambda escape: _MEANS.get(escape[1], escape[1]), found[1])
            after = _TRAILING.match(self.text, self.at)
            if after is None:
                self._wrong(f"something follows the quoted value of {_shown(name)}", begin)
                return
            beside = after[1] or ""
            self._go(after.end())
        else:
            rest = self._rest()
            comment = _COMMENT.search(rest)
            value = (rest[: comment.start()] if comment else rest).rstrip()
            beside = comment[1] if comment else ""
        self._newline()
        if not NAME.fullmatch(name):
            self.problems.append(Problem(begin, "this name has letters that no variable may have"))
            return
        self._keep(Value(name, value, begin, literal=literal), beside)

    def _keep(self, value: Value, beside: str) -> None:
        if value.name in self.seen:
            why = f"{value.name} is written again; line {self.seen[value.name]} does not count any more"
            self.problems.append(Problem(value.line, why))
        self.seen[value.name] = value.line
        said = " ".join(part for part in (*self.above, beside.lstrip("#").strip()) if part)
        self.above = []
        self.values.append(replace(value, comment=said))


def _shown(name: str) -> str:
    return name if NAME.fullmatch(name) else "a variable"


def looks_secret(name: str, value: str) -> bool:
    """Whether a value under this name is a real secret, by its looks: long, mixed, and no stand-in."""
    if not secret_name(name) or placeholder(value) or "$" in value[:2] or "${" in value or "://" in value:
        return False
    plain = value.strip()
    if len(plain) < 12 or " " in plain or plain.startswith(("/", "./", "~", "%")) or len(set(plain)) < 8:
        return False
    return any(char.isdigit() for char in plain) and any(char.isalpha() for char in plain)
