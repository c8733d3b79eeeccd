"""`launch check` as people and CI run it: verdicts, exit codes, formats, and every kind of bad input."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path

import jsonschema
import pytest

from tests.cli.conftest import ROOT, Ran, Shop
from tests.servers.dns import Fault
from tests.servers.http import Answer
from tests.servers.tls import Authority

pytestmark = pytest.mark.slow

Launch = Callable[..., Awaitable[Ran]]


def findings(ran: Ran) -> dict[tuple[str, str], dict[str, object]]:
    """By (check, target)."""
    return {(one["check"], one["target"]): one for one in json.loads(ran.out)["findings"]}


@pytest.mark.usefixtures("only_network")
async def test_a_healthy_product_is_a_go_from_a_bare_domain(launch: Launch) -> None:
    """With a launch.yml that holds only `network`, and a domain: exit 0, and nothing of severity high is wrong."""
    ran = await launch("check", "acme.test", "--format", "json")
    report = json.loads(ran.out)
    assert (ran.code, report["verdict"]) == (0, "go"), ran.out
    bad = [one for one in report["findings"] if one["status"] in ("warn", "fail")]
    assert [one for one in bad if one["severity"] in ("blocker", "high")] == []
    assert {"acme.test", "www.acme.test", "app.acme.test", "api.acme.test"} <= set(report["targets"])
    schema = json.loads((ROOT / "bot/formats/report.schema.json").read_text())
    jsonschema.validate(report, schema)
    assert ran.err == ""


@pytest.mark.usefixtures("only_network")
async def test_the_text_fits_80_columns_and_narrow_windows(launch: Launch) -> None:
    """No line is wider than the window, no colour in a pipe, no progress bar."""
    for columns in ("80", "40"):
        ran = await launch("check", "acme.test", COLUMNS=columns)
        assert ran.code == 0
        assert max(len(line) for line in ran.out.splitlines() if "://" not in line) <= int(columns)
        assert "\x1b" not in ran.out
        assert ran.err == ""


@pytest.mark.usefixtures("only_network")
async def test_an_expired_certificate_is_a_no_go(launch: Launch, shop: Shop, authority: Authority) -> None:
    """Exit 1, and the finding names it."""
    shop.web.credentials["*"] = authority.expired("acme.test", "*.acme.test")
    ran = await launch("check", "acme.test", "--format", "json", "--only", "tls")
    assert ran.code == 1
    assert findings(ran)["tls.valid", "acme.test"]["status"] == "fail"


@pytest.mark.usefixtures("only_network")
async def test_what_could_not_be_seen_is_not_proven(launch: Launch, shop: Shop) -> None:
    """Exit 3 where the resolver fails: neither go nor no-go."""
    for name in ("acme.test", "www.acme.test"):
        shop.dns.zone.fault(name, Fault.SERVFAIL)
    ran = await launch("check", "acme.test", "--only", "dns.resolve", "--format", "json")
    assert ran.code == 3
    assert json.loads(ran.out)["verdict"] == "not-proven"


@pytest.mark.usefixtures("only_network")
async def test_a_domain_that_does_not_exist_gets_its_finding(launch: Launch) -> None:
    """A no-go with words, not an error of the program."""
    ran = await launch("check", "nowhere.test", "--format", "json")
    assert ran.code == 1
    assert findings(ran)["dns.resolve", "nowhere.test"]["status"] == "fail"
    assert ran.err == ""


@pytest.mark.usefixtures("only_network")
async def test_fail_on_makes_exit_1_more_likely(launch: Launch, shop: Shop) -> None:
    """A gate may be stricter than go and no-go."""
    shop.dns.zone.remove("_dmarc.acme.test")
    plain = await launch("check", "acme.test", "--only", "mail")
    strict = await launch("check", "acme.test", "--only", "mail", "--fail-on", "high")
    assert (plain.code, strict.code) == (0, 1)


async def test_unicode_and_punycode_are_the_same_product(launch: Launch, shop: Shop, only_network: Path) -> None:
    """Both spellings lead to the same targets."""
    shop.dns.zone.set("xn--bcher-kva.test", "A", "127.0.0.1")
    for written in ("bücher.test", "xn--bcher-kva.test", "https://BÜCHER.test/shop"):
        ran = await launch("check", written, "--only", "dns.resolve", "--format", "json")
        assert ran.code == 0, ran.err
        assert ("dns.resolve", "xn--bcher-kva.test") in findings(ran)
    assert only_network.exists()


@pytest.mark.usefixtures("only_network")
async def test_a_wildcard_zone_makes_guesses_void(launch: Launch, shop: Shop) -> None:
    """Hosts that only exist because every name does are not looked at."""
    shop.dns.zone.set("*.acme.test", "A", "127.0.0.1")
    shop.dns.zone.set("help.acme.test", "A", "127.0.0.9")
    report = json.loads((await launch("check", "acme.test", "--only", "dns.resolve", "--format", "json")).out)
    assert "help.acme.test" in report["targets"]
    assert "login.acme.test" not in report["targets"]


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("192.0.2.1",), "192.0.2.1 is an IP address"),
        (("https://[::1]/",), "is an IP address"),
        (("acme",), '"acme" is one word; a domain has a dot'),
        (("acme.test", "--only", "mial"), '"mial" is no family, check or host here, did you mean mail'),
        (("acme.test", "--only", "tls.valdi"), "did you mean tls.valid"),
        (("acme.test", "--format", "xml"), "'xml' is not one of"),
        (("acme.test", "--fail-on", "bad"), "'bad' is not one of"),
        (("acme.test", "--timeout", "0"), "0"),
        (("acme.test", "--frmat", "json"), "--format"),
        (("acme.test", "--config", "none.yml"), "none.yml: there is no such file"),
        ((), "launch.yml names no product, so name a domain: launch check example.com"),
    ],
)
@pytest.mark.usefixtures("only_network")
async def test_wrong_usage_is_exit_2_and_one_message(launch: Launch, args: tuple[str, ...], said: str) -> None:
    """Standard output stays empty for the reader of a pipe."""
    ran = await launch("check", *args)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
    assert "Traceback" not in ran.err


async def test_without_a_configuration_a_domain_must_be_named(launch: Launch) -> None:
    """And the sentence says how."""
    ran = await launch("check")
    assert (ran.code, ran.out) == (2, "")
    assert "There is no launch.yml here, so name a domain: launch check example.com" in ran.err


async def test_three_mistakes_in_the_configuration_come_at_once(launch: Launch, tmp_path: Path) -> None:
    """Exit 2, three lines, each with its place."""
    (tmp_path / "launch.yml").write_text(
        "product: {domain: 10.0.0.1}\nhosts:\n  - name: a.example\n    purpse: app\nnetwork: {rate: 0}\n"
    )
    ran = await launch("check")
    assert ran.code == 2
    assert [line.split(": ")[0] for line in ran.err.splitlines()] == [
        "launch.yml:1:19",
        "launch.yml:4:5",
        "launch.yml:5:17",
    ]


async def test_a_configured_product_needs_no_target_and_one_of_its_hosts_narrows(
    launch: Launch, tmp_path: Path, shop: Shop
) -> None:
    """Switched-off checks are left out; a target from the file keeps to it."""
    (tmp_path / "acme.yml").write_text(
        "product: {domain: acme.test, id: acme}\n"
        "hosts: [{name: acme.test, purpose: marketing}, {name: app.acme.test, purpose: app}]\n"
        "monitors: [{name: Shop window, url: /, expect: {contains: Acme sells}}]\n"
        "checks: {tls.hsts: {enabled: false}}\n" + shop.network
    )
    whole = await launch("check", "--format", "json", LAUNCH_CONFIG="acme.yml")
    assert whole.code == 0, whole.out + whole.err
    assert json.loads(whole.out)["product"] == "acme"
    assert findings(whole)["up.http", "Shop window"]["status"] == "pass"
    assert not any(check == "tls.hsts" for check, _ in findings(whole))
    narrow = await launch("check", "app.acme.test", "--config", "acme.yml", "--format", "json")
    assert {target for _, target in findings(narrow)} == {"app.acme.test"}
    monitor = await launch("check", "Shop window", "--config", "acme.yml", "--format", "json")
    assert {target for _, target in findings(monitor)} == {"Shop window"}


@pytest.mark.usefixtures("only_network")
async def test_several_domains_make_one_report(launch: Launch) -> None:
    """Targets of both are in it, and the worse decides."""
    ran = await launch("check", "acme.test", "nowhere.test", "--only", "dns.resolve", "--format", "json")
    assert ran.code == 1
    assert {"acme.test", "nowhere.test"} <= set(json.loads(ran.out)["targets"])


@pytest.mark.parametrize("form", ["markdown", "junit", "sarif", "json", "text"])
@pytest.mark.usefixtures("only_network")
async def test_each_format_can_go_to_a_file(launch: Launch, tmp_path: Path, form: str) -> None:
    """The verdict is still said, on standard error."""
    ran = await launch("check", "acme.test", "--only", "dns", "--format", form, "--output", "report")
    assert (ran.code, ran.out) == (0, "")
    assert "Go. The report is in report" in ran.err
    assert "acme.test" in (tmp_path / "report").read_text()


@pytest.mark.usefixtures("only_network")
async def test_an_output_that_cannot_be_written_is_a_sentence(launch: Launch) -> None:
    """No traceback for a wrong folder."""
    ran = await launch("check", "acme.test", "--only", "dns.resolve", "--output", "no/such/folder")
    assert ran.code == 2
    assert "no/such/folder cannot be written" in ran.err


@pytest.mark.usefixtures("only_network")
async def test_a_site_that_hangs_ends_with_the_time_that_was_given(launch: Launch, shop: Shop) -> None:
    """What could not be looked at in time is unknown, and the command comes back."""
    for name in ("acme.test", "www.acme.test", "app.acme.test", "api.acme.test"):
        shop.web.route(name, "*", Answer(delay=300))
    started = asyncio.get_running_loop().time()
    ran = await launch("check", "acme.test", "--only", "up", "--timeout", "4", "--format", "json")
    assert asyncio.get_running_loop().time() - started < 100, "the site would take five minutes for each answer"
    assert ran.code in (1, 3), ran.out
    assert "Traceback" not in ran.err


def test_a_check_or_a_family_beside_a_domain_narrows() -> None:
    """As in Slack; what only looks like one is a domain."""
    from bot.cli.check import FAMILIES, _apart
    from checks.registry import load

    ids = tuple(load())
    assert _apart(ids) == ((), ids)
    assert set(FAMILIES) == {id.partition(".")[0] for id in ids}
    domains = ("acme.test", "mail.example.com", "web.dev", "up.com", "dns", "tls.valid", "net.live", "")
    assert _apart(domains) == (
        ("acme.test", "mail.example.com", "web.dev", "up.com", "net.live", ""),
        ("dns", "tls.valid"),
    )


async def test_a_check_without_a_domain_is_explained(launch: Launch) -> None:
    """It is not taken for a domain that nobody owns."""
    ran = await launch("check", "mail.dmarc")
    assert ran.code == 2
    assert "launch check example.com --only mail.dmarc" in ran.err
