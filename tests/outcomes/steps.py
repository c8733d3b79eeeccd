"""Steps that many scenarios take: each makes a function that changes a `World`."""

from __future__ import annotations

from collections.abc import Callable

from tests.outcomes.scenario import Step
from tests.outcomes.world import World
from tests.servers.dns import Fault, Value
from tests.servers.http import Handler, closed_port
from tests.servers.tls import Credential


def records(name: str, type: str, *values: Value) -> Step:
    """These records stand there instead; none: the type is gone and the name stays."""
    return lambda world: world.zone.set(name, type, *values)


def gone(*names: str) -> Step:
    """These names do not exist."""

    def step(world: World) -> None:
        for name in names:
            world.zone.remove(name)

    return step


def fails(name: str = "*", how: Fault = Fault.SERVFAIL, type: str = "*") -> Step:
    """The directory misbehaves for a name."""
    return lambda world: world.zone.fault(name, how, type)


def route(name: str, path: str, answer: Handler, *, secure: bool = True) -> Step:
    """This answer at a path; `*` replaces every path of the host."""
    return lambda world: world.route(name, path, answer, secure=secure)


def serves(name: str, answer: Handler) -> Step:
    """A further host in order, with one answer to everything."""
    return lambda world: world.serve(name, answer)


def shows(name: str, make: Callable[[World], Credential]) -> Step:
    """The host shows another certificate."""
    return lambda world: world.web.credentials.update({name: make(world)})


def shut(port: int) -> Step:
    """Nothing listens at 443 or 80."""
    return lambda world: world.network(ports={**world.inventory.network.ports, port: closed_port()[1]})


def writes(**more: object) -> Step:
    """The founder writes something else down."""
    return lambda world: world.write(**more)


def host(name: str, **more: object) -> Step:
    """The founder writes something else down about a host."""
    return lambda world: world.host(name, **more)


def mail(**more: object) -> Step:
    """The founder writes something else down about mail."""
    return lambda world: world.mail(**more)


def expects(**more: object) -> Step:
    """The log-in monitor expects something else."""
    return lambda world: world.monitor(**more)


def network(**more: object) -> Step:
    """The world is reached in another way."""
    return lambda world: world.network(**more)
