"""Whether anything listens at an address: one guarded connection, closed at once."""

from __future__ import annotations

import asyncio

from checks.net.connect import Failed, Stopwatch, Way, fault_of, one_line
from checks.net.facts import Fault, Reason
from checks.net.names import address_of


async def knock(address: str, port: int, way: Way, *, timeout: float) -> Fault | None:
    """Why nothing can be reached there; None where the connection came about."""
    literal = address_of(address)
    if literal is None:
        return Fault(Reason.PROTOCOL, one_line(f"{address[:60]!r} is not an IP address"))
    if not 0 < port < 65536:
        return Fault(Reason.PROTOCOL, f"{port} is not a port")
    try:
        async with asyncio.timeout(timeout):
            sock = await way.connect(str(literal), port, Stopwatch(), literal.version)
    except TimeoutError:
        return Fault(Reason.TIMEOUT, f"{address} did not answer within {timeout:g} s")
    except (OSError, Failed) as error:
        return fault_of(error, f"connecting to {address}")
    sock.close()
    return None
