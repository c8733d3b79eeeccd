"""Text as a person types it → text as Slack stores it: mentions, channels, links, escaped characters."""

from __future__ import annotations

import re

from bot.demo.workspace.state import Workspace

# Slack links a bare domain when its last label is a real top-level domain; these are the usual ones.
_TLDS = (
    "com|net|org|io|app|dev|co|ai|eu|de|at|ch|uk|fr|es|it|nl|us|ca|shop|store|site|online|tech|cloud|page|xyz|me|info"
)
_LINK = re.compile(
    rf"(?<![\w@.<|/-])(https?://[^\s<>|]+|(?:[a-z0-9-]+\.)+(?:{_TLDS})(?![\w.-]*\w)(?:/[^\s<>|]*)?)", re.IGNORECASE
)
_PERSON = re.compile(r"(?<![\w<])@([a-z0-9][a-z0-9._-]*)", re.IGNORECASE)
_CHANNEL = re.compile(r"(?<![\w<&])#([a-z0-9][a-z0-9_-]*)", re.IGNORECASE)
_ESCAPED = re.compile(r"<[^<>]*>")


def stored(workspace: Workspace, text: str, *, names: bool) -> str:
    """The stored form; `names` adds names to mentions (`<@U1|mia>`), as commands with `should_escape` carry them."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")

    def link(match: re.Match[str]) -> str:
        found = match.group(1)
        if "://" in found:
            return f"<{found}>"
        return f"<http://{found}|{found}>"

    def person(match: re.Match[str]) -> str:
        found = _user(workspace, match.group(1))
        return match.group(0) if found is None else f"<@{found[0]}|{found[1]}>" if names else f"<@{found[0]}>"

    def channel(match: re.Match[str]) -> str:
        for each in workspace.channels.values():
            if each.name == match.group(1) and each.kind == "public":
                return f"<#{each.id}|{each.name}>"
        return match.group(0)

    text = _LINK.sub(link, text)
    return _outside(_CHANNEL, channel, _outside(_PERSON, person, text))


def _user(workspace: Workspace, name: str) -> tuple[str, str] | None:
    wanted = name.rstrip(".")
    for each in workspace.users.values():
        if each.name == wanted:
            return each.id, each.name
    return None


def _outside(pattern: re.Pattern[str], replace: object, text: str) -> str:
    """Substitute outside of `<…>` only, so that links stay whole."""
    parts: list[str] = []
    place = 0
    for match in _ESCAPED.finditer(text):
        parts += [pattern.sub(replace, text[place : match.start()]), match.group(0)]  # type: ignore[call-overload]
        place = match.end()
    parts.append(pattern.sub(replace, text[place:]))  # type: ignore[call-overload]
    return "".join(parts)
