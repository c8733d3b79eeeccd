"""Results of Lighthouse, as its command line and CI write them: several runs become their middle.

Format: https://github.com/GoogleChrome/lighthouse/blob/main/docs/understanding-results.md
"""

from __future__ import annotations

import json
import statistics
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from checks.measured import Lighthouse
from checks.urls import host_of

LARGEST = 32 * 1024 * 1024
"""Bytes of one result; with pictures in it they have a few million."""
ITEMS = 5000
STORM = 3
"""So often the same data may not be asked for in one load."""
DATA = frozenset({"XHR", "Fetch"})


class NotLighthouse(Exception):
    """The file holds something else; the words say what."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run."""

    url: str
    score: int | None
    lcp_ms: float | None
    third_party_ms: float | None
    third_parties: tuple[str, ...]
    scripts: int | None
    requests: int | None
    asked: tuple[tuple[str, int], ...]
    """Data that was asked for more than twice, and how often."""


def read(data: bytes) -> Run:
    """One result. Raises `NotLighthouse`."""
    if len(data) > LARGEST:
        raise NotLighthouse("it is larger than 32 MB")
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        raise NotLighthouse("it is not JSON") from None
    # The service of Google wraps the same result.
    found = _dict(_dict(found).get("lighthouseResult")) or _dict(found)
    audits = _dict(found.get("audits"))
    url = next((str(found[key]) for key in ("finalDisplayedUrl", "finalUrl", "requestedUrl") if found.get(key)), "")
    if not audits or not found.get("lighthouseVersion") or not host_of(url):
        raise NotLighthouse("it is no result of Lighthouse (lighthouse --output json)")
    score = _number(_dict(_dict(found.get("categories")).get("performance")).get("score"))
    blocking, parties = _third_parties(audits)
    network = _items(audits, "network-requests")
    return Run(
        url=url[:2000],
        score=None if score is None else round(score * 100),
        lcp_ms=_number(_dict(audits.get("largest-contentful-paint")).get("numericValue")),
        third_party_ms=blocking,
        third_parties=parties,
        scripts=_scripts(network),
        requests=len(network) or None,
        asked=_asked(network),
    )


def middle(runs: Sequence[Run]) -> Lighthouse:
    """The middle of each figure, over runs of one page; at least one."""
    storms: dict[str, list[int]] = {}
    for run in runs:
        for address, times in run.asked:
            storms.setdefault(address, []).append(times)
    # What only one of several runs did is no habit of the page.
    often = {address: min(times) for address, times in storms.items() if len(times) > len(runs) / 2}
    parties = Counter(name for run in runs for name in run.third_parties)
    score = _middle(run.score for run in runs)
    scripts, requests = _middle(run.scripts for run in runs), _middle(run.requests for run in runs)
    return Lighthouse(
        url=runs[0].url,
        runs=len(runs),
        score=None if score is None else int(score),
        lcp_ms=_middle(run.lcp_ms for run in runs),
        third_party_ms=_middle(run.third_party_ms for run in runs),
        third_parties=tuple(name for name, _ in parties.most_common(3)),
        scripts=None if scripts is None else int(scripts),
        requests=None if requests is None else int(requests),
        storms=tuple(sorted(often.items(), key=lambda one: (-one[1], one[0]))[:5]),
    )


def by_host(runs: Iterable[Run]) -> dict[str, Lighthouse]:
    """The runs of each host together."""
    found: dict[str, list[Run]] = {}
    for run in runs:
        found.setdefault(host_of(run.url), []).append(run)
    return {host: middle(of_host) for host, of_host in found.items()}


def _middle(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return statistics.median(known) if known else None


def _third_parties(audits: dict[str, Any]) -> tuple[float | None, tuple[str, ...]]:
    """Milliseconds for which scripts of others keep the page busy, and the heaviest; version 13 renamed the audit."""
    for name, key in (("third-party-summary", "blockingTime"), ("third-parties-insight", "mainThreadTime")):
        if name not in audits:
            continue
        items = _items(audits, name)
        ranked = sorted(((_number(item.get(key)) or 0.0, _entity(item)) for item in items), reverse=True)
        return sum(time for time, _ in ranked), tuple(entity for time, entity in ranked[:3] if time > 0 and entity)
    return None, ()


def _entity(item: dict[str, Any]) -> str:
    entity = item.get("entity")
    return str(_dict(entity).get("text") or entity or "")[:60] if entity else ""


def _scripts(network: Sequence[dict[str, Any]]) -> int | None:
    if not network:
        return None
    sizes = [_number(item.get("transferSize")) for item in network if item.get("resourceType") == "Script"]
    return round(sum(size for size in sizes if size is not None))


def _asked(network: Sequence[dict[str, Any]]) -> tuple[tuple[str, int], ...]:
    """Data asked for three times or more, without what stands behind the question mark: it may be private."""
    times = Counter(
        str(item.get("url", "")).partition("?")[0][:300] for item in network if item.get("resourceType") in DATA
    )
    return tuple((address, count) for address, count in times.most_common(5) if address and count >= STORM)


def _items(audits: dict[str, Any], name: str) -> list[dict[str, Any]]:
    items = _dict(_dict(audits.get(name)).get("details")).get("items")
    return [item for item in items[:ITEMS] if isinstance(item, dict)] if isinstance(items, list) else []


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e12:
        return None
    return float(value)
