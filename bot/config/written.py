"""`launch.yml` as `launch init` writes it: small, commented, only what was found."""

from __future__ import annotations

import json

from bot.config.names import readable
from checks.inventory import Host, Inventory, MailDomain, Monitor
from checks.model import Purpose

HEAD = """\
# What Launch Ready knows about the product. Written by `launch init`; from now on it is yours.
# Check it: launch config.  Every key: launch config schema.  Secrets never belong in here.
"""
TEAM = """\
# Who is told when something breaks. Then give each host or service an owner.
# people:
#   ana: {slack: U0123456789, email: ana@DOMAIN, role: owner}
# services:
#   Sign-up: {owner: ana, critical: true}
# channels:
#   alerts: "#launch"
"""
_MEANINGS = {
    Purpose.MARKETING: "what visitors see first",
    Purpose.APP: "the product itself",
    Purpose.API: "what the product talks to",
    Purpose.ADMIN: "for the team only",
    Purpose.AUTH: "where customers log in",
    Purpose.HELP: "help and documentation",
    Purpose.STAGING: "for trying things out",
    Purpose.PREVIEW: "for trying things out",
    Purpose.OTHER: "say what it is for: marketing, app, api, admin, auth, help, staging or preview",
}


def written(inventory: Inventory, *, canonical: str = "", network: str = "") -> str:
    """The file's text. `network` is a section `network:` to take over as it is."""
    domain = inventory.domain
    parts = [
        HEAD,
        _product(domain, canonical),
        "hosts:\n" + "".join(map(_host, inventory.hosts)),
        "mail:\n  domains:\n" + "".join(map(_mail, inventory.mail)),
        "# Pages that every check opens. Say what customers call them, and what must be seen there.\n"
        "monitors:\n" + "".join(map(_monitor, inventory.monitors)),
        TEAM.replace("DOMAIN", domain),
    ]
    if network:
        parts.append(network.rstrip("\n") + "\n")
    return "\n".join(parts)


def _product(domain: str, canonical: str) -> str:
    hint = "where every variant of the address ends today" if canonical else "not proven: visitors get no page there"
    return (
        "product:\n"
        f"  name: {_text(readable(domain))}\n"
        f"  domain: {_text(readable(domain))}\n"
        f"  canonical: {_text(canonical or f'https://{domain}/')}  # {hint}\n"
        "  time_zone: UTC  # where the team lives, such as Europe/Berlin\n"
        "  stage: launch  # live, once the first month is over\n"
    )


def _mail(mail: MailDomain) -> str:
    note = "the part after @ in your sender addresses" if mail.sends else "its records say that it never mails"
    return f"    - name: {_text(readable(mail.name))}\n      sends: {'true' if mail.sends else 'false'}  # {note}\n"


def _host(host: Host) -> str:
    flow = f"    flow: {host.flow}  # customers do that here\n" if host.flow else ""
    purpose = f"    purpose: {host.purpose.value}  # {_MEANINGS[host.purpose]}\n"
    return f"  - name: {_text(readable(host.name))}\n{purpose}{flow}"


def _monitor(monitor: Monitor) -> str:
    statuses = ""
    if monitor.status:
        others = [status for status in monitor.status if status >= 300]
        note = "  # 200 is fine, and so is a closed door"
        statuses = f"    expect: {{status: {json.dumps([200, 204, *others])}}}{note}\n"
    return f"  - name: {_text(monitor.name)}\n    url: {_text(monitor.url)}\n{statuses}"


def _text(text: str) -> str:
    """A scalar that YAML reads back as this text: plain where that is safe, else in double quotes."""
    safe = text.replace("-", "").replace(".", "").replace("/", "").replace(":", "").isalnum()
    plain = safe and not text[0].isdigit() and ": " not in text and text.lower() not in ("true", "false", "null")
    return (
        text if plain and text.isascii() and not text.startswith(("-", ":")) else json.dumps(text, ensure_ascii=False)
    )


def section(text: str, name: str) -> str:
    """The lines of a top-level section, comments inside it included; "" where there is none."""
    kept: list[str] = []
    for line in text.splitlines():
        top = line[:1] not in ("", " ", "#", "-")
        if kept and top:
            break
        if kept or line.startswith(f"{name}:"):
            kept.append(line)
    while kept and (not kept[-1].strip() or kept[-1].startswith("#")):
        kept.pop()
    return "\n".join(kept)
