"""Deploys in every state, about an invented company."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

from bot.document import Document
from bot.domain.deploys import Deploy, Speed, Stage, Walked
from bot.views import deploy as view
from bot.views import deploy_list as lists

NOW = datetime(2026, 11, 20, 20, 55, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
PEOPLE = {"ben": "U0BEN"}
STARTED = Deploy(
    12, "shop", "github", "88", "v43", "production", Stage.STARTED, NOW - 3 * MINUTE, author="ben",
    note="New price list", previous="v42", instead_of="v42", compare_url="https://code.example/compare/v42...v43",
    log_url="https://host.example/log/88", rev=1, told=True,
)  # fmt: skip
SMOKE = replace(
    STARTED, stage=Stage.SMOKE, live_at=NOW - MINUTE, before=Speed(10, 41, 380.0, 0), run=7, url="https://shop.example/"
)
GOOD = replace(SMOKE, stage=Stage.GOOD, ended_at=NOW, walked=Walked(7, 4, 4))
BAD = replace(
    SMOKE,
    stage=Stage.BAD,
    ended_at=NOW,
    incident=31,
    walked=Walked(7, 3, 4, ("Checkout",), "Pay: the page answered 500 instead of 200"),
)
OLDER = replace(BAD, walked=Walked(7, 2, 4, ("Checkout", "Log-in"), "Pay: the page answered 500", ("Checkout",)))
FAILED = replace(STARTED, stage=Stage.FAILED, ended_at=NOW, incident=31)
BACK = replace(
    GOOD, id=13, version="v42", note="Back to v42", back=True, instead_of="v43", previous="v41", compare_url=""
)
AFTER = replace(GOOD, live_at=NOW - 11 * MINUTE, after=Speed(10, 40, 520.0, 3))
FEW = replace(AFTER, before=Speed(10, 9, None, 0), after=Speed(10, 10, None, 1), walked=Walked(0, 3, 3))
NOTES = Deploy(9, "shop", "github", "rel", "v42", "production", Stage.RELEASED, NOW - 60 * MINUTE, author="ana",
               note="Yearly plans, and a faster sign-up")  # fmt: skip
MANY = (
    BACK,
    replace(BAD, live_at=NOW - 9 * MINUTE, replaced_by="v42"),
    replace(AFTER, id=11, version="v42", note="Yearly plans", live_at=NOW - timedelta(days=2)),
    NOTES,
    replace(STARTED, id=14, version="v44", environment="staging", stage=Stage.LIVE, live_at=NOW),
    replace(STARTED, id=15, version="b7c1f02", environment="preview", stage=Stage.FAILED),
)


def _of(deploy: Deploy, *, flows: bool = True) -> Callable[[], Document]:
    return lambda: view.document(view.State(deploy, NOW, PEOPLE, flows))


DEPLOYS: dict[str, Callable[[], Document]] = {
    "deploy_started": _of(STARTED),
    "deploy_smoke": _of(SMOKE),
    "deploy_live": _of(replace(SMOKE, stage=Stage.LIVE, run=0), flows=False),
    "deploy_good": _of(GOOD),
    "deploy_after": _of(AFTER),
    "deploy_few": _of(FEW, flows=False),
    "deploy_bad": _of(BAD),
    "deploy_bad_replaced": _of(replace(BAD, replaced_by="v42")),
    "deploy_back": _of(BACK),
    "deploy_failed": _of(FAILED),
    "deploy_cancelled": _of(replace(STARTED, stage=Stage.CANCELLED, ended_at=NOW)),
    "deploy_superseded": _of(replace(SMOKE, stage=Stage.SUPERSEDED, ended_at=NOW)),
    "deploy_overtaken": _of(replace(STARTED, stage=Stage.SUPERSEDED, ended_at=NOW)),
    "deploy_stuck": _of(replace(STARTED, stage=Stage.STUCK)),
    "deploy_unseen": _of(replace(GOOD, live_at=NOW - 6 * MINUTE, seen="v42")),
    "deploy_not_tried": _of(replace(GOOD, stage=Stage.LIVE, walked=Walked(0, 0, 0))),
    "deploy_bad_before": _of(replace(BAD, walked=replace(BAD.walked, older=("Checkout",)))),
    "deploy_bad_more": _of(OLDER),
    "deploy_undone": _of(replace(GOOD, stage=Stage.UNDONE)),
    "deploy_staging": _of(replace(STARTED, environment="staging", stage=Stage.FAILED, ended_at=NOW)),
    "deploy_service": _of(replace(BAD, service="shop", walked=Walked(7, 2, 4, ("Checkout", "Log-in")))),
    "deploys": partial(lists.deploys, MANY),
    "deploys_none": partial(lists.deploys, ()),
    "deploys_only_previews": partial(lists.deploys, MANY[-1:]),
    "deploy_recorded": partial(lists.recorded, SMOKE, flows=True),
    "deploy_recorded_without_flows": partial(lists.recorded, replace(SMOKE, stage=Stage.LIVE), flows=False),
    "deploy_taken_back": partial(lists.undone, GOOD),
    "deploy_nothing_taken_back": partial(lists.undone, None),
    "deploy_unclear": partial(lists.unclear, "Which version is failed? Write it behind the word."),
    "deploy_walking": partial(lists.walking, 12, 8),
    "deploy_not_walked": partial(lists.walking, 12, 0),
}
