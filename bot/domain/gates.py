"""What the gates of CI say: findings of one run, and the course of a branch that they stop and let pass again. Pure.

A report may come twice, late, and in any order: of each gate the one that looked last holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from bot.domain.deploys import same_version
from bot.domain.heard import environment_of
from checks.model import Json

GATES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "secrets": ("sec.repo", "sec.logs"),
        "env": ("sec.env_contract",),
        "migrations": ("rel.migrations",),
        "smoke": ("flow.smoke",),
        "perf": ("perf.gate", "perf.p95", "perf.page", "perf.load_light"),
    }
)
"""By command: the checks that it asks. Nothing else may be told by CI."""
GATE_OF: Mapping[str, str] = MappingProxyType({check: gate for gate, checks in GATES.items() for check in checks})
TERMINAL = "a terminal"
"""In place of a builder: somebody looked by hand, and nothing was stopped by it."""
ANEW = timedelta(days=1)
"""What is stopped for so long is told anew by the next run: an edit of an old message rings no bell."""


class Ended(StrEnum):
    """How a gate ended."""

    PASSED = "passed"
    STOPPED = "stopped"
    """Something is wrong: exit code 1."""
    UNPROVEN = "unproven"
    """Something could not be looked at: exit code 3, which stops a build as well."""


@dataclass(frozen=True, slots=True)
class Found:
    """One finding as CI tells it: which check, of what, and the values that fill the check's own words."""

    check: str
    target: str
    code: str
    values: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Gated:
    """One report of one gate."""

    gate: str
    ended: Ended
    at: datetime
    """When it looked; never later than it was heard."""
    findings: tuple[Found, ...]
    """The worst first."""
    more: int = 0
    """Findings that were not sent."""
    live: bool = False
    """It looked at what customers have, not at what they are to get."""
    environment: str = "production"
    version: str = ""
    commit: str = ""
    branch: str = ""
    """Empty where a tag was built, or where nobody knows."""
    change: str = ""
    """Number of the pull request; empty: none."""
    main: bool = True
    """Whether the branch leads to customers."""
    author: str = ""
    log_url: str = ""
    repository: str = ""
    """As people write it: `acme/shop`."""
    builder: str = ""
    """`GitHub Actions` …, or `TERMINAL`; empty: nobody said."""
    run: str = ""
    """What all gates of one run have in common; empty: this one is alone."""

    @property
    def line(self) -> str:
        """What its builds have in common: a pull request, else a branch."""
        return f"#{self.change}" if self.change else self.branch

    @property
    def counts(self) -> bool:
        """Whether it says something about what customers get, and not about a proposal or a test system."""
        return self.main and self.environment == "production"


def is_main(branch: str, default: str, change: str, environment: str) -> bool:
    """Whether a build leads to customers: no pull request, and the default branch where its name is known."""
    if change or environment == "preview":
        return False
    if not branch:
        return True
    return branch == default if default else environment_of(branch) == "production"


@dataclass(frozen=True, slots=True)
class Gate:
    """How one gate stands on a branch."""

    name: str
    ended: Ended
    at: datetime
    environment: str = "production"
    run: str = ""
    version: str = ""
    live: bool = False
    log_url: str = ""
    bad: tuple[Found, ...] = ()
    """What is not in order, the worst first."""
    more: int = 0
    """How much more of it there is."""


@dataclass(frozen=True, slots=True)
class Build:
    """What the gates of one branch or pull request say. `rev` grows with each change."""

    id: int
    product: str
    repository: str
    branch: str
    change: str
    main: bool
    began_at: datetime
    """When it was stopped first."""
    at: datetime
    """When a gate spoke last."""
    gates: tuple[Gate, ...] = ()
    version: str = ""
    commit: str = ""
    author: str = ""
    log_url: str = ""
    builder: str = ""
    run: str = ""
    ended_at: datetime | None = None
    """When all of it passed again, or never was stopped."""
    told: bool = False
    """It has a message of its own."""
    newer: bool = False
    """It is stopped for so long that a message of a later run tells of it."""
    rev: int = 0

    @property
    def stopped(self) -> tuple[Gate, ...]:
        """Gates that hold it up; what is wrong before what could not be looked at."""
        held = [one for one in self.gates if one.ended is not Ended.PASSED]
        return tuple(sorted(held, key=lambda one: one.ended is Ended.UNPROVEN))

    @property
    def passed(self) -> tuple[Gate, ...]:
        """Gates that let it pass: of the same run while others hold it up."""
        over = self.ended_at is not None
        return tuple(one for one in self.gates if one.ended is Ended.PASSED and (over or one.run == self.run))

    @property
    def by_hand(self) -> bool:
        """Whether somebody only looked: then nobody knows whether customers have it."""
        return self.builder == TERMINAL

    @property
    def environment(self) -> str:
        """What it would have gone to: `production`, where one of its gates is about that."""
        places = [one.environment for one in self.stopped or self.gates]
        return "preview" if not self.main else "production" if "production" in places else next(iter(places), "preview")

    @property
    def production(self) -> bool:
        """Whether customers were to get it."""
        return self.environment == "production"

    @property
    def line(self) -> str:
        """As `Gated.line`."""
        return f"#{self.change}" if self.change else self.branch

    def with_customers(self, live: str) -> bool:
        """Whether customers have what was looked at. `live`: the version that they have."""
        return any(one.live for one in self.stopped) or same_version(self.version, live)


def held_up(builds: Iterable[Build]) -> list[Build]:
    """Those that are stopped now, in their order; what was to go to customers first."""
    held = [one for one in builds if one.ended_at is None and one.stopped]
    return sorted(held, key=lambda one: not one.production)


def fold(before: Build | None, said: Gated, bad: tuple[Found, ...], more: int, product: str = "") -> tuple[Build, ...]:
    """What is to be written down after one more report; nothing where it says nothing new.

    `before` is the last row of the same branch. `bad` is what is not in order, the worst first, and `more` how much
    there is beside it. A row without a number is a new one.
    """
    known = next((one for one in before.gates if _same(one, said)), None) if before else None
    if known is not None and known.at >= said.at:
        return ()
    gate = Gate(
        said.gate, said.ended, said.at, said.environment, said.run, said.version, said.live, said.log_url, bad, more
    )
    if before is None:
        blank = Build(
            0,
            product,
            said.repository,
            said.branch,
            said.change,
            main=said.main,
            began_at=said.at,
            at=said.at,
            ended_at=said.at,
        )
        return (_moved(blank, gate, said),)
    others = tuple(one for one in before.gates if not _same(one, said))
    moved = _moved(replace(before, gates=others), gate, said)
    over = before.told and before.ended_at is not None
    if over and gate.ended is Ended.PASSED:
        # Its message stays what it was: it tells of the run that mended it.
        return (replace(before, gates=(*others, gate)),)
    if gate.ended is Ended.PASSED or not before.told:
        return (moved,)
    if over:
        return (_anew(moved, said),)
    if said.run != before.run and said.at - before.began_at >= ANEW:
        return (replace(before, newer=True, ended_at=said.at), _anew(moved, said))
    return (moved,)


def _same(gate: Gate, said: Gated) -> bool:
    return (gate.name, gate.environment) == (said.gate, said.environment)


def _anew(build: Build, said: Gated) -> Build:
    return replace(build, id=0, rev=0, told=False, began_at=said.at, newer=False)


def _moved(build: Build, gate: Gate, said: Gated) -> Build:
    """With this gate as it stands now. Whose build it is, the newest report says."""
    gates = (*build.gates, gate)
    held = any(one.ended is not Ended.PASSED for one in gates)
    began = said.at if held and build.ended_at is not None else build.began_at
    build = replace(build, gates=gates, began_at=began, ended_at=None if held else max(build.at, said.at))
    if said.at < build.at:
        return build
    return replace(
        build,
        at=said.at,
        main=said.main,
        version=said.version,
        commit=said.commit,
        author=said.author,
        log_url=said.log_url,
        builder=said.builder,
        run=said.run,
    )
