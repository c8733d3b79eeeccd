"""`launch init` and `launch config`: from a live domain to a file that is in order."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from pathlib import Path

import jsonschema
import pytest

from bot.config.load import load
from tests.cli.conftest import Ran, Shop

pytestmark = pytest.mark.slow

Launch = Callable[..., Awaitable[Ran]]


async def test_init_writes_what_was_found_and_config_accepts_it(
    launch: Launch, only_network: Path, tmp_path: Path
) -> None:
    """Hosts with their purposes, the canonical address as it is today, the network kept; then a check is a go."""
    refused = await launch("init", "acme.test")
    assert refused.code == 2
    assert "stays as it is" in refused.err
    ran = await launch("init", "acme.test", "--force")
    assert ran.code == 0, ran.err
    assert "Wrote launch.yml: 4 hosts found (acme.test, www.acme.test, app.acme.test" in ran.out
    file = load(only_network)
    assert {host.name: host.purpose.value for host in file.hosts} == {
        "acme.test": "marketing",
        "www.acme.test": "marketing",
        "app.acme.test": "app",
        "api.acme.test": "api",
    }
    assert file.product is not None
    assert file.product.canonical == "https://acme.test/"
    assert file.network.allow_private is True
    described = await launch("config")
    assert described.code == 0
    assert "Host: app.acme.test (app)" in described.out
    assert "Without an owner: acme.test" in described.out
    assert (await launch("check")).code == 0
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".launch")] == []


async def test_init_elsewhere_leaves_the_other_file_alone(launch: Launch, only_network: Path, shop: Shop) -> None:
    """A new file for another product; without a network of its own it sees nothing of ours."""
    before = only_network.read_text()
    (only_network.parent / "new.yml").write_text(shop.network)
    ran = await launch("init", "www.acme.test", "--config", "new.yml", "--force")
    assert ran.code == 0, ran.err
    assert only_network.read_text() == before
    assert load(only_network.parent / "new.yml").names_a_product


async def test_init_never_counts_a_host_that_is_not_there(launch: Launch, only_network: Path, shop: Shop) -> None:
    """A name with a slip in it has no host; and where DNS is silent, nothing is proven."""
    ran = await launch("init", "acmee.test", "--config", "slip.yml")
    assert ran.code == 0, ran.err
    (only_network.parent / "slip.yml").write_text(shop.network)
    ran = await launch("init", "acmee.test", "--config", "slip.yml", "--force")
    said = " ".join(ran.out.split())
    assert "no host found. DNS knows no address of acmee.test. Is it spelt right?" in said
    assert "`launch check --config slip.yml`" in said
    (only_network.parent / "mute.yml").write_text('network: {resolvers: ["127.0.0.1:9"]}\n')
    ran = await launch("init", "acme.test", "--config", "mute.yml", "--force")
    assert "no host found, because DNS did not answer" in " ".join(ran.out.split())


async def test_init_of_a_domain_that_mails_never_says_so(launch: Launch, only_network: Path, shop: Shop) -> None:
    """Null MX and `v=spf1 -all` are a declaration."""
    shop.dns.zone.set("acme.test", "TXT", "v=spf1 -all")
    shop.dns.zone.set("acme.test", "MX", "0 .")
    assert (await launch("init", "acme.test", "--force")).code == 0
    mail = load(only_network).mail
    assert mail is not None
    assert [domain.sends for domain in mail.domains] == [False]


@pytest.mark.parametrize("folder", ["missing", "file"])
async def test_init_where_nothing_can_be_written_is_a_sentence(launch: Launch, tmp_path: Path, folder: str) -> None:
    """No half a file, no traceback."""
    (tmp_path / "file").write_text("")
    ran = await launch("init", "nowhere.test", "--config", f"{folder}/launch.yml")
    assert ran.code == 2
    assert "cannot be written" in ran.err
    assert "Traceback" not in ran.err


async def test_config_schema_is_a_schema(launch: Launch) -> None:
    """For editors."""
    ran = await launch("config", "schema")
    assert ran.code == 0
    jsonschema.Draft202012Validator.check_schema(json.loads(ran.out))


async def test_config_with_only_a_network_says_what_is_missing(launch: Launch, only_network: Path) -> None:
    """It is in order, and a domain must be named."""
    ran = await launch("config", "check", "--config", str(only_network))
    assert ran.code == 0
    assert "It names no product, so name a domain" in ran.out


async def test_config_without_a_file_is_exit_2(launch: Launch) -> None:
    """With the command that writes one."""
    ran = await launch("config")
    assert ran.code == 2
    assert "launch.yml: there is no such file; `launch init DOMAIN` writes one" in ran.err
