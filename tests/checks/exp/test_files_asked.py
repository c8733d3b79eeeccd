"""What is asked for to find files that must stay secret, on a real server: no more than it takes, and it can wait."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from bot.clock import SystemClock
from checks.leaked_files import PLACES
from checks.net.limits import Limits
from checks.net.live import LiveProbe
from checks.runner import plan, run
from tests.checks.conftest import APP, HSTS, HTML, Shop
from tests.servers.http import Answer, Request

DOTS = [place for place in PLACES if place.path.startswith("/.")]
TEXT = (("content-type", "text/plain"),)


def refusing(*beginnings: str):
    """A host that answers 403 to paths that begin like this and 404 to all others."""

    def answer(request: Request) -> Answer:
        status = 403 if request.path.startswith(beginnings) else 404
        return Answer(status, f"<title>{status}</title>", (HTML, HSTS))

    return answer


async def look(shop: Shop):
    """The one finding about the app."""
    async with LiveProbe(shop.inventory.network, SystemClock().now()) as probe:
        found = await run(plan(shop.inventory, only=["exp.files", APP]), probe, deadline=30, confirm=False)
    return found[0]


def asked(shop: Shop) -> list[str]:
    """Paths with a dot that the app was asked for."""
    return [request.path for request in shop.web.requests if request.host == APP and request.path.startswith("/.")]


async def test_a_host_that_refuses_every_dot_is_not_asked_for_each(shop):
    """Two places and one that cannot exist say it; the others count as looked at, and nothing is open."""
    shop.web.route(APP, "*", refusing("/."))
    found = await look(shop)
    assert (found.code, found.seen["looked"]) == ("ok", len(PLACES))
    assert len(asked(shop)) == 3
    assert len([request for request in shop.web.requests if request.host == APP]) == 4 + len(PLACES) - len(DOTS)


async def test_what_has_no_dot_is_still_asked_for_there(shop):
    """A backup beside refused dots is found."""
    shop.web.route(APP, "*", refusing("/."))
    shop.web.route(APP, "/backup.zip", Answer(body=b"PK\x03\x04" + bytes(40), headers=TEXT))
    assert (await look(shop)).code == "backup"


@pytest.mark.parametrize("place", [place for place in DOTS if place.path not in {"/.env", "/.git/HEAD"}])
async def test_a_host_that_refuses_only_the_usual_dots_is_asked_for_all(shop, place):
    """A rule for some names says nothing about others: each of them is still found."""
    bodies = {
        "secret_file": b"A_KEY=one\nDB_PASSWORD=two\naws_access_key_id = x\n//r/:_authToken=x\n",
        "code_history": b"[core]\n",
        "file_list": b"\x00\x00\x00\x01Bud1",
    }
    special = {"/.htpasswd": b"a:$apr1$abcdefgh$abcdefghijkl", "/.vscode/sftp.json": b'{"host": "a"}'}
    shop.web.route(APP, "*", refusing("/.env", "/.git/HEAD"))
    shop.web.route(APP, place.path, Answer(body=special.get(place.path, bodies[place.code]), headers=TEXT))
    found = await look(shop)
    assert (found.code, found.seen["path"]) == (place.code, place.path)
    assert len(asked(shop)) == len(DOTS) + 1


async def test_a_host_that_refuses_everything_says_nothing_about_dots(shop):
    """Then each place is asked for, as before."""
    shop.web.route(APP, "*", refusing("/"))
    await look(shop)
    assert len(asked(shop)) == len(DOTS)


async def test_others_go_first_when_a_host_may_not_be_asked_often():
    """Those who can wait are passed by everybody who comes meanwhile, and still get their turn."""
    limits = Limits(rate=20.0, burst=1)
    order: list[str] = []

    async def one(name: str, *, patient: bool) -> None:
        async with limits.turn("a.test", patient=patient):
            order.append(name)

    await one("first", patient=False)
    waiting = [asyncio.ensure_future(one("patient", patient=True)) for _ in range(2)]
    await asyncio.gather(*(one(f"prompt {number}", patient=False) for number in range(3)))
    await asyncio.gather(*waiting)
    assert order == ["first", "prompt 0", "prompt 1", "prompt 2", "patient", "patient"]


async def test_a_polite_pace_holds_up_nobody_but_the_search_for_files(shop):
    """With few requests allowed, every other check has its answer while places are still being visited."""
    network = replace(shop.inventory.network, rate=20.0, burst=20)
    shop.inventory = replace(shop.inventory, network=network)
    done: list[str] = []

    def told(progress) -> None:
        done.append(progress.now)

    async with LiveProbe(network, SystemClock().now()) as probe:
        found = await run(plan(shop.inventory, only=["exp", "tls", APP]), probe, deadline=60, on_progress=told)
    took = {one.check: one.took_ms for one in found}
    assert took["exp.files"] > 2 * max(each for check, each in took.items() if check != "exp.files")
    ends = [place for place, name in enumerate(done) if "files that must" in name]
    assert ends[-1] >= len(done) - 2
