"""A real Bolt app, over real Socket Mode."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import pytest
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.workspace import WorkspaceServer
from bot.demo.workspace.acts import NotPossible

MODAL = {
    "type": "modal",
    "callback_id": "note",
    "title": {"type": "plain_text", "text": "Note"},
    "submit": {"type": "plain_text", "text": "Save"},
    "notify_on_close": True,
    "private_metadata": "kept",
    "blocks": [
        {
            "type": "input",
            "block_id": "why",
            "label": {"type": "plain_text", "text": "Why"},
            "element": {"type": "plain_text_input", "action_id": "text"},
        },
        {
            "type": "input",
            "block_id": "how",
            "optional": True,
            "label": {"type": "plain_text", "text": "How bad"},
            "element": {
                "type": "static_select",
                "action_id": "level",
                "options": [
                    {"text": {"type": "plain_text", "text": "Bad"}, "value": "bad"},
                    {"text": {"type": "plain_text", "text": "Worse"}, "value": "worse"},
                ],
            },
        },
        {
            "type": "input",
            "block_id": "who",
            "optional": True,
            "label": {"type": "plain_text", "text": "Who"},
            "element": {"type": "external_select", "action_id": "owner", "min_query_length": 0},
        },
    ],
}


class Bot:
    """A small app that does a bit of everything, and remembers what it got."""

    def __init__(self, slack: WorkspaceServer) -> None:
        self.client = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url)
        self.app = AsyncApp(client=self.client, signing_secret=slack.signing_secret)
        self.got: list[tuple[str, dict[str, Any]]] = []
        self.answer: dict[str, Any] | None = None
        self.app.command("/launch")(self.command)
        self.app.action("go")(self.go)
        self.app.action("pick")(self.go)
        self.app.action("dialog")(self.dialog)
        self.app.view("note")(self.submitted)
        self.app.view_closed("note")(self.closed)
        self.app.options("owner")(self.options)
        self.app.event("app_home_opened")(self.home)
        self.app.event("member_joined_channel")(self.joined)

    async def command(self, ack: Any, body: dict[str, Any], say: Any, respond: Any) -> None:
        self.got.append(("command", body))
        match body["text"].split(" ")[0]:
            case "ephemeral":
                await ack("only you see this")
            case "loud":
                await ack({"text": "all see this", "response_type": "in_channel"})
            case "bad":
                await ack({"blocks": [{"type": "no such block"}]})
            case "late":
                await ack()
                await respond("first")
                await respond("second", replace_original=True)
            case "silent":
                return
            case _:
                await ack()
                await say(
                    text="Ready?",
                    blocks=[
                        {
                            "type": "actions",
                            "elements": [
                                button("go", "Go", "one"),
                                button("dialog", "Write", "x"),
                                {**MODAL["blocks"][1]["element"], "action_id": "pick"},
                            ],
                        }
                    ],
                )

    async def go(self, ack: Any, body: dict[str, Any], respond: Any) -> None:
        self.got.append(("action", body))
        await ack()
        await respond("Gone.", replace_original=True)

    async def dialog(self, ack: Any, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=MODAL)

    async def submitted(self, ack: Any, body: dict[str, Any]) -> None:
        self.got.append(("submission", body))
        await ack(**(self.answer or {}))

    async def closed(self, ack: Any, body: dict[str, Any]) -> None:
        self.got.append(("closed", body))
        await ack()

    async def options(self, ack: Any, body: dict[str, Any]) -> None:
        self.got.append(("options", body))
        await ack(options=[{"text": {"type": "plain_text", "text": body["value"].title()}, "value": "1"}])

    async def home(self, event: dict[str, Any], client: AsyncWebClient) -> None:
        self.got.append(("home", event))
        view = {"type": "home", "blocks": [{"type": "header", "text": {"type": "plain_text", "text": "All is well"}}]}
        await client.views_publish(user_id=event["user"], view=view)

    async def joined(self, event: dict[str, Any], client: AsyncWebClient) -> None:
        self.got.append(("joined", event))
        await client.chat_postMessage(channel=event["channel"], text="Hello, I watch over this.")

    def last(self, kind: str) -> dict[str, Any]:
        """The payload that came last of that kind."""
        return [body for name, body in self.got if name == kind][-1]


def button(action_id: str, label: str, value: str) -> dict[str, Any]:
    return {
        "type": "button",
        "action_id": action_id,
        "text": {"type": "plain_text", "text": label},
        "value": value,
    }


@contextlib.asynccontextmanager
async def connected(bot: Bot, slack: WorkspaceServer, sockets: int = 1, ping: float = 3) -> AsyncIterator[None]:
    """The app on that many sockets."""
    handlers = [AsyncSocketModeHandler(bot.app, slack.app_token, ping_interval=ping) for _ in range(sockets)]
    for handler in handlers:
        await handler.connect_async()
    await slack.connected(sockets)
    try:
        yield
    finally:
        for handler in handlers:
            await handler.close_async()
            await handler.client.aiohttp_client_session.close()


@pytest.fixture
async def bot(slack: WorkspaceServer) -> AsyncIterator[Bot]:
    """The app, connected."""
    made = Bot(slack)
    async with connected(made, slack):
        yield made


async def test_a_command_is_acknowledged_and_its_answer_is_for_the_person_alone(
    slack: WorkspaceServer, bot: Bot
) -> None:
    """What comes with the acknowledgement is shown to the person who asked, to nobody else."""
    result = await slack.command("mia", "#launch", "/launch ephemeral")
    assert result.ok
    assert [each["text"] for each in slack.ephemerals("mia")] == ["only you see this"]
    assert slack.ephemerals("ben") == []
    assert slack.messages("#launch") == []
    assert bot.last("command")["user_name"] == "mia"
    assert slack.violations() == []


async def test_names_and_links_in_a_command_are_escaped(slack: WorkspaceServer, bot: Bot) -> None:
    """With should_escape people, channels and links arrive by id, and nothing else is touched."""
    await slack.command("mia", "#launch", "/launch ephemeral @ben in #ops at shop.com & <b> tls.expiry")
    assert bot.last("command")["text"] == (
        "ephemeral <@UBEN|ben> in <#C0OPSALRT|ops> at <http://shop.com|shop.com> &amp; &lt;b&gt; tls.expiry"
    )


async def test_an_answer_may_be_for_the_channel(slack: WorkspaceServer, bot: Bot) -> None:
    """`response_type: in_channel` makes an ordinary message."""
    await slack.command("mia", "#launch", "/launch loud")
    assert [each["text"] for each in slack.messages("#launch")] == ["all see this"]


async def test_a_bad_answer_is_written_down_and_shown(slack: WorkspaceServer, bot: Bot) -> None:
    """Blocks that Slack refuses in an acknowledgement are a violation, and the person is told."""
    await slack.command("mia", "#launch", "/launch bad")
    assert [each.kind for each in slack.violations()] == ["bad_answer"]
    assert "invalid_blocks" in slack.ephemerals("mia")[0]["text"]


async def test_a_response_url_replaces_its_own_answer(slack: WorkspaceServer, bot: Bot) -> None:
    """The second use of a response URL replaces the first one's message."""
    await slack.command("mia", "#launch", "/launch late")
    await slack.wait_for("second", user="mia")
    assert [each["text"] for each in slack.ephemerals("mia")] == ["second"]


async def test_silence_is_said(slack: WorkspaceServer, bot: Bot) -> None:
    """An unanswered command is not sent again; the person reads that nobody answered."""
    result = await slack.command("mia", "#launch", "/launch silent")
    assert (result.ok, result.error) == (False, "operation_timeout")
    assert slack.ephemerals("mia")[0]["text"] == "/launch did not respond (operation_timeout)"
    assert slack.ephemerals("mia")[0]["user"] == "USLACKBOT"
    assert len([each for each in bot.got if each[0] == "command"]) == 1


async def test_a_click_carries_the_message_and_is_answered_in_its_place(slack: WorkspaceServer, bot: Bot) -> None:
    """A button's payload has all that Slack sends; the answer replaces the message."""
    await slack.command("mia", "#launch", "/launch now")
    card = await slack.wait_for("Ready?", channel="#launch")
    assert (await slack.click("ben", card, "go")).ok
    await slack.wait_for("Gone.", channel="#launch")
    body = bot.last("action")
    assert body["user"]["id"] == "UBEN"
    assert body["container"] == {
        "type": "message",
        "message_ts": card["ts"],
        "channel_id": "C0LAUNCH1",
        "is_ephemeral": False,
    }
    assert body["message"]["text"] == "Ready?"
    assert body["actions"][0]["value"] == "one"
    assert [each["text"] for each in slack.messages("#launch")] == ["Gone."]


async def test_a_choice_carries_the_option(slack: WorkspaceServer, bot: Bot) -> None:
    """The whole option comes back, also in the state; one that is not offered cannot be chosen."""
    await slack.command("mia", "#launch", "/launch now")
    card = await slack.wait_for("Ready?", channel="#launch")
    with pytest.raises(NotPossible, match="not offered"):
        await slack.select("mia", card, "pick", "unheard of")
    await slack.select("mia", card, "pick", "worse")
    body = bot.last("action")
    assert body["actions"][0]["selected_option"]["text"]["text"] == "Worse"
    (values,) = body["state"]["values"].values()
    assert values["pick"]["selected_option"]["value"] == "worse"


async def dialog(slack: WorkspaceServer) -> dict[str, Any]:
    """Open the dialog and return it."""
    await slack.command("mia", "#launch", "/launch now")
    card = await slack.wait_for("Ready?", channel="#launch")
    await slack.click("mia", card, "dialog")
    return await slack.until(lambda: slack.modal("mia"))


async def test_a_dialog_is_filled_in_and_submitted(slack: WorkspaceServer, bot: Bot) -> None:
    """Values come by block and action; after an empty acknowledgement the dialog is gone."""
    view = await dialog(slack)
    with pytest.raises(NotPossible) as refused:
        await slack.submit("mia", view)
    assert refused.value.errors == {"why": "Please complete this required field."}
    await slack.submit("mia", view, {"text": "because", "level": "bad"})
    body = bot.last("submission")
    assert body["view"]["private_metadata"] == "kept"
    assert body["view"]["state"]["values"]["why"]["text"]["value"] == "because"
    assert body["view"]["state"]["values"]["how"]["level"]["selected_option"]["value"] == "bad"
    assert slack.modal("mia") is None


async def test_the_app_may_refuse_a_field(slack: WorkspaceServer, bot: Bot) -> None:
    """`errors` stand under their fields and the dialog stays."""
    view = await dialog(slack)
    bot.answer = {"response_action": "errors", "errors": {"why": "Say more."}}
    with pytest.raises(NotPossible) as refused:
        await slack.submit("mia", view, {"text": "x"})
    assert refused.value.errors == {"why": "Say more."}
    assert slack.modal("mia") is not None


async def test_a_submission_may_update_push_and_clear(slack: WorkspaceServer, bot: Bot) -> None:
    """The stack follows `response_action`."""
    view = await dialog(slack)
    bot.answer = {"response_action": "update", "view": {**MODAL, "private_metadata": "second"}}
    await slack.submit("mia", view, {"text": "x"})
    updated = slack.modal("mia")
    assert updated is not None
    assert (updated["id"], updated["private_metadata"]) == (view["id"], "second")
    assert updated["hash"] != view["hash"]
    bot.answer = {"response_action": "push", "view": MODAL}
    await slack.submit("mia", updated, {"text": "x"})
    top = slack.modal("mia")
    assert top is not None
    assert (top["previous_view_id"], top["root_view_id"]) == (view["id"], view["id"])
    bot.answer = {"response_action": "clear"}
    await slack.submit("mia", top, {"text": "x"})
    assert slack.modal("mia") is None


async def test_closing_a_dialog_is_told(slack: WorkspaceServer, bot: Bot) -> None:
    """`notify_on_close` brings `view_closed`."""
    view = await dialog(slack)
    await slack.close("mia", view)
    assert bot.last("closed")["view"]["id"] == view["id"]
    assert bot.last("closed")["is_cleared"] is False
    assert slack.modal("mia") is None


async def test_options_come_from_the_app(slack: WorkspaceServer, bot: Bot) -> None:
    """An external select asks the app, and what it offered can be chosen."""
    view = await dialog(slack)
    found = await slack.acts.suggest("mia", "owner", "ann", view_id=view["id"])
    assert found["options"][0]["text"]["text"] == "Ann"
    await slack.submit("mia", view, {"text": "x", "owner": found["options"][0]})
    assert bot.last("submission")["view"]["state"]["values"]["who"]["owner"]["selected_option"]["value"] == "1"


async def test_the_app_home_is_published_when_it_is_opened(slack: WorkspaceServer, bot: Bot) -> None:
    """Opening the App Home is an event; the second one carries the view."""
    slack.open_home("mia")
    home = await slack.until(lambda: slack.home("mia"))
    assert home["blocks"][0]["text"]["text"] == "All is well"
    assert "view" not in bot.last("home")
    slack.open_home("mia")
    await slack.until(lambda: "view" in bot.last("home"))


async def test_the_bot_is_told_when_it_is_invited(slack: WorkspaceServer, bot: Bot) -> None:
    """An invitation is an event with the inviter's name, and the bot may post there from then on."""
    slack.invite_bot("mia", "#general")
    await slack.wait_for("I watch over this", channel="#general")
    assert bot.last("joined")["inviter"] == "UMIA"


async def test_the_second_socket_answers_while_the_first_is_cut(slack: WorkspaceServer) -> None:
    """After a reset of one of two sockets commands go on being answered, and the lost one comes back."""
    made = Bot(slack)
    async with connected(made, slack, sockets=2, ping=0.5):
        first = slack.core.dispatcher.sockets.connections[0]
        first.reset()
        await slack.until(lambda: first not in slack.core.dispatcher.sockets.connections)
        assert (await slack.command("mia", "#launch", "/launch ephemeral")).ok
        await slack.connected(2, timeout=60)
        assert (await slack.command("mia", "#launch", "/launch ephemeral")).ok
        assert slack.violations() == []


@pytest.mark.alone
async def test_three_hundred_commands_at_once_each_get_one_answer(slack: WorkspaceServer) -> None:
    """Nobody is forgotten, nobody is answered twice."""
    slack.core.dispatcher.sockets._timeout = 10
    made = Bot(slack)
    async with connected(made, slack, sockets=2):
        results = await asyncio.gather(*(slack.command("mia", "#launch", f"/launch ephemeral {n}") for n in range(300)))
    assert all(each.ok for each in results)
    assert len(slack.ephemerals("mia")) == 300
    assert slack.violations() == []


async def test_bolt_works_in_http_mode_too(slack: WorkspaceServer) -> None:
    """Signed requests reach an app that has no socket, and its answers are taken from the body."""
    from aiohttp import web

    made = Bot(slack)
    runner = web.AppRunner(made.app.server(port=0, path="/slack/events").web_app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    port = runner.addresses[0][1]
    try:
        assert await slack.core.dispatcher.use_http(f"http://127.0.0.1:{port}/slack/events")
        assert (await slack.command("mia", "#launch", "/launch ephemeral")).ok
        assert slack.ephemerals("mia")[0]["text"] == "only you see this"
        slack.open_home("mia")
        await slack.until(lambda: slack.home("mia"))
        view = await dialog(slack)
        await slack.submit("mia", view, {"text": "because"})
        assert slack.modal("mia") is None
    finally:
        await runner.cleanup()
