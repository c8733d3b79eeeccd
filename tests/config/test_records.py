"""Records that must stay as they are, edges and links: each mistake with its line and the nearest name."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.config.load import load
from bot.config.problems import ConfigError

HEAD = "product: {domain: a.example}\n"


def problems(text: str, tmp_path: Path) -> list[tuple[int, str]]:
    """Line and sentence of everything that is wrong with a file."""
    path = tmp_path / "launch.yml"
    path.write_text(HEAD + text)
    with pytest.raises(ConfigError) as refused:
        load(path)
    return [(problem.line, problem.message) for problem in refused.value.problems]


def expect(record: str) -> str:
    return f"hosts:\n  - name: a.example\n    expect:\n      - {record}\n"


@pytest.mark.parametrize(
    ("record", "sentence"),
    [
        ("{type: A}", "a record has one rule, this one has no rule"),
        ("{type: TXT, contains: a, equals: [b]}", "this one has equals and contains"),
        ("{type: TXT, any_in: 203.0.113.0/24}", "any_in is about addresses; write type: A or AAAA"),
        ("{type: A, cname_to: b.example}", "cname_to is about an alias"),
        ("{type: A, any_in: 203.0.113.7/24}", "is not a range of addresses"),
        ("{type: A, equals: [a.example]}", "is not an address"),
        ('{type: A, equals: ["2001:db8::1"]}', "IPv4 stands in A, IPv6 in AAAA"),
        ("{type: MX, equals: [mail.a.example]}", "write priority and name"),
        ("{type: MX, equals: [99999 mail.a.example]}", "write priority and name"),
        ("{type: NS, equals: [https://a.example/]}", "is more than a name"),
        ("{type: A, proxied_by: cloudflair}", 'did you mean "cloudflare"?'),
        ("{type: A, proxied_by: nobody}", "known are cloudflare, fastly"),
        ("{type: A, proxyed_by: fastly}", 'unknown key, did you mean "proxied_by"?'),
    ],
)
def test_a_record_that_cannot_be_compared_is_refused(record: str, sentence: str, tmp_path: Path) -> None:
    """In line 5, where it stands."""
    found = problems(expect(record), tmp_path)
    assert any(line == 5 and sentence in message for line, message in found), found


@pytest.mark.parametrize(
    ("text", "line", "sentence"),
    [
        ("hosts:\n  - name: a.example\n    edge: cloudfalre\n", 4, 'did you mean "cloudflare"?'),
        ("hosts:\n  - name: a.example\n    origin: [a.example]\n", 4, "is not an address"),
        ("hosts:\n  - name: a.example\n    admin_paths: [admin]\n", 4, "a path begins with /"),
        ("links:\n  - {url: /a, kind: logon}\n", 3, 'did you mean "login"?'),
        ("links:\n  - url: /a\n  - url: /a\n", 4, "is listed twice, first in line 3"),
        ("redirects:\n  - {from: /a, to: /b}\n  - {from: /a, to: /c}\n", 4, "is listed twice, first in line 3"),
        ("links:\n  - {url: ftp://a.example/}\n", 3, "is not for the web"),
        ("monitors:\n  - {name: A, url: /a, endpoint: dashbord}\n", 3, 'did you mean "dashboard"?'),
        ("mail:\n  domains:\n    - {name: a.example, selectors: [a b]}\n", 4, "is not a DKIM selector"),
        ("mail:\n  domains:\n    - {name: a.example, per_day: -1}\n", 4, "0"),
        ("network:\n  rdap: rdap.example\n", 3, "https://"),
    ],
)
def test_each_mistake_has_its_line(text: str, line: int, sentence: str, tmp_path: Path) -> None:
    """And says what would be right."""
    found = problems(text, tmp_path)
    assert any(at == line and sentence in message for at, message in found), found


def test_a_path_needs_a_domain_to_stand_on(tmp_path: Path) -> None:
    """Links as well as monitors."""
    path = tmp_path / "launch.yml"
    path.write_text("hosts: [{name: a.example}]\nlinks: [{url: /a, to: /b}]\n")
    with pytest.raises(ConfigError) as refused:
        load(path)
    assert len([one for one in refused.value.problems if "product.domain" in one.message]) == 2
