"""What a walk means beside what was seen: the finding of each flow with its words, and the runbook that leads out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bot.services.config import Config
from bot.services.smoke_flows import flows_in
from bot.services.smoke_news import topic_of
from checks.flow.model import FlowSeen
from checks.model import Finding

SNIPPET = """\
flows:
  - id: login
    name: Log-in
    carries: login
    env: {email: SMOKE_EMAIL, password: SMOKE_PASSWORD}
    steps:
      - name: Open the log-in page
        request: {url: /login}
        expect: {contains: Log in}
      - name: Log in
        request: {url: /login, method: POST, form: {email: "{email}", password: "{password}"}}
        expect: {contains: Dashboard}"""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known about the flows of a walk beside what was seen."""

    findings: Mapping[str, Finding] = field(default_factory=dict)
    """By flow: what it means, and what to do."""
    topics: Mapping[str, str] = field(default_factory=dict)
    """By flow: the runbook that leads out."""


NOTHING = Known()


def known_of(config: Config, seen: Sequence[FlowSeen]) -> Known:
    """Of the flows of a stored walk, as launch.yml has them now."""
    flows = flows_in(config)
    by_id = {one.id: one for one in flows}
    topics = {one.id: topic_of(by_id[one.id], one) for one in seen if one.id in by_id}
    return Known({}, {id: topic for id, topic in topics.items() if topic in config.library.books})
