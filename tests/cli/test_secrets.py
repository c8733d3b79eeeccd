"""`launch secrets` as it is typed: what it says, its exit codes, its forms, its list of known secrets, its canary."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from bot.cli import execute
from tests.checks.planted import SECRETS
from tests.checks.sec.repos import commit, git, repository, write

LIVE = SECRETS["stripe-secret"]
OTHER = SECRETS["openai"]


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a folder of its own, and nothing of this machine's settings."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("LAUNCH_CONFIG", raising=False)


def said(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    """Exit code and everything that was said, on one line."""
    code = execute(["secrets", *words])
    out, err = capsys.readouterr()
    assert LIVE not in out + err
    assert OTHER not in out + err
    return code, " ".join((out + err).split())


def test_a_clean_folder_passes_and_says_what_was_read(tmp_path, capsys):
    """Files, versions, commits."""
    repository(tmp_path, {"a.js": "1"}, {"a.js": "2"})
    code, text = said(capsys)
    assert code == 0
    assert "No keys in the code" in text
    assert "1 file and 2 versions of files in 2 commits" in text


def test_a_folder_without_git_says_that_there_is_no_history(tmp_path, capsys):
    """A pass, with what it rests on; wanted by name it is unknown."""
    write(tmp_path, {"a.js": "1", "node_modules/x/b.js": f"k='{LIVE}'"})
    code, text = said(capsys)
    assert code == 0
    assert "no git repository, so no history" in text
    assert "node_modules" in text
    code, text = said(capsys, "--history")
    assert code == 3
    assert "Not proven" in text


def test_a_key_fails_with_its_place_and_the_first_step(tmp_path, capsys):
    """Masked, with file, line, commit, and where it is replaced."""
    repository(tmp_path, {"src/pay.js": f"\nk='{LIVE}'"}, {"src/pay.js": None, "b.js": f"k='{OTHER}'"})
    code, text = said(capsys)
    assert code == 1
    assert "2 secrets in the code: replace them before anything else" in text
    assert "src/pay.js:2 (commit " in text
    assert "Brought in by m…@shop.test on 2026-11-20" in text
    assert "Replace it: Roll the key in the Stripe dashboard" in text
    assert said(capsys, "--no-history")[1].count("Blocker") == 1
    assert said(capsys, "b.js")[0] == 1
    assert said(capsys, "--ignore", "b.js", "--no-history")[0] == 0


@pytest.mark.parametrize("form", ["json", "junit", "sarif", "markdown"])
def test_every_form_names_the_place_and_never_the_key(tmp_path, capsys, form):
    """For CI services and for people."""
    repository(tmp_path, {"src/pay.js": f"\n\nk='{LIVE}'"})
    target = tmp_path.parent / f"{tmp_path.name}.{form}"
    code, _ = said(capsys, "--format", form, "--output", str(target))
    text = target.read_text()
    assert code == 1
    assert LIVE not in text
    assert "src/pay.js" in text
    if form == "sarif":
        (result,) = json.loads(text)["runs"][0]["results"]
        place = result["locations"][0]["physicalLocation"]
        assert place["artifactLocation"]["uri"] == "src/pay.js"
        assert place["region"]["startLine"] == 3
        assert result["ruleId"] == "sec.repo"


def test_known_secrets_do_not_stop_and_new_ones_do(tmp_path, capsys):
    """The list holds fingerprints alone."""
    repository(tmp_path, {"a.js": f"k='{LIVE}'"})
    code, text = said(capsys, "--save-baseline", "known.json")
    assert (code, "1 secret is in known.json" in text) == (0, True)
    kept = (tmp_path / "known.json").read_text()
    assert LIVE not in kept
    assert LIVE[8:20] not in kept
    code, text = said(capsys, "--baseline", "known.json")
    assert code == 0
    assert "1 old key in the list of known ones" in text
    commit(tmp_path, {"b.js": f"k='{OTHER}'"})
    code, text = said(capsys, "--baseline", "known.json")
    assert code == 1
    assert "1 secret in the code" in text
    assert "OpenAI key" in text


def test_a_key_that_is_gone_leaves_the_baseline_and_one_that_was_replaced_in_code_is_new(tmp_path, capsys):
    """Moved lines and files are the same secret; what is found no more is said, so that the list does not grow old."""
    top = repository(tmp_path / "shop", {"a.js": f"k='{LIVE}'\nj='{OTHER}'\n"})
    known = str(tmp_path / "known.json")
    said(capsys, str(top), "--save-baseline", known)
    commit(top, {"a.js": None, "src/b.js": f"// moved\n\nk='{LIVE}'\nj='{OTHER}'\n"})
    code, text = said(capsys, str(top), "--baseline", known)
    assert (code, "found no more" in text) == (0, False)
    fresh = repository(tmp_path / "new", {"b.js": f"k='{LIVE}'\n"})
    code, text = said(capsys, str(fresh), "--baseline", known)
    assert code == 0
    assert "1 of 2 entries of the baseline are found no more" in text
    commit(fresh, {"b.js": f"k='{LIVE[:-4]}Zq9x'\n"})
    assert said(capsys, str(fresh), "--baseline", known)[0] == 1


@pytest.mark.parametrize("text", ["", "{}", "[1]", "k=1", '{"launch_secrets_baseline": 9, "salt": "00", "known": []}'])
def test_a_list_that_is_none_is_wrong_usage(tmp_path, capsys, text):
    """And so is one that is not there."""
    (tmp_path / "known.json").write_text(text)
    assert said(capsys, "--baseline", "known.json")[0] == 2
    assert said(capsys, "--baseline", "gone.json")[0] == 2


def test_the_settings_of_launch_yml_count(tmp_path, capsys):
    """Patterns and the list of known secrets."""
    write(tmp_path, {"a.js": f"k='{LIVE}'", "launch.yml": "code:\n  ignore: [a.js]\n"})
    assert said(capsys)[0] == 0
    write(tmp_path, {"launch.yml": "code:\n  baseline: known.json\n"})
    assert said(capsys)[0] == 2
    assert said(capsys, "--save-baseline", "fresh.json")[0] == 2
    write(tmp_path, {"launch.yml": "network: {}\n"})
    said(capsys, "--save-baseline", "known.json")
    write(tmp_path, {"launch.yml": "code:\n  baseline: known.json\n"})
    assert said(capsys)[0] == 0


def test_only_what_is_new_for_pull_requests_and_hooks(tmp_path, capsys):
    """`--since` and `--staged`; a commit that is not there is not proven."""
    repository(tmp_path, {"old.js": f"k='{LIVE}'"}, {"old.js": "gone"})
    git(tmp_path, "branch", "base")
    assert said(capsys, "--since", "base")[0] == 0
    write(tmp_path, {"new.js": f"k='{OTHER}'"})
    git(tmp_path, "add", "new.js")
    assert said(capsys, "--staged")[0] == 1
    assert said(capsys, "--since", "no-such-branch", "--no-history")[0] in (1, 3)
    git(tmp_path, "reset", "--quiet", "--hard")
    code, text = said(capsys, "--since", "no-such-branch")
    assert code == 3
    assert "there is no commit" in text


def test_logs_are_read_and_nothing_else(tmp_path, capsys):
    """With `--log` alone the code is left out."""
    write(tmp_path, {"a.js": f"k='{LIVE}'", "app.log": "GET / 200\n", "bad.log": f"x\nuse {OTHER}\n"})
    assert said(capsys, "--log", "app.log")[0] == 0
    code, text = said(capsys, "--log", "app.log", "--log", "bad.log")
    assert code == 1
    assert "bad.log:2" in text
    assert said(capsys, "--log", "gone.log")[0] == 3
    assert said(capsys, ".", "--log", "app.log")[0] == 1


TOLD = "import os, json; said = json.loads(os.environ['LAUNCH_CANARY']); print(said['message'], "
LOGGERS = {
    "careless": ("import sys; sys.stdout.write(sys.stdin.read())", 1, "writes down what it must hide"),
    "careful": (TOLD + "'[hidden]')", 0, "hides all 6 made-up secrets"),
    "only_cookies": (TOLD + "said['headers']['cookie'])", 1, "must hide: cookie."),
    "silent": ("pass", 3, "not even its harmless marker"),
    "breaks": ("raise SystemExit(7)", 3, "the command ended with 7"),
}


@pytest.mark.parametrize("kind", LOGGERS)
def test_a_logger_is_tested_with_made_up_secrets(capsys, kind):
    """By its output; a logger that writes nothing proves nothing."""
    program, expected, words = LOGGERS[kind]
    code, text = said(capsys, "--canary", "--", sys.executable, "-c", program)
    assert code == expected, text
    assert words in text


def test_a_logger_that_writes_to_a_file_is_tested_by_what_came_after(tmp_path, capsys):
    """What stood in the log before is not its fault."""
    program = "import sys; open('app.log', 'a').write(sys.stdin.read().split()[-1] + ' ' + sys.stdin.read())"
    (tmp_path / "app.log").write_text("old\n")
    code, _ = said(capsys, "--canary", "--log", "app.log", "--", sys.executable, "-c", program)
    assert code == 1
    assert said(capsys, "--canary", "--", "no-such-program-here")[0] == 3
    program = "import json, sys; said = json.loads(sys.argv[1]); print(said['message'], said['body']['email'])"
    assert "must hide: e-mail address." in said(capsys, "--canary", "--", sys.executable, "-c", program, "{canary}")[1]
    assert said(capsys, "--canary")[0] == 2


def test_made_up_secrets_can_go_by_a_file(tmp_path, capsys):
    """Written, logged by the app's own test, looked for."""
    code, text = said(capsys, "--canary-write", "canary.json")
    assert code == 0
    assert "launch secrets --canary-check canary.json" in text
    given = json.loads((tmp_path / "canary.json").read_text())["log_this"]
    (tmp_path / "app.log").write_text(f"{given['message']} {given['body']['password']}\n")
    code, text = said(capsys, "--canary-check", "canary.json", "--log", "app.log")
    assert code == 1
    assert "must hide: password." in text
    (tmp_path / "app.log").write_text(f"{given['message']} [hidden]\n")
    assert said(capsys, "--canary-check", "canary.json", "--log", "app.log")[0] == 0
    (tmp_path / "app.log").write_text("nothing\n")
    assert said(capsys, "--canary-check", "canary.json", "--log", "app.log")[0] == 3
    assert said(capsys, "--canary-check", "app.log", "--log", "app.log")[0] == 2
    assert said(capsys, "--canary-check", "gone.json", "--log", "app.log")[0] == 2


def test_two_paths_are_wrong_usage(capsys):
    """One at a time."""
    assert said(capsys, "a", "b")[0] == 2


def test_a_path_that_is_not_there_is_not_proven(capsys):
    """Never a pass."""
    assert said(capsys, "nowhere")[0] == 3


def test_this_repository_holds_no_key():
    """Every file and every version of it; made-up keys of tests bear the comment."""
    root = Path(__file__).parents[2]
    if not (root / ".git").exists():
        pytest.skip("this is no clone: there is no history to search")
    assert execute(["secrets", str(root), "--format", "json", "--output", "/dev/null"]) in (0, 3)
