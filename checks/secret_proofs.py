"""What a real key has besides its form: a check sum that fits, a length that it states itself.

Whoever makes up a key for a test or a manual seldom makes up that, too. What is not known is believed.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from zlib import crc32

LONGEST = 8 * 1024
"""Characters in which the end of a private key is looked for; one of 8192 bits needs six thousand."""
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_SUMMED = re.compile(r"[a-z]{3}_([0-9A-Za-z]{30})([0-9A-Za-z]{6})")
_BEGIN = re.compile(r"-----BEGIN [A-Z ]{0,20}PRIVATE KEY-----")
_END = re.compile(r"-----END [A-Z ]{0,20}PRIVATE KEY-----")
_BLANKS = re.compile(r"\\{1,4}[nr]|\s")
_BASE64 = re.compile(r"[0-9A-Za-z+/]*")


def checksum_fits(_text: str, _at: int, key: str) -> bool:
    """Whether the last six characters of a GitHub or npm token are the CRC-32 of the thirty before, in base 62.

    Tokens of another length have no such sum, and are believed.
    """
    found = _SUMMED.fullmatch(key)
    return found is None or summed(found[1]) == found[2]


def summed(entropy: str) -> str:
    """The six characters at the end of a token with this middle part."""
    rest, digits = crc32(entropy.encode("latin-1", "replace")), ""
    while rest:
        rest, digit = divmod(rest, 62)
        digits = _DIGITS[digit] + digits
    return digits.rjust(6, "0")


def whole(text: str, at: int, _key: str) -> bool:
    """Whether a private key between its two lines is as long as it says itself; an excerpt in a manual is not.

    The first bytes of a key in DER (X.690) state how many follow. Without an end in sight, or in another form, it is
    believed.
    """
    begin = _BEGIN.match(text, at)
    end = _END.search(text, at, at + LONGEST)
    if begin is None or end is None:
        return True
    body = _BLANKS.sub("", text[begin.end() : end.start()])
    stated = _stated(body)
    here = _BASE64.match(body)
    return not stated or here is None or len(here[0]) * 3 // 4 >= stated


def _stated(body: str) -> int:
    """How many bytes a key has, by its own first bytes; 0 where they do not say."""
    try:
        head = base64.b64decode(body[:8])
    except (ValueError, binascii.Error):
        return 0
    if len(head) < 6 or head[0] != 0x30:
        return 0
    if head[1] < 0x80:
        return head[1] + 2
    more = head[1] & 0x7F
    return int.from_bytes(head[2 : 2 + more], "big") + 2 + more if 1 <= more <= 2 else 0


def mixed(_text: str, _at: int, key: str) -> bool:
    """Whether small and large letters and digits stand in it: a name that a person chose seldom has all three."""
    return all(any(kind(char) for char in key) for kind in (str.isdigit, str.islower, str.isupper))


Proof = Callable[[str, int, str], bool]
"""Told of a text, where a key begins in it, and the key: whether it is one."""
PROOFS: Mapping[str, Proof] = MappingProxyType({"crc32": checksum_fits, "der": whole, "mixed": mixed})
"""By the word in `providers/keys.yml`."""
