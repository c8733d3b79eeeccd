"""`/launch deploys` and `/launch deploy`: recorded by hand, listed, taken back, tried again."""

from __future__ import annotations

import pytest

from bot.commands.deploy import Asked, Unclear, read
from bot.domain.deploys import Stage
from bot.domain.heard import Marker, Progress
from bot.render.text import text
from bot.services.container import Services
from bot.services.overview import overview
from bot.store import deploys as rows
from bot.views import home
from tests.commands.asking import LAUNCH_YML, ask, click


@pytest.fixture
def shop(make) -> Services:
    """A product with people and services, without flows."""
    return make(LAUNCH_YML)


async def every(services: Services) -> list:
    return await services.store.read(lambda c: rows.recent(c, "shop"))


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ("v43", Asked("v43", Progress.LIVE, "production", "", "")),
        ("v43 New price list", Asked("v43", Progress.LIVE, "production", "", "New price list")),
        ("failed v43", Asked("v43", Progress.FAILED, "production", "", "")),
        ("v43 failed", Asked("v43", Progress.FAILED, "production", "", "")),
        ("v43 started: yearly plans", Asked("v43", Progress.STARTED, "production", "", "yearly plans")),
        ("started v43 to staging", Asked("v43", Progress.STARTED, "staging", "", "")),
        ("v43 for checkout page new form", Asked("v43", Progress.LIVE, "production", "checkout page", "new form")),
        ("v43 for the weekend", Asked("v43", Progress.LIVE, "production", "", "for the weekend")),
        ("v43 to Slack", Asked("v43", Progress.LIVE, "production", "", "to Slack")),
    ],
)
def test_what_is_typed_is_read_as_meant(typed, asked):
    """A state before or behind the version, a place, a service, and what changed."""
    assert read(tuple(typed.split()), ("sign-up", "checkout page")) == asked


@pytest.mark.parametrize("typed", [("failed",), ("x" * 101,), ("to", "staging", "v43"), ("for", "sign-up")])
def test_what_names_no_version_is_asked_for(typed):
    """Nothing is guessed."""
    with pytest.raises(Unclear):
        read(typed)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("v43 to stagign", '"to staging"'),
        ("v43 failed to stageing new form", '"to staging"'),
        ("v43 on prodution", '"to production"'),
        ("v43 for sing-up", '"for sign-up"'),
        ("v43 for chekout page new form", '"for checkout page"'),
    ],
)
def test_a_mistyped_place_or_service_is_asked_about(typed, meant):
    """What was meant for staging must not be taken for what customers have."""
    with pytest.raises(Unclear, match=meant):
        read(tuple(typed.split()), ("sign-up", "checkout page"))


@pytest.mark.parametrize(
    "typed", ["help", "--help", "-h", "?", "list", "rollback", "rollback v42", "back to v42", "undo it please"]
)
async def test_a_word_that_names_no_version_records_nothing(shop, typed):
    """Who looks for help or the way back must not tell everybody that "help" is live."""
    said = await ask(shop, f"deploy {typed}")
    assert "Written down" not in said
    assert await every(shop) == []
    if "back" in typed:
        assert "/launch runbook roll_back_a_deploy" in said


async def test_a_deploy_is_recorded_and_listed(shop):
    """With who, what changed, and what comes next."""
    said = await ask(shop, "deploy v43 New price list")
    assert said.startswith("Written down · v43, live")
    assert "important pages" in said
    [deploy] = await every(shop)
    assert (deploy.author, deploy.note, deploy.source, deploy.stage) == ("mia", "New price list", "slack", Stage.LIVE)
    listed = await ask(shop, "deploys")
    assert "v43 · New price list" in listed
    assert "by mia" in listed
    await ask(shop, "deploy v43 New price list")
    assert len(await every(shop)) == 1


async def test_without_words_it_says_what_to_type(shop):
    """And writes nothing down."""
    for typed in ("deploy", "deploy failed"):
        assert (await ask(shop, typed)).startswith("Which version?")
    assert await every(shop) == []
    assert "No deploy has been reported yet" in await ask(shop, "deploys")


async def test_a_mistaken_one_is_taken_back(shop):
    """By words or by the button under the answer; what a host said stays."""
    await shop.deploys.record(Marker("github", Progress.LIVE, "v42", shop.clock.now(), "1"))
    await ask(shop, "deploy v43")
    assert (await ask(shop, "deploy undo")).startswith("Taken back · v43")
    assert (await ask(shop, "deploy undo")).startswith("Nothing to take back")
    await ask(shop, "deploy v44")
    newest = (await every(shop))[0]
    assert (await click(shop, "deploy.undo", str(newest.id))).startswith("Taken back · v44")
    github = next(one for one in await every(shop) if one.source == "github")
    assert (await click(shop, "deploy.undo", str(github.id))).startswith("Nothing to take back")
    assert "v44" not in await ask(shop, "deploys")
    assert (await rows_of(shop, github.id)).replaced_by == ""


async def test_one_of_several_is_taken_back_by_its_name(shop):
    """Also one that was told by `launch deploy` in a terminal; what says "undo" is never a version."""
    await shop.deploys.record(Marker("launch", Progress.LIVE, "v43", shop.clock.now()))
    await shop.deploys.record(Marker("launch", Progress.LIVE, "v44", shop.clock.now(), "run 7"))
    await ask(shop, "deploy v45")
    assert (await ask(shop, "deploy undo v46")).startswith("Nothing to take back")
    assert (await ask(shop, "deploy undo v44")).startswith("Nothing to take back")
    assert (await ask(shop, "deploy undo 43")).startswith("Taken back · v43")
    assert (await ask(shop, "deploy mistake v45")).startswith("Taken back · v45")
    assert [one.version for one in await every(shop) if one.stage is not Stage.UNDONE] == ["v44"]


async def rows_of(services: Services, number: int) -> rows.Deploy:
    found = await services.store.read(lambda c: rows.get(c, number))
    assert found is not None
    return found


async def test_a_number_says_how_many_and_nonsense_says_the_usual(shop):
    """Bounded, whatever is typed."""
    for number in range(1, 13):
        await shop.deploys.record(Marker("github", Progress.LIVE, f"v{number}", shop.clock.now(), str(number)))
    assert "10 deploys of 12" in await ask(shop, "deploys")
    assert "v1 " in await ask(shop, "deploys 12")
    for odd in ("0", "-1", "99999999999", "²", "many"):
        assert "v12" in await ask(shop, f"deploys {odd}")


async def test_buttons_that_are_old_or_made_up_do_no_harm(shop):
    """A value is anybody's text."""
    for value in ("", "x", "99999999999999999999", "7"):
        await click(shop, "deploy.again", value)
        await click(shop, "deploy.undo", value)
    assert await every(shop) == []


async def test_status_and_home_show_the_last_deploys_and_which_alerts_wait(shop):
    """Both pages are made of the same."""
    assert "Deploys" not in await ask(shop, "status")
    await ask(shop, "deploy v43 New price list")
    page = home.home(await overview(shop, shop.clock.now()))
    for said in (await ask(shop, "status"), " ".join(text(page, width=2000).split())):
        assert "v43 · New price list" in said
        assert "Ordinary alerts wait until" in said


async def test_the_dialog_records_like_the_command(shop):
    """Version, what changed, how far."""
    from bot.commands import dispatch
    from bot.commands.base import Call

    asked = Call("deploy.new", (), "U0MIA", "C0OPS", shop.clock.now())
    opened = await dispatch.for_action("deploy.new")(asked, shop)
    assert opened.form is not None
    assert [one.name for one in opened.form.fields] == ["version", "note", "progress"]
    sent = Call("deploy.record", (), "U0MIA", "C0OPS", shop.clock.now(), id="V1",
                fields={"version": "v43", "note": "Plans", "progress": "failed"})  # fmt: skip
    await dispatch.for_action("deploy.record")(sent, shop)
    [deploy] = await every(shop)
    assert (deploy.version, deploy.note, deploy.stage) == ("v43", "Plans", Stage.FAILED)
    empty = Call("deploy.record", (), "U0MIA", "C0OPS", shop.clock.now(), id="V2", fields={"version": " "})
    await dispatch.for_action("deploy.record")(empty, shop)
    assert len(await every(shop)) == 1
