"""What CI said as rows: the newest result stands, what is old is forgotten, and a person may be erased from it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

from bot.domain.gates import Build, Ended, Found, Gate
from bot.services.retention import GATES, retain
from bot.store import gates
from bot.store.codes import to_ms
from bot.store.erase import erase
from bot.store.gates import Result

SHOP = "shop"
FOUND = Found("sec.repo", "src/pay.js", "secret_in_code", {"where": "src/pay.js:12 — Füße 🙂", "unread": ["a", "b"]})


def result(at, target: str = "src/pay.js", code: str = "secret_in_code", **more: str) -> Result:
    """As CI said it."""
    return Result(replace(FOUND, target=target, code=code), at, "acme/shop", **more)


def build(at, **more: object) -> Build:
    """A branch that is stopped."""
    gate = Gate("secrets", Ended.STOPPED, at, bad=(FOUND,))
    one = Build(0, SHOP, "acme/shop", "main", "", main=True, began_at=at, at=at, gates=(gate,), author="U0ANA")
    return replace(one, **more)  # type: ignore[arg-type]


async def test_what_was_said_comes_back_as_it_was(store, now):
    """Values of all kinds, in other alphabets, and moments with their zone."""
    said = result(now, version="a1b2c3d", branch="main", builder="GitLab CI")
    assert await store.write(lambda c: gates.keep(c, SHOP, [said], whole=True)) == 1
    assert await store.read(lambda c: gates.results(c, SHOP)) == [said]
    assert await store.read(lambda c: gates.results(c, "other")) == []
    number = await store.write(lambda c: gates.put(c, build(now)))
    assert await store.read(lambda c: gates.get(c, number)) == build(now, id=number)


async def test_a_newer_run_takes_the_place_of_an_older_one_alone(store, now):
    """Whole: targets that it does not name are gone; else they stay. What is older changes nothing."""
    later = now + timedelta(minutes=1)

    def work(connection) -> list[list[str]]:
        def there() -> list[str]:
            return sorted(one.found.target for one in gates.results(connection, SHOP))

        gates.keep(connection, SHOP, [result(now, "a"), result(now, "b")], whole=True)
        seen = [there()]
        gates.keep(connection, SHOP, [result(later, "b")], whole=True)
        seen.append(there())
        assert gates.keep(connection, SHOP, [result(now, "a")], whole=True) == 0
        seen.append(there())
        gates.keep(connection, SHOP, [result(later, "c")], whole=False)
        seen.append(there())
        assert gates.keep(connection, SHOP, [result(now, "c", "ok")], whole=False) == 0
        assert gates.keep(connection, SHOP, [], whole=True) == 0
        return seen

    assert await store.write(work) == [["a", "b"], ["b"], ["b"], ["b", "c"]]


async def test_the_newest_of_a_branch_is_found(store, now):
    """Of this product, repository and branch; pull requests stand apart."""
    for one in (build(now), build(now, author="ben"), build(now, change="12"), build(now, repository="acme/api")):
        await store.write(lambda c, one=one: gates.put(c, one))
    last = await store.read(lambda c: gates.last(c, SHOP, "acme/shop", "main"))
    assert (last.id, last.author) == (2, "ben")
    assert (await store.read(lambda c: gates.last(c, SHOP, "acme/shop", "#12"))).id == 3
    assert await store.read(lambda c: gates.last(c, SHOP, "acme/shop", "other")) is None


async def test_a_row_that_cannot_be_read_holds_up_no_other(store, now):
    """It is left out."""

    def work(connection) -> None:
        gates.put(connection, build(now))
        connection.execute(
            "INSERT INTO gate_build (product, repository, branch, at, data) VALUES (?, '', '', ?, '{')",
            (SHOP, to_ms(now)),
        )
        connection.execute("INSERT INTO gate_result VALUES (?, 'sec.repo', '', '', 'x', 0, '[]')", (SHOP,))
        gates.keep(connection, SHOP, [result(now)], whole=True)

    await store.write(work)
    assert len(await store.read(lambda c: gates.recent(c, SHOP, now))) == 1
    assert len(await store.read(lambda c: gates.results(c, SHOP))) == 1


async def test_what_had_its_time_is_forgotten(store, now):
    """After three months, with everything else."""
    old = now - GATES - timedelta(seconds=1)

    def work(connection) -> None:
        for at in (old, now):
            gates.put(connection, build(at))
            gates.keep(connection, SHOP, [result(at, str(at))], whole=False)

    await store.write(work)
    assert (await retain(store, now))["gates"] == 2
    assert [one.at for one in await store.read(lambda c: gates.results(c, SHOP))] == [now]
    assert [one.at for one in await store.read(lambda c: gates.recent(c, SHOP, old))] == [now]


async def test_a_person_is_erased_from_it(store, now):
    """By id, and by name where that stands alone; what was found stays."""
    await store.write(lambda c: gates.put(c, build(now)))
    await store.write(lambda c: gates.put(c, build(now, author="ana")))
    await store.write(lambda c: erase(c, SHOP, "U0ANA", now, names=("ana",)))
    found = await store.read(lambda c: gates.recent(c, SHOP, now))
    assert {one.author for one in found} == {"former colleague 1"}
    assert json.loads(json.dumps(dict(found[0].gates[0].bad[0].values))) == dict(FOUND.values)
