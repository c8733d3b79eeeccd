# ruff: noqa: E501, A004  (a sample is one line)
"""Every view in every state, about an invented company; shared by the golden tests and the rule tests."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.commands.base import Command, Role
from bot.document import Document
from bot.services.doctor import Line, State
from bot.services.health import Socket
from bot.services.overview import Bot, Missing, Overview, Place, Readiness, Running
from bot.store.audits import Audit, Stage
from bot.views import audit, doctor, explain, help, home, notice, setup, status
from checks.inventory import Monitor
from checks.model import Asked, Check, Finding, Kind, Outcome, Severity, Status
from checks.report import Report
from checks.sent import of_stats

NOW = datetime(2026, 11, 20, 20, 55, tzinfo=UTC)


def finding(
    check: str, target: str, code: str, status: Status, severity: Severity, summary: str, **more: Any
) -> Finding:
    return Finding(check, target, code, status, severity, summary, at=NOW, took_ms=120, **more)


EXPIRED = finding(
    "tls.valid",
    "app.marigold.example",
    "expired",
    Status.FAIL,
    Severity.BLOCKER,
    "Visitors of app.marigold.example get a red warning: browsers no longer accept its certificate's dates",
    impact="Browsers show a red warning page. Phones, apps and payment services refuse to connect.",
    fix=(
        "At your host open the certificate (SSL) page of app.marigold.example and press Renew.",
        "If the certificate is installed by hand: order a new one and install it together with its chain file.",
        "Run this check again.",
    ),
    verify="openssl s_client -connect app.marigold.example:443 -servername app.marigold.example </dev/null",
    links=("https://www.rfc-editor.org/rfc/rfc5280#section-4.1.2.5",),
    owner="U0ANA",
    requirements=("TLS-1", "TLS-2"),
    service="app",
    breaks=True,
    blocker_class=True,
    runbook="tls",
    evidence=(
        Asked("the certificate", "203.0.113.7:443", "not valid after 2026-11-18 09:00 UTC", 41),
        Asked("the certificate again, by another path", "203.0.113.7:443", "not valid after 2026-11-18 09:00 UTC", 44),
    ),
)
DMARC = finding(
    "mail.dmarc",
    "marigold.example",
    "absent",
    Status.FAIL,
    Severity.HIGH,
    "Nobody is told what to do with forged mail in the name of marigold.example",
    impact="Anybody can write to your customers in your name, and Gmail and others may bin your own mail.",
    fix=(
        "Open the DNS page of your domain and add a TXT record with the name `_dmarc.marigold.example`.",
        "Write into it: `v=DMARC1; p=none; rua=mailto:dmarc@marigold.example`.",
    ),
    verify="dig +short TXT _dmarc.marigold.example",
    links=("https://www.rfc-editor.org/rfc/rfc7489",),
    requirements=("MAIL-3",),
    evidence=(Asked("TXT _dmarc.marigold.example", "1.1.1.1", "NXDOMAIN", 18),),
)
HOPS = finding(
    "redir.hops",
    "marigold.example",
    "two",
    Status.WARN,
    Severity.LOW,
    "People who type marigold.example are sent on twice before they arrive",
    impact="The first page comes about a quarter of a second later on a phone.",
    fix=("Point http://marigold.example straight at https://www.marigold.example.",),
    owner="Ben",
)
STAGING = finding(
    "tls.hsts",
    "staging.marigold.example",
    "absent",
    Status.WARN,
    Severity.LOW,
    "Browsers are not told to stay on the secure version of staging.marigold.example",
    fix=("Send the header `Strict-Transport-Security: max-age=86400`.",),
    environment="staging",
)
BLIND = finding(
    "up.http",
    "api.marigold.example",
    "could_not_look",
    Status.UNKNOWN,
    Severity.BLOCKER,
    "Your own firewall turned this bot away from api.marigold.example: status 403",
    impact="Nothing is proven either way. Your visitors may be fine.",
    fix=("Let the bot through: allow its address in the firewall of your edge.",),
    blocker_class=True,
)
GOOD = tuple(
    finding(
        check,
        name,
        "ok",
        Status.PASS,
        Severity.LOW,
        f"All is well with {name}",
        evidence=(Asked("A", "1.1.1.1", "203.0.113.7", 9),),
    )
    for check in ("dns.resolve", "redir.https", "redir.loop", "tls.expiry")
    for name in ("marigold.example", "app.marigold.example", "api.marigold.example")
)
HOSTILE = finding(
    "redir.canonical",
    "*evil*.<!channel>.example",
    "odd",
    Status.FAIL,
    Severity.HIGH,
    "The page says \u202e@here <http://evil.example|https://bank.example> *now* `x`",
    impact="<!everyone> " + "long " * 800,
    fix=("Click <https://evil.example|here>" + "!" * 3000,),
    verify="curl 'https://evil.example/$(rm -rf ~)'\x1b[31m",
    owner="<!here>",
    evidence=(Asked("<!channel>", "\x00", "`" * 500),),
)


def report(*findings: Finding, at: datetime = NOW) -> Report:
    names = tuple(dict.fromkeys(one.target for one in findings))
    asked = {"http": {name: 41 - place % 40 for place, name in enumerate(names)}, "tls": dict.fromkeys(names[:2], 2)}
    sent = of_stats({**asked, "dns": {"1.1.1.1:53": 58, "8.8.8.8:53": 9}})
    return Report("marigold", names, at, 3210, findings, sent=sent)


NO_GO = report(EXPIRED, DMARC, HOPS, STAGING, BLIND, *GOOD)
GO = report(*GOOD)
NOT_PROVEN = report(BLIND, HOPS, *GOOD)
LATER = report(
    replace(EXPIRED, status=Status.PASS, severity=Severity.LOW, summary="The certificate is fine"), DMARC, HOPS, *GOOD
)
MANY = report(*(replace(DMARC, target=f"shop{number}.marigold.example") for number in range(60)), *GOOD)

AUDIT = Audit(
    id=7,
    product="marigold",
    stage=Stage.RUNNING,
    asked_by="U0ANA",
    asked_at=NOW,
    only=(),
    channel="C0OPS",
    message_ts="1.2",
    done=14,
    total=52,
    looking_at="the certificate of app.marigold.example",
    ended_at=None,
    verdict="",
    previous=None,
    problem="",
    rev=3,
)
CHECK = Check(
    id="tls.expiry",
    title="The certificate is renewed in time",
    kind=Kind.HOST,
    why="Your site's certificate is renewed before it runs out.\n\nOn the day it ends, every browser shows a red\n"
    "warning. It ends on a date that is known months before.\n\nHosts renew it by themselves, until one day they do not.",
    outcomes={
        "ok": Outcome(Status.PASS, "The certificate of {host} is good for {days} more days"),
        "soon": Outcome(
            Status.WARN,
            "The certificate of {host} ends in {days} days",
            "On that day every visitor sees a red warning.",
            ("At your host press Renew.", "Run `launch check tls.expiry` again."),
            Severity.HIGH,
        ),
        "over": Outcome(
            Status.FAIL,
            "The certificate of {host} has run out",
            "Visitors see a red warning and turn back.",
            ("At your host press Renew.",),
            Severity.BLOCKER,
            breaks=True,
        ),
        "nearly": Outcome(
            Status.FAIL,
            "The certificate of {host} ends tomorrow",
            "Visitors see a red warning and turn back.",
            ("At your host press Renew.",),
            Severity.HIGH,
        ),
        "blind": Outcome(Status.UNKNOWN, "The certificate of {host} could not be read: {reason}"),
    },
    run=None,  # type: ignore[arg-type]
    severity=Severity.BLOCKER,
    worst=Severity.BLOCKER,
    requirements=("TLS-2",),
    measured="The bot connects as a browser does and reads the date at which the certificate ends",
    verify="openssl s_client -connect {host}:443 </dev/null | openssl x509 -noout -enddate",
    links=("https://www.rfc-editor.org/rfc/rfc5280#section-4.1.2.5",),
    applies=lambda _target: True,
)
WELL = Bot(
    troubles=(),
    waiting=0,
    oldest_at=None,
    refused=0,
    last_tick=NOW - timedelta(seconds=1),
    started_at=NOW - timedelta(hours=3),
    sockets=(Socket(1, connected=True, pong_age=2.0), Socket(2, connected=True, pong_age=3.0)),
    http_mode=False,
    team="Marigold",
    asleep=None,
)
SICK = replace(
    WELL,
    troubles=("No connection to Slack is open: commands do not reach the bot", "Nothing could be stored"),
    waiting=3,
    oldest_at=NOW - timedelta(minutes=12),
    refused=1,
    sockets=(Socket(1, connected=False),),
    asleep=(NOW - timedelta(hours=9), NOW - timedelta(hours=2)),
)


def readiness(of: Report, *, outdated: bool = False) -> Readiness:
    return Readiness(
        audit=7,
        at=NOW - timedelta(minutes=7),
        verdict=of.verdict,
        counts=of.counts,
        must_fix=of.must_fix,
        can_wait=of.can_wait,
        unknown=of.unknown,
        outdated=outdated,
    )


SEEN = Overview(
    now=NOW,
    product="marigold",
    domain="marigold.example",
    readiness=readiness(NO_GO),
    running=None,
    hosts=4,
    monitors=(
        Monitor("checkout", "https://app.marigold.example/checkout"),
        Monitor("home", "https://marigold.example/"),
    ),
    watched=False,
    missing=(Missing("No channel is named for alerts.", 'channels: {alerts: "#ops"}'),),
    config_problems=(),
    bot=WELL,
)
NEW = replace(SEEN, readiness=None, monitors=(), missing=())
EMPTY = replace(
    NEW,
    domain="",
    hosts=0,
    missing=(Missing("There is no launch.yml, so nothing is known about your product.", "launch init YOUR-DOMAIN"),),
)
BROKEN = replace(
    EMPTY,
    missing=(Missing("launch.yml cannot be used yet.", "launch config check"),),
    config_problems=('launch.yml:7:5: hosts.1.purpse: unknown key, did you mean "purpose"?', "launch.yml:9:3: no name"),
)
PLACE = Place("app.marigold.example", (EXPIRED, GOOD[1]))


LINES = (
    Line("Data folder", State.PROBLEM, "/data cannot be written: Permission denied", "sudo chown -R 1000 /data"),
    Line("Python", State.OK, "3.11.7"),
    Line("Clock", State.UNKNOWN, "no server could be asked for the time"),
)


async def _run(*_: Any) -> Any:
    raise AssertionError


COMMANDS = {
    "check": Command("check", "check [family, check or host]", "Looks at everything now.", ("/launch check", "/launch check mail"), _run),
    "help": Command("help", "help [verb]", "Lists what you can ask.", ("/launch help check",), _run),
    "mute": Command("mute", "mute <service> <duration> <why>", "Keeps quiet for a while.", ("/launch mute shop 2h sale",), _run, Role.OWNER),
    "status": Command("status", "status [host or monitor]", "One screen.", ("/launch status",), _run),
}  # fmt: skip

SAMPLES: dict[str, Callable[[], Document]] = {
    "audit_running": lambda: audit.message(AUDIT, None),
    "audit_running_some": lambda: audit.message(replace(AUDIT, only=("mail", "tls.expiry"), looking_at=""), None),
    "audit_interrupted": lambda: audit.message(replace(AUDIT, stage=Stage.INTERRUPTED), None),
    "audit_failed": lambda: audit.message(replace(AUDIT, stage=Stage.FAILED, problem="out of memory"), None),
    "audit_no_go": lambda: audit.message(replace(AUDIT, stage=Stage.DONE), NO_GO),
    "audit_no_go_detail": lambda: audit.report(NO_GO, detail=True, audit=7),
    "audit_go": lambda: audit.report(GO, audit=7),
    "audit_go_once_fixed": lambda: audit.report(LATER, NO_GO, audit=8),
    "audit_worse": lambda: audit.report(NO_GO, LATER, audit=9),
    "audit_same": lambda: audit.report(GO, GO, audit=8),
    "audit_not_proven": lambda: audit.report(NOT_PROVEN, audit=7),
    "audit_nothing_seen": lambda: audit.report(report(), audit=7),
    "audit_only_mail": lambda: audit.report(report(DMARC), audit=7, only=("mail",)),
    "audit_many": lambda: audit.report(MANY, audit=7),
    "audit_many_detail": lambda: audit.report(MANY, detail=True, audit=7),
    "audit_hostile": lambda: audit.report(report(HOSTILE, *GOOD), audit=7, detail=True),
    "explain_check": lambda: explain.explain(CHECK),
    "explain_family": lambda: explain.family("tls", {"tls.expiry": CHECK}),
    "explain_all": lambda: explain.catalogue({"tls.expiry": CHECK}),
    "explain_unknown": lambda: explain.unknown("tls.expiri", ("tls.expiry",)),
    "explain_nonsense": lambda: explain.unknown("<!channel>", ()),
    "status_no_go": lambda: status.status(SEEN),
    "status_go": lambda: status.status(replace(SEEN, readiness=readiness(GO), missing=())),
    "status_not_proven": lambda: status.status(replace(SEEN, readiness=readiness(NOT_PROVEN, outdated=True))),
    "status_never_looked": lambda: status.status(NEW),
    "status_no_file": lambda: status.status(EMPTY),
    "status_mistakes": lambda: status.status(BROKEN),
    "status_running": lambda: status.status(replace(SEEN, running=Running(8, "U0ANA", NOW, 3, 52))),
    "status_bot_sick": lambda: status.status(replace(SEEN, bot=SICK)),
    "status_place": lambda: status.status(replace(SEEN, place=PLACE)),
    "status_place_unseen": lambda: status.status(replace(SEEN, place=Place("new.marigold.example", ()))),
    "doctor_well": lambda: doctor.doctor(LINES[1:2]),
    "doctor_problems": lambda: doctor.doctor(LINES),
    "help_all": lambda: help.help(COMMANDS),
    "help_verb": lambda: help.verb(COMMANDS["check"]),
    "help_owner_verb": lambda: help.verb(COMMANDS["mute"]),
    "help_near": lambda: help.unknown("chekc", COMMANDS),
    "help_far": lambda: help.unknown("<@U1> 🚀" * 30, COMMANDS),
    "setup_begin": setup.setup,
    "setup_mistakes": lambda: setup.setup(problems=BROKEN.config_problems),
    "setup_done": lambda: setup.setup(ready=True),
    "notice_not_listed": lambda: notice.not_listed(
        "shop.other.example",
        line="- {name: shop.other.example, purpose: other}",
        command="launch check shop.other.example",
        nearest=("shop.marigold.example",),
    ),
    "notice_unknown_name": lambda: notice.unknown_name("mial", ("mail",)),
    "notice_unknown_place": lambda: notice.unknown_place("chekout", ("checkout",)),
    "notice_unknown_place_far": lambda: notice.unknown_place("x"),
    "notice_running": lambda: notice.already_running(asked_by="U0ANA", since=NOW, done=3, total=52),
    "notice_store": notice.store_trouble,
    "notice_no_report": notice.no_report,
    "notice_old_button": notice.old_button,
    "notice_our_fault": lambda: notice.our_fault("a1b2c3d4"),
    "notice_not_allowed": lambda: notice.not_allowed("Muting changes what everybody is told"),
    "notice_hello": lambda: notice.hello(configured=True),
    "notice_hello_new": lambda: notice.hello(configured=False),
}
HOMES: dict[str, Callable[[], Document]] = {
    "home_no_go": lambda: home.home(SEEN),
    "home_go": lambda: home.home(replace(SEEN, readiness=readiness(GO), missing=())),
    "home_never_looked": lambda: home.home(NEW),
    "home_no_file": lambda: home.home(EMPTY),
    "home_mistakes": lambda: home.home(BROKEN),
    "home_bot_sick": lambda: home.home(replace(SEEN, bot=SICK, running=Running(8, "U0ANA", NOW, 3, 52))),
}
