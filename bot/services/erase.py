"""Erase a person who is gone: the bot is stopped, the person stands in launch.yml no more, and the file is swept."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from bot.services.config import Config
from bot.store.db import Store
from bot.store.erase import erase, sweep


class StillThere(Exception):
    """The person stands in launch.yml: the bot would ask Slack about them again."""


def forget(path: Path, config: Config, person: str, now: datetime, names: tuple[str, ...] = ()) -> str:
    """Erase a Slack id, and `names` where they stand alone; answers the pseudonym that stands there from now on.

    Raises `StillThere`, `NotAPerson`, and `StoreError` where the bot runs.
    """
    people = config.file.people if config.file else {}
    here = [name for name, one in people.items() if one.slack == person or name in names or one.email in names]
    if here:
        raise StillThere(f"{', '.join(here)} is still in {config.path.name}. Take the person out of it first.")
    store = Store.open(path)
    try:
        pseudonym = store.write_now(lambda c: erase(c, config.product, person, now, names=names))
    finally:
        store.close()
    sweep(path)
    return pseudonym
