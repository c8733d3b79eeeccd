"""The workspace's control interface, for tests and other programs. JSON in, JSON out, below `/_control/`.

| path | |
|---|---|
| `GET info` | addresses and tokens |
| `GET calls?method=` | every Web API call with its time, arguments and answer |
| `GET violations` | what the app must not do and did: late, double or unknown acknowledgements … |
| `GET deliveries` | every try to hand something to the app |
| `GET messages?channel=&user=` | messages of a channel, ephemeral ones of that person included |
| `GET faults`, `POST faults`, `DELETE faults` | the faults of faults.py; one to switch on; all off |
| `POST sockets` `{"do": …}` | every socket: `warning`, `refresh_requested`, `link_disabled`, `close`, `reset` (TCP), |
| | `half_open` (swallows all from now on), `open_half` (that, and every new socket too) |
| `POST token` `{"kind": "bot", "problem": "token_revoked"}` | a token goes bad; an empty problem: good again |
| `POST scopes` `{"scopes": […]}` | what the bot token may do |
| `POST limits` `{"on": true}` | rate limits on or off, buckets full |
| `POST advance` `{"seconds": 60}` | the workspace's clock goes forward |
| `POST http` `{"url": "…"}` | HTTP mode: deliver to that address on loopback; empty: sockets |
| `POST wait` `{"text", "channel", "user", "after", "timeout"}` | wait for a message that holds the text |
| `POST act` | the same as `/_page/act` |
| `POST reset` | everything as at the start |
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from aiohttp import web

from bot.demo.workspace.content import parse_json
from bot.demo.workspace.faults import KINDS, Fault
from bot.demo.workspace.people import Json
from bot.demo.workspace.server import NAMES

if TYPE_CHECKING:
    from bot.demo.workspace.workspace_server import WorkspaceServer

TOKEN_PROBLEMS = ("", "token_revoked", "account_inactive", "invalid_auth", "token_expired")
LONGEST_WAIT = 120.0


class Control:
    """Routes below `/_control/`."""

    def __init__(self, server: WorkspaceServer) -> None:
        self._server = server

    def routes(self) -> list[web.RouteDef]:
        """Where it is found."""
        return [
            web.get("/_control/{what}", self.get),
            web.post("/_control/{what}", self.post),
            web.delete("/_control/faults", self.no_faults),
        ]

    async def get(self, request: web.Request) -> web.Response:
        """Read something."""
        server, query = self._server, request.query
        found: Any
        match request.match_info["what"]:
            case "info":
                found = server.info()
            case "calls":
                found = [each.as_json() for each in server.calls(query.get("method", ""))]
            case "violations":
                found = [each.as_json() for each in server.violations()]
            case "deliveries":
                found = [each.as_json() for each in server.deliveries()]
            case "faults":
                found = {"active": [each.as_json() for each in server.core.faults.active], "kinds": KINDS}
            case "messages":
                found = server.seen(query.get("channel", ""), query.get("user", ""))
            case _:
                return _bad("unknown", status=404)
        return web.json_response({"ok": True, "result": found})

    async def no_faults(self, request: web.Request) -> web.Response:
        """Switch every fault off."""
        del request
        self._server.core.faults.clear()
        return web.json_response({"ok": True})

    async def post(self, request: web.Request) -> web.Response:
        """Change something."""
        try:
            body = await request.read()
            data = parse_json(body.decode("utf-8")) if body else {}
            if not isinstance(data, dict):
                return _bad("a JSON object is expected")
            if request.match_info["what"] == "act":
                return web.json_response(await self._server.page.perform(data))
            result = await self._change(request.match_info["what"], data)
        except LookupError as missing:
            return _bad(f"missing or unknown: {missing}")
        except TimeoutError as late:
            return _bad(str(late) or "timeout")
        except (ValueError, TypeError) as bad:
            return _bad(str(bad)[:300])
        return web.json_response({"ok": True, "result": result})

    async def _change(self, what: str, data: Json) -> Any:
        server = self._server
        match what:
            case "faults":
                return server.core.faults.add(Fault.parse(data)).as_json()
            case "sockets":
                await server.sockets(str(data["do"]))
            case "token":
                if data["kind"] not in ("bot", "app") or data.get("problem", "") not in TOKEN_PROBLEMS:
                    raise ValueError(f"kind is bot or app, problem one of {', '.join(TOKEN_PROBLEMS[1:])}, or empty")
                server.core.tokens.problem[data["kind"]] = data.get("problem", "")
            case "scopes":
                if not isinstance(data["scopes"], list) or not all(isinstance(each, str) for each in data["scopes"]):
                    raise ValueError("scopes is a list of names")
                server.core.tokens.scopes = list(data["scopes"])
            case "limits":
                server.core.limits.on = bool(data["on"])
                server.core.limits.clear()
            case "advance":
                server.core.pace.advance(float(data["seconds"]))
            case "http":
                url = str(data["url"])
                if url and (urlsplit(url).scheme != "http" or urlsplit(url).hostname not in NAMES):
                    raise ValueError("url is http:// on loopback")
                return {"verified": await server.core.dispatcher.use_http(url)}
            case "wait":
                return await self._wait(data)
            case "reset":
                server.reset()
            case _:
                raise KeyError(what)
        return None

    async def _wait(self, data: Json) -> Json:
        timeout = min(float(data.get("timeout", 5)), LONGEST_WAIT)
        names = {key: str(data[key]) for key in ("channel", "user", "after") if data.get(key)}
        return await self._server.wait_for(str(data["text"]), timeout=timeout, **names)


def _bad(message: str, *, status: int = 400) -> web.Response:
    return web.json_response({"ok": False, "error": message}, status=status)
