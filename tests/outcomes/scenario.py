"""One state of the world, and what the checks say about it.

How a family module is written (`tests/outcomes/<family>.py`, found by its name, see `table.py`):

    from tests.outcomes.scenario import Scenario
    from tests.outcomes.steps import route
    from tests.outcomes.world import APP
    from tests.servers.http import Answer

    SCENARIOS = (
        Scenario(
            "The app answers every visitor with a server error",
            {f"up.http Login": "http_5xx", f"seo.indexing {APP}": "could_not_look"},
            route(APP, "*", Answer(500)),
        ),
    )

- `says` is one plain sentence without a full stop. It stands in docs/outcomes.md, and it is the name of the test: no
  two scenarios share one.
- `gives` names every answer that is proven, as `check target` and code. Only these checks look, at these targets.
- `steps` change a `World` in which everything is in order; they are plain functions of it (`steps.py` has the usual
  ones, a module adds its own). A step that starts a server of its own is `async` and enters it into `world.stack`.
- Several answers of one state belong into one scenario. Nothing is faked: what a check sees comes from servers on
  loopback through the real probe. What no wire can bring about stands in `table.EXCEPTIONS`, each with its reason.
- `World` may grow, as long as everything in it stays in order (`test_world.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.outcomes.world import World

Step = Callable[["World"], object]
"""Changes the world; what it returns is awaited where it can be, and otherwise left alone."""


@dataclass(frozen=True)
class Scenario:
    """A state of the world under its sentence."""

    says: str
    gives: Mapping[str, str]
    """Codes by `check target`: `{"tls.valid app.shop.test": "expired"}`."""
    steps: tuple[Step, ...] = field(default=())

    def __init__(self, says: str, gives: Mapping[str, str], *steps: Step) -> None:
        object.__setattr__(self, "says", says)
        object.__setattr__(self, "gives", gives)
        object.__setattr__(self, "steps", steps)

    def proves(self, check: str, code: str) -> bool:
        """Whether this check gives this code here, about any target."""
        return any(key.partition(" ")[0] == check and given == code for key, given in self.gives.items())
