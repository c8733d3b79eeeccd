"""The way into the place where a step is done: the menu path, and the link to the log-in."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.document import Link
from bot.domain.runbook.known import Known
from bot.render.spans import sentence
from bot.views.runbook_door import where

AT = datetime(2026, 11, 22, tzinfo=UTC)


def test_the_log_in_of_their_provider_stands_below_the_path():
    """With its name, where it is known; else with its address."""
    fields = {
        "host_link": "https://host.example/log-in",
        "host_provider": "Hostling",
        "dns_link": "https://dns.example",
    }
    known = Known(fields, {}, {}, AT, dated={"host.restart": "Hostling, as of November 2026"})
    shown = where("host.restart", ("Deploys → Restart.",), known)
    assert Link("https://host.example/log-in", "Hostling") in shown
    assert sentence(shown) == (
        "Where: Deploys → Restart. (Hostling, as of November 2026)\nLog in: Hostling (https://host.example/log-in)"
    )
    assert sentence(where("dns.add_record", ("Records.",), known)).endswith("Log in: https://dns.example")


def test_without_a_link_there_is_only_the_path():
    """Nothing is said of what nobody knows; a registrar is known by its own name."""
    known = Known({"registrar": "Namewell", "registrar_link": " "}, {}, {}, AT)
    assert where("registrar.renew_domain", ("Domains.",), known)[-1] == "Domains."
    known = Known({"registrar": "Namewell", "registrar_link": "https://namewell.example"}, {}, {}, AT)
    assert where("registrar.renew_domain", ("Domains.",), known)[-1] == Link("https://namewell.example", "Namewell")
