"""What is said about fire drills."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from bot.document import Document
from bot.domain.drill import Drill, How, end
from bot.domain.runbook.run import Standing
from bot.domain.scene import Contact
from bot.views import drill as view
from bot.views import runbook as message
from bot.views.drill import Board
from tests.views.runbook_samples import BOOK, KNOWN, LOOKED, NOW, RUN, shown
from tests.views.runbook_samples import DONE as BEHIND
from tests.views.runbook_samples import ended as over

ANA = Contact("ana", "U0ANA")
TITLES = {"certificate_expired": BOOK.title, "site_down": "The site is down"}
LIVE = Drill(3, "acme", BOOK.topic, "the app", "U0ANA", NOW - timedelta(minutes=4), "renew", incident=12)
ANSWERED = replace(
    LIVE,
    acked_at=NOW - timedelta(minutes=2),
    acked_by="U0BEN",
    begun_at=NOW - timedelta(minutes=1),
    repaired_at=NOW,
    slips=1,
)
DONE = end(ANSWERED, How.FIXED, NOW)
BOARD = Board(BOOK, 2, 31, (DONE, end(replace(LIVE, topic="site_down"), How.LATE, NOW)), None, TITLES)


def ended(how: How, drill: Drill = ANSWERED) -> Document:
    """What came of one."""
    return view.result(end(drill, how, NOW), BOOK.title)


DRILLS: dict[str, Callable[[], Document]] = {
    "drill_board": lambda: view.board(BOARD),
    "drill_board_first": lambda: view.board(replace(BOARD, past=(), drilled=0)),
    "drill_board_live": lambda: view.board(replace(BOARD, live=LIVE)),
    "drill_begun": lambda: view.begun(BOOK, ANA),
    "drill_begun_nobody": lambda: view.begun(BOOK, Contact()),
    "drill_asleep": lambda: view.asleep(BOOK, replace(ANA, quiet_until=NOW + timedelta(hours=8))),
    "drill_busy": lambda: view.busy(BOOK.title),
    "drill_real": view.real,
    "drill_nothing": lambda: view.nothing(BOOK),
    "drill_stopped": lambda: view.stopped(DONE),
    "drill_none": lambda: view.stopped(None),
    "drill_wrong": lambda: view.wrong("Restart"),
    "drill_console": lambda: shown(drill=True, controls=("host.renew_certificate", "host.restart", "edge.ssl_mode")),
    "drill_question": lambda: shown(drill=True, step="still", truth="It Is Being Issued"),
    "drill_call": lambda: shown(drill=True, step="call", past=(BEHIND, LOOKED)),
    "drill_handed_over": lambda: over(Standing.HANDED, drill=True),
    "drill_notice": lambda: message.notice(message.State(replace(RUN, drill=True), BOOK, KNOWN, 3, NOW)),
    "drill_fixed_slowly": lambda: ended(How.FIXED, replace(ANSWERED, began_at=NOW - timedelta(minutes=40), slips=0)),
    **{f"drill_{how.value}": lambda how=how: ended(how) for how in How},  # type: ignore[misc]
    "drill_nobody_came": lambda: ended(How.LATE, LIVE),
}
