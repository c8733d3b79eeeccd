"""Whatever the panel of the demo company breaks: a founder who only reads and clicks repairs it, and the bot proves it.

One bot and one Chromium for all faults. The founder is alarmed by a card, or asks for a check; presses [Show Me the
Fix]; does in the providers' consoles what the steps say; and is done when the run says that it is fixed and proven.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from bot.demo.company import Company, faults
from bot.demo.company.state import APP, DMARC, DOMAIN
from tests.scenarios.founder import MOST_CLICKS, Case, Console, Deed, Founder, Hands, Step
from tests.scenarios.test_first_hour import browsing
from tests.scenarios.world import a_world, hurrying

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.timeout(600),
]


def press(name: str, said: str, beside: str = "") -> Hands:
    """One button of a console."""

    async def hands(console: Console, _step: Step) -> None:
        await console.press(name, said=said, beside=beside)

    return hands


def switch(rule: str, to: str) -> Hands:
    """One rule of the edge."""
    return press(f"Turn {to}", f": {to}.", rule)


def setting(name: str, value: str) -> Hands:
    """One setting of the shop."""
    return press(f"Set to {value}", f"{name} is {value}; the shop was restarted.", name)


async def _full_strict(console: Console, step: Step) -> None:
    await console.choose("Between edge and server", step.paste, said="SSL mode is Full (strict).")


async def _www(console: Console, step: Step) -> None:
    await console.add_record("www", "CNAME", step.paste)


async def _api(console: Console, _step: Step) -> None:
    value = await console.copied("app." + DOMAIN, "A")
    await console.add_record("api", "A", value)


async def _spf(console: Console, _step: Step) -> None:
    """The text was copied at the mail service, in the step before."""
    await console.page.goto(console.page.url.replace("/dns", "/mail"))
    value = await console.copied("v=spf1")
    await console.page.goto(console.page.url.replace("/mail", "/dns"))
    await console.add_record("@", "TXT", value)


async def _dmarc(console: Console, step: Step) -> None:
    await console.add_record("_dmarc", "TXT", step.paste)


HOST, EDGE, DNS = "Hostling", "Edgeway", "Namewell"
ROLL_BACK = press("Roll back to this", "v42 is live again.", "v42")
CASES: dict[str, Case] = {
    "site_down": Case(
        "The site is down",
        (Deed("Start the app again", HOST, press("Start", "The server is running.")),),
        answers={"How is the app": "Stopped or Crashed"},
    ),
    "hsts_off": Case(
        "The wrong address opens, or www does not",
        (Deed("strict transport security", EDGE, switch("strict-transport-security", "on")),),
        check="tls.hsts",
    ),
    "checkout_500": Case(
        "Customers cannot pay",
        (Deed("Go back to", HOST, ROLL_BACK),),
        answers={"Did a new version go live": "Yes"},
    ),
    "redirect_detour": Case(
        "The wrong address opens, or www does not",
        (Deed("turn off the one that makes the detour", EDGE, switch("spring campaign", "off")),),
        check="redir",
    ),
    "two_homes": Case(
        "The wrong address opens, or www does not",
        (Deed(f"send www to {DOMAIN}", EDGE, switch(f"Send www to {DOMAIN}", "on")),),
        check="redir",
    ),
    "certificate_expired": Case(
        "Browsers warn that the site is not safe",
        (Deed("Press Renew|renewed", EDGE, press("Renew now", "A new certificate is in place.")),),
    ),
    "https_not_forced": Case(
        "The wrong address opens, or www does not",
        (Deed("Always use HTTPS", EDGE, switch("Always use HTTPS", "on")),),
        check="redir",
    ),
    "slow": Case(
        "Pages are slow",
        (Deed("From 1 go to 2", HOST, press("Scale to 2 instances", "Running on 2 instances.")),),
        check="up",
        answers={"What do you see there": "Only One Instance"},
    ),
    "assets_not_cached": Case(
        "Pages are slow",
        (Deed("rule for style sheets and pictures", EDGE, switch("Keep style sheets and pictures", "on")),),
        check="edge.static_cache",
    ),
    "private_page_cached": Case(
        "A customer sees somebody else's data",
        (Deed("cache everything", EDGE, switch("cache everything", "off")),),
        check="edge",
    ),
    "redirect_loop": Case(
        "The browser goes round in circles",
        (Deed("SSL mode", EDGE, _full_strict, paste="Full (strict)"),),
        answers={"Does a service stand between": "Yes"},
    ),
    "old_domain_temporary": Case(
        "The wrong address opens, or www does not",
        (Deed("301 instead of 302", EDGE, switch("301 instead of 302", "on")),),
        check="redir",
    ),
    "cookies_not_secure": Case(
        "A setting of the live site is missing or wrong",
        (Deed("SESSION_COOKIE_SECURE", HOST, setting("SESSION_COOKIE_SECURE", "true"), paste="true"),),
        check="hdr",
    ),
    "api_gone": Case(
        "The name of the site cannot be found",
        (Deed("Add a record for api|Add this record", DNS, _api),),
    ),
    "noindex_left_on": Case(
        "Search engines see the wrong pages",
        (Deed("Turn that setting off", HOST, setting("DISCOURAGE_SEARCH_ENGINES", "false")),),
        check="seo",
    ),
    "env_downloadable": Case(
        "A secret key or password is public",
        (Deed("published folder.*: public", HOST, setting("PUBLISHED_FOLDER", "public")),),
        check="exp.files",
    ),
    "test_payment_key": Case(
        "Customers cannot pay",
        (Deed("payment setting and set it to live", HOST, setting("PAYMENT_MODE", "live")),),
        check="web",
    ),
    "staging_address": Case(
        "A setting of the live site is missing or wrong",
        (Deed("address of your live app", HOST, setting("PUBLIC_APP_URL", f"https://{APP}")),),
        check="web",
    ),
    "www_gone": Case(
        "The wrong address opens, or www does not",
        (Deed("Name: www", DNS, _www, paste=DOMAIN),),
        check="dns.apex_www",
    ),
    "spf_two": Case(
        "Our mail lands in spam",
        (Deed("Delete the other one", DNS, press("Delete", "Deleted TXT", faults.SECOND_SPF)),),
        check="mail",
    ),
    "certificate_soon": Case(
        "The certificate does not renew itself",
        (Deed("Press Renew|renewed", EDGE, press("Renew now", "A new certificate is in place.")),),
        check="tls",
    ),
    "spf_gone": Case(
        "Our mail lands in spam",
        (Deed("Add the text that you copied", DNS, _spf),),
        check="mail",
    ),
    "dmarc_gone": Case(
        "Our mail lands in spam",
        (Deed("TXT record with the name _dmarc", DNS, _dmarc, paste=DMARC.partition(";")[0]),),
        check="mail",
    ),
}
"""In this order: between two cards lie faults without one, so that what was repaired has time to be green again."""


@dataclass(frozen=True, slots=True)
class Desk:
    """Where the founder sits."""

    company: Company
    founder: Founder
    """Whoever sat there first."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    """The bot, the company, Chromium; time goes nearly three times as fast."""
    folder: Path = tmp_path_factory.mktemp("founder")
    async with a_world(folder) as world, hurrying() as clock, AsyncExitStack() as stack:
        world.company.write_config(world.slack.url)
        await stack.enter_async_context(world.bot(clock=clock))
        page = await stack.enter_async_context(browsing(world.slack.url))
        await page.get_by_text("Launch Ready is connected").wait_for()
        yield Desk(world.company, Founder(page))
        assert world.slack.violations() == []


def test_every_fault_has_its_founder() -> None:
    """No fault of the panel is left out."""
    assert set(CASES) == set(faults.BY_ID)


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("fault", CASES)
async def test_it_is_repaired_and_proven(desk: Desk, fault: str) -> None:
    """From the alert, or the finding, to "fixed, proven", by reading and clicking alone."""
    case, known = CASES[fault], faults.BY_ID[fault]
    for one in faults.FAULTS:
        desk.company.switch(one.id, on=False)
    founder = Founder(desk.founder.page, desk.founder.met)
    await founder.open("launch")
    await founder.calm()
    began = time.monotonic()
    try:
        await founder.turn_on(known.title)
        await (founder.fix_finding(case.check) if case.check else founder.fix_card())
        alarmed = time.monotonic()
        end = await founder.walk(case)
    except Exception as error:
        error.add_note("\n".join((*founder.way, await founder.seen())))
        raise
    told = "\n".join((*founder.way, end.text))
    took = time.monotonic() - began
    print(f"\n{fault} | {end.head} | {founder.clicks} | {alarmed - began:.0f} + {took - alarmed + began:.0f} s\n{told}")
    assert end.over == "FIXED", told
    assert "proven" in end.text, told
    assert case.topic in end.head, told
    assert founder.clicks <= MOST_CLICKS, told
    assert len(founder.done) == len(case.deeds), told
    assert not known.is_on(desk.company.state), told
