# ruff: noqa: E501  (a case is one line)
"""The validator: what Slack refuses is refused, with Slack's words and pointer; nothing makes it raise."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.blockkit import limits
from bot.blockkit.validator import ADVICE, refused, validate_message, validate_view
from tests.blockkit.hostile import json_values, nearly


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> dict[str, Any]:
    return {"type": "mrkdwn", "text": text}


def option(value: str = "a", text: str = "A") -> dict[str, Any]:
    return {"text": plain(text), "value": value}


def button(**more: Any) -> dict[str, Any]:
    return {"type": "button", "text": plain("Go"), "action_id": "go", **more}


def message(*blocks: object, text: str = "Hello there.") -> dict[str, Any]:
    return {"channel": "C1", "text": text, "blocks": list(blocks)}


def modal(*blocks: object, **more: Any) -> dict[str, Any]:
    return {"type": "modal", "title": plain("Title"), "blocks": list(blocks), **more}


def section(**more: Any) -> dict[str, Any]:
    return {"type": "section", "text": mrkdwn("x"), **more}


def entry(element: object, **more: Any) -> dict[str, Any]:
    return {"type": "input", "label": plain("L"), "element": element, **more}


def rich(*elements: object) -> dict[str, Any]:
    return {"type": "rich_text", "elements": list(elements)}


def chart(kind: str = "line", series: int = 1, points: int = 2, **more: Any) -> dict[str, Any]:
    labels = [str(n) for n in range(points)]
    drawn = [{"name": f"s{n}", "data": [{"label": label, "value": 1} for label in labels]} for n in range(series)]
    body = {"type": kind, "series": drawn, "axis_config": {"categories": labels}}
    return {"type": "data_visualization", "title": "T", "chart": {**body, **more}}


def raw(text: str) -> dict[str, Any]:
    return {"type": "raw_text", "text": text}


def table(rows: int = 2, columns: int = 2, text: str = "x") -> dict[str, Any]:
    return {"type": "table", "rows": [[raw(text)] * columns for _ in range(rows)]}


IMAGE = {"type": "image", "alt_text": "a", "image_url": "https://example.com/a.png"}
STYLED = {"type": "text", "text": "x", "style": {"bold": True, "code": False}}
INLINE = [
    STYLED,
    {"type": "link", "url": "https://example.com", "text": "e"},
    {"type": "user", "user_id": "U1"},
    {"type": "usergroup", "usergroup_id": "S1"},
    {"type": "channel", "channel_id": "C1"},
    {"type": "emoji", "name": "tada"},
    {"type": "broadcast", "range": "here"},
    {"type": "date", "timestamp": 1700000000, "format": "{time}", "fallback": "then"},
    {"type": "color", "value": "#ff0000"},
    {"type": "team", "team_id": "T1"},
]
SOUND: dict[str, dict[str, Any]] = {
    "section": message(section(accessory=button(style="primary", value="v", url="https://example.com"))),
    "fields": message({"type": "section", "fields": [mrkdwn("a"), plain("b")]}),
    "header and divider": message({"type": "header", "text": plain("Hi")}, {"type": "divider"}),
    "context": message({"type": "context", "elements": [mrkdwn("a"), plain("b"), IMAGE]}),
    "actions": message(
        {
            "type": "actions",
            "elements": [
                button(confirm={"title": plain("T"), "text": mrkdwn("x"), "confirm": plain("Y"), "deny": plain("N")}),
                {"type": "overflow", "action_id": "o", "options": [option()]},
                {"type": "static_select", "action_id": "s", "options": [option()], "initial_option": option()},
                {"type": "static_select", "option_groups": [{"label": plain("G"), "options": [option()]}]},
                {"type": "users_select", "action_id": "u", "placeholder": plain("Who")},
                {"type": "multi_conversations_select", "filter": {"include": ["im"]}, "max_selected_items": 2},
                {"type": "datepicker", "initial_date": "2026-02-28"},
                {"type": "timepicker", "initial_time": "23:59", "timezone": "Europe/Berlin"},
                {"type": "datetimepicker", "initial_date_time": 1700000000},
                {"type": "checkboxes", "action_id": "c", "options": [option()], "initial_options": [option()]},
                {"type": "radio_buttons", "options": [option(), option("b")]},
            ],
        }
    ),
    "rich text": message(
        rich(
            {"type": "rich_text_section", "elements": INLINE},
            {
                "type": "rich_text_list",
                "style": "ordered",
                "indent": 8,
                "border": 1,
                "elements": [{"type": "rich_text_section", "elements": [STYLED]}],
            },
            {"type": "rich_text_quote", "elements": [STYLED]},
            {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "x"}], "border": 0},
        )
    ),
    "table": message(table(100, 20)),
    "data table": message(
        {"type": "data_table", "caption": "C", "page_size": 100, "rows": [[raw("a")], [{"type": "raw_number", "value": 1}]]}
    ),
    "charts": message(chart(series=6, points=20), chart("bar")),
    "pie": message({"type": "data_visualization", "title": "T", "chart": {"type": "pie", "segments": [{"label": "a", "value": 1}]}}),
    "markdown": message({"type": "markdown", "text": "x" * 12_000}),
    "card": message({"type": "card", "title": mrkdwn("T"), "body": mrkdwn("B"), "actions": [button()]}),
    "carousel": message({"type": "carousel", "elements": [{"type": "card", "title": mrkdwn("T")}]}),
    "container": message({"type": "container", "title": plain("T"), "child_blocks": [section()], "is_collapsible": True}),
    "plan": message({"type": "plan", "title": "P", "tasks": [{"type": "task_card", "task_id": "1", "title": "t", "status": "pending"}]}),
    "task card": message({"type": "task_card", "task_id": "1", "title": "t", "status": "complete"}),
    "context actions": message(
        {
            "type": "context_actions",
            "elements": [
                {
                    "type": "feedback_buttons",
                    "positive_button": {"text": plain("Good"), "value": "1"},
                    "negative_button": {"text": plain("Bad"), "value": "0"},
                }
            ],
        }
    ),
    "video": message(
        {
            "type": "video",
            "alt_text": "a",
            "title": plain("t"),
            "thumbnail_url": "https://example.com/t.png",
            "video_url": "https://example.com/v",
        }
    ),
    "metadata": {**message(section()), "metadata": {"event_type": "launch", "event_payload": {"d": "1"}}},
    "text only": {"channel": "C1", "text": "Hello."},
}  # fmt: skip


@pytest.mark.parametrize("name", SOUND)
def test_a_sound_message_passes(name):
    """Every block and element that Slack documents is accepted in its smallest and in its fullest form."""
    assert validate_message(SOUND[name]) == []


def many(count: int, **more: Any) -> list[dict[str, Any]]:
    return [section(**more)] * count


WRONG: list[tuple[str, dict[str, Any], str, str]] = [
    ("51 blocks", message(*many(51)), "no more than 50 items allowed", "/blocks"),
    ("long section", message(section(text=mrkdwn("x" * 3001))), "must be less than 3001 characters", "/blocks/0/text/text"),
    ("empty text", message(section(text=mrkdwn(""))), "must be more than 0 characters", "/blocks/0/text/text"),
    ("long header", message({"type": "header", "text": plain("x" * 151)}), "less than 151", "/blocks/0/text/text"),
    ("header mrkdwn", message({"type": "header", "text": mrkdwn("x")}), "unsupported text type", "/blocks/0/text/type"),
    ("emoji in mrkdwn", message(section(text={**mrkdwn("x"), "emoji": True})), "additional property: emoji", "/blocks/0/text"),
    ("verbatim in plain", message(section(text={**plain("x"), "verbatim": True})), "property: verbatim", "/blocks/0/text"),
    ("empty section", message({"type": "section"}), "must define either `text` or `fields`", "/blocks/0"),
    ("11 fields", message({"type": "section", "fields": [plain("x")] * 11}), "more than 10 items", "/blocks/0/fields"),
    ("long field", message({"type": "section", "fields": [plain("x" * 2001)]}), "2001", "/blocks/0/fields/0/text"),
    ("unknown block", message({"type": "marquee"}), "unsupported type: marquee", "/blocks/0/type"),
    ("unknown key", message(section(colour="red")), "invalid additional property: colour", "/blocks/0"),
    ("no type", message({"text": plain("x")}), "missing required field: type", "/blocks/0"),
    ("block is text", message("hello"), "must provide an object", "/blocks/0"),
    ("blocks is text", {"text": "x", "blocks": "hello"}, "must provide an array", "/blocks"),
    ("11 in context", message({"type": "context", "elements": [plain("x")] * 11}), "10 items", "/blocks/0/elements"),
    ("button in context", message({"type": "context", "elements": [button()]}), "unsupported element", "/blocks/0/elements/0/type"),
    ("26 actions", message({"type": "actions", "elements": [button(action_id=str(n)) for n in range(26)]}), "25 items", "/blocks/0/elements"),
    ("no actions", message({"type": "actions", "elements": []}), "no fewer than 1 items", "/blocks/0/elements"),
    ("long button", message(section(accessory=button(text=plain("x" * 76)))), "76", "/blocks/0/accessory/text/text"),
    ("button mrkdwn", message(section(accessory=button(text=mrkdwn("x")))), "text type", "/blocks/0/accessory/text/type"),
    ("long value", message(section(accessory=button(value="x" * 2001))), "2001", "/blocks/0/accessory/value"),
    ("style", message(section(accessory=button(style="green"))), "primary, danger", "/blocks/0/accessory/style"),
    ("disabled", message(section(accessory=button(disabled=True))), "property: disabled", "/blocks/0/accessory"),
    ("script url", message(section(accessory=button(url="no url"))), "expected format", "/blocks/0/accessory/url"),
    ("long action id", message(section(accessory=button(action_id="x" * 256))), "256", "/blocks/0/accessory/action_id"),
    ("long block id", message(section(block_id="x" * 256)), "256", "/blocks/0/block_id"),
    ("same block ids", message(section(block_id="b"), section(block_id="b")), "already exists", "/blocks/1/block_id"),
    ("same action ids", message({"type": "actions", "elements": [button(), button()]}), "action_id already exists", "/blocks/0"),
    ("6 in overflow", message(section(accessory={"type": "overflow", "options": [option(str(n)) for n in range(6)]})), "5 items", "/blocks/0/accessory/options"),
    ("101 options", message(section(accessory={"type": "static_select", "options": [option(str(n)) for n in range(101)]})), "100 items", "/blocks/0/accessory/options"),
    ("long option", message(section(accessory={"type": "static_select", "options": [option("a", "x" * 76)]})), "76", "/blocks/0/accessory/options/0/text/text"),
    ("long option value", message(section(accessory={"type": "static_select", "options": [option("x" * 151)]})), "151", "/blocks/0/accessory/options/0/value"),
    ("initial not offered", message(section(accessory={"type": "static_select", "options": [option()], "initial_option": option("b")})), "one of the options", "/blocks/0/accessory/initial_option"),
    ("options and groups", message(section(accessory={"type": "static_select", "options": [option()], "option_groups": [{"label": plain("G"), "options": [option()]}]})), "exactly one of", "/blocks/0/accessory"),
    ("11 choices", message(section(accessory={"type": "radio_buttons", "options": [option(str(n)) for n in range(11)]})), "10 items", "/blocks/0/accessory/options"),
    ("no such day", message(section(accessory={"type": "datepicker", "initial_date": "2026-02-30"})), "YYYY-MM-DD", "/blocks/0/accessory/initial_date"),
    ("25 o'clock", message(section(accessory={"type": "timepicker", "initial_time": "25:00"})), "format", "/blocks/0/accessory/initial_time"),
    ("confirm title", message(section(accessory=button(confirm={"title": plain("x" * 101), "text": plain("x")}))), "101", "/blocks/0/accessory/confirm/title/text"),
    ("confirm text", message(section(accessory=button(confirm={"title": plain("x"), "text": plain("x" * 301)}))), "301", "/blocks/0/accessory/confirm/text/text"),
    ("placeholder", message(section(accessory={"type": "users_select", "placeholder": plain("x" * 151)})), "151", "/blocks/0/accessory/placeholder/text"),
    ("image without source", message({"type": "image", "alt_text": "a"}), "exactly one of", "/blocks/0"),
    ("image without alt", message({"type": "image", "image_url": "https://e.com/a"}), "field: alt_text", "/blocks/0"),
    ("101 rows", message(table(101)), "100 items", "/blocks/0/rows"),
    ("21 columns", message(table(1, 21)), "20 items", "/blocks/0/rows/0"),
    ("heavy table", message(table(100, 2, "x" * 51)), "10001", "/blocks"),
    ("two tables", message(table(), table()), "no more than 1 table", "/blocks"),
    ("empty cell", message(table(text="")), "more than 0", "/blocks/0/rows/0/0/text"),
    ("data table without caption", message({"type": "data_table", "rows": [[raw("a")], [raw("b")]]}), "caption", "/blocks/0"),
    ("uneven data table", message({"type": "data_table", "caption": "c", "rows": [[raw("a")], [raw("b"), raw("c")]]}), "same number of cells", "/blocks/0/rows/1"),
    ("page size", message({"type": "data_table", "caption": "c", "page_size": 0, "rows": [[raw("a")], [raw("b")]]}), "at least 1", "/blocks/0/page_size"),
    ("3 charts", message(chart(), chart(), chart()), "no more than 2 data_visualization", "/blocks"),
    ("7 series", message(chart(series=7)), "6 items", "/blocks/0/chart/series"),
    ("21 points", message(chart(points=21)), "20 items", "/blocks/0/chart/series/0/data"),
    ("long chart title", message({**chart(), "title": "x" * 51}), "51", "/blocks/0/title"),
    ("missing point", message(chart(axis_config={"categories": ["0", "1", "2"]})), "every category", "/blocks/0/chart/series/0/data"),
    ("chart kind", message(chart("donut")), "unsupported chart", "/blocks/0/chart/type"),
    ("long markdown", message({"type": "markdown", "text": "x" * 12_001}), "12001", "/blocks/0/text"),
    ("markdown in all", message(*[{"type": "markdown", "text": "x" * 6_001}] * 2), "12001", "/blocks"),
    ("alert in message", message({"type": "alert", "text": plain("x")}), "in a message", "/blocks/0/type"),
    ("11 cards", message({"type": "carousel", "elements": [{"type": "card", "title": mrkdwn("t")}] * 11}), "10 items", "/blocks/0/elements"),
    ("empty card", message({"type": "card"}), "must define either", "/blocks/0"),
    ("card body", message({"type": "card", "body": mrkdwn("x" * 201)}), "201", "/blocks/0/body/text"),
    ("container in container", message({"type": "container", "title": plain("t"), "child_blocks": [{"type": "container"}]}), "child block", "/blocks/0/child_blocks/0/type"),
    ("11 children", message({"type": "container", "title": plain("t"), "child_blocks": many(11)}), "10 items", "/blocks/0/child_blocks"),
    ("pending alone", message({"type": "task_card", "task_id": "1", "title": "t", "status": "pending"}), "only a task of a plan", "/blocks/0/status"),
    ("rich text part", message(rich({"type": "rich_text_table"})), "unsupported rich text part", "/blocks/0/elements/0/type"),
    ("rich text style", message(rich({"type": "rich_text_section", "elements": [{"type": "text", "text": "x", "style": {"blink": True}}]})), "property: blink", "/blocks/0/elements/0/elements/0/style"),
    ("user in preformatted", message(rich({"type": "rich_text_preformatted", "elements": [{"type": "user", "user_id": "U1"}]})), "preformatted element", "/blocks/0/elements/0/elements/0/type"),
    ("nested list", message(rich({"type": "rich_text_list", "style": "bullet", "elements": [{"type": "rich_text_list"}]})), "list entry", "/blocks/0/elements/0/elements/0/type"),
    ("file input in message", message(entry({"type": "file_input"})), "not supported in a message", "/blocks/0/element"),
    ("12,001 characters", message(*many(4, text=mrkdwn("x" * 3000)), section()), "12001 characters", "/blocks"),
    ("long text", {"text": "x" * 40_001}, "40001", "/text"),
    ("nothing", {"channel": "C1"}, "must define either `text` or `blocks`", ""),
    ("metadata", {"text": "x", "metadata": {"event_type": "a"}}, "event_payload", "/metadata"),
]  # fmt: skip


@pytest.mark.parametrize(("payload", "words", "pointer"), [case[1:] for case in WRONG], ids=[case[0] for case in WRONG])
def test_what_slack_refuses_is_refused(payload, words, pointer):
    """One thing is wrong: a problem names it, and points at it."""
    problems = refused(validate_message(payload))
    assert any(words in problem.message and problem.pointer == pointer for problem in problems), problems


def test_the_words_are_those_of_slack():
    """A problem reads like a line of Slack's own `errors`."""
    assert str(validate_message(message(*many(51)))[0]) == "no more than 50 items allowed [json-pointer:/blocks]"


def test_a_message_without_fallback_text_is_advice_not_refusal():
    """Slack takes it; we say that phones and screen readers have nothing to show."""
    problems = validate_message(message(section(), text=""))
    assert [problem.code for problem in problems] == ["missing_text"]
    assert refused(problems) == []


def test_an_action_id_in_two_blocks_is_advice():
    """Slack wants action ids to differ within a block; across a message it is only unclear which was clicked."""
    problems = validate_message(message(section(accessory=button()), section(accessory=button())))
    assert {problem.code for problem in problems} == {"repeated_action_id"} <= ADVICE


def test_the_codes_of_the_length_errors_are_those_of_the_web_api():
    """`msg_blocks_too_long` and `msg_too_long` are errors of their own, with their own rung of the ladder."""
    codes = [p.code for p in validate_message(message(*many(4, text=mrkdwn("x" * 3000)), section()))]
    assert codes == ["msg_blocks_too_long"]
    assert [p.code for p in validate_message({"text": "x" * 40_001})] == ["msg_too_long"]


INPUTS: list[dict[str, Any]] = [
    {"type": "plain_text_input", "multiline": True, "min_length": 0, "max_length": 3000},
    {"type": "email_text_input"},
    {"type": "url_text_input"},
    {"type": "number_input", "is_decimal_allowed": False, "min_value": "1", "max_value": "2"},
    {"type": "rich_text_input", "min_lines": 1, "max_lines": 100},
    {"type": "file_input", "max_files": 10},
    {"type": "checkboxes", "options": [{"text": mrkdwn("x"), "value": "x", "description": mrkdwn("d")}]},
    {"type": "multi_static_select", "options": [option()], "initial_options": [option()]},
    {"type": "external_select", "min_query_length": 0},
]


@pytest.mark.parametrize("element", INPUTS, ids=lambda element: element["type"])
def test_a_modal_takes_every_input(element):
    """Each input element works in a modal that has a button to send it."""
    assert validate_view(modal(entry(element, hint=plain("h"), optional=True), submit=plain("Save"))) == []


WRONG_VIEWS: list[tuple[str, object, str, str]] = [
    ("no submit", modal(entry({"type": "plain_text_input"})), "field: submit", ""),
    ("long title", modal(section(), title=plain("x" * 25)), "25", "/title/text"),
    ("no title", {"type": "modal", "blocks": [section()]}, "field: title", ""),
    ("title mrkdwn", modal(section(), title=mrkdwn("x")), "text type", "/title/type"),
    ("101 blocks", {"type": "home", "blocks": many(101)}, "100 items", "/blocks"),
    ("metadata", modal(section(), private_metadata="x" * 3001), "3001", "/private_metadata"),
    ("callback", modal(section(), callback_id="x" * 256), "256", "/callback_id"),
    ("table in modal", modal(table()), "in a modal", "/blocks/0/type"),
    ("chart in modal", modal(chart()), "in a modal", "/blocks/0/type"),
    ("alert at home", {"type": "home", "blocks": [{"type": "alert", "text": plain("x")}]}, "in a home", "/blocks/0/type"),
    ("markdown at home", {"type": "home", "blocks": [{"type": "markdown", "text": "x"}]}, "in a home", "/blocks/0/type"),
    ("submit at home", {"type": "home", "blocks": [], "submit": plain("x")}, "property: submit", ""),
    ("long alert", modal({"type": "alert", "text": plain("x" * 201)}), "201", "/blocks/0/text/text"),
    ("min above max", modal(entry({"type": "plain_text_input", "min_length": 9, "max_length": 3}), submit=plain("s")), "cannot be greater", "/blocks/0/element/min_length"),
    ("number range", modal(entry({"type": "number_input", "is_decimal_allowed": True, "min_value": "2", "max_value": "1"}), submit=plain("s")), "cannot be greater", "/blocks/0/element/min_value"),
    ("label mrkdwn", modal({**entry({"type": "plain_text_input"}), "label": mrkdwn("x")}, submit=plain("s")), "text type", "/blocks/0/label/type"),
    ("button as input", modal(entry(button()), submit=plain("s")), "element of an input", "/blocks/0/element/type"),
    ("two focused", modal(*[entry({"type": "plain_text_input", "action_id": a, "focus_on_load": True}) for a in "ab"], submit=plain("s")), "focus_on_load", "/blocks"),
    ("no type", {"blocks": []}, "modal, home", "/type"),
    ("a list", [], "must provide an object", ""),
]  # fmt: skip


@pytest.mark.parametrize(("view", "words", "pointer"), [c[1:] for c in WRONG_VIEWS], ids=[c[0] for c in WRONG_VIEWS])
def test_views_that_slack_refuses_are_refused(view, words, pointer):
    """One thing is wrong with a modal or an App Home: a problem names it, and points at it."""
    problems = refused(validate_view(view))
    assert any(words in problem.message and problem.pointer == pointer for problem in problems), problems


@given(st.one_of(json_values, nearly))
@settings(max_examples=300, deadline=None)
def test_no_json_makes_it_raise(value):
    """Whatever is posted, the answer is a list of problems."""
    for payload in (value, {"text": "x", "blocks": value}, {"blocks": [value]}, {"text": "x", "metadata": value}):
        assert len(validate_message(payload)) <= 100
    for view in (value, {"type": "modal", "blocks": value}, {"type": "home", "blocks": [value], "title": value}):
        assert len(validate_view(view)) <= 100


@given(st.sampled_from(sorted(SOUND)), st.data())
@settings(max_examples=300, deadline=None)
def test_a_sound_message_spoiled_anywhere_never_makes_it_raise(name, data):
    """One value deep inside a sound message is replaced by any JSON."""
    payload = copy.deepcopy(SOUND[name])
    spots: list[tuple[Any, Any]] = []
    stack: list[Any] = [payload]
    while stack:
        holder = stack.pop()
        for key, inner in holder.items() if isinstance(holder, dict) else enumerate(holder):
            spots.append((holder, key))
            if isinstance(inner, dict | list):
                stack.append(inner)
    holder, key = data.draw(st.sampled_from(spots))
    holder[key] = data.draw(st.one_of(json_values, nearly))
    assert isinstance(validate_message(payload), list)


def test_a_very_deep_payload_is_judged():
    """Ten thousand levels of nesting end in a problem, not in a stack overflow."""
    deep: Any = []
    for _ in range(10_000):
        deep = [deep]
    assert validate_message({"text": "x", "blocks": [{"type": "section", "text": deep}]})
    assert validate_view({"type": "home", "blocks": [{"type": "rich_text", "elements": deep}]})


def test_a_huge_payload_is_answered_with_a_bounded_list():
    """A hundred thousand wrong blocks give at most a hundred problems."""
    assert len(validate_message({"text": "x", "blocks": [{}] * 100_000})) <= 100


def test_the_examples_are_json():
    """What the tests call sound is what could travel over the wire."""
    json.dumps(SOUND)
    assert limits.MESSAGE_BLOCKS == 50
