"""`launch config patch`: what was accepted in Slack as lines for launch.yml, which stays as it is."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from bot.cli import execute
from bot.config.inventory import to_inventory
from bot.config.load import load
from bot.services.patch import patch
from bot.store import baseline, drift
from bot.store.baseline import Accepted
from bot.store.db import Store
from bot.store.drift import Said
from checks.inventory import Known

NOW = datetime(2026, 11, 20, 20, 55, tzinfo=UTC)
FILE = """\
product: {id: acme, name: Acme, domain: acme.example, brand_domains: [old.example]}
hosts:
  - name: acme.example
    purpose: marketing
    expect: [{type: MX, equals: ["10 mx1.mail.example"]}]
  - {name: app.acme.example, purpose: app}
"""
HOSTILE = 'v=spf1 "x" \\ #}]: -all, - {name: evil.example}'
UNSEEN = "x\u2028- {name: evil.example}\x1b[2J"

ACCEPTED = [
    Known("acme.example", "MX", ("10 mx9.mail.example",), "U1", NOW),
    Known("acme.example", "TXT", ("v=spf1 -all", HOSTILE), "U1", NOW),
    Known("_dmarc.acme.example", "TXT", ("v=DMARC1; p=none",), "U1", NOW),
    Known("app.acme.example", "CNAME", ("edge.host.example",), "U1", NOW),
    Known("app.acme.example", "CAA", (), "U1", NOW),
    Known("app.acme.example", "TXT", (UNSEEN,), "U1", NOW),
    Known("old.example", "A", ("203.0.113.9",), "U1", NOW),
]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where somebody types the command, with a launch.yml."""
    (tmp_path / "launch.yml").write_text(FILE, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    for name in ("LAUNCH_DATA", "LAUNCH_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def test_the_lines_say_what_was_accepted_and_the_file_does_not(folder: Path) -> None:
    """Read back as launch.yml they expect the same values, whatever stands in them."""
    text = patch(to_inventory(load(folder / "launch.yml")), ACCEPTED)
    added = {host["name"]: host["expect"] for host in yaml.safe_load(text)["hosts"]}
    assert set(added) == {"acme.example", "app.acme.example"}
    document = yaml.safe_load(FILE)
    for host in document["hosts"]:
        host["expect"] = [*host.get("expect", []), *added.get(host["name"], [])]
    (folder / "new.yml").write_text(yaml.safe_dump(document), encoding="utf-8")
    found = {(r.name, r.type): r.equals for host in to_inventory(load(folder / "new.yml")).hosts for r in host.expect}
    assert found[("acme.example", "MX")] == ("10 mx1.mail.example",)
    for one in ACCEPTED[1:]:
        if one.values and UNSEEN not in one.values:
            assert found[(one.name, one.type)] == tuple(value.strip() for value in one.values)
    assert not {("app.acme.example", "CAA"), ("app.acme.example", "TXT")} & set(found)


def test_the_command_reads_the_store_and_writes_nothing(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Beside a running bot as well; the file is not touched."""
    store = Store.open(folder / "data" / "launch.db")

    def fill(connection) -> None:
        answer = drift.answer(connection, "acme", NOW, actor="U1", said=Said.ACCEPT)
        baseline.keep(connection, "acme", [Accepted(ACCEPTED[3], answer)])

    store.write_now(fill)
    try:
        assert execute(("config", "patch")) == 0
    finally:
        store.close()
    said = capsys.readouterr().out
    assert '- {type: CNAME, equals: ["edge.host.example"]}  # accepted 2026-11-20' in said
    assert (folder / "launch.yml").read_text(encoding="utf-8") == FILE


@pytest.mark.parametrize("store", ["none", "empty", "broken"])
def test_without_anything_accepted_it_says_so(folder: Path, capsys: pytest.CaptureFixture[str], store: str) -> None:
    """No store, an empty one, or one that cannot be read: one sentence each."""
    if store != "none":
        Store.open(folder / "data" / "launch.db").close()
    if store == "broken":
        (folder / "data" / "launch.db").write_bytes(b"no database" * 1000)
    code = execute(("config", "patch"))
    out, err = capsys.readouterr()
    assert "Traceback" not in out + err
    if store == "broken":
        assert (code, out) != (0, "")
        assert "launch.db" in err
    else:
        assert (code, out) == (
            0,
            "# Nothing to add: no DNS record was accepted in Slack that launch.yml does not name.\n",
        )
