"""TLS settings, made once and shared: reading the trust store costs more than ten handshakes."""

from __future__ import annotations

import ssl
from functools import lru_cache
from pathlib import Path


def verifying(ca_file: str = "") -> ssl.SSLContext:
    """Settings that trust the system's authorities, or exactly those of a PEM file.

    Raises:
        ValueError: Where the file cannot be read or holds no certificate; one sentence.
    """
    if not ca_file:
        return _verifying("", 0, 0)
    try:
        stat = Path(ca_file).stat()
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
    if ca_file:
        context.load_verify_locations(cafile=ca_file)
    else:
        context.load_default_certs()
    return context


@lru_cache(maxsize=1)
def unverifying() -> ssl.SSLContext:
    """Settings that accept every certificate, weak ones too: only for looking at what a server shows."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    context.set_alpn_protocols(["http/1.1"])
    return context
