"""`/launch check` tells the difference between a healthy company and a broken one, and says so in Slack."""

from __future__ import annotations

import pytest

from bot.demo.workspace.workspace_server import words

BREAKS = {
    "site_down": "up.http",
    "slow": "up.http",
    "checkout_500": "up.http",
    "certificate_expired": "tls.valid",
    "certificate_soon": "tls.expiry",
    "redirect_loop": "redir.loop",
    "https_not_forced": "redir.https",
    "redirect_detour": "redir.hops",
    "two_homes": "redir.canonical",
    "assets_not_cached": "edge.static_cache",
    "private_page_cached": "edge.private_not_cached",
    "old_domain_temporary": "redir.permanent",
    "cookies_not_secure": "hdr.basics",
    "noindex_left_on": "seo.indexing",
    "env_downloadable": "exp.files",
    "test_payment_key": "web.dev_urls",
    "staging_address": "web.dev_urls",
    "hsts_off": "tls.hsts",
    "www_gone": "dns.apex_www",
    "api_gone": "dns.resolve",
    "spf_two": "mail.spf",
    "spf_gone": "mail.spf",
    "dmarc_gone": "mail.dmarc",
}

NOTHING_ELSE = "0 to fix before launch, 1 can wait, 0 could not be looked at"


def fine(report: dict) -> bool:
    """Nothing is wrong with the product; nobody has tried a rollback in this world, and that alone is said."""
    return NOTHING_ELSE in report["text"] and "`rel.rollback_drill`" in words(report)


async def test_a_healthy_company_may_launch(world):
    """Nothing is wrong, so nothing is said to be wrong; status and App Home agree."""
    async with world.bot():
        await world.slack.command("mia", "#launch", "/launch status")
        first = await world.slack.wait_for("Nobody knows yet", user="mia")
        assert first["for_user"] == "UMIA"
        report = await world.check()
        assert report["text"].startswith("Go: nothing found that stops a launch")
        assert fine(report)
        await world.slack.command("mia", "#launch", "/launch status")
        await world.slack.wait_for("Go · marigold.test", user="mia", after=report["ts"])
        world.slack.open_home("ben")
        home = await world.slack.until(lambda: world.slack.home("ben"))
        assert "Go · marigold.test" in words({"blocks": home["blocks"]})


@pytest.mark.parametrize(("fault", "check"), BREAKS.items())
async def test_each_fault_is_found_and_gone_after_repair(world, fault, check):
    """The report names the check whose subject is broken; after the repair the next report says Go again."""
    async with world.bot():
        world.company.switch(fault, on=True)
        broken = await world.check()
        assert f"`{check}`" in words(broken)
        assert not fine(broken)
        world.company.switch(fault, on=False)
        mended = await world.check()
        assert mended["text"].startswith("Go: nothing found")
        assert fine(mended)


async def test_the_report_is_one_message_edited_in_place(world):
    """Progress and report share one message; the second report is a message of its own, with what changed."""
    async with world.bot():
        first = await world.check()
        posts = world.slack.calls("chat.postMessage")
        assert len(posts) == 1
        assert first["metadata"]["event_type"] == "launch_delivery"
        world.company.switch("dmarc_gone", on=True)
        second = await world.check()
        assert len(world.slack.calls("chat.postMessage")) == 2
        assert second["ts"] != first["ts"]
        assert "mail.dmarc" in words(second)


async def test_where_the_bot_is_no_member_the_report_comes_as_a_direct_message(world):
    """A channel that the bot cannot post to is no reason to stay silent."""
    async with world.bot():
        await world.slack.command("mia", "#funding", "/launch check")
        report = await world.slack.wait_for("Go: nothing found", channel="dm", user="mia", timeout=60)
        assert report["channel"].startswith("D")


async def test_a_host_that_is_not_written_down_is_not_touched(world):
    """From Slack only hosts of launch.yml are looked at; the answer says what to add."""
    async with world.bot():
        await world.slack.command("mia", "#launch", "/launch check evil.example")
        answer = await world.slack.wait_for("not in launch.yml", user="mia")
        assert "evil.example" in words(answer)
        assert world.slack.calls("chat.postMessage") == []


async def test_buttons_do_what_their_commands_do(world):
    """Check Again runs again, Show the Evidence answers alone, Why This Matters explains, Show Me the Fix leads."""
    async with world.bot():
        world.company.switch("dmarc_gone", on=True)
        report = await world.check()
        await world.slack.click("ben", report, "audit.detail")
        detail = await world.slack.wait_for("dig ", user="ben")
        assert detail["for_user"] == "UBEN"
        buttons = [e for b in report["blocks"] if b["type"] == "actions" for e in b["elements"]]
        explain = next(e for e in buttons if e["action_id"].startswith("audit.explain"))
        await world.slack.click("ben", report, explain["action_id"], explain["value"])
        await world.slack.wait_for("mail.dmarc", user="ben", after=detail["ts"])
        fix = next(e for e in buttons if e["action_id"].startswith("runbook.start"))
        await world.slack.click("ben", report, fix["action_id"], fix["value"])
        await world.slack.wait_for("RUNBOOK · Our mail lands in spam", timeout=60)
        world.company.switch("dmarc_gone", on=False)
        await world.slack.click("ben", report, "audit.rerun")
        await world.slack.wait_for("Go: nothing found", channel="#launch", after=report["ts"], timeout=60)


async def test_two_people_ask_at_once_and_one_audit_runs(world):
    """The second is told who asked first, and how far it is."""
    world.company.switch("slow", on=True)
    async with world.bot():
        await world.slack.command("mia", "#launch", "/launch check")
        await world.slack.command("ben", "#launch", "/launch check")
        answer = await world.slack.wait_for("already", user="ben")
        assert "<@UMIA>" in words(answer)
        await world.slack.wait_for(lambda m: "`up.http`" in words(m), channel="#launch", timeout=60)
        assert len(world.slack.calls("chat.postMessage")) == 1
