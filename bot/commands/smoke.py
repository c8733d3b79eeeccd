"""`/launch smoke` and [Walk Again]: walk the flows of launch.yml now, as a customer would."""

from __future__ import annotations

from dataclasses import replace

from bot.commands import words
from bot.commands.base import Call, Reply, action, command
from bot.services.container import Services
from bot.services.smoke import Busy, NoFlows
from bot.services.smoke_flows import UnknownFlow
from bot.services.smoke_words import snippet
from bot.store.db import StoreError
from bot.views import notice
from bot.views import smoke_answers as answers
from bot.views.setup import setup


@command(
    "smoke",
    usage="smoke [flow]",
    help="Walks through log-in, sign-up and checkout as a customer would, and says what works.",
    examples=("/launch smoke", "/launch smoke signup"),
    stored=True,
)
async def smoke(call: Call, services: Services) -> Reply:
    """Begin a walk; its own message tells of the progress and becomes the result."""
    config = services.config
    if config.inventory is None:
        problems = tuple(map(str, config.error.problems)) if config.error else ()
        return Reply(setup(config.path.name, problems))
    try:
        request = call.request
        await services.smoke.start(request, channel=call.channel, names=call.args)
    except NoFlows:
        return Reply(answers.none_yet(snippet(config), config.path.name))
    except UnknownFlow as error:
        return Reply(answers.unknown(error.name, error.nearest, services.smoke.flows()))
    except Busy as error:
        return Reply(answers.busy(error.walk))
    except StoreError:
        return Reply(notice.store_trouble())
    return Reply(None)


@action("smoke.again", stored=True)
async def again(call: Call, services: Services) -> Reply:
    """The same walk again; the button's value holds which flows."""
    return await smoke(replace(call, args=tuple(words.split(call.value))), services)
