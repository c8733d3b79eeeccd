"""Where every request from Slack is worked on: it runs the command, sends the answer, and is drained before a stop."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import aiohttp

from bot.adapters.slack import Messenger, SlackError
from bot.clock import Clock
from bot.commands.base import Button, Call, Reply, Role, Where
from bot.document import Document, Form
from bot.listeners.rows import mark_of, payload, restored
from bot.render.blocks import home, message
from bot.render.forms import dialog, told
from bot.services.container import Services
from bot.services.overview import overview
from bot.store.db import StoreError
from bot.views import notice
from bot.views.home import home as home_of
from bot.views.refused import refused

log = logging.getLogger(__name__)

TRIES = 3
ANSWER_TIMEOUT = aiohttp.ClientTimeout(total=10)
MOST_READ = 1000
"""Bytes of an answer to an answer that are read: Slack says a word or two."""
FOR_GOOD = frozenset({400, 403, 404, 410})
"""Slack says that the address is used up, too old or wrong: asking again changes nothing."""


class Desk:
    """Runs handlers and sends what they say. One for the whole bot."""

    def __init__(self, services: Services, messenger: Messenger, session: aiohttp.ClientSession) -> None:
        self._services = services
        self._messenger = messenger
        self._session = session
        self._count = 0
        self._under_way: set[tuple[str, str, str]] = set()
        self._empty = asyncio.Event()
        self._empty.set()

    @property
    def services(self) -> Services:
        """What commands may use."""
        return self._services

    @property
    def messenger(self) -> Messenger:
        """How to say something that no response URL belongs to."""
        return self._messenger

    @property
    def clock(self) -> Clock:
        """The bot's time."""
        return self._services.clock

    @contextmanager
    def busy(self) -> Iterator[None]:
        """Count one request in flight, so that a stop waits for it."""
        self._count += 1
        self._empty.clear()
        try:
            yield
        finally:
            self._count -= 1
            if self._count == 0:
                self._empty.set()

    async def drain(self, seconds: float) -> bool:
        """Wait until nothing is in flight, at most so long; False where something still was."""
        try:
            await asyncio.wait_for(self._empty.wait(), seconds)
        except TimeoutError:
            return False
        return True

    async def work(self, call: Call, button: Button, response_url: str) -> bool:
        """Run the handler and send its answer to the person who asked; a fault of ours is said, never shown raw.

        True where the person's App Home has been drawn anew with the answer on it.
        """
        mark = mark_of(call)
        self._under_way.add(mark)
        try:
            reply, finished = await self._ask(call, button)
            if button.stored and finished:
                await self._finish(mark)
        finally:
            self._under_way.discard(mark)
        opened = reply.form is not None
        if reply.form is not None:
            reply = await self._open(call, reply, reply.form)
        if reply.document is None:
            if call.dialog and not opened:
                # What the Home behind the dialog shows, the dialog with the old buttons must not hide.
                return await self._show(call, notice.done())
            return False
        if not response_url and call.channel in ("", call.user):
            return await self._show(call, reply.document)
        payload = message(reply.document)
        payload.pop("metadata", None)
        if call.thread and not reply.replaces:
            payload["thread_ts"] = call.thread
        if response_url:
            kind = "in_channel" if reply.where is Where.CHANNEL else "ephemeral"
            await self.send(response_url, {"response_type": kind, "replace_original": reply.replaces, **payload})
        else:
            await self._whisper(call, payload)
        return False

    async def _show(self, call: Call, answer: Document) -> bool:
        """The answer to a click on the App Home, where nobody can whisper: a dialog, else on the Home itself."""
        try:
            if call.dialog:
                await self._messenger.update_dialog(call.dialog, told(answer))
                return False
            if call.trigger:
                await self._messenger.open_dialog(call.trigger, told(answer))
                return False
        except SlackError as error:
            log.info("the answer goes on the App Home, for no dialog could be shown: %s", error)
        await self.draw_home(call.user, answer)
        return True

    async def draw_home(self, user: str, answer: Document | None = None) -> None:
        """Draw the App Home of one person; Slack shows the old one where that fails, so it is only noted."""
        try:
            document = home_of(await overview(self._services, self.clock.now()), answer)
            await self._messenger.publish_home(user, home(document))
        except (SlackError, StoreError) as error:
            log.warning("the App Home of %s could not be drawn: %s", user, error)

    async def _ask(self, call: Call, button: Button) -> tuple[Reply, bool]:
        """The answer, and whether nothing is left to do."""
        try:
            if button.stored or button.role is Role.OWNER:
                refused = await self._refusal(call, button)
                if refused is not None:
                    return Reply(refused), True
            return await button.run(call, self._services), True
        except StoreError as error:
            log.error("/launch %s: %s", call.verb, error)  # noqa: TRY400  the sentence says it all
            return Reply(notice.kept_for_later() if button.stored else notice.store_trouble()), False
        except Exception:
            reference = secrets.token_hex(4)
            log.exception("/launch %s failed (reference %s)", call.verb, reference)
            return Reply(notice.our_fault(reference)), True

    async def _refusal(self, call: Call, button: Button) -> Document | None:
        config = self._services.config
        owners = config if button.role is Role.OWNER else None
        no = await self._services.roles.refusal(call.user, call.now, team=call.team, config=owners)
        if no is None:
            return None
        log.info("%s was refused to %s (%s)", call.name, call.user, no.value)
        return refused(no)

    async def _finish(self, mark: tuple[str, str, str]) -> None:
        try:
            await self._services.requests.finish(*mark)
        except StoreError as error:
            log.error("%s is done, but could not be marked so: %s", mark[2], error)  # noqa: TRY400

    async def _open(self, call: Call, reply: Reply, form: Form) -> Reply:
        """Open a dialog; where Slack does not, the answer says how to do without."""
        try:
            await self._messenger.open_dialog(call.trigger, dialog(form, call.channel), above=bool(call.dialog))
        except SlackError as error:
            log.warning("a dialog could not be opened: %s", error)
            return Reply(reply.document or notice.no_dialog(), reply.where, reply.replaces)
        return Reply(None)

    async def _whisper(self, call: Call, payload: dict[str, Any]) -> None:
        """An answer without a response URL: from a dialog, or given only after a restart."""
        try:
            await self._messenger.post_ephemeral(call.channel, call.user, payload)
        except SlackError as error:
            log.warning("an answer to %s could not be given: %s", call.user, error)

    async def keep(self, call: Call) -> bool:
        """Write it down before it is acknowledged; False where Slack has delivered it before. Raises `StoreError`."""
        mark = mark_of(call)
        if mark in self._under_way:
            return False
        self._under_way.add(mark)
        first = False
        try:
            first = await self._services.requests.take(*mark, payload(call))
        finally:
            if not first:
                self._under_way.discard(mark)
        return first

    async def take_up(self) -> int:
        """Carry out what was written down and not done: after a kill, or once the disk has room again."""
        count = 0
        with self.busy():
            for click in await self._services.requests.waiting():
                if (click.id, click.user, click.action) in self._under_way:
                    continue
                call, button = restored(click, self.clock.now())
                await self.work(call, button, "")
                count += 1
        return count

    async def send(self, response_url: str, payload: dict[str, Any]) -> bool:
        """Post to a response URL (five uses, thirty minutes); tried again where Slack did not take it."""
        for attempt in range(TRIES):
            if attempt:
                await self.clock.sleep(0.25 * 2**attempt)
            try:
                # Slack never redirects here; whoever does would learn what was answered.
                async with self._session.post(
                    response_url, json=payload, timeout=ANSWER_TIMEOUT, allow_redirects=False
                ) as answer:
                    if answer.status == 200:
                        return True
                    said = (await answer.content.read(MOST_READ)).decode("utf-8", "replace")[:200]
                    if answer.status in FOR_GOOD:
                        break
            except (aiohttp.ClientError, TimeoutError) as error:
                said = type(error).__name__
        log.warning("an answer could not be given: %s", said)
        return False
