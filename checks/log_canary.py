"""A test of an app's logger: values that look like secrets are given to it, and its output must not show them.

Every value is made anew for one test and belongs to nobody. A marker beside them must be seen: where it is not, the
logger wrote nothing, and nothing is proven.
"""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote

from checks.masking import luhn

VERSION = 1
LARGEST = 64 * 1024


class BadCanary(ValueError):
    """The file holds no canary values."""


@dataclass(frozen=True, slots=True)
class Canary:
    """The values of one test."""

    token: str
    """Hexadecimal; all of them are made from it."""

    @property
    def marker(self) -> str:
        """Harmless, and must be seen."""
        return f"launch-canary-{self.token[:12]}"

    @property
    def values(self) -> dict[str, str]:
        """By what they look like, in a founder's words."""
        digits = str(int(self.token[:14], 16) + 10**9)[-9:]
        head = f"424242{digits}"
        card = next(f"{head}{last}" for last in range(10) if luhn(f"{head}{last}"))
        return {
            "log-in token": f"Bearer {self.token[:8]}.{self.token[8:28]}.{self.token[28:]}",
            "card number": card,
            "e-mail address": f"canary.{self.token[:10]}@example.com",
            "cookie": f"session={self.token[4:36]}",
            "secret key": "sk_" + f"live_{self.token}",
            "password": f"Pw-{self.token[6:20]}!",
        }

    @property
    def request(self) -> dict[str, object]:
        """What a web framework hands to a logger: a request with its headers and form."""
        value = self.values
        return {
            "message": f"{self.marker} sign-up",
            "headers": {"authorization": value["log-in token"], "cookie": value["cookie"]},
            "body": {
                "email": value["e-mail address"],
                "password": value["password"],
                "card": {"number": value["card number"], "cvc": "123"},
            },
            "api_key": value["secret key"],
        }

    @property
    def lines(self) -> str:
        """The same as a program may read it: one line of JSON, then each value in a sentence."""
        value = self.values
        plain = [
            f"{self.marker} Authorization: {value['log-in token']}",
            f"{self.marker} Cookie: {value['cookie']}",
            f"{self.marker} payment with card {value['card number']} by {value['e-mail address']}",
            f"{self.marker} api_key={value['secret key']} password={value['password']}",
        ]
        return "\n".join((json.dumps(self.request), *plain)) + "\n"

    def as_json(self) -> str:
        """To be given to the app by a file, and to be read again for the look at its logs."""
        return json.dumps({"launch_canary": VERSION, "token": self.token, "log_this": self.request}, indent=1) + "\n"


def fresh() -> Canary:
    """Values that nobody has seen before."""
    return Canary(secrets.token_hex(24))


def read(text: str) -> Canary:
    """The values that `as_json` wrote. Raises `BadCanary`."""
    try:
        said = json.loads(text)
        token = said["token"]
        good = said["launch_canary"] == VERSION and isinstance(token, str) and len(bytes.fromhex(token)) == 24
    except (ValueError, KeyError, TypeError, RecursionError):
        good, token = False, ""
    if not good:
        raise BadCanary("this file holds no canary values; `launch secrets --canary-write` makes one")
    return Canary(token)


class Looker:
    """Looks for the values of a test in an output that comes in pieces."""

    def __init__(self, canary: Canary) -> None:
        self._forms = {name: tuple(_forms(name, value)) for name, value in canary.values.items()}
        self._marker = canary.marker.encode()
        self._rest = b""
        self._longest = max(len(form) for forms in self._forms.values() for form in forms)
        self.marked = False
        self.visible: list[str] = []
        """What was seen, in the order of the test."""

    def feed(self, data: bytes) -> None:
        """Some more of the output."""
        data = self._rest + data
        self.marked = self.marked or self._marker in data
        for name, forms in self._forms.items():
            if name not in self.visible and any(form in data for form in forms):
                self.visible.append(name)
        self._rest = data[-self._longest :]


def _forms(name: str, value: str) -> Iterable[bytes]:
    """A value as it is, and as loggers write it: without its scheme, percent-encoded, in Base64, in groups."""
    bare = value.removeprefix("Bearer ").removeprefix("session=")
    yield bare.encode()
    yield quote(bare, safe="").encode()
    for shift in range(3):
        # Base64 of a longer text that holds the value, at each of the three alignments.
        encoded = base64.b64encode(b"\0" * shift + bare.encode())
        yield encoded[4 if shift else 0 : -4]
    if name == "card number":
        groups = [bare[at : at + 4] for at in range(0, 16, 4)]
        yield " ".join(groups).encode()
        yield "-".join(groups).encode()
