"""Kills and faults by the thousand: `python -m tests.soak [--runs 10000] [--seconds 7200] [--workers 3] [--from 0]`.

Every run is drawn from its seed; `--from SEED --runs 1` repeats one. The last line says what came of it.
"""

from __future__ import annotations

import argparse
import sys

from tests.soak.crowd import reasons, report, soak


def main() -> int:
    """Run, tell, and end with 1 where a rule was broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--runs", type=int, default=10_000)
    parser.add_argument("--seconds", type=float, default=7200.0, help="stop after so long, and say how many were done")
    parser.add_argument("--workers", type=int, default=3)
    parser.add_argument("--from", dest="first", type=int, default=0, help="the first seed")
    parser.add_argument("--closed", type=int, help="so many runs more, with Slack's history closed; one for each 50")
    options = parser.parse_args()

    def tell(line: str) -> None:
        print(line, flush=True)

    closed = options.runs // 50 if options.closed is None else options.closed
    total, beside = soak(options.first, options.runs, options.seconds, options.workers, tell=tell, closed=closed)
    died = ", ".join(f"{point} {count:,}" for point, count in sorted(total.points.items()))
    print(f"{total.seconds:,.0f} s, {total.sent:,} messages; died at {died}")
    print(reasons(total))
    if beside.done:
        print(f"beside them, with Slack's history closed in each: {report(beside, closed)}")
    print(report(total, options.runs))
    return 0 if total.good and beside.good else 1


if __name__ == "__main__":
    sys.exit(main())
