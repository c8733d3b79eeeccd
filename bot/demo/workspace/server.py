"""The HTTP side of the workspace: who may talk to it, the Web API, and response URLs."""

from __future__ import annotations

import asyncio
import json
import logging
import secrets
import time
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from bot.demo.workspace import answers
from bot.demo.workspace.content import Refused, parse_json
from bot.demo.workspace.core import APP_SCOPES, CallRecord, Core
from bot.demo.workspace.faults import Fault
from bot.demo.workspace.people import Json
from bot.demo.workspace.sockets import abort
from bot.demo.workspace.web_api import METHODS, Call, Method

log = logging.getLogger(__name__)

BODY_BYTES = 4 << 20
HANG = 3600.0
GARBAGE = "<!DOCTYPE html><html><head><title>Bad gateway</title></head><body>Slack is having trouble</body></html>"
NAMES = frozenset({"127.0.0.1", "localhost", "::1"})

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def _own(netloc: str, port: int) -> bool:
    try:
        parts = urlsplit(f"//{netloc}")
        name, given = parts.hostname or "", parts.port
    except ValueError:
        return False
    return name in NAMES and given == port and not parts.username


@web.middleware
async def loopback_only(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse what a page of another site could send: a foreign Host (DNS rebinding) or Origin."""
    sockname = request.transport.get_extra_info("sockname") if request.transport else None
    port = sockname[1] if sockname else 0
    if not _own(request.headers.get("Host", ""), port):
        return web.Response(status=403, text="this workspace answers on loopback only")
    origin = request.headers.get("Origin")
    if origin is not None and not (origin.startswith("http://") and _own(origin[7:], port)):
        return web.Response(status=403, text="another site may not use this workspace")
    return await handler(request)


async def arguments_of(request: web.Request) -> dict[str, Any]:
    """Query, form and JSON, merged; raises Refused."""
    found: dict[str, Any] = dict(request.query)
    if request.method != "POST":
        return found
    kind = request.content_type
    if kind == "multipart/form-data":
        try:
            form = await request.post()
        except (ValueError, AssertionError, LookupError, RuntimeError, HttpProcessingError) as bad:
            raise Refused("invalid_form_data") from bad
        return found | {key: value for key, value in form.items() if isinstance(value, str)}
    body = await request.read()
    if not body:
        return found
    if kind == "application/json":
        try:
            data = parse_json(body.decode("utf-8"))
        except ValueError as bad:
            raise Refused("invalid_json") from bad
        if not isinstance(data, dict):
            raise Refused("json_not_object")
        return found | data
    if kind == "application/x-www-form-urlencoded":
        try:
            pairs = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=1000)
        except ValueError as bad:
            raise Refused("invalid_form_data") from bad
        return found | dict(pairs)
    raise Refused("invalid_post_type")


class WebApi:
    """Answers `/api/<method>` and `/response/<key>`."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def routes(self) -> list[web.RouteDef]:
        """Where it is found."""
        return [
            web.get("/api/{method:.*}", self.call),
            web.post("/api/{method:.*}", self.call),
            web.post("/response/{key}", self.respond),
        ]

    # -- methods ---------------------------------------------------------------

    async def call(self, request: web.Request) -> web.StreamResponse:
        """One call of a Web API method."""
        began = time.perf_counter()
        name = request.match_info["method"].strip("/")[:100]
        record = CallRecord(self._core.pace.now(), name, {}, "")
        self._core.calls.append(record)
        try:
            return await self._call(request, name, record)
        finally:
            record.took_ms = round((time.perf_counter() - began) * 1000, 2)

    async def _call(self, request: web.Request, name: str, record: CallRecord) -> web.StreamResponse:
        method: Method | None = None
        try:
            args = await arguments_of(request)
            scheme, _, token = request.headers.get("Authorization", "").partition(" ")
            given = token.strip() if scheme.lower() == "bearer" else ""
            from_form = args.pop("token", None)
            if not given and isinstance(from_form, str):
                given = from_form
            record.args = args
            record.caller = self._core.tokens.kind(given)
            method = self._allowed(name, given, record.caller)
        except Refused as refused:
            return self._answer(record, refusal(refused), method)
        except web.HTTPRequestEntityTooLarge:
            return self._answer(record, {"ok": False, "error": "request_too_large"}, method, status=413)
        channel = args.get("channel") if isinstance(args.get("channel"), str) else ""
        fault = self._core.faults.take(name, channel or "")
        if fault is not None:
            record.fault = fault.kind
            return await self._faulty(fault, request, method, Call(self._core, args, record.caller), record)
        wait = self._core.limits.retry_after(name, method.tier, channel or "")
        if wait:
            return self._limited(record, wait, method)
        return self._answer(record, self._run(method, Call(self._core, args, record.caller)), method)

    def _allowed(self, name: str, given: str, kind: str) -> Method:
        """The method, where this token may call it; raises Refused."""
        method = METHODS.get(name)
        if method is None:
            raise Refused("unknown_method", req_method=name)
        if method.caller == "any":
            return method
        if not given:
            raise Refused("not_authed")
        if not kind:
            raise Refused("invalid_auth")
        if problem := self._core.tokens.problem.get(kind):
            raise Refused(problem)
        if kind != method.caller:
            raise Refused("not_allowed_token_type")
        if method.scopes and not set(method.scopes) & set(self._core.tokens.scopes):
            provided = ",".join(self._core.tokens.scopes)
            raise Refused("missing_scope", needed=",".join(method.scopes), provided=provided)
        return method

    def _run(self, method: Method, call: Call) -> Json:
        try:
            return {"ok": True, **method.run(call)}
        except Refused as refused:
            return refusal(refused)
        except Exception:
            # Slack's own word for a fault on its side; the log has the rest.
            log.exception("%s failed", method.name)
            return {"ok": False, "error": "internal_error"}

    def _answer(self, record: CallRecord, body: Json, method: Method | None, *, status: int = 200) -> web.Response:
        record.ok, record.error, record.status = body["ok"], body.get("error", ""), status
        headers = {"x-slack-req-id": secrets.token_hex(16)}
        if record.caller:
            scopes = self._core.tokens.scopes if record.caller == "bot" else list(APP_SCOPES)
            headers["x-oauth-scopes"] = ",".join(scopes)
            if method is not None and method.scopes:
                headers["x-accepted-oauth-scopes"] = ",".join(method.scopes)
        return web.Response(
            status=status,
            body=json.dumps(body).encode(),
            content_type="application/json",
            charset="utf-8",
            headers=headers,
        )

    def _limited(self, record: CallRecord, wait: int | None, method: Method) -> web.Response:
        answer = self._answer(record, {"ok": False, "error": "ratelimited"}, method, status=429)
        if wait is not None:
            answer.headers["Retry-After"] = str(wait)
        return answer

    # -- faults ----------------------------------------------------------------

    async def _faulty(
        self, fault: Fault, request: web.Request, method: Method, call: Call, record: CallRecord
    ) -> web.StreamResponse:
        kind = fault.kind
        if kind == "rate_limited":
            return self._limited(record, fault.retry_after, method)
        if kind == "refuse":
            return self._answer(record, self._refused_as(fault), method)
        if kind == "latency":
            await asyncio.sleep(fault.seconds)
            return self._answer(record, self._run(method, call), method)
        if kind.endswith("_after"):
            body = self._run(method, call)
            record.ok, record.error = body["ok"], body.get("error", "")
        if kind.startswith("status"):
            record.status = fault.status
            return web.Response(status=fault.status, text="upstream trouble")
        if kind == "garbage":
            record.status = 200
            return web.Response(text=GARBAGE, content_type="text/html")
        if kind.startswith("hang"):
            await asyncio.sleep(HANG)
        abort(request)
        return web.Response(status=500)

    @staticmethod
    def _refused_as(fault: Fault) -> Json:
        body: Json = {"ok": False, "error": fault.error}
        if fault.error == "invalid_blocks":
            errors = ["unsupported type: nothing [json-pointer:/blocks/0/type]"]
            body |= {"errors": errors, "response_metadata": {"messages": [f"[ERROR] {each}" for each in errors]}}
        return body

    # -- response URLs ---------------------------------------------------------

    async def respond(self, request: web.Request) -> web.StreamResponse:
        """`POST /response/<key>`: five times within thirty minutes."""
        record = CallRecord(self._core.pace.now(), "response_url", {}, "")
        self._core.calls.append(record)
        fault = self._core.faults.take("response_url")
        if fault is not None and fault.kind in ("status", "rate_limited", "refuse"):
            record.fault, record.ok = fault.kind, False
            record.status = 429 if fault.kind == "rate_limited" else fault.status
            return web.Response(status=record.status, text=fault.error)
        source = self._core.handles.answer(request.match_info["key"])
        try:
            if isinstance(source, str):
                return self._response(record, 404, {"ok": False, "error": source})
            args = await arguments_of(request)
            said: Any = parse_json(args["payload"]) if isinstance(args.get("payload"), str) else args
            record.args = said if isinstance(said, dict) else {}
            answers.say(self._core, source, said)
        except (Refused, ValueError) as bad:
            code = bad.error if isinstance(bad, Refused) else "invalid_payload"
            return self._response(record, 400, {"ok": False, "error": code})
        except web.HTTPRequestEntityTooLarge:
            return self._response(record, 413, {"ok": False, "error": "request_too_large"})
        record.ok, record.status = True, 200
        return web.Response(text="ok")

    @staticmethod
    def _response(record: CallRecord, status: int, body: Json) -> web.Response:
        record.ok, record.error, record.status = False, body["error"], status
        return web.json_response(body, status=status)


def refusal(refused: Refused) -> Json:
    """The body of `{"ok": false}`."""
    return {"ok": False, "error": refused.error, **refused.extra}
