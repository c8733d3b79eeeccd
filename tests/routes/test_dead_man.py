"""The call to somebody outside: made while the bot does its work, kept away by what keeps alerts from people."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.services.config import Config
from bot.services.dead_man import DeadMan
from bot.services.health import Health, Socket
from bot.services.selfwatch import Outside, not_doing
from tests.hand import ByHand
from tests.routes.conftest import Receiver

NOW = datetime(2026, 11, 23, 13, 0, tzinfo=UTC)
FILE = "product: {name: Shop, id: shop, domain: shop.test}\nwatchdog: {url_env: WATCHDOG_URL, every: 60s}\n"
WELL = Outside(None, NOW)


def well() -> Health:
    """A bot that does all its work."""
    return Health(
        NOW - timedelta(hours=1),
        sockets=(Socket(1, True, 2.0, 60.0), Socket(2, True, 3.0, None)),
        last_tick=NOW,
        last_write=NOW,
        slack_ok_at=NOW,
    )


class Post(ByHand):
    """A dead man's switch with a clock that is moved by hand."""

    def __init__(self, folder: Path, receiver: Receiver, *, text: str = FILE) -> None:
        (folder / "launch.yml").write_text(text)
        self.time = NOW
        self.health = well()
        self.outside = WELL
        self.url = f"{receiver.url}/ping/secret-of-mine"
        config = Config.read(folder / "launch.yml")
        assert config.error is None
        self.man = DeadMan(self, lambda: config, self.health, self._outside, secret=lambda _: self.url)

    async def _outside(self) -> Outside:
        return self.outside

    async def work(self, seconds: int) -> None:
        """Let the clockwork tick; everything else is as well as it was."""
        for _ in range(0, seconds, 5):
            self.time += timedelta(seconds=5)
            self.health.last_tick = self.health.last_write = self.health.slack_ok_at = self.time
            self.outside = replace(self.outside, canary_at=self.time)
            await self.man.tick()


async def test_a_bot_that_works_is_heard_of_every_minute(tmp_path, receiver):
    """At the pace of launch.yml, and its health knows when."""
    post = Post(tmp_path, receiver)
    await post.work(300)
    assert len(receiver.got) == 5
    assert post.health.watchdog_at is not None
    assert post.health.warnings(post.time) == ()


async def test_a_queue_that_stands_keeps_the_call_away_and_says_why(tmp_path, receiver):
    """Everything else is well; the alarm outside is the point."""
    post = Post(tmp_path, receiver)
    await post.work(10)
    post.outside = Outside(NOW - timedelta(minutes=3), NOW)
    await post.work(600)
    assert len(receiver.got) == 1
    told = " ".join(post.health.warnings(post.time))
    assert "waiting for Slack" in told
    assert "may have raised the alarm" in told
    post.outside = WELL
    await post.work(20)
    assert len(receiver.got) == 2
    assert post.health.warnings(post.time) == ()


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"last_tick": NOW - timedelta(seconds=91)}, "stands still"),
        ({"last_tick": None}, "stands still"),
        ({"last_write": NOW - timedelta(seconds=151)}, "stored"),
        ({"store_problem": "the disk is full"}, "stored"),
        ({"slack_ok_at": NOW - timedelta(minutes=6)}, "welcome"),
        ({"slack_ok_at": None}, "welcome"),
        ({"slack_problem": "account_inactive"}, "welcome"),
        ({"sockets": (Socket(1, True, 61.0, 1.0),)}, "answers"),
        ({"sockets": (Socket(1, False, 1.0, 1.0),)}, "answers"),
        ({"sockets": (Socket(1, True, 1.0, 1801.0),)}, "half an hour"),
        ({"sockets": (Socket(1, True, 1.0, None),)}, "half an hour"),
        ({"failing_jobs": {"incidents": "a mistake"}}, "incidents"),
        ({"failing_jobs": {"delivery": "a mistake"}}, "delivery"),
    ],
)
def test_each_part_of_the_work_is_looked_at(change, word):
    """One thing wrong is enough, and it is named."""
    health = well()
    assert not_doing(health, WELL, NOW) == ()
    for name, value in change.items():
        setattr(health, name, value)
    assert word in " ".join(not_doing(health, WELL, NOW))


def test_the_bot_must_see_out_unless_it_is_told_not_to_look():
    """A canary within five minutes; in HTTP mode there are no sockets."""
    assert "outside" in " ".join(not_doing(well(), Outside(None, None), NOW))
    assert "outside" in " ".join(not_doing(well(), Outside(None, NOW - timedelta(minutes=6)), NOW))
    assert not_doing(well(), Outside(None, None, canaries=False), NOW) == ()
    http = well()
    http.http_mode, http.sockets = True, ()
    assert not_doing(http, WELL, NOW) == ()


async def test_a_job_that_matters_less_does_not_keep_it_away(tmp_path, receiver):
    """Old rows are not cleaned away: nobody must be woken for it."""
    post = Post(tmp_path, receiver)
    post.health.failing_jobs["retention"] = "a mistake"
    await post.work(5)
    assert len(receiver.got) == 1


async def test_a_call_that_fails_is_told_without_its_address(tmp_path, receiver, caplog):
    """Refused, an error, an empty variable; tried again within seconds."""
    post = Post(tmp_path, receiver)
    receiver.answers += [(500, {}), (301, {"Location": "/elsewhere"})]
    await post.work(5)
    assert "500" in " ".join(post.health.warnings(post.time))
    await post.work(15)
    assert "301" in " ".join(post.health.warnings(post.time))
    await post.work(15)
    assert post.health.warnings(post.time) == ()
    assert [path for path, _, _ in receiver.got] == ["/ping/secret-of-mine"] * 3
    post.url = ""
    await post.work(60)
    assert "WATCHDOG_URL is empty" in post.health.watchdog_problem
    post.url = "secret-of-mine"
    await post.work(60)
    assert "holds no URL" in post.health.watchdog_problem
    post.url = "http://127.0.0.1:1/secret-of-mine"
    await post.work(60)
    assert "could not be reached" in post.health.watchdog_problem
    assert "secret-of-mine" not in caplog.text + post.health.watchdog_problem


async def test_a_clock_that_jumps_holds_up_no_call(tmp_path, receiver):
    """An hour back and an hour ahead."""
    post = Post(tmp_path, receiver)
    await post.work(5)
    for hours in (-1, 2):
        post.time += timedelta(hours=hours)
        await post.work(5)
    assert len(receiver.got) == 3


async def test_without_a_watchdog_nothing_is_called(tmp_path, receiver):
    """And there is nothing to warn of here; the self-test says that one is missing."""
    post = Post(tmp_path, receiver, text=FILE.splitlines()[0])
    await post.work(60)
    assert receiver.got == []
    assert not post.health.watchdog
    assert post.health.warnings(post.time) == ()
