"""The renderers: any document comes out sound, within its bounds, and obeys nothing that stands in its text."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.blockkit.simplify import simplify
from bot.blockkit.validator import validate_message, validate_view
from bot.document import (
    Action,
    Actions,
    Chart,
    Code,
    Document,
    Facts,
    Heading,
    Item,
    Link,
    Listing,
    Note,
    Paragraph,
    Person,
    Preformatted,
    Progress,
    Rule,
    Strong,
    Table,
    Time,
    Tone,
)
from bot.render.blocks import home, markup, message
from bot.render.html import html
from bot.render.markdown import markdown
from bot.render.tables import display_width
from bot.render.text import text
from tests.growth import repeated, worse_than_linear
from tests.render.documents import documents

UNSEEN = re.compile("[\u202a-\u202e\u2066-\u2069\x00-\x08\x0b-\x1f\x7f-\x9f]")
AT = datetime(2026, 11, 20, 14, 3, tzinfo=UTC)
relaxed = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))

FULL = Document(
    "DOWN · Checkout",
    (
        Paragraph(("Nobody can pay since ", Time(AT), " (", Strong("7 min"), "), ", Person("U0ANA"), " is on it.")),
        Heading("What was seen"),
        Facts((("Owner", (Person("U0ANA"),)), ("Since", (Time(AT, "both"),)))),
        Listing(
            (
                Item(("First",), (("Line one",), (Code("dig +short"), " shows it")), Tone.BAD, "Blocker"),
                Item(("Second",), tone=Tone.GOOD, label="OK"),
                Item(("Third",)),
            ),
            limit=2,
        ),
        Listing((), empty="No incidents. The last one was yesterday."),
        Preformatted("$ curl https://shop.example\n502"),
        Table(("Host", "State"), (("shop.example", "down"), ("docs.example", "up")), "From here."),
        Chart("p95", "412 ms, normally 180", "line", ("14:00", "14:01"), (("checkout", (180.0, 412.0)),), "ms"),
        Progress(3, 12, "Now: the certificate"),
        Rule(),
        Note(("Next: ", Link("https://shop.example/status", "the status page"))),
        Actions(
            (
                Action("incident.ack", "I'm on It", "INC-1", primary=True, command="/launch ack INC-1"),
                Action("audit.rerun", "Check Again", command="/launch check shop.example"),
                Action("incident.fixed", "It's Fixed", danger=True, confirm="Is it really fixed?"),
                Action("open", "Open", url="https://shop.example"),
            )
        ),
    ),
    Tone.BAD,
    "Nobody can pay since 14:03",
    (("d", "uuid-1"),),
)


@given(documents)
@relaxed
def test_any_document_is_a_sound_message(document):
    """Whatever it holds, Slack takes it, and a phone has something to show."""
    payload = message(document)
    assert validate_message(payload) == []
    assert payload["text"].strip()
    json.dumps(payload).encode()


@given(documents)
@relaxed
def test_any_document_is_a_sound_home(document):
    """The same for the App Home."""
    assert validate_view(home(document)) == []


@given(documents, st.sampled_from([20, 40, 80]), st.booleans(), st.booleans())
@relaxed
def test_any_document_is_text(document, width, colour, ascii):
    """No escape code but our own, no direction override, a newline at the end."""
    shown = text(document, width=width, colour=colour, ascii=ascii)
    assert shown.endswith("\n")
    assert not UNSEEN.search(re.sub(r"\x1b\[[0-9;]+m", "", shown) if colour else shown)


@given(documents)
@relaxed
def test_any_document_is_markdown(document):
    """No control characters, and fences that are closed."""
    shown = markdown(document)
    assert not UNSEEN.search(shown)
    shown.encode()


class Sound(HTMLParser):
    """A page whose tags are ours, whose attributes are ours, and whose addresses are harmless."""

    TAGS = frozenset(re.findall(r"\w+", """
        html head meta title style body main h1 h2 nav ol ul li a p br hr dl dt dd code pre strong span div table
        caption thead tbody tr th td"""))  # fmt: skip
    EMPTY = frozenset({"meta", "br", "hr"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Of a known kind, with nothing that a browser would run or load."""
        assert tag in self.TAGS
        if tag not in self.EMPTY:
            self.open.append(tag)
        assert {name for name, _ in attrs} <= ATTRIBUTES
        for name, value in attrs:
            assert name != "href" or (value or "").startswith(("https://", "http://", "mailto:", "#"))

    def handle_endtag(self, tag: str) -> None:
        """In the order in which they were opened."""
        assert self.open.pop() == tag


ATTRIBUTES = {
    "lang", "charset", "name", "content", "http-equiv", "id", "href", "rel", "class", "scope", "role", "aria-label",
    "tabindex",
}  # fmt: skip


@relaxed
@given(documents)
def test_any_document_is_a_page(document):
    """Well-formed, of our own tags alone; nothing in it is obeyed, loaded or hidden."""
    page = html(document)
    sound = Sound()
    sound.feed(page)
    sound.close()
    assert sound.open == []
    assert not UNSEEN.search(page.replace("\n", ""))


def test_all_parts_in_a_page():
    """Each part has its own element; the contents stand before the first of many headings."""
    page = html(FULL)
    for said in (
        "<h1>DOWN · Checkout</h1>", "<dt>Owner</dt><dd>U0ANA</dd>", "<code>dig +short</code>", "and 1 more",
        "No incidents. The last one was yesterday.", '<th scope="col">Host</th>', "<caption>From here.</caption>",
        "412 ms, normally 180", "3 of 12 done", "<hr>", 'href="https://shop.example/status"',
        "<code>launch check shop.example</code>",
    ):  # fmt: skip
        assert said in page
    many = Document("Many", tuple(Heading(name) for name in ("One", "Two", "Two")))
    assert '<a href="#two-3">Two</a>' in html(many)
    assert html(many).index("<nav") < html(many).index("<h2")


def test_all_parts_in_blocks():
    """Each part has its block; the number of a chart stands beside it in words."""
    payload = message(FULL)
    assert validate_message(payload) == []
    kinds = [block["type"] for block in payload["blocks"]]
    assert kinds == [
        "header", "section", "section", "section", "section", "section", "context", "section", "rich_text",
        "table", "context", "section", "data_visualization", "section", "divider", "context", "actions",
    ]  # fmt: skip
    assert payload["text"] == "Nobody can pay since 14:03."
    assert payload["metadata"] == {"event_type": "launch_delivery", "event_payload": {"d": "uuid-1"}}
    said = json.dumps(payload["blocks"], ensure_ascii=False)
    assert "<!date^1795183380^{time}|14:03 UTC>" in said
    assert "<@U0ANA>" in said
    assert "… and 1 more" in said
    assert "412 ms, normally 180" in said
    assert "*Blocker* · First" in said


def test_buttons():
    """One primary, a question before a dangerous one, a link only where it is an ordinary address."""
    row = message(FULL)["blocks"][-1]["elements"]
    assert [element.get("style") for element in row] == ["primary", None, "danger", None]
    assert row[2]["confirm"]["text"]["text"] == "Is it really fixed?"
    assert row[2]["confirm"]["style"] == "danger"
    assert row[3]["url"] == "https://shop.example"
    bad = message(Document("x", (Actions((Action("a", "Open", url="javascript:alert(1)"),)),)))
    assert "url" not in bad["blocks"][1]["elements"][0]


def test_all_parts_in_text():
    """The terminal shows the same, with commands in place of buttons."""
    shown = text(FULL, width=80)
    for expected in (
        "DOWN · Checkout\n",
        "Nobody can pay since 14:03 UTC (7 min), U0ANA is on it.",
        "What was seen\n-------------",
        "Owner  U0ANA",
        "✗ Blocker: First",
        "  `dig +short` shows it",
        "✓ OK: Second",
        "… and 1 more",
        "No incidents. The last one was yesterday.",
        "    $ curl https://shop.example\n    502",
        "shop.example  down",
        "p95: 412 ms, normally 180",
        "checkout              ▄█",
        "█████░░░░░░░░░░░░░░░ 3 of 12",
        "Next: the status page (https://shop.example/status)",
        "→ I'm on It: /launch ack INC-1",
        "→ Check Again: launch check shop.example",
        "→ Open: https://shop.example",
    ):
        assert expected in shown, expected


def test_all_parts_in_markdown():
    """A pull request shows the same."""
    shown = markdown(FULL)
    for expected in (
        "# DOWN · Checkout\n",
        "**7 min**",
        "## What was seen",
        "- **Owner**: U0ANA",
        "- **Blocker** · First",
        "  - `dig +short` shows it",
        "```\n$ curl https://shop.example\n502\n```",
        "| Host | State |\n| --- | --- |\n| shop.example | down |",
        "| 14:01 | 412 |",
        "3 of 12 done: Now: the certificate",
        "[the status page](<https://shop.example/status>)",
        "- I'm on It: `/launch ack INC-1`",
        "- [Open](<https://shop.example>)",
    ):
        assert expected in shown, expected


def test_markdown_obeys_nothing_from_outside():
    """No heading, list, link, picture, tag, mention or table cell comes out of foreign text."""
    foreign = "# head\n- item\n1. one\n![x](http://evil.example) <img src=x> [a](b) | c @octocat `x` **b** $x$"
    shown = markdown(Document("x", (Paragraph((foreign,)), Table(("a",), (("b | c",),)))))
    assert "\n# head" not in shown
    assert "\\# head" in shown
    assert "\n- item" not in shown
    assert "\n1. one" not in shown
    assert "![x](" not in shown
    assert "\\<img" in shown
    assert "@octocat" not in shown
    assert "| b \\| c |" in shown
    assert markdown(Document("x", (Preformatted("```\ninjected"),))).count("````") == 2


def test_markdown_shows_entities_as_they_are_written():
    """Otherwise `&#64;name` would call somebody; an ampersand alone stays."""
    said = markdown(Document("x", (Paragraph(("R&D; a & b &#64;ana &commat;ana &#x40;ana &lt;b&gt; AT&T",)),)))
    assert "a & b" in said
    assert "AT&T" in said
    assert not re.search(r"(?<!\\)&(#\d+|#x[0-9a-f]+|\w+);", said)
    assert said.count("ana") == 3


def test_letters_for_a_terminal_without_unicode():
    """With `ascii` our own marks are plain letters."""
    shown = text(FULL, ascii=True)
    assert shown.isascii()
    assert "x Blocker: First" in shown


def test_colour_is_only_on_top():
    """Without its colours the coloured form is the plain one."""
    assert re.sub(r"\x1b\[[0-9;]*m", "", text(FULL, colour=True)) == text(FULL)
    assert "\x1b[31m✗ Blocker" in text(FULL, colour=True)
    assert "\x1b" not in text(FULL)


@pytest.mark.parametrize(("words", "width"), [("abc", 3), ("日本", 4), ("e\u0301", 1), ("👩\u200d👧", 4), ("", 0)])
def test_width_is_what_is_seen(words, width):
    """Wide letters take two columns, combining ones none."""
    assert display_width(words) == width


def test_wide_letters_wrap_by_what_is_seen():
    """Forty columns hold twenty Japanese letters."""
    lines = text(Document("x", (Paragraph(("日本語 " * 40,)),)), width=40).splitlines()
    assert max(display_width(line) for line in lines) <= 40
    assert len(text(Document("x", (Paragraph(("日" * 100,)),)), width=40).splitlines()) == 7


def test_a_thousand_entries_leave_room_for_the_buttons():
    """Lists shrink until the message fits; the last row of buttons stays."""
    entries = tuple(Item((f"Entry {n} " + "x" * 300,), (("y" * 400,),)) for n in range(1000))
    lists = tuple(Listing(entries, limit=1000) for _ in range(20))
    payload = message(Document("Much", (*lists, Actions((Action("a.b", "Go"),)))))
    assert validate_message(payload) == []
    assert payload["blocks"][-1]["type"] == "actions"
    assert "more" in json.dumps(payload["blocks"], ensure_ascii=False)
    assert validate_view(home(Document("Much", lists))) == []


def test_a_second_table_and_a_third_chart_are_still_said():
    """Slack takes one table and two charts in a message: the others come as letters and as a sentence."""
    table = Table(("Host", "State"), (("a", "up"),))
    chart = Chart("p95", "412 ms", "line", ("1", "2"), (("s", (1.0, 2.0)),))
    kinds = [block["type"] for block in message(Document("x", (table, table, chart, chart, chart)))["blocks"]]
    assert kinds == [
        "header", "table", "rich_text", "section", "data_visualization", "section", "data_visualization", "section",
    ]  # fmt: skip


def test_the_fallback_ends_like_a_sentence():
    """The headline stands in where no sentence was written."""
    assert message(Document("Go: nothing stops a launch"))["text"] == "Go: nothing stops a launch."
    assert message(Document("x", fallback="Is it up?"))["text"] == "Is it up?"


@pytest.mark.parametrize(
    "piece", ["*a ", " *a", "*a ~b _c `d ", "x", "a.", "\n", "\n ", "`", "<", "[", "1. ", "@here ", "日", "=", "<a|"]
)
def test_no_text_costs_more_than_its_length(piece):
    """Thirty thousand characters of the most awkward kind, in each of the three forms: time grows with their number."""

    def render(foreign: str) -> dict[str, object]:
        document = Document(
            foreign,
            (
                Paragraph((foreign, Strong(foreign), Code(foreign), Link("https://a.example", foreign))),
                Listing((Item((foreign,), ((foreign,),), label=foreign),)),
                Facts(((foreign, (foreign,)),)),
                Preformatted(foreign),
                Table((foreign,), ((foreign,),)),
            ),
        )
        payload = message(document)
        markdown(document)
        text(document, width=40)
        for rung in range(1, 5):
            assert simplify(payload, rung) is not None
        return payload

    assert validate_message(render(repeated(piece, 30_000))) == []
    assert worse_than_linear(lambda size: render(repeated(piece, size)), 8_000) is None


def test_buttons_beside_entries_are_told_apart_by_a_screen_reader():
    """Ten buttons with one label are heard as ten different things; the visible label comes first."""
    items = tuple(
        Item((name, " is down"), actions=(Action("audit.explain", "Why This Matters", "up.http"),))
        for name in ("Home", "Shop")
    )
    blocks = message(Document("Down", (Listing(items),)))["blocks"]
    spoken = [block["accessory"]["accessibility_label"] for block in blocks if "accessory" in block]
    assert spoken == ["Why This Matters: Home is down", "Why This Matters: Shop is down"]


def test_a_space_at_the_end_of_what_is_bold_stays_outside():
    """Slack shows the asterisks themselves where a space stands inside of them."""
    shown = markup((Strong("Where: "), "here", Strong(" "), Strong(" there"))).fit(100)
    assert shown == "*Where:* here  *there*"
