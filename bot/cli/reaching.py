"""How a terminal command speaks with a running bot: over HTTPS with LAUNCH_TOKEN, or by the local door of this machine.

What may help is tried again; what is said in the end is one sentence.
"""

from __future__ import annotations

import json
import socket
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    import httpx

    from bot.clock import Clock

PAUSES = (0.5, 1.0, 2.0, 4.0)
"""Seconds between tries."""
LONGEST_PAUSE = 30.0
"""Seconds that a bot may ask for by `Retry-After`."""
PATIENCE = 10.0
"""Seconds for one answer."""
MOST_READ = 64 * 1024
"""Bytes of an answer; more is not from the bot."""
AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Answers after which it is worth trying again."""
_WRONG = {
    401: "The bot refuses the token: LAUNCH_TOKEN must be the same here and where the bot runs.",
    404: "Something else than the bot answers at {place}, or an older one.",
    405: "Something else than the bot answers at {place}, or an older one.",
}


class NotReached(Exception):
    """Nobody answered; a sentence."""


class Refused(Exception):
    """The bot, or whatever answers there, says no; a sentence."""


class WrongAddress(ValueError):
    """It cannot be used; a sentence."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the bot said."""

    status: int
    body: Mapping[str, Any] = field(default_factory=dict)


def base_of(text: str) -> str:
    """The address of a bot without a slash at its end. Raises `WrongAddress`.

    A token is never sent in the open: http is for this machine alone.
    """
    from bot.config.names import shown

    try:
        parts = urlsplit(text.strip())
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        host, parts = "", urlsplit("")
    if parts.scheme not in ("http", "https") or not host or parts.query or parts.fragment or parts.username:
        raise WrongAddress(f'"{shown(text)}" is no address of a bot; write one such as https://launch.example.com')
    if parts.scheme == "http" and not _this_machine(host):
        raise WrongAddress(f"{shown(host)} would be told the token in the open; write https:// in front of it")
    return text.strip().rstrip("/")


def here(listen: tuple[str, int]) -> str:
    """The address of the bot of this machine, which listens there."""
    host, port = listen
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """An error and those behind it: libraries wrap what they do not explain."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _reason(error: BaseException) -> str:
    for one in _chain(error):
        if isinstance(one, ssl.SSLCertVerificationError):
            return f"its certificate is not trusted here: {one.verify_message}"
        if isinstance(one, socket.gaierror):
            return "no such name is known; is it written right?"
        if isinstance(one, ConnectionRefusedError):
            return "nothing listens there"
    found = next((one for one in _chain(error) if str(one)), error)
    return found.strerror or str(found) if isinstance(found, OSError) else str(found)


class Reach:
    """Speaks with one bot. `local`: by the door of this machine, past every proxy."""

    def __init__(self, base: str, token: str, clock: Clock, *, local: bool = False) -> None:
        self._base = base
        self._token = token
        self._clock = clock
        self._local = local

    async def post(self, path: str, body: Mapping[str, Any]) -> Answer:
        """Send JSON; tried again where that may help. Raises `NotReached` or `Refused`."""
        return await self._ask("POST", path, json.dumps(body).encode())

    async def get(self, path: str) -> Answer:
        """Ask for JSON; 404 is an answer. Raises `NotReached` or `Refused`."""
        return await self._ask("GET", path, None)

    async def _ask(self, method: str, path: str, content: bytes | None) -> Answer:
        import httpx

        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        said = ""
        async with httpx.AsyncClient(headers=headers, timeout=PATIENCE, trust_env=not self._local) as client:
            for pause in (*PAUSES, None):
                wait = pause
                try:
                    answer, asked_for = await self._once(client, method, path, content)
                except httpx.ConnectError as error:
                    said = _reason(error) or "no connection"
                    if self._local or any(isinstance(one, ssl.SSLError) for one in _chain(error)):
                        break
                except (httpx.TransportError, httpx.DecodingError) as error:
                    said = _reason(error) or type(error).__name__
                else:
                    if answer.status not in AGAIN:
                        return self._settled(answer, asking=method == "GET")
                    said = str(answer.body.get("error") or f"status {answer.status}")
                    wait = None if pause is None else max(pause, min(asked_for, LONGEST_PAUSE))
                if wait is not None:
                    await self._clock.sleep(wait)
        raise NotReached(f"No bot was reached at {self._base}: {said.rstrip('.')[:300]}.")

    async def _once(
        self, client: httpx.AsyncClient, method: str, path: str, content: bytes | None
    ) -> tuple[Answer, float]:
        raw = b""
        async with client.stream(method, self._base + path, content=content) as response:
            async for part in response.aiter_bytes():
                raw += part
                if len(raw) > MOST_READ:
                    break
            status, retry, place = response.status_code, response.headers.get("retry-after", ""), response.headers
        try:
            body = json.loads(raw)
        except (ValueError, RecursionError):
            body = {}
        found = dict(body) if isinstance(body, dict) else {}
        if 300 <= status < 400:
            found["leads"] = place.get("location", "")
        return Answer(status, found), float(retry) if retry.isdecimal() and len(retry) < 6 else 0.0

    def _settled(self, answer: Answer, *, asking: bool) -> Answer:
        from bot.config.names import shown

        # Whatever the bot takes, it says so.
        if answer.status < 300 and (answer.body if asking else "said" in answer.body):
            return answer
        if asking and answer.status == 404 and "error" in answer.body:
            return answer
        if 300 <= answer.status < 400:
            raise Refused(f"{self._base} leads elsewhere, to {shown(str(answer.body['leads']))}; write that address.")
        if answer.status == 401 and self._local:
            raise Refused(f"Another bot answers at {self._base}: LAUNCH_DATA names the folder of this one.")
        error = answer.body.get("error")
        if answer.status == 401 and error and "LAUNCH_TOKEN" in str(error):
            raise Refused(f"The bot says: {shown(str(error), 300)}")
        wrong = _WRONG.get(answer.status, "")
        if wrong or not error:
            wrong = wrong or "Something else than the bot answers at {place}."
            raise Refused(wrong.format(place=self._base))
        raise Refused(f"The bot says: {shown(str(error), 300)}")
