"""To which service something belongs that the outside tells, and how much that service matters."""

from __future__ import annotations

from dataclasses import dataclass

from bot.config.schema import LaunchFile
from bot.services.config import Config
from checks.model import Severity


@dataclass(frozen=True, slots=True)
class Owned:
    """A service as far as severity needs it."""

    name: str
    """As in launch.yml; empty where nothing there is named."""
    known: bool
    critical: bool = True
    ceiling: Severity | None = None


def known_services(config: Config) -> frozenset[str]:
    """Every service that launch.yml names."""
    file = config.file
    if file is None:
        return frozenset()
    return frozenset(file.services) | {one.service for one in file.hosts if one.service}


def owned(config: Config, name: str) -> Owned:
    """How much a service matters; what nobody has written down is not critical."""
    file = config.file
    if file is None or name not in known_services(config):
        return Owned(name, known=False, critical=False)
    section = file.services.get(name)
    if section is None:
        return Owned(name, known=True)
    return Owned(name, known=True, critical=section.critical is not False, ceiling=section.severity)


def named(config: Config, said: str) -> str:
    """The service of launch.yml that somebody else's word means, whatever its case; "" where there is none."""
    wanted = said.strip().casefold()
    return next((one for one in sorted(known_services(config)) if one.casefold() == wanted), "") if wanted else ""


def usual(config: Config, kind: str, flow: str) -> str:
    """The service to which events of a kind belong that name none: what launch.yml says, else whose flow it is.

    Failed log-ins belong to the service of the host or monitor where customers log in; all else to the only service,
    or to nobody in particular.
    """
    file = config.file
    if file is None:
        return ""
    written = file.events.limit(kind).service
    if written and (found := named(config, written)):
        return found
    return _of_flow(file, flow) or (next(iter(file.services)) if len(file.services) == 1 else "")


def _of_flow(file: LaunchFile, flow: str) -> str:
    if not flow:
        return ""
    monitors = (one.service for one in file.monitors or () if one.flow == flow and one.service)
    hosts = (one.service for one in file.hosts if one.flow == flow and one.service)
    return next(monitors, None) or next(hosts, None) or ""
