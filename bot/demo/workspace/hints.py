"""Hints for the composer, taken from what the bot says about itself."""

from __future__ import annotations

import re
from typing import Any

from bot.demo.workspace.core import Core
from bot.demo.workspace.people import Json

HELP_VERBS = 3
VERB = re.compile(
    r"[`*]{1,2}(/[a-z][a-z0-9_-]*) ([a-z][^`*\n]{0,150})[`*]{1,2}(?:\s*[-–—:·]?\s*|\n\s*)([^\n`*][^\n]{2,200})?"
)


def learn(core: Core, message: Json) -> None:
    """Take verbs and their sentences out of the bot's help, so that the composer can hint at them.

    A message that explains at least three verbs of one command is taken for its help.
    """
    commands = {each.command for each in core.manifest.features.slash_commands}
    found: dict[str, str] = {}
    for text in _texts(message):
        for match in VERB.finditer(text):
            usage, said = match.group(2).strip(), (match.group(3) or "").strip()
            verb = usage.partition(" ")[0]
            if match.group(1) in commands and said and verb not in {each.partition(" ")[0] for each in found}:
                found[usage] = said
    if len(found) >= HELP_VERBS and found != core.workspace.verbs:
        core.workspace.verbs = found
        core.workspace.changed({"type": "commands", "commands": core.workspace.commands_for_page()})


def _texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        own = [value["text"]] if isinstance(value.get("text"), str) else []
        return own + [text for key, each in value.items() if key != "text" or not own for text in _texts(each)]
    if isinstance(value, list):
        return [text for each in value for text in _texts(each)]
    return []
