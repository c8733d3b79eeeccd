"""Slack's Web API as a Messenger: few methods, and errors that say whether a message can have arrived.

Nothing here repeats a call by itself: the outbox decides about that, because only it knows what was sent before.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NoReturn

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

Message = Mapping[str, Any]
"""`text`, `blocks` and the like, as `chat.postMessage` takes them."""

EVENT_TYPE = "launch_delivery"
"""Type of the metadata that marks each message with its delivery id."""
TOTAL_SECONDS = 10.0
CONNECT_SECONDS = 5.0
PAGES = 5
PAGE = 200
DEFAULT_RETRY = 30.0
LONGEST_RETRY = 3600.0

BAD_BLOCKS = frozenset(
    {
        "invalid_blocks",
        "invalid_blocks_format",
        "invalid_attachments",
        "too_many_attachments",
        "msg_too_long",
        "msg_blocks_too_long",
        "markdown_text_conflict",
        "no_text",
        "invalid_metadata_format",
        "metadata_too_large",
    }
)
UNCLEAR = frozenset({"fatal_error", "internal_error", "service_unavailable", "request_timeout", "team_added_to_org"})
"""Slack's own troubles: the call may have done its work."""
BROKEN_TOKEN = frozenset(
    {
        "invalid_auth",
        "not_authed",
        "account_inactive",
        "token_revoked",
        "token_expired",
        "missing_scope",
        "no_permission",
    }
)
"""Refusals that concern the whole workspace: no other channel would take the message either."""


class SlackError(Exception):
    """A call that did not succeed; the text never holds a token."""


class RateLimited(SlackError):
    """Slack asks to wait; nothing was done."""

    def __init__(self, retry_after: float) -> None:
        super().__init__(f"Slack asks to wait {retry_after:.0f} s")
        self.retry_after = retry_after


class NotSent(SlackError):
    """No byte of it reached Slack."""


class BadBlocks(SlackError):
    """Slack takes the message in no such shape."""

    def __init__(self, error: str, messages: tuple[str, ...]) -> None:
        super().__init__(": ".join((error, *messages[:3])))
        self.error = error
        self.messages = messages


class Permanent(SlackError):
    """Slack refuses, and will refuse again until a person changes something."""

    def __init__(self, error: str, needed: str = "") -> None:
        super().__init__(f"{error} (needs {needed})" if needed else error)
        self.error = error

    @property
    def everywhere(self) -> bool:
        """Whether it is the token that is refused, so that no other channel would do."""
        return self.error in BROKEN_TOKEN


class Unknown(SlackError):
    """Nobody knows whether Slack has taken it."""


@dataclass(frozen=True, slots=True)
class Sent:
    """Where a message ended up."""

    channel: str
    ts: str


@dataclass(frozen=True, slots=True)
class Profile:
    """What Slack says about a person."""

    id: str
    name: str = ""
    team: str = ""
    zone: str = ""
    guest: bool = False
    stranger: bool = False
    """Of another workspace that shares a channel with this one."""
    bot: bool = False
    gone: bool = False
    admin: bool = False
    """Owner or administrator of the workspace."""
    primary_owner: bool = False


@asynccontextmanager
async def open_client(token: str, base_url: str = "") -> AsyncIterator[AsyncWebClient]:
    """A Web API client with one shared HTTP session and the bot's time-outs, closed at the end."""
    timeout = aiohttp.ClientTimeout(total=TOTAL_SECONDS, sock_connect=CONNECT_SECONDS)
    async with aiohttp.ClientSession(timeout=timeout) as session:
        yield AsyncWebClient(
            token=token, base_url=base_url or AsyncWebClient.BASE_URL, session=session, retry_handlers=[]
        )


class Messenger:
    """What the bot says to Slack. Every method raises one of `RateLimited NotSent BadBlocks Permanent Unknown`."""

    def __init__(self, client: AsyncWebClient) -> None:
        self._client = client

    async def post(self, channel: str, message: Message, *, thread_ts: str = "", broadcast: bool = False) -> Sent:
        """Post a message; `channel` may be a user's id, which is a direct message.

        With `thread_ts` it is a line under that message, with `broadcast` one that the channel sees too.
        """
        more: dict[str, Any] = {"thread_ts": thread_ts} if thread_ts else {}
        if thread_ts and broadcast:
            more["reply_broadcast"] = True
        answer = await self._call(
            "chat.postMessage", {"unfurl_links": False, "unfurl_media": False, **message, **more, "channel": channel}
        )
        return Sent(str(answer.get("channel") or channel), str(answer.get("ts") or ""))

    async def update(self, channel: str, ts: str, message: Message) -> Sent:
        """Bring a message up to date."""
        answer = await self._call("chat.update", {**message, "channel": channel, "ts": ts})
        return Sent(str(answer.get("channel") or channel), str(answer.get("ts") or ts))

    async def post_ephemeral(self, channel: str, user: str, message: Message) -> None:
        """Say something that only one person sees; it is gone after a reload and can never be edited."""
        plain = {key: value for key, value in message.items() if key != "metadata"}
        await self._call("chat.postEphemeral", {**plain, "channel": channel, "user": user})

    async def publish_home(self, user: str, view: Message) -> None:
        """Show someone's App Home."""
        await self._call("views.publish", {"user_id": user, "view": dict(view)})

    async def open_dialog(self, trigger: str, view: Message, *, above: bool = False) -> None:
        """Open a dialog, within three seconds of the click that asked for it; `above` the one that is open."""
        await self._call("views.push" if above else "views.open", {"trigger_id": trigger, "view": dict(view)})

    async def update_dialog(self, dialog: str, view: Message) -> None:
        """Put another content into an open dialog."""
        await self._call("views.update", {"view_id": dialog, "view": dict(view)})

    async def person(self, user: str) -> Profile:
        """Who that is. Raises `Permanent("user_not_found")` for nobody."""
        return _profile((await self._call("users.info", {"user": user}, get=True)).get("user"), user)

    async def by_email(self, address: str) -> Profile:
        """Who has that address; needs the scope users:read.email. Raises `Permanent("users_not_found")`."""
        return _profile((await self._call("users.lookupByEmail", {"email": address}, get=True)).get("user"), "")

    async def find(self, channel: str, delivery_id: str, since: datetime, *, thread_ts: str = "") -> Sent | None:
        """Look a delivery id up in the channel's history (or a thread's) since a moment. None: it is not there."""
        arguments: dict[str, Any] = {
            "channel": channel,
            "oldest": f"{since.timestamp():.6f}",
            "include_all_metadata": True,
            "inclusive": True,
            "limit": PAGE,
        }
        method = "conversations.history"
        if thread_ts:
            method, arguments["ts"] = "conversations.replies", thread_ts
        for _ in range(PAGES):
            answer = await self._call(method, arguments, get=True)
            for each in answer.get("messages") or ():
                metadata = each.get("metadata") or {}
                if metadata.get("event_type") == EVENT_TYPE:
                    payload = metadata.get("event_payload") or {}
                    if payload.get("d") == delivery_id:
                        return Sent(channel, str(each.get("ts") or ""))
            cursor = (answer.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                return None
            arguments["cursor"] = cursor
        raise Permanent("history_too_long")

    async def channel_named(self, name: str) -> str:
        """The id of a public channel; "" where the first pages show none of that name. Needs channels:read."""
        arguments: dict[str, Any] = {"types": "public_channel", "exclude_archived": True, "limit": PAGE}
        for _ in range(PAGES):
            answer = await self._call("conversations.list", arguments, get=True)
            for each in answer.get("channels") or ():
                if each.get("name") == name:
                    return str(each.get("id") or "")
            cursor = (answer.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                return ""
            arguments["cursor"] = cursor
        return ""

    async def primary_owner(self) -> str:
        """The id of whoever owns the workspace; "" where the first pages of its people do not show it."""
        arguments: dict[str, Any] = {"limit": PAGE}
        for _ in range(PAGES):
            answer = await self._call("users.list", arguments, get=True)
            for each in answer.get("members") or ():
                found = _profile(each, "")
                if found.primary_owner and not found.gone:
                    return found.id
            cursor = (answer.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                return ""
            arguments["cursor"] = cursor
        return ""

    async def works(self) -> None:
        """Prove that the token is good; raises like every other call."""
        await self._call("auth.test", {})

    async def _call(self, method: str, arguments: Mapping[str, Any], *, get: bool = False) -> Mapping[str, Any]:
        try:
            if get:
                response = await self._client.api_call(method, http_verb="GET", params=dict(arguments))
            else:
                response = await self._client.api_call(method, json=dict(arguments))
        except SlackApiError as error:
            _refused(error)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL) as error:
            raise NotSent(f"Slack could not be reached ({type(error).__name__})") from error
        except TimeoutError as error:
            raise Unknown(f"Slack did not answer within {TOTAL_SECONDS:.0f} s") from error
        except (aiohttp.ClientError, SlackClientError, OSError) as error:
            raise Unknown(f"the connection to Slack broke ({type(error).__name__})") from error
        except asyncio.CancelledError:
            raise
        except (AttributeError, ValueError, TypeError) as error:
            # The SDK stumbles over bodies that are no JSON object: a proxy's error page, a cut-off answer.
            raise Unknown("what came back is not Slack's") from error
        data = response.data
        return data if isinstance(data, Mapping) else {}


def _profile(given: Any, user: str) -> Profile:
    about: Mapping[str, Any] = given if isinstance(given, Mapping) else {}
    inner = about.get("profile")
    profile: Mapping[str, Any] = inner if isinstance(inner, Mapping) else {}
    name = profile.get("display_name") or about.get("real_name") or about.get("name") or ""
    return Profile(
        id=str(about.get("id") or user),
        name=str(name)[:80],
        team=str(about.get("team_id") or ""),
        zone=str(about.get("tz") or "")[:80],
        guest=bool(about.get("is_restricted") or about.get("is_ultra_restricted")),
        stranger=bool(about.get("is_stranger")),
        bot=bool(about.get("is_bot")),
        gone=bool(about.get("deleted")),
        admin=bool(about.get("is_admin") or about.get("is_owner") or about.get("is_primary_owner")),
        primary_owner=bool(about.get("is_primary_owner")),
    )


def _refused(error: SlackApiError) -> NoReturn:
    """Turn what Slack (or something in between) answered into one of our errors."""
    response: Any = error.response
    status = int(getattr(response, "status_code", 0) or getattr(response, "status", 0) or 0)
    body = getattr(response, "data", None)
    data: Mapping[str, Any] = body if isinstance(body, Mapping) else {}
    code = str(data.get("error") or "")
    if status == 429 or code in ("ratelimited", "rate_limited"):
        raise RateLimited(_seconds(getattr(response, "headers", {}) or {})) from error
    if status >= 500 or code in UNCLEAR or not code:
        raise Unknown(f"Slack answered {status}" + (f" {code}" if code else "")) from error
    if code in BAD_BLOCKS:
        lines = [*(data.get("errors") or ()), *((data.get("response_metadata") or {}).get("messages") or ())]
        raise BadBlocks(code, tuple(str(line)[:300] for line in lines[:10])) from error
    raise Permanent(code[:100], str(data.get("needed") or "")[:100]) from error


def _seconds(headers: Mapping[str, Any]) -> float:
    """Retry-After in seconds; a sane default where it is absent or senseless."""
    value = next((value for key, value in headers.items() if str(key).lower() == "retry-after"), "")
    try:
        seconds = float(str(value))
    except ValueError:
        return DEFAULT_RETRY
    return min(max(seconds, 0.0), LONGEST_RETRY) if seconds == seconds else DEFAULT_RETRY  # noqa: PLR0124  NaN
