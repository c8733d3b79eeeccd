"""Send one message through Apprise and end: `python -m bot.adapters.notify_child`, the message as JSON on stdin.

In: `{"url", "title", "body"}`. Out: `{"sent": true or false, "why": "a reason", "final": whether a retry is of use}`.
"""

from __future__ import annotations

import json
import logging
import re
import sys

TELLING = re.compile(
    r"^Socket Exception: (?P<socket>.{1,300})|(?P<refused>was refused: .{1,200})|(?P<code>error=\d{3})", re.DOTALL
)
"""Lines of Apprise's log that give the reason. The others repeat addresses, or only say that it failed."""
SECONDS = 15
FOR_GOOD = re.compile(r"CERTIFICATE_VERIFY_FAILED|\(5\d\d, |was refused: 5\d\d|error=40[0134]\b")


class Ear(logging.Handler):
    """Keeps the last reason that Apprise logs; nothing of its log goes anywhere else."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.why = ""

    def emit(self, record: logging.LogRecord) -> None:
        """Keep it if it is a reason."""
        found = TELLING.search(record.getMessage())
        if found is not None:
            self.why = next(filter(None, found.groups()))


def send(url: str, title: str, body: str) -> dict[str, object]:
    """Send it, and say how that went."""
    from apprise import Apprise, AppriseAsset, NotifyFormat

    ear = Ear()
    log = logging.getLogger("apprise")
    log.setLevel(logging.DEBUG)
    log.propagate = False
    log.addHandler(ear)
    # No redirects: whoever answers with another address does not choose where the message goes. No files of its own.
    asset = AppriseAsset(
        app_id="Launch Ready",
        app_desc="Launch Ready",
        async_mode=False,
        http_redirects=False,
        secure_logging=True,
        pgp_autogen=False,
        pem_autogen=False,
    )
    sender = Apprise(asset=asset)
    mark = "&" if "?" in url else "?"
    if not sender.add(f"{url}{mark}cto={SECONDS}&rto={SECONDS}"):
        return {"sent": False, "why": "Apprise does not know such an address", "final": True}
    sent = bool(sender.notify(body=body, title=title, body_format=NotifyFormat.TEXT))
    return {"sent": sent, "why": ear.why, "final": bool(FOR_GOOD.search(ear.why))}


def main() -> int:
    """Read, send, answer."""
    message = json.loads(sys.stdin.buffer.read(1024 * 1024))
    answer = send(message["url"], message["title"], message["body"])
    sys.stdout.write(json.dumps(answer))
    return 0


if __name__ == "__main__":
    sys.exit(main())
