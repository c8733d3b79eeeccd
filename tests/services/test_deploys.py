"""Deploys as a service: reports in, one row and one message out, a walk, a verdict, an incident where there is need."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain.asks import FixedAsk, Reading, Signal
from bot.domain.decision import AnswerCode
from bot.domain.deploys import Stage
from bot.domain.heard import Marker, Progress
from bot.domain.incident import Status
from bot.domain.member import Outcome
from bot.domain.severity import Sev, Trouble
from bot.services.incidents import Request
from bot.store import deploys as rows
from bot.store import releases
from bot.store.outbox import Kind
from bot.views.felt import felt
from tests.services.deploy_house import FLOWS, START, House

MINUTE = timedelta(minutes=1)
HASH = "a1b2c3d4e5f60718293a4b5c6d7e8f9012345678"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """With two flows."""
    made = House(tmp_path)
    yield made
    made.close()


@pytest.fixture
def plain(tmp_path: Path) -> Iterator[House]:
    """Without flows: only pages."""
    made = House(tmp_path, "")
    yield made
    made.close()


async def test_one_message_follows_a_deploy_from_its_start_to_the_verdict(house):
    """Started, live, walked, good: one root, edited in place, with what changed and the version before."""
    await house.good("v42")
    number = await house.hear(Progress.STARTED, author="Ben", note="New price list")
    assert "they still have v42" in await house.said(number)
    await house.run(60)
    assert await house.hear(Progress.LIVE, compare_url="https://code.test/compare/v42...v43") == number
    deploy = await house.get(number)
    assert (deploy.stage, deploy.previous, deploy.instead_of, deploy.back) == (Stage.SMOKE, "v42", "v42", False)
    assert "being tried" in await house.said(number)
    await house.walk(deploy.run)
    said = await house.said(number)
    assert "all 2 flows that I tried work" in said
    assert "New price list" in said
    assert "https://code.test/compare/v42...v43" in said
    assert await house.messages(number) == [Kind.ROOT]
    assert await house.open() == []


async def test_figures_before_and_after_come_ten_minutes_later(house):
    """Raw numbers, also where there are none."""
    deploy = await house.good("v42")
    assert deploy.after is None
    await house.run(602)
    after = (await house.get(deploy.id)).after
    assert after is not None
    assert (after.n, after.bad, after.p95_ms, after.minutes) == (0, 0, None, 10)
    assert await house.store.read(lambda c: rows.due(c, "shop", START + timedelta(days=9))) == []


async def test_a_broken_flow_names_the_deploy_as_the_cause_and_leads_to_the_runbook(house):
    """The incident of the flow carries the version; the message has its number and the way back."""
    await house.good("v42")
    number = await house.hear(Progress.LIVE, author="Ben")
    await house.run(20)
    signal = Signal("shop", "production", "shop", "Smoke: Checkout", Trouble.CHECKOUT, Sev.ONE, Reading.DOWN,
                    house.clock.time, house.clock.time, "Pay answered 500")  # fmt: skip
    await house.incidents.signal([signal])
    await house.walk((await house.get(number)).run, "Checkout")
    deploy = await house.get(number)
    [incident] = await house.open()
    assert (deploy.stage, deploy.incident) == (Stage.BAD, incident.id)
    assert (incident.deploy, incident.deploy_by) == ("v43", "Ben")
    assert incident.announce_at is not None
    assert incident.announce_at - deploy.live_at < 2 * MINUTE
    said = await house.said(number)
    assert said.splitlines()[0] == "BROKEN · v43 is live"
    assert "Checkout has not worked since v43 went live" in said
    assert "launch runbook bad deploy" in said
    assert await house.store.read(lambda c: releases.last_good(c, releases.last(c, "shop", house.clock.time))) == "v42"


async def test_what_was_broken_before_is_not_put_down_to_a_deploy(house):
    """Who repairs something else while the checkout is down has not broken it."""
    await house.good("v42")
    await house.run(600)
    signal = Signal("shop", "production", "shop", "Smoke: Checkout", Trouble.CHECKOUT, Sev.ONE, Reading.DOWN,
                    house.clock.time, house.clock.time, "Pay answered 500")  # fmt: skip
    await house.incidents.signal([signal])
    await house.run(300)
    number = await house.hear(Progress.LIVE)
    await house.walk((await house.get(number)).run, "Checkout")
    assert (await house.get(number)).stage is Stage.BAD
    assert "Checkout still does not work: it was broken before v43 went live." in await house.said(number)
    await house.run(60)
    number = await house.hear(Progress.LIVE, "v44")
    await house.walk((await house.get(number)).run, "Checkout", "Log-in")
    said = " ".join((await house.said(number)).split())
    assert "Log-in has not worked since v44 went live. Checkout was broken before." in said


async def test_what_the_version_before_broke_a_moment_ago_is_not_put_down_to_the_next_one(house):
    """Also where it is only a part of another incident, and there was no time between the two."""
    await house.good("v42")
    await house.hear(Progress.LIVE, "v43")
    await house.run(10)
    now = house.clock.time
    page = Signal("shop", "production", "shop", "pay", Trouble.CHECKOUT, Sev.ONE, Reading.DOWN, now, now)
    await house.incidents.signal([page, replace(page, probe="Smoke: Checkout", absorbed=True)])
    await house.run(20)
    number = await house.hear(Progress.LIVE, "v44")
    await house.walk((await house.get(number)).run, "Checkout")
    assert "Checkout still does not work: it was broken before v44 went live." in await house.said(number)


async def test_an_incident_that_comes_after_the_verdict_is_found(house):
    """The flow's incident may be written a moment later than the walk."""
    number = await house.hear(Progress.LIVE)
    await house.walk((await house.get(number)).run, "Checkout")
    assert (await house.get(number)).incident == 0
    now = house.clock.time
    signal = Signal("shop", "production", "shop", "home", Trouble.REACH, Sev.ONE, Reading.DOWN, now, now)
    await house.incidents.signal([signal])
    await house.run(20)
    assert (await house.get(number)).incident == 1


async def test_an_incident_that_goes_on_in_another_one_is_named_by_that(house):
    """The card that people see, and not one that was taken up in it before anybody was told."""
    number = await house.hear(Progress.LIVE)
    await house.run(10)
    now = house.clock.time
    flow = Signal("shop", "production", "shop", "Smoke: Checkout", Trouble.CHECKOUT, Sev.ONE, Reading.DOWN, now, now)
    await house.incidents.signal([flow])
    await house.walk((await house.get(number)).run, "Checkout")
    first = (await house.get(number)).incident
    page = replace(flow, probe="pay", trouble=Trouble.REACH)
    await house.incidents.signal([page])
    await house.incidents.signal([replace(flow, absorbed=True)])
    await house.run(60)
    merged = next(one for one in await house.every_incident() if one.id == first)
    assert merged.outcome is Outcome.MERGED
    assert (await house.get(number)).incident == merged.parent


async def test_one_that_does_not_go_out_opens_an_incident_and_a_good_one_ends_it(house):
    """Customers have the old version: severity 2 of a critical product, and the words say so."""
    await house.good("v42")
    number = await house.hear(Progress.STARTED, author="Ben")
    await house.hear(Progress.FAILED, author="Ben")
    await house.run(30)
    [incident] = await house.open()
    deploy = await house.get(number)
    assert (incident.sev, incident.trouble, incident.id) == (Sev.TWO, Trouble.DEPLOY, deploy.incident)
    assert incident.deploy == ""
    assert incident.own[0].evidence == "v43 by Ben did not go out; customers still have v42"
    assert "they still have v42" in await house.said(number)
    assert f"INC-{incident.id}" in await house.said(number)
    await house.hear(Progress.FAILED)
    await house.run(30)
    assert len(await house.every_incident()) == 1
    await house.good("v44")
    [ended] = await house.every_incident()
    assert ended.status in (Status.RESOLVED, Status.CLOSED)


async def test_a_less_important_service_that_fails_is_severity_3(house):
    """By the table."""
    await house.hear(Progress.FAILED, service="blog")
    await house.run(4)
    assert [one.sev for one in await house.open()] == [Sev.THREE]


async def test_a_failed_one_that_goes_live_after_all_ends_its_own_incident(house):
    """Its host tried again under the same number."""
    number = await house.hear(Progress.FAILED)
    await house.run(4)
    assert await house.hear(Progress.LIVE) == number
    await house.walk((await house.get(number)).run)
    assert await house.open() == []


async def test_fixed_is_believed_where_customers_have_what_works(house):
    """A release that somebody gave up: the old one works, and that is what is looked at."""
    await house.hear(Progress.FAILED)
    await house.run(4)
    [incident] = await house.open()
    asked: list[int] = []

    async def others(number: int, _names: tuple[str, ...]) -> None:
        asked.append(number)

    again = house.deploys.again_or(others)
    await again(incident.id, ("home",))
    assert asked == [incident.id]
    await again(incident.id, ("Deploys",))
    assert house.eyes.looked == 1


async def test_fixed_looks_at_all_that_an_incident_of_a_deploy_is_about(house):
    """Pages first; then whatever else belongs to it, by those who know how to look at that."""
    asked: list[tuple[str, ...]] = []

    async def others(_number: int, names: tuple[str, ...]) -> None:
        asked.append(names)

    again = house.deploys.again_or(others)
    await house.hear(Progress.FAILED)
    await house.run(4)
    [incident] = await house.open()
    for unlike in ({"home"}, set()):
        house.eyes.bad = unlike
        await house.incidents.ask(incident.id, FixedAsk("U0BEN"), Request(f"{len(unlike)}", "U0BEN", "fixed"))
        await again(incident.id, ("Deploys", "Smoke: Checkout", "home"))
        assert asked == ([] if unlike else [("Smoke: Checkout", "home")])
        assert ((await house.open())[0].fix_at is None) == bool(unlike)


async def test_a_release_that_was_given_up_is_not_called_one_that_went_out(house):
    """Customers have the old version, and it works: that is what is said."""
    await house.good("v42")
    await house.hear(Progress.FAILED)
    await house.run(4)
    [incident] = await house.open()
    house.incidents.look_again_with(house.deploys.again_or(nobody))
    await house.incidents.ask(incident.id, FixedAsk("U0BEN"), Request("1", "U0BEN", "fixed"))
    seen = await house.incidents.verdict(incident.id, 0.0)
    assert seen is not None
    assert seen.code is AnswerCode.FIXED
    [over] = await house.every_incident()
    assert over.outcome is Outcome.HUMAN
    assert felt(over).again == "Customers have a version that works"


async def nobody(_number: int, _names: tuple[str, ...]) -> None:
    """Nothing else is to be looked at."""
    raise AssertionError


async def test_a_person_without_a_name_is_left_out_of_what_was_seen(house):
    """A Slack id says nothing to anybody."""
    await house.hear(Progress.FAILED, author="U0ULENA")
    await house.run(4)
    [incident] = await house.open()
    assert incident.own[0].evidence == "v43 did not go out; customers still have what they had"


async def test_two_at_once_the_one_that_goes_live_last_is_what_customers_have(house):
    """The other is replaced, whichever began first, and its walk says nothing any more."""
    first = await house.hear(Progress.STARTED, "v43")
    await house.run(10)
    second = await house.hear(Progress.STARTED, "v44")
    await house.run(10)
    await house.hear(Progress.LIVE, "v44")
    await house.run(10)
    await house.hear(Progress.LIVE, "v43")
    assert [(await house.get(n)).stage for n in (first, second)] == [Stage.SMOKE, Stage.SUPERSEDED]
    await house.walk((await house.get(second)).run, "Checkout")
    assert (await house.get(second)).stage is Stage.SUPERSEDED
    now = house.clock.time
    assert (await house.store.read(lambda c: releases.last(c, "shop", now))).version == "v43"


async def test_a_late_report_does_not_bring_an_old_version_back(house):
    """v43 was live for a minute before v44; heard afterwards, it is only written down."""
    before = house.clock.time
    await house.run(60)
    await house.good("v44")
    number = await house.hear(Progress.LIVE, "v43", at=before)
    deploy = await house.get(number)
    assert (deploy.stage, deploy.run, await house.trail(number)) == (Stage.SUPERSEDED, 0, [])
    assert (await house.store.read(lambda c: releases.last(c, "shop", house.clock.time))).version == "v44"


async def test_a_roll_back_is_called_one(house):
    """The version before is live again: a deploy of its own, in words that say so."""
    await house.good("v42", key="1")
    await house.run(60)
    bad = await house.hear(Progress.LIVE, "v43", key="2")
    await house.walk((await house.get(bad)).run, "Checkout")
    await house.run(60)
    back = await house.good("v42", key="3")
    assert (back.back, back.instead_of, back.stage) == (True, "v43", Stage.GOOD)
    said = await house.said(back.id)
    assert said.splitlines()[0] == "Good · back to v42"
    assert "Customers have v42 again" in said
    was = await house.said(bad)
    assert was.splitlines()[0] == "Was broken · v43"
    assert "Checkout did not work while v43 was live. Customers have v42 now." in was
    assert "Show Me the Fix" not in was


async def test_after_a_broken_one_customers_keep_the_broken_one_when_the_next_does_not_go_out(house):
    """What they have is said, and not what was good last."""
    await house.good("v42")
    await house.run(60)
    bad = await house.hear(Progress.LIVE, "v43")
    await house.walk((await house.get(bad)).run, "Checkout")
    await house.run(60)
    number = await house.hear(Progress.FAILED, "v44")
    deploy = await house.get(number)
    assert (deploy.instead_of, deploy.previous) == ("v43", "v42")
    assert "they still have v43" in await house.said(number)


async def test_the_same_version_by_hand_twice_is_one_deploy_and_after_another_one_a_new_one(house):
    """Reports without an id of their sender's are told apart by what went live in between."""
    by_hand = {"source": "slack", "key": ""}
    first = await house.hear(Progress.LIVE, "v42", **by_hand)
    await house.run(60)
    assert await house.hear(Progress.LIVE, "v42", note="again", **by_hand) == first
    await house.run(60)
    second = await house.hear(Progress.LIVE, "v43", **by_hand)
    await house.run(60)
    third = await house.hear(Progress.LIVE, "v42", **by_hand)
    assert len({first, second, third}) == 3
    assert (await house.get(third)).back


async def test_two_senders_about_one_commit_make_one_deploy(house):
    """The branch's host and the server's host both report it; each may speak first, twice and last."""
    first = await house.hear(Progress.STARTED, HASH[:7], "1", commit=HASH)
    await house.run(30)
    assert await house.hear(Progress.LIVE, HASH[:7], "dpl_1", source="vercel", commit=HASH) == first
    await house.run(3600)
    assert await house.hear(Progress.LIVE, HASH[:7], "dpl_1", source="vercel", commit=HASH) == first
    assert await house.hear(Progress.LIVE, HASH[:7], "1", commit=HASH) == first
    assert await house.messages(first) == [Kind.ROOT]
    again = await house.hear(Progress.LIVE, HASH[:7], "2", commit=HASH)
    assert again != first


async def test_many_previews_do_not_part_two_reports_of_one_version(house):
    """However many branches are built meanwhile, the version that customers get is one deploy."""
    number = await house.hear(Progress.STARTED, HASH[:7], "1", commit=HASH)

    def branches(connection):
        for one in range(60):
            marker = Marker("vercel", Progress.LIVE, f"p{one}", house.clock.time, f"p{one}", "preview")
            house.deploys.heard(connection, marker, house.clock.time)

    await house.run(60)
    await house.store.write(branches)
    assert await house.hear(Progress.LIVE, HASH[:7], "dpl_1", source="vercel", commit=HASH) == number


async def test_one_that_nobody_ends_is_said_once_and_pages_nobody(house):
    """After half an hour, on its message."""
    number = await house.hear(Progress.STARTED)
    await house.run(1804, every=60)
    assert (await house.get(number)).stage is Stage.STUCK
    assert (await house.said(number)).startswith("No end reported · v43")
    rev = (await house.get(number)).rev
    await house.run(1800, every=60)
    assert (await house.get(number)).rev == rev
    assert await house.open() == []
    assert await house.messages(number) == [Kind.ROOT]


async def test_a_build_that_was_overtaken_is_not_called_stuck(house):
    """Hosts skip queued builds without a word."""
    number = await house.hear(Progress.STARTED)
    await house.run(60)
    await house.good("v44")
    await house.run(1804, every=60)
    assert (await house.get(number)).stage is Stage.SUPERSEDED
    assert "never went live" in await house.said(number)


async def test_staging_has_a_message_and_calls_nobody(house):
    """No walk, no incident, and never the cause of anything."""
    number = await house.hear(Progress.STARTED, environment="staging")
    await house.hear(Progress.FAILED, environment="staging")
    live = await house.hear(Progress.LIVE, "v44", environment="staging")
    await house.run(60)
    assert (await house.get(live)).run == 0
    assert await house.messages(number) == [Kind.ROOT]
    assert "Customers notice nothing" in await house.said(number)
    assert await house.open() == []
    assert await house.store.read(lambda c: releases.last(c, "shop", house.clock.time)) is None


async def test_previews_have_no_message_and_are_no_cause(house):
    """They are only written down."""
    number = await house.hear(Progress.LIVE, environment="preview")
    await house.hear(Progress.FAILED, "v44", environment="preview")
    await house.run(60)
    assert await house.trail(number) == []
    assert await house.open() == []
    assert len(await house.all()) == 2


async def test_previews_can_be_ignored(tmp_path):
    """Then nothing of them is kept."""
    house = House(tmp_path, FLOWS + "deploy: {previews: ignore}\n")
    assert await house.hear(Progress.LIVE, environment="preview") == 0
    assert await house.all() == []
    house.close()


@pytest.mark.parametrize("progress", [Progress.STARTED, Progress.FAILED, Progress.CANCELLED, Progress.RELEASED])
async def test_what_never_went_live_is_never_the_cause(house, progress):
    """Failed, stopped, stuck and named versions are not what customers have."""
    await house.good("v42")
    await house.run(60)
    await house.hear(progress, "v43")
    await house.run(1900, every=60)
    last = await house.store.read(lambda c: releases.last(c, "shop", house.clock.time))
    assert last is not None
    assert last.version == "v42"
    assert [one.version for one in await house.store.read(lambda c: releases.recent(c, "shop"))] == ["v42"]


async def test_notes_of_a_version_are_kept_and_tell_nobody(house):
    """A release on the code's host moves nothing."""
    number = await house.hear(Progress.RELEASED, "v43", note="Yearly plans")
    deploy = await house.get(number)
    assert (deploy.stage, deploy.note, await house.trail(number)) == (Stage.RELEASED, "Yearly plans", [])


async def test_without_flows_good_pages_are_a_verdict_within_seconds(plain):
    """The important pages are looked at instead."""
    number = await plain.hear(Progress.LIVE)
    assert "whether the important pages work" in await plain.said(number)
    await plain.run(8)
    deploy = await plain.get(number)
    assert deploy.stage is Stage.GOOD
    assert "pages that I tried work" in await plain.said(number)


async def test_without_flows_a_page_that_stays_broken_is_a_verdict_within_two_minutes(plain):
    """Rough for a moment is nothing; broken for a minute is; the ordinary look is asked for at once."""
    plain.eyes.bad = {"home"}
    number = await plain.hear(Progress.LIVE)
    await plain.run(8)
    assert (await plain.get(number)).stage is Stage.LIVE
    assert plain.eyes.soon_ == ["home"]
    await plain.run(112)
    deploy = await plain.get(number)
    assert (deploy.stage, deploy.walked.broken) == (Stage.BAD, ("home",))
    assert deploy.ended_at - deploy.live_at < 2 * MINUTE
    assert "home has not worked since v43 went live" in await plain.said(number)


async def test_without_flows_rough_at_first_is_good(plain):
    """A server that begins anew."""
    plain.eyes.bad = {"home"}
    number = await plain.hear(Progress.LIVE)
    await plain.run(8)
    plain.eyes.bad = set()
    await plain.run(40)
    assert (await plain.get(number)).stage is Stage.GOOD


async def test_what_nobody_could_see_is_neither_good_nor_bad(plain):
    """It stays live, and says so."""
    plain.eyes.unknown = True
    number = await plain.hear(Progress.LIVE)
    await plain.run(120)
    deploy = await plain.get(number)
    assert (deploy.stage, deploy.judged) == (Stage.LIVE, True)
    assert "Nobody could see whether it works" in await plain.said(number)


async def test_a_walk_of_which_nobody_hears_is_read_all_the_same(house):
    """The word that it is over was lost in a kill."""
    number = await house.hear(Progress.LIVE)
    await house.run(20)
    await house.walk((await house.get(number)).run, told=False)
    await house.run(8)
    assert (await house.get(number)).stage is Stage.GOOD


async def test_a_walk_that_never_ends_leaves_the_verdict_to_the_pages(house):
    """After its time is over."""
    number = await house.hear(Progress.LIVE)
    await house.run(200)
    deploy = await house.get(number)
    assert (deploy.stage, deploy.walked.run, house.eyes.looked) == (Stage.GOOD, 0, 1)


async def test_the_flows_can_be_walked_again_for_it(house):
    """A button; what that says replaces the verdict."""
    number = await house.hear(Progress.LIVE)
    await house.walk((await house.get(number)).run, "Checkout")
    run = await house.deploys.again(number, "U0ANA")
    assert (await house.get(number)).run == run
    await house.walk(run)
    assert (await house.get(number)).stage is Stage.GOOD
    started = await house.hear(Progress.STARTED, "v44")
    assert await house.deploys.again(started, "U0ANA") == 0
    assert await house.deploys.again(999, "U0ANA") == 0


async def test_a_walk_for_a_version_that_was_replaced_meanwhile_does_not_judge_it(house):
    """What the walk saw was the next one: the version before stays good, and is what to go back to."""
    old = await house.good("v42")
    run = await house.deploys.again(old.id, "U0ANA")
    number = await house.hear(Progress.LIVE)
    await house.walk(run, "Checkout")
    await house.run(20)
    assert ((await house.get(old.id)).stage, (await house.get(old.id)).replaced_by) == (Stage.GOOD, "v43")
    assert await house.deploys.again(old.id, "U0ANA") == 0
    await house.walk((await house.get(number)).run, "Checkout")
    assert ((await house.get(number)).stage, (await house.get(number)).previous) == (Stage.BAD, "v42")


async def test_a_deploy_recorded_by_mistake_is_taken_back(house):
    """It is no cause any more; what a host said is not taken back by hand."""
    await house.good("v42")
    await house.run(60)
    number = await house.hear(Progress.LIVE, "v43", "", source="slack")
    gone = await house.deploys.undo("U0ANA")
    assert gone is not None
    assert (gone.id, gone.stage) == (number, Stage.UNDONE)
    assert "by mistake" in await house.said(number)
    assert (await house.store.read(lambda c: releases.last(c, "shop", house.clock.time))).version == "v42"
    await house.walk(gone.run, "Checkout")
    assert (await house.get(number)).stage is Stage.UNDONE
    assert await house.deploys.undo("U0ANA") is None


async def test_until_when_ordinary_alerts_wait_is_said(house):
    """Three minutes, with the moment; afterwards the line is gone."""
    number = await house.hear(Progress.LIVE)
    assert "Ordinary alerts wait until" in await house.said(number)
    await house.run(181, every=60)
    assert "Ordinary alerts" not in await house.said(number)


async def test_what_a_stranger_writes_into_a_report_is_bounded_masked_and_on_one_line(house):
    """A commit's message is anybody's text."""
    number = await house.hear(
        Progress.LIVE,
        "v43\u202e\n" + "x" * 5000,
        "7" * 5000,
        note="<!channel> key sk_live_" + "4eC39HqLyjWDarjtT1zdp7dc" + "\nsecond line" * 999,
        author="*Ben*\x00" * 999,
        url="javascript:alert(1)",
        compare_url="https://code.test/compare",
        commit="../../etc/passwd",
    )
    deploy = await house.get(number)
    assert len(deploy.version) <= 100
    assert len(deploy.note) <= 300
    assert len(deploy.author) <= 100
    assert "4eC39HqLyjWDarjtT1zdp7dc" not in deploy.note
    assert "\n" not in deploy.version + deploy.note
    assert (deploy.url, deploy.commit, deploy.compare_url) == ("", "", "https://code.test/compare")
    assert await house.said(number)


async def test_a_report_of_yesterday_is_written_down_and_not_told(house):
    """A host that sends everything once more wakes nobody."""
    number = await house.hear(Progress.LIVE, at=START - timedelta(days=2))
    other = await house.hear(Progress.FAILED, "v44", at=START - timedelta(days=2))
    await house.run(20)
    assert [await house.trail(one) for one in (number, other)] == [[], []]
    assert await house.open() == []
    assert (await house.get(number)).run == 0


async def test_a_row_of_an_older_program_reads_as_one_that_was_live(house):
    """Written down before deploys had a course."""
    await house.store.write(lambda c: releases.add(c, "shop", START, version="v1", source="slack"))
    [old] = await house.all()
    assert (old.stage, old.live_at, old.judged) == (Stage.LIVE, START, True)
    await house.run(60)
    deploy = await house.good("v2")
    assert (deploy.previous, (await house.get(old.id)).stage) == ("v1", Stage.LIVE)


@pytest.mark.parametrize("data", ["[]", "{", '{"stage": "flying"}', '{"stage": "good", "later": 1}'])
async def test_a_row_that_cannot_be_read_holds_up_no_other(house, data):
    """As a newer program, or a broken disk, may leave one behind: other deploys are heard, walked and told."""
    odd = await house.hear(Progress.STARTED, "v42")
    spoil = "UPDATE deploy SET data = ?, due_at = 0 WHERE id = ?"
    await house.store.write(lambda c: c.execute(spoil, (data, odd)))
    assert (await house.good("v43")).stage is Stage.GOOD


async def test_a_report_without_a_version_is_nothing(house):
    """There is nothing that could be followed."""
    assert await house.deploys.record(Marker("generic", Progress.LIVE, " ", START)) == 0


async def test_the_version_before_is_known_where_its_sender_says_it(house):
    """The first deploy that is ever heard of has a way back as well; a commit is written as people write it."""
    number = await house.hear(Progress.LIVE, "v43", before=HASH)
    deploy = await house.get(number)
    assert (deploy.previous, deploy.instead_of) == (HASH[:7], HASH[:7])
    last = await house.store.read(lambda c: releases.last(c, "shop", house.clock.time))
    assert await house.store.read(lambda c: releases.last_good(c, last)) == HASH[:7]
    await house.walk(deploy.run, "Checkout")
    await house.run(60)
    next_ = await house.get(await house.hear(Progress.LIVE, "v44", before="v43"))
    assert (next_.previous, next_.instead_of) == ("", "v43")
    await house.run(60)
    assert (await house.get(await house.hear(Progress.LIVE, HASH[:7], "back"))).back


async def test_an_outage_is_not_hidden_behind_a_deploy_that_failed_at_the_same_time(house):
    """Each has its own card: that a version did not go out explains no outage."""
    await house.hear(Progress.FAILED)
    await house.run(4)
    now = house.clock.time
    down = Signal("shop", "production", "shop", "home", Trouble.REACH, Sev.ONE, Reading.DOWN, now, now)
    await house.incidents.signal([down])
    assert sorted((one.trouble, one.sev) for one in await house.open()) == [
        (Trouble.DEPLOY, Sev.TWO),
        (Trouble.REACH, Sev.ONE),
    ]
