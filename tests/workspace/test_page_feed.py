"""What the page in the browser relies on: the feed, acting, the files, and that no other site gets in."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.workspace import WorkspaceServer


class Feed:
    """The page's event stream."""

    def __init__(self, answer: aiohttp.ClientResponse) -> None:
        self.answer = answer

    async def next(self) -> tuple[str, int, dict[str, Any]]:
        """The next event: its name, its version and what it carries."""
        fields = {}
        while line := (await asyncio.wait_for(self.answer.content.readline(), 60)).decode().strip():
            name, _, value = line.partition(": ")
            fields[name] = value
        return fields["event"], int(fields["id"]), json.loads(fields["data"])

    async def delta(self, kind: str) -> dict[str, Any]:
        """The next delta of that type."""
        while True:
            event, _, data = await self.next()
            if event == "delta" and data["type"] == kind:
                return data


@contextlib.asynccontextmanager
async def feed(slack: WorkspaceServer) -> AsyncIterator[Feed]:
    """The stream, open."""
    async with aiohttp.ClientSession() as session, session.get(f"{slack.url}/_page/stream") as answer:
        assert answer.content_type == "text/event-stream"
        yield Feed(answer)


async def act(slack: WorkspaceServer, do: str, **fields: Any) -> dict[str, Any]:
    """One act of Mia's, over HTTP as the page does it."""
    data = {"do": do, "user": "UMIA", **fields}
    async with aiohttp.ClientSession() as session, session.post(f"{slack.url}/_page/act", json=data) as answer:
        assert answer.status == 200
        found: dict[str, Any] = await answer.json()
        return found


async def test_the_feed_begins_with_everything_and_goes_on_with_changes(
    slack: WorkspaceServer, client: AsyncWebClient
) -> None:
    """State first; then each change in order, with growing versions."""
    async with feed(slack) as stream:
        event, version, state = await stream.next()
        assert (event, version) == ("state", state["version"])
        assert {each["name"] for each in state["users"]} >= {"mia", "ben", "lena", "kai", "slackbot"}
        assert {each["kind"] for each in state["channels"]} == {"public", "private"}
        assert state["commands"][0]["command"] == "/launch"
        assert {each["usage"].split(" ")[0] for each in state["commands"][0]["verbs"]} >= {"status", "check", "help"}
        posted = await client.chat_postMessage(channel="C0LAUNCH1", text="one")
        event, later, delta = await stream.next()
        assert (event, delta["type"], delta["channel"]) == ("delta", "message", "C0LAUNCH1")
        assert delta["message"]["ts"] == posted["ts"]
        assert later > version
        await client.chat_delete(channel="C0LAUNCH1", ts=posted["ts"])
        assert (await stream.delta("message_deleted"))["ts"] == posted["ts"]
        await client.chat_postEphemeral(channel="C0LAUNCH1", user="UMIA", text="psst")
        assert (await stream.delta("ephemeral"))["user"] == "UMIA"
        slack.reset()
        assert (await stream.delta("reset"))["type"] == "reset"
        event, _, state = await stream.next()
        assert (event, state["ephemerals"]) == ("state", [])


async def test_a_person_writes_reads_edits_and_deletes(slack: WorkspaceServer) -> None:
    """Text as typed becomes Slack's own form."""
    said = await act(slack, "say", channel="C0LAUNCH1", text="@ben see #ops and https://a.example/x & <script>")
    (message,) = slack.messages("#launch")
    assert said["ts"] == message["ts"]
    assert message["text"] == "<@UBEN> see <#C0OPSALRT|ops> and <https://a.example/x> &amp; &lt;script&gt;"
    reply = await act(slack, "say", channel="C0LAUNCH1", text="in a thread", thread_ts=said["ts"])
    assert slack.messages("#launch")[0]["reply_count"] == 1
    assert (await act(slack, "read", channel="C0LAUNCH1", ts=reply["ts"]))["ok"]
    assert slack.workspace.snapshot()["read"] == {"UMIA": {"C0LAUNCH1": reply["ts"]}}
    assert (await act(slack, "edit", channel="C0LAUNCH1", ts=reply["ts"], text="changed"))["ok"]
    assert slack.messages("#launch")[1]["text"] == "changed"
    assert (await act(slack, "delete", channel="C0LAUNCH1", ts=reply["ts"]))["ok"]
    assert len(slack.messages("#launch")) == 1
    other = slack.say("ben", "#launch", "Ben's")
    assert (await act(slack, "edit", channel="C0LAUNCH1", ts=other["ts"], text="x"))["error"] == "not_yours"


async def test_channels_are_made_joined_left_and_archived(slack: WorkspaceServer) -> None:
    """What a person can do with channels."""
    made = await act(slack, "create_channel", name="war-room", private=True)
    assert (await act(slack, "create_channel", name="war-room"))["error"] == "name_taken"
    assert (await act(slack, "create_channel", name="War Room!"))["error"] == "bad_name"
    assert (await act(slack, "invite", channel=made["channel"], who="U0LAUNCHR"))["ok"]
    assert slack.workspace.channels[made["channel"]].members == ["UMIA", "U0LAUNCHR"]
    assert (await act(slack, "remove", channel=made["channel"], who="U0LAUNCHR"))["ok"]
    assert (await act(slack, "leave", channel="C0OPSALRT"))["ok"]
    assert (await act(slack, "say", channel="C0OPSALRT", text="x"))["error"] == "not_in_channel"
    assert (await act(slack, "join", channel="C0OPSALRT"))["ok"]
    assert (await act(slack, "archive", channel="C0OPSALRT"))["ok"]
    assert (await act(slack, "say", channel="C0OPSALRT", text="x"))["error"] == "is_archived"
    assert (await act(slack, "unarchive", channel="C0OPSALRT"))["ok"]
    dm = await act(slack, "open_dm", **{"with": "U0LAUNCHR"})
    assert slack.workspace.channels[dm["channel"]].kind == "im"


async def test_acts_that_reach_nobody_say_so(slack: WorkspaceServer, client: AsyncWebClient) -> None:
    """No bot: the command and the button answer with a sentence, and a passing line is shown."""
    lost = await act(slack, "say", channel="C0LAUNCH1", text="/launch status")
    assert (lost["ok"], lost["error"]) == (False, "dispatch_failed")
    assert "not connected" in lost["message"]
    wrong = await act(slack, "command", channel="C0LAUNCH1", text="/lunch")
    assert (wrong["error"], wrong["message"]) == ("unknown_command", "/lunch is not a valid command.")
    button = {"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}}
    block = {"type": "actions", "block_id": "b", "elements": [button]}
    posted = await client.chat_postMessage(channel="C0LAUNCH1", text="x", blocks=[block])
    async with feed(slack) as stream:
        clicked = await act(slack, "action", channel="C0LAUNCH1", ts=posted["ts"], block_id="b", action_id="go")
        assert clicked["error"] == "dispatch_failed"
        assert (await stream.delta("notice"))["level"] == "error"
    gone = await act(slack, "action", channel="C0LAUNCH1", ts=posted["ts"], block_id="b", action_id="stop")
    assert gone["error"] == "no_such_element"


async def test_an_ephemeral_message_can_be_dismissed(slack: WorkspaceServer, client: AsyncWebClient) -> None:
    """It is gone for its reader; nobody else could have dismissed it."""
    sent = await client.chat_postEphemeral(channel="C0LAUNCH1", user="UBEN", text="psst")
    refused = await act(slack, "dismiss", channel="C0LAUNCH1", ts=sent["message_ts"])
    assert refused["error"] == "message_not_found"
    assert (await act(slack, "dismiss", user="UBEN", channel="C0LAUNCH1", ts=sent["message_ts"]))["ok"]
    assert slack.ephemerals("ben") == []


@pytest.mark.parametrize(
    "bad",
    [
        {},
        {"do": "explode"},
        {"do": "__class__"},
        {"do": "say"},
        {"do": "say", "user": "U0NOBODY", "channel": "C0LAUNCH1", "text": "x"},
        {"do": "say", "user": "U0LAUNCHR", "channel": "C0LAUNCH1", "text": "x"},
        {"do": "say", "user": "ULENA", "channel": "G0SECRETS", "text": "x"},
        {"do": "submit", "user": "UMIA", "view_id": "V1"},
        {"do": "read", "user": "UMIA", "channel": "C0LAUNCH1", "ts": "now"},
        {"do": ["say"]},
    ],
)
async def test_what_nobody_can_do_is_refused_with_a_sentence(slack: WorkspaceServer, bad: dict[str, Any]) -> None:
    """A code and a sentence, never a failure."""
    async with aiohttp.ClientSession() as session, session.post(f"{slack.url}/_page/act", json=bad) as answer:
        said = await answer.json()
        assert (answer.status, said["ok"]) == (200, False)
        assert said["message"].endswith(".")


async def test_another_site_cannot_drive_the_workspace(slack: WorkspaceServer) -> None:
    """A foreign Origin or Host is refused on every path; so is a form, which any page could send."""
    port = slack.url.rsplit(":", 1)[1]
    async with aiohttp.ClientSession() as session:
        for path in ("/", "/_page/state", "/_control/info", "/api/api.test"):
            for headers in (
                {"Origin": "https://evil.example"},
                {"Origin": "null"},
                {"Origin": f"http://127.0.0.1:{int(port) + 1}"},
                {"Origin": f"http://127.0.0.1:{port}@evil.example"},
                {"Host": "evil.example"},
                {"Host": f"evil.example:{port}"},
                {"Host": f"127.0.0.1.evil.example:{port}"},
            ):
                async with session.get(slack.url + path, headers=headers) as answer:
                    assert answer.status == 403, (path, headers)
        async with session.get(f"{slack.url}/_page/state", headers={"Origin": f"http://localhost:{port}"}) as answer:
            assert answer.status == 200
        async with session.post(f"{slack.url}/_page/act", data='{"do": "say"}') as answer:
            assert answer.status == 415


def test_the_workspace_listens_on_loopback_only() -> None:
    """Any other address is refused before anything listens."""
    for host in ("0.0.0.0", "192.168.1.1", "::"):
        with pytest.raises(ValueError, match="not a loopback"):
            WorkspaceServer(host=host)


async def test_files_are_served_from_one_folder(tmp_path: Path) -> None:
    """The start page, its files, nothing outside of the folder."""
    static = tmp_path / "static"
    static.mkdir()
    (static / "index.html").write_text("<title>Here</title>")
    (static / "app.js").write_text("1")
    (tmp_path / "secret.txt").write_text("no")
    (static / "link.txt").symlink_to(tmp_path / "secret.txt")
    async with WorkspaceServer(static=static) as slack, aiohttp.ClientSession() as session:
        async with session.get(slack.url) as answer:
            assert "Here" in await answer.text()
            assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
        async with session.get(f"{slack.url}/app.js") as answer:
            assert (answer.status, "javascript" in answer.content_type) == (200, True)
        for path in ("/%2e%2e/secret.txt", "/..%2fsecret.txt", "/link.txt", "/nothing", "/%00"):
            async with session.get(slack.url + path) as answer:
                assert answer.status in (400, 404), path


async def test_verbs_are_learned_from_the_bots_help(slack: WorkspaceServer, client: AsyncWebClient) -> None:
    """Once the bot has explained its verbs, the composer can show the sentences; other answers teach nothing."""
    hint = "Try `/launch deploy` – it may help."
    lines = (
        "`/launch status [host]` – One screen.",
        "`/launch check [family]`\nLooks now.",
        "*/launch help* – This list.",
    )
    for text in (hint, "\n".join(lines)):
        block = {"type": "section", "text": {"type": "mrkdwn", "text": text}}
        await client.chat_postEphemeral(channel="C0LAUNCH1", user="UMIA", text="Help", blocks=[block])
    verbs = slack.workspace.commands_for_page()[0]["verbs"]
    assert {"usage": "status [host]", "help": "One screen."} in verbs
    assert {"usage": "check [family]", "help": "Looks now."} in verbs
    assert {"usage": "explain [check]", "help": ""} in verbs
    assert not any(each["usage"].startswith("deploy") for each in verbs)
