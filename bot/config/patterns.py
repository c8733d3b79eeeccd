"""Regular expressions that a founder writes: one group, and none that a page could make run for hours."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from typing import Any

from bot.config.names import shown
from bot.config.values import refuse

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    from re import _constants as codes  # type: ignore[attr-defined]
    from re import _parser as parser  # type: ignore[attr-defined]

_REPEATS = (codes.MAX_REPEAT, codes.MIN_REPEAT)
MANY = 20
"""Repeats up to this often inside another one are few."""


def pattern(text: str) -> str:
    """The text, where it is a usable pattern with one group. Raises a sentence where it is not."""
    try:
        groups = re.compile(text).groups
        tree = parser.parse(text)
    except (re.error, RecursionError, OverflowError):
        raise refuse(f'"{shown(text)}" is not a regular expression') from None
    if groups != 1:
        raise refuse(f"this pattern has {groups} groups in ( ); exactly one is needed, around what is taken")
    if _nested(tree):
        raise refuse("this pattern repeats something that repeats, as in (a+)+; a page could make it run for hours")
    return text


def _nested(tree: Any, inside: bool = False) -> bool:
    """Whether an unbounded repeat stands inside another one: the usual cause of endless matching."""
    for code, argument in tree:
        many = code in _REPEATS and argument[1] > MANY
        if many and inside:
            return True
        if any(_nested(part, inside or many) for part in _parts(code, argument)):
            return True
    return False


def _parts(code: Any, argument: Any) -> Iterator[Any]:
    """The patterns inside one piece of a pattern."""
    if isinstance(argument, parser.SubPattern):
        yield argument
    elif isinstance(argument, list | tuple):
        for one in argument:
            yield from _parts(code, one)
