"""What a look costs: import and processor time are part of the promise."""

from __future__ import annotations

import subprocess
import sys
import time

from tests.net.conftest import Site
from tests.servers.http import Answer


def test_importing_the_probe_is_cheap() -> None:
    """A terminal command must not wait for its imports: 0.3 s of processor time, and no web framework."""
    script = (
        "import time, sys; import checks.net.live; print(time.process_time());"
        "print(sorted({'aiohttp', 'httpx', 'slack_bolt', 'pydantic', 'dns.asyncresolver'} & set(sys.modules)))"
    )
    best = 9.0
    for _ in range(3):
        ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
        seconds, heavy = ran.stdout.splitlines()
        assert heavy == "[]"
        best = min(best, float(seconds))
    assert best <= 0.3


async def test_a_request_over_tls_is_cheap(site: Site) -> None:
    """At most 3 ms of processor time for a new, verified connection and its request, the server's half included."""
    site.web.route("a.test", "*", Answer())
    async with site.probe(burst=1000) as probe:
        await probe.get("https://a.test/warm")
        best = 9.0
        for round in range(3):
            began = time.process_time()
            for number in range(50):
                assert (await probe.get(f"https://a.test/{round}/{number}")).status == 200
            best = min(best, (time.process_time() - began) / 50 * 1000)
    assert best <= 3.0
