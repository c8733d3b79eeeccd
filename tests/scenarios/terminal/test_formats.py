"""Each form of the report, as it comes out of the real command: valid, complete, readable, and of one opinion."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable
from xml.etree import ElementTree as ET

import jsonschema
import pytest
import xmlschema

from tests.cli.test_terminal import open_window
from tests.engine.test_formats import JENKINS_XSD, SARIF_SCHEMA, schema_at
from tests.scenarios.terminal import contract
from tests.scenarios.terminal.shop import ALL_TWELVE, API, APP, DOMAIN, HSTS, ROOT, WWW, Ran, Shop, page
from tests.servers.dns import Fault
from tests.servers.http import Answer

pytestmark = pytest.mark.slow
SCHEMA = json.loads((ROOT / "bot/formats/report.schema.json").read_text(encoding="utf-8"))
HOSTILE = '<!channel> *x* [a](http://evil.test) <script>alert(1)</script> ]]> & " \u202e \u0007 | `'


def healthy(_shop: Shop) -> None:
    """Nothing is wrong."""


def troubled(shop: Shop) -> None:
    """One of each: blockers with consequences, a warning, something unseen."""
    shop.web.credentials[APP] = shop.authority.expired(APP)
    shop.zone.remove(f"_dmarc.{DOMAIN}")
    shop.route(DOMAIN, page(canonical=f"https://{DOMAIN}/", headers=()))
    shop.zone.fault(DOMAIN, Fault.SERVFAIL, "MX")


def hostile(shop: Shop) -> None:
    """Text from outside in every place that is shown."""
    shop.zone.set(DOMAIN, "TXT", f"v=spf1 ip4:{HOSTILE.replace(' ', '')} ~all")
    shop.zone.set(f"_dmarc.{DOMAIN}", "TXT", f"v=DMARC1; p={HOSTILE}")
    shop.route(APP, Answer(302, b"", (("location", f"https://{APP}/{HOSTILE}"), HSTS)))
    shop.web.credentials[API] = shop.authority.issue("else.test", "x" * 60 + ".test")


STATES: dict[str, tuple[Callable[[Shop], None], int]] = {
    "healthy": (healthy, 0),
    "troubled": (troubled, 1),
    "hostile": (hostile, 1),
}


async def said(shop: Shop, state: str, form: str, *args: str, **environment: str) -> Ran:
    """The report about the shop in that state and form; standard error stays empty in a pipe."""
    spoil, code = STATES[state]
    spoil(shop)
    # For people the report of a part is worded as one; a machine reads the same of both.
    only = () if form in ("text", "markdown") else ("--only", ALL_TWELVE)
    ran = await shop.launch("check", DOMAIN, "--format", form, *only, *args, **environment)
    assert (ran.code, ran.err) == (code, "")
    assert ran.out.endswith("\n")
    return ran


@pytest.mark.parametrize("state", STATES)
async def test_json(shop: Shop, state: str) -> None:
    """Against the schema in the house and the contract as written down here."""
    ran = await said(shop, state, "json")
    jsonschema.Draft202012Validator(SCHEMA).validate(ran.report)
    contract.kept(ran.report, ran.code)
    order = [contract.SEVERITIES.index(one["severity"]) for one in ran.report["findings"] if one["status"] == "fail"]
    assert order == sorted(order)
    assert {(one["check"], one["target"]) for one in ran.report["findings"]} == {
        (one["check"], one["target"]) for one in ran.findings.values()
    }, "no check speaks twice about one target"


@pytest.mark.node
@pytest.mark.parametrize("state", STATES)
async def test_junit(shop: Shop, state: str) -> None:
    """Against the schema of Jenkins; failures are those that fail."""
    ran = await said(shop, state, "junit")
    xmlschema.XMLSchema(schema_at(JENKINS_XSD)).validate(ET.fromstring(ran.out))
    cases = list(ET.fromstring(ran.out).iter("testcase"))
    report = (await shop.check()).report
    statuses = [one["status"] for one in report["findings"]]
    assert len(cases) == len(statuses)
    assert sum(case.find("failure") is not None for case in cases) == statuses.count("fail")
    assert sum(case.find("skipped") is not None for case in cases) == statuses.count("unknown") + statuses.count("n/a")


@pytest.mark.node
@pytest.mark.parametrize("state", STATES)
async def test_sarif(shop: Shop, state: str) -> None:
    """Against the schema of the standard; every finding is a result, and every result has its rule."""
    ran = await said(shop, state, "sarif")
    log = json.loads(ran.out)
    schema = json.loads(schema_at(SARIF_SCHEMA).read_text(encoding="utf-8"))
    jsonschema.validators.validator_for(schema)(schema).validate(log)
    run = log["runs"][0]
    assert {rule["id"] for rule in run["tool"]["driver"]["rules"]} >= contract.TWELVE
    assert run["properties"]["verdict"] == ("go" if ran.code == 0 else "no-go")
    assert len(run["results"]) == len((await shop.check()).report["findings"])


@pytest.mark.parametrize("state", STATES)
async def test_markdown(shop: Shop, state: str) -> None:
    """A headline with the verdict; what comes from outside neither formats nor links nor mentions."""
    ran = await said(shop, state, "markdown")
    assert ran.out.startswith("# " + ("Go: nothing found" if ran.code == 0 else "No-go: "))
    assert not re.search(r"(?<!\\)<(script|!channel)", ran.out)
    assert not re.search(r"(?<!\\)\]\(http://evil", ran.out)
    assert "\x1b" not in ran.out
    for check in ("tls.valid", "mail.dmarc") if state == "troubled" else ():
        assert check in ran.out


def columns(line: str) -> int:
    """How wide a line is on a terminal."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in line)


@pytest.mark.parametrize("width", [80, 40])
@pytest.mark.parametrize("state", STATES)
async def test_text(shop: Shop, state: str, width: int) -> None:
    """Fits the window, without colour, the verdict first, the cause before its consequences."""
    ran = await said(shop, state, "text", COLUMNS=str(width), NO_COLOR="1")
    lines = ran.out.splitlines()
    assert [line for line in lines if columns(line) > width and "://" not in line] == []
    assert not any(ord(letter) < 32 and letter != "\n" for letter in ran.out)
    assert "\u202e" not in ran.out
    assert lines[0].startswith("Go: " if ran.code == 0 else "No-go: ")
    if state == "troubled":
        flat = " ".join(ran.out.split())
        assert 0 < flat.index(f"isitors of {APP} get a red warning") < flat.index(f"{APP} is down")
        assert "Could not look" in flat


async def test_every_form_is_of_one_opinion(shop: Shop) -> None:
    """The same product, five forms, one exit code; `--output` says it on standard error."""
    troubled(shop)
    check = ("check", DOMAIN, "--only", ALL_TWELVE, "--format")
    codes = [(await shop.launch(*check, form)).code for form in ("text", "json", "sarif", "markdown", "junit")]
    assert set(codes) == {1}
    written = await shop.launch(*check, "json", "--output", "report.json")
    assert (written.code, written.out) == (1, "")
    assert written.err.strip() == "No-go. The report is in report.json."
    contract.kept(json.loads((shop.folder / "report.json").read_text(encoding="utf-8")), 1)


@pytest.mark.parametrize("state", ["healthy", "troubled"])
async def test_on_a_terminal(shop: Shop, state: str) -> None:
    """Progress counts up to the end on one line, is wiped, and the coloured report stands alone."""
    spoil, code = STATES[state]
    spoil(shop)
    window = await open_window(shop.folder, "check", DOMAIN, COLUMNS="100")
    assert await window.end(60) == code
    assert f"Looking for hosts of {DOMAIN}" in window.text
    steps = [(int(done), int(total)) for done, total in re.findall(r"\] (\d+) of (\d+)", window.text)]
    assert len(steps) > 5
    assert steps[-1][0] == steps[-1][1] >= 25
    assert all(done <= total for done, total in steps)
    report = window.text.rpartition("\r\x1b[K")[2]
    assert "\x1b[" in report
    assert "[#" not in report
    plain = re.sub(r"\x1b\[[0-9;]*m", "", report)
    assert plain.lstrip().startswith("Go: " if code == 0 else "No-go: ")
    assert "\x1b" not in plain


async def test_json_on_a_terminal_is_still_json(shop: Shop) -> None:
    """Progress goes to standard error, so `> report.json` holds nothing but the report."""
    window = await open_window(shop.folder, "check", DOMAIN, "--format", "json")
    assert await window.end(60) == 0
    report = json.loads(window.text.rpartition("\r\x1b[K")[2])
    contract.kept(report, 0)
    assert {DOMAIN, WWW} <= set(report["targets"])
