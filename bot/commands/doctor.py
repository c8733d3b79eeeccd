"""`/launch doctor`: does the bot itself have what it needs?"""

from __future__ import annotations

from dataclasses import replace

from bot.commands.base import Call, Reply, command
from bot.config.settings import Settings
from bot.services.container import Services
from bot.services.doctor import examine
from bot.views.doctor import doctor as view
from checks.masking import mask


@command(
    "doctor",
    usage="doctor",
    help="Tests the bot itself: configuration, disk, permissions, DNS, clock.",
    examples=("/launch doctor",),
)
async def doctor(call: Call, services: Services) -> Reply:
    """The self-test, with the files that this bot runs on."""
    settings = Settings.from_env(
        tokens=False, launch_config=services.config.path, launch_data=services.store.path.parent
    )
    lines = await examine(settings, call.now)
    if services.repaired is not None:
        # Whoever asks has perhaps just mended something.
        await services.repaired()
    return Reply(view(tuple(replace(line, said=mask(line.said), fix=mask(line.fix)) for line in lines)))
