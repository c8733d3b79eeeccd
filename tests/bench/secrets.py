"""A search for keys beside detect-secrets, on the same tree in one run; and a long history beside git's own reading."""

from __future__ import annotations

import json
import shutil
import sys
import tarfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from tests.bench.measure import ROOT, environment, interleaved, ours, run
from tests.bench.rows import Bench, Row, ratios, spread
from tests.checks.planted import SECRETS
from tests.checks.sec.repos import many

PEER = "detect-secrets, all its rules"
MISSING = "detect-secrets is not installed; `pip install detect-secrets` into any environment on the path"
ARCHIVES = ROOT / "tests" / "oracles-npm"
KINDS = ("stripe-secret", "aws-access-key", "github-token", "slack-token", "sendgrid", "private-key", "npm", "openai")
"""Planted in the tree, one file each; forms that both know."""
COMMITS = 10_000
PATIENCE = 300.0


def peer() -> str | None:
    """The other program, where it is installed."""
    beside = Path(sys.executable).with_name("detect-secrets")
    return str(beside) if beside.is_file() else shutil.which("detect-secrets")


async def measure(bench: Bench) -> list[Row]:
    """The tree, then the history."""
    return [*await _tree(bench), *await _history(bench)]


def tree(folder: Path, megabytes: float) -> tuple[int, int]:
    """Sources of published packages, so many megabytes of them, and keys among them; files and bytes."""
    files = size = 0
    for archive in sorted(ARCHIVES.glob("*.tgz")):
        with tarfile.open(archive) as tar:
            for one in tar:
                # Scripts on one endless line are left out: the peer would take minutes for each.
                if not one.isfile() or one.size > 200_000 or not one.name.endswith((".js", ".ts", ".json", ".md")):
                    continue
                if size >= megabytes * 1e6:
                    break
                content = tar.extractfile(one)
                target = folder / archive.stem / one.name.replace("..", "_")
                target.parent.mkdir(parents=True, exist_ok=True)
                data = content.read() if content is not None else b""
                target.write_bytes(data)
                files, size = files + 1, size + len(data)
    for kind in KINDS:
        (folder / f"{kind}.js").write_text(f"const a = 1;\nconst key = '{SECRETS[kind]}';\n")
    return files + len(KINDS), size


async def _tree(bench: Bench) -> list[Row]:
    program = peer()
    if program is None or not any(ARCHIVES.glob("*.tgz")):
        why = MISSING if program is None else "no archives; `make tests/oracles-npm` fetches them"
        return [Row("secrets", "a tree of sources", PEER, skipped=why)]
    folder = bench.folder / "tree"
    folder.mkdir()
    files, size = tree(folder, 1 if bench.quick else 4)
    contestants: dict[str, Callable[[], Awaitable[dict[str, Any]]]] = {
        "ours": lambda: _ours(folder, bench.folder),
        "peer": lambda: _peer(program, folder),
    }
    found = await interleaved(bench.rounds(3, 1), contestants)
    if any(one["planted"] != len(KINDS) for one in found["ours"]):
        raise RuntimeError(f"not every planted key was found: {found['ours'][0]}")
    note = (
        f"{files} files, {size / 1e6:.0f} MB, {len(KINDS)} planted keys: ours finds {found['ours'][0]['planted']} and"
        f" {found['ours'][0]['others']} others, the peer {found['peer'][0]['planted']} and"
        f" {found['peer'][0]['others']} others. Both with their start; the peer without asking any service."
    )
    rows = []
    for key, words, target in (("wall", "wall", 0.1), ("cpu", "processor time", 0.1)):
        own, other = ([each[key] for each in found[who]] for who in ("ours", "peer"))
        rows.append(
            Row(
                "secrets",
                f"a tree of {size / 1e6:.0f} MB, {words}",
                PEER,
                samples=ratios(own, other),
                target=target,
                ours=spread(own, "s"),
                theirs=spread(other, "s"),
                note=note if key == "cpu" else "",
            )
        )
    return rows


async def _ours(folder: Path, out: Path) -> dict[str, Any]:
    report = out / "ours.json"
    # Whoever finds a key ends with 1, and a process that ends so counts as broken: a shell takes the code away.
    argv = [*ours("secrets", str(folder), "--no-history", "--format", "json", "--output", str(report))]
    ran = await run(["/bin/sh", "-c", '"$@" || test $? = 1', "sh", *argv], out, seconds=PATIENCE)
    files = [str(one["seen"].get("file", "")) for one in json.loads(report.read_text())["findings"]]
    return {"wall": ran.wall, "cpu": ran.cpu, **_counted(files)}


async def _peer(program: str, folder: Path) -> dict[str, Any]:
    kept = environment()
    kept.pop("PYTHONPATH")
    ran = await run([program, "scan", "--all-files", "--no-verify", "."], folder, env=kept, seconds=PATIENCE)
    (folder / "stderr.txt").unlink(missing_ok=True)
    files = [name for name, results in json.loads(ran.out)["results"].items() for _ in results]
    return {"wall": ran.wall, "cpu": ran.cpu, **_counted(files)}


def _counted(files: list[str]) -> dict[str, int]:
    planted = {f"{kind}.js" for kind in KINDS}
    return {
        "planted": len(planted & {Path(name).name for name in files}),
        "others": sum(Path(name).name not in planted for name in files),
    }


async def _history(bench: Bench) -> list[Row]:
    """Every version of every file, against git alone writing all of them to nowhere."""
    count = 2_000 if bench.quick else COMMITS
    key = SECRETS["openai"].encode()
    folder = many(bench.folder / "long", count, dict.fromkeys((17, count - 9), b"k = '" + key + b"'\n"))
    listing = "git rev-list --objects --all | cut -d' ' -f1 | git cat-file --batch --buffer > /dev/null"
    contestants: dict[str, Callable[[], Awaitable[Any]]] = {
        "ours": lambda: _searched(folder, bench.folder),
        "git": lambda: run(["/bin/sh", "-c", listing], folder, seconds=PATIENCE),
    }
    found = await interleaved(bench.rounds(5, 2), contestants)
    own, other = ([each.wall for each in found[who]] for who in ("ours", "git"))
    return [
        Row(
            "secrets",
            f"the history of {count:,} commits, wall",
            "git, reading it to nowhere",
            samples=ratios(own, other),
            ours=spread(own, "s"),
            theirs=spread(other, "s"),
        )
    ]


async def _searched(folder: Path, out: Path) -> Any:
    argv = ours("secrets", str(folder), "--history", "--format", "json", "--output", str(out / "history.json"))
    return await run(["/bin/sh", "-c", '"$@" || test $? = 1', "sh", *argv], out, seconds=PATIENCE)
