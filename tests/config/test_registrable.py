"""The registrable domain is the same whether the whole list is read or only its part for one top-level domain."""

from __future__ import annotations

from pathlib import Path

import pytest
from publicsuffixlist import PSLFILE, PublicSuffixList

from bot.config.registrable import registrable
from checks.names import is_public_suffix, platform_of


def test_every_rule_of_the_list_is_found_in_its_part() -> None:
    """For each rule: the suffix itself, a name below it and one below that, in ASCII."""
    whole, icann = PublicSuffixList(), PublicSuffixList(only_icann=True)
    rules = {line.split()[0] for line in Path(PSLFILE).read_text().splitlines() if line and not line.startswith("//")}
    assert len(rules) > 5000
    for rule in sorted(rules, key=lambda rule: rule.rpartition(".")[2]):
        suffix = rule.lstrip("!").replace("*", "any").encode("idna").decode()
        for name in (suffix, f"shop.{suffix}", f"www.shop.{suffix}", f"a.b.shop.{suffix}"):
            assert registrable(name) == (whole.privatesuffix(name) or name), name
            assert is_public_suffix(name) == ("." not in name or icann.is_public(name)), name
            assert platform_of(name) == {name: ""}.get(own := icann.privatesuffix(name) or "", own), name


@pytest.mark.parametrize(
    ("name", "domain"),
    [
        ("app.example.co.uk", "example.co.uk"),
        ("www.city.kawasaki.jp", "city.kawasaki.jp"),
        ("shop.acme.test", "acme.test"),
        ("a.b.example.unknowntld", "example.unknowntld"),
        ("com", "com"),
        ("shop.xn--55qx5d.cn", "shop.xn--55qx5d.cn"),
    ],
)
def test_the_domain_that_is_registered(name: str, domain: str) -> None:
    """Suffixes of two labels, exceptions, names of desks, unknown and internationalised ones."""
    assert registrable(name) == domain
