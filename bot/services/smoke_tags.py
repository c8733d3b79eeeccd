"""Walks whose tag is known before they begin, so that what a kill leaves behind can be removed afterwards.

`{run}` and `{email}` are filled in beforehand; everything else in braces is filled while the flow is walked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar
from urllib.parse import quote

from checks.flow.model import Extract, Flow, Move, Step

T = TypeVar("T")
RUN, EMAIL = "{run}", "{email}"
_LINKS = frozenset({"url", "redirect_to"})
"""Fields that hold an address: what is filled in becomes a part of it."""


def address(flow: Flow, tag: str) -> str:
    """The mailbox of this walk's test customer: `qa+TAG@example.com`."""
    local, _, domain = flow.email.rpartition("@")
    return f"{local.partition('+')[0]}+{tag}@{domain}"


def tagged(flow: Flow, tag: str) -> Flow:
    """The flow with this tag in all its steps."""
    # What the flow itself calls so comes from where it says.
    own = {*flow.secrets, *(found.name for step in flow.steps for found in step.extract)}
    values = {RUN: tag} if "run" not in own else {}
    if flow.email and "email" not in own:
        values[EMAIL] = address(flow, tag)
    steps = tuple(_filled(one, values) for one in flow.steps)
    cleanup = tuple(_filled(one, values) for one in flow.cleanup)
    return replace(flow, steps=steps, cleanup=cleanup)


def remains(flow: Flow, tag: str) -> Flow | None:
    """A flow that removes what the walk with this tag has left behind; None where it has no clean-up of its own.

    What only somebody who is logged in may remove stays there, with its tag.
    """
    if not flow.cleanup:
        return None
    steps = tuple(replace(one, required=False) for one in tagged(flow, tag).cleanup)
    return replace(flow, steps=steps, cleanup=(), after="")


def _filled(step: Step, values: Mapping[str, str]) -> Step:
    return replace(_deep(step, values), name=step.name)


def _deep(value: T, values: Mapping[str, str], *, link: bool = False) -> T:
    """The value with every text inside it filled."""
    found: Any = value
    if isinstance(value, str):
        found = _text(value, values, link=link)
    elif isinstance(value, Mapping):
        found = {_text(key, values): _deep(one, values) for key, one in value.items()}
    elif isinstance(value, tuple | list):
        found = tuple(_deep(one, values) for one in value)
    elif is_dataclass(value) and not isinstance(value, type | Extract):
        link_move = isinstance(value, Move) and value.act == "open"
        inside = {
            one.name: _deep(getattr(value, one.name), values, link=one.name in _LINKS or link_move)
            for one in fields(value)
        }
        found = replace(value, **inside)
    return found  # type: ignore[no-any-return]


def _text(text: str, values: Mapping[str, str], *, link: bool = False) -> str:
    for name, value in values.items():
        text = text.replace(name, quote(value, safe="") if link else value)
    return text
