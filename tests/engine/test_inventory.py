"""The inventory: what nobody wrote down has a meaning of its own, and targets stay the same four kinds."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from datetime import UTC, datetime

import pytest

from checks.inventory import History, Host, Inventory, Known, Link, MailDomain, Monitor, Record, RedirectRule, expand
from checks.model import Kind
from checks.registry import load


def test_a_bare_domain_says_nothing_about_the_rest() -> None:
    """Every field beyond the domain has a value that means "nobody said"."""
    bare = Inventory(product="a", domain="a.example")
    assert (bare.links, bare.opt_in, bare.baseline, bare.kind) == ((), frozenset(), (), "")
    assert (dict(bare.history), dict(bare.disagreement_since)) == ({}, {})
    assert not bare.has_ai
    host = Host("a.example")
    assert (host.edge, host.expect, host.private_paths, host.admin_paths, host.origin) == ("", (), (), (), ())
    mail = MailDomain("a.example")
    assert (mail.senders, mail.selectors, mail.retired_selectors, mail.per_day) == ((), (), (), None)
    assert Monitor("A", "https://a.example/").endpoint == ""


def test_links_redirects_and_histories_make_no_targets() -> None:
    """They belong to the domain that they stand in."""
    rich = Inventory(
        product="a",
        domain="a.example",
        hosts=(Host("a.example", expect=(Record("A", "a.example", any_in="203.0.113.0/24"),), edge="none"),),
        mail=(MailDomain("a.example", senders=("Postmark",)),),
        monitors=(Monitor("A", "https://a.example/", endpoint="page"),),
        redirects=(RedirectRule("/a", "/b"),),
        links=(Link("https://a.example/login", "login"),),
        opt_in=frozenset({"a.example"}),
        baseline=(Known("a.example", "A", ("203.0.113.7",), "ana", datetime(2026, 11, 1, tzinfo=UTC)),),
        history={"A": History((120.0,), 0, 1, datetime(2026, 11, 1, tzinfo=UTC), "page")},
    )
    targets = expand(rich)
    assert [target.kind for target in targets] == [Kind.DOMAIN, Kind.HOST, Kind.MAIL, Kind.MONITOR]
    assert all(target.inventory is rich for target in targets)


def test_what_is_written_down_cannot_be_changed_by_a_check() -> None:
    """Judges read it side by side."""
    with pytest.raises(FrozenInstanceError):
        Record("A", "a.example").type = "B"  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        Link("https://a.example/").kind = "page"  # type: ignore[misc]


def test_provider_knowledge_is_no_family_of_checks() -> None:
    """The packages that hold no checks are not walked."""
    assert {check.family for check in load().values()}.isdisjoint({"providers", "net"})
