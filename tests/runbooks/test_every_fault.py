"""Whatever the demo company's panel breaks: who does what the steps say, in its consoles, ends with a proven repair."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.clock import SystemClock
from bot.config.inventory import to_inventory
from bot.config.load import load as read_config
from bot.demo.company import Company, consoles, faults
from bot.demo.company.state import API, APP, DMARC, DOMAIN, OLD, SPF, State
from bot.domain.runbook import run as r
from bot.domain.runbook import walk
from bot.domain.runbook.book import Ask, Call, Do, Runbook
from bot.domain.runbook.known import Known
from bot.domain.runbook.search import lead
from bot.domain.trouble import trouble_of
from bot.runbooks import load
from bot.services.runbook_looks import combined, jobs_for, sight_of
from checks.inventory import Inventory
from checks.net.live import LiveProbe
from checks.runner import Job, run

MOST_STEPS = 30


@dataclass(frozen=True, slots=True)
class Case:
    """A fault as a founder meets it."""

    check: str
    target: str
    code: str
    console: str
    form: dict[str, str]
    """What is pressed there at the step that asks for it."""
    step: str
    """The step that asks for it."""
    answers: dict[str, str] = field(default_factory=dict)
    """What is read off the consoles, by question."""
    layer: str = "page"


def _edge(rule: str) -> dict[str, str]:
    return {"do": "switch", "rule": rule}


def _host(setting: str) -> dict[str, str]:
    return {"do": "setting", "setting": setting}


def _txt(name: str, value: str) -> dict[str, str]:
    return {"do": "add", "name": name, "type": "TXT", "value": value}


RENEW, OLD_LIST = {"do": "renew"}, {"do": "delete", "record": f"TXT {DOMAIN} {faults.SECOND_SPF}"}
SSL, BACK = {"do": "mode", "mode": "strict"}, {"do": "promote", "index": "1"}
CASES = {
    "site_down": Case(
        "up.http", "Home page", "http_5xx", "host", {"do": "start"}, "start", {"running": "Stopped or Crashed"}
    ),
    "slow": Case(
        "up.http", "Home page", "slow", "host", {"do": "scale"}, "scale", {"load": "Only One Instance"}, layer="slow"
    ),
    "checkout_500": Case(
        "up.http", "Checkout", "http_5xx", "host", BACK, "roll_back", {"running": "Running", "new_version": "Yes"}
    ),
    "certificate_expired": Case("up.http", "Home page", "tls", "edge", RENEW, "renew", layer="tls"),
    "certificate_soon": Case("tls.expiry", DOMAIN, "renewal_failed", "edge", RENEW, "renew", layer="tls"),
    "redirect_loop": Case(
        "up.http", "Home page", "redirect_loop", "edge", SSL, "ssl_mode", {"front": "Yes"}, layer="redirect"
    ),
    "https_not_forced": Case("redir.canonical", DOMAIN, "two_endings", "edge", _edge("always_https"), "force_https"),
    "redirect_detour": Case("redir.hops", DOMAIN, "too_many_hops", "edge", _edge("redirect_detour"), "detour"),
    "two_homes": Case("redir.canonical", DOMAIN, "duplicate", "edge", _edge("www_redirect"), "one_address"),
    "assets_not_cached": Case(
        "edge.static_cache", DOMAIN, "all_bypass", "edge", _edge("assets_cached"), "keep_files", layer="edge"
    ),
    "old_domain_temporary": Case(
        "redir.permanent", OLD, "old_domain_temporary", "edge", _edge("old_permanent"), "for_good", layer="redirect"
    ),
    "cookies_not_secure": Case("hdr.basics", APP, "cookie_not_secure", "host", {"do": "cookies"}, "cookie"),
    "test_payment_key": Case("web.dev_urls", APP, "test_payment_key", "host", _host("test_payments"), "live_key"),
    "staging_address": Case("web.dev_urls", APP, "test_system", "host", _host("staging_signup"), "address"),
    "hsts_off": Case("tls.hsts", DOMAIN, "absent", "edge", _edge("hsts"), "strict_header", layer="redirect"),
    "www_gone": Case(
        "dns.apex_www",
        DOMAIN,
        "www_missing",
        "dns",
        {"do": "add", "name": "www", "type": "CNAME", "value": DOMAIN},
        "add_www",
        layer="dns",
    ),
    "api_gone": Case(
        "dns.resolve",
        API,
        "absent",
        "dns",
        {"do": "add", "name": "api", "type": "A", "value": "127.0.0.1"},
        "copy_value",
        layer="dns",
    ),
    "spf_two": Case("mail.spf", DOMAIN, "several", "dns", OLD_LIST, "one_list", layer="mail"),
    "spf_gone": Case("mail.spf", DOMAIN, "absent", "dns", _txt("@", SPF), "add_list", layer="mail"),
    "dmarc_gone": Case("mail.dmarc", DOMAIN, "absent", "dns", _txt("_dmarc", DMARC), "add_rule", layer="mail"),
    "private_page_cached": Case(
        "edge.private_not_cached", APP, "customer_shown", "edge", _edge("private_cached"), "bypass", layer="edge"
    ),
    "noindex_left_on": Case("seo.indexing", DOMAIN, "hidden_page", "host", _host("hidden_from_search"), "switch"),
    "env_downloadable": Case(
        "exp.files", DOMAIN, "secret_file", "host", _host("settings_public"), "close_place", layer="edge"
    ),
}
PLACES = {"host": ("host",), "edge": ("edge", "host.renew_certificate"), "dns": ("dns",)}
"""Panels whose words lead to a console."""


class Founder:
    """Reads a step, does it in the console that it names, and presses what the message offers."""

    def __init__(self, book: Runbook, case: Case, state: State, inventory: Inventory) -> None:
        self.book, self.case, self.state, self.inventory = book, case, state, inventory
        self.way: list[str] = []
        facts = {"code": case.code, "check": case.check, "layer": case.layer, "edge_provider": "unknown"}
        self.known = Known({"domain": DOMAIN}, facts, {}, SystemClock().now())

    async def walk(self) -> r.Run:
        """Until the run is over."""
        at, case = self.known.at, self.case
        fresh = r.Run(
            1, "marigold", self.book.topic, "", 0, case.check, case.target, case.code, "UMIA", at, at, "",
            r.Standing.OPEN, 0,
        )  # fmt: skip
        moved = walk.begin(self.book, fresh, self.known)
        for number in range(MOST_STEPS):
            if moved.run.standing not in r.LIVE:
                break
            if moved.look is not None:
                command: r.Command = r.Saw(moved.run.turn, await self.look(moved.look.what))
            else:
                command = self.press(moved.run, number)
            moved = walk.decide(self.book, moved.run, command, self.known)
        return moved.run

    def press(self, now: r.Run, number: int) -> r.Command:
        """What the founder does at the step that stands open."""
        step, by, id = self.book.steps[now.step], "UMIA", str(number)
        self.way.append(step.id)
        match step:
            case Do():
                if step.id == self.case.step:
                    assert step.panel.startswith(PLACES[self.case.console]), step.panel
                    consoles.act(self.case.console, self.state, self.case.form)
                return r.DidIt(by, id, now.rev)
            case Ask():
                labels = [answer.label for answer in step.answers]
                return r.Answered(by, id, now.rev, labels.index(self.case.answers.get(step.id, "Not Sure")))
            case Call():
                return r.Handed(by, id, now.rev)
        if now.sight is not None and now.sight.verdict is r.Verdict.UNKNOWN:
            return r.SawIt(by, id, now.rev)
        return r.LooksDifferent(by, id, now.rev)

    async def look(self, what: tuple[str, ...]) -> r.Sight:
        """The checks that a step names, run now."""
        case, sights = self.case, []
        for name in what:
            check, code = (case.check, case.code) if name == walk.FAILED else (name, "")
            jobs: list[Job] = jobs_for(self.inventory, check, case.target)
            async with LiveProbe(self.inventory.network, SystemClock().now()) as probe:
                sights += [sight_of(one, code) for one in await run(jobs, probe, deadline=27, confirm=False)]
        return combined(sights)


@pytest.fixture
async def company(tmp_path: Path) -> AsyncIterator[Company]:
    """The company with all its servers."""
    async with Company(tmp_path) as up:
        yield up


def test_every_fault_is_walked() -> None:
    """No fault of the panel is left out here."""
    assert set(CASES) == set(faults.BY_ID)


@pytest.mark.parametrize("fault", CASES)
async def test_the_steps_repair_it_and_prove_it(company: Company, fault: str) -> None:
    """From the finding to "fixed, proven", by nothing but the steps of the runbook that it leads to."""
    case = CASES[fault]
    topic = lead(load(), case.check, case.code, trouble_of(case.check, case.code))
    company.switch(fault, on=True)
    founder = Founder(load()[topic], case, company.state, to_inventory(read_config(company.config)))
    ended = await founder.walk()
    assert ended.standing is r.Standing.FIXED, (topic, founder.way)
    assert case.step in founder.way
    assert not faults.BY_ID[fault].is_on(company.state)
