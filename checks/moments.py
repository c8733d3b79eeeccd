"""Moments in the words of a finding."""

from __future__ import annotations

from datetime import datetime


def moment(at: datetime) -> str:
    """As a person says it: `30 November 2026, 02:49 UTC`."""
    return f"{at.day} {at:%B %Y, %H:%M} UTC"
