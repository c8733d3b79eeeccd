"""Steps in a real browser, where one is there. Every request of it goes through our own session and no other way.

Playwright is no part of what the bot installs. The browser's own network leads nowhere (a proxy at which nothing
listens), so that what is not handed to us, such as a WebSocket or WebRTC, reaches nobody.
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
from collections.abc import Mapping
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field, replace
from html import escape
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from checks.flow.judging import Unmet
from checks.flow.model import Move, State
from checks.flow.values import Values
from checks.masking import clip
from checks.net.facts import Exchange, Reason
from checks.net.limits import Limits
from checks.net.redirects import REDIRECTS
from checks.net.urls import Url, follow, parse

if TYPE_CHECKING:
    from checks.net.session import Session

INSTALL = "pip install playwright && playwright install chromium"
BODY = 8 * 1024 * 1024
"""Bytes of one file: a product's scripts may be larger than its pages."""
LOAD_SECONDS = 14.0
"""One file of a page takes no longer."""
MOST_REQUESTS = 300
"""Requests of one flow; then the browser gets nothing more."""
MOST_TURNS = 20
"""Redirects of pages in one step."""
LEFT_OUT = frozenset({"image", "media", "font"})
"""What no step looks at is not asked for."""
RATE, BURST = 20.0, 100
"""A page is made of many files, and browsers ask for all of them at once."""
ARGUMENTS = (
    "--proxy-server=http://127.0.0.1:9",
    "--proxy-bypass-list=<-loopback>",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--no-pings",
)
_CSS = re.compile(r"""^[#.\[*]|["'\[\]=>:]|^[a-z]+[.#]|^(?:input|textarea|select)\b|^(?:form|div|label)\s""")
"""What is a CSS selector, and no words of a page."""
_FILLED = "input, textarea, select, [contenteditable]"
INSTALLED = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_OURS = frozenset({"host", "connection", "content-length", "accept-encoding", "cookie", "user-agent"})
_FRAMING = frozenset(
    {
        "content-encoding",
        "content-length",
        "transfer-encoding",
        "connection",
        "keep-alive",
        "alt-svc",
        "link",
        "report-to",
    }
)


def filled(moves: tuple[Move, ...], values: Values) -> tuple[Move, ...]:
    """The moves with what stands in braces. Raises `Missing` and `Unusable`."""
    return tuple(
        replace(
            move,
            what=values.url(move.what) if move.act == "open" else values.text(move.what),
            value=values.text(move.value),
        )
        for move in moves
    )


async def open_window(session: Session, base: str) -> Window | Unmet:
    """A window of a new browser that knows nothing, or why there is none."""
    try:
        from playwright.async_api import Error, async_playwright
    except ImportError:
        return Unmet("browser_missing", f"needs a browser; where the bot runs, type: {INSTALL}", State.UNKNOWN)
    from checks.net.outgoing import USER_AGENT

    stack = AsyncExitStack()
    try:
        playwright = await stack.enter_async_context(async_playwright())
        browser = await _launched(playwright, Error)
        if browser is None:
            await stack.aclose()
            return Unmet("browser_missing", f"finds no browser; where the bot runs, type: {INSTALL}", State.UNKNOWN)
        stack.push_async_callback(browser.close)
        version = browser.version.partition(".")[0]
        context = await browser.new_context(
            user_agent="Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)"
            f" Chrome/{version}.0.0.0 Safari/537.36 {session.agent or USER_AGENT}",
            service_workers="block",
            accept_downloads=False,
        )
        window = Window(session, base, await context.new_page(), stack)
        await context.route("**/*", window.requested)
        await context.route_web_socket("**/*", _nothing)
    except Error as error:
        await _ended(stack)
        return Unmet("ours", f"could not be tried: {clip(str(error).splitlines()[0], 160)}", State.UNKNOWN)
    except BaseException:
        await _ended(stack)
        raise
    return window


async def _launched(playwright: Any, error: type[Exception]) -> Any:
    """A browser: the one that came with Playwright, else one that the system has."""
    found = (shutil.which(name) for name in INSTALLED)
    for path in (None, *(path for path in found if path)):
        # Chromium refuses to build its sandbox for root; only the product's own pages are opened in it.
        with suppress(error):
            return await playwright.chromium.launch(
                executable_path=path,
                args=list(ARGUMENTS),
                chromium_sandbox=os.geteuid() != 0,
                timeout=LOAD_SECONDS * 1000,
            )
    return None


async def _nothing(socket: Any) -> None:
    """WebSockets stay closed: no walk needs one, and they would go past our session."""
    await socket.close()


async def _ended(stack: AsyncExitStack) -> None:
    """Close everything; a browser that hangs is left to its driver, which ends it."""
    with suppress(TimeoutError, Exception):
        async with asyncio.timeout(3):
            await stack.aclose()


@dataclass
class Window:
    """One page of a browser, and what it asks for."""

    session: Session
    base: str
    page: Any
    stack: AsyncExitStack
    limits: Limits = field(default_factory=lambda: Limits(RATE, BURST))
    asked: int = 0
    turns: int = 0
    status: int = 0
    """Of the page that was opened last."""
    refused: str = ""
    """Host that a page wanted to be opened and that is not written down."""
    fault: Exchange | None = None
    stopped: asyncio.Event = field(default_factory=asyncio.Event)
    """It wanted to go where it must not, or could not go where it wanted."""
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    """It shows a page, and is not on its way to another one by a redirect."""

    async def close(self) -> None:
        """End the browser."""
        await _ended(self.stack)

    async def do(self, moves: tuple[Move, ...], seconds: float) -> tuple[Unmet | None, Exchange | None]:
        """The moves in order, within `seconds`: what is wrong, and the page as it is then."""
        from playwright.async_api import Error

        self.turns, self.refused, self.fault = 0, "", None
        self.stopped.clear()
        ends = asyncio.get_running_loop().time() + seconds
        wrong: Unmet | None = None
        try:
            async with asyncio.timeout_at(ends):
                for move in moves:
                    wrong = await self._one(move, ends)
                    if wrong is not None:
                        break
                return wrong, await self._seen()
        except TimeoutError:
            return Unmet("timeout", f"did not come to its end in the browser within {seconds:g} seconds"), self.fault
        except Error as error:
            return Unmet("browser", f"failed in the browser: {clip(str(error).splitlines()[0], 160)}"), self.fault

    async def _one(self, move: Move, ends: float) -> Unmet | None:
        from playwright.async_api import Error

        # A little less than there is, so that the move says itself that it took too long.
        left = max(1.0, (ends - asyncio.get_running_loop().time()) * 1000 - 200)
        acting = asyncio.ensure_future(self._act(move, left))
        stopped = asyncio.ensure_future(self.stopped.wait())
        try:
            # A page that wants to go where it must not stands still: nothing it could still show is waited for.
            await asyncio.wait({acting, stopped}, return_when=asyncio.FIRST_COMPLETED)
            if self.stopped.is_set():
                return self._why(move)
            acting.result()
        except Error:
            return self._why(move)
        finally:
            stopped.cancel()
            if not acting.done():
                acting.cancel()
                await asyncio.wait({acting})
        return None

    async def _act(self, move: Move, left: float) -> None:
        page = self.page
        if move.act == "open":
            await page.goto(urljoin(self.base, move.what), timeout=left, wait_until="load")
            await self._settled(left)
        elif move.act == "fill":
            await self._field(move.what).first.fill(move.value, timeout=left)
        elif move.act == "click":
            await self._button(move.what).first.click(timeout=left)
            await self._settled(left)
        elif move.act == "see":
            await page.get_by_text(move.what).first.wait_for(state="visible", timeout=left)
        elif move.act == "not_see":
            await page.get_by_text(move.what).first.wait_for(state="hidden", timeout=left)
        else:
            await page.locator(move.what).first.wait_for(state="visible", timeout=left)

    async def _settled(self, left: float) -> None:
        """Wait until redirects have come to their end."""
        await self.arrived.wait()
        await self.page.wait_for_load_state("load", timeout=left)

    def _field(self, what: str) -> Any:
        """By CSS selector; else by its name, its label, or what stands in it while it is empty."""
        if _CSS.search(what):
            return self.page.locator(what)
        named = self.page.locator(f'[name="{what}"]')
        labelled = self.page.get_by_label(what).and_(self.page.locator(_FILLED))
        return named.or_(labelled).or_(self.page.get_by_placeholder(what))

    def _button(self, what: str) -> Any:
        if what[:1] in "#.[" or "=" in what:
            return self.page.locator(what)
        named = self.page.get_by_role("button", name=what).or_(self.page.get_by_role("link", name=what))
        return named.or_(self.page.get_by_text(what, exact=True))

    def _why(self, move: Move) -> Unmet:
        what = clip(move.what, 80)
        if self.refused:
            why = f"leads to {self.refused}, which is not written down, so it was not opened"
            return Unmet("foreign_host", why, State.UNKNOWN, (self.refused,))
        if self.turns > MOST_TURNS:
            return Unmet("loop", "is sent from one address to the next without end")
        if self.fault is not None:
            from checks import trouble

            if self.fault.fault is not None and self.fault.fault.reason is Reason.TIMEOUT:
                return Unmet("timeout", f"got no whole answer for {what}")
            return Unmet("unreachable", f"cannot be opened: {trouble.at(self.fault.url, self.fault.fault)}")
        code, words = {
            "open": ("browser", f"does not open {what}"),
            "fill": ("form", f"does not find the field {what}"),
            "click": ("form", f"does not find {what} to click"),
            "see": ("text", f"does not show “{what}”"),
            "not_see": ("text", f"shows “{what}”"),
        }.get(move.act, ("text", f"does not show {what}"))
        return Unmet(code, words)

    async def _seen(self) -> Exchange | None:
        from playwright.async_api import Error

        text = ""
        for _ in range(2):
            try:
                await self.page.wait_for_load_state("load", timeout=1000)
                text = await self.page.content()
                break
            except Error:  # it is on its way to another page
                continue
        url = str(self.page.url)
        if not url.startswith("http"):
            return self.fault
        body = text.encode("utf-8", "replace")[: 2 * 1024 * 1024]
        return Exchange(
            url, status=self.status or 200, headers=(("content-type", "text/html; charset=utf-8"),), body=body
        )

    async def requested(self, route: Any) -> None:
        """What the browser asks for, asked by the session; anything else ends here."""
        from playwright.async_api import Error

        with suppress(Error):  # the page was closed or left meanwhile
            answer = await self._answer(route.request)
            if answer is None:
                await route.abort("blockedbyclient")
            else:
                await route.fulfill(**answer)

    async def _answer(self, request: Any) -> dict[str, Any] | None:
        self.asked += 1
        page = request.is_navigation_request() and request.frame.parent_frame is None
        try:
            url = parse(request.url)
        except ValueError:
            return None
        if self.asked > MOST_REQUESTS or request.resource_type in LEFT_OUT:
            return None
        if not self.session.allows(url):
            if page:
                self._refuse(url)
            return None
        said = await request.all_headers()
        headers = tuple((name, value) for name, value in said.items() if name not in _OURS and not name.startswith(":"))
        agent, cookies = said.get("user-agent", ""), self._scripted(said.get("cookie", ""), url)
        extra = (*headers, *((("User-Agent", agent),) if agent else ()), *((("Cookie", cookies),) if cookies else ()))
        return await self._fetched(url, request.method, extra, request.post_data_buffer or b"", page=page)

    async def _fetched(
        self, url: Url, method: str, headers: tuple[tuple[str, str], ...], body: bytes, *, page: bool
    ) -> dict[str, Any] | None:
        for _ in range(MOST_TURNS):
            exchange = await self.session.once(
                url, method, headers, body, timeout=LOAD_SECONDS, cap=BODY, limits=self.limits
            )
            if exchange.fault is not None or not exchange.status:
                if page:
                    self.fault = exchange
                    self.stopped.set()
                return None
            if exchange.status not in REDIRECTS:
                break
            try:
                onward = follow(url, exchange.redirects_to)
            except ValueError:
                return None
            kept = exchange.status in (307, 308) and method not in ("GET", "HEAD")
            if page and not kept:
                return self._turn(exchange, onward)
            if not self.session.allows(onward) or (url.scheme, onward.scheme) == ("https", "http"):
                if page:
                    self._refuse(onward)
                return None
            if not kept:
                method, body = "GET" if method != "HEAD" else method, b""
            url = onward
        else:
            return None
        if page:
            self.status, self.fault = exchange.status, None
            self.arrived.set()
        return {"status": exchange.status, "headers": _headers(exchange), "body": exchange.body}

    def _turn(self, exchange: Exchange, onward: Url) -> dict[str, Any] | None:
        """One redirect of a page."""
        self.turns += 1
        if self.turns > MOST_TURNS:
            self.stopped.set()
            return None
        self.arrived.clear()
        return _onward(exchange, str(onward))

    def _refuse(self, url: Url) -> None:
        self.refused = url.host
        self.stopped.set()

    def _scripted(self, cookies: str, url: Url) -> str:
        """Cookies that a page's own script has set; those of answers are in our own jar."""
        pairs = [part.strip() for part in cookies.split(";") if "=" in part]
        return "; ".join(pair for pair in pairs if self.session.jar.value(pair.partition("=")[0], url) is None)


def _onward(exchange: Exchange, to: str) -> dict[str, Any]:
    """A redirect as a page that leads on: the browser would follow a real one by itself, past us."""
    quiet = '<!doctype html><meta name="referrer" content="no-referrer">'
    page = f'{quiet}<meta http-equiv="refresh" content="0;url={escape(to)}">'
    kept = {name: value for name, value in _headers(exchange).items() if name == "set-cookie"}
    return {"status": 200, "headers": {**kept, "content-type": "text/html; charset=utf-8"}, "body": page}


def _headers(exchange: Exchange) -> Mapping[str, str]:
    """As the browser takes them: cookies one in a line."""
    said: dict[str, str] = {}
    for name, value in exchange.headers:
        if name in _FRAMING or name == "location":
            continue
        joined = "\n" if name == "set-cookie" else ", "
        said[name] = f"{said[name]}{joined}{value}" if name in said else value
    return said
