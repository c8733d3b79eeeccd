"""Does one step of a flow: fills it in, sends it, judges what comes back, and keeps what later steps need."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urljoin, urlsplit

from checks.flow import browser, form_sent, forms, from_page, judging
from checks.flow.code_turn import fresh_code
from checks.flow.form_fields import NotOffered
from checks.flow.judging import Unmet
from checks.flow.model import STEP_SECONDS, Flow, Request, State, Step, StepSeen, Submit
from checks.flow.secret import SECRET_LENGTH, secret_like
from checks.flow.signing import BadKey, signed
from checks.flow.taking import take
from checks.flow.unsent import NoForm, missing_value, no_form
from checks.flow.values import Missing, Unusable, Values
from checks.masking import clip
from checks.net.facts import Chain, ChainEnd, Exchange, Reason
from checks.net.urls import Url, parse
from checks.probe import Headers

if TYPE_CHECKING:
    from checks.net.session import Sending, Session

ONLINE_SECONDS = 7.0
"""For the question whether the bot itself sees out; each page that tells it has five."""
READS = ("GET", "HEAD")
_NEVER_CAME = frozenset({Reason.DNS, Reason.REFUSED, Reason.UNREACHABLE, Reason.TLS, Reason.BLOCKED, Reason.BUDGET})
"""No connection came about, so nothing was received."""
_MAYBE_OURS = frozenset({Reason.DNS, Reason.UNREACHABLE, Reason.TIMEOUT, Reason.REFUSED})


@dataclass(frozen=True, slots=True)
class Tried:
    """One try of a step."""

    wrong: Unmet | None = None
    last: Exchange | None = None
    """The last answer; None where nothing was sent."""
    seconds: float = 0.0


class Steps:
    """The steps of one walk share a session, the page seen last, and what was taken out of pages."""

    def __init__(self, flow: Flow, session: Session, values: Values, step_seconds: float = STEP_SECONDS) -> None:
        self._flow = flow
        self._session = session
        self._values = values
        self._most = step_seconds
        self._page: Exchange | None = None
        self._online: bool | None = None
        self._stack = AsyncExitStack()
        self._window: browser.Window | None = None
        self.sent = False
        """Whether anything went out that somebody may have received."""
        self.wrote = False
        """Whether something was asked that may have made something."""

    async def close(self) -> None:
        """Close the browser, where there is one."""
        await self._stack.aclose()

    async def walk(self, step: Step) -> StepSeen:
        """Do a step, a second time where it failed and may be repeated, and say what was seen."""
        left = min(step.within, self._most)
        step = replace(step, within=left)
        await self._codes(step)
        tried = await self._try(step, left)
        spent, tries = tried.seconds, 1
        again = tried.wrong is not None and tried.wrong.state is State.FAILED and repeatable(step)
        if again and left - spent > 0.1:
            self._session.fresh_connections()
            tried = await self._try(step, left - spent)
            spent, tries = spent + tried.seconds, 2
        wrong = await self._ours(tried)
        return self._seen(step, replace(tried, wrong=wrong), spent if wrong is not None else tried.seconds, tries)

    async def _codes(self, step: Step) -> None:
        """Wait for codes that were not used yet; what is wrong with their keys is told by the step itself."""
        with suppress(Missing, Unusable):
            for key in self._values.keys(step):
                await fresh_code(key, f"{self._session.place} {self._flow.base}", self._session.clock)

    async def _try(self, step: Step, seconds: float) -> Tried:
        try:
            if step.browser:
                return await self._browse(step, seconds)
            sending, form_page = self._sending(step)
            expect = self._filled(step)
        except Missing as missing:
            return Tried(missing_value(missing))
        except (Unusable, BadKey) as unusable:
            return Tried(Unmet("secret_unusable", str(unusable), State.UNKNOWN))
        except NoForm as error:
            return Tried(Unmet("form", str(error)))
        return await self._send(expect, sending, seconds, form_page)

    def _filled(self, step: Step) -> Step:
        expect, text = step.expect, self._values.text
        filled = replace(
            expect,
            contains=text(expect.contains),
            absent=text(expect.absent),
            json_equals=text(expect.json_equals),
            redirect_to=self._values.url(expect.redirect_to),
            final_path=self._values.url(expect.final_path),
        )
        return replace(step, expect=filled)

    async def _send(self, step: Step, sending: Sending, seconds: float, form_page: str) -> Tried:
        foreign = self._foreign(sending.url)
        if foreign:
            why = f"leads to {foreign}, which is not written down, so it was not asked"
            return Tried(Unmet("foreign_host", why, State.UNKNOWN, (foreign,)))
        before = self.sent, self.wrote
        self.sent, self.wrote = True, self.wrote or sending.method not in READS
        chain = await self._session.send(sending, timeout=seconds)
        if all(one.fault is not None and one.fault.reason in _NEVER_CAME for one in chain.exchanges):
            self.sent, self.wrote = before
        spent = sum(one.phases.total for one in chain.exchanges) / 1000
        self._learn()
        wrong = await self._judged(step, chain, form_page) or judging.slow(step, spent)
        if chain.last.status and chain.last.fault is None and (wrong is None or not repeatable(step)):
            self._page = chain.last
        return Tried(wrong, chain.last, spent)

    def _foreign(self, url: str) -> str:
        """The host of an address that may not be asked; empty where it may, or where it is no address."""
        try:
            to = parse(url)
        except ValueError:
            return ""
        return "" if self._session.allows(to) else to.host

    async def _judged(self, step: Step, chain: Chain, form_page: str = "") -> Unmet | None:
        """What is wrong with an answer; where nothing is, what later steps need is taken out of it."""
        page = self._address(chain.last)

        def cookie(name: str) -> str | None:
            return self._session.jar.value(name, page) if page is not None else None

        return judging.unmet(step, chain, cookie, form_page=form_page) or await self._take(step, chain, cookie)

    def _learn(self) -> None:
        for value in self._session.jar.values():
            if secret_like(value):
                self._values.redactor.learn(value)

    async def _take(self, step: Step, chain: Chain, cookie: judging.CodeOf) -> Unmet | None:
        for extract in step.extract:
            found = await take(extract, chain, cookie)
            if isinstance(found, Unmet):
                return found
            self._values.take(extract.name, found)
            if len(found) >= 2 * SECRET_LENGTH and secret_like(found):
                self._values.redactor.learn(found)
        return None

    @staticmethod
    def _address(last: Exchange) -> Url | None:
        try:
            return parse(last.url)
        except ValueError:
            return None

    def _sending(self, step: Step) -> tuple[Sending, str]:
        """What goes out, and the page whose form it is. Raises `Missing`, `Unusable`, `NoForm`."""
        if step.submit is not None:
            return self._submitted(step.submit), self._page.text if self._page is not None else ""
        return self._requested(step, step.request or Request("/")), ""

    def _requested(self, step: Step, request: Request) -> Sending:
        from checks.net.session import Sending

        values = self._values
        headers = values.pairs(request.headers)
        body = b""
        if request.form:
            body = urlencode(values.pairs(request.form)).encode("ascii")
            headers = _with_type(headers, form_sent.URLENCODED)
        elif request.json is not None:
            body = json.dumps(values.json(request.json)).encode("ascii")
            headers = _with_type(headers, "application/json")
        elif request.body:
            body = values.body(request.body).encode()
            headers = _with_type(headers, "application/json" if request.body.lstrip()[:1] in "{[" else "text/plain")
        url = urljoin(self._flow.base, values.url(request.url))
        if request.method not in READS and not (request.sign or step.webhook or step.expect.refused):
            said = {name.lower() for name in (*headers, *self._flow.headers)}
            headers |= {name: value for name, value in self._from_page(url).items() if name.lower() not in said}
        if request.sign is not None:
            key = values.get(request.sign.secret)
            headers |= signed(request.sign, key, body, self._session.clock(), values.run)
        return Sending(url, request.method, tuple(headers.items()), body, request.follow)

    def _from_page(self, url: str) -> dict[str, str]:
        page = self._page
        address = self._address(page) if page is not None else None
        if page is None or address is None:
            return {}
        found = from_page.added(page, address, url, lambda name: self._session.jar.value(name, address))
        for name, value in found.items():
            if name.startswith("X-") and secret_like(value):
                self._values.redactor.learn(value)
        return found

    def _submitted(self, submit: Submit) -> Sending:
        from checks.net.session import Sending

        fields = self._values.pairs(submit.fields)
        page = self._page
        address = self._address(page) if page is not None else None
        if page is None or address is None:
            raise NoForm("needs a page with a form, and no page was seen before")
        found = forms.read(page.text)
        form = found.find(submit.form, fields)
        if form is None:
            raise NoForm(no_form(submit, tuple(fields), found, page))
        for one in form.fields:
            if one.kind == "hidden" and secret_like(one.value):
                self._values.redactor.learn(one.value)
        try:
            sent = form_sent.sent(form, fields, found.base, address, press=submit.press)
        except NotOffered as error:
            raise NoForm(str(error)) from None
        except ValueError as error:
            raise NoForm(f"finds a form that leads nowhere: {error}") from None
        told: Headers = (("Referer", str(address).partition("?")[0]), ("Origin", from_page.origin(address)))
        if sent.method == "GET":
            return Sending(sent.url, "GET", told[:1], follow=submit.follow)
        return Sending(sent.url, "POST", (*told, ("Content-Type", sent.kind)), sent.body, submit.follow)

    async def _browse(self, step: Step, seconds: float) -> Tried:
        moves, expected = browser.filled(step.browser, self._values), self._filled(step)
        if self._window is None:
            opened = await browser.open_window(self._session, self._flow.base)
            if isinstance(opened, Unmet):
                return Tried(opened)
            self._window = opened
            self._stack.push_async_callback(opened.close)
        self.sent = self.wrote = True
        began = asyncio.get_running_loop().time()
        wrong, last = await self._window.do(moves, seconds)
        spent = asyncio.get_running_loop().time() - began
        self._learn()
        if last is not None and last.status:
            self._page = last
        if wrong is None and last is not None:
            # What the browser shows in the end is judged like an answer.
            wrong = await self._judged(expected, Chain(last.url, (last,), ChainEnd.FINAL))
        return Tried(wrong or judging.slow(step, spent), last, spent)

    async def _ours(self, tried: Tried) -> Unmet | None:
        """A failure that is the bot's own: nothing can be reached from where it stands."""
        wrong, last = tried.wrong, tried.last
        if wrong is None or wrong.state is not State.FAILED or last is None or last.fault is None:
            return wrong
        if last.fault.reason not in _MAYBE_OURS or await self._sees_out():
            return wrong
        return Unmet("offline", "could not be tried: the bot itself reaches nothing at the moment", State.UNKNOWN)

    async def _sees_out(self) -> bool:
        if self._online is None:
            try:
                async with asyncio.timeout(ONLINE_SECONDS):
                    self._online = await self._session.online()
            except TimeoutError:
                self._online = True
        return self._online

    def _seen(self, step: Step, tried: Tried, seconds: float, tries: int) -> StepSeen:
        wrong, last = tried.wrong, tried.last
        hide = self._values.redactor.hide
        parts = urlsplit(last.url) if last is not None else urlsplit("")
        failed = wrong is not None and wrong.state is State.FAILED
        evidence = judging.told(last) if last is not None and last.fault is None and failed else ""
        return StepSeen(
            name=step.name,
            state=wrong.state if wrong is not None else State.OK,
            code=wrong.code if wrong is not None else "ok",
            sentence=clip(hide(wrong.sentence), 300) if wrong is not None else "",
            evidence=clip(hide(evidence), 300),
            status=last.status if last is not None else 0,
            ms=round(seconds * 1000),
            host=parts.hostname or "",
            path=clip(hide(parts.path), 200),
            required=step.required,
            tries=tries,
            needs=wrong.needs if wrong is not None else (),
        )


def _with_type(headers: Mapping[str, str], kind: str) -> dict[str, str]:
    if any(name.lower() == "content-type" for name in headers):
        return dict(headers)
    return {**headers, "Content-Type": kind}


def repeatable(step: Step) -> bool:
    """Whether a step may be done twice: where that is written down, else where it only reads."""
    if step.repeat is not None:
        return step.repeat
    return step.request is not None and step.request.method in READS
