"""What every part of `launch.yml` has in common."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, model_validator

LATER = " Kept for later: nothing reads it yet."


class Section(BaseModel):
    """A part of the file: unknown keys are refused, and nothing changes it after it was read."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _empty_is_left_out(cls, data: Any) -> Any:
        """A known key with nothing behind it counts as not written, as when all its entries are comments."""
        if not isinstance(data, dict):
            return data
        known = {field.alias or name for name, field in cls.model_fields.items()}
        return {key: value for key, value in data.items() if value is not None or key not in known}


def entries(data: Any) -> Any:
    """A section of named entries, where an entry with nothing behind it is an entry all the same: `ana:`."""
    if isinstance(data, dict):
        return {key: {} if value is None else value for key, value in data.items()}
    return data
