"""Finding files that must stay secret: only by their content, whatever the site answers to everything else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.exp.files import OUTCOMES, Facts, judge
from checks.leaked_files import FEW, PLACES, proven, settings
from checks.net.facts import Exchange, Reason
from tests.checks.planted import SECRETS
from tests.checks.samples import HOST, exchange, silent

SPA = b"<!doctype html><html><head><title>Shop</title></head><body><div id=root></div></body></html>"
NOT_THERE = exchange(f"https://{HOST}/launch-ready-1", 404, body=b"Not found")
CATCH_ALL = exchange(f"https://{HOST}/launch-ready-1", body=SPA)
CONTENT = {
    "/.env": b"APP_ENV=production\nDB_PASSWORD=hunter2hunter2\n",
    "/.env.production": b'# live\nexport A_KEY="one"\nB_KEY=two\n',
    "/.env.local": b"ONE=1\r\nTWO=2\r\n",
    "/.env.backup": b"ONE=1\nTWO=2",
    "/.env.bak": b"ONE=1\nTWO=2",
    "/.env.old": b"ONE=1\nTWO=2",
    "/.git/HEAD": b"ref: refs/heads/main\n",
    "/.git/config": b"[core]\n\trepositoryformatversion = 0\n",
    "/backup.zip": b"PK\x03\x04\x14\x00",
    "/backup.sql": b"-- MySQL dump 10.13\n",
    "/dump.sql": b"SET x;\nCREATE TABLE users (id int);",
    "/backup.tar.gz": b"\x1f\x8b\x08\x00",
    "/database.sqlite": b"SQLite format 3\x00\x10",
    "/wp-config.php.bak": b"<?php\ndefine('DB_PASSWORD', 'x');",
    "/env.js": b'window.env={KEY:"' + SECRETS["stripe-secret"].encode() + b'"}',
    "/env-config.js": SECRETS["openai"].encode(),
    "/.vscode/sftp.json": b'{"host": "203.0.113.9", "password": "x"}',
    "/.aws/credentials": b"[default]\naws_access_key_id = x",
    "/.npmrc": b"//registry.example.test/:_authToken=x",
    "/.htpasswd": b"ana:$apr1$abcdefgh$ijklmnopqrstuvwxyz",
    "/id_rsa": b"-----BEGIN OPENSSH " + b"PRIVATE KEY-----\n",
    "/actuator/env": b'{"activeProfiles":[],"propertySources":[]}',
    "/phpinfo.php": b"<title>PHP 8.3 - phpinfo()</title>",
    "/server-status": b"<h1>Apache Server Status for x</h1>",
    "/.DS_Store": b"\x00\x00\x00\x01Bud1\x00",
    "/graphql": b'{"data":{"__schema":{"queryType":{"name":"Query"}}}}',
}


def facts(
    content: dict[str, bytes] | None = None, nowhere: Exchange = NOT_THERE, status: int = 200, **more: object
) -> Facts:
    """A host with these files; everything else is answered as a path that cannot exist."""
    answers = []
    for place in PLACES:
        url, body = f"https://{HOST}{place.path}", (content or {}).get(place.path.partition("?")[0])
        other = exchange(url, nowhere.status, body=nowhere.body[: place.cap])
        answers.append((place, other if body is None else exchange(url, status, body=body[: place.cap])))
    return Facts(HOST, nowhere, tuple(answers), len(PLACES))


LEADS_ON = exchange(f"https://{HOST}/launch-ready-1", to="https://www.example.test/launch-ready-1")
MET = tuple(
    (place, exchange(f"https://{HOST}{place.path}", to=f"https://www.example.test{place.path}")) for place in FEW
)
HALF = tuple((place, exchange(f"https://{HOST}{place.path}", 404)) for place in PLACES[:7])
CASES = {
    "ok": facts(),
    "ok_with_note": facts({"/graphql": CONTENT["/graphql"]}),
    "only_leads_on": Facts(HOST, LEADS_ON, MET, len(FEW)),
    "secret_file": facts({"/.env": CONTENT["/.env"]}),
    "code_history": facts({"/.git/HEAD": CONTENT["/.git/HEAD"]}),
    "backup": facts({"/backup.zip": CONTENT["/backup.zip"]}),
    "server_internals": facts({"/phpinfo.php": CONTENT["/phpinfo.php"]}),
    "file_list": facts({"/.DS_Store": CONTENT["/.DS_Store"]}),
    "looked_in_part": Facts(HOST, NOT_THERE, HALF, len(PLACES)),
    "blocked_by_firewall": facts(nowhere=exchange(status=403, server="cloudflare")),
    "could_not_look": Facts(HOST, silent(f"https://{HOST}/x", Reason.TIMEOUT)),
}


@pytest.mark.parametrize("code", OUTCOMES)
def test_each_answer_has_facts_that_lead_to_it(code):
    """Every row of the table can be reached."""
    assert judge(CASES[code]).code == code


@pytest.mark.parametrize("nowhere", [NOT_THERE, CATCH_ALL], ids=["404", "catch-all"])
@pytest.mark.parametrize("place", PLACES, ids=[place.path for place in PLACES])
def test_each_place_is_proven_by_its_content(place, nowhere):
    """Whether the rest of the site answers 404 or its start page."""
    path = place.path.partition("?")[0]
    verdict = judge(facts({path: CONTENT[path]}, nowhere))
    assert (verdict.code, verdict.seen["path"]) == (place.code, path)


@pytest.mark.parametrize("place", PLACES, ids=[place.path for place in PLACES])
@pytest.mark.parametrize(
    "body",
    [SPA, b"", b"404 page not found", b'{"error":"not found"}', b"<?xml version='1.0'?><Error/>", b"ok", b"ONE=1"],
)
def test_an_answer_without_proof_is_none(place, body):
    """Soft 404s, shells of apps and error objects come with status 200 too."""
    assert not proven(place, exchange(f"https://{HOST}{place.path}", body=body))


def test_a_site_that_answers_everything_with_one_file_has_no_leak():
    """A download page answers any path with the same archive."""
    zipped = exchange(f"https://{HOST}/launch-ready-1", body=b"PK\x03\x04everything")
    assert judge(facts(nowhere=zipped)).code == "ok"


@pytest.mark.parametrize("status", [403, 401, 404, 500])
def test_a_refused_file_is_no_leak(status):
    """Also where the refusal quotes something."""
    assert judge(facts({"/.env": CONTENT["/.env"]}, status=status)).code == "ok"


def test_settings_for_the_browser_are_fine_without_a_secret():
    """They are meant to be public; only a secret key in them counts."""
    assert judge(facts({"/env.js": b'window.env={API:"https://api.example.test",KEY:"public-value"}'})).code == "ok"


def test_no_value_of_a_leaked_file_is_kept():
    """Names help to replace them; values are nobody's business."""
    seen = judge(facts({"/.env": CONTENT["/.env"]})).seen
    assert seen["names"] == ("APP_ENV", "DB_PASSWORD")
    assert "hunter2" not in str(seen)


@pytest.mark.parametrize(
    "body",
    [b"<html>\nONE=1\nTWO=2\n", b"var a = 1\nvar b = 2\nfunction c() {\n}\n", b"Dear all,\nA=1\nis what\nB=2\nmeans\n",
     b"PK\x00ONE=1\nTWO=2", b"just text\n" * 5],
)  # fmt: skip
def test_only_lines_of_settings_are_settings(body):
    """Pages, scripts and letters have equal signs too."""
    assert settings(body) == ()


@given(st.binary(max_size=512))
def test_no_bytes_stop_the_proofs(body):
    """Files come from strangers."""
    for place in PLACES:
        assert proven(place, exchange(f"https://{HOST}{place.path}", body=body)) in (True, False)
