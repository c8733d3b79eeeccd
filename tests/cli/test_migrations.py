"""`launch migrations`, as CI runs it: real files, a real git repository."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from bot.cli import execute

RISKY = "ALTER TABLE users DROP COLUMN name;\n"
FINE = "ALTER TABLE users ADD COLUMN plan text;\n"


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with one old migration that is risky, on a branch of its own with nothing new yet."""
    monkeypatch.chdir(tmp_path)
    git("init", "-q", "-b", "main")
    write("db/migrate/1.sql", RISKY)
    commit("The old one")
    git("checkout", "-q", "-b", "work")
    return tmp_path


def git(*words: str) -> None:
    """Run git here, as nobody in particular."""
    who = ("-c", "user.name=Ana", "-c", "user.email=ana@example.test", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *who, *words], check=True, env={**os.environ, "GIT_CONFIG_GLOBAL": os.devnull})


def write(name: str, text: str) -> None:
    """A file below the folder that we are in."""
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    Path(name).write_text(text)


def commit(says: str) -> None:
    """All there is."""
    git("add", ".")
    git("commit", "-q", "-m", says)


def findings(*words: str, into: Path) -> tuple[int, list[dict[str, object]]]:
    """Exit code and findings of one run."""
    report = into / "out.json"
    code = execute(["migrations", *words, "--format", "json", "--output", str(report)])
    return code, json.loads(report.read_text())["findings"]


def test_only_what_is_new_counts(repository, tmp_path_factory):
    """Old migrations ran long ago; a new one that is fine passes, a new one that is felt stops the build."""
    out = tmp_path_factory.mktemp("out")
    write("src/app.py", "drop_table = 1\n")
    commit("No migration")
    code, found = findings("--since", "main", into=out)
    assert (code, [one["code"] for one in found]) == (0, ["none_new"])
    write("db/migrate/2.sql", FINE)
    commit("A new one")
    code, found = findings("--since", "main", into=out)
    assert (code, [one["code"] for one in found]) == (0, ["ok"])
    write("db/migrate/3.sql", "SELECT 1;\n\n" + RISKY)
    commit("Another")
    code, found = findings("--since", "main", into=out)
    assert code == 1
    assert [(one["code"], one["target"], one["seen"]["line"]) for one in found] == [
        ("drops_data", "db/migrate/3.sql", 3)
    ]


def test_before_the_first_push_everything_is_new(repository, tmp_path_factory):
    """Code hosts write a row of zeros for the commit before it."""
    out = tmp_path_factory.mktemp("out")
    code, found = findings("--since", "0" * 40, into=out)
    assert (code, [one["target"] for one in found]) == (1, ["db/migrate/1.sql"])


def test_files_and_folders_may_be_named(repository, capsys):
    """Without git, too; the answer says first what customers feel."""
    assert execute(["migrations", "db"]) == 1
    said = capsys.readouterr().out
    assert said.startswith("Customers would feel these database changes")
    assert "db/migrate/1.sql:1" in said
    write("db/migrate/9.sql", FINE)
    assert execute(["migrations", "db/migrate/9.sql"]) == 0


def test_places_reach_the_code_view(repository, tmp_path_factory):
    """SARIF with file and line, as a code host shows it."""
    report = tmp_path_factory.mktemp("out") / "m.sarif"
    assert execute(["migrations", "db", "--format", "sarif", "--output", str(report)]) == 1
    [result] = json.loads(report.read_text())["runs"][0]["results"]
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "db/migrate/1.sql"
    assert place["region"]["startLine"] == 1


def test_what_cannot_be_read_is_not_taken_for_good(repository, capsys):
    """A file too large: neither good nor bad, exit 3."""
    with Path("db/migrate/2.sql").open("wb") as file:
        file.truncate(6 * 1024 * 1024)
    assert execute(["migrations", "db/migrate/2.sql"]) == 3
    assert "larger than 5 MB" in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ((), "Say what is new"),
        (("--since", "nowhere"), "git does not know what is new"),
        (("--since", "--output=x"), "does not begin with a dash"),
        (("missing.sql",), 'There is no "missing.sql" here'),
    ],
)
def test_wrong_use_is_said(repository, capsys, words, says):
    """One clear sentence, never a traceback."""
    assert execute(["migrations", *words]) in (1, 2)
    assert says in capsys.readouterr().err


def test_outside_of_a_repository_files_are_named(tmp_path, monkeypatch, capsys):
    """It says what to do instead."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert execute(["migrations", "--since", "main"]) in (1, 2)
    assert "Name the files instead" in capsys.readouterr().err
