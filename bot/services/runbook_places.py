"""Which providers a product uses, where to log in there, and whom to ask: written down, or recognised from outside."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bot.domain.runbook.known import FIELDS, From
from bot.services.config import Config
from checks import providers
from checks.masking import clip, mask
from checks.providers import Entry, ProviderKind

if TYPE_CHECKING:
    from bot.config.schema import LaunchFile
    from bot.config.team import ServiceAccount

RECOGNISED = "recognised:"
"""In the store's settings: what public evidence says about a provider, by fact: an id, or `none`."""
NONE, UNKNOWN = "none", "unknown"
ROLES: Mapping[str, tuple[ProviderKind, ...]] = {
    "dns": ("registrars",),
    "registrar": ("registrars",),
    "host": ("hosts", "edges"),
    "edge": ("edges",),
    "mail": ("mail",),
    "payments": (),
    "errors": (),
}
"""What a provider is used for, and the data that know those who offer it."""
_ASIDE = re.compile(r"\s*[(\[].*?[)\]]\s*")
_MAILBOX = re.compile(r"(?:(?<![^\s<(,;\"'])|(?<=mailto:))[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
"""An address that stands for itself: what is before the @ in a link is a password."""
LONGEST = 2000
"""Characters of one answer."""


@dataclass(frozen=True, slots=True)
class Provider:
    """Who offers one thing."""

    id: str
    """Of the providers' data; `none` where there is surely nobody, `unknown` where nobody knows."""
    name: str = ""
    link: str = ""
    """Where its customers log in."""
    support: str = ""
    """How its support is reached: a link or an address."""


def fact_of(role: str) -> str:
    """The name under which texts and decisions know it: `dns_provider`, `registrar`."""
    return role if role == "registrar" else f"{role}_provider"


def providers_of(config: Config, written: Mapping[str, str], seen: Mapping[str, str]) -> dict[str, Provider]:
    """Each role with its provider: what `launch.yml` says, else a person, else public evidence."""
    return {role: _provider(role, config.file, written, seen.get(fact_of(role), "")) for role in ROLES}


def _provider(role: str, file: LaunchFile | None, written: Mapping[str, str], seen: str) -> Provider:
    account = _account(file, role)
    said = (account.name if account else "") or _said(file, role) or written.get(fact_of(role), "")
    name = _ASIDE.sub(" ", said).strip()
    if name.casefold() == NONE or (not name and seen == NONE):
        return Provider(NONE)
    entry = _named(role, name) if name else _by_id(role, seen)
    link = (account.url if account else "") or written.get(f"{role}_link", "") or _login(role, entry)
    support = (account.support if account else "") or ""
    known = entry.id if entry is not None else _plain(name) or UNKNOWN
    return Provider(known, name or (entry.name if entry else ""), link or "", support)


def _account(file: LaunchFile | None, role: str) -> ServiceAccount | None:
    accounts = file.inventories.accounts if file is not None and file.inventories is not None else ()
    return next((one for one in accounts if role in one.uses), None)


def _said(file: LaunchFile | None, role: str) -> str:
    """What stands elsewhere in `launch.yml`."""
    if file is None:
        return ""
    match role:
        case "host":
            return (file.deploy.runs_on if file.deploy else "") or ""
        case "edge":
            return next((one.edge for one in file.hosts if one.edge), "") or ""
        case "mail":
            senders = [one for domain in (file.mail.domains if file.mail else ()) for one in domain.senders]
            return senders[0] if senders else ""
        case _:
            return ""


def _named(role: str, name: str) -> Entry | None:
    return next((found for kind in ROLES[role] if (found := providers.named(kind, name))), None)


def _by_id(role: str, id: str) -> Entry | None:
    return next((found for kind in ROLES[role] if id and (found := providers.find(kind, id))), None)


def _plain(name: str) -> str:
    """As an id: payments and errors are known by their names alone."""
    return re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-")


def _login(role: str, entry: Entry | None) -> str:
    if entry is None:
        return ""
    return (entry.text("dns_url") if role == "dns" else "") or entry.text("url")


def written_down(config: Config) -> dict[str, str]:
    """Every field that stands in `launch.yml`, by name."""
    file = config.file
    if file is None:
        return {}
    deploy = file.deploy
    places = file.inventories.places if file.inventories is not None else None
    code = _account(file, "code")
    found = {
        "code_link": (deploy.code if deploy else "") or (code.url if code else ""),
        "deploy_how": _steps(deploy.how if deploy else ()),
        "roll_back_how": _steps(deploy.roll_back if deploy else ()),
        "backup_where": places.backups if places else "",
        "jobs_where": places.jobs if places else "",
        "database_where": places.database if places else "",
        "secrets_where": places.secrets if places else "",
        "admin_contact": places.admin_mail if places else "",
        "status_page": places.status_page if places else "",
    }
    return {name: value.strip() for name, value in found.items() if value and value.strip()}


def _steps(lines: tuple[str, ...]) -> str:
    return lines[0] if len(lines) == 1 else "\n".join(f"{number}. {line}" for number, line in enumerate(lines, 1))


class NotTaken(ValueError):
    """An answer that cannot be written down, with why in words."""


def taken(field: str, value: str) -> str:
    """The value as it is kept. Raises `NotTaken`."""
    known = FIELDS.get(field)
    if known is None or known.source is not From.FILE:
        raise NotTaken("Nobody is asked for this.")
    text = clip(value, LONGEST).strip()
    if not known.long:
        text = " ".join(text.split())
    if not text:
        raise NotTaken("Nothing was written.")
    plain = _MAILBOX.sub("", text)
    if mask(plain) != plain:
        raise NotTaken("This looks like a password or a key. Write where it is kept, never the key itself.")
    if known.link:
        if "://" not in text and "." in text and " " not in text:
            text = f"https://{text}"
        parts = _parts(text)
        if parts is None:
            raise NotTaken("This is no link. Copy it from the address bar of your browser: https://…")
        if parts[1]:
            raise NotTaken("There is a password in this link. Leave out the part before the @.")
    return text


def _parts(text: str) -> tuple[str, bool] | None:
    """Host, and whether it holds a login; None for what is no link."""
    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
    except ValueError:
        return None
    if parts.scheme.lower() not in ("http", "https") or not host or re.search(r"[\s<>|\"]", text):
        return None
    return host, "@" in parts.netloc
