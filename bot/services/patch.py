"""What people accepted in Slack as lines for `launch.yml`. Pure; the file is theirs and is never written."""

from __future__ import annotations

import json
from collections.abc import Sequence

from checks.inventory import Inventory, Known
from checks.names import zone_of


def patch(inventory: Inventory, accepted: Sequence[Known]) -> str:
    """YAML with the accepted records under their hosts; empty where the file says all of it already.

    A name that is no host of the file stands with its domain, or with the first host.
    What was accepted as absent has no line: the file cannot say so, and the acceptance goes on counting.
    """
    hosts = [host.name for host in inventory.hosts]
    written = {(record.name or host.name, record.type) for host in inventory.hosts for record in host.expect}
    by_host: dict[str, list[str]] = {}
    for one in accepted:
        # What has control characters in it cannot stand in the file, and must not reach a terminal.
        if one.values and "".join(one.values).isprintable() and (one.name, one.type) not in written:
            host = next((name for name in (one.name, zone_of(one.name, inventory)) if name in hosts), hosts[0])
            by_host.setdefault(host, []).append(_line(one, host))
    lines: list[str] = ["hosts:"] if by_host else []
    for host in (name for name in hosts if name in by_host):
        lines += [f"  - name: {host}", "    expect:", *(f"      {record}" for record in by_host[host])]
    return "\n".join(lines)


def _line(one: Known, host: str) -> str:
    name = "" if one.name == host else f"name: {one.name}, "
    values = ", ".join(json.dumps(value, ensure_ascii=False) for value in one.values)
    return f"- {{type: {one.type}, {name}equals: [{values}]}}  # accepted {one.at:%Y-%m-%d}"
