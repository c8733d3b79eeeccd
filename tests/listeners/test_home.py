"""Clicks on the App Home: Slack lets nobody whisper there, so the answer opens as a dialog, or stands on the Home."""

from __future__ import annotations

from typing import Any

from bot.store import clicks, places


async def opened(stage, user: str) -> dict[str, Any]:
    """The App Home of a person, as it is now."""
    stage.slack.open_home(user)
    return await stage.slack.until(lambda: stage.slack.home(user))


async def dialog(stage, user: str, words: str) -> dict[str, Any]:
    """The dialog that says this."""
    return await stage.slack.until(
        lambda: (view := stage.slack.modal(user)) is not None and words in str(view["blocks"]) and view
    )


async def test_a_refusal_is_said(stage):
    """A guest clicks on the Home and reads why nothing was done."""
    async with stage.bot() as bot:
        await stage.breaks(bot)
        home = await opened(stage, "kai")
        assert (await stage.slack.click("kai", home, "incident.ack")).ok
        view = await dialog(stage, "kai", "Guests can look, but not do that")
        assert view["title"]["text"] == "Launch Ready"
        assert (await stage.row(bot)).acker == ""


async def test_what_the_home_itself_shows_opens_nothing(stage):
    """Whoever takes it sees the Home change."""
    async with stage.bot() as bot:
        await stage.breaks(bot)
        home = await opened(stage, "mia")
        assert (await stage.slack.click("mia", home, "incident.ack")).ok
        await stage.slack.until(lambda: "BEING FIXED" in str(stage.slack.home("mia")["blocks"]))
        assert stage.slack.modal("mia") is None


async def test_an_answer_with_buttons_goes_on_in_the_dialog(stage):
    """Somebody else has it: the dialog offers to take over, says that it is done, and the Home follows."""
    async with stage.bot() as bot:
        await stage.breaks(bot)
        home = await opened(stage, "ben")
        assert (await stage.slack.click("mia", await opened(stage, "mia"), "incident.ack")).ok
        await stage.becomes(bot, lambda row: row.acker == "UMIA")
        assert (await stage.slack.click("ben", home, "incident.ack")).ok
        view = await dialog(stage, "ben", "Somebody is on INC-1 already")
        assert (await stage.slack.click("ben", view, "incident.take_over")).ok
        await stage.becomes(bot, lambda row: row.acker == "UBEN")
        assert "Take Over" not in str(await dialog(stage, "ben", "Done"))
        await stage.slack.until(lambda: "<@UBEN>" in str(stage.slack.home("ben")["blocks"]))


async def test_without_a_dialog_the_answer_stands_on_the_home(stage):
    """A click that a kill left has no dialog any more: its answer is on top of the Home at the next start."""
    async with stage.bot() as bot:
        await stage.breaks(bot)
        kept = {"value": "1:2", "channel": "UKAI"}
        await bot.services.store.write(
            lambda c: clicks.take(
                c, "shop", bot.services.clock.now(), id="2000000001.1", user="UKAI", action="incident.ack", payload=kept
            )
        )
    async with stage.bot() as again:
        home = await stage.slack.until(lambda: stage.slack.home("kai"))
        assert "Guests can look, but not do that" in str(home["blocks"][1])
        assert (await stage.row(again)).acker == ""
        assert "Guests" not in str((await _redrawn(stage, home))["blocks"])


async def _redrawn(stage, before: dict[str, Any]) -> dict[str, Any]:
    """The Home after it has been opened once more."""
    stage.slack.open_home("kai")
    return await stage.slack.until(lambda: (new := stage.slack.home("kai"))["hash"] != before["hash"] and new)


async def test_whoever_opens_it_can_be_called_without_doubt(stage):
    """Slack names the conversation with that person, so that a call of unknown outcome is looked up there."""
    async with stage.bot() as bot:
        await opened(stage, "ben")
        known = await bot.services.store.read(lambda c: places.get(c, "shop", "UBEN"))
        assert known == stage.slack.acts.channel("UBEN", "dm").id
