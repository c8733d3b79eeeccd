"""The part of `launch.yml` about events that the product reports and the bot counts."""

from __future__ import annotations

from bot.config.section import Section


class Events(Section):
    """Events that the product, or a service of it, reports: failed log-ins, failed payments."""
