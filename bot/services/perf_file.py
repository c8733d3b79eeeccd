"""The file of stored runs that a CI keeps from one release to the next: what was measured, by whom it is compared."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from checks import stored_runs

LARGEST = 5_000_000
"""Bytes of the file."""
Milliseconds = Annotated[float, Field(gt=0, le=600_000)]
Name = Annotated[str, Field(min_length=1, max_length=2000)]


class NotReadable(Exception):
    """The file is not one of ours; the words say what is wrong."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class StoredRun(_Part):
    """One run of one endpoint."""

    at: datetime
    n: int = Field(ge=1, le=1_000_000)
    p95_ms: Milliseconds
    median_ms: Milliseconds


class StoredPage(_Part):
    """What the start page of a host weighed."""

    at: datetime
    scripts: int = Field(ge=0, le=1_000_000_000)
    total: int = Field(ge=0, le=1_000_000_000)
    requests: int = Field(ge=0, le=100_000)


class Stored(_Part):
    """The whole file."""

    schema_: Literal[1] = Field(default=1, alias="schema")
    endpoints: Annotated[dict[Name, tuple[StoredRun, ...]], Field(max_length=500)] = {}
    pages: Annotated[dict[Name, StoredPage], Field(max_length=500)] = {}

    def runs(self, name: str) -> tuple[stored_runs.Run, ...]:
        """What is stored about an endpoint, the newest runs at most."""
        found = self.endpoints.get(name, ())[-stored_runs.MOST :]
        return tuple(stored_runs.Run(one.n, one.p95_ms, one.median_ms) for one in found)

    def with_run(self, name: str, run: stored_runs.Run, at: datetime) -> Stored:
        """The same with one run more; the oldest go."""
        new = StoredRun(at=at, n=run.n, p95_ms=round(run.p95, 3), median_ms=round(run.median, 3))
        kept = (*self.endpoints.get(name, ()), new)[-stored_runs.MOST :]
        return self.model_copy(update={"endpoints": {**self.endpoints, name: kept}})

    def with_page(self, host: str, page: StoredPage) -> Stored:
        """The same with another weight of a page."""
        return self.model_copy(update={"pages": {**self.pages, host: page}})

    def text(self) -> str:
        """As it is written, one line for each value, so that a difference can be read."""
        return json.dumps(self.model_dump(mode="json", by_alias=True), indent=1, sort_keys=True) + "\n"


def read(path: Path) -> Stored:
    """The file. Raises `NotReadable`, `OSError`."""
    with path.open("rb") as file:
        data = file.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise NotReadable(f"{path} is larger than 5 MB; it holds something else.")
    try:
        return Stored.model_validate_json(data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part)[:40] for part in first["loc"]) or "the file"
        raise NotReadable(
            f"{path} holds no stored runs: {where}: {first['msg'][:200]}. `launch perf --save FILE` writes one."
        ) from None
