"""Small rules that judge one JSON value each; larger ones are put together from them.

A rule is given a Walk (where problems are collected), the value and its JSON pointer (RFC 6901). It never raises,
whatever the value: the depth that is looked at is bounded by the rules, not by the value.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that Slack would refuse, worded the way Slack words it."""

    code: str
    message: str
    pointer: str
    """JSON pointer (RFC 6901) into the payload, "" for the whole."""

    def __str__(self) -> str:
        """As Slack's `errors` list has it."""
        return f"{self.message} [json-pointer:{self.pointer}]" if self.pointer else self.message


MOST_PROBLEMS = 100
"""Nobody reads more; it also bounds the work that a hostile payload can cause."""


@dataclass(slots=True)
class Walk:
    """Where problems are collected on the way through one payload."""

    surface: str
    """`message`, `modal` or `home`."""
    problems: list[Problem] = field(default_factory=list)
    found: int = 0
    """How many there were, those included that were too many to keep."""

    def say(self, code: str, message: str, pointer: str) -> None:
        """Note a problem."""
        self.found += 1
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(Problem(code, message, pointer))


Rule = Callable[[Walk, object, str], None]
Record = Mapping[str, object]


def shown(value: object) -> str:
    """A foreign value, short enough to be quoted in a message."""
    text = value if isinstance(value, str) else type(value).__name__
    return text if len(text) <= 60 else text[:57] + "..."


def step(pointer: str, key: str | int) -> str:
    """The pointer one level down."""
    return f"{pointer}/{str(key).replace('~', '~0').replace('/', '~1')[:100]}"


def string(most: int | None = None, *, least: int = 1, choices: tuple[str, ...] = (), like: str = "") -> Rule:
    """A string of a bounded length, one of `choices`, or matching the pattern `like` as a whole."""
    pattern = re.compile(like, re.IGNORECASE) if like else None

    def rule(walk: Walk, value: object, pointer: str) -> None:
        if not isinstance(value, str):
            walk.say("wrong_type", "must provide a string", pointer)
        elif choices and value not in choices:
            walk.say("bad_value", f"must be one of the following: {', '.join(choices)}", pointer)
        elif len(value) < least:
            walk.say("too_short", f"must be more than {least - 1} characters", pointer)
        elif most is not None and len(value) > most:
            walk.say("too_long", f"must be less than {most + 1} characters", pointer)
        elif pattern and not pattern.fullmatch(value):
            walk.say("bad_value", f"is not in the expected format: {shown(value)}", pointer)

    return rule


def number(least: float | None = None, most: float | None = None, *, whole: bool = False, above: bool = False) -> Rule:
    """A number in a range; `whole` wants an integer, `above` refuses the lower bound itself."""

    def rule(walk: Walk, value: object, pointer: str) -> None:
        if isinstance(value, bool) or not isinstance(value, int if whole else int | float):
            walk.say("wrong_type", f"must provide {'an integer' if whole else 'a number'}", pointer)
        elif value != value or value in (float("inf"), float("-inf")):  # noqa: PLR0124  (NaN differs from itself)
            walk.say("bad_value", "must be a finite number", pointer)
        elif least is not None and (value < least or (above and value == least)):
            walk.say("out_of_range", f"must be {'greater than' if above else 'at least'} {least:g}", pointer)
        elif most is not None and value > most:
            walk.say("out_of_range", f"must be at most {most:g}", pointer)

    return rule


def boolean(walk: Walk, value: object, pointer: str) -> None:
    """True or false."""
    if not isinstance(value, bool):
        walk.say("wrong_type", "must provide a boolean", pointer)


def array(item: Rule, *, least: int = 0, most: int | None = None) -> Rule:
    """A list of a bounded length; each item is judged, at most 500 of them."""

    def rule(walk: Walk, value: object, pointer: str) -> None:
        if not isinstance(value, list):
            walk.say("wrong_type", "must provide an array", pointer)
            return
        if len(value) < least:
            walk.say("too_few", f"no fewer than {least} items allowed", pointer)
        if most is not None and len(value) > most:
            walk.say("too_many", f"no more than {most} items allowed", pointer)
        for index, entry in enumerate(value[:500]):
            item(walk, entry, step(pointer, index))

    return rule


def record(fields: Mapping[str, Rule], *, needs: tuple[str, ...] = (), also: tuple[Rule, ...] = ()) -> Rule:
    """An object with known keys only; `also` judges it as a whole once its keys are sound."""

    def rule(walk: Walk, value: object, pointer: str) -> None:
        if not isinstance(value, dict):
            walk.say("wrong_type", "must provide an object", pointer)
            return
        before = walk.found
        for key in needs:
            if key not in value:
                walk.say("missing_field", f"missing required field: {key}", pointer)
        for key, entry in value.items():
            judge = fields.get(key)
            if judge is None:
                walk.say("unknown_field", f"invalid additional property: {shown(key)}", pointer)
            else:
                judge(walk, entry, step(pointer, key))
        if walk.found == before:
            for judge in also:
                judge(walk, value, pointer)

    return rule


def typed(kinds: Mapping[str, Rule], *, what: str = "type") -> Rule:
    """An object whose `type` says which rule applies."""

    def rule(walk: Walk, value: object, pointer: str) -> None:
        if not isinstance(value, dict):
            walk.say("wrong_type", "must provide an object", pointer)
            return
        kind = value.get("type")
        if "type" not in value:
            walk.say("missing_field", "missing required field: type", pointer)
        elif not isinstance(kind, str) or kind not in kinds:
            walk.say("unknown_type", f"unsupported {what}: {shown(kind)}", step(pointer, "type"))
        else:
            kinds[kind](walk, value, pointer)

    return rule


def one_of(*keys: str) -> Rule:
    """Exactly one of the keys is there."""

    def rule(walk: Walk, value: object, pointer: str) -> None:
        found = [key for key in keys if isinstance(value, dict) and key in value]
        if len(found) != 1:
            named = " or ".join(f"`{key}`" for key in keys)
            walk.say("missing_field" if not found else "not_allowed", f"must define exactly one of {named}", pointer)

    return rule


def any_of(*keys: str) -> Rule:
    """At least one of the keys is there."""

    def rule(walk: Walk, value: object, pointer: str) -> None:
        if not (isinstance(value, dict) and any(key in value for key in keys)):
            walk.say("missing_field", f"must define either {' or '.join(f'`{key}`' for key in keys)}", pointer)

    return rule


def only_on(*surfaces: str, what: str) -> Rule:
    """Allowed on these surfaces."""

    def rule(walk: Walk, _value: object, pointer: str) -> None:
        if walk.surface not in surfaces:
            walk.say("not_on_surface", f"{what} is not supported in a {walk.surface}", pointer)

    return rule


def text(most: int, *kinds: str) -> Rule:
    """A text object of at most `most` characters; without `kinds` both plain_text and mrkdwn are allowed."""
    plain = record(
        {"type": string(), "text": string(most), "emoji": boolean},
        needs=("type", "text"),
    )
    mrkdwn = record(
        {"type": string(), "text": string(most), "verbatim": boolean},
        needs=("type", "text"),
    )
    both = {"plain_text": plain, "mrkdwn": mrkdwn}
    return typed({kind: both[kind] for kind in kinds or tuple(both)}, what="text type")


WEB_URL = r"https?://[^\s<>]+"
ANY_URL = r"[a-z][a-z0-9+.-]*:[^\s<>]+"
