"""An audit asked for in Slack knows what the monitors saw: speed is judged by a day of looks, not by one."""

from __future__ import annotations

from datetime import timedelta

from bot.store import audits, probes
from bot.store.probes import Probe, Seen


async def test_speed_is_judged_by_the_looks_of_the_last_day(make, company):
    """Two hundred quick looks are a pass, and the same number of slow ones is not."""
    services = make(company.config).services
    monitors = [one.name for one in services.inventory.monitors][:2]
    now = services.clock.now()

    def looks(connection):
        for name, ms in zip(monitors, (40.0, 9000.0), strict=True):
            number = probes.monitor(connection, services.product, name)
            rows = [Probe(number, now - timedelta(minutes=minute), Seen.GOOD, ms) for minute in range(1, 201)]
            probes.add(connection, rows)

    await services.store.write(looks)
    id = await services.audits.start(user="UMIA", channel="C1", only=("perf",))
    await services.audits.wait(id)
    report = await services.store.read(lambda c: audits.report(c, id))
    found = {(one.check, one.target): one.status.value for one in report.findings}
    assert found["perf.p95", monitors[0]] == "pass"
    assert found["perf.p95", monitors[1]] == "fail"
    assert found["perf.error_rate", monitors[0]] == "pass"
