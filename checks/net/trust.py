"""TLS settings, made once and shared: reading the trust store costs more than ten handshakes."""

from __future__ import annotations

import os
import ssl
import warnings
from functools import lru_cache
from pathlib import Path

VERSIONS = {
    "TLSv1": ssl.TLSVersion.TLSv1,
    "TLSv1.1": ssl.TLSVersion.TLSv1_1,
    "TLSv1.2": ssl.TLSVersion.TLSv1_2,
    "TLSv1.3": ssl.TLSVersion.TLSv1_3,
}

BROWSERS = "@SECLEVEL=2:ECDHE+AESGCM:ECDHE+CHACHA20:ECDHE+AES:kRSA+AESGCM:kRSA+AES:!aNULL:!eNULL:!AESCCM"
"""What browsers offer for TLS 1.2. More than Python does by itself: a server that knows only older ciphers (CBC with
SHA-1, RSA key exchange) still opens for every visitor. Less, too: no browser offers finite-field Diffie-Hellman."""


def verifying(ca_file: str = "") -> ssl.SSLContext:
    """Settings that trust the system's authorities, or exactly those of a PEM file.

    Raises:
        ValueError: Where the file cannot be read or holds no certificate; one sentence.
    """
    if not ca_file:
        return _verifying("", 0, 0)
    try:
        stat = os.stat(ca_file)  # noqa: PTH116  (each look asks)
        # A file that was written anew is read anew.
        return _verifying(ca_file, stat.st_mtime_ns, stat.st_size)
    except (OSError, ssl.SSLError) as error:
        raise ValueError(f"network.ca_file {ca_file!r} cannot be used: {error.strerror or error}") from None


@lru_cache(maxsize=8)
def _verifying(ca_file: str, _changed: int, _size: int) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    # As browsers: a common name is no host name (RFC 9525 section 6.3).
    context.hostname_checks_common_name = False
    context.set_alpn_protocols(["http/1.1"])
    context.set_ciphers(BROWSERS)
    if ca_file:
        context.load_verify_locations(cafile=ca_file)
    else:
        context.load_default_certs()
    return context


@lru_cache(maxsize=4)
def unverifying(newest: str = "") -> ssl.SSLContext:
    """Settings that accept every certificate, weak ones too: only for looking at what a server shows.

    `newest` is the newest protocol offered, one of `VERSIONS`; with one of the old ones everything old is offered.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    context.set_alpn_protocols(["http/1.1"])
    return _capped(context, newest)


def offers(newest: str) -> bool:
    """Whether OpenSSL here can offer a protocol as the newest one."""
    flags = {"TLSv1": ssl.HAS_TLSv1, "TLSv1.1": ssl.HAS_TLSv1_1, "TLSv1.2": ssl.HAS_TLSv1_2, "TLSv1.3": ssl.HAS_TLSv1_3}
    return flags.get(newest, False)


def capped(ca_file: str, newest: str) -> ssl.SSLContext:
    """As `verifying`, but with `newest` as the newest protocol; its weak ciphers and keys are accepted."""
    stat = Path(ca_file).stat() if ca_file else None
    return _capped_verifying(ca_file, stat.st_mtime_ns if stat else 0, stat.st_size if stat else 0, newest)


@lru_cache(maxsize=8)
def _capped_verifying(ca_file: str, _changed: int, _size: int, newest: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.hostname_checks_common_name = False
    context.set_alpn_protocols(["http/1.1"])
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    if ca_file:
        context.load_verify_locations(cafile=ca_file)
    else:
        context.load_default_certs()
    return _capped(context, newest)


def _capped(context: ssl.SSLContext, newest: str) -> ssl.SSLContext:
    if newest:
        with warnings.catch_warnings():
            # Python warns that old protocols are weak, which is exactly what is looked for.
            warnings.simplefilter("ignore", DeprecationWarning)
            context.minimum_version = ssl.TLSVersion.TLSv1
            context.maximum_version = VERSIONS[newest]
    return context
