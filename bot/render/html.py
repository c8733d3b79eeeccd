"""A document as one page of HTML that needs nothing else: no script, nothing loaded, readable on paper and at night."""

from __future__ import annotations

import re
from html import escape
from typing import assert_never

from bot.blockkit.words import clean, one_line, safe_url
from bot.document import (
    Action,
    Actions,
    Chart,
    Code,
    Document,
    Everyone,
    Facts,
    Heading,
    Item,
    Lamp,
    Link,
    Listing,
    Note,
    Paragraph,
    Part,
    Person,
    Preformatted,
    Progress,
    Rule,
    Span,
    Strong,
    Table,
    Time,
    Words,
)
from bot.render.spans import EVERYONE, moment
from bot.render.tables import figures
from bot.render.text import spoken_command

STYLE = """
:root { color-scheme: light dark; --ink: #1d1c1d; --dim: #55565a; --line: #d5d5d8; --paper: #fff; --code: #f3f3f5;
  --good: #17643f; --warn: #8a4b00; --bad: #a5121f; --unknown: #2a4d8f; }
@media screen and (prefers-color-scheme: dark) { :root { --ink: #e8e8e8; --dim: #a9abb0; --line: #3f4146;
  --paper: #1a1d21; --code: #26292e; --good: #7fd6a4; --warn: #f0b766; --bad: #ff9aa2; --unknown: #a4c2ff; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 52rem; padding: 1.5rem 1rem 4rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 1rem; }
h2 { font-size: 1.2rem; margin: 2.25rem 0 .5rem; padding-top: .75rem; border-top: 1px solid var(--line); }
p { margin: .5rem 0; }
nav ol { columns: 2; padding-left: 1.5rem; }
a { color: inherit; text-underline-offset: .15em; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1rem; margin: .5rem 0; }
dt { color: var(--dim); } dd { margin: 0; }
ul { margin: .5rem 0; padding-left: 1.25rem; } li { margin: .35rem 0; } li p { margin: 0; color: var(--dim); }
code, pre { background: var(--code); border-radius: .25rem; font: .9em/1.45 ui-monospace, monospace; }
code { padding: .1em .3em; } pre { padding: .75rem; overflow-x: auto; white-space: pre-wrap; }
.wide { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-size: .92rem; margin: .5rem 0; }
th, td { overflow-wrap: normal; border: 1px solid var(--line); padding: .35rem .5rem; text-align: left;
  vertical-align: top; }
caption { caption-side: bottom; text-align: left; color: var(--dim); }
.note { color: var(--dim); font-size: .92rem; } .label { font-weight: 600; }
.good { color: var(--good); } .warn { color: var(--warn); } .bad { color: var(--bad); }
.unknown { color: var(--unknown); }
@media (max-width: 34rem) { dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: .4rem; }
  nav ol { columns: 1; } }
@media print { body { max-width: none; padding: 0; font-size: 10.5pt; } h2 { break-after: avoid; }
  tr, li { break-inside: avoid; } a::after { content: none; } }
"""


def html(document: Document) -> str:
    """The whole document as a page; text from outside is escaped, and no address is loaded."""
    headings = [part.text for part in document.parts if isinstance(part, Heading)]
    title = escape(one_line(document.headline, 300)) or "Launch Ready"
    body = [f"<h1>{title}</h1>"]
    seen = 0
    for part in document.parts:
        if isinstance(part, Heading):
            body += _contents(headings) if not seen else []
            seen += 1
        body.append(_part(part, seen))
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n<meta name="robots" content="noindex">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f"<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n"
        + "\n".join(one for one in body if one)
        + "\n</main>\n</body>\n</html>\n"
    )


def _contents(headings: list[str]) -> list[str]:
    """Where to jump to, on a page that is long enough."""
    if len(headings) < 3:
        return []
    lines = "".join(
        f'<li><a href="#{_anchor(text, number)}">{escape(one_line(text, 300))}</a></li>'
        for number, text in enumerate(headings, 1)
    )
    return [f'<nav aria-label="Parts"><ol>{lines}</ol></nav>']


def _anchor(text: str, number: int) -> str:
    return f"{re.sub(r'[^a-z0-9]+', '-', text.lower()).strip('-')}-{number}"


def _text(text: str) -> str:
    return escape(clean(text)).replace("\n", "<br>")


def _span(span: Span) -> str:
    match span:
        case str():
            return _text(span)
        case Strong(text):
            return f"<strong>{_text(text)}</strong>"
        case Code(text):
            return f"<code>{escape(clean(text))}</code>"
        case Link(url, text):
            target = safe_url(url)
            label = _text(text or target)
            return f'<a href="{escape(target)}" rel="noopener noreferrer">{label}</a>' if target else label
        case Time():
            return escape(moment(span))
        case Person(id):
            return _text(id)
        case Everyone():
            return escape(EVERYONE)
        case Lamp():
            return ""
        case _ as never:
            assert_never(never)


def _words(words: Words) -> str:
    return "".join(_span(span) for span in words)


def _part(part: Part, number: int) -> str:
    match part:
        case Paragraph(words):
            return f"<p>{_words(words)}</p>"
        case Heading(text):
            return f'<h2 id="{_anchor(text, number)}">{escape(one_line(text, 300))}</h2>'
        case Facts(pairs):
            lines = "".join(
                f"<dt>{escape(one_line(label, 100))}</dt><dd>{_words(value)}</dd>" for label, value in pairs
            )
            return f"<dl>{lines}</dl>"
        case Listing():
            return _listing(part)
        case Preformatted(text):
            return f"<pre>{escape(clean(text))}</pre>"
        case Table():
            return _table(part)
        case Chart():
            return _chart(part)
        case Progress():
            return f"<p>{part.done} of {part.total} done {_text(part.now)}</p>"
        case Note(words):
            return f'<p class="note">{_words(words)}</p>'
        case Rule():
            return "<hr>"
        case Actions(actions, more):
            lines = "".join(f"<li>{said}</li>" for one in (*actions, *more) if (said := _twin(one)))
            return f"<ul>{lines}</ul>" if lines else ""
        case _ as never:
            assert_never(never)


def _listing(listing: Listing) -> str:
    if not listing.items:
        return f"<p>{_text(listing.empty)}</p>" if listing.empty else ""
    shown = listing.items[: max(1, listing.limit)]
    more = len(listing.items) - len(shown)
    return f"<ul>{''.join(map(_item, shown))}{f'<li>… and {more} more</li>' if more else ''}</ul>"


def _item(item: Item) -> str:
    label = f'<span class="label {item.tone.value}">{escape(one_line(item.label, 60))}</span> · ' if item.label else ""
    lines = "".join(f"<p>{_words(words)}</p>" for words in item.lines)
    twins = "".join(f"<p>{said}</p>" for one in item.actions if (said := _twin(one)))
    return f"<li>{label}{_words(item.title)}{lines}{twins}</li>"


def _twin(action: Action) -> str:
    """A page has no buttons: the command that does the same, or the address."""
    if action.command:
        return f"{_text(action.label)}: <code>{escape(spoken_command(action.command))}</code>"
    return _span(Link(action.url, action.label)) if action.url else ""


def _table(table: Table) -> str:
    if not table.rows:
        return "<p>Nothing to show yet.</p>"
    wide = max(len(table.header), *(len(row) for row in table.rows))

    def cells(row: tuple[str, ...], tag: str, more: str = "") -> str:
        return "".join(f"<{tag}{more}>{_text(cell)}</{tag}>" for cell in [*row, *[""] * wide][:wide])

    caption = f"<caption>{_text(table.caption)}</caption>" if table.caption else ""
    head = cells(table.header, "th", ' scope="col"')
    rows = "".join(f"<tr>{cells(row, 'td')}</tr>" for row in table.rows)
    # What scrolls sideways must be reachable by keyboard, and have a name.
    name = escape(one_line(table.caption or next(filter(None, table.header), "Table"), 100))
    return (
        f'<div class="wide" role="region" aria-label="{name}" tabindex="0">'
        f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _chart(chart: Chart) -> str:
    """The number in words, and the figures as a table."""
    table = figures(chart)
    said = f"<p><strong>{_text(chart.title)}</strong>: {_text(chart.said)}</p>"
    return said + (_table(table) if table.rows else "")
