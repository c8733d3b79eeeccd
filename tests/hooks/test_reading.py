"""How single values are read: times, addresses, versions, environments, kinds of trouble."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from bot.adapters.hooks import alertmanager, reading
from tests.hooks.senders import NOW


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        ("2026-11-20T11:58:00Z", datetime(2026, 11, 20, 11, 58, tzinfo=UTC)),
        ("2026-11-20T12:58:00+01:00", datetime(2026, 11, 20, 11, 58, tzinfo=UTC)),
        ("2018-08-03T09:52:26.739266876+02:00", datetime(2018, 8, 3, 7, 52, 26, 739266, tzinfo=UTC)),
        ("2021-04-28 21:50:00 +0200", datetime(2021, 4, 28, 19, 50, tzinfo=UTC)),
        ("2016-08-12 15:26:29 UTC", datetime(2016, 8, 12, 15, 26, 29, tzinfo=UTC)),
        ("2026-11-20T11:58:00", datetime(2026, 11, 20, 11, 58, tzinfo=UTC)),
        (1795175880, datetime(2026, 11, 20, 11, 58, tzinfo=UTC)),
        (1795175880.0, datetime(2026, 11, 20, 11, 58, tzinfo=UTC)),
        (1592335604941, datetime(2020, 6, 16, 19, 26, 44, 941000, tzinfo=UTC)),
        ("0001-01-01T00:00:00Z", None),
        ("1999-12-31T23:59:59Z", None),
        ("9999-12-31T23:59:59-23:59", None),
        ("0001-01-01T00:00:00+23:59", None),
        ("yesterday", None),
        ("", None),
        (True, None),
        (None, None),
        (-1, None),
        (10**400, None),
        (float("inf"), None),
        ([], None),
        ("2" * 60, None),
    ],
)
def test_times(written: Any, wanted: datetime | None) -> None:
    """As RFC 3339, as GitLab writes them, as seconds and as milliseconds; never before the year 2000."""
    assert reading.moment(written) == wanted


def test_of_several_times_the_first_that_can_be_read() -> None:
    """And none that is still to come."""
    assert reading.when(NOW, None, "", "2026-11-20T11:00:00Z") == datetime(2026, 11, 20, 11, tzinfo=UTC)
    assert reading.when(NOW, "2027-01-01T00:00:00Z") == NOW
    assert reading.when(NOW) == NOW


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        ("https://shop.example.com/a?b=c#d", "https://shop.example.com/a?b=c#d"),
        ("http://10.126.0.2:3000/-/jobs/796", "http://10.126.0.2:3000/-/jobs/796"),
        ("https://ci.example.com/log?token=abcdefghijklmnopqrstuvwxyz", "https://ci.example.com/log"),
        ("https://me:secret@ci.example.com/log", ""),
        ("ftp://example.com", ""),
        ("javascript:alert(1)", ""),
        ("//example.com", ""),
        ("https://", ""),
        ("https://[::1", ""),
        ("https://example.com/a b", ""),
        ("https://example.com/<!channel>", ""),
        ("https://example.com/|here", ""),
        ("https://example.com/\u202e", ""),
        ("https://example.com/\n", ""),
        ("https://example.com/" + "a" * 481, ""),
        (7, ""),
        (None, ""),
    ],
)
def test_addresses(written: Any, wanted: str) -> None:
    """Only what a person may click on: http or https, nobody's password in it, nothing that breaks out of a link."""
    assert reading.link({"x": written}, "x") == wanted


@pytest.mark.parametrize(
    ("name", "commit", "wanted"),
    [
        ("v1.4.0", "f95f852bd8", "v1.4.0"),
        ("refs/tags/v2", "f95f852bd8", "v2"),
        ("release-2026.11.20", "f95f852bd8", "release-2026.11.20"),
        ("main", "f95f852bd8", "f95f852"),
        ("fix/prices-2", "f95f852bd8", "f95f852"),
        ("1234567", "1234567890", "1234567"),
        ("main", "", "main"),
        ("", "", "else"),
    ],
)
def test_versions(name: str, commit: str, wanted: str) -> None:
    """A tag has a number in it and no way through branches; else the commit's first seven letters."""
    assert reading.version(name, commit, otherwise="else") == wanted


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("shop", "production"),
        ("shop-pr-12", "preview"),
        ("backend PR #12", "preview"),
        ("shop-staging", "staging"),
        ("staging-shop", "staging"),
        ("shop-preview", "preview"),
        ("review-app", "preview"),
        ("shop-test", "staging"),
        ("contest", "production"),
        ("express-12", "production"),
        ("", "production"),
    ],
)
def test_environments_by_name(name: str, wanted: str) -> None:
    """Where the name of an app is all there is."""
    assert reading.environment_by_name(name) == wanted


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("HighRequestLatency", "latency"),
        ("p95 of checkout", "latency"),
        ("InstanceDown", "reach"),
        ("ProbeFailure", "reach"),
        ("KubeJobFailed", "jobs"),
        ("BackupTooOld", "jobs"),
        ("TooMany5xx", "errors"),
        ("Slowdown of markdown", "latency"),
        ("countdown.timer", "errors"),
    ],
)
def test_kinds_of_trouble(name: str, wanted: str) -> None:
    """By the words of an alert's name, which is all that an alert says of its kind."""
    assert reading.kind_of(name) == wanted


def test_long_ids_stay_apart() -> None:
    """Two that differ at their end only are two."""
    ids = {reading.ident({"id": "x" * 200 + letter}, "id") for letter in "ab"}
    assert len(ids) == 2
    assert all(len(one) <= 100 for one in ids)
    assert reading.ident({"id": 7}, "id") == "7"
    assert reading.ident({"id": True}, "id") == ""


def test_alerts_without_a_fingerprint_are_known_by_their_labels() -> None:
    """In whatever order they come; another label is another alert."""
    one = alertmanager._fingerprint({"alertname": "x", "job": "y"})
    assert one == alertmanager._fingerprint({"job": "y", "alertname": "x"})
    assert one != alertmanager._fingerprint({"job": "z", "alertname": "x"})
    assert alertmanager._fingerprint(None) == alertmanager._fingerprint({})


def test_pages_of_commits() -> None:
    """A link needs a repository and commits."""
    assert reading.commit_page("https://github.com/a/b/", "abc1234") == "https://github.com/a/b/commit/abc1234"
    assert reading.commit_page("", "abc1234") == ""
