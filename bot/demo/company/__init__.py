"""Marigold, the demo company: a real web site, a real name server and a made certificate authority, on loopback."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Self

from aiohttp import web

from bot.demo.company import consoles, faults, launch_file, site
from bot.demo.company.certs import Authority
from bot.demo.company.dns import NameServer
from bot.demo.company.hooks import Hooks
from bot.demo.company.servers import WebServers
from bot.demo.company.state import DOMAIN, OLD_NAMES, PROVIDER_RECORDS, SERVED, Deploy, State, healthy, utc_now

HOST = "127.0.0.1"
NO_SCRIPTS = {
    "Content-Security-Policy": "default-src 'self'; script-src 'none'; object-src 'none'; "
    "style-src 'self' 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
}
"""These pages stand beside the workspace's own, so nothing in them may run."""
AREAS = {"host": "Server and releases", "edge": "Edge and certificates", "dns": "DNS records", "mail": "Mail records"}


class Company:
    """`async with Company(folder) as company`: the company is up, and its `launch.yml` lies in the folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.config = folder / "launch.yml"
        self.state: State = healthy(utc_now())
        self.name_server = NameServer(lambda: (*self.state.records, *PROVIDER_RECORDS))
        self.hooks = Hooks()
        self._ca_file = ""
        self._web: WebServers | None = None

    async def __aenter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        authority = Authority(self.folder, utc_now())
        self._web = WebServers(self.state, authority)
        await self.name_server.start(HOST)
        await self._web.start(HOST)
        self._ca_file = authority.ca_file.name
        self.write_config("http://127.0.0.1")
        return self

    def write_config(self, page: str) -> None:
        """Write `launch.yml`; `page` is the address under which the consoles of the providers are served."""
        if self._web is None:
            raise RuntimeError("the company is not up")
        text = launch_file.text(
            dns_port=self.name_server.port,
            http_port=self._web.http_port,
            https_port=self._web.https_port,
            ca_file=self._ca_file,
            consoles=f"{page}/_company/console",
        )
        self.config.write_text(text, encoding="utf-8")

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.hooks.stop()
        if self._web is not None:
            await self._web.stop()
        await self.name_server.stop()

    def switch(self, fault_id: str, *, on: bool) -> bool:
        """Break or repair one thing; False where there is no such fault."""
        fault = faults.BY_ID.get(fault_id)
        if fault is None:
            return False
        if fault.is_on(self.state) != on:
            before = self.state.current
            (fault.break_it if on else fault.repair)(self.state)
            self._deployed(before)
        return True

    def _deployed(self, before: Deploy) -> None:
        """The host tells whoever wants to know, where a version went out."""
        if self.state.current is not before:
            self.hooks.tell(self.state.current, before)

    def describe(self) -> dict[str, object]:
        """The panel's view: every fault with whether it is on, and where to repair."""
        return {
            "name": "Marigold",
            "domain": DOMAIN,
            "site": f"/_company/site/{DOMAIN}/",
            "faults": [
                {"id": f.id, "title": f.title, "says": f.says, "area": AREAS[f.area], "on": f.is_on(self.state)}
                for f in faults.FAULTS
            ],
            "consoles": [
                {"id": key, "title": title, "url": f"/_company/console/{key}"} for key, title in consoles.TITLES.items()
            ],
        }

    def add_routes(self, app: web.Application) -> None:
        """Put the panel's interface, the consoles and the site's preview under `/_company/`."""
        app.router.add_get("/_company/state", self._get_state)
        app.router.add_post("/_company/fault", self._post_fault)
        app.router.add_get("/_company/console/{name}", self._get_console)
        app.router.add_post("/_company/console/{name}", self._post_console)
        app.router.add_route("*", "/_company/site/{host}/{path:.*}", self._preview)

    async def _get_state(self, _request: web.Request) -> web.Response:
        return web.json_response(self.describe())

    async def _post_fault(self, request: web.Request) -> web.Response:
        try:
            body = await request.json()
        except (ValueError, LookupError, RecursionError):
            body = None
        if not isinstance(body, dict) or not isinstance(body.get("on"), bool):
            return web.json_response({"error": 'send {"id": "site_down", "on": true}'}, status=400)
        if not self.switch(str(body.get("id", "")), on=body["on"]):
            return web.json_response({"error": "no such fault", "known": sorted(faults.BY_ID)}, status=404)
        return web.json_response(self.describe())

    async def _get_console(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        if name not in consoles.TITLES:
            raise web.HTTPNotFound(text="There is no such console.")
        text = consoles.page(name, self.state, request.query.get("said", "")[:300])
        return web.Response(text=text, content_type="text/html", headers=NO_SCRIPTS)

    async def _post_console(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        form = {key: str(value)[:4000] for key, value in (await request.post()).items()}
        before = self.state.current
        try:
            said = consoles.act(name, self.state, form)
            self._deployed(before)
        except consoles.Refused as refused:
            said = str(refused)
        raise web.HTTPSeeOther(consoles.location(name if name in consoles.TITLES else "dns", said))

    async def _preview(self, request: web.Request) -> web.Response:
        """The site as a visitor with working TLS would see it, since no browser knows the demo's names."""
        host = request.match_info["host"]
        if host not in (*SERVED, *OLD_NAMES):
            raise web.HTTPNotFound(text="Nothing of Marigold's is at this name.")
        asked = site.Request("GET", "https", host, "/" + request.match_info["path"], request.query_string)
        answer = site.respond(self.state, asked)
        target = dict(answer.headers).get("location", "")
        if target:
            raise web.HTTPSeeOther(_in_preview(target, host))
        text = answer.body
        for name in SERVED:
            text = text.replace(f'="https://{name}/', f'="/_company/site/{name}/')
        text = text.replace('href="/static', f'href="/_company/site/{host}/static')
        return web.Response(status=answer.status, text=text, headers={"Content-Type": answer.type, **NO_SCRIPTS})


def _in_preview(target: str, host: str) -> str:
    if target.startswith("https://"):
        return "/_company/site/" + target.removeprefix("https://")
    return f"/_company/site/{host}{target}"
