"""Codes of an authenticator app, against the vectors of the standard."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

import pytest

from checks.flow.totp import ALGORITHMS, Key, key_of

SEEDS = {"SHA1": b"12345678901234567890", "SHA256": b"12345678901234567890123456789012"}
SEEDS["SHA512"] = b"1234567890" * 6 + b"1234"
VECTORS = [  # RFC 6238, appendix B
    (59, "94287082", "46119246", "90693936"),
    (1111111109, "07081804", "68084774", "25091201"),
    (1111111111, "14050471", "67062674", "99943326"),
    (1234567890, "89005924", "91819424", "93441116"),
    (2000000000, "69279037", "90698825", "38618901"),
    (20000000000, "65353130", "77737706", "47863826"),
]


@pytest.mark.parametrize(("at", "sha1", "sha256", "sha512"), VECTORS)
def test_the_vectors_of_the_standard(at: int, sha1: str, sha256: str, sha512: str) -> None:
    """All eighteen, with eight digits; and their last six with six."""
    moment = datetime.fromtimestamp(at, UTC)
    for algorithm, code in (("SHA1", sha1), ("SHA256", sha256), ("SHA512", sha512)):
        assert Key(SEEDS[algorithm], 8, 30, algorithm).at(moment) == code
        assert Key(SEEDS[algorithm], 6, 30, algorithm).at(moment) == code[-6:]


def test_a_key_as_services_show_it() -> None:
    """Letters in groups, small or large, with and without what pads them; and the address behind the picture."""
    text = base64.b32encode(SEEDS["SHA1"]).decode()
    grouped = " ".join(text[at : at + 4] for at in range(0, len(text), 4)).lower()
    assert key_of(text) == key_of(grouped) == Key(SEEDS["SHA1"])
    short = base64.b32encode(b"1234567").decode()
    assert key_of(short) == key_of(short.rstrip("=")) == Key(b"1234567")
    address = f"otpauth://totp/Shop:qa?secret={text}&issuer=Shop&algorithm=SHA256&digits=8&period=60"
    assert key_of(address) == Key(SEEDS["SHA1"], 8, 60, "SHA256")


@pytest.mark.parametrize(
    "text",
    ["", "not a key!", "0189", "otpauth://totp/x", "otpauth://totp/x?secret=ME&digits=99",
     "otpauth://totp/x?secret=ME&period=x",
     "otpauth://totp/x?secret=MFRGG&algorithm=MD5"],
)  # fmt: skip
def test_what_is_no_key_is_refused_without_being_repeated(text: str) -> None:
    """One sentence; the text may be the secret with one letter missing."""
    with pytest.raises(ValueError, match=r"^it|^its") as refused:
        key_of(text)
    assert not text or text not in str(refused.value)


def test_a_key_does_not_show_itself() -> None:
    """Not in a traceback either."""
    assert "1234" not in repr(Key(SEEDS["SHA1"]))
    assert set(ALGORITHMS) == set(SEEDS)
