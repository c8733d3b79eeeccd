"""What several elements of Block Kit have in common: options, confirmations, images, and rules between two fields."""

from __future__ import annotations

import math
from datetime import date

from bot.blockkit import limits
from bot.blockkit.schema import ANY_URL, WEB_URL, Rule, Walk, array, boolean, one_of, record, step, string, text

PLAIN = "plain_text"
STYLE = string(choices=("primary", "danger"))

CONFIRM = record(
    {
        "title": text(limits.CONFIRM_TITLE, PLAIN),
        "text": text(limits.CONFIRM_TEXT),
        "confirm": text(limits.CONFIRM_BUTTON, PLAIN),
        "deny": text(limits.CONFIRM_BUTTON, PLAIN),
        "style": STYLE,
    },
    needs=("text",),
)
ACTION: dict[str, Rule] = {"type": string(), "action_id": string(limits.ACTION_ID)}
CONFIRMED: dict[str, Rule] = {**ACTION, "confirm": CONFIRM}
FOCUS: dict[str, Rule] = {"focus_on_load": boolean}
PLACEHOLDER: dict[str, Rule] = {"placeholder": text(limits.PLACEHOLDER, PLAIN)}
DISPATCH: dict[str, Rule] = {
    "dispatch_action_config": record(
        {
            "trigger_actions_on": array(
                string(choices=("on_enter_pressed", "on_character_entered")),
                least=1,
                most=2,
            )
        }
    )
}
SLACK_FILE = record({"id": string(), "url": string(limits.URL, like=WEB_URL)}, also=(one_of("id", "url"),))
IMAGE = record(
    {
        "type": string(),
        "alt_text": string(limits.IMAGE_ALT),
        "image_url": string(limits.URL, like=WEB_URL),
        "slack_file": SLACK_FILE,
    },
    needs=("type", "alt_text"),
    also=(one_of("image_url", "slack_file"),),
)


def option(*kinds: str, url: bool = False) -> Rule:
    """One choice. Menus take plain text only; radio buttons and checkboxes mrkdwn as well."""
    fields: dict[str, Rule] = {
        "text": text(limits.OPTION_TEXT, *kinds),
        "value": string(limits.OPTION_VALUE),
        "description": text(limits.OPTION_DESCRIPTION, *kinds),
    }
    if url:
        fields["url"] = string(limits.URL, like=ANY_URL)
    return record(fields, needs=("text", "value"))


def all_options(value: dict[str, object]) -> list[object]:
    """The options of an element, those of its groups included."""
    found: list[object] = []
    options, groups = value.get("options"), value.get("option_groups")
    if isinstance(options, list):
        found += options
    for group in groups if isinstance(groups, list) else ():
        inner = group.get("options") if isinstance(group, dict) else None
        found += inner if isinstance(inner, list) else []
    return found


def initial_is_offered(walk: Walk, value: object, pointer: str) -> None:
    """What is chosen at first must be one of the options, exactly as it stands there."""
    if not isinstance(value, dict):
        return
    offered = all_options(value)
    if "initial_option" in value and value["initial_option"] not in offered:
        walk.say("bad_value", "must be one of the options given", step(pointer, "initial_option"))
    chosen = value.get("initial_options")
    for index, entry in enumerate(chosen if isinstance(chosen, list) else ()):
        if entry not in offered:
            walk.say("bad_value", "must be one of the options given", step(step(pointer, "initial_options"), index))


def values_differ(walk: Walk, value: object, pointer: str) -> None:
    """Two options with one value could not be told apart."""
    if not isinstance(value, dict):
        return
    values = [entry.get("value") for entry in all_options(value) if isinstance(entry, dict)]
    if len(set(map(str, values))) != len(values):
        walk.say("duplicate", "options must have unique values", pointer)


def not_too_many_chosen(walk: Walk, value: object, pointer: str) -> None:
    """No more is chosen at first than `max_selected_items` allows."""
    if not isinstance(value, dict):
        return
    most = value.get("max_selected_items")
    for key in ("initial_options", "initial_users", "initial_channels", "initial_conversations"):
        chosen = value.get(key)
        if isinstance(chosen, list) and isinstance(most, int) and len(chosen) > most:
            walk.say("too_many", f"no more than {most} items allowed", step(pointer, key))


def ordered(low: str, high: str) -> Rule:
    """`low` is not above `high`."""

    def rule(walk: Walk, value: object, pointer: str) -> None:
        if not isinstance(value, dict) or low not in value or high not in value:
            return
        try:
            first, last = float(str(value[low])), float(str(value[high]))
        except ValueError:
            return
        if math.isfinite(first) and math.isfinite(last) and first > last:
            walk.say("out_of_range", f"`{low}` cannot be greater than `{high}`", step(pointer, low))

    return rule


def real_date(walk: Walk, value: object, pointer: str) -> None:
    """A day of the calendar."""
    try:
        date.fromisoformat(value if isinstance(value, str) and len(value) == 10 else "")
    except ValueError:
        walk.say("bad_value", "must be a date in the format YYYY-MM-DD", pointer)
