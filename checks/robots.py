"""Reading robots.txt as search engines do (RFC 9309): groups by robot, the longest matching rule wins.

Bounded in size, lines and rules; matching takes time in proportion to rule and path, whatever stands in them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote, unquote_to_bytes

CAP = 500 * 1024
"""Bytes that are read (RFC 9309 section 2.5 asks for at least 500 KiB)."""
MAX_RULES = 5000
MAX_PATH = 2000
MAX_SITEMAPS = 20


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of a group."""

    allow: bool
    path: str
    """With `*` and a final `$`, percent-encoded one way."""


@dataclass(frozen=True, slots=True)
class Robots:
    """Who may read what."""

    groups: tuple[tuple[tuple[str, ...], tuple[Rule, ...]], ...] = ()
    """Names of robots, lower case, and the rules for them."""
    sitemaps: tuple[str, ...] = ()
    """As written."""

    def allows(self, robot: str, path: str) -> bool:
        """Whether a robot may read a path; `/robots.txt` always (RFC 9309 section 2.2.2)."""
        if path == "/robots.txt":
            return True
        wanted = _normal(path)
        best = Rule(allow=True, path="")
        for rule in self.rules(robot):
            if len(rule.path) < len(best.path) or not _matches(rule.path, wanted):
                continue
            if len(rule.path) > len(best.path) or rule.allow:
                best = rule
        return best.allow

    def rules(self, robot: str) -> tuple[Rule, ...]:
        """All groups that name the robot together; where there is none, those for `*`."""
        name = robot.lower()
        named = [rule for names, rules in self.groups if name in names for rule in rules]
        if named or any(name in names for names, _rules in self.groups):
            return tuple(named)
        return tuple(rule for names, rules in self.groups if "*" in names for rule in rules)


def read(text: str) -> Robots:
    """The rules in a robots.txt; what is no rule is passed over, so a page of HTML allows everything."""
    groups: list[tuple[list[str], list[Rule]]] = []
    sitemaps: list[str] = []
    count, open_names = 0, False
    for line in re.split(r"\r\n|\r|\n", text[:CAP].removeprefix("\ufeff")):
        key, colon, value = line.partition("#")[0].partition(":")
        key, value = key.strip().lower(), value.strip()
        if not colon:
            continue
        if key == "sitemap" and len(sitemaps) < MAX_SITEMAPS:
            # A sitemap's address may hold a #, which the cut above took for a comment: such addresses are not valid.
            sitemaps.append(value[:MAX_PATH])
        elif key == "user-agent":
            if not open_names:
                groups.append(([], []))
            groups[-1][0].append(_token(value))
            open_names = True
        elif key in ("allow", "disallow"):
            open_names = False
            # An empty rule says nothing.
            if groups and value and count < MAX_RULES:
                groups[-1][1].append(Rule(key == "allow", _normal(value)))
                count += 1
    return Robots(tuple((tuple(names), tuple(rules)) for names, rules in groups), tuple(sitemaps))


def _token(value: str) -> str:
    """The product token of a user-agent line: letters, dashes and underscores (RFC 9309 section 2.2.1), or `*`."""
    if value.startswith("*"):
        return "*"
    found = re.match(r"[A-Za-z_-]{1,100}", value)
    return found[0].lower() if found else ""


def _normal(path: str) -> str:
    """One spelling of a path: what needs no percent-encoding has none, the rest has it (RFC 9309 section 2.2.2)."""
    return quote(unquote_to_bytes(path[:MAX_PATH]), safe="/?=&*$:@!'(),;+~-._%")


def _matches(rule: str, path: str) -> bool:
    """Whether a rule matches the beginning of a path; `*` stands for anything, a final `$` for the end."""
    anchored = rule.endswith("$")
    first, *rest = (rule[:-1] if anchored else rule).split("*")
    if not path.startswith(first):
        return False
    at = len(first)
    if not rest:
        return not anchored or at == len(path)
    # Each piece as early as possible leaves most room for those that follow.
    for piece in rest[:-1]:
        found = path.find(piece, at)
        if found < 0:
            return False
        at = found + len(piece)
    last = rest[-1]
    if anchored:
        return path.endswith(last) and len(path) - len(last) >= at
    return path.find(last, at) >= 0
