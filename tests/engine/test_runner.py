"""The runner: deadlines, order, errors, progress, the second look."""

from __future__ import annotations

import asyncio
import time
from typing import Self

import pytest

from checks.inventory import Host, Inventory, MailDomain
from checks.model import Asked, Kind, Status, Target, Verdict
from checks.net.facts import DnsAnswer
from checks.probe import Probe
from checks.runner import Job, Progress, UnknownName, plan, run
from tests.engine.probes import NOW, TableProbe, a_check, a_target, pause, says


def jobs(*runs: object) -> list[Job]:
    """One job for each `run`, on hosts named by their place."""
    return [Job(a_check(one), a_target(f"h{place}.example.com")) for place, one in enumerate(runs)]


async def test_findings_come_in_plan_order_however_long_each_takes():
    """The slowest first job does not end up last."""

    async def slow(_target: Target, _probe: Probe) -> Verdict:
        await pause(0.05)
        return Verdict("ok")

    found = await run(jobs(slow, says("odd"), says("ok")), TableProbe(), deadline=5, confirm=False)
    assert [(one.target, one.code) for one in found] == [
        ("h0.example.com", "ok"),
        ("h1.example.com", "odd"),
        ("h2.example.com", "ok"),
    ]


async def test_a_check_that_throws_becomes_an_unknown_finding_without_traceback(caplog):
    """Type and place are named, the message (which may hold a secret) is not."""

    async def broken(_target: Target, _probe: Probe) -> Verdict:
        raise KeyError("sk_live_abcdefghijklmnop")

    (found,) = await run(jobs(broken), TableProbe(), deadline=5)
    assert (found.status, found.code) == (Status.UNKNOWN, "bug")
    assert found.seen["type"] == "KeyError"
    assert str(found.seen["place"]).startswith("tests/engine/test_runner.py:")
    shown = " ".join((found.summary, found.impact, *found.fix, str(found.seen)))
    assert "sk_live" not in shown
    assert "Traceback" not in shown
    assert "stopped at" in caplog.text
    assert "sk_live_abcdef" not in caplog.text


@pytest.mark.parametrize("code", ["no_such_code", ""])
async def test_a_code_outside_the_table_is_a_bug(code: str):
    """A judge that answers a code without words is our mistake, not the customer's."""
    (found,) = await run(jobs(says(code)), TableProbe(), deadline=5)
    assert (found.status, found.code, found.seen["type"]) == (Status.UNKNOWN, "bug", "KeyError")


async def test_a_check_that_cancels_itself_is_a_bug_and_the_others_go_on():
    """A stray cancellation inside one check does not stop the run."""

    async def cancelled(_target: Target, _probe: Probe) -> Verdict:
        raise asyncio.CancelledError

    found = await run(jobs(cancelled, says("ok")), TableProbe(), deadline=5)
    assert [one.code for one in found] == ["bug", "ok"]


async def test_a_check_over_its_own_deadline_is_unknown_and_keeps_its_evidence():
    """What was asked before the time ran out is still shown."""

    async def hangs(_target: Target, probe: Probe) -> Verdict:
        await probe.dns("a.example.com", "A")
        await asyncio.Event().wait()
        return Verdict("ok")

    def tracer(probe: Probe) -> tuple[Probe, list[Asked]]:
        asked: list[Asked] = []

        class Traced(TableProbe):
            async def dns(self, name: str, type: str) -> DnsAnswer:
                answer = await probe.dns(name, type)
                asked.append(Asked(f"{type} {name}", answer.server, answer.status.value))
                return answer

        return Traced(), asked

    began = time.perf_counter()
    found = await run(jobs(hangs, says("ok")), TableProbe(), deadline=80, check_seconds=0.1, tracer=tracer)
    assert time.perf_counter() - began < 40, "long before the end of the run"
    assert [one.code for one in found] == ["budget", "ok"]
    assert found[0].status is Status.UNKNOWN
    assert found[0].seen["seconds"] == 0.1
    assert found[0].evidence == (Asked("A a.example.com", "127.0.0.1:53", "nxdomain"),)


async def test_the_run_ends_at_its_deadline_whatever_is_left():
    """Jobs that found no free place are named as not looked at, and a check that ignores its end is left behind."""

    async def stubborn(_target: Target, _probe: Probe) -> Verdict:
        while True:
            try:
                await pause(1.2)
                return Verdict("ok")
            except asyncio.CancelledError:
                continue

    async with asyncio.timeout(60):
        found = await run(jobs(stubborn, says("ok")), TableProbe(), deadline=0.2, at_once=1, confirm=False)
    assert [one.code for one in found] == ["budget", "budget"]


async def test_only_so_many_checks_run_at_once():
    """The bound holds, and everything is looked at all the same."""
    now = most = 0

    async def counts(_target: Target, _probe: Probe) -> Verdict:
        nonlocal now, most
        now += 1
        most = max(most, now)
        await pause(0.002)
        now -= 1
        return Verdict("ok")

    found = await run(jobs(*[counts] * 40), TableProbe(), deadline=20, at_once=5)
    assert len(found) == 40
    assert most == 5


async def test_offline_makes_every_finding_unknown_even_when_checks_failed():
    """Our own lost network is never told as the customer's outage."""
    found = await run(jobs(says("broken", why="x"), says("ok")), TableProbe(online=False), deadline=5)
    assert [(one.status, one.code) for one in found] == [(Status.UNKNOWN, "offline")] * 2


async def test_offline_does_not_wait_for_checks_that_hang():
    """Once we know that we cannot see out, there is nothing to wait for."""

    async def hangs(_target: Target, _probe: Probe) -> Verdict:
        await asyncio.Event().wait()
        return Verdict("ok")

    began = time.perf_counter()
    (found,) = await run(jobs(hangs), TableProbe(online=False), deadline=80)
    assert found.code == "offline"
    assert time.perf_counter() - began < 40, "long before the end of the run"


async def test_an_error_while_asking_whether_we_are_online_is_not_offline():
    """A canary with a mistake must not hide the findings."""

    class Confused(TableProbe):
        async def online(self) -> bool:
            raise OSError("no")

    (found,) = await run(jobs(says("ok")), Confused(), deadline=5)
    assert found.code == "ok"


async def test_a_bad_answer_that_a_second_path_repeats_is_confirmed():
    """The finding stands, with the evidence of both looks."""
    probe = TableProbe()
    (found,) = await run(jobs(says("broken", why="the door")), probe, deadline=5)
    assert (found.code, found.status) == ("broken", Status.FAIL)
    assert found.summary == "h0.example.com is broken: the door"
    assert probe.second_paths == 1


async def test_a_bad_answer_that_a_second_path_does_not_repeat_is_unconfirmed():
    """Both answers are named."""
    (found,) = await run(jobs(says("broken", "ok", why="the door")), TableProbe(), deadline=5)
    assert (found.code, found.status) == ("unconfirmed", Status.UNKNOWN)
    assert "h0.example.com is broken: the door" in found.summary
    assert "h0.example.com is fine" in found.summary
    assert (found.seen["first_code"], found.seen["second_code"]) == ("broken", "ok")


@pytest.mark.parametrize("second", ["dark", "none"])
async def test_a_bad_answer_that_cannot_be_seen_again_is_unconfirmed(second: str):
    """Not seeing it again is not proof."""
    (found,) = await run(jobs(says("odd", second)), TableProbe(), deadline=5)
    assert (found.code, found.seen["second_code"]) == ("unconfirmed", second)


async def test_two_different_bad_answers_say_what_both_support():
    """First broken, then only odd: odd is what can be said."""
    (found,) = await run(jobs(says("broken", "odd", why="x")), TableProbe(), deadline=5)
    assert found.code == "odd"


async def test_only_bad_findings_are_looked_at_again_and_only_once():
    """Passing and unknown ones are asked once, bad ones twice; without `confirm` nothing is asked twice."""
    asked: list[str] = []

    def telling(code: str) -> object:
        async def tell(target: Target, _probe: Probe) -> Verdict:
            asked.append(target.name)
            return Verdict(code, {"why": "x"})

        return tell

    runs = [telling("ok"), telling("broken"), telling("dark"), telling("odd")]
    await run(jobs(*runs), TableProbe(), deadline=5)
    assert sorted(asked) == [f"h{place}.example.com" for place in (0, 1, 1, 2, 3, 3)]
    asked.clear()
    await run(jobs(*runs), TableProbe(), deadline=5, confirm=False)
    assert len(asked) == 4


async def test_the_second_look_goes_through_the_second_probe_and_closes_it():
    """What the first probe remembers cannot leak into the second look; connections of the second are closed."""
    steps: list[str] = []

    class Second(TableProbe):
        async def __aenter__(self) -> Self:
            steps.append("open")
            return self

        async def __aexit__(self, *_: object) -> None:
            steps.append("closed")

    async def looks(target: Target, probe: Probe) -> Verdict:
        answer = await probe.dns(target.host, "A")
        return Verdict("ok" if answer.records else "broken", {"why": "no address"})

    second = Second({("h0.example.com", "A"): ("192.0.2.1",)})
    (found,) = await run(jobs(looks), TableProbe(second=second), deadline=5)
    assert found.code == "unconfirmed"
    assert second.asked == [("h0.example.com", "A")]
    assert steps == ["open", "closed"]


async def test_without_a_second_path_a_bad_answer_is_not_said_aloud():
    """An error on the way to the second look leaves it unproven."""

    class Alone(TableProbe):
        def second_path(self) -> Probe:
            raise OSError("no other resolver")

    (found,) = await run(jobs(says("broken", why="x")), Alone(), deadline=5)
    assert found.code == "unconfirmed"


async def test_progress_counts_up_to_the_end_and_survives_a_listener_that_fails():
    """Every job is told, the second looks are added, the last word is done == total."""
    told: list[Progress] = []
    await run(jobs(says("ok"), says("odd")), TableProbe(), deadline=5, on_progress=told.append)
    assert [one.done for one in told] == sorted(one.done for one in told)
    assert told[-1].done == told[-1].total == 3
    assert any("h1.example.com" in one.now for one in told)

    def fails(_progress: Progress) -> None:
        raise RuntimeError("the terminal is gone")

    found = await run(jobs(says("ok")), TableProbe(), deadline=5, on_progress=fails)
    assert found[0].code == "ok"


async def test_cancelling_a_run_cancels_its_checks():
    """Ctrl-C leaves nothing running."""
    ended = asyncio.Event()
    began = asyncio.Event()

    async def hangs(_target: Target, _probe: Probe) -> Verdict:
        began.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()
        return Verdict("ok")

    task = asyncio.ensure_future(run(jobs(hangs), TableProbe(), deadline=30))
    await asyncio.wait_for(began.wait(), 60)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await asyncio.wait_for(ended.wait(), 60)


SHOP = Inventory(
    product="shop",
    domain="example.com",
    hosts=(Host("example.com"), Host("app.example.com")),
    mail=(MailDomain("example.com"),),
)


def test_a_plan_is_the_same_every_time_and_pairs_kinds():
    """Each check meets only targets of its kind."""
    first, second = plan(SHOP), plan(SHOP)
    assert [(job.check.id, job.target.name) for job in first] == [(job.check.id, job.target.name) for job in second]
    assert first
    assert all(job.check.kind is job.target.kind for job in first)


def test_a_plan_narrows_by_family_check_and_host():
    """Names of checks narrow the checks, names of hosts the targets."""
    assert {job.check.family for job in plan(SHOP, only=["mail"])} == {"mail"}
    assert {job.check.id for job in plan(SHOP, only=["MAIL.SPF"])} == {"mail.spf"}
    assert {job.check.id for job in plan(SHOP, only=["mail.spf", "mail.dmarc"])} == {"mail.spf", "mail.dmarc"}
    assert {job.target.name for job in plan(SHOP, only=["app.example.com"])} <= {"app.example.com"}
    assert all(job.target.kind is Kind.MAIL for job in plan(SHOP, only=["mail", "example.com"]))


@pytest.mark.parametrize(
    ("name", "nearest"), [("mail.spv", "mail.spf"), ("ap.example.com", "app.example.com"), ("mial", "mail")]
)
def test_an_unknown_name_is_refused_with_the_nearest(name: str, nearest: str):
    """A typing mistake is answered with what was probably meant."""
    with pytest.raises(UnknownName) as refused:
        plan(SHOP, only=[name])
    assert refused.value.name == name
    assert refused.value.nearest[0] == nearest


async def test_a_finding_carries_what_the_target_and_the_check_know():
    """Owner, service, environment, requirements, links, time and the command to see it oneself."""
    target = a_target(owner="ana", service="sign-up")
    (found,) = await run([Job(a_check(says("broken", why="x")), target)], TableProbe(), deadline=5)
    assert (found.owner, found.service, found.environment) == ("ana", "sign-up", "production")
    assert (found.verify, found.requirements, found.at) == ("dig +short app.example.com", ("DNS-1",), NOW)
    assert found.breaks
    assert found.blocker_class
