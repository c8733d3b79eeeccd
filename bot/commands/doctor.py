"""`/launch doctor`: does the bot itself have what it needs? With `test`: does each second route take a message?"""

from __future__ import annotations

from dataclasses import replace

from bot.commands.base import Call, Reply, action, command
from bot.config.settings import Settings
from bot.services import route_tests
from bot.services.container import Services
from bot.services.doctor import examine
from bot.views import route_tests as tests
from bot.views.doctor import doctor as view
from bot.views.refused import refused
from checks.masking import mask


@command(
    "doctor",
    usage="doctor [test]",
    help="Tests the bot itself: permissions, disk, DNS, clock. With test: sends a test by each second route.",
    examples=("/launch doctor", "/launch doctor test"),
)
async def doctor(call: Call, services: Services) -> Reply:
    """The self-test, with the files that this bot runs on; or a test of the second routes."""
    if call.args and call.args[0].lower() == "test":
        return await test(call, services)
    # What this bot runs on: its environment may say something else by now, or name another bot's address.
    settings = services.settings or Settings.from_env(
        tokens=False, launch_config=services.config.path, launch_data=services.store.path.parent
    )
    lines = await examine(settings, call.now, await services.inbound.at_the_door())
    if services.repaired is not None:
        # Whoever asks has perhaps just mended something.
        await services.repaired()
    told = tuple(replace(line, said=mask(line.said), fix=mask(line.fix)) for line in lines)
    return Reply(view(told, test="/launch doctor test"))


@action("doctor.show")
async def show(call: Call, services: Services) -> Reply:
    """The button of the App Home."""
    return await doctor(call, services)


@action("doctor.test")
async def test(call: Call, services: Services) -> Reply:
    """Send a test by each second route, and say what each provider answered."""
    if no := await services.roles.refusal(call.user, call.now, team=call.team):
        return Reply(refused(no))
    file = services.config.file
    if file is None:
        return Reply(tests.no_file())
    if not (file.channels and file.channels.second_route):
        return Reply(tests.none())
    if not await route_tests.ask(services, call.user):
        return Reply(tests.too_soon())
    who = next((name for name, one in file.people.items() if one.slack == call.user), "")
    product = (file.product.name if file.product else None) or services.product
    note = route_tests.test_note(product, who, call.now)
    tried = await route_tests.try_each(file, note, person=call.user)
    await route_tests.remember(services, tried)
    return Reply(tests.tried(tried, "/launch doctor test"))
