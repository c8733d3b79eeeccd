"""A small runbook in its file's form, for tests that break it in one place each."""

from __future__ import annotations

from bot.config.runbooks import parse
from bot.domain.runbook.book import Runbook
from bot.domain.runbook.lint import World
from bot.domain.runbook.plain import Panel, runbook

GOOD = """\
title: The certificate has run out
sort: broken
says: [security warning, not secure]
leads: [tls.valid, "tls.expiry:expired", "redir.*", TLS]
feels: Browsers show a red warning. Nobody can log in.
notice: |
  Our site shows a warning at the moment.
  Your data is safe.
needs: [host_link, host_provider]
serves: [TLS-1]
steps:
  - id: which
    decide: edge_provider
    cases: {cloudflare: renew, none: renew}
    other: explain
  - id: explain
    say: We renew it at your host.
  - id: renew
    do: Have the certificate of {host} renewed.
    panel: host.renew_certificate
    paste: "{host}"
    undo: Nothing can be lost here.
    danger: true
  - id: told
    say: It takes a moment.
  - id: proven
    check: Browsers trust {host} again.
    what: [failed, tls.valid, bot.delivery]
    look: Open https://{host}/ in a new window.
    good: fixed
    bad: still
  - id: still
    ask: What does your host say?
    answers:
      - {say: "It Is Being Issued", go: later}
      - {say: "Not Sure", go: support}
  - id: later
    wait: I look every 20 seconds.
    what: [failed]
    longest: 30m
    good: fixed
    late: support
  - id: support
    call: Write to your host.
    who: host_support
    message: "We see: {seen}."
"""

WORLD = World(
    checks={
        "tls.valid": frozenset({"trusted", "untrusted"}),
        "tls.expiry": frozenset({"expired", "fine"}),
        "redir.https": frozenset({"no_redirect"}),
    },
    requirements=frozenset({"TLS-1"}),
    providers={"edge_provider": frozenset({"cloudflare"})},
    panels={"host": Panel("host", "Where it runs.", {"renew_certificate": "Open your host."})},
)


def made(source: str, topic: str = "certificate_expired") -> Runbook:
    """The runbook of a source without mistakes of form."""
    return runbook(topic, parse(source, "launch.yml").usable())
