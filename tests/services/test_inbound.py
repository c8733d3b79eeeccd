"""The door for hooks: proven or turned away, one row before the answer, each row worked on once."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.domain.deploys import Stage
from bot.domain.heard import Marker
from bot.services.deploys import Deploys
from bot.services.inbound import AtTheDoor
from bot.services.knocks import BURST, Turned
from bot.store import heard, incidents
from tests.services.doorstep import SECRET, START, Doorstep, signed, status


@pytest.fixture
async def door(tmp_path: Path) -> AsyncIterator[Doorstep]:
    """With the secrets of GitHub and Alertmanager."""
    found = Doorstep(tmp_path)
    yield found
    await found.close()


async def turned(door: Doorstep) -> list[tuple[str, Turned, int]]:
    """Who was turned away."""
    return [(one.source, one.turned, one.count) for one in (await door.inbound.at_the_door()).turned_away]


async def test_a_signed_deploy_is_written_down_and_worked_on(door):
    """202 with a row; the deploy is there a moment later, without any tick."""
    taken = await door.github(status())
    assert (taken.status, taken.text) == (202, "Written down.")
    async with asyncio.timeout(60):
        while not (found := await door.known()):
            pass
    assert [(one.version, one.author, one.source) for one in found] == [("a1b2c3d", "ana", "github")]
    assert found[0].live_at == START


async def test_the_same_delivery_again_is_known(door):
    """One deploy, whether it was worked on in between or not."""
    body = status()
    first, second = await asyncio.gather(door.github(body), door.github(body))
    assert {first.status, second.status} == {202, 200}
    await door.settled()
    third = await door.github(body)
    assert (third.status, third.text) == (200, "Known already; nothing was done twice.")
    await door.settled()
    assert len(await door.known()) == 1


async def test_every_changed_byte_is_refused(door):
    """Nothing is written, and the self-test can say how often."""
    body = status()
    headers = signed(body)
    for place in range(0, len(body), 7):
        changed = body[:place] + bytes([body[place] ^ 1]) + body[place + 1 :]
        assert (await door.inbound.take("github", headers, changed)).status == 401
    tries = len(range(0, len(body), 7))
    assert await turned(door) == [("github", Turned.UNPROVEN, tries)]
    assert await door.store.read(lambda c: heard.undone(c, "shop")) == 0


async def test_a_sender_without_a_secret_is_turned_away_and_named(door):
    """Even with a signature by an empty secret."""
    body = b'{"x": 1}'
    for _ in range(3):
        taken = await door.inbound.take("vercel", {"x-vercel-signature": "00"}, body)
    assert taken.status == 401
    assert "LAUNCH_HOOK_VERCEL_SECRET" in taken.text
    assert await turned(door) == [("vercel", Turned.NO_SECRET, 3)]


async def test_a_name_that_nobody_has_is_answered_with_the_nearest(door):
    """However many names are tried, one counter grows."""
    assert (await door.inbound.take("githup", {}, b"{}")).text == 'No sender is called "githup", did you mean "github"?'
    for number in range(50):
        taken = await door.inbound.take(f"\x1b[31m{number}" * 40, {}, b"{}")
        assert taken.status == 404
        assert "\x1b" not in taken.text
        assert len(taken.text) < 400
    assert await turned(door) == [("", Turned.UNKNOWN, 51)]


async def test_what_is_no_deploy_leaves_no_row(door):
    """GitHub asks whether anybody is here."""
    body = b'{"zen": "Design for failure."}'
    taken = await door.inbound.take("github", signed(body, event="ping"), body)
    assert taken.status == 200
    assert await door.store.read(lambda c: c.execute("SELECT count(*) FROM heard").fetchone()[0]) == 0


async def test_what_cannot_be_read_is_refused_although_it_is_signed(door):
    """Half a body, no JSON, a list, a thousand brackets, bytes that are no text."""
    for body in (b"", b"{", b"[]", b"[" * 100_000, b"\xff\xfe", status()[:-40], b'{"deployment_status": 1}'):
        assert (await door.github(body)).status == 400
    assert (await turned(door))[0] == ("github", Turned.UNREADABLE, 7)


async def test_a_token_in_the_address_is_proof_for_those_who_sign_nothing(door):
    """Alertmanager: the right token opens, another one or none does not, and the alarm becomes an incident."""
    alert = {
        "status": "firing",
        "labels": {"alertname": "CheckoutErrors", "severity": "critical", "service": "checkout"},
        "annotations": {"summary": "Checkout answers with errors"},
        "startsAt": START.isoformat(),
        "fingerprint": "ab12",
    }
    body = json.dumps({"version": "4", "groupKey": "{}", "status": "firing", "alerts": [alert]}).encode()
    assert (await door.inbound.take("alertmanager", {}, body, "wrong")).status == 401
    assert (await door.inbound.take("alertmanager", {}, body)).status == 401
    assert (await door.inbound.take("alertmanager", {}, body, "in-the-url")).status == 202
    await door.settled()
    [incident] = await door.store.read(lambda c: incidents.live(c, door.config.product))
    assert "CheckoutErrors" in str(incident) or "Checkout answers" in str(incident)


async def test_a_delivery_of_last_month_does_nothing(door):
    """Its id may be forgotten by then: somebody could send it once more."""
    body = status()
    door.later(days=29)
    taken = await door.github(body)
    assert (taken.status, await door.known()) == (200, [])
    assert "four weeks" in taken.text


async def test_who_is_too_fast_is_told_when_to_come_again(door):
    """Each sender by itself, and forged requests use up nobody's turn."""
    for _ in range(500):
        await door.inbound.take("github", {"X-Hub-Signature-256": "sha256=00"}, b"{}")
    ping = b'{"zen": "Keep it logically awesome."}'
    answers = [await door.inbound.take("github", signed(ping, event="ping"), ping) for _ in range(int(BURST) + 1)]
    assert {one.status for one in answers[:-1]} == {200}
    assert (answers[-1].status, answers[-1].retry_after) == (429, 1)
    assert (await door.inbound.take("alertmanager", {}, b'{"alerts": []}', "in-the-url")).status != 429
    door.later(seconds=1)
    assert (await door.inbound.take("github", signed(ping, event="ping"), ping)).status == 200


async def test_a_backlog_that_is_full_takes_nothing_more_until_it_is_worked_off(tmp_path):
    """503 with a time to come again; what is known already is still answered as known."""
    door = Doorstep(tmp_path, most_waiting=3)
    async with asyncio.timeout(60), door.inbound._backlog._working:
        for number in range(3):
            assert (await door.github(status(id=number))).status == 202
        full = await door.github(status(id=9))
        assert (full.status, full.retry_after > 0) == (503, True)
        assert (await door.github(status(id=1))).status == 200
    await door.settled()
    assert (await door.github(status(id=9))).status == 202
    await door.close()


async def test_a_full_disk_is_answered_with_try_again(door):
    """Nothing is promised that is not written; later the same delivery is taken."""
    await door.store.write(
        lambda c: c.execute(f"PRAGMA max_page_count = {c.execute('PRAGMA page_count').fetchone()[0]}").fetchone()
    )
    bodies = [status(id=number, note="x" * 3000) for number in range(200)]
    answers = [await door.github(body) for body in bodies]
    refused = next(number for number, one in enumerate(answers) if one.status == 503)
    assert {one.status for one in answers} <= {202, 503}
    await door.store.write(lambda c: c.execute("PRAGMA max_page_count = 1000000").fetchone())
    assert (await door.github(bodies[refused])).status == 202
    for body, answer in zip(bodies, answers, strict=True):
        if answer.status == 202:
            assert (await door.github(body)).status == 200


class Broken(Deploys):
    """Deploys that one version breaks."""

    def heard(self, connection, marker: Marker, now) -> int:
        """Write something, and break."""
        number = super().heard(connection, marker, now)
        if marker.key == "13":
            raise ArithmeticError("a mistake of ours")
        return number


async def test_a_row_that_breaks_leaves_nothing_and_blocks_nobody(tmp_path):
    """It is tried five times over five minutes, then left with its problem, and the self-test is told."""
    door = Doorstep(tmp_path)
    door.deploys_by = Broken
    await door.close()
    door.open()
    for number in (1, 13, 2):
        assert (await door.github(status(id=number))).status == 202
    await door.settled()
    assert {one.key for one in await door.known()} == {"1", "2"}
    for wait in heard.WAITS[1:]:
        door.time = START + wait
        assert await door.inbound.tick() == 1
        assert await door.inbound.tick() == 0
    door.later(days=1)
    assert await door.inbound.tick() == 0
    left: AtTheDoor = await door.inbound.at_the_door()
    assert (left.left.waiting, left.left.given_up) == (0, 1)
    assert left.left.problem == "github: a mistake of the bot itself (ArithmeticError)"
    assert {one.key for one in await door.known()} == {"1", "2"}
    await door.close()


async def test_the_order_of_arrival_does_not_matter(door):
    """Live before started: it stays live."""
    await door.github(status("success", at=START))
    door.later(seconds=1)
    await door.github(status("in_progress", at=START))
    await door.settled()
    [deploy] = await door.known()
    assert deploy.stage in (Stage.LIVE, Stage.SMOKE, Stage.GOOD)


async def test_a_secret_that_is_replaced_counts_beside_the_new_one(tmp_path):
    """Two, separated by a comma, while the sender is being changed."""
    door = Doorstep(tmp_path, {"LAUNCH_HOOK_GITHUB_SECRET": f"new one,{SECRET}"})
    assert (await door.github(status(id=1))).status == 202
    assert (await door.github(status(id=2), secret="new one")).status == 202
    assert (await door.github(status(id=3), secret="other")).status == 401
    await door.close()
