"""The documents agree with the house: links, pictures, settings, options, permissions, commands."""

from __future__ import annotations

import re
import struct
from pathlib import Path
from urllib.parse import unquote

import pytest
from ruamel.yaml import YAML

from bot.commands.base import commands
from bot.config.settings import Settings
from bot.services.retention import AUDITS, MESSAGES
from checks.net.dns import PUBLIC
from tests.meta.shown import LANGUAGES, PAGES, ROOT, blocks, in_help, spans, terminal_commands

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
VARIABLE = re.compile(r"^(?:[A-Z]+_)+(?:<SOURCE>_)?[A-Z]+$")
SETTINGS = (ROOT / "docs" / "hosting.md").read_text(encoding="utf-8")
ON_PAGES = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
LARGEST_PICTURE = 250 * 1024


def links() -> list[tuple[Path, str]]:
    """Each link to a file of this folder or to a place in a page."""
    found = []
    for page in PAGES:
        targets = LINK.findall(page.read_text(encoding="utf-8"))
        found += [(page, target) for target in targets if not re.match(r"[a-z]+:", target)]
    return found


def anchors(page: Path) -> set[str]:
    """The targets that GitHub makes of a page's headings."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    """Files, pictures and places in pages exist."""
    for where, target in links():
        if where == page:
            name, _, place = target.partition("#")
            file = (page.parent / unquote(name)).resolve() if name else page
            assert file.exists(), f"{page.name}: {target}"
            assert not place or place in anchors(file), f"{page.name}: {target}"


def test_every_page_can_be_reached_from_the_readme() -> None:
    """No page of docs/ is an orphan."""
    reached, todo = set(), [ROOT / "README.md"]
    while todo:
        page = todo.pop()
        if page in reached or page.suffix != ".md":
            continue
        reached.add(page)
        names = [target.partition("#")[0] for where, target in links() if where == page]
        targets = [(page.parent / name).resolve() for name in names if name]
        todo += [each for target in targets for each in (sorted(target.glob("*.md")) if target.is_dir() else [target])]
    assert set(PAGES) <= reached


def test_pictures_are_real_and_small() -> None:
    """Each PNG that lies there is shown, as wide as a window, and quick to load."""
    pictures = sorted((ROOT / "docs" / "pictures").glob("*.png"))
    assert pictures
    for picture in pictures:
        raw = picture.read_bytes()
        assert raw[:8] == b"\x89PNG\r\n\x1a\n"
        width, height = struct.unpack(">II", raw[16:24])
        assert width >= 390
        assert height >= 600
        assert len(raw) <= LARGEST_PICTURE, picture.name
        assert f"pictures/{picture.name})" in ON_PAGES, f"{picture.name} is shown nowhere"


def test_fences_say_what_they_hold() -> None:
    """A block is `sh` (then it is run), `text`, or a file; architecture.md draws a map in one without a name."""
    for page in PAGES:
        for language, text in blocks(page):
            assert language in LANGUAGES or (not language and page.name == "architecture.md"), f"{page.name}: {text}"


def test_every_command_of_the_terminal_is_documented_and_none_else() -> None:
    """README and docs name each command, and no command that does not exist."""
    known = set(terminal_commands())
    for name in known - {"launch"}:
        assert re.search(rf"{name}\b", ON_PAGES), f"{name} is documented nowhere"
    for page in PAGES:
        for span in spans(page):
            if found := re.match(r"(?:\.venv/bin/)?launch ([a-z][a-z-]*)", span):
                assert f"launch {found[1]}" in known, f"{page.name}: {span}"


def test_every_verb_of_slack_is_in_the_readme() -> None:
    """The table there is whole, and names nothing that does not exist."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`/launch ([a-z]+)", readme))
    assert named == {verb for verb, command in commands().items() if command.listed}


def test_every_option_is_shown_or_tried() -> None:
    """Each option of each command stands in a document or an example, or a test uses it."""
    tests = [path for path in (ROOT / "tests").rglob("test_*.py") if path.parent.name != "meta"]
    used = ON_PAGES + "\n".join(shown.text for shown in in_help()) + "\n".join(path.read_text() for path in tests)
    for name, command in terminal_commands().items():
        for parameter in command.params:
            long = max(parameter.opts, key=len)
            if long.startswith("--"):
                assert re.search(rf"{long}\b", used), f"{name} {long}"


def test_every_variable_that_is_read_is_documented() -> None:
    """The table of settings holds what the code reads, and nothing that it does not."""
    read = {name.upper() for name in Settings.model_fields} - {"HOOK_SECRETS"} | {"LAUNCH_HOOK_<SOURCE>_SECRET"}
    for path in [*(ROOT / "bot").rglob("*.py"), *(ROOT / "checks").rglob("*.py")]:
        read |= set(re.findall(r'(?:environ\.get|environ|environment)[(\[]"([A-Z_]+)"', path.read_text("utf-8")))
    table = {name for name in spans(ROOT / "docs" / "hosting.md") if VARIABLE.match(name)}
    assert table == read - {"TERM"}


def test_defaults_in_the_table_are_those_of_the_code() -> None:
    """What happens without a variable is what the settings do."""
    fields = Settings.model_fields
    for name in ("slack_api_url", "launch_config", "launch_data", "launch_http"):
        row = next(line for line in SETTINGS.splitlines() if line.startswith(f"| `{name.upper()}`"))
        assert f"`{fields[name].default}`" in row


def test_every_permission_is_explained() -> None:
    """The table of docs/slack.md has a word for each scope of the manifest, and for no other."""
    scopes = YAML(typ="safe").load(ROOT / "manifest.yml")["oauth_config"]["scopes"]
    page = (ROOT / "docs" / "slack.md").read_text(encoding="utf-8").partition("## What the bot may do")[2]
    rows = [line.split("|")[1] for line in page.partition("\n## ")[0].splitlines() if line.startswith("| `")]
    assert {name for row in rows for name in re.findall(r"`([^`]+)`", row)} == {*scopes["bot"], *scopes["bot_optional"]}


def test_paths_in_the_documents_exist() -> None:
    """What looks like a path to a file or folder of this house is one."""
    made = {"data/", "data/launch.db", "data/demo/", ".venv/bin"}
    for page in PAGES:
        for span in spans(page):
            if not re.fullmatch(r"[\w.-]+(/[\w.-]+)+\.?\w*/?|[\w-]+/", span) or span in made:
                continue
            roots = (ROOT, ROOT / "bot", ROOT / "bot" / "demo", ROOT / "checks", page.parent)
            assert any((root / span).exists() for root in roots), f"{page.name}: {span}"


def test_privacy_names_everybody_who_is_asked() -> None:
    """The resolvers and sites that the code knows by name are those of the page, and so is how long things are kept."""
    page = (ROOT / "docs" / "privacy.md").read_text(encoding="utf-8")
    for address, _ in PUBLIC:
        assert address in page
    sources = [path for top in ("bot", "checks") for path in (ROOT / top).rglob("*.py") if "demo" not in path.parts]
    asked = {host for path in sources for host in re.findall(r'"(www\.iana\.org|slack\.com)"', path.read_text("utf-8"))}
    assert asked == {"www.iana.org", "slack.com"}
    assert all(f"`{host}`" in page for host in asked)
    assert f"after {AUDITS.days} days" in page
    assert f"messages after {MESSAGES.days}" in page


def test_the_systemd_unit_starts_the_command_that_exists() -> None:
    """Its folder and its command agree, and the command is one of ours."""
    unit = next(text for language, text in blocks(ROOT / "docs" / "hosting.md") if language == "ini")
    lines = dict(line.split("=", 1) for line in unit.splitlines() if "=" in line)
    assert lines["ExecStart"] == f"{lines['WorkingDirectory']}/.venv/bin/launch run"
    assert f"`{lines['WorkingDirectory']}`" in SETTINGS
