"""`launch perf` as a process of its own: targets, releases side by side, stored runs, pages, a light load, refusals."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.cli.conftest import HSTS, PAGE, Shop, clean
from tests.engine.probes import pause
from tests.outcomes.perf_on_purpose import result
from tests.servers.http import Answer, redirect

MONITORS = (
    "product: {name: Acme, domain: acme.test}\n"
    "hosts:\n"
    "  - {name: acme.test, purpose: marketing}\n"
    "  - {name: app.acme.test, purpose: app%s}\n"
    "monitors:\n"
    "  - {name: Log-in, url: 'https://app.acme.test/login', endpoint: auth, flow: login}\n"
)
SLOW = replace(PAGE, delay=0.06)


@pytest.fixture
def written(tmp_path: Path, shop: Shop):
    """Writes a launch.yml for the shop, with what more is given."""

    def write(more: str = "", *, host: str = "") -> Path:
        path = tmp_path / "launch.yml"
        fast = shop.network + "  rate: 1000\n  burst: 1000\n"
        path.write_text(MONITORS % host + more + fast)
        return path

    return write


async def test_endpoints_are_judged_by_their_class(shop: Shop, launch, written):
    """19 of 20 answers, the target, and how many were measured; exit 0, then 1 where it is too slow."""
    written()
    good = await launch("perf")
    assert good.code == 0, good.err
    assert "Log-in is quick: 19 of 20 answers came within" in good.out
    assert "(target for a log-in 500 ms, 60 looks)" in " ".join(good.out.split())
    assert not good.err
    shop.web.route("app.acme.test", "/login", replace(PAGE, delay=0.4))
    bad = await launch("perf", "log-in", "--class", "cached_read", "--samples", "20", "--format", "json")
    assert bad.code == 1
    found = json.loads(bad.out)
    assert found["verdict"] == "no-go"
    (finding,) = found["findings"]
    assert (finding["check"], finding["target"], finding["code"]) == ("perf.p95", "Log-in", "slow")
    assert finding["seen"]["count"] == 20
    assert 400 <= finding["seen"]["p95_ms"] < 1500


async def test_any_address_without_a_configuration_of_a_product(shop: Shop, launch, tmp_path: Path):
    """A URL and its class are enough."""
    (tmp_path / "launch.yml").write_text(shop.network + "  rate: 1000\n  burst: 1000\n")
    ran = await launch("perf", "https://app.acme.test/login?next=%2F", "--class", "auth", "--samples", "20")
    assert ran.code == 0, ran.out + ran.err
    assert "20 looks" in ran.out
    without = await launch("perf", "https://app.acme.test/x", "--samples", "20")
    assert without.code == 3
    assert "there is no target for its speed" in " ".join(without.out.split())


async def test_a_slower_release_stops_the_build(shop: Shop, launch, written):
    """A preview beside the live version, in turns: exit 1 and how much slower; the same version: exit 0."""
    written()
    for host, answer in (("www.acme.test", PAGE), ("api.acme.test", SLOW)):
        shop.web.route(host, "/login", answer)
    slower = await launch("perf", "--url", "https://api.acme.test", "--against", "https://www.acme.test")
    assert slower.code == 1, slower.out + slower.err
    said = " ".join(slower.out.split())
    assert "This release makes Log-in" in said
    assert "% slower than www.acme.test (120 samples each, seen twice)" in said
    assert "Hold the release" in said
    same = await launch("perf", "--against", "https://www.acme.test", "--format", "junit")
    assert same.code == 0, same.out + same.err
    assert "<testsuite" in same.out


async def test_runs_are_stored_and_compared_with_and_few_of_them_only_warn(shop: Shop, launch, written, tmp_path: Path):
    """Without a running old version: saved at one release, compared at the next."""
    written()
    first = await launch("perf", "--save", "perf.json")
    assert first.code == 0, first.err
    stored = json.loads((tmp_path / "perf.json").read_text())
    assert [run["n"] for run in stored["endpoints"]["Log-in"]] == [60]
    shop.web.route("app.acme.test", "/login", SLOW)
    later = await launch("perf", "--against", "perf.json", "--save", "perf.json")
    assert later.code == 0, later.out
    assert "slower than 1 stored run, but" in " ".join(later.out.split())
    assert len(json.loads((tmp_path / "perf.json").read_text())["endpoints"]["Log-in"]) == 2


async def test_pages_are_weighed_against_the_budget_and_the_version_before(shop: Shop, launch, written, tmp_path: Path):
    """Over the budget is exit 1; a tenth more script than before, too."""
    written("speed: {budget: {scripts: 50 kB, total: 90 kB}}\n")
    body = f"<!doctype html><title>a</title><script src=/app.js></script>{'word ' * 60}"
    html = ("content-type", "text/html")
    for host in ("acme.test", "app.acme.test"):
        shop.web.route(host, "/", Answer(body=body, headers=(html, HSTS)))
        shop.web.route(host, "/app.js", Answer(body="x" * 40_000, headers=(("content-type", "text/javascript"),)))
    ran = await launch("perf", "--pages", "--save", "perf.json")
    assert ran.code == 0, ran.out + ran.err
    assert json.loads((tmp_path / "perf.json").read_text())["pages"]["app.acme.test"]["scripts"] == 40_000
    shop.web.route(
        "app.acme.test", "/app.js", Answer(body="x" * 45_000, headers=(("content-type", "text/javascript"),))
    )
    grown = await launch("perf", "--pages", "--against", "perf.json", "--format", "json")
    codes = {one["target"]: one["code"] for one in json.loads(grown.out)["findings"]}
    assert (grown.code, codes) == (1, {"acme.test": "ok", "app.acme.test": "scripts_grew"})
    shop.web.route(
        "app.acme.test", "/app.js", Answer(body="x" * 60_000, headers=(("content-type", "text/javascript"),))
    )
    heavy = await launch("perf", "--pages")
    assert heavy.code == 1
    assert "over your budget: 60 kB of script instead of 50 kB" in " ".join(heavy.out.split())


async def test_results_of_lighthouse_are_read(launch, tmp_path: Path):
    """The middle of three; one run warns; other files are refused with a sentence."""
    names = []
    for number, lcp in enumerate((1800, 4000, 3300)):
        names.append(f"run{number}.json")
        (tmp_path / names[-1]).write_bytes(result(0.9, lcp))
    three = await launch("perf", "--lighthouse", *names)
    assert three.code == 1, three.out + three.err
    assert "useful after 3.3 s; aim for 2.5 (middle of 3 runs)" in " ".join(three.out.split())
    one = await launch("perf", "--lighthouse", names[1])
    assert one.code == 0
    assert "1 of 3 runs prove little" in " ".join(one.out.split())
    (tmp_path / "other.json").write_text('{"a": 1}')
    other = await launch("perf", "--lighthouse", "other.json")
    assert other.code == 2
    assert "other.json cannot be used: it is no result of Lighthouse" in other.err


async def test_a_light_load_goes_only_where_it_is_allowed(shop: Shop, launch, written):
    """A host that is not listed, or without leave, gets not a single packet; the line to add is shown."""
    written()
    shop.dns.queries.clear()
    stranger = await launch("perf", "--load", "https://shop.example/")
    assert stranger.code == 2
    assert "- {name: shop.example, purpose: other, intrusive: true}" in stranger.err
    listed = await launch("perf", "--load", "Log-in")
    assert listed.code == 2
    assert "nothing was sent" in listed.err
    assert "under the host app.acme.test the line" in " ".join(listed.err.split())
    assert "intrusive: true" in listed.err
    assert not shop.dns.queries
    assert not shop.web.connections


async def test_ctrl_c_stops_a_light_load_and_says_what_was_seen(shop: Shop, written, tmp_path: Path):
    """Nothing more is sent, the exit code is 130, and the report holds what came back until then."""
    written(host=", intrusive: true")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "perf", "--load", "Log-in"),
        cwd=tmp_path,
        env=clean(),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(60):
        while shop.web.asked("/login") < 1 + 5 + 4:
            await pause(0.05)
        process.send_signal(signal.SIGINT)
        out, err = await process.communicate()
    asked = shop.web.asked("/login")
    assert process.returncode == 130
    assert "was stopped after" in " ".join(out.decode().split())
    assert "2 a second" in out.decode()
    assert "Traceback" not in err.decode()
    assert asked < 20


async def test_why_nothing_could_be_measured_is_said_and_nothing_is_kept(shop: Shop, launch, written, tmp_path: Path):
    """A redirect, a server that refuses, one that wants a pause; and no file that holds nothing."""
    written()
    for answer, why in (
        (redirect("https://acme.test/"), "status 301, so it leads elsewhere"),
        (replace(PAGE, status=429), "status 429: too many requests"),
        (replace(PAGE, status=304, body=""), "status 304"),
    ):
        shop.web.route("app.acme.test", "/login", answer)
        ran = await launch("perf", "--save", "perf.json", "--samples", "20")
        text = " ".join(ran.out.split())
        assert ran.code == 3, ran.out
        assert why in text
        assert "is kept in" not in text
        assert not (tmp_path / "perf.json").exists()


async def test_localhost_is_told_how_to_be_measured(launch):
    """No name server knows it, so it does not merely "not exist"."""
    for words in (("http://localhost:3000/",), ("https://acme.test/", "--against", "http://localhost:3000")):
        ran = await launch("perf", *words)
        assert ran.code == 2
        assert "allow_private: true" in ran.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("perf", "--load"), "Name the endpoint"),
        (("perf", "--load", "Log-in", "--pages"), "--load stands alone"),
        (("perf", "Login"), "did you mean Log-in?"),
        (("perf", "--against", "nowhere.json"), "nowhere.json cannot be read"),
        (("perf", "--url", "preview"), "is no address"),
        (("perf", "--pages"), "There is no budget in launch.yml"),
        (("perf", "--lighthouse"), "Name the files"),
        (("perf", "--samples", "5"), "a number from 20 to 720"),
    ],
)
async def test_wrong_usage_is_said_with_what_is_right(launch, written, words, said):
    """Exit 2, one sentence, no traceback."""
    written()
    ran = await launch(*words)
    assert ran.code == 2, ran.out
    assert said in " ".join(ran.err.split())
    assert "Traceback" not in ran.err


async def test_a_file_of_somebody_else_is_refused(launch, written, tmp_path: Path):
    """One sentence that says where it is wrong."""
    written()
    (tmp_path / "perf.json").write_text('{"schema": 1, "endpoints": {"Log-in": [{"at": "x", "n": 1}]}}')
    ran = await launch("perf", "--against", "perf.json")
    assert ran.code == 2
    assert "perf.json holds no stored runs: endpoints.Log-in" in " ".join(ran.err.split())
