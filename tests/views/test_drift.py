"""Changed DNS records never lose their buttons, wherever the report puts them."""

from __future__ import annotations

from dataclasses import replace

from bot.document import Item
from bot.views import drift
from bot.views.folding import Group
from checks.model import Status
from tests.views.dns_samples import CHANGES, WRONG, changed, drifted
from tests.views.samples import DMARC, EXPIRED


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
