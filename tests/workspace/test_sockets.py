"""Socket Mode as a client sees it: hello, one socket per envelope, redelivery, and everything that can go wrong."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.workspace import WorkspaceServer


class Socket:
    """A bare socket that acknowledges what it is told to."""

    def __init__(self, ws: aiohttp.ClientWebSocketResponse) -> None:
        self.ws = ws

    async def next(self, timeout: float = 5) -> dict[str, Any]:
        """The next frame."""
        frame: dict[str, Any] = json.loads(await self.ws.receive_str(timeout=timeout))
        return frame

    async def ack(self, frame: dict[str, Any], **payload: Any) -> None:
        """Acknowledge, with a payload where one is given."""
        await self.ws.send_json({"envelope_id": frame["envelope_id"], **({"payload": payload} if payload else {})})

    async def silent(self, seconds: float = 0.3) -> bool:
        """Whether nothing comes for a while."""
        try:
            await self.next(seconds)
        except TimeoutError:
            return True
        return False


@contextlib.asynccontextmanager
async def opened(slack: WorkspaceServer, count: int = 1) -> AsyncIterator[list[Socket]]:
    """That many sockets, their hello read."""
    async with aiohttp.ClientSession() as session, contextlib.AsyncExitStack() as stack:
        found = []
        for number in range(count):
            url = (await AsyncWebClient(base_url=slack.api_url).apps_connections_open(app_token=slack.app_token))["url"]
            socket = Socket(await stack.enter_async_context(session.ws_connect(url)))
            hello = await socket.next()
            assert (hello["type"], hello["num_connections"]) == ("hello", number + 1)
            assert hello["connection_info"] == {"app_id": "A0LAUNCHR"}
            found.append(socket)
        yield found


async def test_the_sdk_client_connects_and_answers(slack: WorkspaceServer) -> None:
    """Slack's own asyncio client, without Bolt."""
    client = SocketModeClient(
        app_token=slack.app_token, web_client=AsyncWebClient(base_url=slack.api_url), ping_interval=0.2
    )

    async def answer(which: SocketModeClient, request: SocketModeRequest) -> None:
        payload = {"text": f"you said {request.payload['text']}"}
        await which.send_socket_mode_response(SocketModeResponse(request.envelope_id, payload))

    client.socket_mode_request_listeners.append(answer)
    await client.connect()
    try:
        await slack.connected()
        assert (await slack.command("mia", "#launch", "/launch hello")).ok
        assert slack.ephemerals("mia")[0]["text"] == "you said hello"
        before = await slack.until(lambda: client.last_ping_pong_time)
        await slack.until(lambda: (client.last_ping_pong_time or 0) > before)
    finally:
        await client.close()
        await client.aiohttp_client_session.close()


async def test_an_envelope_goes_to_one_socket(slack: WorkspaceServer) -> None:
    """Two sockets share the work, nobody gets it twice."""
    async with opened(slack, 2) as sockets:
        counts = [0, 0]
        for _ in range(6):
            sent = asyncio.create_task(slack.command("mia", "#launch", "/launch status"))
            reads = [asyncio.create_task(each.next()) for each in sockets]
            done, waiting = await asyncio.wait(reads, return_when=asyncio.FIRST_COMPLETED)
            assert len(done) == 1
            which = reads.index(done.pop())
            for each in waiting:
                each.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)
            counts[which] += 1
            await sockets[which].ack(reads[which].result())
            assert (await sent).ok
        assert counts == [3, 3]


async def test_a_ticket_is_good_for_one_socket(slack: WorkspaceServer) -> None:
    """The address of apps.connections.open cannot be used twice, nor guessed."""
    url = (await AsyncWebClient(base_url=slack.api_url).apps_connections_open(app_token=slack.app_token))["url"]
    async with aiohttp.ClientSession() as session:
        async with session.ws_connect(url):
            pass
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await session.ws_connect(url)
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await session.ws_connect(f"{slack.url}/link/?ticket=guess")


async def test_the_eleventh_socket_is_sent_away(slack: WorkspaceServer) -> None:
    """Ten sockets an app may hold."""
    async with opened(slack, 10):
        url = (await AsyncWebClient(base_url=slack.api_url).apps_connections_open(app_token=slack.app_token))["url"]
        async with aiohttp.ClientSession() as session, session.ws_connect(url) as ws:
            frame = await Socket(ws).next()
            assert (frame["type"], frame["reason"]) == ("disconnect", "too_many_websockets")
        assert len(slack.core.dispatcher.sockets.connections) == 10


async def test_events_are_sent_again_until_they_are_acknowledged(slack: WorkspaceServer) -> None:
    """At once, after a minute, after five; the same event id, the count and the reason; then never again."""
    async with opened(slack) as (socket,):
        slack.open_home("mia")
        frames = [await socket.next(), await socket.next()]
        await slack.until(lambda: len(slack.deliveries()) == 2)
        assert await socket.silent()
        slack.advance(61)
        frames.append(await socket.next())
        await slack.until(lambda: len(slack.deliveries()) == 3)
        slack.advance(100)
        assert await socket.silent()
        slack.advance(201)
        frames.append(await socket.next())
        await slack.until(lambda: len(slack.deliveries()) == 4)
        slack.advance(3600)
        assert await socket.silent()
        assert [(each["retry_attempt"], each["retry_reason"]) for each in frames] == [
            (0, ""),
            (1, "timeout"),
            (2, "timeout"),
            (3, "timeout"),
        ]
        assert len({each["payload"]["event_id"] for each in frames}) == 1
        assert len({each["envelope_id"] for each in frames}) == 4
        assert not any(each["accepts_response_payload"] for each in frames)


async def test_the_clock_of_redelivery_can_run_fast() -> None:
    """Six hundred times as fast, a minute is a tenth of a second."""
    async with WorkspaceServer(ack_timeout=0.2, speed=600) as slack, opened(slack) as (socket,):
        slack.open_home("mia")
        assert [(await socket.next())["retry_attempt"] for _ in range(4)] == [0, 1, 2, 3]


async def test_an_acknowledged_event_comes_once(slack: WorkspaceServer) -> None:
    """Nothing follows an acknowledgement."""
    async with opened(slack) as (socket,):
        slack.open_home("mia")
        await socket.ack(await socket.next())
        await slack.until(lambda: slack.deliveries() and slack.deliveries()[0].ok)
        slack.advance(400)
        assert await socket.silent()


async def test_events_of_a_lost_socket_go_to_the_next(slack: WorkspaceServer) -> None:
    """An event that was on its way when the socket broke is sent again at once, to another one."""
    async with opened(slack, 2) as sockets:
        slack.open_home("mia")
        reads = [asyncio.create_task(each.next()) for each in sockets]
        done, _ = await asyncio.wait(reads, return_when=asyncio.FIRST_COMPLETED)
        which = reads.index(done.pop())
        await sockets[which].ws.close()
        again = await reads[1 - which]
        assert again["retry_attempt"] == 1
        await sockets[1 - which].ack(again)


async def test_events_raised_while_nobody_was_there_arrive_later(slack: WorkspaceServer) -> None:
    """Nothing that Slack would redeliver is lost; commands are refused at once."""
    slack.open_home("mia")
    result = await slack.command("mia", "#launch", "/launch status")
    assert (result.ok, result.error) == (False, "dispatch_failed")
    assert slack.ephemerals("mia")[0]["text"] == "/launch did not respond (dispatch_failed)"
    slack.advance(1.5)
    await slack.until(lambda: sum(each.kind == "events_api" for each in slack.deliveries()) == 2)
    async with opened(slack) as (socket,):
        slack.advance(61)
        frame = await socket.next()
        assert (frame["retry_attempt"], frame["retry_reason"]) == (2, "connection_failed")
        await socket.ack(frame)


async def test_a_late_acknowledgement_is_a_violation(slack: WorkspaceServer) -> None:
    """Late, double and unknown acknowledgements are written down, as are frames that are no JSON."""
    async with opened(slack) as (socket,):
        result = await asyncio.gather(slack.command("mia", "#launch", "/launch status"), socket.next())
        assert result[0].error == "operation_timeout"
        await socket.ack(result[1])
        await slack.until(slack.violations)
        sent = asyncio.create_task(slack.command("mia", "#launch", "/launch status"))
        frame = await socket.next()
        await socket.ack(frame)
        await sent
        await socket.ack(frame)
        await socket.ack({"envelope_id": "nobody's"})
        await socket.ws.send_str("{not json")
        await slack.until(lambda: len(slack.violations()) == 4)
        kinds = [each.kind for each in slack.violations()]
        assert kinds == ["late_ack", "second_ack", "unknown_ack", "bad_frame"]
        assert slack.violations()[0].took_ms > 400


async def test_a_payload_where_none_is_taken_is_a_violation(slack: WorkspaceServer) -> None:
    """An event's acknowledgement carries nothing."""
    async with opened(slack) as (socket,):
        slack.open_home("mia")
        await socket.ack(await socket.next(), text="hello")
        await slack.until(slack.violations)
        assert slack.violations()[0].kind == "payload_ignored"


async def test_only_subscribed_events_with_their_scope_are_sent(slack: WorkspaceServer) -> None:
    """The manifest asks for no messages, so none are sent; without its scope a subscribed event is not sent either."""
    async with opened(slack) as (socket,):
        slack.say("mia", "#launch", "hello")
        slack.mention("mia", "#launch", "hello")
        slack.core.tokens.scopes = ["commands", "chat:write"]
        slack.invite_bot("mia", "#general")
        assert await socket.silent()
        slack.core.tokens.scopes.append("channels:read")
        slack.acts.invite("mia", "#general", "kai")
        frame = await socket.next()
        await socket.ack(frame)
        assert frame["payload"]["event"]["user"] == "UKAI"


async def test_a_socket_grows_old(slack: WorkspaceServer) -> None:
    """A warning ten seconds before, then the request to refresh, then the end."""
    async with opened(slack) as (socket,):
        slack.advance(18_051)
        assert (await socket.next())["reason"] == "warning"
        slack.advance(11)
        assert (await socket.next())["reason"] == "refresh_requested"
        assert (await socket.ws.receive()).type == aiohttp.WSMsgType.CLOSE


# -- faults --------------------------------------------------------------------


async def test_envelopes_can_be_doubled(slack: WorkspaceServer) -> None:
    """The same envelope twice; acknowledging both is no violation."""
    slack.fault("duplicate", method="slash_commands")
    async with opened(slack) as (socket,):
        sent = asyncio.create_task(slack.command("mia", "#launch", "/launch status"))
        first, second = await socket.next(), await socket.next()
        assert first == second
        await socket.ack(first)
        await socket.ack(second)
        assert (await sent).ok
        assert slack.violations() == []


async def test_envelopes_can_change_places(slack: WorkspaceServer) -> None:
    """The first arrives after the second."""
    slack.fault("reorder", method="slash_commands")
    async with opened(slack) as (socket,):
        one = asyncio.create_task(slack.command("mia", "#launch", "/launch one"))
        await slack.until(lambda: slack.core.dispatcher.sockets._held)
        two = asyncio.create_task(slack.command("mia", "#launch", "/launch two"))
        frames = [await socket.next(), await socket.next()]
        for frame in frames:
            await socket.ack(frame)
        assert [each["payload"]["text"] for each in frames] == ["two", "one"]
        assert (await one).ok
        assert (await two).ok


async def test_acknowledgements_can_be_lost(slack: WorkspaceServer) -> None:
    """An event whose acknowledgement is lost is sent again."""
    slack.fault("drop_ack", method="events_api")
    async with opened(slack) as (socket,):
        slack.open_home("mia")
        await socket.ack(await socket.next())
        again = await socket.next()
        assert again["retry_attempt"] == 1
        await socket.ack(again)
        await slack.until(lambda: slack.deliveries()[-1].ok)


async def test_sockets_can_be_reset(slack: WorkspaceServer) -> None:
    """The connection ends without a close frame."""
    async with opened(slack) as (socket,):
        await slack.sockets("reset")
        message = await socket.ws.receive(timeout=5)
        assert message.type in (aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.ERROR)
        assert socket.ws.close_code == 1006
        await slack.until(lambda: not slack.core.dispatcher.sockets.connections)


async def test_sockets_can_be_half_open(slack: WorkspaceServer) -> None:
    """Pings stay unanswered and envelopes vanish; a new socket is whole again."""
    async with opened(slack) as (socket,):
        await slack.sockets("half_open")
        await socket.ws.ping(b"hello?")
        result = await slack.command("mia", "#launch", "/launch status")
        assert result.error == "operation_timeout"
        assert await socket.silent(0.1)
    await slack.until(lambda: not slack.core.dispatcher.sockets.connections)
    async with opened(slack) as (socket,):
        sent = asyncio.create_task(slack.command("mia", "#launch", "/launch status"))
        await socket.ack(await socket.next())
        assert (await sent).ok


@pytest.mark.parametrize("reason", ["warning", "refresh_requested", "link_disabled"])
async def test_sockets_can_be_asked_to_leave(slack: WorkspaceServer, reason: str) -> None:
    """A disconnect frame with its reason."""
    async with opened(slack) as (socket,):
        asked = asyncio.create_task(slack.sockets(reason))
        frame = await socket.next()
        assert (frame["type"], frame["reason"]) == ("disconnect", reason)
        await socket.ws.close()
        await asked
