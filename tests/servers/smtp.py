"""A real mail server on loopback: plain, with STARTTLS or TLS from the start, with log-in, and faulty on demand."""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, Self

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword


@dataclass
class Letter:
    """One mail as it arrived."""

    sender: str
    to: tuple[str, ...]
    message: EmailMessage
    secured: bool
    user: str

    @property
    def text(self) -> str:
        """Its plain words."""
        body = self.message.get_body(("plain",))
        assert body is not None
        return str(body.get_content())


@dataclass
class MailServer:
    """Takes mail. `password` asks for a log-in; `answer` is given instead of taking it; `hang` says nothing at all."""

    tls: ssl.SSLContext | None = None
    at_once: bool = False
    password: str = ""
    answer: str = ""
    hang: bool = False
    letters: list[Letter] = field(default_factory=list)
    port: int = 0
    called: asyncio.Event = field(default_factory=asyncio.Event)
    """Set once somebody has connected."""
    _server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        """Listen."""
        loop = asyncio.get_running_loop()
        context = self.tls if self.at_once else None
        self._server = await loop.create_server(self._protocol, "127.0.0.1", 0, ssl=context)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop."""
        assert self._server is not None
        self._server.close()

    def _protocol(self) -> asyncio.BaseProtocol:
        self.called.set()
        if self.hang:
            return asyncio.Protocol()
        return SMTP(
            self,
            hostname="mail.test",
            tls_context=None if self.at_once else self.tls,
            require_starttls=self.tls is not None and not self.at_once,
            authenticator=self._known if self.password else None,
            auth_required=bool(self.password),
            auth_require_tls=self.tls is not None and not self.at_once,
            loop=asyncio.get_running_loop(),
        )

    def _known(self, _server: object, _session: Any, _envelope: Envelope, _how: str, data: object) -> AuthResult:
        assert isinstance(data, LoginPassword)
        good = data.password.decode() == self.password
        return AuthResult(success=good, handled=good, auth_data=data.login.decode() if good else None)

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Envelope) -> str:  # noqa: N802  (aiosmtpd's name)
        """A whole mail has come."""
        if self.answer:
            return self.answer
        message = message_from_bytes(envelope.original_content or b"", policy=policy.default)
        assert isinstance(message, EmailMessage)
        secured = self.at_once or session.ssl is not None
        self.letters.append(
            Letter(str(envelope.mail_from), tuple(envelope.rcpt_tos), message, secured, str(session.auth_data or ""))
        )
        return "250 OK"
