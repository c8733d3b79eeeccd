"""Certificates as facts: read within bounds, since a server may show anything."""

from __future__ import annotations

import ssl
import warnings
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import TypeVar

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa
from cryptography.x509.oid import AuthorityInformationAccessOID, NameOID

from checks.net.facts import Certificate

MAX_CERTIFICATES = 10
MAX_BYTES = 64 * 1024
"""Of one certificate; OpenSSL itself refuses a chain above 100 KiB."""
MAX_NAMES = 100
MAX_TEXT = 300

T = TypeVar("T")
_UNREADABLE = (
    ValueError,
    TypeError,
    UnsupportedAlgorithm,
    x509.InvalidVersion,
    x509.ExtensionNotFound,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
)
_NO_DATE = datetime(1970, 1, 1, tzinfo=UTC)


def chain_of(connection: ssl.SSLObject | ssl.SSLSocket) -> tuple[bytes, ...]:
    """The certificates as the server sent them, leaf first, as DER.

    `ssl` offers this from Python 3.13 on; before, only its private half does. Where neither is there, the leaf alone.
    """
    public = getattr(connection, "get_unverified_chain", None)
    if public is not None:
        return tuple(bytes(one) for one in public() or ())[:MAX_CERTIFICATES]
    private = getattr(getattr(connection, "_sslobj", None), "get_unverified_chain", None)
    if private is not None:
        # `public_bytes` gives PEM text unless it is told 2, OpenSSL's word for DER.
        return tuple(bytes(one.public_bytes(2)) for one in private() or ())[:MAX_CERTIFICATES]
    leaf = connection.getpeercert(binary_form=True)
    return (leaf,) if leaf else ()


def parse_all(chain: Iterable[bytes]) -> tuple[Certificate, ...]:
    """Those of the certificates that can be read, in order."""
    parsed = (parse(der) for der in chain)
    return tuple(certificate for certificate in parsed if certificate is not None)


def parse(der: bytes) -> Certificate | None:
    """One certificate, or None where it is too large or not readable."""
    if len(der) > MAX_BYTES:
        return None
    with warnings.catch_warnings():
        # The library warns on stderr about odd serial numbers and the like; what matters is in the facts.
        warnings.simplefilter("ignore")
        try:
            return _read(x509.load_der_x509_certificate(der))
        except _UNREADABLE:
            return None


def _read(certificate: x509.Certificate) -> Certificate:
    none: list[str] = []
    names = _attempt(lambda: _names(certificate), none)
    kind, bits = _attempt(lambda: _key(certificate), ("other", 0))
    return Certificate(
        subject=_attempt(lambda: _subject(certificate.subject), ""),
        issuer=_attempt(lambda: _subject(certificate.issuer), ""),
        names=tuple(name[:MAX_TEXT] for name in names[:MAX_NAMES]),
        not_before=_attempt(lambda: certificate.not_valid_before_utc, _NO_DATE),
        not_after=_attempt(lambda: certificate.not_valid_after_utc, _NO_DATE),
        serial=_attempt(lambda: f"{certificate.serial_number:x}", "")[:64],
        key=kind,
        key_bits=bits,
        signature_hash=_attempt(lambda: _hash(certificate), ""),
        self_issued=_attempt(lambda: certificate.subject == certificate.issuer, False),
        issuer_urls=_attempt(lambda: _issuer_urls(certificate), ()),
        more_names=max(0, len(names) - MAX_NAMES),
    )


def _attempt(read: Callable[[], T], otherwise: T) -> T:
    """One field; a certificate with a broken extension still has dates and a name."""
    try:
        return read()
    except _UNREADABLE:
        return otherwise


def _subject(name: x509.Name) -> str:
    """The common name, else the organisation, else the whole name."""
    for oid in (NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME):
        for attribute in name.get_attributes_for_oid(oid):
            return str(attribute.value)[:MAX_TEXT]
    return name.rfc4514_string()[:MAX_TEXT]


def _names(certificate: x509.Certificate) -> list[str]:
    extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    return [
        entry.value.lower() if isinstance(entry, x509.DNSName) else str(entry.value)
        for entry in extension.value
        if isinstance(entry, (x509.DNSName, x509.IPAddress))
    ]


def _issuer_urls(certificate: x509.Certificate) -> tuple[str, ...]:
    extension = certificate.extensions.get_extension_for_class(x509.AuthorityInformationAccess)
    urls = [
        str(entry.access_location.value)[:MAX_TEXT]
        for entry in extension.value
        if entry.access_method == AuthorityInformationAccessOID.CA_ISSUERS
        and isinstance(entry.access_location, x509.UniformResourceIdentifier)
    ]
    return tuple(urls[:5])


def _hash(certificate: x509.Certificate) -> str:
    algorithm = certificate.signature_hash_algorithm
    return "" if algorithm is None else algorithm.name


def _key(certificate: x509.Certificate) -> tuple[str, int]:
    match certificate.public_key():
        case rsa.RSAPublicKey() as key:
            return "rsa", key.key_size
        case ec.EllipticCurvePublicKey() as curve:
            return "ec", curve.key_size
        case ed25519.Ed25519PublicKey():
            return "ed25519", 256
        case ed448.Ed448PublicKey():
            return "ed448", 456
        case dsa.DSAPublicKey() as old:
            return "dsa", old.key_size
        case _:
            return "other", 0
