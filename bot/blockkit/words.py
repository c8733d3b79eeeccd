"""Text for Slack: cleaned of what deceives, escaped, and clipped to a budget. Nothing here raises on long text.

Escaping has one home: builders are given plain strings or `Markup`, and markup comes only from the functions below.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

NOTHING = "–"
"""Stands where there is no text, since Slack refuses empty ones."""

_BIDI = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_INVISIBLE = "\u200b\u2060-\u2064\ufeff\ufff9-\ufffb\U000e0000-\U000e007f"
_UNWANTED = re.compile(f"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f{_BIDI}{_INVISIBLE}]")
_BREAKS = re.compile("\r\n|[\r\x85\u2028\u2029]")
_SHOUT = re.compile(r"@(?=(?:here|channel|everyone|group)\b)", re.IGNORECASE)
_MARKS = "*_~`"
_OPEN = re.compile(r"(?<![\w*_~`])[*_~`]+(?=[^\s*_~`])")
_CLOSE = re.compile(r"(?<=[^\s*_~`])[*_~`]+(?![\w*_~`])")
LOOKALIKE = {"*": "∗", "_": "\uff3f", "~": "∼", "`": "ˋ"}
"""Shown instead of a mark that would be obeyed."""
_HOSTLIKE = re.compile(r"(?:[a-z0-9-]+\.)+[a-z]{2,}", re.IGNORECASE)


def clean(text: object) -> str:
    """Without control characters, bidirectional overrides, invisible characters and lone surrogates."""
    plain = text if isinstance(text, str) else str(text)
    plain = _UNWANTED.sub("", _BREAKS.sub("\n", plain).replace("\t", " "))
    return plain.encode("utf-8", "replace").decode("utf-8")


def quiet(text: str) -> str:
    """With the mentions that would call a whole channel taken apart, invisibly."""
    return _SHOUT.sub("@\u2060", text)


def escape(text: str) -> str:
    """The three characters that Slack gives a meaning to, as entities."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def unescape(text: str) -> str:
    """The way back."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def clip(text: str, most: int) -> str:
    """At most `most` characters: head and tail are kept, and between them it says how much is missing."""
    if len(text) <= most:
        return text
    if most < 60:
        return text[: max(0, most - 1)].rstrip() + "…"
    room = most - len(f" … {len(text)} more … ")
    head, tail = text[: room - room // 3].rstrip(), text[len(text) - room // 3 :].lstrip()
    return f"{head} … {len(text) - len(head) - len(tail)} more … {tail}"


def shorten(text: str, most: int) -> str:
    """At most `most` characters, cut between words where there is one to cut at: for headlines and labels."""
    if len(text) <= most:
        return text
    head = text[: max(0, most - 1)]
    at_word = head.rpartition(" ")[0]
    return (at_word if len(at_word) > most // 2 else head).rstrip(" ,.:;") + "…"


def one_line(text: object, most: int) -> str:
    """Clean text on a single line, never empty."""
    words = " ".join(quiet(clean(text)).split())
    return (clip(words, most) if most > 150 else shorten(words, most)) or NOTHING


def _without_pairs(text: str, instead: dict[str, str]) -> str:
    """The text with every mark replaced that Slack would read as the start or end of a style on its line.

    In time that grows with the length alone, whatever the text.
    """
    if not any(mark in text for mark in _MARKS):
        return text
    lines = text.split("\n")
    for number, line in enumerate(lines):
        # Marks side by side are one: without the outer ones of `**loud**` the inner ones would be obeyed.
        begin, end = (list(pattern.finditer(line)) for pattern in (_OPEN, _CLOSE))
        letters = list(line)
        for mark in _MARKS:
            opens, closes = ([one for one in found if mark in one[0]] for found in (begin, end))
            if opens and closes and opens[0].start() < closes[-1].start():
                for place in (place for one in (*opens, *closes) for place in range(*one.span())):
                    letters[place] = instead[mark] if line[place] == mark else letters[place]
        lines[number] = "".join(letters)
    return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text in one style, or a token such as a link that stays whole."""

    text: str
    style: str = ""
    """`*` bold, a backtick for code, `token` for finished markup, "" for plain."""

    @property
    def markup(self) -> str:
        """As Slack wants it."""
        if self.style == "token":
            return self.text
        if not self.style:
            return escape(_without_pairs(self.text, LOOKALIKE))
        inner = self.text.strip().replace("\n", " ").replace(self.style, LOOKALIKE[self.style])
        return f"{self.style}{escape(inner)}{self.style}" if inner else ""

    def cut(self, room: int, *, tail: bool = False) -> Run:
        """As much of it from the front (or the end) as fits in `room` characters of markup."""
        if self.style == "token":
            return Run("")
        low, high = 0, min(len(self.text), max(0, room))
        while low < high:
            middle = (low + high + 1) // 2
            part = self.text[len(self.text) - middle :] if tail else self.text[:middle]
            low, high = (middle, high) if len(Run(part, self.style).markup) <= room else (low, middle - 1)
        return Run(self.text[len(self.text) - low :] if tail else self.text[:low], self.style)


@dataclass(frozen=True, slots=True)
class Markup:
    """Text with styles, safe to send: made by `plain`, `bold`, `code`, `link`, `date`, `mention` and `+` only."""

    runs: tuple[Run, ...] = ()

    def __add__(self, other: Markup) -> Markup:
        return Markup(self.runs + other.runs)

    def __bool__(self) -> bool:
        return any(run.text.strip() for run in self.runs)

    def fit(self, most: int) -> str:
        """As mrkdwn of at most `most` characters, never cut inside a link or an entity, never empty."""
        whole = "".join(run.markup for run in self.runs)
        if len(whole) <= most:
            return whole if whole.strip() else NOTHING
        missing = sum(len(run.text) for run in self.runs)
        room = most - len(f" … {missing} more … ")
        if room < 40:
            return "".join(run.markup for run in _take(self.runs, most - 1)).rstrip() + "…"
        tail_room = room // 3
        head = _take(self.runs, room - tail_room)
        tail = _take(self.runs, tail_room, tail=True)
        missing -= sum(len(run.text) for run in (*head, *tail))
        if missing <= 0:
            return "".join(run.markup for run in head).rstrip() + "…"
        start, end = ("".join(run.markup for run in runs) for runs in (head, tail))
        return f"{start.rstrip()} … {missing} more … {end.lstrip()}"


def _take(runs: tuple[Run, ...], room: int, *, tail: bool = False) -> tuple[Run, ...]:
    """Runs from the front (or the end) until the room is used up; the last one may be cut."""
    taken: list[Run] = []
    for run in reversed(runs) if tail else runs:
        cost = len(run.markup)
        if cost > room:
            taken.append(run.cut(room, tail=tail))
            break
        taken.append(run)
        room -= cost
    return tuple(reversed(taken)) if tail else tuple(taken)


Text = str | Markup
"""What builders take: a plain string is escaped, markup is used as it is."""


def markup(text: Text) -> Markup:
    """Either kind as markup."""
    return text if isinstance(text, Markup) else plain(text)


def plain(text: object) -> Markup:
    """Text from anywhere, shown as it is."""
    return Markup((Run(quiet(clean(text))),))


def bold(text: object) -> Markup:
    """Bold; spaces at its ends stand outside, since Slack shows `*Where: *here` as it is written."""
    return _styled(text, "*")


def _styled(text: object, style: str) -> Markup:
    said = quiet(clean(text))
    inner = said.strip()
    before, _, after = said.partition(inner) if inner else (said, "", "")
    return Markup(tuple(run for run in (Run(before), Run(inner, style), Run(after)) if run.text))


def code(text: object) -> Markup:
    """A name or value to be copied."""
    return Markup((Run(clean(text), "`"),))


def token(text: str) -> Markup:
    """Finished markup that stays whole."""
    return Markup((Run(text, "token"),))


def join(parts: list[Markup] | tuple[Markup, ...], between: str = " ") -> Markup:
    """Several pieces with `between` in between."""
    runs: list[Run] = []
    for index, part in enumerate(parts):
        runs += [*([Run(between)] if index else []), *part.runs]
    return Markup(tuple(runs))


def safe_url(url: object) -> str:
    """The URL where it is an ordinary web or mail address of bearable length, else "". Nothing else may be clicked."""
    plain_url = clean(url).strip().replace(" ", "%20").replace("\n", "")
    try:
        parts = urlsplit(plain_url)
    except ValueError:
        return ""
    if parts.scheme.lower() not in ("http", "https", "mailto") or len(plain_url) > 3000:
        return ""
    if parts.scheme.lower() != "mailto" and not parts.netloc:
        return ""
    return plain_url.replace("<", "%3C").replace(">", "%3E").replace("|", "%7C").replace('"', "%22")


LABEL = 300
"""Characters of a link's text."""


def link(url: object, text: object = "") -> Markup:
    """A link; a text that looks like another address than the link's own is followed by the real one."""
    target = safe_url(url)
    words = clip(" ".join(clean(text).split()), LABEL) or target
    if not target:
        return plain(words or url)
    host = (urlsplit(target).netloc.rpartition("@")[2] or target).lower()
    named = {found.lower() for found in _HOSTLIKE.findall(words)}
    if any(name not in host and host not in name for name in named):
        words = f"{words} (goes to {host})"
    label = escape(quiet(words)).replace("|", "¦")
    return token(f"<{escape(target)}|{label}>")


def date(timestamp: int, form: str, fallback: str) -> Markup:
    """A moment in the reader's own zone; `form` is Slack's own, e.g. `{time}` or `{ago}`."""
    shown = escape(clean(fallback)).replace("|", "¦")
    return token(f"<!date^{int(timestamp)}^{form}|{shown or NOTHING}>")


def mention(user: str) -> Markup:
    """A person: a Slack user id is called by it, another name is written."""
    return token(f"<@{user}>") if re.fullmatch(r"[UW][A-Z0-9]{2,20}", user) else plain(user)


def everyone() -> Markup:
    """Everybody who is active in the channel. The only way to write it: in text from outside it calls nobody."""
    return token("<!here>")


_TOKEN = re.compile(r"<([^<>|]*)(?:\|([^<>]*))?>")


def _spoken(found: re.Match[str]) -> str:
    target, label = found.group(1), found.group(2)
    if target == "!here":
        return "everybody here"
    if target.startswith("!"):
        return label or ""
    if target.startswith(("@", "#")):
        return label or target
    return f"{label} ({target})" if label and label != target else target


def spoken(mrkdwn: str) -> str:
    """Markup read back as plain text: styles gone, links as `text (address)`, dates as their fallback."""
    bare = _without_pairs(mrkdwn, dict.fromkeys(_MARKS, ""))
    return unescape(_TOKEN.sub(_spoken, bare))
