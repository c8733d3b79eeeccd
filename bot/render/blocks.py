"""A document as Block Kit: within every budget of a message or an App Home, with a full-sentence text for phones."""

from __future__ import annotations

from typing import assert_never

from bot.blockkit import kit, limits, surfaces, words
from bot.blockkit.kit import Block, Element
from bot.blockkit.words import Markup
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
    Tone,
    Words,
)
from bot.render.spans import fallback, moment, sentence, timestamp
from bot.render.tables import columns

EVENT = "launch_delivery"
"""Event type of the metadata that a document's `meta` travels in."""
LINE = 600
"""Characters of one line of an entry, in Slack."""
MENU = "more"
"""Action id of the menu beside the buttons."""
LAMPS = {
    Tone.PLAIN: "white_circle",
    Tone.GOOD: "large_green_circle",
    Tone.WARN: "large_orange_circle",
    Tone.BAD: "red_circle",
    Tone.UNKNOWN: "white_circle",
}
"""Slack's names for spots of colour."""
CAPS = (1000, 8, 5, 3, 2, 1)
"""Entries shown per list: the next cap is tried when the blocks do not fit."""
TOKENS = {"time": "{time}", "date": "{date}", "both": "{date_short_pretty} at {time}", "ago": "{ago}"}


def message(document: Document) -> Block:
    """Arguments of a post: `text`, `blocks`, and `metadata` where the document carries some."""
    for cap in CAPS:
        blocks = _Builder(cap).all(document)
        if surfaces.fits(blocks):
            break
    else:
        blocks = _squeezed(blocks)
    return surfaces.message(
        fallback(document), blocks, event=EVENT if document.meta else "", payload=dict(document.meta)
    )


def home(document: Document) -> Block:
    """The App Home as a view."""
    for cap in CAPS:
        blocks = _Builder(cap).all(document)
        if len(blocks) <= limits.VIEW_BLOCKS:
            break
    return surfaces.home(blocks)


def _squeezed(blocks: list[Block]) -> list[Block]:
    """From the top as much as fits beside the last row of buttons, which stays."""
    last = [block for block in blocks if block["type"] == "actions"][-1:]
    rest = [block for block in blocks if not any(block is one for one in last)]
    return [*surfaces.keep(rest, lambda some: surfaces.fits([*some, *last])), *last]


def markup(text: Words) -> Markup:
    """A run of text as markup."""
    return Markup(tuple(run for span in text for run in _span(span).runs))


def _span(span: Span) -> Markup:
    match span:
        case str():
            return words.plain(span)
        case Strong(text):
            return words.bold(text)
        case Code(text):
            return words.code(text)
        case Link(url, text):
            return words.link(url, text)
        case Time(at, style):
            return words.date(timestamp(at), TOKENS.get(style, TOKENS["both"]), moment(span))
        case Person(id):
            return words.mention(id)
        case Everyone():
            return words.everyone()
        case Lamp(tone):
            return words.token(f":{LAMPS[tone]}: ")
        case _ as never:
            assert_never(never)


class _Builder:
    """Blocks of one document; what may stand only once in a message is counted on the way."""

    def __init__(self, cap: int) -> None:
        self._cap = cap
        self._primary = False
        self._tables = 0
        self._charts = 0

    def all(self, document: Document) -> list[Block]:
        """Headline, where it has one, and parts."""
        blocks = [kit.header(document.headline)] if document.headline else []
        for part in document.parts:
            blocks += self.part(part)
        return blocks

    def part(self, part: Part) -> list[Block]:
        """The blocks of one part."""
        match part:
            case Paragraph(text):
                return [kit.section(markup(text))]
            case Heading(text):
                return [kit.section(words.bold(text))]
            case Facts(pairs):
                return _facts(pairs)
            case Listing():
                return self._listing(part)
            case Preformatted(text):
                return [kit.preformatted(text)]
            case Table():
                return self._table(part)
            case Chart():
                return self._chart(part)
            case Progress():
                return [kit.section(_progress(part))]
            case Note(text):
                return [kit.context(markup(text))]
            case Rule():
                return [kit.divider()]
            case Actions(actions, more):
                row = [*(self._button(one) for one in actions), *([_menu(more)] if more else [])]
                return [kit.actions(row)] if row else []
            case _ as never:
                assert_never(never)

    def _listing(self, listing: Listing) -> list[Block]:
        if not listing.items:
            return [kit.section(listing.empty)] if listing.empty else []
        shown = listing.items[: max(1, min(listing.limit, self._cap))]
        blocks: list[Block] = []
        bare: list[Markup] = []
        for item in shown:
            if item.lines or item.actions:
                blocks += [*_together(bare), *self._item(item)]
                bare = []
            else:
                bare.append(words.plain("• ") + _title(item))
        blocks += _together(bare)
        more = len(listing.items) - len(shown)
        return [*blocks, kit.context(f"… and {more} more")] if more else blocks

    def _item(self, item: Item) -> list[Block]:
        text = words.join([_title(item), *(_bounded(markup(line)) for line in item.lines)], "\n")
        about = sentence(item.title)
        buttons = [self._button(one, f"{one.label}: {about}") for one in item.actions]
        if len(buttons) == 1:
            return [kit.section(text, accessory=buttons[0])]
        return [kit.section(text), *([kit.actions(buttons)] if buttons else [])]

    def _button(self, action: Action, spoken: str = "") -> Element:
        primary = action.primary and not self._primary
        self._primary = self._primary or primary
        ask = kit.confirm(action.confirm, yes=action.label, danger=action.danger) if action.confirm else None
        return kit.button(
            action.label,
            action.id,
            value=action.value,
            style="primary" if primary else "danger" if action.danger else "",
            url=action.url,
            ask=ask,
            spoken=spoken,
        )

    def _table(self, table: Table) -> list[Block]:
        caption = [kit.context(table.caption)] if table.caption else []
        if not table.rows:
            return [kit.section("Nothing to show yet."), *caption]
        self._tables += 1
        if self._tables > limits.MESSAGE_TABLES:
            return [kit.preformatted("\n".join(columns(table, 72))), *caption]
        return [kit.table(table.header, table.rows), *caption]

    def _chart(self, chart: Chart) -> list[Block]:
        number = [kit.section(chart.said)] if chart.said else []
        self._charts += 1
        if self._charts > limits.MESSAGE_CHARTS:
            return number
        drawn = kit.chart(chart.title, chart.kind, chart.categories, chart.series, y_label=chart.y_label)
        return [*number, drawn]


def _menu(actions: tuple[Action, ...]) -> Element:
    """The rest of what can be done; which button an entry stands for is in its value (`chosen`)."""
    return kit.overflow(MENU, [kit.option(one.label, f"{one.id} {one.value}".strip()) for one in actions])


def chosen(value: str) -> tuple[str, str]:
    """An entry of the menu as the button it stands for: action id and value."""
    id, _, rest = value.partition(" ")
    return id, rest


def _facts(pairs: tuple[tuple[str, Words], ...]) -> list[Block]:
    texts = [words.bold(label) + words.plain("\n") + markup(value) for label, value in pairs]
    size = limits.SECTION_FIELDS
    return [kit.fields(texts[start : start + size]) for start in range(0, len(texts), size)]


def _bounded(line: Markup) -> Markup:
    """No single line may crowd out the others."""
    return words.token(line.fit(LINE))


def _title(item: Item) -> Markup:
    title = _bounded(markup(item.title))
    return words.bold(item.label) + words.plain(" · ") + title if item.label else title


def _together(lines: list[Markup]) -> list[Block]:
    """Short entries in as few sections as their length allows."""
    blocks: list[Block] = []
    group: list[Markup] = []
    for line in lines:
        if group and len(words.join([*group, line], "\n").fit(100_000)) > limits.SECTION_TEXT:
            blocks.append(kit.section(words.join(group, "\n")))
            group = []
        group.append(line)
    return [*blocks, kit.section(words.join(group, "\n"))] if group else blocks


def _progress(progress: Progress) -> Markup:
    """The numbers first, in words; the bar beside them only repeats them."""
    total = max(progress.total, 1)
    full = round(12 * min(max(progress.done, 0), total) / total)
    text = words.plain(f"{progress.done} of {progress.total}  {'▰' * full}{'▱' * (12 - full)}")
    return text + words.plain(f"\n{progress.now}") if progress.now else text
