"""Marigold on loopback: one port for http, one for https, every host by its name."""

from __future__ import annotations

import asyncio
import ssl

from aiohttp import web

from bot.demo.company.certs import Authority
from bot.demo.company.site import Answer, Request, respond
from bot.demo.company.state import Certificate, State

MAX_BODY = 64 * 1024


class WebServers:
    """The two listeners; each new TLS connection shows the certificate of the moment."""

    def __init__(self, state: State, authority: Authority) -> None:
        self._state = state
        self._authority = authority
        self._shown: tuple[Certificate, ssl.SSLContext] | None = None
        self._runner: web.AppRunner | None = None
        self.http_port = 0
        self.https_port = 0

    async def start(self, host: str) -> None:
        """Listen on two ports that the system chooses."""
        app = web.Application(client_max_size=MAX_BODY)
        app.router.add_route("*", "/{path:.*}", self._serve)
        self._runner = web.AppRunner(app, access_log=None, keepalive_timeout=5, shutdown_timeout=1)
        await self._runner.setup()
        await web.TCPSite(self._runner, host, 0).start()
        entry = self._context()
        entry.sni_callback = self._choose
        await web.TCPSite(self._runner, host, 0, ssl_context=entry).start()
        self.http_port, self.https_port = (address[1] for address in self._runner.addresses)

    async def stop(self) -> None:
        """Stop listening."""
        if self._runner is not None:
            await self._runner.cleanup()

    def _context(self) -> ssl.SSLContext:
        wanted = self._state.certificate
        if self._shown is None or self._shown[0] != wanted:
            self._shown = (wanted, self._authority.context(wanted))
        return self._shown[1]

    def _choose(self, connection: ssl.SSLObject | ssl.SSLSocket, _name: str | None, _entry: ssl.SSLContext) -> None:
        connection.context = self._context()

    async def _serve(self, raw: web.Request) -> web.StreamResponse:
        request = Request(
            method=raw.method,
            scheme=raw.scheme,
            host=raw.host.partition(":")[0],
            path=raw.path,
            query=raw.query_string,
            headers={key.lower(): value for key, value in raw.headers.items()},
            cookies=dict(raw.cookies),
            body=await raw.read(),
        )
        answer = respond(self._state, request)
        if answer.delay:
            await asyncio.sleep(answer.delay)
        return _to_aiohttp(answer)


def _to_aiohttp(answer: Answer) -> web.Response:
    response = web.Response(status=answer.status, body=answer.body.encode())
    response.headers["Content-Type"] = answer.type
    for name, value in answer.headers:
        response.headers[name] = value
    if answer.cookie is not None:
        name, value = answer.cookie
        safe = answer.safe_cookie
        response.set_cookie(name, value, secure=safe, httponly=safe, samesite="Lax" if safe else None, path="/")
    return response
