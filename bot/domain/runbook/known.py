"""What a run knows: fields that its texts are filled with, facts that it branches on, people and helplines to call.

The fields come from `launch.yml`, from what people wrote down when a runbook asked, from public evidence (who hosts
the name servers), and from the finding or incident that began the run. Their names are what a text may use: `{domain}`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class From(StrEnum):
    """Where a field comes from."""

    FILE = "file"
    """`launch.yml`, or a person who was asked; a person can be asked for it."""
    EVIDENCE = "evidence"
    """The finding, the incident, the deploy, or public DNS: nobody is asked."""


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that a text may be filled with."""

    label: str
    """As in "Link to your hosting: not written down yet"."""
    source: From
    question: str = ""
    """What the dialog asks; empty for evidence."""
    hint: str = ""
    """An example in the dialog."""
    stands: str = ""
    """Evidence only: what the text says where there is none: "the address"."""
    long: bool = False
    """Several lines."""
    link: bool = False
    """A URL: only http and https are taken."""


FIELDS: Mapping[str, Field] = {
    # The product.
    "product": Field("Product", From.EVIDENCE, stands="your product"),
    "domain": Field("Domain", From.EVIDENCE, stands="your domain"),
    "host": Field("Host", From.EVIDENCE, stands="your site"),
    "url": Field("Address", From.EVIDENCE, stands="your site's address"),
    "service": Field("What customers call it", From.EVIDENCE, stands="the part that is broken"),
    "owner": Field("Owner", From.EVIDENCE, stands="its owner"),
    "backup": Field("Backup", From.EVIDENCE, stands="the backup"),
    # Providers, by name, as they are recognised from outside or written down.
    "dns_provider": Field("Where DNS is edited", From.FILE, "At which company do you edit DNS records?", "Cloudflare"),
    "registrar": Field("Where the domain was bought", From.FILE, "Where was the domain bought?", "Namecheap"),
    "host_provider": Field("Where it runs", From.FILE, "Where does the product run?", "Vercel"),
    "edge_provider": Field("What stands in front", From.FILE, "Which service stands in front of it?", "Cloudflare"),
    "mail_provider": Field("Who sends your mail", From.FILE, "Which service sends mail to customers?", "Postmark"),
    "payments_provider": Field("Who takes payments", From.FILE, "Which service takes payments?", "Stripe"),
    "errors_provider": Field("Where errors are collected", From.FILE, "Where do errors show up?", "Sentry"),
    # Where to log in.
    "dns_link": Field("Link to your DNS", From.FILE, "Where do you edit DNS records?", "https://…", link=True),
    "registrar_link": Field("Link to your registrar", From.FILE, "Where do you log in there?", "https://…", link=True),
    "host_link": Field("Link to your hosting", From.FILE, "Where do you log in to your host?", "https://…", link=True),
    "edge_link": Field("Link to your edge", From.FILE, "Where do you log in there?", "https://…", link=True),
    "mail_link": Field("Link to your mail service", From.FILE, "Where do you log in there?", "https://…", link=True),
    "payments_link": Field("Link to payments", From.FILE, "Where do you log in there?", "https://…", link=True),
    "errors_link": Field("Link to your errors", From.FILE, "Where do you log in there?", "https://…", link=True),
    "code_link": Field("Link to your code", From.FILE, "Where does the code live?", "https://…", link=True),
    # What the builder knows.
    "deploy_how": Field("How to deploy", From.FILE, "How does a version go out, step by step?", long=True),
    "roll_back_how": Field("How to roll back", From.FILE, "How do you go back to the last good version?", long=True),
    "backup_where": Field("Where backups are", From.FILE, "Where are the backups, and how is one restored?", long=True),
    "jobs_where": Field(
        "Where jobs run", From.FILE, "Where do background jobs run, and how are they restarted?", long=True
    ),
    "database_where": Field(
        "Where the database is", From.FILE, "Where does the database run?", "Supabase, project shop"
    ),
    "secrets_where": Field(
        "Where secrets are kept", From.FILE, "Where are keys and passwords kept?", "1Password, Vercel"
    ),
    "admin_contact": Field("The address that providers write to", From.FILE, "Which mailbox gets their mail?"),
    "status_page": Field(
        "Page where customers read what is wrong", From.FILE, "Where do you tell customers?", link=True
    ),
    # The last releases.
    "version": Field("Version now live", From.EVIDENCE, stands="the version that is live now"),
    "last_good": Field("Last good version", From.EVIDENCE, stands="the last version that worked"),
    "deployed_at": Field("Time of the last deploy", From.EVIDENCE, stands="the last deploy"),
    # What was seen.
    "check": Field("Check", From.EVIDENCE, stands="the check"),
    "seen": Field("Seen", From.EVIDENCE, stands="not what it should be"),
    "expected": Field("Expected", From.EVIDENCE, stands="what it should be"),
    "record_name": Field("Name of the record", From.EVIDENCE, stands="the record's name"),
    "record_type": Field("Type of the record", From.EVIDENCE, stands="the record's type"),
    "record_value": Field("Value of the record", From.EVIDENCE, stands="the value that your provider shows"),
    "old_value": Field("Value as it is now", From.EVIDENCE, stands="the value that is there now"),
    "expires": Field("Runs out", From.EVIDENCE, stands="soon"),
    "path": Field("Path", From.EVIDENCE, stands="the page"),
    "incident": Field("Incident", From.EVIDENCE, stands="this trouble"),
    "since": Field("Since", From.EVIDENCE, stands="a while ago"),
}
"""Every name that a text may use in braces."""

FACTS: Mapping[str, str] = {
    "dns_provider": "Who edits DNS: an id of the registrars' data, or `unknown`",
    "registrar": "Where the domain was bought: an id, or `unknown`",
    "host_provider": "Where it runs: an id of the hosts' data, or `unknown`",
    "edge_provider": "What stands in front: an id of the edges' data, `none`, or `unknown`",
    "mail_provider": "Who sends mail: an id of the mail data, or `unknown`",
    "layer": "Lowest layer that failed: `dns`, `reach`, `tls`, `edge`, `redirect`, `page`, `slow`, `mail`, `none`",
    "code": "The outcome's code of the finding that began the run: `expired`",
    "check": "The check that began the run: `tls.valid`",
    "recent_deploy": "`yes` where a version went out in the last 30 minutes, else `no`",
    "all_down": "`yes` where every monitor fails, `some`, or `no`",
    "incident": "`yes` where the run belongs to a live incident, else `no`",
    "expires_in": "`past`, `day`, `week`, `later` or `unknown`: what runs out (certificate, domain)",
    "has:FIELD": "`yes` where that field is written down, else `no`: `has:roll_back_how`",
}
"""What a `decide` may branch on."""

CONTACTS: Mapping[str, str] = {
    "owner": "The owner of the service",
    "backup": "The backup",
    "builder": "Whoever built the product",
    "team": "Everybody of the team",
    "host_support": "The host's support",
    "dns_support": "The support of whoever serves DNS",
    "registrar_support": "The registrar's support",
    "mail_support": "The mail service's support",
    "payments_support": "The payment provider's support",
    "edge_support": "The support of the service in front",
}
"""Whom a `call` may name."""

OWN_CHECKS: Mapping[str, str] = {
    "bot.delivery": "A message of the bot arrives in Slack",
    "bot.on_call": "Somebody is on call, now and for the next seven days",
    "bot.backup_route": "A second route is set up and its last test arrived",
    "bot.watching": "The monitors are being looked at, on time",
    "bot.monitor_calm": "No monitor went up and down more than twice in the last hour",
    "bot.people": "Everybody of launch.yml is known in Slack",
}
"""What the bot can prove about itself, besides the checks of the catalogue."""


@dataclass(frozen=True, slots=True)
class Known:
    """All that one run knows at one moment."""

    fields: Mapping[str, str]
    """Plain text from outside, masked; a name that is missing is not known."""
    facts: Mapping[str, str]
    """By name of `FACTS` (`has:…` follows from the fields)."""
    contacts: Mapping[str, tuple[str, str]]
    """Name and how to reach them (a Slack id, a URL, an address), by role of `CONTACTS`."""
    at: datetime
    panels: Mapping[str, str] = field(default_factory=dict)
    """The menu path to show for each `kind.task`, for their own provider."""
    dated: Mapping[str, str] = field(default_factory=dict)
    """`kind.task` → "Cloudflare, as of November 2026"; empty where the text is the general one."""
