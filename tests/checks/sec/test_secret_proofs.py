"""What tells a real key from one that was made up for a manual: its check sum, its own length, its mixture."""

from __future__ import annotations

import base64
import subprocess

import pytest

from checks.secret_scan import keys
from tests.checks.planted import SECRETS, letters


def found(text: str) -> list[str]:
    """The kinds of keys in a text."""
    return [key.id for key in keys(text.encode())]


@pytest.fixture(scope="module", params=["-algorithm ED25519", "-algorithm RSA", "-algorithm EC"])
def pem(request: pytest.FixtureRequest) -> str:
    """A private key made by OpenSSL."""
    more = {"RSA": "-pkeyopt rsa_keygen_bits:2048", "EC": "-pkeyopt ec_paramgen_curve:P-256"}
    words = f"{request.param} {more.get(request.param.split()[1], '')}".split()
    return subprocess.run(["openssl", "genpkey", *words], capture_output=True, check=True).stdout.decode()


@pytest.mark.parametrize("prefix", ["gh" + "p_", "gh" + "s_", "np" + "m_"])
def test_a_token_whose_check_sum_is_wrong_was_made_up(prefix):
    """Its last six characters are worked out from the others; a published example of GitHub's shows how."""
    assert found("k = 'gh" + "p_zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ" + "0mLq17'") == ["github-token"]
    made_up = prefix + letters(36)
    assert found(f"k = '{made_up}'") == []
    assert found(f"k = '{SECRETS['npm']}'") == ["npm"]
    longer = "gh" + "s_" + letters(52)
    assert found(f"k = '{longer}'") == ["github-token"], "of another length, so there is no sum to check"


def test_an_excerpt_of_a_private_key_is_none(pem):
    """Manuals show its first line between both marks; a key states its length, and all of it must be there."""
    first = pem.splitlines()[1]
    head, tail = pem.splitlines()[0], pem.splitlines()[-1]
    assert found(pem) == ["private-key"]
    assert found(pem.replace("\n", "\\n")) == ["private-key"]
    assert found(pem.replace("\n", " ")) == ["private-key"]
    assert found(pem[: len(head) + 60]) == ["private-key"], "cut off, so nobody can tell"
    cut = first[:48]
    assert found(f"{head} {cut}. {tail}") == []
    assert found(f"{head}\n{cut}\n...\n{tail}\n") == []
    assert found(f"{head}{cut}\\\\n.{tail}") == []


def test_keys_in_another_form_are_believed():
    """OpenSSH's own form and encrypted ones do not say how long they are."""
    body = base64.b64encode(b"openssh-key-v1\0" + bytes(range(200))).decode()
    mark = "OPENSSH PRIVATE " + "KEY-----"
    assert found(f"-----BEGIN {mark}\n{body}\n-----END {mark}\n") == ["private-key"]


def test_a_name_that_a_person_chose_is_no_key():
    """Of the right length by accident; a key made by chance has digits, small and large letters."""
    assert found("const live_" + "subscriptionsofallcustomersnow = 1") == []
    assert found("x = 'secret_" + "ofthecustomerthatwasreplacedlastyearbyanewon'") == []
    assert found(f"k = '{SECRETS['mollie']}'") == ["mollie"]


WORD = "q7" + letters(12)


@pytest.mark.parametrize(
    "address",
    [
        f"postgresql+psycopg2://app:{WORD}@db.shop.test/app",
        f"postgresql+asyncpg://app:{WORD}@db.shop.test:5432/app",
        f"mysql2://app:{WORD}@db.shop.test/app",
        f"mysql+pymysql://app:{WORD}@db.shop.test/app",
        f"mariadb://app:{WORD}@db.shop.test/app",
        f"mssql+pyodbc://app:{WORD}@db.shop.test/app",
        f"smtps://mail:{WORD}@smtp.shop.test:465",
        f"clickhouse://app:{WORD}@db.shop.test/app",
        f"postgres://app:{WORD}@52.10.20.30:5432/app",
        f"redis://:{WORD}@172.32.0.1:6379",
        f"postgres://app:{WORD}@10.shop.test/app",
    ],
)
def test_addresses_of_databases_with_a_password_are_found(address):
    """As the libraries of each language write them, by name or by a public address."""
    assert found(f'url = "{address}"') == ["database-url"]


@pytest.mark.parametrize(
    "address",
    [
        f"postgres://app:{WORD}@10.0.0.5/app",
        f"postgres://app:{WORD}@192.168.1.5/app",
        f"postgres://app:{WORD}@172.20.0.5/app",
        f"postgres://app:{WORD}@127.0.0.1/app",
        f"postgres://app:{WORD}@localhost/app",
        "mongodb+srv://root:random" + "password@cluster0.ab1cd.mongodb.test/mydb",
        "mysql://root:strong-" + "password1@db.shop.test/mydb",
        "mysql2://app:your_" + "password@db.shop.test/mydb",
        "postgresql+psycopg://app:${PASSWORD}@db.shop.test/app",
    ],
)
def test_addresses_of_manuals_and_of_a_developers_machine_are_none(address):
    """Words that describe a password in its place; hosts that nobody outside reaches."""
    assert found(f'url = "{address}"') == []


@pytest.mark.parametrize(
    "text",
    [
        "xox" + "e.xoxp-1-" + letters(150),
        "https://hooks." + "slack.com/triggers/T0Q9W8E7R6/9182736450918/" + letters(32),
        "gl" + "dt-" + letters(24),
        "secret" + "_" + letters(43),
        "lin" + "_oauth_" + "0a9b8c7d6e5f4132" * 4,
        "dckr" + "_oat_" + letters(32),
        "vercel" + "_blob_rw_" + letters(16) + "_" + letters(30),
        "fo" + "1_" + letters(43),
        "polar" + "_whs_" + letters(43),
        "ATC" + "TT3xFfGN0" + letters(170),
        "DISCORD_BOT_" + "TOKEN=" + base64.b64encode(b"1182736450918273645").decode().rstrip("=") + ".G" + letters(5)
        + "." + letters(38),
    ],
)  # fmt: skip
def test_other_forms_of_one_service_are_found_too(text):
    """Older and newer ones, and those for other uses."""
    assert len(found(f"k = '{text}'")) == 1


@pytest.mark.parametrize(
    "text",
    [
        "api-version-2024-11-30-preview-of-the-next-one",
        "sdk-0a9b8c7d-6e5f",
        "task-" + "0a9b8c7d6e5f4132" * 2,
        "risk_" + "0a9b8c7d6e5f4132" * 3,
        "cdn.shop.test/" + "0a9b8c7d6e5f4132" * 2 + "-usage.png",
        "napi_get_value_string_utf8_of_the_first_argument_of_this_call_here",
        "signing_secret = process.env.SLACK_SIGNING_SECRET",
        "client.login(process.env.DISCORD_TOKEN)",
        "MTIzNDU2Nzg5MDEyMzQ1Njc4.short.too",
    ],
)
def test_words_that_begin_like_a_key_are_none(text):
    """Names, versions and files."""
    assert found(f"k = '{text}'") == []
