"""Changed DNS records never lose their buttons, wherever the report puts them."""

from __future__ import annotations

import json
from dataclasses import replace

from bot.blockkit.validator import validate_message
from bot.document import Item
from bot.render.blocks import message
from bot.services.baseline import Drifted, Offer, undecided
from bot.views import audit, drift
from bot.views.folding import Group
from checks.inventory import Host, Inventory
from checks.model import Status
from checks.net.facts import DnsAnswer, DnsStatus
from tests.views.dns_samples import CHANGES, WRONG, changed, drifted
from tests.views.samples import DMARC, EXPIRED, GO, NOW


def ids(item: Item) -> list[str]:
    """What its buttons do."""
    return [one.id for one in item.actions]


def test_changes_that_follow_from_something_stand_behind_it():
    """An effect is one line under its cause; the question whose it was is still asked."""
    item = Item(("the cause",))
    found = drift.expanded(item, Group((EXPIRED,), (Group((changed(),)),)), drifted(), 7)
    assert found[0] == item
    assert [ids(one) for one in found[1:]] == [["drift.accept", "drift.reject"]] * len(CHANGES)


def test_changes_that_something_follows_from_keep_what_does():
    """Also once they are answered: what else is broken does not go away by an answer."""
    item = Item(("mail",), (("Also seen: x",), ("Step",), ("Where",)))
    [first, *_] = drift.expanded(item, Group((changed(),), (Group((DMARC,)),)), drifted(WRONG), 7)
    assert ("Also seen: x",) in first.lines
    assert ("Where",) in first.lines
    assert ("Step",) not in first.lines
    assert ids(first) == ["drift.undo"]


def test_a_finding_of_another_version_stands_as_it_is():
    """Without changes to tell there is nothing to ask."""
    item = Item(("x",))
    old = replace(changed(), seen={})
    assert drift.expanded(item, Group((old,)), drifted(), 7) == [item]


def test_other_entries_are_left_alone():
    """No check but this one has records to answer for."""
    item = Item(("x",))
    stranger = replace(changed(), check="dns.resolve", status=Status.FAIL)
    assert drift.expanded(item, Group((stranger,)), drifted(), 7) == [item]


def test_whatever_is_offered_can_be_read_whole():
    """Two hundred hosts with long texts: as many records as one message holds, none of them left out of its table."""
    inventory = Inventory(
        "marigold", "marigold.example", hosts=tuple(Host(f"h{n}.marigold.example") for n in range(200))
    )
    answers = {}
    for host in inventory.hosts:
        texts = tuple(f"{number}{'x' * 300}" for number in range(3))
        answers[host.name, "TXT"] = DnsAnswer(host.name, "TXT", "", DnsStatus.OK, records=texts)
        for type in ("A", "AAAA", "CAA"):
            answers[host.name, type] = DnsAnswer(host.name, type, "", DnsStatus.NXDOMAIN)
    offered = undecided(inventory, answers, NOW)
    shown = message(audit.report(GO, audit=7, drifted=Drifted({}, Offer(7, offered, None))))
    assert validate_message(shown) == []
    [table] = [block for block in shown["blocks"] if block["type"] == "table"]
    names = [row[0]["text"] for row in table["rows"][1:]]
    assert names == [one.name for one in offered if one.values]
    assert len(names) > 20
    absent = [one for one in offered if not one.values]
    assert len(absent) > 50
    [caption] = [text for block in shown["blocks"] if "And there is" in (text := json.dumps(block, ensure_ascii=False))]
    assert " more" not in caption
    assert "…" not in caption
    for one in absent:
        assert one.name in caption
