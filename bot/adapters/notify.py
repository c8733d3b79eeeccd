"""Messages by other ways than Slack: mail, ntfy, SMS and the like through Apprise, webhooks by a small sender here.

Apprise takes 40 MB of memory and half a second to load, and a mail server that hangs would hold a thread for ever. So
each message that it sends is sent by a process of its own (`notify_child`), which gets no token of Slack, is ended
after a while, and takes its memory with it. Addresses and passwords reach it through a pipe.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import os
import ssl
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

import aiohttp

from checks.masking import mask
from checks.model import Json

CONNECT_SECONDS = 5.0
HOOK_SECONDS = 10.0
CHILD_SECONDS = 30.0
MOST_READ = 4096
"""Bytes of an answer that are read, for its reason."""
FOR_GOOD = frozenset({400, 401, 403, 404, 405, 410})
"""Answers of a webhook's receiver that will not change by themselves."""
PASSED_ON = ("PATH", "PYTHONPATH", "HOME", "LANG", "LC_ALL", "TZ", "SYSTEMROOT", "TMPDIR", "VIRTUAL_ENV")
"""What the child may see of this process's environment; proxies besides."""
PROXIES = ("http_proxy", "https_proxy", "no_proxy", "all_proxy")
SIGNATURE = "Launch-Signature"
DELIVERY = "Launch-Delivery"


class NotDelivered(Exception):
    """It did not arrive, as far as is known; later it may. The text holds no secret."""


class Refused(NotDelivered):
    """It will not arrive until a person changes something."""


@dataclass(frozen=True, slots=True)
class Note:
    """One message, ready to be sent."""

    id: str
    """Its delivery id: the same message sent twice has the same one."""
    number: int
    """Its place in the order of all messages; grows, with gaps."""
    title: str
    text: str
    short: str
    """All of it in at most 160 characters, for an SMS."""
    data: Mapping[str, Json]
    """The same for machines."""


@dataclass(frozen=True, slots=True)
class Hook:
    """A URL that takes JSON by POST; signed where there is a key."""

    url: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class Mail:
    """A mailbox, and the server that takes mail for it."""

    to: str
    host: str
    port: int
    security: str
    """`starttls`, `ssl` or `insecure`."""
    sender: str
    user: str = ""
    password: str = ""

    def url(self, note: Note) -> str:
        """As Apprise writes it."""
        login = f"{quote(self.user, safe='')}:{quote(self.password, safe='')}@" if self.user else ""
        host = quote(self.host, safe="[]:")
        wanted = {
            "smtp": self.host,
            "mode": self.security,
            "from": self.sender,
            "to": self.to,
            "format": "text",
            f"+{DELIVERY}": note.id,
        }
        asked = "&".join(f"{name}={quote(value, safe='')}" for name, value in wanted.items())
        return f"{'mailto' if self.security == 'insecure' else 'mailtos'}://{login}{host}:{self.port}?{asked}"


@dataclass(frozen=True, slots=True)
class Service:
    """Anything that Apprise knows, by its URL."""

    address: str
    short: bool = False
    """An SMS: no title, few characters."""

    def url(self, _note: Note) -> str:
        """As it was given."""
        return self.address


Way = Hook | Mail | Service


async def send(way: Way, note: Note, *, ca_file: str = "", patience: float = CHILD_SECONDS) -> None:
    """Send it once. Raises `Refused` or `NotDelivered`; who gets through has handed it over.

    `ca_file` names certificates to trust beside the usual ones; `patience` bounds the whole, in seconds.
    """
    if isinstance(way, Hook):
        await _post(way, note, ca_file)
        return
    title, body = ("", note.short) if isinstance(way, Service) and way.short else (note.title, note.text)
    await _by_child({"url": way.url(note), "title": title, "body": body}, ca_file, patience)


def sign(key: str, body: bytes) -> str:
    """`sha256=…`: HMAC-SHA256 over the raw bytes of the body, in hex."""
    return "sha256=" + hmac.new(key.encode(), body, hashlib.sha256).hexdigest()


async def _post(hook: Hook, note: Note, ca_file: str) -> None:
    body = json.dumps({**note.data, "id": note.id, "sequence": note.number}, ensure_ascii=False).encode()
    headers = {"Content-Type": "application/json", "User-Agent": "launch-ready", DELIVERY: note.id}
    if hook.key:
        headers[SIGNATURE] = sign(hook.key, body)
    timeout = aiohttp.ClientTimeout(total=HOOK_SECONDS, sock_connect=CONNECT_SECONDS)
    trust: ssl.SSLContext | bool = True
    if ca_file:
        trust = ssl.create_default_context()
        trust.load_verify_locations(ca_file)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout, trust_env=True) as session,
            # Whoever answers with another address does not choose where the message goes.
            session.post(hook.url, data=body, headers=headers, allow_redirects=False, ssl=trust) as response,
        ):
            await response.content.read(MOST_READ)
            status = response.status
    except TimeoutError:
        raise NotDelivered("the receiver did not answer in time") from None
    except (aiohttp.InvalidURL, ValueError):
        raise Refused("the URL cannot be used") from None
    except (aiohttp.ClientError, OSError) as error:
        raise NotDelivered(f"the receiver could not be reached ({type(error).__name__})") from None
    if 200 <= status < 300:
        return
    said = f"the receiver answered {status}"
    if 300 <= status < 400:
        raise Refused(f"{said}: it points elsewhere, and messages are not sent on")
    raise Refused(said) if status in FOR_GOOD else NotDelivered(said)


async def _by_child(message: Mapping[str, str], ca_file: str, patience: float) -> None:
    try:
        child = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bot.adapters.notify_child",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env=_environment(ca_file),
        )
    except OSError as error:
        raise NotDelivered(f"no process could be started ({error.strerror or type(error).__name__})") from None
    try:
        async with asyncio.timeout(patience):
            out, _ = await child.communicate(json.dumps(dict(message)).encode())
    except TimeoutError:
        raise NotDelivered(f"no answer within {patience:.0f} s") from None
    finally:
        if child.returncode is None:
            with suppress(ProcessLookupError):
                child.kill()
            await child.wait()
    try:
        answer = json.loads(out[-MOST_READ:])
        sent, why, final = bool(answer["sent"]), str(answer["why"]), bool(answer["final"])
    except (ValueError, KeyError, TypeError):
        raise NotDelivered(f"the sender broke off (exit code {child.returncode})") from None
    if not sent:
        why = mask(_without(why, message["url"]))[:300] or "it was not taken"
        raise Refused(why) if final else NotDelivered(why)


def _without(text: str, url: str) -> str:
    """The text without any part of a URL that may be a secret."""
    try:
        parts = urlsplit(url)
        secrets = [url, parts.username or "", parts.password or "", *parts.path.split("/"), parts.query]
    except ValueError:
        secrets = [url]
    for secret in sorted(filter(lambda each: len(each) > 3, secrets), key=len, reverse=True):
        text = text.replace(secret, "***")
    return text


def _environment(ca_file: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name in PASSED_ON or name.lower() in PROXIES}
    if ca_file:
        kept |= {"SSL_CERT_FILE": ca_file, "REQUESTS_CA_BUNDLE": ca_file}
    return {**kept, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUTF8": "1"}
