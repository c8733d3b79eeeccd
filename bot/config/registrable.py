"""The registrable domain of a name; checks need it as well, so it lives with them."""

from __future__ import annotations

from checks.registrable import registrable

__all__ = ["registrable"]
