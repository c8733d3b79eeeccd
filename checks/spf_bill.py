"""What an SPF record costs its receivers, part by part, as a founder may read it."""

from __future__ import annotations

from checks.model import Json
from checks.spf_walk import Node


def seen_of(tree: Node) -> dict[str, Json]:
    """The values that every answer about a record shows: its text, length, look-ups, voids and the tree."""
    nodes = list(tree.walk())
    record = tree.record.text if tree.record else ""
    voids = [term for _, node in nodes for term in node.voids]
    return {
        "record": record[:1000],
        "length": len(record),
        "lookups": tree.lookups,
        "void_count": len(voids),
        "voids": tuple(voids[:20]),
        "bill": bill(tree),
        "tree": [
            {"term": node.via[:200], "cost": node.cost, "depth": depth, "state": node.state.value}
            for depth, node in nodes[1:60]
        ],
    }


def bill(tree: Node) -> str:
    """What each part of the record costs, the dearest first: `_spf.example.net 4, mx 1`."""
    led = {child.via for child in tree.children}
    parts = [(child.cost, child.domain) for child in tree.children]
    if tree.record is not None:
        parts += [(1, term.text) for term in tree.record.reached if term.costs and term.text not in led]
    return ", ".join(f"{name} {cost}" for cost, name in sorted(parts, key=lambda part: -part[0])[:20]) or "nothing"
