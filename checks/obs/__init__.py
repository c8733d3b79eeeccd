"""Watching: what the product itself reports, and how much trouble a month may hold."""
