"""`deploy:` in launch.yml: where the version can be seen, and what is done with previews."""

from __future__ import annotations

import pytest

from bot.config.load import load
from bot.config.problems import ConfigError

HEAD = "product: {name: Shop, domain: shop.test}\n"


def read(tmp_path, text: str):
    path = tmp_path / "launch.yml"
    path.write_text(HEAD + text)
    return load(path).deploy


def test_what_is_left_out_has_its_usual_value(tmp_path):
    """Previews are listed, and half an hour is late."""
    deploy = read(tmp_path, "deploy: {runs_on: Vercel}\n")
    assert (deploy.version, deploy.previews, deploy.late_after) == (None, "list", 1800.0)


@pytest.mark.parametrize(
    "way", ["header: X-Version", "json: build.commit", "pattern: 'version ([0-9.]+)'", "service: shop"]
)
def test_a_version_is_read_in_one_way(tmp_path, way):
    """By a header, in JSON, by a pattern, or the whole page."""
    deploy = read(tmp_path, f"deploy: {{version: {{url: /version, {way}}}, late_after: 10m}}\n")
    assert deploy.version.url == "/version"
    assert deploy.late_after == 600


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("version: {url: /v, pattern: '('}", "no regular expression"),
        ("version: {url: /v, pattern: 'v[0-9]+'}", "needs one group"),
        ("version: {url: /v, pattern: '(v([0-9]+)+)'}", "needs one group"),
        ("version: {url: /v, pattern: '(?:v+)+([0-9])'}", "could make it run for hours"),
        ("version: {url: /v, header: 'X: 1'}", "header"),
        ("version: {}", "url"),
        ("previews: hide", "previews"),
        ("late_after: 5s", "late_after"),
    ],
)
def test_mistakes_are_named(tmp_path, wrong, said):
    """With what is wrong."""
    with pytest.raises(ConfigError) as found:
        read(tmp_path, f"deploy: {{{wrong}}}\n")
    assert said in str(found.value)
