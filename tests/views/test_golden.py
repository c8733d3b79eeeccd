"""Every view in every state, as it looks in Slack and in the terminal: compared with files that people have read.

`LAUNCH_UPDATE_GOLDEN=1` writes them anew; the difference is for a person to read.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from bot.blockkit.validator import validate_message, validate_view
from bot.render.blocks import home as render_home
from bot.render.blocks import message
from bot.render.text import text
from tests.views.deploy_samples import DEPLOYS
from tests.views.dns_samples import DNS
from tests.views.drill_samples import DRILLS
from tests.views.events_samples import EVENTS
from tests.views.gate_samples import GATES
from tests.views.handover_samples import HANDOVERS
from tests.views.release_samples import RELEASES
from tests.views.runbook_samples import RUNBOOKS
from tests.views.samples import HOMES
from tests.views.samples import SAMPLES as OTHERS
from tests.views.smoke_samples import SMOKE

GOLDEN = Path(__file__).parent.parent / "golden"
SAMPLES = {**OTHERS, **DNS, **RUNBOOKS, **DRILLS, **DEPLOYS, **RELEASES, **EVENTS, **SMOKE, **GATES, **HANDOVERS}
EVERY = {**SAMPLES, **HOMES}


def compare(path: Path, present: str) -> None:
    if os.environ.get("LAUNCH_UPDATE_GOLDEN"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(present, encoding="utf-8")
    assert path.exists(), f"{path.name} is missing: LAUNCH_UPDATE_GOLDEN=1 writes it"
    assert present == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", SAMPLES)
def test_a_message_looks_as_agreed(name):
    """The blocks of each answer, sound by the strict validator, are those in its file."""
    payload = message(SAMPLES[name]())
    assert validate_message(payload) == []
    compare(GOLDEN / "blocks" / f"{name}.json", json.dumps(payload, ensure_ascii=False, indent=1) + "\n")


@pytest.mark.parametrize("name", HOMES)
def test_a_home_looks_as_agreed(name):
    """The App Home in each state, sound by the strict validator."""
    payload = render_home(HOMES[name]())
    assert validate_view(payload) == []
    compare(GOLDEN / "blocks" / f"{name}.json", json.dumps(payload, ensure_ascii=False, indent=1) + "\n")


@pytest.mark.parametrize("width", [80, 40])
@pytest.mark.parametrize("name", EVERY)
def test_the_terminal_looks_as_agreed(name, width):
    """The same answers as text, for a wide and for a narrow window."""
    compare(GOLDEN / "text" / str(width) / f"{name}.txt", text(EVERY[name](), width=width))


def test_no_golden_file_is_left_over():
    """A view that was removed takes its files along."""
    assert {path.stem for path in (GOLDEN / "blocks").glob("*.json")} == set(EVERY)
    for width in ("40", "80"):
        assert {path.stem for path in (GOLDEN / "text" / width).glob("*.txt")} == set(EVERY)
