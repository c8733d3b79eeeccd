"""The part of `launch.yml` about speed: what pages may weigh, which addresses a light load test may ask."""

from __future__ import annotations

from bot.config.section import Section


class Speed(Section):
    """How fast it must be, beyond the targets of each monitor's endpoint class."""
