"""Looking at a running workspace: messages, views, calls, and waiting for them."""

from __future__ import annotations

import asyncio
import copy
from collections.abc import Callable
from typing import Any, TypeVar

from bot.demo.workspace.acts import Acts, all_blocks
from bot.demo.workspace.core import CallRecord, Core, Violation
from bot.demo.workspace.dispatch import Delivery
from bot.demo.workspace.people import Json

Predicate = Callable[[Json], bool]
T = TypeVar("T")
PATIENCE = 60.0
"""Seconds: waiting costs nothing where what is waited for comes, and a busy machine is late."""


class Looking:
    """The half of WorkspaceServer that changes nothing."""

    core: Core
    acts: Acts

    def seen(self, channel: str = "", user: str = "") -> list[Json]:
        """Messages, each with `channel` (and `for_user` where only one person sees it), oldest first; to be read only.

        Ephemeral ones are included where `user` (or nobody) is named.
        """
        where = self._channel_id(channel, user) if channel else ""
        who = self.core.workspace.user(user).id if user else ""
        found = [
            {**message, "channel": at, **({"for_user": only} if only else {})}
            for at, only, message in self.core.workspace.everything()
            if where in ("", at) and (not only or who in ("", only))
        ]
        return sorted(found, key=lambda each: float(each["ts"]))

    def _channel_id(self, channel: str, user: str) -> str:
        return (
            self.acts.channel(self.core.workspace.user(user).id, "dm").id
            if channel == "dm"
            else self.core.workspace.channel(channel).id
        )

    def messages(self, channel: str) -> list[Json]:
        """Messages that everybody in the channel sees."""
        return [each for each in self.seen(channel) if "for_user" not in each]

    def ephemerals(self, user: str) -> list[Json]:
        """Messages that only this person sees."""
        return [each for each in self.seen(user=user) if "for_user" in each]

    def home(self, user: str) -> Json | None:
        """The App Home of a person."""
        return copy.deepcopy(self.core.workspace.homes.get(self.core.workspace.user(user).id))

    def modal(self, user: str) -> Json | None:
        """The dialog on top."""
        stack = self.core.workspace.modals.get(self.core.workspace.user(user).id)
        return copy.deepcopy(stack[-1]) if stack else None

    def calls(self, method: str = "") -> list[CallRecord]:
        """Every Web API call, or those of one method."""
        return [each for each in self.core.calls if method in ("", each.method)]

    def violations(self) -> list[Violation]:
        """What the app must not do, and did."""
        return list(self.core.violations)

    def deliveries(self) -> list[Delivery]:
        """Every try to hand something to the app."""
        return list(self.core.dispatcher.deliveries)

    async def wait_for(
        self, wanted: str | Predicate, *, channel: str = "", user: str = "", after: str = "", timeout: float = PATIENCE
    ) -> Json:
        """The first message (later than `after`, a time stamp) that holds the text or satisfies the predicate.

        Text is looked for in `text` and in all blocks. Raises TimeoutError that lists what there was.
        """

        def look() -> Json | None:
            for each in self.seen(channel, user):
                if after and float(each["ts"]) <= float(after):
                    continue
                if wanted(each) if callable(wanted) else wanted in words(each):
                    return each
            return None

        try:
            return await self.until(look, timeout=timeout)
        except TimeoutError:
            there = "\n".join(f"  {each['ts']} {words(each)[:160]!r}" for each in self.seen(channel, user)[-12:])
            name = wanted if isinstance(wanted, str) else "a message that satisfies the predicate"
            raise TimeoutError(f"no {name!r} within {timeout} s; there was:\n{there or '  nothing'}") from None

    async def until(self, look: Callable[[], T | None], *, timeout: float = PATIENCE) -> T:
        """Wait until `look()` gives something; it is asked again after each change of the workspace."""
        changed = asyncio.Event()
        stop = self.core.workspace.listen(lambda _: changed.set())
        try:
            async with asyncio.timeout(timeout):
                while not (found := look()):
                    changed.clear()
                    # Calls and acknowledgements change nothing that is shown: look now and then as well.
                    try:
                        await asyncio.wait_for(changed.wait(), 0.05)
                    except TimeoutError:
                        continue
                    # Changes come in crowds: one look for all of them.
                    await asyncio.sleep(0.01)
                return found
        finally:
            stop()

    async def connected(self, sockets: int = 1, *, timeout: float = PATIENCE) -> None:
        """Wait until the app holds at least so many sockets."""
        await self.until(lambda: len(self.core.dispatcher.sockets.connections) >= sockets, timeout=timeout)


def words(message: Json) -> str:
    """All that a person can read in a message."""
    return "\n".join([message.get("text", ""), *_strings(all_blocks(message))])


def _strings(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    inner = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
    return [text for each in inner for text in _strings(each)]
