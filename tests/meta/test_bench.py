"""The bench measures, and its table and its file say what it found; no time is judged here."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bench.__main__ import CASES, main
from tests.bench.rows import Row
from tests.bench.table import HEAD, text

ROOT = Path(__file__).parents[2]


def test_a_quick_run_of_two_cases_has_its_form(tmp_path: Path) -> None:
    """Each row names what, peer, result and target, and says met or not; the file holds the same rows."""
    argv = ["--quick", "--only", "start-up", "--only", "store", "--json", str(tmp_path / "bench.json")]
    ran = subprocess.run(
        [sys.executable, "-m", "tests.bench", *argv], cwd=ROOT, capture_output=True, text=True, timeout=110, check=False
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    lines = ran.stdout.splitlines()
    assert [lines[0].find(name) for name in HEAD] == sorted(lines[0].find(name) for name in HEAD)
    assert {"[start-up]", "[store]"} <= set(lines)
    assert all(len(line) <= 160 for line in lines)
    rows = json.loads((tmp_path / "bench.json").read_text())["rows"]
    assert {row["case"] for row in rows} == {"start-up", "store"}
    for row in rows:
        assert row["what"]
        assert row["peer"]
        assert not row["skipped"]
        assert 0 < row["min"] <= row["median"] <= row["max"]
        assert row["verdict"] == ("-" if row["target"] is None else "met" if row["met"] else "NOT MET")
        assert row["met"] is (None if row["target"] is None else row["median"] <= row["target"])
    said = [
        f"{sum(row['met'] is wanted for row in rows)} {word}" for wanted, word in ((True, "met"), (False, "not met"))
    ]
    assert any(line.startswith(", ".join(said)) for line in lines)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (Row("a", "b", "peer", "×", (0.5, 0.6, 0.9), 0.7), ["0.60× (0.50-0.90)", "≤ 0.7×", "met"]),
        (Row("a", "b", "peer", "ms", (40.0, 60.0, 61.0), 50), ["60.0 ms (40.0-61.0)", "≤ 50 ms", "NOT MET"]),
        (Row("a", "b", "peer", "ms", (40.0,)), ["40.0 ms (40.0-40.0)"]),
        (Row("a", "b", "peer", skipped="the peer is missing"), ["the peer is missing", "skipped"]),
    ],
)
def test_a_row_says_its_median_its_target_and_its_verdict(row: Row, said: list[str]) -> None:
    """Met, not met, no target, and a peer that is missing."""
    shown = text([row])
    assert all(part in shown for part in said), shown


def test_a_case_that_nobody_knows_is_wrong_usage() -> None:
    """The names are those of the cases."""
    with pytest.raises(SystemExit) as stopped:
        main(["--only", "nonsense"])
    assert stopped.value.code == 2


def test_every_case_is_explained_in_the_documentation() -> None:
    """docs/performance.md has a line for each."""
    page = (ROOT / "docs" / "performance.md").read_text()
    assert [name for name in CASES if f"| `{name}` |" not in page] == []
