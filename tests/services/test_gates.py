"""What gates of CI say: one message for each build that they stop, nothing twice, and no alarm."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain.gates import Ended
from bot.services.gate_told import MOST
from bot.store import heard
from bot.store.outbox import Kind
from tests.services.doorstep import BEARER, START
from tests.services.gate_house import CLEAN, KEY, SET, VARIABLE, GateHouse, moment, report

FILE = """
product: {name: Shop, domain: shop.test}
people: {ana: {slack: U0ANA, role: owner}}
channels: {alerts: "#ops"}
"""


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[GateHouse]:
    """A door, with somebody who is called ana."""
    (tmp_path / "launch.yml").write_text(FILE)
    made = GateHouse(tmp_path)
    yield made
    await made.close()


async def test_a_gate_that_fails_is_told_in_the_channel_of_alerts(house):
    """What customers have, what was found, who pushed, where the log is, what to do first; no incident is opened."""
    taken = await house.tell(KEY)
    assert (taken.status, taken.text) == (202, "Written down.")
    [build] = await house.builds()
    [row] = await house.trail(build.id)
    assert (row.kind, row.channel) == (Kind.ROOT, "#ops")
    said = " ".join((await house.said(build.id)).split())
    for words in (
        "Build stopped · a1b2c3d",
        "Customers do not have a1b2c3d: the build was stopped.",
        "A Stripe secret key is kept in the code: sk_liv…CD in src/pay.js:12",
        "Replace it: Roll the key in the Stripe dashboard",
        "By U0ANA",
        "Log open it (https://github.com/acme/shop/actions/runs/99)",
        "launch runbook secret_leaked",
    ):
        assert words in said
    assert await house.incidents.live() == []


async def test_gates_of_one_run_are_one_message_that_is_edited_until_all_pass(house):
    """Two fail, one passes; then both pass in the next run: one message, edited three times."""
    await house.tell(KEY)
    await house.tell(VARIABLE)
    [build] = await house.builds()
    assert [one.name for one in build.stopped] == ["secrets", "env"]
    house.later(minutes=9)
    await house.tell(CLEAN, run=100, version="b2c3d4e")
    assert "launch env" in await house.said(build.id)
    assert "Build stopped · b2c3d4e" in await house.said(build.id)
    await house.tell(SET, run=100, version="b2c3d4e")
    assert await house.kinds(build.id) == [Kind.ROOT, Kind.EDIT]
    assert (await house.trail(build.id))[1].rev == 0, "edits that were not sent yet are one"
    said = await house.said(build.id)
    assert "Passes again · b2c3d4e" in said
    assert "mended after 9 minutes" in said


async def test_what_passes_is_not_told(house):
    """A green build is no news, and neither is the next one after a message that is over."""
    await house.tell(CLEAN)
    [build] = await house.builds()
    assert await house.trail(build.id) == []
    house.later(minutes=5)
    await house.tell(KEY, run=100)
    house.later(minutes=5)
    await house.tell(CLEAN, run=101, version="c3d4e5f")
    before = await house.said(build.id)
    house.later(minutes=5)
    await house.tell(CLEAN, run=102, version="d4e5f6a")
    assert await house.said(build.id) == before
    assert "Passes again · c3d4e5f" in before


async def test_a_second_stop_gets_a_message_of_its_own(house):
    """An edit rings no bell."""
    await house.tell(KEY)
    house.later(minutes=5)
    await house.tell(CLEAN, run=100)
    house.later(hours=1)
    await house.tell(KEY, run=101)
    newest, first = await house.builds()
    assert (await house.kinds(newest.id), newest.began_at) == ([Kind.ROOT], house.time)
    assert "Passes again" in await house.said(first.id)


async def test_what_stays_stopped_for_a_day_is_told_anew(house):
    """The old message says that there is a newer one."""
    await house.tell(KEY)
    house.later(hours=2)
    await house.tell(KEY, run=100)
    assert len(await house.builds()) == 1
    house.later(hours=23)
    await house.tell(KEY, run=101)
    newest, first = await house.builds()
    assert await house.kinds(newest.id) == [Kind.ROOT]
    assert "A newer message tells" in await house.said(first.id)


async def test_a_pull_request_is_told_quietly(house):
    """As what it is; nobody is mentioned, and no audit takes it over."""
    await house.tell(KEY, branch="faster", pull_request="12")
    [build] = await house.builds()
    said = await house.said(build.id)
    assert "Pull request 12 · Stopped" in said
    assert "Customers notice nothing: this is a pull request." in " ".join(said.split())
    assert "U0ANA" not in said
    assert await house.results() == []
    await house.tell(CLEAN)
    assert len(await house.builds()) == 2, "what main says mends no proposal"


async def test_previews_may_be_ignored(tmp_path):
    """As launch.yml says about deploys."""
    (tmp_path / "launch.yml").write_text(FILE + "deploy: {previews: ignore}\n")
    house = GateHouse(tmp_path)
    await house.tell(KEY, branch="faster", pull_request="12")
    await house.tell(KEY)
    newest, proposal = sorted(await house.builds(), key=lambda one: one.main, reverse=True)
    assert (await house.kinds(newest.id), await house.kinds(proposal.id)) == ([Kind.ROOT], [])
    await house.close()


@pytest.mark.parametrize(
    ("about", "main"),
    [
        ({"branch": "main"}, True),
        ({"branch": "develop"}, False),
        ({"branch": "develop", "default_branch": "develop"}, True),
        ({"branch": "main", "default_branch": "develop"}, False),
        ({"branch": None, "version": "v43"}, True),
        ({"branch": "main", "environment": "preview"}, False),
        ({"branch": "main", "pull_request": "7"}, False),
    ],
)
async def test_which_builds_lead_to_customers(house, about, main):
    """The default branch where it is known, else one with a usual name; a tag; never a pull request or preview."""
    await house.tell(KEY, **about)
    [build] = await house.builds()
    assert (build.main, bool(await house.results())) == (main, main)


async def test_what_customers_have_is_not_called_stopped(house):
    """A walk of the live product, and a version that went out all the same."""
    await house.tell(KEY, live=True)
    [build] = await house.builds()
    assert "Live, and not in order" in await house.said(build.id)
    await house.inbound.take("launch", BEARER, json.dumps({"version": "v7", "key": "1"}).encode())
    house.later(minutes=1)
    await house.tell(VARIABLE, branch="release", default_branch="release", version="v7", commit=None)
    newest = (await house.builds())[0]
    assert "Customers have v7 already" in " ".join((await house.said(newest.id)).split())
    await house.tell(SET, run=100, branch="release", default_branch="release", version="v8", commit=None)


async def test_a_look_by_hand_stops_nothing(house):
    """It is told as what it is, and an audit takes it over like any other."""
    await house.tell(KEY, builder="a terminal", branch=None, commit=None, version=None, key=None)
    [build] = await house.builds()
    said = " ".join((await house.said(build.id)).split())
    assert "Somebody looked by hand, at a terminal. Whether customers have it, nobody said." in said
    assert "stopped" not in said.lower().replace("the next one is stopped before it is saved", "")
    assert len(await house.results()) == 1


async def test_the_same_report_twice_is_once(house):
    """By its id; without one by its words, where they say when."""
    for body in (report(id="d1"), report(at=moment(START))):
        assert (await house.send(body)).status == 202
        again = await house.send(body)
        assert (again.status, again.text) == (200, "Known already; nothing was done twice.")
    await house.settled()
    [build] = await house.builds()
    assert await house.kinds(build.id) == [Kind.ROOT]
    bare = report()
    assert [(await house.send(bare)).status for _ in range(2)] == [202, 202], "without a moment it may be another run"


async def test_what_is_said_late_changes_nothing(house):
    """Of each gate the report that looked last holds."""
    earlier = moment(house.time)
    house.later(minutes=5)
    await house.tell(CLEAN, run=100)
    await house.tell(KEY, at=earlier)
    [build] = await house.builds()
    assert (build.stopped, await house.trail(build.id)) == ((), [])
    assert [one.found.code for one in await house.results()] == ["ok"]


async def test_a_moment_to_come_is_now_and_one_long_past_is_nothing(house):
    """A clock of CI that is wrong must not hold everything else up."""
    await house.tell(KEY, at=moment(house.time + timedelta(days=400)))
    [build] = await house.builds()
    assert build.at == house.time
    taken = await house.tell(CLEAN, at=moment(house.time - timedelta(days=30)))
    assert (taken.status, "four weeks" in taken.text) == (200, True)
    assert await house.store.read(lambda c: heard.undone(c, house.config.product)) == 0


async def test_results_follow_the_newest_run(house):
    """A file that is clean again is gone; another repository, the logger's test and staging stand apart."""
    other = {**KEY, "target": "src/mail.js", "values": {**KEY["values"], "file": "src/mail.js"}}
    canary = {"check": "sec.logs", "target": "shop", "code": "canary_visible", "values": {"visible": ["card"], "file": "app.log"}}  # fmt: skip  # noqa: E501
    log = {"check": "sec.logs", "target": "app.log", "code": "ok", "values": {"read": "1 log (2 MB)", "file": "app.log"}}  # fmt: skip  # noqa: E501
    await house.tell(KEY, other)
    await house.tell(canary)
    house.later(minutes=1)
    await house.tell(KEY, repository="acme/api")
    await house.tell(log)
    await house.tell(VARIABLE, environment="staging")
    house.later(minutes=1)
    await house.tell(other, run=100)
    found = {(one.repository, one.found.check, one.found.target, one.found.code) for one in await house.results()}
    assert found == {
        ("acme/shop", "sec.repo", "src/mail.js", "secret_in_code"),
        ("acme/api", "sec.repo", "src/pay.js", "secret_in_code"),
        ("acme/shop", "sec.logs", "shop", "canary_visible"),
        ("acme/shop", "sec.logs", "app.log", "ok"),
    }


async def test_one_endpoint_says_nothing_about_another(house):
    """`launch perf` may measure some of them."""
    values = {"against": "v42", "pairs": 60, "percent": 2, "baseline_ms": 120, "candidate_ms": 122}
    for name in ("Sign-up", "Dashboard"):
        await house.tell({"check": "perf.gate", "target": name, "code": "ok", "values": values})
        house.later(minutes=1)
    assert {one.found.target for one in await house.results()} == {"Sign-up", "Dashboard"}


async def test_a_lie_about_the_exit_code_is_not_believed(house):
    """What fails stops, whatever is said; `--fail-on` may stop what is only a warning."""
    await house.tell(KEY, exit=0)
    assert (await house.builds())[0].stopped[0].ended is Ended.STOPPED
    await house.tell(SET, exit=1, branch="main", repository="acme/api")
    assert (await house.builds())[0].stopped[0].name == "env"


WRONG = {
    "no json": (b"{", "The body is no JSON"),
    "no object": (b"[]", "Write one object"),
    "deep": (b"[" * 5000, "no JSON that can be read"),
    "a number like no other": (
        report(exit=None).replace(b'"exit"', b'"more": 1' + b"0" * 5000 + b', "exit"'),
        "no JSON",
    ),
    "nothing": (b"{}", "findings is missing."),
    "no findings": (report().replace(b'"findings": [', b'"findings": [], "x": ['), "findings"),
    "a field that nobody has": (report(colour="red"), 'There is no field "colour"'),
    "an exit code of its own": (report(exit=7), "exit: write 0"),
    "an exit code that is none": (report(exit=True), "exit: "),
    "too many": (report(*[KEY] * (MOST + 1)), "findings: "),
    "a finding that is none": (report().replace(b'[{"check"', b'["x", {"check"'), "findings, entry 1: write an object"),
    "a check that nobody has": (report({**KEY, "check": "sec.repoo"}), 'did you mean "sec.repo"?'),
    "a check that CI does not carry out": (report({**KEY, "check": "dns.resolve"}), "is no check of a gate"),
    "an outcome that nobody has": (report({**KEY, "code": "secret_in_cod"}), 'has no outcome "secret_in_cod"'),
    "an outcome of another check": (report({**KEY, "code": "missing_variable"}), "has no outcome"),
    "an outcome of the bot itself": (report({**KEY, "code": "bug"}), "has no outcome"),
    "two gates": (report(KEY, VARIABLE), "env and secrets came together"),
    "no target": (report({**KEY, "target": ""}), "findings, entry 1: target"),
    "a target of nothing": (report({**KEY, "target": "\x00\u202e \n"}), "target: write what was looked at"),
    "a long target": (report({**KEY, "target": "x" * 301}), "target: string should have at most 300"),
    "values that are none": (report({**KEY, "values": ["x"]}), "values: "),
    "a value missing": (report({**KEY, "values": {**KEY["values"], "shown": None}}), "values.shown: write a text"),
    "values missing": (report({**KEY, "values": {}}), "must be there for the outcome secret_in_code"),
    "a value in a value": (
        report({**KEY, "values": {**KEY["values"], "shown": {"a": 1}}}),
        "values.shown: write a text",
    ),
    "a list in a list": (report({**KEY, "values": {**KEY["values"], "shown": [["a"]]}}), "values.shown: "),
    "a long list": (report({**KEY, "values": {**KEY["values"], "shown": ["a"] * 21}}), "at most 20 entries"),
    "a long value": (report({**KEY, "values": {**KEY["values"], "shown": "x" * 501}}), "at most 500 characters"),
    "many values": (report({**KEY, "values": {f"v{n}": 1 for n in range(41)}}), "values: "),
    "no number": (report({**KEY, "values": {**KEY["values"], "shown": float("nan")}}), "no number to be shown"),
    "a number beyond all": (report({**KEY, "values": {**KEY["values"], "shown": 10**400}}), "no number to be shown"),
    "a moment without a zone": (report(at="2026-11-20T12:00:00"), "at: write the time with its zone"),
    "a moment that is none": (report(at="soon"), "at: "),
    "a commit that is none": (report(commit="master"), "commit: write the commit id"),
    "a proposal that is none": (report(pull_request="12; rm"), "pull_request: write its number"),
    "a log that is none": (report(log_url="javascript:alert(1)"), "log_url: write a whole address"),
    "a long version": (report(version="v" * 101), "version: "),
    "a branch that is none": (report(branch=["main"]), "branch: "),
}


@pytest.mark.parametrize("name", WRONG)
async def test_what_does_not_fit_is_refused_with_a_sentence(house, name):
    """400, the place is named, and nothing is written down."""
    body, words = WRONG[name]
    taken = await house.send(body)
    assert (taken.status, words in taken.text) == (400, True), taken.text
    assert len(taken.text) < 401
    assert "\n" not in taken.text
    await house.settled()
    assert (await house.builds(), await house.results()) == ([], [])


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic x"}])
async def test_without_the_token_nothing_is_read(house, headers):
    """Whoever does not know it learns nothing about what would be understood."""
    taken = await house.inbound.take("gate", headers, b"{")
    assert taken.status == 401
    assert await house.builds() == []


async def test_where_no_token_is_set_nobody_is_believed(tmp_path):
    """And the self-test knows why nothing ever comes."""
    house = GateHouse(tmp_path, {})
    taken = await house.send(report())
    assert (taken.status, "LAUNCH_TOKEN is not set" in taken.text) == (401, True)
    [knock] = (await house.inbound.at_the_door()).turned_away
    assert knock.source == "gate"
    await house.close()


async def test_words_from_outside_are_shown_as_they_are_and_obeyed_by_nobody(house):
    """Secrets masked, control characters gone, one line; what no word asks for is not kept."""
    token = "xoxb-1111111111-2222222222-abcdefghijkl"
    values = {**KEY["values"], "shown": f"<!channel>\n{token}\x1b[2J\u202e", "extra": "not asked for", "places": ["x"]}
    await house.tell({**KEY, "values": values}, author="<!here>\nana", branch="ma\x00in", default_branch="main")
    [build] = await house.builds()
    [found] = build.stopped[0].bad
    assert found.values["shown"] == "<!channel> xoxb-1…kl[2J"
    assert set(found.values) == set(KEY["values"])
    assert (build.author, build.branch, build.main) == ("<!here> ana", "main", True)
    raw = await house.store.read(lambda c: [row[0] for row in c.execute("SELECT data FROM gate_build")])
    assert token not in raw[0]
