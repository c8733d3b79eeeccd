"""What somebody else's alarm means to incidents: whose it is, how bad, and in whose words it is told."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from bot.blockkit.words import safe_url
from bot.domain.asks import Reading, Signal
from bot.domain.heard import Outside
from bot.domain.severity import CEILINGS, Sev, Trouble, sev_of
from bot.services.config import Config
from bot.services.events_owners import named, owned
from checks.masking import clip, mask
from checks.model import Severity

TITLE, EVIDENCE = 120, 400
"""Characters of what a sender says that are kept."""
SERVICE = 60
PREFIX = "Alarm of "
"""How the probe of somebody else's alarm begins."""
TROUBLES: Mapping[str, Trouble] = MappingProxyType(
    {
        "reach": Trouble.REACH,
        "latency": Trouble.LATENCY,
        "errors": Trouble.ERRORS,
        "jobs": Trouble.HEARTBEAT,
        "note": Trouble.NOTE,
    }
)
NAMES: Mapping[str, str] = MappingProxyType(
    {"alertmanager": "Alertmanager", "sentry": "Sentry", "generic": "your own alarm", "github": "GitHub"}
)
"""Senders as they write themselves."""
_READABLE = re.compile(r"[A-Za-z0-9][A-Za-z0-9 _.:/@-]{0,39}")


def line(text: str, most: int) -> str:
    """What somebody else says: masked, on one line, without what cannot be printed, and not too long."""
    return clip(mask(" ".join(clip(text, 8 * most).split())), most)


def sender(source: str) -> str:
    """How a sender is called: `Alertmanager`."""
    return NAMES.get(source.lower()) or line(source, 40).capitalize()


def probe_of(outside: Outside) -> str:
    """The name under which an alarm belongs to an incident: the same for all that is said about it.

    The sender's own id is shown where a person can read it; a long one, or one that looks like a secret, is not.
    """
    key = outside.key.strip()
    if not key or _READABLE.fullmatch(key) is None or mask(key) != key or _is_digest(key):
        digest = hashlib.sha256(f"{outside.source}\0{key or outside.title}".encode()).hexdigest()
        key = f"#{digest[:8]}"
    return f"{PREFIX}{sender(outside.source)}: {key}"


def _is_digest(key: str) -> bool:
    return len(key) >= 16 and re.fullmatch(r"[0-9a-fA-F]+", key) is not None


def signal_of(config: Config, outside: Outside, now: datetime) -> Signal:
    """What it means to incidents.

    A service of launch.yml: by how much it matters there; what the sender calls it can only make it milder. Any other
    is nobody's: SEV3, and never dropped.
    """
    service = named(config, outside.service)
    trouble = TROUBLES.get(outside.trouble, Trouble.ERRORS)
    began = min(outside.at, now)
    return Signal(
        product=config.product,
        environment=outside.environment,
        service=service or _stranger(outside.service),
        probe=probe_of(outside),
        trouble=trouble,
        sev=_severity(config, service, trouble, outside),
        reading=Reading.DOWN if outside.firing else Reading.UP,
        first_failure=began,
        # What was heard while the incident ended does not open it again; what is heard now does.
        seen_at=now,
        evidence=_evidence(outside, unowned=not service) if outside.firing else "",
        url=safe_url(outside.url) if outside.firing else "",
    )


def _stranger(said: str) -> str:
    """A service that launch.yml does not name, as somebody else calls it."""
    return line(said, SERVICE) if said.strip() else ""


def _severity(config: Config, service: str, trouble: Trouble, outside: Outside) -> Sev:
    if not service:
        return Sev.THREE
    whose = owned(config, service)
    found = sev_of(trouble, critical=whose.critical, ceiling=whose.ceiling, environment=outside.environment)
    if outside.severity not in tuple(Severity):
        return found
    return max(found, CEILINGS[Severity(outside.severity)])


def _evidence(outside: Outside, *, unowned: bool) -> str:
    """`Alertmanager says: HighErrorRate – 12 of 100 requests fail`."""
    title = line(outside.title, TITLE) if outside.title.strip() else "something is wrong"
    more = line(outside.evidence, EVIDENCE) if outside.evidence.strip() else ""
    told = f"{sender(outside.source)} says: {title}{f' – {more}' if more and more != title else ''}"
    return _capital(told) + (". No service of launch.yml is meant, so it is nobody's" if unowned else "")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
