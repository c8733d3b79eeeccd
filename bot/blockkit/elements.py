"""The interactive elements of Block Kit, as rules."""

from __future__ import annotations

from bot.blockkit import limits
from bot.blockkit.composition import (
    ACTION,
    CONFIRMED,
    DISPATCH,
    FOCUS,
    IMAGE,
    PLACEHOLDER,
    PLAIN,
    STYLE,
    initial_is_offered,
    not_too_many_chosen,
    option,
    ordered,
    real_date,
    values_differ,
)
from bot.blockkit.richtext import RICH_TEXT
from bot.blockkit.schema import (
    ANY_URL,
    WEB_URL,
    Rule,
    array,
    boolean,
    number,
    one_of,
    only_on,
    record,
    string,
    text,
    typed,
)


def _select(kind: str, own: dict[str, Rule], *, needs: tuple[str, ...] = (), also: tuple[Rule, ...] = ()) -> Rule:
    several: dict[str, Rule] = {"max_selected_items": number(1, whole=True)} if kind == "multi" else {}
    fields = {**CONFIRMED, **FOCUS, **PLACEHOLDER, **several, **own}
    return record(fields, needs=("type", *needs), also=(*also, not_too_many_chosen))


MENU_OPTION = option(PLAIN)
GROUP = record(
    {"label": text(limits.OPTION_TEXT, PLAIN), "options": array(MENU_OPTION, least=1, most=limits.OPTIONS)},
    needs=("label", "options"),
)
STATIC: dict[str, Rule] = {
    "options": array(MENU_OPTION, least=1, most=limits.OPTIONS),
    "option_groups": array(GROUP, least=1, most=limits.OPTION_GROUPS),
}
STATIC_ALSO = (one_of("options", "option_groups"), initial_is_offered, values_differ)
FILTER = record(
    {
        "include": array(string(choices=("im", "mpim", "private", "public")), least=1),
        "exclude_external_shared_channels": boolean,
        "exclude_bot_users": boolean,
    }
)
RESPONDS: dict[str, Rule] = {"response_url_enabled": boolean}
CONVERSATION: dict[str, Rule] = {"default_to_current_conversation": boolean, "filter": FILTER}
QUERY: dict[str, Rule] = {"min_query_length": number(0, whole=True)}
TEXTUAL: dict[str, Rule] = {**ACTION, **FOCUS, **PLACEHOLDER, **DISPATCH}

SELECTS: dict[str, Rule] = {
    "static_select": _select("one", {**STATIC, "initial_option": MENU_OPTION}, also=STATIC_ALSO),
    "external_select": _select("one", {**QUERY, "initial_option": MENU_OPTION}),
    "users_select": _select("one", {"initial_user": string()}),
    "conversations_select": _select("one", {**CONVERSATION, **RESPONDS, "initial_conversation": string()}),
    "channels_select": _select("one", {**RESPONDS, "initial_channel": string()}),
}
MULTI_SELECTS: dict[str, Rule] = {
    "multi_static_select": _select(
        "multi", {**STATIC, "initial_options": array(MENU_OPTION, least=1)}, also=STATIC_ALSO
    ),
    "multi_external_select": _select("multi", {**QUERY, "initial_options": array(MENU_OPTION, least=1)}),
    "multi_users_select": _select("multi", {"initial_users": array(string())}),
    "multi_conversations_select": _select("multi", {**CONVERSATION, "initial_conversations": array(string())}),
    "multi_channels_select": _select("multi", {"initial_channels": array(string())}),
}
BUTTON = record(
    {
        **CONFIRMED,
        "text": text(limits.BUTTON_TEXT, PLAIN),
        "value": string(limits.BUTTON_VALUE, least=0),
        "url": string(limits.URL, like=ANY_URL),
        "style": STYLE,
        "accessibility_label": string(limits.ACCESSIBILITY_LABEL),
        "agent_prompt": string(limits.AGENT_PROMPT),
        "agent_prompt_display": string(limits.AGENT_PROMPT),
    },
    needs=("type", "text"),
)
WORKFLOW_BUTTON = record(
    {
        **CONFIRMED,
        "text": text(limits.BUTTON_TEXT, PLAIN),
        "style": STYLE,
        "accessibility_label": string(limits.ACCESSIBILITY_LABEL),
        "workflow": record(
            {
                "trigger": record(
                    {
                        "url": string(limits.URL, like=WEB_URL),
                        "customizable_input_parameters": array(
                            record({"name": string(), "value": string(least=0)}, needs=("name", "value"))
                        ),
                    },
                    needs=("url",),
                )
            },
            needs=("trigger",),
        ),
    },
    needs=("type", "text", "workflow"),
    also=(only_on("message", what="workflow_button"),),
)
OVERFLOW = record(
    {**CONFIRMED, "options": array(option(PLAIN, url=True), least=1, most=limits.OVERFLOW_OPTIONS)},
    needs=("type", "options"),
    also=(values_differ,),
)
_CHOICES: dict[str, Rule] = {**CONFIRMED, **FOCUS, "options": array(option(), least=1, most=limits.CHOICES)}
CHECKBOXES = record(
    {**_CHOICES, "initial_options": array(option(), least=1, most=limits.CHOICES)},
    needs=("type", "options"),
    also=(initial_is_offered, values_differ),
)
RADIO_BUTTONS = record(
    {**_CHOICES, "initial_option": option()},
    needs=("type", "options"),
    also=(initial_is_offered, values_differ),
)
DATE = record({**CONFIRMED, **FOCUS, **PLACEHOLDER, "initial_date": real_date}, needs=("type",))
TIME = record(
    {
        **CONFIRMED,
        **FOCUS,
        **PLACEHOLDER,
        "initial_time": string(like=r"([01]\d|2[0-3]):[0-5]\d"),
        "timezone": string(100, like=r"[a-z0-9_+-]+(/[a-z0-9_+-]+)*"),
    },
    needs=("type",),
)
DATETIME = record(
    {**CONFIRMED, **FOCUS, "initial_date_time": number(1_000_000_000, 9_999_999_999, whole=True)}, needs=("type",)
)
LENGTH = number(0, limits.TEXT_INPUT, whole=True)
PLAIN_TEXT_INPUT = record(
    {
        **TEXTUAL,
        "initial_value": string(limits.TEXT_INPUT, least=0),
        "multiline": boolean,
        "min_length": LENGTH,
        "max_length": number(1, limits.TEXT_INPUT, whole=True),
    },
    needs=("type",),
    also=(ordered("min_length", "max_length"),),
)
EMAIL_INPUT = record({**TEXTUAL, "initial_value": string(limits.TEXT_INPUT)}, needs=("type",))
URL_INPUT = record({**TEXTUAL, "initial_value": string(limits.TEXT_INPUT)}, needs=("type",))
_FIGURE = string(100, like=r"-?\d+(\.\d+)?")
NUMBER_INPUT = record(
    {**TEXTUAL, "is_decimal_allowed": boolean, "initial_value": _FIGURE, "min_value": _FIGURE, "max_value": _FIGURE},
    needs=("type", "is_decimal_allowed"),
    also=(
        ordered("min_value", "max_value"),
        ordered("min_value", "initial_value"),
        ordered("initial_value", "max_value"),
    ),
)
LINES = number(1, limits.RICH_TEXT_LINES, whole=True)
RICH_TEXT_INPUT = record(
    {**TEXTUAL, "initial_value": RICH_TEXT, "min_lines": LINES, "max_lines": LINES},
    needs=("type",),
    also=(ordered("min_lines", "max_lines"),),
)
FILE_INPUT = record(
    {**ACTION, "filetypes": array(string(), least=1), "max_files": number(1, limits.FILE_INPUT_FILES, whole=True)},
    needs=("type",),
    also=(only_on("modal", what="file_input"),),
)
_FEEDBACK = record(
    {
        "text": text(limits.BUTTON_TEXT, PLAIN),
        "value": string(limits.BUTTON_VALUE, least=0),
        "accessibility_label": string(limits.ACCESSIBILITY_LABEL),
    },
    needs=("text", "value"),
)
FEEDBACK_BUTTONS = record(
    {**ACTION, "positive_button": _FEEDBACK, "negative_button": _FEEDBACK},
    needs=("type", "positive_button", "negative_button"),
)
ICON_BUTTON = record(
    {
        **CONFIRMED,
        "icon": string(100),
        "text": text(limits.BUTTON_TEXT, PLAIN),
        "value": string(limits.BUTTON_VALUE, least=0),
        "accessibility_label": string(limits.ACCESSIBILITY_LABEL),
        "visible_to_user_ids": array(string(), most=limits.ICON_BUTTON_USERS),
    },
    needs=("type", "icon", "text"),
)

CLICKED: dict[str, Rule] = {
    "button": BUTTON,
    "checkboxes": CHECKBOXES,
    "datepicker": DATE,
    "overflow": OVERFLOW,
    "radio_buttons": RADIO_BUTTONS,
    "timepicker": TIME,
    "workflow_button": WORKFLOW_BUTTON,
    **SELECTS,
    **MULTI_SELECTS,
}
IN_ACTIONS = typed(
    {**CLICKED, "datetimepicker": DATETIME, "rich_text_input": RICH_TEXT_INPUT}, what="element of an actions block"
)
IN_SECTION = typed({**CLICKED, "image": IMAGE}, what="accessory of a section block")
IN_INPUT = typed(
    {
        "checkboxes": CHECKBOXES,
        "datepicker": DATE,
        "datetimepicker": DATETIME,
        "email_text_input": EMAIL_INPUT,
        "file_input": FILE_INPUT,
        "number_input": NUMBER_INPUT,
        "plain_text_input": PLAIN_TEXT_INPUT,
        "radio_buttons": RADIO_BUTTONS,
        "rich_text_input": RICH_TEXT_INPUT,
        "timepicker": TIME,
        "url_text_input": URL_INPUT,
        **SELECTS,
        **MULTI_SELECTS,
    },
    what="element of an input block",
)
IN_CONTEXT = typed(
    {
        "image": IMAGE,
        "mrkdwn": text(limits.TEXT, "mrkdwn"),
        "plain_text": text(limits.TEXT, PLAIN),
    },
    what="element of a context block",
)
IN_CONTEXT_ACTIONS = typed(
    {"feedback_buttons": FEEDBACK_BUTTONS, "icon_button": ICON_BUTTON}, what="element of a context_actions block"
)
