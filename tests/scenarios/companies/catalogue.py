"""The twelve companies."""

from __future__ import annotations

from tests.scenarios.companies import (
    brightpath,
    castellan,
    hearth,
    kilnhouse,
    ledgerly,
    nimbus,
    oakloaf,
    pollen,
    steadyhand,
    stride,
    swapyard,
    tideline,
)
from tests.scenarios.companies.company import Company

HEALTHY: tuple[Company, ...] = tuple(
    module.COMPANY for module in (ledgerly, castellan, pollen, stride, oakloaf, tideline)
)
BROKEN: tuple[Company, ...] = tuple(
    module.COMPANY for module in (kilnhouse, brightpath, swapyard, nimbus, steadyhand, hearth)
)
CATALOGUE = (*HEALTHY, *BROKEN)
