"""What senders call a service, and the page of a commit, become what the product knows."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain.heard import range_page
from bot.store import releases
from tests.services.doorstep import SECRET, START, Doorstep, signed, status

FILE = """\
product: {name: Shop, domain: shop.test}
services:
  Web: {}
  checkout: {}
"""
OLD, NEW = "a" * 40, "b" * 40


@pytest.fixture
async def door(tmp_path: Path) -> AsyncIterator[Doorstep]:
    """Two services in launch.yml."""
    (tmp_path / "launch.yml").write_text(FILE)
    found = Doorstep(tmp_path, {"LAUNCH_HOOK_GITHUB_SECRET": SECRET})
    yield found
    await found.close()


async def deploy(door: Doorstep, repository: str, sha: str, id: int) -> None:
    """GitHub says that a version of a repository is live."""
    body = status(
        id=id,
        at=door.now(),
        deployment={"id": id, "sha": sha, "ref": "main", "environment": "production", "creator": {"login": "ana"}},
        repository={"name": repository, "html_url": f"https://github.com/acme/{repository}"},
    )
    assert (await door.inbound.take("github", signed(body), body)).status == 202
    await door.settled()


@pytest.mark.parametrize(("repository", "service"), [("web", "Web"), ("checkout", "checkout"), ("acme-shop", "")])
async def test_a_repository_is_a_service_where_launch_yml_says_so(door, repository, service) -> None:
    """Whatever its case; any other concerns the whole product, so that every incident finds it."""
    await deploy(door, repository, NEW, 7)
    [found] = await door.known()
    assert found.service == service
    door.later(minutes=1)
    last = await door.store.read(lambda c: releases.last(c, "shop", door.now(), service="checkout"))
    assert (last is not None) == (service != "Web")


async def test_all_changes_since_the_version_before_are_one_click_away(door) -> None:
    """From the commit that was live until now to this one; the first deploy leads to its own commit."""
    await deploy(door, "shop", OLD, 7)
    door.time = START + timedelta(hours=1)
    await deploy(door, "shop", NEW, 8)
    pages = {one.version: one.compare_url for one in await door.known()}
    assert pages == {
        OLD[:7]: f"https://github.com/acme/shop/commit/{OLD}",
        NEW[:7]: f"https://github.com/acme/shop/compare/{OLD}...{NEW}",
    }


@pytest.mark.parametrize(
    ("page", "before", "wanted"),
    [
        (f"https://github.com/a/b/commit/{NEW}", OLD, f"https://github.com/a/b/compare/{OLD}...{NEW}"),
        (f"https://gitlab.com/a/b/-/commit/{NEW}", OLD, f"https://gitlab.com/a/b/-/compare/{OLD}...{NEW}"),
        (f"https://github.com/a/b/commit/{NEW}", "", f"https://github.com/a/b/commit/{NEW}"),
        (f"https://github.com/a/b/commit/{NEW}", "v41", f"https://github.com/a/b/commit/{NEW}"),
        ("https://github.com/a/b/compare/v41...v42", OLD, "https://github.com/a/b/compare/v41...v42"),
        ("", OLD, ""),
    ],
)
def test_pages_of_ranges(page: str, before: str, wanted: str) -> None:
    """Only what is a commit's page becomes a range, and only where the commit before is known."""
    assert range_page(page, before) == wanted
