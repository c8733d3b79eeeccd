"""Our reading of SPF records against the test suite of openspf.org for RFC 7208, every case of it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.checks.mail.oracle import SuiteZone, answer_of, scenarios, there

EXCEPTIONS = {
    "include-at-limit": "4.6.4: this sender is found before the limit; we count the mail that matches nothing, and"
    " that one meets an eleventh look-up",
}
"""Cases in which an auditor says something else than a receiver of one mail, with the section of RFC 7208."""
OURS = {"permerror": "permerror", "temperror": "temperror", "none": "none"}
"""Of the suite's results, those that lie in the records; pass, fail, softfail and neutral depend on the sender."""


def cases() -> list[Any]:
    """Every case of the suite; a single one that skips or fails where the suite is missing."""
    if not there():
        return [pytest.param({}, {}, id="the suite is there")]
    return [
        pytest.param(scenario["zonedata"], case, id=name)
        for scenario in scenarios()
        for name, case in scenario["tests"].items()
    ]


def domain_of(case: dict[str, Any]) -> str:
    """Whose record a receiver looks at: the sender's, or the greeting server's where there is no sender (2.4)."""
    return str((case.get("mailfrom") or "").rpartition("@")[2] or case["helo"]).lower()


@pytest.mark.parametrize(("zonedata", "case"), cases())
async def test_we_read_the_records_as_the_suite_does(zonedata, case, request):
    """Permanent errors, missing records and DNS trouble exactly where the suite has them, and nowhere else."""
    if not case:
        scenarios()
    results = case["result"] if isinstance(case["result"], list) else [case["result"]]
    ours = await answer_of(SuiteZone(zonedata), domain_of(case))
    agrees = ours in {OURS.get(result, "ok") for result in results}
    name = request.node.callspec.id
    assert agrees is not (name in EXCEPTIONS), (name, results, ours, case.get("spec"))


def test_the_whole_suite_is_read():
    """Two hundred and three cases, of which seventy-four are permanent errors whoever sends."""
    found = [case["result"] for scenario in scenarios() for case in scenario["tests"].values()]
    assert len(found) == 203
    assert found.count("permerror") == 74
    assert {name for scenario in scenarios() for name in scenario["tests"]} >= set(EXCEPTIONS)
