"""Walks whose tag is known before they begin, so that what a kill leaves behind can be removed afterwards."""

from __future__ import annotations

from dataclasses import replace

from checks.flow.model import Flow


def tagged(flow: Flow, tag: str) -> Flow:
    """The flow with this tag in all its steps."""
    return replace(flow, run=tag)


def remains(flow: Flow, tag: str) -> Flow | None:
    """A flow that removes what the walk with this tag has left behind; None where it has no clean-up of its own.

    What only somebody who is logged in may remove stays there, with its tag.
    """
    if not flow.cleanup:
        return None
    steps = tuple(replace(one, required=False) for one in flow.cleanup)
    return replace(tagged(flow, tag), steps=steps, cleanup=(), after="")
