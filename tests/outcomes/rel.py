"""Releases: files of migrations as they lie in a repository, deploys that were reported, rollbacks that were tried."""

from __future__ import annotations

import tempfile
from pathlib import Path

from bot.domain.deploys import Walked
from bot.domain.heard import Progress
from tests.outcomes.kept import goes_back, kept, went_back, went_out
from tests.outcomes.scenario import Scenario, Step
from tests.outcomes.world import DOMAIN, World

CHANGES = f"rel.migrations {DOMAIN}"
BACK = f"rel.rollback_drill {DOMAIN}"
DEPLOY = f"rel.deploy_event {DOMAIN}"
BROKEN, NOTHING = Walked(3, 3, 4, ("Checkout",), "Pay: error 500"), Walked(0, 0, 0)


def migrations(*texts: str) -> Step:
    """A release brings these files of SQL."""

    def step(world: World) -> None:
        folder = Path(world.stack.enter_context(tempfile.TemporaryDirectory()))
        names = []
        for number, text in enumerate(texts, 1):
            (folder / f"{number}.sql").write_text(text)
            names.append(str(folder / f"{number}.sql"))
        world.write(migrations=tuple(names))

    return step


def _lost(world: World) -> None:
    world.write(migrations=("/nowhere/1.sql",))


SCENARIOS = (
    Scenario("Nobody has shown the code to an audit from outside", {CHANGES: "not_read"}),
    Scenario("A release changes no table", {CHANGES: "none_new"}, migrations()),
    Scenario(
        "A release adds an empty column",
        {CHANGES: "ok"},
        migrations("ALTER TABLE users ADD COLUMN plan text;"),
    ),
    Scenario(
        "A release throws a column away, and adds another",
        {CHANGES: "drops_data"},
        migrations("ALTER TABLE users ADD COLUMN a text;", "ALTER TABLE users DROP COLUMN b;"),
    ),
    Scenario("A release renames a table", {CHANGES: "renames"}, migrations("ALTER TABLE users RENAME TO people;")),
    Scenario(
        "A release demands a plan of every user",
        {CHANGES: "refuses_rows"},
        migrations("ALTER TABLE users ALTER COLUMN plan SET NOT NULL;"),
    ),
    Scenario(
        "A release makes a number of a text",
        {CHANGES: "changes_type"},
        migrations("ALTER TABLE users ALTER COLUMN age TYPE int;"),
    ),
    Scenario(
        "A release builds an index while customers wait",
        {CHANGES: "locks_table"},
        migrations("CREATE INDEX by_mail ON users (email);"),
    ),
    Scenario(
        "A release gives every user the free plan",
        {CHANGES: "rewrites_rows"},
        migrations("UPDATE users SET plan = 'free';"),
    ),
    Scenario("A file of a release is not there", {CHANGES: "could_not_read"}, _lost),
    Scenario("The terminal looks, and keeps no record of deploys", {DEPLOY: "not_kept"}),
    Scenario("No deploy was ever reported", {DEPLOY: "none"}, kept()),
    Scenario("The last deploy was tried and is good", {DEPLOY: "ok"}, kept(went_out(walked=Walked(3, 4, 4)))),
    Scenario("The last deploy broke the checkout", {DEPLOY: "broken"}, kept(went_out(walked=BROKEN))),
    Scenario("The last deploy failed", {DEPLOY: "failed"}, kept(went_out(Progress.FAILED))),
    Scenario("The last deploy never ended", {DEPLOY: "no_end"}, kept(went_out(Progress.STARTED, hours=2))),
    Scenario("A deploy is on its way", {DEPLOY: "under_way"}, kept(went_out(Progress.STARTED))),
    Scenario("Nothing could be tried after the last deploy", {DEPLOY: "not_tried"}, kept(went_out(walked=NOTHING))),
    Scenario("Customers still get the version before", {DEPLOY: "not_seen"}, kept(went_out(shown="v42"))),
    Scenario("The terminal looks, and keeps no record of rollbacks", {BACK: "not_kept"}),
    Scenario("Nobody has ever tried to go back", {BACK: "never"}, kept()),
    Scenario("Somebody tries at this moment to go back", {BACK: "going_on"}, kept(goes_back)),
    Scenario("Somebody went back to an older version last week", {BACK: "ok"}, kept(went_back(7))),
    Scenario("Somebody went back to an older version in spring", {BACK: "long_ago"}, kept(went_back(120))),
)
