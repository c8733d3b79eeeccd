"""`launch env` as it is typed: what it says, its exit codes, comparing environments; no value is ever said."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.cli import execute
from tests.checks.planted import letters
from tests.checks.sec.repos import write

SECRET, OTHER = f"Zq7-{letters(20)}", f"Yw3-{letters(20, 30)}"
EXAMPLE = """# Without it: sign-up mails are not sent.
MAIL_KEY=
APP_URL=https://app.example.com
# optional
DEBUG_ENABLED=
"""
GOOD = f"MAIL_KEY={SECRET}\nAPP_URL=https://app.shop.io\n"


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder with a contract."""
    monkeypatch.chdir(tmp_path)
    for name in ("LAUNCH_CONFIG", "LAUNCH_ENV_SALT", "MAIL_KEY", "APP_URL"):
        monkeypatch.delenv(name, raising=False)
    write(tmp_path, {".env.example": EXAMPLE, ".env.production": GOOD})


def said(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    """Exit code and everything that was said, on one line; no value is in it."""
    code = execute(["env", *words])
    out, err = capsys.readouterr()
    assert SECRET not in out + err
    assert OTHER not in out + err
    return code, " ".join((out + err).split())


def test_what_is_set_here_is_compared_with_the_contract(monkeypatch, capsys):
    """The variables of this process are read unless a file is named."""
    code, text = said(capsys)
    assert code == 1
    assert "This release would break production: 2 variables to correct" in text
    assert "MAIL_KEY is missing: this release would start without it" in text
    assert "Without it: sign-up mails are not sent." in text
    assert "keeps environment variables: MAIL_KEY=" in text
    monkeypatch.setenv("MAIL_KEY", SECRET)
    monkeypatch.setenv("APP_URL", "https://app.shop.io")
    code, text = said(capsys)
    assert code == 0
    assert "All variables of production are in order" in text


def test_a_file_is_read_strictly(tmp_path, capsys):
    """A line that programs read in different ways stops the release."""
    assert said(capsys, "--file", ".env.production")[0] == 0
    write(tmp_path, {".env.production": GOOD + f"X='{OTHER}\n"})
    code, text = said(capsys, "--file", ".env.production")
    assert code == 1
    assert "Line 3 of .env.production cannot be read as it was meant: the quote of X never ends" in text
    assert said(capsys, "--file", "gone.env")[0] == 3
    assert said(capsys, "--contract", "gone.example")[0] == 3
    (tmp_path / ".env.example").unlink()
    code, text = said(capsys, "--file", ".env.production")
    assert code == 3
    assert "nobody knows which variables the product needs" in text


def test_a_value_that_leads_nowhere_is_missing(tmp_path, capsys, monkeypatch):
    """`${OTHER}` is filled in from the file and from what is set here; what is set nowhere is said by its name."""
    write(tmp_path, {".env.example": "MAIL_KEY=\nREGION=\n"})
    write(tmp_path, {"a.env": "MAIL_KEY=${OUTER_KEY}\nREGION=${AWS_REGION:-eu-west-1}\n"})
    monkeypatch.delenv("OUTER_KEY", raising=False)
    code, text = said(capsys, "--file", "a.env")
    assert code == 1
    assert "MAIL_KEY is missing" in text
    monkeypatch.setenv("OUTER_KEY", OTHER)
    assert said(capsys, "--file", "a.env")[0] == 0


def test_what_could_not_be_read_is_not_said_to_be_compared(tmp_path, capsys):
    """Neither a file that is not there, nor one in which a line must be corrected first, would break a release."""
    code, text = said(capsys, "--file", "gone.env")
    assert code == 3
    assert "compared with what is" not in text
    (tmp_path / "u.env").write_bytes("MAIL_KEY=1\n".encode("utf-16"))
    code, text = said(capsys, "--file", "u.env")
    assert code == 1
    assert "would break" not in text
    assert "UTF-16" in text


def test_test_values_count_in_production_only(tmp_path, capsys):
    """And a stand-in counts everywhere."""
    write(tmp_path, {".env.s": f"MAIL_KEY={SECRET}\nAPP_URL=http://localhost:3000\n"})
    assert said(capsys, "--file", ".env.s")[0] == 1
    assert said(capsys, "--file", ".env.s", "--environment", "staging")[0] == 0
    write(tmp_path, {".env.s": "MAIL_KEY=changeme\nAPP_URL=http://localhost:3000\n"})
    code, text = said(capsys, "--file", ".env.s", "--environment", "staging")
    assert code == 1
    assert "MAIL_KEY was never filled in" in text


def test_two_files_may_not_share_a_secret(tmp_path, capsys):
    """Compared in memory; what is no secret may be the same."""
    write(tmp_path, {".env.staging": GOOD})
    code, text = said(capsys, "--file", ".env.production", "--compare", ".env.staging")
    assert code == 1
    assert "MAIL_KEY has the same value in production and in .env.staging" in text
    write(tmp_path, {".env.staging": GOOD.replace(SECRET, OTHER)})
    assert said(capsys, "--file", ".env.production", "--compare", ".env.staging")[0] == 0
    write(tmp_path, {".env.staging": GOOD, "launch.yml": "code:\n  variables:\n    MAIL_KEY: {shared: true}\n"})
    assert said(capsys, "--file", ".env.production", "--compare", ".env.staging")[0] == 0


def test_two_machines_compare_hashes(tmp_path, monkeypatch, capsys):
    """With one key on both; the file holds no value, and without the key nothing is compared."""
    assert said(capsys, "--file", ".env.production", "--save-hashes", "h.json")[0] == 2
    assert not (tmp_path / "h.json").exists()
    monkeypatch.setenv("LAUNCH_ENV_SALT", "the-same-long-text-on-all-machines")
    code, text = said(capsys, "--file", ".env.production", "--environment", "staging", "--save-hashes", "h.json")
    assert code == 0
    assert "Hashes of 1 secret values are in h.json" in text
    kept = (tmp_path / "h.json").read_text()
    assert SECRET not in kept
    assert json.loads(kept)["environment"] == "staging"
    code, text = said(capsys, "--file", ".env.production", "--compare", "h.json")
    assert code == 1
    assert "MAIL_KEY has the same value in production and in staging" in text
    monkeypatch.setenv("LAUNCH_ENV_SALT", "another-long-text-on-this-machine")
    assert said(capsys, "--file", ".env.production", "--compare", "h.json")[0] == 0
    monkeypatch.delenv("LAUNCH_ENV_SALT")
    assert said(capsys, "--file", ".env.production", "--compare", "h.json")[0] == 2
    (tmp_path / "h.json").write_text("{}")
    assert said(capsys, "--file", ".env.production", "--compare", "h.json")[0] == 3
    assert said(capsys, "--file", ".env.production", "--compare", "gone.json")[0] == 3


def test_launch_yml_adds_to_the_contract(tmp_path, capsys):
    """Variables that no example file has, and rules for those that it has."""
    text = (
        "code:\n  variables:\n    MAIL_KEY: {min_length: 60}\n    QUEUE_URL: {kind: https, breaks: orders get stuck}\n"
    )
    write(tmp_path, {"launch.yml": text})
    code, said_ = said(capsys, "--file", ".env.production")
    assert code == 1
    assert "MAIL_KEY cannot be right: it must have at least 60 characters" in said_
    assert "QUEUE_URL is missing" in said_
    assert "Without it: orders get stuck." in said_


@pytest.mark.parametrize("form", ["json", "junit", "sarif", "markdown"])
def test_every_form_names_each_variable_and_no_value(tmp_path, capsys, form):
    """One finding for each."""
    write(tmp_path, {".env.production": f"MAIL_KY={SECRET}\nAPP_URL=https://your-domain.com\n"})
    code, _ = said(capsys, "--file", ".env.production", "--format", form, "--output", "out.txt")
    text = (tmp_path / "out.txt").read_text().replace("\\_", "_")
    assert code == 1
    assert SECRET not in text
    assert "MAIL_KEY" in text
    assert "APP_URL" in text
    if form == "sarif":
        places = [one["locations"][0]["physicalLocation"] for one in json.loads(text)["runs"][0]["results"]]
        assert {one["artifactLocation"]["uri"] for one in places} == {".env.example"}
        assert sorted(one["region"]["startLine"] for one in places) == [2, 3]


@pytest.mark.parametrize(
    "text",
    ["code: {variables: {MAIL_KEY: {pattern: '['}}}", "code: {variables: {mail key: {}}}", "code: {colour: red}"],
)
def test_mistakes_in_launch_yml_are_wrong_usage(tmp_path, capsys, text):
    """With exit code 2, as everywhere."""
    write(tmp_path, {"launch.yml": text + "\n"})
    assert said(capsys, "--file", ".env.production")[0] == 2
