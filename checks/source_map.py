"""Source maps: what a script says about its map, and what a map gives away.

Maps come from strangers and may be cut off at the end, so they are read piece by piece and never trusted.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes, urljoin

from checks.net.facts import Exchange

TAIL = 4096
"""Characters at the end of a script in which it names its map (a whole map may stand there instead)."""
NAMED = re.compile(r"(?://|/\*)[#@]\s?sourceMappingURL=([^\s*'\"]{1,2000})")
INLINE = re.compile(r"sourceMappingURL=data:application/json[^,\s]{0,80},")
PROOF = re.compile(r"\A\s{0,100}(?:\)\]\}\'[^\n]{0,20}\n)?\s{0,100}\{")
SOURCE = re.compile(r'"((?:[^"\\]|\\.){1,400})"')
FOREIGN = re.compile(r"node_modules/|webpack/(?:bootstrap|runtime)|\(webpack\)|^\0|vite/|/rolldown|core-js|turbopack/")
MAX_SOURCES = 2000


@dataclass(frozen=True, slots=True)
class SourceMap:
    """What a map gives away."""

    sources: tuple[str, ...]
    """Names of the files that the script was made of."""
    content: bool
    """Their text is inside."""
    text: str
    """All of it, for the search for keys."""

    @property
    def own(self) -> tuple[str, ...]:
        """The files that are no library's."""
        return tuple(name for name in self.sources if not FOREIGN.search(name))


def named(script: Exchange) -> str:
    """The whole address of the map that a script names, by header or comment; `data:` for one inside, else empty."""
    header = script.header("sourcemap") or script.header("x-sourcemap")
    text = script.text
    if not header and INLINE.search(text):
        return "data:"
    found = NAMED.findall(text[-TAIL:])
    address = header or (found[-1] if found else "")
    try:
        return urljoin(script.url, address) if address else ""
    except ValueError:
        return ""


def inside(script: Exchange) -> str:
    """The map that stands in the script itself; empty where there is none or it cannot be read."""
    text = script.text
    found = INLINE.search(text)
    if found is None:
        return ""
    data = re.match(r"[A-Za-z0-9+/=_%.~:{}\[\]\",-]*", text[found.end() :])
    raw = data[0] if data else ""
    try:
        if "base64" in found[0]:
            return base64.b64decode(raw + "=" * (-len(raw) % 4)).decode("utf-8", "replace")
        return unquote_to_bytes(raw).decode("utf-8", "replace")
    except (ValueError, binascii.Error):
        return ""


def read(text: str) -> SourceMap | None:
    """A map, whole or cut off; None where the text is none (RFC 8259 text with `version`, `sources` and `mappings`)."""
    if not PROOF.match(text[:400]):
        return None
    try:
        said = json.loads(text[text.index("{") :])
    except (ValueError, RecursionError):
        return _cut_off(text)
    if not isinstance(said, dict) or "version" not in said:
        return None
    parts = (
        [part.get("map") for part in said.get("sections", ()) if isinstance(part, dict)]
        if isinstance(said.get("sections"), list)
        else [said]
    )
    names: list[str] = []
    content = False
    for part in parts:
        if isinstance(part, dict) and isinstance(part.get("sources"), list):
            names += [name for name in part["sources"] if isinstance(name, str)]
            texts = part.get("sourcesContent")
            content = content or (isinstance(texts, list) and any(isinstance(one, str) and one for one in texts))
    return SourceMap(tuple(names[:MAX_SOURCES]), content, text) if names else None


def _cut_off(text: str) -> SourceMap | None:
    """What the beginning of a long map tells."""
    at = text.find('"sources"')
    if at < 0 or '"version"' not in text:
        return None
    names = tuple(match[1] for match in SOURCE.finditer(text[at + 9 : at + 200_000].partition("]")[0]))
    return SourceMap(names[:MAX_SOURCES], '"sourcesContent"' in text, text) if names else None
