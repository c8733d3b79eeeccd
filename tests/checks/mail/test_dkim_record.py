"""Reading DKIM keys."""

from __future__ import annotations

import base64

import pytest
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.dkim_record import is_key, parse, rsa_bits

KEY = rsa.generate_private_key(65537, 1024).public_key()
SHAPES = (serialization.PublicFormat.SubjectPublicKeyInfo, serialization.PublicFormat.PKCS1)


@pytest.mark.parametrize("bits", [1024, 1536, 2048, 3072, 4096])
@pytest.mark.parametrize("shape", SHAPES)
def test_lengths_agree_with_another_library(bits, shape):
    """In both forms that RFC 6376 knows."""
    key = rsa.generate_private_key(65537, bits).public_key()
    assert rsa_bits(key.public_bytes(serialization.Encoding.DER, shape)) == bits


@settings(max_examples=500, deadline=None)
@given(st.sampled_from(SHAPES), st.data())
def test_a_spoiled_key_has_the_length_that_another_library_sees_or_none(shape, data):
    """One byte changed, or cut short: never a length where the other one reads another."""
    raw = bytearray(KEY.public_bytes(serialization.Encoding.DER, shape))
    place = data.draw(st.integers(0, len(raw) - 1))
    raw[place] = data.draw(st.integers(0, 255))
    raw = raw[: data.draw(st.integers(0, len(raw)))] if data.draw(st.booleans()) else raw
    ours = rsa_bits(bytes(raw))
    if shape is not SHAPES[0] or not ours:
        return
    try:
        theirs = serialization.load_der_public_key(bytes(raw))
    except (ValueError, UnsupportedAlgorithm):
        return
    assert isinstance(theirs, rsa.RSAPublicKey)
    assert ours == theirs.key_size


@settings(max_examples=500, deadline=None)
@given(st.binary(max_size=600))
def test_random_bytes_are_no_key(data):
    """Nor do they crash the reader."""
    assert rsa_bits(data) >= 0
    assert rsa_bits(b"\x30" + data) >= 0


@settings(max_examples=500, deadline=None)
@given(st.text(max_size=300) | st.from_regex(r"(?:[vkpthsn] ?= ?[A-Za-z0-9+/=: ]{0,40};? ?){0,8}", fullmatch=True))
def test_any_text_gets_an_answer(text):
    """Usable keys have a length; what is wrong is said."""
    key = parse(text)
    if key.usable:
        assert key.bits
        assert is_key(text)
    assert key.bits >= 0


@pytest.mark.parametrize("text", ["", "v=spf1 -all", "hello", "p", "=p", "google-site-verification=p=1x"])
def test_other_records_are_no_keys(text):
    """Only what has `p=` or says DKIM."""
    assert not is_key(text)


def test_a_huge_record_is_read_within_bounds():
    """64 KiB of tags, and 64 KiB of key."""
    assert not parse(";".join("a=b" for _ in range(16_000))).usable
    assert not parse("p=" + base64.b64encode(b"\x30" * 48_000).decode()).usable
    assert not parse("p=" + " " * 65_000).usable
