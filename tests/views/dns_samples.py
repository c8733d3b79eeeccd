"""DNS as decided in every state: inside a report, on its own screen, and each answer to each click."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from bot.document import Document
from bot.services import refusals
from bot.services.baseline import Conflict, Decided, Drifted, Offer, Told
from bot.services.drift import Outcome
from bot.store.baseline import Accepted, Offered
from bot.store.drift import Answer, Change, Said, Seen
from bot.views import audit, decided
from checks.inventory import Known, Record
from checks.model import Finding, Severity, Status
from tests.views.samples import GO, GOOD, NOW, finding, report

DOMAIN = "marigold.example"
EVIL = "<!channel> *bold* `tick` \x1b[2J \u202egnp.exe & <https://evil.example|marigold.example>"
RECORDS = (
    Offered(DOMAIN, "A", ("203.0.113.7", "203.0.113.8")),
    Offered(DOMAIN, "AAAA", ()),
    Offered(DOMAIN, "NS", ("ns1.dns.example", "ns2.dns.example")),
    Offered(DOMAIN, "TXT", ("v=spf1 include:spf.mail.example ~all", EVIL)),
    Offered(f"mg1._domainkey.{DOMAIN}", "TXT", ("v=DKIM1; k=rsa; p=" + "MIIBIjANBgkqhkiG9w0B" * 20,)),
    Offered("app.marigold.example", "CNAME", ("marigold.host.example",)),
    Offered("api.marigold.example", "AAAA", ()),
    Offered("api.marigold.example", "CAA", ()),
)
BEFORE = NOW - timedelta(days=2)


def answer(said: Said, number: int = 1, actor: str = "U0ANA", **more: object) -> Answer:
    """What somebody answered two days ago."""
    given = Answer(number, BEFORE, actor, said, None, None, None, "", "", (), ())
    return replace(given, **more)  # type: ignore[arg-type]


def seen(name: str, type: str, old: str, new: str, by: str = "U0ANA") -> Seen:
    return Seen(DOMAIN, name, type, old, new, by)


MX = seen(DOMAIN, "MX", "MX 10 mx1.mail.example, 20 mx2.mail.example", "MX 10 mx.evil.example", "launch.yml")
APP = seen("app.marigold.example", "CNAME", "alias of marigold.host.example", "addresses 198.51.100.9")
TXT = seen(DOMAIN, "TXT", "TXT v=spf1 -all", f"TXT {EVIL}, v=spf1 -all")
CHANGES = (MX, APP, TXT)


def told(number: int, of: Seen, given: Answer | None = None) -> tuple[tuple[str, str, str, str], Told]:
    return of.key, Told(Change(number, of, 7, 7, BEFORE, None), given)


def drifted(*answers: Answer | None) -> Drifted:
    pairs = zip(CHANGES, (*answers, *[None] * len(CHANGES)), strict=False)
    return Drifted(dict(told(number + 1, one, given) for number, (one, given) in enumerate(pairs)))


def changed() -> Finding:
    row = [
        {"record_name": s.name, "record_type": s.type, "old": s.old, "new": s.new, "expected_by": s.expected_by}
        for s in CHANGES
    ]
    return finding(
        "dns.expected",
        DOMAIN,
        "mail_changed",
        Status.FAIL,
        Severity.HIGH,
        f"A record for the mail of {DOMAIN} changed: {DOMAIN} (MX)",
        impact=f"Mail may be going elsewhere, or yours may land in spam. Was: {MX.old}. Is: {MX.new}.",
        fix=(f"Ask in your team who changed {DOMAIN} (MX) and why.", "If it was wanted: accept it."),
        seen={"changes": row, "dns_host": "Namecheap"},
        owner="U0ANA",
    )


MINE = answer(
    Said.MINE, 4, accepted=(Offered(APP.name, "A", ("198.51.100.9",)), Offered(APP.name, "AAAA", ())), change=2
)
WRONG = answer(Said.WRONG, 5, "U0BEN", old="10 mx1.mail.example\n20 mx2.mail.example", change=1)
NOTED = answer(Said.MINE, 6, change=1)
OFFERED = answer(Said.ACCEPT, 3, accepted=RECORDS, audit=7)
BACK = answer(Said.UNDO, 8, "U0BEN", undoes=4)
ROWS = tuple(Accepted(Known(*one.key, one.values, "U0ANA", BEFORE), 3) for one in RECORDS)
CONFLICT = Conflict(Known(DOMAIN, "A", ("203.0.113.7",), "U0ANA", BEFORE), Record("A", DOMAIN, proxied_by="cloudflare"))
EXACT = Conflict(Known(DOMAIN, "MX", (), "U0ANA", BEFORE), Record("MX", DOMAIN, equals=("10 mx1.mail.example",)))
NOTHING = Decided((), 0, (), None, ())
ALL = Decided(ROWS, 2, tuple(drifted(WRONG, MINE).changes.values()), None, (CONFLICT, EXACT))


def outcome(given: Answer, of: Seen, *, written: bool, now: tuple[Offered, ...] = ()) -> Document:
    return decided.outcome(Outcome(given, Change(1, of, 7, 7, BEFORE, None), written, now, "Namecheap"))


def refused(error: refusals.NotDone, user: str = "U0ZOE") -> Document:
    return decided.refused(error, user)


def of_report(*answers: Answer | None) -> Document:
    return audit.report(report(changed(), *GOOD), audit=7, drifted=drifted(*answers))


DNS: dict[str, Callable[[], Document]] = {
    "dns_offer": lambda: audit.report(GO, audit=7, drifted=Drifted({}, Offer(7, RECORDS, None))),
    "dns_offer_of_one": lambda: audit.report(GO, audit=7, drifted=Drifted({}, Offer(7, RECORDS[:1], None))),
    "dns_offer_accepted": lambda: audit.report(GO, audit=7, drifted=Drifted({}, Offer(7, RECORDS, OFFERED))),
    "dns_changed": of_report,
    "dns_changed_answered": lambda: of_report(WRONG, MINE),
    "dns_changed_but_written": lambda: of_report(NOTED),
    "dns_decided": lambda: decided.decided(ALL),
    "dns_decided_offer": lambda: decided.decided(replace(NOTHING, offer=Offer(7, RECORDS, None))),
    "dns_decided_nothing": lambda: decided.decided(NOTHING),
    "dns_decided_only_in_the_file": lambda: decided.decided(replace(NOTHING, written=1)),
    "dns_accepted": lambda: decided.accepted(OFFERED),
    "dns_mine": lambda: outcome(MINE, APP, written=False, now=MINE.accepted),
    "dns_mine_but_written": lambda: outcome(
        NOTED, MX, written=True, now=(Offered(DOMAIN, "MX", ("10 mx.evil.example",)),)
    ),
    "dns_wrong": lambda: outcome(WRONG, MX, written=True),
    "dns_undone": lambda: decided.undone(replace(MINE, replaced=ROWS[5:6]), BACK),
    "dns_refused_by_other": lambda: refused(refusals.Answered(MINE)),
    "dns_refused_by_self": lambda: refused(refusals.Answered(OFFERED), "U0ANA"),
    "dns_refused_undone": lambda: refused(refusals.Answered(BACK)),
    "dns_refused_stale": lambda: refused(
        refusals.Stale(
            [refusals.Moved(DOMAIN, "TXT", TXT.old, TXT.new), refusals.Moved(DOMAIN, "A", "A 1", "no A record")]
        )
    ),
    "dns_refused_back": lambda: refused(refusals.Back(Change(1, MX, 7, 7, BEFORE, None))),
    "dns_refused_settled": lambda: refused(refusals.Settled(APP.name, ROWS)),
    "dns_refused_settled_by_nobody": lambda: refused(refusals.Settled(APP.name)),
    "dns_refused_unseen": lambda: refused(refusals.Unseen(DOMAIN, "MX", "no answer within 3 s")),
    "dns_refused_nothing": lambda: refused(refusals.Nothing()),
}
