"""The running workspace, as tests and `launch demo` hold it: start, act as a person, look, break, wait.

async with WorkspaceServer() as slack:
    client = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url)
    ...
    await slack.command("mia", "#launch", "/launch status")
    card = await slack.wait_for("Sign-up", channel="#launch")
    await slack.click("mia", card, "audit.rerun")
"""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from bot.demo.workspace import core, forms, manifest
from bot.demo.workspace.acts import Acts, all_blocks
from bot.demo.workspace.content import elements
from bot.demo.workspace.control import Control
from bot.demo.workspace.dispatch import Dispatcher
from bot.demo.workspace.faults import Fault
from bot.demo.workspace.looking import Looking, words
from bot.demo.workspace.pace import Pace
from bot.demo.workspace.page_feed import STATIC, PageFeed
from bot.demo.workspace.people import Json
from bot.demo.workspace.server import BODY_BYTES, WebApi, loopback_only
from bot.demo.workspace.sockets import Result

__all__ = ["ACK_TIMEOUT", "WorkspaceServer", "words"]

ACK_TIMEOUT = 3.0


class WorkspaceServer(Looking):
    """One workspace on one loopback port. `port` 0: any free one."""

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        manifest_path: Path | None = None,
        grant_optional: bool = True,
        limits: bool = True,
        speed: float = 1.0,
        now: Callable[[], float] | None = None,
        ack_timeout: float = ACK_TIMEOUT,
        static: Path = STATIC,
    ) -> None:
        if not ipaddress.ip_address(host).is_loopback:
            raise ValueError(f"{host} is not a loopback address: the workspace must not be reachable from outside")
        self._host, self._port = host, port
        pace = Pace(speed, now)
        self.core = core.build(manifest.load(manifest_path), pace=pace, limits=limits, grant_optional=grant_optional)
        self.core.dispatcher = Dispatcher(self.core, ack_timeout=ack_timeout)
        self.workspace = self.core.workspace
        self.acts = Acts(self.core)
        self.page = PageFeed(self.core, self.acts, static)
        self._app = web.Application(middlewares=[loopback_only], client_max_size=BODY_BYTES)
        self._runner: web.AppRunner | None = None

    # -- life ------------------------------------------------------------------

    def mount(self, add_routes: Callable[[web.Application], None]) -> None:
        """Add routes beside the page's own, before the start: `server.mount(company.add_routes)`."""
        add_routes(self._app)

    async def __aenter__(self) -> Self:
        sockets = [web.get("/link/", self.core.dispatcher.sockets.handle)]
        self._app.router.add_routes(
            [*WebApi(self.core).routes(), *sockets, *Control(self).routes(), *self.page.routes()]
        )
        self._runner = web.AppRunner(self._app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        site = web.TCPSite(self._runner, self._host, self._port)
        await site.start()
        self._port = int(self._runner.addresses[0][1])
        name = f"[{self._host}]" if ":" in self._host else self._host
        self.core.base_url = f"http://{name}:{self._port}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.page.close()
        await self.core.dispatcher.close()
        if self._runner is not None:
            await self._runner.cleanup()

    @property
    def url(self) -> str:
        """The page's address."""
        return self.core.base_url

    @property
    def api_url(self) -> str:
        """The base address for any Slack client, with its slash at the end."""
        return f"{self.core.base_url}/api/"

    @property
    def bot_token(self) -> str:
        """`xoxb-…`."""
        return self.core.tokens.bot

    @property
    def app_token(self) -> str:
        """`xapp-…`."""
        return self.core.tokens.app

    @property
    def signing_secret(self) -> str:
        """For HTTP mode."""
        return self.core.signing_secret

    def info(self) -> Json:
        """What a program needs to connect."""
        return {
            "page": self.url,
            "api": self.api_url,
            "bot_token": self.bot_token,
            "app_token": self.app_token,
            "signing_secret": self.signing_secret,
        }

    def reset(self) -> None:
        """Messages, dialogs, faults, limits and records as at the start; sockets and tokens stay."""
        self.core.faults.clear()
        self.core.limits.clear()
        self.core.tokens.problem.clear()
        self.core.calls.clear()
        self.core.violations.clear()
        self.core.dispatcher.deliveries.clear()
        self.workspace.reset()

    # -- acting as a person ----------------------------------------------------

    async def command(self, user: str, channel: str, text: str) -> Result:
        """Type a slash command (`dm` as channel: the direct messages with the bot)."""
        return await self.acts.command(user, channel, text)

    def say(self, user: str, channel: str, text: str, thread_ts: str = "") -> Json:
        """Write a message."""
        return self.acts.say(user, channel, text, thread_ts)

    def mention(self, user: str, channel: str, text: str) -> Json:
        """Write a message to the bot by name."""
        return self.acts.say(user, channel, f"@{self.workspace.app_for_page()['name']} {text}")

    async def click(self, user: str, where: Json, action_id: str, value: str | None = None) -> Result:
        """Press a button of a message (from `wait_for`) or of a view; `value` tells twins apart."""
        block_id = self._block_of(where, action_id, value)
        return await self.acts.action(user, action_id, block_id=block_id, **_place(where))

    async def select(self, user: str, where: Json, action_id: str, chosen: Any) -> Result:
        """Choose: an option's value, a list of them, a user or channel id, a date; checked against what is offered."""
        blocks = _blocks(where)
        _, element = forms.find(blocks, "", action_id)
        return await self.acts.action(user, action_id, given=_given(element, chosen), **_place(where))

    async def submit(self, user: str, view: Json, values: dict[str, Any] | None = None) -> Result:
        """Submit a dialog; `values` by action id: a text, an option's value, a list of them, a date."""
        state: Json = {}
        for action_id, chosen in (values or {}).items():
            block, element = forms.find(view["blocks"], "", action_id)
            state.setdefault(block["block_id"], {})[action_id] = _given(element, chosen)
        return await self.acts.submit(user, view["id"], state)

    async def close(self, user: str, view: Json, *, everything: bool = False) -> None:
        """Close a dialog."""
        await self.acts.close(user, view["id"], everything=everything)

    def open_home(self, user: str, tab: str = "home") -> None:
        """Open the App Home."""
        self.acts.open_home(user, tab)

    def invite_bot(self, user: str, channel: str) -> None:
        """Invite the bot to a channel."""
        self.acts.invite(user, channel, self.workspace.app_for_page()["user"])

    def archive(self, user: str, channel: str) -> None:
        """Archive a channel."""
        self.acts.archive(user, channel)

    @staticmethod
    def _block_of(where: Json, action_id: str, value: str | None) -> str:
        for block in _blocks(where):
            for element in elements(block):
                if element["action_id"] == action_id and value in (None, element.get("value")):
                    return str(block["block_id"])
        raise forms.NoSuch(f"there is no button {action_id!r} with the value {value!r}")

    # -- breaking --------------------------------------------------------------

    def fault(self, kind: str, **details: Any) -> Fault:
        """Switch a fault on: `fault("rate_limited", method="chat.postMessage", retry_after=3, times=2)`."""
        if details.get("channel", "*") != "*":
            details["channel"] = self.workspace.channel(details["channel"]).id
        return self.core.faults.add(Fault(kind, **details))

    def revoke(self, kind: str = "bot", problem: str = "token_revoked") -> None:
        """A token goes bad; an empty problem makes it good again."""
        self.core.tokens.problem[kind] = problem

    async def sockets(self, do: str) -> None:
        """Something happens to every socket: see the table in control.py."""
        every = self.core.dispatcher.sockets
        if do in ("warning", "refresh_requested", "link_disabled"):
            await every.disconnect(do, close=do != "warning")
        elif do == "close":
            await every.close()
        elif do == "reset":
            for connection in tuple(every.connections):
                connection.reset()
        elif do in ("half_open", "open_half"):
            self.core.faults.stop_pongs = do == "open_half"
            for connection in every.connections:
                connection.half_open = True
        else:
            raise ValueError(f"sockets cannot {do!r}")

    def advance(self, seconds: float) -> None:
        """The workspace's clock goes forward."""
        self.core.pace.advance(seconds)


def _blocks(where: Json) -> list[Json]:
    return list(where["blocks"]) if "hash" in where else all_blocks(where)


def _place(where: Json) -> dict[str, str]:
    return {"view_id": where["id"]} if "hash" in where else {"channel": where["channel"], "ts": where["ts"]}


def _given(element: Json, chosen: Any) -> Json:
    field = forms.FIELDS.get(element["type"], "value")
    if field == "selected_option" and not isinstance(chosen, dict):
        chosen = {"value": chosen}
    if field == "selected_options":
        chosen = [each if isinstance(each, dict) else {"value": each} for each in chosen]
    return json.loads(json.dumps({field: chosen}))  # type: ignore[no-any-return]
