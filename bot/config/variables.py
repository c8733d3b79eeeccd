"""The part of `launch.yml` about the product's own code: environment variables it needs, what a search passes over."""

from __future__ import annotations

from bot.config.section import Section


class Code(Section):
    """What is known about the code before it runs."""
